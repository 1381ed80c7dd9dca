"""The state machine of a session: which tokens a request may use, who renews them, who waits.

It does no I/O, reads no clock and takes no lock: `Session` calls it under one lock, which it never holds while it
does anything else, and carries out what comes back.

    decide(rejected)  →  Use(tokens) | Lead(flight) | Join(flight) | Ended(error)
    settle(flight, outcome)
    verdict(flight, rejected)  →  Use(tokens) | Ended(error)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from attrs import define, field, frozen

from ._errors import AuthError, NotSignedIn, SessionExpired

if TYPE_CHECKING:
    from collections.abc import Callable

    from ._tokens import Tokens


@frozen
class Means:
    """By what the tokens of a session are renewed.

    Attributes:
        is_there: Whether there is anything: a call that the API has for it, or credentials that are kept.
        needs_refresh_token: Whether it takes a refresh token.
    """

    is_there: bool = True
    needs_refresh_token: bool = True

    def suffice_for(self, tokens: Tokens) -> bool:
        """Whether these tokens can be renewed."""
        return self.is_there and (tokens.refresh_token is not None or not self.needs_refresh_token)


@frozen
class Use:
    """Send the request with these tokens; where they are the ones that failed, its 401 is the caller's answer."""

    tokens: Tokens


@frozen
class Lead:
    """Start this flight, then wait for it."""

    flight: Flight


@frozen
class Join:
    """Wait for this flight, which somebody else leads."""

    flight: Flight


@frozen
class Ended:
    """There is no token to be had: raise a copy of this error."""

    error: AuthError


Decision = Use | Lead | Join | Ended


@frozen
class Renewed:
    """New tokens, which the store already holds: rotated by this flight, or found there, or signed in with."""

    tokens: Tokens
    due: float | None


@frozen
class Behind:
    """What the store is known to hold in place of the current tokens, which it did not take: older ones, or none."""

    tokens: Tokens | None


@frozen
class Unsaved:
    """New tokens that the store did not take. The old ones are spent, so they are used from memory."""

    tokens: Tokens
    due: float | None
    error: AuthError
    store: Behind


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


Outcome = Renewed | Unsaved | Refused | Unavailable | SignedOut


@define(eq=False)
class Flight:
    """One renewal under way.

    Attributes:
        spent: The tokens that it replaces; nobody else may use their refresh token meanwhile.
        outcome: How it ended, None until then.
        rotated: What the server gave for them, as soon as it is here.
        is_flying: Whether somebody carries it out.
        wakers: Called, without any lock held, when it has ended.
    """

    spent: Tokens
    rotated: Tokens | None = None
    outcome: Outcome | None = None
    is_flying: bool = False
    wakers: list[Callable[[], None]] = field(factory=list["Callable[[], None]"], repr=False)

    def attend(self, wake: Callable[[], None]) -> None:
        """Have somebody woken when it has ended; at once where it has."""
        if self.outcome is None:
            self.wakers.append(wake)
        else:
            wake()


@define(eq=False)
class State:
    """One session as it is now.

    Attributes:
        tokens: The current tokens, None while nobody is signed in.
        due: The moment from which to renew them ahead of expiry, None where that is unknown.
        flight: The renewal under way, None when there is none.
        means: By what the tokens are renewed.
        store: In what the store is behind, None where it holds the current tokens.
    """

    tokens: Tokens | None = None
    due: float | None = None
    flight: Flight | None = None
    means: Means = Means()
    store: Behind | None = None
    _ended: AuthError = field(factory=lambda: NotSignedIn("nobody is signed in: call login() first"))
    _setback: Unavailable | None = None

    def decide(self, rejected: Tokens | None, now: float) -> Decision:
        """Decide what a request does next.

        Args:
            rejected: The tokens that it was sent with and that were answered 401; None before it is sent.
            now: The time, on the clock that `due` and `until` were read from, in seconds.
        """
        if self.flight is not None:
            return Join(self.flight)
        if self.tokens is None:
            return Ended(self._ended)
        may_be_good = _may_be_good(self.tokens, rejected)
        if may_be_good and (self.due is None or now < self.due):
            return Use(self.tokens)
        if not self.means.suffice_for(self.tokens):
            return Use(self.tokens)
        if self._setback is not None and now < self._setback.until:
            return Use(self.tokens) if may_be_good else Ended(self._setback.error)
        self.flight = Flight(self.tokens)
        return Lead(self.flight)

    def settle(self, flight: Flight, outcome: Outcome) -> list[Callable[[], None]]:
        """End a flight and give the wakers to call. One that a login or logout has overtaken changes nothing."""
        if self.flight is not flight:
            return []
        self.flight = None
        flight.outcome = outcome
        self._apply(outcome)
        wakers, flight.wakers = flight.wakers, []
        return wakers

    def replace(self, outcome: Renewed | Unsaved | SignedOut) -> list[Callable[[], None]]:
        """Sign in or out. It overtakes the flight under way, whose waiters get this outcome; gives their wakers."""
        if self.flight is not None:
            return self.settle(self.flight, outcome)
        self._apply(outcome)
        return []

    def _apply(self, outcome: Outcome) -> None:
        self._setback = None
        match outcome:
            case Renewed(tokens, due) | Unsaved(tokens, due):
                self.tokens, self.due = tokens, due
                self.store = outcome.store if isinstance(outcome, Unsaved) else None
            case Refused(error) | SignedOut(error):
                self.tokens = self.due = self.store = None
                self._ended = error
            case Unavailable():
                self._setback = outcome
            case _:
                assert_never(outcome)


def verdict(flight: Flight, rejected: Tokens | None) -> Use | Ended:
    """Say what a request that waited for a flight, which has ended, does now. It never waits for a second one."""
    match flight.outcome:
        case Renewed(tokens):
            return Use(tokens)
        case Unavailable(error):
            return Use(flight.spent) if _may_be_good(flight.spent, rejected) else Ended(error)
        case Unsaved(error=error) | Refused(error) | SignedOut(error):
            return Ended(error)
        case None:
            raise AssertionError("the flight has not ended")


def _may_be_good(tokens: Tokens, rejected: Tokens | None) -> bool:
    return rejected is None or rejected.access_token != tokens.access_token
