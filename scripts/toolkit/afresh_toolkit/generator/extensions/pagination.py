"""Compiles `x-pagination`: where a page holds its items, and how the request for the next one comes about."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from attrs import define

from afresh_toolkit.generator.extensions.runtime_expressions import Expression, parse_expression, schemas_at
from afresh_toolkit.generator.pointers import Pointer, parse_pointer
from afresh_toolkit.generator.problems import Problem
from afresh_toolkit.generator.reading.description import DescribedOperation, mapping, operations, success_answers
from afresh_toolkit.generator.reading.document import Document

KEY = "x-pagination"


@define(frozen=True)
class Cursor:
    """A request is given the cursor of its page.

    `next` is where a page names the cursor of the next one, or else a pointer into the page's last item.
    """

    next: Expression | Pointer
    send: Expression


@define(frozen=True)
class Counted:
    """The request says how far into the list it goes, by items or by pages.

    Attributes:
        unit: What is counted.
        send: Where the request says it.
        start: Where a request starts that does not say so.
        total: How many items, or pages, there are.
        total_items: How many items there are, where pages are counted.
        current: The number of the page, in an answer; `start` is then what is assumed where an answer has none.
    """

    unit: Literal["offset", "page"]
    send: Expression
    start: int
    total: Expression | None = None
    total_items: Expression | None = None
    current: Expression | None = None


@define(frozen=True)
class Link:
    """A page gives the URL of the next one."""

    url: Expression


@define(frozen=True)
class Pagination:
    """How the answers of an operation page.

    `more` is where a page says whether there is another one. `is_guess` is whether nothing in the description says
    that it pages.
    """

    items: Pointer
    by: Cursor | Counted | Link
    more: Expression | None = None
    is_guess: bool = False

    @property
    def kind(self) -> str:
        """The key of the extension that says it: cursor, offset, page or link."""
        return self.by.unit if isinstance(self.by, Counted) else type(self.by).__name__.lower()


def compile_pagination(
    document: Document, guesses: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Pagination], list[Problem]]:
    """Compile the extension of every operation that has it, by "METHOD /path"; and say what is wrong with any.

    `guesses` have the content for others. One that does not fit the description is not used. `x-pagination: false` says
    that an operation does not page.
    """
    compiled: dict[str, Pagination] = {}
    problems: list[Problem] = []
    for operation in operations(document):
        is_guess = KEY not in operation.data
        content = guesses.get(operation.name, False) if is_guess else operation.data[KEY]
        if content is False:
            continue
        compiler = _Compiler(document, operation, mapping(content), is_guess=is_guess)
        pagination = compiler.compile()
        problems += [] if is_guess else compiler.problems
        if pagination is not None:
            compiled[operation.name] = pagination
    return compiled, problems


_KINDS = ("cursor", "offset", "page", "link")
_IN_ANSWERS = ("$response.body#/…", "$response.header.…")
_IN_REQUESTS = ("$request.query.…", "$request.body#/…")
_TYPES = {"an array": {"array"}, "a string": {"string"}, "a number": {"integer", "number"}, "a boolean": {"boolean"}}


class _Compiler:
    def __init__(
        self, document: Document, operation: DescribedOperation, content: dict[str, Any], *, is_guess: bool
    ) -> None:
        self.document = document
        self.operation = operation
        self.content = content
        self.is_guess = is_guess
        self.problems: list[Problem] = []

    def report(self, message: str, *tokens: str) -> None:
        place = self.document.place((*self.operation.pointer, KEY, *tokens))
        self.problems.append(Problem(f"{KEY} of {self.operation.name}: {message}", place))

    def compile(self) -> Pagination | None:
        content = self.content
        self.refuse_unknown(content, {"items", "more", *_KINDS})
        kinds = [kind for kind in _KINDS if kind in content]
        if len(kinds) != 1:
            said = f"it has {' and '.join(kinds)}" if kinds else "it has none"
            self.report(f"there must be one of {', '.join(_KINDS)}; {said}")
        items = self.answered(content.get("items"), _IN_ANSWERS[:1], "an array", "items")
        by = [self.kind(kind, content[kind]) for kind in kinds]
        more = self.optional(content, "more", "a boolean", _IN_ANSWERS[:1])
        if self.problems or items is None or by[0] is None:
            return None
        return Pagination(items.pointer, by[0], more, self.is_guess)

    def kind(self, kind: str, content: Any) -> Cursor | Counted | Link | None:
        match kind:
            case "link":
                url = self.answered(content, ("$response.header.Link", *_IN_ANSWERS[:1]), "a string", "link")
                return Link(url) if url else None
            case "cursor":
                return self.cursor(mapping(content))
            case _:
                return self.counted("offset" if kind == "offset" else "page", mapping(content))

    def cursor(self, content: dict[str, Any]) -> Cursor | None:
        self.refuse_unknown(content, {"next", "last", "send"}, "cursor")
        following: Expression | Pointer | None
        if "last" in content:
            following = self.last(content)
        else:
            following = self.answered(content.get("next"), _IN_ANSWERS, None, "cursor", "next")
        send, _ = self.sent(content.get("send"), None, "cursor", "send")
        return Cursor(following, send) if following and send else None

    def last(self, content: dict[str, Any]) -> Pointer | None:
        """Read the pointer to what of a page's last item is the cursor of the next page."""
        said = content["last"]
        if "next" in content or not isinstance(said, str) or not said.startswith("/"):
            message = f"`last` is {said!r}; it must be a pointer into an item, such as /id, in place of `next`"
            self.report(message, "cursor", "last")
            return None
        pointer = parse_pointer(said)
        items = parse_expression(self.content.get("items"))
        if items and not self.answer_schemas((*items.pointer, "0", *pointer)):
            self.report(f"{said} names nothing in an item", "cursor", "last")
        return pointer

    def counted(self, unit: Literal["offset", "page"], content: dict[str, Any]) -> Counted | None:
        of_pages = {"current", "totalItems"} if unit == "page" else set[str]()
        self.refuse_unknown(content, {"send", "start", "total", *of_pages}, unit)
        send, schemas = self.sent(content.get("send"), "a number", unit, "send")
        total, total_items, current = (
            self.optional(content, key, "a number", _IN_ANSWERS, unit) for key in ("total", "totalItems", "current")
        )
        defaults = [schema["default"] for schema in schemas if _is_whole(schema.get("default"))]
        start = content.get("start", next(iter(defaults), 1 if unit == "page" else 0))
        if not _is_whole(start):
            self.report(f"`start` is {start!r}; it must be a whole number", unit, "start")
        return Counted(unit, send, start, total, total_items, current) if send else None

    def optional(
        self, content: dict[str, Any], key: str, kind: str, forms: tuple[str, ...], *tokens: str
    ) -> Expression | None:
        return self.answered(content[key], forms, kind, *tokens, key) if key in content else None

    def refuse_unknown(self, content: dict[str, Any], known: set[str], *tokens: str) -> None:
        for key in content:
            if key not in known:
                self.report(f"`{key}` means nothing here; known are {', '.join(sorted(known))}", *tokens, key)

    def answered(self, text: Any, forms: tuple[str, ...], kind: str | None, *tokens: str) -> Expression | None:
        """Read an expression for a part of the answer, and check that the description has it."""
        expression = self.expression(text, forms, *tokens)
        if expression is None:
            return None
        if expression.where == "header":
            is_described = expression.pointer[0].lower() in self.answer_headers()
            if not is_described and not self.is_guess:  # one may go by the headers of others
                self.report(f"the 2xx answer is described without a header {expression.pointer[0]!r}", *tokens)
            return expression
        schemas = self.answer_schemas(expression.pointer)
        if not schemas or not (expression.pointer or kind == "an array"):
            self.report(f"{text} names nothing in the 2xx answer", *tokens)
        else:
            self.check_type(text, schemas, kind, *tokens)
        return expression

    def sent(self, text: Any, kind: str | None, *tokens: str) -> tuple[Expression | None, list[dict[str, Any]]]:
        """Read an expression for a part of the request, and check that the description has it; give its schemas too."""
        expression = self.expression(text, _IN_REQUESTS, *tokens)
        if expression is None:
            return None, []
        if expression.where == "body":
            body = mapping(self.document.resolve(self.operation.data.get("requestBody"))[0])
            schemas = self.schemas([body], expression.pointer)
            if not schemas or not expression.pointer:
                self.report(f"{text} names nothing in the request body", *tokens)
                return None, []
        else:
            query = query_schemas(self.document, self.operation)
            if expression.pointer[0] not in query:
                self.report(f"there is no query parameter {expression.pointer[0]!r}", *tokens)
                return None, []
            schemas = query[expression.pointer[0]]
        self.check_type(text, schemas, kind, *tokens)
        return expression, schemas

    def check_type(self, text: str, schemas: list[dict[str, Any]], kind: str | None, *tokens: str) -> None:
        if kind and not any(_TYPES[kind] & _types(schema) for schema in schemas):
            self.report(f"{text} is not {kind}", *tokens)

    def expression(self, text: Any, forms: tuple[str, ...], *tokens: str) -> Expression | None:
        """Read an expression that must be of one of some forms, such as `$request.query.…`."""
        expression = parse_expression(text)
        if expression and any(form.startswith(f"${expression.message}.{expression.where}") for form in forms):
            return expression
        said = "is missing" if text is None else f"is {text!r}"
        wanted = " or ".join(f"`{form}`" for form in forms)
        self.report(f"`{tokens[-1]}` {said}; it must be an expression such as {wanted}", *tokens)
        return None

    def answer_headers(self) -> set[str]:
        answers = success_answers(self.document, self.operation)
        return {name.lower() for answer, _ in answers for name in mapping(answer.get("headers"))}

    def answer_schemas(self, pointer: Pointer) -> list[dict[str, Any]]:
        return self.schemas((answer for answer, _ in success_answers(self.document, self.operation)), pointer)

    def schemas(self, messages: Iterable[dict[str, Any]], pointer: Pointer) -> list[dict[str, Any]]:
        """Return the schemas of what a pointer names in the bodies of answers, or of a request."""
        return [
            schema
            for message in messages
            for media in mapping(message.get("content")).values()
            for schema in schemas_at(self.document, mapping(media).get("schema"), pointer)
        ]


def query_schemas(document: Document, operation: DescribedOperation) -> dict[str, list[dict[str, Any]]]:
    """Return what is said of each name in the query; an object of the style `form` stands there by its properties."""
    found: dict[str, list[dict[str, Any]]] = {}
    for (where, name), said in operation.parameters.items():
        if where != "query":
            continue
        schemas = schemas_at(document, said.get("schema"), ())
        inner = {key for part in schemas for key in mapping(part.get("properties"))}
        is_spread = inner and said.get("style", "form") == "form" and said.get("explode", True) is not False
        for key in inner if is_spread else ():
            found.setdefault(key, schemas_at(document, said.get("schema"), (key,)))
        if not is_spread:
            found[name] = schemas
    return found


def _types(schema: dict[str, Any]) -> set[str]:
    types = schema.get("type") or ()
    return {types} if isinstance(types, str) else set(types)


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
