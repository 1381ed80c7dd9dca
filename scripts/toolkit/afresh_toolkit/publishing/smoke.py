"""Makes a call with the SDK that is installed: a program, which `publish` runs in a fresh environment.

Its arguments are the names of the layer's package, of the generated one and of the distribution. Nothing of the toolkit
is in that environment, so that this imports nothing of it. The API's own server is not at hand: what is called is a
server of this program's own, which looks at the token. It prints what it did, and fails where something is not as it
should be.
"""

import importlib
import pkgutil
import re
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import distribution as installed
from importlib.metadata import requires
from pathlib import Path
from types import ModuleType
from typing import Any

ACCESS_TOKEN = "a-token-given-by-hand"  # noqa: S105 - no secret


class Handler(BaseHTTPRequestHandler):
    """Answers 204 to whoever has the token."""

    def do_GET(self) -> None:
        """Look at the token."""
        self.send_response(204 if self.headers["Authorization"] == f"Bearer {ACCESS_TOKEN}" else 401)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def import_all(package: ModuleType, distribution: str) -> int:
    """Import every module of a package that is no program and needs no extra; returns how many there are.

    A plug-in may need the program that it is for, such as pytest.
    """
    plugins = {one.module for one in installed(distribution).entry_points if one.group != "console_scripts"}
    extras = {re.split(r"[^\w.-]", line)[0] for line in requires(distribution) or () if "extra ==" in line}
    imported = 0
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.", onerror=fail)
    for name in (module.name for module in found if not module.name.endswith(".__main__")):
        try:
            importlib.import_module(name)
            imported += 1
        except ModuleNotFoundError as error:
            if error.name not in extras and name not in plugins:
                raise
    return imported


def fail(name: str) -> None:
    """Raise ImportError for a package that cannot be imported: pkgutil would leave it out."""
    raise ImportError(name, name=name)


def make_call(layer: Any) -> int:
    """Send a request with a token that is given by hand; returns the answer's status."""
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        with layer.Client(f"http://127.0.0.1:{server.server_port}", tokens=layer.Tokens(ACCESS_TOKEN)) as api:
            status = int(api.http.get("/").status_code)
        server.shutdown()
    return status


def main(package: str, api: str, distribution: str) -> None:
    """Try what is installed; raises AssertionError where it is not as it should be."""
    layer, generated = (importlib.import_module(name) for name in (package, api))
    installed = Path(str(layer.__file__))
    if not installed.is_relative_to(sys.prefix):
        raise AssertionError(f"{installed} is not in {sys.prefix}")
    modules = import_all(layer, distribution) + import_all(generated, distribution)
    status = make_call(layer)
    if status != 204:  # noqa: PLR2004
        raise AssertionError(f"the request was answered {status}")
    print(f"imported {modules} modules, sent a request with a token")


if __name__ == "__main__":
    main(*sys.argv[1:])
