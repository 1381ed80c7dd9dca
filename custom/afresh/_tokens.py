"""`Tokens`: what a signed-in session holds, and when it is due for renewal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import field, frozen

LEEWAY: Final = 30.0
"""Seconds before expiry at which tokens are renewed; a tenth of their life where that is shorter."""


def _redacted(value: str | None) -> str:
    return "None" if value is None else "'…'"


@frozen
class Tokens:
    """An access token and what belongs to it. Its repr shows no secret.

    Args:
        access_token: Sent as `Authorization: Bearer …` (RFC 6750, section 2.1).
        refresh_token: Exchanged for new tokens (RFC 6749, section 6); None where the server issued none.
        expires_at: When the access token expires, UTC; None where unknown.
        expires_in: How long the access token lives, in seconds from its issue; None where unknown.
    """

    access_token: str = field(repr=_redacted)
    refresh_token: str | None = field(default=None, repr=_redacted)
    expires_at: datetime | None = None
    expires_in: float | None = None

    @classmethod
    def issued(cls, access_token: str, *, refresh_token: str | None = None, expires_in: float | None = None) -> Tokens:
        """Make tokens that live `expires_in` seconds from now. A life that is not positive counts as unknown."""
        if expires_in is None or expires_in <= 0:
            return cls(access_token, refresh_token)
        return cls(access_token, refresh_token, datetime.now(UTC) + timedelta(seconds=expires_in), expires_in)

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
    return now + remaining - (LEEWAY if expires_in is None else min(LEEWAY, expires_in / 10))
