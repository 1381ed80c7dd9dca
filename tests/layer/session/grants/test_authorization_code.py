"""Signing in by a browser, whole and in two halves, and what is refused on the way back."""

from __future__ import annotations

import asyncio
import io
import json
import os
import pty
import signal
import socket
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import urlencode, urlsplit

import anyio
import attrs
import httpx
import pytest
from attrs import define, field

from afresh import (
    APIError,
    AsyncClient,
    AuthorizationCodeGrant,
    AuthorizationRequest,
    Client,
    ConfigurationError,
    FileStore,
    MemoryStore,
    SDKError,
    Session,
    SignInFailed,
    Tokens,
    TransportError,
)
from lifecycles import live_by
from servers.sign_in_server import DESCRIPTION, Page, ask, led_to, signing_in, visit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from servers.sign_in_server import SignInServer

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live_by(DESCRIPTION, tmp_path, monkeypatch)


@pytest.fixture
def server(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[SignInServer]:
    """Return a server of which nothing secret may be put out."""
    with signing_in() as server:
        yield server
    out = "\n".join([caplog.text, *capfd.readouterr()])
    assert not {secret for secret in server.secrets if secret in out}


@define
class Person:
    """Somebody with a browser, in a thread of its own: gets the address, visits it, and keeps the last page."""

    act: Callable[[str], object] = visit
    url: str = ""
    seen: object = None
    threads: list[threading.Thread] = field(factory=list)
    opened: threading.Event = field(factory=threading.Event)

    def __call__(self, url: str) -> None:
        self.url = url
        self.opened.set()
        thread = threading.Thread(target=self._act)
        self.threads.append(thread)
        thread.start()

    def _act(self) -> None:
        self.seen = self.act(self.url)

    def grant(self, **options: object) -> AuthorizationCodeGrant:
        return AuthorizationCodeGrant(open_browser=self, **options)  # type: ignore[arg-type]

    @property
    def page(self) -> Page:
        for thread in self.threads:
            thread.join()
        assert isinstance(self.seen, Page)
        return self.seen

    def assert_nothing_listens(self) -> None:
        for thread in self.threads:
            thread.join()
        back = urlsplit(dict(httpx.URL(self.url).params)["redirect_uri"])
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((back.hostname or "", back.port or 0), 5)


def assert_shows_none(error: BaseException, server: SignInServer) -> None:
    """Look for secrets in an error's traceback, with the values of its frames' variables, but for the test's own."""
    assert error.__traceback__
    frames = traceback.TracebackException(type(error), error, error.__traceback__.tb_next, capture_locals=True)
    shown = "".join(frames.format())
    assert not {secret for secret in server.secrets if secret in shown}


def test_a_person_signs_in_and_the_session_is_renewed_as_ever(server: SignInServer) -> None:
    person = Person()
    store = MemoryStore()
    with Client(server.url, client_id="sdk", store=store) as api:
        tokens = api.login(person.grant(scope=["openid", "tasks"], parameters={"prompt": "login"}))
        assert tokens == api.tokens == store.load()
        assert "You are signed in." in person.page.text
        person.assert_nothing_listens()
        shown = server.shown[0]
        assert (shown["scope"], shown["prompt"], shown["code_challenge_method"]) == ("openid tasks", "login", "S256")
        assert server.redeemed[0]["redirect_uri"] == shown["redirect_uri"]
        assert api.http.get("/me").status_code == 200
        server.forget()
        assert api.http.get("/me").status_code == 200
        assert server.redeemed[1]["grant_type"] == "refresh_token"


@pytest.mark.parametrize("claims", [{"nonce": "another"}, {"nonce": 1}])
def test_an_id_token_of_another_sign_in_is_refused(server: SignInServer, claims: dict[str, str]) -> None:
    server.claims = claims
    session = Session(server.url, client_id="sdk")
    with pytest.raises(SignInFailed, match="the ID token is not the answer to this sign-in") as caught:
        session.login(Person().grant(scope="openid"))
    assert_shows_none(caught.value, server)
    assert session.tokens is None


def test_a_client_with_a_secret(server: SignInServer) -> None:
    server.client_secret = "known to the SDK"
    with Client(server.url, client_id="sdk", client_secret="known to the SDK") as api:
        api.login(Person().grant())
        assert "client_secret" not in server.redeemed[0]
    assert "nonce" not in server.shown[0]


def test_what_the_tokens_are_for(server: SignInServer) -> None:
    person = Person()
    session = Session(server.url, client_id="sdk")
    session.login(person.grant(resource=["https://a.example", "https://b.example"], audience="c"))
    assert httpx.URL(person.url).params.get_list("resource") == ["https://a.example", "https://b.example"]
    assert httpx.URL(person.url).params["audience"] == "c"
    with pytest.raises(
        ConfigurationError, match="parameters has code_challenge, state, which the sign-in itself sends"
    ):
        session.login(person.grant(parameters={"state": "s", "code_challenge": "c"}))


def test_a_person_who_does_not_agree_is_told_so_and_so_is_the_program(server: SignInServer) -> None:
    server.error = "access_denied"
    person = Person()
    session = Session(server.url, client_id="sdk", tokens=Tokens("old"))
    with pytest.raises(SignInFailed, match=r"\(access_denied: so it is\): sign in again, and agree") as caught:
        session.login(person.grant())
    assert caught.value.code == "access_denied"
    assert "Signing in did not succeed." in person.page.text
    assert session.tokens == Tokens("old")
    person.assert_nothing_listens()
    server.error = "server_error"
    with pytest.raises(SignInFailed, match=r"did not sign anybody in \(server_error: so it is\)$"):
        session.login(person.grant())


@pytest.mark.parametrize(("status", "error"), [(503, APIError), (0, TransportError)])
def test_a_code_that_is_refused_shows_in_the_browser_and_nowhere_else(
    server: SignInServer, status: int, error: type[SDKError]
) -> None:
    server.token_status = status
    person = Person()
    with pytest.raises(error) as caught:
        Session(server.url, client_id="sdk").login(person.grant())
    assert "Signing in did not succeed." in person.page.text
    assert_shows_none(caught.value, server)


def test_two_sign_ins_at_once_do_not_take_each_others_answers(server: SignInServer) -> None:
    arrived = threading.Barrier(2)
    urls: list[str] = []

    def swap(url: str) -> object:
        """Send both answers to both programs."""
        urls.append(url)
        arrived.wait()
        places = [dict(httpx.URL(one).params)["redirect_uri"] for one in urls]
        mine = dict(httpx.URL(url).params)["redirect_uri"]
        answer = led_to(url).partition("?")[2]
        others = [place for place in places if place != mine]
        assert [ask(f"{place}?{answer}").status for place in others] == [400]
        arrived.wait()
        return ask(f"{mine}?{answer}")

    people = [Person(act=swap), Person(act=swap)]
    sessions = [Session(server.url, client_id="sdk") for _ in people]
    with ThreadPoolExecutor() as pool:
        done = [pool.submit(session.login, one.grant()) for session, one in zip(sessions, people, strict=True)]
        assert done[0].result() != done[1].result()
    for one in people:
        one.assert_nothing_listens()


def test_a_second_code_finds_nobody(server: SignInServer) -> None:
    def twice(url: str) -> object:
        first, second = led_to(url), led_to(url)
        page = ask(first)
        with pytest.raises(ConnectionRefusedError):
            ask(second)
        return page

    person = Person(act=twice)
    Session(server.url, client_id="sdk").login(person.grant())
    assert person.page.status == 200
    assert len(server.redeemed) == 1


def test_a_browser_that_never_comes_back(server: SignInServer) -> None:
    person = Person(act=led_to)
    with pytest.raises(SignInFailed, match=r"did not come back within 0\.01 seconds"):
        Session(server.url, client_id="sdk").login(person.grant(timeout=0.01))
    person.assert_nothing_listens()


def test_the_store_is_free_while_a_person_is_waited_for(server: SignInServer, tmp_path: Path) -> None:
    path = tmp_path / "session.json"

    def meanwhile(url: str) -> object:
        Session(server.url, store=FileStore(path)).sign_in(Tokens("meanwhile"))
        return visit(url)

    session = Session(server.url, client_id="sdk", store=FileStore(path))
    assert session.login(Person(act=meanwhile).grant()) == FileStore(path).load()


def test_who_is_signed_in_already_is_not_asked(server: SignInServer, tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    session = Session(server.url, client_id="sdk", store=FileStore(path))

    def meanwhile(url: str) -> object:
        Session(server.url, store=FileStore(path)).sign_in(Tokens("meanwhile"))
        return visit(url)

    person = Person(act=meanwhile)
    assert session.ensure_login(person.grant()) == Tokens("meanwhile")
    assert server.redeemed == []
    assert person.page.status == 200
    assert session.ensure_login(person.grant()) == Tokens("meanwhile")
    assert len(person.threads) == 1


@pytest.mark.anyio
async def test_a_person_signs_in_async(server: SignInServer) -> None:
    person = Person()
    async with AsyncClient(server.url, client_id="sdk") as api:
        assert await api.login(person.grant()) == api.tokens
        assert (await api.http.get("/me")).status_code == 200
    person.assert_nothing_listens()


@pytest.mark.anyio
async def test_a_person_who_does_not_agree_async(server: SignInServer) -> None:
    server.error = "access_denied"
    person = Person()
    async with AsyncClient(server.url, client_id="sdk") as api:
        with pytest.raises(SignInFailed, match="access_denied"):
            await api.login(person.grant())
    assert "Signing in did not succeed." in person.page.text
    person.assert_nothing_listens()


@pytest.mark.anyio
async def test_a_cancelled_sign_in_leaves_nothing_listening(server: SignInServer) -> None:
    person = Person(act=led_to)
    async with AsyncClient(server.url, client_id="sdk") as api:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(api.login, person.grant())
            await anyio.to_thread.run_sync(person.opened.wait)
            tasks.cancel_scope.cancel()
        person.assert_nothing_listens()
        assert api.tokens is None


async def cancelled_by_asyncio(url: str, person: Person) -> None:
    async with AsyncClient(url, client_id="sdk") as api:
        task = asyncio.create_task(api.login(person.grant()))
        await asyncio.to_thread(person.opened.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


def test_a_task_that_asyncio_cancels_leaves_nothing_listening(server: SignInServer) -> None:
    person = Person(act=led_to)
    anyio.run(cancelled_by_asyncio, server.url, person)
    person.assert_nothing_listens()


def test_ctrl_c_leaves_nothing_listening(server: SignInServer) -> None:
    person = Person(act=lambda _: None)

    def interrupt(url: str) -> None:
        person(url)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        Session(server.url, client_id="sdk").login(AuthorizationCodeGrant(open_browser=interrupt))
    person.assert_nothing_listens()


BROWSERS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")
"""The variables by which a machine is known to have a browser."""


@define
class Screen:
    """A terminal: what is printed to standard error, and what is typed."""

    out: io.StringIO
    keyboard: int
    printed: threading.Event = field(factory=threading.Event)

    def write(self, text: str) -> int:
        length = self.out.write(text)
        self.printed.set()
        return length

    def flush(self) -> None: ...

    def type(self, line: str) -> None:
        os.write(self.keyboard, f"{line}\n".encode())

    @property
    def url(self) -> str:
        self.printed.wait()
        return self.out.getvalue().splitlines()[1]


@contextmanager
def terminal() -> Iterator[Screen]:
    """Give this process a terminal on a machine without a browser."""
    keyboard, its_end = pty.openpty()
    with os.fdopen(keyboard), os.fdopen(its_end) as stdin:
        screen = Screen(io.StringIO(), keyboard)
        variables = {name: value for name, value in os.environ.items() if name not in BROWSERS}
        with (
            patch.object(sys, "stdin", stdin),
            patch.object(sys, "stderr", screen),
            patch.dict(os.environ, variables, clear=True),
        ):
            yield screen


@contextmanager
def doing(work: Callable[[], object]) -> Iterator[None]:
    """Have somebody do something meanwhile."""
    person = threading.Thread(target=work)
    person.start()
    yield
    person.join()


def test_without_a_browser_the_address_is_printed_and_the_answer_pasted(
    server: SignInServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webbrowser.open", lambda _: pytest.fail("a browser was opened"))

    def paste() -> None:
        back = led_to(screen.url)
        screen.type("what?")
        screen.type(back.replace("state=", "state=x"))
        screen.type(f" {back} ")

    with terminal() as screen, doing(paste):
        tokens = Session(server.url, client_id="sdk").login(AuthorizationCodeGrant())
    assert tokens.access_token == server.access
    refused = "That is not the address that this sign-in ends at.\n"
    assert screen.out.getvalue() == (
        f"Sign in with a browser at\n{screen.url}\nIf it cannot come back here, paste the address that it ends at:\n"
        f"{refused}{refused}"
    )


def test_on_a_terminal_a_browser_may_come_back_all_the_same(server: SignInServer) -> None:
    def close_and_visit() -> None:
        os.write(screen.keyboard, b"\x04")  # the end of what is typed
        visit(screen.url)

    with terminal() as screen, doing(close_and_visit):
        assert Session(server.url, client_id="sdk").login(AuthorizationCodeGrant(open_browser=False))


def test_what_is_pasted_may_be_no_text(server: SignInServer) -> None:
    def paste() -> None:
        back = led_to(screen.url)
        os.write(screen.keyboard, b"\xff\n")
        screen.type(back)

    with terminal() as screen, doing(paste):
        assert Session(server.url, client_id="sdk").login(AuthorizationCodeGrant())


@pytest.mark.parametrize("failure", [None, RuntimeError("no browser")])
def test_the_system_s_browser_is_opened_and_the_address_is_printed_in_any_case(
    server: SignInServer, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failure: Exception | None
) -> None:
    pages: list[Page] = []
    visited = threading.Event()

    def open_browser(url: str) -> bool:
        pages.append(visit(url))
        visited.set()
        if failure:
            raise failure
        return True

    monkeypatch.setenv("BROWSER", "a browser")
    monkeypatch.setattr("webbrowser.open", open_browser)
    Session(server.url, client_id="sdk").login(AuthorizationCodeGrant())
    visited.wait()
    assert "You are signed in." in pages[0].text
    first, url = capfd.readouterr().err.splitlines()
    assert first == "Sign in with a browser at"
    assert url.startswith(f"{server.url}/authorize?response_type=code&client_id=sdk&")


CALLBACK = "https://app.example.com/callback"


def test_the_two_halves_for_a_web_application(server: SignInServer) -> None:
    with Client(server.url, client_id="sdk") as api:
        request = api.authorization_url(redirect_uri=CALLBACK, scope="openid")
        assert repr(request) == f"AuthorizationRequest(redirect_uri='{CALLBACK}', resource=())"
        kept = json.dumps(attrs.asdict(request))
        back = led_to(request.url)
    with Client(server.url, client_id="sdk") as api:
        tokens = api.exchange(back, AuthorizationRequest(**json.loads(kept)))
        assert tokens == api.tokens
        assert api.http.get("/me").status_code == 200
        with pytest.raises(APIError, match="invalid_grant"):
            api.exchange(back, request)


@pytest.mark.anyio
async def test_the_two_halves_async(server: SignInServer) -> None:
    async with AsyncClient(server.url, client_id="sdk") as api:
        request = await api.authorization_url(redirect_uri=CALLBACK, resource="https://a.example")
        assert await api.exchange(led_to(request.url), request) == api.tokens
    assert server.redeemed[0]["resource"] == "https://a.example"


@pytest.mark.parametrize(
    "change", [{"state": "other"}, {"state": None}, {"code": None}, {"code": ""}, {"state": ["a", "b"]}, {"state": "é"}]
)
def test_the_second_half_takes_no_other_answer(server: SignInServer, change: dict[str, object]) -> None:
    session = Session(server.url, client_id="sdk")
    request = session.authorization_url(redirect_uri=CALLBACK)
    answer = {**dict(httpx.URL(led_to(request.url)).params), **change}
    query = urlencode({name: value for name, value in answer.items() if value is not None}, doseq=True)
    with pytest.raises(SignInFailed, match="the state differs, or there is no code") as caught:
        session.exchange(f"{CALLBACK}?{query}", request)
    assert_shows_none(caught.value, server)
    assert session.tokens is None
    assert server.redeemed == []


def test_the_second_half_says_what_the_server_said(server: SignInServer) -> None:
    server.error = "access_denied"
    session = Session(server.url, client_id="sdk")
    request = session.authorization_url(redirect_uri=CALLBACK)
    with pytest.raises(SignInFailed, match="access_denied: so it is"):
        session.exchange(led_to(request.url), request)


def test_what_is_missing_is_said(server: SignInServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="give client_id to the client, or set AFRESH_CLIENT_ID"):
        Session(server.url).login(Person().grant())
    live_by("paths: {}", tmp_path, monkeypatch)
    with pytest.raises(ConfigurationError, match="does not say where people sign in by a browser: add `authorize`"):
        Session(server.url, client_id="sdk").login(Person().grant())


@pytest.fixture
def names_itself(server: SignInServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SignInServer:
    """Return a server whose metadata say that it names itself when it sends the browser back."""
    live_by("x-token-lifecycle: {metadata: /}\npaths: {}", tmp_path, monkeypatch)
    server.iss = server.url
    return server


def test_a_server_that_names_itself(names_itself: SignInServer) -> None:
    assert Session(names_itself.url, client_id="sdk").login(Person().grant())


@pytest.mark.parametrize(
    ("iss", "message"),
    [("https://attacker.example", "is not from http"), ("", "does not say that it is from http")],
)
def test_the_answer_of_another_server_ends_the_sign_in(names_itself: SignInServer, iss: str, message: str) -> None:
    names_itself.iss = iss
    session = Session(names_itself.url, client_id="sdk")
    request = session.authorization_url(redirect_uri=CALLBACK)
    with pytest.raises(SignInFailed, match=message) as caught:
        session.exchange(led_to(request.url), request)
    assert_shows_none(caught.value, names_itself)
    person = Person()
    with pytest.raises(SignInFailed, match=message) as caught:
        session.login(person.grant())
    assert_shows_none(caught.value, names_itself)
    assert "Signing in did not succeed." in person.page.text
    person.assert_nothing_listens()
    assert names_itself.redeemed == []


def test_a_grant_that_needs_a_person_is_not_kept(server: SignInServer) -> None:
    grant: Any = AuthorizationCodeGrant()
    with pytest.raises(ConfigurationError, match=r"needs a person, so it cannot be kept: give it to login\(\)"):
        Client(server.url, client_id="sdk", credentials=grant)
