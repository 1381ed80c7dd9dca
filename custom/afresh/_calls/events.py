"""Parses server-sent events (HTML standard, section 9.2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
MESSAGE: Final = "message"
"""The default name of an event."""


class RawEvent(NamedTuple):
    """An event, or a record of another kind of stream, before its data are parsed: see `afresh_api.operation.Event`."""

    name: str
    data: str
    id: str | None = None
    retry: int | None = None


class EventReader:
    """Splits chunks of bytes into events.

    `httpx.Response.iter_lines` is of no use here, since it splits at other characters, too. A line may end within a
    chunk, between two chunks, or with a CR that may be followed by an LF.

    Attributes:
        last_event_id: The ID of the last event; None if it has none.
    """

    def __init__(self) -> None:
        self.last_event_id: str | None = None
        self._partial: list[bytes] = []  # the parts of an incomplete line
        self._is_after_cr = False
        self._is_at_start = True
        self._name = ""
        self._data: list[str] = []
        self._id = ""
        self._retry: int | None = None

    def feed(self, chunk: bytes) -> Iterator[RawEvent]:
        """Add a chunk of bytes, and yield the events that it completes."""
        if self._is_after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._is_after_cr = False
        for line in chunk.splitlines(keepends=True):
            self._partial.append(line)
            if line.endswith((b"\r", b"\n")):
                self._is_after_cr = line.endswith(b"\r")
                whole = b"".join(self._partial)[: -2 if line.endswith(b"\r\n") else -1]
                self._partial.clear()
                if self._is_at_start:
                    whole, self._is_at_start = whole.removeprefix(BYTE_ORDER_MARK), False
                yield from self._line(whole)

    def _line(self, line: bytes) -> Iterator[RawEvent]:
        if line:
            name, _, value = line.decode(errors="replace").partition(":")
            self._field(name, value.removeprefix(" "))
            return
        self.last_event_id = self._id or None
        if self._data:
            yield RawEvent(self._name or MESSAGE, "\n".join(self._data), self.last_event_id, self._retry)
        self._name, self._data = "", []

    def _field(self, name: str, value: str) -> None:
        match name:
            case "event":
                self._name = value
            case "data":
                self._data.append(value)
            case "id" if "\0" not in value:
                self._id = value
            case "retry" if value.isascii() and value.isdigit():
                self._retry = int(value)
            case _:  # a comment, which is a field without a name, or an unknown field
                pass
