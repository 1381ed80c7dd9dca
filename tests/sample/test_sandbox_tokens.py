"""Sessions of the sandbox: rotation, reuse, grace, expiry, revocation, scopes."""

import time

import httpx
import jwt
import pytest

from sandbox.client import sign_in
from sandbox.process import Sandbox


def refresh(http: httpx.Client, refresh_token: str) -> httpx.Response:
    return http.post("/auth/refresh", json={"refreshToken": refresh_token})


def test_signing_in_gives_a_jwt_that_says_who_and_how_long(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.settings(access_ttl=0.5)
    tokens = sign_in(http, "alan")

    claims = jwt.decode(tokens["accessToken"], options={"verify_signature": False})
    assert claims["sub"] == "alan"
    assert claims["scope"].split() == ["tasks", "audit:read"]
    assert claims["exp"] - claims["iat"] == pytest.approx(0.5)
    assert claims.keys() == {"sub", "sid", "jti", "iat", "exp", "scope"}
    assert tokens["expiresIn"] == 0.5
    assert tokens["tokenType"] == "Bearer"
    with pytest.raises(jwt.DecodeError):
        jwt.decode(tokens["refreshToken"], options={"verify_signature": False})


def test_answers_with_tokens_are_not_to_be_cached(http: httpx.Client) -> None:
    answer = refresh(http, sign_in(http, "ada")["refreshToken"])
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("credentials", [("ada", "wrong"), ("nobody", "lovelace")])
def test_a_failed_sign_in_does_not_say_what_was_wrong(http: httpx.Client, credentials: tuple[str, str]) -> None:
    answer = http.post("/auth/login", json=dict(zip(("username", "password"), credentials, strict=True)))
    assert answer.status_code == 401
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Unauthorized",
        "status": 401,
        "detail": "The user name or the password is wrong",
    }


def test_refreshing_rotates_and_the_old_access_token_lives_on(sandbox: Sandbox, http: httpx.Client) -> None:
    first = sign_in(http, "ada")
    second = refresh(http, first["refreshToken"]).raise_for_status().json()["data"]

    assert second["refreshToken"] != first["refreshToken"]
    assert second["accessToken"] != first["accessToken"]
    for tokens in (first, second):
        answer = http.get("/me", headers={"Authorization": f"Bearer {tokens['accessToken']}"})
        assert answer.json()["username"] == "ada"
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.rotations, counters.refusals, counters.reuses) == (1, 1, 0, 0)


def test_using_a_refresh_token_twice_ends_the_whole_session(sandbox: Sandbox, http: httpx.Client) -> None:
    first = sign_in(http, "ada")
    second = refresh(http, first["refreshToken"]).raise_for_status().json()["data"]
    other_session = sign_in(http, "ada")

    reused = refresh(http, first["refreshToken"])
    assert reused.status_code == 401
    assert reused.headers["Content-Type"] == "application/problem+json"
    assert 'error="invalid_token"' in reused.headers["WWW-Authenticate"]
    assert refresh(http, second["refreshToken"]).status_code == 401
    for tokens in (first, second):
        answer = http.get("/me", headers={"Authorization": f"Bearer {tokens['accessToken']}"})
        assert answer.status_code == 401
    assert http.get("/me", headers={"Authorization": f"Bearer {other_session['accessToken']}"}).status_code == 200
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.rotations, counters.refusals, counters.reuses) == (3, 1, 2, 1)


def test_within_the_grace_a_used_refresh_token_gets_the_same_tokens_again(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.settings(grace=1000)
    first = sign_in(http, "ada")
    once, again = (refresh(http, first["refreshToken"]).raise_for_status().json()["data"] for _ in range(2))

    assert again["accessToken"] == once["accessToken"]
    assert again["refreshToken"] == once["refreshToken"]
    assert 0 < again["expiresIn"] <= once["expiresIn"]
    assert refresh(http, once["refreshToken"]).status_code == 200
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.rotations, counters.reuses) == (3, 2, 0)


