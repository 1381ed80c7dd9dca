"""The pages of a reference: what they say, and that nothing in a description can break them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
import yaml

from afresh import APIError
from afresh import __all__ as public
from afresh_toolkit.generator.referencing.pages.errors import OF_THE_CLIENT
from afresh_toolkit.generator.referencing.pages.statuses import error_class
from made import OPENAPI
from referenced import REFERENCE, broken_links, make_reference, pages, shown

if TYPE_CHECKING:
    from pathlib import Path

ASKED = httpx.Request("GET", "http://api.test/things")
TRICKY = r"""
openapi: 3.1.0
info: {title: "A <b>bold</b> API", version: "1"}
servers: [{url: "https://api.example.com/v2"}]
tags:
  - {name: models, description: "See [the guide](/guide) and [the web](https://example.com)."}
  - {name: errors}
paths:
  /models/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string, pattern: "^(a|b)[0-9]{3}$"}}]
    get:
      tags: [models]
      operationId: get
      summary: Read <one>.
      description: |
        # A heading

        It has `a | b`, <script>alert(1)</script>, and a line:

        Below
        =====

        ```
        # no heading <here>
        ```
      parameters:
        - {name: limit, in: query, required: true, schema: {type: integer, minimum: 5, maximum: 7}}
        - {name: kind, in: query, schema: {type: string, enum: ["x|y", "z"]}, description: "Lines\nof | words"}
      responses:
        "200": {description: Found, content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
        "418": {description: A teapot, content: {application/json: {schema: {$ref: "#/components/schemas/THING"}}}}
        "503": {description: Not now}
        default: {description: Else}
    put:
      tags: [errors]
      operationId: put
      deprecated: true
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: "#/components/schemas/Thing"}
            examples: {one: {value: {name: "Given \"here\"", born: 2001-02-03, parent: {name: x, born: 2001-02-03}}}}
      responses: {"204": {description: Done}}
components:
  schemas:
    Thing:
      type: object
      required: [name, born]
      properties:
        name: {type: string, maxLength: 20}
        born: {type: string, format: date}
        parent: {$ref: "#/components/schemas/Thing"}
        id: {type: integer, readOnly: true}
    THING: {type: object, properties: {other: {anyOf: [{$ref: "#/components/schemas/Thing"}, {type: string}]}}}
