"""The generated functions work alone, against a server that runs, as those of openapi-python-client do."""

from io import BytesIO
from pathlib import Path

import httpx
import pytest

from afresh_api import AuthenticatedClient, Client
from afresh_api.api.attachments import download_attachment, upload_attachment
from afresh_api.api.auth import login, logout
from afresh_api.api.service import get_status
from afresh_api.api.tasks import create_task, delete_task, get_task, list_tasks
from afresh_api.api.users import me
from afresh_api.errors import UnexpectedStatus
from afresh_api.models import (
    Attachment,
    Credentials,
    NewAttachment,
    NewTask,
    Problem,
    RefreshTokenHolder,
    ServiceStatus,
    Task,
    TaskPage,
    TokenAnswer,
    User,
    ValidationProblem,
)
from afresh_api.types import File
from afresh_api.values import for_async
from sandbox.process import Sandbox


def tokens(sandbox: Sandbox) -> TokenAnswer:
    with Client(sandbox.url) as client:
        answer = login.sync(client=client, body=Credentials(username="ada", password="lovelace"))
    assert isinstance(answer, TokenAnswer)
    return answer


@pytest.fixture
def client(sandbox: Sandbox) -> AuthenticatedClient:
    return AuthenticatedClient(sandbox.url, tokens(sandbox).data.access_token)


def test_an_operation_without_security_needs_no_token(sandbox: Sandbox) -> None:
    with Client(sandbox.url) as client:
        assert isinstance(get_status.sync(client=client), ServiceStatus)


def test_a_token_is_sent_with_every_call(client: AuthenticatedClient) -> None:
    with client:
        user = me.sync(client=client)
        created = create_task.sync(client=client, body=NewTask(title="Write"), idempotency_key="one")
        assert isinstance(created, Task)
        assert get_task.sync(created.id, client=client) == created
        page = list_tasks.sync(client=client, status="open", limit=2)
    assert isinstance(user, User)
    assert user.username == "ada"
    assert isinstance(page, TaskPage)
    assert (page.items[0], len(page.items)) == (created, 2)


@pytest.mark.anyio
async def test_the_asynchronous_functions_do_the_same(client: AuthenticatedClient) -> None:
    async with client:
        created = await create_task.asyncio(client=client, body=NewTask(title="Write"))
        assert isinstance(created, Task)
        answer = await get_task.asyncio_detailed(created.id, client=client)
    assert (answer.status_code, answer.parsed) == (200, created)
    assert answer.headers["content-type"] == "application/json"


def test_an_answer_without_a_body_is_none(client: AuthenticatedClient, sandbox: Sandbox) -> None:
    with client:
        page = list_tasks.sync(client=client, limit=1)
        assert isinstance(page, TaskPage)
        answer = delete_task.sync_detailed(page.items[0].id, client=client)
        assert (answer.status_code, answer.parsed) == (204, None)
        refresh_token = tokens(sandbox).data.refresh_token
        assert logout.sync(client=client, body=RefreshTokenHolder(refresh_token=refresh_token)) is None


def test_a_described_error_is_parsed(sandbox: Sandbox, client: AuthenticatedClient) -> None:
    with Client(sandbox.url) as anonymous:
        refused = login.sync_detailed(client=anonymous, body=Credentials(username="ada", password="wrong"))
    assert (refused.status_code, type(refused.parsed)) == (401, Problem)
    with client:
        assert isinstance(list_tasks.sync(client=client, limit=0), ValidationProblem)


@pytest.mark.parametrize("status", [418, 499, 503, 599])
def test_a_status_that_is_not_described_gives_none_or_raises(
    sandbox: Sandbox, client: AuthenticatedClient, status: int
) -> None:
    sandbox.control.fault("GET /me", "status", status=status, times=None)
    with client:
        answer = me.sync_detailed(client=client)
    assert (answer.status_code, answer.parsed) == (status, None)
    strict = AuthenticatedClient(sandbox.url, "token", raise_on_unexpected_status=True)
    with strict, pytest.raises(UnexpectedStatus, match=f"Unexpected status {status}; the answer was: ") as caught:
        me.sync(client=strict)
    assert caught.value.status_code == status


def observed(client: AuthenticatedClient, sandbox: Sandbox, sent: list[httpx.Headers]) -> httpx.Client:
    """Give the client an httpx client of ours, which shows the headers of all that is sent."""
    own = httpx.Client(
        base_url=sandbox.url,
        headers={"Authorization": f"Bearer {client.token}"},
        event_hooks={"request": [lambda request: sent.append(request.headers)]},
    )
    client.set_httpx_client(own)
    return own


