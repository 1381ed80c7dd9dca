"""The `TokenStore` protocol, and `MemoryStore`."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from attrs import evolve

from afresh._forking import call_in_child

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager

    from afresh._tokens import Tokens


@runtime_checkable
class TokenStore(Protocol):
    """Keeps the tokens of one session, for all threads, processes and machines that share it.

    The methods may block. The session calls them in its own thread, never in an event loop, except for one `load` when
    it is made. They may raise any exception: the session reports it as `StoreError`.
    """

    def load(self) -> Tokens | None:
        """Return the tokens that were saved last, or None if there are none."""
        ...

    def save(self, tokens: Tokens | None) -> None:
        """Save tokens, or delete them (None). After it returns, a crash or power cut must not lose the change."""
        ...

    def lock(self, timeout: float) -> AbstractContextManager[object]:
        """Hold the exclusive lock on these tokens for the duration of the context.

        `load` and `save` must work while the lock is held.

        Args:
            timeout: The longest wait for the lock, in seconds.

        Raises:
            TimeoutError: Another holder kept the lock for that time. Raised on entering the context.
        """
        ...


class MemoryStore:
    """Keeps tokens in memory, until the process ends. Share one object between the clients of one session.

    A copy made by `copy`, `pickle` or a fork has no refresh token. Otherwise both copies would use the same refresh
    token, and the server would revoke the session.
    """

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        call_in_child(self, MemoryStore._drop_refresh_token)

    def __reduce__(self) -> tuple[type[MemoryStore], tuple[Tokens | None]]:
        return type(self), (_without_refresh_token(self._tokens),)

    def _drop_refresh_token(self) -> None:
        self._lock = threading.Lock()
        self._tokens = _without_refresh_token(self._tokens)

    def load(self) -> Tokens | None:
        """Return the tokens, or None if there are none."""
        return self._tokens

    def save(self, tokens: Tokens | None) -> None:
        """Save tokens, or delete them (None)."""
        self._tokens = tokens

    @contextmanager
    def lock(self, timeout: float) -> Generator[None]:
        """Hold the exclusive lock on these tokens, in this process.

        Raises:
            TimeoutError: Another thread held the lock for `timeout` seconds.
        """
        if not self._lock.acquire(timeout=timeout):
            raise TimeoutError(f"another thread held the lock for {timeout:g} s")
        try:
            yield
        finally:
            self._lock.release()


def _without_refresh_token(tokens: Tokens | None) -> Tokens | None:
    return tokens and evolve(tokens, refresh_token=None)
