"""Where requests have the access token, if not as `Authorization: Bearer`: other headers, the query, cookies."""

from __future__ import annotations

import copy
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from afresh import (
    APIError,
    AsyncClient,
    Client,
    ConfigurationError,
    FileStore,
    MemoryStore,
    Session,
    StoreError,
    TokenAuth,
    Tokens,
)
from lifecycles import live_by
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from servers.canned import Server

STALE, GOOD, RENEWAL = "stale-token-that-nobody-sees", "good-token+that/nobody=sees", "renewal-token-that-nobody-sees"
OLD = Tokens(STALE, RENEWAL)

CARRIERS = [
    # what is said, how a request has the token
    ("$request.header.X-Auth-Token: $accessToken", "header x-auth-token {}"),
    ("$request.header.Authorization: JWT $accessToken", "header authorization JWT {}"),
    ("$request.header.Authorization: $accessToken", "header authorization {}"),
    ("$request.header.Authorization: Bearer $accessToken", "header authorization Bearer {}"),
    ("$request.query.access_token: $accessToken", "query access_token {}"),
    ("$request.cookie.session: $accessToken", "cookie session {}"),
    ("$request.cookie.session: v1.$accessToken", "cookie session v1.{}"),
]
HEADER, COOKIE, QUERY = CARRIERS[0], CARRIERS[5], CARRIERS[4]


def description(carrier: str) -> str:
    return f"""\
x-token-lifecycle:
  refresh: {{operation: POST /renew, send: {{$request.body#/refresh: $refreshToken}}}}
  tokens: {{accessToken: $response.body#/access, refreshToken: $response.body#/refresh}}
  send: {{{carrier}}}
paths:
  /renew:
    post:
      requestBody:
        content: {{application/json: {{schema: {{type: object, properties: {{refresh: {{type: string}}}}}}}}}}
      responses:
        "200":
          description: renewed
          content:
            application/json:
              schema: {{type: object, properties: {{access: {{type: string}}, refresh: {{type: string}}}}}}
"""


def arrived(asked: Asked, place: str, name: str) -> str | None:
    """Return what a request has at a place; it must not be there twice."""
    if place == "query":
        values = parse_qs(urlsplit(asked.target).query).get(name, [])
    elif place == "cookie":
        pairs = (part.split("=", 1) for part in asked.headers.get("cookie", "").split("; ") if part)
        values = [value for key, value in pairs if key == name]
    else:
        values = [asked.headers[name]] if name in asked.headers else []
    assert len(values) < 2
    return values[0] if values else None


@pytest.fixture
def serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, never_shown: Callable[[Iterable[str]], None]
) -> Callable[[tuple[str, str]], AbstractContextManager[Server]]:
    """Run a server that has a carrier, and let sessions live by it."""

    def run(carrier: tuple[str, str]) -> AbstractContextManager[Server]:
        live_by(description(carrier[0]), tmp_path, monkeypatch)
        place, name, wanted = carrier[1].split(" ", 2)
        never_shown([STALE, GOOD, RENEWAL])

        def answer(asked: Asked) -> Answer:
            path = urlsplit(asked.target).path
            if path == "/renew":
                return Answer(body={"access": GOOD, "refresh": RENEWAL})
            if path == "/moved":
                return Answer(307, headers={"Location": "/things"})
            token = arrived(asked, place, name)
            if token == wanted.format(GOOD):
                return Answer(body={"path": path})
            return Answer(401, {"detail": f"{token} is no good"})

        return answering(answer)

    return run


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_request_has_the_token_and_is_sent_again_with_the_new_one(serve: Any, carrier: tuple[str, str]) -> None:
    with serve(carrier) as server, Client(server.url, tokens=OLD) as api:
        assert api.http.get("/things", params={"page": 2}).json() == {"path": "/things"}
        assert api.http.get("/things").status_code == 200
        assert [urlsplit(asked.target).path for asked in server.asked] == ["/things", "/renew", "/things", "/things"]
        assert parse_qs(urlsplit(server.asked[2].target).query)["page"] == ["2"]


