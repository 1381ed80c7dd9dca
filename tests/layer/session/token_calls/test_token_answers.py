"""Token calls against servers with ideas of their own about tokens."""

from __future__ import annotations

import json
import socket
import threading
import time
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from attrs import evolve, frozen

from afresh import APIError, ConfigurationError, DecodeError, RefreshUnavailable, SessionExpired, Tokens
from afresh._origin import PlainHTTP
from afresh._session.steps import Ambiguous, Refused, Rotated, Unavailable
from afresh._session.steps import Answer as Refreshed
from afresh._session.token_calls.client_authentication import OAuthClient
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh._session.token_calls.request import url_of
from afresh_api.lifecycle import Placement, TokenCall, TokenFields, TokenLifecycle
from servers.canned import Answer, Asked, answering

REFRESH = TokenCall("POST", "/refresh", "application/json", (Placement("body", ("refresh",), "$refreshToken"),))
LIFECYCLE = TokenLifecycle(
    login=TokenCall("POST", "/login", "application/json"),
    refresh=REFRESH,
    logout=None,
    tokens=TokenFields(access_token=("access",), refresh_token=("refresh",)),
)
OLD = Tokens("old", "r1")


@frozen
class Form:
    """A request model, as generated ones are."""

    username: str
    scope: str | None = None

    def to_dict(self) -> dict[str, Any]:
        return {"username": self.username, "scope": self.scope}


def refresh(answer: Answer, lifecycle: TokenLifecycle = LIFECYCLE) -> tuple[Refreshed, Asked]:
    with answering(lambda _: answer) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5)
        outcome = endpoint.refresh(OLD)
    return outcome, server.asked[0]


def rotated(body: object, fields: TokenFields = LIFECYCLE.tokens, **headers: str) -> Tokens:
    outcome, _ = refresh(Answer(body=body, headers=headers), evolve(LIFECYCLE, tokens=fields))
    assert isinstance(outcome, Rotated)
    assert (outcome.due is None) == (outcome.tokens.expires_in is None)
    return outcome.tokens


def test_the_access_token_is_never_sent_to_the_refresh_operation() -> None:
    _, asked = refresh(Answer(body={"access": "new"}))
    assert "authorization" not in asked.headers
    assert asked.json() == {"refresh": "r1"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_token_call_that_is_redirected_hands_nothing_on(status: int) -> None:
    lifecycle = evolve(LIFECYCLE, logout=evolve(REFRESH, path="/revoke"))
    with (
        answering(lambda _: Answer(body={"access": "theirs", "refresh": "theirs"})) as stranger,
        answering(lambda asked: Answer(status, headers={"Location": f"{stranger.url}{asked.target}"})) as server,
    ):
        endpoint = TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5)
        assert isinstance(endpoint.refresh(OLD), Unavailable)
        with pytest.raises(APIError, match=str(status)):
            endpoint.login(Form("ada"))
        with pytest.raises(APIError, match=str(status)):
            endpoint.logout(OLD)
    assert [asked.target for asked in server.asked] == ["/refresh", "/login", "/revoke"]
    assert stranger.asked == []


def test_a_retry_after_of_a_year_is_heeded_for_an_hour() -> None:
    before = time.monotonic()
    outcome, _ = refresh(Answer(503, headers={"Retry-After": "31536000"}))
    assert isinstance(outcome, Unavailable)
    assert before + 3600 <= outcome.until <= time.monotonic() + 3600
    assert isinstance(outcome.error, RefreshUnavailable)
    assert outcome.error.retry_after == 31536000


def test_an_answer_without_a_refresh_token_keeps_the_old_one() -> None:
    assert rotated({"access": "new"}) == Tokens("new", "r1")
    assert rotated({"access": "new", "refresh": ""}) == Tokens("new", "r1")
    assert rotated({"access": "new", "refresh": "r2"}) == Tokens("new", "r2")


