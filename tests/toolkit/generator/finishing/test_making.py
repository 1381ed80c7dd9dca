"""After a change, only what it touches is formatted again, and the package is what a run from nothing makes."""

import json
import random
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from jinja2 import Template

from afresh_toolkit.generator.finishing import formatting, making
from afresh_toolkit.generator.finishing.earlier import FILE_NAME, Earlier, write
from afresh_toolkit.generator.finishing.making import make as make_modules
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.writing.modules import Module
from edits import edited
from made import SMALL, content, make

MORE = """
  /things/{id}:
    delete:
      operationId: dropThing
      summary: Drop it.
      tags: [things]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"204": {description: Gone.}}
  /people:
    post:
      operationId: addPerson
      tags: [people]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Person"}}}}
      responses: {"201": {description: Made.}}
components:
  schemas:
    Person: {type: object, required: [name], properties: {name: {type: string}, born: {type: string, format: date}}}
"""
DESCRIPTION = SMALL.replace("\ncomponents:\n  schemas:\n", MORE)


@pytest.fixture
def formatted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths of what is formatted, as it comes."""
    paths: list[str] = []

    def format_code(folder: Path, *parts: Path) -> None:
        paths.extend(part.relative_to(folder).as_posix() for part in parts)
        formatting.format_code(folder, *parts)

    monkeypatch.setattr(making, "format_code", format_code)
    return paths


def test_after_random_changes_the_package_is_what_a_run_from_nothing_makes(tmp_path: Path) -> None:
    dice = random.Random(20)
    description = yaml.safe_load(DESCRIPTION)
    make(json.dumps(description), tmp_path / "again", file="openapi.json")
    for number in range(3):
        description = edited(description, dice)
        (anew := tmp_path / str(number) / "small_api").mkdir(parents=True)
        shutil.copy(tmp_path / "again" / "small_api" / "manifest.json", anew)  # which has the names that stay
        make(json.dumps(description), tmp_path / "again", file="openapi.json")
        make(json.dumps(description), tmp_path / str(number), file="openapi.json")
        assert content(tmp_path / "again") == content(tmp_path / str(number))


def test_what_git_brings_back_is_not_taken_for_what_was_made_last(tmp_path: Path) -> None:
    package, kept = tmp_path / "small_api", tmp_path / "kept"
    make(DESCRIPTION, tmp_path)
    shutil.copytree(package, kept, ignore=shutil.ignore_patterns("__pycache__"))
    changed = DESCRIPTION.replace("Drop it.", "Throw it away.")
    make(changed, tmp_path)
    made = content(package)
    shutil.copytree(kept, package, dirs_exist_ok=True)  # as `git checkout` does: what Python has compiled stays
    make(changed, tmp_path)
    assert content(package) == made


def test_only_what_a_change_touches_is_formatted_again(tmp_path: Path, formatted: list[str]) -> None:
    make(DESCRIPTION, tmp_path)
    assert "models/thing.py" in formatted
    formatted.clear()
    make(DESCRIPTION.replace("Drop it.", "Throw it away.").replace("born: {type: string, format: date}", ""), tmp_path)
    assert sorted(formatted) == ["api/things/drop_thing.py", "models/person.py", "resources/things.py"]


def test_what_was_changed_by_hand_is_made_again(tmp_path: Path, formatted: list[str]) -> None:
    make(DESCRIPTION, tmp_path)
    before = content(tmp_path)
    (tmp_path / "small_api" / "client.py").write_text("by_hand = True\n")
    (tmp_path / "small_api" / "types.py").unlink()
    formatted.clear()
    make(DESCRIPTION, tmp_path)
    assert content(tmp_path) == before
    assert sorted(formatted) == ["client.py", "types.py"]


def test_without_a_record_of_the_same_tools_all_is_made_anew(tmp_path: Path, formatted: list[str]) -> None:
    make(SMALL, tmp_path)
    all_of_it, before = sorted(formatted), content(tmp_path)
    for record in ("{", "[]", '{"by": {}, "unformatted": {}}'):
        (tmp_path / "small_api" / "__pycache__" / FILE_NAME).write_text(record)
        formatted.clear()
        make(SMALL, tmp_path)
        assert (sorted(formatted), content(tmp_path)) == (all_of_it, before)


MAKERS = {"generator": "1", "openapi-python-client": "1", "ruff": "1"}


def make_files(folder: Path, files: Mapping[str, str], earlier: Path) -> Path:
    """Make a package of files, after an earlier one."""
    package = folder / "pack"
    package.mkdir(parents=True)
    modules = [Module(path, Template(code, keep_trailing_newline=True), {}) for path, code in files.items()]
    made = make_modules(package, modules, Earlier.read(earlier, MAKERS))
    write(package, MAKERS, made.unformatted, made.formatted)
    return package


def test_what_imports_something_that_is_gone_is_found_though_it_is_the_same(tmp_path: Path) -> None:
    files = {"__init__.py": "", "one.py": "from .two import name\n\nvalue = name\n", "two.py": "name = 1\n"}
    first = make_files(tmp_path / "first", files, tmp_path)
    with pytest.raises(GenerationError, match=r"pack\.one cannot be imported: ImportError: cannot import name 'name'"):
        make_files(tmp_path / "second", {**files, "two.py": "other = 1\n"}, first)
    with pytest.raises(GenerationError, match=r"pack\.one cannot be imported: ModuleNotFoundError"):
        make_files(tmp_path / "third", {path: code for path, code in files.items() if path != "two.py"}, first)
