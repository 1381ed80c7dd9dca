"""Compares the public surfaces of two states of the repository."""

from pathlib import Path

from comparing.changes import Change


def compare(before: Path, after: Path) -> list[Change]:
    """Return what changed for users between two states: folders with custom/ and generated/, as a checkout or sdist has.

    Empty where nothing did. Raises ComparisonError where a folder has no surface that can be read.
    """
    raise NotImplementedError
