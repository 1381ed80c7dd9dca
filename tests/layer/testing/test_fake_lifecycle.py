"""The fake API deals in tokens as the description says it: it signs in, renews, refuses, and signs out."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from uuid import UUID

import anyio
import httpx
import pytest

import afresh.testing.engine
from afresh import (
    Forbidden,
    MemoryStore,
    NotSignedIn,
    RefreshUnavailable,
    SessionExpired,
    Tokens,
    Unauthorized,
)
from afresh.testing import FakeAPI
from afresh_api.faking import Facts
from afresh_api.models import Credentials
from lifecycles import lifecycle_of, live_by

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ID = UUID(int=7)
ADA = Credentials(username="ada", password="lovelace")

COOKIES = """
x-token-lifecycle:
  login: {url: /cookies/login, send: {$request.body#/grant_type: password}}
  refresh:
    url: /cookies/refresh
    send: {$request.cookie.renew: $refreshToken}
    csrf: {from: $response.cookie.csrf_renew}
  logout: {url: /cookies/logout, send: {$request.cookie.renew: $refreshToken}}
  tokens: {accessToken: $response.cookie.access, refreshToken: $response.cookie.renew}
  csrf: {from: $response.cookie.csrf_access, send: $request.header.X-CSRF-TOKEN}
"""
OAUTH = """
x-token-lifecycle:
  login: {url: /token, send: {$request.body#/grant_type: password, $request.body#/client_secret: $clientSecret}}
  refresh: {url: /token, send: {$request.body#/grant_type: refresh_token, $request.body#/refresh_token: $refreshToken}}
  client: form
  tokens: {accessToken: $response.body#/access_token, refreshToken: $response.body#/refresh_token}
"""
BY_ACCESS_TOKEN = """
x-token-lifecycle:
  refresh: {url: /renew, send: {$request.header.Authorization: Bearer $accessToken}}
  tokens: {accessToken: $response.header.X-Token, expiresAt: $response.body#/until}
  send: {$request.query.token: $accessToken}
  expired: [{status: 403, $response.body#/error/code: token_expired}]
"""
HEADERS = """
x-token-lifecycle:
  refresh:
    url: https://accounts.example.com/renew
    mediaType: application/json
    send: {$request.body#/refresh: $refreshToken}
  tokens: {accessToken: $response.body#/access, refreshToken: $response.body#/refresh, expiresInMs: $response.body#/ms}
  send: {$request.header.X-Auth: Token $accessToken}
  expired: [{status: 419, $response.header.X-Reason: [expired]}]
  refused: [409]
"""
METADATA = """
x-token-lifecycle: {metadata: https://accounts.example.com/tenant, authorize: {}}
"""


@pytest.fixture
def living(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what has the SDK and the fake API live by a description."""

    def live(text: str) -> None:
        live_by(f"{text}paths: {{}}\n", tmp_path, monkeypatch)
        monkeypatch.setattr(afresh.testing.engine, "LIFECYCLE", lifecycle_of(f"{text}paths: {{}}\n", tmp_path))

    return live


def test_tokens_that_expire_are_renewed_once_and_rotate(fake_api: FakeAPI) -> None:
    with fake_api.client() as client:
        client.users.me()
        before = client.tokens
        fake_api.lifecycle.expire()
        client.users.me()
        assert client.tokens != before
    lifecycle = fake_api.lifecycle
    assert (lifecycle.refreshes, lifecycle.rejections) == (1, 1)
    assert before is not None
    assert lifecycle.refresh.calls[0].body.refresh_token == before.refresh_token
    assert len(fake_api.users.me.calls) == 2, "a call that was rejected did not reach the operation"
    assert fake_api.auth.refresh is lifecycle.refresh
    assert fake_api.calls == fake_api.users.me.calls
    assert repr(lifecycle) == "<fake lifecycle with 0 logins, 1 refreshes, 0 logouts, 1 rejections>"


def test_a_refresh_token_is_good_once_unless_it_is_not_rotated(fake_api: FakeAPI) -> None:
    fake_api.lifecycle.rotates = False
    with fake_api.client() as client:
        old = client.tokens
        assert old is not None
        for _ in range(2):
            fake_api.lifecycle.expire()
            client.users.me()
        assert client.tokens is not None
        assert client.tokens.refresh_token == old.refresh_token
    fake_api.lifecycle.rotates = True
    fake_api.lifecycle.expire()
    with fake_api.client(tokens=old) as second:
        second.users.me()
    fake_api.lifecycle.expire()
    with fake_api.client(tokens=old) as third, pytest.raises(SessionExpired):
        third.users.me()


def test_a_refresh_that_is_refused_ends_the_session(fake_api: FakeAPI) -> None:
    with fake_api.client() as client:
        fake_api.lifecycle.expire()
        fake_api.lifecycle.refuse_refresh()
        with pytest.raises(SessionExpired):
            client.users.me()
    assert fake_api.lifecycle.refreshes == 0


def test_signing_in_and_out(fake_api: FakeAPI) -> None:
    with fake_api.client(signed_in=False) as client:
        with pytest.raises(NotSignedIn):
            client.users.me()
        client.login(ADA)
        client.users.me()
        assert fake_api.auth.login.calls[0].body == ADA
        tokens = client.tokens
        client.logout()
    assert (fake_api.lifecycle.logins, fake_api.lifecycle.logouts) == (1, 1)
    assert len(fake_api.lifecycle.login.calls) == len(fake_api.lifecycle.logout.calls) == 1
    with fake_api.client(tokens=tokens) as again, pytest.raises(SessionExpired):
        again.users.me()


def test_signing_in_can_be_refused(fake_api: FakeAPI) -> None:
    fake_api.auth.login.raises(401)
    with fake_api.client(store=MemoryStore()) as client, pytest.raises(Unauthorized):
        client.login(ADA)


def test_failures_of_a_refresh_can_be_programmed(fake_api: FakeAPI) -> None:
    fake_api.lifecycle.refresh.raises(503)
    with fake_api.client(retries=0) as client:
        fake_api.lifecycle.expire()
        with pytest.raises(RefreshUnavailable, match="503"):
            client.users.me()
    fake_api.lifecycle.refresh.reset().cuts_connection()
    with fake_api.client(retries=0) as client:
        fake_api.lifecycle.expire()
        with pytest.raises(RefreshUnavailable):
            client.users.me()
    assert len(fake_api.lifecycle.refresh.calls) == 2, "an ambiguous refresh is tried once more"


@pytest.mark.parametrize("unknown", [Tokens("access of nobody", "refresh of nobody")])
def test_tokens_of_nobody_are_not_taken(fake_api: FakeAPI, unknown: Tokens) -> None:
    with fake_api.client(tokens=unknown) as client, pytest.raises(SessionExpired):
        client.users.me()


def test_fifty_threads_through_an_expiry_refresh_once(fake_api: FakeAPI) -> None:
    together = threading.Barrier(50)
    with fake_api.client() as client, ThreadPoolExecutor(50) as pool:

        def call(_: int) -> str:
            together.wait(30)
            return client.users.me().username

        fake_api.lifecycle.expire()
        assert set(pool.map(call, range(50))) == {"username"}
    assert fake_api.lifecycle.refreshes == 1
    assert len(fake_api.users.me.calls) == 50


@pytest.mark.anyio
async def test_fifty_tasks_through_an_expiry_refresh_once(fake_api: FakeAPI) -> None:
    answered = threading.Event()
    fake_api.lifecycle.refresh.waits_for(answered)  # so that all of them meet a refresh that is under way
    async with fake_api.async_client() as client:
        fake_api.lifecycle.expire()
        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(client.users.me)
            while not fake_api.auth.refresh.calls:
                await anyio.lowlevel.checkpoint()
            answered.set()
    assert fake_api.lifecycle.refreshes == 1
    assert len(fake_api.users.me.calls) == 50


def test_sessions_in_cookies(living: Callable[[str], None]) -> None:
    living(COOKIES)
    with FakeAPI() as fake, fake.client() as client:
        client.users.me()
        fake.lifecycle.expire()
        client.users.me()
        assert fake.lifecycle.refreshes == 1
        assert "access=" in fake.users.me.calls[-1].headers["Cookie"]
        assert fake.users.me.calls[-1].headers["X-CSRF-TOKEN"].startswith("fake-csrf-")
        forged = fake.client(headers={"X-CSRF-TOKEN": "forged"}, retries=0)
        with pytest.raises(Unauthorized):
            forged.users.me()
        fake.lifecycle.expire()
        fake.lifecycle.refuse_refresh()
        with pytest.raises(SessionExpired):
            client.users.me()


def test_one_token_endpoint_that_the_description_lacks(living: Callable[[str], None]) -> None:
    living(OAUTH)
    with FakeAPI() as fake, fake.client() as client:
        client.users.me()
        assert client.http.post("/token", content=b"no form").json()["token_type"] == "Bearer"
        fake.lifecycle.expire()
        client.users.me()
        client.login(ADA)
        client.users.me()
        assert (fake.lifecycle.logins, fake.lifecycle.refreshes) == (2, 1)
        assert "client_secret=fake-secret" in fake.lifecycle.login.calls[-1].request.content.decode()
        fake.lifecycle.expire()
        fake.lifecycle.refuse_refresh()
        with pytest.raises(SessionExpired):
            client.users.me()
        with pytest.raises(LookupError, match="has no logout call"):
            fake.lifecycle.logout  # noqa: B018 - the look-up is what is tried


def test_a_refresh_by_the_access_token_which_is_in_the_query(living: Callable[[str], None]) -> None:
    living(BY_ACCESS_TOKEN)
    with FakeAPI() as fake, fake.client() as client:
        client.users.me()
        fake.lifecycle.expire()
        client.users.me()
        assert "token=fake-access-2" in str(fake.users.me.calls[-1].request.url.query)
        fake.lifecycle.expire()
        fake.lifecycle.refuse_refresh()
        with pytest.raises((SessionExpired, Forbidden)):
            client.users.me()


def test_an_endpoint_elsewhere_tokens_in_a_header_and_refusals_that_are_described(
    living: Callable[[str], None],
) -> None:
    living(HEADERS)
    with FakeAPI() as fake, fake.client() as client:
        fake.lifecycle.lifetime = 60
        client.users.me()
        fake.lifecycle.expire()
        client.users.me()
        assert fake.users.me.calls[-1].headers["X-Auth"] == "Token fake-access-2"
        assert client.tokens is not None
        assert client.tokens.expires_in == 60
        fake.lifecycle.expire()
        fake.lifecycle.refuse_refresh()
        with pytest.raises(SessionExpired):
            client.users.me()


@pytest.mark.parametrize("where", ["https://accounts.example.com/tenant", "/configuration.json"])
def test_an_endpoint_that_the_server_s_metadata_names(living: Callable[[str], None], where: str) -> None:
    living(METADATA.replace("https://accounts.example.com/tenant", where))
    with FakeAPI() as fake, fake.client() as client:
        fake.lifecycle.expire()
        client.users.me()
        assert fake.lifecycle.refreshes == 1


def test_an_api_without_a_lifecycle(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("_session.session", "_environment", "testing.engine", "_client"):
        monkeypatch.setattr(f"afresh.{module}.LIFECYCLE", None)
    with FakeAPI() as fake, fake.client(tokens=Tokens("a")) as client:
        client.users.me()
        assert fake.lifecycle.tokens() is None
        assert fake.lifecycle.calls() == {}


def test_a_security_scheme_that_the_token_serves_beside_keys(
    fake_api: FakeAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("afresh.testing.lifecycle.BY_TOKEN", frozenset({"user"}))
    facts = Facts("GET", "/me", "users.me", schemes=(("user",), ("certificate", "user")))
    request = httpx.Request("GET", "https://fake.test/me")
    assert not fake_api.lifecycle.allows(facts, request)
    tokens = fake_api.lifecycle.tokens()
    assert tokens is not None
    request.headers["Authorization"] = f"Bearer {tokens.access_token}"
    assert fake_api.lifecycle.allows(facts, request)
    fake_api.lifecycle.expire()
    assert not fake_api.lifecycle.allows(facts, request)
