"""Compares the public surfaces of two states of the repository."""

from collections.abc import Iterator
from pathlib import Path

from afresh_toolkit.comparing import custom
from afresh_toolkit.comparing.changes import Change, Kind
from afresh_toolkit.comparing.generated import Comparison
from afresh_toolkit.comparing.surface import ComparisonError, Surface

__all__ = ["ComparisonError", "compare"]


def compare(before: Path, after: Path) -> list[Change]:
    """Return what changed for users between two states, the weightiest first; nothing where all else may differ.

    Each is a folder with custom/ and generated/ in it, as a checkout or an unpacked sdist is. Raises ComparisonError
    where one has no surface that can be read.
    """
    return sorted({*_changes(before, after)}, key=lambda change: (-change.kind, change.subject, change.said))


def _changes(before: Path, after: Path) -> Iterator[Change]:
    old, new = _surface(before), _surface(after)
    if old.parent.name != new.parent.name:
        yield Change(Kind.BREAKING, old.parent.name, f"is called `{new.parent.name}` now, which imports must name")
    yield from Comparison.of(Surface.read(old), Surface.read(new)).changes()
    yield from custom.changes(custom.load(before / "custom"), custom.load(after / "custom"))


def _surface(root: Path) -> Path:
    found = [*(root / "generated").glob("*/surface.txt")]
    if len(found) != 1:
        number = len(found) or "no"
        raise ComparisonError(
            f"{root / 'generated'} has {number} package with a surface.txt, which scripts/generate writes"
        )
    return found[0]
