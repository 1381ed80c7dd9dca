"""Detect reentry: code that a session calls, such as its store, uses the session and would wait for itself."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from attrs import define

from afresh._errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Generator


@define(eq=False)
class _Work:
    """Work in progress for a session. A copy of the context may outlive it."""

    owner: object
    is_over: bool = False


_work_in_progress: ContextVar[tuple[_Work, ...]] = ContextVar("afresh_under_way", default=())


@contextmanager
def working_for(owner: object) -> Generator[None]:
    """Mark everything called within the context as called by the owner, also in threads with a copy of the context."""
    work = _Work(owner)
    token = _work_in_progress.set((*_work_in_progress.get(), work))
    try:
        yield
    finally:
        work.is_over = True
        _work_in_progress.reset(token)


def refuse_reentry(owner: object) -> None:
    """Refuse a call that comes from inside the owner's own work, which would wait for itself.

    Raises:
        ConfigurationError: The call comes from inside.
    """
    if any(work.owner is owner and not work.is_over for work in _work_in_progress.get()):
        raise ConfigurationError(
            "the session was used by its own token store, credentials(), token_client or a log handler, while it was "
            "waiting for them: give them a client with its own session, or an httpx client without one"
        )
