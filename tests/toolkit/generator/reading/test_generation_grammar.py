"""What descriptions hold that is seldom written by hand: each can be called, or is refused by place and remedy."""

import json
from collections.abc import Iterator
from importlib import import_module
from io import BytesIO
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.generator.reading.depth import DEEPEST
from afresh_toolkit.generator.reading.description import DescribedOperation
from afresh_toolkit.generator.writing.operations.routes import Routes
from made import importable, make, problems
from type_checkers import MYPY_STRICT, refuse_complaints, start

HEAD = 'openapi: 3.1.0\ninfo: {title: T, version: "1"}\n'
DONE = 'responses: {"204": {description: Done.}}'


EMPTY = {
    # A path parameter, how it is described, other paths, and what is sent for an empty value: None is refused.
    "plain": ("get", "/plain/{name}", "schema: {type: string}", [], "/plain/"),
    "inside": ("get", "/inside/{name}/raw", "schema: {type: string, minLength: 0}", [], "/inside//raw"),
    "patterned": ("put", "/patterned/{name}", "schema: {type: string, pattern: '^[a-z]*$'}", ["/near"], "/patterned/"),
    "listed": ("get", "/listed/{name}", "schema: {type: array, items: {type: string}}", ["/listed/{n}/x"], "/listed/"),
    "labelled": ("get", "/labelled/{name}", "style: label, schema: {type: string}", [], "/labelled/."),
    "deleted": ("delete", "/deleted/{name}", "schema: {type: string, minLength: 0}", [], "/deleted/"),
    "allowed": ("delete", "/allowed/{name}", "allowEmptyValue: true, schema: {type: string}", [], "/allowed/"),
    "enumerated": ("get", "/enumerated/{name}", "schema: {type: string, enum: ['', a]}", [], "/enumerated/"),
    "collection": ("get", "/collection/{name}", "schema: {type: string}", ["/collection"], None),
    "slash": ("get", "/slash/{name}", "schema: {type: string}", ["/slash/"], None),
    "variable": ("get", "/variable/{name}/raw", "schema: {type: string}", ["/variable/{other}"], None),
    "long": ("get", "/long/{name}/raw", "schema: {type: string, minLength: 1}", [], None),
    "nonempty": ("get", "/nonempty/{name}/raw", "schema: {type: string, pattern: '^[a-z]+$'}", [], None),
    "other": ("get", "/other/{name}/raw", "schema: {type: string, enum: [a, b]}", [], None),
    "delete": ("delete", "/delete/{name}/raw", "schema: {type: string}", [], None),
}
BODIES = """\
  /bodies/any:
    post: {operationId: sendAny, tags: [t], requestBody: {required: true, content: {"*/*": {schema: {}}}}, DONE}
  /bodies/either:
    post:
      operationId: sendEither
      tags: [t]
      requestBody: {content: {application/json: {}, application/octet-stream: {}}}
      DONE
  /bodies/scan:
    post:
      operationId: sendScan
      tags: [t]
      requestBody:
        required: true
        content: {multipart/form-data: {schema: {$ref: "#/components/schemas/Scan"}}}
      DONE
  /bodies/entry:
    post:
      operationId: sendEntry
      tags: [t]
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Entry"}}}}
      DONE
    put:
      operationId: upload
      tags: [t]
      requestBody: {content: {multipart/form-data: {schema: {$ref: "#/components/schemas/Upload"}}}}
      DONE
components:
  schemas:
    Entry: {type: object, required: [value], properties: {value: {type: string, format: binary}, key: {}}}
    Scan: {type: string, format: binary}
    Upload: {type: object, required: [value], properties: {value: {type: string, contentMediaType: image/png}}}
"""


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the name of a package of all these operations, which can be imported meanwhile."""
    folder = tmp_path_factory.mktemp("grammar")
    lines = ["paths:"]
    for name, (method, path, said, others, _) in EMPTY.items():
        parameter = f"{{name: name, in: path, required: true, {said}}}"
        lines.append(f'  "{path}": {{{method}: {{operationId: {name}, tags: [t], parameters: [{parameter}], {DONE}}}}}')
        lines += [f'  "{other}": {{put: {{operationId: beside_{name}, tags: [t], {DONE}}}}}' for other in others]
    made = make(
        "\n".join([f"{HEAD}{lines[0]}", *lines[1:], BODIES.replace("DONE", DONE)]), folder, package="grammar_api"
    )
    assert {rule.name for rule, _ in made.warnings} == {"nameless-part"}
    with importable(folder):
        yield "grammar_api"


def arguments(package: str, operation: str) -> Any:
    """Return the function that says what an operation sends."""
    return import_module(f"{package}.api.t.{operation}").arguments


@pytest.mark.parametrize("name", EMPTY)
def test_an_empty_path_parameter_is_sent_where_it_is_no_other_path(package: str, name: str) -> None:
    *_, said, _, url = EMPTY[name]
    call = arguments(package, name)
    value: Any = [] if "type: array" in said else ""
    if url is not None:
        assert call(value)["url"] == url
    else:
        with pytest.raises(ValueError, match="'' cannot stand in a path: it would lead to another place"):
            call(value)
    for elsewhere in (".", ".."):
        if "label" not in said:
            with pytest.raises(ValueError, match="cannot stand in a path"):
                call([elsewhere] if value == [] else elsewhere)


@pytest.mark.parametrize(("path", "other"), [("/{name}", "/x"), ("/x/{name}", "/{any}"), ("/x/{name}?a=b", "/x")])
def test_an_empty_path_parameter_is_not_sent_to_the_root_or_a_path_with_variables(path: str, other: str) -> None:
    parameter: dict[str, Any] = {"name": "name", "in": "path", "schema": {"type": "string"}}
    operation = DescribedOperation("GET", path, (), {}, {("path", "name"): parameter})
    assert not Routes([path, other]).may_be_empty(operation, "name", parameter["schema"])


def test_a_body_of_any_type_is_bytes_a_file_or_json(package: str) -> None:
    send = arguments(package, "send_any")
    file = import_module(f"{package}.types").File(BytesIO(b"\xff"), mime_type="image/png")
    opened = BytesIO(b"\xff")
    assert send(body=b"\xff") == {
        "method": "POST",
        "url": "/bodies/any",
        "headers": {"Content-Type": "application/octet-stream"},
        "content": b"\xff",
        "extensions": {"optional_auth": True},
    }
    assert send(body=opened)["content"] is opened
    assert (send(body=file)["content"], send(body=file)["headers"]) == (file.payload, {"Content-Type": "image/png"})
    assert send(body={"a": [1]})["content"] == b'{"a":[1]}'
    assert send(body=["a"])["headers"] == {"Content-Type": "application/json"}


def test_bytes_beside_json_of_any_type_are_sent_as_they_are(package: str) -> None:
    send = arguments(package, "send_either")
    assert send(body=b"\xff")["content"] == b"\xff"
    assert send(body=[1])["content"] == b"[1]"


def test_a_form_without_names_is_one_part(package: str) -> None:
    send = arguments(package, "send_scan")
    file = import_module(f"{package}.types").File(BytesIO(b"x"), "x.png", "image/png")
    [(name, part)] = send(body=file)["files"]
    assert (name, part) == ("file", ("x.png", file.payload, "image/png"))
    assert "headers" not in send(body=file)  # httpx says it, with the boundary


def test_what_is_binary_in_json_is_a_text_and_stays_a_file_in_a_form(package: str) -> None:
    models, types = import_module(f"{package}.models"), import_module(f"{package}.types")
    entry = models.Entry.from_dict({"key": "k", "value": "text"})
    assert arguments(package, "send_entry")(body=entry)["json"] == {"key": "k", "value": "text"}
    upload = arguments(package, "upload")
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

    errors = cycle([("model", "401"), ("union", "default"), ("enum", "4XX"), ("model", "default")])
    others = cycle(["const", "true", "model"])
    responses = [
        f"{{'200': {answer(name)}, '{status}': {answer(error)}, '201': {answer(other)}}}"
        for name, (error, status), other in zip([*ANSWERS, *ANSWERS], errors, others, strict=False)
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
    refuse_complaints(start(tmp_path, *MYPY_STRICT, "answers_api"))


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
        ("a0: &a0 [x]\n" + "".join(f"a{i}: &a{i} [*a{i - 1}]\n" for i in range(1, 3000)), "openapi.yaml", DEEPEST + 1),
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
