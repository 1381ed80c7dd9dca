"""`Tokens`: the access and refresh token of a session, when they are due for renewal, and the JSON that stores keep."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from attrs import field, frozen
from attrs.validators import optional

if TYPE_CHECKING:
    from attrs import Attribute

NONE_YET: Final = "none-yet"
"""The placeholder for an access token that the first request is to get. It is sent nowhere."""

LONG_AGO: Final = datetime.fromtimestamp(0, UTC)

LEEWAY: Final = 30.0
"""How long before expiry tokens are renewed, in seconds; a tenth of their lifetime if that is shorter."""


TOKEN: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
"""The syntax of a token (RFC 6749, appendix A.12), without leading or trailing spaces, which a header would lose."""


def _redacted(value: str | None) -> str:
    return "None" if value is None else "'…'"


def _are_tokens(_: object, attribute: Attribute[Any], value: tuple[tuple[str, str], ...]) -> None:
    for pair in value:
        for text in pair:
            _is_token(None, attribute, text)


def _is_token(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse a value that cannot be sent in a header. The error does not quote it."""
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise ValueError(f"{attribute.name} must be a string of printable ASCII characters")


def _is_aware(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError(f"{attribute.name} must be a datetime with a time zone")


@frozen
class Tokens:
    """An access token, its refresh token and its expiry. The repr shows no secret.

    Args:
        access_token: Sent as `Authorization: Bearer …` (RFC 6750, section 2.1).
        refresh_token: Exchanged for new tokens (RFC 6749, section 6); None if the server issued none.
        expires_at: When the access token expires, as a datetime with a time zone, such as UTC; None if unknown.
        expires_in: The lifetime of the access token in seconds, from its issue; None if unknown.
        id_token: The ID token of OpenID Connect; None if the server issued none. `Session.id_token_claims` verifies it.
        csrf: The values that requests send back against request forgery, each with its name, for APIs with sessions in
            cookies.
        cookie_path: The path that the cookie of the access token is for; None for the whole API.

    Raises:
        ValueError: A token is not a string of printable ASCII characters, or `expires_at` has no time zone.
    """

    access_token: str = field(repr=_redacted, validator=_is_token)
    refresh_token: str | None = field(default=None, repr=_redacted, validator=optional(_is_token))
    expires_at: datetime | None = field(default=None, validator=optional(_is_aware))
    expires_in: float | None = None
    id_token: str | None = field(default=None, repr=_redacted, validator=optional(_is_token))
    csrf: tuple[tuple[str, str], ...] = field(default=(), repr=False, validator=_are_tokens, kw_only=True)
    cookie_path: str | None = field(default=None, repr=False, kw_only=True)

    @classmethod
    def issued(
        cls,
        access_token: str,
        *,
        refresh_token: str | None = None,
        expires_in: float | None = None,
        id_token: str | None = None,
    ) -> Tokens:
        """Return tokens that expire `expires_in` seconds from now.

        The expiry is unknown if that is None, not positive, or beyond what a datetime can hold.
        """
        try:
            if expires_in and expires_in > 0:
                expires_at = datetime.now(UTC) + timedelta(seconds=expires_in)
                return cls(access_token, refresh_token, expires_at, expires_in, id_token)
        except OverflowError:
            pass
        return cls(access_token, refresh_token, id_token=id_token)

    @classmethod
    def to_renew(cls, refresh_token: str) -> Tokens:
        """Return tokens of which only the refresh token is known. The first request renews them."""
        return cls(NONE_YET, refresh_token, LONG_AGO)

    def remaining(self) -> float | None:
        """Return the seconds until expiry by this machine's wall clock. Negative if expired, None if unknown."""
        return None if self.expires_at is None else (self.expires_at - datetime.now(UTC)).total_seconds()


NOBODY: Final = Tokens(NONE_YET, None, LONG_AGO)
"""The tokens of a session that signs in with its credentials at the first request."""


def renewal_due(*, now: float, remaining: float | None, expires_in: float | None) -> float | None:
    """Return when tokens are due for renewal, ahead of expiry; None if the expiry is unknown.

    Args:
        now: The current time in seconds, on any clock. The result is on the same clock.
        remaining: Seconds until expiry; None if unknown.
        expires_in: The lifetime in seconds; None if unknown.
    """
    if remaining is None:
        return None
    return now + remaining - leeway(expires_in)


def leeway(expires_in: float | None) -> float:
    """Return how long before expiry tokens with this lifetime are renewed, in seconds.

    This is at most a tenth of the lifetime. Otherwise tokens that live shorter than `LEEWAY` would always be due.
    """
    return LEEWAY if expires_in is None else min(LEEWAY, expires_in / 10)


def to_json(tokens: Tokens) -> str:
    """Serialize tokens."""
    document: dict[str, object] = {
        "format": 1,
        "access_token": tokens.access_token,
        "refresh_token": tokens.refresh_token,
        "expires_at": tokens.expires_at and tokens.expires_at.isoformat(),
        "expires_in": tokens.expires_in,
        **({} if tokens.id_token is None else {"id_token": tokens.id_token}),
    }
    # Only APIs with sessions in cookies have these. Earlier versions do not read them.
    if tokens.csrf:
        document["csrf"] = dict(tokens.csrf)
    if tokens.cookie_path is not None:
        document["cookie_path"] = tokens.cookie_path
    return json.dumps(document, separators=(",", ":"))  # compact, for keyrings with short entries


def from_json(text: str | bytes) -> Tokens:
    """Parse tokens.

    Raises:
        ValueError: The text holds no tokens, or has the format of a later version. The error does not quote it.
    """
    document: Any = json.loads(text)
    match document:
        case {
            "format": 1,
            "access_token": str(access_token),
            "refresh_token": str() | None as refresh_token,
            "expires_at": str() | None as expires_at,
            "expires_in": int() | float() | None as expires_in,
        }:
            expiry = None if expires_at is None else datetime.fromisoformat(expires_at)
            id_token: Any = document.get("id_token")
            return Tokens(access_token, refresh_token, expiry, expires_in, id_token, **_extras(document))
        case _:
            raise ValueError("no tokens in a known format")


def _extras(document: dict[str, Any]) -> dict[str, Any]:
    """Return what is kept besides the tokens; what has another form counts as missing."""
    csrf, path = document.get("csrf"), document.get("cookie_path")
    pairs = cast("dict[str, Any]", csrf).items() if isinstance(csrf, dict) else ()
    return {
        "csrf": tuple((name, value) for name, value in pairs if isinstance(value, str)),
        "cookie_path": path if isinstance(path, str) else None,
    }
