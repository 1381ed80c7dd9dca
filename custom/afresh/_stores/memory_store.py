"""Where tokens live: the `TokenStore` protocol, and `MemoryStore`."""

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
    """A place for the tokens of one session, shared by all that use the session: threads, processes, machines.

    Its methods block; they are called from a thread of the session's own, never from an event loop, except for the
    one `load` when a session is made. They may raise anything: the session reports it as `StoreError`.
    """

    def load(self) -> Tokens | None:
        """Give the tokens that were saved last, None where there are none."""
        ...

    def save(self, tokens: Tokens | None) -> None:
        """Keep tokens, or forget them (None). When it returns, a crash or power cut no longer loses them."""
        ...

    def lock(self, timeout: float) -> AbstractContextManager[object]:
        """Hold the only right to renew these tokens while the context lasts.

        Args:
            timeout: Seconds to wait for it at the most.

        Raises:
            TimeoutError: On entering, where somebody else held it all that time.
        """
        ...


class MemoryStore:
    """Keeps tokens as long as the process lives. Share one object between the clients of one session.

    A copy, be it by `copy`, `pickle` or a fork, holds no refresh token: two places that do not know of each other would
    use it twice, and the server would revoke the session.
    """

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens
        self._lock = threading.Lock()
        call_in_child(self, MemoryStore._leave_refresh_token)

    def __reduce__(self) -> tuple[type[MemoryStore], tuple[Tokens | None]]:
        return type(self), (_without_refresh_token(self._tokens),)

    def _leave_refresh_token(self) -> None:
        self._lock = threading.Lock()
        self._tokens = _without_refresh_token(self._tokens)

    def load(self) -> Tokens | None:
        """Give the tokens, None where there are none."""
        return self._tokens

    def save(self, tokens: Tokens | None) -> None:
        """Keep tokens, or forget them (None)."""
        self._tokens = tokens

    @contextmanager
    def lock(self, timeout: float) -> Generator[None]:
        """Hold the only right to renew these tokens, in this process.

        Raises:
            TimeoutError: Another thread held it for `timeout` seconds.
        """
        if not self._lock.acquire(timeout=timeout):
            raise TimeoutError(f"another thread held the lock for {timeout:g} s")
        try:
            yield
        finally:
            self._lock.release()


def _without_refresh_token(tokens: Tokens | None) -> Tokens | None:
    return tokens and evolve(tokens, refresh_token=None)
