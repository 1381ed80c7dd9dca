"""`Client` and `AsyncClient` against the sandbox: the resource methods, and everything around them."""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from importlib import metadata
from io import BytesIO
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pytest

import afresh
from afresh import (
    APIError,
    AsyncClient,
    Client,
    ConfigurationError,
    Conflict,
    DecodeError,
    Forbidden,
    MemoryStore,
    NotFound,
    RateLimited,
    Session,
    Tokens,
    TransportError,
    Unauthorized,
    UnprocessableContent,
    _connection,
)
from afresh._connection import user_agent
from afresh_api.api.users import me
from afresh_api.models import (
    Credentials,
    NewAttachment,
    NewTask,
    Problem,
    StatusChanged,
    TaskChanges,
    TaskCreated,
    ValidationProblem,
)
from afresh_api.resources import Resources
from afresh_api.types import File
from afresh_toolkit.generator.normalising.naming.reserved import CLIENT_ATTRIBUTES
from made import python
from places import ROOT
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from sandbox.process import Sandbox

ID = UUID("7c9e6679-7425-40de-944b-e07fc1f90ae7")
ADA = Credentials(username="ada", password="lovelace")


def upload_of(content: bytes) -> NewAttachment:
    return NewAttachment(file=File(payload=BytesIO(content), file_name="notes.txt", mime_type="text/plain"), note="n")


def test_a_task_from_its_creation_to_its_end(api: Client) -> None:
    due = date(2027, 1, 31)
    task = api.tasks.create(NewTask(title="Write it down", due_on=due, labels=["a-label"]))
    assert (task.title, task.status, task.due_on, task.labels) == ("Write it down", "open", due, ["a-label"])
    assert task.created_at.tzinfo
    changed = api.tasks.update(task.id, TaskChanges(status="done", due_on=None))
    assert (changed.status, changed.due_on, changed.title) == ("done", None, task.title)
    created, moved = api.tasks.list_activity(task.id)
    assert isinstance(created, TaskCreated)
    assert isinstance(moved, StatusChanged)
    assert (moved.from_, moved.to) == ("open", "done")
    api.tasks.delete(task.id)
    with pytest.raises(NotFound):
        api.tasks.get(task.id)


@pytest.mark.anyio
async def test_a_task_from_its_creation_to_its_end_async(async_api: AsyncClient) -> None:
    task = await async_api.tasks.create(NewTask(title="Write it down"))
    assert (await async_api.tasks.update(task.id, TaskChanges(status="done"))).status == "done"
    await async_api.tasks.delete(task.id)
    with pytest.raises(NotFound):
        await async_api.tasks.get(task.id)


def test_a_list_is_iterated_whole_and_asks_for_pages_as_they_are_needed(sandbox: Sandbox, api: Client) -> None:
    tasks = api.tasks.list(limit=10)
    assert sandbox.control.counters().by_operation.get("GET /tasks", 0) == 0
    items = iter(tasks)
    first = next(items)
    assert sandbox.control.counters().by_operation["GET /tasks"] == 1
    everything = [first, *items]
    assert len({task.id for task in everything}) == len(everything) > 30
    assert [len(page.items) for page in tasks.pages()][:3] == [10, 10, 10]
    assert {task.status for task in api.tasks.list(status="done")} == {"done"}


@pytest.mark.anyio
async def test_a_list_is_iterated_whole_async(api: Client, async_api: AsyncClient) -> None:
    tasks = async_api.tasks.list(limit=10)
    assert [task.id async for task in tasks] == [task.id for task in api.tasks.list()]
    assert [len(page.items) async for page in tasks.pages()][:3] == [10, 10, 10]


def test_a_list_that_would_never_end_is_an_error() -> None:
    with (
        answering(lambda _: Answer(body={"items": [], "nextCursor": "again"})) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        pytest.raises(DecodeError, match="would never end"),
    ):
        list(api.tasks.list())
    assert [asked.target for asked in server.asked] == ["/tasks", "/tasks?cursor=again"]


