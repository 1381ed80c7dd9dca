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


_OWN = ("UV_PUBLISH_", "TWINE_", "PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "SOURCE_DATE_EPOCH")
"""What the names of variables begin with that other programs do not get: passwords, and what changes what is made."""


def run(
    *command: str | Path,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and return what it wrote.

    Its environment is that of this process, but for what is this process's own, and variables that begin as `without`
    says; `variables` come on top. It gets a process group of its own, so that whatever it has started can be ended
    along with it. Raises PublishError where there is no such program.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith((*_OWN, *without))}
    try:
        process = subprocess.Popen(
            command,
            cwd=cwd,
            env={**inherited, **(variables or {})},
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
