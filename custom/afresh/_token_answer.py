"""Reading tokens out of an answer, where the API's token lifecycle says that they stand."""

from __future__ import annotations

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
            f"the answer holds no access token at {pointer}: correct `tokens` in the description's x-token-lifecycle.",
            **described(response),
        )
    refresh_token = resolve(document, fields.refresh_token) if fields.refresh_token else None
    if not isinstance(refresh_token, str) or not refresh_token:
        refresh_token = before.refresh_token if before else None
    try:
        return Tokens.issued(
            access_token, refresh_token=refresh_token, expires_in=_life(document, fields, response.headers)
        )
    except ValueError as error:
        raise DecodeError(f"the answer holds tokens that are none: {error}.", **described(response)) from None


def _life(document: object, fields: TokenFields, headers: httpx.Headers) -> float | None:
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
    return (moment - _server_time(headers)).total_seconds()


def _server_time(headers: httpx.Headers) -> datetime:
    """Give the time by the server's own clock, since this machine's may be wrong."""
    try:
        moment = parsedate_to_datetime(headers["date"])
    except (KeyError, ValueError):
        return datetime.now(UTC)
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
