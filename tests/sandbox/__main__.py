"""``python -m sandbox``: the command line."""

import argparse
import signal
import socket
import sys

import uvicorn

from sandbox.app import create_app
from sandbox.connection import Protocol
from sandbox.settings import Settings
from sandbox.state import Service


class Server(uvicorn.Server):
    """uvicorn, which says when it is ready, and which cuts off whoever still hangs on at the end."""

    def __init__(self, config: uvicorn.Config, service: Service, url: str) -> None:
        super().__init__(config)
        self._service = service
        self._url = url

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(f"Sandbox ready on {self._url}", flush=True)  # noqa: T201  # the one line that callers wait for

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.state.close()
        for connection in self.server_state.connections:
            connection.transport.abort()
        await super().shutdown(sockets)


def main() -> None:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="sandbox", description="The server of the API that openapi.yaml describes.")
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    add("--port", type=int, default=8765, help="port to listen on; 0 picks a free one (%(default)s)")
    add("--access-ttl", type=float, default=900, metavar="SECONDS", help="life of an access token (%(default)s)")
    add("--refresh-ttl", type=float, default=86400, metavar="SECONDS", help="life of a refresh token (%(default)s)")
    add(
        "--grace",
        type=float,
        default=0,
        metavar="SECONDS",
        help="how long a used refresh token still works (%(default)s)",
    )
    add("--certificate", metavar="FILE", help="serve over TLS with this certificate (PEM)")
    add("--private-key", metavar="FILE", help="the certificate's private key (PEM)")
    options = parser.parse_args()
    settings = Settings(access_ttl=options.access_ttl, refresh_ttl=options.refresh_ttl, grace=options.grace)

    try:
        listener = socket.create_server((options.host, options.port))
    except OSError as error:
        sys.exit(f"sandbox: cannot listen on {options.host}:{options.port}: {error.strerror}")
    # asyncio does it only for sockets that name their protocol; without it each answer takes 40 ms (Nagle's algorithm).
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    host, port = listener.getsockname()[:2]

    # uvicorn raises a signal that it caught again when it has shut down; that, too, is an orderly end.
    for caught in (signal.SIGINT, signal.SIGTERM):
        signal.signal(caught, lambda *_: sys.exit(0))
    service = Service(settings)
    config = uvicorn.Config(
        create_app(service),
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=75,
        ssl_certfile=options.certificate,
        ssl_keyfile=options.private_key,
    )
    Server(config, service, f"{'https' if options.certificate else 'http'}://{host}:{port}").run(sockets=[listener])


if __name__ == "__main__":
    main()
