"""Cookies, where requests have the token, and what has expired: how the lifecycle says it, checked and compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afresh_toolkit.generator.extensions.lifecycle_code import (
    Csrf,
    Expired,
    Named,
    Placement,
    TokenCall,
    TokenFields,
    TokenLifecycle,
)
from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.guessing.verdict import verdict_of
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
openapi: 3.1.0
info: {title: Cookies, version: "1"}
x-token-lifecycle:
  login: {operation: POST /login}
"""
TOKENS = "  tokens: {accessToken: $response.cookie.access}\n"
PATHS = """\
paths:
  /login:
    post:
      responses:
        "200":
          description: in
          headers: {X-Token: {schema: {type: string}}}
          content:
            application/json:
              schema: {type: object, properties: {csrf: {type: string}, token: {type: string}}}
  /renew: {post: {responses: {"204": {description: renewed}}}}
  /out: {post: {responses: {"204": {description: out}}}}
  /csrf: {get: {responses: {"204": {description: set}}}}
"""


def compiled(extension: str, folder: Path) -> tuple[TokenLifecycle | None, list[str]]:
    file = folder / "openapi.yaml"
    file.write_text(HEAD + extension + PATHS, encoding="utf-8")
    decision, problems = decide(Document.read(file), Applied())
    return decision.lifecycle, [str(problem).removeprefix(f"{folder}/openapi.yaml:") for problem in problems]


def lifecycle(extension: str, folder: Path) -> TokenLifecycle:
    found, problems = compiled(extension, folder)
    assert problems == []
    assert found is not None
    return found


def test_tokens_are_in_cookies_and_requests_have_the_same(tmp_path: Path) -> None:
    found = lifecycle(
        "  refresh: {operation: POST /renew, send: {$request.cookie.renew: $refreshToken}}\n"
        "  tokens: {accessToken: $response.cookie.access, refreshToken: $response.cookie.renew}\n",
        tmp_path,
    )
    assert found.tokens == TokenFields(Named("cookie", "access"), Named("cookie", "renew"), None, None, None)
    assert found.carrier == Placement("cookie", ("access",), "$accessToken")
    assert (found.csrf, found.expired) == (None, ())


@pytest.mark.parametrize(
    ("send", "carrier"),
    [
        ("$request.header.X-Token: $accessToken", Placement("header", ("X-Token",), "$accessToken")),
        (
            "$request.header.Authorization: JWT $accessToken",
            Placement("header", ("Authorization",), "JWT $accessToken"),
        ),
        ("$request.query.token: $accessToken", Placement("query", ("token",), "$accessToken")),
        ("$request.cookie.other: v1.$accessToken", Placement("cookie", ("other",), "v1.$accessToken")),
        ("$request.header.Authorization: Bearer $accessToken", None),
    ],
)
def test_requests_have_the_token_where_it_is_said(tmp_path: Path, send: str, carrier: Placement | None) -> None:
    for tokens in ("$response.header.x-token", "$response.body#/token", "$response.cookie.access"):
        found = lifecycle(f"  tokens: {{accessToken: {tokens}}}\n  send: {{{send}}}\n", tmp_path)
        assert found.carrier == carrier


def test_what_is_sent_back_is_the_same_for_all_calls_unless_one_says_otherwise(tmp_path: Path) -> None:
    found = lifecycle(
        "  refresh:\n    operation: POST /renew\n    send: {$request.cookie.renew: $refreshToken}\n"
        "    csrf: {from: $response.cookie.other}\n"
        "  logout: {operation: POST /out}\n"
        "  csrf: {from: $response.cookie.csrf, send: $request.header.X-CSRF}\n" + TOKENS,
        tmp_path,
    )
    general, own = Csrf(Named("cookie", "csrf"), "X-CSRF"), Csrf(Named("cookie", "other"), "X-CSRF")
    assert found.login is not None
    assert found.refresh is not None
    assert found.logout is not None
    assert (found.csrf, found.login.csrf, found.refresh.csrf, found.logout.csrf) == (general, None, own, general)
    assert found.tokens.csrf == (general.source, own.source)


def test_the_first_value_is_got_before_a_login(tmp_path: Path) -> None:
    for get, expected in (
        ("GET /csrf", TokenCall("GET", "/csrf", None, ())),
        ("/csrf", TokenCall("GET", "/csrf", None, ())),
        ("/sanctum/csrf-cookie", TokenCall("GET", None, None, (), url="/sanctum/csrf-cookie")),
    ):
        csrf = f"  csrf: {{from: $response.cookie.XSRF-TOKEN, send: $request.header.X-XSRF-TOKEN, get: {get}}}\n"
        found = lifecycle(csrf + TOKENS, tmp_path)
        assert found.login is not None
        assert found.login.csrf == Csrf(Named("cookie", "XSRF-TOKEN"), "X-XSRF-TOKEN", expected)
        assert found.csrf == Csrf(Named("cookie", "XSRF-TOKEN"), "X-XSRF-TOKEN")


