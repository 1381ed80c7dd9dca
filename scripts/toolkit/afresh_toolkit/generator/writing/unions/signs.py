"""What tells values apart where no tag does: the code of `Signs`, which the package's module `unions` compares by.

Only what differs is looked at. Two alternatives whose signs are the same cannot be told apart.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from attrs import define, field

from afresh_toolkit.generator.writing.unions.shapes import DEEPEST, Field, Shape, Shapes

Within = tuple[frozenset[str], ...]
"""The models that what is looked at is a part of, from the outermost."""


@define
class SignWriter:
    """Writes signs as code."""

    shapes: Shapes
    _written: dict[tuple[tuple[str, ...], Within], list[str]] = field(factory=dict)

    def of_models(self, models: Sequence[str], within: Within = ()) -> list[str]:
        """Return the signs of objects, for each of some models."""
        key = (tuple(models), within)
        if key not in self._written:
            self._written[key] = list(self._objects(models, within))
        return self._written[key]

    def of(self, shapes: Sequence[Shape], within: Within = ()) -> list[str]:
        """Return the signs of values of any kind, for each of some shapes."""
        models = list(dict.fromkeys(model for shape in shapes for model in shape.models))
        goes_on = len(models) > 1 and len(within) < DEEPEST and not any(level & {*models} for level in within)
        inner = self.of_models(models, within) if goes_on else [_NO_SIGNS] * len(models)
        objects = {one: "'object'" if said == _NO_SIGNS else said for one, said in zip(models, inner, strict=True)}
        items = self._of_some([shape.items for shape in shapes], within)
        entries = self._of_some([shape.entries for shape in shapes], within)
        hard = _has_disjoint([shape.literals for shape in shapes if shape.values])
        return [
            self._one(
                shape,
                objects,
                next(items) if shape.items else None,
                next(entries) if shape.entries else None,
                is_tag=shape.values is not None and (hard or len(shape.literals) == 1),
            )
            for shape in shapes
        ]

    def _of_some(self, shapes: Sequence[Shape | None], within: Within) -> Iterator[str]:
        there = [shape for shape in shapes if shape]
        return iter(self.of(there, within) if there else ())

    def _one(
        self, shape: Shape, objects: Mapping[str, str], items: str | None, entries: str | None, *, is_tag: bool
    ) -> str:
        parts = [repr(kind) for kind in sorted(shape.kinds)]
        if shape.literals:
            listed = ", ".join(map(repr, sorted(shape.literals, key=str)))
            parts.append(f"unions.OneOf({listed}{', is_tag=True' if is_tag else ''})")
        parts += dict.fromkeys(objects[model] for model in shape.models)
        if items:
            parts.append(f"unions.Items({items})")
        if entries:
            parts.append(f"unions.Shape(additional={entries})" if entries != "'any'" else "'object'")
        return parts[0] if len(parts) == 1 else f"unions.AnyOf({', '.join(parts)})" if parts else "'any'"

    def _objects(self, models: Sequence[str], within: Within) -> Iterator[str]:
        fields = [self.shapes.fields(model) for model in models]
        others = [self.shapes.additional(model) for model in models]
        is_map = any(one is not None and one != _ANY for one in others)
        closed = {one is None for one in others}
        within = (*within, frozenset(models))
        values = self._values(fields, within)
        keys = list(dict.fromkeys(key for one in fields for key in one))
        shared = {key for key in keys if all(key in one for one in fields)}
        common = {key for key in shared if len({one.get(key) for one in values}) == 1}
        needed = {key for key in keys if len({key in one and one[key].required for one in fields}) > 1}
        names_all = is_map or len(closed) > 1
        rest = iter(self.of([one for one in others if one is not None], within))
        for one, checks, other in zip(fields, values, others, strict=True):
            additional = next(rest) if other is not None else None
            parts: list[str] = []
            required = sorted(key for key in needed if key in one and one[key].required)
            if required:
                parts.append(f"required={_set(required)}")
            own = sorted(key for key in one if names_all or key not in shared)
            if own:
                parts.append(f"keys={_set(own)}")
            said = {key: checks[key] for key in one if key not in common and checks[key] != "'any'"}
            if said:
                parts.append(f"values={{{', '.join(f'{key!r}: {said[key]}' for key in said)}}}")
            if is_map and additional not in {None, "'any'"}:
                parts.append(f"additional={additional}")
            if len(closed) > 1 and other is None:
                parts.append("is_closed=True")
            yield f"unions.Shape({', '.join(parts)})" if parts else _NO_SIGNS

    def _values(self, fields: Sequence[Mapping[str, Field]], within: Within) -> list[dict[str, str]]:
        """Return the signs of each property, for each of some objects; null is none where it is as good as absent."""
        made: list[dict[str, str]] = [{} for _ in fields]
        for key in dict.fromkeys(key for one in fields for key in one):
            having = [index for index, one in enumerate(fields) if key in one]
            for index, said in zip(having, self.of([fields[i][key].shape for i in having], within), strict=True):
                made[index][key] = said
        return made


def alike(signs: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Go through the pairs of alternatives, by their indices, whose signs are the same."""
    for (first, one), (second, other) in combinations(enumerate(signs), 2):
        if one == other:
            yield first, second


_NO_SIGNS = "unions.Shape()"
_ANY = Shape(kinds=frozenset({"any"}))


def _set(names: Sequence[str]) -> str:
    return f"{{{', '.join(map(repr, names))}}}"


def _has_disjoint(sets: Sequence[frozenset[str | int]]) -> bool:
    return any(not one & other for one, other in combinations(sets, 2))
