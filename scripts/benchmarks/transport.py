"""`scripts/bench transport`: calls a second over httpx, httpx2 and aiohttp, from tasks and from threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from attrs import frozen

from benchmarks.caller import TASKS, THREADS
from benchmarks.interleaving import interleaved
from benchmarks.server import PYTHONPATH
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CANNED: Final = Path(__file__).with_name("canned.py")
PEER: Final = "openai"
"""The SDK beside ours. It is left out where it is not installed."""
DEFAULT: Final = "ours, httpx"
COUNTS: Final[dict[str, tuple[int, ...]]] = {"tasks": (1, 25, 100, 500), "threads": (1, 25)}
RAW: Final = {
    "ours, httpx": "httpx",
    "ours, httpx2": "httpx2",
    "ours, aiohttp": "httpx over aiohttp",
    "ours, httpx2 over aiohttp": "httpx2 over aiohttp",
}
"""What each of our clients is compared with."""
TARGET: Final = 1.10
"""The time that a call may take, as a multiple of that."""
FASTER: Final = {("ours, httpx2", 100): 3.5, ("ours, aiohttp", 100): 7.0}
"""How many times the calls a second of the default there should be, with so many tasks."""
FEWEST: Final = 400
"""Calls in a block."""


@frozen
class Rate:
    """What was measured of one client.

    Attributes:
        kind: `tasks` or `threads`.
        count: How many of them.
        name: The client.
        per_second: Calls a second.
        cpu: Seconds of CPU time a call takes in the client.
        over_raw: The time of a call, as a multiple of that without the SDK.
        over_default: The calls a second, as a multiple of those of the default.
    """

    kind: str
    count: int
    name: str
    per_second: Spread
    cpu: Spread
    over_raw: Spread | None
    over_default: Spread


class Caller:
    """A process that makes calls with one client."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def block(self, count: int, calls: int) -> tuple[float, float]:
        """Make so many calls from so many tasks or threads; returns seconds and CPU seconds, each of a call."""
        _of(self._process.stdin).write(f"{count} {calls}\n")
        _of(self._process.stdin).flush()
        line = _of(self._process.stdout).readline()
        if not line:
            raise RuntimeError(f"{self._process.args!r} has ended")
        seconds, cpu = json.loads(line)
        return seconds / calls, cpu / calls


def measure(*, rounds: int, counts: Sequence[int] | None, tell: Callable[[str], None]) -> list[Rate]:
    """Measure all clients against a server that costs little.

    Args:
        rounds: How many blocks of each client.
        counts: How many tasks or threads; None for those of the table.
        tell: Told what is done next.
    """
    rates: list[Rate] = []
    with ExitStack() as stack:
        server = stack.enter_context(_process([str(CANNED)]))
        stack.callback(server.terminate)
        url = f"http://127.0.0.1:{_of(server.stdout).readline().strip()}"
        for kind, names in (("tasks", TASKS), ("threads", THREADS)):
            there = [name for name in names if not name.startswith(PEER) or find_spec(PEER)]
            for count in counts or COUNTS[kind]:
                tell(f"{count} {kind}")
                with ExitStack() as callers:
                    rates += _measure(kind, count, {name: _caller(callers, kind, name, url) for name in there}, rounds)
    return rates


def _measure(kind: str, count: int, callers: dict[str, Caller], rounds: int) -> list[Rate]:
    calls = max(FEWEST, count)
    for caller in callers.values():
        caller.block(count, count)  # connections are open then, and what is imported late is there
    taken = interleaved(
        {name: lambda caller=caller: caller.block(count, calls) for name, caller in callers.items()},  # type: ignore[misc]
        rounds,
    )
    seconds: dict[str, list[float]] = {name: [block[0] for block in blocks] for name, blocks in taken.items()}

    def ratio(one: str, other: str) -> Spread:
        return Spread.of([a / b for a, b in zip(seconds[one], seconds[other], strict=True)])

    return [
        Rate(
            kind,
            count,
            name,
            per_second=Spread.of([1 / each for each in seconds[name]]),
            cpu=Spread.of([block[1] for block in blocks]),
            over_raw=ratio(name, RAW[name]) if name in RAW else None,
            over_default=ratio(DEFAULT, name),
        )
        for name, blocks in taken.items()
    ]


def _caller(stack: ExitStack, kind: str, name: str, url: str) -> Caller:
    process = stack.enter_context(_process(["-m", "benchmarks.caller", kind, name, url]))
    stack.callback(_of(process.stdin).close)  # it ends then
    return Caller(process)


def _process(arguments: Sequence[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", *arguments],
        env={**os.environ, "PYTHONPATH": PYTHONPATH},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _of(pipe: IO[Any] | None) -> IO[Any]:
    if pipe is None:
        raise RuntimeError("the process has no pipe")
    return pipe
