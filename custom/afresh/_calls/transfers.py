"""Uploads and downloads of files, without holding them in memory, and with progress."""

from __future__ import annotations

import io
import os
import stat
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from anyio import to_thread

from afresh._bodies import BLOCK, what_is_left
from afresh._errors import translated
from afresh_api.types import File

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    from afresh._http import httpx


class Progress(Protocol):
    """A callback that is called with the number of transferred bytes, and the total number if it is known."""

    def __call__(self, done: int, total: int | None, /) -> object:
        """Handle a change of the progress. The returned value is ignored; an exception ends the transfer."""
        ...


@contextmanager
def uploading(
    source: str | os.PathLike[str] | bytes | BinaryIO,
    *,
    file_name: str | None = None,
    media_type: str | None = None,
    progress: Progress | None = None,
) -> Generator[File]:
    """Open a file for an upload. It is read while it is sent.

    Pass the file to a method, as its body or in a request model, wherever `afresh_api.types.File` is accepted, and call
    the method within the `with` block.

    Args:
        source: A path, which is opened, and closed at the end of the block; bytes; or an open file, which is read from
            its current position.
        file_name: The file name to send. Default: the name of the file, if it has one.
        media_type: The media type to send. Default: httpx guesses it from the file name.
        progress: Called after each part that was read for sending. It restarts at 0 if the request is sent again.

    Raises:
        OSError: The path cannot be opened.
    """
    with ExitStack() as stack:
        if isinstance(source, bytes):
            file: BinaryIO = io.BytesIO(source)
        elif isinstance(source, str | os.PathLike):
            file = stack.enter_context(Path(source).open("rb"))
        else:
            file = source
        name = getattr(file, "name", None)  # the name of a pipe is a number
        own_name = Path(name).name if isinstance(name, str) else None
        yield File(cast("BinaryIO", _TrackedFile(file, progress)), file_name or own_name, media_type)


class _TrackedFile:
    """A file that reports how much of it was read.

    It has the methods that httpx uses, but no `fileno`, from which httpx would take the length of a pipe to be 0.
    """

    def __init__(self, file: BinaryIO, progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self._start, self._total = what_is_left(file)
        self._done = 0

    def read(self, size: int = -1) -> bytes:
        part = self._file.read(size)
        self._done += len(part)
        if part and self._progress is not None:
            self._progress(self._done, self._total)
        return part

    def __iter__(self) -> Iterator[bytes]:
        return iter(partial(self.read, BLOCK), b"")

    def seekable(self) -> bool:
        return self._file.seekable()

    def tell(self) -> int:
        return self._file.tell() - self._start

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Change the position. It is relative to the initial position of the file."""
        position = self._file.seek(offset + self._start if whence == io.SEEK_SET else offset, whence)
        self._done = position - self._start
        return self._done


def save(response: httpx.Response, path: str | os.PathLike[str], *, progress: Progress | None = None) -> int:
    """Write the body of a streamed response to a file.

    The file is replaced when the body is complete; if the transfer fails, it is left unchanged. Its permissions are
    kept, and symbolic links are followed. A named pipe or a device is written directly.

    Args:
        response: The response that a download method returns, with the body unread.
        path: The file to write.
        progress: Called after each part.

    Returns:
        The number of bytes written.

    Raises:
        OSError: The file cannot be written.
        TransportError: The transfer failed.
        ClosedError: The response is closed: its `with` block has ended.
    """
    with replacing(Path(path)) as file:
        done, total = 0, _length(response)
        for part in _parts(response):
            file.write(part)
            done += len(part)
            if progress is not None:
                progress(done, total)
    return done


async def save_async(
    response: httpx.Response, path: str | os.PathLike[str], *, progress: Progress | None = None
) -> int:
    """As `save`, for `AsyncClient`. The file is written in a worker thread."""
    with replacing(Path(path)) as file:
        done, total = 0, _length(response)
        parts = response.aiter_bytes()
        while (part := await _next(parts, response)) is not None:
            await to_thread.run_sync(file.write, part)
            done += len(part)
            if progress is not None:
                progress(done, total)
    return done


def _parts(response: httpx.Response) -> Iterator[bytes]:
    try:
        yield from response.iter_bytes()
    except Exception as error:
        if (own := translated(error, response.request)) is None:
            raise
        raise own from None


async def _next(parts: AsyncIterator[bytes], response: httpx.Response) -> bytes | None:
    try:
        return await anext(parts, None)
    except Exception as error:
        if (own := translated(error, response.request)) is None:
            raise
        raise own from None


@contextmanager
def replacing(path: Path) -> Generator[BinaryIO]:
    """Open a temporary file that replaces another at the end, and takes over its permissions.

    A symbolic link is kept: its target is replaced. What is not a regular file, such as a named pipe or /dev/null, is
    opened itself.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:  # raises for a directory, before the transfer
            yield file
        return
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:40]}-{token_hex(4)}")
    try:
        with temporary.open("xb") as file:
            if target.exists():
                temporary.chmod(stat.S_IMODE(target.stat().st_mode))
            yield file
        temporary.replace(target)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == str(temporary):
            error.filename = str(path)  # the user does not know the temporary name
        temporary.unlink(missing_ok=True)
        raise


def _length(response: httpx.Response) -> int | None:
    length = response.headers.get("Content-Length", "")
    is_compressed = "Content-Encoding" in response.headers
    return int(length) if length.isdecimal() and not is_compressed else None
