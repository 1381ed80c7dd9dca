"""Tell by an answer that the access token is no good, as the API's description says it: by a status and a value.

The value may be in the body. It is looked at before the caller gets the answer, who can still read the whole body.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

from afresh._http import BodyAround, httpx
from afresh_api.lifecycle import Named

from .token_calls.answer import document_of, resolve

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterable, Iterator

    from afresh_api.lifecycle import Expired

UNAUTHORIZED: Final = 401
LARGEST_BODY: Final = 2**16
"""Maximum bytes of a body that is looked at. Larger ones say nothing of tokens."""

_JSON: Final = re.compile(r"application/(?:[^;]+\+)?json\s*(?:;|$)", re.IGNORECASE)
_FAILURES: Final = 400


class ExpiryJudge:
    """Judges whether an answer says that the access token is no good.

    Args:
        expired: What the description says. A 401 says it, too, unless the description says more of a 401.

    Attributes:
        statuses: The statuses of such answers.
    """

    def __init__(self, expired: tuple[Expired, ...]) -> None:
        said = {one.status for one in expired}
        self.statuses: Final = frozenset({UNAUTHORIZED, *said})
        self._at_once = frozenset({one.status for one in expired if one.source is None} | ({UNAUTHORIZED} - said))
        self._conditions = [(one.status, one.source, one.values) for one in expired if one.source is not None]

    def judge(self, response: httpx.Response) -> bool:
        """Return whether an answer says so."""
        if not self._must_read(response):
            return self._says(response, None)
        content = b""
        if not response.is_stream_consumed:
            body = iter(cast("Iterable[bytes]", response.stream))  # that of a synchronous client
            read = list(_up_to(body))
            content = b"".join(read)
            response.stream = _Rest(read, body, response.stream)
        return self._says(response, _document(response, content))

    async def judge_async(self, response: httpx.Response) -> bool:
        """Return whether an answer says so."""
        if not self._must_read(response):
            return self._says(response, None)
        content = b""
        if not response.is_stream_consumed:
            body = aiter(response.stream)  # type: ignore[arg-type]  # that of an asynchronous client
            read = [chunk async for chunk in _up_to_async(body)]
            content = b"".join(read)
            response.stream = _AsyncRest(read, body, response.stream)
        return self._says(response, _document(response, content))

    def _must_read(self, response: httpx.Response) -> bool:
        """Return whether a condition is about the body, and the body is JSON that is small by its headers."""
        status = response.status_code
        if status in self._at_once or not _JSON.match(response.headers.get("content-type", "")):
            return False
        if not any(one == status and not isinstance(source, Named) for one, source, _ in self._conditions):
            return False
        length = response.headers.get("content-length", "")
        if not length.isdecimal():
            return status >= _FAILURES  # a success of unknown length may be a stream, which ends who knows when
        return len(length) < 10 and int(length) <= LARGEST_BODY  # noqa: PLR2004 - more digits are no length

    def _says(self, response: httpx.Response, document: object) -> bool:
        if response.status_code in self._at_once:
            return True
        for status, source, values in self._conditions:
            if status != response.status_code:
                continue
            is_header = isinstance(source, Named)
            value = response.headers.get(source.name) if isinstance(source, Named) else resolve(document, source)
            if any(_is(value, str(wanted) if is_header else wanted) for wanted in values):
                return True
        return False


def _is(value: object, wanted: object) -> bool:
    """Return whether a value is the wanted one. In a text, `*` stands for any text, and case does not matter."""
    if isinstance(value, str) and isinstance(wanted, str):
        pattern = ".*".join(map(re.escape, wanted.split("*")))
        return re.fullmatch(pattern, value.strip(), re.IGNORECASE | re.DOTALL) is not None
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _document(response: httpx.Response, content: bytes) -> object:
    """Return the JSON of a body; None if it has none, or is too large."""
    try:
        if response.is_stream_consumed:
            content = response.content
        elif len(content) > LARGEST_BODY:
            return None
        headers = {"content-encoding": response.headers.get("content-encoding", "")}
        return document_of(httpx.Response(response.status_code, headers=headers, content=content))
    except (ValueError, httpx.DecodingError, httpx.ResponseNotRead):
        return None


def _up_to(body: Iterator[bytes]) -> Generator[bytes]:
    size = 0
    while size <= LARGEST_BODY and (chunk := next(body, None)) is not None:
        size += len(chunk)
        yield chunk


async def _up_to_async(body: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    size = 0
    while size <= LARGEST_BODY and (chunk := await anext(body, None)) is not None:
        size += len(chunk)
        yield chunk


class _Rest(BodyAround, httpx.SyncByteStream):
    """A body of which a part has been read: that part, and the rest."""

    def __init__(self, read: list[bytes], rest: Iterator[bytes], stream: Any) -> None:
        self._read = read
        self._rest = rest
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._read
        yield from self._rest

    def close(self) -> None:
        self._stream.close()


class _AsyncRest(BodyAround, httpx.AsyncByteStream):
    """A body of which a part has been read: that part, and the rest."""

    def __init__(self, read: list[bytes], rest: AsyncIterator[bytes], stream: Any) -> None:
        self._read = read
        self._rest = rest
        self._stream = stream

    async def __aiter__(self) -> AsyncGenerator[bytes]:
        for chunk in self._read:
            yield chunk
        async for chunk in self._rest:
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
