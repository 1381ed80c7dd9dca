"""The steps of starting a session, signing in and signing out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from afresh._errors import SDKError, StoreError, Unauthorized

from .steps import (
    IsSignedIn,
    Load,
    Lock,
    Publish,
    Refused,
    Renewed,
    RenewedInMemory,
    Revoke,
    Rotated,
    Save,
    Send,
    SignIn,
    StaleStore,
    Stored,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from contextlib import AbstractContextManager
    from threading import Event

    from afresh._session.token_calls.endpoint import TokenEndpoint
    from afresh._tokens import Tokens

    from .state import SignOut
    from .steps import Answer, Step


class PersonGrant(ABC):
    """A grant for which a person acts elsewhere: in a browser, or on another device. That can take minutes."""

    @abstractmethod
    def acquire(self, endpoint: TokenEndpoint, stop: Event) -> AbstractContextManager[Callable[[], Tokens]]:
        """Wait for the person, and give the function that gets the tokens then.

        The store's lock is not held while waiting. It is while the function is called. The context ends when the tokens
        are saved, or with the error that prevented it.

        Args:
            endpoint: Where the tokens come from.
            stop: Ends the wait, with any error of the SDK.
        """


def start(given: Stored | None) -> Generator[Step, Any, None]:
    """Start with the tokens in the store, or else with the given ones.

    Before the given tokens are saved, the store is read again under its lock: another process may have started with the
    same tokens and renewed them since.
    """
    stored: Stored | None = yield Load()
    if stored is None and given is not None:
        yield Lock()
        stored = yield Load()
        if stored is None:
            yield from _save_and_publish(given.tokens, given.due, None)
            return
    if stored is not None:
        yield Publish(Renewed(stored.tokens, stored.due))


def log_in(current: Tokens | None, *, unless_signed_in: bool) -> Generator[Step, Any, Tokens]:
    """Sign in at the server, and return the tokens.

    Args:
        current: The session's tokens. If the store cannot be read, it is assumed to hold these.
        unless_signed_in: Whether to use the tokens in the store instead, if it holds any.
    """
    yield Lock()  # before the call, so that the new tokens can be saved
    if unless_signed_in:
        stored: Stored | None = yield Load()
        if stored is not None:
            yield Publish(Renewed(stored.tokens, stored.due))
            return stored.tokens
    new: Rotated = yield SignIn()
    yield from _save_and_publish(new.tokens, new.due, current)
    return new.tokens


def sign_in(given: Stored, current: Tokens | None) -> Generator[Step, Any, None]:
    """Use tokens that were obtained elsewhere.

    Args:
        given: The tokens.
        current: The session's tokens. If the store cannot be read, it is assumed to hold these.
    """
    yield Lock()
    yield from _save_and_publish(given.tokens, given.due, current)


def _save_and_publish(tokens: Tokens, due: float | None, current: Tokens | None) -> Generator[Step, Any, None]:
    """Save and publish tokens.

    Raises:
        StoreError: The tokens cannot be saved. They are published all the same, and used from memory.
    """
    try:
        yield Save(tokens)
    except StoreError as error:
        yield Publish(RenewedInMemory(tokens, due, error, StaleStore((yield from _store_contents(current)))))
        raise
    yield Publish(Renewed(tokens, due))


def _store_contents(current: Tokens | None) -> Generator[Step, Any, Tokens | None]:
    try:
        stored: Stored | None = yield Load()
    except StoreError:
        return current
    return None if stored is None else stored.tokens


def sign_out(previous: SignOut, *, is_due: bool, renew_first: bool) -> Generator[Step, Any, None]:
    """Remove the tokens of a session that has been signed out from the store, and revoke them at the server.

    Args:
        previous: The session's state when it was signed out.
        is_due: Whether its tokens were due for renewal.
        renew_first: Whether the server needs a valid access token to revoke, and expired tokens can be renewed
            without the user.

    Raises:
        StoreError: The store cannot be locked, read or cleared. The tokens were revoked at the server.
        APIError: The server did not revoke the tokens.
        TransportError: The server did not respond.
    """
    _, lock_error = yield from _attempt(Lock())  # a refresh that was in progress has ended by now
    stored = load_error = save_error = None
    is_signed_in = yield IsSignedIn()  # after a login in the meantime, the store holds its tokens: leave them
    if not is_signed_in:
        stored, load_error = yield from _attempt(Load())
    latest = _latest(previous, stored, is_due=is_due)
    may_renew = renew_first and lock_error is None  # never refresh without the lock
    if latest is not None and may_renew and latest.is_due:
        latest, may_renew = (yield from _renew(latest)), False
    if not is_signed_in and lock_error is None:
        _, save_error = yield from _attempt(Save(None))
    failure = lock_error or load_error or save_error
    try:
        yield from _revoke(latest, may_renew=may_renew)
    except SDKError as error:
        raise failure or error from None
    if failure is not None:
        raise failure


def _latest(previous: SignOut, stored: Stored | None, *, is_due: bool) -> Stored | None:
    """Return the newest tokens of the session. Tokens that a refresh got meanwhile have replaced all others."""
    if previous.flight is not None and previous.flight.rotated is not None:
        return Stored(previous.flight.rotated, None, is_due=False)
    if stored is not None and not (previous.store and previous.store.tokens == stored.tokens):
        return stored
    return None if previous.tokens is None else Stored(previous.tokens, previous.due, is_due=is_due)


def _revoke(latest: Stored | None, *, may_renew: bool) -> Generator[Step, Any, None]:
    if latest is None:
        return
    try:
        yield Revoke(latest.tokens)
    except Unauthorized:  # the access token has expired by the server's clock
        renewed = (yield from _renew(latest)) if may_renew else latest
        if renewed is latest:
            raise
        if renewed is not None:
            yield Revoke(renewed.tokens)


def _renew(old: Stored) -> Generator[Step, Any, Stored | None]:
    """Renew tokens that are about to be revoked. Return the old ones if that fails, None if the session is over."""
    answer: Answer = yield Send(old.tokens)
    if isinstance(answer, Rotated):
        return Stored(answer.tokens, answer.due, is_due=False)
    return None if isinstance(answer, Refused) else old


def _attempt(step: Step) -> Generator[Step, Any, tuple[Any, StoreError | None]]:
    """Perform a store step, and return its result and its error."""
    try:
        return (yield step), None
    except StoreError as error:
        return None, error
