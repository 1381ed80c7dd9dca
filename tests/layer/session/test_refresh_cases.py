"""The behaviour that users of other clients have missed, case by case: each test carries the number of its case.

Most run three times: with threads over `httpx.Client`, and with tasks over `httpx.AsyncClient` on asyncio and on trio.
The sandbox rotates refresh tokens, takes each once, and revokes the session when one is used again.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from anyio import to_thread
from attrs import evolve, frozen

from afresh import (
    Client,
    FileStore,
    MemoryStore,
    NotSignedIn,
    RefreshUnavailable,
    Session,
    SessionExpired,
    StoreError,
    TokenAuth,
    Tokens,
)
from afresh._session.store_access import StoreAccess
from afresh_api.models import Credentials
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Generator
    from pathlib import Path

    from sandbox.process import Sandbox

    Send = Callable[..., Coroutine[Any, Any, httpx.Response]]

ADA = Credentials(username="ada", password="lovelace")
AT_ONCE = 50
REFRESH = "POST /auth/refresh"


@frozen
class Way:
    """One way to make requests: which kind of client, on which event loop."""

    kind: str
    backend: str

    @asynccontextmanager
    async def client(self, session: Session, **options: Any) -> AsyncGenerator[Send]:
        """Open a client over a session."""
        options = {"auth": TokenAuth(session), "base_url": session.base_url, "timeout": 30, **options}
        if self.kind == "tasks":
            async with httpx.AsyncClient(**options) as http:
                yield http.request
            return
        limiter = anyio.CapacityLimiter(4 * AT_ONCE)

        async def send(method: str, url: str, **options: Any) -> httpx.Response:
            return await to_thread.run_sync(partial(sync_http.request, method, url, **options), limiter=limiter)

        with httpx.Client(**options) as sync_http:
            yield send


IN_TASKS = [Way("tasks", "asyncio"), Way("tasks", "trio")]
"""For what cannot be done to a thread that waits for a socket: cancelling it."""


def name(way: Way) -> str:
    return f"{way.kind}-{way.backend}"


@pytest.fixture(params=[Way("threads", "asyncio"), *IN_TASKS], ids=name)
def way(request: pytest.FixtureRequest) -> Way:
    way: Way = request.param
    return way


@pytest.fixture
def anyio_backend(way: Way) -> str:
    return way.backend


pytestmark = [pytest.mark.anyio, pytest.mark.slow]


@pytest.fixture
def ended() -> list[SessionExpired]:
    return []


@pytest.fixture
def session(sandbox: Sandbox, ended: list[SessionExpired]) -> Session:
    session = Session(sandbox.url, on_session_end=ended.append)
    session.login(ADA)
    return session


async def together(*calls: Callable[[], Awaitable[Any]]) -> list[Any]:
    """Run calls at once; give the result of each, or the error that stands for it."""
    results: list[Any] = [None] * len(calls)

    async def run(index: int, call: Callable[[], Awaitable[Any]]) -> None:
        try:
            results[index] = await call()
        except Exception as error:  # noqa: BLE001 - the test judges it
            results[index] = error

    async with anyio.create_task_group() as tasks:
        for index, call in enumerate(calls):
            tasks.start_soon(run, index, call)
    return results


def statuses(results: list[Any]) -> list[Any]:
    return [result.status_code if isinstance(result, httpx.Response) else type(result) for result in results]


async def held(sandbox: Sandbox, operation: str, count: int = 1) -> None:
    await to_thread.run_sync(partial(sandbox.control.wait_held, operation, count))


async def release(sandbox: Sandbox) -> None:
    await to_thread.run_sync(sandbox.control.release)


async def during_refresh(sandbox: Sandbox, send: Send, do: Callable[[], Awaitable[object]]) -> Any:
    """Do something while the server has rotated the tokens and its answer is on the way; give the request's result."""
    sandbox.control.revoke_access()
    sandbox.control.fault(REFRESH, "hold_answer")

    async def meanwhile() -> None:
        await held(sandbox, REFRESH)
        await do()

    result, problem = await together(partial(send, "GET", "/me"), meanwhile)
    if isinstance(problem, Exception):
        raise problem
    return result