def test_files_stream_up_and_down(api: Client) -> None:
    content = bytes(range(256)) * 1000
    task = api.tasks.create(NewTask(title="With a file"))
    attachment = api.attachments.upload(task.id, upload_of(content))
    assert (attachment.file_name, attachment.size, attachment.note) == ("notes.txt", len(content), "n")
    with api.attachments.download(attachment.id) as response:
        assert not response.is_closed
        assert b"".join(response.iter_bytes()) == content


@pytest.mark.anyio
async def test_files_stream_up_and_down_async(async_api: AsyncClient) -> None:
    content = bytes(range(256)) * 1000
    task = await async_api.tasks.create(NewTask(title="With a file"))
    attachment = await async_api.attachments.upload(task.id, upload_of(content))
    async with async_api.attachments.download(attachment.id) as response:
        assert b"".join([chunk async for chunk in response.aiter_bytes()]) == content


def test_an_upload_that_is_answered_401_is_sent_again_whole(sandbox: Sandbox, api: Client) -> None:
    task = api.tasks.create(NewTask(title="With a file"))
    sandbox.control.revoke_access()
    assert api.attachments.upload(task.id, upload_of(b"content")).size == len(b"content")


@pytest.mark.anyio
async def test_a_download_that_is_not_there_is_an_error_like_any_other(api: Client, async_api: AsyncClient) -> None:
    nothing = api.users.me().id
    with pytest.raises(NotFound) as caught, api.attachments.download(nothing):
        pytest.fail("there was something")
    assert isinstance(caught.value.body, Problem)
    with pytest.raises(NotFound):
        async with async_api.attachments.download(nothing):
            pytest.fail("there was something")


@pytest.mark.anyio
async def test_a_download_that_breaks_off_is_a_transport_error() -> None:
    with answering(lambda _: Answer(body=b"half", headers={"Content-Length": "8"})) as server:
        some_id = "9885875f-19c1-59c5-91e7-15886f9a61db"
        tokens = Tokens("a")
        with (
            Client(server.url, tokens=tokens) as api,
            pytest.raises(TransportError),
            api.attachments.download(some_id) as response,  # type: ignore[arg-type]  # any path will do
        ):
            response.read()
        async with AsyncClient(server.url, tokens=tokens) as async_api:
            with pytest.raises(TransportError):
                async with async_api.attachments.download(some_id) as async_response:  # type: ignore[arg-type]
                    await async_response.aread()


@pytest.mark.anyio
async def test_a_download_that_is_left_by_an_error_gives_its_connection_back() -> None:
    answer = Answer(body=b"content" * 100_000)
    with answering(lambda _: answer) as server:
        with Client(server.url, tokens=Tokens("a")) as api:
            with pytest.raises(ZeroDivisionError), api.attachments.download(ID) as response:
                _ = 1 / 0
            assert response.is_closed
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(ZeroDivisionError):
                async with async_api.attachments.download(ID) as async_response:
                    _ = 1 / 0
            assert async_response.is_closed


def test_what_goes_wrong_elsewhere_during_a_download_stays_as_it_is(api: Client) -> None:
    task = api.tasks.create(NewTask(title="With a file"))
    attachment = api.attachments.upload(task.id, upload_of(b"content"))
    with pytest.raises(httpx.ConnectError), api.attachments.download(attachment.id):
        httpx.get("http://127.0.0.1:1")


@pytest.mark.anyio
async def test_an_error_of_another_library_during_a_download_keeps_its_cause(
    api: Client, async_api: AsyncClient
) -> None:
    task = api.tasks.create(NewTask(title="With a file"))
    attachment = api.attachments.upload(task.id, upload_of(b"content"))
    cause = OSError("of another library")
    with pytest.raises(httpx.ReadError, match="knows no request") as elsewhere:
        async with async_api.attachments.download(attachment.id):
            raise httpx.ReadError("knows no request") from cause
    assert elsewhere.value.__cause__ is cause