def test_a_lifecycle_that_names_no_refresh_token_in_the_answer_keeps_the_old_one() -> None:
    assert rotated({"token": "new"}, TokenFields(access_token=("token",))) == Tokens("new", "r1")


@pytest.mark.parametrize(
    ("fields", "body", "life"),
    [
        ({"expires_in": ("life",)}, {"life": 60}, 60),
        ({"expires_in": ("life",)}, {"life": 0.5}, 0.5),
        ({"expires_in_ms": ("data", "life")}, {"data": {"life": 60_000}}, 60),
        ({"expires_in": ("life",)}, {"life": "60"}, 60),
        ({"expires_in": ("life",)}, {"life": "an hour"}, None),
        ({"expires_in": ("life",)}, {"life": 9_999_999_999_999}, None),
        ({"expires_in": ("life",)}, {"life": 1e12}, None),
        ({"expires_in": ("life",)}, {"life": 10**400}, None),
        ({"expires_in": ("life",)}, {"life": "NaN"}, None),
        ({"expires_in": ("life",)}, {"life": [60]}, None),
        ({"expires_at": ("at",)}, {"at": 4_000_000_000_000}, None),
        ({"expires_in": ("life",)}, {"life": True}, None),
        ({"expires_in": ("life",)}, {"life": 0}, None),
        ({"expires_in": ("life",)}, {"life": -5}, None),
        ({"expires_in": ("data", "life")}, {"data": [60]}, None),
        ({"expires_at": ("at",)}, {"at": "soon"}, None),
        ({"expires_at": ("at",)}, {}, None),
    ],
)
def test_the_life_of_an_access_token_is_read_where_the_lifecycle_says(
    fields: dict[str, Any], body: dict[str, Any], life: float | None
) -> None:
    assert rotated({"access": "new", **body}, TokenFields(access_token=("access",), **fields)).expires_in == life


@pytest.mark.parametrize(
    "as_text", [datetime.isoformat, lambda at: at.replace(tzinfo=None).isoformat(), datetime.timestamp]
)
def test_a_moment_of_expiry_is_reckoned_by_the_servers_own_clock(as_text: Any) -> None:
    fast_clock = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    expires_at = as_text(fast_clock + timedelta(seconds=60))
    fields = TokenFields(access_token=("access",), expires_at=("at",))
    tokens = rotated({"access": "new", "at": expires_at}, fields, Date=format_datetime(fast_clock, usegmt=True))
    assert tokens.expires_in == 60
    assert tokens.expires_at
    assert tokens.expires_at < datetime.now(UTC) + timedelta(seconds=61)


def test_a_date_from_the_server_without_a_time_zone_is_taken_for_utc() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    fields = TokenFields(access_token=("access",), expires_at=("at",))
    date = format_datetime(now.replace(tzinfo=None))  # ends in -0000, which says as much
    at = (now + timedelta(seconds=60)).isoformat()
    assert rotated({"access": "new", "at": at}, fields, Date=date).expires_in == 60


def test_without_a_date_from_the_server_this_machines_clock_must_do() -> None:
    fields = TokenFields(access_token=("access",), expires_at=("at",))
    at = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    life = rotated({"access": "new", "at": at}, fields, Date="yesterday").expires_in
    assert life
    assert 50 < life <= 60


