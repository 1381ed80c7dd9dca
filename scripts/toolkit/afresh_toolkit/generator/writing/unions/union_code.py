"""Python code that reads a value of several types: functions that tell by the value which of them it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from attrs import define, evolve, field
from openapi_python_client.parser.properties import AnyProperty, LiteralEnumProperty, ModelProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from afresh_toolkit.generator.interpreting.maps import MapProperty
from afresh_toolkit.generator.normalising.schemas.aliases import note_of
from afresh_toolkit.generator.normalising.schemas.discriminators import Note
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.rules import Applied, Rule
from afresh_toolkit.generator.writing.unions.shapes import Path, Shapes
from afresh_toolkit.generator.writing.unions.signs import SignWriter, alike
from afresh_toolkit.generator.writing.unions.telling import (
    BySigns,
    ByTag,
    Maybe,
    One,
    Telling,
    Tree,
    Unknown,
    Value,
    by_signs,
    is_told_by_tag,
    is_told_by_tags,
    told_by_tags,
)

_MOST_COMPARED = 8
"""Values of a tag that are compared one by one: more are looked up."""
_FORMS: Mapping[type[PropertyProtocol], str] = {
    UuidProperty: "is_uuid",
    DateProperty: "is_date",
    DateTimeProperty: "is_datetime",
}
_FORMATTED = (UuidProperty, DateProperty, DateTimeProperty)

NOT_TOLD_APART = Rule(
    "alternatives-alike",
    "A discriminator is wanted: nothing tells these alternatives apart, and a value is read as the first of them.",
    is_warning=True,
)

NotTold = dict[Pointer, list[str]]
"""Alternatives that nothing tells apart, by the places of the unions."""


@define
class Unions:
    """All that is known of the unions of a description, by the names of their notes."""

    notes: Mapping[str, Note]
    models: Mapping[str, ModelProperty]
    not_told: NotTold = field(factory=dict)
    shapes: Shapes = field(init=False)
    signs: SignWriter = field(init=False)
    _trees: dict[tuple[str | None, tuple[str, ...]], Tree] = field(factory=dict)

    def __attrs_post_init__(self) -> None:
        self.shapes = Shapes(self.models)
        self.signs = SignWriter(self.shapes)

    def note(self, prop: UnionProperty) -> Note | None:
        """Return what is said about a union."""
        return self.notes.get(note_of(_example(prop) or ""))

    def tree(self, prop: UnionProperty, models: Sequence[str]) -> Tree:
        """Return how the objects of a union are told apart, and note those that are not."""
        key = (_example(prop), tuple(models))
        if key not in self._trees:
            note = self.note(prop)
            tree = Telling(self.shapes, note.discriminators if note else ()).tree(models)
            self._trees[key] = tree
            for place in by_signs(tree):
                for first, second in alike(self.signs.of_models(place.models)):
                    one, other = place.models[first], place.models[second]
                    if not is_told_by_tag(tree, one, other):
                        self.note_alike(prop, (one, other))
        return self._trees[key]

    def tags(self) -> dict[str, dict[str, Value]]:
        """Return the values of tags whose types allow for others, by the names of models and by keys."""
        found: dict[str, dict[str, Value]] = {}
        for tree in self._trees.values():
            for model, path, value in told_by_tags(tree):
                prop = self.models.get(model)
                own = (*(prop.required_properties or ()), *(prop.optional_properties or ())) if prop else ()
                open_ones = {one.name.get_untrusted_value() for one in own if _may_differ(one)}
                if len(path) == 1 and path[0] in open_ones:
                    found.setdefault(model, {}).setdefault(path[0], value)
        return found

    def note_not_told(self, applied: Applied) -> None:
        """Note in which unions nothing tells alternatives apart, once all of them are written."""
        for place, names in self.not_told.items():
            applied.note(NOT_TOLD_APART, place, ", ".join(names))

    def note_alike(self, prop: UnionProperty, names: Sequence[str]) -> None:
        """Note alternatives that nothing tells apart."""
        note = self.note(prop)
        if note is not None:
            listed = self.not_told.setdefault(note.place, [])
            listed += [name for name in names if name not in listed]


def _may_differ(prop: PropertyProtocol) -> bool:
    """Whether the type of a tag allows for other values than one."""
    return isinstance(prop, StringProperty) or (isinstance(prop, LiteralEnumProperty) and len(prop.values) > 1)


def _example(prop: UnionProperty) -> str | None:
    return prop.example.get_untrusted_value() if prop.example else None


@define
class UnionCode:
    """Writes a function that reads a union without null.

    `annotation` gives the type of a property, `is_plain` whether its JSON is its value, and `read` an expression that
    reads it from `data`.
    """

    unions: Unions
    prop: UnionProperty
    annotation: Callable[[PropertyProtocol], str]
    is_plain: Callable[[PropertyProtocol], bool]
    read: Callable[[PropertyProtocol], str]
    constant: str
    _constants: list[str] = field(factory=list)

    def function(self, name: str) -> str:
        """Return the code of the function, and of what it needs beside it."""
        body = "\n    ".join(self._lines())
        constants = "".join(f"{constant}\n" for constant in self._constants)
        return f"{constants}\n\ndef {name}(data: Any) -> {self._said}:\n    {body}\n".lstrip()

    @property
    def _said(self) -> str:
        return self.annotation(self.prop)

    @property
    def _takes_anything(self) -> bool:
        return any(isinstance(member, AnyProperty) for member in self.prop.inner_properties)

    def _lines(self) -> Iterator[str]:
        members = self.prop.inner_properties
        plain = [member for member in members if self.is_plain(member)]
        models = [member for member in members if isinstance(member, ModelProperty)]
        lists = [member for member in members if isinstance(member, ListProperty)]
        texts = [member for member in members if isinstance(member, (*_FORMATTED, FileProperty))]
        if len(models) == len(members):
            yield from self._objects(models)
            return
        if models:
            yield "if is_object(data):"
            yield from _indented(self._objects(models))
        for member in members:
            if isinstance(member, MapProperty):
                yield "if is_object(data):"
                yield f"    return {self.read(member)}"
        if not all(self.is_plain(member) for member in lists):
            yield "if is_array(data):"
            yield from _indented(self._arrays(lists))
        if texts:
            yield "if is_string(data):"
            yield from _indented(self._texts(texts, is_sure=not any(not isinstance(m, ListProperty) for m in plain)))
        if plain:
            yield f"return {self._as_it_is}"
        else:
            yield f"raise TypeError({f'the value is none of {self._said}'!r})"

    @property
    def _as_it_is(self) -> str:
        return f"cast({self._said!r}, data)"

    def _objects(self, models: Sequence[ModelProperty]) -> Iterator[str]:
        names = [str(model.class_info.name) for model in models]
        yield from self._tree(self.unions.tree(self.prop, names))

    def _tree(self, tree: Tree) -> Iterator[str]:
        match tree:
            case One():
                if self._takes_anything:
                    yield "with suppress(AttributeError, KeyError, TypeError, ValueError):"
                    yield f"    return {_from_dict(tree.model)}"
                    yield f"return {self._as_it_is}"
                else:
                    yield f"return {_from_dict(tree.model)}"
            case Unknown():
                if self._takes_anything:
                    yield f"return {self._as_it_is}"
                else:
                    yield "# A kind that the API has since learnt: all that it holds passes through as it is."
                    yield f"return cast({self._said!r}, BaseModel.from_dict(data))"
            case BySigns():
                signs = self._signs(self.unions.signs.of_models(tree.models))
                yield from self._by_signs(signs, [_from_dict(model) for model in tree.models])
            case ByTag():
                yield from self._by_tag(tree)
            case Maybe():
                yield "with suppress(AttributeError, KeyError, TypeError, ValueError):"
                yield from _indented(self._tree(tree.tree))
                yield from self._tree(Unknown())

    def _by_signs(self, signs: str, readings: Sequence[str]) -> Iterator[str]:
        *others, last = readings
        yield f"match {signs}.{'fitting' if self._takes_anything else 'best'}(data):"
        for index, reading in enumerate(others):
            yield f"    case {index}:"
            yield f"        return {reading}"
        if self._takes_anything:
            yield f"    case {len(others)}:"
            yield f"        return {last}"
            yield "    case _:"
            yield f"        return {self._as_it_is}"
        else:
            yield "    case _:"
            yield f"        return {last}"

    def _by_tag(self, tree: ByTag) -> Iterator[str]:
        source = _value_at(tree.path, is_certain=tree.absent is None and not self._takes_anything)
        kinds = {value: branch.model for value, branch in tree.branches.items() if isinstance(branch, One)}
        if len(kinds) == len(tree.branches) > _MOST_COMPARED and not self._takes_anything:
            yield from self._looked_up(tree, source, kinds)
            return
        yield f"match {source}:"
        branches: dict[str, list[str | int]] = {}
        trees: dict[str, Tree] = {}
        for value, branch in sorted(tree.branches.items(), key=lambda item: str(item[0])):
            branches.setdefault(repr(branch), []).append(value)
            trees[repr(branch)] = branch
        for key, values in branches.items():
            yield f"    case {' | '.join(map(repr, values))}:"
            yield from _indented(self._tree(trees[key]), 2)
        if tree.absent is not None and tree.absent != tree.unknown:
            yield "    case None:"
            yield from _indented(self._tree(tree.absent), 2)
        yield "    case _:"
        yield from _indented(self._tree(tree.unknown), 2)

    def _looked_up(self, tree: ByTag, source: str, kinds: Mapping[str | int, str]) -> Iterator[str]:
        name = f"{self.constant}_KINDS"
        listed = ", ".join(f"{value!r}: {kinds[value]!r}" for value in sorted(kinds, key=str))
        self._constants.append(f"{name} = {{{listed}}}")
        yield f"value = {source}"
        if tree.absent is not None and tree.absent != tree.unknown:
            yield "if value is None:"
            yield from _indented(self._tree(tree.absent))
        yield f"kind = {name}.get(value)"
        yield "if kind is None:"
        yield from _indented(self._tree(tree.unknown))
        yield f"return cast({self._said!r}, getattr(models, kind).from_dict(data))"

    def _arrays(self, lists: Sequence[ListProperty]) -> Iterator[str]:
        if len(lists) == 1:
            yield f"return {self.read(lists[0])}"
            return
        items = evolve(self.prop, inner_properties=_flat(one.inner_property for one in lists), example=None)
        together = evolve(lists[0], inner_property=items)
        each = f"return cast({self._said!r}, {self.read(together)})"
        names = [str(item.class_info.name) for item in items.inner_properties if isinstance(item, ModelProperty)]
        if len(names) < 2 or is_told_by_tags(self.unions.tree(items, names)):  # noqa: PLR2004  (each item is told)
            yield each
            return
        shapes = [self.unions.shapes.of(member) for member in lists]
        written = self.unions.signs.of(shapes)
        for first, second in alike(written):
            self.unions.note_alike(self.prop, [self.annotation(lists[first]), self.annotation(lists[second])])
        yield f"match {self._signs(written)}.fitting(data):"
        for index, member in enumerate(lists):
            yield f"    case {index}:"
            yield f"        return {self.read(member)}"
        yield "    case _:"
        yield f"        {each}"

    def _texts(self, texts: Sequence[PropertyProtocol], *, is_sure: bool) -> Iterator[str]:
        """Read texts: where any other text may be meant, only what is written again as it was has a format."""
        ordered = sorted(texts, key=lambda one: (isinstance(one, FileProperty), isinstance(one, DateTimeProperty)))
        for member in ordered:
            if isinstance(member, FileProperty) or (is_sure and member is ordered[-1]):
                yield f"return {self.read(member)}"
                return
            if not is_sure:
                yield f"if unions.{_FORMS[type(member)]}(data):"
            depth = 0 if is_sure else 1
            yield from _indented(iter(["with suppress(ValueError):", f"    return {self.read(member)}"]), depth)
        yield f"return {self._as_it_is}"

    def _signs(self, written: Sequence[str]) -> str:
        number = sum("unions.Signs(" in one for one in self._constants) + 1
        name = f"{self.constant}_SIGNS{number if number > 1 else ''}"
        self._constants.append(f"{name} = unions.Signs({', '.join(written)})")
        return name


def _flat(props: Iterator[PropertyProtocol]) -> list[PropertyProtocol]:
    """Return what unions among some properties consist of, each once."""
    found: dict[str, PropertyProtocol] = {}
    for prop in props:
        for member in _flat(iter(prop.inner_properties)) if isinstance(prop, UnionProperty) else [prop]:
            found.setdefault(member.get_type_string(no_optional=True).as_unembedded_code(), member)
    return list(found.values())


def _from_dict(model: str) -> str:
    return f"models.{model}.from_dict(data)"


def _value_at(path: Path, *, is_certain: bool) -> str:
    if is_certain:
        return "data" + "".join(f"[{key!r}]" for key in path)
    return f"data.get({path[0]!r})" if len(path) == 1 else f"unions.at(data, {', '.join(map(repr, path))})"


def _indented(lines: Iterator[str], depth: int = 1) -> Iterator[str]:
    return (f"{'    ' * depth}{line}" for line in lines)
