"""Compares the public surfaces of two states of the repository."""

from collections.abc import Iterator
from pathlib import Path

from comparing import custom
from comparing.changes import Change
from comparing.generated import Comparison
from comparing.surface import ComparisonError, Surface

__all__ = ["ComparisonError", "compare"]


def compare(before: Path, after: Path) -> list[Change]:
    """Return what changed for users between two states, the weightiest first; nothing where all else may differ.

    Each is a folder with custom/ and generated/ in it, as a checkout or an unpacked sdist is. Raises ComparisonError
    where one has no surface that can be read.
    """
    return sorted({*_changes(before, after)}, key=lambda change: (-change.kind, change.subject, change.said))


def _changes(before: Path, after: Path) -> Iterator[Change]:
    yield from Comparison(Surface.read(_surface(before)), Surface.read(_surface(after))).changes()
    yield from custom.changes(custom.load(before / "custom"), custom.load(after / "custom"))


def _surface(root: Path) -> Path:
    found = [*(root / "generated").glob("*/surface.txt")]
    if len(found) != 1:
        number = len(found) or "no"
        raise ComparisonError(
            f"{root / 'generated'} has {number} package with a surface.txt, which scripts/generate writes"
        )
    return found[0]
