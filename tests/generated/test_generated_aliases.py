"""A component that is a union has a name: a type alias among the models, by which signatures and attributes name it."""

from __future__ import annotations

import ast
import inspect
import json
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, get_args

import pytest
import yaml

from afresh_toolkit.comparing.surface import Surface
from made import importable, make, python

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DESCRIPTION = """
openapi: 3.1.0
info: {title: Drawings, version: "1"}
paths:
  /shapes:
    get:
      operationId: listShapes
      tags: [shapes]
      parameters: [{name: near, in: query, schema: {$ref: Place}}]
      responses:
        "200":
          description: All.
          content: {application/json: {schema: {type: array, items: {$ref: Shape}}}}
        default: {description: No., content: {application/json: {schema: {$ref: Failure}}}}
    post:
      operationId: addShape
      tags: [shapes]
      requestBody: {content: {application/json: {schema: {oneOf: [{$ref: Shape}, {type: "null"}]}}}}
      responses:
        "200": {description: It., content: {application/json: {schema: {$ref: MaybeShape}}}}
components:
  schemas:
    Circle: {type: object, required: [kind], properties: {kind: {const: circle}, radius: {type: number}}}
    Square: {type: object, required: [kind], properties: {kind: {const: square}, side: {type: number}}}
    Note: {type: object, required: [text], properties: {text: {type: string}}}
    Shape: {description: What is "drawn"., oneOf: [{$ref: Circle}, {$ref: Square}]}
    MaybeShape: {oneOf: [{$ref: Shape}, {type: "null"}]}
    NullShape: {nullable: true, anyOf: [{$ref: Circle}, {$ref: Note}]}
    Again: {$ref: Shape}
    Alone: {oneOf: [{$ref: Shape}]}
    Mark: {oneOf: [{$ref: Shape}, {$ref: Note}, {type: string}]}
    Place: {oneOf: [{type: integer}, {type: string}]}
    Moment: {oneOf: [{type: string, format: date}, {type: string, format: date-time}]}
    Address: {oneOf: [{type: string, format: ipv4}, {type: string, format: ipv6}]}
    Colour: {anyOf: [{type: string, enum: [red, blue]}, {type: string}]}
    Names: {oneOf: [{type: string}, {type: array, items: {type: string}}]}
    Json: {oneOf: [{type: string}, {type: array, items: {$ref: Json}}]}
    Chicken: {oneOf: [{$ref: Note}, {type: array, items: {$ref: Egg}}]}
    Egg: {oneOf: [{type: integer}, {type: array, items: {$ref: Chicken}}]}
    Free: {oneOf: [{}, {type: string}]}
    Leaf: {type: object, required: [value], properties: {value: {type: string}}}
    Branch:
      type: object
      required: [nodes]
      properties: {nodes: {type: array, items: {$ref: Node}}}
      additionalProperties: {$ref: Node}
    Node: {oneOf: [{$ref: Branch}, {$ref: Leaf}]}
    Pet:
      type: object
      required: [species]
      properties: {species: {type: string}, friend: {$ref: Pet}}
      discriminator: {propertyName: species}
    Plant: {type: object, properties: {order: {type: string}}, discriminator: {propertyName: order}}
    Tree: {allOf: [{$ref: Plant}, {type: object, properties: {height: {type: number}}}]}
    AnyPlant: {type: object, properties: {name: {type: string}}}
    Cat: {allOf: [{$ref: Pet}, {type: object, properties: {lives: {type: integer}}}]}
    Scan: {oneOf: [{type: string, format: binary}, {type: integer}]}
    Failure: {oneOf: [{$ref: Note}, {type: string}]}
    Size:
      oneOf:
      - {type: string, enum: [small], description: It fits a pocket.}
      - {type: string, enum: [medium, large]}
    Speed: {anyOf: [{const: slow, description: By foot.}, {const: fast, title: By train}, {type: "null"}]}
    Level: {oneOf: [{type: integer, enum: [1]}, {type: integer, const: 2}]}
    typeAlias: {oneOf: [{$ref: Circle}, {$ref: Note}]}
    Drawing:
      type: object
      required: [shape]
      properties:
        shape: {$ref: Shape}
        again: {$ref: Again}
        alone: {$ref: Alone}
        marks: {type: array, items: {$ref: Mark}}
        maybe: {$ref: MaybeShape}
        null_shape: {$ref: NullShape}
        wide: {anyOf: [{$ref: Node}, {$ref: Shape}, {type: boolean}]}
        lists: {oneOf: [{type: array, items: {$ref: Shape}}, {type: array, items: {$ref: Place}}]}
        by_name: {type: object, additionalProperties: {$ref: Shape}}
        colour: {$ref: Colour}
        speed: {$ref: Speed}
        size: {$ref: Size}
        scan: {$ref: Scan}
        address: {$ref: Address}
        friend: {$ref: Pet}
        plant: {$ref: Plant}
        json: {$ref: Json}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("aliases")
    text = json.dumps(yaml.safe_load(DESCRIPTION)).replace('"$ref": "', '"$ref": "#/components/schemas/')
    make(text, folder, package="drawings_api", file="openapi.json")
    with importable(folder):
        yield folder


@pytest.fixture(scope="module")
def models(folder: Path) -> Any:
    assert folder.exists()
    return import_module("drawings_api.models")


def test_it_is_a_union_of_classes_that_values_are_instances_of(models: Any) -> None:
    assert get_args(models.Shape) == (models.Circle, models.Square)
    assert isinstance(models.Circle(kind="circle"), models.Shape)
    assert not isinstance(models.Note(text="x"), models.Shape)
    assert isinstance(models.Note(text="x"), models.Mark)


def test_the_models_list_it(models: Any, folder: Path) -> None:
    assert {"Shape", "AnyPet"} <= {*dir(models)}
    assert {"Shape", "AnyPet"} <= {*models.__all__}
    assert "from .shape import Shape as Shape\n" in (folder / "drawings_api" / "models" / "__init__.pyi").read_text()


def documentation(module: str) -> str:
    """Return the text below the last assignment of a module, which editors take for its documentation."""
    last = ast.parse(inspect.getsource(import_module(f"drawings_api.models.{module}"))).body[-1]
    return str(ast.literal_eval(last.value)) if isinstance(last, ast.Expr) else ""


def test_the_description_documents_it(models: Any) -> None:
    assert models.Shape is import_module("drawings_api.models.shape").Shape
    assert documentation("shape") == 'What is "drawn".'


def test_methods_name_it(folder: Path) -> None:
    assert folder.exists()
    resource = import_module("drawings_api.resources.shapes").Shapes
    listed, added = inspect.signature(resource.list), inspect.signature(resource.add)
    assert (listed.parameters["near"].annotation, listed.return_annotation) == (
        "Place | None",
        "builtins.list[Shape]",
    )
    assert (added.parameters["body"].annotation, added.return_annotation) == ("Shape | None | Unset", "Shape | None")


@pytest.mark.parametrize(
    ("attribute", "annotation"),
    [
        ("shape", "Shape"),
        ("again", "Shape | None"),
        ("alone", "Shape | None"),
        ("marks", "list[Mark] | None"),
        ("maybe", "Shape | None | Unset"),
        ("null_shape", "NullShape | None | Unset"),
        ("wide", "bool | Node | Shape | None"),
        ("lists", "list[Place] | list[Shape] | None"),
        ("colour", "Colour | None"),
        ("speed", "Speed | None | Unset"),
        ("size", "Size | None"),
        ("scan", "int | str | None"),
        ("friend", "AnyPet | None"),
        ("plant", "PlantUnion | None"),
    ],
)
def test_attributes_name_it(models: Any, attribute: str, annotation: str) -> None:
    assert models.Drawing.__annotations__[attribute] == annotation


def test_what_each_stands_for(models: Any) -> None:
    named = {
        "AnyPet": models.Cat | models.Pet,
        "PlantUnion": models.Plant | models.Tree,
        "NullShape": models.Circle | models.Note,
        "Mark": models.Note | models.Shape | str,
        "Place": int | str,
        "Moment": date | datetime,
        "Address": str,
        "Colour": Literal["blue", "red"] | str,  # noqa: PYI051  (as it is described)
        "Names": list[str] | str,
        "Json": list[Any] | str,
        "Free": Any | str,
        "Node": models.Branch | models.Leaf,
        "Failure": models.Note | str,
        "TypeAliasModel": models.Circle | models.Note,
    }
    assert {name: getattr(models, name) for name in named} == named


def test_two_that_hold_each_other_are_both_there(folder: Path) -> None:
    """Each is imported in a process that has imported nothing else, so that a circle would show."""
    program = "from drawings_api.models import {0}; print({0})"
    assert "Note" in python(program.format("Chicken"), folder)
    assert "int" in python(program.format("Egg"), folder)


def test_what_is_one_thing_is_no_union(folder: Path) -> None:
    surface = Surface.read(folder / "drawings_api" / "surface.txt")
    assert not {"Again", "Alone", "MaybeShape", "Size", "Speed", "Level"} & surface.aliases.keys()
    assert surface.enums == {
        "Level": ["1", "2"],
        "Size": ["'large'", "'medium'", "'small'"],
        "Speed": ["'fast'", "'slow'"],
    }


def test_the_words_for_constants_are_kept(folder: Path) -> None:
    assert folder.exists()
    assert documentation("size") == "- `small`: It fits a pocket."
    assert documentation("speed") == "- `slow`: By foot.\n- `fast`: By train\n"


def test_values_come_back_as_they_were(models: Any) -> None:
    data = {
        "shape": {"kind": "circle", "radius": 1.5},
        "marks": ["x", {"kind": "square"}, {"text": "n"}],
        "maybe": None,
        "null_shape": {"text": "n"},
        "wide": {"nodes": [{"value": "v"}], "more": {"value": "w"}},
        "lists": [{"kind": "square"}],
        "by_name": {"a": {"kind": "circle"}},
        "colour": "green",
        "speed": None,
        "friend": {"species": "Cat", "lives": 9},
        "json": ["a", ["b"]],
    }
    drawing = models.Drawing.from_dict(data)
    assert drawing.to_dict() == data
    assert isinstance(drawing.shape, models.Circle)
    assert [type(mark).__name__ for mark in drawing.marks] == ["str", "Square", "Note"]
    assert isinstance(drawing.wide, models.Branch)
    assert isinstance(drawing.wide["more"], models.Leaf)
    assert isinstance(drawing.friend, models.Cat)


def test_a_model_costs_no_union_and_a_union_its_classes_alone(folder: Path) -> None:
    program = "from drawings_api.models import {}; print(sorted(m for m in sys.modules if '_api.models.' in m))"
    prefix = "drawings_api.models."
    assert python(program.format("Drawing"), folder).strip() == f"['{prefix}drawing']"
    assert python(program.format("Shape"), folder).strip() == f"['{prefix}circle', '{prefix}shape', '{prefix}square']"
