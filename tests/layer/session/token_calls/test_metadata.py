"""Endpoints from the server's metadata: fetched once, checked, and never a reason to end a session."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field

from afresh import (
    APIError,
    ConfigurationError,
    DecodeError,
    RefreshUnavailable,
    SDKError,
    Tokens,
    TransportError,
    Unauthorized,
)
from afresh._origin import PlainHTTP
from afresh._session.steps import Refused, Rotated, Unavailable
from afresh._session.token_calls.client_authentication import OAuthClient
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh._session.token_calls.metadata import AuthorizationServer
from afresh._session.token_calls.sending import token_client
from lifecycles import form, lifecycle_of
from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SDK = OAuthClient("sdk")
OLD = Tokens("old", "r1")
CODE: dict[str, str | list[str]] = {
    "grant_type": "authorization_code",
    "code": "c",
    "resource": ["https://a.example", "https://b.example"],
}


@define
class Issuer:
    """An authorization server on loopback, whose metadata a test may spoil."""

    server: Server = field(factory=lambda: Server(""))
    path: str = ""
    well_known: str = "/.well-known/oauth-authorization-server"
    more: dict[str, Any] = field(factory=dict)
    metadata: Callable[[Issuer], Answer] | None = None
    tokens: Callable[[Asked], Answer] = field(
        default=lambda _: Answer(200, {"access_token": "new", "token_type": "Bearer", "refresh_token": "r2"})
    )

    @property
    def url(self) -> str:
        return self.server.url + self.path

    def document(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "token_endpoint": f"{self.server.url}/token",
            "revocation_endpoint": f"{self.server.url}/revoke",
            "authorization_endpoint": f"{self.server.url}/authorize",
            **self.more,
        }

    def answer(self, asked: Asked) -> Answer:
        if asked.target == self.well_known:
            return self.metadata(self) if self.metadata else Answer(200, self.document())
        if asked.target == "/token":
            return self.tokens(asked)
        return Answer(200, {}) if asked.target == "/revoke" else Answer(404, {})

    def endpoint(
        self, folder: Path, metadata: str | None = None, client: OAuthClient = SDK, said: str = "", **options: Any
    ) -> TokenEndpoint:
        where = metadata or self.url
        lifecycle = lifecycle_of(f"x-token-lifecycle: {{{said}metadata: '{where}'}}\npaths: {{}}\n", folder)
        # The API is elsewhere, which is usual.
        return TokenEndpoint(httpx.URL("https://api.example.com"), lifecycle, timeout=30, client=client, **options)

    def asked(self, target: str) -> list[Asked]:
        return [asked for asked in self.server.asked if asked.target == target]


@contextmanager
def issuing(**behaviour: Any) -> Iterator[Issuer]:
    issuer = Issuer(**behaviour)
    with answering(issuer.answer) as server:
        issuer.server = server
        yield issuer


@pytest.mark.parametrize(
    ("path", "well_known", "given"),
    [
        ("", "/.well-known/oauth-authorization-server", ""),
        ("/", "/.well-known/oauth-authorization-server", "/"),
        ("", "/.well-known/openid-configuration", ""),
        ("/realms/acme", "/.well-known/oauth-authorization-server/realms/acme", "/realms/acme"),
        ("/realms/acme", "/realms/acme/.well-known/openid-configuration", "/realms/acme/"),
        (
            "/realms/acme",
            "/realms/acme/.well-known/openid-configuration",
            "/realms/acme/.well-known/openid-configuration",
        ),
        ("/acme", "/.well-known/openid-configuration/acme", "/.well-known/openid-configuration/acme"),
        ("", "/.well-known/openid-configuration?p=b", "/.well-known/openid-configuration?p=b"),
        ("/acme", "/meta/acme.json", "/meta/acme.json"),
        ("", "/oauth2/metadata", "/oauth2/metadata"),
    ],
)
def test_where_the_metadata_is(tmp_path: Path, path: str, well_known: str, given: str) -> None:
    with issuing(path=path, well_known=well_known) as issuer:
        found = issuer.endpoint(tmp_path, issuer.server.url + given).authorization_server()
        assert found.issuer == issuer.url
        assert found.token_endpoint == f"{issuer.server.url}/token"
        assert len(issuer.asked(well_known)) == 1


def test_an_issuer_of_several_tenants_is_that_of_any(tmp_path: Path) -> None:
    """As Microsoft Entra's."""
    for tenant, is_taken in (("{tenantid}", True), ("{tenant}", False), ("other", False), (".+", False)):
        with issuing(path="/common/v2.0", well_known="/common/v2.0/.well-known/openid-configuration") as issuer:
            issuer.more = {"issuer": f"{issuer.server.url}/{tenant}/v2.0"}
            endpoint = issuer.endpoint(tmp_path)
            if is_taken:
                assert endpoint.authorization_server().token_endpoint == f"{issuer.server.url}/token"
            else:
                with pytest.raises(ConfigurationError, match="at another place"):
                    endpoint.authorization_server()


