"""Operations that stand outside `paths`: they are read, or it is said that they are not."""

from pathlib import Path

import pytest

from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.other_paths import PATHS_WITH_QUERY, UNREAD_PATHS
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied
from made import make, problems

HEADS = {
    "swagger": 'swagger: "2.0"\ninfo: {title: T, version: "1"}\n',
    "openapi": 'openapi: 3.0.3\ninfo: {title: T, version: "1"}\n',
}
GET = 'get: {responses: {"204": {description: Done.}}}'


def read(text: str, folder: Path) -> tuple[Document, Applied]:
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    applied = Applied()
    document, _ = read_description(Inputs(folder / "openapi.yaml"), applied)
    return document, applied


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
def test_paths_with_a_query_are_read_as_the_others(head: str, tmp_path: Path) -> None:
    text = f"{head}paths:\n  /a: {{{GET}}}\nx-ms-paths:\n  /a?comp=x: {{{GET}}}\n  /a: {{{GET}}}\n"
    document, applied = read(text, tmp_path)
    assert list(document.content["paths"]) == ["/a", "/a?comp=x"]
    assert applied.places[PATHS_WITH_QUERY] == [("paths", "/a?comp=x")]
    assert document.place(("paths", "/a?comp=x", "get")).endswith("openapi.yaml:6")
    assert applied.places[UNREAD_PATHS] == [("x-ms-paths", "/a")]


def test_a_description_may_have_paths_with_a_query_alone(tmp_path: Path) -> None:
    assert make(f"{HEADS['openapi']}paths: {{}}\nx-ms-paths:\n  /a?comp=x: {{{GET}}}\n", tmp_path).operations == 1


def test_what_is_wrong_there_is_named_where_it_stands(tmp_path: Path) -> None:
    wrong = 'get: {parameters: [{$ref: "#/components/parameters/None"}], responses: {"204": {description: Done.}}}'
    (said,) = problems(f"{HEADS['openapi']}paths: {{}}\nx-ms-paths:\n  /a?comp=x: {{{wrong}}}\n", tmp_path)
    assert said.startswith("openapi.yaml:5: ")


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS.keys())
@pytest.mark.parametrize("name", ["x-internal-paths", "Paths", "path"])
def test_operations_anywhere_else_are_said_not_to_be_made(name: str, head: str, tmp_path: Path) -> None:
    _, applied = read(f"{head}paths: {{}}\n{name}:\n  /old: {{{GET}}}\n  note: {{get: 3}}\n", tmp_path)
    assert applied.places[UNREAD_PATHS] == [(name, "/old")]


@pytest.mark.parametrize("section", ["x-notes: {/a: {text: x}}", "x-list: [/a]", "x-text: /a", "x-none: null"])
def test_other_extensions_are_no_operations(section: str, tmp_path: Path) -> None:
    _, applied = read(f"{HEADS['openapi']}paths: {{}}\n{section}\n", tmp_path)
    assert UNREAD_PATHS not in applied.places
