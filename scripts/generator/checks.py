"""Imports every module of a package, in a process of its own."""

import json
import subprocess
import sys
from pathlib import Path

from generator.problems import GenerationError, Problem

_PROGRAM = """
import importlib, json, pathlib, sys

folder, package = sys.argv[1:]
sys.path.insert(0, folder)
failures = {}
for file in sorted(pathlib.Path(folder, package).rglob("*.py")):
    parts = file.relative_to(folder).with_suffix("").parts
    name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    try:
        importlib.import_module(name)
    except BaseException as error:
        failures[name] = f"{type(error).__name__}: {error}"
json.dump(failures, sys.stdout)
"""


def import_all(folder: Path, package: str) -> None:
    """Import every module of `package`, which stands in `folder`; raises GenerationError with those that fail."""
    result = subprocess.run(
        [sys.executable, "-I", "-B", "-W", "error::SyntaxWarning", "-c", _PROGRAM, str(folder), package],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        failures = json.loads(result.stdout)
    except json.JSONDecodeError:
        failures = {package: result.stderr or result.stdout}
    if failures:
        raise GenerationError(Problem(f"{name} cannot be imported: {why}") for name, why in failures.items())