def test_after_the_grace_a_used_refresh_token_ends_the_session(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.settings(grace=1000)
    first = sign_in(http, "ada")
    refresh(http, first["refreshToken"]).raise_for_status()
    sandbox.control.settings(grace=0)

    assert refresh(http, first["refreshToken"]).status_code == 401
    assert sandbox.control.counters().reuses == 1
    assert http.get("/me").status_code == 401


def test_access_tokens_expire_to_the_fraction_of_a_second(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.settings(access_ttl=0.3)
    expires_at = jwt.decode(sign_in(http, "ada")["accessToken"], options={"verify_signature": False})["exp"]
    while True:
        asked_at = time.time()
        answer = http.get("/me")
        if answer.status_code == 401:
            break
        assert asked_at < expires_at
    assert time.time() >= expires_at
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer realm="sandbox", error="invalid_token", error_description="The access token expired"'
    )


def test_an_expired_refresh_token_is_refused_and_is_no_reuse(sandbox: Sandbox, http: httpx.Client) -> None:
    sandbox.control.settings(refresh_ttl=0)
    answer = refresh(http, sign_in(http, "ada")["refreshToken"])
    assert answer.status_code == 401
    assert answer.json()["detail"] == "The refresh token expired"
    assert sandbox.control.counters().reuses == 0


def test_signing_out_ends_the_session_and_may_be_repeated(http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    for _ in range(2):
        assert http.post("/auth/logout", json={"refreshToken": tokens["refreshToken"]}).status_code == 204
    assert http.post("/auth/logout", json={"refreshToken": "unknown"}).status_code == 204
    assert http.get("/me").status_code == 401
    assert refresh(http, tokens["refreshToken"]).status_code == 401


def test_revoking_access_leaves_the_session_alive(sandbox: Sandbox, http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.revoke_access()
    assert http.get("/me").status_code == 401
    renewed = refresh(http, tokens["refreshToken"]).raise_for_status().json()["data"]
    assert http.get("/me", headers={"Authorization": f"Bearer {renewed['accessToken']}"}).status_code == 200


def test_ending_sessions_kills_both_tokens(sandbox: Sandbox, http: httpx.Client) -> None:
    tokens = sign_in(http, "ada")
    sandbox.control.end_sessions()
    assert http.get("/me").status_code == 401
    assert refresh(http, tokens["refreshToken"]).status_code == 401
    counters = sandbox.control.counters()
    assert (counters.refusals, counters.reuses) == (1, 0)


def test_revoking_can_be_for_one_user_only(sandbox: Sandbox, http: httpx.Client) -> None:
    ada = {"Authorization": f"Bearer {sign_in(http, 'ada')['accessToken']}"}
    grace = {"Authorization": f"Bearer {sign_in(http, 'grace')['accessToken']}"}
    sandbox.control.revoke_access("ada")
    assert (http.get("/me", headers=ada).status_code, http.get("/me", headers=grace).status_code) == (401, 200)
    sandbox.control.end_sessions("grace")
    assert http.get("/me", headers=grace).status_code == 401


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Basic YWRhOmxvdmVsYWNl"])
def test_without_a_token_the_challenge_names_no_error(http: httpx.Client, authorization: str | None) -> None:
    answer = http.get("/me", headers={} if authorization is None else {"Authorization": authorization})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="sandbox"'


def test_a_token_signed_by_someone_else_is_refused(http: httpx.Client) -> None:
    claims = jwt.decode(sign_in(http, "ada")["accessToken"], options={"verify_signature": False})
    forged = jwt.encode(claims, "another key, which is long enough for this", algorithm="HS256")
    answer = http.get("/me", headers={"Authorization": f"Bearer {forged}"})
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


def test_an_operation_may_need_a_scope(http: httpx.Client) -> None:
    sign_in(http, "ada")
    answer = http.get("/audit/events")
    assert answer.status_code == 403
    assert (
        answer.headers["WWW-Authenticate"] == 'Bearer realm="sandbox", error="insufficient_scope", scope="audit:read"'
    )

    sign_in(http, "alan")
    events = http.get("/audit/events").raise_for_status().json()["items"]
    assert [(event["username"], event["action"]) for event in events] == [("alan", "signed in"), ("ada", "signed in")]


def test_the_status_needs_no_token_and_minds_no_bad_one(http: httpx.Client) -> None:
    assert http.get("/status").json()["status"] == "ok"
    assert http.get("/status", headers={"Authorization": "Bearer rubbish"}).status_code == 200
