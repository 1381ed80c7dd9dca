"""Compiles `x-pagination`: where a page holds its items and the next cursor, and where that cursor is sent."""

from typing import Any

from attrs import define

from generator.description import DescribedOperation, mapping, operations, success_answers
from generator.document import Document
from generator.pointers import Pointer
from generator.problems import Problem
from generator.runtime_expressions import Expression, parse_expression, schemas_at

KEY = "x-pagination"


@define(frozen=True)
class Pagination:
    """How the answers of an operation page."""

    items: Pointer
    next_cursor: Pointer
    parameter: str


def compile_pagination(document: Document) -> tuple[dict[str, Pagination], list[Problem]]:
    """Compile the extension of every operation that has it, by "METHOD /path"; and say what is wrong with any."""
    compiled: dict[str, Pagination] = {}
    problems: list[Problem] = []
    for operation in operations(document):
        if KEY in operation.data:
            compiler = _Compiler(document, operation)
            pagination = compiler.compile()
            problems += compiler.problems
            if pagination is not None:
                compiled[operation.name] = pagination
    return compiled, problems


class _Compiler:
    def __init__(self, document: Document, operation: DescribedOperation) -> None:
        self.document = document
        self.operation = operation
        self.problems: list[Problem] = []

    def report(self, message: str, *tokens: str) -> None:
        place = self.document.place((*self.operation.pointer, KEY, *tokens))
        self.problems.append(Problem(f"{KEY} of {self.operation.name}: {message}", place))

    def compile(self) -> Pagination | None:
        content = self.operation.data[KEY]
        cursor = mapping(mapping(content).get("cursor"))
        for part, known, tokens in (
            (mapping(content), {"items", "cursor"}, ()),
            (cursor, {"next", "send"}, ("cursor",)),
        ):
            for key in part:
                if key not in known:
                    self.report(f"`{key}` means nothing here; known are {', '.join(sorted(known))}", *tokens, key)
        items = self.expression(mapping(content).get("items"), "response", "body", "items")
        following = self.expression(cursor.get("next"), "response", "body", "cursor", "next")
        send = self.expression(cursor.get("send"), "request", "query", "cursor", "send")
        if items is not None:
            self.check_items(items)
        if following is not None and not (following.pointer and self.answer(following.pointer)):
            self.report(f"{cursor['next']} names nothing in the 2xx answer", "cursor", "next")
        if send is not None and ("query", send.pointer[0]) not in self.operation.parameters:
            self.report(f"there is no query parameter {send.pointer[0]!r}", "cursor", "send")
        if self.problems or items is None or following is None or send is None:
            return None
        return Pagination(items.pointer, following.pointer, send.pointer[0])

    def check_items(self, items: Expression) -> None:
        said = self.operation.data[KEY]["items"]
        found = self.answer(items.pointer)
        if not found:
            self.report(f"{said} names nothing in the 2xx answer", "items")
        elif not any("array" in (schema.get("type") or ()) for schema in found):
            self.report(f"{said} is not an array", "items")

    def expression(self, text: Any, message: str, where: str, *tokens: str) -> Expression | None:
        expression = parse_expression(text)
        if expression is not None and (expression.message, expression.where) == (message, where):
            return expression
        wanted = f"${message}.{where}{'#/…' if where == 'body' else '.…'}"
        said = "is missing" if text is None else f"is {text!r}"
        self.report(f"`{tokens[-1]}` {said}; it must be an expression such as `{wanted}`", *tokens)
        return None

    def answer(self, pointer: Pointer) -> list[dict[str, Any]]:
        return [
            schema
            for answer, _ in success_answers(self.document, self.operation)
            for media in mapping(answer.get("content")).values()
            for schema in schemas_at(self.document, mapping(media).get("schema"), pointer)
        ]
