"""`scripts/bench bulk`: many calls at once, beside those that a semaphore or a pool of threads holds back."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from afresh import AsyncClient, Client, SDKError, Tokens, bulk
from benchmarks.interleaving import interleaved
from benchmarks.limiting import counts, serving
from benchmarks.processes import python
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.limiting import Limit

AT_ONCE: Final = 20
TARGET: Final = 1.1
"""What a call may take, as a multiple of one with a semaphore or a pool, where nothing is refused."""
MEMORY_TARGET: Final = 8.0
"""Megabytes that all calls may take beyond a tenth of them."""
LIMITS: Final[dict[Limit, str]] = {
    "none": "takes all",
    "tenth": "refuses each tenth",
    "rate": "limits the rate",
}
CONTENDERS: Final = {
    "tasks": {"bulk": "bulk, tasks", "own": "asyncio.Semaphore"},
    "threads": {"bulk": "bulk, threads", "own": "ThreadPoolExecutor"},
}

ALL: Final = f"""
import sys
from afresh import Client, Tokens, bulk

url, calls = sys.argv[1:]
lost = given = 0
with Client(url, tokens=Tokens.issued("none", expires_in=86400)) as api:
    with bulk(lambda _: api.users.me(), range(int(calls)), at_once={AT_ONCE}, errors="return") as outcomes:
        for outcome in outcomes:
            given += 1
            lost += outcome.error is not None
print(lost, given, file=sys.stderr)
"""


@frozen
class Calls:
    """What was measured of one way to make many calls.

    Attributes:
        name: How they are made.
        server: What the server does.
        per_second: Calls a second.
        ratio: Time, as a multiple of that of the own way of the same kind, in the same round.
        lost: How many calls failed, of all rounds.
        refused: How many requests the server refused for each call, of all rounds.
    """

    name: str
    server: str
    per_second: Spread
    ratio: Spread
    lost: int
    refused: float


@frozen
class Whole:
    """What was measured of a process that makes many calls to a server that refuses each tenth.

    Attributes:
        calls: How many.
        lost: How many of them failed.
        seconds: From the process's start to its end.
        memory: Megabytes at its peak.
        beyond: Megabytes at its peak beyond those of a process that makes a tenth of the calls.
    """

    calls: int
    lost: int
    seconds: float
    memory: float
    beyond: float


def measure(*, calls: int, block: int, rounds: int, tell: Callable[[str], None]) -> tuple[list[Calls], Whole]:
    """Measure blocks of calls against servers that refuse none, some, and too many; and then all calls in one process.

    Args:
        calls: How many calls the process makes.
        block: How many calls make a block.
        rounds: How often each block is made.
        tell: Told what is done next.
    """
    rows = [row for limit in LIMITS for kind in CONTENDERS for row in _blocks(limit, kind, block, rounds, tell)]
    with serving("tenth") as url:
        tell(f"{calls // 10:,} calls")
        tenth = python(["-c", ALL, url, str(calls // 10)], "").checked()
        tell(f"{calls:,} calls")
        usage = python(["-c", ALL, url, str(calls)], "").checked()
    lost, given = map(int, usage.said.split())
    return rows, Whole(calls, lost + calls - given, usage.wall, usage.memory, usage.memory - tenth.memory)


def _blocks(limit: Limit, kind: str, block: int, rounds: int, tell: Callable[[str], None]) -> list[Calls]:
    tell(f"{kind}, a server that {LIMITS[limit]}")
    lost: dict[str, int] = dict.fromkeys(CONTENDERS[kind], 0)
    refused: dict[str, int] = dict.fromkeys(CONTENDERS[kind], 0)
    with serving(limit) as url:

        def run(way: str) -> float:
            start = time.perf_counter()
            lost[way] += WAYS[kind, way](url, block)
            seconds = time.perf_counter() - start
            refused[way] += counts(url)["refused"]
            return seconds

        run("own")  # what is imported late is there
        lost["own"] = refused["own"] = 0
        times = interleaved({way: partial(run, way) for way in CONTENDERS[kind]}, rounds)
    return [
        Calls(
            CONTENDERS[kind][way],
            LIMITS[limit],
            Spread.of([block / seconds for seconds in times[way]]),
            Spread.of([mine / own for mine, own in zip(times[way], times["own"], strict=True)]),
            lost[way],
            refused[way] / block / rounds,
        )
        for way in CONTENDERS[kind]
    ]


def _tokens() -> Tokens:
    return Tokens.issued("none", expires_in=86400)


def _bulk_threads(url: str, count: int) -> int:
    with (
        Client(url, tokens=_tokens()) as api,
        bulk(lambda _: api.users.me(), range(count), at_once=AT_ONCE, errors="return") as outcomes,
    ):
        return sum(outcome.error is not None for outcome in outcomes)


def _pool(url: str, count: int) -> int:
    with Client(url, tokens=_tokens()) as api, ThreadPoolExecutor(AT_ONCE) as pool:

        def fails(_: int) -> bool:
            try:
                api.users.me()
            except SDKError:
                return True
            return False

        return sum(pool.map(fails, range(count)))


async def _bulk_tasks(url: str, count: int) -> int:
    lost = 0
    async with AsyncClient(url, tokens=_tokens()) as api:

        async def call(_: int) -> Any:
            return await api.users.me()

        async with bulk(call, range(count), at_once=AT_ONCE, errors="return") as outcomes:
            async for outcome in outcomes:
                lost += outcome.error is not None
    return lost


async def _semaphore(url: str, count: int) -> int:
    semaphore = asyncio.Semaphore(AT_ONCE)
    async with AsyncClient(url, tokens=_tokens()) as api:

        async def fails() -> bool:
            async with semaphore:
                try:
                    await api.users.me()
                except SDKError:
                    return True
                return False

        return sum(await asyncio.gather(*(fails() for _ in range(count))))


WAYS: Final[dict[tuple[str, str], Callable[[str, int], int]]] = {
    ("tasks", "bulk"): lambda url, count: asyncio.run(_bulk_tasks(url, count)),
    ("tasks", "own"): lambda url, count: asyncio.run(_semaphore(url, count)),
    ("threads", "bulk"): _bulk_threads,
    ("threads", "own"): _pool,
}
