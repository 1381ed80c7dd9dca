"""Making many requests at once with one client, from threads or from tasks, and timing them."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, Protocol

from attrs import frozen

from benchmarks.contender import Contender

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from benchmarks.contender import AsyncContender, AsyncGet, Get, Pair, Site


@frozen
class Done:
    """What came of it.

    Attributes:
        seconds: From the start of the first request to the end of the last.
        errors: What was raised by those that were lost.
    """

    seconds: float
    errors: list[Exception]


class AtOnce(Protocol):
    """Makes `count` requests at once; lets the `late` ones go by `release` when all others have ended."""

    def __call__(self, count: int, late: int, release: Callable[[], None]) -> Done:
        """Return when all have ended."""
        ...


@contextmanager
def opened(contender: Contender | AsyncContender, site: Site, pair: Pair) -> Iterator[AtOnce]:
    """Open a client and give how to make many requests with it. Tasks all run in one event loop."""
    if contender.open is None:
        raise ValueError(f"{contender.name} has nothing for {contender.kind}")
    if isinstance(contender, Contender):
        with contender.open(site, pair) as get:
            yield partial(_in_threads, get)
        return
    with asyncio.Runner() as runner:
        client = contender.open(site, pair)
        async_get = runner.run(client.__aenter__())
        try:
            yield lambda count, late, release: runner.run(_in_tasks(async_get, count, late, release))
        finally:
            runner.run(client.__aexit__(None, None, None))


def _in_threads(get: Get, count: int, late: int, release: Callable[[], None]) -> Done:
    ended: SimpleQueue[Exception | None] = SimpleQueue()
    ready = threading.Barrier(count + 1)

    def one() -> None:
        ready.wait()
        try:
            get()
        except Exception as error:  # noqa: BLE001 - whatever a client raises is a request lost
            ended.put(error)
        else:
            ended.put(None)

    threads = [threading.Thread(target=one) for _ in range(count)]
    for thread in threads:
        thread.start()
    ready.wait()
    start = time.perf_counter()
    results = [ended.get() for _ in range(count - late)]
    if late:
        release()
        results += [ended.get() for _ in range(late)]
    seconds = time.perf_counter() - start
    for thread in threads:
        thread.join()
    return Done(seconds, [error for error in results if error])


async def _in_tasks(get: AsyncGet, count: int, late: int, release: Callable[[], None]) -> Done:
    ended: asyncio.Queue[Exception | None] = asyncio.Queue()

    async def one() -> None:
        try:
            await get()
        except Exception as error:  # noqa: BLE001 - as above
            ended.put_nowait(error)
        else:
            ended.put_nowait(None)

    start = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(one())
        results = [await ended.get() for _ in range(count - late)]
        if late:
            await asyncio.to_thread(release)
            results += [await ended.get() for _ in range(late)]
        seconds = time.perf_counter() - start
    return Done(seconds, [error for error in results if error])
