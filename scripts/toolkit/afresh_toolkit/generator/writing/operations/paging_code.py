"""The functions of an operation's module that page through its answers, out of what `x-pagination` says."""

from attrs import define
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from afresh_toolkit.generator.extensions.pagination import Counted, Cursor, Link, Pagination
from afresh_toolkit.generator.extensions.runtime_expressions import Expression
from afresh_toolkit.generator.writing import codec


class UntypedError(Exception):
    """A pointer leads through something that has no model, or to something of another type than it must have."""


@define(frozen=True)
class TotalCode:
    """The function that takes from an answer how much there is."""

    annotation: str
    lines: list[str]


@define(frozen=True)
class PagingCode:
    """The types of a page and of an item, and the bodies of the functions; `is_counted` is as in what is generated."""

    page: str
    item: str
    item_property: PropertyProtocol
    items: list[str]
    total: TotalCode | None
    following: list[str]
    is_counted: bool


@define(frozen=True)
class _Place:
    """Where a pointer leads: the statements that go there, the expression that is there then, and its type."""

    statements: list[str]
    expression: str
    prop: PropertyProtocol


def paging_code(
    pagination: Pagination, page: PropertyProtocol, body: PropertyProtocol | None, models: codec.Models
) -> PagingCode:
    """Write the functions for answers of the type `page` to requests with a body of the type `body`.

    Raises UntypedError.
    """
    items = _follow(pagination.items, page, models, otherwise="()")
    if not isinstance(items.prop, ListProperty):
        raise UntypedError
    writer = _Writer(page, body, models)
    total = pagination.by.total if isinstance(pagination.by, Counted) else None
    return PagingCode(
        page=codec.annotation(page),
        item=codec.annotation(items.prop.inner_property),
        item_property=items.prop.inner_property,
        items=_value(items, "items", "()"),
        total=writer.total(total) if total else None,
        following=writer.following(pagination.by),
        is_counted=isinstance(pagination.by, Counted),
    )


@define(frozen=True)
class _Writer:
    page: PropertyProtocol
    body: PropertyProtocol | None
    models: codec.Models

    def following(self, by: Cursor | Counted | Link) -> list[str]:
        match by:
            case Cursor():
                lines, cursor = self.named(by.next, "cursor")
                return [*lines, self.send(by.send, cursor)]
            case Link():
                lines, url = self.named(by.url, "url")
                return [*lines, f"return with_url(arguments, response, {url})"]
            case Counted():
                return self.counted(by)

    def named(self, said: Expression, name: str) -> tuple[list[str], str]:
        """Take what a page says of the next one; return None where that is nothing, or the empty string."""
        if said.where == "header":
            header = said.pointer[0]
            value = "next_link(response)" if header.lower() == "link" else f"response.headers.get({header!r})"
            return [f"{name} = {value}", f"if not {name}:", "    return None"], name
        place = _follow(said.pointer, self.page, self.models, otherwise="None")
        prop = codec.not_null(place.prop)
        is_text = codec.annotation(prop) == "str"
        if name == "url" and not is_text:
            raise UntypedError
        absent = f"not {name}" if is_text else _absent(name, place.prop)
        lines = [*place.statements, f"{name} = {place.expression}"]
        return [*lines, *([f"if {absent}:", "    return None"] if absent else [])], codec.write_json(prop, name)

    def counted(self, by: Counted) -> list[str]:
        at = f"number_at(arguments, {self.place(by.send)}, {by.start})"
        lines = ["count = len(_items(page))"]
        if by.total:
            lines.append("total = _total(page, response)")
        if by.unit == "offset":
            lines.append(f"offset = {at} + count")
            last = "offset >= total"
            following = "offset"
        else:
            lines.append(f"number = {at} + 1")
            last = f"number - {by.start} >= total" if by.start else "number >= total"
            following = "number"
        over = f"not count or (total is not None and {last})" if by.total else "not count"
        return [*lines, f"if {over}:", "    return None", self.send(by.send, following)]

    def total(self, said: Expression) -> TotalCode:
        if said.where == "header":
            lines = [f"total = response.headers.get({said.pointer[0]!r})", "return int(total) if total else None"]
            return TotalCode("int", lines)
        place = _follow(said.pointer, self.page, self.models, otherwise="None")
        kind = codec.annotation(codec.not_null(place.prop))
        if kind not in {"int", "float"}:
            raise UntypedError
        return TotalCode(kind, _value(place, "total", "None"))

    def send(self, at: Expression, value: str) -> str:
        return f"return with_value(arguments, {self.place(at)}, {value})"

    def place(self, at: Expression) -> str:
        """Write where a request says which page it is for: the name of a parameter, or a pointer into the body."""
        if at.where == "query":
            return repr(at.pointer[0])
        if self.body is None:
            raise UntypedError
        _follow(at.pointer, self.body, self.models, otherwise="None")
        return repr(at.pointer)


def _value(place: _Place, name: str, otherwise: str) -> list[str]:
    absent = _absent(name, place.prop)
    if absent is None:
        return [*place.statements, f"return {place.expression}"]
    return [*place.statements, f"{name} = {place.expression}", f"return {otherwise} if {absent} else {name}"]


def _follow(pointer: tuple[str, ...], page: PropertyProtocol, models: codec.Models, *, otherwise: str) -> _Place:
    """Follow a pointer through models; where something on the way is absent, the function returns `otherwise`."""
    statements: list[str] = []
    expression, prop = "page", page
    for depth, token in enumerate(pointer):
        if depth and (absent := _absent(f"part_{depth}", prop)):
            statements += [f"part_{depth} = {expression}", f"if {absent}:", f"    return {otherwise}"]
            expression = f"part_{depth}"
        found = _attribute(prop, token, models)
        if found is None:
            raise UntypedError
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
