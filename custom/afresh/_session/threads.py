"""Work in a thread of its own, with an end: to the wait for it, and to the interpreter's wait at exit."""

from __future__ import annotations

import threading
from contextlib import suppress
from contextvars import copy_context
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    T = TypeVar("T")


def start_thread(work: Callable[[], object], *, name: str, patience: float) -> None:
    """Run work in a thread of its own, in a copy of the caller's context, so that spans have their parent.

    At exit the interpreter waits until the work is done, but no longer than `patience` seconds from now. It waits for a
    second thread: the one that works is a daemon, since nothing else can be left behind.

    Raises:
        RuntimeError: No thread can be started.
    """
    done, context = threading.Event(), copy_context()

    def run() -> None:
        try:
            with suppress(SystemExit):  # it ends this thread, as it ends any
                context.run(work)
        finally:
            done.set()

    # Said in so many words: what is not said is inherited from the thread that starts them.
    guard = threading.Thread(target=done.wait, args=(patience,), name=f"{name}-guard", daemon=False)
    worker = threading.Thread(target=run, name=name, daemon=True)
    guard.start()
    try:
        worker.start()
    except BaseException:
        done.set()
        raise


class OverdueError(Exception):
    """Work has not ended in time."""


def within(seconds: float, work: Callable[[], T], *, name: str) -> T:
    """Run work, and give what it gives, or raise what it raises.

    Raises:
        OverdueError: It takes longer. It goes on in its thread, and what comes of it is dropped.
    """
    done, context = threading.Event(), copy_context()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(context.run(work))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            errors.append(error)
        finally:
            done.set()

    try:
        threading.Thread(target=run, name=name, daemon=True).start()
    except RuntimeError:  # at exit no thread can be started: what waits for this then has an end of its own
        return work()
    if not done.wait(seconds):
        raise OverdueError
    if errors:
        raise errors[0]
    return results[0]
