"""Threads and waits with a limit, and what keeps the application's own code from harming them.

Work runs in its own thread. A token call or a flight is waited for. Reentry is refused, and a log handler that raises
does no harm.
"""

from __future__ import annotations

import logging
import math
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from contextvars import ContextVar, copy_context
from typing import TYPE_CHECKING, Any, TypeVar

import anyio
from anyio.lowlevel import current_token
from attrs import define

from afresh._errors import ConfigurationError
from afresh._http import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator, Mapping

    T = TypeVar("T")

log = logging.getLogger("afresh")


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


class Deadline:
    """Limits the total time of one call, while httpx's time-outs limit each of its parts.

    Args:
        seconds: The time limit.
        request: The request that the error names.
        name: The name of the thread in which the call is made.
    """

    def __init__(self, seconds: float, request: httpx.Request, *, name: str = "afresh-token-call") -> None:
        self._seconds = seconds
        self._name = name
        self._request = request
        self._mutex = threading.Lock()
        self._is_over = False
        self._was_sent: bool | None = None  # unknown: a user's own transport may not report it

    def trace(self, event: str, _: dict[str, Any]) -> None:
        """Handle httpcore's events, as the request extension `trace`. Nothing is sent after the time limit."""
        with self._mutex:
            is_sent_now = event.endswith("send_request_headers.started")
            if is_sent_now and self._is_over:
                raise OverdueError
            self._was_sent = self._was_sent or is_sent_now

    def run(self, call: Callable[[], T]) -> T:
        """Make the call, and return its result or raise its error.

        Raises:
            httpx.ConnectTimeout: The time limit is over. Nothing was sent, nor will be.
            httpx.ReadTimeout: The time limit is over. The server may have received the request.
        """
        try:
            return run_within(self._seconds, call, name=self._name)
        except OverdueError:
            with self._mutex:
                self._is_over = True
                was_sent = self._was_sent
            kind = httpx.ConnectTimeout if was_sent is False else httpx.ReadTimeout
            raise kind(f"no complete response after {self._seconds:g} s", request=self._request) from None


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


async def run_stoppably(work: Callable[[threading.Event], T], *, max_wait: float) -> T:
    """Run work in its own thread, and return its result or raise its error, without blocking the event loop.

    If cancelled, it sets the event that the work was given, and waits until the work is done.

    Args:
        work: Ends soon when the event is set.
        max_wait: How long the interpreter waits for the work at exit, in seconds: see `start_thread`.

    Raises:
        RuntimeError: No thread can be started.
    """
    stop, wake, wait = threading.Event(), *task_waiter()
    results: list[T] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(work(stop))
        except BaseException as error:  # noqa: BLE001 - raised in the waiting task
            errors.append(error)
        finally:
            wake()

    start_thread(run, name="afresh-sign-in", max_wait=max_wait)
    try:
        await wait(math.inf)
    except BaseException:
        stop.set()
        with anyio.CancelScope(shield=True):
            await wait(math.inf)
        raise
    if errors:
        raise errors[0]
    return results[0]


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


def log_safely(
    level: int,
    message: str,
    *arguments: object,
    error: BaseException | None = None,
    extra: Mapping[str, object] | None = None,
) -> None:
    """Log a message. Never raises.

    An error of a handler or filter is printed to standard error, as `logging` does with errors in `emit`.

    Args:
        level: A level of `logging`.
        message: The message, a `%` format string.
        arguments: The arguments of the format string.
        error: An error whose traceback is added to the record.
        extra: Attributes for the record.
    """
    try:
        log.log(level, message, *arguments, exc_info=error, extra=extra)
    except Exception:  # noqa: BLE001 - a failing log handler must not affect the session
        if logging.raiseExceptions and sys.stderr:
            traceback.print_exc()
