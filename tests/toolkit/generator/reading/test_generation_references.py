"""A `$ref` may stand wherever a bundler would follow it: nothing is lost by it, and what cannot be followed is said."""

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from afresh_toolkit.generator.normalising.normalise import normalise
from afresh_toolkit.generator.pipeline import generate
from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.description import needs_token, operations, tag_descriptions
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.reading.webhooks import webhooks
from afresh_toolkit.generator.rules import Applied
from made import make, problems, run

ACCOUNT = """\
operationId: getAccount
tags: [accounts]
parameters: [{name: verbose, in: query, schema: {type: boolean}}]
responses:
  "200": {description: It., content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
"""
"""An operation."""

PLAIN = {
    "servers": "[{url: 'https://api.example.com', variables: {}}]",
    "security": "[{token: []}]",
    "tags": "[{name: accounts, description: All accounts.}]",
    "securitySchemes": "{token: {type: http, scheme: bearer}}",
    "parameters": "[{name: id, in: path, required: true, schema: {type: integer}}]",
    "get": f"{{{', '.join(ACCOUNT.splitlines()[:3])}, responses: {{{ACCOUNT.splitlines()[4].strip()}}}}}",
    "put parameters": "[{name: dry, in: query, schema: {type: boolean}}]",
    "put body": "{required: true, content: {application/json: {schema: {$ref: '#/components/schemas/Account'}}}}",
    "put content": "{application/json: {schema: {$ref: '#/components/schemas/Account'}}}",
    "put media": "{schema: {$ref: '#/components/schemas/Account'}}",
    "put schema": "{$ref: '#/components/schemas/Account'}",
    "put responses": "{'204': {description: Done.}, '409': {description: No., content: {application/json: {schema: "
    "{$ref: '#/components/schemas/Problem'}}}}}",
    "put tags": "[accounts]",
    "put security": "[]",
    "headers": "{X-Left: {schema: {type: integer}}}",
    "properties": "{name: {type: string}, kind: {$ref: '#/components/schemas/Kind'}}",
    "required": "[name]",
    "enum": "[free, paid]",
    "parts": "[{$ref: '#/components/schemas/Account'}, {type: object, properties: {since: {type: string}}}]",
}
"""The parts of a description."""


def description(**parts: str) -> str:
    part = {name.replace(" ", "_"): text for name, text in PLAIN.items()} | parts
    body = parts.get("put_body") or f"{{required: true, content: {_content(part, parts)}}}"
    return f"""\
openapi: 3.2.0
info: {{title: T, version: "1"}}
servers: {part["servers"]}
security: {part["security"]}
tags: {part["tags"]}
paths:
  /accounts/{{id}}:
    parameters: {part["parameters"]}
    get: {part["get"]}
    put:
      operationId: putAccount
      tags: {part["put_tags"]}
      security: {part["put_security"]}
      parameters: {part["put_parameters"]}
      requestBody: {body}
      responses: {part["put_responses"]}
  /old:
    get:
      operationId: getOld
      tags: [accounts]
      responses:
        "200":
          description: x
          headers: {part["headers"]}
          content: {{application/json: {{schema: {{$ref: "#/components/schemas/Old"}}}}}}
components:
  securitySchemes: {part["securitySchemes"]}
  schemas:
    Account: {{type: object, required: {part["required"]}, properties: {part["properties"]}}}
    Kind: {{type: string, enum: {part["enum"]}}}
    Old: {{allOf: {part["parts"]}}}
    Problem: {{type: object, properties: {{message: {{type: string}}}}}}
x-parts:
"""


def _content(part: dict[str, str], given: dict[str, str]) -> str:
    if "put_content" in given:
        return given["put_content"]
    media = given.get("put_media") or f"{{schema: {part['put_schema']}}}"
    return f"{{application/json: {media}}}"


