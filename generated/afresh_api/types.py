# Written by scripts/generate from the description of the API: changes made here are lost.
"""Types that every module shares: what is absent, files, and whole answers."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, MutableMapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any, BinaryIO, ClassVar, Generic, Literal, TypeVar

from .errors import InvalidValue, kind


class Unset:
    """The type of `UNSET`, which stands for an argument or a property that is absent, where None stands for null.

    Where there can be no null, None stands for what is absent. There is one `UNSET`: its copies and pickles are the
    same object.
    """

    _only: ClassVar[Unset | None] = None

    def __new__(cls) -> Unset:
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __reduce__(self) -> str:
        return "UNSET"

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()

FileContent = IO[bytes] | bytes | str
FileTypes = tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
"""A part of a multipart form as httpx takes it: file name, content, media type and, optionally, headers."""


class FilePart(tuple[str | None, FileContent, str | None]):
    """A file as a part of a multipart form, and no tuple of values."""

    __slots__ = ()


RequestFiles = list[tuple[str, FileTypes]]


class File:
    """A file to upload, or one that was downloaded.

    Without `file_name`, an upload has the name of the file that `payload` reads, or else is called "upload"; without
    `mime_type`, httpx guesses it from the name.
    """

    def __init__(self, payload: BinaryIO, file_name: str | None = None, mime_type: str | None = None) -> None:
        self.payload = payload
        self.file_name = file_name
        self.mime_type = mime_type

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, File):
            return NotImplemented
        names = (self.file_name, self.mime_type) == (other.file_name, other.mime_type)
        return names and (self.payload is other.payload or _in_memory(self.payload) == _in_memory(other.payload))

    def __hash__(self) -> int:
        return hash((self.file_name, self.mime_type))

    def __repr__(self) -> str:
        return f"File(payload={self.payload!r}, file_name={self.file_name!r}, mime_type={self.mime_type!r})"

    def to_tuple(self) -> FilePart:
        """Return the file as a part of a multipart form; raises InvalidValue where there is no file in it."""
        payload: Any = self.payload
        if not isinstance(payload, bytes | str) and not hasattr(payload, "read"):
            raise InvalidValue(payload, f"must be a file that is open, or bytes, not {kind(payload)}")
        name = self.file_name or Path(str(getattr(self.payload, "name", "upload"))).name
        return FilePart((name, self.payload, self.mime_type or None))


def _in_memory(payload: Any) -> object:
    """Return what tells whether two files are equal: their bytes where memory holds them, else the files themselves."""
    return payload.getvalue() if isinstance(payload, BytesIO) else payload


BinaryBody = File | bytes | Iterable[bytes] | AsyncIterable[bytes]
"""A body of bytes: a `File`, a file as `open` returns it, bytes, or blocks of them; only bytes are held in memory."""

T = TypeVar("T")


class Response(Generic[T]):
    """A whole answer; `parsed` is None where its status is not described, or has no body."""

    def __init__(self, status_code: int, content: bytes, headers: MutableMapping[str, str], parsed: T | None) -> None:
        self.status_code = status_code
        self.content = content
        self.headers = headers
        self.parsed = parsed

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if isinstance(other, Response) else NotImplemented

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<Response {self.status_code}: {self.parsed!r}>"


__all__ = ["UNSET", "BinaryBody", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
