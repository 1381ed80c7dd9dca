"""Snippets: how an operation is called in Python, with either client, and in the console."""

import json
import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.referencing.calls import ExampleCall, Given
from afresh_toolkit.generator.referencing.values.code import WIDTH, Brackets, flat, lines
from afresh_toolkit.generator.referencing.values.python_values import ExampleFile


@define(frozen=True)
class Snippets:
    """The three snippets of an operation; `console` is None for files without names, which it cannot send."""

    sync: str
    asynchronous: str
    console: str | None


def snippets(call: ExampleCall, layer: str, package: str) -> Snippets:
    """Write the snippets; `layer` is the package of the client, and `package` the generated one."""
    sync = [
        *_imports(call, f"from {layer} import Client", package),
        "",
        "with Client.from_env() as api:",
        *_use(call, 4, ""),
    ]
    asynchronous = [
        "import asyncio",
        *_imports(call, f"from {layer} import AsyncClient", package),
        "",
        "",
        "async def main() -> None:",
        "    async with await AsyncClient.from_env() as api:",
        *_use(call, 8, "async "),
        "",
        "",
        "asyncio.run(main())",
    ]
    is_nameless = call.body is not None and isinstance(call.body.value, list) and _is_file(call.body.value)
    console = None if is_nameless else "\n".join(_console(call, layer))
    return Snippets("\n".join(sync), "\n".join(asynchronous), console)


def _imports(call: ExampleCall, client: str, package: str) -> Iterator[str]:
    """Write the imports: the standard library's first."""
    standard = sorted(one for one in call.imports if package not in one)
    yield from sorted(standard, key=lambda one: one.startswith("from"))
    if standard or "AsyncClient" in client:
        yield ""
    yield client
    if call.models:
        names = sorted(call.models)
        line = f"from {package}.models import {', '.join(names)}"
        if len(line) <= WIDTH:
            yield line
        else:
            yield from (f"from {package}.models import (", *(f"    {name}," for name in names), ")")
    yield from sorted(one for one in call.imports if package in one)


def _use(call: ExampleCall, indent: int, prefix: str) -> Iterator[str]:
    """Write the call, and what is done with what it returns."""
    method, operation = call.method, call.method.operation
    parts = tuple((f"{one.argument.name}=" if one.is_by_name else "", one.code) for one in call.given)
    called = Brackets(f"api.{call.resource}.{method.name}(", parts, ")")
    margin = " " * indent
    if method.stream is not None:
        yield from lines(f"{prefix}with ", called, " as stream:", indent)
        yield f"{margin}    {prefix}for value in stream:"
        yield f"{margin}        print(value)"
    elif operation.is_stream:
        yield from lines(f"{prefix}with ", called, " as response:", indent)
        yield f"{margin}    {prefix}for part in response.{'aiter' if prefix else 'iter'}_bytes():"
        yield f"{margin}        print(len(part))"
    elif operation.paging:
        yield from lines(f"{prefix}for item in ", called, ":", indent)
        yield f"{margin}    print(item)"
    elif method.returns("") == "None":
        yield from lines("await " if prefix else "", called, "", indent)
    else:
        yield from lines(f"answer = {'await ' if prefix else ''}", called, "", indent)
        yield f"{margin}print(answer)"


def _console(call: ExampleCall, layer: str) -> Iterator[str]:
    words = [f"{layer} call {call.resource} {call.method.name}"]
    for one in call.given:
        words += _body(one) if one.argument.location == "body" else _options(one)
    if call.method.operation.is_stream and call.method.stream is None:
        words.append("--output answer.bin")
    line = " ".join(words)
    if len(line) <= WIDTH or len(words) == 1:
        yield f"$ {line}"
        return
    yield f"$ {words[0]} \\"
    *others, last = words[1:]
    yield from (f"    {word} \\" for word in others)
    yield f"    {last}"


def _options(given: Given) -> Iterator[str]:
    values = given.value if isinstance(given.value, list) else [given.value]
    for value in values:
        yield f"--arg {shlex.quote(f'{given.argument.name}={_text(value)}')}"


def _body(given: Given) -> Iterator[str]:
    match given.value:
        case ExampleFile():
            yield f"--body @{given.value.name}"
        case str() if flat(given.code).startswith(('"', "'")) and given.argument.annotation.startswith("str"):
            yield f"--body {shlex.quote(given.value)}"
        case _:
            files = dict(_files(given.value, ()))
            rest = _without_files(given.value)
            if rest or not files:
                yield f"--body {shlex.quote(json.dumps(rest, ensure_ascii=False))}"
            yield from (f"--file {shlex.quote(f'{name}={file}')}" for name, file in files.items())


def _files(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    match value:
        case ExampleFile():
            yield ".".join(path), value.name
        case dict():
            for key, item in value.items():
                yield from _files(item, (*path, key))
        case list():
            for item in value:
                yield from _files(item, path)


def _without_files(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_files(item) for key, item in value.items() if not _is_file(item)}
    return [_without_files(item) for item in value] if isinstance(value, list) else value


def _is_file(value: Any) -> bool:
    return isinstance(value, ExampleFile) or (isinstance(value, list) and any(map(_is_file, value)))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
