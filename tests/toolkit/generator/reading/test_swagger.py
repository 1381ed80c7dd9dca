"""Swagger 2.0: read as the OpenAPI 3.0 that says the same, with messages that name its own places."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from afresh_toolkit.generator.problems import GenerationError
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied
from made import importable, make, problems
from servers.canned import Answer, answering

HEAD = 'swagger: "2.0"\ninfo: {title: T, version: "1"}\n'
DONE = 'responses: {"204": {description: Done.}}'

SHOP = (
    HEAD
    + """\
host: shop.example.com
basePath: /v2/
schemes: [http, https]
consumes: [application/json, application/xml]
produces: [application/json, application/xml]
securityDefinitions:
  shop_auth:
    type: oauth2
    flow: accessCode
    authorizationUrl: https://shop.example.com/oauth/authorize
    tokenUrl: https://shop.example.com/oauth/token
    scopes: {write: Change things}
  key: {type: apiKey, in: header, name: X-Key}
security: [{shop_auth: [write]}]
paths:
  /articles:
    post:
      operationId: addArticle
      tags: [articles]
      parameters: [{$ref: "#/parameters/Article"}]
      responses:
        "200": {description: The article., schema: {$ref: "#/definitions/Article"}}
        "405": {$ref: "#/responses/Refused"}
    get:
      operationId: findArticles
      tags: [articles]
      security: [{key: []}]
      parameters:
        - {name: status, in: query, required: true, type: array, collectionFormat: tsv, items: {type: string}}
        - {name: X-Marks, in: header, type: array, items: {type: string}}
      responses:
        "200":
          description: The articles.
          schema: {type: array, items: {$ref: "#/definitions/Article"}}
  /articles/{id}/picture:
    parameters:
      - {name: id, in: path, required: true, type: integer}
      - {name: labels, in: formData, type: array, items: {type: string}, collectionFormat: pipes}
    post:
      operationId: addPicture
      tags: [articles]
      consumes: [multipart/form-data]
      parameters: [{name: file, in: formData, type: file, required: true}]
      DONE
    put:
      operationId: renamePicture
      tags: [articles]
      consumes: [application/x-www-form-urlencoded]
      parameters: [{$ref: "#/parameters/Title"}]
      DONE
parameters:
  Article: {name: body, in: body, required: true, description: What to add., schema: {$ref: "#/definitions/Article"}}
  Title: {name: title, in: formData, type: string, required: true}
responses:
  Refused: {description: Refused., schema: {type: object, required: [message], properties: {message: {type: string}}}}
definitions:
  Article:
    type: object
    required: [title]
    properties:
      title: {type: string}
      note: {type: string, x-nullable: true}
      kind: {$ref: "#/definitions/Kind"}
  Kind: {type: string, enum: [book, game]}
