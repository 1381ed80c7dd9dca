"""What a description says about a union: where it stands, what it is called, and its discriminators.

The generator forgets all of it; so each union carries the name of a note through it, as its example.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from attrs import define

from afresh_toolkit.generator.pointers import Pointer

NOTE = "x-note"
"""Where a union that is being read has what is said about it."""


@define(frozen=True)
class Choosing:
    """A discriminator of a union that is being read, which chooses among its members: they are given by their indices.

    `mapping` has the members for each value that is mapped, or the class of one that a member holds; `names` those that
    go by the name of their schema where nothing else is said, and `base` the one for any other value. `is_inherited` is
    where it is not the union that has it, but what its members extend: of other values, nothing is known then.
    """

    property_name: str
    mapping: Mapping[str, Sequence[int] | str]
    names: Mapping[str, Sequence[int]]
    base: int | None
    is_inherited: bool


@define(frozen=True)
class Discriminator:
    """The same where all is read: members are the classes that they come to, which are several for a union."""

    property_name: str
    mapping: Mapping[str, frozenset[str]]
    names: Mapping[str, frozenset[str]]
    base: frozenset[str]
    is_inherited: bool

    @property
    def classes(self) -> frozenset[str]:
        """The classes that it says something about."""
        return frozenset[str]().union(*self.mapping.values(), *self.names.values())


@define(frozen=True)
class Note:
    """What is known of a union: `title` is its name where it is a component of the description.

    `aliases` are the type aliases of the unions that it was put together of, its own first.
    """

    place: Pointer
    choosing: tuple[Choosing, ...] = ()
    discriminators: tuple[Discriminator, ...] = ()
    title: str | None = None
    aliases: tuple[str, ...] = ()


def chosen(choosing: Choosing, members: Sequence[Mapping[str, Any]]) -> Discriminator:
    """Return a discriminator whose members are read."""
    classes = [frozenset(class_names(member)) for member in members]

    def of(said: Sequence[int] | str) -> frozenset[str]:
        return frozenset({said}) if isinstance(said, str) else frozenset[str]().union(*(classes[i] for i in said))

    return Discriminator(
        choosing.property_name,
        {value: of(said) for value, said in choosing.mapping.items()},
        {name: of(said) for name, said in choosing.names.items()},
        frozenset() if choosing.base is None else classes[choosing.base],
        choosing.is_inherited,
    )


def class_names(schema: Mapping[str, Any]) -> Iterator[str]:
    """Go through the classes that a schema, which is resolved, comes to: those of a union's members."""
    if "$ref" in schema:
        yield str(schema["$ref"]).rsplit("/", maxsplit=1)[-1]
    for member in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        yield from class_names(member)


def with_notes(schema: Any, name: Callable[[Note, Mapping[str, Any]], str]) -> Any:
    """Return a schema whose unions have for their examples what `name` makes of their notes and of themselves."""
    if isinstance(schema, list):
        return [with_notes(part, name) for part in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: with_notes(value, name) for key, value in schema.items() if not isinstance(value, Note)}
    if isinstance(note := schema.get(NOTE), Note) and "anyOf" in schema:
        made["example"] = name(note, schema)
    return made