@pytest.mark.parametrize(
    ("call", "target", "body", "headers"),
    [
        (
            TokenCall("GET", "/r", None, (Placement("query", ("refresh_token",), "$refreshToken"),)),
            "/r?refresh_token=r1",
            b"",
            {},
        ),
        (
            TokenCall(
                "POST",
                "/r",
                "application/x-www-form-urlencoded",
                (Placement("body", ("grant_type",), "refresh_token"), Placement("body", ("token",), "$refreshToken")),
            ),
            "/r",
            b"grant_type=refresh_token&token=r1",
            {"content-type": "application/x-www-form-urlencoded"},
        ),
        (
            TokenCall(
                "PATCH", "/r", "application/vnd.api+json", (Placement("body", ("data", "token"), "$refreshToken"),)
            ),
            "/r",
            b'{"data":{"token":"r1"}}',
            {"content-type": "application/vnd.api+json"},
        ),
        (
            TokenCall("POST", "/r", None, (Placement("header", ("X-Refresh",), "$refreshToken"),)),
            "/r",
            b"",
            {"x-refresh": "r1"},
        ),
    ],
    ids=["query", "form", "nested-json", "header"],
)
def test_the_refresh_token_is_sent_where_the_lifecycle_says(
    call: TokenCall, target: str, body: bytes, headers: dict[str, str]
) -> None:
    _, asked = refresh(Answer(body={"access": "new"}), evolve(LIFECYCLE, refresh=call))
    assert (asked.method, asked.target, asked.body) == (call.method, target, body)
    assert headers.items() <= asked.headers.items()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_grant"}),
        (401, {"detail": "Token is invalid or expired"}),
    ],
)
def test_the_apis_own_refusal_ends_the_session(status: int, body: object) -> None:
    outcome, _ = refresh(Answer(status, body))
    assert isinstance(outcome, Refused)
    assert isinstance(outcome.error, SessionExpired)
    assert outcome.error.status_code == status


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_client"}),
        (400, {"error": "invalid_request"}),
        (400, {"error": "invalid_scope"}),
        (400, {"error": "server_error"}),
        (400, {"error": "slow_down"}),
        (400, {"error": "temporarily_unavailable"}),
        (400, {"error": "unauthorized_client"}),
        (400, {"error": "unsupported_grant_type"}),
        (307, {"access": "theirs", "refresh": "theirs"}),
        (401, b"<html>Who are you?</html>"),
        (403, b"<html>Blocked by the proxy</html>"),
        (404, {"error": "invalid_grant"}),
        (302, b""),
        (500, {}),
        (200, b"<html>Welcome to this hotel</html>"),
        (200, {"refresh": "r2"}),
        (200, {"access": ""}),
        (200, ["access"]),
        (200, {"access": "not a token\n"}),
    ],
)
def test_what_is_not_the_apis_refusal_does_not_end_it(status: int, body: object) -> None:
    outcome, _ = refresh(Answer(status, body))
    assert isinstance(outcome, Unavailable)
    assert isinstance(outcome.error, RefreshUnavailable)
    assert outcome.error.status_code == status


def test_what_was_never_sent_is_not_sent_twice() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # and nobody listens
        url = httpx.URL(f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert isinstance(TokenEndpoint(url, LIFECYCLE, timeout=5).refresh(OLD), Unavailable)


def test_a_server_that_does_not_answer_is_given_up() -> None:
    is_over = threading.Event()

    def wait(_: Asked) -> Answer:
        is_over.wait()
        return Answer()

    with answering(wait) as server:
        try:
            outcome = TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=0.1).refresh(OLD)
        finally:
            is_over.set()
    assert isinstance(outcome, Ambiguous)  # it may have been carried out


def test_other_refusals_than_usual_can_be_described() -> None:
    outcome, _ = refresh(Answer(404, {}), evolve(LIFECYCLE, refused=frozenset({404})))
    assert isinstance(outcome, Refused)


@pytest.mark.parametrize("answer", [{"token": "secret"}, {"access": "", "token": "secret"}, {"access": ["secret"]}])
def test_a_login_whose_answer_holds_no_token_says_where_it_looked_and_shows_nothing(answer: dict[str, object]) -> None:
    with answering(lambda _: Answer(body=answer)) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5)
        with pytest.raises(
            DecodeError, match=r"no access token at /access: say in `tokens` of the .*x-token-lifecycle where"
        ) as caught:
            endpoint.login(Form("ada"))
    assert "secret" not in str(caught.value) + caught.value.body


