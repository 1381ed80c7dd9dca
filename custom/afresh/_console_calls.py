"""The command `call`: the methods of the resources, found by their names, and what they return written down."""

from __future__ import annotations

import inspect
import json
import sys
from contextlib import contextmanager
from functools import cached_property
from itertools import islice
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import httpx

from afresh_api import models
from afresh_api.resources import Resources
from afresh_api.types import File
from afresh_api.values import is_array, is_object

from . import _environment as environment
from ._client import Client
from ._console_errors import UsageError
from ._console_session import find_place, say, table
from ._console_values import (
    from_json,
    from_text,
    from_texts,
    is_binary,
    is_list,
    members,
    to_json,
    to_line,
    without_null,
)
from ._errors import APIError, SDKError
from ._transfers import replacing

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Generator, Iterable


def call(options: Namespace) -> int:
    """Call a method, or say which there are, or what one does."""
    if options.tag is None:
        if options.help:
            options.print_help()
        else:
            say(table({tag: _summary(getattr(Resources, tag)) for tag in _tags()}))
        return 0
    if options.tag not in _tags():
        raise UsageError.unknown("tag", options.tag, _tags())
    resource = getattr(Resources(cast("Any", None)), options.tag)
    methods = _methods(resource)
    if options.method is None:
        say(table({name: _summary(method) for name, method in methods.items()}))
        return 0
    if options.method not in methods:
        raise UsageError.unknown(f"method of {options.tag}", options.method, methods)
    method = Method(f"{options.tag} {options.method}", methods[options.method])
    if options.help:
        say(method.help)
        return 0
    with method.arguments(options.arg, options.body, options.file) as arguments, _client() as api:
        _call(getattr(getattr(api, options.tag), options.method), arguments, options)
    return 0


class Method:
    """A method of a resource as the command line sees it: its name there, and its parameters with their types."""

    def __init__(self, name: str, method: Callable[..., Any]) -> None:
        self.name = name
        self._method = method
        self._parameters = inspect.signature(method).parameters
        names = _Names(vars(sys.modules[method.__module__]))
        self._kinds = {
            # The package that we generate is where these come from.
            name: eval(parameter.annotation, {}, cast("Any", names))  # noqa: S307
            for name, parameter in self._parameters.items()
        }

    @property
    def help(self) -> str:
        """How to call it, and what it says of itself."""
        return f"{environment.PACKAGE} call {self.name} {self._usage}".rstrip() + f"\n\n{inspect.getdoc(self._method)}"

    @property
    def _usage(self) -> str:
        written = {name: "--body …" if name == "body" else f"--arg {name}=…" for name in self._kinds}
        return " ".join(text if self._is_required(name) else f"[{text}]" for name, text in written.items())

    def _is_required(self, name: str) -> bool:
        return self._parameters[name].default is inspect.Parameter.empty

    @contextmanager
    def arguments(self, texts: list[str], body: str | None, files: list[str]) -> Generator[dict[str, Any]]:
        """Read the arguments; files among them are open as long as the context lasts.

        Raises:
            UsageError: One is unknown, missing, or not what it must be.
        """
        given = self._read(texts)
        opened: list[BinaryIO] = []
        try:
            if body is not None or files:
                if "body" not in self._kinds:
                    raise UsageError(f"{self.name} takes no body")
                given["body"] = self._read_body(body, _pairs("--file", files), opened)
            missing = [name for name in self._kinds if self._is_required(name) and name not in given]
            if missing:
                raise UsageError(f"{self.name} needs {' and '.join(missing)}: {self._usage}")
            yield given
        finally:
            for file in opened:
                file.close()

    def _read(self, texts: list[str]) -> dict[str, Any]:
        known = [name for name in self._kinds if name != "body"]
        read: dict[str, list[str]] = {}
        for name, text in _pairs("--arg", texts):
            if name not in known:
                raise UsageError.unknown(f"argument of {self.name}", name, known)
            read.setdefault(name, []).append(text)
        return {name: self._value(name, values) for name, values in read.items()}

    def _value(self, name: str, texts: list[str]) -> Any:
        kind = self._kinds[name]
        if not self._is_required(name):
            kind = without_null(kind)  # to leave it out is not to give it
        if len(texts) > 1 and not is_list(kind):
            raise UsageError(f"{name} is no list: give it once")
        try:
            return from_texts(texts, kind) if is_list(kind) else from_text(texts[0], kind)
        except ValueError as error:
            raise UsageError(f"{name} {error}") from None

    def _read_body(self, source: str | None, files: list[tuple[str, str]], opened: list[BinaryIO]) -> Any:
        kind = self._kinds["body"]
        body: Any
        if source is not None and is_binary(kind):
            body = File(_open(source, opened)) if source.startswith(("-", "@")) else source.encode()
        elif source is not None and members(without_null(kind)) == [str]:
            body = _text(source, opened)
        else:
            body = self._read_json("{}" if source is None else _text(source, opened), [name for name, _ in files])
        for name, path in files:
            _attach(body, name, path, opened)
        return body

    def _read_json(self, text: str, files: list[str]) -> Any:
        """Read a body that is JSON; those of its properties that are files are empty at first."""
        try:
            document: Any = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"the body is not JSON: {error}") from None
        if is_object(document):
            document.update(dict.fromkeys(files, b""))
        try:
            return from_json(document, self._kinds["body"])
        except ValueError as error:
            raise UsageError(f"the body {error}") from None


