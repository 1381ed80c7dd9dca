"""ID tokens: kept with the tokens, and claims of those alone that the server signed for this client."""

from __future__ import annotations

import time
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import jwt
import pytest
from attrs import define, field
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import get_default_algorithms

from afresh import (
    APIError,
    ConfigurationError,
    FileStore,
    NotSignedIn,
    SDKError,
    Session,
    SignInFailed,
    Tokens,
    TransportError,
)
from afresh._session.grants.id_token import verify
from afresh._session.steps import Rotated
from afresh._session.token_calls.client_authentication import OAuthClient
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh._tokens import from_json, to_json
from lifecycles import lifecycle_of, live_by
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEYS: dict[str, Any] = {
    "RS256": rsa.generate_private_key(65537, 2048),
    "ES256": ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate(),
}
OTHER = rsa.generate_private_key(65537, 2048)


def public(algorithm: str, private: Any | None = None, **more: Any) -> dict[str, Any]:
    made: Any = get_default_algorithms()[algorithm]
    return {**made.to_jwk((private or KEYS[algorithm]).public_key(), as_dict=True), **more}


@define
class Provider:
    """An OpenID provider on loopback."""

    url: str = ""
    keys: Any = field(factory=lambda: {"keys": [public("RS256", kid="1", use="sig", alg="RS256")]})
    more: dict[str, Any] = field(factory=dict)
    tokens: dict[str, Any] = field(factory=dict)

    def answer(self, asked: Asked) -> Answer:
        if asked.target == "/keys":
            return self.keys if isinstance(self.keys, Answer) else Answer(200, self.keys)
        if asked.target == "/token":
            return Answer(200, {"access_token": "new", "token_type": "Bearer", **self.tokens})
        return Answer(200, {"issuer": self.url, "token_endpoint": f"{self.url}/token", **self.more})

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        said = {"iss": self.url, "sub": "ada", "aud": "sdk", "iat": now, "exp": now + 300, "nonce": "n", **changes}
        return {name: value for name, value in said.items() if value is not None}

    def signed(self, algorithm: str = "RS256", key: Any = None, kid: str | None = "1", **changes: Any) -> str:
        headers = {} if kid is None else {"kid": kid}
        private: Any = key or KEYS.get(algorithm)
        return jwt.encode(self.claims(**changes), private, algorithm, headers)

    def endpoint(self, folder: Path, client: str | None = "sdk") -> TokenEndpoint:
        lifecycle = lifecycle_of(f"x-token-lifecycle: {{metadata: '{self.url}'}}\npaths: {{}}\n", folder)
        client_ = OAuthClient(client)
        return TokenEndpoint(httpx.URL("https://api.example.com"), lifecycle, timeout=30, client=client_)


@contextmanager
def providing() -> Iterator[Provider]:
    provider = Provider()
    with answering(provider.answer) as server:
        provider.url = server.url
        provider.more = {"jwks_uri": f"{server.url}/keys"}
        yield provider


@pytest.fixture(scope="module", name="provider")
def _provider() -> Iterator[Provider]:
    with providing() as provider:
        yield provider


@pytest.mark.parametrize(
    ("algorithm", "keys", "kid"),
    [
        ("RS256", [public("RS256", kid="1", use="sig", alg="RS256")], "1"),
        ("PS256", [public("RS256", kid="1")], "1"),
        ("ES256", [public("RS256", kid="0"), public("ES256", kid="1")], "1"),
        ("EdDSA", [public("EdDSA")], "1"),
        ("RS256", [public("RS256", OTHER), public("RS256")], None),
        ("RS256", [None, {}, {"kty": "RSA"}, public("ES256"), public("RS256", kid="7")], None),
    ],
)
def test_whoever_has_the_servers_key_may_say_who_it_is(
    provider: Provider, tmp_path: Path, algorithm: str, keys: list[Any], kid: str | None
) -> None:
    key = KEYS["RS256"] if algorithm == "PS256" else None
    provider.keys = {"keys": keys}
    token = provider.signed(algorithm, key, kid)
    claims = verify(Tokens("a", id_token=token), provider.endpoint(tmp_path).sender, nonce="n")
    assert claims["sub"] == "ada"


