"""What is compiled of the error answers that a description has for its token calls."""

from pathlib import Path
from textwrap import indent

import pytest

from afresh_toolkit.generator.extensions.lifecycle_code import ErrorField, ErrorShape
from afresh_toolkit.generator.guessing.deciding import lifecycle_of
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied

HEAD = """\
openapi: 3.1.0
info: {title: Tokens, version: "1"}
x-token-lifecycle:
  login: {operation: POST /login}
  refresh: {operation: POST /refresh, send: {$request.body#/token: $refreshToken}}
  logout: {operation: POST /login}
  tokens: {accessToken: $response.body#/access}
components:
  responses:
    Problem: {description: "", content: {application/problem+json: {schema: {$ref: "#/components/schemas/Problem"}}}}
  schemas:
    Problem: {type: object, required: [title, status], properties: {title: {type: string}, status: {type: integer}}}
    Inner:
      type: object
      required: [code, rank]
      properties: {code: {enum: [401]}, rank: {type: integer, nullable: true}}
    Loop: {allOf: [{$ref: "#/components/schemas/Loop"}, {$ref: "#/components/schemas/Problem"}]}
paths:
  /login:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        "200": {description: "", content: {application/json: {schema: {type: object}}}}
        "401": {description: ""}
  /refresh:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        "200": {description: "", content: {application/json: {schema: {type: object}}}}
"""
TITLE, STATUS = ErrorField(("title",), ("string",)), ErrorField(("status",), ("integer",))


def shapes(answers: str, folder: Path) -> tuple[ErrorShape, ...]:
    (folder / "openapi.yaml").write_text(HEAD + indent(answers, 8 * " "), encoding="utf-8")
    lifecycle, problems = lifecycle_of(Document.read(folder / "openapi.yaml"), Applied())
    assert problems == []
    assert lifecycle
    assert lifecycle.login
    assert lifecycle.login.errors == ()
    assert lifecycle.refresh
    return lifecycle.refresh.errors


def of_schema(schema: str, folder: Path) -> tuple[ErrorShape, ...]:
    return shapes(f'"401": {{description: "", content: {{application/json: {{schema: {schema}}}}}}}', folder)


def test_an_answer_is_known_by_what_its_schema_requires(tmp_path: Path) -> None:
    answers = '"401": {$ref: "#/components/responses/Problem"}\n"403": {$ref: "#/components/responses/Problem"}\n'
    assert shapes(answers, tmp_path) == (ErrorShape(401, (TITLE, STATUS)), ErrorShape(403, (TITLE, STATUS)))


@pytest.mark.parametrize("status", ["default", "4XX", "4xx"])
def test_an_answer_for_any_status_is_known_too(status: str, tmp_path: Path) -> None:
    assert shapes(f'{status}: {{$ref: "#/components/responses/Problem"}}', tmp_path) == (
        ErrorShape(None, (TITLE, STATUS)),
    )


@pytest.mark.parametrize("status", ['"500"', '"5XX"', '"302"', "x-more"])
def test_what_is_no_error_of_the_client_does_not_count(status: str, tmp_path: Path) -> None:
    assert shapes(f'{status}: {{$ref: "#/components/responses/Problem"}}', tmp_path) == ()


@pytest.mark.parametrize("media_type", ["text/html", "application/xml", "text/plain", "application/octet-stream"])
def test_what_is_no_json_does_not_count(media_type: str, tmp_path: Path) -> None:
    schema = '{$ref: "#/components/schemas/Problem"}'
    assert shapes(f'"401": {{description: "", content: {{{media_type}: {{schema: {schema}}}}}}}', tmp_path) == ()


def test_json_of_any_media_type_counts(tmp_path: Path) -> None:
    for media_type in ("'*/*'", "application/vnd.api+json", "application/json; charset=utf-8"):
        schema = '{$ref: "#/components/schemas/Problem"}'
        answers = f'"401": {{description: "", content: {{{media_type}: {{schema: {schema}}}}}}}'
        assert shapes(answers, tmp_path) == (ErrorShape(401, (TITLE, STATUS)),)


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        (
            "{allOf: [{$ref: '#/components/schemas/Problem'}, {required: [kind], properties: {kind: {const: dead}}}]}",
            [ErrorShape(401, (TITLE, STATUS, ErrorField(("kind",), (), ("dead",))))],
        ),
        (
            "{oneOf: [{$ref: '#/components/schemas/Problem'}, {type: object, required: [code]}, {type: string}]}",
            [ErrorShape(401, (TITLE, STATUS)), ErrorShape(401, (ErrorField(("code",)),))],
        ),
        (
            "{required: [error], properties: {error: {$ref: '#/components/schemas/Inner'}}}",
            [
                ErrorShape(
                    401,
                    (
                        ErrorField(("error",), ("object",)),
                        ErrorField(("error", "code"), (), (401,)),
                        ErrorField(("error", "rank"), ("integer", "null")),
                    ),
                )
            ],
        ),
        (
            "{properties: {code: {type: [string, 'null'], enum: [a, b]}, in: {oneOf: [{}, {}]}}}",
            [ErrorShape(401, (), (ErrorField(("code",), ("null", "string")), ErrorField(("in",))))],
        ),
        (
            "{required: [success], properties: {success: {type: boolean, const: false}}}",
            [ErrorShape(401, (ErrorField(("success",), ("boolean",), (False,)),))],
        ),
        ("{$ref: '#/components/schemas/Loop'}", [ErrorShape(401, (TITLE, STATUS))]),
        ("{}", []),
        ("true", []),
        ("{type: object}", []),
        ("{type: array, items: {$ref: '#/components/schemas/Problem'}}", []),
        ("{type: object, additionalProperties: {type: string}}", []),
        ("{$ref: '#/components/schemas/Missing'}", []),
    ],
)
def test_what_a_schema_says_of_its_properties(schema: str, found: list[ErrorShape], tmp_path: Path) -> None:
    assert list(of_schema(schema, tmp_path)) == found


def test_alternatives_without_end_are_cut_off(tmp_path: Path) -> None:
    choice = "{oneOf: [" + ", ".join(f"{{required: [k{number}]}}" for number in range(40)) + "]}"
    assert len(of_schema(f"{{allOf: [{choice}, {choice}, {choice}]}}", tmp_path)) == 16