def test_it_is_fetched_once_and_tokens_are_renewed_and_revoked_as_it_says(tmp_path: Path) -> None:
    with issuing() as issuer:
        endpoint = issuer.endpoint(tmp_path)
        assert issuer.server.asked == []
        answer = endpoint.refresh(OLD)
        assert isinstance(answer, Rotated)
        assert (answer.tokens.access_token, answer.tokens.refresh_token) == ("new", "r2")
        assert isinstance(endpoint.refresh(answer.tokens), Rotated)
        endpoint.logout(answer.tokens)
        endpoint.logout(Tokens("only an access token"))
        assert [asked.target for asked in issuer.server.asked] == [issuer.well_known, *["/token"] * 2, *["/revoke"] * 2]
        assert form(issuer.asked("/token")[0]) == {
            "grant_type": "refresh_token",
            "refresh_token": "r1",
            "client_id": "sdk",
        }
        sent = [form(asked) for asked in issuer.asked("/revoke")]
        assert sent == [
            {"token": "r2", "token_type_hint": "refresh_token", "client_id": "sdk"},
            {"token": "only an access token", "token_type_hint": "access_token", "client_id": "sdk"},
        ]


def test_a_grant_is_exchanged_where_it_says_and_a_parameter_may_be_repeated(tmp_path: Path) -> None:
    with issuing() as issuer:
        tokens = issuer.endpoint(tmp_path).exchange(CODE)
        assert tokens.access_token == "new"
        [asked] = issuer.asked("/token")
        assert asked.body.decode().count("resource=") == 2
        assert "authorization" not in asked.headers
        assert form(asked)["client_id"] == "sdk"


def test_a_grant_that_is_refused_says_so(tmp_path: Path) -> None:
    with issuing(tokens=lambda _: Answer(400, {"error": "invalid_grant"})) as issuer:
        with pytest.raises(Unauthorized, match="invalid_grant"):
            issuer.endpoint(tmp_path).exchange(CODE)
        issuer.tokens = lambda _: Answer(404, b"<html>")
        with pytest.raises(APIError, match="probably not the call that signs in"):
            issuer.endpoint(tmp_path).exchange(CODE)
        issuer.tokens = lambda _: Answer(0)
        with pytest.raises(TransportError):
            issuer.endpoint(tmp_path).exchange(CODE)


def test_without_a_place_to_sign_in_that_is_said() -> None:
    endpoint = TokenEndpoint(httpx.URL("https://api.example.com"), None, timeout=1)
    assert endpoint.authorization_server() == AuthorizationServer()
    with pytest.raises(ConfigurationError, match="add `authorize`, `device` or `metadata` to its x-token-lifecycle"):
        endpoint.exchange(CODE)


@pytest.mark.parametrize(
    ("methods", "expected"),
    [
        (None, "basic"),
        (["client_secret_basic", "client_secret_post"], "basic"),
        (["client_secret_post", "none"], "form"),
        (["private_key_jwt"], "basic"),
        ("nonsense", "basic"),
    ],
)
def test_the_metadata_says_how_the_client_says_who_it_is(tmp_path: Path, methods: object, expected: str) -> None:
    more = {"token_endpoint_auth_methods_supported": methods} if methods else {}
    with issuing(more=more) as issuer:
        endpoint = issuer.endpoint(tmp_path, client=OAuthClient("sdk", "secret"))
        endpoint.refresh(OLD)
        [asked] = issuer.asked("/token")
        assert ("authorization" in asked.headers) == (expected == "basic")
        assert (form(asked).get("client_secret") == "secret") == (expected == "form")


def test_a_client_that_need_not_say_who_it_is_names_itself_with_a_code(tmp_path: Path) -> None:
    with issuing() as issuer:
        issuer.endpoint(tmp_path, client=OAuthClient("sdk", "secret"), said="client: none, ").exchange(CODE)
        assert form(issuer.asked("/token")[0])["client_id"] == "sdk"
        assert "client_secret" not in form(issuer.asked("/token")[0])


def test_what_the_description_says_comes_before_the_metadata(tmp_path: Path) -> None:
    said = "{authorize: {url: /sign-in, token: /tokens}, metadata: '%s'}"
    with issuing() as issuer:
        lifecycle = lifecycle_of(f"x-token-lifecycle: {said % issuer.url}\npaths: {{}}\n", tmp_path)
        endpoint = TokenEndpoint(httpx.URL(f"{issuer.server.url}/api"), lifecycle, timeout=30)
        found = endpoint.authorization_server()
        assert found.authorization_endpoint == f"{issuer.server.url}/sign-in"
        assert found.issuer == issuer.url


# What is wrong with it


def broken(answer: Answer) -> Callable[[Issuer], Answer]:
    return lambda _: answer


def with_metadata(**changes: Any) -> Callable[[Issuer], Answer]:
    return lambda issuer: Answer(200, {**issuer.document(), **changes})