# Concurrency


@pytest.mark.case(1)
async def test_fifty_requests_answered_401_cause_one_refresh_and_all_succeed(
    way: Way, sandbox: Sandbox, session: Session
) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=AT_ONCE)
    async with way.client(session, limits=httpx.Limits(max_connections=AT_ONCE)) as send:
        assert statuses(await together(*[partial(send, "GET", "/me")] * AT_ONCE)) == [200] * AT_ONCE
    counters = sandbox.control.counters()
    assert (counters.unauthorized, counters.refreshes) == (AT_ONCE, 1)


@pytest.mark.case(2)
async def test_a_late_401_for_an_old_token_causes_no_refresh(way: Way, sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /projects", "hold_answer")
    async with way.client(session) as send:

        async def renew_meanwhile() -> None:
            await held(sandbox, "GET /projects")
            assert (await send("GET", "/me")).status_code == 200
            await release(sandbox)

        late, other = await together(partial(send, "GET", "/projects"), renew_meanwhile)
    assert other is None
    assert late.status_code == 200
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.case(3)
@pytest.mark.parametrize("invalidate", ["login", "logout"])
async def test_a_refresh_that_started_before_an_invalidation_is_not_published(
    way: Way, sandbox: Sandbox, session: Session, invalidate: str
) -> None:
    changed: list[Tokens | None] = []

    async def change() -> None:
        tokens = Tokens("other", "other")
        operation = session.logout if invalidate == "logout" else partial(session.sign_in, tokens)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(to_thread.run_sync, operation)
            await release(sandbox)
        changed.append(session.tokens)

    async with way.client(session) as send:
        await during_refresh(sandbox, send, change)
    assert session.tokens == changed[0] == (None if invalidate == "logout" else Tokens("other", "other"))


@pytest.mark.case(4)
async def test_a_request_that_still_holds_the_old_tokens_does_not_reuse_the_refresh_token(
    sandbox: Sandbox, session: Session
) -> None:
    old = session.obtain()
    sandbox.control.revoke_access()
    new = await session.obtain_async(rejected=old)
    assert await session.obtain_async(rejected=old) == session.obtain(rejected=old) == new
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses) == (1, 0)


@pytest.mark.case(5)
async def test_requests_that_share_an_expired_session_cause_one_refresh(way: Way, sandbox: Sandbox) -> None:
    store = MemoryStore()
    tokens = Session(sandbox.url, store=store).login(ADA)
    store.save(evolve(tokens, expires_at=datetime.now(UTC)))
    async with way.client(Session(sandbox.url, store=store)) as send:
        assert statuses(await together(*[partial(send, "GET", "/me")] * AT_ONCE)) == [200] * AT_ONCE
    counters = sandbox.control.counters()
    assert (counters.unauthorized, counters.refreshes) == (0, 1)


@pytest.mark.case(6)
async def test_a_request_that_starts_during_a_refresh_never_goes_out_without_a_token(
    way: Way, sandbox: Sandbox, session: Session
) -> None:
    async with way.client(session) as send:

        async def start_another() -> None:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(send, "GET", "/projects"))
                await release(sandbox)

        assert (await during_refresh(sandbox, send, start_another)).status_code == 200
    counters = sandbox.control.counters()
    assert (counters.unauthorized, counters.by_operation["GET /projects"]) == (1, 1)


