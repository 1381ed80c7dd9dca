"""Sessions in cookies: signing in, renewing and signing out by them, what is sent back, and what no jar keeps."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from afresh import AsyncClient, Client, ConfigurationError, FileStore, SessionExpired, TokenAuth
from afresh._http import HEADER_LOGGERS
from afresh_api.models import Credentials
from at_once import AT_ONCE, in_tasks, in_threads
from cookie_api import DESCRIPTION, cookie_api, cookies_of
from lifecycles import live_by
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from cookie_api import CookieApi
    from servers.canned import Asked

ADA = Credentials(username="ada", password="lovelace")


@pytest.fixture
def server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, never_shown: Callable[[Iterable[str]], None]
) -> Iterator[CookieApi]:
    live_by(DESCRIPTION, tmp_path, monkeypatch)
    with cookie_api() as running:
        yield running
    never_shown(running.secrets)


@pytest.fixture
def api(server: CookieApi) -> Iterator[Client]:
    with Client(server.url) as api:
        api.login(ADA)
        yield api


def test_a_request_has_the_cookie_and_what_is_sent_back(server: CookieApi, api: Client) -> None:
    assert api.http.post("/things").json() == {"path": "/things"}
    sent = server.asked[-1]
    assert "authorization" not in sent.headers
    assert sent.headers["referer"] == f"{server.url}/"
    assert not list(api.http.cookies.jar)


def test_three_expiries(server: CookieApi, api: Client) -> None:
    for number in range(1, 4):
        server.expire()
        assert api.http.get("/things").status_code == 200
        assert server.refreshes == number


def test_fifty_threads_refresh_once(server: CookieApi, api: Client) -> None:
    server.expire()
    results = in_threads(lambda: api.http.get("/things").status_code)
    assert (results, server.refreshes) == ([200] * AT_ONCE, 1)


@pytest.mark.anyio
async def test_fifty_tasks_refresh_once(server: CookieApi, api: Client) -> None:
    server.expire()

    async with AsyncClient(session=api.session) as other:

        async def get() -> int:
            return (await other.http.get("/things")).status_code

        assert await in_tasks(get) == [200] * AT_ONCE
    assert server.refreshes == 1


def test_a_refusal_ends_the_session(server: CookieApi, api: Client) -> None:
    server.expire()
    server.is_over = True
    with pytest.raises(SessionExpired):
        api.http.get("/things")
    assert api.tokens is None


def test_a_session_goes_on_after_a_restart(server: CookieApi, tmp_path: Path) -> None:
    file = tmp_path / "session.json"
    with Client(server.url, store=FileStore(file)) as api:
        api.login(ADA)
    server.expire()
    with Client(server.url, store=FileStore(file)) as api:
        assert api.http.get("/things").status_code == 200
        assert server.refreshes == 1


def test_signing_out_sends_what_the_description_says(server: CookieApi, api: Client) -> None:
    api.logout()
    assert server.asked[-1].target == "/auth/logout"
    assert {"access", "renew", "csrf_access"} == cookies_of(server.asked[-1]).keys()


def test_the_cookies_of_the_caller_are_sent_too(server: CookieApi, api: Client) -> None:
    with pytest.warns(DeprecationWarning, match="cookies"):
        assert api.http.get("/things", cookies={"theme": "dark"}).status_code == 200
    assert cookies_of(server.asked[-1])["theme"] == "dark"
    own = api.http.get("/things", headers={"Cookie": "theme=dark; access=mine"})
    assert (own.status_code, server.refreshes) == (401, 0)
    assert cookies_of(server.asked[-1]) == {"theme": "dark", "access": "mine"}


def test_a_redirect_to_another_origin_takes_nothing_along(server: CookieApi, api: Client) -> None:
    with answering(lambda _: Answer()) as other:
        server.moved = f"{other.url}/elsewhere"
        assert api.http.post("/moved", follow_redirects=True).status_code == 200
    assert not {"cookie", "x-csrf-token", "authorization"} & other.asked[-1].headers.keys()


def test_what_the_caller_sends_back_himself_stays(server: CookieApi, api: Client) -> None:
    own = {"X-CSRF-TOKEN": "mine", "Referer": "https://mine.example.com/"}
    assert api.http.get("/things", headers=own).status_code == 401
    first, *_, last = (asked for asked in server.asked if asked.target == "/things")
    for asked in (first, last):
        assert (asked.headers["x-csrf-token"], asked.headers["referer"]) == ("mine", own["Referer"])
        assert "csrf_access" not in cookies_of(asked)


def test_the_referer_of_the_caller_stays(server: CookieApi, api: Client) -> None:
    assert api.http.get("/things", headers={"Referer": "https://mine.example.com/"}).status_code == 200
    assert server.asked[-1].headers["referer"] == "https://mine.example.com/"


@pytest.mark.usefixtures("api")
def test_other_records_in_the_log_stay_as_they_are(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger(HEADER_LOGGERS[0])
    log.info(7)
    log.info("receive_response_headers.complete return_value=[(b'Server', b'waitress'), (b'set-cookie', b\"a='b\")]")
    assert caplog.messages[-2:] == [
        "7",
        "receive_response_headers.complete return_value=[(b'Server', b'waitress'), (b'set-cookie', b'…')]",
    ]


def test_an_httpx_client_without_the_hook_is_refused(api: Client) -> None:
    with pytest.raises(ConfigurationError, match="use `Client`"):
        TokenAuth(api.session)


CSURF = """\
x-token-lifecycle:
  login: {operation: POST /auth/login}
  refresh: {operation: POST /auth/refresh, send: {$request.cookie.renew: $refreshToken}}
  logout: {operation: POST /auth/logout}
  tokens: {accessToken: $response.cookie.access, refreshToken: $response.cookie.renew}
  csrf:
    get: GET /csrf
    from: $response.body#/_csrf
    cookie: $response.cookie._csrf
    send: $request.header.CSRF-Token
