"""Cleanup after a fork. A child must not use its parent's connections, locks and refreshes in progress."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

_cleanups: WeakKeyDictionary[object, Callable[[Any], None]] = WeakKeyDictionary()


def call_in_child(owner: object, cleanup: Callable[[Any], None]) -> None:
    """Call `cleanup(owner)` in every forked child, as long as the owner is alive."""
    _cleanups[owner] = cleanup


def _in_child() -> None:
    for owner, cleanup in list(_cleanups.items()):
        cleanup(owner)


if hasattr(os, "register_at_fork"):  # pragma: no branch - Windows has no fork
    os.register_at_fork(after_in_child=_in_child)
