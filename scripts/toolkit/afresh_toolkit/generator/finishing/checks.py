"""Imports the modules of a package, in processes of their own."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path

from afresh_toolkit.generator.problems import GenerationError, Problem

_MODULES_A_PROCESS = 1000  # what a process begins with takes as long as some hundred

_HAS_CODE = re.compile(rb"^def |^    _Base|^\w+: TypeAlias", re.MULTILINE)
"""What a model has that does more at its import than to be a class with fields, and what every alias has."""

_MANY = 50
"""Modules from which on it takes less time to import them without what they do not run."""

_PROGRAM = Path(__file__).with_name("importing.py")


def import_modules(package: Path, *files: Path) -> None:
    """Import modules of a package; raises GenerationError with those that fail.

    Not among them are models that are fields and nothing else: they are most of a large package, all out of the same
    lines of one template, and what could be wrong with the names in them has been seen when they were formatted.
    """
    names = [_name(file.relative_to(package.parent)) for file in sorted(files) if _is_imported(file)]
    if not names:
        return
    made = {str(file.parent) for file in files if file.parent != package} if len(names) > _MANY else set()
    count = min(os.cpu_count() or 1, 1 + len(names) // _MODULES_A_PROCESS)
    portions = [names[first::count] for first in range(count)]
    with ThreadPoolExecutor(count) as processes:
        failures = dict(chain(*processes.map(partial(_failures, package.parent, sorted(made)), portions)))
    if failures:
        raise GenerationError(Problem(f"{name} cannot be imported: {why}") for name, why in sorted(failures.items()))


def _is_imported(file: Path) -> bool:
    if file.suffix != ".py":
        return False
    return file.parent.name != "models" or file.name.startswith("_") or bool(_HAS_CODE.search(file.read_bytes()))


def _name(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _failures(folder: Path, made: list[str], names: list[str]) -> Iterable[tuple[str, str]]:
    options = ["-I", "-B", "-W", "error::SyntaxWarning"]
    command: list[str | Path] = [sys.executable, *options, _PROGRAM, str(folder), json.dumps(made)]
    result = subprocess.run(command, input=json.dumps(names), capture_output=True, text=True, check=False)
    if result.returncode:
        return [(names[0].partition(".")[0], result.stderr)]
    failures: dict[str, str] = json.loads(result.stdout)
    return failures.items()
