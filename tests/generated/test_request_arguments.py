"""Arguments of generated functions: the media types of patches, and parameters with the names of parts of requests."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from made import importable, make

PATCH, MERGE, STRATEGIC = (
    f"application/{kind}+json" for kind in ("json-patch", "merge-patch", "strategic-merge-patch")
)
DONE = 'responses: {"204": {description: Done.}}'
OBJECT, LIST = "{type: object}", "{type: array, items: {type: object}}"
NAMES = ("path", "query", "form", "cookie", "simple", "http", "array", "sync")
TEXTS = "{type: array, items: {type: string}}"
LISTS = "\n".join(f"        - {{name: {name}, in: query, schema: {TEXTS}}}" for name in NAMES[1:])
DESCRIPTION = f"""\
openapi: 3.0.3
info: {{title: Patches, version: "1"}}
paths:
  /things:
    patch:
      operationId: patchObject
      summary: update a thing
      tags: [things]
      requestBody:
        required: true
        content: {{{PATCH}: {{schema: {OBJECT}}}, {MERGE}: {{schema: {OBJECT}}}, {STRATEGIC}: {{schema: {OBJECT}}}}}
      {DONE}
    post:
      operationId: postObject
      summary: eBook of a thing
      tags: [things]
      requestBody:
        required: true
        content: {{{PATCH}: {{schema: {OBJECT}}}, application/json: {{schema: {OBJECT}}}}}
      {DONE}
    put:
      operationId: putList
      tags: [things]
      requestBody:
        required: true
        content: {{{MERGE}: {{schema: {LIST}}}, {PATCH}: {{schema: {LIST}}}}}
      {DONE}
  /search/{{path}}:
    get:
      operationId: search
      tags: [things]
      parameters:
        - {{name: path, in: path, required: true, schema: {{type: string}}}}
{LISTS}
        - {{name: style, in: query, style: pipeDelimited, explode: false, schema: {TEXTS}}}
      {DONE}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("patches")
    make(DESCRIPTION, folder, package="patches_api")
    return folder


@pytest.fixture(scope="module")
def of(package: Path) -> Iterator[Callable[[str], Any]]:
    with importable(package):
        yield lambda name: import_module(f"patches_api.api.things.{name}").arguments


def test_the_default_of_a_patch_is_one_that_its_schema_describes(of: Callable[[str], Any]) -> None:
    asked = of("patch_object")(body={"a": 1})
    assert asked["headers"]["Content-Type"] == MERGE
    assert of("patch_object")(body={"a": 1}, content_type=PATCH)["headers"]["Content-Type"] == PATCH
    assert of("put_list")(body=[{"op": "remove", "path": "/a"}])["headers"]["Content-Type"] == PATCH


def test_plain_json_is_sent_where_it_is_described_beside_a_patch(of: Callable[[str], Any]) -> None:
    asked = of("post_object")(body={"a": 1})
    assert asked["json"] == {"a": 1}
    assert "Content-Type" not in asked.get("headers", {})


def test_a_summary_that_begins_with_what_is_done_begins_in_upper_case(package: Path) -> None:
    resource = (package / "patches_api" / "resources" / "things.py").read_text(encoding="utf-8")
    assert '"""Update a thing.' in resource
    assert '"""eBook of a thing.' in resource


def test_parameters_keep_their_names(of: Callable[[str], Any]) -> None:
    search = of("search")
    assert set(inspect.signature(search).parameters) == {*NAMES, "style"}
    asked = search("a b", style=["x", "y"], **{name: [name, "é"] for name in NAMES[1:]})
    path, _, query = asked["url"].partition("?")
    assert path == "/search/a%20b"
    assert query.split("&") == [
        *(f"{name}={value}" for name in NAMES[1:] for value in (name, "%C3%A9")),
        "style=x%7Cy",
    ]
