"""Token calls that go to a wrong place are told from those that are refused, and tokens go where they are described."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from afresh import APIError, DecodeError, RefreshUnavailable, Session, SessionExpired, Tokens
from afresh._environment import LoginBody
from lifecycles import live_by
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LIFECYCLE = """
x-token-lifecycle:
  login: {operation: POST /auth/login}
  refresh: {url: /auth/refresh, send: {$request.cookie.sid: $refreshToken, $request.cookie.theme: dark}}
  logout: {url: /auth/logout}
  tokens: {accessToken: $response.body#/access, refreshToken: $response.body#/refresh}
paths:
  /auth/login:
    post: {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {application/json: {}}}}}
"""
ADA = LoginBody({"username": "ada", "password": "lovelace"})
PAGE = b"<!DOCTYPE html><title>Sign in</title>"
WRONG = "This is probably not the call that"


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return partial(live_by, folder=tmp_path, monkeypatch=monkeypatch)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Answer(404, {"detail": "Not Found"}), "since the server has nothing there"),
        (Answer(404, {"statusCode": 404, "message": "Cannot POST /auth/refresh"}), "has nothing there"),
        (Answer(404, PAGE), "has nothing there"),
        (Answer(404), "has nothing there"),
        (Answer(405, {"detail": "Method Not Allowed"}), "takes no POST there"),
        (Answer(200, PAGE), "answers with a web page"),
        (
            Answer(422, {"detail": [{"type": "missing", "loc": ["body", "username"], "msg": "Field required"}]}),
            "misses username in it",
        ),
        (Answer(307, b"", {"Location": "/elsewhere"}), "redirects it"),
    ],
)
def test_a_wrong_endpoint_is_told_from_a_dead_token(described: Any, answer: Answer, reason: str) -> None:
    described(LIFECYCLE)
    with answering(lambda _: answer) as server:
        session = Session(server.url, tokens=Tokens("old", "r1"))
        with pytest.raises(RefreshUnavailable, match=f"renews tokens, .*{reason}.*`refresh` of the x-token-lifecycle"):
            session.obtain(rejected=session.tokens)
        assert session.tokens == Tokens("old", "r1")
        with pytest.raises((APIError, DecodeError), match=f"signs in, .*{reason}"):
            session.login(ADA)


def test_the_path_that_an_answer_repeats_says_nothing_about_tokens(described: Any) -> None:
    described(LIFECYCLE.replace("url: /auth/refresh", "url: /auth/token"))
    with answering(lambda _: Answer(404, {"error": "Not Found", "path": "/auth/token"})) as server:
        session = Session(server.url, tokens=Tokens("old", "r1"))
        with pytest.raises(RefreshUnavailable, match="has nothing there"):
            session.obtain(rejected=session.tokens)


def test_signing_out_at_a_wrong_endpoint_says_so(described: Any) -> None:
    described(LIFECYCLE)
    with answering(lambda _: Answer(404)) as server:
        session = Session(server.url, tokens=Tokens("old", "r1"))
        with pytest.raises(APIError, match=f"{WRONG} signs out"):
            session.logout()


def test_a_refusal_gets_no_hint_at_the_endpoint(described: Any) -> None:
    described(LIFECYCLE)
    refusal = [Answer(401, {"error": "invalid_grant"})]
    with answering(lambda _: refusal[0]) as server:
        session = Session(server.url, tokens=Tokens("old", "r1"))
        with pytest.raises(SessionExpired) as expired:
            session.obtain(rejected=session.tokens)
        refusal[0] = Answer(404, {"message": "there is no such user"})
        with pytest.raises(APIError) as refused:
            session.login(ADA)
    assert WRONG not in str(expired.value) + str(refused.value)


def test_a_refresh_token_goes_as_a_cookie(described: Any) -> None:
    described(LIFECYCLE)
    with answering(lambda _: Answer(body={"access": "new"})) as server:
        session = Session(server.url, tokens=Tokens("old", "r1"))
        assert session.obtain(rejected=session.tokens) == Tokens("new", "r1")
    assert [asked.headers["cookie"] for asked in server.asked] == ["sid=r1; theme=dark"]


def test_a_call_may_answer_elsewhere_than_the_others(described: Any) -> None:
    described(
        """
x-token-lifecycle:
  login: {operation: POST /login}
  refresh:
    operation: POST /refresh
    send: {$request.body#/refresh: $refreshToken}
    tokens: {accessToken: $response.body#/data/access}
  tokens: {accessToken: $response.body#/access, refreshToken: $response.body#/refresh}
paths:
  /login: {post: &call {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {a/b: {}}}}}}
  /refresh: {post: *call}
"""
    )

    def answer(asked: Asked) -> Answer:
        return Answer(
            body={"access": "a1", "refresh": "r1"} if asked.target == "/login" else {"data": {"access": "a2"}}
        )

    with answering(answer) as server:
        session = Session(server.url)
        assert session.login(ADA) == Tokens("a1", "r1")
        assert session.obtain(rejected=session.tokens) == Tokens("a2", "r1")
