"""Converts text to the values that a method takes, according to its annotations, and results to JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from httpx import Headers

from afresh_api import models
from afresh_api.formats import (
    format_base64,
    format_duration,
    parse_base64,
    parse_decimal,
    parse_duration,
    parse_time,
)
from afresh_api.types import File, Unset
from afresh_api.values import ToSend, is_array, is_object, is_string, parse_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def _timestamp(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment.tzinfo is None:  # a response may lack it
        raise ValueError("it has no time zone")
    return moment


PARSERS: Final[dict[Any, tuple[Callable[[str], Any], str]]] = {
    UUID: (UUID, "a UUID"),
    date: (date.fromisoformat, "a date, such as 2027-01-31"),
    datetime: (_timestamp, "a date-time, such as 2027-01-31T12:00:00Z"),
    time: (parse_time, "a time, such as 12:00:00"),
    timedelta: (parse_duration, "a duration, such as PT30M"),
    Decimal: (parse_decimal, "a decimal number"),
    bytes: (parse_base64, "bytes in base64"),
}
"""The types that are strings in JSON: their parsers and names."""

NAMES: Final[dict[Any, str]] = {
    str: "a string",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}

LISTS: Final = frozenset({list, Sequence, Collection, Iterable})

HIDDEN: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters and those that change the direction of text. `json` escapes those below U+0020."""


class _Names(dict[str, Any]):
    """The names in the annotations of a module, including the models that it imports for type checkers only."""

    def __missing__(self, name: str) -> Any:
        try:
            return models if name == "models" else getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None


def evaluate(annotation: str, module: str) -> Any:
    """Evaluate an annotation of a module in the generated package."""
    names = _Names(vars(sys.modules[module]))
    # The annotations are part of the generated package.
    return eval(annotation, {}, cast("Any", names))  # noqa: S307


def is_list(kind: Any) -> bool:
    """Whether an annotation takes a list."""
    return not is_binary(kind) and any(get_origin(member) in LISTS for member in members(kind))


def item_kinds(kind: Any) -> list[Any]:
    """Return the union members of the items of a list annotation."""
    (item,) = next(get_args(member) for member in members(kind) if get_origin(member) in LISTS)
    return members(item)


def is_binary(kind: Any) -> bool:
    """Whether an annotation takes a file."""
    return File in members(kind)


def members(kind: Any) -> list[Any]:
    """Return the members of a union, without Unset; for any other annotation, the annotation itself."""
    found = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    return [member for member in found if member is not Unset]


def without_null(kind: Any) -> Any:
    """Return the annotation of an optional argument without None, unless None is all it has."""
    known: list[Any] = [member for member in members(kind) if member is not NoneType]
    return Union[tuple(known or [kind])]  # noqa: UP007 - the types are only known at run time


def parse_json(text: str) -> Any:
    """Parse JSON that is to be sent. Raise ValueError or RecursionError if it is not valid."""
    return json.loads(text, object_hook=ToSend)


def from_text(text: str, kind: Any) -> Any:
    """Convert text to a value. A string is taken literally; anything else is JSON, whose quotes may be omitted.

    Raises:
        ValueError: The text does not match the annotation. The error says what it must be.
    """
    return _from_text(text, members(kind))


def _from_text(text: str, known: list[Any]) -> Any:
    for member in sorted(known, key=lambda member: member is str):  # any text is a string: it is tried last
        for value in (text,) if member is str else (*_try_parse_json(text), text):
            try:
                return from_json(value, member)
            except ValueError:
                continue
    raise _refusal(known)


def from_texts(texts: list[str], kind: Any) -> list[Any]:
    """Convert texts to the items of a list. Raise ValueError as `from_text` does."""
    known = item_kinds(kind)
    return [_from_text(text, known) for text in texts]


