"""Runs ruff over the written package, with settings of our own, so that they are the same in every checkout."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.writing.wording.docstrings import LINE_LENGTH

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

_MOST_NAMES = 4_000


def format_code(folder: Path, *parts: Path) -> None:
    """Format some parts of a folder, sort their imports, and remove those that are not used.

    Raises GenerationError where the code is not valid Python.
    """
    names = [str(part.relative_to(folder)) for part in parts]
    for portion in _portions(names):
        _run(folder, "format", *portion)
        # To mend takes much longer than to look, and the templates leave little that wants it.
        found = json.loads(_run(folder, "check", "--exit-zero", "--output-format=json", *portion))
        files = sorted({violation["filename"] for violation in found})
        if files:
            _run(folder, "check", "--fix", *files)
            _run(folder, "format", *files)


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """Split what is more than the arguments of a program may be."""
    for start in range(0, len(names), _MOST_NAMES):
        yield names[start : start + _MOST_NAMES]


def _run(folder: Path, command: str, *arguments: str) -> str:
    result = subprocess.run(
        [find_ruff_bin(), command, *_SETTINGS, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if result.returncode:
        said = f"{result.stdout}{result.stderr}".strip()
        raise GenerationError([Problem(f"ruff {command} refuses what was generated:\n{said}")])
    return result.stdout
