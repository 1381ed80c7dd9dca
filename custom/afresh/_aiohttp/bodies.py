"""The bodies of requests and responses over aiohttp: streams of httpx on one side, and of aiohttp on the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError

from afresh._http import httpx

from .errors import judged

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from aiohttp.abc import AbstractStreamWriter
    from aiohttp.client_proto import ResponseHandler


class RequestBody(aiohttp.Payload):
    """The body of a request, which is written part by part. Each part has to be written in time.

    Args:
        request: The request.
        timeout: How long the writing of a part may take, in seconds.

    Attributes:
        error: What ended the writing, unless it was cancelled. aiohttp would raise an error of its own in its place.
    """

    _default_content_type = ""

    def __init__(self, request: httpx.Request, timeout: float | None) -> None:
        super().__init__(request.stream)
        length = request.headers.get("Content-Length", "")
        self._length = int(length) if length.isdecimal() else None
        self._timeout = timeout
        self.error: Exception | None = None

    @classmethod
    def of(cls, request: httpx.Request, timeout: float | None) -> Self | None:
        """Return the body of a request; None if it is empty."""
        stream: Any = request.stream
        is_empty = isinstance(stream, httpx.ByteStream) and not any(stream)
        return None if is_empty else cls(request, timeout)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the body."""
        left = self._length
        try:
            async for part in self._value:
                left = None if left is None else left - len(part)
                if left is not None and left < 0:
                    raise httpx.LocalProtocolError("Too much data for declared Content-Length")  # noqa: TRY301
                await self._write_part(part, writer)
            if left:
                raise httpx.LocalProtocolError("Too little data for declared Content-Length")  # noqa: TRY301
        except Exception as error:
            self.error = None if isinstance(error, aiohttp.ClientError) else error  # those say the same by themselves
            raise

    async def _write_part(self, part: bytes, writer: AbstractStreamWriter) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await writer.write(part)
        except TimeoutError:
            raise httpx.WriteTimeout("a part of the body was not written in time") from None

    def decode(self, *_: object, **__: object) -> str:  # pragma: no cover - nothing asks for it
        """Refuse to give the body as text, which it need not be."""
        raise TypeError("the body is a stream")


class ResponseBody(httpx.AsyncByteStream):
    """The body of a response. Each part has to arrive in time, while it is waited for.

    Args:
        response: The response.
        protocol: The connection that it comes over.
        timeout: The timeouts of its request, in seconds. They are looked at when the body is begun.
        release: Called once, when the body is closed.
    """

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        protocol: ResponseHandler | None,
        timeout: Mapping[str, float | None],
        release: Callable[[ResponseBody], object],
    ) -> None:
        self._response = response
        self._content = response.content
        self._protocol = protocol
        self._timeout = timeout
        self._release: Callable[[ResponseBody], object] | None = release
        connection = response.connection
        if connection is not None and connection.protocol is not None:
            # aiohttp's own timeout goes on while nobody waits for data.
            connection.protocol.read_timeout = None
            connection.protocol.start_timeout()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Iterate over the parts, as they arrive."""
        timeout = self._timeout.get("read")
        error: Exception | None = None
        while error is None and not self._content.at_eof():
            try:
                part = self._content.read_nowait()
                if not part:
                    async with asyncio.timeout(timeout):
                        part = await self._content.readany()
            except TimeoutError:
                part, error = b"", httpx.ReadTimeout("no data in time")
            except (aiohttp.ClientError, HttpProcessingError, OSError) as caught:
                # What has arrived before the connection broke is given before the error is raised.
                part, error = _what_is_left(self._content), self._judged(caught)
            if part:
                yield part
        if error is None and self._was_cut():
            error = httpx.ReadError("the connection was reset")
        if error is not None:
            raise error

    def _judged(self, error: Exception) -> Exception:
        return httpx.ReadError("the connection was reset") if self._was_reset() else judged(error)

    def _was_reset(self) -> bool:
        return self._protocol is not None and isinstance(self._protocol.exception(), OSError)

    def _was_cut(self) -> bool:
        """Whether a body that ends with its connection was cut off. aiohttp takes that for its end."""
        headers = self._response.headers
        has_end = "Content-Length" in headers or "chunked" in headers.get("Transfer-Encoding", "").lower()
        return not has_end and self._was_reset()

    async def aclose(self) -> None:
        """Close the body. Its connection is kept if it was read to its end."""
        if self._release is not None:
            self._release(self)
            self._release = None
            if self._content.at_eof():
                self._response.release()
            else:
                self.cut()

    def cut(self) -> None:
        """Close the connection, and let whoever waits for data know."""
        self._response.close()


def _what_is_left(content: Any) -> bytes:
    """Return what has arrived of a body that is broken. No public method of aiohttp gives it."""
    part: bytes = content._read_nowait(-1)  # noqa: SLF001
    return part