PROBLEMS: list[tuple[Callable[[Issuer], Answer], type[SDKError], str]] = [
    (broken(Answer(500, {"error": "down"})), APIError, "the server's metadata is there: correct that, or the base URL"),
    (broken(Answer(404, b"<html>")), APIError, "the server's metadata is there"),
    (broken(Answer(302, b"", {"Location": "https://elsewhere.example.com"})), APIError, "metadata is there"),
    (broken(Answer(401, {"error": "invalid_token"})), APIError, "the server answered 401"),
    (broken(Answer(0)), TransportError, "broke the connection off"),
    (broken(Answer(200, b"<html>")), DecodeError, "should be the server's metadata is not JSON"),
    (broken(Answer(200, b"[" * 2**21)), DecodeError, "is larger than 1024 KiB"),
    (broken(Answer(200, [])), DecodeError, "does not name its issuer"),
    (with_metadata(issuer=1), DecodeError, "does not name its issuer"),
    (with_metadata(issuer="https://attacker.example"), ConfigurationError, "of the issuer https://attacker.example"),
    (with_metadata(issuer="\x00"), ConfigurationError, "at another place"),
    (with_metadata(token_endpoint=[]), DecodeError, "has a token_endpoint that is no URL"),
    (with_metadata(token_endpoint="/token"), DecodeError, "has a token_endpoint that is no URL"),
    (
        with_metadata(jwks_uri="http://id.example.com/keys"),
        ConfigurationError,
        "has a jwks_uri of plain http: tokens are not sent over plain http to id.example.com",
    ),
    (with_metadata(token_endpoint=None), ConfigurationError, "names no token endpoint: correct the server"),
]


@pytest.mark.parametrize(("metadata", "kind", "message"), PROBLEMS)
def test_metadata_that_cannot_be_used_is_told_of_and_ends_no_session(
    tmp_path: Path, metadata: Callable[[Issuer], Answer], kind: type[SDKError], message: str
) -> None:
    with issuing(metadata=metadata) as issuer:
        endpoint = issuer.endpoint(tmp_path)
        with pytest.raises(kind) as raised:
            endpoint.exchange(CODE)
        assert message in str(raised.value)
        answer = endpoint.refresh(OLD)
        assert isinstance(answer, Unavailable)
        assert isinstance(answer.error, RefreshUnavailable)
        assert message in str(answer.error)
        assert issuer.asked("/token") == []
        issuer.metadata = None
        assert isinstance(endpoint.refresh(OLD), Rotated)


def test_a_refusal_by_the_token_endpoint_is_one(tmp_path: Path) -> None:
    with issuing(tokens=lambda _: Answer(400, {"error": "invalid_grant"})) as issuer:
        assert isinstance(issuer.endpoint(tmp_path).refresh(OLD), Refused)


def test_without_a_revocation_endpoint_nothing_is_revoked(tmp_path: Path) -> None:
    with issuing(more={"revocation_endpoint": None}) as issuer:
        issuer.endpoint(tmp_path).logout(OLD)
        assert [asked.target for asked in issuer.server.asked] == [issuer.well_known]


def test_plain_http_is_refused_but_for_hosts_that_are_allowed(tmp_path: Path) -> None:
    lifecycle = lifecycle_of("x-token-lifecycle: {metadata: 'http://id.example.com'}\npaths: {}\n", tmp_path)
    base_url = httpx.URL("https://api.example.com")
    with pytest.raises(ConfigurationError, match="plain http"):
        TokenEndpoint(base_url, lifecycle, timeout=1).authorization_server()

    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"issuer": f"http://{request.url.host}"})

    def make(**options: Any) -> httpx.Client:
        return httpx.Client(**options, transport=httpx.MockTransport(answer))

    allowed = TokenEndpoint(base_url, lifecycle, timeout=1, make_client=make, plain_http=PlainHTTP("id.example.com"))
    assert allowed.authorization_server().issuer == "http://id.example.com"


def test_the_metadata_and_the_refresh_have_one_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    slowness = 10
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])

    def slow(**options: Any) -> httpx.Client:
        clock[0] += slowness
        return token_client(**options)

    with issuing() as issuer:
        assert isinstance(issuer.endpoint(tmp_path, make_client=slow).refresh(OLD), Rotated)
        slowness = 20
        answer = issuer.endpoint(tmp_path, make_client=slow).refresh(OLD)
        assert isinstance(answer, Unavailable)
        assert "no time is left" in str(answer.error)
        assert len(issuer.asked("/token")) == 1


def test_a_page_where_there_is_nothing_does_not_hide_the_metadata(tmp_path: Path) -> None:
    with issuing(well_known="/.well-known/openid-configuration") as issuer:
        answer = issuer.answer
        issuer.server.asked.clear()
    with answering(lambda asked: answer(asked) if "openid" in asked.target else Answer(200, b"<html>")) as server:
        issuer.server = server
        assert issuer.endpoint(tmp_path).authorization_server().issuer == issuer.url
