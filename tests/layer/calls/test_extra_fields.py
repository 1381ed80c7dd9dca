"""Fields that the description lacks, in queries and in bodies."""

from __future__ import annotations

from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import pytest

from afresh import AsyncClient, Client, DecodeError, InvalidArgument, NotFound, Tokens
from afresh._calls.calling import Connection, SyncCaller
from afresh._calls.options import Options
from afresh_api.models import NewAttachment, NewTask
from afresh_api.types import File
from made import importable, make
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ID: Any = "7c9e6679-7425-40de-944b-e07fc1f90ae7"

BODIES = """\
openapi: 3.1.0
info: {title: Bodies, version: "1"}
paths:
  /form:
    post:
      operationId: sendForm
      tags: [bodies]
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: {type: object, properties: {a: {type: string}, b: {type: array, items: {type: string}}}}
      responses: {"204": {description: Done.}}
  /any:
    post:
      operationId: sendAny
      tags: [bodies]
      requestBody: {required: true, content: {application/json: {}}}
      responses: {"204": {description: Done.}}
  /list:
    put:
      operationId: sendList
      tags: [bodies]
      requestBody:
        required: true
        content: {application/json: {schema: {type: array, items: {type: string}}}}
      responses: {"204": {description: Done.}}
  /text:
    post:
      operationId: sendText
      tags: [bodies]
      requestBody: {required: true, content: {text/plain: {schema: {type: string}}}}
      responses: {"204": {description: Done.}}
  /nothing:
    post: {operationId: sendNothing, tags: [bodies], responses: {"204": {description: Done.}}}
    get:
      operationId: getNothing
      tags: [bodies]
      parameters: [{name: filter, in: query, style: deepObject, schema: {type: object}}]
      responses: {"204": {description: Done.}}
"""


