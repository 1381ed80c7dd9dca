"""What descriptions hold that is seldom written by hand: each can be called, or is refused by place and remedy."""

import json
import subprocess
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from generator.depth import DEEPEST
from made import importable, make, problems

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
DONE = 'responses: {"204": {description: Done.}}'


def arguments(folder: Path, text: str, operation: str, package: str) -> Any:
    """Make a package; return the function that says what an operation sends."""
    make(HEAD + text, folder, package=package)
    with importable(folder):
        return import_module(f"{package}.api.t.{operation}").arguments


def text_path(path: str, schema: str, *others: str, method: str = "get", more: str = "") -> str:
    parameter = f"{{name: name, in: path, required: true{more}, schema: {schema}}}"
    lines = [f'  "{path}": {{{method}: {{operationId: call, tags: [t], parameters: [{parameter}], {DONE}}}}}']
    lines += [f'  "{other}": {{put: {{operationId: other{i}, tags: [t], {DONE}}}}}' for i, other in enumerate(others)]
    return "\n".join(["paths:", *lines, ""])


@pytest.mark.parametrize(
    ("name", "description", "url"),
    [
        ("open", text_path("/files/{name}", "{type: string}"), "/files/"),
        ("inside", text_path("/files/{name}/raw", "{type: string, minLength: 0}"), "/files//raw"),
        ("patterned", text_path("/files/{name}", "{type: string, pattern: '^[a-z]*$'}", "/folders"), "/files/"),
        ("listed", text_path("/files/{name}", "{type: array, items: {type: string}}", "/files/{name}/x"), "/files/"),
        ("deleted", text_path("/files/{name}", "{type: string, minLength: 0}", method="delete"), "/files/"),
        ("allowed", text_path("/a/{name}", "{type: string}", method="delete", more=", allowEmptyValue: true"), "/a/"),
        ("enumerated", text_path("/files/{name}", "{type: string, enum: ['', a]}"), "/files/"),
        ("collection", text_path("/files/{name}", "{type: string}", "/files"), None),
        ("slash", text_path("/files/{name}", "{type: string}", "/files/"), None),
        ("variable", text_path("/files/{name}/raw", "{type: string}", "/files/{other}"), None),
        ("root", text_path("/{name}", "{type: string}"), None),
        ("long", text_path("/files/{name}", "{type: string, minLength: 1}"), None),
        ("nonempty", text_path("/files/{name}", "{type: string, pattern: '^[a-z]+$'}"), None),
        ("other", text_path("/files/{name}", "{type: string, enum: [a, b]}"), None),
        ("delete", text_path("/files/{name}", "{type: string}", method="delete"), None),
    ],
)
def test_an_empty_path_parameter_is_sent_where_it_is_no_other_path(
    name: str, description: str, url: str | None, tmp_path: Path
) -> None:
    call = arguments(tmp_path, description, "call", f"empty_{name}_api")
    value: Any = [] if "type: array" in description else ""
    if url is not None:
        assert call(value)["url"] == url
    else:
        with pytest.raises(ValueError, match="'' cannot stand in a path: it would lead to another place"):
            call(value)
    for elsewhere in [["."], [".."]] if value == [] else [".", ".."]:
        with pytest.raises(ValueError, match="cannot stand in a path"):
            call(elsewhere)


def test_a_body_of_any_type_is_bytes_a_file_or_json(tmp_path: Path) -> None:
    body = 'requestBody: {required: true, content: {"*/*": {schema: {}}}}'
    text = f"paths: {{/it: {{post: {{operationId: send, tags: [t], {body}, {DONE}}}}}}}\n"
    send = arguments(tmp_path, text, "send", "any_body_api")
    file = import_module("any_body_api.types").File(BytesIO(b"\xff"), mime_type="image/png")
    opened = BytesIO(b"\xff")
    assert send(body=b"\xff") == {
        "method": "POST",
        "url": "/it",
        "headers": {"Content-Type": "application/octet-stream"},
        "content": b"\xff",
    }
    assert send(body=opened)["content"] is opened
    assert (send(body=file)["content"], send(body=file)["headers"]) == (file.payload, {"Content-Type": "image/png"})
    assert send(body={"a": [1]})["content"] == b'{"a":[1]}'
    assert send(body=["a"])["headers"] == {"Content-Type": "application/json"}


