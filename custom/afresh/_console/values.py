"""From what is typed in to the values that a method takes, as its annotations say; and from answers to JSON."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, cast, get_args, get_origin
from uuid import UUID

from httpx import Headers

from afresh_api import models
from afresh_api.types import File, Unset
from afresh_api.values import ToSend, is_array, is_object, is_string, parse_datetime

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


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

LISTS: Final = frozenset({list, Sequence, Collection, Iterable})

HIDDEN: Final = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that a terminal acts upon, or that change the order of others. JSON escapes those below the space."""


class _Names(dict[str, Any]):
    """What the annotations of a module may name: also the models, which it imports for type checkers alone."""

    def __missing__(self, name: str) -> Any:
        try:
            return models if name == "models" else getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None


def evaluated(annotation: str, module: str) -> Any:
    """Give what an annotation in a module of the generated package stands for."""
    names = _Names(vars(sys.modules[module]))
    # The package that we generate is where these come from.
    return eval(annotation, {}, cast("Any", names))  # noqa: S307


def is_list(kind: Any) -> bool:
    """Whether an annotation takes a list."""
    return not is_binary(kind) and any(get_origin(member) in LISTS for member in members(kind))


def item_kinds(kind: Any) -> list[Any]:
    """Give what the annotation of a list says of its items."""
    (item,) = next(get_args(member) for member in members(kind) if get_origin(member) in LISTS)
    return members(item)


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


def loaded(text: str) -> Any:
    """Read JSON that is to be sent; raises ValueError or RecursionError for anything else."""
    return json.loads(text, object_hook=ToSend)


def from_text(text: str, kind: Any) -> Any:
    """Read a value as it is typed in: a text as it is, and anything else as JSON has it, quotes may be missing.

    Raises:
        ValueError: It is no such value; the error says what it must be.
    """
    return _from_text(text, members(kind))


def _from_text(text: str, known: list[Any]) -> Any:
    for member in sorted(known, key=lambda member: member is str):  # a text may be anything: it comes last
        for value in (text,) if member is str else (*_loaded(text), text):
            try:
                return from_json(value, member)
            except ValueError:
                continue
    raise _refusal(known)


def from_texts(texts: list[str], kind: Any) -> list[Any]:
    """Read the items of a list, each as it is typed in; raises ValueError as `from_text`."""
    known = item_kinds(kind)
    return [_from_text(text, known) for text in texts]


def from_json(value: Any, kind: Any) -> Any:
    """Make what an annotation says of a JSON value, which is to be sent.

    Of several models that it may be, it is the one that knows the most of its keys.

    Raises:
        ValueError: It is no such value; the error says what it must be.
    """
    known = members(kind)
    made: list[Any] = []
    reasons: list[ValueError] = []
    for member in known:
        try:
            made.append(_made(value, member))
        except ValueError as error:
            reasons.append(error)
    if made:
        return min(made, key=_unknown_keys)
    raise reasons[0] if len(reasons) == 1 else _refusal(known, reasons)


def _unknown_keys(made: Any) -> int:
    return len(getattr(made, "additional_properties", ()))


def _made(value: Any, kind: Any) -> Any:
    origin = get_origin(kind)
    if origin is Literal:
        for choice in get_args(kind):
            if (type(value), value) == (type(choice), choice):
                return choice
    elif origin in LISTS and is_array(value):
        return [from_json(item, get_args(kind)[0]) for item in value]
    elif kind in READ and is_string(value):
        try:
            return READ[kind][0](value)
        except ValueError:
            pass
    elif is_object(value) and hasattr(kind, "from_dict"):
        return _model(value, kind)
    elif kind is Any or (kind is float and type(value) is int) or _is(value, origin or kind):
        return value
    raise _refusal([kind])


def _is(value: Any, kind: Any) -> bool:
    """Whether a JSON value is of a type; true and false are no numbers."""
    return isinstance(value, kind) if kind is dict else type(value) is kind


def _model(value: dict[str, Any], kind: Any) -> Any:
    try:
        model = kind.from_dict(value)
        sent = model.to_dict()
    except KeyError as error:
        raise ValueError(f"must be a {kind.__name__}, but lacks {error}") from None
    except (AttributeError, TypeError, ValueError) as error:
        raise ValueError(f"must be a {kind.__name__}: {error}") from None
    for path in _lost(value, sent):
        raise ValueError(f"must be a {kind.__name__}, whose {path} must not be null: leave it out")
    return model


def _lost(given: Any, sent: Any) -> Iterator[str]:
    """Find what was given, and would not be sent: null, where that counts as absent."""
    if is_object(given) and is_object(sent):
        for key, value in given.items():
            if key not in sent:
                yield repr(key)
            else:
                yield from _lost(value, sent[key])
    elif is_array(given) and is_array(sent):
        for one, other in zip(given, sent, strict=False):
            yield from _lost(one, other)


def _loaded(text: str) -> tuple[Any, ...]:
    try:
        return (loaded(text),)
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
    if kind in READ:
        return [READ[kind][1]]
    return [NAMES.get(get_origin(kind) or kind) or f"a {kind.__name__}"]


def to_json(value: Any) -> str:
    """Write what an answer holds as JSON, to be read by people, too."""
    return _shown(json.dumps(value, default=_plain, indent=2, ensure_ascii=False))


def to_line(value: Any) -> str:
    """Write what an answer holds as JSON, on one line."""
    return _shown(json.dumps(value, default=_plain, ensure_ascii=False))


def _shown(text: str) -> str:
    """Escape what is not to be seen, which is in strings alone."""
    return HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def _plain(value: Any) -> Any:
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if isinstance(value, Headers):  # what HEAD gives
        return dict(value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
