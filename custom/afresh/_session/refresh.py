"""The steps of one refresh."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, assert_never

from afresh._errors import NotSignedIn, SessionExpired, StoreError

from .steps import (
    Ambiguous,
    IsOvertaken,
    Load,
    Lock,
    Outcome,
    Refused,
    Renewed,
    RenewedInMemory,
    Rotated,
    Save,
    Send,
    SignedOut,
    StaleStore,
    Unavailable,
)

if TYPE_CHECKING:
    from collections.abc import Generator

    from afresh._tokens import Tokens

    from .state import Flight, RefreshPolicy
    from .steps import Answer, Step, Stored

OVERTAKEN: Final = SignedOut(NotSignedIn("a login or logout has overtaken the refresh"))
"""The outcome of a flight that a login or logout has overtaken. Its tokens are in `Flight.rotated`, to be revoked."""


def refresh(flight: Flight, store: StaleStore | None, policy: RefreshPolicy) -> Generator[Step, Any, Outcome]:
    """Renew the tokens of a flight, and return the outcome.

    Args:
        flight: The refresh in progress.
        store: What the store holds instead of the flight's tokens, None if it holds those.
        policy: Which tokens can be renewed.
    """
    try:
        yield Lock()
    except StoreError as error:
        # Never refresh without the lock: its holder may be using the same refresh token.
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
        return Refused(SessionExpired("another process that shares the store ended the session: sign in again"))
    may_adopt = not stored.is_due or not policy.allows(stored.tokens)
    if stored.tokens.access_token != flight.spent.access_token and may_adopt:
        return Renewed(stored.tokens, stored.due)
    if not policy.allows(stored.tokens):
        return Unavailable(
            StoreError("another process has the refresh token: share a store with it, or sign in here too"), 0
        )
    return (yield from _exchange(stored.tokens, StaleStore(stored.tokens)))


def adopt(flight: Flight, given: Stored, store: StaleStore | None) -> Generator[Step, Any, Outcome]:
    """Save the tokens that the answer to an ordinary request has set, and return the outcome.

    Args:
        flight: The flight.
        given: The tokens.
        store: What the store holds instead of the flight's tokens, None if it holds those.
    """
    try:
        yield Lock()
        if (yield IsOvertaken()):
            return OVERTAKEN
        stored: Stored | None = yield Load()
    except StoreError as error:
        return Unavailable(error, until=0)
    if newer := _newer(stored, flight.spent, store):
        return newer
    if stored is None and not store:
        return Refused(SessionExpired("another process that shares the store ended the session: sign in again"))
    try:
        yield Save(given.tokens)
    except StoreError as error:
        return RenewedInMemory(given.tokens, given.due, error, store or StaleStore(flight.spent))
    return Renewed(given.tokens, given.due)


def _exchange(spent: Tokens, store: StaleStore, *, after_refusal: bool = False) -> Generator[Step, Any, Outcome]:
    """Exchange tokens at the server, and save the new ones.

    Args:
        spent: The tokens to exchange.
        store: What the store holds: these tokens, older ones, or none.
        after_refusal: Whether the server has already refused their refresh token. Then sign in again instead.
    """
    answer: Answer = yield Send(spent, after_refusal)
    if isinstance(answer, Ambiguous):
        # Retry at once: servers that accept a refresh token twice do so only for a grace period of seconds.
        answer = yield Send(spent, after_refusal)
    match answer:
        case Rotated(tokens, due):
            if (yield IsOvertaken()):
                return OVERTAKEN
            try:
                yield Save(tokens)
            except StoreError as error:
                # If the lock was lost in the meantime, another process may have saved newer tokens.
                return (yield from _adopt(spent, store)) or RenewedInMemory(tokens, due, error, store)
            return Renewed(tokens, due)
        case Refused(may_sign_in=may_sign_in):
            with suppress(StoreError):  # tokens left in the store are harmless: they were refused
                stored: Stored | None = yield Load()
                if newer := _newer(stored, spent, store):
                    return newer
                if not may_sign_in:
                    yield Save(None)
            return (yield from _exchange(spent, store, after_refusal=True)) if may_sign_in else answer
        case Ambiguous(error, until):
            return Unavailable(error, until)
        case Unavailable():
            return answer
        case _:
            assert_never(answer)


def _adopt(spent: Tokens, store: StaleStore | None) -> Generator[Step, Any, Renewed | None]:
    """Return the store's tokens if another process has replaced the spent ones there, else None."""
    with suppress(StoreError):
        stored: Stored | None = yield Load()
        return _newer(stored, spent, store)
    return None


def _newer(stored: Stored | None, spent: Tokens, store: StaleStore | None) -> Renewed | None:
    if stored is None or stored.tokens.access_token == spent.access_token or (store and stored.tokens == store.tokens):
        return None
    return Renewed(stored.tokens, stored.due)


def _tokens(stored: Stored | None) -> Tokens | None:
    return None if stored is None else stored.tokens
