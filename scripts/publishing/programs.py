"""Runs other programs, which end when this one does."""

import os
import signal
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from publishing.problems import PublishError

PATIENCE = 10
"""Seconds that a program has to end by itself."""


def run(
    *command: str | Path, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and return what it wrote; `environment` is all of it, or that of this process.

    The program gets a process group of its own, so that whatever it has started can be ended along with it.
    Raises PublishError where there is no such program.
    """
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,  # nothing asks for a password here
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,
        )
    except FileNotFoundError:
        raise PublishError(f"{command[0]} is needed, and is not on the PATH: install it, and run this again") from None
    with process:
        try:
            output, errors = process.communicate()
        except BaseException:
            _end(process)
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, errors)


def said(ran: subprocess.CompletedProcess[str], lines: int = 10) -> str:
    """Return the last lines of what a program wrote, indented as a part of a message."""
    text = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
    return "\n".join(f"    {line}" for line in text[-lines:])


def _end(process: subprocess.Popen[str]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
