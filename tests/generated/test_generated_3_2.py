"""OpenAPI 3.2: what it adds is generated, and called over real HTTP."""

from collections.abc import Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from afresh import APIError, Client, Tokens
from afresh._calls.streaming import Stream
from afresh_toolkit.conformance.calling import Package
from afresh_toolkit.conformance.schemas import Schemas
from afresh_toolkit.conformance.trial import run
from afresh_toolkit.generator.reading.description import operations
from afresh_toolkit.generator.reading.inputs import Inputs
from afresh_toolkit.generator.reading.references.whole import read_description
from afresh_toolkit.generator.rules import Applied
from made import importable, make, problems
from servers.canned import Answer, Asked, answering
from type_checkers import MYPY_STRICT, refuse_complaints, start

SEARCH = """\
openapi: 3.2.0
$self: https://api.example.com/v1/openapi.yaml
info: {title: Search, version: "1"}
servers: [{url: https://api.example.com, name: Production server}]
tags:
  - {name: beta, kind: badge}
  - {name: items, summary: What is in the shop., parent: shop, kind: nav}
  - {name: shop, summary: The shop.}
paths:
  /items:
    get:
      operationId: findItems
      tags: [beta, items]
      parameters:
        - name: filter
          in: querystring
          required: true
          content:
            application/x-www-form-urlencoded:
              schema: {$ref: "https://api.example.com/v1/openapi.yaml#/components/schemas/Filter"}
              encoding: {words: {style: form, explode: false}}
        - {name: mark, in: cookie, style: cookie, schema: {type: string}}
        - {name: marks, in: cookie, style: cookie, schema: {type: array, items: {type: string}}}
      responses: {"200": {summary: The items., content: {application/json: {$ref: "#/components/mediaTypes/Items"}}}}
    query:
      operationId: queryItems
      tags: [items]
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [sort], properties: {sort: {type: string}}}}}
      responses: {"200": {description: D, content: {application/json: {$ref: "#/components/mediaTypes/Items"}}}}
    additionalOperations:
      PURGE:
        operationId: purgeItems
        tags: [items]
        responses: {"204": {description: Gone.}}
  /events:
    get:
      operationId: watch
      tags: [items]
      parameters:
        - name: selector
          in: querystring
          content: {application/json: {schema: {type: object, properties: {depth: {type: integer}}}}}
      responses:
        "200":
          description: Events.
          content:
            text/event-stream:
              itemSchema:
                type: object
                required: [data]
                properties:
                  data:
                    type: string
                    contentMediaType: application/json
                    contentSchema: {$ref: "#/components/schemas/Item"}
  /events/named:
    get:
      operationId: watchNamed
      tags: [items]
      responses:
        "200":
          description: Events.
          content:
            text/event-stream:
              itemSchema:
                oneOf:
                  - type: object
                    properties:
                      event: {const: added}
                      data:
                        type: string
                        contentMediaType: application/json
                        contentSchema: {$ref: "#/components/schemas/Item"}
                  - {type: object, properties: {event: {const: ping}, data: {type: string}}}
  /lines/{id}:
    get:
      operationId: lines
      tags: [items]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: L, content: {application/jsonl: {itemSchema: {$ref: "common.yaml#/Shape"}}}}}
  /files/{path}:
    get:
      operationId: getFile
      tags: [items]
      parameters: [{name: path, in: path, required: true, allowReserved: true, schema: {type: string}}]
      responses: {"200": {description: F, content: {text/plain: {schema: {type: string}}}}}
  /sequence:
    get:
      operationId: sequence
      tags: [items]
      responses:
        "200": {description: L, content: {application/json-seq: {itemSchema: {$ref: "#/components/schemas/Item"}}}}
components:
  mediaTypes:
    Items: {schema: {type: array, items: {$ref: "#/components/schemas/Item"}}}
  schemas:
    Item: {type: object, required: [id], properties: {id: {type: integer}}}
    Filter: {type: object, properties: {name: {type: string}, words: {type: array, items: {type: string}}}}
"""

