"""Runs ruff over the written package, with settings of our own, so that they are the same in every checkout."""

import subprocess
import sys
from pathlib import Path

from generator.docstrings import LINE_LENGTH
from generator.problems import GenerationError, Problem

_SETTINGS = ("--isolated", "--no-cache", "--quiet", f"--config=line-length={LINE_LENGTH}", "--config=target-version='py311'")
# Templates import all that they may need: F401 takes away what was not. The others make the code what a person writes.
_RULES = "F401,F811,F821,I,UP"


def format_package(package: Path) -> None:
    """Sort imports, remove what is not used, and format; raises GenerationError where the code is not valid Python."""
    for command in (
        ["check", "--fix", f"--select={_RULES}", "--config=src=[]", "--config=lint.isort.combine-as-imports=true"],
        ["format"],
    ):
        result = subprocess.run(
            [sys.executable, "-P", "-m", "ruff", *command, *_SETTINGS, "."],
            cwd=package,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            raise GenerationError([Problem(f"ruff {command[0]} refuses what was generated:\n{result.stdout}{result.stderr}")])
