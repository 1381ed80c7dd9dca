"""What a forked child must not take over: its parent's connections, the locks of its threads, and the work they do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from weakref import WeakMethod

if TYPE_CHECKING:
    from collections.abc import Callable

_methods: set[WeakMethod[Callable[[], None]]] = set()


def call_in_child(method: Callable[[], None]) -> None:
    """Have a method called in every forked child, as long as its object lives."""
    _methods.add(WeakMethod(method, _methods.discard))


def _in_child() -> None:
    for reference in list(_methods):
        method = reference()
        if method is not None:  # pragma: no branch - else it has died this very moment
            method()


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_in_child)
