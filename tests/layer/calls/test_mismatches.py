"""An answer that is not as described: the error names the attribute, what is described, and what was found."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from afresh import Client, DecodeError, Tokens
from afresh._calls.mismatch import Mismatch, find_mismatch
from made import importable, make
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Iterator

DESCRIPTION = """\
openapi: 3.1.0
info: {title: Pages, version: "1"}
paths:
  /page:
    get:
      responses:
        "200": {description: It, content: {application/json: {schema: {$ref: "#/components/schemas/Page"}}}}
components:
  schemas:
    Page:
      type: object
      required: [items]
      properties:
        items: {type: array, items: {$ref: "#/components/schemas/Thing"}}
        byKey: {type: object, additionalProperties: {$ref: "#/components/schemas/Thing"}}
        days: {type: array, items: {type: string, format: date}}
        daysByName: {type: object, additionalProperties: {type: string, format: date}}
        grid: {type: array, items: {type: array, items: {type: string, format: date-time}}}
        pet:
          oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}]
          discriminator:
            propertyName: kind
            mapping: {cat: "#/components/schemas/Cat", dog: "#/components/schemas/Dog"}
        either: {oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Thing"}]}
        thingOrCats:
          oneOf: [{$ref: "#/components/schemas/Thing"}, {type: array, items: {$ref: "#/components/schemas/Cat"}}]
        extra:
          type: object
          required: [a]
          properties: {a: {type: string}}
          additionalProperties: {type: string, format: date}
    Thing:
      type: object
      required: [createdAt]
      properties:
        createdAt: {type: string, format: date-time}
        ownerOf: {$ref: "#/components/schemas/Cat"}
        uid: {type: string, format: uuid}
        size: {oneOf: [{type: integer}, {type: "null"}]}
    Cat: {type: object, required: [kind, born], properties: {kind: {type: string}, born: {type: string, format: date}}}
    Dog: {type: object, required: [kind, size], properties: {kind: {type: string}, size: {type: integer}}}
"""

THING = {"createdAt": "2024-01-01T00:00:00Z"}
LONG = "a value of a length that no message should have"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("mismatches")
    make(DESCRIPTION, folder, package="mismatches_api")
    with importable(folder):
        yield import_module("mismatches_api.models").Page


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (
            {"items": [THING, {**THING, "ownerOf": {"kind": "x", "born": "yesterday"}}]},
            "items[1].owner_of.born: datetime.date is described, and the string 'yesterday' was found",
        ),
        ({"items": [{}]}, "items[0].created_at: datetime.datetime is described, and nothing was found"),
        ({"items": [{**THING, "uid": LONG}]}, "items[0].uid: UUID is described, and a string was found"),
        ({"items": [THING, "oops"]}, "items[1]: Thing is described, and a string was found"),
        ({"items": [THING, [1]]}, "items[1]: Thing is described, and an array was found"),
        ({"items": None}, "items: list[Thing] is described, and null was found"),
        ({"items": {}}, "items: list[Thing] is described, and an object was found"),
        ({}, "items: list[Thing] is described, and nothing was found"),
        ([], "Page is described, and an array was found"),
        (None, "Page is described, and null was found"),
        (5, "Page is described, and a number was found"),
        (
            {"items": [], "byKey": {"a": THING, "b c": {"createdAt": 5}}},
            "by_key['b c'].created_at: datetime.datetime is described, and the number 5 was found",
        ),
        ({"items": [], "byKey": {"a": True}}, "by_key.a: Thing is described, and a boolean was found"),
        (
            {"items": [], "byKey": {"a": THING}, "days": ["2024-01-01", "x"]},
            "days[1]: datetime.date is described, and the string 'x' was found",
        ),
        (
            {"items": [], "daysByName": {"a": "2024-01-01", "b": "x", "c": "2024-01-01"}},
            "days_by_name.b: datetime.date is described, and the string 'x' was found",
        ),
        (
            {"items": [], "extra": {"a": "2024-01-01", "b": "x", "c": "2024-01-01"}},
            "extra.b: datetime.date is described, and the string 'x' was found",
        ),
        (
            {"items": [], "grid": [[], ["2024-01-01T00:00:00Z", None]]},
            "grid[1][1]: datetime.datetime is described, and null was found",
        ),
        ({"items": [], "pet": {"kind": "dog"}}, "pet.size: int is described, and nothing was found"),
        ({"items": [], "pet": {}}, "pet.kind: it is missing"),
        ({"items": [], "pet": 7}, "pet: Cat | Dog is described, and a number was found"),
        (
            {"items": [], "either": {"createdAt": "x", "uid": "1"}},
            "either.created_at: datetime.datetime is described, and the string 'x' was found",
        ),
        (
            {"items": [], "thingOrCats": [{"kind": "x"}]},
            "thing_or_cats[0].born: datetime.date is described, and nothing was found",
        ),
        ({"items": [], "thingOrCats": 7}, "thing_or_cats: list[Cat] | Thing is described, and a number was found"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_attribute_is_named_with_what_is_described_and_what_was_found(page: Any, document: Any, told: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)) as caught:
        page.from_dict(document)
    assert str(find_mismatch(page.from_dict, document, caught.value)) == told


def test_no_value_is_told_that_may_be_secret(page: Any) -> None:
    document = {"items": [{"createdAt": "s3cret"}]}
    told = find_mismatch(page.from_dict, document, ValueError("s3cret"), show_values=False)
    assert told == Mismatch("items[0].created_at", "datetime.datetime is described, and a string was found")


def test_what_no_model_reads_is_told_of_as_well_as_can_be() -> None:
    def items(document: Any) -> list[Any]:
        if not isinstance(document, list):
            raise TypeError("an array is described, and dict was found")
        return [int(item) for item in document]

    assert str(find_mismatch(items, {}, TypeError())) == "an array is described, and dict was found"
    assert str(find_mismatch(items, [1, "x"], ValueError())) == "[1]: a string was found"
    assert str(find_mismatch(items, [1], ValueError("odd"))) == "ValueError: odd"
    assert str(find_mismatch(items, [1], ValueError("s3cret"), show_values=False)) == "ValueError"


def test_a_document_that_cannot_be_read_again_is_told_of_by_its_error() -> None:
    document: list[Any] = []
    for _ in range(100_000):
        document = [document]
    assert str(find_mismatch(len, document, ValueError("odd"))) == "ValueError: odd"


def test_of_a_huge_document_a_part_is_looked_at() -> None:
    assert (
        find_mismatch(lambda values: [int(value) for value in values], ["x"] * 200_000, ValueError()).attribute == "[0]"
    )


def test_the_error_of_a_call_has_the_attribute() -> None:
    with answering(lambda _: Answer(200, {"status": "ok", "now": "yesterday"})) as server:
        api = Client(server.url, tokens=Tokens("a"))
        with api, pytest.raises(DecodeError) as caught:
            api.service.get_status()
    error = caught.value
    assert (error.method, error.status_code, error.attribute) == ("GET", 200, "now")
    assert "promises: now: datetime.datetime is described, and the string 'yesterday' was found. See `body`; " in str(
        error
    )
