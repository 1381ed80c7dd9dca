"""Shows a site on this machine."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing of each request."""


def serve(site: Path, port: int) -> None:
    """Serve a folder on loopback, until Ctrl-C."""
    with ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(site))) as server:
        print(f"Serving it on http://127.0.0.1:{server.server_address[1]}; Ctrl-C ends that.", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
