"""A figure that was measured several times."""

from __future__ import annotations

from math import ceil, floor, sqrt
from statistics import NormalDist, median
from typing import TYPE_CHECKING, Final, Self

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

Z: Final = NormalDist().inv_cdf(0.995)


@frozen
class Spread:
    """The median of some measurements, and how far they lie apart."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Self:
        """Take the median, the least and the greatest."""
        return cls(median(values), min(values), max(values))

    @classmethod
    def of_many(cls, values: Sequence[float]) -> Self:
        """Take the median, and the bounds between which the true one lies with a probability of 99 %.

        They come from the order of the values alone (the sign test), so that stray ones among them do no harm.
        """
        ordered = sorted(values)
        middle, reach = (len(ordered) - 1) / 2, Z / 2 * sqrt(len(ordered))
        return cls(
            median(ordered),
            ordered[max(0, floor(middle - reach))],
            ordered[min(-1, ceil(middle + reach) - len(ordered))],
        )

    def show(self, digits: int = 0) -> str:
        """Give `median (low–high)`, or one number where they are the same when rounded."""
        median, low, high = (f"{value:.{digits}f}" for value in (self.median, self.low, self.high))
        return median if low == high else f"{median} ({low}–{high})"
