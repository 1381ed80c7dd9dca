"""Runs type checkers on packages that tests have made."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

from places import ROOT

if TYPE_CHECKING:
    from pathlib import Path

MYPY_STRICT: Final = ("mypy", "--strict", "--config-file=", "--cache-dir", str(ROOT / ".mypy_cache" / "tests"))
"""mypy by its strictest rules. All tests share a cache, so that the packages that ours import are read once."""


def start(folder: Path, *command: str) -> subprocess.Popen[str]:
    """Start a checker in a folder."""
    return subprocess.Popen([sys.executable, "-m", *command], cwd=folder, stdout=subprocess.PIPE, text=True)


def refuse_complaints(checker: subprocess.Popen[str]) -> None:
    """Wait for a checker; fail if it found fault with anything, or found nothing to check."""
    said, _ = checker.communicate()
    assert checker.returncode == 0, said
    assert "No source files" not in said
