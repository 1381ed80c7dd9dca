"""Measuring several things side by side, so that what befalls the machine befalls all alike."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

K = TypeVar("K")
T = TypeVar("T")


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
