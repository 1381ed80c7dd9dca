"""Wait for a flight, in a thread or in a task of any event loop."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import anyio
from anyio.lowlevel import current_token

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


def thread_waiter() -> tuple[Callable[[], None], Callable[[float], object]]:
    """Return a function that wakes the calling thread, and one that waits for that, at most the given seconds.

    Any thread may call the first.
    """
    event = threading.Event()
    return event.set, event.wait


def task_waiter() -> tuple[Callable[[], None], Callable[[float], Awaitable[object]]]:
    """Return a function that wakes the calling task, and a coroutine function that waits for that, with a time limit.

    Any thread may call the first. It does not wait for the task's event loop, which may be busy or closed.
    """
    event = anyio.Event()
    loop: Any = current_token().native_token
    # The same function has different names in asyncio's loops and trio's tokens.
    call_soon = getattr(loop, "call_soon_threadsafe", None) or loop.run_sync_soon

    def wake() -> None:
        with suppress(RuntimeError):  # the loop is closed, and its tasks have ended
            call_soon(event.set)

    async def wait(seconds: float) -> None:
        with anyio.move_on_after(seconds):
            await event.wait()

    return wake, wait
