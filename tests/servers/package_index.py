"""Package indexes to publish to: pypiserver in a process of its own, and a connection to it that breaks.

`python -m package_index FOLDER …` is that process.
"""

from __future__ import annotations

import argparse
import os
import socket
import struct
import subprocess
import sys
import threading
from base64 import b64encode
from contextlib import contextmanager, suppress
from hashlib import sha1
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from wsgiref.simple_server import make_server

from attrs import define

from places import TESTS

if TYPE_CHECKING:
    from collections.abc import Iterator

USERNAME, PASSWORD = "ada", "lovelace:/@%"
"""Who may upload. The password has what must be escaped in a URL."""


@define(frozen=True)
class PackageIndex:
    """An index that runs: where its Simple API is, and the folder that it serves."""

    url: str
    folder: Path

    def content(self) -> dict[str, bytes]:
        """Return every file that it has."""
        return {file.name: file.read_bytes() for file in self.folder.iterdir()}


@contextmanager
def running(folder: Path, *, authenticate: str = "update", fallback: str | None = None) -> Iterator[PackageIndex]:
    """Serve a folder; `authenticate` says for what the password is needed: update, list, download."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "servers.package_index", str(folder), "--authenticate", authenticate]
    command += ["--fallback", fallback] if fallback else []
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        try:
            url = server.stdout.readline().decode().strip()
            assert url, "the index did not start"
            yield PackageIndex(url, folder)
        finally:
            server.terminate()


@define
class Cut:
    """A way to an index that breaks off after so many bytes of a request; None lets everything pass."""

    url: str
    after: int | None


@contextmanager
def cutting(index: PackageIndex, after: int) -> Iterator[Cut]:
    """Lead to an index by way of a connection that can break."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        cut = Cut(f"http://127.0.0.1:{listener.getsockname()[1]}/simple/", after)
        accepting = threading.Thread(target=_accept, args=(listener, cut, urlsplit(index.url).port))
        accepting.start()
        try:
            yield cut
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            accepting.join()


def _accept(listener: socket.socket, cut: Cut, port: int) -> None:
    while True:
        try:
            near, _ = listener.accept()
        except OSError:
            return
        far = socket.create_connection(("127.0.0.1", port))
        back = threading.Thread(target=_pass_on, args=(far, near))
        back.start()
        with near, far:
            is_cut = _pass_on(near, far, cut.after)
            if is_cut:
                for end in (near, far):  # a reset, as of a cable that is pulled
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    with suppress(OSError):
                        end.shutdown(socket.SHUT_RD)
            else:
                back.join()
        back.join()


def _pass_on(source: socket.socket, target: socket.socket, limit: int | None = None) -> bool:
    """Hand on what comes until its end, or until it is more than the limit: then True."""
    count = 0
    with suppress(OSError):
        while data := source.recv(4096):
            count += len(data)
            if limit is not None and count > limit:
                return True
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    return False


def main() -> None:
    """Serve until the process is ended."""
    import pypiserver  # type: ignore[import-untyped]  # noqa: PLC0415 - in that process alone

    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--authenticate", required=True)
    parser.add_argument("--fallback")
    options = parser.parse_args()
    hashed = b64encode(sha1(PASSWORD.encode(), usedforsecurity=False).digest()).decode()
    passwords = options.folder.with_name(f"{options.folder.name}.htpasswd")
    passwords.write_text(f"{USERNAME}:{{SHA}}{hashed}\n", encoding="utf-8")
    app = pypiserver.app(
        roots=[options.folder],
        authenticate=options.authenticate.split(","),
        password_file=passwords,
        disable_fallback=options.fallback is None,
        fallback_url=options.fallback or "",
    )
    with make_server("127.0.0.1", 0, app) as server:
        print(f"http://127.0.0.1:{server.server_port}/simple/", flush=True)  # noqa: T201  # the line that is waited for
        server.serve_forever()


if __name__ == "__main__":
    main()
