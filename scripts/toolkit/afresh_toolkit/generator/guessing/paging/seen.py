"""A list as it is judged: what a request may say of the page, and what the answer says of it."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from attrs import define, field

from afresh_toolkit.generator.extensions.pagination import query_schemas
from afresh_toolkit.generator.extensions.runtime_expressions import schemas_at
from afresh_toolkit.generator.guessing.fields import may_be, properties
from afresh_toolkit.generator.guessing.names import plain
from afresh_toolkit.generator.guessing.paging import names
from afresh_toolkit.generator.pointers import Pointer, write_pointer
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, success_answers
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.reading.media_types import json_in

Schemas = list[dict[str, Any]]


@define(frozen=True)
class Field:
    """A field of a request or an answer.

    Attributes:
        name: Its name, as it is described.
        place: Where it is, as a runtime expression.
        schemas: What is said of its value.
        holder: The plain name of the object that it is in, empty at the root.
        said: What else is said of it: a parameter has a description of its own.
    """

    name: str
    place: str
    schemas: Schemas = field(repr=False)
    holder: str = ""
    said: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """All that is said of it in words."""
        return " ".join([self.said, *(str(part.get(key) or "") for part in self.schemas for key in _IN_WORDS)])

    def is_only(self, *types: str) -> bool:
        """Whether its type is said, and one of these; null is possible besides."""
        found = set(_types(self.schemas))
        return bool(found) and found <= {*types, "null"} and found != {"null"}

    def is_of(self, *types: str) -> bool:
        """Whether its value may have one of these types; one whose type is not said may."""
        return may_be(self.schemas, set(types))


_IN_WORDS = ("description", "title", "example", "format")


@define(frozen=True)
class Listing:
    """What is seen of an operation that may answer with a page.

    Attributes:
        query: The parameters of the query, by plain names.
        items: Where a page has its items; None where it has none, or several lists.
        item: What is said of an item.
        fields: What an answer says beside the items, by the surest place first.
        headers: The headers of an answer, by plain names.
        is_bare: Whether the answer is the list of items itself.
    """

    query: Mapping[str, Field]
    items: Pointer | None
    item: Schemas = field(repr=False)
    fields: list[Field]
    headers: Mapping[str, str]
    is_bare: bool

    @classmethod
    def of(cls, document: Document, operation: DescribedOperation) -> "Listing | None":
        """Look at an operation; None for one that answers with no JSON, or in several ways."""
        answers = [answer for answer, _ in success_answers(document, operation) if answer.get("content")]
        if operation.method != "GET" or len(answers) != 1:
            return None
        schema = (json_in(document, answers[0]["content"]) or {}).get("schema")
        if schema is None:
            return None
        said = {name: str(one.get("description") or "") for (_, name), one in operation.parameters.items()}
        query = {
            plain(name): Field(name, f"$request.query.{name}", schemas, said=said.get(name, ""))
            for name, schemas in query_schemas(document, operation).items()
        }
        headers = {plain(name): name for name in mapping(answers[0].get("headers"))}
        root = schemas_at(document, schema, ())
        is_bare = _is_array(root)
        items = () if is_bare else _items(document, schema, plain(operation.path.rstrip("/").rpartition("/")[2]))
        found = [] if is_bare or items is None else list(_fields(document, schema, items))
        if items and plain(items[-1]) not in names.ITEMS and _others(found) > names.MOST_OTHERS:
            items = None
        item = [] if items is None else schemas_at(document, schema, (*items, "0"))
        return cls(query, items, item, found, headers, is_bare)

    def sent(self, wanted: Collection[str], *types: str) -> list[Field]:
        """Return the parameters of these names and types."""
        return [one for name, one in self.query.items() if name in wanted and one.is_of(*types)]

    def field(self, wanted: Iterable[str], *types: str, holders: Collection[str] | None = None) -> Field | None:
        """Return the first field of these names, the surest first, whose type is said; None where there is none."""
        return next(
            (
                one
                for name in wanted
                for one in self.fields
                if plain(one.name) == name and one.is_only(*types) and (holders is None or one.holder in holders)
            ),
            None,
        )

    def has(self, *wanted: str) -> bool:
        """Whether an answer has fields of all of these names."""
        return {*wanted} <= {plain(one.name) for one in self.fields}


def _types(schemas: Schemas) -> Iterator[str]:
    for schema in schemas:
        kind: Any = schema.get("type", "object" if "properties" in schema else None)
        if isinstance(kind, str):
            yield kind
        else:
            yield from kind or ()


def _is_array(schemas: Schemas) -> bool:
    return {*_types(schemas)} - {"null"} == {"array"}


def _items(document: Document, schema: Any, path: str) -> Pointer | None:
    """Return where the items are: in the list of a usual name, or that the path ends with, or in the only one."""
    outermost = [*properties(document, schema)]
    holding = [name for name in outermost if plain(name) in names.HOLDING or len(outermost) == 1]
    levels: list[list[Pointer]] = [[()], [(name,) for name in holding]]
    alone: list[Pointer] = []
    for level in levels:
        lists = [
            (*outer, name)
            for outer in level
            for name, schemas in properties(document, schema, outer).items()
            if _is_array(schemas) and plain(name) not in names.NO_ITEMS
        ]
        usual = [pointer for pointer in lists if plain(pointer[-1]) in {*names.ITEMS, path}]
        if len(usual) == 1:
            return usual[0]
        if len(lists) > 1:
            return None
        alone += lists
    return alone[0] if len(alone) == 1 else None


def _fields(document: Document, schema: Any, items: Pointer) -> Iterator[Field]:
    """Go through the fields beside the items, in objects that are about the page, and in objects of those."""
    level: list[Pointer] = [*dict.fromkeys([(), items[:-1]])]
    for _ in range(3):
        below: list[Pointer] = []
        for outer in level:
            for name, schemas in properties(document, schema, outer).items():
                pointer = (*outer, name)
                if pointer != items and "properties" in {key for part in schemas for key in part}:
                    if plain(name) in names.ABOUT:
                        below.append(pointer)
                    elif outer and plain(name) == "next":  # as an object
                        yield from _next(document, schema, pointer)
                elif pointer != items:
                    holder = plain(outer[-1]) if outer else ""
                    yield Field(name, f"$response.body#{write_pointer(pointer)}", schemas, holder)
        level = below


def _next(document: Document, schema: Any, pointer: Pointer) -> Iterator[Field]:
    for name, schemas in properties(document, schema, pointer).items():
        place = f"$response.body#{write_pointer((*pointer, name))}"
        if plain(name) == "href":
            yield Field("next", place, schemas, plain(pointer[-2]))
        elif plain(name) in names.NEXT_CURSORS:
            yield Field(name, place, schemas, "next")


def _others(found: Iterable[Field]) -> int:
    """Return how many fields an answer has at its root that have nothing to do with pages."""
    numbers = {*names.TOTAL_PAGES, *names.TOTAL_ITEMS, *names.MORE, *names.CURRENT, *names.SIZES, *names.OFFSETS}
    known = {*numbers, *names.NEXT_CURSORS, *names.NEXT_LINKS, *names.USUAL}
    return sum(1 for one in found if not one.holder and plain(one.name) not in known)
