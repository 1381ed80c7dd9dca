"""Imports every module of a package, in processes of their own."""

import json
import os
import subprocess
import sys
from pathlib import Path

from generator.problems import GenerationError, Problem

_MODULES_A_PROCESS = 1000  # what a process begins with takes as long as some hundred

_PROGRAM = """
import gc, importlib, json, pathlib, sys

gc.disable()
folder, package, first, step = sys.argv[1:]
sys.path.insert(0, folder)
failures = {}
for file in sorted(pathlib.Path(folder, package).rglob("*.py"))[int(first)::int(step)]:
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
    command = [sys.executable, "-I", "-B", "-W", "error::SyntaxWarning", "-c", _PROGRAM, str(folder), package]
    modules = sum(1 for _ in (folder / package).rglob("*.py"))
    count = min(os.cpu_count() or 1, 1 + modules // _MODULES_A_PROCESS)
    running = [
        subprocess.Popen([*command, str(first), str(count)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for first in range(count)
    ]
    failures: dict[str, str] = {}
    for process in running:
        said, error = process.communicate()
        try:
            failures |= json.loads(said)
        except json.JSONDecodeError:
            failures[package] = error or said
    if failures:
        raise GenerationError(Problem(f"{name} cannot be imported: {why}") for name, why in sorted(failures.items()))
