"""Verify ID tokens, which say who has signed in (OpenID Connect Core, section 3.1.3.7)."""

from __future__ import annotations

import time
from contextlib import suppress
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final, cast

from afresh._errors import APIError, ConfigurationError, SignInFailed, TransportError
from afresh._http import httpx
from afresh._session.token_calls.answer import document_of, resolve
from afresh._session.token_calls.client_authentication import jwt_library
from afresh._session.token_calls.metadata import TENANT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afresh._session.token_calls.sending import Sender
    from afresh._tokens import Tokens

ALGORITHMS: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)
"""Those with a public key. What is not signed, or with a secret that others have too, proves nothing."""

CLAIMS: Final = ("iss", "sub", "aud", "exp", "iat")
"""The claims that every ID token has."""

LEEWAY: Final = 60
"""How far the clocks of the server and of this machine may differ, in seconds."""


def verify(tokens: Tokens, sender: Sender, *, nonce: str | None = None, may_be_expired: bool = False) -> dict[str, Any]:
    """Return the claims of an ID token if its signature, issuer, audience, times and nonce are right.

    The server's keys are fetched each time, since servers replace them.

    Args:
        tokens: What has the token. A traceback's locals would show the text alone.
        sender: Knows the client and its server.
        nonce: The nonce of the sign-in that it came with; None if that had none.
        may_be_expired: Whether it may have expired since.

    Raises:
        SignInFailed: The token is not valid, or not for this client.
        ConfigurationError: PyJWT is not installed, or the server's metadata does not say where its keys are.
        APIError: The server failed.
        TransportError: The server did not respond.
    """
    jwt = jwt_library("verifying an ID token")
    server, client_id = sender.authorization_server(), sender.client.id
    if server.issuer is None or server.jwks_uri is None or client_id is None:
        raise ConfigurationError(
            "an ID token can be verified only by the server's metadata and for a client: add `metadata` to the "
            "x-token-lifecycle of the API's description, and give client_id to the client"
        )
    reason = "the server has no key for it"
    claims: dict[str, Any] | None = None
    for key in _keys(jwt, str(tokens.id_token), _documents(sender, httpx.URL(server.jwks_uri))):
        try:
            claims = jwt.decode(
                str(tokens.id_token),
                key,
                sorted(ALGORITHMS),
                {"require": [*CLAIMS], "verify_exp": not may_be_expired},
                audience=client_id,
                issuer=_issuer(jwt, str(tokens.id_token), server.issuer),
                leeway=LEEWAY,
            )
        except jwt.PyJWTError as error:
            reason = str(error)
    if claims is None:
        raise SignInFailed(f"the ID token is not valid ({reason}), and says nothing about anybody: sign in again")
    has_others = not isinstance(claims["aud"], str) and len(claims["aud"]) > 1
    if claims.get("azp", client_id) != client_id or (has_others and "azp" not in claims):
        raise SignInFailed("the ID token was made for another client: sign in again")
    if nonce is not None and not compare_digest(str(claims.get("nonce")).encode(), nonce.encode()):
        raise SignInFailed("the ID token is not the answer to this sign-in: sign in again")
    return claims


def _issuer(jwt: Any, id_token: str, issuer: str) -> str:
    """Return the issuer that an ID token must name; with the tenant that it names, where the server has several."""
    if TENANT not in issuer:
        return issuer
    tenant = jwt.decode(id_token, options={"verify_signature": False}).get("tid")
    return issuer.replace(TENANT, str(tenant))


def _documents(sender: Sender, url: httpx.URL) -> list[object]:
    """Fetch the server's keys (RFC 7517)."""
    arguments: dict[str, Any] = {"params": {}, "headers": {"Accept": "application/json", "Accept-Encoding": "identity"}}
    try:
        response = sender.request("GET", url, lambda: arguments, until=time.monotonic() + sender.timeout)
    except httpx.RequestError as error:
        raise TransportError.of(error) from None
    if not response.is_success:
        raise APIError.of(response)
    with suppress(ValueError):
        keys = resolve(document_of(response), ("keys",))
        return cast("list[object]", keys) if isinstance(keys, list) else []
    return []


def _keys(jwt: Any, id_token: str, documents: list[object]) -> Iterator[Any]:
    """Yield the keys that may have signed a token, by what its header says."""
    try:
        header = jwt.get_unverified_header(id_token)
    except jwt.PyJWTError:
        return
    algorithm, key_id = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        return
    for document in documents:
        said = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
        is_named = key_id is None or said.get("kid") in {None, key_id}
        if is_named and said.get("use") in {None, "sig"} and said.get("alg") in {None, algorithm}:
            try:
                key = jwt.PyJWK(said, algorithm)
            except Exception:  # noqa: BLE001, S112 - a key of another kind, or a broken one
                continue
            yield key
