"""`scripts/bench tail`: how long calls take while the tokens are renewed ahead of their expiry."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from attrs import frozen

from afresh import AsyncClient, _tokens
from afresh._session import state
from afresh_api.models import Credentials
from benchmarks.interleaving import interleaved
from benchmarks.server import serving
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from afresh._connection import TransportName
    from sandbox.process import Sandbox

ADA: Final = Credentials(username="ada", password="lovelace")  # noqa: S106 - the sandbox's
LIFE: Final = 2.0
"""Seconds that an access token lives. Half of it is leeway here, so that there is a renewal each second."""
REFRESH: Final = 0.3
"""Seconds that a refresh takes."""
PAUSE: Final = 0.25
"""Seconds between two calls of a task: the server keeps up, so that calls do not wait for each other."""
TASKS: Final = 100

NONE: Final = "no renewals"
BEHIND: Final = "renewals in the background"
AHEAD: Final = "renewals that calls wait for"


@frozen
class Run:
    """What came of the calls of one run, in seconds."""

    renewals: int
    calls: int
    lost: int
    median: float
    high: float
    longest: float


@frozen
class Tail:
    """What was measured.

    Attributes:
        name: What was done meanwhile.
        renewals: How many refreshes there were.
        calls: How many calls.
        lost: How many of them failed.
        median: Seconds of a call.
        high: Seconds of a call, the 99.9th percentile.
        longest: Seconds of the longest call.
    """

    name: str
    renewals: Spread
    calls: Spread
    lost: Spread
    median: Spread
    high: Spread
    longest: Spread


def measure(*, renewals: int, rounds: int, transport: TransportName, tell: Callable[[str], None]) -> list[Tail]:
    """Measure the same traffic without renewals, with such as calls do not wait for, and such as they wait for.

    Args:
        renewals: How many renewals there are in a run, one each second.
        rounds: How many runs of each.
        transport: What carries the requests.
        tell: Told what is done next.
    """
    with serving() as sandbox:

        def run(name: str) -> Run:
            tell(name)
            return asyncio.run(_run(sandbox, name, renewals * (LIFE - LIFE / 2), transport))

        with _half_is_leeway():
            runs = interleaved({name: lambda name=name: run(name) for name in (NONE, BEHIND, AHEAD)}, rounds)  # type: ignore[misc]
    figures = ("renewals", "calls", "lost", "median", "high", "longest")
    return [
        Tail(name, **{figure: Spread.of([getattr(run, figure) for run in taken]) for figure in figures})
        for name, taken in runs.items()
    ]


async def _run(sandbox: Sandbox, name: str, seconds: float, transport: TransportName) -> Run:
    sandbox.control.reset()
    sandbox.control.settings(access_ttl=1000 if name == NONE else LIFE)
    sandbox.control.fault("POST /auth/refresh", "delay", seconds=REFRESH, times=None)
    part, state.BACKGROUND_PART = state.BACKGROUND_PART, 0 if name == AHEAD else state.BACKGROUND_PART  # type: ignore[misc]
    times: list[float] = []
    lost = 0
    try:
        async with AsyncClient(sandbox.url, transport=transport) as api:
            await api.login(ADA)
            end = time.perf_counter() + seconds

            async def work(number: int) -> None:
                nonlocal lost
                await asyncio.sleep(PAUSE * number / TASKS)
                while (start := time.perf_counter()) < end:
                    try:
                        await api.users.me()
                    except Exception:  # noqa: BLE001 - whatever is raised, the call is lost
                        lost += 1
                    times.append(time.perf_counter() - start)
                    await asyncio.sleep(PAUSE)

            await asyncio.gather(*map(work, range(TASKS)))
    finally:
        state.BACKGROUND_PART = part  # type: ignore[misc]
    times.sort()
    return Run(
        renewals=sandbox.control.counters().rotations,
        calls=len(times),
        lost=lost,
        median=times[len(times) // 2],
        high=times[int(0.999 * len(times))],
        longest=times[-1],
    )


@contextmanager
def _half_is_leeway() -> Iterator[None]:
    """Let half of a life be leeway in place of a tenth: else, twenty renewals that take 0.3 s would take minutes."""
    usual = _tokens.leeway
    try:
        for module in (_tokens, state):
            vars(module)["leeway"] = lambda expires_in: (expires_in or 0) / 2 if expires_in != 1000 else 1.0  # noqa: PLR2004
        yield
    finally:
        for module in (_tokens, state):
            vars(module)["leeway"] = usual
