"""Which path of a description a request would be for whose path parameter is empty."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from afresh_toolkit.generator.reading.description import DescribedOperation, mapping

_VARIABLE = re.compile(r"\{[^{}]*\}")


class Routes:
    """The paths of a description as servers tell them apart: a slash at the end, or two in a row, make no other one."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_length: dict[int, set[tuple[str, ...]]] = {}
        for path in paths:
            segments = _segments(path)
            self._by_length.setdefault(len(segments), set()).add(segments)
        self._found: dict[tuple[str, ...], bool] = {}

    def may_be_empty(self, operation: DescribedOperation, name: str, schema: Mapping[str, Any]) -> bool:
        """Whether a parameter of a path may be empty: its schema allows for that, and no other path comes of it.

        To delete, where a mistake costs most, and where nothing but the path says that there is such a parameter, the
        description must name the empty text as one that the server takes.
        """
        path, declared = operation.path, operation.parameters.get(("path", name))
        is_said = _says_nothing_is_taken(schema) or (declared or {}).get("allowEmptyValue") is True
        if not _takes_nothing(schema) or not (is_said or (declared and operation.method != "DELETE")):
            return False
        left = _segments(path.replace(f"{{{name}}}", ""))
        return bool(left) and not self._has(left)

    def _has(self, path: tuple[str, ...]) -> bool:
        """Whether a path is one of the description's."""
        found = self._found.get(path)
        if found is None:
            routes = self._by_length.get(len(path), ())
            found = self._found[path] = path in routes or any(_fits(route, path) for route in routes)
        return found


def _segments(path: str) -> tuple[str, ...]:
    """Return the segments of a path, with one name for all variables."""
    bare = path.partition("#")[0].partition("?")[0]
    return tuple(_VARIABLE.sub("{}", segment) for segment in bare.split("/") if segment)


def _fits(first: tuple[str, ...], second: tuple[str, ...]) -> bool:
    for one, other in zip(first, second, strict=True):
        if one != other and "{}" not in one and "{}" not in other:
            return False
    return True


def _says_nothing_is_taken(schema: Mapping[str, Any]) -> bool:
    values = schema.get("enum")
    return schema.get("minLength") == 0 or (isinstance(values, list) and "" in values)


def _takes_nothing(schema: Mapping[str, Any]) -> bool:
    """Whether the empty text is a value of a schema."""
    shortest, pattern, values = schema.get("minLength"), schema.get("pattern"), schema.get("enum")
    if (isinstance(shortest, int) and shortest > 0) or (isinstance(values, list) and "" not in values):
        return False
    if schema.get("type") == "array" and schema.get("minItems"):
        return False
    try:
        return not isinstance(pattern, str) or re.search(pattern, "") is not None
    except re.error:  # one of another language's
        return True


def routes(content: Any) -> Routes:
    """Return the routes of a description."""
    return Routes(mapping(mapping(content).get("paths")))
