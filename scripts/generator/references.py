"""The `$ref`s of a description that lead out of it."""

from collections.abc import Iterator
from typing import Any

from generator.document import Document, Pointer, local_pointer
from generator.problems import GenerationError, Problem

_NO_SCHEMAS = ("example", "examples", "enum", "default", "const")


def check_references(document: Document) -> None:
    """Raise GenerationError where a `$ref` names another document: what stands there would be missing."""
    found = [
        Problem(
            f"$ref names another document, {ref}; only references within the description are supported: bundle them "
            "into one file first",
            document.place(pointer),
        )
        for ref, pointer in _references(document.content, ())
        if local_pointer(ref) is None
    ]
    if found:
        raise GenerationError(found)


def _references(part: Any, pointer: Pointer) -> Iterator[tuple[str, Pointer]]:
    if isinstance(part, dict):
        if isinstance(ref := part.get("$ref"), str):
            yield ref, (*pointer, "$ref")
        for key, inner in part.items():
            # Within `properties`, these are names like any other.
            if not (key in _NO_SCHEMAS or key.startswith("x-")) or pointer[-1:] == ("properties",):
                yield from _references(inner, (*pointer, key))
    elif isinstance(part, list):
        for index, inner in enumerate(part):
            yield from _references(inner, (*pointer, str(index)))
