"""How openapi-python-client is to treat each media type."""

from typing import Any

from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
BYTES = "application/octet-stream"


def bare(media_type: str) -> str:
    """Return a media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def treated_as(media_type: str, schema: Any) -> str:
    """Return the media type as which a body is read or sent: JSON, one of the forms, bytes, or text as it is.

    Where a range such as `*/*` allows for JSON and the schema is not that of a file or a text, JSON it is.
    """
    name = bare(media_type)
    subtype = name.rpartition("/")[2]
    if name not in {FORM, MULTIPART} and _is_file(schema) and not _is_json(name):
        return BYTES
    if name in {FORM, MULTIPART} or (name.startswith("text/") and subtype not in {"*", "json"}):
        return name
    if _is_json(name):
        return JSON
    if "*" in name and name.partition("/")[0] in {"*", "application"} and not _is_text(schema):
        return JSON
    return BYTES


def is_text(media_type: str) -> bool:
    """Whether what is of a media type is text, JSON or XML."""
    name = bare(media_type)
    return name.startswith("text/") or _is_json(name) or name.endswith(("/xml", "+xml"))


def _is_json(name: str) -> bool:
    subtype = name.rpartition("/")[2]
    return subtype == "json" or (subtype.endswith(("+json", "-json")) and "seq" not in subtype)


def _is_file(schema: Any) -> bool:
    return mapping(schema).get("format") == "binary"


def _is_text(schema: Any) -> bool:
    said = mapping(schema).get("type")
    names = [name for name in said if name != "null"] if isinstance(said, list) else [said]
    return bool(names) and all(name in ("string", "file") for name in names)


def by_preference(document: Document, content: dict[str, Any]) -> list[str]:
    """Return the media types of a body, JSON first, and plain JSON before others; what is read as bytes last."""
    order = (JSON, MULTIPART, FORM)

    def rank(media_type: str) -> tuple[int, bool, bool]:
        kind = treated_as(media_type, document.resolve(mapping(content[media_type]).get("schema"))[0])
        place = order.index(kind) * 2 if kind in order else 7 if kind == BYTES else 6
        if kind != JSON:
            return place, False, False
        if "*" in media_type:
            place = 1  # a JSON type that is named goes before a range that allows for it
        return place, ";" in media_type, bare(media_type) != JSON

    return sorted(content, key=rank)


def json_in(document: Document, content: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is said of the JSON that a message is read as; None where it is read as something else."""
    if not content:
        return None
    media_type = by_preference(document, content)[0]
    media = mapping(content[media_type])
    return media if treated_as(media_type, document.resolve(media.get("schema"))[0]) == JSON else None