def test_bytes_beside_json_of_any_type_are_sent_as_they_are(tmp_path: Path) -> None:
    body = "requestBody: {content: {application/json: {}, application/octet-stream: {}}}"
    text = f"paths: {{/it: {{post: {{operationId: send, tags: [t], {body}, {DONE}}}}}}}\n"
    send = arguments(tmp_path, text, "send", "json_or_bytes_api")
    assert send(body=b"\xff")["content"] == b"\xff"
    assert send(body=[1])["content"] == b"[1]"


def test_a_form_without_names_is_one_part(tmp_path: Path) -> None:
    body = (
        "requestBody: {required: true, content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Scan'}}}}"
    )
    text = f"paths: {{/it: {{post: {{operationId: send, tags: [t], {body}, {DONE}}}}}}}\n"
    text += "components: {schemas: {Scan: {type: string, format: binary}}}\n"
    made = make(HEAD + text, tmp_path, package="nameless_api")
    assert [rule.name for rule, _ in made.warnings] == ["nameless-part"]
    with importable(tmp_path):
        send = import_module("nameless_api.api.t.send").arguments
        file = import_module("nameless_api.types").File(BytesIO(b"x"), "x.png", "image/png")
    [(name, part)] = send(body=file)["files"]
    assert (name, part) == ("file", ("x.png", file.payload, "image/png"))
    assert "headers" not in send(body=file)  # httpx says it, with the boundary


def test_what_is_binary_in_json_is_a_text_and_stays_a_file_in_a_form(tmp_path: Path) -> None:
    properties = "properties: {value: {type: string, format: binary}, key: {type: string}}"
    text = f"""\
paths:
  /it:
    post:
      operationId: send
      tags: [t]
      requestBody: {{content: {{application/json: {{schema: {{$ref: "#/components/schemas/Entry"}}}}}}}}
      {DONE}
    put:
      operationId: upload
      tags: [t]
      requestBody: {{content: {{multipart/form-data: {{schema: {{$ref: "#/components/schemas/Upload"}}}}}}}}
      {DONE}
components:
  schemas:
    Entry: {{type: object, required: [value], {properties}}}
    Upload: {{type: object, required: [value], properties: {{value: {{type: string, contentMediaType: image/png}}}}}}
"""
    send = arguments(tmp_path, text, "send", "binary_api")
    models, types = import_module("binary_api.models"), import_module("binary_api.types")
    entry = models.Entry.from_dict({"key": "k", "value": "text"})
    assert send(body=entry)["json"] == {"key": "k", "value": "text"}
    upload = import_module("binary_api.api.t.upload").arguments
    [(name, part)] = upload(body=models.Upload(value=types.File(BytesIO(b"x"), "x.png")))["files"]
    assert (name, part[0]) == ("value", "x.png")


ANSWERS = {
    "enum": "{$ref: '#/components/schemas/Short'}",
    "number": "{type: integer, enum: [1, 2]}",
    "true": "{type: boolean, enum: [true]}",
    "const": "{const: a}",
    "list": "{type: array, items: {$ref: '#/components/schemas/Short'}}",
    "null": "{type: [string, 'null'], enum: [a, null]}",
    "model": "{$ref: '#/components/schemas/Problem'}",
    "union": "{oneOf: [{$ref: '#/components/schemas/Problem'}, {$ref: '#/components/schemas/Other'}]}",
    "text": "{type: string}",
}


def test_a_type_checker_is_content_with_every_answer_beside_every_error(tmp_path: Path) -> None:
    def answer(name: str) -> str:
        return f"{{description: x, content: {{application/json: {{schema: {ANSWERS[name]}}}}}}}"

    responses = [
        f"{{'200': {answer(name)}, '{status}': {answer(other)}, '201': {answer(more)}}}"
        for name in ANSWERS
        for other, status, more in (("model", "401", name), ("union", "default", "const"), ("enum", "4XX", "true"))
    ]
    paths = [
        f"  /{index}: {{get: {{operationId: read{index}, tags: [t], responses: {one}}}}}\n"
        for index, one in enumerate(responses)
    ]
    schemas = (
        "components:\n  schemas:\n    Short: {type: string, enum: [byWord, byAttribute]}\n"
        "    Problem: {type: object, properties: {message: {type: string}}}\n"
        "    Other: {type: object, properties: {more: {type: string}}}\n"
    )
    make(f"{HEAD}paths:\n{''.join(paths)}{schemas}", tmp_path, package="answers_api")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", "answers_api"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("kind", ["object", "array", "alternative"])