@pytest.mark.case(7)
async def test_every_request_that_was_answered_401_is_retried(way: Way, sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("*", "gather", count=2)
    async with way.client(session) as send:
        results = await together(partial(send, "GET", "/me"), partial(send, "GET", "/projects"))
    assert statuses(results) == [200, 200]
    assert sandbox.control.counters().by_operation == {
        "POST /auth/login": 1,
        "GET /me": 2,
        "GET /projects": 2,
        REFRESH: 1,
    }


@pytest.mark.case(8)
async def test_a_client_and_session_made_anew_for_each_request_still_cause_one_refresh(
    way: Way, sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    store = FileStore(tmp_path / "session.json")
    store.save(session.tokens)
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=10)

    async def anew() -> httpx.Response:
        async with way.client(Session(sandbox.url, store=FileStore(store.path))) as send:
            return await send("GET", "/me")

    assert statuses(await together(*[anew] * 10)) == [200] * 10
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.case(9)
async def test_the_refreshes_of_two_accounts_are_not_merged(way: Way, sandbox: Sandbox, session: Session) -> None:
    other = Session(sandbox.url)
    other.login(Credentials(username="grace", password="hopper"))
    sandbox.control.revoke_access()
    async with way.client(session) as as_ada, way.client(other) as as_grace:
        ada, grace = await together(partial(as_ada, "GET", "/me"), partial(as_grace, "GET", "/me"))
    assert (ada.json()["username"], grace.json()["username"]) == ("ada", "grace")
    assert sandbox.control.counters().refreshes == 2


# Loops, cancellation, deadlock


@pytest.mark.case(10)
async def test_a_session_goes_from_one_event_loop_to_another(way: Way, sandbox: Sandbox, session: Session) -> None:
    async def renew() -> int:
        async with way.client(session) as send:
            return (await send("GET", "/me")).status_code

    for backend in ("asyncio", "trio"):
        sandbox.control.revoke_access()
        assert await to_thread.run_sync(partial(anyio.run, renew, backend=backend)) == 200
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=3)
    here_and_there = [partial(to_thread.run_sync, partial(anyio.run, renew, backend=on)) for on in ("asyncio", "trio")]
    assert await together(renew, *here_and_there) == [200] * 3
    assert sandbox.control.counters().refreshes == 3


@pytest.mark.case(11)
@pytest.mark.parametrize("way", IN_TASKS, ids=name)
async def test_when_the_leader_is_cancelled_after_the_rotation_the_new_tokens_are_kept(
    way: Way, sandbox: Sandbox, session: Session
) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault(REFRESH, "hold_answer")
    async with way.client(session) as send:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(send, "GET", "/me"))
            await held(sandbox, REFRESH)
            tasks.cancel_scope.cancel()
        await release(sandbox)
        assert (await send("GET", "/me")).status_code == 200
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses, counters.unauthorized) == (1, 0, 1)


@pytest.mark.case(12)
@pytest.mark.parametrize("way", IN_TASKS, ids=name)
async def test_a_cancelled_waiter_leaves_its_siblings_alone(way: Way, sandbox: Sandbox, session: Session) -> None:
    results: list[int] = []
    async with way.client(session) as send:

        async def follow() -> None:
            results.append((await send("GET", "/me")).status_code)

        async def cancel_one() -> None:
            async with anyio.create_task_group() as staying:
                staying.start_soon(follow)
                async with anyio.create_task_group() as leaving:
                    leaving.start_soon(follow)
                    await anyio.wait_all_tasks_blocked()
                    leaving.cancel_scope.cancel()
                await release(sandbox)

        assert (await during_refresh(sandbox, send, cancel_one)).status_code == 200
    assert results == [200]


