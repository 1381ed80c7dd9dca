"""A server on loopback that answers with bytes that a test writes itself, also such as are no HTTP."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from attrs import define, field

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Awaitable, Callable

    Handle = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@define
class Scripted:
    """The server: its port, the number of connections, and what was asked, up to the end of the headers."""

    port: int = 0
    connections: int = 0
    asked: list[bytes] = field(factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def head(self, reader: asyncio.StreamReader) -> bytes:
        self.asked.append(await reader.readuntil(b"\r\n\r\n"))
        return self.asked[-1]


@asynccontextmanager
async def scripted(make: Callable[[Scripted], Handle], *, tls: ssl.SSLContext | None = None) -> AsyncIterator[Scripted]:
    """Run a server; `make` gives what it does with each connection."""
    site = Scripted()
    handle = make(site)
    tasks = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        site.connections += 1
        task = asyncio.current_task()
        tasks.add(task)
        try:
            await handle(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            tasks.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for task in [*tasks]:
            if task is not None:
                task.cancel()
        await asyncio.sleep(0)


def answering_with(
    *answers: bytes, then: Callable[[asyncio.StreamWriter], object] = bool
) -> Callable[[Scripted], Handle]:
    """Answer one request after the other of each connection, with these answers, and then do that."""

    def make(site: Scripted) -> Handle:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for answer in answers:
                await site.head(reader)
                writer.write(answer)
                await writer.drain()
            done = then(writer)
            if asyncio.iscoroutine(done):
                await done

        return handle

    return make


async def forever(_: object) -> None:
    """Leave the connection open."""
    await asyncio.Event().wait()


async def reset(writer: asyncio.StreamWriter) -> None:
    """Break the connection off, once the peer has read what was written."""
    await asyncio.sleep(0.05)
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
