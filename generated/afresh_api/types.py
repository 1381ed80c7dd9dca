# Written by scripts/generate from the description of the API: changes made here are lost.
"""Types that every module shares: what is absent, files, and whole answers."""

from __future__ import annotations

from collections.abc import AsyncIterable, Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import IO, BinaryIO, Generic, Literal, TypeVar


class Unset:
    """The type of `UNSET`, which stands for an argument or a property that is absent (null is None)."""

    def __bool__(self) -> Literal[False]:
        return False

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Unset = Unset()

FileContent = IO[bytes] | bytes | str
FileTypes = tuple[str | None, FileContent, str | None] | tuple[str | None, FileContent, str | None, Mapping[str, str]]
"""A part of a multipart form as httpx takes it: file name, content, media type and, optionally, headers."""

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

    def __repr__(self) -> str:
        return f"File(payload={self.payload!r}, file_name={self.file_name!r}, mime_type={self.mime_type!r})"

    def to_tuple(self) -> FileTypes:
        """Return the file as a part of a multipart form."""
        name = self.file_name or Path(str(getattr(self.payload, "name", "upload"))).name
        return (name, self.payload, self.mime_type) if self.mime_type else (name, self.payload, None)


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

    def __repr__(self) -> str:
        return f"<Response {self.status_code}: {self.parsed!r}>"


__all__ = ["UNSET", "BinaryBody", "File", "FileTypes", "RequestFiles", "Response", "Unset"]
