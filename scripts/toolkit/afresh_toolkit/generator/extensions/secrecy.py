"""Which properties of models hold what no repr, and so no log, should show."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from afresh_toolkit.generator.extensions.runtime_expressions import schemas_at
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

_PAGING = r"page|paging|pagination|next|prev|previous|continuation|cursor|sync|resume|scroll"
_SECRET = re.compile(
    r"(?:\b|new |old )(?:password|passwd|passphrase|passcode|pwd)s?"
    r"(?: ?(?:\d|hash|digest|confirm|confirmation|confirmed|again|repeat|repeated|value|plain|text|new|old|current)\b)*"
    r"|\b(?:secret|token|jwt|credential|cookie)s?(?: (?:value|hash|plain|text|\d)\b)*"
    r"|\b(?:otp|totp|pin|apikey|authorization|access ?token|refresh ?token|id ?token)"
    r"|\b(?:api|private|secret|access|signing|encryption|shared|master|session) keys?"
    r"|\b(?:recovery|backup|verification|one time) codes?"
    r"|\bclient assertion"
)
_NO_SECRET = re.compile(rf"\b(?:{_PAGING}) token")
_NUMBERS = frozenset({"boolean", "integer", "null", "number"})
_DEEPEST_LIST = 3


def hide(document: Document, schema: Any, pointer: Pointer) -> None:
    """Note that what stands at a place in a value of a schema is secret; or the property that it is somewhere in."""
    for index in reversed(range(len(pointer))):
        outer = [mapping(part.get("properties")) for part in schemas_at(document, schema, pointer[:index])]
        found = [properties[pointer[index]] for properties in outer if pointer[index] in properties]
        for inner in found:
            document.hide(inner)
        if found:
            return


def secret_keys(document: Document, properties: Mapping[str, Any]) -> Iterator[str]:
    """Go through the keys of the properties that no repr should show.

    That is what the token lifecycle names, what is described as a password or as write-only text, and text whose name
    says so.
    """
    for key, schema in properties.items():
        parts = schemas_at(document, schema, ())
        if (
            _is_hidden(document, schema)
            or any(part.get("format") == "password" for part in parts)
            or (
                (any(part.get("writeOnly") is True for part in (*parts, mapping(schema))) or _names_secret(key))
                and _may_be_text(document, parts)
            )
        ):
            yield key


def _is_hidden(document: Document, schema: Any) -> bool:
    return document.is_hidden(schema) or any(
        _is_hidden(document, part) for part in mapping(schema).get("allOf") or () if isinstance(part, dict)
    )


@cache  # many properties have the same name
def _names_secret(key: str) -> bool:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", key)
    words = re.sub(r"[^a-z0-9]+", " ", apart.lower()).strip()
    found = [match for match in _SECRET.finditer(words) if match.end() == len(words)]
    return bool(found) and not _NO_SECRET.search(words)


def _may_be_text(document: Document, parts: list[dict[str, Any]], depth: int = 0) -> bool:
    """Whether a value may be a text, or hold one that no property is described for."""
    if any(part.keys() & {"properties", "const", "enum"} for part in parts):
        return False
    said = [part["type"] for part in parts if "type" in part]
    kinds = {kind for one in said for kind in (one if isinstance(one, list) else [one])}
    items = [part["items"] for part in parts if "items" in part]
    if items and kinds <= {"array", "null"} and depth < _DEEPEST_LIST:
        return any(_may_be_text(document, schemas_at(document, one, ()), depth + 1) for one in items)
    return not kinds or not kinds <= _NUMBERS
