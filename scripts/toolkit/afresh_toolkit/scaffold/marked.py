"""The part of a repository's README that follows the API: marked, and written anew with each generation."""

import re
from hashlib import sha256

BEGIN = "<!-- generated:begin: ./scripts/generate writes what is between these marks; your own text goes elsewhere -->"
END = "<!-- generated:end -->"

_MARK = re.compile(r"^<!-- generated:(begin|end)\b[^\r\n]*-->[^\S\r\n]*(?=\r?$)", re.MULTILINE)


def part_of(text: str) -> str | None:
    """Return the part of a text between the marks, each on a line of its own; None where there is not one such part."""
    place = _place(text)
    return text[place].replace("\r\n", "\n") if place else None


def with_part(text: str, part: str) -> str:
    """Put another part between the marks of a text, with the line endings that the text has."""
    place, newline = _place(text), "\r\n" if "\r\n" in text else "\n"
    return text[: place.start] + part.replace("\n", newline) + text[place.stop :] if place else text


def _place(text: str) -> slice | None:
    marks = list(_MARK.finditer(text))
    if [mark[1] for mark in marks] != ["begin", "end"]:
        return None
    return slice(marks[0].end(), marks[1].start())


def hash_of(part: str) -> str:
    """Return the hash by which a part is known."""
    return sha256(part.encode()).hexdigest()
