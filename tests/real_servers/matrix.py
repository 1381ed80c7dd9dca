"""Every server in every case: what differs between them is in servers.toml, and nothing of it is here."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest

import at_once
from at_once import AT_ONCE, in_threads
from real_servers.browser import Person
from real_servers.servers import CREDENTIALS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from real_servers.servers import Server

CALL = """
import sys
from {name} import Client, FileStore

with Client.from_env(store=FileStore(sys.argv[1])) as api:
    print(api.me.retrieve().username)
"""


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, server: Server, tmp_path: Path) -> Any:
    return server.sdk.MemoryStore() if request.param == "memory" else server.sdk.FileStore(tmp_path / "session.json")


@pytest.fixture
def ended() -> list[Exception]:
    return []


@pytest.fixture
def session(
    server: Server, store: Any, ended: list[Exception], never_shown: Callable[[Iterable[str]], None]
) -> Iterator[Any]:
    """Return a session that has just signed in. Its first and last tokens must show nowhere."""
    session = server.sdk.Session(server.url, **server.client, store=store, on_session_end=ended.append)
    session.login(server.credentials())
    server.reset()
    known = [session.tokens]
    yield session
    for tokens in filter(None, [*known, session.tokens]):
        never_shown([tokens.access_token, tokens.refresh_token, *(value for _, value in tokens.csrf)])


def in_tasks(server: Server, session: Any, backend: str) -> list[object]:
    async def run() -> list[object]:
        async with server.sdk.AsyncClient(session=session) as api:
            return await at_once.in_tasks(api.me.retrieve)

    return anyio.run(run, backend=backend)


def names(results: list[Any]) -> list[object]:
    """Give the user names in results, and errors as they are."""
    return [result if isinstance(result, Exception) else result.username for result in results]


def revoke(server: Server, session: Any) -> None:
    """Have the server end a session: by the sign-out of another client that holds the same tokens."""
    with server.sdk.Client(server.url, **server.client, tokens=session.tokens) as other:
        other.logout()


def test_sign_in(server: Server, store: Any) -> None:
    with server.sdk.Client(server.url, **server.client, store=store) as api:
        # drf-spectacular does not say of views with django-oauth-toolkit that they need a token: then the server does.
        with pytest.raises((server.sdk.NotSignedIn, server.sdk.Unauthorized)):
            api.me.retrieve()
        api.login(server.credentials())
        assert api.me.retrieve().username == "ada"
        assert store.load() == api.tokens


def test_sign_in_by_environment(server: Server, store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    if server.browser is not None:
        pytest.skip("people sign in by a browser")
    for name, value in server.environment(base_url=server.url, **CREDENTIALS, **server.client).items():
        monkeypatch.setenv(name, value)
    with server.sdk.Client.from_env(store=store) as api:
        assert api.me.retrieve().username == "ada"


def test_a_person_signs_in_and_agrees_or_does_not(server: Server, store: Any) -> None:
    if server.browser is None:
        pytest.skip("nobody signs in by a browser")
    server.browser.forget(server.url)
    person, other = (Person(server.browser, **CREDENTIALS, agrees=agrees) for agrees in (True, False))
    with server.sdk.Client(server.url, **server.client, store=store) as api:
        api.login(server.sdk.AuthorizationCodeGrant(scope="read", open_browser=person))
        assert "You are signed in." in person.last_page()
        assert server.browser.url.endswith("/callback")
        assert api.me.retrieve().username == "ada"
        tokens = api.tokens
        with pytest.raises(server.sdk.SignInFailed, match="access_denied"):
            api.login(server.sdk.AuthorizationCodeGrant(open_browser=other))
        assert "Signing in did not succeed." in other.last_page()
        assert api.tokens == store.load() == tokens


def test_a_person_signs_in_on_another_device_or_does_not(server: Server, store: Any) -> None:
    if server.name != "oauth_toolkit_browser":
        pytest.skip("nobody signs in on another device")
    assert server.browser is not None
    page = f"{server.url}/o/device/"
    for agrees in (True, False):
        person = Person(server.browser, **CREDENTIALS, agrees=agrees)
        grant = server.sdk.DeviceCodeGrant(show=lambda code, one=person: one.enter(page, code.user_code))
        with server.sdk.Client(server.url, client_id="sdk-on-device", store=store) as api:
            if agrees:
                api.login(grant)
                assert api.me.retrieve().username == "ada"
                server.wait_until_expired(api.tokens.access_token)
                assert api.me.retrieve().username == "ada"
                assert server.counters()["refreshes"] == 1
            else:
                with pytest.raises(server.sdk.SignInFailed, match=r"did not agree"):
                    api.login(grant)
        person.last_page()


def test_wrong_password(server: Server, store: Any) -> None:
    if server.browser is not None:
        pytest.skip("people sign in by a browser")
    credentials = server.credentials(password="wrong")
    with (
        server.sdk.Client(server.url, **server.client, store=store) as api,
        pytest.raises(server.sdk.APIError) as caught,
    ):
        api.login(credentials)
    assert caught.value.status_code in (400, 401)
    assert store.load() is None


def test_three_expiries(server: Server, session: Any, store: Any) -> None:
    refresh_tokens = {session.tokens.refresh_token}
    with server.sdk.Client(session=session) as api:
        for _ in range(3):
            server.wait_until_expired(session.tokens.access_token)
            assert api.me.retrieve().username == "ada"
            assert server.counters()["refreshes"] == 1
            assert store.load() == session.tokens
            refresh_tokens.add(session.tokens.refresh_token)
    assert len(refresh_tokens) == (4 if server.traits["rotates"] else 1)


def assert_one_refresh(server: Server, results: list[Any]) -> None:
    assert names(results) == ["ada"] * AT_ONCE
    counters = server.counters()
    assert (counters["refreshes"], counters["refused"], counters["repeated"]) == (1, 0, 0)
    assert AT_ONCE <= counters["/me/"] <= 2 * AT_ONCE


def test_fifty_threads(server: Server, session: Any) -> None:
    server.wait_until_expired(session.tokens.access_token)
    with server.sdk.Client(session=session) as api:
        assert_one_refresh(server, in_threads(api.me.retrieve))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_fifty_tasks(server: Server, session: Any, backend: str) -> None:
    server.wait_until_expired(session.tokens.access_token)
    assert_one_refresh(server, in_tasks(server, session, backend))


def assert_one_end(server: Server, session: Any, store: Any, ended: list[Exception], results: list[Any]) -> None:
    assert [type(result) for result in results] == [server.sdk.SessionExpired] * AT_ONCE
    assert server.counters()["refreshes"] == server.counters()["refused"] == 1
    assert len(ended) == 1
    assert session.tokens is None
    assert store.load() is None


def test_refused_threads(server: Server, session: Any, store: Any, ended: list[Exception]) -> None:
    revoke(server, session)
    server.wait_until_expired(session.tokens.access_token)
    with server.sdk.Client(session=session) as api:
        assert_one_end(server, session, store, ended, in_threads(api.me.retrieve))


def test_refused_tasks(server: Server, session: Any, store: Any, ended: list[Exception]) -> None:
    revoke(server, session)
    server.wait_until_expired(session.tokens.access_token)
    assert_one_end(server, session, store, ended, in_tasks(server, session, "asyncio"))


def test_sign_out_revokes(server: Server, session: Any, store: Any, ended: list[Exception]) -> None:
    tokens = session.tokens
    session.logout()
    assert session.tokens is None
    assert store.load() is None
    assert not ended
    server.wait_until_expired(tokens.access_token)
    with (
        server.sdk.Client(server.url, **server.client, tokens=tokens) as thief,
        pytest.raises(server.sdk.SessionExpired),
    ):
        thief.me.retrieve()
    assert server.counters()["refused"] == 1


def test_restart(server: Server, tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    store = server.sdk.FileStore(file)
    with server.sdk.Client(server.url, **server.client, store=store) as api:
        api.login(server.credentials())
    command = [sys.executable, "-c", CALL.format(name=server.name), str(file)]
    environment = server.environment(base_url=server.url, **server.client)
    for _ in range(2):
        server.wait_until_expired(store.load().access_token)
        done = subprocess.run(
            command,
            env={"PYTHONPATH": os.pathsep.join(server.packages), **environment},
            stdout=subprocess.PIPE,
            check=True,
        )
        assert done.stdout == b"ada\n"
        assert server.counters()["refreshes"] == 1


def test_stale_token_on_a_public_view(server: Server, session: Any) -> None:
    stale = session.tokens.access_token
    server.wait_until_expired(stale)
    answer = httpx.get(f"{server.url}/news/", headers=server.headers(stale))
    assert answer.status_code == (401 if server.traits["rejects_stale"] else 200)
    with server.sdk.Client(session=session) as api:
        assert api.news.retrieve().headline == "Nothing happened."
        assert api.me.retrieve().username == "ada"
    assert server.counters()["refreshes"] == 1


def test_answer_lost(server: Server, store: Any, ended: list[Exception]) -> None:
    losing = threading.Event()
    session = server.sdk.Session(
        server.url,
        **server.client,
        store=store,
        on_session_end=ended.append,
        token_client=lambda **options: httpx.Client(transport=LosingAnswer(losing), **options),
    )
    tokens = session.login(server.credentials())
    server.wait_until_expired(tokens.access_token)
    losing.set()
    with server.sdk.Client(session=session) as api:
        if server.traits["forgives"]:
            assert api.me.retrieve().username == "ada"
            assert store.load() == session.tokens
        else:
            with pytest.raises(server.sdk.SessionExpired):
                api.me.retrieve()
            assert store.load() is None
    assert server.counters()["refreshes"] == 2
    assert len(ended) == server.counters()["refused"] == (not server.traits["forgives"])


class LosingAnswer(httpx.HTTPTransport):
    """Loses one answer that the server has given."""

    def __init__(self, losing: threading.Event) -> None:
        super().__init__()
        self.losing = losing

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        if self.losing.is_set():
            self.losing.clear()
            response.close()
            raise httpx.ReadError("the answer was lost", request=request)
        return response
