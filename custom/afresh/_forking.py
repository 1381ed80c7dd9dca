"""What a forked child must not take over: locks that its parent's threads hold, and the work that they do."""

from __future__ import annotations

import os
from typing import Protocol
from weakref import WeakSet


class Forkable(Protocol):
    """An object that puts itself in order when it finds itself in a forked child."""

    def after_fork_in_child(self) -> None:
        """Replace locks, and let go of what only the parent goes on with."""
        ...


_forkables: WeakSet[Forkable] = WeakSet()


def watch_forks(forkable: Forkable) -> None:
    """Have an object put itself in order in every child, as long as it lives."""
    _forkables.add(forkable)


def _in_child() -> None:
    for forkable in list(_forkables):
        forkable.after_fork_in_child()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_in_child)
