"""Reading tokens out of an answer, where the API's token lifecycle says that they stand."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from ._errors import DecodeError, described
from ._pointer import resolve
from ._tokens import Tokens

if TYPE_CHECKING:
    import httpx

    from afresh_api.lifecycle import TokenFields


LONGEST_LIFE: Final = 1e13
"""What no expiry exceeds, not even a moment in milliseconds; a greater number stands for never."""


def read_tokens(response: httpx.Response, fields: TokenFields, *, before: Tokens | None = None) -> Tokens:
    """Read the tokens of a login or refresh answer that has just arrived.

    Args:
        response: A 2xx answer.
        fields: Where the tokens stand in its JSON.
        before: The tokens that were refreshed: a server that does not rotate sends no refresh token, and the old one
            stays good (RFC 6749, section 6).

    Raises:
        DecodeError: There is no access token there. It shows nothing of the body.
    """
    try:
        document = response.json()
    except (ValueError, RecursionError):
        raise DecodeError("the answer that should hold the tokens is not JSON.", **described(response)) from None
    access_token = resolve(document, fields.access_token)
    if not isinstance(access_token, str) or not access_token:
        pointer = "/".join(("", *fields.access_token))
        raise DecodeError(
            f"the answer holds no access token at {pointer}: say in `tokens` of the description's x-token-lifecycle "
            "where it is.",
            **described(response),
        )
    refresh_token = resolve(document, fields.refresh_token) if fields.refresh_token else None
    if not isinstance(refresh_token, str) or not refresh_token:
        refresh_token = before.refresh_token if before else None
    life = _described_life(document, fields, response.headers)
    if life is None:
        life = _life_of_jwt(access_token, response.headers)
    try:
        return Tokens.issued(access_token, refresh_token=refresh_token, expires_in=life)
    except ValueError as error:
        raise DecodeError(f"the answer holds tokens that are none: {error}.", **described(response)) from None


def _described_life(document: object, fields: TokenFields, headers: httpx.Headers) -> float | None:
    """Give the seconds that the access token lives, by the field that the API has; None where unknown."""
    if fields.expires_in:
        return _number(resolve(document, fields.expires_in))
    if fields.expires_in_ms:
        milliseconds = _number(resolve(document, fields.expires_in_ms))
        return None if milliseconds is None else milliseconds / 1000
    expires_at = resolve(document, fields.expires_at) if fields.expires_at else None
    try:
        if (timestamp := _number(expires_at)) is not None:
            moment = datetime.fromtimestamp(timestamp, UTC)
        else:
            moment = datetime.fromisoformat(str(expires_at))
    except (OSError, OverflowError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - (_server_time(headers) or datetime.now(UTC))).total_seconds()


def _life_of_jwt(access_token: str, headers: httpx.Headers) -> float | None:
    """Give the seconds that an access token lives by its own claims (RFC 7519), where it is a JWT; None where unknown.

    Nobody here has the key to verify them. All that hangs on them is when the token is renewed.
    """
    try:
        _, payload, _ = access_token.split(".")
        claims: object = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, RecursionError):
        return None
    expires_at, issued_at = (_number(resolve(claims, (name,))) for name in ("exp", "iat"))
    now = _server_time(headers)
    begin = now.timestamp() if now else issued_at
    return None if expires_at is None or begin is None else expires_at - begin


def _server_time(headers: httpx.Headers) -> datetime | None:
    """Give the time by the server's own clock, since this machine's may be wrong; None where it does not say."""
    try:
        moment = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(value: object) -> float | None:
    """Give a number, also one that is written as a string; None for anything else, and for what is beyond all use."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number if abs(number) < LONGEST_LIFE else None
