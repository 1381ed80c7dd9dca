"""Tells which operations answer with a list."""

from afresh_toolkit.generator.normalising.naming.words import is_plural, words_in_text, words_of
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, success_answers
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import JSON, treated_as

_ITEMS = words_in_text(
    """
    content data edges elements entries items list nodes objects records resources results rows value values
    """
)


def answers_with_list(document: Document, operation: DescribedOperation) -> bool | None:
    """Whether a success is an array in JSON, or a page with one: an object with an array of a usual name.

    None where it is not said what a success holds.
    """
    said = None
    for answer, _ in success_answers(document, operation):
        for media_type, media in mapping(answer.get("content")).items():
            schema = mapping(document.resolve(mapping(media).get("schema"))[0])
            if treated_as(media_type, schema) == JSON and _is_list(document, schema, operation):
                return True
            said = False if schema else said
    return said


def _is_list(document: Document, schema: dict[str, object], operation: DescribedOperation) -> bool:
    if _is_array(schema):
        return True
    last = operation.path.rstrip("/").rpartition("/")[2]
    if not is_plural(words_of(last)):
        return False
    properties = mapping(schema.get("properties"))
    usual = _ITEMS | {last.lower()}
    return any(name.lower() in usual and _is_array(document.resolve(one)[0]) for name, one in properties.items())


def _is_array(schema: object) -> bool:
    kind = mapping(schema).get("type")
    return kind == "array" or (isinstance(kind, list) and "array" in kind)