"""


@pytest.fixture(scope="module")
def tricky(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return make_reference(TRICKY, tmp_path_factory.mktemp("tricky"))


def test_the_sample_has_a_page_a_tag_and_every_operation_on_one(tmp_path: Path) -> None:
    described = yaml.safe_load(OPENAPI)
    count = sum(
        method in {"get", "post", "put", "patch", "delete"} for item in described["paths"].values() for method in item
    )
    assert len(shown(REFERENCE)) == count
    tags = {f"{tag['name']}.md" for tag in described["tags"]}
    assert set(pages(REFERENCE)) == {*tags, "README.md", "models.md", "errors.md", "signing-in.md"}
    assert make_reference(OPENAPI, tmp_path, "afresh") == pages(REFERENCE), "the committed pages are those of today"


def test_links_lead_somewhere(tricky: dict[str, str]) -> None:
    assert list(broken_links(tricky)) == []
    assert list(broken_links(pages(REFERENCE))) == []


def test_an_operation_has_all_that_a_caller_has_to_know() -> None:
    tasks = pages(REFERENCE)["tasks.md"]
    create = tasks.partition("## tasks.create\n")[2].partition("\n## ")[0]
    for said in (
        "`POST /tasks`",
        "tasks.create(body: NewTask, *, idempotency_key: str | None = None) -> Task",
        "**Needs** a token",
        "header `Idempotency-Key` | Two requests with the same key create one task. 1 to 100 characters.",
        "| 201 | [`Task`](models.md#task) | The task as it was stored. |",
        "| 409 | raises [`Conflict`](errors.md#conflict), `body` is [`Problem`](models.md#problem) |",
    ):
        assert said in create
    assert "**Pages**: iterate over it for the items of all pages ([`Task`](models.md#task))" in tasks
    assert "**Streams** [`Activity`](models.md#activity) (server-sent events)" in tasks


def test_tags_that_are_called_like_a_page_have_another(tricky: dict[str, str]) -> None:
    assert {"models.md", "errors.md", "models-operations.md", "errors-operations.md"} <= tricky.keys()
    assert "## models.get" in tricky["models-operations.md"]


def test_where_the_description_has_no_words_there_are_none(tricky: dict[str, str]) -> None:
    page = tricky["errors-operations.md"]
    assert "| [`errors.put`](#errorsput) | `PUT /models/{id}` | Deprecated. |" in page
    assert "Send `" not in page


def test_no_words_of_the_description_break_a_page(tricky: dict[str, str]) -> None:
    page = tricky["models-operations.md"]
    assert re.findall(r"^#+ .*$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), re.MULTILINE) == [
        "# models",
        "## models.get",
    ]
    assert "**A heading**" in page
    assert "# no heading <here>" in page
    assert "<script" not in page
    assert "See the guide and [the web](https://example.com)." in page
    assert "A &lt;b>bold&lt;/b> API" in tricky["README.md"] or "**bold**" in tricky["README.md"]
    rows = [line for text in tricky.values() for line in text.splitlines() if line.startswith("|")]
    widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows}
    assert widths <= {3, 4, 5}, "every `|` that ends no cell is escaped"
    assert r"Lines of \| words" in page
    assert "<code>^(a&#124;b)[0-9]{3}$</code>" in page


def test_examples_keep_the_limits(tricky: dict[str, str]) -> None:
    page = tricky["models-operations.md"]
    (path,) = re.findall(r"^GET /v2/models/(\S+)\?limit=[567]$", page, re.MULTILINE)
    assert re.fullmatch("(a|b)[0-9]{3}", path)


def test_examples_are_those_of_the_description(tricky: dict[str, str]) -> None:
    page = tricky["errors-operations.md"]
    assert "Thing(\n            name='Given \"here\"'," in page
    assert "born=datetime.date(2001, 2, 3)" in page
    assert "Deprecated." in page


def test_models_have_types_marks_and_uses(tricky: dict[str, str]) -> None:
    models = tricky["models.md"]
    assert "| `id` (optional, only in answers) | `int` |" in models
    assert "`name` | `str` | At most 20 characters. |" in models
    assert (
        "Used by [`models.get`](models-operations.md#modelsget), [`errors.put`](errors-operations.md#errorsput)"
        in models
    )


def test_errors_are_those_that_the_client_raises(tricky: dict[str, str]) -> None:
    for status in range(400, 600):
        assert type(APIError.of(httpx.Response(status, request=ASKED))).__name__ == error_class(str(status))
    assert (error_class("5XX"), error_class("default")) == ("ServerError", "APIError")
    assert set(OF_THE_CLIENT) <= set(public)
    assert "| 503 Service Unavailable |  | [`models.get`]" in tricky["errors.md"]
    assert "| any other |  |" in tricky["errors.md"]


def test_many_models_have_a_page_for_each_initial_letter(tmp_path: Path) -> None:
    described = yaml.safe_load(OPENAPI)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for number in range(210):
        name = f"{letters[number % 26]}thing{number}"
        described["components"]["schemas"][name] = {"type": "object", "properties": {"name": {"type": "string"}}}
    named = [{"$ref": f"#/components/schemas/{letters[n % 26]}thing{n}"} for n in range(210)]
    described["components"]["schemas"]["Project"]["properties"]["all"] = {"type": "array", "prefixItems": named}
    described["components"]["schemas"]["Project"]["properties"]["one"] = {"anyOf": named}
    made = make_reference(yaml.safe_dump(described), tmp_path)
    assert {"models.md", "models-a.md", "models-z.md"} <= made.keys()
    assert "## Athing0" in made["models-a.md"]
    assert "[A](models-a.md)" in made["models.md"]
    assert list(broken_links(made)) == []
