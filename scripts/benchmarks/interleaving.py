"""Measuring several things side by side, so that what befalls the machine befalls all alike."""

from __future__ import annotations

import gc
import random
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from attrs import frozen

from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

K = TypeVar("K")
T = TypeVar("T")

WARM_UP: Final = 20
"""Calls before any that count: what is imported late is there and the interpreter has specialized its code."""


def interleaved(measures: Mapping[K, Callable[[], T]], rounds: int) -> dict[K, list[T]]:
    """Take all measures once in each round, in another order each time, so that none always runs in another's wake."""
    taken: dict[K, list[T]] = {key: [] for key in measures}
    order = list(measures)
    dice = random.Random(0)  # noqa: S311 - nothing is to be kept secret
    for _ in range(rounds):
        dice.shuffle(order)
        for key in order:
            taken[key].append(measures[key]())
    return taken


@frozen
class Timing:
    """How long a call takes.

    Attributes:
        name: What is called.
        seconds: Of a call: the median of the blocks.
        ratios: Of two blocks in the same round, to that of each call that is named.
    """

    name: str
    seconds: Spread
    ratios: dict[str, Spread]


def timings(
    calls: Mapping[str, Callable[[], object]], *, against: Sequence[str], rounds: int, count: int
) -> list[Timing]:
    """Time blocks of so many calls each, in every round one of each.

    Args:
        calls: What to call, by names.
        against: The names of those that all are compared with. They are timed twice: so one sees what this machine
            calls equal.
        rounds: How many blocks there are of each.
        count: How many calls make a block.
    """
    calls = {**calls, **{f"{name}, again": calls[name] for name in against}}
    for call in calls.values():
        _block(call, WARM_UP)
    # What stands by now is not to be traversed by whichever call happens to trigger a collection.
    gc.collect()
    gc.freeze()
    blocks = interleaved({name: partial(_block, call, count) for name, call in calls.items()}, rounds)
    return [
        Timing(
            name,
            Spread.of_many(times),
            {base: Spread.of_many([t / b for t, b in zip(times, blocks[base], strict=True)]) for base in against},
        )
        for name, times in blocks.items()
    ]


def _block(call: Callable[[], object], count: int) -> float:
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count
