"""How values of several alternatives are told apart: by all that a description says, never as what a tag excludes."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from made import importable, make, python, run
from places import FIXTURES

FIXTURE = yaml.safe_load((FIXTURES / "unions.yaml").read_text(encoding="utf-8"))
ID = "8c6e9e4c-7f0a-4d5c-9d0e-3f8f2f0a1b2c"


def described(unions: Any, schemas: Any, version: str = "3.1.0") -> str:
    """Return a description whose `Holder` has a property for each union; references are names of schemas alone."""
    content = {name: {"type": "object", **one} if "properties" in one else one for name, one in schemas.items()}
    content["Holder"] = {"type": "object", "properties": unions}
    answer = {"description": "x", "content": {"application/json": {"schema": {"$ref": "Holder"}}}}
    return json.dumps(
        {
            "openapi": version,
            "info": {"title": "Unions", "version": "1"},
            "paths": {"/it": {"get": {"operationId": "readIt", "responses": {"200": answer}}}},
            "components": {"schemas": content},
        }
    ).replace('"$ref": "', '"$ref": "#/components/schemas/')


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("unions")
    make(described(FIXTURE["unions"], FIXTURE["schemas"]), folder, package="unions_api", file="openapi.json")
    with importable(folder):
        yield folder


@pytest.fixture(scope="module")
def models(folder: Path) -> Any:
    assert folder.exists()
    return import_module("unions_api.models")


def read(models: Any, union: str, value: object) -> Any:
    """Read a value as a union, and see that it is written as it was."""
    holder = models.Holder.from_dict({union: value})
    assert holder.to_dict() == {union: value}
    return getattr(holder, union)


def kinds(value: Any) -> Any:
    """Return the name of a value's class, or of each of a list's."""
    return [kinds(item) for item in value] if isinstance(value, list) else type(value).__name__


TOLD: Mapping[str, list[tuple[object, str]]] = {
    "by_kind": [({"kind": "r"}, "Right"), ({"kind": "l", "role": "two"}, "Left")],
    "by_role": [({"role": "two"}, "Right"), ({"role": "one", "kind": "r"}, "Left")],
    "animal": [
        ({"species": "cat", "fur": "black"}, "BlackCat"),
        ({"species": "cat", "fur": "white"}, "WhiteCat"),
        ({"species": "dog"}, "Dog"),
    ],
    "part": [
        ({"type": "plain"}, "Words"),
        ({"type": "markdown", "url": "u"}, "Words"),
        ({"type": "png", "url": "u"}, "Picture"),
        ({"type": "jpeg"}, "Picture"),
    ],
    "drawing": [({"kind": "circle"}, "Circle"), ({"kind": "square"}, "Square"), ({"kind": "line"}, "Line")],
    "either": [
        ({"kind": "square"}, "Square"),
        ({"runs_on": "track"}, "Bus"),
        ({"runs_on": "rail"}, "Train"),
        ("circle", "str"),
    ],
    "event": [({"event": "created", "id": 1}, "Created"), ({"event": "deleted", "id": 2}, "Deleted")],
    "nested": [({"meta": {"state": "opened"}}, "Opened"), ({"meta": {"state": "locked"}, "id": 1}, "Closed")],
    "path": [({"meta": {"kind": "near"}}, "Near"), ({"meta": {"kind": "far"}}, "Far")],
    "null_tag": [({"tone": "low"}, "Silent"), ({"tone": None}, "Silent"), ({"tone": "high"}, "Loud")],
    "in_null": [({"box": {"way": "in"}}, "Kept"), ({"box": None}, "Kept"), ({"box": {"way": "out"}}, "Sent")],
    "untyped": [({"form": "circle"}, "Circular"), ({"form": "triangle", "size": 1}, "Angular")],
    "shared": [({"body": "sun"}, "Sun"), ({"body": "moon"}, "Moon")],
    "number": [({"n": 1}, "One"), ({"n": 2}, "Two")],
    "truth": [({"ok": True}, "Right1"), ({"ok": False}, "Wrong1")],
    "parts": [({"kind": "one"}, "One1"), ({"kind": "two"}, "HolderInPlace")],
    "vehicle": [
        ({"kind": "boat"}, "Boat"),
        ({"kind": "ferry"}, "Ferry"),
        ({"kind": "any"}, "Vehicle"),
        ({"kind": "zeppelin"}, "Vehicle"),
    ],
    "boats": [({"kind": "boat"}, "Boat"), ({"kind": "ferry"}, "Ferry")],
    "fallback": [({"kind": "l"}, "Left"), ({"kind": "z"}, "Right"), ({}, "Right")],
    "maybe_failed": [
        ({"status": "failed"}, "Failed"),
        ({"name": "x"}, "Thing"),
        ({"status": "z", "name": "x"}, "Thing"),
    ],
    "typed": [({"id": 1}, "Numbered"), ({"id": "1"}, "Lettered")],
    "deep": [({"owner": {"id": 1}}, "OwnedByNumber"), ({"owner": {"id": "1"}}, "OwnedByText")],
    "mixed": [({"id": 1}, "Numbered"), ("x", "str"), (1, "int"), (True, "bool")],
    "whole": [({"size": 1}, "Whole"), ({"size": 1.5}, "Fraction")],
    "empty": [({"value": None}, "WithNull"), ({"value": {}}, "WithObject")],
    "required": [({"amount": 1, "card": "c"}, "Card"), ({"amount": 1, "iban": "i"}, "Transfer")],
    "own": [({"leaf": "x"}, "Tea"), ({"bean": "x", "sugar": 1}, "Coffee"), ({"sugar": 1}, "Tea")],
    "more": [({"id": 1, "mail": "x"}, "Full"), ({"id": 1}, "Brief")],
    "closed": [({"id": 1}, "Shut"), ({"id": 1, "x": "y"}, "Ajar")],
    "maps": [({"x": {"id": 1}}, "NumberedMap"), ({"x": {"id": "1"}}, "LetteredMap")],
    "plain_maps": [({"x": 1}, "Counts"), ({"x": "1"}, "Labels")],
    "pages": [({"items": [{"form": "circle"}]}, "CircularPage"), ({"items": [{"form": "square"}]}, "AngularPage")],
    "ids": [({"id": ID}, "Uuided"), ({"id": ID.replace("-", "")}, "Lettered"), ({"id": "x"}, "Lettered")],
    "anything": [({"form": "circle"}, "Circular"), ({"form": "blob"}, "dict"), ({}, "dict"), (3, "int")],
}


@pytest.mark.parametrize(
    ("union", "value", "expected"), [(union, *case) for union, cases in TOLD.items() for case in cases]
)
def test_a_value_is_of_the_class_that_the_description_says(
    models: Any, union: str, value: object, expected: str
) -> None:
    assert kinds(read(models, union, value)) == expected


LISTS: list[tuple[str, list[object], list[str]]] = [
    ("lists", [{"id": 1}, {"id": 2}], ["Numbered", "Numbered"]),
    ("lists", [{"id": "1"}], ["Lettered"]),
    ("lists", [], []),
    ("lists", [{"id": 1}, {"id": "2"}], ["Numbered", "Lettered"]),
    ("tagged_lists", [{"form": "square"}, {"form": "square"}], ["Angular", "Angular"]),
    ("tagged_lists", [{"form": "circle"}, {"form": "blob"}], ["Circular", "BaseModel"]),
    ("items", [{"id": 1}, {"id": "2"}], ["Numbered", "Lettered"]),
    ("mixed", [{"id": "x"}], ["Lettered"]),
]


@pytest.mark.parametrize(("union", "value", "expected"), LISTS)
def test_a_list_is_of_what_its_items_are(models: Any, union: str, value: list[object], expected: list[str]) -> None:
    assert kinds(read(models, union, value)) == expected


@pytest.mark.parametrize(
    ("union", "value"),
    [
        ("by_kind", {"kind": "new", "role": "two"}),
        ("animal", {"species": "bird"}),
        ("animal", {"species": "cat", "fur": "grey"}),
        ("part", {"type": "video", "url": "u"}),
        ("drawing", {"kind": "cube"}),
        ("either", {"kind": "cube"}),
        ("either", {"runs_on": "water"}),
        ("event", {"event": "renamed", "id": 1}),
        ("nested", {"meta": {"state": "new"}}),
        ("path", {"meta": {"kind": "new"}}),
        ("untyped", {"form": "blob"}),
        ("number", {"n": 3}),
        ("parts", {"kind": "three"}),
        ("boats", {"kind": "raft", "logs": 3}),
        ("maybe_failed", {"status": "new"}),
    ],
)
def test_what_a_tag_says_is_of_no_kind_that_is_described_passes_through(models: Any, union: str, value: object) -> None:
    assert kinds(read(models, union, value)) == "BaseModel"


@pytest.mark.parametrize(
    ("union", "value"),
    [("animal", {}), ("untyped", {}), ("typed", {}), ("required", {"amount": 1}), ("either", {}), ("part", "text")],
)
def test_what_is_no_alternative_is_refused(models: Any, union: str, value: object) -> None:
    with pytest.raises((KeyError, TypeError)):
        models.Holder.from_dict({union: value})


def test_a_text_has_a_format_only_where_it_is_written_again_as_it_was(models: Any) -> None:
    formats: Mapping[str, object] = {
        ID: UUID(ID),
        "2026-01-02": date(2026, 1, 2),
        "2026-01-02T03:04:05+00:00": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }
    texts = [
        ID.replace("-", ""),
        ID.upper(),
        f"{{{ID}}}",
        "20260102",
        "2026-W01-1",
        "2026-01-02T03:04:05",
        "2026-99-99",
    ]
    for text in (*formats, *texts):
        found = read(models, "text", text)
        assert (found, type(found)) == (formats.get(text, text), type(formats.get(text, text)))


def test_null_in_keys_of_others_is_no_sign_of_them(models: Any) -> None:
    assert kinds(models.Holder.from_dict({"own": {"leaf": None, "bean": "x"}}).own) == "Coffee"


def test_more_kinds_than_are_compared_one_by_one_are_looked_up(tmp_path: Path) -> None:
    schemas = {f"K{number}": {"properties": {"t": {"const": f"k{number}"}}} for number in range(20)}
    make(described({"u": {"oneOf": [{"$ref": name} for name in schemas]}}, schemas), tmp_path, file="openapi.json")
    program = """
