"""JSON pointers (RFC 6901): which part of a document is meant."""

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import unquote

Pointer = tuple[str, ...]
"""A JSON pointer as its unescaped tokens."""


def parse_pointer(text: str) -> Pointer:
    """Split a JSON pointer (`/data/accessToken`) into its tokens; the empty string is the whole document."""
    return tuple(token.replace("~1", "/").replace("~0", "~") for token in text.split("/")[1:])


def write_pointer(pointer: Pointer) -> str:
    """Write a JSON pointer."""
    return "".join(f"/{token.replace('~', '~0').replace('/', '~1')}" for token in pointer)


def write_reference(pointer: Pointer) -> str:
    """Write the `$ref` to a part of the same document."""
    return f"#{write_pointer(pointer).replace('%', '%25')}"


@cache  # each is followed from many places
def local_pointer(ref: str) -> Pointer | None:
    """Return the pointer of a `$ref` to a part of the same document; None where it names anything else."""
    return parse_pointer(unquote(ref[1:])) if ref.startswith("#/") else None


def anchors(content: Any, pointer: Pointer = ()) -> Iterator[tuple[str, Pointer]]:
    """Go through the names that schemas have by `$anchor`, but for those within a schema with an `$id`."""
    if isinstance(content, dict):
        if isinstance(content.get("$anchor"), str):
            yield content["$anchor"], pointer
        for key, inner in content.items():
            if not (isinstance(inner, dict) and "$id" in inner):
                yield from anchors(inner, (*pointer, key))
    elif isinstance(content, list):
        for index, inner in enumerate(content):
            yield from anchors(inner, (*pointer, str(index)))


def find(content: Any, pointer: Pointer) -> Any:
    """Return the part of a parsed document that a pointer names; raises LookupError where there is none."""
    for token in pointer:
        if isinstance(content, dict):
            content = content[token]
        elif isinstance(content, list) and token.isdecimal():
            content = content[int(token)]
        else:
            raise LookupError(token)
    return content
