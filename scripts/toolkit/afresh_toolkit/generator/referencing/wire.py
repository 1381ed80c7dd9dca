"""The request of an example call, as it goes over the wire."""

import json
import re
from ast import literal_eval
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

from afresh_toolkit.generator.reading.media_types import FORM, MULTIPART, bare
from afresh_toolkit.generator.referencing.calls import ExampleCall, Given
from afresh_toolkit.generator.referencing.subject import Subject
from afresh_toolkit.generator.referencing.values.python_values import ExampleFile
from afresh_toolkit.generator.writing.operations.body_code import RequestBody
from afresh_toolkit.generator.writing.servers import example_url

_JSON, _WHOLE = "json", "whole"
"""The styles of a parameter that is JSON, and of one that is the whole query."""


def request_of(call: ExampleCall, subject: Subject) -> str:
    """Write a request; what is secret is left out."""
    operation, styles = call.method.operation, subject.styles
    secrets = list(_secrets(call, subject))
    query = [f"{quote(name)}={value}" for where, name, value in secrets if where == "query"]
    query += [_query(one, styles) for one in call.at("query")]
    path = urlsplit(example_url(subject.document)).path.rstrip("/") + _path(call, styles)
    cookies = [f"{name}={value}" for where, name, value in secrets if where == "cookie"]
    cookies += [_cookie(one, styles) for one in call.at("cookie")]
    accept = call.method.stream.media_type if call.method.stream else operation.accept
    head = [
        f"{operation.method} {styles.with_query(path, query)}",
        *(f"{name}: {value}" for where, name, value in secrets if where == "header"),
        *([f"Accept: {accept}"] if accept else []),
        *(f"{one.argument.key}: {_header(one, styles)}" for one in call.at("header")),
        *([f"Cookie: {'; '.join(cookies)}"] if cookies else []),
    ]
    return "\n".join([*head, *_body(call, styles)])


def _path(call: ExampleCall, styles: Any) -> str:
    values = {one.argument.key: _in_path(one, styles) for one in call.at("path")}
    template = call.method.operation.path.partition("#")[0]
    return re.sub(r"\{([^}]*)\}", lambda found: values.get(found[1], found[0]), template)


def _in_path(given: Given, styles: Any) -> str:
    style, explode = given.argument.style
    if style == _JSON:
        return quote(styles.json_text(given.value), safe="")
    text: str = styles.path_text(
        given.argument.key, given.value, style=style.rstrip("+"), explode=explode, reserved=style.endswith("+")
    )
    return text


def _query(given: Given, styles: Any) -> str:
    style, explode = given.argument.style
    if style == _WHOLE:
        is_text = isinstance(given.value, str)
        written = styles.query_text(given.value) if is_text else styles.form_bytes(given.value, {}).decode()
    elif style == _JSON:
        written = styles.query_part(given.argument.key, styles.json_text(given.value))
    else:
        written = styles.query_part(
            given.argument.key, given.value, style=style.rstrip("+"), explode=explode, reserved=style.endswith("+")
        )
    return str(written)


def _header(given: Given, styles: Any) -> str:
    style, explode = given.argument.style
    is_json = style == _JSON
    return str(
        styles.json_text(given.value, is_ascii=True) if is_json else styles.simple_text(given.value, explode=explode)
    )


def _cookie(given: Given, styles: Any) -> str:
    style, explode = given.argument.style
    value = styles.json_text(given.value, is_ascii=True) if style == _JSON else given.value
    encode = styles.plain_cookie if style == "cookie" else None
    return str(styles.cookie_part(given.argument.key, value, explode=explode, encode=encode))


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


def _body(call: ExampleCall, styles: Any) -> Iterator[str]:
    given, bodies = call.body, call.method.operation.body
    if given is None or bodies is None:
        return
    media_type = _media_type(bodies.ways[0])
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
        yield styles.form_bytes(given.value, bodies.ways[0].styles).decode()
    elif isinstance(given.value, str) and not name.endswith("json"):
        yield given.value
    else:
        yield json.dumps(given.value, indent=2, ensure_ascii=False, default=lambda _: "…")


def _media_type(way: RequestBody) -> str:
    """Return the media type that a body is sent with, or what is described where the caller says it."""
    try:
        return str(literal_eval(way.media_type or repr(way.said_type)))
    except ValueError:  # an expression
        return way.said_type


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