def test_three_hundred_objects_within_each_other(kind: str, tmp_path: Path) -> None:
    schema = '{"type": "object", "properties": {"last": {"type": "string"}}}'
    around = {
        "object": '{"type": "object", "properties": {"in": %s}}',
        "array": '{"type": "object", "properties": {"in": {"type": "array", "items": %s}}}',
        "alternative": '{"oneOf": [{"type": "null"}, {"type": "object", "properties": {"in": %s}}]}',
    }
    for _ in range(300):
        schema = around[kind] % schema
    content = f'{{"200": {{"description": "", "content": {{"application/json": {{"schema": {schema}}}}}}}}}'
    paths = f'{{"/it": {{"get": {{"operationId": "getIt", "tags": ["t"], "responses": {content}}}}}}}'
    text = f'{{"openapi": "3.1.0", "info": {{"title": "T", "version": "1"}}, "paths": {paths}}}'
    made = make(text, tmp_path, file="openapi.json")
    assert made.models == 301


TOO_DEEP = f"more than {DEEPEST:,} maps and lists within each other are open here, which no description needs"


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        ("a:\n  " + "[" * 10_000 + "]" * 10_000, "openapi.yaml", 2),
        ("a:\n  " + "{a: " * 100_000 + "1" + "}" * 100_000, "openapi.yaml", 2),
        ("".join(f"{' ' * i}a:\n" for i in range(10_000)), "openapi.yaml", DEEPEST + 1),
        ("- " * 10_000 + "a", "openapi.yaml", 1),
        ("a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 3000)), "openapi.yaml", DEEPEST),
        ('{"a":\n' + "[" * 10_000 + "]" * 10_000 + "}", "openapi.json", 2),
        ('{"a":\n' + '{"]": ' * 100_000 + "1" + "}" * 100_000 + "}", "openapi.json", 2),
    ],
    ids=["brackets", "braces", "blocks", "dashes", "aliases", "JSON", "JSON objects"],
)
def test_what_is_nested_without_end_is_refused_by_its_line(text: str, file: str, line: int, tmp_path: Path) -> None:
    [problem] = problems(text, tmp_path, file=file)
    assert problem == f"{file}:{line}: {TOO_DEEP}; see what has written it"


def test_brackets_in_texts_are_no_nesting(tmp_path: Path) -> None:
    text = json.dumps({"openapi": "3.1.0", "info": {"title": "[" * 5000, "version": "1"}, "paths": {}})
    assert make(text, tmp_path, file="openapi.json").operations == 0
    words = f"{HEAD}paths: {{}}\nx-words: >-\n  {'[ it [ is [ ' * 1000}\n"
    assert make(words, tmp_path / "yaml").operations == 0


@pytest.mark.parametrize("form", ["[%s]", "{<<: [%s]}", "{more: [%s]}"])
def test_aliases_that_multiply_are_refused_before_they_are_written_out(form: str, tmp_path: Path) -> None:
    lines = ["a0: &a0 {x: 1}"]
    lines += [f"a{i}: &a{i} {form % ', '.join([f'*a{i - 1}'] * 10)}" for i in range(1, 12)]
    [problem] = problems("\n  ".join([f"{HEAD}x-laughs:", *lines]), tmp_path)
    assert "the YAML aliases in here come to more than 1,000,000 parts when they are written out" in problem
    assert problem.endswith("make a component of what they repeat, and refer to that by $ref")


def test_aliases_that_repeat_much_but_not_too_much_are_read(tmp_path: Path) -> None:
    answer = "&answer {description: x, content: {application/json: {schema: {type: object, properties: {a: {}}}}}}"
    lines = [f"    '{status}': {'*answer' if status > 400 else answer}" for status in range(400, 500)]
    text = f"{HEAD}paths: {{/it: {{get: {{operationId: getIt, tags: [t], responses: *all}}}}}}\n"
    shared = "x-all: &all\n" + "\n".join(lines) + "\n"
    assert make(shared + text, tmp_path).models == 1