@pytest.mark.case(13)
@pytest.mark.parametrize("way", IN_TASKS, ids=name)
async def test_a_cancelled_wait_for_the_lock_does_not_leak_it(
    way: Way, sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    store = FileStore(tmp_path / "session.json")
    store.save(session.tokens)
    session = Session(sandbox.url, store=store)
    sandbox.control.revoke_access()
    async with way.client(session) as send:
        with store.lock(1):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(partial(send, "GET", "/me"))
                while session._state.flight is None:  # noqa: SLF001 - nothing outside tells that it waits
                    await anyio.lowlevel.checkpoint()
                tasks.cancel_scope.cancel()
        assert (await send("GET", "/me")).status_code == 200
    with store.lock(0):
        pass


@pytest.mark.case(14)
async def test_an_abandoned_flow_does_not_block_the_next_request(way: Way, sandbox: Sandbox, session: Session) -> None:
    request = httpx.Request("GET", f"{sandbox.url}/me")
    sync_flow = TokenAuth(session).sync_auth_flow(request)
    next(sync_flow)
    sync_flow.close()
    async_flow = TokenAuth(session).async_auth_flow(request)
    await anext(async_flow)
    await async_flow.aclose()
    sandbox.control.fault("GET /me", "disconnect")
    sandbox.control.revoke_access()
    async with way.client(session) as send:
        with pytest.raises(httpx.TransportError):
            await send("GET", "/me")
        assert (await send("GET", "/me")).status_code == 200


@pytest.mark.case(15)
async def test_an_open_stream_does_not_hold_up_other_requests(way: Way, sandbox: Sandbox, session: Session) -> None:
    async with (
        httpx.AsyncClient(auth=TokenAuth(session)) as http,
        way.client(session) as send,
        http.stream("GET", f"{sandbox.url}/tasks") as response,
    ):
        sandbox.control.revoke_access()
        assert statuses(await together(*[partial(send, "GET", "/me")] * 5)) == [200] * 5
        await response.aread()


@pytest.mark.case(16)
async def test_a_refresh_that_fails_wakes_those_who_wait_and_the_next_one_works(
    way: Way, sandbox: Sandbox, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh._session.token_calls.endpoint.BACKOFF", 0)
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=10)
    sandbox.control.fault(REFRESH, "status", status=500, times=None)
    async with way.client(session) as send:
        results = await together(*[partial(send, "GET", "/me")] * 10)
        assert statuses(results) == [RefreshUnavailable] * 10
        sandbox.control.clear_faults()
        assert (await send("GET", "/me")).status_code == 200


@pytest.mark.case(17)
async def test_a_refresh_gets_a_connection_when_every_slot_of_the_pool_holds_a_401(
    way: Way, sandbox: Sandbox, session: Session
) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=5)
    async with way.client(session, limits=httpx.Limits(max_connections=5)) as send:
        assert statuses(await together(*[partial(send, "GET", "/me")] * 5)) == [200] * 5


@pytest.mark.case(18)
async def test_a_401_from_the_refresh_endpoint_does_not_recurse(way: Way, sandbox: Sandbox, session: Session) -> None:
    sandbox.control.end_sessions()
    async with way.client(session) as send:
        with pytest.raises(SessionExpired):
            await send("GET", "/me")
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.case(19)
async def test_a_401_after_a_good_refresh_is_the_callers_after_one_retry(
    way: Way, sandbox: Sandbox, session: Session
) -> None:
    sandbox.control.fault("GET /me", "status", status=401, times=None)
    async with way.client(session) as send:
        assert (await send("GET", "/me")).status_code == 401
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.by_operation["GET /me"]) == (1, 2)


# Failures


@pytest.mark.case(20)
@pytest.mark.parametrize(
    ("kind", "options"),
    [("status", {"status": 503}), ("status", {"status": 429}), ("disconnect", {"times": 2}), ("hold", {"times": None})],
    ids=["5xx", "429", "disconnect", "time-out"],
)
async def test_a_refresh_that_fails_keeps_the_session(
    way: Way, sandbox: Sandbox, ended: list[SessionExpired], kind: Any, options: dict[str, Any]
) -> None:
    tokens = Session(sandbox.url).login(ADA)
    timeout = 0.2 if kind == "hold" else 10
    impatient = Session(sandbox.url, store=MemoryStore(tokens), on_session_end=ended.append, timeout=timeout)
    sandbox.control.revoke_access()
    sandbox.control.fault(REFRESH, kind, **options)
    async with way.client(impatient) as send:
        with pytest.raises(RefreshUnavailable):
            await send("GET", "/me")
    assert impatient.tokens == tokens
    assert not ended


@pytest.mark.case(20)
async def test_a_name_that_does_not_resolve_keeps_the_session(way: Way) -> None:
    session = Session("https://api.invalid", tokens=Tokens("a", "r", datetime.now(UTC), 60))
    async with way.client(session, transport=None) as send:
        with pytest.raises(httpx.ConnectError):
            await send("GET", "/me")
    with pytest.raises(RefreshUnavailable, match=r"api\.invalid could not be reached"):
        session.obtain(rejected=session.tokens)
    assert session.tokens


