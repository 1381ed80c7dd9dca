"""Reading tokens out of an answer, where the API's token lifecycle says that they stand."""

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

LONGEST_LIFE: Final = 1e13
"""What no expiry exceeds, not even a moment in milliseconds; a greater number stands for never."""

URL_SAFE: Final = str.maketrans("+/", "-_")
"""From the standard alphabet of base64 to the one of JWTs (RFC 4648, sections 4 and 5)."""

NOT_BEARER: Final = frozenset({"dpop", "mac", "pop", "hok", "n_a"})
"""Token types that no server takes as `Authorization: Bearer …` (RFC 9449, RFC 8693 and drafts), in lower case.

Any other is sent so: servers also say `JWT`, `access_token` or `Token` where they mean Bearer.
"""


def read_tokens(response: httpx.Response, fields: TokenFields, *, before: Tokens | None = None) -> Tokens:
    """Read the tokens of a login or refresh answer that has just arrived.

    Nothing but a missing or unusable access token is an error: what cannot be read of the expiry is unknown.

    Args:
        response: A 2xx answer.
        fields: Where the tokens stand in its JSON.
        before: The tokens that were refreshed: a server that does not rotate sends no refresh token, and the old one
            stays good (RFC 6749, section 6).

    Raises:
        DecodeError: There is no access token there, or none that can be sent. It shows nothing of the body.
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
    refresh_token = _refresh_token(document, fields, before)
    life = _described_life(document, fields, response.headers)
    if life is None:
        life = _life_of_jwt(access_token, response.headers)
    try:
        return Tokens.issued(access_token, refresh_token=refresh_token, expires_in=life)
    except ValueError as error:
        raise DecodeError(f"the answer holds tokens that are none: {error}.", **described(response)) from None


def _refuse_other_types(document: object, fields: TokenFields, response: httpx.Response) -> None:
    """Refuse tokens that cannot be used as Bearer, by the type (RFC 6749, section 7.1) beside the access token."""
    *outer, _ = fields.access_token
    for name in ("token_type", "tokenType"):
        kind = resolve(document, (*outer, name))
        if isinstance(kind, str) and kind.strip().lower() in NOT_BEARER:
            log.error("the server issued tokens of the type %s, which are of no use here", kind.strip())
            raise DecodeError(
                f"the server issued tokens of the type {kind.strip()}, which cannot be sent as Bearer. These were not "
                "kept, and what they were issued for may be spent. Have the server issue Bearer tokens to this "
                "client.",
                **described(response),
            )


def _refresh_token(document: object, fields: TokenFields, before: Tokens | None) -> str | None:
    """Give the refresh token of an answer, else the one that was there before."""
    found = resolve(document, fields.refresh_token) if fields.refresh_token else None
    if isinstance(found, str) and TOKEN.fullmatch(found):
        return found
    if found:
        log.warning("the answer's refresh token is no text of printable ASCII characters: it was not kept")
    return before.refresh_token if before else None


def _described_life(document: object, fields: TokenFields, headers: httpx.Headers) -> float | None:
    """Give the seconds that the access token lives, by the field that the API has; None where unknown."""
    if fields.expires_in:
        return _number(resolve(document, fields.expires_in))
    if fields.expires_in_ms:
        milliseconds = _number(resolve(document, fields.expires_in_ms))
        return None if milliseconds is None else milliseconds / 1000
    moment = _moment(resolve(document, fields.expires_at)) if fields.expires_at else None
    if moment is None:
        return None
    # Servers' clocks are wrong, as this machine's is: the difference on one of them is right.
    return (moment - (http_date(headers.get("date")) or datetime.now(UTC))).total_seconds()


def _moment(value: object) -> datetime | None:
    """Give a moment, by its text or the seconds since 1970; None for anything else."""
    try:
        if (timestamp := _number(value)) is not None:
            return datetime.fromtimestamp(timestamp, UTC)
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (OSError, OverflowError, ValueError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _life_of_jwt(access_token: str, headers: httpx.Headers) -> float | None:
    """Give the seconds that an access token lives by its own claims (RFC 7519), where it is a JWT; None where unknown.

    Nobody here has the key to verify them. All that hangs on them is when the token is renewed.
    """
    try:
        _, payload, _ = access_token.split(".")
        # Some servers write a JWT in the standard alphabet, for which Python 3.15 has urlsafe_b64decode warn.
        payload = payload.translate(URL_SAFE)
        claims: object = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    expires_at, issued_at = (_number(resolve(claims, (name,))) for name in ("exp", "iat"))
    if expires_at is None:
        return None
    if issued_at is not None:  # both by the same clock, which the Date header may not be
        return expires_at - issued_at
    now = http_date(headers.get("date"))
    return None if now is None else expires_at - now.timestamp()


def _number(value: object) -> float | None:
    """Give a number, also one that is written as a string; None for anything else, and for what is beyond all use."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if abs(number) < LONGEST_LIFE else None
