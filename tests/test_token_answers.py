"""Token calls against servers with ideas of their own about tokens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from attrs import evolve, frozen

from afresh import ConfigurationError, DecodeError, RefreshUnavailable, SessionExpired, Tokens
from afresh._endpoint import TokenEndpoint
from afresh._refresh import Answer as Refreshed
from afresh._refresh import Rotated
from afresh._state import Refused, Unavailable
from afresh_api.lifecycle import Placement, TokenCall, TokenFields, TokenLifecycle
from canned import Answer, Asked, answering

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

    def to_dict(self) -> dict[str, Any]:
        return {"username": self.username}


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
        (403, {}),
        (422, []),
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


def test_other_refusals_than_usual_can_be_described() -> None:
    outcome, _ = refresh(Answer(404, {}), evolve(LIFECYCLE, refused=frozenset({404})))
    assert isinstance(outcome, Refused)


def test_a_login_whose_answer_holds_no_token_says_where_it_looked_and_shows_nothing() -> None:
    with answering(lambda _: Answer(body={"token": "secret"})) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), LIFECYCLE, timeout=5)
        with pytest.raises(DecodeError, match="no access token at /access: correct `tokens`") as caught:
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
