"""Answers that are streams of values: each is there as soon as it arrives."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import httpx
import pytest

from afresh import (
    AsyncClient,
    Client,
    ClosedError,
    DecodeError,
    Forbidden,
    NotFound,
    SDKError,
    StreamError,
    Tokens,
    TransportError,
)
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.events import EventReader, RawEvent
from afresh._calls.options import Options
from afresh_api.api.tasks import watch_task
from afresh_api.models import AuditEvent, Credentials, NewTask, StatusChanged, TaskChanges, TaskCreated
from afresh_api.operation import Operation, Streaming
from made import importable, make
from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from sandbox.process import Sandbox

# trio warns of the generators that httpx and httpcore leave behind where a stream is not read to its end.
pytestmark = [pytest.mark.filterwarnings(r"ignore:Async generator 'http(x|core)2?\.:ResourceWarning"), pytest.mark.slow]

ID = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
CREATED = '{"kind": "task_created", "at": "2026-11-25T10:22:49Z", "by": "ada"}'

Framing = Literal["events", "texts", "lines", "sequence"]


def test_events_are_there_as_they_happen(api: Client) -> None:
    task = api.tasks.create(NewTask(title="Watched"))
    with api.tasks.watch(task.id) as events:
        assert isinstance(next(events), TaskCreated)
        api.tasks.update(task.id, TaskChanges(status="done"))
        changed = next(events)
        assert isinstance(changed, StatusChanged)
        assert changed.to == "done"
        api.tasks.delete(task.id)
        assert list(events) == []


@pytest.mark.anyio
async def test_events_are_there_as_they_happen_async(async_api: AsyncClient) -> None:
    task = await async_api.tasks.create(NewTask(title="Watched"))
    async with async_api.tasks.watch(task.id) as events:
        assert isinstance(await anext(events), TaskCreated)
        await async_api.tasks.update(task.id, TaskChanges(status="done"))
        assert isinstance(await anext(events), StatusChanged)
        await async_api.tasks.delete(task.id)
        assert [event async for event in events] == []


@pytest.mark.anyio
async def test_a_stream_can_be_left_early(api: Client, async_api: AsyncClient) -> None:
    task = api.tasks.create(NewTask(title="Watched"))
    for _ in range(3):
        with api.tasks.watch(task.id) as events:
            next(events)
        async with async_api.tasks.watch(task.id) as async_events:
            async for _event in async_events:
                break
    assert api.users.me().username == "ada"


@pytest.mark.anyio
async def test_lines_are_read_one_by_one(sandbox: Sandbox) -> None:
    with Client(sandbox.url) as api:
        api.login(Credentials(username="alan", password="turing"))
        api.tasks.create(NewTask(title="Noted"))
        with api.audit.export_events() as events:
            noted = list(events)
        assert all(isinstance(event, AuditEvent) for event in noted)
        assert len(noted) >= 2
        async with AsyncClient(session=api.session) as async_api, async_api.audit.export_events() as async_events:
            assert [event async for event in async_events] == noted


@pytest.mark.anyio
async def test_a_stream_that_does_not_begin_is_an_error_like_any_other(api: Client, async_api: AsyncClient) -> None:
    task = api.tasks.create(NewTask(title="Gone"))
    api.tasks.delete(task.id)
    with pytest.raises(NotFound), api.tasks.watch(task.id):
        pass
    with pytest.raises(Forbidden):
        async with async_api.audit.export_events():
            pass


def test_a_stream_of_which_the_token_has_expired_begins_all_the_same(sandbox: Sandbox, api: Client) -> None:
    task = api.tasks.create(NewTask(title="Watched"))
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /tasks/{taskId}/activity/events", "status")
    with api.tasks.watch(task.id) as events:
        assert isinstance(next(events), TaskCreated)


@pytest.mark.anyio
async def test_a_stream_may_take_its_time_unless_told_otherwise(api: Client) -> None:
    limits: list[dict[str, float | None]] = []

    def note(request: httpx.Request) -> None:
        limits.append(request.extensions["timeout"])

    async def note_async(request: httpx.Request) -> None:
        note(request)

    task = api.tasks.create(NewTask(title="Quiet"))
    with (
        httpx.Client(event_hooks={"request": [note]}) as http,
        Client(session=api.session, http_client=http) as own,
        own.tasks.watch(task.id) as events,
        own.with_options(timeout=7).tasks.watch(task.id) as limited,
    ):
        assert isinstance(next(events), TaskCreated)
        assert isinstance(next(limited), TaskCreated)
    async with (
        httpx.AsyncClient(event_hooks={"request": [note_async]}) as async_http,
        AsyncClient(session=api.session, http_client=async_http) as async_own,
        async_own.tasks.watch(task.id) as async_events,
    ):
        assert isinstance(await anext(async_events), TaskCreated)
    assert [limit["read"] for limit in limits] == [None, 7, None]
    assert limits[0]["connect"]


def test_the_generated_functions_give_a_stream_whole(api: Client) -> None:
    task = api.tasks.create(NewTask(title="Looked at"))
    said = watch_task.sync(task.id, client=api.api, follow="false")
    assert isinstance(said, str)
    assert said.count("\ndata: ") == 1


def read(body: bytes, framing: Framing, content_type: str = "text/event-stream") -> list[Any]:
    streaming = Streaming[Any](media_type=content_type, framing=framing, parse=lambda value: value)
    with (
        answering(lambda _: Answer(body=body, headers={"Content-Type": content_type})) as server,
        httpx.Client() as http,
        SyncCaller(Connection(http), httpx.URL(server.url), Options(0)).items(
            OPERATION, ARGUMENTS, streaming
        ) as values,
    ):
        return list(values)


async def read_async(body: bytes, framing: Framing, content_type: str = "text/event-stream") -> list[Any]:
    streaming = Streaming[Any](media_type=content_type, framing=framing, parse=lambda value: value)
    with answering(lambda _: Answer(body=body, headers={"Content-Type": content_type})) as server:
        async with httpx.AsyncClient() as http:
            caller = AsyncCaller(http, httpx.URL(server.url), Options(0))
            async with caller.items(OPERATION, ARGUMENTS, streaming) as values:
                return [value async for value in values]


OPERATION = Operation[Any](method="GET", path="/", parse=lambda _: None, parse_error=lambda _: None)
ARGUMENTS = {"method": "GET", "url": "/"}
BODIES: list[tuple[bytes, Framing, list[Any]]] = [
    (b'data: 1\n\n: a pulse\n\nevent: e\nid: 7\ndata: {"a":\ndata: 2}\n\ndata: 3', "events", [1, {"a": 2}]),
    (b"data: 1\r\n\r\ndata: [DONE]\n\n", "events", [1]),
    (b"event: no data\n\ndata: plain words\n\n", "events", ["plain words"]),
    (b"data: 1\n\ndata: two\n\n", "texts", ["1", "two"]),
    ('{"a": "\u2028"}\r\n\n  2\n"\u00fc"'.encode(), "lines", [{"a": "\u2028"}, 2, "ü"]),
    ('\ufeffdata: "\u00fc"\n\ndata: 2\n\n'.encode(), "events", ["ü", 2]),
    ('\ufeff{"a": 1}\n2\n'.encode(), "lines", [{"a": 1}, 2]),
    (b"[" * 100_000, "lines", ["[" * 100_000]),
    (b"", "lines", []),
    (b'\x1e{"a":\n 1}\n\x1e[2]\n', "sequence", [{"a": 1}, [2]]),
]


@pytest.mark.anyio
@pytest.mark.parametrize(("body", "framing", "values"), BODIES)
async def test_values_are_told_apart_as_their_framing_has_it(body: bytes, framing: Framing, values: list[Any]) -> None:
    assert read(body, framing) == values
    assert await read_async(body, framing) == values


@pytest.mark.anyio
async def test_events_are_in_utf_8_whatever_else_is_said() -> None:
    body, content_type = 'data: "ü"\n\n'.encode(), "text/event-stream; charset=iso-8859-1"
    assert read(body, "events", content_type) == ["ü"]
    assert await read_async(body, "events", content_type) == ["ü"]


def test_a_hook_may_have_read_the_events() -> None:
    def look(response: httpx.Response) -> None:
        response.read()
        assert response.text

    headers = {"Content-Type": "text/event-stream"}
    with (
        answering(lambda _: Answer(body=f"data: {CREATED}\n\n".encode(), headers=headers)) as server,
        httpx.Client(event_hooks={"response": [look]}) as http,
        Client(server.url, tokens=Tokens("a"), http_client=http) as api,
        api.tasks.watch(ID) as events,
    ):
        assert len(list(events)) == 1


@pytest.mark.anyio
async def test_a_line_that_is_no_text_is_an_error_like_any_other() -> None:
    with pytest.raises(DecodeError, match="it is no UTF-8") as odd:
        read(b'"\xff"\n', "lines")
    assert odd.value.body == '"\ufffd"'
    with pytest.raises(DecodeError, match="it is no UTF-8"):
        await read_async(b'1\n"\xff', "lines")


@pytest.mark.anyio
async def test_an_answer_that_is_no_stream_of_events_says_so() -> None:
    with pytest.raises(DecodeError, match="text/html"):
        read(b"<html>", "events", "text/html")
    with pytest.raises(DecodeError, match="text/html"):
        await read_async(b"<html>", "events", "text/html")


@pytest.mark.anyio
async def test_an_event_that_is_not_as_described_shows_itself() -> None:
    body = f"data: {CREATED}\n\ndata: {{}}\n\n".encode()
    answer = Answer(body=body, headers={"Content-Type": "text/event-stream"})
    with answering(lambda _: answer) as server:
        with Client(server.url, tokens=Tokens("a")) as api, api.tasks.watch(ID) as events:
            assert isinstance(next(events), TaskCreated)
            with pytest.raises(DecodeError, match="promises: kind: it is missing") as odd:
                next(events)
            assert (odd.value.body, odd.value.status_code) == ("{}", 200)
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api, async_api.tasks.watch(ID) as async_events:
            await anext(async_events)
            with pytest.raises(DecodeError):
                await anext(async_events)


@pytest.mark.anyio
async def test_a_stream_that_breaks_off_is_a_transport_error() -> None:
    headers = {"Content-Type": "text/event-stream", "Content-Length": "1000"}
    answer = Answer(body=f"data: {CREATED}\n\n".encode(), headers=headers)
    with answering(lambda _: answer) as server:
        with (
            Client(server.url, tokens=Tokens("a")) as api,
            pytest.raises(TransportError),
            api.tasks.watch(ID) as events,
        ):
            list(events)
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(TransportError):
                async with async_api.tasks.watch(ID) as async_events:
                    [event async for event in async_events]


@pytest.mark.parametrize("status", ["2XX", "2xx", "default"])
def test_a_stream_may_be_described_for_many_statuses(tmp_path: Path, status: str) -> None:
    name = f"chat_{sum(map(ord, status))}_api"
    whole = "            application/json: {schema: {type: array, items: {type: string}}}\n"
    make(CHAT.replace('"200"', f'"{status}"').replace(whole, ""), tmp_path, package=name)
    with importable(tmp_path), answering(talk) as server, httpx.Client() as http:
        caller = SyncCaller(Connection(http), httpx.URL(server.url), Options(0))
        question, resources = import_module(f"{name}.models").Question, import_module(f"{name}.resources")
        with resources.Resources(caller).chat.create(question(text="?", stream=True)) as words:
            assert list(words) == ["all", "well"]


CHAT = """\
openapi: 3.1.0
info: {title: Chat, version: "1"}
paths:
  /chat:
    post:
      operationId: createChat
      tags: [chat]
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/Question"}}}
      responses:
        "200":
          description: The words, all of them or one by one.
          content:
            text/event-stream: {schema: {type: string}}
            application/json: {schema: {type: array, items: {type: string}}}
