"""A session that keeps credentials signs in at its first request: one sign-in, however many requests wait for it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING

import anyio
import pytest

from afresh import (
    AsyncClient,
    Client,
    FileStore,
    NotSignedIn,
    RefreshUnavailable,
    Session,
    SessionExpired,
    Tokens,
)
from afresh_api.models import Credentials
from conftest import ADA

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

AT_ONCE = 50


def test_fifty_threads_are_one_sign_in(sandbox: Sandbox) -> None:
    with Client(sandbox.url, credentials=ADA) as api, ThreadPoolExecutor(AT_ONCE) as pool:
        assert api.tokens is None
        names = {user.username for user in pool.map(lambda _: api.users.me(), range(AT_ONCE))}
        assert names == {"ada"}
        assert api.tokens is not None
    counters = sandbox.control.counters()
    assert (counters.logins, counters.unauthorized, counters.rotations) == (1, 0, 0)


@pytest.mark.anyio
async def test_fifty_tasks_are_one_sign_in(sandbox: Sandbox) -> None:
    async with AsyncClient(sandbox.url, credentials=lambda: ADA) as api, anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(api.users.me)
    assert sandbox.control.counters().logins == 1


def test_sessions_that_share_a_store_share_the_sign_in(sandbox: Sandbox, tmp_path: Path) -> None:
    sessions = [Session(sandbox.url, credentials=ADA, store=FileStore(tmp_path / "session.json")) for _ in range(4)]
    with ExitStack() as open_clients, ThreadPoolExecutor(4) as pool:
        clients = [open_clients.enter_context(Client(session=session)) for session in sessions]
        assert {user.username for user in pool.map(lambda api: api.users.me(), clients)} == {"ada"}
    assert sandbox.control.counters().logins == 1
    assert len({str(session.tokens) for session in sessions}) == 1


def test_wrong_credentials_are_tried_once(sandbox: Sandbox) -> None:
    wrong = Credentials(username="ada", password="babbage")
    with Client(sandbox.url, credentials=wrong) as api, ThreadPoolExecutor(AT_ONCE) as pool:

        def ask(_: int) -> str:
            with pytest.raises(SessionExpired) as caught:
                api.users.me()
            return str(caught.value)

        (said,) = set(pool.map(ask, range(AT_ONCE)))
        assert "signing in was refused, so there is no session: correct the credentials" in said
        assert sandbox.control.counters().by_operation["POST /auth/login"] == 1
        api.login(ADA)
        assert api.users.me().username == "ada"


def test_a_server_that_is_down_is_asked_again_by_a_later_request(sandbox: Sandbox) -> None:
    sandbox.control.fault("POST /auth/login", "status", status=503, times=1)
    with Client(sandbox.url, credentials=ADA, retries=0) as api:
        with pytest.raises(RefreshUnavailable):
            api.users.me()
        assert api.tokens is None
        api.login()
        assert api.users.me().username == "ada"
    assert sandbox.control.counters().unauthorized == 0  # no request was sent without a token


def test_who_signs_out_stays_signed_out(sandbox: Sandbox) -> None:
    with Client(sandbox.url, credentials=ADA) as api:
        api.logout()
        with pytest.raises(NotSignedIn, match="signed out"):
            api.users.me()
    counters = sandbox.control.counters()
    assert (counters.logins, counters.by_operation.get("POST /auth/logout", 0)) == (0, 0)


def test_tokens_that_are_there_come_first(sandbox: Sandbox, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "session.json")
    given = Session(sandbox.url, store=store).login(ADA)
    with Client(sandbox.url, credentials=ADA, store=store) as api:
        assert api.tokens == given
        assert api.users.me().username == "ada"
    with Client(sandbox.url, credentials=ADA, tokens=given) as api:
        assert api.users.me().username == "ada"
    assert sandbox.control.counters().logins == 1


def test_a_refresh_token_that_cannot_be_exchanged_now_is_not_followed_by_a_request(sandbox: Sandbox) -> None:
    tokens = Session(sandbox.url).login(ADA)
    sandbox.control.fault("POST /auth/refresh", "status", status=503, times=1)
    with Client(sandbox.url, refresh_token=tokens.refresh_token, retries=0) as api:
        with pytest.raises(RefreshUnavailable):
            api.users.me()
        assert isinstance(api.tokens, Tokens)
    assert sandbox.control.counters().unauthorized == 0
