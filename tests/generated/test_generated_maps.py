"""An object that has values under any keys, and no properties of its own, is a dict of them."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from made import importable, make
from type_checkers import MYPY_STRICT, refuse_complaints, start

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESCRIPTION = """
openapi: 3.1.0
info: {title: Maps, version: "1"}
paths:
  /labels:
    get:
      operationId: listLabels
      tags: [labels]
      parameters:
        - {name: filter, in: query, style: deepObject, schema: {type: object, additionalProperties: {type: string}}}
        - name: by
          in: query
          content: {application/json: {schema: {type: object, additionalProperties: {type: integer}}}}
      responses:
        "200": {description: All., content: {application/json: {schema: {$ref: "#/components/schemas/ByName"}}}}
    put:
      operationId: putLabels
      tags: [labels]
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/ByName"}}}}
      responses: {"204": {description: Done.}}
    post:
      operationId: sendLabels
      tags: [labels]
      requestBody:
        required: true
        content: {application/x-www-form-urlencoded: {schema: {type: object, additionalProperties: {type: string}}}}
      responses: {"204": {description: Done.}}
  /things:
    get:
      operationId: getThing
      tags: [things]
      responses:
        "200": {description: It., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
components:
  schemas:
    Label: {type: object, required: [colour], properties: {colour: {type: string}}}
    ByName: {type: object, additionalProperties: {$ref: "#/components/schemas/Label"}}
    Tree: {type: object, additionalProperties: {$ref: "#/components/schemas/Tree"}}
    Deep: {type: object, additionalProperties: {type: array, items: {$ref: "#/components/schemas/ByName"}}}
    Closed: {type: object, additionalProperties: false}
    Thing:
      type: object
      required: [free, days]
      properties:
        free: {type: object, description: Whatever there is.}
        days: {type: object, additionalProperties: {type: string, format: date}}
        texts: {type: object, additionalProperties: {type: string}}
        maybe: {anyOf: [{$ref: "#/components/schemas/ByName"}, {type: "null"}]}
        deep: {$ref: "#/components/schemas/Deep"}
        text_or_map: {oneOf: [{type: string}, {type: object, additionalProperties: {type: string, format: date}}]}
        either: {oneOf: [{type: object, additionalProperties: {type: integer}}, {$ref: "#/components/schemas/Label"}]}
        tree: {$ref: "#/components/schemas/Tree"}
        closed: {$ref: "#/components/schemas/Closed"}
        lists: {type: array, items: {type: object, additionalProperties: {type: number}}}
"""
LABEL = {"colour": "red"}
THING: dict[str, Any] = {
    "free": {"a": [1, {"b": None}]},
    "days": {"first": "2027-01-31"},
    "texts": {"x": "y"},
    "maybe": {"one": LABEL},
    "deep": {"down": [{"one": LABEL}, {}]},
    "text_or_map": {"first": "2027-01-31"},
    "either": {"count": 3},
    "tree": {"left": {"right": {}}},
    "closed": {},
    "lists": [{"pi": 3.14}, {}],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("maps")
    make(DESCRIPTION, folder, package="maps_api")
    with importable(folder):
        yield folder


@pytest.fixture(scope="module")
def models(folder: Path) -> Any:
    assert folder.exists()
    return import_module("maps_api.models")


def arguments(operation: str, **given: Any) -> dict[str, Any]:
    made: dict[str, Any] = import_module(f"maps_api.api.labels.{operation}").arguments(**given)
    return made


def test_maps_are_dicts_and_come_back_as_they_were(models: Any) -> None:
    thing = models.Thing.from_dict(THING)
    assert thing.days == {"first": date(2027, 1, 31)}
    assert thing.text_or_map == {"first": date(2027, 1, 31)}
    assert models.Thing.from_dict({**THING, "text_or_map": "text"}).text_or_map == "text"
    assert thing.maybe == {"one": models.Label(colour="red")}
    assert thing.deep == {"down": [{"one": models.Label(colour="red")}, {}]}
    assert (thing.free, thing.texts, thing.lists) == (THING["free"], THING["texts"], THING["lists"])
    assert thing.to_dict() == THING
    assert models.Thing.from_dict({**THING, "maybe": None}).to_dict() == {**THING, "maybe": None}


def test_a_model_is_made_with_dicts(models: Any) -> None:
    thing = models.Thing(free={"a": 1}, days={"first": date(2027, 1, 31)}, maybe={"one": models.Label(colour="red")})
    assert thing.to_dict() == {"free": {"a": 1}, "days": {"first": "2027-01-31"}, "maybe": {"one": LABEL}}
    assert models.Thing(free=import_module("types").MappingProxyType({"a": 1}), days={}).to_dict()["free"] == {"a": 1}


def test_no_class_is_made_of_them_but_where_one_is_needed(models: Any) -> None:
    assert "ThingTexts" not in dir(models)
    assert models.ByName == dict[str, models.Label]  # a component has a name
    assert models.Deep == dict[str, list[dict[str, models.Label]]]
    # A union tells objects apart by their classes, and what holds itself needs a name; nothing can be in Closed.
    assert type(models.Thing.from_dict(THING).either).__name__.startswith("Thing")
    assert models.Thing.from_dict(THING).tree["left"] == models.Tree.from_dict({"right": {}})
    assert models.Thing.from_dict(THING).closed == models.Closed()


@pytest.mark.parametrize("changes", [{"texts": "x"}, {"texts": ["x"]}, {"days": {"first": 3}}, {"maybe": {"one": []}}])
def test_what_is_no_such_object_is_refused(models: Any, changes: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError, KeyError)):
        models.Thing.from_dict({**THING, **changes})


@pytest.mark.parametrize("given", [["x"], "text", 3])
def test_what_is_no_dict_is_not_sent(models: Any, given: Any) -> None:
    with pytest.raises(ValueError, match=r"must be a dict, not "):
        models.Thing(free={}, days={}, texts=given).to_dict()
    with pytest.raises(ValueError, match=r"must be a dict, not "):
        arguments("put_labels", body=given)


def test_they_are_sent_as_arguments_and_bodies(models: Any) -> None:
    sent = arguments("list_labels", filter_={"name": "x", "of": "y"}, by={"size": 1})
    assert "filter%5Bname%5D=x&filter%5Bof%5D=y" in sent["url"]
    assert "by=%7B%22size%22%3A1%7D" in sent["url"]
    assert arguments("put_labels", body={"one": models.Label(colour="red")})["json"] == {"one": LABEL}
    assert arguments("send_labels", body={"a": "b c"})["content"] in {"a=b+c", "a=b%20c", b"a=b+c", b"a=b%20c"}


def test_type_checkers_know_the_values(folder: Path) -> None:
    program = folder / "program.py"
    program.write_text(
        "from datetime import date\n"
        "from maps_api.models import Label, Thing\n\n"
        "def names(thing: Thing) -> list[date]:\n"
        '    Thing(free={}, days={}, texts={"a": "b"}, maybe={"one": Label(colour="red")})\n'
        "    return [day for day in thing.days.values()]\n"
    )
    for command in ([*MYPY_STRICT, "program.py", "maps_api"], ["pyright", "program.py"]):
        refuse_complaints(start(folder, *command))


def test_a_map_in_a_union_of_a_schema_that_no_operation_names_keeps_its_class(tmp_path: Path) -> None:
    payload = "{oneOf: [{$ref: '#/components/schemas/Label'}, {type: object}]}"
    unused = f"    Unused: {{type: object, properties: {{payload: {payload}}}}}\n"
    make(f"{DESCRIPTION}{unused}", tmp_path, package="more_maps_api")
    assert "payload: Label | UnusedPayloadObject" in (tmp_path / "more_maps_api" / "surface.txt").read_text(
        encoding="utf-8"
    )
