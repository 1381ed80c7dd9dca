"""The state machine of a session: which tokens a request may use, who renews them, who waits.

The state machine does no I/O, reads no clock and takes no lock. `Session` calls it while holding a lock, releases the
lock, and then carries out the decision.

    decide(rejected)  →  Use(tokens) | Lead(flight) | Join(flight) | Ended(error)
    settle(flight, outcome)
    decide_after_wait(flight, rejected)  →  Use(tokens) | Ended(error)
    decide_after_retry(rejected)  →  whether a second 401 is worth one more retry
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, assert_never

from attrs import define, field, frozen

from afresh._errors import AuthError, NotSignedIn, RefreshUnavailable
from afresh._tokens import NOBODY, NONE_YET, leeway

from .steps import Outcome, Refused, Renewed, RenewedInMemory, SignedOut, StaleStore, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh._tokens import Tokens

BACKGROUND_PART: Final = 2 / 3
"""The part of the leeway in which tokens are renewed in the background. In the rest of it, requests wait."""

FIRST_REJECTION_PAUSE: Final = 5.0
LONGEST_REJECTION_PAUSE: Final = 60.0
"""Seconds without a refresh after the server rejected fresh tokens. The pause doubles each time, up to the longest."""


ADOPTION_PAUSE: Final = 5.0
"""The least seconds between two adoptions. Some servers set a new cookie with each answer; the old one stays good."""


@frozen
class RefreshPolicy:
    """How a session's tokens can be renewed.

    Attributes:
        can_renew: Whether they can be renewed at all: the API has a refresh call, or the session keeps credentials.
        needs_refresh_token: Whether renewing needs a refresh token.
    """

    can_renew: bool = True
    needs_refresh_token: bool = True

    def allows(self, tokens: Tokens) -> bool:
        """Return whether these tokens can be renewed."""
        return self.can_renew and (tokens.refresh_token is not None or not self.needs_refresh_token)


@frozen
class Use:
    """Send the request with these tokens. If they are the rejected ones, the caller gets the 401.

    Attributes:
        tokens: The tokens.
        flight: A background refresh to start first. The request does not wait for it.
    """

    tokens: Tokens
    flight: Flight | None = None


@frozen
class Lead:
    """Start this flight, then wait for it."""

    flight: Flight


@frozen
class Join:
    """Wait for this flight, which another request leads."""

    flight: Flight


@frozen
class Ended:
    """There are no usable tokens: raise a copy of this error."""

    error: AuthError


Decision = Use | Lead | Join | Ended


OVERDUE: Final = Unavailable(
    RefreshUnavailable(
        "the refresh takes longer than `refresh_timeout`. The tokens are kept, and a later request uses its result"
    ),
    until=0,
)
"""The outcome that waiters get if a flight has not ended by its deadline."""


@define(eq=False)
class Flight:
    """A refresh in progress, shared by all requests that need it (single-flight).

    Attributes:
        spent: The tokens being replaced. Nothing else may use their refresh token meanwhile.
        deadline: The monotonic time after which requests stop waiting. The refresh goes on, and its result is kept.
        is_proactive: Whether the refresh is proactive: no request has reported the tokens as rejected.
        rotated: The new tokens from the server, set as soon as they arrive.
        given: The new tokens, if the answer to an ordinary request has set them: then nothing is asked of the server.
        outcome: How the refresh ended, None while it runs.
        is_started: Whether a thread performs it.
        wakers: Called when the refresh has ended, with no lock held.
    """

    spent: Tokens
    deadline: float = math.inf
    is_proactive: bool = False
    rotated: Tokens | None = None
    given: Tokens | None = None
    outcome: Outcome | None = None
    is_started: bool = False
    wakers: list[Callable[[], None]] = field(factory=list["Callable[[], None]"], repr=False)

    def add_waker(self, wake: Callable[[], None]) -> None:
        """Register a waker for the end of the flight. Call it at once if the flight has ended."""
        if self.outcome is None:
            self.wakers.append(wake)
        else:
            wake()


@frozen
class SignOut:
    """The state of a session at the moment it was signed out.

    Attributes:
        tokens: The tokens it had.
        due: When they were due for renewal, on the monotonic clock; None if unknown.
        flight: The refresh that was in progress.
        store: What the store held instead of the current tokens.
        wakers: The wakers of the flight's waiters, for the caller to call.
    """

    tokens: Tokens | None
    due: float | None
    flight: Flight | None
    store: StaleStore | None
    wakers: list[Callable[[], None]]


@define(eq=False)
class State:
    """The state of one session.

    Attributes:
        tokens: The current tokens, None while nobody is signed in, `NOBODY` if the first request signs in.
        due: When they are due for renewal, ahead of expiry, on the monotonic clock; None if unknown.
        flight: The refresh in progress, if any.
        policy: How the tokens can be renewed.
        store: What the store holds instead of the current tokens, None if it holds those.
        max_wait: How long a request waits for a refresh, in seconds from the refresh's start.
    """

    tokens: Tokens | None = None
    due: float | None = None
    flight: Flight | None = None
    policy: RefreshPolicy = RefreshPolicy()
    store: StaleStore | None = None
    max_wait: float = math.inf
    _ended: AuthError = field(factory=lambda: NotSignedIn("nobody is signed in: call login() first"))
    _backoff: Unavailable | None = None
    _rejections: int = 0
    _paused_until: float = -math.inf
    _adopted_at: float = -math.inf

    def decide(self, rejected: Tokens | None, now: float, *, can_send_again: bool = False) -> Decision:
        """Decide what a request does next.

        Args:
            rejected: The tokens that the server rejected with a 401, or None before the first attempt.
            now: The time in seconds, on the same clock as `due` and `until`.
            can_send_again: Whether the request can be repeated if its tokens are rejected. If so, it does not wait for
                a refresh while its tokens are valid. Otherwise it waits, because a refresh may invalidate them at the
                server.
        """
        must_wait = rejected is not None or not can_send_again or not self._can_refresh_in_background(now)
        if self.flight is not None:
            self.flight.is_proactive &= _may_be_valid(self.flight.spent, rejected)
            if self.flight.is_proactive and self.flight.given is None and not must_wait:
                return Use(self.flight.spent)
            return Join(self.flight) if now < self.flight.deadline else decide_after_wait(self.flight, rejected)
        if self.tokens is None:
            return Ended(self._ended)
        may_be_valid = _may_be_valid(self.tokens, rejected)
        is_due = self.due is not None and now >= self.due
        if not is_due and (may_be_valid or now < self._paused_until):
            return Use(self.tokens)
        if not self.policy.allows(self.tokens):
            return Use(self.tokens)
        if self._backoff is not None and now < self._backoff.until:
            return Use(self.tokens) if may_be_valid else Ended(self._backoff.error)
        self.flight = Flight(self.tokens, now + self.max_wait, is_proactive=may_be_valid)
        return Lead(self.flight) if must_wait else Use(self.tokens, self.flight)

    def _can_refresh_in_background(self, now: float) -> bool:
        if self.tokens is None or self.due is None:
            return False
        return now < self.due + BACKGROUND_PART * leeway(self.tokens.expires_in)

    def adopt(self, spent: Tokens, new: Tokens, now: float) -> Flight | None:
        """Return a flight that replaces tokens by those of an answer; None if the tokens are not the current ones.

        Args:
            spent: The tokens that the request was sent with.
            new: Those that its answer has set.
            now: The time in seconds, on the same clock as `due`.
        """
        if self.flight is not None or self.tokens != spent or now < self._adopted_at + ADOPTION_PAUSE:
            return None
        self._adopted_at = now
        self.flight = Flight(spent, now + self.max_wait, is_proactive=True, rotated=new, given=new)
        return self.flight

    def decide_after_retry(self, rejected: Tokens, now: float) -> bool:
        """Decide whether a request whose retry was answered 401 as well is worth another retry.

        It is if its tokens have been replaced or have come due in the meantime: the request was in a queue for longer
        than they lived. Otherwise the server rejects fresh tokens, and refreshes pause for a while.

        Args:
            rejected: The tokens that the retry was sent with.
            now: The time in seconds, on the same clock as `due`.
        """
        if self.tokens is None:
            return False
        if _may_be_valid(self.tokens, rejected) or (self.due is not None and now >= self.due):
            return True
        if now >= self._paused_until:  # otherwise another request has started this pause
            self._paused_until = now + min(FIRST_REJECTION_PAUSE * 2**self._rejections, LONGEST_REJECTION_PAUSE)
            self._rejections = min(self._rejections + 1, 10)  # enough to reach the longest pause
        return False

    def note_accepted(self) -> None:
        """Record that the server has accepted renewed tokens."""
        self._rejections = 0
        self._paused_until = -math.inf

    def settle(self, flight: Flight, outcome: Outcome) -> list[Callable[[], None]]:
        """End a flight, and return the wakers to call. If a login or logout has overtaken it, change nothing."""
        if self.flight is not flight:
            return []
        self.flight = None
        flight.outcome = outcome
        self._apply(outcome)
        wakers, flight.wakers = flight.wakers, []
        return wakers

    def replace(self, outcome: Renewed | RenewedInMemory | SignedOut) -> list[Callable[[], None]]:
        """Sign in or out, and return the wakers to call.

        This overtakes a flight in progress: its waiters get this outcome.
        """
        self.note_accepted()
        if self.flight is not None:
            return self.settle(self.flight, outcome)
        self._apply(outcome)
        return []

    def sign_out(self, outcome: SignedOut) -> SignOut:
        """Sign out, and return the previous state. The caller holds the lock, so no refresh can start in between."""
        tokens, due, flight, store = self.tokens, self.due, self.flight, self.store
        if tokens is NOBODY:
            tokens = None
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


def decide_after_wait(flight: Flight, rejected: Tokens | None) -> Use | Ended:
    """Decide what a request does after waiting for a flight, which has ended or is past its deadline.

    A request never waits for a second flight.
    """
    outcome = OVERDUE if flight.outcome is None else flight.outcome
    match outcome:
        case Renewed(tokens):
            return Use(tokens)
        case Unavailable(error):
            return Use(flight.spent) if _may_be_valid(flight.spent, rejected) else Ended(error)
        case RenewedInMemory(error=error) | Refused(error) | SignedOut(error):
            return Ended(error)
        case _:
            assert_never(outcome)


def _may_be_valid(tokens: Tokens, rejected: Tokens | None) -> bool:
    if tokens.access_token == NONE_YET:
        return False
    return rejected is None or rejected.access_token != tokens.access_token
