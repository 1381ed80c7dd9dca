"""Runs ruff over the written package, with settings of our own, so that they are the same in every checkout."""

import subprocess
import sys
from pathlib import Path

from generator.docstrings import LINE_LENGTH
from generator.problems import GenerationError, Problem

_SETTINGS = (
    "--isolated",
    "--no-cache",
    "--quiet",
    "--config",
    f"""
line-length = {LINE_LENGTH}
target-version = "py311"
src = []
exclude = []
respect-gitignore = false
format.skip-magic-trailing-comma = true
lint.select = ["F401", "F811", "F821", "I", "UP"]
lint.isort.combine-as-imports = true
lint.isort.split-on-trailing-comma = false
""",
)


def format_code(folder: Path, *parts: str) -> None:
    """Sort imports, remove what is not used, and format: all that is in a folder, or some parts of it.

    Raises GenerationError where the code is not valid Python.
    """
    # Templates import all that they may need: `check` takes away what was not.
    for command in (["check", "--fix"], ["format"]):
        result = subprocess.run(
            [sys.executable, "-P", "-m", "ruff", *command, *_SETTINGS, *(parts or ["."])],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if result.returncode:
            said = f"{result.stdout}{result.stderr}".strip()
            raise GenerationError([Problem(f"ruff {command[0]} refuses what was generated:\n{said}")])
