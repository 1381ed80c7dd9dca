"""Server-sent events, cut out of the bytes of an answer as the HTML standard has it (its section 9.2.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
MESSAGE: Final = "message"
"""The name of an event whose server gives it none."""


class Arrived(NamedTuple):
    """An event, or a record of another stream, as it arrived: see `afresh_api.operation.Event`."""

    name: str
    data: str
    id: str | None = None
    retry: int | None = None


class EventReader:
    """Cuts what arrives into events.

    By hand: httpx takes other characters for the ends of lines, too, and a line may end within a chunk, between two of
    them, or by a CR that is the first half of a CR LF.

    Attributes:
        last_event_id: What the server called the last event; None where it did not say.
    """

    def __init__(self) -> None:
        self.last_event_id: str | None = None
        self._begun: list[bytes] = []  # the parts of a line whose end has not arrived
        self._is_after_cr = False
        self._is_at_start = True
        self._name = ""
        self._data: list[str] = []
        self._id = ""
        self._retry: int | None = None

    def feed(self, chunk: bytes) -> Iterator[Arrived]:
        """Take more bytes, and give the events that are whole with them."""
        if self._is_after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._is_after_cr = False
        for line in chunk.splitlines(keepends=True):
            self._begun.append(line)
            if line.endswith((b"\r", b"\n")):
                self._is_after_cr = line.endswith(b"\r")
                whole = b"".join(self._begun)[: -2 if line.endswith(b"\r\n") else -1]
                self._begun.clear()
                if self._is_at_start:
                    whole, self._is_at_start = whole.removeprefix(BYTE_ORDER_MARK), False
                yield from self._line(whole)

    def _line(self, line: bytes) -> Iterator[Arrived]:
        if line:
            name, _, value = line.decode(errors="replace").partition(":")
            self._field(name, value.removeprefix(" "))
            return
        self.last_event_id = self._id or None
        if self._data:
            yield Arrived(self._name or MESSAGE, "\n".join(self._data), self.last_event_id, self._retry)
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
            case _:  # a comment, which is a field without a name, or what is no field of an event
                pass