class _Names(dict[str, Any]):
    """What the annotations of a module may name: also the models, which it imports for type checkers alone."""

    def __missing__(self, name: str) -> Any:
        try:
            return models if name == "models" else getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None


def _tags() -> list[str]:
    return [name for name, member in vars(Resources).items() if isinstance(member, cached_property)]


def _methods(resource: object) -> dict[str, Callable[..., Any]]:
    return {name: getattr(resource, name) for name in vars(type(resource)) if not name.startswith("_")}


def _summary(documented: object) -> str:
    return (inspect.getdoc(documented) or "").partition("\n")[0]


def _pairs(option: str, texts: list[str]) -> list[tuple[str, str]]:
    pairs = [text.partition("=") for text in texts]
    for text, (name, equals, _) in zip(texts, pairs, strict=True):
        if not name or not equals:
            raise UsageError(f"{option} takes NAME=VALUE, and not {text!r}")
    return [(name, value) for name, _, value in pairs]


def _text(source: str, opened: list[BinaryIO]) -> str:
    if not source.startswith(("-", "@")):
        return source
    try:
        return _open(source, opened).read().decode()
    except UnicodeDecodeError:
        raise UsageError("the body is not UTF-8") from None


def _open(source: str, opened: list[BinaryIO]) -> BinaryIO:
    """Open standard input (-), or a file (@FILE)."""
    if source == "-":
        return sys.stdin.buffer
    file = Path(source.removeprefix("@")).open("rb")  # noqa: SIM115 - it is read while the request is sent
    opened.append(file)
    return file


def _attach(body: Any, name: str, path: str, opened: list[BinaryIO]) -> None:
    """Put a file in the place of the empty one that a body has under a name."""
    sent: dict[str, Any] = body.to_dict() if hasattr(body, "to_dict") else {}
    files: dict[str, Any] = {key: value[1] for key, value in sent.items() if isinstance(value, tuple)}
    if name not in files:
        raise UsageError.unknown("file in the body", name, files)
    for attribute in body.__slots__:
        file = getattr(body, attribute)
        if isinstance(file, File) and file.payload is files[name]:
            file.payload, file.file_name = _open(f"@{path}", opened), Path(path).name


def _client() -> Client:
    place = find_place()
    given = {"timeout": environment.timeout(), "retries": environment.retries()}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    return Client(place.base_url, store=place.store, tokens=place.tokens, **options)


def _call(method: Callable[..., Any], arguments: dict[str, Any], options: Namespace) -> None:
    with _output(options.output) as out:
        try:
            _write(method(**arguments), out, options.max_items)
        except APIError as error:
            if error.body is None or error.remedy is not APIError.remedy:
                raise
            raise SDKError(f"{error} {to_line(error.body)}") from None
        except SDKError:
            raise
        except ValueError as error:  # a value that cannot be sent
            raise UsageError(str(error)) from None


@contextmanager
def _output(path: str | None) -> Generator[BinaryIO]:
    """Open where to write: standard output, or a file, which is there only when all of it is."""
    if path is None:
        yield sys.stdout.buffer
        return
    with replacing(Path(path)) as file:
        yield file


def _write(result: Any, out: BinaryIO, most: int | None) -> None:
    if result is None:
        return
    if hasattr(result, "__exit__"):
        with result as stream:
            _write_stream(stream, out, most)
    elif hasattr(result, "pages"):
        _write_list(islice(result, most), out)
    elif isinstance(result, bytes):
        out.write(result)
    else:
        out.write(_encoded(f"{to_json(result[:most] if is_array(result) else result)}\n"))


def _write_stream(stream: Any, out: BinaryIO, most: int | None) -> None:
    """Write a file as it arrives, or anything else item by item, each on a line."""
    if isinstance(stream, httpx.Response):
        out.writelines(stream.iter_bytes())
        return
    for item in islice(stream, most):
        out.write(_encoded(f"{to_line(item)}\n"))
        out.flush()


def _write_list(items: Iterable[Any], out: BinaryIO) -> None:
    """Write items as one array, each as soon as it is there."""
    before = "[\n"
    for item in items:
        out.write(_encoded(f"{before}{indent(to_json(item), '  ')}"))
        out.flush()
        before = ",\n"
    out.write(b"[]\n" if before == "[\n" else b"\n]\n")


def _encoded(text: str) -> bytes:
    """Encode JSON; half a character, which an answer may have escaped, is escaped again."""
    return text.encode(errors="backslashreplace")
