"""What a fake of the API knows of an operation: expressions for the generated module `fakes`."""

from collections.abc import Iterable

from afresh_toolkit.generator.extensions.pagination import Counted, Cursor, Link, Pagination
from afresh_toolkit.generator.extensions.runtime_expressions import Expression
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.writing.operations.answer_code import DescribedAnswer
from afresh_toolkit.generator.writing.operations.operation import Operation


def facts_of(operation: Operation, *, is_stream: bool) -> str:
    """Write what is known of an operation; `is_stream` is whether the method gives the values of a stream."""
    paging = operation.pagination if operation.paging and not operation.is_stream and not is_stream else None
    kind = "stream" if is_stream else "file" if operation.is_stream else "list" if paging else "value"
    answers = operation.described_answers
    body = operation.body
    given = {
        "kind": repr(kind) if kind != "value" else "",
        "parameters": _tuple(repr((one.name, one.key, one.location, *one.style)) for one in operation.arguments),
        "bodies": _tuple(
            repr((way.media_types, way.annotation, {name: style[:2] for name, style in way.styles.items()}))
            for way in (body.ways if body else ())
        ),
        "answers": _answers(one for one in answers if one.is_success),
        "errors": _answers(one for one in answers if not one.is_success),
        "security": "" if operation.security is False else repr(operation.security),
        "schemes": repr(operation.schemes) if operation.schemes else "",
        "paged": _paged(paging) if paging else "",
    }
    where = f"{operation.folder}.{operation.module}"
    first = [repr(operation.method), repr(operation.path), repr(where)]
    return f"Facts({', '.join([*first, *(f'{name}={text}' for name, text in given.items() if text)])})"


def _answers(answers: Iterable[DescribedAnswer]) -> str:
    return _tuple(repr((one.status, one.media_type, one.annotation)) for one in answers)


def _tuple(items: Iterable[str]) -> str:
    text = ", ".join(items)
    return f"({text},)" if text else ""


def _paged(pagination: Pagination) -> str:
    by = pagination.by
    given: dict[str, object] = {"more": _place(pagination.more)}
    match by:
        case Cursor():
            said = _place(by.next) if isinstance(by.next, Expression) else ("item", *by.next)
            given |= {"next": said, "send": _place(by.send)}
        case Link():
            given |= {"next": _place(by.url)}
        case Counted():
            given |= {"send": _place(by.send), "start": by.start, "current": _place(by.current)}
            given |= {"total": _place(by.total), "total_items": _place(by.total_items)}
    named = "".join(f", {name}={value!r}" for name, value in given.items() if value)
    return f"Paged({pagination.kind!r}, {('body', *pagination.items)!r}{named})"


def _place(said: Expression | None) -> Pointer | None:
    return None if said is None else (said.where, *said.pointer)
