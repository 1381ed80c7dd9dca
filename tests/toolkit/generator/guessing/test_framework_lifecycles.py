"""What is guessed for descriptions as frameworks make them: each call with what it sends, or why there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from attrs import frozen

from afresh_toolkit.generator.extensions.lifecycle import compile_content
from afresh_toolkit.generator.extensions.lifecycle_code import Named
from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.guessing.verdict import verdict_of
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied
from places import FIXTURES

if TYPE_CHECKING:
    from afresh_toolkit.generator.extensions.lifecycle_code import Place, TokenCall, TokenLifecycle

BEARER = "header Authorization = Bearer"


@frozen
class Expected:
    """What a description's tokens live by.

    Attributes:
        login: The call that signs in, and what it sends besides the credentials.
        credentials: What somebody types in.
        refresh: The call that renews.
        logout: The call that signs out.
        access_token: Where the answers have the access token.
        renewed: Where that of the refresh has it, if elsewhere.
        open_: What is said of what was not found.
    """

    login: str | None = None
    credentials: str = "username password"
    refresh: str | None = None
    logout: str | None = None
    access_token: str = "access_token"
    renewed: str | None = None
    open_: str = ""


EXPECTED = {
    "devise_jwt": Expected(
        login="POST /users/sign_in",
        credentials="email password",
        logout=f"DELETE /users/sign_out {BEARER} $accessToken",
        access_token="header Authorization",
        open_="no operation looks like it",
    ),
    "drf_djoser": Expected(
        login="POST /auth/jwt/create/",
        refresh="POST /auth/jwt/refresh/ body refresh = $refreshToken",
        access_token="access",
    ),
    "drf_simplejwt": Expected(
        login="POST /api/token/",
        refresh="POST /api/token/refresh/ body refresh = $refreshToken",
        logout="POST /api/token/blacklist/ body refresh = $refreshToken",
        access_token="access",
    ),
    "express_wrapped": Expected(
        login="POST /auth/login",
        credentials="email password",
        refresh="POST /auth/refresh-tokens header x-refresh-token = $refreshToken",
        logout="POST /auth/logout body refreshToken = $refreshToken",
        access_token="tokens/access/token",
        renewed="access/token",
    ),
    "express_cookies": Expected(
        login="POST /api/login",
        credentials="email password",
        refresh="POST /api/refresh cookie refreshToken = $refreshToken",
        access_token="cookie accessToken",
        open_="no operation looks like it",
    ),
    "fastapi_cookie": Expected(
        login="POST /auth/login",
        credentials="email password",
        refresh="POST /auth/refresh cookie refresh_token = $refreshToken",
        open_="no operation looks like it",
    ),
    "fastapi_users_cookie": Expected(
        login="POST /auth/cookie/login body grant_type = password",
        logout="POST /auth/cookie/logout cookie fastapiusersauth = $accessToken",
        access_token="cookie fastapiusersauth",
        open_="no operation looks like it",
    ),
    "flask_jwt_cookies": Expected(
        login="POST /auth/login",
        refresh="POST /auth/refresh cookie refresh_token_cookie = $refreshToken",
        logout="POST /auth/logout cookie access_token_cookie = $accessToken",
        access_token="cookie access_token_cookie",
    ),
    "fastapi_routers": Expected(
        login="POST /api/v1/auth/token body grant_type = password",
        refresh="POST /api/v1/auth/refresh body refresh_token = $refreshToken",
        logout=f"POST /api/v1/auth/logout {BEARER} $accessToken",
    ),
    "fastapi_template": Expected(
        login="POST /api/v1/login/access-token body grant_type = password",
        open_="POST /api/v1/login/access-token takes no refresh token",
    ),
    "flask_appbuilder": Expected(
        login="POST /api/v1/security/login body provider = db, body refresh = True",
        refresh=f"POST /api/v1/security/refresh {BEARER} $refreshToken",
    ),
    "flask_openapi3": Expected(
        login="POST /auth/login",
        refresh=f"POST /auth/refresh {BEARER} $refreshToken",
        logout=f"DELETE /auth/logout {BEARER} $accessToken",
    ),
    "lexik_cookies": Expected(
        login="POST /api/login_check",
        refresh="POST /api/token/refresh cookie refresh_token = $refreshToken",
        access_token="cookie BEARER",
        open_="no operation looks like it",
    ),
    "nestjs": Expected(
        login="POST /auth/sign-in",
        credentials="email password",
        refresh=f"POST /auth/refresh-tokens {BEARER} $refreshToken",
        logout=f"POST /auth/logout {BEARER} $accessToken",
        access_token="accessToken",
    ),
    "nestjs_untyped": Expected(open_="POST /auth/login looks like it, but the description has its answers without"),
    "nswag": Expected(
        login="POST /api/Users/authenticate",
        refresh="GET /api/Users/refresh query refreshToken = $refreshToken",
        logout=f"DELETE /api/Users/logout {BEARER} $accessToken",
        access_token="jwtToken",
    ),
    "scramble_jwt": Expected(
        login="POST /auth/login",
        credentials="email password",
        refresh=f"POST /auth/refresh {BEARER} $accessToken",
        logout=f"POST /auth/logout {BEARER} $accessToken",
    ),
    "scramble_sanctum": Expected(
        login="POST /login",
        credentials="email password device_name",
        logout=f"POST /logout {BEARER} $accessToken",
        access_token="token",
        open_="no operation looks like it",
    ),
    "set_cookie": Expected(
        login="POST /login",
        logout="POST /logout cookie JSESSIONID = $accessToken",
        access_token="cookie JSESSIONID",
        open_="no operation looks like it",
    ),
    "springdoc": Expected(
        login="POST /api/auth/signin",
        refresh="POST /api/auth/refreshtoken body refreshToken = $refreshToken",
        logout=f"POST /api/auth/signout {BEARER} $accessToken",
        access_token="token",
        renewed="accessToken",
    ),
    "swashbuckle_controllers": Expected(
        login="POST /api/Auth/login",
        refresh=("POST /api/Auth/refresh-token body accessToken = $accessToken, body refreshToken = $refreshToken"),
        access_token="accessToken",
    ),
    "swashbuckle_identity": Expected(
        login="POST /login",
        credentials="email password",
        refresh="POST /refresh body refreshToken = $refreshToken",
        access_token="accessToken",
    ),
}


def shown(call: TokenCall | None) -> str | None:
    if call is None:
        return None
    sends = sorted(f"{one.where} {'/'.join(one.path)} = {one.value}" for one in call.send)
    return f"{call.method} {call.path} {', '.join(sends)}".strip()


def place(found: Place) -> str:
    return f"{found.where} {found.name}" if isinstance(found, Named) else "/".join(found)


@pytest.mark.parametrize("name", sorted(path.stem for path in (FIXTURES / "lifecycles").iterdir()))
def test_the_lifecycle_of_a_framework_is_guessed(name: str) -> None:
    expected = EXPECTED[name]
    document = Document.read(FIXTURES / "lifecycles" / f"{name}.yaml")
    decision, problems = decide(document, Applied())
    assert problems == []
    lifecycle: TokenLifecycle | None = decision.lifecycle
    if decision.proposal is not None and decision.proposal.is_any:
        lifecycle, problems = compile_content(document, decision.proposal.content())
        assert problems == []
    calls = (lifecycle.login, lifecycle.refresh, lifecycle.logout) if lifecycle else (None, None, None)
    assert [shown(call) for call in calls] == [expected.login, expected.refresh, expected.logout]
    assert expected.open_ in " ".join(verdict_of(document, decision).lines("ACME_"))
    if lifecycle is not None and lifecycle.login is not None:
        assert sorted(one.key for one in lifecycle.login.credentials) == sorted(expected.credentials.split())
        assert place(lifecycle.tokens.access_token) == expected.access_token
        own = lifecycle.refresh.tokens if lifecycle.refresh else None
        assert (own and place(own.access_token)) == expected.renewed


@pytest.mark.parametrize(
    ("name", "general", "own"),
    [
        ("flask_jwt_cookies", "csrf_access_token X-CSRF-TOKEN", "csrf_refresh_token X-CSRF-TOKEN"),
        ("express_cookies", "XSRF-TOKEN X-XSRF-TOKEN", "XSRF-TOKEN X-XSRF-TOKEN"),
        ("fastapi_users_cookie", None, None),
    ],
)
def test_what_is_sent_back_against_request_forgery_is_guessed(name: str, general: str | None, own: str | None) -> None:
    document = Document.read(FIXTURES / "lifecycles" / f"{name}.yaml")
    proposal = decide(document, Applied())[0].proposal
    assert proposal is not None
    lifecycle, _ = compile_content(document, proposal.content())
    assert lifecycle is not None
    found = (lifecycle.csrf, lifecycle.refresh.csrf if lifecycle.refresh else None)
    shown_csrf = [f"{one.source.name} {one.header}" if one and isinstance(one.source, Named) else None for one in found]
    assert shown_csrf == [general, own]
    assert yaml.safe_load(proposal.overlay())["actions"][0]["update"]["x-token-lifecycle"] == proposal.content()
