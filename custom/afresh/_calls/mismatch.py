"""Finds out where a JSON document differs from its description, after reading it into models has failed.

Reading is fast because it keeps no account of where it is. So the document is read once more, with objects and arrays
that note which value was taken last. The frames of the error's traceback tell which models were being made, and thereby
the names and types of their attributes.
"""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast

from attrs import define, frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MAX_VALUES: Final = 100_000
"""The most values of a document that is read again."""

LONGEST_VALUE: Final = 40
LONGEST_PATH: Final = 200

Path: TypeAlias = "tuple[str | int, ...]"

_MISSING: Final = object()
_ITEM: Final = re.compile(r"(?:list\[|dict\[str, )(.*)\]")
_FORMATTED: Final = re.compile(r"datetime\.|UUID|int|float")
"""The types whose wrong values are shown. They are no secrets."""


@frozen
class Mismatch:
    """Where a document differs from its description.

    Attributes:
        attribute: The attribute: `items[3].owner.created_at`; None if it is the document itself, or not known.
        reason: What is described, and what was found.
    """

    attribute: str | None
    reason: str

    def __str__(self) -> str:
        return f"{self.attribute}: {self.reason}" if self.attribute else self.reason


@define
class _Taken:
    """The value that was taken last, and its path."""

    path: Path
    value: object

    def note(self, path: Path, value: object) -> None:
        self.path, self.value = path, value


def find_mismatch(
    parse: Callable[[Any], object], document: object, error: Exception, *, show_values: bool = True
) -> Mismatch:
    """Read a document again, and return where it differs from its description.

    Args:
        parse: Reads the document, or a copy of it, and has failed to do so.
        document: The JSON document.
        error: What it raised. It is the reason if nothing better is found.
        show_values: Whether the reason may quote a value.
    """
    unknown = Mismatch(None, f"{type(error).__name__}: {error}" if show_values else type(error).__name__)
    taken = _Taken((), document)
    try:
        parse(_noting(document, (), taken, [MAX_VALUES]))
    except RecursionError:
        return unknown
    except Exception as again:  # noqa: BLE001 - whatever it was, it is told of
        return _mismatch(again, taken, show_values=show_values)
    return unknown


class _Object(dict[str, Any]):
    """A JSON object that notes which value was taken last."""

    path: Path
    taken: _Taken

    def __getitem__(self, key: str) -> Any:
        self.taken.note((*self.path, key), super().get(key, _MISSING))
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        value = super().get(key, default)
        self.taken.note((*self.path, key), value)
        return value

    def items(self) -> Any:
        for key, value in super().items():
            self.taken.note((*self.path, key), value)
            yield key, value


class _Array(list[Any]):
    """A JSON array that notes which value was taken last."""

    path: Path
    taken: _Taken

    def __iter__(self) -> Iterator[Any]:
        for index, value in enumerate(super().__iter__()):
            self.taken.note((*self.path, index), value)
            yield value


def _noting(value: object, path: Path, taken: _Taken, budget: list[int]) -> object:
    """Return a copy of a JSON value whose objects and arrays note which value was taken last."""
    budget[0] -= 1
    if budget[0] < 0:
        return value
    copied: _Object | _Array
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        copied = _Object((key, _noting(item, (*path, key), taken, budget)) for key, item in items)
    elif isinstance(value, list):
        values = enumerate(cast("list[object]", value))
        copied = _Array(_noting(item, (*path, index), taken, budget) for index, item in values)
    else:
        return value
    copied.path, copied.taken = path, taken
    return copied


def _mismatch(error: Exception, taken: _Taken, *, show_values: bool) -> Mismatch:
    path, value = taken.path, taken.value
    names: dict[Path, str] = {}
    described = ""
    traceback = error.__traceback__
    while traceback is not None:
        variables = traceback.tb_frame.f_locals
        is_model = traceback.tb_frame.f_code.co_name == "from_dict" and {"cls", "data", "model"}.issubset(variables)
        data = variables.get("data")
        if is_model and isinstance(data, _Object):
            name, described = _attribute_being_read(variables["model"])
            if name and len(path) > len(data.path):
                names[path[: len(data.path) + 1]] = name
            for _ in path[len(data.path) + 1 :]:
                described = _item_type(described)
        elif is_model:  # a model is described, and this is no object
            described = variables["cls"].__name__
            path, value = (data.path, data) if isinstance(data, _Array) else (path, value)
        traceback = traceback.tb_next
    found = _found(value, show_value=show_values and bool(_FORMATTED.match(described)))
    if described:
        reason = f"{described} is described, and {found} was found"
    elif value is _MISSING:
        reason = "it is missing"
    else:
        reason = str(error) if isinstance(error, TypeError) else f"{found} was found"
    return Mismatch(_written(path, names) or None, reason)


def _attribute_being_read(model: Any) -> tuple[str, str]:
    """Return the name and the type of the first attribute that a model lacks. Attributes are read in their order.

    The name is empty if the model lacks none: its additional properties are being read.
    """
    cls: type[Any] = model.__class__
    name: str = next((name for name in cls.__slots__ if not hasattr(model, name)), "")
    if name:
        return name, _described_type(cls, name)
    return "", str(cls.__orig_bases__[0]).partition("BaseModel")[2][1:-1]


def _described_type(cls: type[Any], name: str) -> str:
    """Return the type of an attribute as it is described: without the None or Unset of one that is absent."""
    default = inspect.signature(cls).parameters[name].default
    annotation: str = cls.__annotations__[name]
    return annotation.removesuffix(" | None" if default is None else " | Unset")


def _item_type(described: str) -> str:
    """Return the type of the items of a list, or of the values of a dict; an empty string if it is not known."""
    match = _ITEM.search(described)
    return match[1] if match else ""


def _found(value: object, *, show_value: bool) -> str:
    """Name what was found, with its value if that is short."""
    match value:
        case None:
            return "null"
        case _ if value is _MISSING:
            return "nothing"
        case bool():
            kind = "a boolean"
        case str():
            kind = "a string"
        case int() | float():
            kind = "a number"
        case list():
            return "an array"
        case _:
            return "an object"
    shown = repr(value)
    return f"the {kind[2:]} {shown}" if show_value and len(shown) <= LONGEST_VALUE else kind


def _written(path: Path, names: dict[Path, str]) -> str:
    """Write a path as Python would, with the names of attributes in place of those of properties."""
    text = ""
    for end, key in enumerate(path, 1):
        if (name := names.get(path[:end])) is not None:
            text += f".{name}"
        else:
            text += f".{key}" if isinstance(key, str) and key.isidentifier() else f"[{key!r}]"
    return text.removeprefix(".")[:LONGEST_PATH]