components:
  schemas:
    Question:
      type: object
      required: [text]
      properties: {text: {type: string}, stream: {type: boolean}}
"""


def talk(asked: Asked) -> Answer:
    if asked.headers["accept"] == "text/event-stream":
        assert asked.json()["stream"] is True
        return Answer(body=b"data: all\n\ndata: well\n\n", headers={"Content-Type": "text/event-stream"})
    return Answer(body=["all", "well"])


@pytest.mark.anyio
@pytest.mark.parametrize("status", ["200", "2XX", "2xx"])
async def test_a_stream_beside_a_whole_answer_has_a_method_of_its_own(tmp_path: Path, status: str) -> None:
    name = f"chat_beside_{sum(map(ord, status))}_api"
    make(CHAT.replace('"200"', f'"{status}"'), tmp_path, package=name)
    with importable(tmp_path), answering(talk) as server:
        question, resources = import_module(f"{name}.models").Question, import_module(f"{name}.resources")
        url = httpx.URL(server.url)
        with httpx.Client() as http:
            chat = resources.Resources(SyncCaller(Connection(http), url, Options(0))).chat
            assert chat.create(question(text="?")) == ["all", "well"]
            with chat.create_stream(question(text="?", stream=True)) as words:
                assert list(words) == ["all", "well"]
        async with httpx.AsyncClient() as async_http:
            async_chat = resources.AsyncResources(AsyncCaller(async_http, url, Options(0))).chat
            assert await async_chat.create(question(text="?")) == ["all", "well"]
            async with async_chat.create_stream(question(text="?", stream=True)) as async_words:
                assert [word async for word in async_words] == ["all", "well"]
    manifest = json.loads((tmp_path / name / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["operations"]["POST /chat"]["name"] == "create"


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_events_are_cut_alike_wherever_the_chunks_end(end: str) -> None:
    text = (
        "\ufeff: a comment\nevent: first\nid: 1\ndata: ü\ndata:  two\n\nretry: 250\n\n"
        "data\nid\n\nevent: no data\n\nid: \0\nretry: soon\nretry: ²\nother: x\ndata:last\n\ndata: cut"
    )
    body = text.replace("\n", end).encode()
    whole = [
        RawEvent("first", "ü\n two", "1", None),
        RawEvent("message", "", None, 250),
        RawEvent("message", "last", None, 250),
    ]
    for size in range(1, 40):
        reader = EventReader()
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        assert [event for chunk in chunks for event in (*reader.feed(b""), *reader.feed(chunk))] == whole


def test_a_long_event_is_put_together_once() -> None:
    reader, part = EventReader(), b"x" * 1000
    pieces = (b"data: ", *(part for _ in range(20_000)), b"\n\n")  # in time that grows with its square, minutes
    (event,) = [event for piece in pieces for event in reader.feed(piece)]
    assert len(event.data) == 20_000_000


ITEMS = """\
openapi: 3.2.0
info: {title: Items, version: "1"}
paths:
  /items:
    get:
      operationId: watchItems
      tags: [items]
      responses:
        "200":
          description: One by one.
          content: {text/event-stream: {schema: {$ref: "#/components/schemas/Item"}}}
  /lines:
    get:
      operationId: listLines
      tags: [items]
      responses:
        "200":
          description: One by one.
          content: {application/x-ndjson: {schema: {$ref: "#/components/schemas/Item"}}}
  /loose:
    get:
      operationId: watchLoose
      tags: [items]
      responses:
        "200":
          description: One by one.
          content: {text/event-stream: {schema: {$ref: "#/components/schemas/Loose"}}}
  /mixed:
    get:
      operationId: watchMixed
      tags: [items]
      responses:
        "200":
          description: The fields of an event, with alternatives.
          content:
            text/event-stream:
              itemSchema:
                type: object
                required: [event]
                properties: {event: {type: string}, data: {type: string}, id: {type: string}}
                oneOf:
                  - properties: {event: {const: word}}
                  - properties:
                      event: {const: item}
                      data:
                        contentMediaType: application/json
                        contentSchema: {$ref: "#/components/schemas/Item"}
                  - properties: {event: {enum: [count, total]}, data: {type: integer}}
                  - properties: {event: {const: error}, data: {$ref: "#/components/schemas/Failure"}}
  /named:
    get:
      operationId: watchNamed
      tags: [items]
      responses:
        "200":
          description: Alternatives in alternatives, with one for all other names.
          content:
            text/event-stream:
              schema:
                anyOf:
                  - {$ref: "#/components/schemas/Started"}
                  - oneOf: [{$ref: "#/components/schemas/Stopped"}, {$ref: "#/components/schemas/Paused"}]
                    discriminator: {propertyName: event, mapping: {paused: "#/components/schemas/Paused", held: Paused}}
                  - {type: object, properties: {data: {$ref: "#/components/schemas/Loose"}}}
  /words:
    get:
      operationId: watchWords
      tags: [items]
      responses:
        "200":
          description: Texts, but for one name, whose data are any JSON.
          content:
            text/event-stream:
              itemSchema:
                oneOf:
                  - properties: {event: {const: json}, data: {type: string, contentMediaType: application/json}}
                  - properties: {data: {type: string}}
