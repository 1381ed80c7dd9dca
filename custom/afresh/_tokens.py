"""`Tokens`: what a signed-in session holds, and when it is due for renewal."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from attrs.validators import optional

if TYPE_CHECKING:
    from attrs import Attribute

LEEWAY: Final = 30.0
"""Seconds before expiry at which tokens are renewed; a tenth of their life where that is shorter."""


TOKEN: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
"""What a token is made of (RFC 6749, appendix A.12), as far as it survives in a header."""


def _redacted(value: str | None) -> str:
    return "None" if value is None else "'…'"


def _is_token(_: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse what could not be sent in a header, without showing it."""
    if not isinstance(value, str) or not TOKEN.fullmatch(value):
        raise ValueError(f"{attribute.name} must be a string of printable ASCII characters")


def _is_aware(_: object, attribute: Attribute[Any], value: object) -> None:
    if not isinstance(value, datetime) or value.utcoffset() is None:
        raise ValueError(f"{attribute.name} must be a datetime with a time zone")


@frozen
class Tokens:
    """An access token and what belongs to it. Its repr shows no secret.

    Args:
        access_token: Sent as `Authorization: Bearer …` (RFC 6750, section 2.1).
        refresh_token: Exchanged for new tokens (RFC 6749, section 6); None where the server issued none.
        expires_at: When the access token expires, UTC; None where unknown.
        expires_in: How long the access token lives, in seconds from its issue; None where unknown.

    Raises:
        ValueError: A token is none, or `expires_at` has no time zone.
    """

    access_token: str = field(repr=_redacted, validator=_is_token)
    refresh_token: str | None = field(default=None, repr=_redacted, validator=optional(_is_token))
    expires_at: datetime | None = field(default=None, validator=optional(_is_aware))
    expires_in: float | None = None

    @classmethod
    def issued(cls, access_token: str, *, refresh_token: str | None = None, expires_in: float | None = None) -> Tokens:
        """Make tokens that live `expires_in` seconds from now. A life that is not positive or endless is unknown."""
        try:
            if expires_in and expires_in > 0:
                return cls(access_token, refresh_token, datetime.now(UTC) + timedelta(seconds=expires_in), expires_in)
        except OverflowError:
            pass
        return cls(access_token, refresh_token)

    def remaining(self) -> float | None:
        """Give the seconds until expiry by this machine's wall clock; None where unknown, negative when past."""
        return None if self.expires_at is None else (self.expires_at - datetime.now(UTC)).total_seconds()


def renewal_due(*, now: float, remaining: float | None, expires_in: float | None) -> float | None:
    """Give the moment from which to renew ahead of expiry, on the clock that `now` (seconds) was read from.

    The leeway never exceeds a tenth of the life, so that tokens that live shorter than `LEEWAY` do not count as due
    from the start. None where the expiry is unknown: then a 401 tells.
    """
    if remaining is None:
        return None
    return now + remaining - leeway(expires_in)


def leeway(expires_in: float | None) -> float:
    """Give the seconds before expiry at which tokens that live so many seconds are renewed."""
    return LEEWAY if expires_in is None else min(LEEWAY, expires_in / 10)
