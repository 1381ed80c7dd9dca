"""What a whole process takes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

LAUNCHER: Final = Path(__file__).with_name("launcher.py")


@frozen
class Usage:
    """What a process took.

    Attributes:
        status: The exit status.
        cpu: Seconds of CPU time, with that of all programs that it ran.
        wall: Seconds from its start to its end.
        memory: Megabytes that it held at its peak.
        said: What it wrote.
    """

    status: int
    cpu: float
    wall: float
    memory: float
    said: str = field(repr=False)

    def checked(self) -> Usage:
        """Give it where the process succeeded.

        Raises:
            RuntimeError: It did not.
        """
        if self.status:
            raise RuntimeError(f"a process that is measured failed with {self.status}:\n{self.said}")
        return self


def python(arguments: Sequence[str], path: str) -> Usage:
    """Run Python with these arguments, and with `path` to import from; what it compiles is kept for the next time."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    programs = Path(sys.executable).parent  # openapi-python-client looks for ruff on the PATH
    ran = subprocess.run(
        [sys.executable, "-I", "-S", LAUNCHER, sys.executable, "-P", *arguments],
        env={**environment, "PYTHONPATH": path, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    status, cpu, wall, kilobytes = ran.stdout.split()
    return Usage(int(status), float(cpu), float(wall), float(kilobytes) / 1024, ran.stderr)
