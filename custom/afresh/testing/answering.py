"""Writes answers as the description has them, and reads each back as a client would: it must be the same."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import TYPE_CHECKING, Any, Final, get_args

from afresh._calls.mismatch import find_mismatch
from afresh._http import httpx
from afresh_api.decoding import DECODED
from afresh_api.types import File
from afresh_api.values import UNREADABLE, is_object, json_value

from .decoding import UnfitError
from .examples import TOLD, VARIANTS, example_of
from .fitting import described, found, misfit, module_of, type_of
from .limits import Node, broken, broken_by, node_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from afresh_api.faking import Call, Facts, Fake
    from afresh_api.operation import Operation, Streaming

ANY_OK: Final = {"2XX": 200, "3XX": 302, "default": 200}
LOCATION: Final = "location"
"""What is the media type of a redirect that means success: its value is the URL that it leads to."""
NO_CONTENT: Final = "None"
RETRIED: Final = frozenset({408, 429, *range(500, 600)})
"""The statuses after which a client tries again. It is asked to do so at once, so that tests need not wait."""

ANYWAY: Final = "to have it answered all the same, give a whole httpx.Response by `answers`"

ABSENT: Final = object()
"""What stands for a value that is taken away."""

_Described = tuple[str, str, str]


class Answer:
    """A whole answer that can be sent any number of times."""

    def __init__(self, status: int, headers: Mapping[str, str] | None = None, content: bytes = b"") -> None:
        self.status = status
        self.headers = {**(headers or {})}
        self.content = content

    def __call__(self, call: Call[Any]) -> httpx.Response:
        return httpx.Response(self.status, headers=self.headers, content=self.content, request=call.request)


def operation_of(facts: Facts) -> Operation[Any]:
    """Return the operation of the generated package."""
    operation: Operation[Any] = module_of(facts.module).OPERATION
    return operation


def written(
    fake: Fake[Any, Any, Any], value: Any, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Write a value as an answer that means success.

    Raises:
        UnfitError: The description has no such answer.
    """
    facts = fake.facts
    fitting = [one for one in facts.answers if status is None or status_of(one) == status or _covers(one[0], status)]
    if not fitting and facts.answers:
        said = ", ".join(one[0] for one in facts.answers)
        raise UnfitError(f"`{fake.name}` cannot answer with the status {status}: the description has {said}")
    reasons: list[str] = []
    for one in fitting or [("2XX", "", NO_CONTENT)]:
        kind = httpx.Headers if facts.method == "HEAD" else type_of(one[2])
        if reason := misfit(value, kind, "the value"):
            reasons.append(reason)
            continue
        answer = checked(fake, _answer(value, one, status or status_of(one), headers), value)
        limit = _broken(fake, one, answer, "the value")
        if limit is None:
            return answer
        raise UnfitError(f"`{fake.name}` cannot answer so: {limit}")
    if len(reasons) > 1 and len(set(reasons)) > 1:
        said = " | ".join(dict.fromkeys(one[2] for one in fitting))
        reasons = [f"the value: {said} is described, and {found(value)} was found"]
    raise UnfitError(f"`{fake.name}` cannot answer so: {reasons[0]}")


def received(answer: Answer) -> httpx.Response:
    """Return an answer as a client gets it."""
    request = httpx.Request("GET", "https://fake.test/")
    return httpx.Response(answer.status, headers=answer.headers, content=answer.content, request=request)


def checked(fake: Fake[Any, Any, Any], answer: Answer, value: Any = ...) -> Answer:
    """Return an answer if a client reads it as the same value.

    Raises:
        UnfitError: It does not.
    """
    operation = operation_of(fake.facts)
    try:
        read = operation.parse(received(answer))
    except UNREADABLE as error:
        raise UnfitError(f"`{fake.name}` cannot answer so: {_mismatch(operation.parse, answer, error)}") from None
    if not (value is ... or read == value or isinstance(value, File | httpx.Headers) or "Location" in answer.headers):
        raise UnfitError(
            f"`{fake.name}` cannot answer so: a client would read it as {found(read)}; give a whole httpx.Response"
        )
    return answer


