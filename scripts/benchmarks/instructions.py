"""Counting the instructions of a program in user space: by the processor (perf), else by simulation (valgrind)."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Final, Self

from attrs import frozen

from benchmarks.server import PYTHONPATH

if TYPE_CHECKING:
    from collections.abc import Sequence

TOOLS: Final = {
    "perf": (["stat", "--event=instructions:u", "--field-separator=,"], r"^(\d+),"),
    "valgrind": (
        ["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"],
        r"I +refs: +([\d,]+)",
    ),
}
"""What to run, and where the number stands in what it writes to stderr."""


@frozen
class Counter:
    """A tool that counts instructions."""

    name: str
    path: str

    @classmethod
    def find(cls) -> Self | None:
        """Find one that works on this machine; a virtual machine often hides the processor's counters from perf."""
        for name in TOOLS:
            path = shutil.which(name)
            if path is not None and _count(name, path, ["true"]) is not None:
                return cls(name, path)
        return None

    def count(self, module: str, arguments: Sequence[str]) -> int:
        """Run a Python module, and count.

        Raises:
            RuntimeError: The module failed, or was not counted.
        """
        counted = _count(self.name, self.path, [sys.executable, "-P", "-m", module, *arguments])
        if counted is None:
            raise RuntimeError(f"{self.name} counted nothing for {module}")
        return counted


def _count(name: str, path: str, command: Sequence[str]) -> int | None:
    options, pattern = TOOLS[name]
    ran = subprocess.run(
        [path, *options, *command],
        # The order of sets of strings would change from run to run.
        env={**os.environ, "PYTHONPATH": PYTHONPATH, "PYTHONHASHSEED": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed under {name}:\n{ran.stderr}")
    found = re.search(pattern, ran.stderr, re.MULTILINE)
    return int(found[1].replace(",", "")) if found else None
