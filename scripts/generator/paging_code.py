"""The functions of an operation's module that page through its answers, out of what `x-pagination` says."""

from attrs import define
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from generator import codec
from generator.pagination import Pagination


@define(frozen=True)
class PagingCode:
    """The types of a page and of an item, and the bodies of the two functions."""

    page: str
    item: str
    item_property: PropertyProtocol
    items: list[str]
    following: list[str]


@define(frozen=True)
class _Place:
    """Where a pointer leads: the statements that go there, the expression that is there then, and its type."""

    statements: list[str]
    expression: str
    prop: PropertyProtocol


def paging_code(pagination: Pagination, page: PropertyProtocol, models: codec.Models) -> PagingCode | None:
    """Write the functions for answers of the type `page`; None where a pointer leads through something untyped."""
    items = _follow(pagination.items, page, models, otherwise="()")
    cursor = _follow(pagination.next_cursor, page, models, otherwise="None")
    if items is None or cursor is None or not isinstance(items.prop, ListProperty):
        return None
    item = items.prop.inner_property
    return PagingCode(
        codec.annotation(page), codec.annotation(item), item, _items(items), _following(cursor, pagination)
    )


def _items(place: _Place) -> list[str]:
    absent = _absent("items", place.prop)
    if absent is None:
        return [*place.statements, f"return {place.expression}"]
    return [*place.statements, f"items = {place.expression}", f"return () if {absent} else items"]


def _following(place: _Place, pagination: Pagination) -> list[str]:
    absent = _absent("cursor", place.prop)
    if codec.annotation(place.prop).removesuffix(" | None") == "str":
        absent = "not cursor"  # the empty string, too, means that there is no next page
    return [
        *place.statements,
        f"cursor = {place.expression}",
        *([f"if {absent}:", "    return None"] if absent else []),
        f"return with_parameter(arguments, {pagination.parameter!r}, cursor)",
    ]


def _follow(pointer: tuple[str, ...], page: PropertyProtocol, models: codec.Models, *, otherwise: str) -> _Place | None:
    """Follow a pointer through models; where something on the way is absent, the function returns `otherwise`."""
    statements: list[str] = []
    expression, prop = "page", page
    for depth, token in enumerate(pointer):
        if depth and (absent := _absent(f"part_{depth}", prop)):
            statements += [f"part_{depth} = {expression}", f"if {absent}:", f"    return {otherwise}"]
            expression = f"part_{depth}"
        found = _attribute(prop, token, models)
        if found is None:
            return None
        expression, prop = f"{expression}.{found.python_name}", found
    return _Place(statements, expression, prop)


def _attribute(owner: PropertyProtocol, name: str, models: codec.Models) -> PropertyProtocol | None:
    members = [member for member in codec.members(owner) if isinstance(member, ModelProperty)]
    if len(members) != 1:
        return None
    model = models[members[0].class_info.name]
    return next((prop for prop in codec.properties(model) if prop.name == name), None)


def _absent(name: str, prop: PropertyProtocol) -> str | None:
    tests = [] if prop.required else [f"isinstance({name}, Unset)"]
    if codec.is_nullable(prop):
        tests.append(f"{name} is None")
    return " or ".join(tests) or None
