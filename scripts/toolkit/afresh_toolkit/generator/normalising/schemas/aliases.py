"""The names of unions that are components of the description: type aliases of the package.

The generator takes unions out of unions and forgets what they were called. So each union says by its example, a text
that comes through the generator as it is, which aliases its type is written with.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, Self

from attrs import define, field

NULL = {"type": "null"}


@define(frozen=True)
class Spelling:
    """The aliases that the type of a union is written with.

    `whole` is the alias for all of its members but null. Else `parts` are aliases for some of its members, each with
    the classes among these.
    """

    whole: str | None = None
    parts: Mapping[str, frozenset[str]] = field(factory=dict)

    def text(self, name: str) -> str:
        """Return the spelling as a text that begins with the name of the union's note."""
        if self.whole:
            return f"{name}; {self.whole}"
        return "; ".join([name, *(f"{alias}: {' '.join(sorted(names))}" for alias, names in self.parts.items())])

    @classmethod
    def of(cls, text: str) -> Self:
        """Read the text."""
        said = [one.partition(": ") for one in text.split("; ")[1:]]
        if said and not said[0][1]:
            return cls(said[0][0])
        return cls(None, {alias: frozenset(names.split()) for alias, _, names in said})

    @property
    def aliases(self) -> list[str]:
        """The names of the aliases."""
        return [self.whole] if self.whole else [*self.parts]


@cache
def spelling_of(example: str) -> Spelling:
    """Return how a union is written that has this text for its example."""
    return Spelling.of(example)


def note_of(example: str) -> str:
    """Return the name of the note of a union that has this text for its example."""
    return example.partition(";")[0]


@define
class Aliases:
    """The aliases of a package, and the members that each stands for."""

    _members: dict[str, list[Any]] = field(factory=dict)
    _uses: dict[str, set[str]] = field(factory=dict)  # the aliases that each is written with

    def add(self, name: str, schema: Mapping[str, Any]) -> None:
        """Add an alias for a schema that is resolved.

        One that holds a file stands for nothing: where there are no files, its members are others.
        """
        members = list(members_of(schema))
        if not any(map(_holds_file, members)):
            self._members[name] = members

    def spelling(self, names: Iterable[str], union: Mapping[str, Any], within: str | None = None) -> Spelling:
        """Return how a union is written that was put together of the unions with some aliases.

        Args:
            names: The aliases, the union's own first.
            union: The union, resolved.
            within: The alias whose members are written down. No alias is written with itself.
        """
        members = list(members_of(union))
        known = [one for one in dict.fromkeys(names) if one in self._members and self._may_use(within, one)]
        fitting = [one for one in known if all(member in members for member in self._members[one])]
        whole = next((one for one in fitting if all(member in self._members[one] for member in members)), None)
        if whole:
            self._note_use(within, whole)
            return Spelling(whole)
        parts: dict[str, frozenset[str]] = {}
        for one in sorted(fitting, key=lambda one: -len(self._members[one])):
            classes = frozenset(_classes(self._members[one]))
            if not classes <= frozenset[str]().union(*parts.values()):
                parts[one] = classes
                self._note_use(within, one)
        return Spelling(None, parts)

    def _may_use(self, within: str | None, name: str) -> bool:
        """Whether an alias may be written with another: not if that is written with the first one."""
        pending, seen = [name], set[str]()
        while pending:
            one = pending.pop()
            if one == within:
                return False
            if one not in seen:
                seen.add(one)
                pending += self._uses.get(one, ())
        return True

    def _note_use(self, within: str | None, name: str) -> None:
        if within is not None:
            self._uses.setdefault(within, set()).add(name)


def has_several(members: Sequence[Any]) -> bool:
    """Whether a union has two members or more that are not null."""
    return len([one for one in members if one != NULL]) > 1


def members_of(schema: Mapping[str, Any]) -> Iterator[Any]:
    """Go through the members of a union that are not null; of anything else, the schema itself."""
    for member in schema.get("anyOf", [schema]):
        if member != NULL:
            yield {keyword: value for keyword, value in member.items() if keyword not in {"description", "default"}}


def _classes(members: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for member in members:
        if "$ref" in member:
            yield str(member["$ref"]).rsplit("/", maxsplit=1)[-1]


def _holds_file(schema: Mapping[str, Any]) -> bool:
    inner = [schema.get("items"), schema.get("additionalProperties"), *schema.get("anyOf", ())]
    return schema.get("format") == "binary" or any(_holds_file(one) for one in inner if isinstance(one, dict))