@pytest.mark.parametrize("lifecycle", [None, evolve(LIFECYCLE, login=None)])
def test_an_api_that_does_not_say_how_to_sign_in_is_a_configuration_error(lifecycle: TokenLifecycle | None) -> None:
    endpoint = TokenEndpoint(httpx.URL("http://localhost"), lifecycle, timeout=5)
    with pytest.raises(ConfigurationError, match="how to login: add `login` to its x-token-lifecycle"):
        endpoint.login(Form("ada"))


def test_an_api_that_does_not_say_how_to_sign_out_is_not_asked() -> None:
    TokenEndpoint(httpx.URL("http://localhost:1"), LIFECYCLE, timeout=5).logout(OLD)
    TokenEndpoint(httpx.URL("http://localhost:1"), None, timeout=5).logout(OLD)


NOW = datetime.now(UTC).replace(microsecond=0)
SECONDS = int(NOW.timestamp())


@pytest.mark.parametrize(
    ("claims", "date", "life"),
    [
        ({"exp": SECONDS + 60, "iat": SECONDS}, None, 60),
        ({"exp": SECONDS + 60, "iat": SECONDS}, NOW - timedelta(seconds=3), 60),
        ({"exp": SECONDS + 60, "iat": SECONDS}, NOW + timedelta(hours=1), 60),
        ({"exp": SECONDS + 60.5, "iat": SECONDS}, NOW, 60.5),
        ({"exp": SECONDS, "iat": SECONDS + 60}, NOW, None),
        ({"exp": SECONDS + 60, "iat": "then"}, NOW, 60),
        ({"exp": SECONDS + 7260}, NOW + timedelta(hours=2), 60),
        ({"exp": SECONDS + 60}, None, None),
        ({"exp": SECONDS - 60}, NOW, None),
        ({"iat": SECONDS}, NOW, None),
        ({"exp": [1]}, NOW, None),
    ],
)
def test_without_another_word_the_life_is_that_of_the_jwt(
    claims: dict[str, Any], date: datetime | None, life: float | None
) -> None:
    token = b".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({}, claims, {})).decode()
    headers: dict[str, Any] = {"Date": format_datetime(date, usegmt=True)} if date else {}
    assert rotated({"access": token}, **headers).expires_in == life
    described = TokenFields(access_token=("access",), expires_in=("life",))
    assert rotated({"access": token, "life": 5}, described, **headers).expires_in == 5
    assert rotated({"access": token}, described, **headers).expires_in == life


@pytest.mark.parametrize("payload", ["", "e30", "bnVsbA", "=", "W" * 30_000, "_" * 4, "eyJleHAiOiAxe"])
def test_a_token_that_only_looks_like_a_jwt_lives_no_one_knows_how_long(payload: str) -> None:
    assert rotated({"access": f"a.{payload}.c"}, Date=format_datetime(NOW, usegmt=True)).expires_in is None


def test_a_jwt_in_the_standard_alphabet_of_base64_says_its_life_too() -> None:
    claims = {"exp": SECONDS + 60, "iat": SECONDS, "sub": "ÿþ~?>" * 3}
    payload = b64encode(json.dumps(claims, ensure_ascii=False).encode()).decode()
    assert {"+", "/"} <= set(payload)
    assert rotated({"access": f"a.{payload}.c"}).expires_in == 60


def test_a_jwt_of_nothing_but_brackets_is_none() -> None:
    payload = urlsafe_b64encode(b"[" * 15_000).decode()
    assert rotated({"access": f"a.{payload}.c"}, Date=format_datetime(NOW, usegmt=True)).expires_in is None


@pytest.mark.parametrize(
    ("base_url", "url", "expected"),
    [
        ("https://a.example/api", "/o/token/", "https://a.example/o/token/"),
        ("https://a.example/api", "token", "https://a.example/api/token"),
        ("https://a.example/api/", "../token", "https://a.example/token"),
        ("https://a.example/api", "https://b.example/token?p=1", "https://b.example/token?p=1"),
        ("https://a.example/api", "http://127.0.0.1:1/token", "http://127.0.0.1:1/token"),
        ("https://a.example/api", "http://b.example/token", None),
        ("http://localhost:1", "//b.example/token", None),
        ("https://a.example", "ftp://b.example/token", None),
    ],
)
def test_where_a_url_leads(base_url: str, url: str, expected: str | None) -> None:
    call = TokenCall("POST", None, None, url=url)
    if expected is None:
        with pytest.raises(ConfigurationError, match=r"not sent over plain \w+ to b\.example"):
            url_of(call, httpx.URL(base_url), PlainHTTP())
    else:
        assert str(url_of(call, httpx.URL(base_url), PlainHTTP())) == expected