def surface(text: str, folder: Path, **files: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    make(text, folder)
    return (folder / "small_api" / "surface.txt").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> str:
    return surface(description(), tmp_path_factory.mktemp("plain"))


def read(text: str, folder: Path, **files: str) -> Any:
    """Return all that code is made of."""
    for name, content in {"openapi__yaml": text, **files}.items():
        (folder / name.replace("__", ".")).write_text(content, encoding="utf-8")
    document, _ = read_description(Inputs(folder / "openapi.yaml"), Applied())
    normalised = normalise(document, Applied())
    content = document.content
    schemes = content["components"]["securitySchemes"]
    security = [needs_token(document, operation, is_asked_for=True) for operation in operations(document)]
    return normalised.content, tag_descriptions(content), content["servers"], schemes, security


@pytest.mark.parametrize("place", PLAIN)
def test_a_part_within_the_description_may_be_a_reference(place: str, tmp_path: Path) -> None:
    expected = read(description(), tmp_path)
    referring = description(**{place.replace(" ", "_"): "{$ref: '#/x-parts/part'}"})
    assert read(f"{referring}  part: {PLAIN[place]}\n", tmp_path) == expected


@pytest.mark.parametrize("place", PLAIN)
def test_a_part_of_another_file_may_be_referred_to(place: str, tmp_path: Path) -> None:
    expected = read(description(), tmp_path)
    referring = description(**{place.replace(" ", "_"): "{$ref: 'parts.yaml#/a~1part/a%20b'}"})
    there = PLAIN[place].replace("'#/", "'openapi.yaml#/")
    parts = f"a/part:\n  a b: {{$ref: '#/other'}}\nother: {there}\n"
    assert read(referring, tmp_path, parts__yaml=parts) == expected


def test_the_package_of_parts_that_are_all_references_is_the_same(plain: str, tmp_path: Path) -> None:
    places = [place for place in PLAIN if place not in {"put content", "put media", "put schema"}]
    inner = {place.replace(" ", "_"): f"{{$ref: 'parts.yaml#/{place}'}}" for place in places}
    parts = "".join(f"{place}: {PLAIN[place]}\n".replace("'#/", "'openapi.yaml#/") for place in places)
    assert surface(description(**inner), tmp_path, parts__yaml=parts) == plain


def test_an_operation_of_another_path_may_be_referred_to_by_way_of_a_reference(tmp_path: Path) -> None:
    text = description(get="{$ref: '#/paths/x-hidden/get'}").replace("  /old:\n", "  x-hidden: &a {}\n  /old:\n")
    text = text.replace("x-hidden: &a {}", "x-hidden: {$ref: '#/components/pathItems/hidden'}")
    text = text.replace("components:\n", f"components:\n  pathItems: {{hidden: {{get: {PLAIN['get']}}}}}\n")
    assert "accounts.get: GET /accounts/{id}" in surface(text, tmp_path)


def test_what_stands_beside_the_reference_of_an_operation_wins(tmp_path: Path) -> None:
    text = description(get="{$ref: '#/x-parts/a', operationId: readAccount}")
    found = surface(f"{text}  a: {{$ref: '#/x-parts/b', tags: [people]}}\n  b: {PLAIN['get']}\n", tmp_path)
    assert "operation people.read_account: GET /accounts/{id}" in found
    assert "verbose: bool | None = None" in found


def test_two_references_to_one_operation_are_two_methods(tmp_path: Path) -> None:
    text = description(get="{$ref: '#/x-parts/a'}").replace(
        "components:\n", "  /people/{id}: {get: {$ref: '#/x-parts/a'}}\ncomponents:\n", 1
    )
    found = surface(f"{text}  a: {PLAIN['get']}\n", tmp_path)
    assert "operation accounts.get: GET /accounts/{id}" in found
    assert "operation accounts.get_people: GET /people/{id}" in found
    assert found.count("-> GetAccountResponse") == 2


def test_parameters_beside_the_reference_of_a_path_are_added(tmp_path: Path) -> None:
    text = description().replace(
        "  /old:\n",
        "  /people/{id}:\n    $ref: '#/components/pathItems/person'\n"
        "    parameters: [{name: X-Trace, in: header, schema: {type: string}}]\n  /old:\n",
    )
    item = f"{{parameters: {PLAIN['parameters']}, get: {{operationId: getPerson, tags: [p], responses: {{}}}}}}"
    found = surface(text.replace("components:\n", f"components:\n  pathItems: {{person: {item}}}\n"), tmp_path)
    entry = found[found.index("operation p.get_person") :].partition("\n\n")[0]
    assert "id: int" in entry
    assert "x_trace: str" in entry


def test_references_that_are_equal_but_for_escapes_name_one_class(tmp_path: Path) -> None:
    text = """\
openapi: 3.1.0
info: {title: T, version: "1"}
paths:
  /it:
    get:
      operationId: getIt
      tags: [t]
      responses: {"200": {description: x, content: {application/json: {schema: {$ref: "#/components/schemas/Any"}}}}}
components:
  schemas:
    Any:
      oneOf: [{$ref: "#/components/schemas/a%20cat"}, {$ref: "#/components/schemas/a dog"}]
      discriminator:
        propertyName: kind
        mapping: {c: "#/components/schemas/a cat", d: "#/components/schemas/%61%20dog"}
    a cat: {type: object, properties: {kind: {type: string}}}
    a dog: {type: object, properties: {kind: {type: string}}}
"""
    surface(text, tmp_path)
    code = (tmp_path / "small_api" / "api" / "t" / "get_it.py").read_text()
    assert "case 'c'" in code.replace('"', "'")
    assert "case 'd'" in code.replace('"', "'")


@pytest.mark.parametrize("place", ["get", "put content", "put media", "put tags", "properties", "required", "servers"])
def test_a_part_that_is_not_there_is_named_by_its_line(place: str, tmp_path: Path) -> None:
    text = description(**{place.replace(" ", "_"): "{$ref: '#/x-parts/nothing'}"})
    [problem] = problems(text, tmp_path)
    line = next(index for index, line in enumerate(text.splitlines(), 1) if "x-parts/nothing" in line)
    assert problem.startswith(f"openapi.yaml:{line}: $ref of a")
    assert problem.endswith("leads nowhere: there is no #/x-parts/nothing in this description; name what is meant")


@pytest.mark.parametrize("place", ["get", "parameters", "put body", "put responses", "properties", "securitySchemes"])
def test_references_that_go_round_in_a_circle(place: str, tmp_path: Path) -> None:
    text = description(**{place.replace(" ", "_"): "{$ref: '#/x-parts/one'}"})
    [problem] = problems(f"{text}  one: {{$ref: '#/x-parts/two'}}\n  two: {{$ref: '#/x-parts/one'}}\n", tmp_path)
    assert "$ref goes round in a circle: #/x-parts/" in problem


def test_a_parameter_that_goes_round_in_a_circle_by_way_of_files(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text("{$ref: two.yaml}")
    (tmp_path / "two.yaml").write_text("{$ref: one.yaml}")
    (tmp_path / "openapi.yaml").write_text(description(get="{$ref: one.yaml}"))
    failed = run("--spec", "openapi.yaml", "--output", ".", "--package", "small_api", cwd=tmp_path)
    assert "$ref goes round in a circle: " in failed.stderr
    assert failed.returncode == 1


def test_a_map_that_holds_itself(tmp_path: Path) -> None:
    own = "{name: {type: string}, inner: {type: object, properties: {$ref: '#/components/schemas/Account/properties'}}}"
    [problem] = problems(description(properties=own), tmp_path)
    assert "this contains itself, by way of a $ref to a whole map or list; make it a component" in problem


@pytest.mark.parametrize(
    ("place", "named", "said"),
    [
        ("get", "{get: {responses: {}}}", "stands for an operation, but names a path item; add the method to it"),
        ("get", "[]", "stands for an operation, but names a list"),
        ("parameters", "{name: id}", "stands for a list of parameters, but names an object"),
        ("properties", "a text", "stands for a map of schemas, but names a text"),
        ("put tags", "{}", "stands for a list of texts, but names an object"),
        ("put body", "[]", "stands for a request body, but names a list"),
    ],
)
def test_a_reference_to_something_of_another_kind(place: str, named: str, said: str, tmp_path: Path) -> None:
    text = description(**{place.replace(" ", "_"): "{$ref: '#/x-parts/part'}"})
    found = problems(f"{text}  part: {named}\n", tmp_path)
    assert any(f"$ref #/x-parts/part {said}" in problem for problem in found)


def test_an_operation_that_is_null_is_no_operation_that_is_left_out(tmp_path: Path) -> None:
    [problem] = problems(description(get="null"), tmp_path)
    assert problem == (
        "openapi.yaml:9: get of this path is None, where an operation must stand; remove it, or describe it"
    )


def test_what_is_ignored_beside_a_reference_is_warned_of(tmp_path: Path) -> None:
    text = description(put_parameters="[{$ref: '#/components/parameters/dry', required: true, description: Says.}]")
    dry = PLAIN["put parameters"].strip("[]")
    made = make(text.replace("components:\n", f"components:\n  parameters: {{dry: {dry}}}\n"), tmp_path)
    assert [(rule.name, place[-2:]) for rule, place in made.warnings] == [("ignored-siblings", ("parameters", "0"))]
    code = (tmp_path / "small_api" / "api" / "accounts" / "put_account.py").read_text()
    assert "dry: Says." in code


def test_examples_and_links_may_refer_to_what_nothing_is_made_of(tmp_path: Path) -> None:
    beside = (
        "examples: {a: {$ref: '#/components/examples/gone'}}, example: {$ref: gone.yaml}, "
        "schema: {$ref: '#/components/schemas/Account'}"
    )
    text = description(put_media=f"{{{beside}}}").replace(
        "      tags: [accounts]\n      security",
        "      callbacks: {gone: {$ref: '#/components/callbacks/gone'}}\n      tags: [accounts]\n      security",
    )
    text = text.replace("components:\n", "components:\n  links: {a: {$ref: '#/components/links/a'}}\n")
    assert read(text, tmp_path) == read(description(), tmp_path)


def test_a_callback_may_be_referred_to_in_a_file_or_a_component(tmp_path: Path) -> None:
    text = description().replace(
        "      tags: [accounts]\n      security",
        "      callbacks: {done: {$ref: 'more.yaml#/done'}, own: {$ref: '#/components/callbacks/own'}}\n"
        "      tags: [accounts]\n      security",
    )
    text = text.replace(
        "components:\n",
        "components:\n  callbacks: {own: {'{$request.body#/url}': {post: {$ref: '#/paths/~1old/get'}}}}\n",
    )
    (tmp_path / "more.yaml").write_text(f"done: {{'{{$request.body#/url}}': {{post: {PLAIN['get']}}}}}\n")
    (tmp_path / "openapi.yaml").write_text(text)
    document, _ = read_description(Inputs(tmp_path / "openapi.yaml"), Applied())
    assert [(one.name, one.operation.method) for one in webhooks(document)] == [("done", "POST"), ("own", "POST")]


def test_aliases_of_yaml_may_be_shared_between_references(tmp_path: Path) -> None:
    text = description(put_responses="*answers", put_parameters="{$ref: '#/x-parts/list'}")
    shared = (
        f"x-shared: &answers {PLAIN['put responses']}\nx-parts:\n  list: &l {PLAIN['put parameters']}\n  again: *l\n"
    )
    text = text.replace("x-parts:\n", "")
    assert read(shared + text, tmp_path) == read(description(), tmp_path)


def test_an_operation_of_another_file_is_known_by_its_own_place(tmp_path: Path) -> None:
    (tmp_path / "get.yaml").write_text(ACCOUNT.replace("in: query", "in: qery"))
    (tmp_path / "openapi.yaml").write_text(description(get="{$ref: get.yaml}"))
    with pytest.raises(GenerationError) as caught:
        generate(Inputs(tmp_path / "openapi.yaml"), tmp_path / "small_api", nullcontext)
    assert str(caught.value).startswith(f"{tmp_path}/get.yaml:3: a parameter of GET /accounts/{{id}} cannot be sent")
