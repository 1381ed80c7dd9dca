"""Read the tokens from a response, at the places that the API's token lifecycle names."""

from __future__ import annotations

import json
import logging
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from afresh._errors import DecodeError, described
from afresh._http_date import http_date
from afresh._pointer import resolve
from afresh._tokens import TOKEN, Tokens

from .body import document_of

if TYPE_CHECKING:
    import httpx

    from afresh_api.lifecycle import TokenFields

log = logging.getLogger("afresh")

LARGEST_EXPIRY: Final = 1e13
"""The largest usable expiry, a little above today's time in milliseconds. A larger number means never."""

URL_SAFE: Final = str.maketrans("+/", "-_")
"""From the standard alphabet of base64 to the one of JWTs (RFC 4648, sections 4 and 5)."""

OTHER_TOKEN_TYPES: Final = frozenset({"dpop", "mac", "pop", "hok", "n_a"})
"""Token types, in lower case, that cannot be sent as `Authorization: Bearer …` (RFC 9449, RFC 8693 and drafts).

All others are sent as Bearer: servers also write `JWT`, `access_token` or `Token` when they mean it.
"""


def read_tokens(response: httpx.Response, fields: TokenFields, *, previous: Tokens | None = None) -> Tokens:
    """Return the tokens from the response to a login or refresh that has just arrived.

    Only a missing or unusable access token is an error. An expiry that cannot be read counts as unknown.

    Args:
        response: A 2xx response.
        fields: The places of the tokens in its JSON.
        previous: The tokens that were refreshed. If the server does not rotate the refresh token, it sends none, and
            the old one stays valid (RFC 6749, section 6).

    Raises:
        DecodeError: The response has no access token, or none that can be sent. The error does not quote the body.
    """
    try:
        document = document_of(response)
    except ValueError as error:
        raise DecodeError(f"the answer that should hold the tokens {error}.", **described(response)) from None
    access_token = resolve(document, fields.access_token)
    if not isinstance(access_token, str) or not access_token:
        pointer = "/".join(("", *fields.access_token))
        raise DecodeError(
            f"the answer holds no access token at {pointer}: say in `tokens` of the description's x-token-lifecycle "
            "where it is.",
            **described(response),
        )
    _refuse_other_types(document, fields, response)
    refresh_token = _refresh_token(document, fields, previous)
    lifetime = _described_lifetime(document, fields, response.headers)
    if lifetime is None:
        lifetime = _jwt_lifetime(access_token, response.headers)
    try:
        return Tokens.issued(access_token, refresh_token=refresh_token, expires_in=lifetime)
    except ValueError as error:
        raise DecodeError(f"the answer's tokens cannot be used: {error}.", **described(response)) from None


def _refuse_other_types(document: object, fields: TokenFields, response: httpx.Response) -> None:
    """Refuse tokens that cannot be sent as Bearer, by the token type in the response (RFC 6749, section 7.1)."""
    *outer, _ = fields.access_token
    for name in ("token_type", "tokenType"):
        token_type = resolve(document, (*outer, name))
        if isinstance(token_type, str) and token_type.strip().lower() in OTHER_TOKEN_TYPES:
            log.error("the server issued tokens of the type %s, which cannot be sent as Bearer", token_type.strip())
            raise DecodeError(
                f"the server issued tokens of the type {token_type.strip()}, which cannot be sent as Bearer. They were "
                "not kept, and the refresh token or grant that was exchanged for them may be used up. Configure the "
                "server to issue Bearer tokens to this client.",
                **described(response),
            )


def _refresh_token(document: object, fields: TokenFields, previous: Tokens | None) -> str | None:
    """Return the refresh token of a response, or else the previous one."""
    value = resolve(document, fields.refresh_token) if fields.refresh_token else None
    if isinstance(value, str) and TOKEN.fullmatch(value):
        return value
    if value:
        log.warning("the answer's refresh token is not a string of printable ASCII characters: it was not kept")
    return previous.refresh_token if previous else None


def _described_lifetime(document: object, fields: TokenFields, headers: httpx.Headers) -> float | None:
    """Return the access token's lifetime in seconds, from the field that the lifecycle names; None if unknown."""
    if fields.expires_in:
        return _parse_number(resolve(document, fields.expires_in))
    if fields.expires_in_ms:
        milliseconds = _parse_number(resolve(document, fields.expires_in_ms))
        return None if milliseconds is None else milliseconds / 1000
    expiry = _parse_time(resolve(document, fields.expires_at)) if fields.expires_at else None
    if expiry is None:
        return None
    # The server's clock and this machine's may differ, so compute the difference on the server's alone.
    return (expiry - (http_date(headers.get("date")) or datetime.now(UTC))).total_seconds()


def _parse_time(value: object) -> datetime | None:
    """Return the time that an ISO 8601 text or a number of seconds since 1970 stands for; None for anything else."""
    try:
        if (timestamp := _parse_number(value)) is not None:
            return datetime.fromtimestamp(timestamp, UTC)
        expiry = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (OSError, OverflowError, ValueError):
        return None
    return expiry if expiry is None or expiry.tzinfo else expiry.replace(tzinfo=UTC)


def _jwt_lifetime(access_token: str, headers: httpx.Headers) -> float | None:
    """Return the lifetime of a JWT access token in seconds, from its claims (RFC 7519); None if unknown.

    The claims are not verified: a client does not have the key. They only decide when the token is renewed.
    """
    try:
        _, payload, _ = access_token.split(".")
        # Some servers write a JWT in the standard alphabet, for which Python 3.15 has urlsafe_b64decode warn.
        payload = payload.translate(URL_SAFE)
        claims: object = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    expires_at, issued_at = (_parse_number(resolve(claims, (name,))) for name in ("exp", "iat"))
    if expires_at is None:
        return None
    if issued_at is not None:  # both come from the same clock; the Date header may come from another
        return expires_at - issued_at
    now = http_date(headers.get("date"))
    return None if now is None else expires_at - now.timestamp()


def _parse_number(value: object) -> float | None:
    """Return a number, also if it is written as a string; None for anything else, and for absurdly large numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if abs(number) < LARGEST_EXPIRY else None
