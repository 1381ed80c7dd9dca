"""What operations ask for by their security, and which of it a client takes keys for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from afresh import _environment as environment
from afresh._keys import PREFIX
from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.guessing.keys import RESERVED, Security, security_of, variable
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied

if TYPE_CHECKING:
    from pathlib import Path

KEY = {"type": "apiKey", "in": "header", "name": "X-Key"}
AUTHORIZATION = {"type": "apiKey", "in": "header", "name": "authorization"}
BEARER = {"type": "http", "scheme": "bearer"}
BASIC = {"type": "http", "scheme": "basic"}
OIDC = {"type": "openIdConnect", "openIdConnectUrl": "https://id.example.com"}
IMPLICIT = {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://id.example.com", "scopes": {}}}}
OAUTH2 = {"type": "oauth2", "flows": {"password": {"tokenUrl": "https://id.example.com/token", "scopes": {}}}}
TEXT = {"type": "string"}
LIFECYCLE: dict[str, Any] = {
    "x-token-lifecycle": {
        "login": {"operation": "POST /login"},
        "refresh": {"operation": "POST /refresh", "send": {"$request.cookie.refresh": "$refreshToken"}},
        "tokens": {"accessToken": "$response.body#/access", "refreshToken": "$response.body#/refresh"},
    }
}


def found(schemes: dict[str, Any], folder: Path, operations: dict[str, Any], **root: Any) -> Security:
    """Return what is found in a description, whose operations ask for what is given for their paths."""
    body = {
        "content": {
            "application/json": {"schema": {"type": "object", "required": ["token"], "properties": {"token": TEXT}}}
        }
    }
    tokens = {"type": "object", "properties": {"access": TEXT, "refresh": TEXT}}
    answer = {"200": {"description": "", "content": {"application/json": {"schema": tokens}}}}
    paths = {
        path: {"post": {"requestBody": body, "responses": answer, **({} if needs is None else {"security": needs})}}
        for path, needs in operations.items()
    }
    content = {"openapi": "3.1.0", "info": {"title": "Keys", "version": "1"}, "paths": paths, **root}
    file = folder / "openapi.json"
    file.write_text(json.dumps({**content, "components": {"securitySchemes": schemes}}))
    document = Document.read(file)
    decision, problems = decide(document, Applied())
    assert problems == []
    return security_of(document, decision.lifecycle)


def any_of(*alternatives: str) -> list[dict[str, list[str]]]:
    return [{name: [] for name in alternative.split()} for alternative in alternatives]


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], dict[str, str], set[str]]] = {
    # schemes, operations, what else is described; then the keys by place, and what the token serves
    "a bearer token alone is the session's": ({"b": BEARER}, {"/login": [], "/x": any_of("b")}, LIFECYCLE, {}, set()),
    "a bearer token without a lifecycle is a key": ({"b": BEARER}, {"/x": any_of("b")}, {}, {"b": "bearer"}, {"b"}),
    "so is any other token": (
        {"o": IMPLICIT, "k": KEY},
        {"/x": any_of("o", "k")},
        {},
        {"o": "bearer", "k": "header X-Key"},
        {"o"},
    ),
    "the token of OpenID Connect is the session's": (
        {"o": OIDC, "k": KEY},
        {"/x": any_of("o", "k")},
        {},
        {"k": "header X-Key"},
        {"o"},
    ),
    "two bearer tokens of different operations": (
        {"user": BEARER, "admin": BEARER},
        {"/login": [], "/x": any_of("user"), "/y": any_of("admin")},
        LIFECYCLE,
        {"user": "bearer", "admin": "bearer"},
        {"user", "admin"},
    ),
    "two bearer tokens that serve the same": (
        {"a": BEARER, "b": OAUTH2},
        {"/x": any_of("a", "b"), "/y": any_of("a", "b")},
        {},
        {},
        set(),
    ),
    "Authorization as a key is a bearer token": (
        {"a": AUTHORIZATION},
        {"/login": [], "/x": any_of("a")},
        LIFECYCLE,
        {},
        set(),
    ),
    "without a lifecycle it is both": (
        {"a": AUTHORIZATION},
        {"/x": any_of("a")},
        {},
        {"a": "header Authorization"},
        {"a"},
    ),
    "beside bearer tokens it is a key": (
        {"a": AUTHORIZATION, "o": OAUTH2},
        {"/x": any_of("a", "o")},
        {},
        {"a": "header Authorization"},
        {"o"},
    ),
    "what carries the refresh token is none": (
        {"r": {"type": "apiKey", "in": "cookie", "name": "refresh"}, "b": BEARER, "k": KEY},
        {"/login": [], "/refresh": any_of("r"), "/x": any_of("b k")},
        LIFECYCLE,
        {"k": "header X-Key"},
        {"b", "r"},
    ),
    "a cookie for the access token is none": (
        {"session": {"type": "apiKey", "in": "cookie", "name": "session_token"}},
        {"/login": [], "/x": any_of("session")},
        LIFECYCLE,
        {},
        set(),
    ),
    "what no operation asks for is none": ({"k": KEY, "b": BASIC}, {"/x": any_of("b")}, {}, {"b": "basic"}, set()),
    "what is asked for nowhere may be given": ({"k": KEY}, {"/x": None}, {}, {"k": "header X-Key"}, set()),
    "a scheme that is not described is the token's": (
        {"k": KEY},
        {"/x": any_of("k", "gone")},
        {},
        {"k": "header X-Key"},
        {"gone"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_which_schemes_are_keys(name: str, tmp_path: Path) -> None:
    schemes, operations, root, keys, by_token = CASES[name]
    operations = {"/refresh": [], **operations} if root else operations
    security = found(schemes, tmp_path, operations, **root)
    assert {name: f"{key.place} {key.name}".strip() for name, key in security.keys.items()} == keys
    assert security.by_token == by_token


def test_what_operations_ask_for(tmp_path: Path) -> None:
    schemes = {"k": KEY, "b": BASIC, "c": {"type": "mutualTLS"}, "d": {"type": "http", "scheme": "digest"}}
    operations = {
        "/a": any_of("k"),
        "/b": any_of("", "b k"),
        "/c": any_of("c", "d"),
        "/d": [],
        "/e": None,
        "/f": any_of("k"),
    }
    security = found(schemes, tmp_path, operations, security=any_of("b"))
    assert security.operations == {
        "POST /a": (("k",),),
        "POST /b": ((), ("b", "k")),
        "POST /c": (("c",), ("d",)),
        "POST /e": (("b",),),
        "POST /f": (("k",),),
    }
    assert security.unserved == {"c": "mutualTLS", "d": "http digest"}
    assert security.usual == (("k",),)


def test_what_is_asked_for_nowhere_is_optional(tmp_path: Path) -> None:
    security = found({"k": KEY, "b": BASIC}, tmp_path, {"/x": None, "/y": []})
    assert security.operations == {"POST /x": (("k",), ("b",), ())}


def test_token_calls_ask_for_keys_besides(tmp_path: Path) -> None:
    schemes = {"k": KEY, "b": BEARER, "client": BASIC}
    operations = {"/login": any_of("k"), "/refresh": any_of("b", "k b"), "/x": any_of("b"), "/y": any_of("client")}
    security = found(schemes, tmp_path, operations, **LIFECYCLE)
    assert security.token_calls == {"POST /login": (("k",),), "POST /refresh": ((), ("k",))}
    basic = {"x-token-lifecycle": {**LIFECYCLE["x-token-lifecycle"], "client": "basic"}}
    operations["/login"] = any_of("client")
    assert found(schemes, tmp_path, operations, **basic).token_calls["POST /login"] == (("client",), ())


def test_variables_are_named_for_schemes_and_for_nothing_else(tmp_path: Path) -> None:
    names = ["apiKey", "api_key", "APIKeyAuth", "X-API-Key", "token", "clientID", "ключ", "login"]
    security = found(dict.fromkeys(names, KEY) | {"login": BASIC}, tmp_path, {"/x": any_of(*names)})
    assert [one for key in security.keys.values() for one in key.variables] == [
        "API_KEY",
        "API_KEY_KEY",
        "API_KEY_AUTH",
        "X_API_KEY",
        "TOKEN_KEY",
        "CLIENT_ID_KEY",
        "KEY",
        "LOGIN_USERNAME",
        "LOGIN_PASSWORD",
    ]


def test_the_variables_of_the_layer_are_known() -> None:
    sample = {f"{PREFIX}{variable(key)}" for key in ("username", "password")}
    assert {f"{PREFIX}{name}" for name in RESERVED} | sample == environment.variables().keys()
    assert variable("token") == "LOGIN_TOKEN"
