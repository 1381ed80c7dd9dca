"""Reads the body of a method from the options `--body` and `--file`."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, Literal

from attrs import frozen

from afresh._calls.transfers import uploading
from afresh_api.types import File
from afresh_api.values import ToSend

from .errors import UsageError
from .values import evaluate, from_json, is_binary, is_list, item_kinds, members, parse_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import ExitStack

STANDARD_INPUT: Final = "-"

Count = Literal["one", "many", "any"]
"""How many files a property takes; "any" if it accepts any value."""


@frozen
class Property:
    """A property of a model: its key in JSON, its annotation, and whether it is required."""

    key: str
    kind: Any
    is_required: bool


class Body:
    """The body of a method.

    Args:
        kind: The annotation of the method's argument `body`.
    """

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._models = [member for member in members(kind) if hasattr(member, "from_dict")]

    @property
    def usage(self) -> str:
        """The options by which the body is given."""
        found = dict.fromkeys(
            _usage(member) if member in self._models else "--body @FILE" if member is File else "--body …"
            for member in members(self._kind)
            if member is File or not is_binary(self._kind) or member in self._models
        )
        return next(iter(found)) if len(found) == 1 else f"({' | '.join(found)})"

    def read(self, source: str | None, files: list[tuple[str, str]], opened: ExitStack) -> Any:
        """Read the body.

        Args:
            source: The value of `--body`: a text, `@FILE`, or `-` for standard input. None if it is not given.
            files: The property names and paths of `--file`.
            opened: The stack that closes the files.

        Raises:
            UsageError: The body does not match the annotation.
            OSError: A file cannot be read.
        """
        if [source, *(path for _, path in files)].count(STANDARD_INPUT) > 1:
            raise UsageError("standard input can be read only once: give files for the others")
        if files:
            return self._read_with_files(source, files, opened)
        if source is None:  # pragma: no cover - the caller has checked
            raise AssertionError
        if is_binary(self._kind):
            return self._read_binary(source, opened)
        text = read_text(source, opened)
        return text if members(self._kind) == [str] else self._convert(_document(text), self._kind)

    def _read_binary(self, source: str, opened: ExitStack) -> Any:
        if source == STANDARD_INPUT or source.startswith("@"):
            return File(_open(source, opened))
        for model in self._models:  # JSON is preferred over bytes if it matches a model
            try:
                return self._convert(_document(source), model)
            except UsageError:
                continue
        return source.encode()

    def _read_with_files(self, source: str | None, files: list[tuple[str, str]], opened: ExitStack) -> Any:
        names = list(dict.fromkeys(name for name, _ in files))
        known = {model: file_names(model) for model in self._models}
        fitting = [model for model, counts in known.items() if all(name in counts for name in names)]
        if not fitting:
            every = dict.fromkeys(name for counts in known.values() for name in counts)
            raise UsageError.unknown(
                "file in the body", next((name for name in names if name not in every), names[0]), every
            )
        text = "{}" if source is None else read_text(source, opened)
        given = {name: [_file(path, opened) for other, path in files if other == name] for name in names}
        errors: list[UsageError] = []
        for model in fitting:
            try:
                document = _document(text)
                for name, found in given.items():
                    _insert(document, name, found, known[model][name], _keys(model))
                return self._convert(document, model)
            except UsageError as error:
                errors.append(error)
        raise errors[0]

    def _convert(self, document: Any, kind: Any) -> Any:
        try:
            return from_json(document, kind)
        except ValueError as error:
            files = [name for model in self._models for name in file_names(model) if f"lacks {name!r}" in str(error)]
            hint = f": give it with --file {files[0]}=…" if files else ""
            raise UsageError(f"the body {error}{hint}") from None


def file_names(model: Any, within: tuple[Any, ...] = ()) -> dict[str, Count]:
    """Return the properties of a model that take files, by key; those of a nested object as `object.key`."""
    names: dict[str, Count] = {}
    for found in properties(model):
        kinds = members(found.kind)
        if File in kinds:
            names[found.key] = "one"
        elif is_list(found.kind) and File in item_kinds(found.kind):
            names[found.key] = "many"
        elif Any in kinds:
            names[found.key] = "any"
        for inner in kinds:
            if hasattr(inner, "from_dict") and inner not in (*within, model):
                nested = file_names(inner, (*within, model))
                names.update({f"{found.key}.{name}": count for name, count in nested.items() if count != "any"})
    return names


def properties(model: Any) -> list[Property]:
    """Return the properties of a model, in the order of its constructor."""
    annotations: dict[str, Any] = model.__annotations__
    keys = {name: key for key, name in _keys(model).items()}
    return [
        Property(
            keys.get(name, name),
            evaluate(annotations[name], model.__module__),
            parameter.default is parameter.empty,
        )
        for name, parameter in inspect.signature(model).parameters.items()
        if name in annotations
    ]


def _keys(model: Any) -> Mapping[str, str]:
    """Return the names of a model's attributes by their keys in JSON."""
    keys: Mapping[str, str] = getattr(sys.modules[model.__module__], "_KEYS", {})
    return keys


def _usage(model: Any) -> str:
    files = {name: count for name, count in file_names(model).items() if count != "any"}
    if not files:
        return "--body …"
    found = properties(model)
    required = {member.key for member in found if member.is_required}
    words = [
        text if name in required else f"[{text}]"
        for name, count in files.items()
        for text in (f"--file {name}=…" + (" …" if count == "many" else ""),)
    ]
    others = [member for member in found if member.key not in files]
    if others:
        words.append("--body …" if any(member.is_required for member in others) else "[--body …]")
    return " ".join(words)


def _document(text: str) -> Any:
    try:
        return parse_json(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the body is not JSON: {error}") from None


def _insert(document: Any, name: str, files: list[File], count: Count, keys: Mapping[str, str]) -> None:
    """Insert files into a body, by the name of a property, or by the path to one of a nested object."""
    if count == "one" and len(files) > 1:
        raise UsageError(f"{name} takes one file: give it once")
    value = files if count == "many" or len(files) > 1 else files[0]
    path = [name] if name in keys else name.split(".")
    for key in path[:-1]:
        document = document.setdefault(key, ToSend()) if isinstance(document, ToSend) else None
    if not isinstance(document, ToSend):
        raise UsageError(f"the body has no object to put {name} into")
    document[path[-1]] = value


def read_text(source: str, opened: ExitStack) -> str:
    """Return a text given on the command line, in a file (@FILE), or on standard input (-).

    Raises:
        UsageError: The text is not UTF-8.
        OSError: The file cannot be read.
    """
    if source != STANDARD_INPUT and not source.startswith("@"):
        return source
    try:
        return _open(source, opened).read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError("the body is not UTF-8") from None


def _open(source: str, opened: ExitStack) -> BinaryIO:
    """Open standard input (-), or a file (@FILE)."""
    if source == STANDARD_INPUT:
        return sys.stdin.buffer
    return opened.enter_context(Path(source.removeprefix("@")).open("rb"))


def _file(path: str, opened: ExitStack) -> File:
    if path == STANDARD_INPUT:
        return opened.enter_context(uploading(sys.stdin.buffer, file_name="stdin"))
    return opened.enter_context(uploading(path))
