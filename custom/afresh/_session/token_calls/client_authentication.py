"""How the OAuth2 client says who it is (RFC 6749, section 2.3; RFC 7523)."""

from __future__ import annotations

import json
import re
import time
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any, Final, Literal, cast
from urllib.parse import quote_plus

from attrs import field, frozen

from afresh._connection import DISTRIBUTION
from afresh._errors import ConfigurationError

if TYPE_CHECKING:
    from types import ModuleType

    from afresh_api.lifecycle import TokenCall

FORM: Final = "application/x-www-form-urlencoded"

LIFETIME: Final = 60
"""How long an assertion is valid, in seconds. It is made anew for each call."""

ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

CURVES: Final = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512", "secp256k1": "ES256K"}
"""The algorithms of elliptic curves (RFC 7518, section 3.4; RFC 8812)."""

_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+")


def jwt_library(purpose: str) -> ModuleType:
    """Return PyJWT, an optional dependency.

    Raises:
        ConfigurationError: It is not installed, or not with what signatures need.
    """
    try:
        import_module("cryptography")  # PyJWT can be installed without it
        return import_module("jwt")
    except ModuleNotFoundError:
        raise ConfigurationError(f"{purpose} needs PyJWT: pip install '{DISTRIBUTION}[jwt]'") from None


@frozen
class ClientKey:
    """The private key of an OAuth2 client that signs assertions in place of a secret (RFC 7523): `private_key_jwt`.

    Needs PyJWT: `pip install 'afresh-sdk[jwt]'`.

    Args:
        key: The key as a PEM text, or as a JWK, as a mapping or as JSON text.
        key_id: The `kid` under which the server knows the public key. Default: the one of the JWK.
        algorithm: The algorithm of the signature, such as `PS256`. Default: the one of the JWK, or `RS256`, `ES256`,
            `ES384`, `ES512` or `EdDSA`, by the key.
        audience: Whom the assertions are for. Default: the server's issuer, or else the token endpoint.

    Raises:
        ConfigurationError: The key cannot be read, or PyJWT is not installed.
    """

    key: str | Mapping[str, Any] = field(repr=False)
    key_id: str | None = None
    algorithm: str | None = None
    audience: str | None = None

    def __attrs_post_init__(self) -> None:
        try:
            self.assertion("", "")
        except ConfigurationError:
            raise
        except Exception as error:  # noqa: BLE001 - of several libraries; its text may hold the key
            raise ConfigurationError(
                f"the key of the client cannot be used ({type(error).__name__}): give a private key as PEM or JWK, "
                "and an algorithm that fits it"
            ) from None

    def assertion(self, client_id: str, audience: str) -> str:
        """Return a signed assertion for one call (RFC 7523, section 3)."""
        jwt = jwt_library("a ClientKey")
        jwk = self._jwk()
        if jwk is None:
            from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415 - optional

            key: Any = load_pem_private_key(str(self.key).encode(), None)
            algorithm = self.algorithm or _algorithm(key)
        else:
            loaded = jwt.PyJWK(jwk, self.algorithm)
            key, algorithm = loaded.key, loaded.algorithm_name
        key_id = self.key_id or (jwk or {}).get("kid")
        now = int(time.time())
        claims = {
            "iss": client_id,
            "sub": client_id,
            "aud": self.audience or audience,
            "jti": token_urlsafe(16),
            "iat": now,
            "exp": now + LIFETIME,
        }
        return str(jwt.encode(claims, key, algorithm, {"kid": key_id} if key_id else None))

    def _jwk(self) -> dict[str, Any] | None:
        if isinstance(self.key, Mapping):
            return {**self.key}
        with suppress(ValueError):
            document: object = json.loads(self.key)
            if isinstance(document, dict):
                return cast("dict[str, Any]", document)
        return None


def _algorithm(key: Any) -> str:
    curve = getattr(key, "curve", None)
    if curve is not None:
        return CURVES[curve.name]
    return "RS256" if hasattr(key, "private_numbers") else "EdDSA"


@frozen
class OAuthClient:
    """The id of the OAuth2 client (RFC 6749, section 2.2), and its secret or key. A public client has neither.

    Raises:
        ConfigurationError: One of them has characters that RFC 6749, appendix A, does not allow, or there is a secret
            or a key without an id, or both of them.
    """

    id: str | None = None
    secret: str | None = field(default=None, repr=False)
    key: ClientKey | None = None

    def __attrs_post_init__(self) -> None:
        for name, value in (("client_id", self.id), ("client_secret", self.secret)):
            if value is not None and not _PRINTABLE.fullmatch(value):
                raise ConfigurationError(f"{name} must consist of printable ASCII characters, without line breaks")
        if self.secret is not None and self.id is None:
            raise ConfigurationError("client_secret was given without client_id: give both")
        if self.key is not None and (self.id is None or self.secret is not None):
            raise ConfigurationError("client_key was given without client_id, or with client_secret: give id and key")


NO_CLIENT: Final = OAuthClient()


class Hidden(dict[str, Any]):
    """A body whose repr shows nothing, for frames that a traceback with locals may show."""

    def __repr__(self) -> str:
        return "{…}"


@frozen
class Authentication:
    """How a client says who it is in one call.

    Attributes:
        client: The client.
        method: Where its secret goes. Without a secret, a form has its id.
        audience: Whom its assertions are for.
    """

    client: OAuthClient
    method: Literal["basic", "form", "none"]
    audience: str = ""

    def complete(self, call: TokenCall, headers: dict[str, str], body: dict[str, Any]) -> None:
        """Add it to a request (RFC 6749, section 2.3.1), unless a placement did."""
        client = self.client
        if self.method == "none" or client.id is None:
            return
        if self.method == "basic" and client.secret is not None:
            if not any(name.lower() == "authorization" for name in headers):
                pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
                headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        elif call.media_type == FORM:
            body["client_id"] = client.id
            if client.secret is not None:
                body["client_secret"] = client.secret
            elif client.key is not None:
                body["client_assertion_type"] = ASSERTION_TYPE
                body["client_assertion"] = client.key.assertion(client.id, self.audience)
