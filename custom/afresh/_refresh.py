"""The course of one refresh, step by step, without doing any of the steps.

`refresh()` is a generator: it yields what is to be done next (`Lock`, `Load`, `Send`, …), is sent what came of it, and
returns the outcome. `Session` drives it with the real store and server; a test can drive it with anything, in any
order of events.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, assert_never

from attrs import frozen

from ._errors import NotSignedIn, SessionExpired, StoreError
from ._state import Behind, Outcome, Refused, Renewed, SignedOut, Unavailable, Unsaved

if TYPE_CHECKING:
    from collections.abc import Generator

    from ._errors import AuthError
    from ._state import Flight, Means
    from ._tokens import Tokens


@frozen
class Lock:
    """Take the store's lock and hold it until the course ends. Raises `StoreError` where it cannot be had."""


@frozen
class Load:
    """Read the store: `Stored` or None comes back. Raises `StoreError`."""


@frozen
class Send:
    """Have tokens renewed by the server: an `Answer` comes back.

    Attributes:
        tokens: The tokens to exchange.
        are_refused: Whether the server has refused that, and it is time to sign in again.
    """

    tokens: Tokens
    are_refused: bool = False


@frozen
class IsOvertaken:
    """Whether the user has signed in or out meanwhile: a bool comes back."""


@frozen
class Save:
    """Write to the store, or empty it (None). Raises `StoreError`."""

    tokens: Tokens | None


Step = Lock | Load | Send | IsOvertaken | Save


@frozen
class Stored:
    """What the store holds.

    Attributes:
        tokens: The tokens there.
        due: The moment from which to renew them, None where unknown.
        is_due: Whether that moment is past.
    """

    tokens: Tokens
    due: float | None
    is_due: bool


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

OVERTAKEN: Final = SignedOut(NotSignedIn("somebody has signed in or out meanwhile"))
"""How a flight ends that nobody waits for any more. What the server gave is in `Flight.rotated`, to be revoked."""


def refresh(flight: Flight, store: Behind | None, means: Means) -> Generator[Step, Any, Outcome]:
    """Renew the tokens of a flight.

    Args:
        flight: The flight that this is the course of.
        store: In what the store is known to be behind the flight's tokens, None where it is not.
        means: By what tokens are renewed.
    """
    try:
        yield Lock()
    except StoreError as error:
        # Never refresh unguarded: whoever holds the lock may be using the same refresh token right now.
        return (yield from _adopt(flight.spent, store)) or Unavailable(error, until=0)
    if (yield IsOvertaken()):
        return OVERTAKEN
    try:
        stored: Stored | None = yield Load()
    except StoreError as error:
        return (yield from _exchange(flight.spent, store)) if store else Unavailable(error, until=0)
    if store and _tokens(stored) == store.tokens:
        return (yield from _exchange(flight.spent, store))
    if stored is None:
        return Refused(SessionExpired("the session was ended by another user of its store: sign in again"))
    is_last_word = not stored.is_due or not means.suffice_for(stored.tokens)
    if stored.tokens.access_token != flight.spent.access_token and is_last_word:
        return Renewed(stored.tokens, stored.due)
    if not means.suffice_for(stored.tokens):
        return Unavailable(
            StoreError("the refresh token is with another process: share a store, or sign in here too"), 0
        )
    return (yield from _exchange(stored.tokens, Behind(stored.tokens)))


def _exchange(spent: Tokens, store: Behind, *, are_refused: bool = False) -> Generator[Step, Any, Outcome]:
    """Exchange tokens at the server, while the store holds what `store` says: these, or older ones, or none."""
    answer: Answer = yield Send(spent, are_refused)
    if isinstance(answer, Ambiguous):
        # At once: a server that tolerates a second use of the same refresh token does so for seconds only.
        answer = yield Send(spent, are_refused)
    match answer:
        case Rotated(tokens, due):
            if (yield IsOvertaken()):
                return OVERTAKEN
            try:
                yield Save(tokens)
            except StoreError as error:
                # Where the lock was lost meanwhile, others may have put newer ones there.
                return (yield from _adopt(spent, store)) or Unsaved(tokens, due, error, store)
            return Renewed(tokens, due)
        case Refused(may_sign_in=may_sign_in):
            with suppress(StoreError):  # the tokens that stay behind are dead
                stored: Stored | None = yield Load()
                if newer := _newer(stored, spent, store):
                    return newer
                if not may_sign_in:
                    yield Save(None)
            return (yield from _exchange(spent, store, are_refused=True)) if may_sign_in else answer
        case Ambiguous(error, until):
            return Unavailable(error, until)
        case Unavailable():
            return answer
        case _:
            assert_never(answer)


def _adopt(spent: Tokens, store: Behind | None) -> Generator[Step, Any, Renewed | None]:
    """Take the store's tokens where somebody else has put others there than those that failed."""
    with suppress(StoreError):
        stored: Stored | None = yield Load()
        return _newer(stored, spent, store)
    return None


def _newer(stored: Stored | None, spent: Tokens, store: Behind | None) -> Renewed | None:
    if stored is None or stored.tokens.access_token == spent.access_token or (store and stored.tokens == store.tokens):
        return None
    return Renewed(stored.tokens, stored.due)


def _tokens(stored: Stored | None) -> Tokens | None:
    return None if stored is None else stored.tokens
