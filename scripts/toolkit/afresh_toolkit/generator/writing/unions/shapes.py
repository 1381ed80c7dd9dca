"""What the JSON of a property can be, as far as it tells values apart."""

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

from attrs import define, field
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from afresh_toolkit.generator.interpreting.maps import MapProperty

Path = tuple[str, ...]
"""The keys that lead from an object to a value within it."""

DEEPEST = 3
"""How many keys may lead to a value that tells objects apart."""

_KINDS: Mapping[type[Any], str] = {
    AnyProperty: "any",
    BooleanProperty: "boolean",
    DateProperty: "date",
    DateTimeProperty: "date-time",
    FloatProperty: "number",
    IntProperty: "integer",
    NoneProperty: "null",
    UuidProperty: "uuid",
}


@define(frozen=True)
class Shape:
    """What a value can be: of some kinds, one of some literals, one of some models, an array, or a map."""

    kinds: frozenset[str] = frozenset()
    literals: frozenset[str | int] = frozenset()
    models: tuple[str, ...] = ()
    items: "Shape | None" = None
    entries: "Shape | None" = None

    def __or__(self, other: "Shape") -> "Shape":
        return Shape(
            self.kinds | other.kinds,
            self.literals | other.literals,
            tuple(dict.fromkeys((*self.models, *other.models))),
            _either(self.items, other.items),
            _either(self.entries, other.entries),
        )

    @property
    def values(self) -> frozenset[str | int] | None:
        """All the values that there can be, but for null; None where they are not listed."""
        listed = self.literals and not (self.kinds - {"null"} or self.models or self.items or self.entries)
        return self.literals if listed else None

    @property
    def model(self) -> str | None:
        """The one model that a value has, if it is an object at all."""
        single = len(self.models) == 1 and not (self.kinds - {"null"} or self.literals or self.items or self.entries)
        return self.models[0] if single else None


def _either(one: Shape | None, other: Shape | None) -> Shape | None:
    return one | other if one and other else one or other


@define(frozen=True)
class Field:
    """A property of a model."""

    shape: Shape
    required: bool

    @property
    def is_always_there(self) -> bool:
        """Whether every object has it, and not as null."""
        return self.required and "null" not in self.shape.kinds


@define
class Shapes:
    """Finds shapes, for the models of a package by their names."""

    models: Mapping[str, ModelProperty]
    _fields: dict[str, dict[str, Field]] = field(factory=dict)
    _tags: dict[tuple[str, int], dict[Path, Field]] = field(factory=dict)

    def of(self, prop: PropertyProtocol) -> Shape:
        """Return the shape of a property's values."""
        match prop:
            case UnionProperty():
                return reduce(Shape.__or__, map(self.of, prop.inner_properties), Shape())
            case ListProperty():
                return Shape(items=self.of(prop.inner_property))
            case MapProperty():
                return Shape(entries=self.of(prop.inner_property))
            case ModelProperty():
                return Shape(models=(str(prop.class_info.name),))
            case LiteralEnumProperty():
                return Shape(literals=frozenset(prop.values))
            case ConstProperty():
                return Shape(literals=frozenset({prop.value.raw_value}))
        return Shape(kinds=frozenset({_KINDS.get(type(prop), "string")}))

    def fields(self, model: str) -> dict[str, Field]:
        """Return the properties of a model by their keys."""
        if model not in self._fields:
            read = self.models[model]
            listed = (*(read.required_properties or ()), *(read.optional_properties or ()))
            self._fields[model] = {
                prop.name.get_untrusted_value(): Field(self.of(prop), required=prop.required) for prop in listed
            }
        return self._fields[model]

    def additional(self, model: str) -> Shape | None:
        """Return the shape of the values under other keys; None where there are to be none."""
        prop = self.models[model].additional_properties
        return None if prop is None else self.of(prop)

    def at(self, model: str, path: Path) -> Field | None:
        """Return what is at the end of a path, required where all on the way is; None where that is not described."""
        found = self.fields(model).get(path[0])
        if found is None or len(path) == 1:
            return found
        inner = found.shape.model and self.at(found.shape.model, path[1:])
        return _within(found, inner) if inner else None

    def tags(self, model: str, deepest: int = DEEPEST) -> dict[Path, Field]:
        """Return what in an object of a model has one of a few values, by the paths to it."""
        if (model, deepest) not in self._tags:
            self._tags[model, deepest] = {}
            self._tags[model, deepest] = dict(self._found(model, deepest))
        return self._tags[model, deepest]

    def _found(self, model: str, deepest: int) -> Iterator[tuple[Path, Field]]:
        for key, one in self.fields(model).items():
            if one.shape.values:
                yield (key,), one
            elif one.shape.model and deepest > 1:
                for path, inner in self.tags(one.shape.model, deepest - 1).items():
                    yield (key, *path), _within(one, inner)


def _within(outer: Field, inner: Field) -> Field:
    """Return a property of an object that is one itself: it is always there only where both are."""
    return Field(inner.shape, required=outer.is_always_there and inner.required)
