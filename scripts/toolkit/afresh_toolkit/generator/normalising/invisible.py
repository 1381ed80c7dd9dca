"""Characters that nobody sees in a name: they come by copying, and a server that lacks them answers 404."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping, operations
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

INVISIBLE = Rule(
    "invisible-character",
    "A name has a character that nobody sees, and is sent as it is; where that is not meant, write it without.",
    is_warning=True,
)

_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""What is a letter, a mark or a symbol by its category, and yet blank."""


def note_invisible(document: Document, applied: Applied) -> None:
    """Note the paths, tags, operationIds and parameters whose names have such characters in them."""
    for pointer, name in _names(document):
        note_name(name, pointer, applied)


def note_name(name: Any, pointer: Pointer, applied: Applied) -> None:
    """Note a name that has such characters in it."""
    if not isinstance(name, str) or (name.isascii() and name.isprintable() and name == name.strip()):
        return
    if unseen := list(_unseen(name)):
        applied.note(INVISIBLE, pointer, f"{_shown(name)} has {', '.join(dict.fromkeys(unseen))}")


def _names(document: Document) -> Iterator[tuple[Pointer, Any]]:
    for path in mapping(mapping(document.content).get("paths")):
        yield ("paths", path), path
    seen: set[int] = set()
    for operation in operations(document):
        yield (*operation.pointer, "operationId"), operation.data.get("operationId")
        tags = operation.data.get("tags")
        for index, tag in enumerate(tags if isinstance(tags, list) else ()):
            yield (*operation.pointer, "tags", str(index)), tag
        for (_, name), parameter in operation.parameters.items():
            if id(parameter) not in seen:
                seen.add(id(parameter))
                yield (*operation.pointer, "parameters"), name


def _unseen(name: str) -> Iterator[str]:
    """Go through the characters that nobody sees, by code point and name."""
    for index, character in enumerate(name):
        is_blank = character == " " and index in {0, len(name) - 1}
        if not character.isprintable() or character in _UNSEEN or is_blank or _is_selector(character):
            yield f"U+{ord(character):04X} ({unicodedata.name(character, 'a control character')})"


def _is_selector(character: str) -> bool:
    """Whether a character chooses how the one before it looks."""
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _shown(name: str) -> str:
    """Return a name in quotes, with code points in the place of what nobody sees."""
    return f"'{''.join(c if c.isprintable() and c not in _UNSEEN else f'<U+{ord(c):04X}>' for c in name)}'"