@pytest.mark.case(21)
async def test_a_retry_after_is_waited_for(way: Way, sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault(REFRESH, "status", status=429, retry_after=3600)
    async with way.client(session) as send:
        for _ in range(3):
            with pytest.raises(RefreshUnavailable) as caught:
                await send("GET", "/me")
            assert caught.value.retry_after == 3600
    assert sandbox.control.counters().refreshes == 1
    failure = session._state._backoff  # noqa: SLF001 - the hour itself is not waited for
    assert failure
    assert failure.until > time.monotonic() + 3500


@pytest.mark.case(22)
async def test_a_dead_refresh_token_is_sent_once_however_many_requests_follow(
    way: Way, sandbox: Sandbox, session: Session, ended: list[SessionExpired]
) -> None:
    sandbox.control.end_sessions()
    async with way.client(session) as send:
        for _ in range(2):
            results = await together(*[partial(send, "GET", "/me")] * 10)
            assert statuses(results) == [SessionExpired] * 10
    assert sandbox.control.counters().refreshes == 1
    assert len(ended) == 1


class Unguarded(MemoryStore):
    """A store whose lock does not hold anybody off."""

    @contextmanager
    def lock(self, timeout: float) -> Generator[None]:
        assert timeout > 0
        yield


@pytest.mark.case(23)
async def test_who_loses_the_race_adopts_the_newer_tokens(
    way: Way, sandbox: Sandbox, ended: list[SessionExpired]
) -> None:
    store = Unguarded()
    loser, winner = (Session(sandbox.url, store=store, on_session_end=ended.append) for _ in range(2))
    winner.login(ADA)
    loser = Session(sandbox.url, store=store, on_session_end=ended.append)
    async with way.client(loser) as send:
        sandbox.control.revoke_access()
        sandbox.control.fault(REFRESH, "hold")

        async def win() -> None:
            await held(sandbox, REFRESH)
            await winner.obtain_async(rejected=winner.tokens)
            await release(sandbox)

        _, problem = await together(partial(send, "GET", "/me"), win)
    assert problem is None
    assert sandbox.control.counters().refusals == 1
    assert loser.tokens == winner.tokens == store.load()
    assert not ended


@pytest.mark.case(24)
@pytest.mark.parametrize("status", [401, 403])
async def test_a_proxys_refusal_is_not_the_apis(
    way: Way, sandbox: Sandbox, session: Session, ended: list[SessionExpired], status: int
) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault(REFRESH, "html", status=status)
    async with way.client(session) as send:
        with pytest.raises(RefreshUnavailable):
            await send("GET", "/me")
    assert session.tokens
    assert not ended


@pytest.mark.case(25)
async def test_a_lost_answer_is_asked_for_again_within_the_grace_period(
    way: Way, sandbox: Sandbox, session: Session
) -> None:
    sandbox.control.settings(grace=30)
    sandbox.control.revoke_access()
    sandbox.control.fault(REFRESH, "lose_answer")
    async with way.client(session) as send:
        assert (await send("GET", "/me")).status_code == 200
    assert sandbox.control.counters().refreshes == 2


@pytest.mark.case(26)
async def test_an_answer_without_a_refresh_token_keeps_the_old_one(way: Way) -> None:
    def never_rotating(asked: Asked) -> Answer:
        if asked.target == "/auth/refresh":
            return Answer(body={"data": {"accessToken": "new"}})
        return Answer(200 if asked.headers["authorization"] == "Bearer new" else 401)

    with answering(never_rotating) as server:
        session = Session(server.url, tokens=Tokens("old", "r"))
        async with way.client(session) as send:
            assert (await send("GET", "/me")).status_code == 200
    assert session.tokens == Tokens("new", "r")


# Persistence, processes


@pytest.mark.case(27)
async def test_rotated_tokens_are_persisted_before_they_are_used(
    way: Way, sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    store = FileStore(tmp_path / "session.json")
    store.save(session.tokens)
    session = Session(sandbox.url, store=store)
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "delay", seconds=0)
    sandbox.control.fault("GET /me", "hold")
    async with way.client(session) as send:

        async def look() -> Tokens | None:
            await held(sandbox, "GET /me")
            stored = store.load()
            await release(sandbox)
            return stored

        response, stored = await together(partial(send, "GET", "/me"), look)
    assert response.request.headers["authorization"] == f"Bearer {stored.access_token}"


RENEW = """
import sys
from afresh import Client, FileStore
with Client(sys.argv[1], store=FileStore(sys.argv[2])) as api:
    print(api.users.me().username)
"""


@pytest.mark.case(28)
@pytest.mark.parametrize("way", [Way("processes", "asyncio")], ids=["processes"])
@pytest.mark.usefixtures("way")
async def test_two_processes_over_one_store_cause_one_refresh(
    sandbox: Sandbox, session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "session.json"
    FileStore(path).save(session.tokens)
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=2)
    run = partial(anyio.run_process, [sys.executable, "-c", RENEW, sandbox.url, str(path)])
    assert [process.stdout for process in await together(run, run)] == [b"ada\n", b"ada\n"]
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.case(30)
async def test_without_the_lock_nothing_is_refreshed_but_newer_tokens_are_adopted(
    way: Way, sandbox: Sandbox, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = session.obtain()
    monkeypatch.setattr("afresh._session.session.StoreAccess", lambda store, _: StoreAccess(store, 0.01))
    store = MemoryStore(old)
    session = Session(sandbox.url, store=store)
    sandbox.control.revoke_access()
    async with way.client(session) as send:
        with store.lock(1):
            with pytest.raises(StoreError, match="held the lock"):
                await send("GET", "/me")
            assert sandbox.control.counters().refreshes == 0
            store.save(newer := Tokens("newer", "r"))
            assert (await send("GET", "/me")).status_code == 401
    assert session.tokens == newer
    assert sandbox.control.counters().refreshes == 0


@pytest.mark.case(33)
async def test_a_sign_out_during_a_refresh_is_final(
    way: Way, sandbox: Sandbox, session: Session, ended: list[SessionExpired]
) -> None:
    async def sign_out() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(to_thread.run_sync, session.logout)
            while session.tokens:  # it is forgotten at once, before the server answers
                await anyio.lowlevel.checkpoint()
            await release(sandbox)

    async with way.client(session) as send:
        assert type(await during_refresh(sandbox, send, sign_out)) is NotSignedIn
        with pytest.raises(NotSignedIn):
            await send("GET", "/me")
    assert session.tokens is None
    assert not ended


# Requests, leaks, clocks


@pytest.mark.case(35)
async def test_a_body_that_is_used_up_is_not_replaced_by_an_empty_one(way: Way) -> None:
    def accept_new(asked: Asked) -> Answer:
        if asked.target == "/auth/refresh":
            return Answer(body={"data": {"accessToken": "new"}})
        return Answer(200 if asked.headers["authorization"] == "Bearer new" else 401)

    async def async_body() -> AsyncGenerator[bytes]:
        await anyio.lowlevel.checkpoint()
        yield b"content"

    with answering(accept_new) as server:
        session = Session(server.url, tokens=Tokens("old", "r"))
        async with way.client(session) as send:
            content = async_body() if way.kind == "tasks" else iter([b"content"])
            assert (await send("POST", "/upload", content=content)).status_code == 401
            assert (await send("POST", "/upload", content=b"content")).status_code == 200
    assert [asked.body for asked in server.asked if asked.target == "/upload"] == [b"content", b"content"]


@pytest.mark.case(36)
async def test_no_token_goes_to_another_host(way: Way, session: Session) -> None:
    with (
        answering(lambda _: Answer()) as other,
        answering(lambda _: Answer(302, headers={"Location": f"{other.url}/elsewhere"})) as server,
    ):
        async with way.client(session) as send:
            await send("GET", f"{other.url}/me")
        async with way.client(Session(server.url, tokens=session.tokens), follow_redirects=True) as send:
            await send("GET", "/me")
    assert "authorization" in server.asked[0].headers
    assert [asked.headers.get("authorization") for asked in other.asked] == [None, None]


@pytest.mark.case(37)
async def test_an_authorization_of_the_callers_own_is_left_alone(way: Way, sandbox: Sandbox, session: Session) -> None:
    async with way.client(session) as send:
        response = await send("GET", "/me", headers={"Authorization": "Bearer mine"})
    assert (response.status_code, response.request.headers["authorization"]) == (401, "Bearer mine")
    assert sandbox.control.counters().refreshes == 0


@pytest.mark.case(38)
async def test_no_token_shows_in_a_log_or_an_error(
    way: Way, sandbox: Sandbox, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        async with way.client(session) as send:
            sandbox.control.revoke_access()
            await send("GET", "/me")
            for fault in ("status", "html", "disconnect"):
                sandbox.control.revoke_access()
                sandbox.control.fault(REFRESH, fault, times=2)
                session.login(ADA)
                sandbox.control.revoke_access()
                with pytest.raises(RefreshUnavailable) as unavailable:
                    await send("GET", "/me")
                shown += traceback.format_exception(unavailable.value)
                sandbox.control.clear_faults()
            session.login(ADA)
            sandbox.control.end_sessions()
            with pytest.raises(SessionExpired) as expired:
                await send("GET", "/me")
            shown += [*traceback.format_exception(expired.value), repr(expired.value), repr(vars(expired.value))]
    issued = sandbox.control.issued()
    for token in (*issued.access, *issued.refresh):
        assert token not in caplog.text + "".join(shown) + repr(session)


@pytest.mark.case(39)
@pytest.mark.parametrize("off", [timedelta(hours=1), timedelta(hours=-1)], ids=["fast", "slow"])
async def test_a_wall_clock_that_is_off_costs_at_most_one_refresh(
    way: Way, sandbox: Sandbox, session: Session, off: timedelta
) -> None:
    tokens = session.obtain()
    assert tokens.expires_at
    store = MemoryStore(evolve(tokens, expires_at=tokens.expires_at + off))
    async with way.client(Session(sandbox.url, store=store)) as send:
        for _ in range(5):
            assert (await send("GET", "/me")).status_code == 200
    assert sandbox.control.counters().refreshes <= 1


@pytest.mark.case(39)
@pytest.mark.parametrize("life", [0.0, 0.5, 5])
async def test_a_life_below_the_leeway_is_no_reason_to_refresh_all_the_time(way: Way, life: float) -> None:
    def answer(asked: Asked) -> Answer:
        is_refresh = asked.target == "/auth/refresh"
        return Answer(body={"data": {"accessToken": "new", "expiresIn": life}} if is_refresh else {})

    with answering(answer) as server:
        session = Session(server.url, tokens=Tokens("old", "r", datetime.now(UTC), 60))
        async with way.client(session) as send:
            results = await together(*[partial(send, "GET", "/me")] * 5)
    assert statuses(results) == [200] * 5
    assert [asked.target for asked in server.asked].count("/auth/refresh") == 1


@pytest.mark.case(40)
async def test_a_post_that_was_redirected_and_answered_401_is_not_replayed(way: Way) -> None:
    def redirect(asked: Asked) -> Answer:
        return Answer(307, headers={"Location": "/there"}) if asked.target == "/here" else Answer(401)

    with answering(redirect) as server:
        session = Session(server.url, tokens=Tokens("old", "r"))
        async with way.client(session, follow_redirects=True) as send:
            assert (await send("POST", "/here", content=b"once")).status_code == 401
    assert [asked.target for asked in server.asked] == ["/here", "/there"]


@pytest.mark.case(41)
@pytest.mark.parametrize("way", [Way("threads", "asyncio")], ids=["threads"])
@pytest.mark.usefixtures("way")
async def test_a_raising_hook_does_not_prevent_the_retry(sandbox: Sandbox, session: Session) -> None:
    hooks = {"response": [httpx.Response.raise_for_status]}
    with httpx.Client(event_hooks=hooks) as http, Client(session=session, http_client=http) as api:
        sandbox.control.revoke_access()
        assert (await to_thread.run_sync(api.users.me)).username == "ada"