@pytest.mark.anyio
@pytest.mark.parametrize("carrier", CARRIERS)
async def test_a_request_has_the_token_async(serve: Any, carrier: tuple[str, str]) -> None:
    with serve(carrier) as server:
        async with AsyncClient(server.url, tokens=OLD) as api:
            assert (await api.http.get("/things")).status_code == 200
            assert len(server.asked) == 3


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_redirect_at_the_same_origin_has_it_too(serve: Any, carrier: tuple[str, str]) -> None:
    with serve(carrier) as server, Client(server.url, tokens=Tokens(GOOD)) as api:
        assert api.http.get("/moved", follow_redirects=True).json() == {"path": "/things"}


@pytest.mark.parametrize("carrier", CARRIERS)
def test_a_redirect_to_another_origin_takes_nothing_along(serve: Any, carrier: tuple[str, str]) -> None:
    with (
        answering(lambda _: Answer(body={})) as other,
        serve(carrier),
        answering(lambda _: Answer(307, headers={"Location": f"{other.url}/else"})) as server,
        Client(server.url, tokens=Tokens(GOOD)) as api,
    ):
        assert api.http.post("/things", json={}, follow_redirects=True).status_code == 200
        sent = f"{other.asked[0].target} {other.asked[0].headers}"
    assert len(server.asked) == 1
    assert not any(word in sent for word in (GOOD, "good-token", "cookie", "x-auth-token", "authorization"))


@pytest.mark.parametrize("carrier", CARRIERS)
def test_what_the_caller_gives_wins_and_is_not_renewed(serve: Any, carrier: tuple[str, str]) -> None:
    place, name, _ = carrier[1].split(" ", 2)
    given: dict[str, Any] = {
        "header": {"headers": {name: "mine"}},
        "query": {"params": {name: "mine"}},
        "cookie": {"headers": {"Cookie": f"other=1; {name}=mine"}},
    }[place]
    with serve(carrier) as server, Client(server.url, tokens=Tokens(GOOD, RENEWAL)) as api:
        assert api.http.get("/things", **given).status_code == 401
        assert [arrived(asked, place, name) for asked in server.asked] == ["mine"]


