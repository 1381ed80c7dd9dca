"""Runs other programs without what is none of their business."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from afresh_toolkit import children
from afresh_toolkit.publishing.problems import PublishError

_OWN = ("UV_PUBLISH_", "TWINE_", "SOURCE_DATE_EPOCH")
"""What the names of variables begin with that other programs do not get: passwords, and what changes what is made."""


def run(
    *command: str | Path,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
    without: tuple[str, ...] = (),
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, and return what it wrote.

    Its environment is that of this process, but for what is this process's own, and variables that begin as `without`
    says; `variables` come on top. Raises PublishError where there is no such program.
    """
    try:
        ran = children.run(command, cwd, variables=variables, without=(*_OWN, *without))
    except FileNotFoundError:
        raise PublishError(f"{command[0]} is needed, and is not on the PATH: install it, and run this again") from None
    output, errors = (text.decode(errors="replace") for text in (ran.stdout, ran.stderr))
    return subprocess.CompletedProcess(command, ran.returncode, output, errors)


def said(ran: subprocess.CompletedProcess[str], lines: int = 10) -> str:
    """Return the last lines of what a program wrote, indented as a part of a message."""
    text = (ran.stderr.strip() or ran.stdout.strip()).splitlines()
    return "\n".join(f"    {line}" for line in text[-lines:])