def from_json(value: Any, kind: Any) -> Any:
    """Convert a JSON value that is to be sent according to an annotation.

    If several models match, the one with the fewest unknown keys is used.

    Raises:
        ValueError: The value does not match the annotation. The error says what it must be.
    """
    known = members(kind)
    made: list[Any] = []
    reasons: list[ValueError] = []
    for member in known:
        try:
            made.append(_convert(value, member))
        except ValueError as error:
            reasons.append(error)
    if made:
        return min(made, key=_count_unknown_keys)
    raise reasons[0] if len(reasons) == 1 else _refusal(known, reasons)


def _count_unknown_keys(made: Any) -> int:
    return len(getattr(made, "additional_properties", ()))


def _convert(value: Any, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is Literal:
        for choice in get_args(kind):
            if (type(value), value) == (type(choice), choice):
                return choice
    elif origin in LISTS and is_array(value):
        return [from_json(item, get_args(kind)[0]) for item in value]
    elif origin is dict and is_object(value):
        return {key: from_json(item, get_args(kind)[1]) for key, item in value.items()}
    elif kind in PARSERS and is_string(value):
        try:
            return PARSERS[kind][0](value)
        except ValueError:
            pass
    elif is_object(value) and hasattr(kind, "from_dict"):
        return _parse_model(value, kind)
    elif kind is Any or (kind is float and type(value) is int) or _has_type(value, origin or kind):
        return value
    raise _refusal([kind])


def _has_type(value: Any, kind: Any) -> bool:
    """Whether a JSON value has a type. true and false are not numbers."""
    return isinstance(value, kind) if kind is dict else type(value) is kind


def _parse_model(value: dict[str, Any], kind: Any) -> Any:
    try:
        model = kind.from_dict(value)
        sent = model.to_dict()
    except KeyError as error:
        raise ValueError(f"must be a {kind.__name__}, but lacks {error}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"must be a {kind.__name__}: {error}") from None
    for path in _dropped(value, sent):
        raise ValueError(f"must be a {kind.__name__}, whose {path} must not be null: leave it out")
    return model


def _dropped(given: Any, sent: Any) -> Iterator[str]:
    """Find the keys that would not be sent: those with a null that means absent."""
    if is_object(given) and is_object(sent):
        for key, value in given.items():
            if key not in sent:
                yield repr(key)
            else:
                yield from _dropped(value, sent[key])
    elif is_array(given) and is_array(sent):
        for given_item, sent_item in zip(given, sent, strict=False):
            yield from _dropped(given_item, sent_item)


def _try_parse_json(text: str) -> tuple[Any, ...]:
    try:
        return (parse_json(text),)
    except (ValueError, RecursionError):
        return ()


def _refusal(kinds: list[Any], reasons: Sequence[ValueError] = ()) -> ValueError:
    names = [name for kind in kinds for name in _names(kind)]
    details = [str(reason).removeprefix("must be ") for reason in reasons if ", " in str(reason) or ": " in str(reason)]
    more = f" ({'; '.join(details)})" if details else ""
    return ValueError(f"must be {' or '.join(dict.fromkeys(names))}{more}")


def _names(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [choice if isinstance(choice, str) else json.dumps(choice) for choice in get_args(kind)]
    if kind in PARSERS:
        return [PARSERS[kind][1]]
    return [NAMES.get(get_origin(kind) or kind) or f"a {kind.__name__}"]


def to_json(value: Any) -> str:
    """Format a result as indented JSON."""
    return _escape(json.dumps(value, default=_to_serializable, indent=2, ensure_ascii=False))


def to_line(value: Any) -> str:
    """Format a result as JSON on one line."""
    return _escape(json.dumps(value, default=_to_serializable, ensure_ascii=False))


def _escape(text: str) -> str:
    """Escape hidden characters. JSON has them in strings only."""
    return HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _to_serializable(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Headers):  # the result of HEAD
        return dict(value)
    if isinstance(value, timedelta):
        return format_duration(value)
    if isinstance(value, bytes):
        return format_base64(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
