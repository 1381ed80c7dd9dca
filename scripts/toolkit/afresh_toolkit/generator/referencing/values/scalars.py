"""Single values of an example, given as JSON, as Python code: texts, numbers, dates and the like."""

import base64
import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from uuid import UUID

from attrs import define

from afresh_toolkit.generator.referencing.values.code import text

T = TypeVar("T")

_DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")
_DATETIME = frozenset({"import datetime"})


class UnfitError(Exception):
    """A value is not of the type that the package has for it."""


@define(frozen=True)
class Scalar:
    """The code of a value, what it has to import, and the JSON that is sent for it, where that is written otherwise."""

    code: str
    imports: frozenset[str] = frozenset()
    sent: str | None = None


def of_text(value: Any) -> Scalar:
    """Write a text."""
    return Scalar(text(_text(value)))


def of_whole_number(value: Any) -> Scalar:
    """Write a whole number."""
    number = _number(value)
    if isinstance(number, float) and not number.is_integer():
        raise UnfitError
    return Scalar(repr(int(number)))


def of_number(value: Any) -> Scalar:
    """Write a number."""
    return Scalar(repr(_number(value)))


def of_flag(value: Any) -> Scalar:
    """Write True or False."""
    if not isinstance(value, bool):
        raise UnfitError
    return Scalar(repr(value))


def of_literal(value: Any) -> Scalar:
    """Write a value of an enum, or a constant."""
    return Scalar(text(value) if isinstance(value, str) else repr(value))


def of_date(value: Any) -> Scalar:
    """Write a date."""
    made = _parsed(dt.date.fromisoformat, value)
    return Scalar(f"datetime.date({made.year}, {made.month}, {made.day})", _DATETIME)


def of_moment(value: Any) -> Scalar:
    """Write a date-time, in UTC."""
    made = _parsed(dt.datetime.fromisoformat, value)
    try:
        made = made.astimezone(dt.UTC) if made.tzinfo else made.replace(tzinfo=dt.UTC)
    except OverflowError:  # the first or the last day that there is
        raise UnfitError from None
    made = made.replace(microsecond=0)
    parts = [made.year, made.month, made.day, made.hour, made.minute, *([made.second] if made.second else [])]
    code = f"datetime.datetime({', '.join(map(str, parts))}, tzinfo=datetime.UTC)"
    return Scalar(code, _DATETIME, made.isoformat())


def of_uuid(value: Any) -> Scalar:
    """Write a UUID."""
    made = _parsed(UUID, value)
    return Scalar(f'UUID("{made}")', frozenset({"from uuid import UUID"}), str(made))


def of_format(annotation: str, value: Any) -> Scalar:
    """Write a value of a format that Python has a type for, given by that type."""
    return _FORMATS[annotation](value)


def _decimal(value: Any) -> Scalar:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise UnfitError
    try:
        made = Decimal(str(value))
    except InvalidOperation:
        raise UnfitError from None
    return Scalar(f'Decimal("{made}")', frozenset({"from decimal import Decimal"}))


def _time(value: Any) -> Scalar:
    made = _parsed(dt.time.fromisoformat, value)
    zone = ", tzinfo=datetime.UTC" if made.tzinfo else ""
    seconds = f", {made.second}" if made.second else ""
    return Scalar(f"datetime.time({made.hour}, {made.minute}{seconds}{zone})", _DATETIME)


def _duration(value: Any) -> Scalar:
    found = _DURATION.fullmatch(_text(value))
    given = [f"{unit}={int(count)}" for unit, count in found.groupdict().items() if count] if found else []
    if not given:
        raise UnfitError
    return Scalar(f"datetime.timedelta({', '.join(given)})", _DATETIME)


def _bytes(value: Any) -> Scalar:
    try:
        return Scalar(repr(base64.b64decode(_text(value), validate=True)))
    except ValueError:
        raise UnfitError from None


def _integer(value: Any) -> Scalar:
    return Scalar(str(_parsed(int, value)) if isinstance(value, str) else of_whole_number(value).code)


_FORMATS: Mapping[str, Callable[[Any], Scalar]] = {
    "Decimal": _decimal,
    "datetime.time": _time,
    "datetime.timedelta": _duration,
    "bytes": _bytes,
    "int": _integer,
}


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise UnfitError
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise UnfitError
    return value


def _parsed(parse: Callable[[str], T], value: Any) -> T:
    try:
        return parse(_text(value))
    except ValueError:
        raise UnfitError from None
