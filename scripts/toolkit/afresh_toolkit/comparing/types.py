"""Whether a type takes, or may be, more than another: both as they are spelled in Python."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from functools import cache

from attrs import define

_PLAIN = frozenset({"bool", "float", "int", "None", "str"})
_ALIASES = {"Dict": "dict", "FrozenSet": "frozenset", "List": "list", "Set": "set", "Tuple": "tuple", "Type": "type"}

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
_ANY: _Type = frozenset({_Part("Any")})


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


def expanded(text: str, aliases: Mapping[str, Sequence[str]]) -> str:
    """Return a type with what they stand for in place of aliases."""
    if not aliases.keys() & names(text):
        return text

    class Expansion(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            members = aliases.get(node.id)
            return _expression(expanded(" | ".join(members), aliases)) if members else node

    return ast.unparse(Expansion().visit(_expression(text)))


def missing(text: str, other: str, enums: Enums, enums_other: Enums) -> list[str]:
    """Return the members of a type that are not in another, each as it is spelled."""
    outer = parse(other)
    return [member for member in members(text) if not _fits(parse(member), outer, enums, enums_other)]


def without(text: str, name: str) -> str:
    """Return a union without one of its members."""
    return " | ".join(part for part in members(text) if part != name)


def members(text: str) -> list[str]:
    """Return the members of a union, each as it is spelled; any other type itself."""
    return [ast.unparse(part) for part in _members(_expression(text))]


@cache
def parse(text: str) -> _Type:
    """Take a type apart."""
    return frozenset(_parts(_expression(text)))


def _expression(text: str) -> ast.expr:
    try:
        return ast.parse(text, mode="eval").body
    except SyntaxError:  # such as `*Ts`, which stands for itself
        return ast.Constant(text)


def _members(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _members(node.left)
        yield from _members(node.right)
    elif isinstance(node, ast.Subscript) and _name(node.value) in {"Optional", "Union"}:
        for member in _arguments(node):
            yield from _members(member)
        if _name(node.value) == "Optional":
            yield ast.Constant(None)
    else:
        yield node


def _arguments(node: ast.Subscript) -> list[ast.expr]:
    return node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]


def _name(node: ast.expr) -> str:
    """Return a name without what it was imported from: `datetime.date` and `date` are one."""
    return node.attr if isinstance(node, ast.Attribute) else ast.unparse(node)


def _parts(node: ast.expr) -> Iterator[_Part]:
    for member in _members(node):
        if isinstance(member, ast.Subscript):
            name, arguments = _name(member.value), _arguments(member)
            if name == "Literal":
                yield from (_Part(ast.unparse(value), is_value=True) for value in arguments)
            else:
                name = _ALIASES.get(name, name)
                yield _Part(name, tuple(frozenset(_parts(argument)) for argument in arguments))
        else:
            yield _Part(_name(member))


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
        return one.name in values if values is not None else other.name in _types_of(one.name)
    if other.is_value:
        return False
    if other.name == "Any":  # a model is not sent, and not read, as what it stands for
        return one.name == "Any" or _is_plain(one)
    if one.name == "int" and other.name == "float":
        return True
    if one.name != other.name:
        return False
    arguments = one.arguments or (_ANY,) * len(other.arguments)  # a bare `list` is one of anything
    others = other.arguments or (_ANY,) * len(one.arguments)
    return len(arguments) == len(others) and all(
        _fits(inner, outer, enums_one, enums_other) for inner, outer in zip(arguments, others, strict=True)
    )


def _types_of(value: str) -> tuple[str, ...]:
    """Return the names of the types that a value of a Literal is of."""
    try:
        name = type(ast.literal_eval(value)).__name__
    except ValueError:  # a member of an enum
        return value.rpartition(".")[0].rpartition(".")[2], "Any"
    return {"NoneType": "None"}.get(name, name), *(["float"] if name == "int" else []), "Any"


def _is_plain(part: _Part) -> bool:
    if part.name not in {*_PLAIN, "dict", "list", "Any"}:
        return False
    return all(inner.is_value or _is_plain(inner) for argument in part.arguments for inner in argument)
