"""The list of bugs in `tests/mutations`, and what tries them. `scripts/explore --mutations` goes through the list."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from mutations.listed import LAYER, Mutation, read
from mutations.trial import LEAST_FOUND, Row, Trial, Tried, chosen, suffices, total
from mutations.workspace import Ran
from places import TESTS

if TYPE_CHECKING:
    from pathlib import Path

MUTATIONS = read()

MODULE = """
def is_adult(age):
    return not age < 18

def is_minor(age):
    return not is_adult(age)

def years():
    number = 0
    while number < 18:
        number += 1
    return number
"""
PASSING = """
from afresh._ages import is_adult, is_minor, years

def test_minors():
    assert is_minor(17)

def test_adults():
    assert is_adult(19)

def test_years():
    assert years() == 18
"""


def bug(name: str, old: str, new: str, **options: str) -> Mutation:
    return Mutation("ages", name, "_ages.py", ("test_ages.py",), old, new, "as a test", **options)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    layer = tmp_path / LAYER
    layer.mkdir(parents=True)
    (layer / "__init__.py").touch()
    (layer / "_ages.py").write_text(MODULE)
    (tmp_path / "tests" / "mutations").mkdir(parents=True)
    for name in ("__init__.py", "first.py"):
        (tmp_path / "tests" / "mutations" / name).write_text((TESTS / "mutations" / name).read_text())
    (tmp_path / "tests" / "test_ages.py").write_text(PASSING)
    (tmp_path / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["tests"]\n')
    return tmp_path


def problem(mutation: Mutation) -> str | None:
    try:
        mutation.put_into((TESTS.parent / mutation.path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return str(error)
    if mutation.by is None:
        return None
    tests = "".join((TESTS / test).read_text(encoding="utf-8") for test in mutation.tests)
    return None if f"def {mutation.by}(" in tests else f"{mutation}: there is no test {mutation.by}"


def test_each_bug_has_its_place() -> None:
    problems = [said for mutation in MUTATIONS if (said := problem(mutation))]
    assert not problems, "\n".join(problems)


def test_there_are_enough_bugs_and_few_that_no_test_can_find() -> None:
    assert len(MUTATIONS) >= 150
    assert len({str(mutation) for mutation in MUTATIONS}) == len(MUTATIONS)
    assert sum(mutation.survives is not None for mutation in MUTATIONS) <= (1 - LEAST_FOUND) * len(MUTATIONS)


@pytest.mark.parametrize(
    ("mutation", "message"),
    [
        (bug("gone", "age <= 18", "age < 18"), "stands 0 times in _ages.py, and not once"),
        (bug("twice", "return not", "return"), "stands 2 times in _ages.py, and not once"),
        (bug("elsewhere", "number += 1", "pass", within="is_adult"), "stands 0 times in _ages.py within is_adult"),
        (bug("nowhere", "number += 1", "pass", within="is_old"), "there are 0 functions or classes is_old"),
        (bug("no-program", "number += 1", ""), "no program is left of _ages.py"),
    ],
    ids=lambda it: it.name if isinstance(it, Mutation) else "",
)
def test_a_bug_that_has_lost_its_place_is_said(mutation: Mutation, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        mutation.put_into(MODULE)


def test_a_list_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    head = 'module = "_ages.py"\ntests = ["test_ages.py"]\n[one]\nold = "1"\nnew = "2"\n'
    (tmp_path / "ages.toml").write_text(head + 'why = "so"\nwithin = "years"\n')
    assert read(tmp_path) == [Mutation("ages", "one", "_ages.py", ("test_ages.py",), "1", "2", "so", "years")]
    for rest in ("", 'why = ""', "why = 1", 'why = "so"\nwhose = "mine"'):
        (tmp_path / "ages.toml").write_text(head + rest)
        with pytest.raises(ValueError, match=r"ages\.toml, \[one\]"):
            read(tmp_path)


def test_what_comes_of_a_bug(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}
    found = bug("found", "age < 18", "age > 18", within="is_adult")
    survivor = bug("survivor", "age < 18", "age <= 18", survives="nobody is just 18")
    hanging = bug("hanging", "number += 1", "number += 0", by="test_years")
    broken = bug("broken", "def years", "1 / 0\n\n\ndef years")
    came = {
        one.mutation.name: str(one)
        for one in Trial([found, survivor, hanging, broken], root=project, shortest_limit=2).run()
    }
    assert came.pop("broken").startswith("broke the tests, with status 2:")
    assert came == {
        "found": "found by test_ages.py::test_minors",
        "survivor": "survived: nobody is just 18",
        "hanging": "found by test_ages.py::test_years",
    }
    assert {path: path.read_bytes() for path in project.rglob("*") if path.is_file()} == before


def test_what_is_explained_must_survive_and_what_survives_be_explained() -> None:
    plain, explained = bug("plain", "1", "2"), bug("explained", "1", "2", survives="it is the same")
    failed, passed = Ran(1, 1, "test_ages.py::test_minors", ""), Ran(1, 0, "", "")
    assert str(Tried(plain, failed)) == "found by test_ages.py::test_minors"
    assert str(Tried(explained, failed)).endswith("test_minors, though it says that none can: it is the same")
    assert str(Tried(plain, passed)) == "SURVIVED: as a test"
    assert str(Tried(explained, passed)) == "survived: it is the same"


def test_tests_that_fail_without_a_bug_find_none(project: Path) -> None:
    (project / "tests" / "test_ages.py").write_text("def test_nothing():\n    assert False\n")
    with pytest.raises(RuntimeError, match=r"test_ages\.py failed without a bug"):
        next(Trial([bug("found", "age < 18", "age > 18")], root=project).run())


@pytest.mark.parametrize(
    ("found", "explained", "unexplained", "is_enough"),
    [(97, 3, 0, True), (100, 0, 0, True), (96, 4, 0, False), (99, 0, 1, False)],
)
def test_nearly_all_must_be_found_and_the_others_explained(
    *, found: int, explained: int, unexplained: int, is_enough: bool
) -> None:
    ran = {status: Ran(1, status, "test", "") for status in (0, 1)}
    listed = [
        *([Tried(bug("a", "1", "2"), ran[1])] * found),
        *([Tried(bug("b", "1", "2", survives="so"), ran[0])] * explained),
        *([Tried(bug("c", "1", "2"), ran[0])] * unexplained),
    ]
    assert suffices(listed) == is_enough
    assert total(listed) == Row("all", 100, found, explained)


def test_some_may_be_chosen() -> None:
    assert chosen(MUTATIONS, []) == MUTATIONS
    assert [str(it) for it in chosen(MUTATIONS, ["waiting.trio", "sign_in"])] == [
        *(str(it) for it in MUTATIONS if it.area == "sign_in"),
        "waiting.trio",
    ]
    with pytest.raises(ValueError, match=r"there is no bug or list nothing; the lists are auth, .*waiting"):
        chosen(MUTATIONS, ["nothing", "auth"])
