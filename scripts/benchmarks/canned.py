"""A server that costs little: it answers each GET with the same bytes. As a program, it prints its port."""

import asyncio
import json

ME = {
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "username": "ada",
    "displayName": "Ada Lovelace",
    "email": "ada@example.com",
    "role": "manager",
    "createdAt": "2026-11-25T10:22:49Z",
    "object": "model",  # the next are those of openai's model, which is of about the same size
    "created": 1764066169,
    "owned_by": "ada",
}
BODY = json.dumps(ME).encode()
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(BODY), BODY)


class Canned(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take note of the connection."""
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Answer each request that is complete."""
        *heads, self._received = (self._received + data).split(b"\r\n\r\n")
        if heads and isinstance(self._transport, asyncio.Transport):
            self._transport.write(ANSWER * len(heads))


async def main() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Canned, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
