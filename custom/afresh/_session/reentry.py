"""Finding what would wait for itself: the session used by what it calls while it works."""

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
    """Work under way for a session. What has copied the context may outlive it."""

    owner: object
    is_over: bool = False


_under_way: ContextVar[tuple[_Work, ...]] = ContextVar("afresh_under_way", default=())


@contextmanager
def working_for(owner: object) -> Generator[None]:
    """Mark what is called meanwhile, here or in threads with a copy of this context, as called by the owner."""
    work = _Work(owner)
    token = _under_way.set((*_under_way.get(), work))
    try:
        yield
    finally:
        work.is_over = True
        _under_way.reset(token)


def refuse_from_inside(owner: object) -> None:
    """Raise where the caller has been called by the owner, which would wait for itself.

    Raises:
        ConfigurationError: That is so.
    """
    if any(work.owner is owner and not work.is_over for work in _under_way.get()):
        raise ConfigurationError(
            "the session is used by its own token store, credentials(), token_client or a log handler, while it waits "
            "for them: give them a client with a session of its own, or none"
        )
