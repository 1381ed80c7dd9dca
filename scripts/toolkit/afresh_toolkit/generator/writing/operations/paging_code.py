"""The functions of an operation's module that page through its answers, out of what `x-pagination` says."""

from attrs import define, evolve
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from afresh_toolkit.generator.extensions.pagination import Counted, Cursor, Link, Pagination
from afresh_toolkit.generator.extensions.runtime_expressions import Expression
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.writing import codec


class UntypedError(Exception):
    """A pointer leads through something that has no model, or to something of another type than it must have."""


@define(frozen=True)
class FieldCode:
    """A function that takes something from an answer: `_total`, `_current` or `_more`; None where it has none."""

    name: str
    annotation: str
    lines: list[str]


@define(frozen=True)
class PagingCode:
    """The types of a page and of an item, and the bodies of the functions; `options` are arguments of `Paging`."""

    kind: str
    page: str
    item: str
    item_property: PropertyProtocol
    items: list[str]
    fields: list[FieldCode]
    following: list[str]
    options: list[str]


@define(frozen=True)
class _Place:
    """Where a pointer leads: the statements that go there, the expression that is there then, and its type."""

    statements: list[str]
    expression: str
    prop: PropertyProtocol


def paging_code(
    pagination: Pagination,
    page: PropertyProtocol,
    annotation: str,
    body: PropertyProtocol | None,
    models: codec.Models,
) -> PagingCode:
    """Write the functions for answers of the type `page` to requests with a body of the type `body`.

    `annotation` is the type of all successes: of these, others than a page must be empty. Raises UntypedError.
    """
    if codec.join([codec.annotation(page), "None"]) != codec.join([annotation, "None"]):
        raise UntypedError
    items = _follow(pagination.items, page, models, otherwise="()")
    if not isinstance(items.prop, ListProperty):
        raise UntypedError
    by = pagination.by
    item = items.prop.inner_property
    writer = _Writer(page, body, models, item)
    total = (by.total or by.total_items) if isinstance(by, Counted) else None
    current = by.current if isinstance(by, Counted) else None
    fields = [
        *([writer.field("_total", total, {"int", "float"})] if total else []),
        *([writer.field("_current", current, {"int", "float"})] if current else []),
        *([writer.field("_more", pagination.more, {"bool"})] if pagination.more else []),
    ]
    ended = ["if _more(page, response) is False:", "    return None"] if pagination.more else []
    options = [
        "items=_items",
        "following=_following",
        *(["is_counted=True"] if isinstance(by, Counted) else []),
        *(["total=_total"] if total and not current else []),  # else a request may be for a page after the last
        *(["counts_items=True"] if isinstance(by, Counted) and by.total_items and not by.total else []),
    ]
    may_be_empty = "None" in codec.members_in(annotation)
    empty = ["if page is None:", "    return None"] if may_be_empty else []
    return PagingCode(
        kind=pagination.kind,
        page=annotation,
        item=codec.annotation(item),
        item_property=item,
        items=[*(["if page is None:", "    return ()"] if may_be_empty else []), *_value(items, "items", "()")],
        fields=[evolve(field, lines=[*empty, *field.lines]) for field in fields],
        following=[*empty, *ended, *writer.following(by)],
        options=options,
    )


@define(frozen=True)
class _Writer:
    page: PropertyProtocol
    body: PropertyProtocol | None
    models: codec.Models
    item: PropertyProtocol

    def following(self, by: Cursor | Counted | Link) -> list[str]:
        match by:
            case Cursor():
                lines, cursor = self.named(by.next, "cursor") if isinstance(by.next, Expression) else self.last(by.next)
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

    def last(self, pointer: Pointer) -> tuple[list[str], str]:
        """Take the cursor of the next page from the last item of a page."""
        place = _follow(pointer, self.item, self.models, otherwise="None", start="items[-1]")
        absent = _absent("cursor", place.prop)
        return [
            "items = _items(page)",
            "if not items:",
            "    return None",
            *place.statements,
            f"cursor = {place.expression}",
            *([f"if {absent}:", "    return None"] if absent else []),
        ], codec.write_json(codec.not_null(place.prop), "cursor")

    def counted(self, by: Counted) -> list[str]:
        at = f"number_at(arguments, {self.place(by.send)}, {by.start})"
        lines = ["count = len(_items(page))"]
        if by.total:
            lines.append("total = _total(page, response)")
        if by.unit == "offset":
            lines.append(f"offset = {at} + count")
            following, last = "offset", f"offset - {by.start}" if by.start else "offset"
        elif by.current:
            # Whether the first page is 0 or 1 is not known. If it is 0, one request more is sent, and no page is lost.
            lines += ["current = _current(page, response)", "if current is None:", "    return None"]
            lines.append("number = int(current) + 1")
            following, last = "number", "number - 1"
        else:
            lines.append(f"number = {at} + 1")
            following, last = "number", f"number - {by.start}" if by.start else "number"
        # A total of 0 or less, where there are items, is none.
        over = f"not count or (total is not None and 0 < total <= {last})" if by.total else "not count"
        return [*lines, f"if {over}:", "    return None", self.send(by.send, following)]

    def field(self, name: str, said: Expression, kinds: set[str]) -> FieldCode:
        value = name.removeprefix("_")
        if said.where == "header":
            lines = [
                f"{value} = response.headers.get({said.pointer[0]!r})",
                f"return int({value}) if {value} else None",
            ]
            return FieldCode(name, "int", lines)
        place = _follow(said.pointer, self.page, self.models, otherwise="None")
        kind = codec.annotation(codec.not_null(place.prop))
        if kind not in kinds:
            raise UntypedError
        return FieldCode(name, kind, _value(place, value, "None"))

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


def _follow(
    pointer: Pointer, page: PropertyProtocol, models: codec.Models, *, otherwise: str, start: str = "page"
) -> _Place:
    """Follow a pointer through models; where something on the way is absent, the function returns `otherwise`."""
    statements: list[str] = []
    expression, prop = start, page
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
    absent = None if prop.required else codec.absent_value(prop)
    tests = [codec.is_absent(name, "UNSET")] if absent == "UNSET" else []
    if absent == "None" or codec.is_nullable(prop):
        tests.append(codec.is_absent(name, "None"))
    return " or ".join(tests) or None
