"""Brings what was improved in the template into a repository that was made from it, and keeps what its team changed."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from attrs import define, field

from afresh_toolkit.scaffold.problems import ScaffoldError
from afresh_toolkit.scaffold.template import File


@define
class Changes:
    """What an update comes to: what to write and what to remove, by paths, and what there is to say of it.

    `theirs` are files of the team, by whose names the template has new ones.
    """

    written: dict[str, File] = field(factory=dict)
    removed: list[str] = field(factory=list)
    merged: list[str] = field(factory=list)
    conflicts: list[str] = field(factory=list)
    kept: dict[str, str] = field(factory=dict)
    theirs: list[str] = field(factory=list)


def compare(root: Path, before: Mapping[str, File], now: Mapping[str, File]) -> Changes:
    """Work out what to change in a repository, of which nothing is touched.

    `before` is what it was given last, and `now` what it is to be given.
    """
    if shutil.which("git") is None:
        raise ScaffoldError("git is needed to merge, and is not on the PATH: install it")
    changes = Changes()
    for path in sorted({*before, *now}):
        base, new = before.get(path), now.get(path)
        if base != new:
            _compare_file(changes, root, path, base, new)
    return changes


def _compare_file(changes: Changes, root: Path, path: str, base: File | None, new: File | None) -> None:
    place = root / path
    current = place.read_bytes() if place.is_file() else None
    if current is None:
        if base is None and new is not None:
            changes.written[path] = new
        elif new is not None:
            changes.kept[path] = "was deleted here, and stays so"
    elif new is None:
        if base is not None and current == base.content:
            changes.removed.append(path)
        else:
            changes.kept[path] = "is no longer part of the template, but was changed here: it is yours from now on"
    elif base is None:
        if current != new.content:
            changes.theirs.append(path)
            changes.kept[path] = "is new in the template, and there is one of yours by that name: it stays"
    elif current == base.content:
        changes.written[path] = new
    elif current != new.content:
        _merge(changes, place, path, base, new)


def _merge(changes: Changes, place: Path, path: str, base: File, new: File) -> None:
    # The three texts are handed over as files beside each other, since git takes nothing else.
    with TemporaryDirectory() as temporary:
        given, improved = Path(temporary, "given"), Path(temporary, "improved")
        given.write_bytes(base.content)
        improved.write_bytes(new.content)
        labels = [part for label in ("yours", "as it was given", "the template's") for part in ("-L", label)]
        command = ["git", "merge-file", "-p", "--diff3", *labels, str(place), str(given), str(improved)]
        ran = subprocess.run(command, capture_output=True, check=False)
    if not 0 <= ran.returncode < 128:  # noqa: PLR2004  (else it is the number of conflicts, at most 127)
        raise ScaffoldError(f"git cannot merge {path}: {ran.stderr.decode(errors='replace').strip()}")
    (changes.conflicts if ran.returncode else changes.merged).append(path)
    changes.written[path] = File(ran.stdout, new.is_executable)


def carry_out(root: Path, changes: Changes) -> None:
    """Change a repository. Where this is cut short, it can be done again: what is changed already stays as it is."""
    for path, file in changes.written.items():
        write(root, path, file)
    for path in changes.removed:
        (root / path).unlink(missing_ok=True)
        _remove_empty(root, (root / path).parent)


def _remove_empty(root: Path, folder: Path) -> None:
    """Remove a folder that holds nothing any more, and those around it; what Python has compiled does not count."""
    while folder != root and {path.name for path in folder.iterdir()} <= {"__pycache__"}:
        shutil.rmtree(folder)
        folder = folder.parent


def write(root: Path, path: str, file: File) -> None:
    """Write a file of a repository, whole or not at all."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f"{target.name}.new")
    new.write_bytes(file.content)
    new.chmod(0o755 if file.is_executable else 0o644)
    new.replace(target)
