"""How sessions are renewed: one refresh for all calls that fail together, and no token is lost or goes astray."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio
import pytest
from afresh import (
    ConfigurationError,
    FileStore,
    MemoryStore,
    NotSignedIn,
    RefreshUnavailable,
    SessionExpired,
    Tokens,
)
from canned import Answer, Asked, answering, rejection

from token_server import PATIENCE, reject_together

if TYPE_CHECKING:
    from pathlib import Path

    from afresh import Session

    from token_server import TokenServer

MANY = 50
REFUSED = Answer(400, {"error": "invalid_grant"})


def test_one_refresh_serves_fifty_threads(server: TokenServer) -> None:
    with server.client() as api, ThreadPoolExecutor(MANY) as pool:
        server.expire()
        reject_together(server, MANY)
        statuses = list(pool.map(lambda _: api.http.get("/things").status_code, range(MANY)))
        assert api.tokens == server.tokens
    assert statuses == [200] * MANY
    assert server.refreshes == 1


@pytest.mark.anyio
async def test_one_refresh_serves_fifty_tasks(server: TokenServer) -> None:
    statuses: list[int] = []
    async with server.async_client() as api:
        server.expire()
        reject_together(server, MANY)

        async def call() -> None:
            statuses.append((await api.http.get("/things")).status_code)

        async with anyio.create_task_group() as tasks:
            for _ in range(MANY):
                tasks.start_soon(call)
        assert api.tokens == server.tokens
    assert statuses == [200] * MANY
    assert server.refreshes == 1


def test_a_session_goes_on_from_expiry_to_expiry(server: TokenServer) -> None:
    with server.client() as api:
        for number in range(1, 4):
            server.expire()
            assert api.http.get("/things").status_code == 200
            assert (server.refreshes, api.tokens) == (number, server.tokens)


def test_a_late_401_for_a_token_that_was_replaced_causes_no_refresh(server: TokenServer) -> None:
    arrived, may_go_on = threading.Event(), threading.Event()

    def hold(asked: Asked, is_allowed: bool) -> None:  # noqa: FBT001
        if asked.target.startswith("/late") and not is_allowed:
            arrived.set()
            assert may_go_on.wait(PATIENCE)

    with server.client() as api, ThreadPoolExecutor(1) as pool:
        server.expire()
        server.before = hold
        late = pool.submit(api.http.get, "/late")
        assert arrived.wait(PATIENCE)
        assert api.http.get("/now").status_code == 200
        may_go_on.set()
        assert late.result(PATIENCE).status_code == 200
    assert server.refreshes == 1


def test_a_call_that_is_rejected_twice_is_the_callers(server: TokenServer) -> None:
    server.answer = lambda _: rejection(server.lifecycle)  # even to a new one
    with server.client() as api:
        assert api.http.get("/things").status_code == 401
    assert server.refreshes == 1
    assert len(server.calls()) == 2


def test_a_refused_refresh_ends_the_session_once(server: TokenServer) -> None:
    ended: list[SessionExpired] = []
    server.refusal = REFUSED
    store = MemoryStore()
    with server.client(store=store, on_session_end=ended.append) as api, ThreadPoolExecutor(MANY) as pool:
        server.expire()
        reject_together(server, MANY)

        def call(_: int) -> type[BaseException] | None:
            try:
                api.http.get("/things")
            except SessionExpired as error:
                return type(error)
            return None

        assert list(pool.map(call, range(MANY))) == [SessionExpired] * MANY
        assert api.tokens is None
        with pytest.raises(SessionExpired):
            api.http.get("/things")
    assert store.load() is None
    assert (server.refreshes, len(ended)) == (1, 1)


@pytest.mark.anyio
async def test_a_refused_refresh_is_raised_in_tasks_too(server: TokenServer) -> None:
    server.refusal = REFUSED
    async with server.async_client() as api:
        server.expire()
        with pytest.raises(SessionExpired):
            await api.http.get("/things")
        assert api.tokens is None


@pytest.mark.parametrize("answer", [Answer(503, {"detail": "down"}), Answer(502, b"<html>"), Answer(429, {})])
def test_a_refresh_that_fails_keeps_the_session(server: TokenServer, answer: Answer) -> None:
    server.refusal = answer
    with server.client() as api:
        given = api.tokens
        server.expire()
        with pytest.raises(RefreshUnavailable):
            api.http.get("/things")
        assert api.tokens == given


def test_what_another_client_put_into_the_store_is_taken_over(server: TokenServer) -> None:
    store = MemoryStore()
    with server.client(store=store) as one, server.client(store=store) as other:
        server.expire()
        assert one.http.get("/things").status_code == 200
        assert other.http.get("/things").status_code == 200
        assert one.tokens == other.tokens == server.tokens
    assert server.refreshes == 1, "the store has to be read again before a refresh"


def test_processes_share_a_session_by_a_file(server: TokenServer, tmp_path: Path) -> None:
    stores = [FileStore(tmp_path / "private" / "session.json") for _ in range(4)]
    clients = [server.client(store=store) for store in stores]
    with ThreadPoolExecutor(len(clients)) as pool:
        server.expire()
        reject_together(server, len(clients))
        assert list(pool.map(lambda api: api.http.get("/things").status_code, clients)) == [200] * len(clients)
    assert server.refreshes == 1
    assert {store.load() for store in stores} == {server.tokens}
    for api in clients:
        api.close()


class _Watched(MemoryStore):
    """A store that notes what its session has at the moment at which it saves."""

    session: Session | None = None

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[Tokens | None, Tokens | None]] = []

    def save(self, tokens: Tokens | None) -> None:
        if self.session is not None:
            self.seen.append((self.session.tokens, tokens))
        super().save(tokens)


def test_new_tokens_are_in_the_store_before_anybody_has_them(server: TokenServer) -> None:
    store = _Watched()
    with server.client(store=store) as api:
        given = api.tokens
        store.session = api.session
        server.expire()
        assert api.http.get("/things").status_code == 200
        assert store.load() == api.tokens == server.tokens
    assert store.seen == [(given, server.tokens)]


def test_tokens_go_to_the_apis_own_origin_alone(server: TokenServer) -> None:
    with answering(lambda _: Answer(200, {})) as other, server.client() as api:
        server.answer = lambda _: Answer(302, {}, {"Location": f"{other.url}/elsewhere"})
        assert api.http.get(f"{other.url}/direct").status_code == 200
        assert api.http.get("/things", follow_redirects=True).status_code == 200
        assert [asked.target for asked in other.asked] == ["/direct", "/elsewhere"]
        assert server.tokens.access_token not in str(other.asked)
        assert server.tokens.access_token in str(server.asked)


def test_tokens_are_shown_nowhere(server: TokenServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with server.client() as api:
        server.expire()
        assert api.http.get("/things").status_code == 200
        shown = f"{api!r} {api.session!r} {api.tokens!r} {caplog.text}"
    for secret in ("access-00", "refresh-00"):
        assert secret not in shown


def test_who_signs_out_is_signed_out(server: TokenServer) -> None:
    store = MemoryStore()
    server.refusal = Answer(200, {})  # to whoever signs out
    with server.client(store=store) as api:
        api.session.logout()
        assert (api.tokens, store.load()) == (None, None)
        with pytest.raises((NotSignedIn, ConfigurationError)):  # the second where the API takes keys
            api.http.get("/things")
