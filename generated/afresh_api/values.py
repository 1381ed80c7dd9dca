# Written by scripts/generate from the description of the API: changes made here are lost.
"""From JSON values to Python's, and back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import quote

from .types import File


def additional(data: Mapping[str, Any], keys: frozenset[str]) -> dict[str, Any]:
    """Return the properties of a JSON object whose keys are not among these."""
    return {key: value for key, value in data.items() if key not in keys}


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


def file_from_bytes(value: bytes) -> File:
    """Make a file of what was downloaded."""
    return File(payload=BytesIO(value))