def test_what_is_not_given_is_not_in_a_form() -> None:
    lifecycle = evolve(LIFECYCLE, login=TokenCall("POST", "/login", "application/x-www-form-urlencoded"))
    with answering(lambda _: Answer(body={"access": "a"})) as server:
        TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5).login(Form("ada", scope=None))
        TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5).login(Form("ada", scope="all"))
    assert [asked.body for asked in server.asked] == [b"username=ada", b"username=ada&scope=all"]


class Nested:
    """A request model that gives its own document, and not a copy."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {"client": {"name": "phone"}}

    def to_dict(self) -> dict[str, Any]:
        return self.document


def test_what_is_placed_does_not_change_what_is_the_callers_own() -> None:
    placed = (Placement("body", ("client", "kind"), "app"), Placement("body", ("client", "name"), "unnamed"))
    lifecycle = evolve(LIFECYCLE, login=TokenCall("POST", "/login", "application/json", placed))
    body = Nested()
    with answering(lambda _: Answer(body={"access": "a"})) as server:
        TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5).login(body)
    assert [asked.json() for asked in server.asked] == [{"client": {"name": "phone", "kind": "app"}}]
    assert body.document == {"client": {"name": "phone"}}


def test_the_path_of_an_operation_stays_within_the_api() -> None:
    call = TokenCall("POST", "/v1:token", None)
    assert str(url_of(call, httpx.URL("https://a.example/api/"), PlainHTTP())) == "https://a.example/api/v1:token"


def test_a_refresh_over_plain_http_keeps_the_tokens() -> None:
    call = TokenCall("POST", None, None, (Placement("query", ("t",), "$refreshToken"),), url="http://b.example/token")
    endpoint = TokenEndpoint(httpx.URL("https://a.example"), evolve(LIFECYCLE, refresh=call), timeout=5)
    outcome = endpoint.refresh(OLD)
    assert isinstance(outcome, Unavailable)
    assert "plain http to b.example" in str(outcome.error)


def test_the_client_of_another_origin_is_made_for_that_one() -> None:
    made: list[httpx.URL] = []

    def make(*, base_url: httpx.URL, **_: Any) -> httpx.Client:
        made.append(base_url)
        return httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json={"access": "a"})))

    for url in ("https://b.example/o/token", "/o/token"):
        call = TokenCall("POST", None, None, url=url)
        endpoint = TokenEndpoint(
            httpx.URL("https://a.example/api"), evolve(LIFECYCLE, refresh=call), timeout=5, make_client=make
        )
        assert isinstance(endpoint.refresh(OLD), Rotated)
    assert list(map(str, made)) == ["https://b.example/", "https://a.example/api"]


def test_a_placed_authorization_comes_before_the_clients_and_a_body_without_form_has_none() -> None:
    placed = evolve(REFRESH, send=(Placement("header", ("authorization",), "Bearer $refreshToken"),), media_type=None)
    basic, in_form = evolve(LIFECYCLE, client="basic"), evolve(LIFECYCLE, client="form")
    for identifying, secret in ((basic, "s"), (basic, None), (in_form, "s")):
        lifecycle = evolve(identifying, refresh=placed)
        with answering(lambda _: Answer(body={"access": "a"})) as server:
            who = OAuthClient("m", secret)
            TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5, client=who).refresh(OLD)
        (asked,) = server.asked
        assert (asked.headers["authorization"], asked.body) == ("Bearer r1", b"")
