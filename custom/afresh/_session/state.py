"""The state machine of a session: which tokens a request may use, who renews them, who waits.

It does no I/O, reads no clock and takes no lock: `Session` calls it under one lock, which it never holds while it
does anything else, and carries out what comes back.

    decide(rejected)  →  Use(tokens) | Lead(flight) | Join(flight) | Ended(error)
    settle(flight, outcome)
    verdict(flight, rejected)  →  Use(tokens) | Ended(error)
    decide_after_retry(rejected)  →  whether a second 401 is worth one more retry
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, assert_never

from attrs import define, field, frozen

from afresh._errors import AuthError, NotSignedIn, RefreshUnavailable
from afresh._tokens import leeway

from .outcomes import Outcome, Refused, Renewed, RenewedInMemory, SignedOut, StaleStore, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh._tokens import Tokens

GOOD_FOR_A_WHILE: Final = 2 / 3
"""The part of the leeway in which requests go out while their tokens are renewed; in the rest of it they wait."""

FIRST_BRAKE: Final = 5.0
LONGEST_BRAKE: Final = 60.0
"""Seconds without a refresh after the server has rejected fresh tokens: twice as many each time, up to the longest."""


@frozen
class RefreshPolicy:
    """By what the tokens of a session are renewed.

    Attributes:
        is_there: Whether there is anything: a call that the API has for it, or credentials that are kept.
        needs_refresh_token: Whether it takes a refresh token.
    """

    is_there: bool = True
    needs_refresh_token: bool = True

    def allows(self, tokens: Tokens) -> bool:
        """Whether these tokens can be renewed."""
        return self.is_there and (tokens.refresh_token is not None or not self.needs_refresh_token)


@frozen
class Use:
    """Send the request with these tokens; where they are the ones that failed, its 401 is the caller's answer.

    Attributes:
        tokens: The tokens.
        flight: A renewal to start first, which the request does not wait for.
    """

    tokens: Tokens
    flight: Flight | None = None


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


OVERDUE: Final = Unavailable(
    RefreshUnavailable(
        "the refresh takes longer than `refresh_timeout`. The tokens are kept; a later request uses what comes of it"
    ),
    until=0,
)
"""What a flight that has not ended by its deadline is to those who wait for it."""


@define(eq=False)
class Flight:
    """One renewal under way.

    Attributes:
        spent: The tokens that it replaces; nobody else may use their refresh token meanwhile.
        deadline: The moment from which nobody waits for it any more. It goes on, and what it gets is kept.
        outcome: How it ended, None until then.
        is_ahead: Whether nobody has said yet that the tokens are no good: it was started ahead of their expiry.
        rotated: What the server gave for them, as soon as it is here.
        is_started: Whether somebody carries it out.
        wakers: Called, without any lock held, when it has ended.
    """

    spent: Tokens
    deadline: float = math.inf
    is_ahead: bool = False
    rotated: Tokens | None = None
    outcome: Outcome | None = None
    is_started: bool = False
    wakers: list[Callable[[], None]] = field(factory=list["Callable[[], None]"], repr=False)

    def add_waker(self, wake: Callable[[], None]) -> None:
        """Have somebody woken when it has ended; at once where it has."""
        if self.outcome is None:
            self.wakers.append(wake)
        else:
            wake()


@frozen
class SignOut:
    """What a session that has just been signed out leaves behind.

    Attributes:
        tokens: The tokens that it had.
        due: The moment from which they were to be renewed, None where that is unknown.
        flight: The renewal that was under way.
        store: In what the store was behind.
        wakers: To be called: those who waited for the flight.
    """

    tokens: Tokens | None
    due: float | None
    flight: Flight | None
    store: StaleStore | None
    wakers: list[Callable[[], None]]


@define(eq=False)
class State:
    """One session as it is now.

    Attributes:
        tokens: The current tokens, None while nobody is signed in.
        due: The moment from which to renew them ahead of expiry, None where that is unknown.
        flight: The renewal under way, None when there is none.
        means: By what the tokens are renewed.
        store: In what the store is behind, None where it holds the current tokens.
        patience: Seconds that a request waits for a renewal, counted from its start.
    """

    tokens: Tokens | None = None
    due: float | None = None
    flight: Flight | None = None
    policy: RefreshPolicy = RefreshPolicy()
    store: StaleStore | None = None
    patience: float = math.inf
    _ended: AuthError = field(factory=lambda: NotSignedIn("nobody is signed in: call login() first"))
    _backoff: Unavailable | None = None
    _brakes: int = 0
    _braked_until: float = -math.inf

    def decide(self, rejected: Tokens | None, now: float, *, can_send_again: bool = False) -> Decision:
        """Decide what a request does next.

        Args:
            rejected: The tokens that it was sent with and that were answered 401; None before it is sent.
            now: The time, on the clock that `due` and `until` were read from, in seconds.
            can_send_again: Whether it could be sent once more, were its tokens rejected. Then it does not wait for a
                renewal as long as they are good; else it does, since a renewal may end their life at the server.
        """
        is_to_wait = rejected is not None or not can_send_again or not self._is_good_for_a_while(now)
        if self.flight is not None:
            self.flight.is_ahead &= _may_be_good(self.flight.spent, rejected)
            if self.flight.is_ahead and not is_to_wait:
                return Use(self.flight.spent)
            return Join(self.flight) if now < self.flight.deadline else verdict(self.flight, rejected)
        if self.tokens is None:
            return Ended(self._ended)
        may_be_good = _may_be_good(self.tokens, rejected)
        is_due = self.due is not None and now >= self.due
        if not is_due and (may_be_good or now < self._braked_until):
            return Use(self.tokens)
        if not self.policy.allows(self.tokens):
            return Use(self.tokens)
        if self._backoff is not None and now < self._backoff.until:
            return Use(self.tokens) if may_be_good else Ended(self._backoff.error)
        self.flight = Flight(self.tokens, now + self.patience, is_ahead=may_be_good)
        return Lead(self.flight) if is_to_wait else Use(self.tokens, self.flight)

    def _is_good_for_a_while(self, now: float) -> bool:
        if self.tokens is None or self.due is None:
            return False
        return now < self.due + GOOD_FOR_A_WHILE * leeway(self.tokens.expires_in)

    def decide_after_retry(self, rejected: Tokens, now: float) -> bool:
        """Decide whether a request whose retry was answered 401 as well is worth another: `decide` says with what.

        It is where its token has been replaced meanwhile, or is due by the clock: it has waited somewhere for longer
        than it lived. Otherwise the server rejects fresh tokens, and is not asked for others for a while.
        """
        if self.tokens is None:
            return False
        if _may_be_good(self.tokens, rejected) or (self.due is not None and now >= self.due):
            return True
        if now >= self._braked_until:  # else another request has told the same
            self._braked_until = now + min(FIRST_BRAKE * 2**self._brakes, LONGEST_BRAKE)
            self._brakes = min(self._brakes + 1, 10)  # far beyond the longest
        return False

    def note_accepted(self) -> None:
        """Note that the server has accepted renewed tokens."""
        self._brakes = 0
        self._braked_until = -math.inf

    def settle(self, flight: Flight, outcome: Outcome) -> list[Callable[[], None]]:
        """End a flight and give the wakers to call. One that a login or logout has overtaken changes nothing."""
        if self.flight is not flight:
            return []
        self.flight = None
        flight.outcome = outcome
        self._apply(outcome)
        wakers, flight.wakers = flight.wakers, []
        return wakers

    def replace(self, outcome: Renewed | RenewedInMemory | SignedOut) -> list[Callable[[], None]]:
        """Sign in or out. It overtakes the flight under way, whose waiters get this outcome; gives their wakers."""
        self.note_accepted()
        if self.flight is not None:
            return self.settle(self.flight, outcome)
        self._apply(outcome)
        return []

    def sign_out(self, outcome: SignedOut) -> SignOut:
        """Sign out, and give all that there was in the same moment: nothing can begin in between."""
        tokens, due, flight, store = self.tokens, self.due, self.flight, self.store
        return SignOut(tokens, due, flight, store, self.replace(outcome))

    def _apply(self, outcome: Outcome) -> None:
        self._backoff = None
        match outcome:
            case Renewed(tokens, due) | RenewedInMemory(tokens, due):
                self.tokens, self.due = tokens, due
                self.store = outcome.store if isinstance(outcome, RenewedInMemory) else None
            case Refused(error) | SignedOut(error):
                self.tokens = self.due = self.store = None
                self._ended = error
            case Unavailable():
                self._backoff = outcome
            case _:
                assert_never(outcome)


def verdict(flight: Flight, rejected: Tokens | None) -> Use | Ended:
    """Say what a request that waited for a flight does now, be it that it has ended or that its deadline is past.

    It never waits for a second one.
    """
    outcome = OVERDUE if flight.outcome is None else flight.outcome
    match outcome:
        case Renewed(tokens):
            return Use(tokens)
        case Unavailable(error):
            return Use(flight.spent) if _may_be_good(flight.spent, rejected) else Ended(error)
        case RenewedInMemory(error=error) | Refused(error) | SignedOut(error):
            return Ended(error)
        case _:
            assert_never(outcome)


def _may_be_good(tokens: Tokens, rejected: Tokens | None) -> bool:
    return rejected is None or rejected.access_token != tokens.access_token
