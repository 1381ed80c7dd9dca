"""From what is typed in to the values that a method takes, as its annotations say; and from answers to JSON."""

from __future__ import annotations

import json
from datetime import date, datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from httpx import Headers

from afresh_api.types import File, Unset
from afresh_api.values import format_datetime, is_array, is_object, is_string, parse_datetime

if TYPE_CHECKING:
    from collections.abc import Callable


def _moment(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment.tzinfo is None:  # as an answer may have it
        raise ValueError("it has no time zone")
    return moment


READ: Final[dict[Any, tuple[Callable[[str], Any], str]]] = {
    UUID: (UUID, "a UUID"),
    date: (date.fromisoformat, "a date, such as 2027-01-31"),
    datetime: (_moment, "a moment, such as 2027-01-31T12:00:00Z"),
}
"""What JSON has as strings: how each is read, and what to call it."""

NAMES: Final[dict[Any, str]] = {
    str: "a text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    NoneType: "null",
}


def is_list(kind: Any) -> bool:
    """Whether an annotation takes a list."""
    return any(get_origin(member) is list for member in members(kind))


def is_binary(kind: Any) -> bool:
    """Whether an annotation takes a file."""
    return File in members(kind)


def members(kind: Any) -> list[Any]:
    """Give the members of a union, but for Unset; of any other annotation, itself."""
    found = get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)
    return [member for member in found if member is not Unset]


def without_null(kind: Any) -> Any:
    """Give the annotation without None, which says no more than that an argument may be left out."""
    known: list[Any] = [member for member in members(kind) if member is not NoneType]
    return Union[tuple(known or [kind])]  # noqa: UP007 - which types these are is known but now


def from_text(text: str, kind: Any) -> Any:
    """Read a value as it is typed in: a text as it is, and anything else as JSON has it, quotes may be missing.

    Raises:
        ValueError: It is no such value; the error says what it must be.
    """
    known = members(kind)
    for member in sorted(known, key=lambda member: member is str):  # a text may be anything: it comes last
        for value in (text,) if member is str else (*_loaded(text), text):
            try:
                return from_json(value, member)
            except ValueError:
                continue
    raise _refusal(known)


def from_texts(texts: list[str], kind: Any) -> list[Any]:
    """Read the items of a list, each as it is typed in; raises ValueError as `from_text`."""
    (item,) = next(get_args(member) for member in members(kind) if get_origin(member) is list)
    return [from_text(text, item) for text in texts]


def from_json(value: Any, kind: Any) -> Any:
    """Make what an annotation says of a JSON value.

    Raises:
        ValueError: It is no such value; the error says what it must be.
    """
    known = members(kind)
    reasons: list[ValueError] = []
    for member in known:
        try:
            return _made(value, member)
        except ValueError as error:
            reasons.append(error)
    raise reasons[0] if len(reasons) == 1 else _refusal(known)


def _made(value: Any, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is Literal:
        for choice in get_args(kind):
            if (type(value), value) == (type(choice), choice):
                return choice
    elif origin is list and is_array(value):
        return [from_json(item, get_args(kind)[0]) for item in value]
    elif kind in READ and is_string(value):
        try:
            return READ[kind][0](value)
        except ValueError:
            pass
    elif is_object(value) and hasattr(kind, "from_dict"):
        return _model(value, kind)
    elif kind is Any or (kind is float and type(value) is int) or type(value) is (origin or kind):
        return value
    raise _refusal([kind])


def _model(value: dict[str, Any], kind: Any) -> Any:
    try:
        model = kind.from_dict(value)
        model.to_dict()
    except KeyError as error:
        raise ValueError(f"must be a {kind.__name__}, but lacks {error}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"must be a {kind.__name__}: {error}") from None
    return model


def _loaded(text: str) -> tuple[Any, ...]:
    try:
        return (json.loads(text),)
    except ValueError:
        return ()


def _refusal(kinds: list[Any]) -> ValueError:
    names = [name for kind in kinds for name in _names(kind)]
    return ValueError(f"must be {' or '.join(dict.fromkeys(names))}")


def _names(kind: Any) -> list[str]:
    if get_origin(kind) is Literal:
        return [choice if isinstance(choice, str) else json.dumps(choice) for choice in get_args(kind)]
    if kind in READ:
        return [READ[kind][1]]
    return [NAMES.get(get_origin(kind) or kind) or f"a {kind.__name__}"]


def to_json(value: Any) -> str:
    """Write what an answer holds as JSON, to be read by people, too."""
    return json.dumps(value, default=_plain, indent=2, ensure_ascii=False)


def to_line(value: Any) -> str:
    """Write what an answer holds as JSON, on one line."""
    return json.dumps(value, default=_plain, ensure_ascii=False)


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Headers):  # what HEAD gives
        return dict(value)
    return format_datetime(value) if isinstance(value, datetime) else str(value)
