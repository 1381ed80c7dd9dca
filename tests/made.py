"""Packages made of small descriptions, and what is wrong with others, for the tests of generation."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from hashlib import sha256
from pathlib import Path

import pytest

from afresh_toolkit.generator.pipeline import Summary, generate
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.inputs import Inputs
from forks import toolkit
from places import ROOT

SCRIPT = ROOT / "scripts" / "generate"
OPENAPI = (ROOT / "openapi.yaml").read_text(encoding="utf-8")

SMALL = """\
openapi: 3.1.0
info: {title: Small, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      tags: [things]
      responses:
        "200":
          description: All of them.
          content:
            application/json:
              schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}
components:
  schemas:
    Thing: {type: object, required: [name], properties: {name: {type: string}}}
"""


def make(text: str, folder: Path, *, package: str = "small_api", file: str = "openapi.yaml") -> Summary:
    """Generate ``folder/package`` of a description."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(text, encoding="utf-8")
    return generate(Inputs(folder / file), folder / package, nullcontext)


def problems(text: str, folder: Path, *, file: str = "openapi.yaml") -> list[str]:
    """Return what generation says against a description, with its file by its name alone."""
    with pytest.raises(GenerationError) as caught:
        make(text, folder, file=file)
    assert sorted(path.name for path in folder.iterdir()) == [file], "something was left lying about"
    return [str(problem).replace(f"{folder}/", "") for problem in caught.value.problems]


def run(*arguments: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Do what scripts/generate does for a maintainer."""
    return toolkit().run(["--door", SCRIPT, "generate", *arguments], {**os.environ, **environment}, cwd)


def content(folder: Path) -> dict[str, str]:
    """Return a hash of every file in a folder, but for what Python has compiled."""
    return {
        file.relative_to(folder).as_posix(): sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file() and "__pycache__" not in file.parts
    }


def python(program: str, *paths: Path) -> str:
    """Run a program in a process of its own, with more places to import from; return what it prints."""
    places = [str(path) for path in paths]
    code = f"import sys; sys.path[:0] = {places!r}\n{program}"
    result = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let packages in a folder be imported."""
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
