"""Many at once over one session: the server's counters say how often it was asked, not the client's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest
from anyio import to_thread

from afresh import AsyncClient, Client, MemoryStore, NotSignedIn, Session, SessionExpired, TokenAuth, Tokens
from afresh_api.models import Credentials, User
from at_once import AT_ONCE, in_tasks, in_threads

if TYPE_CHECKING:
    from sandbox.process import Sandbox

pytestmark = pytest.mark.slow

ADA = Credentials(username="ada", password="lovelace")


@pytest.fixture
def ended() -> list[SessionExpired]:
    return []


@pytest.fixture
def session(sandbox: Sandbox, ended: list[SessionExpired]) -> Session:
    session = Session(sandbox.url, on_session_end=ended.append)
    session.login(ADA)
    return session


def reject_together(sandbox: Sandbox) -> None:
    """Have the next fifty requests answered 401 in the same moment."""
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=AT_ONCE)


def assert_one_refresh(sandbox: Sandbox, results: list[object]) -> None:
    assert [type(result) for result in results] == [User] * AT_ONCE
    counters = sandbox.control.counters()
    assert (counters.unauthorized, counters.refreshes, counters.reuses) == (AT_ONCE, 1, 0)
    assert counters.by_operation["GET /me"] == 2 * AT_ONCE


def assert_one_refusal(sandbox: Sandbox, session: Session, ended: list[SessionExpired], results: list[object]) -> None:
    assert [type(result) for result in results] == [SessionExpired] * AT_ONCE
    assert len(set(map(id, results))) == AT_ONCE  # one each: raising writes into an exception
    assert sandbox.control.counters().refreshes == 1
    assert len(ended) == 1
    assert session.tokens is None


def test_fifty_threads_answered_401_cause_one_refresh_and_all_succeed(sandbox: Sandbox, session: Session) -> None:
    reject_together(sandbox)
    with Client(session=session) as api:
        assert_one_refresh(sandbox, in_threads(api.users.me))
        assert api.users.me().username == "ada"


@pytest.mark.anyio
async def test_fifty_tasks_answered_401_cause_one_refresh_and_all_succeed(sandbox: Sandbox, session: Session) -> None:
    reject_together(sandbox)
    async with AsyncClient(session=session) as api:
        assert_one_refresh(sandbox, await in_tasks(api.users.me))
        assert (await api.users.me()).username == "ada"


def test_fifty_threads_whose_refresh_is_refused_learn_it_from_one_call(
    sandbox: Sandbox, session: Session, ended: list[SessionExpired]
) -> None:
    sandbox.control.end_sessions()
    sandbox.control.fault("GET /me", "gather", count=AT_ONCE)
    with Client(session=session) as api:
        assert_one_refusal(sandbox, session, ended, in_threads(api.users.me))
        with pytest.raises(SessionExpired, match="sign in again"):
            api.users.me()
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.anyio
async def test_fifty_tasks_whose_refresh_is_refused_learn_it_from_one_call(
    sandbox: Sandbox, session: Session, ended: list[SessionExpired]
) -> None:
    sandbox.control.end_sessions()
    sandbox.control.fault("GET /me", "gather", count=AT_ONCE)
    async with AsyncClient(session=session) as api:
        assert_one_refusal(sandbox, session, ended, await in_tasks(api.users.me))


def test_threads_and_the_tasks_of_two_event_loops_share_one_refresh(sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=15)

    async def five_tasks() -> None:
        async with AsyncClient(session=session) as api, anyio.create_task_group() as tasks:
            for _ in range(5):
                tasks.start_soon(api.users.me)

    with Client(session=session) as api, ThreadPoolExecutor(7) as pool:
        loops = [pool.submit(partial(anyio.run, five_tasks, backend=on)) for on in ("asyncio", "trio")]
        calls = [pool.submit(api.users.me) for _ in range(5)]
        assert {future.result().username for future in calls} == {"ada"}
        for loop in loops:
            loop.result()
    assert sandbox.control.counters().refreshes == 1


def test_requests_that_start_during_a_refresh_wait_for_it(sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold")
    with Client(session=session) as api, ThreadPoolExecutor(2) as pool:
        leader = pool.submit(api.users.me)
        sandbox.control.wait_held("POST /auth/refresh")
        late = pool.submit(lambda: list(api.projects.list()))
        sandbox.control.release()
        leader.result()
        late.result()
    assert sandbox.control.counters().unauthorized == 1


def test_clients_made_anew_over_one_store_share_one_refresh(sandbox: Sandbox, session: Session) -> None:
    store = MemoryStore(session.tokens)
    sandbox.control.revoke_access()
    sandbox.control.fault("GET /me", "gather", count=AT_ONCE)

    def call() -> User:
        with Client(sandbox.url, store=store) as api:
            return api.users.me()

    assert_one_refresh(sandbox, in_threads(call))


def test_two_accounts_in_one_process_are_renewed_apart(sandbox: Sandbox) -> None:
    with Client(sandbox.url) as ada, Client(sandbox.url) as grace:
        ada.login(ADA)
        grace.login(Credentials(username="grace", password="hopper"))
        sandbox.control.revoke_access()
        assert (ada.users.me().username, grace.users.me().username) == ("ada", "grace")
    assert sandbox.control.counters().refreshes == 2


@pytest.mark.anyio
async def test_cancelling_the_request_that_leads_loses_nothing(sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold_answer")
    names: list[str] = []
    async with AsyncClient(session=session) as api, anyio.create_task_group() as tasks:
        leader = anyio.CancelScope()

        async def lead() -> None:
            with leader:
                await api.users.me()

        async def follow() -> None:
            names.append((await api.users.me()).username)

        tasks.start_soon(lead)
        await to_thread.run_sync(sandbox.control.wait_held, "POST /auth/refresh")
        tasks.start_soon(follow)
        await anyio.lowlevel.checkpoint()
        leader.cancel()
        await anyio.lowlevel.checkpoint()
        await to_thread.run_sync(sandbox.control.release)
    assert names == ["ada"]
    counters = sandbox.control.counters()
    assert (counters.rotations, counters.reuses) == (1, 0)


def test_an_event_loop_that_dies_during_its_refresh_harms_nobody(
    sandbox: Sandbox, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold_answer")

    async def give_up() -> None:
        async with AsyncClient(session=session) as api:
            with anyio.move_on_after(60) as scope:
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(api.users.me)
                    await to_thread.run_sync(sandbox.control.wait_held, "POST /auth/refresh")
                    scope.cancel()

    anyio.run(give_up)
    with Client(session=session) as api, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(api.users.me)
        sandbox.control.release()
        assert waiting.result().username == "ada"
    assert sandbox.control.counters().rotations == 1
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


def test_a_sign_out_during_a_refresh_wins(sandbox: Sandbox, session: Session, ended: list[SessionExpired]) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold_answer")
    with Client(session=session) as api, ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(api.users.me)
        sandbox.control.wait_held("POST /auth/refresh")
        signing_out = pool.submit(api.logout)
        with pytest.raises(NotSignedIn, match="signed out"):
            waiting.result()
        assert session.tokens is None
        sandbox.control.release()
        signing_out.result()
        with pytest.raises(NotSignedIn):
            api.users.me()
    assert not ended
    # The server has revoked the session, although it had rotated the token that the client knew.
    newest = sandbox.control.issued().refresh[-1]
    assert httpx.post(f"{sandbox.url}/auth/refresh", json={"refreshToken": newest}).status_code == 401


def test_a_sign_in_during_a_refresh_wins(sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "hold_answer")
    with Client(session=session) as api, ThreadPoolExecutor(2) as pool:
        waiting = pool.submit(api.users.me)
        sandbox.control.wait_held("POST /auth/refresh")
        signing_in = pool.submit(api.login, Credentials(username="grace", password="hopper"))
        sandbox.control.release()
        signing_in.result()
        waiting.result()
        assert api.users.me().username == "grace"


def test_tokens_are_renewed_before_they_expire_and_without_a_401(sandbox: Sandbox) -> None:
    store = MemoryStore()
    with Client(sandbox.url, store=store) as api:
        api.login(ADA)
        assert api.tokens
        # As it would be read by a process that starts a little before the expiry.
        store.save(Tokens.issued(api.tokens.access_token, refresh_token=api.tokens.refresh_token, expires_in=0.001))
        with httpx.Client(auth=TokenAuth(Session(sandbox.url, store=store))) as http:
            results = in_threads(lambda: http.get(f"{sandbox.url}/me").status_code)
    assert results == [200] * AT_ONCE
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.unauthorized) == (1, 0)


@pytest.mark.parametrize("answer", ["hold", "hold_answer"])
def test_a_client_that_is_closed_during_its_refresh_loses_no_tokens(sandbox: Sandbox, answer: str) -> None:
    store = MemoryStore()
    with Client(sandbox.url, store=store) as api, ThreadPoolExecutor(1) as pool:
        tokens = api.login(ADA)
        sandbox.control.fault("POST /auth/refresh", answer)  # type: ignore[arg-type]
        waiting = pool.submit(api.session.obtain, rejected=tokens)
        sandbox.control.wait_held("POST /auth/refresh")
        api.close()
        sandbox.control.release()
        assert waiting.result() == store.load() != tokens
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses) == (1, 0)


@pytest.mark.anyio
async def test_a_client_that_is_left_by_a_cancellation_during_its_refresh_loses_no_tokens(sandbox: Sandbox) -> None:
    store = MemoryStore()
    async with AsyncClient(sandbox.url, store=store) as api:
        tokens = await api.login(ADA)
        sandbox.control.revoke_access()
        sandbox.control.fault("POST /auth/refresh", "hold_answer")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.users.me)
            await to_thread.run_sync(sandbox.control.wait_held, "POST /auth/refresh")
            tasks.cancel_scope.cancel()
    await to_thread.run_sync(sandbox.control.release)
    async with AsyncClient(sandbox.url, store=store) as api:
        assert (await api.users.me()).username == "ada"
    assert store.load() != tokens
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.reuses) == (1, 0)
