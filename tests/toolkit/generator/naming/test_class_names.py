"""What the classes of schemas in place are called, and which of them are one class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from afresh_toolkit.generator.normalising.naming.alternatives import names_of
from afresh_toolkit.generator.normalising.naming.spelling import spelled
from made import make

if TYPE_CHECKING:
    from pathlib import Path

OBJECT = {"type": "object"}


@pytest.mark.parametrize(
    ("alternatives", "names"),
    [
        ([{"title": "Cat"}, {"title": "Dog"}], ["Cat", "Dog"]),
        (
            [{"properties": {"kind": {"const": "a-b"}}}, {"properties": {"kind": {"enum": ["c"]}}}],
            ["a_b", "c"],
        ),
        ([{"required": ["email"]}, {"required": ["phone", "email2"]}], ["email", "phone"]),
        (
            [{"properties": {"id": {}, "name": {}}}, {"properties": {"id": {}, "size": {}}}],
            ["name", "size"],
        ),
        ([{"type": "array"}, {"type": "string"}, {"type": "integer"}], ["list", "text", "number"]),
        ([{**OBJECT, "additionalProperties": {"type": "string"}}, {"type": "array"}], ["map", "list"]),
        ([OBJECT, OBJECT, OBJECT], ["first_object", "second_object", "third_object"]),
        ([{"title": "Same"}, {"title": "Same"}, {}], ["first_Same", "second_Same", "first"]),
        ([{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}], ["Cat", "Dog"]),
        (
            [{"properties": {"kind": {"const": "x" * 50}}}, {"properties": {"kind": {"const": "7up"}}}],
            ["first_object", "second_object"],
        ),
    ],
)
def test_an_alternative_is_called_by_what_tells_it_apart(alternatives: list[object], names: list[str]) -> None:
    whole = [{**OBJECT, **one} if isinstance(one, dict) and "properties" in one else one for one in alternatives]
    assert names_of(whole, None, lambda one: {} if "$ref" in one else one) == names


def test_the_title_of_the_union_tells_nothing() -> None:
    assert names_of([{"title": "Pet"}, {"title": "Dog"}], "Pet", lambda one: one) == ["first", "Dog"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("StartTime<", "StartTime_lt"),
        ("StartTime>=", "StartTime_gte"),
        ("state!=", "state_ne"),
        ("name~", "name_like"),
        ("metadata[key]", "metadata_key"),
        ("filter[age][gt]", "filter_age_gt"),
        ("ids[]", "ids[]"),
        ("+1", "plus_one"),
        ("-12", "minus_12"),
        ("-sort", "-sort"),
        ("<", "<"),
        ("a<b", "a<b"),
    ],
)
def test_operators_signs_and_brackets_are_spelled(name: str, shown: str) -> None:
    assert spelled(name) == shown


def models(tmp_path: Path, document: str) -> set[str]:
    make(document, tmp_path)
    surface = (tmp_path / "small_api" / "surface.txt").read_text(encoding="utf-8")
    return {line.split()[1] for line in surface.splitlines() if line.startswith("model ")}


HEAD = """\
openapi: 3.1.0
info: {title: Small, version: "1"}
"""
ERROR = "{type: object, properties: {message: {type: string}}}"


def answering(*responses: str) -> str:
    paths = "".join(
        f"  /things/{index}: {{get: {{responses: {{'200': {response}}}}}}}\n"
        for index, response in enumerate(responses)
    )
    return f"{HEAD}paths:\n{paths}"


def in_json(schema: str) -> str:
    return f"{{description: x, content: {{application/json: {{schema: {schema}}}}}}}"


def test_shared_answers_bodies_and_parameters_are_named_for_themselves(tmp_path: Path) -> None:
    shared = f"""\
components:
  responses: {{Gone: {in_json(ERROR)}, Taken: {in_json(ERROR)}}}
  requestBodies: {{Wish: {{required: true, content: {{application/json: {{schema: {ERROR}}}}}}}}}
  parameters: {{Range: {{name: range, in: query, schema: {{type: object, properties: {{gt: {{}}}}}}}}}}
  schemas: {{Taken: {{type: object, properties: {{by: {{type: string}}}}}}}}
"""
    paths = """\
paths:
  /a:
    post: &both
      parameters: [{$ref: "#/components/parameters/Range"}]
      requestBody: {$ref: "#/components/requestBodies/Wish"}
      responses:
        "200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/Taken"}}}}
        "409": {$ref: "#/components/responses/Taken"}
        "410": {$ref: "#/components/responses/Gone"}
  /b: {put: *both}
"""
    assert models(tmp_path, HEAD + paths + shared) == {"Gone", "Range", "Taken", "TakenResponse", "Wish"}


def test_equal_schemas_with_a_title_are_one_class(tmp_path: Path) -> None:
    range_ = "{type: object, title: Range, properties: {gt: {type: integer}}}"
    worded = "{type: object, title: Range, description: In words., properties: {gt: {type: integer}}}"
    other = "{type: object, title: Range, properties: {gt: {type: string}}}"
    document = answering(*(in_json(schema) for schema in (range_, worded, other)))
    assert models(tmp_path, document) == {"Range", "Get2Range"}


def test_equal_schemas_without_a_title_stay_apart(tmp_path: Path) -> None:
    assert models(tmp_path, answering(in_json(ERROR), in_json(ERROR))) == {
        "Get0Response",
        "Get1Response",
    }


def test_what_is_only_another_name_takes_none_away(tmp_path: Path) -> None:
    document = yaml.safe_load(answering(in_json("{$ref: '#/components/schemas/Members'}")))
    document["components"] = {
        "schemas": {
            "Members": {"$ref": "#/components/schemas/members"},
            "members": {"type": "object", "properties": {"id": {"type": "string"}}},
        }
    }
    assert models(tmp_path, yaml.safe_dump(document, sort_keys=False)) == {"Members"}


def test_a_union_with_null_is_the_other_member_by_its_own_name(tmp_path: Path) -> None:
    place = "{anyOf: [{type: object, title: Place, properties: {city: {type: string}}}, {type: 'null'}]}"
    schemas = f"components: {{schemas: {{Place: {place}}}}}\n"
    document = answering(in_json("{$ref: '#/components/schemas/Place'}")) + schemas
    assert models(tmp_path, document) == {"Place"}
