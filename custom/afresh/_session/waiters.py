"""Waiting for a flight, from a thread or from a task of whichever event loop."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import current_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def thread_waiter() -> tuple[Callable[[], None], Callable[[float], object]]:
    """Give what wakes the calling thread, from any thread, and what makes it wait for that: so many seconds at most."""
    event = threading.Event()
    return event.set, event.wait


def task_waiter() -> tuple[Callable[[], None], Callable[[float], Awaitable[object]]]:
    """Give what wakes the calling task, from any thread, and what makes it wait for that: so many seconds at most.

    Waking does not wait for the task's event loop, which may be busy, closed, or gone.
    """
    event = anyio.Event()
    loop: Any = current_token().native_token
    # asyncio's loops and trio's tokens name the same thing differently.
    call_soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon

    def wake() -> None:
        with suppress(RuntimeError):  # the loop has ended, and its tasks with it
            call_soon(event.set)

    async def wait(seconds: float) -> None:
        with anyio.move_on_after(seconds):
            await event.wait()

    return wake, wait