def test_uploads_have_a_boundary_of_their_own(client: AuthenticatedClient, sandbox: Sandbox) -> None:
    sent: list[httpx.Headers] = []
    payload = b"--+++\r\nnot a boundary\r\n--+++--"
    with observed(client, sandbox, sent):
        page = list_tasks.sync(client=client, limit=1)
        assert isinstance(page, TaskPage)
        for _ in range(2):
            body = NewAttachment(file=File(BytesIO(payload), "a.bin", "application/x-mine"), note="Grüße")
            attachment = upload_attachment.sync(page.items[0].id, client=client, body=body)
            assert isinstance(attachment, Attachment)
            assert (attachment.file_name, attachment.media_type) == ("a.bin", "application/x-mine")
            assert (attachment.size, attachment.note) == (len(payload), "Grüße")
            content = download_attachment.sync(attachment.id, client=client)
            assert isinstance(content, File)
            assert content.payload.read() == payload
    types = [headers["content-type"] for headers in sent if "content-type" in headers]
    assert len(set(types)) == 2
    assert all(len(text.removeprefix("multipart/form-data; boundary=")) >= 32 for text in types)


@pytest.mark.anyio
async def test_a_file_is_uploaded_under_its_own_name(client: AuthenticatedClient, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("three words here")
    async with client:
        page = await list_tasks.asyncio(client=client, limit=1)
        assert isinstance(page, TaskPage)
        with (tmp_path / "notes.txt").open("rb") as file:
            answer = await upload_attachment.asyncio(
                page.items[0].id, client=client, body=NewAttachment(file=File(file))
            )
    assert isinstance(answer, Attachment)
    assert (answer.file_name, answer.media_type, answer.size) == ("notes.txt", "text/plain", 16)


def test_the_repr_shows_no_secret() -> None:
    client = AuthenticatedClient(
        "https://api.example.com", "s3cret", headers={"X-Key": "s3cret"}, cookies={"a": "s3cret"}
    )
    client.get_httpx_client().close()
    assert "s3cret" not in repr(client)
    assert "s3cret" not in repr(client.with_headers({"X-More": "s3cret"}))
    assert "https://api.example.com" in repr(client)


def test_a_copy_keeps_the_httpx_client_and_leaves_the_original_as_it_was(
    client: AuthenticatedClient, sandbox: Sandbox
) -> None:
    sent: list[httpx.Headers] = []
    with observed(client, sandbox, sent) as own:
        copy = client.with_headers({"X-Copy": "1", "x-more": "2"}).with_cookies({"a": "b", "c": "d"})
        copy = copy.with_headers({"X-More": "3"})
        assert copy.get_httpx_client() is own
        assert isinstance(me.sync(client=copy), User)
        assert isinstance(me.sync(client=client), User)
    first, second = sent
    assert (first["x-copy"], first["x-more"], first["cookie"]) == ("1", "3", "a=b; c=d")
    assert not {"x-copy", "x-more", "cookie"} & set(second.keys())


def test_a_copy_with_a_timeout_gives_up_in_time(client: AuthenticatedClient, sandbox: Sandbox) -> None:
    sandbox.control.fault("GET /me", "hold")
    with observed(client, sandbox, []) as own:
        copy = client.with_timeout(httpx.Timeout(5, read=0.1))
        assert copy.get_httpx_client() is own
        with pytest.raises(httpx.ReadTimeout):
            me.sync(client=copy)
        sandbox.control.release()


@pytest.mark.anyio
async def test_an_asynchronous_copy_keeps_its_httpx_client_too(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.url) as own:
        client = Client("https://nowhere.invalid").set_async_httpx_client(own)
        copy = client.with_headers({"X-Copy": "1"})
        assert copy.get_async_httpx_client() is own
        assert isinstance(await get_status.asyncio(client=copy), ServiceStatus)


def test_a_copy_made_before_any_httpx_client_makes_its_own_with_its_own_settings(sandbox: Sandbox) -> None:
    client = Client(sandbox.url, headers={"X-One": "1"})
    with client.with_headers({"X-Two": "2"}).with_timeout(httpx.Timeout(7)) as copy, client:
        assert copy.get_httpx_client() is not client.get_httpx_client()
        assert copy.get_httpx_client().timeout == httpx.Timeout(7)
        assert isinstance(get_status.sync(client=copy), ServiceStatus)
        assert copy.get_httpx_client().headers["x-one"] == "1"
        assert copy.get_httpx_client().headers["x-two"] == "2"
        assert "x-two" not in client.get_httpx_client().headers


@pytest.mark.anyio
async def test_a_body_that_is_handed_over_in_blocks_is_sent_whole_though_one_is_empty() -> None:
    sent = for_async({"content": iter([b"one ", b"", b"two"])})["content"]
    assert b"".join([block async for block in sent]) == b"one two"
