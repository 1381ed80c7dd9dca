"""A real server on loopback that begins an answer and never ends it: a byte now and then, until the test is over."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Iterator

BEGINNINGS = {
    "nothing": b"",
    "headers": b"HTTP/1.1 200 OK\r\nX-Slow: ",
    "body": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{",
}
BEGINNINGS["stall"] = BEGINNINGS["body"]


@define
class DrawnOut:
    """The server: its address, and how many requests have begun to arrive."""

    url: str
    asked: list[bytes] = field(factory=list)
    has_been_asked: threading.Event = field(factory=threading.Event)


@contextmanager
def drawing_out(part: str) -> Iterator[DrawnOut]:
    """Run a server that draws out its headers or its body, stalls in its body, or answers nothing."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = DrawnOut(f"http://127.0.0.1:{listening.getsockname()[1]}")

        def answer(connection: socket.socket) -> None:
            with connection:
                server.asked.append(connection.recv(65536))
                server.has_been_asked.set()
                try:
                    connection.sendall(BEGINNINGS[part])
                    while not over.wait(0.02):
                        if part not in {"nothing", "stall"}:
                            connection.sendall(b" ")
                except OSError:  # the other side has given up
                    pass

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        try:
            yield server
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
