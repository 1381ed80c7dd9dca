"""Where people sign in: by the flows of OAuth2, by OpenID Connect, by metadata, and by the extension."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from afresh_toolkit.generator.extensions.lifecycle_code import FORM, TokenCall, TokenFields, TokenLifecycle
from afresh_toolkit.generator.extensions.oauth2 import OTHER_TOKEN_URL, REVOCATION, STANDARD_TOKENS, UNUSABLE_URL
from afresh_toolkit.generator.guessing.deciding import decide
from afresh_toolkit.generator.guessing.verdict import verdict_of
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied

ID = "https://id.example.com"
SERVER = {"servers": [{"url": "https://api.example.com/v1"}]}
BOTH = ("authorization_code", "device_code")


def written(content: dict[str, Any], folder: Path) -> Document:
    said = {"openapi": "3.2.0", "info": {"title": "People", "version": "1"}, **content}
    said.setdefault("paths", {})
    file = folder / "openapi.yaml"
    file.write_text(yaml.safe_dump(said, sort_keys=False), encoding="utf-8")
    return Document.read(file)


def of_schemes(folder: Path, schemes: dict[str, Any], **more: Any) -> tuple[TokenLifecycle | None, Applied, str]:
    """Decide, and return what the report says, too."""
    document = written({**SERVER, **more, "components": {"securitySchemes": schemes}}, folder)
    applied = Applied()
    decision, problems = decide(document, applied)
    assert problems == []
    return decision.lifecycle, applied, "\n".join(verdict_of(document, decision).lines("ACME_"))


def flows(**said: Any) -> dict[str, Any]:
    return {"type": "oauth2", "flows": said}


def code(token: str = f"{ID}/token", **more: Any) -> dict[str, Any]:
    return {"authorizationUrl": f"{ID}/authorize", "tokenUrl": token, "scopes": {"read": "", "write": ""}, **more}


def device(token: str = f"{ID}/token", **more: Any) -> dict[str, Any]:
    return {"deviceAuthorizationUrl": f"{ID}/device", "tokenUrl": token, "scopes": {"tv": "", "read": ""}, **more}


def summary(lifecycle: TokenLifecycle | None) -> tuple[Any, ...] | None:
    said = lifecycle and lifecycle.authorization
    if not said:
        return None
    return said.token.path or said.token.url, said.token.grants, said.authorization_url, said.device_authorization_url


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        (flows(authorizationCode=code()), (f"{ID}/token", BOTH[:1], f"{ID}/authorize", None)),
        (flows(deviceAuthorization=device()), (f"{ID}/token", BOTH[1:], None, f"{ID}/device")),
        (
            flows(deviceAuthorization=device(), authorizationCode=code()),
            (f"{ID}/token", BOTH, f"{ID}/authorize", f"{ID}/device"),
        ),
        (
            flows(authorizationCode=code("https://api.example.com/token", authorizationUrl="/authorize")),
            ("/token", BOTH[:1], "/authorize", None),
        ),
        (flows(implicit={"authorizationUrl": ID, "refreshUrl": ID, "scopes": {}}), None),
        (flows(authorizationCode={"tokenUrl": ID, "scopes": {}}), None),
        (flows(authorizationCode=code(authorizationUrl="mailto:ada@example.com")), None),
        ({"type": "openIdConnect", "openIdConnectUrl": ID}, (None, BOTH, None, None)),
        ({"type": "openIdConnect", "openIdConnectUrl": "{issuer}/.well-known/openid-configuration"}, None),
        ({"type": "openIdConnect"}, None),
        ({"type": "oauth2", "oauth2MetadataUrl": ID, "flows": {}}, (None, BOTH, None, None)),
        (
            {"oauth2MetadataUrl": ID, **flows(deviceAuthorization=device())},
            (f"{ID}/token", BOTH[1:], None, f"{ID}/device"),
        ),
        ({"oauth2MetadataUrl": ID, **flows(authorizationCode={"scopes": {}})}, (None, BOTH[:1], None, None)),
    ],
)
def test_where_people_sign_in_by_a_scheme(
    tmp_path: Path, scheme: dict[str, Any], expected: tuple[Any, ...] | None
) -> None:
    lifecycle, _, said = of_schemes(tmp_path, {"id": scheme})
    assert summary(lifecycle) == expected
    assert ("AuthorizationCodeGrant()" in said) == bool(expected and BOTH[0] in expected[1])
    assert ("DeviceCodeGrant()" in said) == bool(expected and BOTH[1] in expected[1])
    assert ("a token is given by hand" in said) == (expected is None)


def test_scopes_are_those_of_the_flows_or_of_the_operations(tmp_path: Path) -> None:
    lifecycle, _, _ = of_schemes(tmp_path, {"id": flows(deviceAuthorization=device(), authorizationCode=code())})
    assert lifecycle
    assert lifecycle.authorization
    assert lifecycle.authorization.scopes == ("read", "write", "tv")
    lifecycle, _, _ = of_schemes(
        tmp_path,
        {"id": {"type": "openIdConnect", "openIdConnectUrl": ID}},
        security=[{"id": ["openid"]}],
        paths={"/x": {"get": {"security": [{"id": ["email", "openid"]}, {}], "responses": {}}}},
    )
    assert lifecycle
    assert lifecycle.authorization
    assert lifecycle.authorization.scopes == ("openid", "email")


def test_metadata_has_what_the_description_lacks(tmp_path: Path) -> None:
    lifecycle, _, said = of_schemes(tmp_path, {"id": {"type": "openIdConnect", "openIdConnectUrl": f"{ID}/realm"}})
    assert lifecycle
    assert lifecycle.metadata_url == f"{ID}/realm"
    assert lifecycle.client == "metadata"
    assert lifecycle.refresh
    assert lifecycle.refresh.place == (None, None)
    assert lifecycle.logout == REVOCATION
    assert f"as the metadata of {ID}/realm says" in said
    assert "renew     an endpoint of the server's metadata, $refreshToken as refresh_token (body)" in said


def test_schemes_of_the_same_server_complete_each_other(tmp_path: Path) -> None:
    oidc = {"type": "openIdConnect", "openIdConnectUrl": f"{ID}/.well-known/openid-configuration"}
    lifecycle, _, _ = of_schemes(tmp_path, {"id": oidc, "code": flows(authorizationCode=code())})
    assert summary(lifecycle) == (None, BOTH, None, None)
    machine = flows(clientCredentials={"tokenUrl": f"{ID}/token", "scopes": {}})
    lifecycle, _, _ = of_schemes(tmp_path, {"id": oidc, "machine": machine})
    assert lifecycle
    assert lifecycle.login
    assert summary(lifecycle) == (None, BOTH, None, None)
    assert (lifecycle.metadata_url, lifecycle.logout) == (oidc["openIdConnectUrl"], REVOCATION)
    lifecycle, _, _ = of_schemes(tmp_path, {"machine": machine, "code": flows(authorizationCode=code())})
    assert lifecycle
    assert lifecycle.login
    assert summary(lifecycle) == (f"{ID}/token", BOTH[:1], f"{ID}/authorize", None)
    elsewhere = {"type": "openIdConnect", "openIdConnectUrl": "https://other.example.com"}
    lifecycle, _, _ = of_schemes(tmp_path, {"machine": machine, "other": elsewhere})
    assert lifecycle
    assert (lifecycle.authorization, lifecycle.metadata_url, lifecycle.refresh) == (None, None, None)


def test_what_cannot_be_used_is_reported(tmp_path: Path) -> None:
    scheme = flows(authorizationCode=code(authorizationUrl="ftp://x"), deviceAuthorization=device(f"{ID}/other"))
    _, applied, _ = of_schemes(tmp_path, {"id": scheme, "oidc": {"type": "openIdConnect", "openIdConnectUrl": " "}})
    where = ("components", "securitySchemes")
    assert applied.places[UNUSABLE_URL] == [
        (*where, "id", "flows", "authorizationCode", "authorizationUrl"),
        (*where, "oidc", "openIdConnectUrl"),
    ]
    scheme = flows(authorizationCode=code(), deviceAuthorization=device(f"{ID}/other"))
    lifecycle, applied, _ = of_schemes(tmp_path, {"id": scheme})
    assert applied.places == {
        OTHER_TOKEN_URL: [(*where, "id", "flows", "deviceAuthorization", "tokenUrl")],
    }
    assert summary(lifecycle) == (f"{ID}/token", BOTH[:1], f"{ID}/authorize", None)


JSON_LOGIN: dict[str, Any] = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["username", "password"],
                    "properties": {"username": {"type": "string"}, "password": {"type": "string"}},
                }
            }
        }
    }
}


def answering(*names: str) -> dict[str, Any]:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}
    return {"responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}}


def test_an_operation_that_signs_in_by_itself_is_not_mixed_with_a_browser(tmp_path: Path) -> None:
    answers = answering("accessToken", "refreshToken")
    renew = {"content": {"application/json": {"schema": {"properties": {"refreshToken": {"type": "string"}}}}}}
    paths = {
        "/auth/login": {"post": {**JSON_LOGIN, **answers}},
        "/auth/refresh": {"post": {"requestBody": renew, **answers}},
    }
    lifecycle, _, said = of_schemes(tmp_path, {"id": flows(authorizationCode=code())}, paths=paths)
    assert lifecycle
    assert lifecycle.login
    assert lifecycle.login.path == "/auth/login"
    assert lifecycle.authorization is None
    assert "if both are wanted, say `authorize` in an x-token-lifecycle" in said


def test_a_token_endpoint_that_is_described_says_where_its_tokens_are(tmp_path: Path) -> None:
    form = {"content": {FORM: {"schema": {"type": "object", "properties": {"code": {"type": "string"}}}}}}
    paths = {"/token": {"post": {"requestBody": form, **answering("token", "refreshToken")}}}
    lifecycle, _, _ = of_schemes(tmp_path, {"id": flows(authorizationCode=code("token"))}, paths=paths)
    assert lifecycle
    assert lifecycle.authorization
    assert lifecycle.authorization.token.path == "/token"
    assert lifecycle.authorization.token.tokens == TokenFields(("token",), ("refreshToken",), None, None, None)


@pytest.mark.parametrize(("field", "is_taken"), [("code", True), ("device_code", True), ("username", False)])
def test_an_operation_that_takes_no_code_exchanges_none(tmp_path: Path, field: str, *, is_taken: bool) -> None:
    form = {"content": {FORM: {"schema": {"type": "object", "properties": {field: {"type": "string"}}}}}}
    paths = {"/token": {"post": {"requestBody": form, **answering("access_token", "refresh_token")}}}
    lifecycle, _, said = of_schemes(tmp_path, {"id": flows(authorizationCode=code("token"))}, paths=paths)
    assert (summary(lifecycle) is not None) == is_taken
    assert ("signs in by a browser, but POST /token takes no code" in said) != is_taken


def test_without_servers_the_api_is_where_its_token_endpoint_is(tmp_path: Path) -> None:
    paths: dict[str, Any] = {"/oauth2/token": {"post": {"responses": {}}}, "/oauth2/auth": {"get": {"responses": {}}}}
    said = code("https://demo.example.com/oauth2/token", authorizationUrl="https://demo.example.com/oauth2/auth")
    lifecycle, _, _ = of_schemes(tmp_path, {"id": flows(authorizationCode=said)}, servers=[], paths=paths)
    assert summary(lifecycle) == ("/oauth2/token", BOTH[:1], "/oauth2/auth", None)


def extended(folder: Path, said: dict[str, Any]) -> tuple[TokenLifecycle | None, list[str]]:
    document = written({**SERVER, "x-token-lifecycle": said, "paths": {"/auth/login": {"post": LOGIN}}}, folder)
    decision, problems = decide(document, Applied())
    return decision.lifecycle, [str(problem).removeprefix(f"{folder}/openapi.yaml:") for problem in problems]


LOGIN = {**JSON_LOGIN, **answering("jwt")}
BY_TOKEN_URL = {
    "url": "/o/token/",
    "send": {"$request.body#/grant_type": "refresh_token", "$request.body#/refresh_token": "$refreshToken"},
}


@pytest.mark.parametrize(
    ("said", "expected", "client"),
    [
        ({"metadata": ID}, (None, BOTH, None, None), "metadata"),
        ({"metadata": "/id", "client": "form"}, (None, BOTH, None, None), "form"),
        ({"metadata": ID, "authorize": {"url": "/a"}}, (None, BOTH, "/a", None), "metadata"),
        ({"metadata": ID, "device": {"scopes": {"tv": "on a television"}}}, (None, BOTH, None, None), "metadata"),
        ({"authorize": {"url": "/a", "token": "/t"}}, ("/t", BOTH[:1], "/a", None), "basic"),
        ({"device": {"url": "/d", "token": "/t"}}, ("/t", BOTH[1:], None, "/d"), "basic"),
        (
            {"authorize": {"url": "/a", "token": "/t"}, "device": {"url": "https://api.example.com/d"}},
            ("/t", BOTH, "/a", "/d"),
            "basic",
        ),
        (
            {
                "authorize": {"url": "/a"},
                "refresh": BY_TOKEN_URL,
                "tokens": {"accessToken": "$response.body#/access_token"},
            },
            ("/o/token/", BOTH[:1], "/a", None),
            "basic",
        ),
    ],
)
def test_where_people_sign_in_by_the_extension(
    tmp_path: Path, said: dict[str, Any], expected: tuple[Any, ...], client: str
) -> None:
    lifecycle, problems = extended(tmp_path, said)
    assert problems == []
    assert lifecycle
    assert summary(lifecycle) == expected
    assert lifecycle.client == client
    assert lifecycle.refresh
    assert lifecycle.authorization
    assert lifecycle.refresh.place == lifecycle.authorization.token.place
    assert lifecycle.logout == (REVOCATION if "metadata" in said else None)
    assert lifecycle.metadata_url == said.get("metadata")


def test_a_browser_beside_an_operation_that_signs_in(tmp_path: Path) -> None:
    said = {
        "login": {"operation": "POST /auth/login"},
        "authorize": {"url": "/a", "token": "/t", "scopes": ["read"]},
        "tokens": {"accessToken": "$response.body#/jwt"},
    }
    lifecycle, problems = extended(tmp_path, said)
    assert problems == []
    assert lifecycle
    assert lifecycle.login
    assert lifecycle.tokens.access_token == ("jwt",)
    assert lifecycle.authorization
    assert lifecycle.authorization.scopes == ("read",)
    assert lifecycle.authorization.token == TokenCall(
        "POST", None, FORM, (), (), "/t", BOTH[:1], tokens=STANDARD_TOKENS
    )


def test_answers_to_codes_may_be_unlike_others(tmp_path: Path) -> None:
    """Slack's, for example."""
    tokens = {"accessToken": "$response.body#/authed_user/access_token"}
    lifecycle, problems = extended(tmp_path, {"authorize": {"url": "/a", "token": "/t", "tokens": tokens}})
    assert problems == []
    assert lifecycle
    assert lifecycle.authorization
    assert lifecycle.authorization.token.tokens
    assert lifecycle.authorization.token.tokens.access_token == ("authed_user", "access_token")


