"""What is wrong with the arguments of a call that cannot be sent: which one it is, and what to do."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

import httpx

from afresh._errors import InvalidArgument
from afresh_api.base_model import BaseModel
from afresh_api.errors import InvalidValue, kind
from afresh_api.types import File

if TYPE_CHECKING:
    from collections.abc import Callable

UNSENDABLE: Final = (TypeError, ValueError, AttributeError, RecursionError, httpx.InvalidURL)
"""What is raised where arguments cannot be made into a request."""

DEEPEST: Final = 50
"""How deep a value is looked into."""

REMEDIES: Final = {
    "to_dict": "make one with its class, or with `from_dict` of a JSON object",
    "to_tuple": "put it into one: File(payload=…), or `uploading`",
}
"""What to do for what lacks an attribute."""

NOWHERE: Final = object()
"""The value that is wrong, where it is not known."""

NO_NUMBER: Final = object()
"""The value that is wrong, where it is a number that JSON does not have, such as NaN."""

Part = tuple[str, Any, str]
"""A part of the arguments: its place, its value, and what is said of its type."""


def invalid_argument(
    error: Exception, given: Mapping[str, Any], build: Callable[..., Any] | None, **request: Any
) -> InvalidArgument:
    """Make the error that stands for one that was raised as arguments were made into a request.

    Args:
        error: What was raised.
        given: The arguments, by their names.
        build: The function that they were given to, whose annotations say what they must be.
        **request: What tells an `SDKError` its request.
    """
    said: Mapping[str, str] = {} if build is None else build.__annotations__
    parts = [part for name, value in given.items() for part in _parts(name, value, said.get(name, ""), 0)]
    place, _, annotation = _find(parts, error) or (None, None, "")
    if isinstance(error, InvalidValue):
        message = f"`{place}` {error.reason}" if place else str(error)
    elif isinstance(error, AttributeError) and place:
        remedy = REMEDIES.get(error.name or "")
        wanted = annotation.removesuffix(" | Unset")
        message = f"`{place}` must be {wanted}, not {kind(error.obj)}" + (f": {remedy}" if remedy else "")
    elif isinstance(error, RecursionError):
        message = "an argument cannot be sent: it is nested too deeply, or holds itself"
    else:
        what = f"`{place}`" if place else "an argument"
        message = f"{what} cannot be sent: {error} ({type(error).__name__})"
    return InvalidArgument(f"{message.rstrip('.')}.", argument=place, **request)


def _find(parts: list[Part], error: Exception) -> Part | None:
    """Find the part that an error is about: of several that would do, one whose type is not what it must be."""
    value = _value(error)
    found = [part for part in parts if part[1] is value or (value is NO_NUMBER and _is_no_number(part[1]))]
    found = found or [part for part in parts if _is_used_up(part[1])]
    return min(found, key=lambda part: kind(part[1]) in re.findall(r"\w+", part[2]), default=None)


def _value(error: Exception) -> Any:
    """Give the value that an error is about, or what stands for it."""
    if isinstance(error, InvalidValue):
        return error.value
    if isinstance(error, AttributeError):
        return error.obj
    if isinstance(error, UnicodeEncodeError):
        return error.object
    return NO_NUMBER if "float" in str(error) else NOWHERE


def _is_used_up(value: Any) -> bool:
    """Whether what was in a value can be seen no more."""
    return not hasattr(value, "read") and isinstance(value, Iterator)


def _is_no_number(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


def _parts(place: str, value: Any, annotation: str, depth: int) -> Iterator[Part]:
    """Go through an argument and all that is in it."""
    yield place, value, annotation
    if depth > DEEPEST:
        return
    for name, inside, said in _inside(value, annotation):
        yield from _parts(place + name, inside, said, depth + 1)


def _inside(value: Any, annotation: str) -> Iterator[Part]:
    if _is(value, BaseModel):
        for name in value.__slots__:
            yield f".{name}", getattr(value, name), type(value).__annotations__[name]
        value = value.additional_properties
    if _is(value, File):
        yield "", value.payload, annotation
        yield ".mime_type", value.mime_type, "str | None"
    elif _is(value, Mapping):
        for key, item in value.items():
            yield f"[{key!r}]", item, ""
    elif _is(value, Iterable) and not _is(value, (str, bytes, Iterator)) and not hasattr(value, "read"):
        for index, item in enumerate(value):
            yield f"[{index}]", item, annotation


def _is(value: Any, types: type[Any] | tuple[type[Any], ...]) -> bool:
    """Whether a value is of some types, of whose parts nothing is known."""
    return isinstance(value, types)