HMAC = "a secret that is as long as it has to be"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"key": OTHER}, "Signature verification failed"),
        ({"kid": "2"}, "the server has no key for it"),
        ({"algorithm": "HS256", "key": HMAC}, "the server has no key for it"),
        ({"algorithm": "none"}, "the server has no key for it"),
        ({"algorithm": "ES256"}, "the server has no key for it"),
        ({"iss": "https://attacker.example"}, "issuer"),
        ({"iss": None}, "iss"),
        ({"sub": None}, "sub"),
        ({"aud": "another"}, "udience"),
        ({"aud": ["sdk", "another"]}, "made for another client"),
        ({"aud": ["sdk", "another"], "azp": "another"}, "made for another client"),
        ({"azp": "another"}, "made for another client"),
        ({"exp": int(time.time()) - 600}, "expired"),
        ({"exp": None}, "exp"),
        ({"iat": int(time.time()) + 10**8}, "not yet valid"),
        ({"nonce": "another"}, "not the answer to this sign-in"),
        ({"nonce": None}, "not the answer to this sign-in"),
        ({"nonce": ["n"]}, "not the answer to this sign-in"),
    ],
)
def test_of_any_other_token_nothing_is_claimed(
    provider: Provider, tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    provider.keys = {"keys": [public("RS256", kid="1", use="sig", alg="RS256")]}
    token = provider.signed(**changes)
    with pytest.raises(SignInFailed, match=message) as raised:
        verify(Tokens("a", id_token=token), provider.endpoint(tmp_path).sender, nonce="n")
    shown = traceback.TracebackException.from_exception(raised.value, capture_locals=True)
    layer = [frame for frame in shown.stack if "/custom/" in frame.filename]
    assert token not in f"{raised.value}{[frame.locals for frame in layer]}"


def test_several_audiences_are_fine_where_the_token_was_made_for_this_client(
    provider: Provider, tmp_path: Path
) -> None:
    provider.keys = {"keys": [public("RS256")]}
    token = provider.signed(aud=["sdk", "api"], azp="sdk", exp=int(time.time()) - 30)  # within the leeway
    assert verify(Tokens("a", id_token=token), provider.endpoint(tmp_path).sender)["azp"] == "sdk"


@pytest.mark.parametrize("token", ["a", "a.b.c", "no-token-at-all"])
def test_what_is_no_token_is_not_one(provider: Provider, tmp_path: Path, token: str) -> None:
    with pytest.raises(SignInFailed):
        verify(Tokens("a", id_token=token), provider.endpoint(tmp_path).sender)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        (Answer(500), APIError),
        (Answer(0), TransportError),
        (Answer(200, b"<html>"), SignInFailed),
        ({"keys": "none"}, SignInFailed),
        ([], SignInFailed),
    ],
)
def test_keys_that_cannot_be_read_verify_nothing(
    provider: Provider, tmp_path: Path, keys: Any, kind: type[SDKError]
) -> None:
    provider.keys = keys
    with pytest.raises(kind):
        verify(Tokens("a", id_token=provider.signed()), provider.endpoint(tmp_path).sender)


def test_without_keys_or_a_client_it_is_said_what_is_missing(tmp_path: Path) -> None:
    with providing() as provider:
        with pytest.raises(ConfigurationError, match="give client_id to the client"):
            verify(Tokens("a", id_token=provider.signed()), provider.endpoint(tmp_path, None).sender)
        provider.more = {}
        with pytest.raises(ConfigurationError, match="add `metadata` to the x-token-lifecycle"):
            verify(Tokens("a", id_token=provider.signed()), provider.endpoint(tmp_path).sender)


def test_the_tenant_of_a_server_with_several_is_the_one_that_the_token_names(tmp_path: Path) -> None:
    """As Microsoft Entra's."""
    with providing() as provider:
        provider.more["issuer"] = f"{provider.url}/{{tenantid}}/v2.0"
        lifecycle = lifecycle_of(
            f"x-token-lifecycle: {{metadata: '{provider.url}/common/v2.0'}}\npaths: {{}}\n", tmp_path
        )
        sdk = OAuthClient("sdk")
        endpoint = TokenEndpoint(httpx.URL("https://api.example.com"), lifecycle, timeout=30, client=sdk)
        good = provider.signed(iss=f"{provider.url}/t1/v2.0", tid="t1")
        assert verify(Tokens("a", id_token=good), endpoint.sender)["tid"] == "t1"
        for tenant in ("t2", None, "t1/v2.0/x"):
            other = provider.signed(iss=f"{provider.url}/t1/v2.0", tid=tenant)
            with pytest.raises(SignInFailed, match="issuer"):
                verify(Tokens("a", id_token=other), endpoint.sender)


# Where they are kept


def test_a_session_keeps_the_id_token_and_says_who_has_signed_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with providing() as provider:
        live_by(f"x-token-lifecycle: {{metadata: '{provider.url}'}}\npaths: {{}}\n", tmp_path, monkeypatch)
        store = FileStore(tmp_path / "session.json")
        session = Session("https://api.example.com", client_id="sdk", store=store, refresh_token="r1")
        with pytest.raises(NotSignedIn, match="ask for the scope `openid`"):
            session.id_token_claims()
        provider.tokens = {"id_token": provider.signed(name="Ada", exp=int(time.time()) - 600), "refresh_token": "r2"}
        first = session.obtain()
        assert first.id_token == provider.tokens["id_token"]
        assert str(first.id_token) not in repr(first)
        with pytest.raises(SignInFailed, match="expired"):
            session.id_token_claims()
        again = Session("https://api.example.com", client_id="sdk", store=store)
        assert again.id_token_claims(may_be_expired=True)["name"] == "Ada"
        provider.tokens = {"refresh_token": "r3"}  # a refresh need not give another (OpenID Connect Core, section 12.2)
        assert again.obtain(rejected=first).id_token == first.id_token
        again.sign_in(Tokens("of somebody else"))
        with pytest.raises(NotSignedIn):
            again.id_token_claims()


def test_what_cannot_be_an_id_token_is_not_kept_and_loses_no_tokens(tmp_path: Path) -> None:
    with providing() as provider:
        for value in (1, "", "a\nb", None, ["x"]):
            provider.tokens = {"id_token": value}
            answer = provider.endpoint(tmp_path).refresh(Tokens("old", "r1"))
            assert isinstance(answer, Rotated)
            assert answer.tokens.id_token is None


def test_stores_written_by_other_versions_are_read() -> None:
    old = '{"format":1,"access_token":"a","refresh_token":null,"expires_at":null,"expires_in":null}'
    assert to_json(Tokens("a")) == old
    assert from_json(old).id_token is None
    newer = old.replace("}", ',"id_token":"x.y.z","something":"else"}')
    assert from_json(newer) == Tokens("a", id_token="x.y.z")
    assert from_json(to_json(Tokens("a", id_token="x.y.z"))).id_token == "x.y.z"
    with pytest.raises(ValueError, match="id_token must be a string"):
        from_json(old.replace("}", ',"id_token":1}'))
