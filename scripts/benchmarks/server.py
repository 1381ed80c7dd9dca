"""The sandbox as the benchmarks' one server, with an OAuth token endpoint for the clients that know no other.

`POST /oauth/token` takes the form of RFC 6749 (sections 4.3.2 and 6), carries it to the sandbox's own sign-in and
refresh operations, and gives their answer in OAuth's shape, so that all clients meet the same rotation, the same
revocation upon reuse and the same counters.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

from sandbox.app import create_app
from sandbox.client import Control
from sandbox.connection import Protocol
from sandbox.process import Sandbox
from sandbox.settings import Settings
from sandbox.state import Service

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from starlette.requests import Request
    from starlette.types import ASGIApp

TOKEN_PATH: Final = "/oauth/token"  # noqa: S105 - a path
ROOT: Final = Path(__file__).resolve().parents[2]
PYTHONPATH: Final = f"{ROOT / 'scripts'}{os.pathsep}{ROOT / 'tests'}"
"""Where the benchmarks and the sandbox lie, for subprocesses."""
BACKLOG: Final = 4096
"""Connections that may wait to be accepted: 1,000 at once must not run into a repeated SYN, which takes a second."""


@contextmanager
def serving() -> Iterator[Sandbox]:
    """Start the server on a free port of the loopback interface, and stop it at the end."""
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        # Accepted connections inherit it; without, Nagle's algorithm holds back each answer for 40 ms.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port = listener.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.server", str(listener.fileno())],
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            pass_fds=[listener.fileno()],
        )
    # It listens already: whoever connects before it is ready waits.
    url = f"http://127.0.0.1:{port}"
    try:
        with Control(url) as control:
            yield Sandbox(url, control)
    finally:
        process.terminate()
        process.wait()


def token_endpoint(api: ASGIApp) -> Callable[[Request], Awaitable[JSONResponse]]:
    """Make the OAuth token endpoint in front of the sandbox's operations."""
    operations = httpx.AsyncClient(transport=httpx.ASGITransport(api), base_url="http://sandbox")

    async def exchange(request: Request) -> JSONResponse:
        form = await request.form()
        if form["grant_type"] == "password":
            path, body = "/auth/login", {name: form[name] for name in ("username", "password")}
        else:
            path, body = "/auth/refresh", {"refreshToken": form["refresh_token"]}
        answer = await operations.post(path, json=body)
        if not answer.is_success:
            problem = {"error": "invalid_grant", "error_description": answer.json()["detail"]}
            return JSONResponse(problem, status_code=400)
        data = answer.json()["data"]
        return JSONResponse(
            {
                "access_token": data["accessToken"],
                "refresh_token": data["refreshToken"],
                "token_type": data["tokenType"],
                "expires_in": int(data["expiresIn"]),
            }
        )

    return exchange


def main() -> None:
    """Serve on the listening socket whose file descriptor is given, until SIGTERM."""
    service = Service(Settings())
    api = create_app(service)
    app = Starlette(routes=[Route(TOKEN_PATH, token_endpoint(api), methods=["POST"]), Mount("", api)])
    # uvicorn raises the signal once more when it has shut down.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        backlog=BACKLOG,
        timeout_keep_alive=75,  # no request is lost because its connection had just been closed as idle
        timeout_graceful_shutdown=1,
    )
    try:
        uvicorn.Server(config).run(sockets=[socket.socket(fileno=int(sys.argv[1]))])
    finally:
        service.state.close()


if __name__ == "__main__":
    main()
