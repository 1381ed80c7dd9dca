"""What users write, as type checkers see it. Nothing here is run: see tests/generated/test_typing.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, assert_never, assert_type, get_args
from uuid import UUID

import httpx

from afresh import (
    Answer,
    APIError,
    AsyncClient,
    Client,
    FileStore,
    KeyringStore,
    MemoryStore,
    Outcome,
    RateLimited,
    SDKError,
    Session,
    SessionExpired,
    TokenAuth,
    Tokens,
    TokenStore,
    bulk,
    save,
    uploading,
    with_response,
)
from afresh_api.api.tasks import get_task, list_tasks
from afresh_api.client import AuthenticatedClient
from afresh_api.models import (
    Activity,
    Attachment,
    AuditEvent,
    Credentials,
    FileAttached,
    NewAttachment,
    NewTask,
    Problem,
    StatusChanged,
    Task,
    TaskChanges,
    TaskCreated,
    TaskPage,
    TaskStatus,
    User,
    ValidationProblem,
)
from afresh_api.operation import AsyncPages, AsyncStreamed, Pages, Streamed
from afresh_api.types import UNSET, File, Response, Unset

if TYPE_CHECKING:
    from dashed_api.security import Keys as DashedKeys
    from keyed_api.security import Keys

    from afresh.testing import FakeAPI

Happening = FileAttached | StatusChanged | TaskCreated


def activities(api: Client, task_id: UUID) -> Activity:
    listed: list[Activity] = api.tasks.list_activity(task_id)
    assert_type(listed, list[Happening])
    for one in listed:
        if isinstance(one, StatusChanged):
            assert_type(one, StatusChanged)
        else:
            assert_type(one, FileAttached | TaskCreated)
    return listed[0]


def kind(activity: Activity) -> str:
    match activity:
        case FileAttached():
            return "file"
        case StatusChanged() | TaskCreated():
            return activity.kind
        case _:
            assert_never(activity)


def is_activity(value: object) -> bool:
    return isinstance(value, Activity) and isinstance(value, get_args(Activity))


def the_client(task_id: UUID) -> None:
    with Client("https://api.example.com", store=FileStore("session.json"), retries=3) as api:
        assert_type(api, Client)
        assert_type(api.tokens, Tokens | None)
        assert_type(api.login(Credentials(username="ada", password="…")), Tokens)
        assert_type(api.login(), Tokens)
        assert_type(api.http, httpx.Client)
        assert_type(api.api, AuthenticatedClient)
        assert_type(api.session, Session)
        view = api.with_options(timeout=5, retries=0, headers={"X-Tenant": "t"}, idempotency_key="k")
        assert_type(view, Client)
        assert_type(view.users.me(), User)
        assert_type(api.tasks.get(task_id), Task)
        assert_type(api.tasks.delete(task_id), None)


def answers(api: Client, task_id: UUID) -> None:
    got = with_response(api.tasks.get, task_id)
    assert_type(got, Answer[Task])
    assert_type(got.value, Task)
    assert_type(got.status_code, int)
    assert_type(got.headers, httpx.Headers)
    assert_type(got.request_id, str | None)
    assert_type(with_response(api.tasks.delete, task_id), Answer[None])
    view = api.with_options(total_timeout=60, query={"trace": True}, body={"colour": "red"})
    assert_type(with_response(view.tasks.create, NewTask(title="t"), idempotency_key="k"), Answer[Task])
    for page in with_response(api.tasks.list, status="open"):
        assert_type(page, Answer[TaskPage])
    with with_response(api.tasks.watch, task_id) as watched:
        assert_type(watched, Answer[Streamed[Happening]])
    with with_response(api.attachments.download, task_id) as download:
        assert_type(download, Answer[httpx.Response])


def undescribed() -> Any:
    return None


def answers_of_any_type() -> None:
    httpx.Headers(with_response(undescribed).headers)


async def async_answers(api: AsyncClient, task_id: UUID) -> None:
    assert_type(await with_response(api.tasks.get, task_id), Answer[Task])
    async for page in with_response(api.tasks.list, status="open"):
        assert_type(page, Answer[TaskPage])
    async with with_response(api.tasks.watch, task_id) as watched:
        assert_type(watched, Answer[AsyncStreamed[Happening]])
    async with with_response(api.attachments.download, task_id) as download:
        assert_type(download, Answer[httpx.Response])


def many_calls(api: Client, task_ids: list[UUID]) -> None:
    with bulk(api.tasks.get, task_ids, at_once=20) as tasks:
        assert_type(tasks, Iterator[Task])
    with bulk(api.tasks.delete, iter(task_ids), ordered=False, progress=print) as deleted:
        assert_type(deleted, Iterator[None])
    with bulk(lambda task: api.tasks.update(task.id, TaskChanges(status="done")), api.tasks.list()) as updated:
        assert_type(next(updated), Task)
    with bulk(api.tasks.get, task_ids, errors="return") as outcomes:
        for outcome in outcomes:
            assert_type(outcome, Outcome[UUID, Task])
            assert_type(outcome.item, UUID)
            assert_type(outcome.value, Task)
            assert_type(outcome.error, Exception | None)


async def many_async_calls(api: AsyncClient, task_ids: list[UUID]) -> None:
    async with bulk(api.tasks.get, task_ids) as tasks:
        assert_type(tasks, AsyncIterator[Task])
    async with bulk(lambda task: api.tasks.get(task.id), api.tasks.list()) as again:
        assert_type([task async for task in again], list[Task])
    async with bulk(api.tasks.get, task_ids, errors="return") as outcomes:
        async for outcome in outcomes:
            assert_type(outcome, Outcome[UUID, Task])


def pages(api: Client) -> None:
    tasks = api.tasks.list(status="open", limit=10)
    assert_type(tasks, Pages[TaskPage, Task])
    for task in tasks:
        assert_type(task, Task)
    for page in tasks.pages():
        assert_type(page, TaskPage)


def streams(api: Client, task_id: UUID) -> None:
    assert_type(api.tasks.watch(task_id), AbstractContextManager[Streamed[Happening]])
    with api.tasks.watch(task_id) as events:
        for event in events:
            if event.kind == "status_changed":
                assert_type(event, StatusChanged)
    with api.audit.export_events() as lines:
        assert_type(next(lines), AuditEvent)


def signing_in_again(ada: Credentials) -> None:
    Client("https://api.example.com", client_id="app", client_secret="…", credentials=ada).close()
    Session("https://api.example.com", credentials=lambda: Credentials(username="ada", password="…"))


def models(task: Task) -> None:
    assert_type(task.id, UUID)
    assert_type(task.created_at, datetime)
    assert_type(task.due_on, date | None)
    assert_type(task.estimate, float | None)
    assert_type(TaskChanges(title=None).title, str | None)
    status: TaskStatus = "in_progress"
    assert_type(TaskChanges(status=status, due_on=None).due_on, date | None | Unset)
    assert_type(TaskChanges(description=UNSET).description, str | None | Unset)
    assert_type(Task.from_dict({}), Task)


def files(api: Client, task_id: UUID) -> None:
    with uploading(Path("report.pdf"), progress=print) as file:
        assert_type(file, File)
        assert_type(api.attachments.upload(task_id, NewAttachment(file=file)), Attachment)
    with api.attachments.download(task_id) as response:
        assert_type(response, httpx.Response)
        assert_type(save(response, "report.pdf"), int)


def errors(api: Client) -> float | None:
    try:
        api.users.me()
    except RateLimited as error:
        assert_type(error.retry_after, float | None)
        return error.retry_after
    except APIError as error:
        assert_type(error.status_code, int)
    except SDKError as error:
        assert_type(error.status_code, int | None)
    return None


def the_generated_functions(client: AuthenticatedClient, task_id: UUID) -> None:
    assert_type(get_task.sync(task_id, client=client), Problem | Task | ValidationProblem | None)
    detailed = list_tasks.sync_detailed(client=client, status="done")
    assert_type(detailed, Response[Problem | TaskPage | ValidationProblem])


class OwnStore:
    """A store that somebody else wrote, which knows nothing of ours."""

    def load(self) -> Tokens | None:
        return None

    def save(self, tokens: Tokens | None) -> None: ...

    def lock(self, timeout: float) -> AbstractContextManager[object]:
        return nullcontext()


def stores_and_sessions() -> None:
    stores: list[TokenStore] = [MemoryStore(), FileStore("~/s.json"), KeyringStore("s"), OwnStore()]
    session = Session("https://api.example.com", store=stores[0], on_session_end=ended)
    assert_type(httpx.Client(auth=TokenAuth(session)), httpx.Client)
    assert_type(session.obtain(), Tokens)


def ended(error: SessionExpired) -> None:
    assert_type(error.message, str)


async def the_async_client(task_id: UUID) -> None:
    async with AsyncClient("https://api.example.com") as api:
        assert_type(await api.login(Credentials(username="ada", password="…")), Tokens)
        assert_type(await api.tasks.create(NewTask(title="t")), Task)
        assert_type(api.with_options(retries=1), AsyncClient)
        tasks = api.tasks.list()
        assert_type(tasks, AsyncPages[TaskPage, Task])
        assert_type([task.title async for task in tasks], list[str])
        assert_type(api.tasks.watch(task_id), AbstractAsyncContextManager[AsyncStreamed[Happening]])


def narrowed(status: TaskStatus) -> Literal["open", "in_progress", "done"]:
    return status


def keys() -> tuple[list[Keys], DashedKeys]:
    Client("https://api.example.com", keys={})
    return [{"api_key": "…", "basic": ("ada", "…")}, {"basic": ("ada", "")}, {}], {"X-API": "…"}


def fakes(fake: FakeAPI, task: Task, problem: Problem, created: TaskCreated, event: AuditEvent) -> None:
    assert_type(fake.client(retries=0), Client)
    assert_type(fake.async_client(signed_in=False), AsyncClient)
    fake.tasks.get.returns(task).raises(404, times=1).cuts_connection(times=2)
    fake.tasks.get.answers(lambda request: task if request.headers else httpx.Response(404))
    fake.tasks.list.returns([task], page_size=2)
    fake.tasks.list.answers(lambda request: TaskPage(items=[task], next_cursor=request.arguments["cursor"]))
    fake.search.tasks.returns(iter([task]))
    fake.tasks.create.raises(401, problem).raises(409, {"title": "taken"}).raises(503)
    fake.tasks.delete.returns(None)
    fake.tasks.watch.returns([created])
    fake.audit.export_events.returns(event for _ in range(3))
    fake.attachments.download.returns(b"content", media_type="image/png")
    assert_type(fake.tasks.create.calls[0].body, NewTask)
    assert_type(fake.tasks.get.calls[0].body, None)
    assert_type(fake.lifecycle.refreshes, int)
