"""Every rule of the generator, in a description of its own: what comes of it is recorded, typed, and right on the wire.

See tests/rules/__init__.py for the records, and how to renew them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from difflib import unified_diff
from pathlib import Path

import pytest

from afresh._calls.streaming import Stream
from afresh_toolkit.conformance.calling import Package
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.conformance.trial import run
from afresh_toolkit.generator.reading.description import operations
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied
from made import importable
from rules.making import FIXTURES, Made, descriptions, known_rules, make_all, package_name
from type_checkers import MYPY_STRICT, refuse_complaints, start

NAMES = list(descriptions())
MEANT = {
    "empty-enum": [(", enum: []", "")],
    "enum-of-numbers": [
        ('["-1", "0", "1"]', "[-1, 0, 1]"),
        ('["0.5", "1"]', "[0.5, 1]"),
        ('default: "0"', "default: 0"),
    ],
    "enum-of-texts": [("[1, 1.5, 2]", "['1', '1.5', '2']"), ("[true, false]", "['true', 'false']")],
    "file-in-json": [
        ('items: {$ref: "#/components/schemas/Badge"}', "items: {required: [name], properties: {name: {type: string}}}")
    ],
    "invalid-keyword": [(", required: true", ""), ("enum: 30, ", "")],
    "null-alternative": [
        ("openapi: 3.0.1", "openapi: 3.1.0"),
        ("{nullable: true}", "{type: 'null'}"),
        ("{nullable: true, description: As it comes.}", "{type: 'null'}"),
    ],
    "path-parameter-not-in-path": [("- {name: hall, in: path, required: true, schema: {type: integer}}\n", "\n")],
    "unknown-type": [
        ("type: long", "type: integer"),
        ("type: datetime", "type: string, format: date-time"),
        ("type: unit of measurement", ""),
    ],
    "unchecked-pattern": [(r"'^\p{L}+$'", "'^[a-z]+$'")],
}
"""What is to be written for what in the descriptions that are wrong: by the letter, no request could conform."""
RENEW = "PYTHONPATH=tests .venv/bin/python -m rules"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Made]]:
    """Return the packages of all fixtures, which can be imported meanwhile."""
    folder = tmp_path_factory.mktemp("rules")
    packages = make_all(folder)
    with importable(folder):
        yield packages


@pytest.fixture(scope="module")
def folder(made: Mapping[str, Made]) -> Path:
    return made[NAMES[0]].package.parent


def test_every_rule_has_a_fixture_and_a_record_and_no_fixture_is_without_a_rule() -> None:
    rules = sorted(rule.name for rule in known_rules())
    assert rules == sorted(path.stem for path in FIXTURES.glob("*.yaml"))
    assert rules == sorted(path.stem for path in FIXTURES.glob("*.txt"))


@pytest.mark.parametrize("name", NAMES)
def test_a_fixture_applies_its_rule(made: Mapping[str, Made], name: str) -> None:
    assert name in {rule.name for rule in made[name].rules}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_generated_is_what_was_recorded(made: Mapping[str, Made], name: str) -> None:
    file = FIXTURES / f"{name}.txt"
    recorded = file.read_text(encoding="utf-8") if file.exists() else ""
    difference = unified_diff(recorded.splitlines(), made[name].record.splitlines(), "recorded", "made", lineterm="")
    said = "\n".join(difference)
    assert not said, f"{said}\n\nWhere this is right, `{RENEW}` records it."


def test_every_module_imports(folder: Path) -> None:
    files = [file.relative_to(folder).with_suffix("") for file in folder.rglob("*.py")]
    lines = [f"import {'.'.join(file.parts).removesuffix('.__init__')}" for file in files]
    command = [sys.executable, "-c", "\n".join(lines)]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_both_type_checkers_are_content(folder: Path) -> None:
    # What else is in a package is the same in all of them; test_generated_shapes.py has it checked.
    settings = {"typeCheckingMode": "strict", "pythonVersion": "3.11", "include": ["**/api", "**/models"]}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    commands = ((*MYPY_STRICT, "."), ("pyright", "--pythonpath", sys.executable, "--project", "."))
    for checker in [start(folder, *command) for command in commands]:
        refuse_complaints(checker)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "nameless-part"])  # of which nothing says how
def test_requests_and_answers_are_as_described(folder: Path, tmp_path: Path, name: str) -> None:
    file = descriptions()[name]
    if name in MEANT:
        text = file.read_text(encoding="utf-8")
        for wrong, right in MEANT[name]:
            assert wrong in text
            text = text.replace(wrong, right)
        file = tmp_path / "meant.yaml"
        file.write_text(text, encoding="utf-8")
    document, _ = read_description(Inputs(file), Applied())
    package, schemas = Package(folder, package_name(name), Stream), Schemas(document.content)
    for described in operations(document):
        outcome = run(package, schemas, described)
        assert (outcome.requests, outcome.answers) == ([], []), outcome.key
