"""The status and the headers of an answer beside its value, for every kind of method."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from afresh import Answer, AsyncClient, Client, DecodeError, InvalidArgument, NotFound, Tokens, save, with_response
from afresh_api.models import Credentials, NewAttachment, NewTask, TaskCreated
from afresh_api.types import File
from servers.canned import Answer as Reply
from servers.canned import Asked, answering

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from sandbox.process import Sandbox

ID: Any = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
TASK = NewTask(title="Seen")


@pytest.mark.anyio
async def test_the_answer_of_a_method_is_there_beside_its_value(api: Client, async_api: AsyncClient) -> None:
    created = with_response(api.tasks.create, TASK, idempotency_key="once")
    assert (created.status_code, created.value.title) == (201, "Seen")
    assert created.headers["content-type"] == created.headers["CONTENT-TYPE"] == "application/json"
    assert created.value is created.value
    assert created.request_id == created.headers["x-request-id"]
    assert created.response.http_version == "HTTP/1.1"
    assert repr(created) == "<Answer 201>"
    got = await with_response(async_api.tasks.get, created.value.id)
    assert (got.status_code, got.value) == (200, created.value)
    gone = with_response(api.tasks.delete, created.value.id)
    assert (gone.status_code, gone.value) == (204, None)
    with pytest.raises(NotFound):
        with_response(api.tasks.get, created.value.id)
    with pytest.raises(NotFound):
        await with_response(async_api.tasks.get, created.value.id)


@pytest.mark.anyio
async def test_each_page_of_a_list_has_its_answer(sandbox: Sandbox, api: Client, async_api: AsyncClient) -> None:
    pages = with_response(api.tasks.list, limit=20)
    assert sandbox.control.counters().by_operation.get("GET /tasks", 0) == 0  # as the list itself, it asks when needed
    ids = [page.request_id for page in pages]
    assert len(ids) == len(set(ids)) == sandbox.control.counters().by_operation["GET /tasks"] > 1
    titles = [task.title for page in with_response(api.tasks.list, limit=20) for task in page.value.items]
    assert titles == [task.title for task in api.tasks.list()]
    async_titles = [task.title async for page in with_response(async_api.tasks.list) for task in page.value.items]
    assert async_titles == titles


def test_a_counted_list_ends_with_its_total(sandbox: Sandbox, api: Client) -> None:
    api.login(Credentials(username="alan", password="turing"))
    events = [event for page in with_response(api.audit.list_events, limit=1) for event in page.value.items]
    asked = sandbox.control.counters().by_operation["GET /audit/events"]
    assert asked == len(events) == 2
    assert len(list(api.audit.list_events())) == len(events)


def test_a_counted_list_that_ends_too_early_or_never_is_an_error() -> None:
    event = {"at": "2026-11-30T10:00:00Z", "username": "ada", "action": "signed in"}

    def answer(asked: Asked) -> Reply:
        is_first = "offset" not in asked.target
        return Reply(200, {"items": [event], "total": 9}) if is_first or "X-Again" in asked.target else Reply(404)

    with answering(answer) as server, Client(server.url, tokens=Tokens("a")) as api:
        with pytest.raises(NotFound):
            list(with_response(api.audit.list_events))
        with pytest.raises(DecodeError, match="the server returned the same page again"):
            list(with_response(api.with_options(query={"X-Again": 1}).audit.list_events))


@pytest.mark.anyio
async def test_streams_and_downloads_have_their_answers(api: Client, async_api: AsyncClient, tmp_path: Path) -> None:
    task = api.tasks.create(TASK)
    with with_response(api.tasks.watch, task.id, follow="false") as watched:
        assert watched.headers["content-type"].startswith("text/event-stream")
        assert isinstance(next(watched.value), TaskCreated)
    async with with_response(async_api.tasks.watch, task.id, follow="false") as async_watched:
        assert async_watched.status_code == 200
        assert [type(event) async for event in async_watched.value] == [TaskCreated]
    attachment = api.attachments.upload(task.id, NewAttachment(file=File(payload=b"content")))  # type: ignore[arg-type]
    with with_response(api.attachments.download, attachment.id) as download:
        assert download.headers["content-length"] == "7"
        assert save(download.value, tmp_path / "a") == 7
    async with with_response(async_api.attachments.download, attachment.id) as async_download:
        assert await async_download.value.aread() == b"content"
    with pytest.raises(NotFound), with_response(api.attachments.download, task.id):
        pass


def test_a_view_and_its_options_count() -> None:
    with answering(lambda _: Reply(503)) as server, Client(server.url, tokens=Tokens("a")) as api:
        view = api.with_options(retries=1, headers={"X-Tenant": "north"})
        with pytest.raises(Exception, match="503"):
            with_response(view.users.me)
    assert [asked.headers["x-tenant"] for asked in server.asked] == ["north", "north"]


def test_an_answer_of_another_type_is_there_as_it_came() -> None:
    reply = Reply(200, "Ada;manager;é".encode(), {"Content-Type": "text/csv; charset=utf-8"})
    with answering(lambda _: reply) as server, Client(server.url, tokens=Tokens("a")) as api:
        view = api.with_options(headers={"Accept": "text/csv"})
        answer: Answer[Any] = with_response(view.users.me)
        assert server.asked[0].headers["accept"] == "text/csv"
        assert (answer.text, answer.content) == ("Ada;manager;é", "Ada;manager;é".encode())
        with pytest.raises(DecodeError, match="`with_response` gives such an answer as `text` and `content`"):
            _ = answer.value
        with pytest.raises(DecodeError, match="`with_response` gives"):
            view.users.me()


def not_a_method(_: UUID) -> None:
    """Do nothing."""


@pytest.mark.parametrize("wrong", ["tasks", "login", "with_options", not_a_method, None])
def test_what_is_no_method_of_a_resource_is_refused(wrong: Any) -> None:
    with Client("http://127.0.0.1:1", tokens=Tokens("a")) as api:
        method = getattr(api, wrong) if isinstance(wrong, str) else wrong
        with pytest.raises(InvalidArgument, match="must be the method of a resource") as caught:
            with_response(method)
        assert caught.value.argument == "method"