# trio warns of the generators that httpx and httpcore leave behind where a body is not read to its end.
@pytest.mark.filterwarnings(r"ignore:Async generator 'http(x|core)2?\.:ResourceWarning")
@pytest.mark.anyio
async def test_an_error_that_cannot_be_decoded_is_closed() -> None:
    some_id = UUID("9885875f-19c1-59c5-91e7-15886f9a61db")
    answers: list[httpx.Response] = []

    async def note_async(answer: httpx.Response) -> None:
        answers.append(answer)

    answer = Answer(404, b"no gzip" * 10_000, headers={"Content-Encoding": "gzip"})
    with answering(lambda _: answer) as server:
        with (
            httpx.Client(event_hooks={"response": [answers.append]}) as http,
            Client(server.url, tokens=Tokens("a"), http_client=http) as api,
            pytest.raises(TransportError, match="DecodingError"),
            api.attachments.download(some_id),
        ):
            pass
        async with (
            httpx.AsyncClient(event_hooks={"response": [note_async]}) as async_http,
            AsyncClient(server.url, tokens=Tokens("a"), http_client=async_http) as async_api,
        ):
            with pytest.raises(TransportError, match="DecodingError"):
                async with async_api.attachments.download(some_id):
                    pass
    assert [answer.is_closed for answer in answers] == [True, True]


def test_errors_come_by_status_with_the_request_and_what_the_server_says(sandbox: Sandbox, api: Client) -> None:
    with pytest.raises(Forbidden) as forbidden:
        list(api.audit.list_events())
    assert forbidden.value.status_code == 403
    assert forbidden.value.request_id
    assert f"GET {sandbox.url}/audit/events: the server answered 403 Forbidden" in str(forbidden.value)
    assert isinstance(forbidden.value.body, Problem)

    with pytest.raises(UnprocessableContent) as unprocessable:
        api.tasks.create(NewTask(title=""))
    assert isinstance(unprocessable.value.body, ValidationProblem)
    assert unprocessable.value.body.errors[0].location == "body/title"

    api.tasks.create(NewTask(title="One"), idempotency_key="k")
    with pytest.raises(Conflict):
        api.tasks.create(NewTask(title="Another"), idempotency_key="k")

    sandbox.control.settings(search_limit=0)
    with pytest.raises(RateLimited) as limited:
        list(api.with_options(retries=0).search.tasks(q="x"))
    assert limited.value.retry_after is not None


