"""The verdict at the end of a run, an OAuth2 scheme together with operations, and which operations get a token."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from afresh_toolkit.generator.guessing.deciding import Decision, decide
from afresh_toolkit.generator.guessing.verdict import verdict_of
from afresh_toolkit.generator.reading.description import names_security, needs_token, operations
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied
from made import SMALL, run

if TYPE_CHECKING:
    from pathlib import Path

PAIR = """{"200": {description: x, content: {application/json: {schema: {type: object, properties: {
  access_token: {type: string}, refresh_token: {type: string}}}}}}}"""
TOKEN = PAIR.replace("access_token: {type: string}, refresh_token", "access_token")
HEAD = 'openapi: 3.1.0\ninfo: {title: Small, version: "1"}\n'


def body(media_type: str, *fields: str) -> str:
    properties = ", ".join(f"{name}: {{type: string}}" for name in fields)
    return f"requestBody: {{content: {{{media_type}: {{schema: {{type: object, properties: {{{properties}}}}}}}}}}}"


FORM = body("application/x-www-form-urlencoded", "username", "password")
GRANTS = body("application/x-www-form-urlencoded", "grant_type", "username", "password", "refresh_token")
SCHEME = "components: {securitySchemes: {o: {type: oauth2, flows: {FLOW: {tokenUrl: URL, scopes: {}}}}}}\n"


def decided(text: str, folder: Path) -> tuple[Document, Decision]:
    file = folder / "openapi.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    document = Document.read(file)
    decision, problems = decide(document, Applied())
    assert problems == []
    return document, decision


def calls(decision: Decision) -> list[str | None]:
    lifecycle = decision.lifecycle
    assert lifecycle is not None
    every = (lifecycle.login, lifecycle.refresh, lifecycle.logout)
    return [f"{call.method} {call.path or call.url}" if call else None for call in every]


REFRESH = f"  /auth/refresh: {{post: {{{body('application/json', 'refresh_token')}, responses: {PAIR}}}}}\n"


@pytest.mark.parametrize(
    ("flow", "url", "paths", "expected", "why"),
    [
        (
            "password",
            "/token",
            f"  /token: {{post: {{{FORM}, responses: {PAIR}}}}}\n{REFRESH}",
            ["POST /token", "POST /auth/refresh", None],
            "preferred to the token URL",
        ),
        (
            "password",
            "/token",
            f"  /token: {{post: {{{GRANTS}, responses: {PAIR}}}}}\n",
            ["POST /token", "POST /token", None],
            "grant_type",
        ),
        (
            "password",
            "/token",
            f"  /token: {{post: {{{FORM}, responses: {PAIR}}}}}\n",
            ["POST /token", None, None],
            "POST /token takes no refresh token",
        ),
        (
            "password",
            "/token",
            f"  /token: {{post: {{{GRANTS}, responses: {TOKEN}}}}}\n",
            ["POST /token", "POST /token", None],
            "grant_type",
        ),
        ("password", "/token", "  {}\n", ["POST /token", "POST /token", None], "said by the OAuth2 scheme o"),
        (
            "password",
            "token",
            f"  /v1/login: {{post: {{{FORM}, responses: {PAIR}}}}}\n{REFRESH}",
            ["POST /v1/login", "POST /auth/refresh", None],
            "which names no operation",
        ),
        (
            "password",
            "https://id.example.com/token",
            f"  /v1/login: {{post: {{{FORM}, responses: {TOKEN}}}}}\n",
            ["POST https://id.example.com/token", "POST https://id.example.com/token", None],
            "said by the OAuth2 scheme o",
        ),
        (
            "authorizationCode",
            "https://id.example.com/token",
            f"  /v1/login: {{post: {{{FORM}, responses: {PAIR}}}}}\n",
            [None, "POST https://id.example.com/token", None],
            "nothing is known",
        ),
        (
            "authorizationCode",
            "https://id.example.com/token",
            f"  /v1/login: {{post: {{{FORM}, responses: {PAIR}}}}}\n{REFRESH}",
            ["POST /v1/login", "POST /auth/refresh", None],
            "signs in by a browser",
        ),
    ],
)
def test_a_scheme_and_operations_are_taken_together(  # noqa: PLR0917
    tmp_path: Path, flow: str, url: str, paths: str, expected: list[str | None], why: str
) -> None:
    scheme = SCHEME.replace("FLOW", flow).replace("URL", url)
    document, decision = decided(f"paths:\n{paths}{scheme}", tmp_path)
    assert calls(decision) == expected
    assert why in " ".join(verdict_of(document, decision).lines("ACME_"))


def test_who_says_it_and_where_to_change_it_are_told(tmp_path: Path) -> None:
    lifecycle = (
        "x-token-lifecycle:\n"
        "  refresh: {operation: POST /auth/refresh, send: {$request.body#/refresh_token: $refreshToken}}\n"
        "  tokens: {accessToken: $response.body#/access_token}\n"
    )
    document, decision = decided(f"{lifecycle}paths:\n{REFRESH}", tmp_path)
    said = verdict_of(document, decision).data()
    assert said["refresh"]["sends"] == {"refresh_token (body)": "$refreshToken"}
    assert not said["refresh"]["guessed"]
    assert said["refresh"]["said_by"].endswith("openapi.yaml")
    assert said["missing"] == ["login", "logout"]
    assert said["change"].endswith("openapi.yaml")


def test_an_api_of_keys_is_told_from_one_of_tokens(tmp_path: Path) -> None:
    keys = "{a: {type: apiKey, in: header, name: X-API-Key}, b: {type: http, scheme: basic}}"
    paths = "{/x: {get: {security: [{a: []}, {b: []}], responses: {}}}}"
    document, decision = decided(f"paths: {paths}\ncomponents: {{securitySchemes: {keys}}}\n", tmp_path)
    said = "\n".join(verdict_of(document, decision).lines("ACME_"))
    assert "a: the key in the header `X-API-Key`\n            given as keys={'a': \"…\"} or by ACME_A\n" in said
    assert "HTTP Basic" in said
    assert "ACME_B_USERNAME, ACME_B_PASSWORD" in said
    assert "by hand" not in said


def test_the_report_ends_with_the_verdict(tmp_path: Path) -> None:
    text = SMALL.replace("components:\n", f"  /login: {{post: {{{FORM}, responses: {PAIR}}}}}\ncomponents:\n", 1)
    (tmp_path / "openapi.yaml").write_text(text, encoding="utf-8")
    arguments = ("--spec", "openapi.yaml", "--output", ".", "--package")
    shown = run(*arguments, "one_api", cwd=tmp_path).stdout
    assert "POST /login looks like it" in shown
    assert "session.proposal" in shown.splitlines()[-1]
    report: Any = json.loads(run(*arguments, "two_api", "--json", cwd=tmp_path).stdout)["session"]
    assert report["missing"] == ["login", "refresh", "logout"]
    assert "operation: POST /login" in report["proposal"]


@pytest.mark.parametrize(
    ("root", "own", "expected"),
    [
        ("", "", [None, None]),
        ("", "security: [{o: []}]", [True, False]),
        ("", "security: []", [False, None]),
        ("", "security: [{}]", [False, None]),
        ("", "security: [{o: []}, {}]", [None, False]),
        ("security: [{o: []}]\n", "", [True, True]),
        ("security: [{o: []}]\n", "security: []", [False, True]),
        ("security: [{}]\n", "", [False, False]),
        ("security: [{o: []}]\n", "security: [{}, {o: []}]", [None, True]),
    ],
)
def test_which_operations_need_a_token(tmp_path: Path, root: str, own: str, expected: list[bool | None]) -> None:
    paths = f"paths:\n  /one: {{get: {{{own}}}}}\n  /two: {{get: {{}}}}\n"
    (tmp_path / "openapi.yaml").write_text(HEAD + root + paths, encoding="utf-8")
    document = Document.read(tmp_path / "openapi.yaml")
    is_asked_for = names_security(document)
    assert [needs_token(document, one, is_asked_for=is_asked_for) for one in operations(document)] == expected
