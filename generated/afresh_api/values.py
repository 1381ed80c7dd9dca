# Written by scripts/generate from the description of the API: changes made here are lost.
"""From JSON values to Python's, and back."""

from __future__ import annotations

import datetime
import re
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping
from enum import Enum
from functools import partial
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING, Any, TypeGuard, TypeVar, cast
from urllib.parse import quote
from uuid import UUID, SafeUUID

import httpx

from .base_model import BaseModel
from .errors import InvalidValue, UnexpectedBody, kind
from .types import BinaryBody, File, FilePart

if TYPE_CHECKING:
    from decimal import Decimal

T = TypeVar("T")


class ToSend(dict[str, Any]):
    """A JSON object that is to be sent: a model is made of it also where it lacks what only answers have."""


def additional(data: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return the properties of a JSON object whose keys are not among these."""
    return {key: value for key, value in data.items() if key not in keys}


def is_object(value: Any) -> bool:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> bool:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def is_mapping(value: Any) -> bool:
    """Whether a value has others by keys."""
    return isinstance(value, Mapping)


def is_string(value: Any) -> bool:
    """Whether a JSON value is a string."""
    return isinstance(value, str)


_from_iso_format = datetime.datetime.fromisoformat


class _ReadDateTime(datetime.datetime):
    """A date-time of an answer that is written as it came, as `text`: it has no time zone, or more digits than Python.

    What comes of arithmetic with it, and of `replace`, is a plain one, which the caller has made.
    """

    __slots__ = ("text",)

    text: str

    def __new__(cls, *arguments: Any, **named: Any) -> datetime.datetime:  # type: ignore[misc]
        return datetime.datetime(*arguments, **named)

    @classmethod
    def of(cls, value: datetime.datetime, text: str) -> datetime.datetime:
        """Make one of what was read of a text."""
        own = datetime.datetime.__new__(
            cls,
            value.year,
            value.month,
            value.day,
            value.hour,
            value.minute,
            value.second,
            value.microsecond,
            value.tzinfo,
            fold=value.fold,
        )
        own.text = text
        return own

    def __reduce_ex__(self, _: Any) -> tuple[Any, ...]:
        return parse_datetime, (self.text,)

    def replace(self, *arguments: Any, **named: Any) -> Any:
        return _from_iso_format(self.isoformat()).replace(*arguments, **named)

    __replace__ = replace

    def __repr__(self) -> str:
        return repr(_from_iso_format(self.isoformat()))


def parse_datetime(value: str) -> datetime.datetime:
    """Read a date-time (RFC 3339), and such as lacks its time zone, or its time; raises ValueError for anything else."""
    try:
        read = _from_iso_format(value)
    except ValueError:
        # What is valid and yet refused is rare, a lower-case "z" for example: only then the slower parser is needed.
        from dateutil.parser import isoparse

        read = isoparse(value)
    # Most are so short that they have at most six digits of a second, which is as fine as Python's are.
    size = len(value)
    if size < 28:
        if (size < 23 or value[13] == ":") and read.tzinfo is not None:
            return read
    elif size < 33 and value[13] == ":" and value[-3] == ":":  # which ends with an offset
        return read
    return _ReadDateTime.of(read, value) if read.tzinfo is None or _TOO_FINE.search(value) else read


_TOO_FINE = re.compile(r"[.,]\d{6}\d*[1-9]")


def format_datetime(value: Any) -> str:
    """Write a date-time (RFC 3339): one that was read without a time zone, as it came.

    Raises ValueError for any other without one, whose moment nobody could know.
    """
    if type(value) is _ReadDateTime:
        return value.text
    if not isinstance(value, datetime.datetime):
        raise InvalidValue(value, f"must be a datetime.datetime, not {kind(value)}")
    if value.utcoffset() is None:
        raise InvalidValue(
            value,
            "has no time zone, so it names no moment; give it one, for example .astimezone() or "
            "tzinfo=datetime.timezone.utc",
        )
    return value.isoformat()


def format_date(value: Any) -> str:
    """Write a date (RFC 3339, full-date): of a date-time, its date."""
    if isinstance(value, datetime.datetime):
        value = value.date()
    if not isinstance(value, datetime.date):
        raise InvalidValue(value, f"must be a datetime.date, not {kind(value)}")
    return value.isoformat()


class _ReadUUID(UUID):
    """A UUID of an answer that is written as it came, as `text`: in upper case, without dashes, in braces."""

    __slots__ = ("text",)

    text: str

    def __init__(self, text: str) -> None:
        super().__init__(text)
        object.__setattr__(self, "text", text)

    def __reduce__(self) -> tuple[Any, ...]:
        return parse_uuid, (self.text,)

    def __repr__(self) -> str:
        return f"UUID({str(self)!r})"


_new: Any = object.__new__
_set_int: Any = vars(UUID)["int"].__set__
_set_safe: Any = vars(UUID)["is_safe"].__set__


def parse_uuid(value: str) -> UUID:
    """Read a UUID in any form that Python knows; raises ValueError for anything else."""
    digits = value.replace("-", "")
    if len(digits) == 32 and len(value) == 36 and value[8] == "-" and value.islower():
        # As the class does it by itself, but without looking for other forms, which takes three times as long.
        new: UUID = _new(UUID)
        _set_int(new, int(digits, 16))
        _set_safe(new, SafeUUID.unknown)
        return new
    read = _ReadUUID(value)
    return UUID(value) if str(read) == value else read


def format_uuid(value: Any) -> str:
    """Write a UUID: one that was read, as it came; a text is taken for one."""
    if type(value) is _ReadUUID:
        return value.text
    if isinstance(value, UUID | str):
        return str(value)
    raise InvalidValue(value, f"must be a UUID, not {kind(value)}")


def as_array(value: Any) -> list[Any]:
    """Return a JSON array; raises TypeError for any other value of JSON, whose parts must not be taken for items."""
    if is_array(value):
        items: list[Any] = value
        return items
    raise TypeError(f"an array is described, and {kind(value)} was found")


def json_object(value: Any) -> dict[str, Any]:
    """Return a JSON object; raises TypeError for any other value of JSON."""
    if is_object(value):
        return cast("dict[str, Any]", value)
    raise TypeError(f"an object is described, and {kind(value)} was found")


def as_map(value: Mapping[str, T]) -> dict[str, T]:
    """Return a dict of a mapping; raises InvalidValue for anything else."""
    if is_mapping(value):
        return {**value}
    raise InvalidValue(value, f"must be a dict, not {kind(value)}")


_NO_LIST = (str, bytes, bytearray, memoryview, Mapping, list, FilePart)


def listed(value: T) -> T:
    """Return a list of what is another collection, or an iterator; anything else as it is."""
    return cast("T", list(cast("Any", value))) if _is_collection(value) else value


def _is_collection(value: Any) -> bool:
    """Whether a value that is no list has items, and is none of what is sent as a whole."""
    if type(value) is list or isinstance(value, _NO_LIST):
        return False
    return not hasattr(value, "read") and isinstance(value, Iterable)


def as_list(value: Iterable[T]) -> list[T]:
    """Return a list of a collection or an iterator; raises InvalidValue for a text, a mapping, and what is neither."""
    items: Any = listed(value)
    if is_array(items):
        return cast("list[T]", items)
    raise InvalidValue(value, f"must be a list, or another collection, not {kind(value)}")


_PLAIN = frozenset({str, int, float, bool})


def plain(value: Any) -> Any:
    """Return a value that has no parts as JSON has it; raises InvalidValue for one that has parts, None and the like."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, UUID):
        return format_uuid(value)
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, datetime.datetime):
        return format_datetime(value)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    from decimal import Decimal
    from numbers import Integral, Real

    if isinstance(value, Decimal):
        return number_of(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    raise InvalidValue(value, f"must be a text, a number or the like, not {kind(value)}")


def number_of(value: Decimal) -> int | float:
    """Return a decimal number as JSON has it; raises InvalidValue for one with more digits than a number there keeps."""
    from decimal import Decimal

    number = int(value) if value.is_finite() and value == value.to_integral_value() else float(value)
    if not value.is_finite() or Decimal(repr(number)) != value:
        raise InvalidValue(value, "has more digits than a number in JSON keeps; round it, or send it as a text")
    return number


def plain_text(value: Any) -> str:
    """Write a value that has no parts as text, as `plain` takes it, and decimals."""
    if type(value) is str:
        return value
    from decimal import Decimal

    value = str(value) if isinstance(value, Decimal) else plain(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def plain_items(value: Any) -> list[Any]:
    """Return the items of a collection that have no parts, as JSON has them; None among them is left out."""
    return [plain(item) for item in as_list(value) if item is not None]


def json_value(value: Any, *, for_request: bool = True) -> Any:
    """Return a value of any type as JSON has it; raises InvalidValue where JSON has none of the kind."""
    if value is None or type(value) in _PLAIN:
        return value
    inside = opened(value, for_request=for_request)
    if is_object(inside):
        return {key: json_value(item, for_request=for_request) for key, item in inside.items()}
    return [json_value(item, for_request=for_request) for item in inside] if is_array(inside) else inside


def opened(value: Any, *, for_request: bool = True) -> Any:
    """Return a value of a type that JSON does not know as one that it knows, whose parts may be of any type.

    Of models, a request has nothing that is read-only.
    """
    if isinstance(value, BaseModel):
        return value.to_dict(for_request=for_request)
    if hasattr(value, "to_dict"):
        return value.to_dict()
    if is_mapping(value):
        return {**value}
    if isinstance(value, File) or hasattr(value, "read"):
        raise InvalidValue(
            value,
            "cannot be sent in JSON, which holds no files; where the API takes its content as a text, "
            "base64 for example, say so in the description (`format: byte`, by an overlay), and generate again",
        )
    value = listed(value)
    try:
        return value if is_array(value) else plain(value)
    except InvalidValue:
        raise InvalidValue(value, f"is of the type {kind(value)}, which JSON does not have") from None


def checked(value: T, model: type[Any]) -> T:
    """Return a body that is of a model; raises InvalidValue for anything else."""
    if isinstance(value, model):
        return value
    name = model.__name__
    raise InvalidValue(value, f"must be a {name}, not {kind(value)}: make one with {name}(…) or {name}.from_dict(…)")


def header_text(value: Any) -> str:
    """Write a value that has no parts into a header; raises InvalidValue for what HTTP would not carry (RFC 9110, 5.5)."""
    text = plain_text(value)
    if text.isascii() and text.isprintable() and text == text.strip():
        return text
    if text.isascii() and text.replace("\t", " ").isprintable() and text == text.strip():
        return text
    raise InvalidValue(
        value,
        "cannot stand in a header, which holds printable ASCII, and no blanks at its ends; write it in the encoding "
        "that the API knows, percent-encoding for example",
    )


def path_segment(value: Any, *, may_be_empty: bool = False) -> str:
    """Write a value that has no parts as one segment of a path (RFC 3986, section 3.3).

    Raises InvalidValue for one that would lead elsewhere: ".", "..", and nothing, but where the description allows for
    that, and has no other path that it would be.
    """
    text = plain_text(value)
    if text in {".", ".."} or not (text or may_be_empty):
        raise InvalidValue(value, "cannot stand in a path: it would lead to another place")
    return quote(text, safe="")


def file_from_bytes(value: File | bytes | str) -> File:
    """Make a file of what was downloaded, or of a text in JSON; a file that is to be sent is one already."""
    if isinstance(value, File):
        return value
    return File(payload=BytesIO(value.encode() if isinstance(value, str) else value))


def content_of(body: Any) -> bytes | Iterable[bytes] | AsyncIterable[bytes]:
    """Return a binary body as httpx takes it; a file is read as it is sent."""
    content: Any = body.payload if isinstance(body, File) else body
    if type(content) in {bytearray, memoryview}:
        return bytes(cast("bytearray", content))
    if not _has_blocks(content):
        raise InvalidValue(content, f"must be a File, bytes, or blocks of them, not {kind(content)}")
    return cast("bytes | Iterable[bytes] | AsyncIterable[bytes]", content)


def _has_blocks(content: Any) -> bool:
    if type(content) in {list, tuple, set}:
        return {type(block) for block in content} <= {bytes}
    return isinstance(content, bytes | str | Iterable | AsyncIterable) and not is_mapping(content)


def is_binary(body: Any) -> TypeGuard[BinaryBody]:
    """Whether a body is bytes, a file, or blocks of bytes, which are sent as they are: no value that JSON has."""
    return isinstance(body, File | bytes | Iterator | AsyncIterable) or hasattr(body, "read")


def media_type_of(body: BinaryBody, described: str) -> str:
    """Return the media type of a binary body: its own where it has one."""
    return header_text((isinstance(body, File) and body.mime_type) or described)


def for_async(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request for an asynchronous client, which does not read files by itself."""
    content = arguments.get("content")
    if not isinstance(content, Iterable) or isinstance(content, bytes | str):
        return arguments
    headers = dict[str, str](arguments.get("headers") or {})
    size = _size(content)
    if size is not None:
        headers["Content-Length"] = str(size)
    return {**arguments, "content": _blocks(cast("Iterable[bytes]", content)), "headers": headers}


def _size(content: Any) -> int | None:
    """Return how many bytes are left in a file; None for what is no file, or has no end that is known."""
    try:
        position = content.tell()
        size = content.seek(0, SEEK_END) - position
        content.seek(position)
    except (AttributeError, OSError):
        return None
    return int(size)


async def _blocks(content: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Go through a file, or an iterable, without making the event loop wait for it."""
    from anyio.to_thread import run_sync

    read = getattr(content, "read", None)
    blocks = iter(content) if read is None else iter(partial(read, 65_536), b"")
    while (block := await run_sync(next, blocks, None)) is not None:
        yield block


UNREADABLE: tuple[type[Exception], ...] = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an answer raises that is not as described."""


def location(response: httpx.Response) -> str:
    """Return the URL that an answer leads to (RFC 9110, section 10.2.2); its own, where redirects were followed."""
    url = response.url if response.is_success else response.url.join(response.headers["Location"])
    return str(url)


def expect(parse: Callable[[httpx.Response], T], response: httpx.Response) -> T:
    """Read an answer; raise UnexpectedBody where it is not as described."""
    try:
        return parse(response)
    except UNREADABLE as error:
        raise UnexpectedBody(response.status_code, response.content) from error
