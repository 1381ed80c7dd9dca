"""The outcomes of a refresh, and the server's answers to a refresh call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from afresh._errors import AuthError, NotSignedIn, SessionExpired
    from afresh._tokens import Tokens


@frozen
class Renewed:
    """There are new tokens, and the store holds them: from this refresh, from another process, or from a login."""

    tokens: Tokens
    due: float | None


@frozen
class StaleStore:
    """What the store holds after it failed to save the current tokens: older tokens, or none."""

    tokens: Tokens | None


@frozen
class RenewedInMemory:
    """There are new tokens, but saving them failed. The old ones are spent, so the new ones are used from memory."""

    tokens: Tokens
    due: float | None
    error: AuthError
    store: StaleStore


@frozen
class Refused:
    """The server refused the refresh token, and the store holds no newer one: the session is over.

    Attributes:
        error: The error that waiters get.
        may_sign_in: Whether the session keeps credentials that it has not tried yet.
    """

    error: SessionExpired
    may_sign_in: bool = False


@frozen
class Unavailable:
    """The tokens could not be renewed. They are kept, and not tried again before `until` (backoff, monotonic clock)."""

    error: AuthError
    until: float


@frozen
class SignedOut:
    """The user signed out."""

    error: NotSignedIn


Outcome = Renewed | RenewedInMemory | Refused | Unavailable | SignedOut


@frozen
class Rotated:
    """The server issued new tokens."""

    tokens: Tokens
    due: float | None


@frozen
class Ambiguous:
    """The request was sent, but no response arrived. The server may or may not have rotated the tokens."""

    error: AuthError
    until: float


Answer = Rotated | Refused | Unavailable | Ambiguous
