"""The sandbox as a subprocess."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import frozen

from sandbox.client import Control

_TESTS = Path(__file__).resolve().parents[1]


@frozen
class Sandbox:
    """A sandbox that runs."""

    url: str
    control: Control


@contextmanager
def running(
    *, port: int = 0, access_ttl: float = 900, refresh_ttl: float = 86400, grace: float = 0
) -> Iterator[Sandbox]:
    """Start a sandbox on loopback, wait until it is ready, and stop it at the end.

    Args:
        port: 0 picks a free one.
        access_ttl: How long an access token lives, in seconds.
        refresh_ttl: How long a refresh token lives, in seconds.
        grace: How long a refresh token that was used still works, in seconds.

    Raises:
        RuntimeError: It did not start; the message holds what it wrote to stderr.
    """
    options = {"port": port, "access-ttl": access_ttl, "refresh-ttl": refresh_ttl, "grace": grace}
    server = subprocess.Popen(
        [sys.executable, "-m", "sandbox", *(f"--{name}={value}" for name, value in options.items())],
        env={**os.environ, "PYTHONPATH": str(_TESTS)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    assert server.stderr is not None
    errors: list[str] = []
    passing_on = threading.Thread(target=_pass_on, args=(server.stderr, errors), daemon=True)
    passing_on.start()
    try:
        ready, _, url = server.stdout.readline().strip().rpartition(" ")
        if ready != "Sandbox ready on":
            server.kill()
            passing_on.join()
            raise RuntimeError(f"The sandbox did not start:\n{''.join(errors)}")
        with Control(url) as control:
            yield Sandbox(url, control)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        passing_on.join()
        server.stdout.close()
        server.stderr.close()


def _pass_on(lines: IO[str], kept: list[str]) -> None:
    """Show what the server writes to stderr, as it comes."""
    for line in lines:
        kept.append(line)
        sys.stderr.write(line)
