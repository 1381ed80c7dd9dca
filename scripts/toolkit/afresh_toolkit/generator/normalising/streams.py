"""Answers that are streams of values: which media types they have, and what one of the values is."""

from collections.abc import Iterator
from typing import Any, Literal

from attrs import define

from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import JSON, bare, by_preference, treated_as

Framing = Literal["events", "texts", "lines", "sequence"]
"""How the values are told apart: server-sent events, the same with plain texts, lines, or as RFC 7464 has it."""

_FIELDS = frozenset({"data", "event", "id", "retry"})
"""What an event may have."""

_EVENT_PARTS = frozenset({"properties", "allOf", "oneOf", "anyOf"})
"""The keywords that an event which is described by its fields has at least one of."""

BESIDE = "299"
"""The status under which the generator sees a stream that is offered beside a whole answer: no description has it."""

_FIRST_EVENT = 1000
"""The status under which the generator sees the first event that is described by name; each further has the next."""


@define(frozen=True)
class Stream:
    """A stream as it is described: its media type, what is said about it, and where."""

    media_type: str
    framing: Framing
    media: Any
    pointer: Pointer


@define(frozen=True)
class DescribedEvent:
    """The events of some names: what their data are, and where that is described. Without names, those of any other."""

    names: tuple[str, ...]
    schema: Any
    pointer: Pointer


@define(frozen=True)
class EventCode:
    """How to read the events of some names: as in `StreamCode`, with the name of the function that does it.

    `form` is whether their data are JSON or a text as it is.
    """

    names: tuple[str, ...]
    function: str
    form: Literal["json", "text"]
    annotation: str
    value: str


@define(frozen=True)
class StreamCode:
    """How to read a stream: the type of one of its values, and an expression that reads it from JSON, `data`.

    `is_beside` is whether the operation offers it beside a whole answer. `events` are those that are described by name;
    `value` is None where no others are.
    """

    media_type: str
    is_beside: bool
    framing: Framing
    annotation: str
    value: str | None
    events: tuple[EventCode, ...] = ()


def framing_of(media_type: str) -> Framing | None:
    """Return how a stream of this media type is framed; None where it is none."""
    name = bare(media_type)
    if name == "text/event-stream":
        return "events"
    if name.endswith(("/json-seq", "+json-seq")):
        return "sequence"
    words = name.rpartition("/")[2].removeprefix("x-")
    return "lines" if words in {"ndjson", "jsonl", "jsonlines", "json-lines", "json-stream", "stream+json"} else None


def stream_at(document: Document, described: DescribedOperation, status: str) -> str | None:
    """Return the media type of the stream that an operation answers with a status; None where it is none."""
    content, _ = _content(document, described, status)
    chosen = by_preference(document, content)[0] if content else ""
    return chosen if framing_of(chosen) else None


def stream_beside(document: Document, described: DescribedOperation) -> Stream | None:
    """Find a stream that an operation offers beside a whole answer."""
    for status in mapping(described.data.get("responses")):
        if not status.startswith("2") or stream_at(document, described, status):
            continue
        content, pointer = _content(document, described, status)
        for media_type, media in content.items():
            if framing := framing_of(media_type):
                return Stream(media_type, framing, media, (*pointer, media_type))
    return None


def _content(document: Document, described: DescribedOperation, status: str) -> tuple[dict[str, Any], Pointer]:
    answers = mapping(described.data.get("responses"))
    key = status if status in answers else status.lower()  # the generator is shown a range in capitals
    answer, pointer = document.resolve(answers.get(key), (*described.pointer, "responses", key))
    return mapping(mapping(answer).get("content")), (*pointer, "content")


def item_of(document: Document, framing: Framing, media: dict[str, Any], pointer: Pointer) -> tuple[Any, Pointer]:
    """Return the schema of one value of a stream, and its place.

    It is `itemSchema` (OpenAPI 3.2), else `schema`, be it that of one value or of an array of them. Where it describes
    the fields of an event, the value is its `data`.
    """
    keyword = "itemSchema" if "itemSchema" in media else "schema"
    said, place = document.resolve(media.get(keyword), (*pointer, keyword))
    schema = mapping(said)
    fields = mapping(schema.get("properties"))
    if framing == "events" and "data" in fields and fields.keys() <= _FIELDS:
        return data_at(document, fields["data"], (*place, "properties", "data"))
    if keyword == "schema" and schema.get("type") == "array" and "items" in schema:
        return schema["items"], (*place, "items")
    return media.get(keyword), (*pointer, keyword)


