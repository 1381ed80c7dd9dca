# Written by scripts/generate from the description of the API: changes made here are lost.
"""Which of several alternatives a JSON value is, by its signs: what it must have, may have, and cannot be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final
from uuid import UUID

from .values import is_array, is_object, parse_datetime

_WRONG: Final = 10**12
"""What speaks against an alternative: a key that it must have, a value that it cannot have."""
_ODD: Final = 10**6
"""What is unlikely: a key that others have, a value that is not listed."""
_TELLING: Final = -(10**3)
"""What speaks for it: a value that few could have."""

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})")


def at(data: Any, *keys: str) -> Any:
    """Return a value within a JSON object; None where there is none."""
    for key in keys:
        data = data.get(key) if is_object(data) else None
    return data


def is_uuid(value: str) -> bool:
    """Whether a text is a UUID as it is written again."""
    return _UUID.fullmatch(value) is not None


def is_date(value: str) -> bool:
    """Whether a text has the form of a date (RFC 3339)."""
    return _DATE.fullmatch(value) is not None


def is_datetime(value: str) -> bool:
    """Whether a text has the form of a date-time (RFC 3339), which names a moment."""
    return _DATE_TIME.fullmatch(value) is not None


def _by_type(*types: type, is_telling: bool = False) -> Callable[[Any], int]:
    fits = _TELLING if is_telling else 0
    return lambda value: fits if isinstance(value, types) and type(value) is not bool else _WRONG


def _by_form(form: Callable[[str], bool], read: Callable[[str], object]) -> Callable[[Any], int]:
    def misfit(value: Any) -> int:
        try:
            read(value)
        except (AttributeError, TypeError, ValueError):
            return _WRONG
        return _TELLING if form(value) else _ODD

    return misfit


_integer = _by_type(int, is_telling=True)
_KINDS: Mapping[str, Callable[[Any], int]] = {
    "any": lambda _: 0,
    "array": _by_type(list),
    "boolean": lambda value: 0 if isinstance(value, bool) else _WRONG,
    "date": _by_form(is_date, datetime.date.fromisoformat),
    "date-time": _by_form(is_datetime, parse_datetime),
    "integer": lambda value: 0 if isinstance(value, float) and value.is_integer() else _integer(value),
    "null": lambda value: 0 if value is None else _WRONG,
    "number": _by_type(int, float),
    "object": _by_type(dict),
    "string": _by_type(str),
    "uuid": _by_form(is_uuid, UUID),
}


def _misfit(value: Any, sign: Sign) -> int:
    return _KINDS[sign](value) if isinstance(sign, str) else sign.misfit(value)


class OneOf:
    """One of a few values. `is_tag` is where alternatives have none in common: another value is none of this kind."""

    def __init__(self, *values: str | int, is_tag: bool = False) -> None:
        self._values = values
        self._types = tuple({type(value) for value in values})
        self._is_tag = is_tag

    def misfit(self, value: Any) -> int:
        """Return how little a value fits."""
        if value in self._values:
            return _TELLING
        return _WRONG if self._is_tag or not isinstance(value, self._types) else _ODD


class AnyOf:
    """A value of one of several kinds."""

    def __init__(self, *signs: Sign) -> None:
        self.signs = signs

    def misfit(self, value: Any) -> int:
        """Return how little a value fits."""
        return min(_misfit(value, sign) for sign in self.signs)


class Items:
    """An array."""

    def __init__(self, sign: Sign) -> None:
        self.sign = sign

    def misfit(self, value: Any) -> int:
        """Return how little a value fits."""
        if not is_array(value):
            return _WRONG
        total = 0
        for item in value:
            total += _misfit(item, self.sign)
            if total >= _WRONG // 2:
                return _WRONG
        return total


class Shape:
    """An object, by what other alternatives do not have: keys, keys that must be there, and types of values."""

    def __init__(
        self,
        *,
        required: Collection[str] = (),
        keys: Collection[str] = (),
        values: Mapping[str, Sign] | None = None,
        additional: Sign | None = None,
        is_closed: bool = False,
    ) -> None:
        self.required = frozenset(required)
        self.keys = frozenset(keys)
        self.values = values or {}
        self.additional = additional
        self._is_closed = is_closed
        self.others: frozenset[str] = frozenset()

    def misfit(self, value: Any) -> int:
        """Return how little a value fits."""
        if not is_object(value):
            return _WRONG
        data: dict[str, Any] = value
        if not data.keys() >= self.required:
            return _WRONG
        total = len(self.keys)
        for key, inner in data.items():
            if inner is not None:
                if key in self.others:
                    total += _ODD
                elif key in self.keys:
                    total -= 1
            if key in self.values:
                found = _misfit(inner, self.values[key])
                total += min(found, _ODD) if inner is None else found  # null may be as good as absent
            elif key not in self.keys:
                if self._is_closed:
                    total += _ODD
                if self.additional is not None:
                    total += _misfit(inner, self.additional)
        return total


Sign = str | OneOf | AnyOf | Items | Shape
"""The name of a kind of value, or more than that."""


class Signs:
    """The signs of alternatives, in their order."""

    def __init__(self, *signs: Sign) -> None:
        self._signs = signs
        self._required = [sign.required if isinstance(sign, Shape) else frozenset[str]() for sign in signs]
        _compare(signs)

    def best(self, value: Any) -> int:
        """Return the index of the alternative that a value fits best; of several, the first."""
        if is_object(value):
            able = [index for index, required in enumerate(self._required) if value.keys() >= required]
            if len(able) == 1:
                return able[0]
        return self._measured(value)[1]

    def fitting(self, value: Any) -> int | None:
        """Return the same; None where something speaks against every one of them."""
        misfit, index = self._measured(value)
        return index if misfit < _WRONG // 2 else None

    def _measured(self, value: Any) -> tuple[int, int]:
        return min((_misfit(value, sign), index) for index, sign in enumerate(self._signs))


def _compare(signs: Collection[Sign]) -> None:
    """Let each object know the keys that the others have; and so on within objects and arrays."""
    signs = [part for sign in signs for part in (sign.signs if isinstance(sign, AnyOf) else (sign,))]
    shapes = [sign for sign in signs if isinstance(sign, Shape)]
    known = frozenset[str]().union(*(shape.keys for shape in shapes))
    for shape in shapes:
        shape.others = known - shape.keys
    for key in {key for shape in shapes for key in shape.values}:
        _compare([shape.values[key] for shape in shapes if key in shape.values])
    if others := [shape.additional for shape in shapes if shape.additional is not None]:
        _compare(others)
    if items := [sign.sign for sign in signs if isinstance(sign, Items)]:
        _compare(items)
