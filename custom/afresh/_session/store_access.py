"""A session's access to its token store. Whatever the store raises becomes a `StoreError`."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from afresh._errors import StoreError
from afresh._tokens import Tokens, renewal_due

from .steps import Stored

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import ExitStack

    from afresh._stores.memory_store import TokenStore


class StoreAccess:
    """Reads, writes and locks a token store.

    Args:
        store: The store. A user's own store may raise anything.
        lock_timeout: How long to wait for its lock, in seconds.
    """

    def __init__(self, store: TokenStore, lock_timeout: float) -> None:
        self.store = store
        self._lock_timeout = lock_timeout

    def lock(self, held: ExitStack) -> None:
        """Acquire the store's lock, and register its release with `held`.

        Raises:
            StoreError: The lock cannot be acquired, or not in time.
        """
        with self._reporting_errors("locked"):
            held.enter_context(self.store.lock(self._lock_timeout))

    def unlock(self, held: ExitStack) -> None:
        """Release the store's lock.

        Raises:
            StoreError: The lock cannot be released.
        """
        with self._reporting_errors("unlocked"):
            held.close()

    def load(self) -> Stored | None:
        """Read the store. Return None if it is empty.

        Raises:
            StoreError: The store cannot be read.
        """
        with self._reporting_errors("read"):
            tokens = self.store.load()
            if tokens is None:
                return None
            if not isinstance(tokens, Tokens):  # pyright: ignore[reportUnnecessaryIsInstance] - a user's own store
                raise TypeError(f"load() returned {type(tokens).__name__} instead of Tokens or None")
        return as_stored(tokens)

    def save(self, tokens: Tokens | None) -> None:
        """Write tokens to the store, or clear it (None).

        Raises:
            StoreError: The store cannot be written.
        """
        with self._reporting_errors("written"):
            self.store.save(tokens)

    @contextmanager
    def _reporting_errors(self, action: str) -> Generator[None]:
        try:
            yield
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a user's own store may raise anything
            raise self.failure(action, error) from None

    def failure(self, action: str, error: BaseException) -> StoreError:
        """Return the error for a store that could not be read, written, locked or unlocked."""
        return StoreError(
            f"the token store ({type(self.store).__name__}) could not be {action}: {type(error).__name__}: {error}"
        )


def as_stored(tokens: Tokens) -> Stored:
    """Return tokens with the monotonic time when they are due for renewal, computed from the wall clock."""
    now = time.monotonic()
    due = renewal_due(now=now, remaining=tokens.remaining(), expires_in=tokens.expires_in)
    return Stored(tokens, due, is_due=due is not None and due <= now)