@pytest.mark.anyio
async def test_a_server_that_is_gone_is_a_transport_error() -> None:
    with answering(lambda _: Answer()) as server:
        url = server.url
    with Client(url) as api, pytest.raises(TransportError, match="could not be reached"):
        api.service.get_status()
    async with AsyncClient(url) as async_api:
        with pytest.raises(TransportError, match="could not be reached"):
            await async_api.service.get_status()


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("body", "shown"),
    [(b"<html>Hello</html>", "<html>Hello</html>"), ({"status": "ok"}, '{"status": "ok"}')],
    ids=["html", "missing-field"],
)
async def test_an_answer_that_is_not_as_described_shows_itself(body: object, shown: str) -> None:
    with answering(lambda _: Answer(body=body)) as server:
        with (
            Client(server.url) as api,
            pytest.raises(DecodeError, match="not what the API's description promises") as caught,
        ):
            api.service.get_status()
        async with AsyncClient(server.url) as async_api:
            with pytest.raises(DecodeError):
                await async_api.service.get_status()
    assert (caught.value.status_code, caught.value.body) == (200, shown)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" * 100_000, "application/json"),
        (b"plain", "text/plain; charset=hex"),
        (b"\xff", "text/html; charset=utf-16"),
    ],
    ids=["deep", "no-charset-of-texts", "another-charset"],
)
def test_what_cannot_be_read_at_all_is_an_error_like_any_other(body: bytes, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    with answering(lambda _: Answer(body=body, headers=headers)) as server, Client(server.url) as api:
        with pytest.raises(DecodeError) as odd:
            api.service.get_status()
        assert odd.value.body == body.decode(errors="replace")[:2000]
        with pytest.raises(DecodeError):
            api.login(ADA)
    with (
        answering(lambda _: Answer(404, body, headers)) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        pytest.raises(NotFound) as failed,
    ):
        api.users.me()
    assert failed.value.body == body.decode(errors="replace")


def test_an_answer_that_may_hold_tokens_shows_nothing_of_itself() -> None:
    with (
        answering(lambda _: Answer(body={"data": {"accessToken": "secret"}})) as server,
        Client(server.url) as api,
        pytest.raises(DecodeError) as caught,
    ):
        api.auth.login(ADA)
    assert caught.value.body == ""
    assert "secret" not in str(caught.value)


def test_an_error_body_that_is_not_as_described_is_given_as_it_is() -> None:
    with (
        answering(lambda _: Answer(401, b"<html>Proxy</html>")) as server,
        Client(server.url, tokens=Tokens("a")) as api,
        pytest.raises(Unauthorized) as caught,
    ):
        api.users.me()
    assert caught.value.body == "<html>Proxy</html>"


@pytest.mark.parametrize("status", [302, 418, 499, 520])
def test_any_other_status_is_an_error_too(status: int) -> None:
    with (
        answering(lambda _: Answer(status)) as server,
        Client(server.url) as api,
        pytest.raises(APIError, match=f"answered {status}") as caught,
    ):
        api.service.get_status()
    assert (caught.value.status_code, caught.value.body) == (status, None)


@pytest.mark.anyio
async def test_a_public_operation_needs_no_session_and_gets_no_token(sandbox: Sandbox, api: Client) -> None:
    assert api.service.get_status().status == "ok"
    async with AsyncClient(sandbox.url) as nobody:
        assert (await nobody.service.get_status()).status == "ok"
    assert sandbox.control.counters().by_token == {}


@pytest.mark.anyio
async def test_the_generated_functions_and_plain_httpx_share_the_session(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.revoke_access()
    assert getattr(me.sync(client=api.api), "username", None) == "ada"
    assert api.http.get("/me").json()["username"] == "ada"
    async with AsyncClient(session=api.session) as async_api:
        assert getattr(await me.asyncio(client=async_api.api), "username", None) == "ada"
        assert (await async_api.http.get("/me")).status_code == 200
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.anyio
async def test_signing_out_forgets_the_tokens(sandbox: Sandbox, async_api: AsyncClient) -> None:
    assert repr(async_api) == f"<AsyncClient with <Session of {sandbox.url}, signed in>>"
    await async_api.logout()
    assert async_api.tokens is None
    with Client(sandbox.url) as api:
        assert repr(api) == f"<Client with <Session of {sandbox.url}, signed out>>"


@pytest.mark.anyio
async def test_an_httpx_client_of_the_users_own_is_used_and_left_open(sandbox: Sandbox) -> None:
    with httpx.Client(headers={"X-Team": "ours"}) as http, Client(sandbox.url, http_client=http, timeout=7) as api:
        api.login(ADA)
        assert api.http is http
        assert http.timeout == httpx.Timeout(7)
        assert api.users.me().username == "ada"
        api.close()
        assert not http.is_closed
    async with httpx.AsyncClient() as async_http:
        async with AsyncClient(sandbox.url, http_client=async_http):
            pass
        assert not async_http.is_closed


def test_arguments_that_contradict_each_other_are_refused(sandbox: Sandbox) -> None:
    session = Session(sandbox.url)
    with pytest.raises(ConfigurationError, match="there is no base URL"):
        Client()
    with pytest.raises(ConfigurationError, match="the session has its own"):
        Client(session=session, store=MemoryStore())
    with (
        httpx.Client(headers={"Authorization": "Bearer mine"}) as http,
        pytest.raises(ConfigurationError, match="http_client has its own Authorization header"),
    ):
        Client(session=session, http_client=http)
    with (
        httpx.Client(auth=("ada", "lovelace")) as http,
        pytest.raises(ConfigurationError, match="http_client has its own auth"),
    ):
        Client(session=session, http_client=http)


def test_the_generator_keeps_the_clients_own_names_free(sandbox: Sandbox) -> None:
    """A tag named like an attribute of the client would hide it: the generator must know them all."""
    with Client(sandbox.url) as api:
        own = {name for name in (*dir(api), "aclose") if not name.startswith("_")} - set(dir(Resources))
    assert own <= CLIENT_ATTRIBUTES


@pytest.mark.parametrize(("level", "records"), [("DEBUG", 1), ("INFO", 0)])
def test_a_call_is_logged_for_those_who_look_closely(
    api: Client, caplog: pytest.LogCaptureFixture, level: str, records: int
) -> None:
    with caplog.at_level(level, logger="afresh"):
        caplog.clear()
        api.users.me()
    calls = [record for record in caplog.records if getattr(record, "event", "") == "request"]
    assert len(calls) == records
    assert all(record.getMessage().startswith("GET /me → 200 in ") for record in calls)


def test_of_headers_only_those_are_logged_that_hold_no_secret(caplog: pytest.LogCaptureFixture) -> None:
    headers = {"X-Request-Id": "r-1", "Set-Cookie": "session=secret", "X-Api-Key": "secret"}
    answer = Answer(204, headers=headers)
    with answering(lambda _: answer) as server, Client(server.url, tokens=Tokens("secret")) as api:
        view = api.with_options(headers={"X-Tenant": "secret", "Cookie": "session=secret"})
        view.tasks.delete(ID)
    (record,) = [vars(record) for record in caplog.records if getattr(record, "event", "") == "request"]
    assert record["response_headers"]["x-request-id"] == "r-1"
    assert record["request_headers"]["user-agent"].startswith("afresh-sdk/")
    assert "secret" not in repr(record)


@pytest.mark.anyio
async def test_the_user_agent_says_which_program_it_is() -> None:
    with answering(lambda _: Answer(204)) as server:
        with Client(server.url, tokens=Tokens("a")) as api, httpx.Client() as http:
            api.tasks.delete(ID)
            Client(server.url, tokens=Tokens("a"), http_client=http).tasks.delete(ID)
        with httpx.Client(headers={"User-Agent": "own/1"}) as own:
            Client(server.url, tokens=Tokens("a"), http_client=own).tasks.delete(ID)
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            await async_api.tasks.delete(ID)
    agents = [asked.headers["user-agent"] for asked in server.asked]
    assert agents.pop(2) == "own/1"
    assert re.fullmatch(rf"afresh-sdk/[\d.]+ Python/3\.\d+\.\d+ \(\w+\) {httpx.__name__}/[\d.]+", agents.pop(0))
    assert len({*agents}) == 1


def test_who_copies_the_sdk_into_another_project_has_no_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_connection, "DISTRIBUTION", "not-installed")
    assert not afresh.__version__
    assert user_agent.__wrapped__().startswith("not-installed Python/3.")


def test_the_layer_names_no_operation_of_the_sample_api() -> None:
    """It is delivered to repositories of other APIs as it is."""
    tags = [name for name, member in vars(Resources).items() if isinstance(member, cached_property)]
    called = re.compile(rf"\bapi\.({'|'.join(tags)})\b")
    layer = [*(ROOT / "custom").rglob("*.py")]
    assert layer
    assert [file for file in layer if called.search(file.read_text(encoding="utf-8"))] == []


def test_the_version_is_that_of_the_distribution() -> None:
    assert afresh.__version__ == metadata.version("afresh-sdk")
    assert not hasattr(afresh, "no_such_name")


def test_the_metadata_is_read_when_the_version_is_asked_for() -> None:
    program = """
import afresh
print("importlib.metadata" in sys.modules, bool(afresh.__version__), "importlib.metadata" in sys.modules)
"""
    assert python(program) == "False True True\n"