paths:
  /auth/login: {post: {responses: {"204": {description: in}}}}
  /auth/refresh: {post: {responses: {"204": {description: renewed}}}}
  /auth/logout: {post: {responses: {"204": {description: out}}}}
  /csrf: {get: {responses: {"200": {description: set}}}}
"""


def test_a_value_of_a_body_goes_with_the_cookie_that_belongs_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As csurf has it: the cookie has a secret, the body a value made of it, and a write needs both."""
    live_by(CSURF, tmp_path, monkeypatch)
    good = ["a0"]

    def answer(asked: Asked) -> Answer:
        cookies = cookies_of(asked)
        if asked.target == "/csrf":
            return Answer(body={"_csrf": "made-of-it"}, headers={"Set-Cookie": "_csrf=secret; Path=/; HttpOnly"})
        if asked.method == "POST" and (cookies.get("_csrf"), asked.headers.get("csrf-token")) != (
            "secret",
            "made-of-it",
        ):
            return Answer(403, {"message": "invalid csrf token"})
        if asked.target in {"/auth/login", "/auth/refresh"}:
            good.append(f"a{len(good)}")
            return Answer(204, headers={"Set-Cookie": [f"access={good[-1]}; Path=/", "renew=r; Path=/auth"]})
        return Answer(200, {}) if cookies.get("access") == good[-1] or asked.target == "/auth/logout" else Answer(401)

    with answering(answer) as server:
        with Client(server.url, store=FileStore(tmp_path / "session.json")) as api:
            api.login(ADA)
            assert api.http.post("/things").status_code == 200
        good.append("expired")
        with Client(server.url, store=FileStore(tmp_path / "session.json")) as api:
            assert api.http.post("/things").status_code == 200
            api.logout()
        assert server.asked[-1].target == "/auth/logout"
        assert [asked.target for asked in server.asked].count("/csrf") == 1
