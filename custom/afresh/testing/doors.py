"""The doors of the fake API: transports for httpx in the process of a test, and a server on loopback."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from anyio import CapacityLimiter, to_thread

from afresh._http import httpx

from .engine import FakeAPIError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .engine import Engine

CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "*, Authorization",
    "Access-Control-Allow-Methods": "*",
    "Access-Control-Expose-Headers": "*",
}
"""What lets a front end of any origin use the fake API."""

_MANY: Final = 10_000
"""How many tasks can wait at once."""

_HOP_BY_HOP: Final = frozenset({"connection", "content-length", "keep-alive", "transfer-encoding"})


class SyncDoor(httpx.BaseTransport):
    """Hands the requests of an `httpx.Client` to the fake API."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request."""
        request.read()
        event, answer = self._engine.receive(request)
        if event is not None:
            event.wait()
        return answer()


class AsyncDoor(httpx.AsyncBaseTransport):
    """Hands the requests of an `httpx.AsyncClient` to the fake API."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request. An answer that waits for an event lets other tasks go on."""
        await request.aread()
        event, answer = self._engine.receive(request)
        if event is not None and not event.is_set():
            await to_thread.run_sync(event.wait, abandon_on_cancel=True, limiter=CapacityLimiter(_MANY))
        return answer()


class Server:
    """The fake API as a server. `headers` are those of each answer."""

    def __init__(self, engine: Engine, host: str, port: int, headers: Mapping[str, str]) -> None:
        class Handler(_Handler):
            fake = engine
            usual = headers

        class Listener(ThreadingHTTPServer):
            address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            daemon_threads = True

        self._http = Listener((host, port), Handler)
        name, actual = self._http.server_address[:2]
        shown = f"[{name!s}]" if ":" in str(name) else str(name)
        self.url: Final = f"http://{shown}:{actual}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), name="fake-api", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop, and close the port."""
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    fake: Engine
    usual: Mapping[str, str]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Write nothing."""

    def handle_one_request(self) -> None:
        """Answer a request by whatever method."""
        with suppress(ConnectionError):
            self._handle()

    def _handle(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        request = httpx.Request(
            self.command,
            f"http://{self.headers.get('Host', 'localhost')}{self.path}",
            headers=list(self.headers.items()),
            content=self._content(),
        )
        if self.command == "OPTIONS" and "Access-Control-Request-Method" in self.headers and self.usual:
            self._send(httpx.Response(HTTPStatus.NO_CONTENT))
            return
        try:
            event, answer = self.fake.receive(request)
            if event is not None:
                event.wait()
            response = answer()
        except FakeAPIError as error:
            response = httpx.Response(HTTPStatus.BAD_REQUEST, json={"error": str(error)})
        except httpx.TransportError:
            self.close_connection = True
            return
        except Exception as error:  # noqa: BLE001 - whatever a function of the test raises, the end of the test tells of it
            problem = self.fake.problem(request, f"{type(error).__name__}: {error}")
            response = httpx.Response(HTTPStatus.INTERNAL_SERVER_ERROR, json={"error": str(problem)})
        self._send(response)

    def _content(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        blocks: list[bytes] = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            blocks.append(self.rfile.read(size))
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return b"".join(blocks)

    def _send(self, response: httpx.Response) -> None:
        content = response.content
        self.send_response(response.status_code)
        for name, value in [*response.headers.multi_items(), *self.usual.items()]:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if response.status_code != HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)
        self.wfile.flush()