def stream_of(document: Document, described: DescribedOperation) -> Stream | None:
    """Find the stream that an operation answers with, be it beside a whole answer or by itself."""
    answers = mapping(described.data.get("responses"))
    for status in [status for status in answers if status.startswith("2")] or ["default"]:
        if media_type := stream_at(document, described, status):
            content, pointer = _content(document, described, status)
            framing = framing_of(media_type) or "lines"
            return Stream(media_type, framing, content[media_type], (*pointer, media_type))
    return stream_beside(document, described)


def event_status(index: int) -> str:
    """Return the status under which the generator sees one of the events that are described by name."""
    return str(_FIRST_EVENT + index)


def is_made_up(status: str) -> bool:
    """Whether a status is one of those under which the generator sees what is no answer of its own."""
    return status == BESIDE or (status.isdecimal() and int(status) >= _FIRST_EVENT)


def events_of(document: Document, stream: Stream | None) -> list[DescribedEvent]:
    """Return the events of a stream that is described by their names; none where it is not.

    Such a stream has the fields of an event as its schema, in one or several alternatives: `event` with the names, as a
    constant or an enum, or named by the discriminator of the alternatives, and `data`.
    """
    if stream is None or stream.framing != "events":
        return []
    media = mapping(stream.media)
    keyword = "itemSchema" if "itemSchema" in media else "schema"
    try:
        found = list(_Events(document).alternatives(media.get(keyword), (*stream.pointer, keyword), {}, ()))
    except _NotByFieldsError:
        return []
    return found if any(event.names for event in found) else []


class _NotByFieldsError(Exception):
    """An alternative is not described by the fields of an event."""


@define(frozen=True)
class _Events:
    document: Document

    def alternatives(
        self, said: Any, pointer: Pointer, around: dict[str, tuple[Any, Pointer]], names: tuple[str, ...]
    ) -> Iterator[DescribedEvent]:
        """Go through the events that a schema stands for, given the fields and names that hold for all of them."""
        part, pointer = self.document.resolve(said, pointer)
        schema = mapping(part)
        if not schema.keys() & _EVENT_PARTS:
            raise _NotByFieldsError
        fields = {**around, **self.fields(schema, pointer)}
        for keyword in ("oneOf", "anyOf"):
            members = schema.get(keyword)
            if isinstance(members, list):
                for index, member in enumerate(members):
                    chosen = self.chosen_by_discriminator(schema, member)
                    yield from self.alternatives(member, (*pointer, keyword, str(index)), fields, chosen or names)
                return
        if not fields or not fields.keys() <= _FIELDS:
            raise _NotByFieldsError
        yield DescribedEvent(self.names(fields) or names, *self.data(fields, pointer))

    def fields(self, schema: dict[str, Any], pointer: Pointer) -> dict[str, tuple[Any, Pointer]]:
        """Return the properties of a schema, and of all that it extends, each with its place."""
        found: dict[str, tuple[Any, Pointer]] = {}
        parts = schema.get("allOf")
        for index, said in enumerate(parts if isinstance(parts, list) else ()):
            part, place = self.document.resolve(said, (*pointer, "allOf", str(index)))
            found |= self.fields(mapping(part), place)
        for name, said in mapping(schema.get("properties")).items():
            found[name] = (said, (*pointer, "properties", name))
        return found

    def chosen_by_discriminator(self, schema: dict[str, Any], member: Any) -> tuple[str, ...]:
        """Return the names that the discriminator of some alternatives has for one of them."""
        discriminator = mapping(schema.get("discriminator"))
        ref = mapping(member).get("$ref")
        if discriminator.get("propertyName") != "event" or not isinstance(ref, str):
            return ()
        chosen = mapping(discriminator.get("mapping"))
        return tuple(name for name, target in chosen.items() if target in {ref, ref.rpartition("/")[2]})

    def names(self, fields: dict[str, tuple[Any, Pointer]]) -> tuple[str, ...]:
        """Return the names that the field `event` may have; none where it may have any."""
        said = mapping(self.document.resolve(*fields.get("event", ({}, ())))[0])
        values = [said["const"]] if "const" in said else said.get("enum")
        return tuple(value for value in (values if isinstance(values, list) else ()) if isinstance(value, str))

    def data(self, fields: dict[str, tuple[Any, Pointer]], pointer: Pointer) -> tuple[Any, Pointer]:
        """Return the schema of the data, and its place."""
        if "data" not in fields:
            return {"type": "string"}, pointer
        return data_at(self.document, *fields["data"])


def data_at(document: Document, said: Any, pointer: Pointer) -> tuple[Any, Pointer]:
    """Return the schema of what an event has as its data, and its place, given that of the field."""
    part, place = document.resolve(said, pointer)
    schema = mapping(part)
    if "contentSchema" in schema:
        return schema["contentSchema"], (*place, "contentSchema")
    is_json = isinstance(kind := schema.get("contentMediaType"), str) and treated_as(kind, {}) == JSON
    return ({}, place) if is_json else (said, pointer)
