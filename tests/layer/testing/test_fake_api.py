"""The fake API: what is programmed is answered, what is asked is recorded, and what does not fit is refused."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Any
from uuid import UUID

import anyio
import httpx
import pytest
from anyio.lowlevel import checkpoint

import afresh.testing
from afresh import APIError, AsyncClient, NotFound, ServerError, TransportError, UnprocessableContent
from afresh.testing import FakeAPI, FakeAPIError, example
from afresh.testing.answering import Answer, checked
from afresh.testing.decoding import UnfitError, read
from afresh.testing.doors import SyncDoor
from afresh.testing.examples import example_of
from afresh_api.models import (
    AuditEvent,
    NewAttachment,
    NewTask,
    Problem,
    Project,
    Task,
    TaskChanges,
    TaskCreated,
    TaskPage,
    ValidationProblem,
)
from afresh_api.types import File
from faked import call_each, used

if TYPE_CHECKING:
    from afresh import Client

ID = UUID(int=7)


def clear(fake: FakeAPI) -> None:
    """Forget what was wrong, which the test has expected."""
    fake._engine.problems.clear()  # noqa: SLF001 - it is told at the end otherwise


def test_what_is_programmed_is_answered(fake_api: FakeAPI, task: Task) -> None:
    fake_api.tasks.get.returns(task)
    fake_api.tasks.delete.returns(None)
    with fake_api.client() as client:
        assert client.tasks.get(ID) == task
        assert client.tasks.delete(ID) is None  # type: ignore[func-returns-value]
    assert fake_api.tasks.get.calls[0].arguments == {"task_id": ID}
    assert fake_api.tasks.get.calls[0].body is None
    assert [call.operation for call in fake_api.calls] == ["tasks.get", "tasks.delete"]


def test_what_was_asked_is_recorded_as_models(fake_api: FakeAPI) -> None:
    new = NewTask(title="Write", labels=["a", "b"])
    with fake_api.client() as client:
        client.with_options(headers={"X-Trace": "1"}).tasks.create(new)
        used(client.tasks.list(status="open", label=["a-b", "c-d"], limit=3))
        client.attachments.upload(ID, NewAttachment(file=File(BytesIO(b"content"), "a.txt", "text/plain")))
    (created,), (listed,) = fake_api.tasks.create.calls, fake_api.tasks.list.calls
    assert created.body == new
    assert created.headers["X-Trace"] == "1"
    assert repr(created) == f"<tasks.create(body={new!r})>"
    assert listed.arguments == {"status": "open", "label": ["a-b", "c-d"], "limit": 3}
    sent = fake_api.attachments.upload.calls[0].body.file
    assert (sent.payload.read(), sent.file_name, sent.mime_type) == (b"content", "a.txt", "text/plain")


def test_answers_follow_each_other(fake_api: FakeAPI, tasks: list[Task]) -> None:
    operation = fake_api.tasks.get.raises(503, times=2).returns(tasks[0], times=1).returns(tasks[1])
    with fake_api.client(retries=0) as client:
        for _ in range(2):
            with pytest.raises(ServerError):
                client.tasks.get(ID)
        assert [client.tasks.get(ID).title for _ in range(3)] == ["task 0", "task 1", "task 1"]
        operation.returns(tasks[2])
        assert client.tasks.get(ID) == tasks[2]
        operation.reset()
        assert client.tasks.get(ID).title == "title"
    assert len(operation.calls) == 1
    with pytest.raises(ValueError, match="times must be 1 or more"):
        operation.returns(tasks[0], times=0)


def test_a_client_tries_again_at_once(fake_api: FakeAPI, task: Task) -> None:
    fake_api.tasks.get.raises(503, times=1).raises(429, headers={"Retry-After": "0"}, times=1)
    fake_api.tasks.get.cuts_connection(times=1).returns(task)
    with fake_api.client(retries=3) as client:
        assert client.tasks.get(ID) == task
    assert len(fake_api.tasks.get.calls) == 4


def test_a_connection_that_is_cut_is_a_transport_error(fake_api: FakeAPI) -> None:
    fake_api.tasks.create.cuts_connection()
    with fake_api.client() as client, pytest.raises(TransportError, match="has cut the connection"):
        client.tasks.create(NewTask(title="Write"))


def test_answers_are_made_of_calls(fake_api: FakeAPI, task: Task) -> None:
    fake_api.tasks.update.answers(lambda call: task.__replace__(title=call.body.title))
    fake_api.tasks.get.answers(lambda call: httpx.Response(404, json={"asked": str(call.arguments["task_id"])}))
    fake_api.tasks.list.answers(lambda _: TaskPage(items=[task], next_cursor=None))
    fake_api.attachments.download.answers(lambda _: b"content")
    with fake_api.client() as client:
        assert client.tasks.update(ID, TaskChanges(title="Another")).title == "Another"
        with pytest.raises(NotFound, match="404"):
            client.tasks.get(ID)
        assert list(client.tasks.list()) == [task]
        assert used(client.attachments.download(ID)) == b"content"


@pytest.mark.parametrize("page_size", [1, 2, 5, 9, None])
def test_lists_come_in_pages_by_every_way_of_paging(
    fake_api: FakeAPI, tasks: list[Task], page_size: int | None
) -> None:
    projects = [example(Project, id=UUID(int=n)) for n in range(5)]
    events = [event(number) for number in range(5)]
    fake_api.tasks.list.returns(tasks, page_size=page_size)
    fake_api.search.tasks.returns(iter(tasks), page_size=page_size)
    fake_api.projects.list.returns(projects, page_size=page_size)
    fake_api.audit.list_events.returns(events, page_size=page_size)
    with fake_api.client() as client:
        assert list(client.tasks.list()) == tasks
        assert list(client.search.tasks(q="a")) == tasks
        assert list(client.projects.list()) == projects
        assert list(client.audit.list_events()) == events
        assert len(next(client.search.tasks(q="a").pages())) == min(page_size or 5, 5)
    pages = -(-5 // (page_size or 5))
    for operation in (fake_api.tasks.list, fake_api.projects.list, fake_api.audit.list_events):
        assert len(operation.calls) == pages, operation


def event(number: int) -> AuditEvent:
    return example(AuditEvent, action=f"action {number}")


def test_streams_and_files(fake_api: FakeAPI) -> None:
    created = example(TaskCreated)
    fake_api.tasks.watch.returns([created, created])
    fake_api.audit.export_events.returns([event(1)])
    fake_api.attachments.download.returns(File(BytesIO(b"content"), "a.png", "image/png"))
    with fake_api.client() as client:
        assert used(client.tasks.watch(ID)) == [created, created]
        assert used(client.audit.export_events()) == [event(1)]
        with client.attachments.download(ID) as response:
            assert response.read() == b"content"
            assert response.headers["Content-Type"] == "image/png"
            assert "a.png" in response.headers["Content-Disposition"]
        fake_api.attachments.download.returns(b"other", media_type="text/csv")
        with client.attachments.download(ID) as response:
            assert (response.read(), response.headers["Content-Type"]) == (b"other", "text/csv")


def test_errors_are_as_described(fake_api: FakeAPI) -> None:
    problem = Problem(type_="about:blank", title="Gone", status=404)
    with fake_api.client(retries=0) as client:
        fake_api.tasks.get.raises(404, problem)
        with pytest.raises(NotFound) as caught:
            client.tasks.get(ID)
        assert caught.value.body == problem
        fake_api.tasks.get.raises(422)
        with pytest.raises(UnprocessableContent) as invalid:
            client.tasks.get(ID)
        assert isinstance(invalid.value.body, ValidationProblem)
        assert invalid.value.body.status == 422
        fake_api.tasks.get.raises(502, "a proxy's page", headers={"X-Proxy": "1"})
        with pytest.raises(ServerError, match="502"):
            client.tasks.get(ID)


def test_each_operation_answers_an_example_and_is_asked_what_was_given(fake_api: FakeAPI) -> None:
    with fake_api.client() as client:
        without = ("login", "refresh", "logout")
        names = [name for name, _ in call_each(fake_api, client, *without)]
    assert len(set(names)) == 15


@pytest.mark.parametrize(
    ("program", "reason"),
    [
        (lambda fake: fake.tasks.get.returns("a text"), "`tasks.get` cannot answer so: the value: Task is described"),
        (lambda fake: fake.tasks.get.returns(None), "Task is described, and None was found"),
        (
            lambda fake: fake.tasks.get.returns({}, status=201),
            "cannot answer with the status 201: the description has 200",
        ),
        (lambda fake: fake.tasks.delete.returns(1), "None is described, and 1 was found"),
        (lambda fake: fake.tasks.list.returns(["a"]), r"items\[0\]: Task is described, and 'a' was found"),
        (lambda fake: fake.tasks.list.returns([], page_size=0), "the page_size of `tasks.list` must be 1 or more"),
        (lambda fake: fake.tasks.watch.returns(["a"]), r"its stream has no such value as 'a' \(values\[0\]\)"),
        (lambda fake: fake.attachments.download.returns("a"), "bytes or a File is described, and 'a' was found"),
        (
            lambda fake: fake.tasks.get.raises(404, {"a": 1}),
            "cannot raise 404 so: .*str is described, and nothing was found",
        ),
        (lambda fake: fake.tasks.get.raises(404, example(Problem, type_=1)), "the body.type_: str is"),
        (lambda fake: fake.tasks.get.raises(200), "errors have a status from 400 to 599"),
        (lambda fake: fake.tasks.get.raises(500, {"a": object()}), "cannot be written as JSON"),
    ],
)
def test_an_answer_that_does_not_fit_is_refused_at_once(fake_api: FakeAPI, program: Any, reason: str) -> None:
    with pytest.raises(FakeAPIError, match=reason):
        program(fake_api)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"priority": 9}, r"the value.priority: Literal\[1, 2, 3\] is described, and 9 was found"),
        ({"title": None}, "the value.title: str is described, and None was found"),
        ({"labels": "a"}, "the value.labels: list"),
        ({"labels": ["a", 1]}, r"the value.labels\[1\]: str is described, and 1 was found"),
        ({"custom_fields": {"a": 1}}, r"the value.custom_fields\['a'\]: str is described, and 1 was found"),
        ({"custom_fields": 5}, "the value.custom_fields: dict"),
        ({"estimate": True}, "the value.estimate: float | None is described, and True was found"),
        ({"due_on": "2030-01-01"}, "the value.due_on: date | None is described"),
        ({"id": "x" * 100}, "the value.id: UUID is described, and a value of the type str was found"),
    ],
)
def test_an_attribute_that_does_not_fit_is_named(
    fake_api: FakeAPI, task: Task, change: dict[str, Any], reason: str
) -> None:
    with pytest.raises(FakeAPIError, match=reason):
        fake_api.tasks.get.returns(task.__replace__(**change))


def test_what_is_wrong_within_an_alternative_is_named(fake_api: FakeAPI, task: Task) -> None:
    assignee = task.assignee.__replace__(role="king")  # type: ignore[union-attr]
    with pytest.raises(FakeAPIError, match=r"the value\.assignee\.role: .* is described, and 'king' was found"):
        fake_api.tasks.get.returns(task.__replace__(assignee=assignee))


def test_what_a_function_answers_is_checked_when_it_is_called() -> None:
    wrong: Any = "a text"
    fake = FakeAPI()
    fake.tasks.get.answers(lambda _: wrong)
    with pytest.raises(FakeAPIError, match=r"^GET /tasks/.*: `tasks\.get` cannot answer so"), fake:
        fake.client().tasks.get(ID)


WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("POST", "/tasks", {"json": {}}, "body.title: it is missing|body.title: str is described, and nothing was found"),
    ("POST", "/tasks", {"json": {"title": "a", "priority": 9}}, "body.priority: Literal"),
    ("POST", "/tasks", {"json": {"title": 1}}, "body.title: str is described, and 1 was found"),
    ("POST", "/tasks", {"json": ["title"]}, "body: NewTask is described"),
    ("POST", "/tasks", {}, "the body is missing"),
    ("POST", "/tasks", {"content": b"{", "headers": {"Content-Type": "application/json"}}, "the body is no JSON"),
    (
        "POST",
        "/tasks",
        {"data": {"title": "a"}},
        "application/x-www-form-urlencoded, and application/json is described",
    ),
    ("GET", "/tasks?status=closed", {}, "query parameter `status`: .* is described, and 'closed' was found"),
    ("GET", "/tasks?limit=many", {}, "query parameter `limit`: int"),
    ("GET", "/tasks?statsu=open", {}, "the query has 'statsu', and no parameter is called so"),
    ("GET", "/tasks/no-uuid", {}, "path parameter `taskId`: UUID is described, and 'no-uuid' was found"),
    ("GET", "/search", {}, "the required query parameter `q` is missing"),
    ("GET", "/task", {}, "the API's description has no such path"),
    ("PATCH", "/tasks", {}, "the API's description has no PATCH of this path: it has GET, POST"),
    ("DELETE", f"/tasks/{ID}", {"content": b"a"}, "it has a body, and none is described"),
]


@pytest.mark.parametrize(("method", "path", "sent", "reason"), WRONG)
def test_a_request_that_does_not_fit_fails_where_it_is_sent_and_at_the_end(
    method: str, path: str, sent: dict[str, Any], reason: str
) -> None:
    fake = FakeAPI()
    http = httpx.Client(transport=SyncDoor(fake._engine), base_url=fake.base_url)  # noqa: SLF001 - as a client does
    with pytest.raises(FakeAPIError, match=f"^{method} {path.partition('?')[0]}: .*(?:{reason})"):
        http.request(method, path, **sent)
    with pytest.raises(FakeAPIError, match=reason), fake:
        pass


def test_a_test_that_fails_otherwise_learns_what_was_wrong_besides() -> None:
    fake = FakeAPI()
    with pytest.raises(FakeAPIError):
        fake.client().http.get("/nowhere")
    with pytest.raises(ZeroDivisionError) as caught, fake:
        _ = 1 / 0
    (note,) = caught.value.__notes__
    assert note.startswith("The fake API also says: GET /nowhere: the API's description has no such path.")


def test_an_error_that_is_not_swallowed_is_raised_once() -> None:
    fake = FakeAPI()
    with pytest.raises(FakeAPIError) as caught, fake:
        fake.client().http.get("/nowhere")
    assert not hasattr(caught.value, "__notes__")


def test_operations_that_are_not_programmed_can_fail(task: Task) -> None:
    fake = FakeAPI(unprogrammed="fail")
    fake.tasks.get.returns(task)
    client = fake.client()
    assert client.tasks.get(ID) == task
    with pytest.raises(FakeAPIError, match="no answer is programmed: program one"), fake:
        client.users.me()
    wrong: Any = "examples"
    with pytest.raises(ValueError, match="unprogrammed must be 'example' or 'fail'"):
        FakeAPI(unprogrammed=wrong)


def test_names_that_are_not_there(fake_api: FakeAPI) -> None:
    fake: Any = fake_api
    with pytest.raises(AttributeError, match="the API has no tag 'task': it has auth, users"):
        fake.task  # noqa: B018 - the look-up is what is tried
    with pytest.raises(AttributeError, match="tasks has no operation 'crate': it has list, create"):
        fake.tasks.crate  # noqa: B018 - as above
    with pytest.raises(AttributeError, match="has no attribute 'FakeApi'"):
        afresh.testing.FakeApi  # type: ignore[attr-defined]  # noqa: B018 - as above
    assert repr(fake_api) == "<FakeAPI at https://fake.test with 0 calls>"
    assert repr(fake.tasks) == "<fake tasks>"
    fake_api.client().users.me()
    assert repr(fake_api.users.me) == "<fake users.me with 1 call>"
    assert repr(fake_api) == "<FakeAPI at https://fake.test with 1 call>"


@pytest.mark.anyio
async def test_an_asynchronous_client_is_answered_the_same(fake_api: FakeAPI, tasks: list[Task]) -> None:
    fake_api.tasks.list.returns(tasks, page_size=2)
    fake_api.tasks.create.raises(503, times=1).returns(tasks[0])
    async with fake_api.async_client() as client:
        assert isinstance(client, AsyncClient)
        assert [task async for task in client.tasks.list()] == tasks
        with pytest.raises(APIError):
            await client.tasks.create(NewTask(title="a"))
        assert await client.tasks.create(NewTask(title="a")) == tasks[0]
    with pytest.raises(FakeAPIError):
        await fake_api.async_client().http.get("/nowhere")
    clear(fake_api)


def test_an_answer_can_wait_for_anevent(fake_api: FakeAPI, task: Task) -> None:
    event = threading.Event()
    fake_api.tasks.get.waits_for(event).answers(lambda _: task if event.is_set() else task.__replace__(title="early"))
    client = fake_api.client()
    calling = threading.Thread(target=lambda: client.tasks.get(ID))
    calling.start()
    event.set()
    calling.join()
    assert client.tasks.get(ID) == task
    fake_api.tasks.get.waits_for(None)
    assert client.tasks.get(ID) == task


@pytest.mark.anyio
async def test_other_tasks_go_on_while_an_answer_waits(fake_api: FakeAPI, task: Task) -> None:
    released, done = threading.Event(), list[str]()
    fake_api.tasks.get.waits_for(released).returns(task)
    async with fake_api.async_client() as client, anyio.create_task_group() as group:

        async def get() -> None:
            await client.tasks.get(ID)
            done.append("get")

        group.start_soon(get)
        while not fake_api.tasks.get.calls:
            await checkpoint()
        await client.users.me()
        done.append("me")
        released.set()
    assert done == ["me", "get"]


def test_options_of_a_client_are_taken(fake_api: FakeAPI) -> None:
    http = httpx.Client(transport=SyncDoor(fake_api._engine))  # noqa: SLF001 - as a client does
    client: Client = fake_api.client(http_client=http, timeout=3)
    assert client.http is http
    assert client.users.me().username == "username"
    with fake_api.client(session=client.session) as other:
        assert other.users.me() == client.users.me()
    own = httpx.AsyncClient()
    assert fake_api.async_client(http_client=own).http is own


def test_an_example_that_a_client_would_not_read_gives_way_to_another(
    fake_api: FakeAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Any] = []

    def every_other(kind: Any, name: str, *node: Any, **options: Any) -> Any:
        made.append(kind)
        return "wrong" if len(made) % 2 else example_of(kind, name, *node, **options)

    monkeypatch.setattr("afresh.testing.answering.example_of", every_other)
    with fake_api.client(tokens=fake_api.lifecycle.tokens()) as client:
        assert client.users.me().username == "username"
        assert used(client.tasks.watch(ID))
        assert used(client.tasks.list())
    monkeypatch.setattr("afresh.testing.answering.example_of", lambda *_, **__: "wrong")
    with fake_api.client(tokens=client.tokens) as client:
        assert used(client.tasks.watch(ID)) == []
        assert used(client.tasks.list()) == []
        with pytest.raises(FakeAPIError, match=r"no example of an answer was found for `users\.me`: program one"):
            client.users.me()
    clear(fake_api)


@pytest.mark.parametrize(
    ("document", "kind", "value"),
    [
        ("1.50", Decimal, Decimal("1.50")),
        (1.5, Decimal, Decimal("1.5")),
        ("PT1H", timedelta, timedelta(hours=1)),
        ("YQ==", bytes, b"a"),
        ("12", int, 12),
        ({"a": "2030-01-02"}, dict[str, date], {"a": date(2030, 1, 2)}),
    ],
)
def test_types_are_read_that_are_texts_in_json(document: Any, kind: Any, value: Any) -> None:
    assert read(document, kind, "it") == value


def test_what_is_no_json_is_told_of(fake_api: FakeAPI) -> None:
    with pytest.raises(UnfitError, match="it is no JSON"):
        checked(fake_api.users.me, Answer(200, {}, b"{"))