""".replace("DONE", DONE)
)


def read(text: str, folder: Path, **others: str) -> dict[str, Any]:
    """Return what a description comes to."""
    (folder / "openapi.yaml").write_text(text, encoding="utf-8")
    for name, other in others.items():
        (folder / f"{name}.yaml").write_text(other, encoding="utf-8")
    document, _ = read_description(Inputs(folder / "openapi.yaml"), Applied())
    content: dict[str, Any] = document.content
    return content


def operation(lines: str, folder: Path, root: str = "") -> dict[str, Any]:
    """Return what an operation comes to that is written in YAML."""
    indented = "".join(f"      {line}\n" for line in lines.strip().splitlines())
    made: dict[str, Any] = read(f"{HEAD}{root}paths:\n  /x:\n    post:\n{indented}", folder)["paths"]["/x"]["post"]
    return made


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("shop")
    assert make(SHOP, folder, package="shop_api").operations == 4
    with importable(folder):
        yield folder


def test_a_shop_is_called_as_swagger_says(shop: Path) -> None:
    assert shop.exists()
    models, types = import_module("shop_api.models"), import_module("shop_api.types")
    article = {"title": "Go", "note": None, "kind": "game"}
    answers = iter([Answer(body=article), Answer(body=[article]), Answer(204), Answer(204)])
    with answering(lambda _: next(answers)) as server, ExitStack() as stack:
        held = stack.enter_context(import_module("shop_api").Client(base_url=server.url))

        def call(name: str, *path: int, **given: Any) -> Any:
            return import_module(f"shop_api.api.articles.{name}").sync(*path, client=held, **given)

        made = call("add_article", body=models.Article(title="Go", note=None, kind="game"))
        found = call("find_articles", status=["a b", "c"], x_marks=["1", "2"])
        file = types.File(payload=BytesIO(b"png"), file_name="go.png")
        call("add_picture", 7, body=models.AddPictureBody(file=file, labels=["new", "old"]))
        call("rename_picture", 7, body=models.RenamePictureBody(title="Go", labels=["a", "b"]))
    assert (made.note, made.kind) == (None, "game")
    assert found == [made]
    added, listed, pictured, renamed = server.asked
    assert added.json() == article
    assert listed.target == "/articles?status=a%20b%09c"
    assert listed.headers["x-marks"] == "1,2"
    assert b"new|old" in pictured.body
    assert renamed.body == b"title=Go&labels=a%7Cb"


def test_the_root_of_a_shop_is_that_of_openapi(tmp_path: Path) -> None:
    made = read(SHOP, tmp_path)
    assert made.keys() == {"openapi", "info", "security", "paths", "components", "servers"}
    assert [server["url"] for server in made["servers"]] == [
        "https://shop.example.com/v2",
        "http://shop.example.com/v2",
    ]
    schemes = made["components"]["securitySchemes"]
    assert schemes["key"] == {"type": "apiKey", "in": "header", "name": "X-Key"}
    assert schemes["shop_auth"] == {
        "type": "oauth2",
        "flows": {
            "authorizationCode": {
                "authorizationUrl": "https://shop.example.com/oauth/authorize",
                "tokenUrl": "https://shop.example.com/oauth/token",
                "scopes": {"write": "Change things"},
            }
        },
    }
    assert made["components"].keys() == {"securitySchemes", "requestBodies", "responses", "schemas"}


@pytest.mark.parametrize(
    ("flow", "wanted"),
    [
        ("accessCode", "authorizationCode"),
        ("application", "clientCredentials"),
        ("implicit", "implicit"),
        ("password", "password"),
    ],
)
def test_each_flow_has_the_name_of_openapi(flow: str, wanted: str, tmp_path: Path) -> None:
    scheme = f"{{type: oauth2, flow: {flow}, tokenUrl: /token, scopes: {{}}, x-mine: 1}}"
    made = read(f"{HEAD}securityDefinitions: {{a: {scheme}}}\npaths: {{}}\n", tmp_path)
    assert made["components"]["securitySchemes"]["a"] == {
        "type": "oauth2",
        "flows": {wanted: {"tokenUrl": "/token", "scopes": {}}},
        "x-mine": 1,
    }


def test_basic_is_a_scheme_of_http(tmp_path: Path) -> None:
    made = read(f"{HEAD}securityDefinitions: {{a: {{type: basic, description: D}}}}\npaths: {{}}\n", tmp_path)
    assert made["components"]["securitySchemes"]["a"] == {"type": "http", "scheme": "basic", "description": "D"}


@pytest.mark.parametrize(
    ("root", "urls"),
    [
        ("", []),
        ("basePath: /\n", []),
        ("basePath: /api\n", ["/api"]),
        ("host: a.example\nbasePath: /api\n", ["//a.example/api"]),
        ("host: a.example:8080\nschemes: [http]\n", ["http://a.example:8080"]),
        ("host: https://a.example/\nbasePath: api/\n", ["https://a.example/api"]),
        ("host: a.example\nschemes: https\n", ["https://a.example"]),
        ("host: a.example\nschemes: [ws, https]\n", ["https://a.example", "ws://a.example"]),
    ],
)
def test_host_base_path_and_schemes_are_servers(root: str, urls: list[str], tmp_path: Path) -> None:
    made = read(f"{HEAD}{root}paths: {{}}\n", tmp_path)
    assert [server["url"] for server in made.get("servers", [])] == urls


SUFFIXES = ["azure.example.com", "azure.example.org"]


@pytest.mark.parametrize(
    ("template", "urls"),
    [
        ("{hostTemplate: '{account}.{suffix}', parameters: PARAMETERS}", ["https://{account}.{suffix}/v3"]),
        ("{hostTemplate: '{account}', useSchemePrefix: false, parameters: PARAMETERS}", ["{account}/v3"]),
        ("{hostTemplate: '{account}', useSchemePrefix: true, parameters: PARAMETERS}", ["https://{account}/v3"]),
    ],
)
def test_a_host_may_be_a_template(template: str, urls: list[str], tmp_path: Path) -> None:
    account = "{name: account, in: path, required: true, type: string, description: Yours.}"
    suffix = f"{{name: suffix, in: path, required: true, type: string, enum: [{', '.join(SUFFIXES)}]}}"
    listed = template.replace("PARAMETERS", f"[{account}, {{$ref: '#/parameters/Suffix'}}]")
    root = f"basePath: /v3\nhost: other\nschemes: [https]\nparameters: {{Suffix: {suffix}}}\n"
    made = read(f"{HEAD}{root}x-ms-parameterized-host: {listed}\npaths: {{}}\n", tmp_path)
    variables = {"account": {"description": "Yours."}, "suffix": {"enum": SUFFIXES}}
    assert made["servers"] == [{"url": url, "variables": variables} for url in urls]


def test_schemes_of_an_operation_are_its_servers(tmp_path: Path) -> None:
    made = operation(f"schemes: [http]\n{DONE}", tmp_path, "host: a.example\nschemes: [https]\n")
    assert made["servers"] == [{"url": "http://a.example"}]


NAME = "{name: n, in: formData, type: string}"
FILE = "{name: f, in: formData, type: file, required: true}"
BODY = "{name: b, in: body, schema: {type: integer}}"


@pytest.mark.parametrize(
    ("consumes", "parameters", "types", "required"),
    [
        (None, BODY, ["application/json"], None),
        ("[application/json, application/xml]", BODY, ["application/json", "application/xml"], None),
        ("[application/json, multipart/form-data]", BODY, ["application/json"], None),
        ("[multipart/form-data]", BODY, ["multipart/form-data"], None),
        (None, NAME, ["application/x-www-form-urlencoded"], False),
        ("[application/json]", NAME, ["application/x-www-form-urlencoded"], False),
        ("[multipart/form-data]", NAME, ["multipart/form-data"], False),
        (None, FILE, ["multipart/form-data"], True),
        ("[application/x-www-form-urlencoded]", f"{NAME}, {FILE}", ["multipart/form-data"], True),
    ],
)
def test_the_media_types_of_bodies(
    consumes: str | None, parameters: str, types: list[str], required: object, tmp_path: Path
) -> None:
    said = f"consumes: {consumes}\n" if consumes else ""
    body = operation(f"{said}parameters: [{parameters}]\n{DONE}", tmp_path)["requestBody"]
    assert list(body["content"]) == types
    assert body.get("required") is required


@pytest.mark.parametrize(
    ("produces", "answer", "types"),
    [
        (None, "schema: {type: string}", ["application/json"]),
        (None, "schema: {type: file}", ["application/octet-stream"]),
        ("[text/csv]", "schema: {type: string}", ["text/csv"]),
        ("[application/pdf]", "schema: {type: file}", ["application/pdf"]),
        ("[application/pdf]", "schema: {type: object}", ["application/json"]),
        ("[application/xml, application/json]", "schema: {type: object}", ["application/xml", "application/json"]),
        (None, "examples: {application/json: {a: 1}}", ["application/json"]),
        ("[application/json]", "", []),
    ],
)
def test_the_media_types_of_answers(produces: str | None, answer: str, types: list[str], tmp_path: Path) -> None:
    said = f"produces: {produces}\n" if produces else ""
    made = operation(f'{said}responses: {{"200": {{description: D, {answer}}}}}', tmp_path)
    assert list(made["responses"]["200"].get("content", {})) == types


def test_examples_and_headers_of_an_answer(tmp_path: Path) -> None:
    made = operation(
        """
