"""Goes through everything that can happen from one world on, each state of it once."""

from __future__ import annotations

from itertools import chain, pairwise
from typing import TYPE_CHECKING

from attrs import frozen

from exploration.invariants import ALWAYS, WITHOUT_EVENTS, Invariants, ViolationError
from exploration.replay import stand_ins
from exploration.world import Rules, Setting, World, normal

if TYPE_CHECKING:
    from collections.abc import Sequence


@frozen
class Explored:
    """What an exploration saw.

    Attributes:
        states: The states of the world that can be reached.
        moves: The ways from one to the next.
        schedules: The orders of moves from the start to an end.
        longest: The number of moves in the longest of them.
    """

    states: int
    moves: int
    schedules: int
    longest: int

    def __str__(self) -> str:
        return (
            f"{self.states:,} states, {self.moves:,} moves, {self.schedules:,} schedules "
            f"of {self.longest} moves at the most, no violation"
        )


@frozen
class Found:
    """An invariant that does not hold, and a shortest schedule that shows it."""

    invariant: str
    schedule: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join(
            (
                f"{self.invariant} is violated after {len(self.schedule)} moves:",
                *(f"    {move}" for move in self.schedule),
            )
        )


def explore(setting: Setting, invariants: Invariants | None = None) -> Explored | Found:
    """Visit every state that can be reached, nearest first, until an invariant does not hold.

    Args:
        setting: What to begin with.
        invariants: What must hold; by default all that must.
    """
    with stand_ins():
        return _explore(setting, invariants or (ALWAYS if setting.events else WITHOUT_EVENTS))


def _explore(setting: Setting, invariants: Invariants) -> Explored | Found:
    rules = Rules(invariants)
    worlds = [rules.begin(setting)]
    numbers = {worlds[0]: 0}
    parents = [0]
    edges: list[tuple[int, ...]] = []
    for here, world in enumerate(worlds):
        nexts: list[int] = []
        try:
            for move, after in rules.moves(world):
                same = normal(after)
                number = numbers.get(same)
                if number is None:
                    invariants.world(same, str(move))
                    number = numbers[same] = len(worlds)
                    worlds.append(same)
                    parents.append(here)
                nexts.append(number)
            if not nexts:
                invariants.no_more(world)
        except ViolationError as error:
            return Found(error.invariant, (*_schedule(rules, worlds, parents, here), error.move))
        edges.append(tuple(nexts))
    return _counted(edges) or Found("every_schedule_ends", ())


def _schedule(rules: Rules, worlds: Sequence[World], parents: Sequence[int], last: int) -> tuple[str, ...]:
    """Give the moves that lead to a state."""
    path = [last]
    while path[-1]:
        path.append(parents[path[-1]])
    world, moves = worlds[0], list[str]()
    for before, number in pairwise(reversed(path)):
        # From the world as it is where that goes: in the one that stands for it, requests may have swapped names.
        ways = chain(rules.moves(world), rules.moves(worlds[before]))
        move, world = next((move, after) for move, after in ways if normal(after) == worlds[number])
        moves.append(str(move))
    return tuple(moves)


def _counted(edges: Sequence[Sequence[int]]) -> Explored | None:
    """Count the ways through a graph; None where some of them go round in circles."""
    arrivals = [0] * len(edges)
    for nexts in edges:
        for number in nexts:
            arrivals[number] += 1
    ways, depths = [1] + [0] * (len(edges) - 1), [0] * len(edges)
    ready, passed, schedules, longest = [0], 0, 0, 0
    while ready:
        here = ready.pop()
        passed += 1
        if not edges[here]:
            schedules += ways[here]
            longest = max(longest, depths[here])
        for number in edges[here]:
            ways[number] += ways[here]
            depths[number] = max(depths[number], depths[here] + 1)
            arrivals[number] -= 1
            if not arrivals[number]:
                ready.append(number)
    if passed < len(edges):
        return None
    return Explored(len(edges), sum(map(len, edges)), schedules, longest)
