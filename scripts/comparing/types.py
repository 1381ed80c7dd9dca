"""Whether a type takes, or may be, more than another: both as they are spelled in Python."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cache

from attrs import define

_PLAIN = frozenset({"bool", "float", "int", "None", "str"})
_TYPES_OF = {bool: ("bool", "Any"), int: ("int", "float", "Any"), str: ("str", "Any"), type(None): ("None", "Any")}

Enums = Mapping[str, Sequence[str]]
"""The values of the enums, spelled as in Python, by their names."""


class Relation(Enum):
    """How a type is to the one before: in what it may be, not in how it is spelled."""

    SAME = "same"
    NARROWER = "narrower"
    WIDER = "wider"
    OTHER = "other"


@define(frozen=True)
class _Part:
    """A member of a union: a name with its own arguments, such as of `list[str]`; or a value of a Literal."""

    name: str
    arguments: "tuple[_Type, ...]" = ()
    is_value: bool = False


_Type = frozenset[_Part]


def relation(before: str, after: str, enums_before: Enums, enums_after: Enums) -> Relation:
    """Compare two types; the name of an enum stands for its values where the other type is another."""
    if before == after:  # nearly always
        return Relation.SAME
    old, new = parse(before), parse(after)
    is_within, holds = _fits(new, old, enums_after, enums_before), _fits(old, new, enums_before, enums_after)
    match is_within, holds:
        case True, True:
            return Relation.SAME
        case True, False:
            return Relation.NARROWER
        case False, True:
            return Relation.WIDER
        case _:
            return Relation.OTHER


def names(text: str) -> set[str]:
    """Return all names in a type."""
    return {name for part in parse(text) for name in _names(part)}


def without(text: str, name: str) -> str:
    """Return a union without one of its members."""
    parts = [ast.unparse(part) for part in _members(_expression(text))]
    return " | ".join(part for part in parts if part != name)


@cache
def parse(text: str) -> _Type:
    """Take a type apart."""
    return frozenset(_parts(_expression(text)))


def _expression(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _members(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _members(node.left)
        yield from _members(node.right)
    else:
        yield node


def _parts(node: ast.expr) -> Iterator[_Part]:
    for member in _members(node):
        if isinstance(member, ast.Subscript):
            within = member.slice
            arguments = within.elts if isinstance(within, ast.Tuple) else [within]
            name = ast.unparse(member.value)
            if name == "Literal":
                yield from (_Part(ast.unparse(value), is_value=True) for value in arguments)
            else:
                yield _Part(name, tuple(frozenset(_parts(argument)) for argument in arguments))
        else:
            yield _Part(ast.unparse(member))


def _names(part: _Part) -> Iterator[str]:
    if not part.is_value:
        yield part.name
    for argument in part.arguments:
        for inner in argument:
            yield from _names(inner)


def _fits(inner: _Type, outer: _Type, enums_inner: Enums, enums_outer: Enums) -> bool:
    return all(
        any(_part_fits(one, other, enums_inner, enums_outer) for other in outer)
        or (
            one.name in enums_inner
            and not one.is_value
            and all(
                any(_part_fits(_Part(value, is_value=True), other, enums_inner, enums_outer) for other in outer)
                for value in enums_inner[one.name]
            )
        )
        for one in inner
    )


def _part_fits(one: _Part, other: _Part, enums_one: Enums, enums_other: Enums) -> bool:
    if one.is_value:
        if other.is_value:
            return one.name == other.name
        values = enums_other.get(other.name)
        return one.name in values if values is not None else other.name in _TYPES_OF[type(ast.literal_eval(one.name))]
    if other.is_value:
        return False
    if other.name == "Any":  # a model is not sent, and not read, as what it stands for
        return one.name == "Any" or _is_plain(one)
    if one.name == "int" and other.name == "float":
        return True
    return (
        one.name == other.name
        and len(one.arguments) == len(other.arguments)
        and all(
            _fits(inner, outer, enums_one, enums_other)
            for inner, outer in zip(one.arguments, other.arguments, strict=True)
        )
    )


def _is_plain(part: _Part) -> bool:
    if part.name not in {*_PLAIN, "dict", "list", "Any"}:
        return False
    return all(inner.is_value or _is_plain(inner) for argument in part.arguments for inner in argument)
