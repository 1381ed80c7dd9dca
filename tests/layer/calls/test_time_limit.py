"""The total time of a call: whatever takes too long, it ends in time, and nothing is sent afterwards."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

from afresh import AsyncClient, Client, RateLimited, ServerError, Tokens, TransportError, save, save_async
from afresh._calls.retrying import THREAD
from afresh_api.models import NewAttachment, NewTask
from afresh_api.types import File
from servers.canned import Answer, answering
from servers.drawn_out import drawing_out

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

# trio warns of the generators that httpx and httpcore leave behind where a body is not read to its end.
pytestmark = pytest.mark.filterwarnings(r"ignore:Async generator 'http(x|core)2?\.:ResourceWarning")

ID: Any = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
SHORT = 0.1
OVER = r"took longer than its `total_timeout` of 0\.1 s"
TASK = NewTask(title="Too late")


def wait_for_calls() -> None:
    """Wait for the threads of calls that nobody waits for any more."""
    for thread in threading.enumerate():
        if thread.name == THREAD:
            thread.join(10)
            assert not thread.is_alive()


@pytest.mark.anyio
@pytest.mark.parametrize("part", ["nothing", "headers", "body", "stall"])
async def test_an_answer_that_is_drawn_out_ends_in_time(part: str) -> None:
    with drawing_out(part) as server:
        api = Client(server.url, tokens=Tokens("a"), total_timeout=SHORT)
        with pytest.raises(TransportError, match=OVER) as caught:
            api.users.me()
        assert (caught.value.method, caught.value.url) == ("GET", f"{server.url}/me")
        async with AsyncClient(server.url, tokens=Tokens("a")) as async_api:
            with pytest.raises(TransportError, match=OVER):
                await async_api.with_options(total_timeout=SHORT).users.me()
        assert len(server.asked) == 2  # it is not retried
    wait_for_calls()
    api.close()


@pytest.mark.anyio
@pytest.mark.parametrize("part", ["nothing", "body", "stall"])
async def test_a_download_that_is_drawn_out_ends_in_time(part: str, tmp_path: Path) -> None:
    with drawing_out(part) as server:
        with (
            Client(server.url, tokens=Tokens("a"), total_timeout=SHORT) as api,
            pytest.raises(TransportError, match=OVER),
            api.attachments.download(ID) as response,
        ):
            save(response, tmp_path / "a")
        async with AsyncClient(server.url, tokens=Tokens("a"), total_timeout=SHORT) as async_api:
            with pytest.raises(TransportError, match=OVER):
                async with async_api.attachments.download(ID) as async_response:
                    await save_async(async_response, tmp_path / "a")
    wait_for_calls()


@pytest.mark.anyio
async def test_a_stream_that_pauses_for_too_long_ends_in_time(
    sandbox: Sandbox, api: Client, async_api: AsyncClient
) -> None:
    task = api.tasks.create(TASK)
    assert sandbox
    with (
        pytest.raises(TransportError, match=OVER),
        api.with_options(total_timeout=SHORT).tasks.watch(task.id) as events,
    ):
        list(events)
    with pytest.raises(TransportError, match=OVER):
        async with async_api.with_options(total_timeout=SHORT).tasks.watch(task.id) as async_events:
            [event async for event in async_events]


@pytest.mark.anyio
async def test_the_wait_for_a_refresh_counts_and_nothing_is_sent_afterwards(sandbox: Sandbox, api: Client) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold")
    with pytest.raises(TransportError, match=OVER):
        api.with_options(total_timeout=SHORT).tasks.create(TASK)
    asked = sandbox.control.counters().by_operation["POST /tasks"]
    async with AsyncClient(session=api.session, total_timeout=SHORT) as async_api:
        with pytest.raises(TransportError, match=OVER):
            await async_api.tasks.create(TASK)
        sandbox.control.clear_faults()
        assert (await async_api.with_options(total_timeout=60).users.me()).username == "ada"
    wait_for_calls()
    counters = sandbox.control.counters()
    assert (counters.by_operation["POST /tasks"], counters.refreshes) == (asked, 1)
    assert asked <= 2  # of the second, the token may be known to be no good


@pytest.mark.anyio
async def test_a_retry_that_would_come_too_late_is_not_waited_for() -> None:
    with answering(lambda _: Answer(503, headers={"Retry-After": "30"})) as server:
        with Client(server.url, tokens=Tokens("a"), total_timeout=20) as api, pytest.raises(ServerError):
            api.users.me()
        async with AsyncClient(server.url, tokens=Tokens("a"), total_timeout=20) as async_api:
            with pytest.raises(ServerError):
                await async_api.users.me()
        assert len(server.asked) == 2
    with answering(lambda _: Answer(429, headers={"Retry-After": "0"})) as server:
        with Client(server.url, tokens=Tokens("a"), total_timeout=60, retries=2) as api, pytest.raises(RateLimited):
            api.users.me()
        assert len(server.asked) == 3


@pytest.mark.anyio
async def test_what_takes_less_time_is_as_ever(
    sandbox: Sandbox, api: Client, async_api: AsyncClient, tmp_path: Path
) -> None:
    view, async_view = api.with_options(total_timeout=60), async_api.with_options(total_timeout=60)
    sandbox.control.fault("GET /me", "disconnect", times=2)
    assert view.users.me().username == "ada"
    assert (await async_view.users.me()).username == "ada"
    task = view.tasks.create(TASK)
    with view.tasks.watch(task.id, follow="false") as events:
        assert len(list(events)) == 1
    async with async_view.tasks.watch(task.id, follow="false") as async_events:
        assert len([event async for event in async_events]) == 1
    part: Any = File(payload=b"content" * 100_000)  # type: ignore[arg-type]
    attachment = view.attachments.upload(task.id, NewAttachment(file=part))
    with view.attachments.download(attachment.id) as response:
        assert save(response, tmp_path / "a") == 700_000
        assert response.elapsed
    async with async_view.attachments.download(attachment.id) as async_response:
        assert await save_async(async_response, tmp_path / "a") == 700_000


@pytest.mark.anyio
async def test_a_download_that_is_left_gives_its_connection_back(sandbox: Sandbox, api: Client) -> None:
    task = api.tasks.create(TASK)
    part: Any = File(payload=b"content" * 100_000)  # type: ignore[arg-type]
    attachment = api.attachments.upload(task.id, NewAttachment(file=part))
    one = httpx.Limits(max_connections=1)
    with httpx.Client(limits=one) as http:
        left = Client(session=api.session, http_client=http, total_timeout=60)
        for _ in range(2):
            with left.attachments.download(attachment.id) as response:
                next(response.iter_bytes())
    async with httpx.AsyncClient(limits=one) as async_http:
        async_left = AsyncClient(session=api.session, http_client=async_http, total_timeout=60)
        for _ in range(2):
            async with async_left.attachments.download(attachment.id) as async_response:
                await anext(async_response.aiter_bytes())
    assert sandbox.control.counters().by_operation["GET /attachments/{attachmentId}/content"] == 4


@pytest.mark.anyio
async def test_the_other_time_outs_count_too() -> None:
    with drawing_out("stall") as server:
        options: dict[str, Any] = {"total_timeout": 60, "timeout": httpx.Timeout(30, read=0.05), "retries": 0}
        with Client(server.url, tokens=Tokens("a"), **options) as api:
            with pytest.raises(TransportError, match="ReadTimeout"):
                api.users.me()
            with pytest.raises(TransportError, match="ReadTimeout"), api.attachments.download(ID) as response:
                response.read()
        async with AsyncClient(server.url, tokens=Tokens("a"), **options) as async_api:
            with pytest.raises(TransportError, match="ReadTimeout"):
                await async_api.users.me()


@pytest.mark.anyio
async def test_a_caller_who_cancels_is_not_told_of_a_time_limit() -> None:
    with drawing_out("nothing") as server:
        async with AsyncClient(server.url, tokens=Tokens("a"), total_timeout=60) as api:
            with anyio.move_on_after(SHORT) as scope:
                await api.users.me()
            assert scope.cancelled_caught