produces: [application/json]
responses:
  "200":
    description: D
    schema: {type: string}
    examples: {application/json: shown, text/plain: kept}
    headers: {X-Left: {type: integer, description: How many., x-mine: 1}}
""",
        tmp_path,
    )["responses"]["200"]
    assert made["content"]["application/json"]["example"] == "shown"
    assert made["x-examples"] == {"text/plain": "kept"}
    assert made["headers"]["X-Left"] == {"description": "How many.", "x-mine": 1, "schema": {"type": "integer"}}


def test_a_body_of_the_path_is_that_of_each_operation_but_for_those_with_their_own(tmp_path: Path) -> None:
    text = f"""{HEAD}paths:
  /x:
    parameters:
      - {{name: b, in: body, schema: {{type: string}}}}
      - {{name: q, in: query, type: string}}
    put: {{{DONE}}}
    post:
      parameters: [{{name: b, in: body, schema: {{type: integer}}}}]
      {DONE}
"""
    item = read(text, tmp_path)["paths"]["/x"]
    assert item["parameters"] == [{"name": "q", "in": "query", "schema": {"type": "string"}}]
    schemas = [item[one]["requestBody"]["content"]["application/json"]["schema"] for one in ("put", "post")]
    assert schemas == [{"type": "string"}, {"type": "integer"}]
    assert item["post"]["parameters"] == []


FILES = """
consumes: [multipart/form-data]
parameters:
  - {name: files, in: formData, type: array, items: {type: file}, collectionFormat: multi}
  - {name: marks, in: formData, type: array, items: {type: string}, collectionFormat: ssv}