from small_api.models import Holder
for value in ({"t": "k3"}, {"t": "k19"}, {"t": "new"}, {}):
    read = Holder.from_dict({"u": value})
    assert read.to_dict() == {"u": value}
    print(type(read.u).__name__)
"""
    assert python(program, tmp_path).split() == ["K3", "K19", "BaseModel", "K0"]


@pytest.mark.parametrize("null", [{"nullable": True}, {"nullable": True, "description": "None."}, {"type": "null"}])
def test_an_alternative_that_is_nullable_alone_is_null(tmp_path: Path, null: dict[str, Any]) -> None:
    unions = {"u": {"anyOf": [{"$ref": "Filter"}, null]}, "v": {"oneOf": [null, {"type": "string"}]}}
    schemas = {"Filter": {"properties": {"must": {"type": "string"}}}}
    make(described(unions, schemas, "3.0.1"), tmp_path, file="openapi.json")
    program = """
from small_api.models import Holder
print(Holder.__annotations__["u"], "and", Holder.__annotations__["v"])
print(type(Holder.from_dict({"u": {"must": "x"}}).u).__name__, Holder.from_dict({"u": None}).u)
"""
    assert python(program, tmp_path).splitlines() == ["Filter | None | Unset and str | None | Unset", "Filter None"]


ALIKE = """\
plain: {oneOf: [{$ref: Letter}, {$ref: Parcel}, {$ref: Call}]}
lists: {anyOf: [{type: array, items: {$ref: Letter}}, {type: array, items: {$ref: Parcel}}]}
told: {oneOf: [{$ref: Letter}, {$ref: Parcel}], discriminator: {propertyName: kind}}
endless: {oneOf: [{$ref: Tree}, {$ref: Bush}]}
"""
ALIKE_SCHEMAS = """\
Letter: {required: [id], properties: {id: {type: integer}, kind: {type: string}}}
Parcel: {required: [id], properties: {id: {type: integer}, kind: {type: string}}}
Call: {required: [id], properties: {id: {type: integer}, seconds: {type: integer}}}
Tree: {properties: {parts: {type: array, items: {$ref: Tree}}}}
Bush: {properties: {parts: {type: array, items: {$ref: Bush}}}}
"""


def test_the_report_names_the_unions_whose_alternatives_nothing_tells_apart(tmp_path: Path) -> None:
    made = make(described(yaml.safe_load(ALIKE), yaml.safe_load(ALIKE_SCHEMAS)), tmp_path, file="openapi.json")
    said = {place[-1]: made.reason(rule, place).rpartition(": ")[2].rstrip(".") for rule, place in made.warnings}
    assert said == {"plain": "Letter, Parcel", "lists": "list[Letter], list[Parcel]", "endless": "Tree, Bush"}


def test_the_warning_says_place_and_alternatives_in_the_terminal(tmp_path: Path) -> None:
    description = tmp_path / "openapi.json"
    description.write_text(described(yaml.safe_load(ALIKE), yaml.safe_load(ALIKE_SCHEMAS)), encoding="utf-8")
    result = run("--spec", description, "--output", tmp_path, "--package", "alike_api")
    place = f"{description}#/components/schemas/Holder/properties/plain"
    assert f"warning: {place}: A discriminator is wanted: nothing tells these alternatives apart" in result.stderr
    assert ": Letter, Parcel. (alternatives-alike)" in result.stderr
