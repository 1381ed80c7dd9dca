"""Run work in its own thread, with a limit on how long the caller, or the interpreter at exit, waits for it."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")


def start_thread(work: Callable[[], object], *, name: str, max_wait: float) -> None:
    """Run work in its own thread, in a copy of the caller's context, so that tracing spans keep their parent.

    At exit, the interpreter waits until the work is done, but no longer than `max_wait` seconds from now. The worker is
    a daemon thread, because the interpreter can abandon only those. The wait is for a second, non-daemon thread.

    Raises:
        RuntimeError: No thread can be started.
    """
    done, context = threading.Event(), copy_context()

    def run() -> None:
        try:
            with suppress(SystemExit):  # ends this thread, as in any thread
                context.run(work)
        finally:
            done.set()

    # Set `daemon` on both: the default is inherited from the starting thread.
    exit_guard = threading.Thread(target=done.wait, args=(max_wait,), name=f"{name}-guard", daemon=False)
    worker = threading.Thread(target=run, name=name, daemon=True)
    exit_guard.start()
    try:
        worker.start()
    except BaseException:
        done.set()
        raise


class OverdueError(Exception):
    """The work did not end in time."""


def run_within(seconds: float, work: Callable[[], T], *, name: str) -> T:
    """Run work in its own thread, and return its result or raise its error.

    Raises:
        OverdueError: The work takes longer. It goes on in its thread, and its result is dropped.
    """
    done, context = threading.Event(), copy_context()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(context.run(work))
        except BaseException as error:  # noqa: BLE001 - raised in the waiting thread
            errors.append(error)
        finally:
            done.set()

    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError:  # no thread can be started, as at exit; the interpreter's own wait is limited then
        return work()
    if not done.wait(seconds):
        raise OverdueError
    if errors:
        raise errors[0]
    return results[0]
