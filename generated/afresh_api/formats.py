# Written by scripts/generate from the description of the API: changes made here are lost.
"""Values of the formats that `[tool.afresh.formats]` asks for: from JSON, and back.

What was read is written as it came, also where the same value has several forms: such a value keeps its text.
"""

from __future__ import annotations

import datetime
import re
from base64 import b64decode, b64encode
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from .errors import InvalidValue, kind
from .values import number_of


class _ReadDecimal(Decimal):
    """A decimal number that is written as it came."""

    __slots__ = ("read",)

    read: str | float

    def __reduce__(self) -> tuple[Any, ...]:
        return _kept, (self.read,)


def parse_decimal(value: Any) -> Decimal:
    """Read a decimal number that is a text; raises ValueError or TypeError for what is no number."""
    made = _kept(value)
    return Decimal(made) if format(made, "f") == value else made


def parse_decimal_number(value: Any) -> Decimal:
    """Read a decimal number that is a number; raises ValueError or TypeError for what is none.

    Python has read it already, with about 17 digits.
    """
    made = _kept(value)
    try:
        written = number_of(made)
    except InvalidValue:
        return made
    return Decimal(made) if type(written) is type(value) and written == value else made


def _kept(value: Any) -> _ReadDecimal:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(f"a decimal number is described, and {kind(value)} was found")
    try:
        made = _ReadDecimal(value if isinstance(value, str | int) else repr(value))
    except InvalidOperation:
        made = _ReadDecimal("NaN")
    if not made.is_finite():
        raise ValueError(f"{value!r} is no decimal number")
    made.read = value
    return made


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float):
        raise InvalidValue(value, f"must be a decimal.Decimal, not {kind(value)}")
    made = value if isinstance(value, Decimal) else Decimal(str(value))
    if not made.is_finite():
        raise InvalidValue(value, "is no number that can be sent")
    return made


def format_decimal(value: Any) -> Any:
    """Write a decimal number as a text."""
    return value.read if type(value) is _ReadDecimal else format(_decimal(value), "f")


def decimal_number(value: Any) -> Any:
    """Write a decimal number as a number; raises InvalidValue for one with more digits than a number in JSON keeps."""
    if type(value) is _ReadDecimal:
        return value.read
    return number_of(_decimal(value))


class _ReadTime(datetime.time):
    """A time that is written as it came, as `text`. What `replace` makes of it is a plain one."""

    __slots__ = ("text",)

    text: str

    def __new__(cls, *arguments: Any, **named: Any) -> datetime.time:  # type: ignore[misc]
        return datetime.time(*arguments, **named)

    @classmethod
    def of(cls, value: datetime.time, text: str) -> datetime.time:
        """Make one of what was read of a text."""
        parts = value.hour, value.minute, value.second, value.microsecond, value.tzinfo
        own = datetime.time.__new__(cls, *parts, fold=value.fold)
        own.text = text
        return own

    def __reduce_ex__(self, _: Any) -> tuple[Any, ...]:
        return parse_time, (self.text,)

    def __repr__(self) -> str:
        return repr(datetime.time.fromisoformat(self.isoformat()))


def parse_time(value: str) -> datetime.time:
    """Read a time of day (ISO 8601), with an offset from UTC or without; raises ValueError for anything else."""
    read = datetime.time.fromisoformat(value)
    return read if read.isoformat() == value else _ReadTime.of(read, value)


def format_time(value: Any) -> str:
    """Write a time of day."""
    if type(value) is _ReadTime:
        return value.text
    if not isinstance(value, datetime.time):
        raise InvalidValue(value, f"must be a datetime.time, not {kind(value)}")
    return value.isoformat()


class _ReadDuration(datetime.timedelta):
    """A duration that is written as it came, as `text`."""

    text: str

    def __reduce_ex__(self, _: Any) -> tuple[Any, ...]:
        return parse_duration, (self.text,)

    def __repr__(self) -> str:
        return repr(datetime.timedelta(self.days, self.seconds, self.microseconds))


_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"([+-])?P(?=.)(?:{_NUMBER}W)?(?:{_NUMBER}D)?(?:T(?=.)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?", re.ASCII
)
_SECONDS = (604_800, 86_400, 3_600, 60, 1)


def parse_duration(value: str) -> datetime.timedelta:
    """Read a duration (ISO 8601). Raises ValueError for anything else, and for years and months, which vary in length."""
    found = _DURATION.fullmatch(value)
    if found is None:
        years = re.fullmatch(r"[+-]?P[\d.,YMWD]*[YM].*", value)
        reason = "has years or months, which are of no certain length" if years else "is no duration (ISO 8601)"
        raise ValueError(f"{value!r} {reason}")
    sign, *numbers = found.groups()
    counted = zip(numbers, _SECONDS, strict=True)
    seconds = sum((Fraction(number.replace(",", ".")) * size for number, size in counted if number), Fraction())
    try:
        read = datetime.timedelta(microseconds=int(seconds * 1_000_000)) * (-1 if sign == "-" else 1)
    except OverflowError:
        raise ValueError(f"{value!r} is longer than a datetime.timedelta can be") from None
    if format_duration(read) == value:
        return read
    own = _ReadDuration(read.days, read.seconds, read.microseconds)
    own.text = value
    return own


def format_duration(value: Any) -> str:
    """Write a duration (ISO 8601), in days, hours, minutes and seconds."""
    if type(value) is _ReadDuration:
        return value.text
    if not isinstance(value, datetime.timedelta):
        raise InvalidValue(value, f"must be a datetime.timedelta, not {kind(value)}")
    size = abs(value)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{size.microseconds:06}".rstrip("0") if size.microseconds else ""
    days = f"{size.days}D" if size.days else ""
    parts = [(hours, "H"), (minutes, "M"), (f"{seconds}{fraction}" if seconds or fraction else 0, "S")]
    time = "".join(f"{number}{unit}" for number, unit in parts if number)
    whole = f"{days}T{time}" if time else days or "T0S"
    return f"{'-' if value.days < 0 else ''}P{whole}"


class _ReadBytes(bytes):
    """Bytes that are written as they came, as `text`."""

    text: str

    def __reduce_ex__(self, _: Any) -> tuple[Any, ...]:
        return parse_base64, (self.text,)


def parse_base64(value: str) -> bytes:
    """Read bytes in base64 (RFC 4648), of either alphabet, with padding or without; raises ValueError for anything else."""
    plain = "".join(value.split()).rstrip("=").replace("-", "+").replace("_", "/")
    read = b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    if b64encode(read).decode() == value:
        return read
    own = _ReadBytes(read)
    own.text = value
    return own


def format_base64(value: Any) -> str:
    """Write bytes in base64."""
    if type(value) is _ReadBytes:
        return value.text
    data: Any = value
    if not isinstance(value, bytes | bytearray | memoryview):
        raise InvalidValue(value, f"must be bytes, not {kind(value)}")
    return b64encode(data).decode()


class _ReadInteger(int):
    """A whole number that is written as it came, as `read`."""

    read: str | int

    def __reduce_ex__(self, _: Any) -> tuple[Any, ...]:
        return parse_integer, (self.read,)


def parse_integer(value: Any) -> int:
    """Read a whole number that is a text; raises ValueError or TypeError for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"a whole number is described, and {kind(value)} was found")
    read = int(value)
    if str(read) == value:
        return read
    own = _ReadInteger(read)
    own.read = value
    return own


def format_integer(value: Any) -> Any:
    """Write a whole number as a text."""
    if type(value) is _ReadInteger:
        return value.read
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidValue(value, f"must be an int, not {kind(value)}")
    return str(value)
