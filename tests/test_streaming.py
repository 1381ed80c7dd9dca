"""Answers that are streams of values: each is there as soon as it arrives."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

import httpx
import pytest

from afresh import AsyncClient, Client, DecodeError, Forbidden, NotFound, Tokens, TransportError
from afresh._calling import AsyncCaller, Connection, SyncCaller
from afresh._options import Options
from afresh_api.api.tasks import watch_task
from afresh_api.models import AuditEvent, Credentials, NewTask, StatusChanged, TaskChanges, TaskCreated
from afresh_api.operation import Operation, Streaming
from canned import Answer, Asked, answering
from made import importable, make

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

# trio warns of the generators that httpx and httpcore leave behind where a stream is not read to its end.
pytestmark = pytest.mark.filterwarnings(r"ignore:Async generator 'http(x|core)\.:ResourceWarning")

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
    with pytest.raises(DecodeError, match="UnicodeDecodeError") as odd:
        read(b'"\xff"\n', "lines")
    assert odd.value.body == '"\ufffd"'
    with pytest.raises(DecodeError, match="UnicodeDecodeError"):
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
            with pytest.raises(DecodeError, match="KeyError: 'kind'") as odd:
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
