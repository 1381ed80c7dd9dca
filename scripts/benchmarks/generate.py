"""`scripts/bench generate`: what it takes to make the package of a description, beside openapi-python-client."""

from __future__ import annotations

from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from typing import TYPE_CHECKING, Final

from attrs import frozen

from benchmarks.generating import OURS, STOCK, Edited, Made, ours, stock
from benchmarks.interleaving import interleaved
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.processes import Usage

PEER: Final = "openapi-python-client"
OWN: Final = "scripts/generate"
CHANGED: Final = f"{OWN}, one operation changed"
UNCHANGED: Final = f"{OWN}, nothing changed"
TARGETS: Final = {OWN: 1.0, UNCHANGED: 0.03}
"""What a run may take, as a multiple of openapi-python-client's."""


@frozen
class Program:
    """What was measured of a program.

    Attributes:
        name: The program, and in which case.
        made: What it made; None where it refuses the description.
        cpu: Seconds of CPU time, with those of ruff, which it runs.
        wall: Seconds.
        memory: Megabytes that the largest of its processes held at its peak.
        cpu_ratio: To openapi-python-client's CPU time in the same round; None where that refuses the description.
        wall_ratio: To its seconds, alike.
        memory_ratio: To its megabytes, alike.
    """

    name: str
    made: Made | None
    cpu: Spread
    wall: Spread
    memory: Spread
    cpu_ratio: Spread | None
    wall_ratio: Spread | None
    memory_ratio: Spread | None


def measure(description: Path, *, rounds: int, tell: Callable[[str], None]) -> list[Program]:
    """Measure whole processes: openapi-python-client, ours, and ours where one operation or nothing has changed since.

    Args:
        description: What to make a package of.
        rounds: How often.
        tell: Told what is measured next.
    """

    def anew(name: str, make: Callable[[Path, Path], Usage]) -> Usage:
        tell(name)
        return make(description, Path(mkdtemp(dir=folder)))

    # All is kept until the end: for minutes after many files were removed, some file systems take several times as
    # long to make new ones.
    with TemporaryDirectory() as folder:
        kept = Path(mkdtemp(dir=folder))
        tell("warming up")
        ours(description, kept)
        edited = Edited(description, Path(mkdtemp(dir=folder)))
        edited.make()
        refused = bool(stock(description, kept).status)
        runs = interleaved(
            {
                PEER: lambda: anew(PEER, stock),
                OWN: lambda: anew(OWN, ours),
                CHANGED: edited.make,
                UNCHANGED: lambda: ours(description, kept),
            },
            rounds,
        )
        made = {name: Made.of(Path(kept, STOCK if name == PEER else OURS)) for name in runs}
    peers = None if refused else runs[PEER]
    return [
        Program(
            name,
            None if name == PEER and refused else made[name],
            *(Spread.of([figure(run) for run in usages]) for figure in _FIGURES),
            *(
                Spread.of([figure(run) / figure(peer) for run, peer in zip(usages, peers, strict=True)])
                if peers
                else None
                for figure in _FIGURES
            ),
        )
        for name, usages in runs.items()
    ]


_FIGURES: Final[tuple[Callable[[Usage], float], ...]] = (attrgetter("cpu"), attrgetter("wall"), attrgetter("memory"))
