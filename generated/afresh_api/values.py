# Written by scripts/generate from the description of the API: changes made here are lost.
"""From JSON values to Python's, and back."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Mapping
from functools import partial
from io import SEEK_END, BytesIO
from typing import TYPE_CHECKING, Any, TypeVar, cast
from urllib.parse import quote

import httpx

from .errors import UnexpectedBody
from .types import BinaryBody, File

if TYPE_CHECKING:
    from .base_model import BaseModel

T = TypeVar("T")


class ToSend(dict[str, Any]):
    """A JSON object that is to be sent: a model is made of it also where it lacks what only answers have."""


def additional(data: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return the properties of a JSON object whose keys are not among these."""
    return {key: value for key, value in data.items() if key not in keys}


def by_keys(
    data: Mapping[str, Any], models: Mapping[type[BaseModel[Any]], tuple[str, ...]]
) -> list[type[BaseModel[Any]]]:
    """Return models, given with the keys that each has, those first that know the most of an object's keys."""
    return sorted(models, key=lambda model: len(data.keys() - models[model]))


def is_object(value: Any) -> bool:
    """Whether a JSON value is an object."""
    return isinstance(value, dict)


def is_array(value: Any) -> bool:
    """Whether a JSON value is an array."""
    return isinstance(value, list)


def is_string(value: Any) -> bool:
    """Whether a JSON value is a string."""
    return isinstance(value, str)


_from_iso_format = datetime.datetime.fromisoformat


def parse_datetime(value: str) -> datetime.datetime:
    """Read a date-time (RFC 3339); raises ValueError for anything else."""
    try:
        return _from_iso_format(value)
    except ValueError:
        # What is valid and yet refused is rare, a lower-case "z" for example: only then the slower parser is needed.
        from dateutil.parser import isoparse

        return isoparse(value)


def format_datetime(value: datetime.datetime) -> str:
    """Write a date-time (RFC 3339); raises ValueError for one without a time zone, whose moment nobody could know."""
    if value.utcoffset() is None:
        raise ValueError(
            f"{value!r} has no time zone, so it names no moment; give it one, for example .astimezone() or "
            "tzinfo=datetime.timezone.utc"
        )
    return value.isoformat()


def path_segment(value: str) -> str:
    """Write a value as one segment of a path (RFC 3986, section 3.3).

    Raises ValueError for one that would lead elsewhere: nothing, ".", and "..".
    """
    if value in {"", ".", ".."}:
        raise ValueError(f"{value!r} cannot stand in a path: it would lead to another place")
    return quote(value, safe="")


def file_from_bytes(value: File | bytes | str) -> File:
    """Make a file of what was downloaded, or of a text in JSON; a file that is to be sent is one already."""
    if isinstance(value, File):
        return value
    return File(payload=BytesIO(value.encode() if isinstance(value, str) else value))


def content_of(body: BinaryBody) -> bytes | Iterable[bytes] | AsyncIterable[bytes]:
    """Return a binary body as httpx takes it; a file is read as it is sent."""
    return body.payload if isinstance(body, File) else body


def media_type_of(body: BinaryBody, described: str) -> str:
    """Return the media type of a binary body: its own where it has one."""
    return (isinstance(body, File) and body.mime_type) or described


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


def decoded(response: httpx.Response) -> Any:
    """Return what an answer holds that may be anything, by its own Content-Type; None where it has no body."""
    if not response.content:
        return None
    media_type = response.headers.get("Content-Type", "application/json").partition(";")[0].strip().lower()
    if media_type.endswith(("/json", "+json")):
        return response.json()
    return response.text if media_type.startswith("text/") or media_type.endswith(("xml", "yaml")) else response.content


def expect(parse: Callable[[httpx.Response], T], response: httpx.Response) -> T:
    """Read an answer; raise UnexpectedBody where it is not as described."""
    try:
        return parse(response)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnexpectedBody(response.status_code, response.content) from error


def parsed_or_none(parse: Callable[[httpx.Response], T], response: httpx.Response) -> T | None:
    """Read an answer that tells of a failure; None where it is not as described: a proxy's page, for example."""
    try:
        return parse(response)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None