@pytest.mark.parametrize(
    ("said", "problems"),
    [
        ({"metadata": "ftp://x"}, ["8: x-token-lifecycle: `metadata` is 'ftp://x'; it must start with https://, or "]),
        ({"metadata": 1}, ["8: x-token-lifecycle: `metadata` is 1; it must be a URL"]),
        (
            {"authorize": {"scopes": []}},
            [
                "8: x-token-lifecycle: `authorize` has no `url`, and there is no `metadata` to say it",
                "8: x-token-lifecycle: `authorize` does not say where a code is exchanged for tokens; add `token: URL`",
            ],
        ),
        ({"metadata": ID, "device": True}, ["9: x-token-lifecycle: `device` must be a mapping, such as `device: {"]),
        (
            {"authorize": {"url": "a b", "token": "/t", "scope": "x", "scopes": [1]}},
            [
                "11: x-token-lifecycle: `scope` means nothing here; known are scopes, token, tokens, url",
                "9: x-token-lifecycle: `url` is 'a b'; it must be a URL",
                "12: x-token-lifecycle: `scopes` must be a list of texts",
            ],
        ),
        (
            {"authorize": {"url": "/a", "token": "/t"}, "device": {"url": "/d", "token": "/e"}},
            ["13: x-token-lifecycle: `device` has another `token` than `authorize`; a session has one token endpoint"],
        ),
        ({"authorize": {"url": "/a", "token": "{x}"}}, ["10: x-token-lifecycle: `token` is '{x}'; it must be a URL"]),
        (
            {"client": "metadata", "authorize": {"url": "/a", "token": "/t"}},
            ["8: x-token-lifecycle: `client` is 'metadata'; it must be"],
        ),
    ],
)
def test_what_is_wrong_with_the_extension(tmp_path: Path, said: dict[str, Any], problems: list[str]) -> None:
    lifecycle, found = extended(tmp_path, said)
    assert lifecycle is None
    assert [one[: len(expected)] for one, expected in zip(found, problems, strict=True)] == problems
