"""The content of a file as the body of a request, which can be sent as often as is needed."""

from __future__ import annotations

import io
from collections.abc import AsyncIterable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import httpx
from anyio import to_thread

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

BLOCK: Final = 65_536
"""Bytes that are read at once."""


class FileStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A file from where it is on, block by block, and from there again each time: httpx alone would go on at its end.

    For the asynchronous client it is read in threads, so that the event loop does not wait for the disk.

    Attributes:
        is_seekable: Whether it can be gone through more than once.
        size: How many bytes it has, None where that is not known.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._has_begun = False
        self.is_seekable = file.seekable()
        self._start, self.size = what_is_left(file)

    def __iter__(self) -> Iterator[bytes]:
        """Go through it."""
        return iter(partial(self._begin().read, BLOCK), b"")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Go through it without making the event loop wait."""
        read = partial(self._begin().read, BLOCK)
        while block := await to_thread.run_sync(read):
            yield block

    def _begin(self) -> BinaryIO:
        if self.is_seekable:
            self._file.seek(self._start)
        elif self._has_begun:  # as after a redirect: there is nothing left, which would be sent as an empty body
            raise httpx.StreamConsumed
        self._has_begun = True
        return self._file


def what_is_left(file: BinaryIO) -> tuple[int, int | None]:
    """Give where a file is, and how many bytes are left from there on: 0 and None for one that cannot seek."""
    if not file.seekable():
        return 0, None
    start = file.tell()
    size = file.seek(0, io.SEEK_END) - start
    file.seek(start)
    return start, size


def is_file(content: object) -> bool:
    """Whether a body is a file, and not one of those that are read with `await`, which httpx can do."""
    return hasattr(content, "read") and hasattr(content, "seekable") and not isinstance(content, AsyncIterable)


def build_request(http: httpx.Client | httpx.AsyncClient, arguments: dict[str, Any]) -> httpx.Request:
    """Build a request as `http.build_request` does, but for a body that is a file."""
    content: Any = arguments.get("content")
    if not is_file(content):
        return http.build_request(**arguments)
    others: dict[str, Any] = {**arguments, "content": iter(())}  # None would be read at once, and kept for the body
    request = http.build_request(**others)
    stream = request.stream = FileStream(content)
    for name in ("Content-Length", "Transfer-Encoding"):
        request.headers.pop(name, None)
    if stream.size is None:
        request.headers["Transfer-Encoding"] = "chunked"
    else:
        request.headers["Content-Length"] = str(stream.size)
    return request