"""


def test_several_files_are_several_parts(tmp_path: Path) -> None:
    content = operation(f"{FILES}{DONE}", tmp_path)["requestBody"]["content"]
    assert list(content) == ["multipart/form-data"]
    media = content["multipart/form-data"]
    assert media["schema"]["properties"]["files"]["items"] == {"type": "string", "format": "binary"}
    assert media["encoding"] == {"marks": {"style": "spaceDelimited", "explode": False}}


def test_a_discriminator_chooses_by_the_values_that_extensions_name(tmp_path: Path) -> None:
    text = f"""{HEAD}paths:
  /x:
    get: {{responses: {{"200": {{description: D, schema: {{$ref: "#/definitions/Shape"}}}}}}}}
definitions:
  Shape: {{type: object, discriminator: kind, required: [kind], properties: {{kind: {{type: string}}}}}}
  Round: {{allOf: [{{$ref: "#/definitions/Shape"}}]}}
  Circle:
    x-ms-discriminator-value: Microsoft.Circle
    allOf: [{{$ref: "#/definitions/Round"}}, {{type: object, properties: {{radius: {{type: number}}}}}}]
"""
    schemas = read(text, tmp_path)["components"]["schemas"]
    assert schemas["Shape"]["discriminator"] == {
        "propertyName": "kind",
        "mapping": {"Microsoft.Circle": "#/components/schemas/Circle"},
    }
    make(text, tmp_path, package="shapes_api")
    code = (tmp_path / "shapes_api" / "api" / "default" / "get_x.py").read_text(encoding="utf-8")
    assert 'case "Microsoft.Circle":\n            return models.Circle.from_dict(data)' in code


@pytest.mark.parametrize("name", ["Page«Kind»", "List[Kind]", "a.b-c", "A B"])
def test_definitions_may_have_any_name(name: str, tmp_path: Path) -> None:
    ref = f"#/definitions/{quote(name)}"
    text = f"""{HEAD}paths:
  /x:
    get: {{responses: {{"200": {{description: D, schema: {{$ref: "{ref}"}}}}}}}}