def failure(
    fake: Fake[Any, Any, Any], status: int, body: Any = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Write an answer that means an error.

    Raises:
        UnfitError: The description has another body for the status.
    """
    if not 400 <= status <= 599:  # noqa: PLR2004 - the statuses of errors
        raise UnfitError(f"`{fake.name}` cannot raise {status}: errors have a status from 400 to 599")
    if status in RETRIED and "retry-after" not in {name.lower() for name in headers or ()}:
        headers = {**(headers or {}), "Retry-After": "0"}
    exact = [one for one in fake.facts.errors if one[0] == str(status)]
    ranges = [one for one in fake.facts.errors if _covers(one[0], status)]
    for one in [*exact, *ranges][:1]:
        kind = type_of(one[2])
        if body is None and one[2] != NO_CONTENT:
            body = _example_error(fake, one, status)
        answer = _answer(body, one, status, headers)
        try:
            read = operation_of(fake.facts).parse_error(
                httpx.Response(status, headers=answer.headers, content=answer.content)
            )
        except UNREADABLE as error:
            mismatch = _mismatch(operation_of(fake.facts).parse_error, answer, error)
            raise UnfitError(f"`{fake.name}` cannot raise {status} so: {mismatch}") from None
        if one[2] != NO_CONTENT and (
            reason := misfit(read, kind, "the body") or _broken(fake, one, answer, "the body")
        ):
            raise UnfitError(f"`{fake.name}` cannot raise {status} so: {reason}")
        return answer
    return _answer(body, (str(status), "", NO_CONTENT), status, headers)


def _broken(fake: Fake[Any, Any, Any], one: _Described, answer: Answer, name: str) -> str | None:
    """Return which limit of the description an answer breaks; only what is JSON has limits."""
    node = node_of(fake.facts.module, f"{one[0]} {one[1]}")
    is_json = "json" in answer.headers.get("Content-Type", "") and answer.content
    reason = broken(json.loads(answer.content), node, name) if node and is_json else None
    return reason and f"{reason}; {ANYWAY}"


def _example_error(fake: Fake[Any, Any, Any], one: _Described, status: int) -> Any:
    """Make the body of an error. A property that is called after the status has it."""
    value = next(examples(type_of(one[2]), "error", node_of(fake.facts.module, f"{one[0]} {one[1]}")), None)
    if isinstance(value, File):
        return value
    document = json_value(value, for_request=False)
    has_status = is_object(document) and type(document.get("status")) is int
    return {**document, "status": status} if has_status else document


def _answer(value: Any, one: _Described, status: int, headers: Mapping[str, str] | None) -> Answer:
    media_type = one[1] or "application/json"
    if isinstance(value, httpx.Headers):
        return Answer(status, {**value, **(headers or {})})
    if one[1] == LOCATION:
        return Answer(status, {"Location": value, **(headers or {})})
    if value is None and one[2] in {NO_CONTENT, "Any"}:
        return Answer(status, headers)
    if isinstance(value, File):
        content = _bytes_of(value)
        media_type = value.mime_type or one[1] or "application/octet-stream"
    elif isinstance(value, str) and "json" not in (one[1] or "json"):
        content = value.encode()
    elif isinstance(value, str) and not one[1]:
        content, media_type = value.encode(), "text/plain; charset=utf-8"
    else:
        content = json_content(value)
        media_type = media_type if "*" not in media_type and "json" in media_type else "application/json"
    return Answer(status, {"Content-Type": media_type, **(headers or {})}, content)


def json_content(value: Any) -> bytes:
    """Write a value as JSON.

    Raises:
        UnfitError: It has something that JSON does not have.
    """
    try:
        return json.dumps(json_value(value, for_request=False), ensure_ascii=False, allow_nan=False).encode()
    except ValueError as error:  # includes InvalidValue
        raise UnfitError(f"it cannot be written as JSON: {error}") from None


def _bytes_of(file: File) -> bytes:
    payload: Any = file.payload
    position = payload.tell()
    payload.seek(0)
    content: bytes = payload.read()
    payload.seek(position)
    return content


def file_answer(fake: Fake[Any, Any, Any], content: bytes | File, media_type: str | None) -> Answer:
    """Write the content of a file as an answer."""
    file = None if isinstance(content, bytes) else content
    if isinstance(content, bytes):
        data = content
    elif isinstance(content, File):  # pyright: ignore[reportUnnecessaryIsInstance] - what callers give
        data = _bytes_of(content)
    else:
        raise UnfitError(
            f"`{fake.name}` cannot answer so: bytes or a File is described, and {found(content)} was found"
        )
    one = next(iter(fake.facts.answers), ("200", "", "File"))
    described_type = one[1] if "*" not in one[1] else ""
    chosen = media_type or (file and file.mime_type) or described_type or "application/octet-stream"
    name = file and file.file_name
    headers = {"Content-Type": chosen} | ({"Content-Disposition": f'attachment; filename="{name}"'} if name else {})
    return Answer(status_of(one), headers, data)


def stream_answer(fake: Fake[Any, Any, Any], values: Iterable[Any]) -> Answer:
    """Write the values of a stream as an answer.

    Raises:
        UnfitError: The stream has no such value.
    """
    streaming: Streaming[Any] = module_of(fake.facts.module).STREAMING
    frames = [_frame(fake, streaming, value, index) for index, value in enumerate(values)]
    status = next((status_of(one) for one in fake.facts.answers), 200)
    return Answer(status, {"Content-Type": streaming.media_type}, b"".join(frames))


def _frame(fake: Fake[Any, Any, Any], streaming: Streaming[Any], value: Any, index: int) -> bytes:
    document = json_value(value, for_request=False)
    for name, form, parse in _events(streaming):
        is_text = form == "text"
        try:
            if (is_text and not isinstance(value, str)) or parse(document) != value:
                continue
        except UNREADABLE:
            continue
        if reason := broken_by(value, f"values[{index}]"):
            raise UnfitError(f"`{fake.name}` cannot answer so: {reason}; {ANYWAY}")
        data = value if is_text else json.dumps(document, ensure_ascii=False)
        if streaming.framing in {"events", "texts"}:
            lines = [*([f"event: {name}"] if name else []), *(f"data: {line}" for line in data.split("\n")), "", ""]
            return "\n".join(lines).encode()
        return f"\x1e{data}\n".encode() if streaming.framing == "sequence" else f"{data}\n".encode()
    raise UnfitError(
        f"`{fake.name}` cannot answer so: its stream has no such value as {found(value)} (values[{index}])"
    )


def _events(streaming: Streaming[Any]) -> Iterator[tuple[str, str, Any]]:
    for name, (form, parse) in streaming.events.items():
        yield name, form, parse
    if streaming.parse is not None:
        yield "", "text" if streaming.framing == "texts" else "json", streaming.parse


def example_answer(fake: Fake[Any, Any, Any]) -> Answer:
    """Make an example of what an operation answers.

    Raises:
        UnfitError: None was found that a client reads back.
    """
    facts = fake.facts
    if facts.kind == "file":
        return file_answer(fake, b"example", None)
    if facts.kind == "stream":
        return stream_answer(fake, _stream_examples(fake))
    reason = ""
    for one in sorted(facts.answers, key=lambda one: one[2] == NO_CONTENT) or [("2XX", "", NO_CONTENT)]:
        kind = httpx.Headers if facts.method == "HEAD" else type_of(one[2])
        for value in examples(kind, "example", node_of(facts.module, f"{one[0]} {one[1]}")):
            try:
                return written(fake, value, status_of(one))
            except UnfitError as error:
                reason = reason or str(error)
    raise UnfitError(f"no example of an answer was found for `{fake.name}`: program one ({reason or 'it has no end'})")


def _stream_examples(fake: Fake[Any, Any, Any]) -> list[Any]:
    for value in examples(types_in(fake.facts, "STREAMING")[0], "example"):
        try:
            stream_answer(fake, [value])
        except UnfitError:
            continue
        return [value]
    return []


def types_in(facts: Facts, name: str) -> tuple[Any, ...]:
    """Return the types that an object of an operation's module is generic in: `OPERATION`, `PAGING` or `STREAMING`."""
    annotation: str = module_of(facts.module).__annotations__[name]
    return get_args(type_of(re.sub(r"^\w+", "tuple", annotation)))


def examples(kind: Any, name: str, node: Node | None = None) -> Iterator[Any]:
    """Go through examples of a type, until one is found that a client reads back: the description's own come first."""
    for told, is_full in product(TOLD, (True, False)):
        for variant in range(VARIANTS):
            try:
                yield example_of(kind, name, node, variant=variant, is_full=is_full, told=told)
            except RecursionError:
                continue


def status_of(one: _Described) -> int:
    """Return a status that an answer of the description may have."""
    return (
        int(one[0])
        if one[0].isdecimal()
        else ANY_OK.get(one[0], 100 * int(one[0][0]) if one[0][0].isdecimal() else 200)
    )


def _covers(pattern: str, status: int) -> bool:
    return pattern == "default" or (pattern.upper().endswith("XX") and pattern[0] == str(status)[0])


def _mismatch(parse: Any, answer: Answer, error: Exception) -> str:
    def parse_document(document: object) -> object:
        extensions = {DECODED: document}
        return parse(
            httpx.Response(answer.status, headers=answer.headers, content=answer.content, extensions=extensions)
        )

    try:
        document: object = json.loads(answer.content)
    except ValueError:
        return f"it is no JSON, and {described(type(error))} was raised: {error}"
    return str(find_mismatch(parse_document, document, error))


def with_value(document: Any, pointer: tuple[str, ...], value: Any) -> Any:
    """Return a document with another value at a pointer; `ABSENT` takes it away."""
    if not pointer:
        return value
    known: dict[str, Any] = document if is_object(document) else {}
    inner = with_value(known.get(pointer[0]), pointer[1:], value)
    if inner is ABSENT:
        return {key: one for key, one in known.items() if key != pointer[0]}
    return {**known, pointer[0]: inner}
