"""Candidates for a purpose, and the one that is chosen: where several are as good, none is."""

import re
from collections.abc import Mapping
from itertools import takewhile

from attrs import define, evolve

from afresh_toolkit.generator.reading.description import DescribedOperation

_VERSION = re.compile(r"/v(\d+)(?=/)")

Value = str | float | bool


@define(frozen=True)
class Choice:
    """An operation for a purpose: what to send with the call, and the reasons for it."""

    operation: DescribedOperation
    send: Mapping[str, Value]
    reasons: tuple[str, ...]


@define(frozen=True)
class Candidate:
    """A choice, and how well it fits."""

    choice: Choice
    score: int


def choose(
    purpose: str,
    candidates: list[Candidate],
    open_: dict[str, str],
    otherwise: str | None = None,
    near: Choice | None = None,
) -> Choice | None:
    """Return the one that is better than all others; where there is none, say why in `open_`.

    Of those that are as good, it is the one above the others, or the one whose path has most in common with `near`.
    """
    best = max((candidate.score for candidate in candidates), default=0)
    leading = [candidate.choice for candidate in candidates if candidate.score == best]
    if len(leading) == 1:
        return leading[0]
    for choice in leading:
        others = [other.operation for other in leading if other is not choice]
        if others and all(other.path.startswith(f"{choice.operation.path.rstrip('/')}/") for other in others):
            below = f"{' and '.join(other.name for other in others)} would do, too, below it"
            return evolve(choice, reasons=(*choice.reasons, below))
    if (newest := _newest(leading)) is not None:
        rest = " and ".join(other.operation.name for other in leading if other is not newest)
        return evolve(newest, reasons=(*newest.reasons, f"is of a newer version than {rest}"))
    if near is not None and leading:
        shared = [_shared(choice.operation.path, near.operation.path) for choice in leading]
        if shared.count(max(shared)) == 1:
            choice = leading[shared.index(max(shared))]
            rest = " and ".join(other.operation.name for other in leading if other is not choice)
            why = f"is nearest to {near.operation.name}; {rest} would do, too"
            return evolve(choice, reasons=(*choice.reasons, why))
    if leading:
        open_[purpose] = f"it could be {' or '.join(choice.operation.name for choice in leading)}"
    else:
        open_[purpose] = otherwise or "no operation looks like it"
    return None


def _newest(leading: list[Choice]) -> Choice | None:
    """Return the newest of operations whose paths differ in a version alone (`/v1`, `/v2`); None for others."""
    if len({_VERSION.sub("/v", choice.operation.path) for choice in leading}) != 1:
        return None
    versions = [int(match[1]) for choice in leading if (match := _VERSION.search(choice.operation.path))]
    if len({*versions}) != len(leading):
        return None
    return leading[versions.index(max(versions))]


def _shared(path: str, other: str) -> int:
    """Return how many segments two paths have in common at their start."""
    pairs = zip(path.split("/"), other.split("/"), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
