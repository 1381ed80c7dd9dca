"""How a refresh ends, and what the server answers to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from afresh._errors import AuthError, NotSignedIn, SessionExpired
    from afresh._tokens import Tokens


@frozen
class Renewed:
    """New tokens, which the store already holds: rotated by this flight, or found there, or signed in with."""

    tokens: Tokens
    due: float | None


@frozen
class StaleStore:
    """What the store is known to hold in place of the current tokens, which it did not take: older ones, or none."""

    tokens: Tokens | None


@frozen
class RenewedInMemory:
    """New tokens that the store did not take. The old ones are spent, so they are used from memory."""

    tokens: Tokens
    due: float | None
    error: AuthError
    store: StaleStore


@frozen
class Refused:
    """The refresh token is no good, and nobody has a newer one: the session is over.

    Attributes:
        error: What those who wait for it get.
        may_sign_in: Whether credentials are kept that have not been tried yet.
    """

    error: SessionExpired
    may_sign_in: bool = False


@frozen
class Unavailable:
    """No answer to the question: the tokens stay, and are not tried again before `until`."""

    error: AuthError
    until: float


@frozen
class SignedOut:
    """The session was ended by its user meanwhile."""

    error: NotSignedIn


Outcome = Renewed | RenewedInMemory | Refused | Unavailable | SignedOut


@frozen
class Rotated:
    """The server gave new tokens."""

    tokens: Tokens
    due: float | None


@frozen
class Ambiguous:
    """The request was sent, but no answer came: the server may have rotated the tokens, or not."""

    error: AuthError
    until: float


Answer = Rotated | Refused | Unavailable | Ambiguous