def test_which_answers_mean_that_the_token_has_expired(tmp_path: Path) -> None:
    found = lifecycle(
        TOKENS
        + "  expired:\n    - 419\n    - status: 422\n      $response.body#/msg: Signature has expired\n"
        + "    - {status: 403, $response.header.X-Reason: [expired, 7, true]}\n"
        + "    - {status: 200, $response.body#/error: expired}\n",
        tmp_path,
    )
    assert found.expired == (
        Expired(419),
        Expired(422, ("msg",), ("Signature has expired",)),
        Expired(403, Named("header", "X-Reason"), ("expired", 7, True)),
        Expired(200, ("error",), ("expired",)),
    )


@pytest.mark.parametrize(
    ("extension", "expected"),
    [
        ("  tokens: {accessToken: $response.cookie.a b}\n", "5: x-token-lifecycle: '$response.cookie.a b' is no place"),
        ("  tokens: {accessToken: $response.query.a}\n", "5: x-token-lifecycle: '$response.query.a' is no place"),
        (
            "  tokens: {accessToken: $response.cookie.a, expiresIn: $response.cookie.b}\n",
            "5: x-token-lifecycle: '$response.cookie.b' is no place in an answer; write `$response.body#/…`",
        ),
        (
            "  tokens: {accessToken: $response.header.X-Other}\n",
            "5: x-token-lifecycle: $response.header.X-Other names nothing in the 2xx answer of POST /login",
        ),
        (TOKENS + "  send: {}\n", "6: x-token-lifecycle: `send` must have one place for the access token"),
        (TOKENS + "  send: $accessToken\n", "6: x-token-lifecycle: `send` must have one place for the access token"),
        (
            TOKENS + "  send: {$request.cookie.a: $accessToken, $request.cookie.b: $accessToken}\n",
            "6: x-token-lifecycle: `send` must have one place for the access token",
        ),
        (
            TOKENS + "  send: {$request.body#/a: $accessToken}\n",
            "6: x-token-lifecycle: '$request.body#/a' is no place in every request",
        ),
        (
            TOKENS + "  send: {$request.cookie.a b: $accessToken}\n",
            "6: x-token-lifecycle: 'a b' is no name of a cookie",
        ),
        (
            TOKENS + "  send: {$request.cookie.a: $refreshToken}\n",
            "6: x-token-lifecycle: '$refreshToken' must hold $accessToken once",
        ),
        (TOKENS + "  send: {$request.cookie.a: 7}\n", "6: x-token-lifecycle: 7 must hold $accessToken once"),
        (TOKENS + "  csrf: []\n", "6: x-token-lifecycle: `csrf` must be a mapping with from, get, send"),
        (TOKENS + "  csrf: {to: x}\n", "6: x-token-lifecycle: `csrf` must be a mapping with from, get, send"),
        (
            TOKENS + "  csrf: {from: x, send: $request.header.X}\n",
            "6: x-token-lifecycle: `from` is 'x'; it must say where an answer holds the value",
        ),
        (
            TOKENS + "  csrf: {from: $response.body#/nothing, send: $request.header.X}\n",
            "6: x-token-lifecycle: $response.body#/nothing names nothing in a 2xx answer of POST /login",
        ),
        (
            TOKENS + "  csrf: {from: $response.cookie.a, send: $request.cookie.X}\n",
            "6: x-token-lifecycle: `send` is '$request.cookie.X'; it must be the header for the value",
        ),
        (
            TOKENS + "  csrf: {from: $response.cookie.a, send: $request.header.X, get: 7}\n",
            "6: x-token-lifecycle: `get` is 7; it must be an operation `GET /…`, or a URL",
        ),
        (
            "  refresh: {operation: POST /renew, send: {$request.cookie.r: $refreshToken}, csrf: {get: /csrf}}\n"
            + TOKENS,
            "5: x-token-lifecycle: `csrf` must be a mapping with from, send",
        ),
        (TOKENS + "  expired: 422\n", "6: x-token-lifecycle: `expired` must be a list"),
        (TOKENS + "  expired: [true]\n", "6: x-token-lifecycle: True must be a status"),
        (TOKENS + "  expired: [302]\n", "6: x-token-lifecycle: 302 must be a status"),
        (TOKENS + "  expired: [200]\n", "6: x-token-lifecycle: 200 alone is no failure"),
        (
            TOKENS + "  expired: [{status: 422, $response.body#/a: 1, $response.body#/b: 1}]\n",
            "6: x-token-lifecycle: {'status': 422, '$response.body#/a': 1, '$response.body#/b': 1} must be a status",
        ),
        (
            TOKENS + "  expired: [{status: 422, $response.cookie.a: x}]\n",
            "6: x-token-lifecycle: '$response.cookie.a' is no place in the answer",
        ),
        (
            TOKENS + "  expired: [{status: 422, $response.body#/a: []}]\n",
            "6: x-token-lifecycle: [] must be a text, a number, true or false",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, extension: str, expected: str) -> None:
    found, problems = compiled(extension, tmp_path)
    assert found is None
    assert [problem[: len(expected)] for problem in problems] == [expected]


HEADER = "{type: apiKey, in: header, name: X-Auth-Token}"
PREFIXED = "{type: apiKey, in: header, name: Authorization, description: 'Token-based, with required prefix \"Token\"'}"
BY_EXAMPLE = "{type: apiKey, in: header, name: Authorization, description: 'Write Authorization: JWT and the token'}"
PLAIN = "{type: apiKey, in: header, name: Authorization}"
COOKIE = "{type: apiKey, in: cookie, name: sessionid}"
BEARER = "{type: http, scheme: bearer}"
KEY = "{type: apiKey, in: header, name: X-API-Key}"


@pytest.mark.parametrize(
    ("schemes", "carrier"),
    [
        ([HEADER], Placement("header", ("X-Auth-Token",), "$accessToken")),
        ([HEADER, KEY], Placement("header", ("X-Auth-Token",), "$accessToken")),
        ([HEADER, COOKIE], Placement("header", ("X-Auth-Token",), "$accessToken")),
        ([COOKIE], None),
        ([COOKIE.replace("sessionid", "access_token")], Placement("cookie", ("access_token",), "$accessToken")),
        ([PREFIXED], Placement("header", ("Authorization",), "Token $accessToken")),
        ([PREFIXED, COOKIE], Placement("header", ("Authorization",), "Token $accessToken")),
        ([BY_EXAMPLE], Placement("header", ("Authorization",), "JWT $accessToken")),
        ([PLAIN], None),
        ([BEARER], None),
        ([BEARER, HEADER], None),
        ([HEADER, HEADER.replace("Auth", "Other")], None),
        ([KEY], None),
    ],
)
def test_the_security_of_the_operations_says_where_requests_have_the_token(
    tmp_path: Path, schemes: list[str], carrier: Placement | None
) -> None:
    named = {f"scheme-{number}": scheme for number, scheme in enumerate(schemes)}
    security = ", ".join(f"{name}: []" for name in named)
    described = "".join(f"    {name}: {scheme}\n" for name, scheme in named.items())
    text = (
        "  tokens: {accessToken: $response.body#/token}\n"
        + PATHS
        + f"  /me: {{get: {{security: [{{{security}}}], responses: {{'204': {{description: me}}}}}}}}\n"
        + f"components:\n  securitySchemes:\n{described}"
    )
    file = tmp_path / "openapi.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    document = Document.read(file)
    decision, problems = decide(document, Applied())
    assert problems == []
    assert decision.lifecycle is not None
    assert decision.lifecycle.carrier == carrier
    verdict = verdict_of(document, decision)
    assert any("a guess: by the security scheme `scheme-0`" in line for line in verdict.lines("ACME_")) == bool(carrier)
    if carrier:
        assert "scheme-0" not in verdict.security.keys


def test_the_verdict_says_what_requests_send(tmp_path: Path) -> None:
    text = (
        "  refresh:\n    operation: POST /renew\n    send: {$request.cookie.renew: $refreshToken}\n"
        "    csrf: {from: $response.body#/csrf}\n"
        "  csrf: {from: $response.cookie.csrf, send: $request.header.X-CSRF}\n  expired: [419]\n"
    )
    file = tmp_path / "openapi.yaml"
    file.write_text(HEAD + text + TOKENS + PATHS, encoding="utf-8")
    document = Document.read(file)
    decision, problems = decide(document, Applied())
    assert problems == []
    verdict = verdict_of(document, decision)
    assert list(verdict.requests) == [
        f"requests have $accessToken as access (cookie), said by {file}",
        "requests send csrf (cookie) back as X-CSRF (header)",
        "renewing sends csrf (body) back as X-CSRF (header)",
        "answers with 401, 419 may mean that the token has expired",
    ]
    assert verdict.data()["requests"] == list(verdict.requests)
    assert f"  send      {verdict.requests[0]}" in list(verdict.lines("ACME_"))