@pytest.fixture(scope="module")
def bodies_of(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    folder = tmp_path_factory.mktemp("bodies")
    make(BODIES, folder, package="bodies_api")
    with importable(folder), httpx.Client(params={"key": "k"}) as keyed, httpx.Client() as plain:
        resources = import_module("bodies_api.resources").Resources

        def bodies(url: str, *, http: str = "plain", **changes: Any) -> Any:
            options = Options(0).changed(**{"headers": None, "query": None, "body": None, **changes})
            client = keyed if http == "keyed" else plain
            return resources(SyncCaller(Connection(client), httpx.URL(url), options)).bodies

        yield bodies


@pytest.mark.anyio
async def test_fields_are_added_to_a_query() -> None:
    fields = {"trace": True, "ids": [1, UUID(ID)], "on": date(2026, 11, 30), "none": None, "text": "a b&c=é"}
    expected = [("trace", "true"), ("ids", "1"), ("ids", ID), ("on", "2026-11-30"), ("text", "a b&c=é")]
    with answering(lambda _: Answer(404)) as server:
        with Client(server.url, tokens=Tokens("a")) as api, pytest.raises(NotFound):
            api.with_options(query=fields).users.me()
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(NotFound):
                await async_api.with_options(query=fields).users.me()
    for asked in server.asked:
        assert httpx.URL(asked.target).params.multi_items() == expected


def test_what_a_method_is_given_wins_and_views_add_up() -> None:
    page: dict[str, Any] = {"items": [], "nextCursor": None}
    with answering(lambda _: Answer(200, page)) as server, Client(server.url, tokens=Tokens("a")) as api:
        view = api.with_options(query={"limit": 3, "label": "x", "a": 1, "b": 1}).with_options(query={"a": [2, 3]})
        list(view.tasks.list(limit=5))
        list(view.tasks.list())
    asked = [httpx.URL(asked.target).params.multi_items() for asked in server.asked]
    assert asked[0] == [("limit", "5"), ("label", "x"), ("b", "1"), ("a", "2"), ("a", "3")]
    assert ("limit", "3") in asked[1]


def test_a_list_goes_on_where_a_field_is_added() -> None:
    def answer(asked: Any) -> Answer:
        at = httpx.URL(asked.target).params.get("cursor", "0")
        return Answer(200, {"items": [], "nextCursor": None if at == "2" else str(int(at) + 1)})

    with answering(answer) as server, Client(server.url, tokens=Tokens("a")) as api:
        list(api.with_options(query={"cursor": "0", "x": "y"}).tasks.list())
    assert [httpx.URL(asked.target).params["cursor"] for asked in server.asked] == ["0", "1", "2"]
    assert {httpx.URL(asked.target).params["x"] for asked in server.asked} == {"y"}


@pytest.mark.parametrize("http", ["plain", "keyed"])
def test_fields_are_added_to_a_query_that_is_written_out(bodies_of: Callable[..., Any], http: str) -> None:
    with answering(lambda _: Answer(204)) as server:
        bodies = bodies_of(server.url, http=http, query={"filter[a]": "9", "deep": {"x": [1]}, "y": "a b"})
        bodies.get_nothing(filter_={"a": "1"})
        bodies.get_nothing()
    others = [("deep[x][0]", "1"), ("y", "a b"), *([("key", "k")] if http == "keyed" else [])]
    for asked, own in zip(server.asked, ("1", "9"), strict=True):
        assert sorted(httpx.URL(asked.target).params.multi_items()) == sorted([("filter[a]", own), *others])


@pytest.mark.anyio
async def test_fields_are_added_to_an_object() -> None:
    fields = {"colour": "red", "title": "not this", "on": date(2026, 11, 30), "gone": None}
    expected = {"colour": "red", "title": "Painted", "on": "2026-11-30", "gone": None}
    with answering(lambda _: Answer(404)) as server:
        with Client(server.url, tokens=Tokens("a")) as api, pytest.raises(NotFound):
            api.with_options(body={"colour": "blue"}).with_options(body=fields).tasks.create(NewTask(title="Painted"))
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(NotFound):
                await async_api.with_options(body=fields).tasks.create(NewTask(title="Painted"))
    assert [asked.json() for asked in server.asked] == [expected, expected]


def test_fields_are_added_to_forms(bodies_of: Callable[..., Any]) -> None:
    with answering(lambda _: Answer(204)) as server:
        models = import_module("bodies_api.models")
        fields = {"a": "not this", "c": ["1", "2"], "d": None}
        bodies_of(server.url, body=fields).send_form(models.SendFormBody(a="x y", b=["1"]))
        bodies_of(server.url, body=fields).send_form(models.SendFormBody())
        part: Any = File(payload=b"content", file_name="a.txt")  # type: ignore[arg-type]
        with Client(server.url, tokens=Tokens("a")) as api, pytest.raises(DecodeError):  # an empty answer
            api.with_options(body={"note": "n", "file": "not this"}).attachments.upload(ID, NewAttachment(file=part))
    assert [asked.body for asked in server.asked[:2]] == [b"a=x+y&b=1&c=1&c=2", b"a=not+this&c=1&c=2"]
    assert server.asked[2].body.count(b"Content-Disposition") == 2
    assert b'name="note"' in server.asked[2].body
    assert b"content" in server.asked[2].body


def test_a_body_that_is_not_described_is_made_of_the_fields(bodies_of: Callable[..., Any]) -> None:
    with answering(lambda _: Answer(204)) as server:
        bodies = bodies_of(server.url, body={"x": [1]})
        bodies.send_nothing()
        bodies.send_any({"y": 2})
    assert [(asked.headers["content-type"], asked.json()) for asked in server.asked] == [
        ("application/json", {"x": [1]}),
        ("application/json", {"x": [1], "y": 2}),
    ]


@pytest.mark.parametrize(
    ("method", "arguments", "said"),
    [
        ("send_list", [["a"]], "the body of this request is JSON of the type list"),
        ("send_any", [7], "the body of this request is JSON of the type int"),
        ("send_text", ["a"], "the body of this request is of the type text/plain"),
        ("get_nothing", [], "the body of this request does not exist, since the method is GET"),
    ],
)
def test_fields_of_what_is_no_object_are_refused(
    bodies_of: Callable[..., Any], method: str, arguments: list[Any], said: str
) -> None:
    with answering(lambda _: Answer(204)) as server:
        with pytest.raises(InvalidArgument, match=said) as caught:
            getattr(bodies_of(server.url, body={"x": 1}), method)(*arguments)
        assert caught.value.argument == "body"
        assert caught.value.url is not None
        assert caught.value.url.startswith(f"{server.url}/")
    assert server.asked == []


@pytest.mark.parametrize(
    ("options", "argument", "said"),
    [
        ({"query": "a=1"}, "query", "must be a mapping of names to values, not str"),
        ({"query": {1: "a"}}, "query", "not a mapping with other names"),
        ({"query": {"a": object()}}, "query['a']", "must be a text, a number or the like, not object"),
        ({"query": {"a": b"x"}}, "query['a']", "must be a text"),
        ({"query": {"a": float("nan")}}, "query['a']", "cannot be sent"),
        ({"body": ["a"]}, "body", "must be a mapping of names to values, not list"),
        ({"body": {("a",): 1}}, "body", "not a mapping with other names"),
    ],
)
def test_fields_are_refused_where_they_are_given(options: dict[str, Any], argument: str, said: str) -> None:
    with Client("http://127.0.0.1:1") as api:
        with pytest.raises(InvalidArgument, match=said) as caught:
            api.with_options(**options)
        assert caught.value.argument == argument


def test_a_value_that_json_does_not_have_is_refused_by_its_name() -> None:
    with Client("http://127.0.0.1:1", tokens=Tokens("a")) as api:
        view = api.with_options(body={"x": object()})
        with pytest.raises(InvalidArgument, match=r"`body\['x'\]` is of the type object, which JSON does not have"):
            view.tasks.create(NewTask(title="x"))
