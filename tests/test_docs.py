"""What the documents say: their examples run, and the tests and files that they name exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from examples import read, run_examples
from made import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

CALLS = "docs/calls.md"
TESTS = sorted(set(re.findall(r"`(test_\w+\.py)(?:::(\w+))?`", read(CALLS))))
FILES = [
    (document, path)
    for document in ("README.md", CALLS, "docs/releasing.md", "docs/installing.md", "docs/syncing.md")
    for path in re.findall(r"`((?:custom|docs|tests|scripts|generated)/[\w./]+)`", read(document))
]


def test_the_examples_do_what_they_say(sandbox: Sandbox, tmp_path: Path) -> None:
    errors, retries, lists, files, streams = run_examples(CALLS, sandbox, tmp_path, {})
    assert errors.startswith("404 GET ")
    assert "body/title None" in errors
    assert retries == "ada\n"
    assert lists == "20 False\n"
    assert files.endswith("110000 of 110000\n")
    assert streams == "task_created\nstatus_changed\ntask_created True\nstatus_changed True\n"


@pytest.mark.parametrize(("file", "name"), TESTS)
def test_the_tests_that_are_named_exist(file: str, name: str) -> None:
    source = read(f"tests/{file}")
    assert not name or f"def {name}(" in source


@pytest.mark.parametrize(("document", "path"), FILES)
def test_the_files_that_are_named_exist(document: str, path: str) -> None:
    assert (ROOT / path).exists(), document
