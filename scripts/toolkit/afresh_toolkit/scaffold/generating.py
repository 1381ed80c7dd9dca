"""The command `afresh-toolkit generate`: makes the package, and the part of the README that is about the API."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import define, evolve

from afresh_toolkit.generator import cli
from afresh_toolkit.generator.finishing.manifest import Manifest
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.marked import hash_of, part_of, with_part
from afresh_toolkit.scaffold.record import FILE_NAME

if TYPE_CHECKING:
    from afresh_toolkit.generator.pipeline import Summary

README = "README.md"


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done (or nothing to do), 1 a problem, 2 wrong usage."""
    return cli.main(arguments, invocation, Readme)


@define(frozen=True)
class Readme:
    """The README of a repository that `afresh-toolkit new` made; of others, nothing is looked at."""

    root: Path

    def stale(self, package: Path) -> str | None:
        """Say that its part is not as the last generation wrote it; None where it is, or has no marks."""
        part, manifest = _part(self.root), Manifest.read(package)
        if part is None or manifest is None or hash_of(part) == manifest.readme:
            return None
        return f"the part of {README} between the marks `generated:` is not as it was generated"

    def write(self, package: Path, summary: "Summary") -> str | None:
        """Write its part anew; returns what there is to say of it."""
        if not (self.root / FILE_NAME).is_file():
            return None
        file = self.root / README
        if _part(self.root) is None:
            return f"{README} has no part between `<!-- generated:begin -->` and `<!-- generated:end -->`: it stays so"
        from afresh_toolkit.scaffold.readme import about  # noqa: PLC0415  (takes what --check does without)

        part = about(self.root, package, summary.document, summary.lifecycle)
        with file.open(encoding="utf-8", newline="") as opened:
            text = opened.read()
        file.write_text(with_part(text, part), encoding="utf-8", newline="")
        record(self.root, package)
        return None


def record(root: Path, package: Path) -> None:
    """Note in the package's manifest what the part of the README is now."""
    part, manifest = _part(root), Manifest.read(package)
    if part is not None and manifest is not None:
        evolve(manifest, readme=hash_of(part)).write(package)


def _part(root: Path) -> str | None:
    file = root / README
    if not (root / FILE_NAME).is_file() or not file.is_file():
        return None
    return part_of(file.read_text(encoding="utf-8"))