@pytest.mark.parametrize("carrier", CARRIERS)
def test_neither_logs_nor_errors_show_it(
    serve: Any, carrier: tuple[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serve(carrier) as server, Client(server.url, tokens=Tokens("bad-token-that-nobody-sees")) as api:
        request = api.http.build_request("GET", "/things")
        response = api.http.send(request)
        error = APIError.of(response)
        shown = f"{error} {request.extensions} {request.url!r} {request.url} {request.headers!r} {api.tokens!r}"
    # httpx shows the values of other headers than Authorization in the repr of all headers.
    shown = shown.replace(repr(request.headers), "") if carrier[1].startswith(("header x-", "cookie")) else shown
    assert "no good" in str(error)
    assert "bad-token" not in shown + caplog.text


def test_the_same_request_may_be_sent_twice(serve: Any) -> None:
    for carrier in (HEADER, COOKIE, QUERY):
        with serve(carrier) as server, Client(server.url, tokens=OLD) as api:
            request = api.http.build_request("GET", "/things")
            assert api.http.send(request).status_code == 200
            api.session.sign_in(OLD)
            assert api.http.send(request).status_code == 200
            assert len(server.asked) == 6


def test_an_httpx_client_without_the_hook_is_refused_a_header_that_redirects_take_along(serve: Any) -> None:
    with serve(HEADER) as server, pytest.raises(ConfigurationError, match="use `Client`"):
        TokenAuth(Session(server.url))
    for carrier in (COOKIE, QUERY, CARRIERS[1]):
        with serve(carrier) as server:
            session = Session(server.url, store=MemoryStore(OLD))
            with httpx.Client(auth=TokenAuth(session)) as http:
                assert http.get(f"{server.url}/things").status_code == 200


def test_a_header_of_a_given_client_is_refused_only_where_the_token_goes(serve: Any) -> None:
    for carrier, is_refused in ((COOKIE, False), (HEADER, False), (CARRIERS[1], True)):
        with serve(carrier) as server, httpx.Client(headers={"Authorization": "Basic gateway"}) as http:
            if is_refused:
                with pytest.raises(ConfigurationError, match="Authorization header"):
                    Client(server.url, http_client=http, tokens=Tokens(GOOD))
            else:
                api = Client(server.url, http_client=http, tokens=Tokens(GOOD))
                assert api.http.get("/things").status_code == 200
                assert server.asked[0].headers["authorization"] == "Basic gateway"


def test_other_origins_get_nothing(serve: Any) -> None:
    with serve(COOKIE) as server, answering(lambda _: Answer()) as other:
        with Client(server.url, tokens=Tokens(GOOD)) as api:
            api.http.get(f"{other.url}/things")
        assert "cookie" not in other.asked[0].headers


SESSION = """\
x-token-lifecycle:
  login: {operation: POST /login}
  tokens: {accessToken: $response.cookie.session}
paths: {/login: {post: {responses: {"204": {description: in}}}}}
"""


class Sliding:
    """A server that gives a session another cookie with each answer. It takes the last one alone if it is `strict`."""

    def __init__(self, *, strict: bool = False, path: str = "/") -> None:
        self.number = 0
        self.strict = strict
        self.path = path
        self.others: dict[str, str] = {}

    def cookie(self) -> str:
        return f"session-{self.number}-that-nobody-sees"

    def __call__(self, asked: Asked) -> Answer:
        sent = arrived(asked, "cookie", "session")
        if asked.target == "/api/moved":
            return Answer(302, headers={"Location": "/things"})
        if asked.target in self.others:
            return Answer(200, {}, {"Set-Cookie": self.others[asked.target]})
        if asked.target != "/login" and (sent is None or (self.strict and sent != self.cookie())):
            return Answer(401)
        self.number += 1
        return Answer(200, {}, {"Set-Cookie": f"session={self.cookie()}; Max-Age=600; HttpOnly; Path={self.path}"})


class _Body:
    def to_dict(self) -> dict[str, object]:
        return {}


@pytest.fixture
def sliding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, never_shown: Callable[[Iterable[str]], None]) -> Sliding:
    live_by(SESSION, tmp_path, monkeypatch)
    monkeypatch.setattr("afresh._session.state.ADOPTION_PAUSE", 0.0)
    never_shown(f"session-{number}-that-nobody-sees" for number in range(20))
    return Sliding(strict=True)


def test_a_session_goes_on_with_the_cookie_of_an_answer(sliding: Sliding, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "session.json")
    with answering(sliding) as server, Client(server.url, store=store) as api:
        api.login(_Body())
        for _ in range(5):
            assert api.http.get("/things").status_code == 200
            assert api.session.obtain().access_token == sliding.cookie()
        assert store.load() == api.tokens
        assert not list(api.http.cookies.jar)


@pytest.mark.anyio
async def test_a_session_goes_on_with_the_cookie_of_an_answer_async(sliding: Sliding) -> None:
    with answering(sliding) as server:
        async with AsyncClient(server.url) as api:
            await api.login(_Body())
            for _ in range(3):
                assert (await api.http.get("/things")).status_code == 200


def test_cookies_that_come_often_are_not_all_kept(sliding: Sliding, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afresh._session.state.ADOPTION_PAUSE", 3600.0)
    sliding.strict = False
    with answering(sliding) as server, Client(server.url) as api:
        api.login(_Body())
        for _ in range(3):
            assert api.http.get("/things").status_code == 200
        assert api.session.obtain().access_token == "session-2-that-nobody-sees"


def test_a_cookie_in_the_jar_of_another_client_does_not_win(sliding: Sliding) -> None:
    with answering(sliding) as server:
        session = Session(server.url)
        session.login(_Body())
        with httpx.Client(auth=TokenAuth(session)) as http:
            for _ in range(3):
                assert http.get(f"{server.url}/things").status_code == 200
            session.login(_Body())
            assert http.get(f"{server.url}/things").status_code == 200


def test_a_sign_out_of_another_process_is_not_undone_by_an_answer(sliding: Sliding, tmp_path: Path) -> None:
    store = FileStore(tmp_path / "session.json")
    with answering(sliding) as server, Client(server.url, store=store) as api:
        api.login(_Body())
        store.save(None)
        assert api.http.get("/things").status_code == 200
        with pytest.raises(Exception, match="another process"):
            api.http.get("/things")
        assert store.load() is None


def test_tokens_of_another_process_are_not_replaced_by_an_answer(sliding: Sliding, tmp_path: Path) -> None:
    store, other = FileStore(tmp_path / "session.json"), Tokens("another-that-nobody-sees")
    with answering(sliding) as server, Client(server.url, store=store) as api:
        api.login(_Body())
        store.save(other)
        assert api.http.get("/things").status_code == 200
        assert api.session.obtain() == other


@pytest.mark.parametrize("action", ["lock", "load", "save"])
def test_a_store_that_fails_does_not_stand_in_the_way(sliding: Sliding, action: str) -> None:
    store = MemoryStore()
    with answering(sliding) as server, Client(server.url, store=store) as api:
        api.login(_Body())

        def fail(*_: object) -> Any:
            raise OSError("the disk is full")

        setattr(store, action, fail)
        assert api.http.get("/things").status_code == 200
        with suppress(StoreError):  # raised if the request has to wait for the store
            api.session.obtain()
        assert api.session.obtain().access_token == f"session-{2 if action == 'save' else 1}-that-nobody-sees"


def test_a_cookie_with_a_path_goes_there_alone(sliding: Sliding) -> None:
    sliding.strict, sliding.path = False, "/api"
    with answering(sliding) as server, Client(server.url) as api:
        api.login(_Body())
        paths = ("/api", "/api/things", "/apiary", "/things")
        assert [api.http.get(path).status_code for path in paths] == [200, 200, 401, 401]
        assert api.http.get("/api/moved", follow_redirects=True).status_code == 401


def test_the_jar_of_a_copy_keeps_no_tokens_either(sliding: Sliding, tmp_path: Path) -> None:
    with answering(sliding) as server, Client(server.url, store=FileStore(tmp_path / "session.json")) as api:
        api.login(_Body())
        api.http.cookies.set("theme", "dark")
        with copy.copy(api) as other:
            assert other.http.get("/things").status_code == 200
            assert [cookie.name for cookie in other.http.cookies.jar] == ["theme"]


def test_a_session_with_a_path_goes_on_after_a_restart(sliding: Sliding, tmp_path: Path) -> None:
    sliding.strict, sliding.path = False, "/api"
    store = FileStore(tmp_path / "session.json")
    with answering(sliding) as server:
        with Client(server.url, store=store) as api:
            api.login(_Body())
        with Client(server.url, store=store) as api:
            assert [api.http.get(path).status_code for path in ("/api/things", "/things")] == [200, 401]


def test_an_answer_that_sets_no_other_token_changes_nothing(sliding: Sliding) -> None:
    with answering(sliding) as server, Client(server.url) as api:
        api.login(_Body())
        tokens = api.tokens
        sliding.others = {
            "/other": "theme=dark",
            "/same": f"session={sliding.cookie()}",
            "/deleted": "session=; Max-Age=0",
            "/unusable": "session=caf\u00e9",
        }
        for path in sliding.others:
            assert api.http.get(path).status_code == 200
            assert api.session.obtain() == tokens
