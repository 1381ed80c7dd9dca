"""What a fake knows of values besides their types: which limits and examples of a description are written for it."""

from __future__ import annotations

import json
import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

from afresh_toolkit.generator.limiting.patterns import as_python
from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.reading.inputs import Inputs

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = r"""
openapi: VERSION
info: {title: Limits, version: "1"}
paths:
  /things:
    post:
      operationId: make
      parameters:
        - {name: X-Page, in: header, example: 3, schema: {type: integer, LIMIT}}
        - {name: at, in: query, content: {application/json: {schema: {type: string, maxLength: 9}, example: noon}}}
      requestBody:
        content:
          application/json:
            schema: {$ref: '#/components/schemas/Thing'}
            examples: {one: {$ref: '#/components/examples/One'}, big: {value: {name: LONG}}}
      responses:
        '200':
          description: Made
          content:
            application/json: {schema: {type: array, uniqueItems: true, items: {$ref: '#/components/schemas/Pet'}}}
        default: {$ref: '#/components/responses/Wrong'}
components:
  examples: {One: {value: {name: Ada, born: 2001-02-03}}}
  responses:
    Wrong: {description: Wrong, content: {application/json: {schema: {$ref: '#/components/schemas/Plain'}}}}
  schemas:
    Plain:
      type: object
      required: [plain]
      properties: {plain: {type: string}, other: {$ref: '#/components/schemas/Plain'}}
    Name: {type: string, pattern: '^[a-z]+$', maxLength: 5}
    Thing:
      type: object
      required: [name]
      properties:
        name: {$ref: '#/components/schemas/Name'}
        born: {type: string, format: date}
        mail: {type: string, format: email, example: ada@example.com}
        rate: {type: number, enum: [1.5, 2.5]}
        part: {$ref: '#/components/schemas/Thing'}
        code: {anyOf: [{type: string, minLength: 3}, {type: 'null'}]}
        plain: {$ref: '#/components/schemas/Plain'}
      additionalProperties: {type: string, maxLength: 7}
    Pet:
      oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]
      discriminator: {propertyName: kind, mapping: {tabby: '#/components/schemas/Cat'}}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, lives: {type: integer, maximum: 9}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}}}
"""


def limits(folder: Path, version: str = "3.1.0", limit: str = "exclusiveMinimum: 2") -> Any:
    text = DESCRIPTION.replace("VERSION", version).replace("LIMIT", limit).replace("LONG", "x" * 3000)
    file = folder / "openapi.yaml"
    file.write_text(text, encoding="utf-8")
    generate(Inputs(file), folder / "small_api", nullcontext)
    return json.loads((folder / "small_api" / "fakes.json").read_text(encoding="utf-8"))


def test_limits_and_examples_are_written_and_no_more(tmp_path: Path) -> None:
    made = limits(tmp_path)
    name = {"maxLength": 5, "pattern": "^[a-z]+$", "re": r"^[a-z]+\Z"}
    assert {key: made["schemas"]["Name"][key] for key in name} == name
    assert re.search("^[a-z]{1,5}$", made["schemas"]["Name"]["examples"][0])
    assert made["schemas"]["Thing"] == {
        "properties": {
            "name": {"$ref": "Name"},
            "born": {},
            "mail": {"format": "email", "examples": ["ada@example.com"]},
            "rate": {"enum": [1.5, 2.5], "examples": [1.5]},
            "part": {"$ref": "Thing"},
            "code": {"minLength": 3},
            "plain": {},
        },
        "additionalProperties": {"maxLength": 7},
    }
    assert "Plain" not in made["schemas"], "it has no limit"
    assert made["schemas"]["Pet"]["anyOf"] == [
        {"if": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["tabby"]}}}, "$ref": "Cat"},
        {"if": {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["Dog"]}}}},
    ]
    assert made["operations"] == {
        "default.make": {
            "header X-Page": {"exclusiveMinimum": 2, "examples": [3]},
            "query at": {"maxLength": 9, "examples": ["noon"]},
            "body application/json": {"$ref": "Thing", "examples": [{"name": "Ada", "born": "2001-02-03"}]},
            "200 application/json": {"uniqueItems": True, "items": {"$ref": "Pet"}},
        }
    }


def test_openapi_3_0_excludes_a_limit_by_a_switch(tmp_path: Path) -> None:
    page = limits(tmp_path, "3.0.3", "minimum: 2, exclusiveMinimum: true")["operations"]["default.make"][
        "header X-Page"
    ]
    assert page == {"exclusiveMinimum": 2, "examples": [3]}


@pytest.mark.parametrize(
    ("pattern", "right", "wrong"),
    [
        (r"^a$", "a", "a\n"),
        (r"^[$\]$]+\$$", "]$$", "a"),
        (r"(?<year>\d{4})-\k<year>", "2030-2030", "2030-2031"),
        (r"^[^]$", "\n", ""),
        (r"^[[a]+$", "[a", "b"),
        (r"^[[]$", "[", "]"),
        (r"^a(?<!b)(?<=a)c$", "ac", "bc"),
        (r"\/\u0041", "/A", "A"),
        (r"^[\w-]+$", "a-b", "é"),
    ],
)
def test_a_pattern_means_the_same_in_python(pattern: str, right: str, wrong: str) -> None:
    made = as_python(pattern)
    assert made is not None
    assert re.search(made, right, re.ASCII)
    assert not re.search(made, wrong, re.ASCII)


@pytest.mark.parametrize("pattern", [r"^\p{L}+$", r"\cJ", r"\u{1F600}", r"(", r"a**", r"[z-a]"])
def test_a_pattern_that_python_lacks_is_none(pattern: str) -> None:
    assert as_python(pattern) is None
