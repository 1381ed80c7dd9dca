"""Answers that are streams of values: which media types they have, and what one of the values is."""

from typing import Any, Literal

from attrs import define

from generator.description import DescribedOperation, mapping
from generator.document import Document
from generator.media_types import bare, by_preference
from generator.pointers import Pointer

Framing = Literal["events", "texts", "lines", "sequence"]
"""How the values are told apart: server-sent events, the same with plain texts, lines, or as RFC 7464 has it."""

_FIELDS = frozenset({"data", "event", "id", "retry"})
"""What an event may have."""


BESIDE = "299"
"""The status under which the generator sees a stream that is offered beside a whole answer: no description has it."""


@define(frozen=True)
class Stream:
    """A stream as it is described: its media type, what is said about it, and where."""

    media_type: str
    framing: Framing
    media: Any
    pointer: Pointer


@define(frozen=True)
class StreamCode:
    """How to read a stream: the type of one of its values, and an expression that reads it from JSON, `data`.

    `is_beside` is whether the operation offers it beside a whole answer.
    """

    media_type: str
    is_beside: bool
    framing: Framing
    annotation: str
    value: str


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
        data, place = fields["data"], (*place, "properties", "data")
        is_encoded = "contentSchema" in mapping(data)
        return (data["contentSchema"], (*place, "contentSchema")) if is_encoded else (data, place)
    if keyword == "schema" and schema.get("type") == "array" and "items" in schema:
        return schema["items"], (*place, "items")
    return media.get(keyword), (*pointer, keyword)
