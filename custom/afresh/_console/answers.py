"""What a method answers, printed: JSON as it came, whatever was made of it, and files as their bytes."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from copy import copy
from itertools import islice
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import httpx
from attrs import frozen

from afresh._calls.transfers import replacing
from afresh._client import Client
from afresh._errors import UNREADABLE
from afresh_api.types import File
from afresh_api.values import is_array, is_object

from .errors import ConsoleError
from .values import to_json, to_line

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from afresh_api.operation import Caller, Operation, Pages, Paging

TEXT = frozenset(range(0x20, 0x100)) - {0x7F} | frozenset(b"\t\n\v\f\r")
"""The bytes that texts in UTF-8, and most other encodings, are made of."""


class PrintingClient(Client):
    """A client whose methods give JSON as it came, once it has been read as the description says."""

    def __init__(self, base_url: str, **options: Any) -> None:
        super().__init__(base_url, **options)
        self._caller = cast("Caller", _AsItCame(self._caller))


class _AsItCame:
    """Carries out operations through another caller."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def __getattr__(self, name: str) -> Any:
        return getattr(self._caller, name)

    def call(self, operation: Operation[Any], arguments: dict[str, Any]) -> Any:
        def parse(response: httpx.Response) -> Any:
            return Came(operation.parse(response), response).document

        changed = copy(operation)
        changed.parse = parse
        return self._caller.call(changed, arguments)

    def pages(self, operation: Operation[Any], arguments: dict[str, Any], paging: Paging[Any, Any]) -> Pages[Any, Any]:
        last: list[Came] = []
        changed, items = copy(operation), copy(paging)

        def parse(response: httpx.Response) -> Any:
            last[:] = [Came(operation.parse(response), response)]
            return last[0].made

        def items_of(page: Any) -> Sequence[Any]:
            return last[0].items(paging.items(page))

        changed.parse, items.items = parse, items_of
        return self._caller.pages(changed, arguments, items)


@frozen
class Came:
    """What was made of an answer, and the answer itself."""

    made: Any
    response: httpx.Response

    @property
    def document(self) -> Any:
        """The JSON; for an answer that has none, what was made of it."""
        if self.made is None or isinstance(self.made, bytes | str | File):
            return self.made
        try:
            return self.response.json()
        except ValueError:  # a moment, say, that is a text
            return self.made

    def items(self, made: Sequence[Any]) -> Sequence[Any]:
        """Give the JSON of a list that was made of a part of this."""
        return next((found for found in _lists(self.document) if _is_of(found, made)), made)


def _lists(document: Any) -> Iterator[list[Any]]:
    if is_array(document):
        yield document
    elif is_object(document):
        for value in document.values():
            yield from _lists(value)


def _is_of(found: list[Any], made: Sequence[Any]) -> bool:
    return len(found) == len(made) and all(map(_is_read_as, found, made))


def _is_read_as(value: Any, made: Any) -> bool:
    kind = cast("Any", type(made))
    if not hasattr(kind, "from_dict"):
        return bool(value == made)
    try:
        return is_object(value) and bool(kind.from_dict(value) == made)
    except UNREADABLE:
        return False


@contextmanager
def output(path: str | None) -> Generator[BinaryIO]:
    """Open where to write: standard output, or a file, which is there only when all of it is."""
    if path is None:
        yield sys.stdout.buffer
        return
    with replacing(Path(path)) as file:
        yield file


def write(result: Any, out: BinaryIO, most: int | None) -> None:
    """Write what a method gives; no more than so many items where it is a list or a stream."""
    if result is None:
        return
    if hasattr(result, "__exit__"):
        with result as stream:
            _write_stream(stream, out, most)
    elif hasattr(result, "pages"):
        _write_list(islice(result, most), out)
    elif isinstance(result, bytes):
        _write_blocks([result], out)
    elif isinstance(result, File):
        _write_blocks(result.payload, out)
    else:
        out.write(_encoded(f"{to_json(result[:most] if is_array(result) else result)}\n"))


def _write_stream(stream: Any, out: BinaryIO, most: int | None) -> None:
    """Write a file as it arrives, or anything else item by item, each on a line."""
    if isinstance(stream, httpx.Response):
        _write_blocks(stream.iter_bytes(), out)
        return
    for item in islice(stream, most):
        out.write(_encoded(f"{to_line(item)}\n"))
        out.flush()


def _write_blocks(blocks: Iterable[bytes], out: BinaryIO) -> None:
    is_terminal = out.isatty()
    for block in blocks:
        if is_terminal and not TEXT.issuperset(block):
            raise ConsoleError("the answer is no text, which would do harm to the terminal: give --output FILE")
        out.write(block)


def _write_list(items: Iterable[Any], out: BinaryIO) -> None:
    """Write items as one array, each as soon as it is there."""
    before = "[\n"
    for item in items:
        out.write(_encoded(f"{before}{indent(to_json(item), '  ')}"))
        out.flush()
        before = ",\n"
    out.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _encoded(text: str) -> bytes:
    """Encode JSON; half a character, which an answer may have escaped, is escaped again."""
    return text.encode(errors="backslashreplace")
