"""Puts the pages of a reference into their folder; what others have put there stays."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

from afresh_toolkit.generator.problems import GenerationError, Problem
from afresh_toolkit.generator.referencing.mark import MARK


def hashes_of(pages: Mapping[str, str]) -> dict[str, str]:
    """Return the hash of each page, by the name of its file."""
    return {name: _hash(text.encode()) for name, text in sorted(pages.items())}


def refuse_foreign(folder: Path, pages: Iterable[str], recorded: Iterable[str]) -> None:
    """Raise GenerationError where a page would take the place of a file that was not generated."""
    known = set(recorded)
    foreign = [folder / name for name in pages if name not in known and _is_foreign(folder / name)]
    if foreign:
        message = "is in the way of a page of the reference, and was not generated: move it, or set `reference = false`"
        raise GenerationError([Problem(message, str(file)) for file in foreign])


def put(folder: Path, pages: Mapping[str, str], recorded: Iterable[str]) -> None:
    """Write the pages, and remove those that were generated earlier, and are none any more."""
    if pages:
        folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        file, content = folder / name, text.encode()
        if not file.is_file() or file.read_bytes() != content:
            file.write_bytes(content)
    for name in {*recorded, *_generated(folder)} - pages.keys():
        (folder / name).unlink(missing_ok=True)
    if not pages and folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def differences(folder: Path, recorded: Mapping[str, str]) -> list[str]:
    """Say which pages are not as they were generated."""
    found = {name: folder / name for name in recorded}
    changed = [
        f"{file} is {'not as it was generated' if file.is_file() else 'missing'}"
        for name, file in found.items()
        if not file.is_file() or _hash(file.read_bytes().replace(b"\r\n", b"\n")) != recorded[name]
    ]
    left = [
        f"{folder / name} is not one of the generated pages any more"
        for name in _generated(folder)
        if name not in recorded
    ]
    return changed + left


def _generated(folder: Path) -> list[str]:
    """Return the files that were generated once, by their mark."""
    return [file.name for file in sorted(folder.glob("*.md")) if not _is_foreign(file)] if folder.is_dir() else []


def _is_foreign(file: Path) -> bool:
    if not file.is_file():
        return file.exists()
    with file.open("rb") as opened:
        return opened.read(len(MARK.encode())) != MARK.encode()


def _hash(content: bytes) -> str:
    return sha256(content).hexdigest()