definitions: {{"{name}": {{type: object, properties: {{a: {{$ref: "{ref}", x-nullable: true}}}}}}}}
"""
    made = make(text, tmp_path, package="named_api")
    assert (made.operations, made.models, made.warnings) == (1, 1, [])
    [model] = [file for file in (tmp_path / "named_api" / "models").glob("*.py") if not file.name.startswith("_")]
    assert "| None | Unset" in model.read_text(encoding="utf-8")


def test_references_follow_what_was_moved(tmp_path: Path) -> None:
    text = f"""{HEAD}paths:
  /x:
    post:
      parameters:
        - {{name: b, in: body, schema: {{type: object, properties: {{a: {{type: string}}}}}}}}
        - {{name: q, in: query, type: string, enum: [a]}}
      responses:
        "200": {{description: D, schema: {{type: object, properties: {{c: {{type: string}}}}}}}}
        "400": {{$ref: "#/responses/Odd"}}
responses: {{Odd: {{description: D, schema: {{type: integer}}}}}}
definitions:
  OfBody: {{$ref: "#/paths/~1x/post/parameters/0/schema/properties/a"}}
  OfAnswer: {{$ref: "#/paths/~1x/post/responses/200/schema/properties/c"}}
  OfShared: {{$ref: "#/responses/Odd/schema"}}
  OfNothing: {{$ref: "#/definitions/Nothing"}}
"""
    content = read(text, tmp_path)
    document = Document.read(tmp_path / "openapi.yaml")
    document.content = content
    schemas = content["components"]["schemas"]
    assert document.resolve(schemas["OfBody"])[0] == {"type": "string"}
    assert document.resolve(schemas["OfAnswer"])[0] == {"type": "string"}
    assert document.resolve(schemas["OfShared"])[0] == {"type": "integer"}
    assert schemas["OfNothing"] == {"$ref": "#/definitions/Nothing"}


def test_other_files_are_swagger_too(tmp_path: Path) -> None:
    text = f"""{HEAD}produces: [application/json]
paths:
  /x: {{$ref: "others.yaml#/paths/~1x"}}
definitions:
  Own: {{type: object, properties: {{a: {{type: string, x-nullable: true}}}}}}
"""
    others = """paths:
  /x:
    post:
      parameters: [{$ref: "#/parameters/Body"}, {$ref: "#/parameters/Note"}]
      responses: {"200": {$ref: "#/responses/Found"}}
parameters:
  Body: {name: b, in: body, required: true, schema: {$ref: "#/definitions/Thing"}}
  Note: {name: X-Note, in: header, type: string}
responses:
  Found: {description: D, schema: {type: array, items: {$ref: "openapi.yaml#/definitions/Own"}}}
definitions:
  Thing: {type: object, discriminator: kind, required: [kind], properties: {kind: {type: string}}}
