"""Clients that sign assertions with a private key, in place of a secret (RFC 7523)."""

from __future__ import annotations

import json
import pickle
import sys
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import get_default_algorithms

from afresh import Client, ClientKey, ConfigurationError, Session, Tokens
from lifecycles import form, live_by
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from pathlib import Path

RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.generate_private_key(ec.SECP256R1())
ED25519 = ed25519.Ed25519PrivateKey.generate()
TOKENS = Answer(200, {"access_token": "new", "refresh_token": "r2"})


def pem(key: Any) -> str:
    text: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return text.decode()


def jwk(key: Any, algorithm: str, **more: Any) -> dict[str, Any]:
    made: Any = get_default_algorithms()[algorithm]
    return {**made.to_jwk(key, as_dict=True), **more}


@pytest.mark.parametrize(
    ("key", "private", "algorithm", "key_id"),
    [
        (ClientKey(pem(RSA)), RSA, "RS256", None),
        (ClientKey(pem(RSA), key_id="k1", algorithm="PS256"), RSA, "PS256", "k1"),
        (ClientKey(pem(P256)), P256, "ES256", None),
        (ClientKey(pem(ec.generate_private_key(ec.SECP384R1()))), None, "ES384", None),
        (ClientKey(pem(ED25519), "k2"), ED25519, "EdDSA", "k2"),
        (ClientKey(jwk(P256, "ES256", kid="k3")), P256, "ES256", "k3"),
        (ClientKey(json.dumps(jwk(RSA, "RS256", alg="RS512", kid="k4"))), RSA, "RS512", "k4"),
        (ClientKey(jwk(ED25519, "EdDSA", kid="k5"), key_id="k6"), ED25519, "EdDSA", "k6"),
    ],
)
def test_an_assertion_names_the_client_and_is_signed(
    key: ClientKey, private: Any, algorithm: str, key_id: str | None
) -> None:
    assertion = key.assertion("sdk", "https://id.example.com")
    header = jwt.get_unverified_header(assertion)
    assert (header["alg"], header.get("kid")) == (algorithm, key_id)
    if private is not None:
        claims = jwt.decode(assertion, private.public_key(), [algorithm], audience="https://id.example.com")
        assert claims["iss"] == claims["sub"] == "sdk"
        assert claims["exp"] - claims["iat"] == 60
        again = jwt.decode(key.assertion("sdk", ""), options={"verify_signature": False})
        assert again["jti"] != claims["jti"]


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [
        ("hunter2", None),
        ("[]", None),
        ({"kty": "RSA", "n": "hunter2"}, None),
        ({}, None),
        (pem(P256), "RS256"),
        (pem(RSA), "none"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_of_at_once_and_not_shown(key: Any, algorithm: str | None) -> None:
    with pytest.raises(ConfigurationError, match="the key of the client cannot be used") as raised:
        ClientKey(key, algorithm=algorithm)
    assert "hunter2" not in str(raised.value)


def test_a_key_is_in_no_repr() -> None:
    assert "PRIVATE" not in repr(ClientKey(pem(P256)))


def test_without_the_library_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jwt", None)
    with pytest.raises(ConfigurationError, match=r"a ClientKey needs PyJWT: pip install 'afresh-sdk\[jwt\]'"):
        ClientKey(pem(P256))


@pytest.mark.parametrize("arguments", [{}, {"client_id": "sdk", "client_secret": "s"}])
def test_a_key_stands_in_place_of_a_secret_and_needs_an_id(arguments: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="client_key was given without client_id, or with client_secret"):
        Client("https://api.example.com", client_key=ClientKey(pem(P256)), **arguments)


def test_tokens_are_renewed_with_an_assertion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = ""

    def answer(asked: Asked) -> Answer:
        return TOKENS if asked.method == "POST" else Answer(200, {"issuer": url, "token_endpoint": f"{url}/token"})

    with answering(answer) as server:
        url = server.url
        live_by(f"x-token-lifecycle: {{metadata: '{url}'}}\npaths: {{}}\n", tmp_path, monkeypatch)
        session = Session("https://api.example.com", client_id="sdk", client_key=ClientKey(pem(P256)), tokens=OLD)
        for one in (session, pickle.loads(pickle.dumps(session))):
            one.sign_in(OLD)
            assert one.obtain(rejected=OLD).access_token == "new"
            sent = form(server.asked[-1])
            assert sent["client_id"] == "sdk"
            assert sent["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
            assert jwt.decode(sent["client_assertion"], P256.public_key(), ["ES256"], audience=url)["sub"] == "sdk"
            assert "client_secret" not in sent


OLD = Tokens("old", "r1")


def test_without_metadata_it_is_for_the_token_endpoint_or_whom_the_key_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scheme = "{type: oauth2, flows: {clientCredentials: {tokenUrl: '/token?tenant=1', scopes: {}}}}"
    live_by(f"paths: {{}}\ncomponents: {{securitySchemes: {{o: {scheme}}}}}\n", tmp_path, monkeypatch)
    with answering(lambda _: TOKENS) as server:
        for said, expected in (
            (None, f"{server.url}/token"),
            ("https://tenant.example.com", "https://tenant.example.com"),
        ):
            key = ClientKey(pem(P256), audience=said)
            Session(server.url, client_id="sdk", client_key=key).obtain()
            claims = jwt.decode(form(server.asked[-1])["client_assertion"], options={"verify_signature": False})
            assert claims["aud"] == expected
