"""The request of an example call, as it goes over the wire."""

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from afresh_toolkit.generator.reading.media_types import FORM, MULTIPART, bare
from afresh_toolkit.generator.referencing.calls import ExampleCall, Given
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.referencing.values.python_values import ExampleFile
from afresh_toolkit.generator.writing.servers import example_url

_IN_PATH = "~!$&'()*+,;=:@"


def request_of(call: ExampleCall, subject: Subject) -> str:
    """Write a request; what is secret is left out."""
    operation = call.method.operation
    secrets = list(_secrets(call, subject))
    query = [(name, value) for where, name, value in secrets if where == "query"]
    query += [pair for one in call.given if one.argument.location == "query" for pair in _query(one)]
    path = urlsplit(example_url(subject.document)).path.rstrip("/") + _path(call)
    asked = f"{path}{'&' if '?' in path else '?'}{urlencode(query, safe='…')}" if query else path
    cookies = [f"{name}={value}" for where, name, value in secrets if where == "cookie"]
    cookies += [f"{one.argument.key}={_text(one.value)}" for one in call.given if one.argument.location == "cookie"]
    accept = call.method.stream.media_type if call.method.stream else operation.accept
    head = [
        f"{operation.method} {asked}",
        *(f"{name}: {value}" for where, name, value in secrets if where == "header"),
        *([f"Accept: {accept}"] if accept else []),
        *(f"{one.argument.key}: {_text(one.value)}" for one in call.given if one.argument.location == "header"),
        *([f"Cookie: {'; '.join(cookies)}"] if cookies else []),
    ]
    return "\n".join([*head, *_body(call)])


def _path(call: ExampleCall) -> str:
    values = {one.argument.key: one.value for one in call.given if one.argument.location == "path"}
    template = call.method.operation.path.partition("#")[0]
    return re.sub(
        r"\{([^}]*)\}",
        lambda found: quote(_text(values[found[1]]), safe=_IN_PATH) if found[1] in values else found[0],
        template,
    )


def _query(given: Given) -> Iterator[tuple[str, str]]:
    match given.value:
        case list():
            yield from ((given.argument.key, _text(item)) for item in given.value)
        case dict() if all(not isinstance(item, dict | list) for item in given.value.values()):
            is_deep = "deepObject" in given.argument.statement
            for key, item in given.value.items():
                yield (f"{given.argument.key}[{key}]" if is_deep else key), _text(item)
        case _:
            yield given.argument.key, _text(given.value)


def _secrets(call: ExampleCall, subject: Subject) -> Iterator[tuple[str, str, str]]:
    """Go through what the client adds: where it goes, under which name, and how it looks."""
    operation = call.method.operation
    if not operation.security:
        return
    schemes = next(iter(operation.schemes), ())
    security = subject.security
    if not schemes or any(name in security.by_token for name in schemes):
        carrier = subject.lifecycle.carrier if subject.lifecycle else None
        yield (carrier.where, carrier.path[0], "…") if carrier else ("header", "Authorization", "Bearer …")
    for name in schemes:
        key = security.keys.get(name)
        if key is None or name in security.by_token:
            continue
        if key.place in {"basic", "bearer"}:
            yield "header", "Authorization", f"{key.place.title()} …"
        else:
            yield key.place, key.name, "…"


def _body(call: ExampleCall) -> Iterator[str]:
    given, bodies = call.body, call.method.operation.body
    if given is None or bodies is None:
        return
    media_type = bodies.ways[0].said_type
    name = bare(media_type)
    media_type = "application/octet-stream" if "*" in media_type else media_type
    if name == MULTIPART:
        yield f"Content-Type: {name}; boundary=…"
        yield ""
        yield from _parts(given.value)
        return
    yield f"Content-Type: {media_type}"
    yield ""
    if isinstance(given.value, ExampleFile):
        yield "…"
    elif name == FORM and isinstance(given.value, dict):
        yield urlencode({key: _text(item) for key, item in given.value.items()})
    elif isinstance(given.value, str) and not name.endswith("json"):
        yield given.value
    else:
        yield json.dumps(given.value, indent=2, ensure_ascii=False, default=lambda _: "…")


def _parts(value: Any) -> Iterator[str]:
    """Write the parts of a form, a line each."""
    for key, item in value.items() if isinstance(value, dict) else (("file", value),):
        for one in item if isinstance(item, list) else [item]:
            if isinstance(one, ExampleFile):
                yield f'--… name="{key}"; filename="{one.name}": …'
            else:
                yield f'--… name="{key}": {_text(one)}'


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=lambda _: "…")