"""
    content = read(text, tmp_path, others=others)
    post = content["components"]["pathItems"]["x" if "x" in content["components"]["pathItems"] else "_x"]["post"]
    assert post["requestBody"] == {"$ref": "#/components/requestBodies/Body"}
    assert post["parameters"] == [{"$ref": "#/components/parameters/Note"}]
    components = content["components"]
    assert components["schemas"]["Thing"]["discriminator"] == {"propertyName": "kind"}
    answer = components["responses"]["Found"]["content"]["application/json"]["schema"]
    assert answer["items"] == {"$ref": "#/components/schemas/Own"}
    assert components["schemas"]["Own"]["properties"]["a"] == {"type": "string", "nullable": True}
    assert make(text, tmp_path, package="files_api").operations == 1


def test_an_overlay_is_for_the_description_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(SHOP, encoding="utf-8")
    actions = [
        {"target": "$.definitions.Article.properties.title", "update": {"minLength": 1}},
        {"target": "$.parameters.Article", "update": {"description": "Said anew."}},
    ]
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(yaml.dump({"overlay": "1.0.0", "info": {}, "actions": actions}), encoding="utf-8")
    document, _ = read_description(Inputs(tmp_path / "openapi.yaml", (overlay,)), Applied())
    components = document.content["components"]
    assert components["schemas"]["Article"]["properties"]["title"] == {"type": "string", "minLength": 1}
    assert components["requestBodies"]["Article"]["description"] == "Said anew."
    place = document.place(("components", "schemas", "Article", "properties", "title", "minLength"))
    assert place.startswith(f"{overlay}:")


@pytest.mark.parametrize(
    ("pointer", "marked"),
    [
        (("servers", "0"), "host:"),
        (("components", "schemas", "Kind"), "  Kind:"),
        (("components", "securitySchemes", "key"), "  key:"),
        (("components", "requestBodies", "Article"), "  Article: {name"),
        (("paths", "/articles", "post", "requestBody"), '      parameters: [{$ref: "#/parameters/Article"}]'),
        (("paths", "/articles/{id}/picture", "parameters", "0"), "      - {name: id"),
        (
            ("paths", "/articles", "get", "responses", "200", "content", "application/json", "schema", "items"),
            "          schema: {type: array",
        ),
    ],
)
def test_a_place_is_where_swagger_has_it(pointer: tuple[str, ...], marked: str, tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(SHOP, encoding="utf-8")
    document, _ = read_description(Inputs(tmp_path / "openapi.yaml"), Applied())
    line = int(document.place(pointer).rpartition(":")[2])
    assert SHOP.splitlines()[line - 1].startswith(marked)


def test_what_is_wrong_is_named_as_swagger_has_it(tmp_path: Path) -> None:
    text = SHOP.replace("name: status, in: query", "name: status, in: qery").replace(
        '"405": {$ref: "#/responses/Refused"}', '"405": {$ref: "#/responses/Refuse"}'
    )
    said = problems(text, tmp_path)
    lines = {line: index for index, line in enumerate(text.splitlines(), 1)}
    at = next(index for line, index in lines.items() if "qery" in line)
    assert f"openapi.yaml:{at}: a parameter of GET /articles cannot be sent" in "\n".join(said)
    refused = next(index for line, index in lines.items() if 'Refuse"' in line)
    assert f"openapi.yaml:{refused}: $ref of POST /articles leads nowhere: there is no #/responses/Refuse" in "\n".join(
        said
    )


@pytest.mark.parametrize("version", ['"1.2"', "3", '"2.1"'])
def test_other_versions_of_swagger_are_refused(version: str, tmp_path: Path) -> None:
    [problem] = problems(f"info: {{}}\nswagger: {version}\n", tmp_path)
    assert problem.startswith("openapi.yaml:2: this is a Swagger ")
    assert problem.endswith("Swagger 2.0 and OpenAPI 3 are supported: convert it to one of them first")


def test_a_version_may_be_a_number(tmp_path: Path) -> None:
    assert make(SHOP.replace('"2.0"', "2.0"), tmp_path).operations == 4


def test_what_yaml_shares_is_read_once(tmp_path: Path) -> None:
    text = f"""{HEAD}paths:
  /x:
    put: &shared
      parameters: [{{name: b, in: body, schema: {{type: string}}}}]
      {DONE}
    post: *shared
"""
    item = read(text, tmp_path)["paths"]["/x"]
    assert item["put"]["requestBody"] == item["post"]["requestBody"]


def test_what_openapi_3_has_may_stand_in_swagger(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": {"type": "string"}}}}
    made = operation(f"requestBody: {json.dumps(body)}\n{DONE}", tmp_path, "servers: [{url: /v3}]\nhost: a\n")
    assert made["requestBody"] == body


def test_a_description_without_sense_is_refused_and_breaks_nothing(tmp_path: Path) -> None:
    odd = "definitions: 3\nparameters: [1]\nresponses: x\nsecurityDefinitions: null\nconsumes: json\nhost: 3\n"
    with pytest.raises(GenerationError):
        make(f"{HEAD}{odd}paths: {{/x: {{get: 3, post: {{parameters: x, responses: 1}}}}}}\n", tmp_path)