COMMON = """\
Shape:
  anyOf: [{$ref: "#/Circle"}, {$ref: "#/Square"}, {$ref: "#/Other"}]
  discriminator: {propertyName: kind, mapping: {circle: "#/Circle", square: "#/Square"}, defaultMapping: "#/Other"}
Circle: {type: object, properties: {kind: {type: string}, r: {type: number}}}
Square: {type: object, properties: {kind: {type: string}, a: {type: number}}}
Other: {type: object, properties: {kind: {type: string}, r: {type: number}, a: {type: number}}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("search")
    (folder / "common.yaml").write_text(COMMON, encoding="utf-8")
    assert make(SEARCH, folder, package="search_api").operations == 8
    with importable(folder):
        yield folder


def operation(name: str) -> Any:
    return import_module(f"search_api.api.items.{name}")


def called(name: str, *path: str, answer: Answer, **given: Any) -> tuple[Asked, Any]:
    """Call an operation, and return what was asked and what came back."""
    with answering(lambda _: answer) as server, import_module("search_api").Client(base_url=server.url) as client:
        result = operation(name).sync(*path, client=client, **given)
    (asked,) = server.asked
    return asked, result


@pytest.mark.usefixtures("folder")
def test_a_parameter_may_be_the_whole_query_and_a_cookie_be_sent_as_it_is() -> None:
    models = import_module("search_api.models")
    asked, found = called(
        "find_items",
        filter_=models.Filter(name="a b&c", words=["x", "y"]),
        mark="50%/a+b",
        marks=["1", "2"],
        answer=Answer(body=[{"id": 1}]),
    )
    assert asked.target == "/items?name=a+b%26c&words=x,y"
    assert asked.headers["cookie"] == "mark=50%/a+b; marks=1; marks=2"
    assert [item.id for item in found] == [1]


@pytest.mark.usefixtures("folder")
def test_a_cookie_that_cannot_be_sent_as_it_is_is_refused() -> None:
    with pytest.raises(ValueError, match="has a character that RFC 6265 does not allow there"):
        operation("find_items").arguments(filter_=import_module("search_api.models").Filter(), mark="a;b")


@pytest.mark.usefixtures("folder")
def test_reserved_characters_of_a_path_are_let_through_but_not_what_leads_elsewhere() -> None:
    asked, _ = called("get_file", "a b/c:d?#ü", answer=Answer(body=b"text"))
    assert asked.target == "/files/a%20b/c:d%3F%23%C3%BC"
    with pytest.raises(ValueError, match="it would lead to another place"):
        operation("get_file").arguments("a/../b")


@pytest.mark.usefixtures("folder")
def test_a_query_that_is_json() -> None:
    selector = import_module("search_api.models").WatchSelector(depth=2)
    asked, _ = called("watch", selector=selector, answer=Answer(body=b""))
    assert asked.target == "/events?%7B%22depth%22%3A2%7D"


@pytest.mark.usefixtures("folder")
def test_a_query_has_a_body_and_other_methods_have_their_names() -> None:
    body = import_module("search_api.models").QueryItemsBody(sort="id")
    asked, found = called("query_items", body=body, answer=Answer(body=[{"id": 2}]))
    assert (asked.method, asked.json(), found[0].id) == ("QUERY", {"sort": "id"}, 2)
    asked, nothing = called("purge_items", answer=Answer(204))
    assert (asked.method, asked.target, nothing) == ("PURGE", "/items", None)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(("name", "times"), [("query_items", 2), ("purge_items", 1)])
def test_a_query_may_be_sent_again_and_what_is_not_known_may_not(name: str, times: int) -> None:
    models, made = import_module("search_api.models"), operation(name)
    given = {"body": models.QueryItemsBody(sort="id")} if name == "query_items" else {}
    answers = iter([Answer(503, headers={"Retry-After": "0"}), Answer(body=[])])
    with answering(lambda _: next(answers)) as server, Client(server.url, tokens=Tokens("t")) as api:
        caller: Any = api._caller  # noqa: SLF001  (the sample has no such operation)
        with nullcontext() if times > 1 else pytest.raises(APIError, match="503"):
            caller.call(made.OPERATION, made.arguments(**given))
    assert [asked.method for asked in server.asked] == [made.OPERATION.method] * times


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "path", "media_type", "sent", "wanted"),
    [
        ("watch", (), "text/event-stream", 'data: {"id": 1}\n\ndata: {"id": 2}\n\n', [{"id": 1}, {"id": 2}]),
        (
            "watch_named",
            (),
            "text/event-stream",
            'event: added\ndata: {"id": 1}\n\nevent: ping\ndata: {"a"\n\n',
            [{"id": 1}, '{"a"'],
        ),
        (
            "lines",
            ("a",),
            "application/jsonl",
            '{"kind": "circle", "r": 1}\n{"kind": "oval", "a": 2}\n{"a": 3}\n',
            [("Circle", 1), ("Other", 2), ("Other", 3)],
        ),
        ("sequence", (), "application/json-seq", '\x1e{"id": 1}\n\x1e{"id": 2}\n', [{"id": 1}, {"id": 2}]),
    ],
)
def test_the_items_of_a_stream_are_typed(
    name: str, path: tuple[str, ...], media_type: str, sent: str, wanted: list[Any]
) -> None:
    made = operation(name)
    answer = Answer(body=sent.encode(), headers={"Content-Type": media_type})
    with answering(lambda _: answer) as server, Client(server.url, tokens=Tokens("t")) as api:
        caller: Any = api._caller  # noqa: SLF001  (the sample has no such operation)
        with caller.items(made.OPERATION, made.arguments(*path), made.STREAMING) as stream:
            items = list(stream)
    shown = [
        (type(item).__name__, item.to_dict().get("r", item.to_dict().get("a")))
        if name == "lines"
        else item
        if isinstance(item, str)
        else item.to_dict()
        for item in items
    ]
    assert shown == wanted


def test_every_operation_is_right_on_the_wire(folder: Path) -> None:
    document, _ = read_description(Inputs(folder / "openapi.yaml"), Applied())
    package, schemas = Package(folder, "search_api", Stream), Schemas(document.content)
    for described in operations(document):
        outcome = run(package, schemas, described)
        assert (outcome.requests, outcome.answers) == ([], []), outcome.key


def test_operations_are_grouped_by_the_first_tag_that_is_no_badge(folder: Path) -> None:
    surface = (folder / "search_api" / "surface.txt").read_text(encoding="utf-8")
    assert "operation items.find: GET /items\n" in surface
    assert import_module("search_api.resources.items").Items.__doc__ == "What is in the shop."
    assert import_module("search_api.servers").production_server() == "https://api.example.com"


def test_the_type_checker_is_content(folder: Path) -> None:
    refuse_complaints(start(folder, *MYPY_STRICT, "search_api"))


@pytest.mark.parametrize(
    ("own", "ref"),
    [
        ("https://api.example.com/v1/openapi.yaml", "https://api.example.com/v1/shared/common.yaml#/Thing"),
        ("https://api.example.com/v1/openapi.yaml", "shared/common.yaml#/Thing"),
        ("https://api.example.com/v1/openapi.yaml", "https://api.example.com/v1/openapi.yaml#/components/schemas/Own"),
        ("/v1/openapi.yaml", "/v1/shared/common.yaml#/Thing"),
        ("openapi.yaml", "shared/common.yaml#/Thing"),
    ],
)
def test_references_are_relative_to_what_a_description_is_called(own: str, ref: str, tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    thing = f"$self: {own.removesuffix('openapi.yaml')}shared/common.yaml\n"
    thing += "Thing: {$ref: '../openapi.yaml#/components/schemas/Own'}\n"
    (tmp_path / "shared" / "common.yaml").write_text(thing, encoding="utf-8")
    text = f"""openapi: 3.2.0
$self: {own}
info: {{title: T, version: "1"}}
paths:
  /x:
    get: {{responses: {{"200": {{description: D, content: {{application/json: {{schema: {{$ref: "{ref}"}}}}}}}}}}}}
components: {{schemas: {{Own: {{type: object, properties: {{a: {{type: string}}}}}}}}}}
"""
    (tmp_path / "openapi.yaml").write_text(text, encoding="utf-8")
    document, _ = read_description(Inputs(tmp_path / "openapi.yaml"), Applied())
    schema = document.content["paths"]["/x"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert document.resolve(schema)[0] == {"type": "object", "properties": {"a": {"type": "string"}}}


def test_another_host_is_still_refused(tmp_path: Path) -> None:
    text = SEARCH.replace("common.yaml#/Shape", "https://other.example.com/v1/common.yaml#/Shape")
    [problem] = problems(text, tmp_path)
    assert "names a URL; save what stands there beside the description" in problem
