"""Files on their way up and down: never whole in memory, and with a word on how far they are."""

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

from afresh._errors import translated
from afresh._http.file_stream import BLOCK, what_is_left
from afresh_api.types import File

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterator

    import httpx


class Progress(Protocol):
    """Is told how far a transfer is: how many bytes are through, and of how many, where that is known."""

    def __call__(self, done: int, total: int | None, /) -> object:
        """Take note; what it returns is not looked at, and what it raises ends the transfer."""
        ...


@contextmanager
def uploading(
    source: str | os.PathLike[str] | bytes | BinaryIO,
    *,
    file_name: str | None = None,
    media_type: str | None = None,
    progress: Progress | None = None,
) -> Generator[File]:
    """Give a file for a request model, which is read as it is sent.

        with uploading("report.pdf") as file:
            api.attachments.upload(task.id, NewAttachment(file=file))

    Args:
        source: A path, which is opened and closed again; bytes; or an open file, which is read from where it is.
        file_name: What the server is told that it is called; by default its name, where it has one.
        media_type: What it is; None leaves that to httpx, which goes by the name.
        progress: Told after each part that was read for sending. Where a request is sent again it begins again.

    Raises:
        OSError: The path cannot be read.
    """
    with ExitStack() as stack:
        if isinstance(source, bytes):
            file: BinaryIO = io.BytesIO(source)
        elif isinstance(source, str | os.PathLike):
            file = stack.enter_context(Path(source).open("rb"))
        else:
            file = source
        name = getattr(file, "name", None)  # a pipe has a number
        own_name = Path(name).name if isinstance(name, str) else None
        yield File(cast("BinaryIO", _Watched(file, progress)), file_name or own_name, media_type)


class _Watched:
    """A file of which is told how far it was read. It offers what httpx asks of one, and hides what it is misled by.

    The length of a pipe is 0, say the system and httpx, by its `fileno`.
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
        """Go to a place, counted from where the file was when it was handed over."""
        position = self._file.seek(offset + self._start if whence == io.SEEK_SET else offset, whence)
        self._done = position - self._start
        return self._done


def save(response: httpx.Response, path: str | os.PathLike[str], *, progress: Progress | None = None) -> int:
    """Write the body of a streamed response to a file, and return how many bytes it has.

    The file appears once it is whole: what was there before stays until then, and if the transfer fails. It keeps the
    rights of that, and follows links; a named pipe or a device is written as the body arrives.

    Args:
        response: What a method that downloads gives, its body yet to be read.
        path: Where to write it.
        progress: Told after each part.

    Raises:
        OSError: The file cannot be written.
        TransportError: The transfer broke off.
        ClosedError: The response was closed before, as it is at the end of its `with`.
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
    """As `save`, for the asynchronous client; the file is written in a thread."""
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
    """Give a new file beside another, whose place and rights it takes; where a link leads to that, the link stays.

    What is no file, such as a named pipe or /dev/null, keeps its place, and is written itself.
    """
    if path.exists() and not path.is_file():
        with path.open("wb") as file:  # a folder is refused here, before anything was transferred
            yield file
        return
    target = Path(os.path.realpath(path))
    beside = target.with_name(f".{target.name[:40]}-{token_hex(4)}")
    try:
        with beside.open("xb") as file:
            if target.exists():
                beside.chmod(stat.S_IMODE(target.stat().st_mode))
            yield file
        beside.replace(target)
    except BaseException as error:
        if isinstance(error, OSError) and error.filename == str(beside):
            error.filename = str(path)  # which is the one that its user knows
        beside.unlink(missing_ok=True)
        raise


def _length(response: httpx.Response) -> int | None:
    said = response.headers.get("Content-Length", "")
    is_compressed = "Content-Encoding" in response.headers
    return int(said) if said.isdecimal() and not is_compressed else None
