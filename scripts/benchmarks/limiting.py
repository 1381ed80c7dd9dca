"""A server that limits how much it is asked, and says when to ask again (Retry-After, in milliseconds).

It takes so little time that what is measured is the client. It runs as a program of its own: see `serving`.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

import httpx

from benchmarks.server import BACKLOG, PYTHONPATH

if TYPE_CHECKING:
    from collections.abc import Iterator

Limit = Literal["none", "tenth", "rate"]

USER: Final = json.dumps(
    {
        "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "username": "ada",
        "displayName": "Ada Lovelace",
        "email": "ada@example.com",
        "role": "manager",
        "createdAt": "2026-11-25T10:22:49Z",
    }
).encode()
PAUSE: Final = 0.001
"""Seconds that each tenth request is asked to wait."""
RATE: Final = 40
WINDOW: Final = 0.1
"""With a limit by rate, so many requests are taken in so many seconds."""
COUNTS: Final = b"GET /counts"


class Protocol(asyncio.Protocol):
    """A connection. Each request arrives in one piece, and has no body."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to answer."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer a request."""
        self._transport.write(self._server.answer(data))  # type: ignore[attr-defined] # it is a stream


class Server:
    """What is counted, and what is answered."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._asked = self._refused = 0
        self._window = 0.0
        self._taken = 0

    def answer(self, request: bytes) -> bytes:
        """Answer a request, or refuse it."""
        if request.startswith(COUNTS):
            counts = {"asked": self._asked, "refused": self._refused}
            self._asked = self._refused = 0
            return _response("200 OK", json.dumps(counts).encode())
        self._asked += 1
        wait = self._wait()
        if wait is None:
            return _response("200 OK", USER)
        self._refused += 1
        return _response("429 Too Many Requests", b"{}", f"Retry-After-Ms: {1000 * wait:.0f}\r\n")

    def _wait(self) -> float | None:
        """Return the seconds to wait; None if the request is taken."""
        if self._limit == "tenth":
            return None if self._asked % 10 else PAUSE
        if self._limit == "rate":
            now = time.monotonic()
            if now - self._window >= WINDOW:
                self._window, self._taken = now, 0
            self._taken += 1
            return None if self._taken <= RATE else self._window + WINDOW - now + PAUSE
        return None


def _response(status: str, body: bytes, headers: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
    return head.encode() + body


def counts(url: str) -> dict[str, int]:
    """Return how many requests were asked and refused, and count from 0 again."""
    counted: dict[str, int] = httpx.get(f"{url}/counts", trust_env=False).json()
    return counted


@contextmanager
def serving(limit: Limit) -> Iterator[str]:
    """Start the server on a free port of the loopback interface, and stop it at the end. Yield its URL."""
    with socket.create_server(("127.0.0.1", 0), backlog=BACKLOG) as listener:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.limiting", str(listener.fileno()), limit],
            env={**os.environ, "PYTHONPATH": PYTHONPATH},
            pass_fds=[listener.fileno()],
        )
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            process.terminate()
            process.wait()


async def _serve(descriptor: int, limit: Limit) -> None:
    server = Server(limit)
    loop = asyncio.get_running_loop()
    running = await loop.create_server(lambda: Protocol(server), sock=socket.socket(fileno=descriptor))
    await running.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), sys.argv[2]))  # type: ignore[arg-type] # one of them
