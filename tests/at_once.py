"""Fifty calls that start together, in threads or tasks."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

AT_ONCE = 50


def in_threads(call: Callable[[], object]) -> list[object]:
    """Call from fifty threads that start together; give each result, or the error that stands for it."""
    start = threading.Barrier(AT_ONCE)

    def run() -> object:
        start.wait()
        try:
            return call()
        except Exception as error:  # noqa: BLE001 - the test judges it
            return error

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(AT_ONCE)]]


async def in_tasks(call: Callable[[], Awaitable[object]]) -> list[object]:
    """Call from fifty tasks; give each result, or the error that stands for it."""
    results: list[object] = []

    async def run() -> None:
        try:
            results.append(await call())
        except Exception as error:  # noqa: BLE001 - the test judges it
            results.append(error)

    async with anyio.create_task_group() as tasks:
        for _ in range(AT_ONCE):
            tasks.start_soon(run)
    return results
