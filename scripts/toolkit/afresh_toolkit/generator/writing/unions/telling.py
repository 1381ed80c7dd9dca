"""How the objects of a union's members are told apart: a tree of what to look at.

A *tag* is a value in an object that only some members can have: what a discriminator chooses by, or a property whose
values are listed in several members, some of which have none in common. Tags come first. What they leave open is told
apart by signs (`signs`): the keys that objects must have or may have, and the types of values.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from attrs import define, field

from afresh_toolkit.generator.normalising.schemas.discriminators import Discriminator
from afresh_toolkit.generator.writing.unions.shapes import DEEPEST, Path, Shapes

Value = str | int
Values = frozenset[Value]


@define(frozen=True)
class One:
    """It is of this model."""

    model: str


@define(frozen=True)
class Unknown:
    """It is of none: the API has learnt a new kind."""


@define(frozen=True)
class BySigns:
    """It is one of these models: its signs tell which."""

    models: tuple[str, ...]


@define(frozen=True)
class ByTag:
    """A tag tells. Without it, an object is one of `absent`; that is None where all must have it."""

    path: Path
    branches: Mapping[Value, "Tree"]
    absent: "Tree | None"
    unknown: "Tree"


@define(frozen=True)
class Maybe:
    """It is as this says, if it can be read so: else of none."""

    tree: One | BySigns | ByTag


Tree = One | Unknown | BySigns | ByTag | Maybe


def by_signs(tree: Tree) -> Iterator[BySigns]:
    """Go through the places of a tree where signs have to tell."""
    if isinstance(tree, BySigns):
        yield tree
    else:
        for below in _below(tree):
            yield from by_signs(below)


def is_told_by_tag(tree: Tree, one: str, other: str) -> bool:
    """Whether there is a value of a tag that objects of one of two models can have, and those of the other cannot."""
    branches = tree.branches.values() if isinstance(tree, ByTag) else ()
    if any(len({one, other} & _models(branch)) == 1 for branch in branches):
        return True
    return any(is_told_by_tag(below, one, other) for below in _below(tree))


def told_by_tags(tree: Tree) -> Iterator[tuple[str, Path, Value]]:
    """Go through the values of tags: the models that objects with one are of, where the tag is, and the value."""
    if isinstance(tree, ByTag):
        for value, branch in tree.branches.items():
            for model in sorted(_models(branch)):
                yield model, tree.path, value
    for below in _below(tree):
        yield from told_by_tags(below)


def _below(tree: Tree) -> list[Tree]:
    if isinstance(tree, Maybe):
        return [tree.tree]
    if isinstance(tree, ByTag):
        return [*tree.branches.values(), tree.unknown, *([tree.absent] if tree.absent else [])]
    return []


def _has_tags(tree: Tree) -> bool:
    """Whether a tree has a tag below its top."""
    return any(isinstance(below, ByTag) or _has_tags(below) for below in _below(tree))


def _models(tree: Tree) -> set[str]:
    match tree:
        case One():
            return {tree.model}
        case BySigns():
            return {*tree.models}
    return set[str]().union(*map(_models, _below(tree)))


def is_told_by_tags(tree: Tree) -> bool:
    """Whether a tag that is always there tells every object."""
    if isinstance(tree, ByTag):
        below = (*tree.branches.values(), tree.unknown)
        return tree.absent is None and all(isinstance(one, Unknown) or is_told_by_tags(one) for one in below)
    return isinstance(tree, One)


@define(frozen=True)
class _Tag:
    """What is at a path in the objects of each model.

    `values` has those that a model can have, `required` the models that must have it, `soft` those which may have other
    values as well, and `rest` those that have any value which no other has. `elsewhere` has values that others have,
    which are no models of the union, and `without` are the models that do not describe it. Where it is `declared`, a
    discriminator says so.
    """

    path: Path
    values: Mapping[str, Values]
    required: frozenset[str]
    soft: frozenset[str]
    rest: frozenset[str]
    elsewhere: tuple[Value, ...]
    without: frozenset[str]
    declared: bool

    def separated(self, models: Sequence[str]) -> int:
        """Return how many pairs of models it tells apart."""
        return sum(self._is_separated(one, other) for one, other in combinations(models, 2))

    def told(self, models: Sequence[str]) -> tuple[int, int]:
        """Return how many pairs of models it tells apart, and how many more by a constant."""
        return self.separated(models), self.hinted(models)

    def hinted(self, models: Sequence[str]) -> int:
        """Return how many pairs a constant tells apart which one has, and the other has nothing of the kind."""
        constant = sum(len(self.values.get(one, ())) == 1 for one in models)
        return 0 if self.declared else constant * len(self.without & {*models})

    def _is_separated(self, one: str, other: str) -> bool:
        if one in self.values and other in self.values:
            return not self.values[one] & self.values[other]
        return bool(self.rest & {one, other}) and bool(self.values.keys() & {one, other})


@define
class Telling:
    """Makes the tree for the models of one union, in view of its discriminators."""

    shapes: Shapes
    discriminators: Sequence[Discriminator]
    _declared: list[tuple[Path, dict[str, Values], Discriminator]] = field(factory=list)

    def tree(self, models: Sequence[str]) -> Tree:
        """Return how objects of these models are told apart."""
        everything = frozenset(models)
        for one in self.discriminators:
            path = self._path(one.property_name, models)
            self._declared.append((path, declared_values(one, path, self.shapes, everything), one))
        return self._tree(tuple(models), frozenset())

    def _path(self, name: str, models: Sequence[str]) -> Path:
        """Return what a discriminator looks at; its name may be that of a property, or a path to one."""
        parts = tuple(part for part in name.removeprefix("$.").replace("/", ".").split(".") if part)
        if len(parts) < 2 or any(name in self.shapes.fields(model) for model in models):  # noqa: PLR2004  (it is a path)
            return (name,)
        return parts if any(self.shapes.at(model, parts) for model in models) else (name,)

    def _tree(self, models: tuple[str, ...], seen: frozenset[Path]) -> Tree:
        if len(models) < 2:  # noqa: PLR2004  (there is nothing to choose)
            return One(models[0]) if models else Unknown()
        tag: _Tag | None = None
        for deepest in (1, DEEPEST):
            paths = [path for path in self._paths(models, deepest) if path not in seen]
            tags = [one for one in (self._tag(path, models) for path in paths) if any(one.told(models))]
            tag = max(tags, key=lambda one: self._rank(one, models), default=None)
            if tag and (tag.declared or tag.separated(models) == len(models) * (len(models) - 1) // 2):
                break  # nothing further down could tell more
        return self._by_tag(tag, models, seen | {tag.path}) if tag else BySigns(models)

    def _rank(self, tag: _Tag, models: tuple[str, ...]) -> tuple[int, ...]:
        return (
            tag.declared,
            *tag.told(models),
            len(tag.required & {*models}),
            -len(tag.path),
            -len(frozenset[Value]().union(*tag.values.values())),
        )

    def _by_tag(self, tag: _Tag, models: tuple[str, ...], seen: frozenset[Path]) -> Tree:
        def below(chosen: Iterable[str]) -> Tree:
            return self._tree(tuple(chosen), seen)

        listed = [value for model in models for value in sorted(tag.values.get(model, ()), key=str)]
        # What does not describe the key at all, or has what is left, is none of those that have the value.
        others = [m for m in models if m not in tag.values and m not in tag.rest and self.shapes.at(m, tag.path)]
        branches = {
            value: below(m for m in models if m in others or value in tag.values.get(m, ()))
            for value in dict.fromkeys(listed)
        }
        elsewhere = [value for value in tag.elsewhere if value not in branches]
        absent = [model for model in models if model not in tag.required]
        absent = [model for model in absent if model in tag.rest] or absent
        unknown = below(m for m in models if m not in tag.values or m in tag.soft or m in tag.rest)
        is_plain = isinstance(unknown, One | BySigns) or (isinstance(unknown, ByTag) and not _has_tags(unknown))
        if is_plain and not isinstance(unknown, Unknown | Maybe) and not _models(unknown) & (tag.rest | tag.soft):
            unknown = Maybe(unknown)
        return ByTag(
            tag.path,
            {**branches, **dict.fromkeys(elsewhere, Unknown())},
            below(absent) if absent else None,
            unknown,
        )

    def _paths(self, models: tuple[str, ...], deepest: int) -> list[Path]:
        declared = [path for path, values, _ in self._declared if values.keys() & {*models}]
        described = [path for model in models for path in self.shapes.tags(model, deepest)]
        return list(dict.fromkeys([*declared, *described]))

    def _tag(self, path: Path, models: tuple[str, ...]) -> _Tag:
        values: dict[str, Values] = {}
        required: set[str] = set()
        soft: set[str] = set()
        rest: set[str] = set()
        declared = [(said, one) for where, said, one in self._declared if where == path]
        for model in models:
            found = self.shapes.at(model, path)
            own = found.shape.values if found else None
            if found and found.is_always_there:
                required.add(model)
            if any(model in one.base for _, one in declared):
                rest.add(model)
            sets = [said[model] for said, _ in declared if model in said]
            if sets:
                common = frozenset.intersection(*sets)
                values[model] = common or frozenset[Value]().union(*sets)
                if own is None and all(one.is_inherited for said, one in declared if model in said):
                    soft.add(model)
            elif own is not None and model not in rest:
                values[model] = own
        elsewhere = [
            value
            for _, one in declared
            if one.is_inherited
            for value, classes in one.mapping.items()
            if not classes & {*models}
        ]
        return _Tag(
            path,
            values,
            frozenset(required),
            frozenset(soft),
            frozenset(rest),
            tuple(elsewhere),
            frozenset(model for model in models if model not in values and not self.shapes.at(model, path)),
            declared=bool(declared),
        )


def declared_values(said: Discriminator, path: Path, shapes: Shapes, union: frozenset[str]) -> dict[str, Values]:
    """Return the values by which a discriminator chooses each class.

    They are those that the mapping gives. A class that it does not name has those which its property lists, if no other
    is mapped to them, and else the name of its schema.
    """
    mapped: dict[str, list[str]] = {}
    for value, classes in said.mapping.items():
        for one in classes & union:
            mapped.setdefault(one, []).append(value)
    named: dict[str, list[str]] = {}
    for name, classes in said.names.items():
        for one in classes & union - said.base:
            named.setdefault(one, []).append(name)
    kinds = {one: shapes.at(one, path) for one in {**mapped, **named}}
    own = {one: [*(found.shape.values or ())] for one, found in kinds.items() if found}
    free = {one: [value for value in values if _text(value) not in said.mapping] for one, values in own.items()}
    claims = [_text(value) for values in free.values() for value in values]
    made: dict[str, Values] = {}
    for one in {**mapped, **named}:
        alone = [value for value in free.get(one, ()) if claims.count(_text(value)) == 1]
        if one in mapped:
            chosen: list[Value] = [*mapped[one], *alone]
        else:
            called = [value for value in free.get(one, ()) if any(_same(value, name) for name in named[one])]
            chosen = called if len(called) == 1 else [*free.get(one, ())]
            if called or not alone:
                chosen = [*chosen, *(name for name in named[one] if name not in said.mapping)]
        found = kinds[one]
        typed = [value for text in chosen for value in _typed(text, found.shape.kinds if found else frozenset(), own)]
        if typed:
            made[one] = frozenset(typed)
    return made


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _same(value: Value, name: str) -> bool:
    """Whether a value is a schema's name, written in another way."""
    one, other = ("".join(filter(str.isalnum, text)).casefold() for text in (_text(value), name))
    return one == other


def _typed(value: Value, kinds: frozenset[str], own: Mapping[str, Sequence[Value]]) -> Iterator[Value]:
    """Go through what a value of a mapping, which is a text, may be in JSON."""
    listed = {type(each) for values in own.values() for each in values}
    yield value
    if isinstance(value, str):
        if value in {"true", "false"} and ("boolean" in kinds or bool in listed):
            yield value == "true"
        if value.removeprefix("-").isdecimal() and (kinds & {"integer", "number"} or int in listed):
            yield int(value)
