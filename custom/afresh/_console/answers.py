"""Writes the results of methods: JSON as it was received, and files as bytes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from copy import copy
from itertools import islice
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from attrs import frozen

from afresh._calls.transfers import replacing
from afresh._client import Client
from afresh._errors import UNREADABLE
from afresh._http import httpx
from afresh_api.types import File
from afresh_api.values import is_array, is_object

from .errors import ConsoleError
from .values import to_json, to_line

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from afresh._session.session import Session
    from afresh_api.operation import Caller, Operation, Pages, Paging

TEXT = frozenset(range(0x20, 0x100)) - {0x7F} | frozenset(b"\t\n\v\f\r")
"""The bytes of text in UTF-8 and most other encodings."""


class PrintingClient(Client):
    """A client whose methods return the received JSON, after checking it against the API's description."""

    def __init__(self, session: Session, **options: Any) -> None:
        super().__init__(session=session, **options)
        self._caller = cast("Caller", _UnparsedCaller(self._caller))


class _UnparsedCaller:
    """Performs operations through another caller, and returns the received JSON."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __getattr__(self, name: str) -> Any:
        return getattr(self._caller, name)

    def call(self, operation: Operation[Any], arguments: dict[str, Any]) -> Any:
        def parse(response: httpx.Response) -> Any:
            return ParsedResponse(operation.parse(response), response).document

        changed = copy(operation)
        changed.parse = parse
        return self._caller.call(changed, arguments)

    def pages(self, operation: Operation[Any], arguments: dict[str, Any], paging: Paging[Any, Any]) -> Pages[Any, Any]:
        last: list[ParsedResponse] = []
        changed, items = copy(operation), copy(paging)

        def parse(response: httpx.Response) -> Any:
            last[:] = [ParsedResponse(operation.parse(response), response)]
            return last[0].parsed

        def items_of(page: Any) -> Sequence[Any]:
            return last[0].items(paging.items(page))

        changed.parse, items.items = parse, items_of
        return self._caller.pages(changed, arguments, items)


@frozen
class ParsedResponse:
    """A response, and its parsed content."""

    parsed: Any
    response: httpx.Response

    @property
    def document(self) -> Any:
        """The JSON of the response; the parsed content if the response is not JSON."""
        if self.parsed is None or isinstance(self.parsed, bytes | str | File):
            return self.parsed
        try:
            return self.response.json()
        except ValueError:  # not JSON, but parsed from text, such as a date-time
            return self.parsed

    def items(self, parsed: Sequence[Any]) -> Sequence[Any]:
        """Return the JSON of a parsed list that is part of the response."""
        return next((found for found in _lists(self.document) if _parses_to(found, parsed)), parsed)


def _lists(document: Any) -> Iterator[list[Any]]:
    if is_array(document):
        yield document
    elif is_object(document):
        for value in document.values():
            yield from _lists(value)


def _parses_to(found: list[Any], parsed: Sequence[Any]) -> bool:
    return len(found) == len(parsed) and all(map(_item_parses_to, found, parsed))


def _item_parses_to(value: Any, parsed: Any) -> bool:
    kind = cast("Any", type(parsed))
    if not hasattr(kind, "from_dict"):
        return bool(value == parsed)
    try:
        return is_object(value) and bool(kind.from_dict(value) == parsed)
    except UNREADABLE:
        return False


@contextmanager
def output(path: str | None) -> Generator[BinaryIO]:
    """Open standard output, or a file that is replaced when all of it is written."""
    if path is None:
        yield sys.stdout.buffer
        return
    with replacing(Path(path)) as file:
        yield file


def write(result: Any, out: BinaryIO, limit: int | None) -> None:
    """Write the result of a method. `limit` is the maximum number of items of a list or a stream."""
    if result is None:
        return
    if hasattr(result, "__exit__"):
        with result as stream:
            _write_stream(stream, out, limit)
    elif hasattr(result, "pages"):
        _write_list(islice(result, limit), out)
    elif isinstance(result, bytes):
        _write_blocks([result], out)
    elif isinstance(result, File):
        _write_blocks(result.payload, out)
    else:
        out.write(_encode(f"{to_json(result[:limit] if is_array(result) else result)}\n"))


def _write_stream(stream: Any, out: BinaryIO, limit: int | None) -> None:
    """Write a download as it arrives, or the items of another stream, one per line."""
    if isinstance(stream, httpx.Response):
        _write_blocks(stream.iter_bytes(), out)
        return
    for item in islice(stream, limit):
        out.write(_encode(f"{to_line(item)}\n"))
        out.flush()


def _write_blocks(blocks: Iterable[bytes], out: BinaryIO) -> None:
    is_terminal = out.isatty()
    for block in blocks:
        if is_terminal and not TEXT.issuperset(block):
            raise ConsoleError("the answer is not text, and could garble the terminal: give --output FILE")
        out.write(block)


def _write_list(items: Iterable[Any], out: BinaryIO) -> None:
    """Write items as one array, each as soon as it is available."""
    separator = "[\n"
    for item in items:
        out.write(_encode(f"{separator}{indent(to_json(item), '  ')}"))
        out.flush()
        separator = ",\n"
    out.write(b"[]\n" if separator == "[\n" else b"\n]\n")


def _encode(text: str) -> bytes:
    """Encode JSON. A lone surrogate, which JSON may contain in escaped form, is escaped again."""
    return text.encode(errors="backslashreplace")
