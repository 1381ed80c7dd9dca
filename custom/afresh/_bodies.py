"""The bodies of requests: a file as one, and which of them can be sent more than once."""

from __future__ import annotations

import io
from collections.abc import AsyncIterable
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from anyio import to_thread

from afresh._http import httpx

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

BLOCK: Final = 65_536
"""The number of bytes per read."""


class FileStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """Streams a file in blocks, from its current position, and from there again if the request is repeated.

    httpx itself would continue at the end of the file. The asynchronous client reads in threads, so that the event loop
    does not wait for the disk.

    Attributes:
        is_seekable: Whether the file can be streamed more than once.
        size: The number of bytes from the start position, None if unknown.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._has_begun = False
        self.is_seekable = file.seekable()
        self._start, self.size = what_is_left(file)

    def __iter__(self) -> Iterator[bytes]:
        """Iterate over the blocks."""
        return iter(partial(self._begin().read, BLOCK), b"")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the blocks without blocking the event loop."""
        read = partial(self._begin().read, BLOCK)
        while block := await to_thread.run_sync(read):
            yield block

    def _begin(self) -> BinaryIO:
        if self.is_seekable:
            self._file.seek(self._start)
        elif self._has_begun:  # as after a redirect: the file is at its end, and an empty body would be sent
            raise httpx.StreamConsumed
        self._has_begun = True
        return self._file


def what_is_left(file: BinaryIO) -> tuple[int, int | None]:
    """Return the position of a file and the number of bytes from there to its end; 0 and None if it cannot seek."""
    if not file.seekable():
        return 0, None
    start = file.tell()
    size = file.seek(0, io.SEEK_END) - start
    file.seek(start)
    return start, size


def is_file(content: object) -> bool:
    """Return whether a body is a file that is read without `await`. httpx handles the others."""
    return hasattr(content, "read") and hasattr(content, "seekable") and not isinstance(content, AsyncIterable)


def build_request(http: httpx.Client | httpx.AsyncClient, arguments: dict[str, Any]) -> httpx.Request:
    """Build a request as `http.build_request` does, with a `FileStream` if the body is a file."""
    content: Any = arguments.get("content")
    if not is_file(content):
        return http.build_request(**arguments)
    without_file: dict[str, Any] = {**arguments, "content": iter(())}  # with None, httpx would store an empty body
    request = http.build_request(**without_file)
    stream = request.stream = FileStream(content)
    for name in ("Content-Length", "Transfer-Encoding"):
        request.headers.pop(name, None)
    if stream.size is None:
        request.headers["Transfer-Encoding"] = "chunked"
    else:
        request.headers["Content-Length"] = str(stream.size)
    return request


def can_send_again(stream: object) -> bool:
    """Return whether a request's body can be sent twice.

    This is decided by the body's type. An exhausted iterator would not fail: it would be sent as an empty body.
    """
    if isinstance(stream, httpx.ByteStream):
        return True
    if isinstance(stream, FileStream):
        return stream.is_seekable
    # A multipart body reads its files from the start each time, so all of them must be seekable.
    fields = getattr(stream, "fields", None)
    return fields is not None and all(_is_seekable(getattr(field, "file", b"")) for field in fields)


def _is_seekable(file: object) -> bool:
    return isinstance(file, str | bytes) or bool(getattr(file, "seekable", bool)())