components:
  schemas:
    Item: {type: object, required: [id], properties: {id: {type: integer}}}
    Loose: {type: object, properties: {note: {type: string}}}
    Failure: {type: object, required: [message], properties: {message: {type: string}}}
    Basis: {type: object, properties: {id: {type: string}, retry: {type: integer}}}
    Started:
      allOf:
        - {$ref: "#/components/schemas/Basis"}
        - type: object
          properties: {event: {const: started}, data: {$ref: "#/components/schemas/Item"}}
    Stopped:
      type: object
      properties:
        event: {type: string, enum: [stopped]}
        data: {type: array, items: {$ref: "#/components/schemas/Item"}}
    Paused: {type: object, properties: {event: {type: string}, data: {$ref: "#/components/schemas/Failure"}}}
"""
ONE, TWO = 'data: {"id": 1}\n\n', 'data: {"id": 2}\n\n'


@pytest.fixture(scope="module")
def items_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("items")
    make(ITEMS, folder, package="items_api")
    with importable(folder):
        yield import_module("items_api.resources")


def streaming_of(items_api: Any, server: Server, http: httpx.Client, path: str) -> Any:
    items = items_api.Resources(SyncCaller(Connection(http), httpx.URL(server.url), Options(0))).items
    return items.list_lines() if path == "lines" else getattr(items, f"watch_{path}", items.watch)()


def answer_of(path: str, text: str, **headers: str) -> Answer:
    kind = "application/x-ndjson" if path == "lines" else "text/event-stream"
    return Answer(body=text.encode(), headers={"Content-Type": kind, **headers})


def values_alone(items_api: Any, path: str, text: str, **headers: str) -> tuple[list[Any], SDKError | None]:
    """Return the values of a stream, and what iterating over them raises."""
    values: list[Any] = []
    with (
        answering(lambda _: answer_of(path, text, **headers)) as server,
        httpx.Client() as http,
        streaming_of(items_api, server, http, path) as stream,
    ):
        try:
            values.extend(stream)
        except SDKError as error:
            return values, error
    return values, None


def streamed(
    items_api: Any, path: str, text: str, **headers: str
) -> tuple[list[Any], list[tuple[str, Any]], SDKError | None]:
    """Return the same, and between them the names and values of all events."""
    values, raised = values_alone(items_api, path, text, **headers)
    with (
        answering(lambda _: answer_of(path, text, **headers)) as server,
        httpx.Client() as http,
        streaming_of(items_api, server, http, path) as stream,
    ):
        return values, [(event.name, event.value) for event in stream.events()], raised


@pytest.mark.parametrize(
    "foreign",
    [
        "event: ping\ndata: {}\n\n",
        "event: ping\ndata: 2024-01-01\n\n",
        "event: Keep-Alive\ndata:\n\n",
        'event: heartbeat\ndata: {"id": 7}\n\n',
        "data:\n\n",
        "data\n\n",
        ": a comment\n\n",
        "retry: 1000\n\n",
        "id: 8\n\n",
        "event: nothing\n\n",
        'event: status\ndata: {"progress": 3}\n\n',
        "event: note\ndata: plain words\n\n",
        "event: list\ndata: [1, 2]\n\n",
        "event: none\ndata: null\n\n",
    ],
)
def test_events_that_hold_no_value_are_passed_over(items_api: Any, foreign: str) -> None:
    values, events, raised = streamed(items_api, "items", f"{ONE}{foreign}event: item\n{TWO}")
    assert ([item.id for item in values], raised) == ([1, 2], None)
    assert [value.id for name, value in events if value is not None] == [1, 2]
    shown = [name for name, value in events if value is None]
    named = re.match("event: (.*)\ndata", foreign)
    assert shown == ([named[1]] if named else ["message"] if foreign.startswith("data") else [])


def test_a_model_that_takes_any_object_does_not_take_foreign_events(items_api: Any) -> None:
    note = 'event: note\ndata: {"note": "n"}\n\n'
    foreign = 'event: done\ndata: {}\n\nevent: usage\ndata: {"total": 3}\n\n'
    values, _, raised = streamed(
        items_api, "loose", f"data: {{}}\n\n{foreign}{note}event: note\ndata: {{}}\n\n{foreign}"
    )
    assert ([value.to_dict() for value in values], raised) == ([{}, {"note": "n"}, {}], None)


def test_what_is_passed_over_is_told_once(items_api: Any, caplog: pytest.LogCaptureFixture) -> None:
    ping, note = "event: ping\ndata: {}\n\n", "event: note\ndata: {}\n\n"
    streamed(items_api, "items", f"{ONE}{ping}{note}{ping}{note}")
    told = [record for record in caplog.records if vars(record).get("event") == "passed_over"]
    assert [record.getMessage() for record in told] == ["ignoring events named 'note'"]


def test_values_of_a_name_that_had_others_are_not_passed_over(items_api: Any) -> None:
    for text in ('data: {"no": 1}\n\n', 'event: item\ndata: {"id": 1}\n\nevent: item\ndata: {"no": 1}\n\n'):
        values, raised = values_alone(items_api, "items", text)
        assert len(values) == text.count('"id"')
        assert isinstance(raised, DecodeError)
        assert raised.body == '{"no": 1}'


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        (
            "items",
            'event: error\ndata: {"error": {"message": "overloaded", "type": "x"}}\n\n',
            "within the stream: overloaded. See",
        ),
        ("items", 'event: Error\ndata: {"detail": "too late."}\n\n', "within the stream: too late. See"),
        ("items", "event: error\ndata: gone\ndata: away\n\n", "within the stream: gone\naway. See"),
        ("items", "event: error\ndata\n\n", "within the stream. See"),
        ("items", 'event: error\ndata: {"code": 7}\n\n', 'within the stream: {"code": 7}. See'),
        ("items", f"event: error\ndata: {'x' * 1000}\n\n", f"within the stream: {'x' * 300}…. See"),
        ("items", 'data: {"error": {"message": "overloaded"}}\n\n', "within the stream: overloaded. See"),
        ("items", 'event: item\ndata: {"error": "overloaded"}\n\n', "within the stream: overloaded. See"),
        ("loose", 'data: {"error": {"message": "overloaded"}}\n\n', "within the stream: overloaded. See"),
        ("lines", '{"error": {"code": 503, "message": "overloaded"}}\n', "within the stream: overloaded. See"),
        ("mixed", 'event: error\ndata: {"message": "overloaded"}\n\n', "within the stream: overloaded. See"),
    ],
)
def test_what_a_server_says_of_its_failure_is_an_error(items_api: Any, path: str, text: str, said: str) -> None:
    first = {"lines": '{"id": 1}\n\n', "mixed": f"event: item\n{ONE}"}.get(path, ONE)
    values, events, raised = streamed(items_api, path, first + text)
    assert len(values) == 1
    assert isinstance(raised, StreamError)
    assert raised.message.endswith(said + " `body`.")
    assert raised.status_code == 200
    assert "generate" not in str(raised)
    assert len(events) == 2
    if path == "mixed":
        assert raised.body == events[-1][1]
        assert type(raised.body).__name__ == "Failure"
    else:
        assert events[-1][1] is None


def test_events_are_read_by_the_names_that_the_description_has(items_api: Any) -> None:
    text = (
        f"event: word\ndata: 12\n\nevent: item\n{ONE}event: count\ndata: 3\n\nevent: total\ndata: 4\n\n"
        'event: unknown\ndata: {"id": 9}\n\ndata: {"id": 10}\n\n'
    )
    values, events, raised = streamed(items_api, "mixed", text)
    models = import_module("items_api.models")
    assert (values, raised) == (["12", models.Item(id=1), 3, 4], None)
    assert [name for name, value in events if value is None] == ["unknown", "message"]


def test_alternatives_of_events_may_be_nested_and_leave_one_for_all_others(items_api: Any) -> None:
    text = (
        f'event: started\n{ONE}event: stopped\ndata: [{{"id": 2}}]\n\nevent: paused\ndata: {{"message": "m"}}\n\n'
        'event: held\ndata: {"message": "h"}\n\nevent: other\ndata: {"note": "n"}\n\ndata: {"note": "o"}\n\n'
        'event: started\ndata: {"none": 1}\n\n'
    )
    values, raised = values_alone(items_api, "named", text)
    models = import_module("items_api.models")
    assert values == [
        models.Item(id=1),
        [models.Item(id=2)],
        models.Failure(message="m"),
        models.Failure(message="h"),
        models.Loose(note="n"),
        models.Loose(note="o"),
    ]
    assert isinstance(raised, DecodeError)


def test_texts_and_json_may_be_mixed_by_names(items_api: Any) -> None:
    values, _, raised = streamed(items_api, "words", "data: 1\n\nevent: json\ndata: 1\n\nevent: ping\ndata: x\n\n")
    assert (values, raised) == (["1", 1], None)


@pytest.mark.anyio
async def test_an_event_shows_all_that_arrived(items_api: Any) -> None:
    text = f"id: a\nretry: 50\n{ONE}event: ping\ndata: x\n\nevent: error\ndata: y\n\n"
    answer = Answer(body=text.encode(), headers={"Content-Type": "text/event-stream"})
    with answering(lambda _: answer) as server:
        with httpx.Client() as http:
            items = items_api.Resources(SyncCaller(Connection(http), httpx.URL(server.url), Options(0))).items
            with items.watch() as stream:
                assert stream.last_event_id is None
                seen = list(stream.events())
                assert stream.last_event_id == "a"
        async with httpx.AsyncClient() as async_http:
            async_items = items_api.AsyncResources(AsyncCaller(async_http, httpx.URL(server.url), Options(0))).items
            async with async_items.watch() as async_stream:
                assert (await anext(async_stream)).id == 1
                assert async_stream.last_event_id == "a"
                async_seen = [event async for event in async_stream.events()]
    shown = [(event.name, event.data, event.id, event.retry) for event in seen]
    assert shown == [("message", '{"id": 1}', "a", 50), ("ping", "x", "a", 50), ("error", "y", "a", 50)]
    assert [(event.name, event.data, event.id, event.retry) for event in async_seen] == shown[1:]
    assert [repr(event) for event in seen[1:]] == ["<Event 'ping'>", "<Event 'error'>"]


@pytest.mark.anyio
@pytest.mark.parametrize("path", ["items", "lines"])
async def test_a_stream_ends_with_the_mark_of_its_end_though_the_connection_stays(items_api: Any, path: str) -> None:
    end = {"items": f"{ONE}data: [DONE]\n\n{TWO}", "lines": '{"id": 1}\n[DONE]\n{"id": 2}\n'}[path]
    values, _, raised = streamed(items_api, path, end, **{"Content-Length": "1000"})
    assert ([item.id for item in values], raised) == ([1], None)
    with answering(lambda _: answer_of(path, end, **{"Content-Length": "1000"})) as server:
        async with httpx.AsyncClient() as http:
            items = items_api.AsyncResources(AsyncCaller(http, httpx.URL(server.url), Options(0))).items
            async with items.list_lines() if path == "lines" else items.watch() as stream:
                assert [item.id async for item in stream] == [1]


@pytest.mark.anyio
async def test_a_stream_cannot_be_read_after_its_end(items_api: Any) -> None:
    answer = Answer(body=f"{ONE}{TWO}".encode(), headers={"Content-Type": "text/event-stream"})
    with answering(lambda _: answer) as server:
        with httpx.Client() as http:
            items = items_api.Resources(SyncCaller(Connection(http), httpx.URL(server.url), Options(0))).items
            with items.watch() as stream:
                next(stream)
            with pytest.raises(ClosedError, match="the stream is closed"):
                next(stream)
            with pytest.raises(ClosedError):
                next(stream.events())
            with items.watch() as stream:
                assert len(list(stream)) == 2
            assert list(stream) == []
        async with httpx.AsyncClient() as async_http:
            async_items = items_api.AsyncResources(AsyncCaller(async_http, httpx.URL(server.url), Options(0))).items
            async with async_items.watch() as async_stream:
                await anext(async_stream)
            with pytest.raises(ClosedError, match="the stream is closed"):
                await anext(async_stream)


def test_an_error_within_the_with_is_one_of_the_sdk() -> None:
    headers = {"Content-Type": "text/event-stream", "Content-Length": "1000"}
    answer = Answer(body=f"data: {CREATED}\n\n".encode(), headers=headers)
    with (
        answering(lambda _: answer) as server,
        Client(server.url, tokens=Tokens("a")) as own,
        own.tasks.watch(ID) as events,
    ):
        next(events)
        with pytest.raises(TransportError):
            next(events)


@pytest.mark.anyio
async def test_what_is_passed_over_async_and_what_is_not_of_httpx_passes_through(items_api: Any) -> None:
    class Odd(httpx.AsyncByteStream):
        async def __aiter__(self) -> AsyncIterator[bytes]:
            yield b"event: ping\ndata: x\n\n" + ONE.encode()
            raise ZeroDivisionError

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, stream=Odd())

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        items = items_api.AsyncResources(AsyncCaller(http, httpx.URL("https://api.test"), Options(0))).items
        async with items.watch() as stream:
            assert (await anext(stream)).id == 1
            with pytest.raises(ZeroDivisionError):
                await anext(stream)
