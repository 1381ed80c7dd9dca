"""What a 401 asks for: whether a new bearer token would help."""

from __future__ import annotations

import httpx
import pytest

from afresh import Client, MemoryStore, Tokens
from afresh._session.auth import is_about_bearer_token
from servers.canned import Answer, Asked, answering

OUR_AUTHORIZATION = [
    "",
    "Bearer",
    "bearer",
    'Bearer realm="api", error="invalid_token"',
    'Bearer realm="api" error="invalid_token"',
    'Bearer realm="a, Basic b", error="invalid_token"',
    'Bearer authorization_uri="https://login.example.com/?a=b,c", error="invalid_token"',
    'Basic realm="proxy", Bearer error="invalid_token"',
    "Negotiate YWJj==, Bearer",
    'JWT realm="api"',
    "Token",
    'DPoP algs="ES256", Bearer error="invalid_token"',
    'Bearer error="insufficient_scope", Bearer error="invalid_token"',
    '"" ,, = ;',
]
OTHERS = [
    "Basic realm=proxy",
    'Basic realm="Bearer"',
    'BASIC realm="x", charset="UTF-8"',
    'Digest realm="x", qop="auth, auth-int", nonce="abc=="',
    "Negotiate",
    "NTLM TlRMTVNTUAACAAAA",
    'DPoP error="use_dpop_nonce", error_description="Resource server requires nonce"',
    "Bearer error=insufficient_scope",
    'Bearer realm="api", scope="write", error="insufficient_scope"',
    'Bearer realm="api" error="insufficient_scope"',
    'Bearer error="invalid_request"',
    'Bearer realm = "a \\" b" , error = "invalid_request"',
    'Bearer error="invalid\\_request"',
    'Bearer Error="insufficient_scope"',
    'Basic realm="x", Bearer error="invalid_request"',
]


@pytest.mark.parametrize(
    ("challenge", "is_ours"), [*((one, True) for one in OUR_AUTHORIZATION), *((one, False) for one in OTHERS)]
)
def test_a_challenge_is_about_the_bearer_token_or_is_not(challenge: str, *, is_ours: bool) -> None:
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    assert is_about_bearer_token(httpx.Response(401, headers=headers)) == is_ours


@pytest.mark.parametrize("challenges", [("Basic realm=x", "Bearer"), ("Bearer", "Basic realm=x")])
def test_challenges_may_come_in_several_headers(challenges: tuple[str, str]) -> None:
    headers = [("WWW-Authenticate", challenge) for challenge in challenges]
    assert is_about_bearer_token(httpx.Response(401, headers=headers))


@pytest.mark.parametrize("challenge", ["Basic realm=proxy", 'Bearer error="invalid_request"'])
def test_a_401_that_is_not_about_the_token_costs_no_refresh(challenge: str) -> None:
    def answer(_: Asked) -> Answer:
        return Answer(401, {}, {"WWW-Authenticate": challenge})

    with answering(answer) as server, Client(server.url, store=MemoryStore(Tokens("good", "r1"))) as api:
        assert api.http.get("/me").status_code == 401
    assert [asked.target for asked in server.asked] == ["/me"]
