"""Runs Python programs as forks of a process that has imported them: each is a process as good as one of its own.

To start Python and import a program takes many times longer than most of what a program does here.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from attrs import define

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_PROGRAM = r"""
import importlib, json, os, pkgutil, sys, traceback

def import_all(name):
    module = importlib.import_module(name)
    for part in pkgutil.walk_packages(getattr(module, "__path__", ()), f"{name}."):
        if not part.name.endswith("__main__"):
            importlib.import_module(part.name)

place, *packages = sys.argv[1:]
for package in packages:
    import_all(package)
module, name = place.split(":")
program = getattr(importlib.import_module(module), name)

def run(arguments, environment, folder, streams):
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    for name, flags in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        own = getattr(sys, name)
        opened = os.open(f"{streams}/{name}", flags)
        os.dup2(opened, own.fileno())
        os.close(opened)
        setattr(sys, name, open(own.fileno(), own.mode[:1], encoding=own.encoding, errors=own.errors, closefd=False))
    sys.argv[1:] = arguments
    try:
        return program() or 0
    except SystemExit as ended:
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
            return 1
        return ended.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()

with os.fdopen(os.dup(0)) as tasks, os.fdopen(os.dup(1), "w") as answers:
    for line in tasks:
        child = os.fork()
        if not child:
            os._exit(run(*json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
"""


@define
class Origin:
    """The process that a program is forked from, and what its environment was at first."""

    process: subprocess.Popen[str]
    environment: Mapping[str, str]

    def run(
        self, arguments: Sequence[str | Path], environment: Mapping[str, str], folder: Path, stdin: bytes = b""
    ) -> subprocess.CompletedProcess[str]:
        """Run the program to its end, in a folder."""
        assert self.process.stdin
        assert self.process.stdout
        words = [str(argument) for argument in arguments]
        with TemporaryDirectory() as streams:
            for name, content in {"stdin": stdin, "stdout": b"", "stderr": b""}.items():
                Path(streams, name).write_bytes(content)
            task = json.dumps([words, dict(environment), str(folder), streams])
            print(task, file=self.process.stdin, flush=True)
            status = int(self.process.stdout.readline())
            out, err = (Path(streams, name).read_bytes().decode() for name in ("stdout", "stderr"))
        return subprocess.CompletedProcess(words, status, out, err)


@contextmanager
def origin(program: str, *packages: str, environment: Mapping[str, str]) -> Iterator[Origin]:
    """Start one: `program` is a function, as `module:name`; all that is in `packages` is imported, too."""
    command = [sys.executable, "-P", "-c", _PROGRAM, program, *packages]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Origin(process, environment)


@cache
def toolkit() -> Origin:
    """Give the process that commands of afresh-toolkit are forked from: one for all tests."""
    packages = [f"afresh_toolkit.{name}" for name in ("comparing", "publishing", "scaffold", "syncing", "generator")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    running = origin("afresh_toolkit.cli:program", *packages, environment=kept)
    atexit.register(running.__exit__, None, None, None)
    return running.__enter__()
