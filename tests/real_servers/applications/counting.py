"""What the applications that are not Django's have in common: counters, an account, and their two commands."""

import json
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

USER = {"username": "ada", "password": "lovelace"}
AT_ONCE = 60

_counted: Counter[str] = Counter()
_spent: set[str] = set()
lock = threading.Lock()


def count(path: str, refresh_token: str | None, status: int) -> None:
    """Count a request: by its path, and as a refresh if it has a refresh token."""
    with lock:
        _counted[path] += 1
        if refresh_token:
            _counted["refreshes"] += 1
            _counted["refused"] += status >= 400
            _counted["repeated"] += refresh_token in _spent
            _spent.add(refresh_token)


def counters(method: str) -> dict[str, int]:
    """Return what was counted, and count from zero again after a DELETE."""
    found = dict(_counted)
    if method == "DELETE":
        _counted.clear()
    return found


def main(describe: Callable[[], Any], serve: Callable[[], None]) -> None:
    """Write the description into a file, as `spectacular --file FILE` does for Django's; or serve."""
    if sys.argv[1] == "serve":
        serve()
        return
    Path(sys.argv[3]).write_text(json.dumps(describe()), encoding="utf-8")


def serve_asgi(app: Any) -> None:
    """Serve an ASGI application on a free port of loopback, and print its URL."""
    import socket

    import uvicorn

    listening = socket.create_server(("127.0.0.1", 0), backlog=200)
    print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listening])


def serve_wsgi(app: Any) -> None:
    """Serve a WSGI application on a free port of loopback, and print its URL."""
    from waitress.server import create_server

    server = create_server(app, host="127.0.0.1", port=0, threads=AT_ONCE)
    print(f"http://127.0.0.1:{server.effective_port}", flush=True)
    server.run()
