"""Checks that values are of the types that the generated package has for them, and says where one is not."""

from __future__ import annotations

import datetime
import inspect
import re
from collections.abc import AsyncIterable, Iterable, Mapping
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, cast, get_args, get_origin
from uuid import UUID

import httpx

from afresh_api import models
from afresh_api.base_model import BaseModel
from afresh_api.introspection import defaults_of, types_of
from afresh_api.types import BinaryBody, File, Unset

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST_SHOWN: Final = 60

_STRICT: Final = {int: (int,), float: (float, int), str: (str,), bytes: (bytes,)}
"""The types of Python whose values are checked without subclasses such as bool among them."""


class _Names(dict[str, Any]):
    """What annotations name: what their module has, or else a model."""

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None


_KNOWN: Final = {
    "Any": Any,
    "AsyncIterable": AsyncIterable,
    "BinaryBody": BinaryBody,
    "Decimal": Decimal,
    "File": File,
    "Iterable": Iterable,
    "Literal": Literal,
    "UUID": UUID,
    "Unset": Unset,
    "datetime": datetime,
    "httpx": httpx,
}


@cache
def type_of(annotation: str) -> Any:
    """Return the type that an annotation of the generated package stands for."""
    return eval(annotation, {}, _Names(_KNOWN))  # noqa: S307 - generated with the package


def module_of(name: str) -> Any:
    """Return the module of an operation, by its name in `api`."""
    return import_module(f"{models.__name__.rpartition('.')[0]}.api.{name}")


@cache
def arguments_of(name: str) -> dict[str, inspect.Parameter]:
    """Return the arguments of an operation, with their types, by their names; `name` is that of its module in `api`."""
    module = module_of(name)
    names = _Names({**_KNOWN, **vars(module)})
    return {
        argument: parameter.replace(annotation=eval(parameter.annotation, {}, names))  # noqa: S307 - as above
        for argument, parameter in inspect.signature(module.arguments).parameters.items()
    }


attribute_types = cache(types_of)
"""Returns the types of a model's attributes, by their names."""


def members(kind: Any) -> tuple[Any, ...]:
    """Return the members of a union; any other type is the only one."""
    return get_args(kind) if get_origin(kind) in {Union, UnionType} else (kind,)


def is_model(kind: Any) -> bool:
    """Return whether a type is one of the models."""
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def misfit(value: Any, kind: Any, path: str) -> str | None:
    """Return what is wrong with a value, and where; None if it is of a type.

    Args:
        value: The value.
        kind: The type.
        path: What the value is called in a message.
    """
    return next(_misfits(value, kind, path), None)


def described(kind: Any) -> str:
    """Name a type as the generated code does."""
    if get_origin(kind) in {Union, UnionType}:
        return " | ".join(described(member) for member in get_args(kind))
    if kind is NoneType:
        return "None"
    if isinstance(kind, type) and not get_args(kind):
        return kind.__name__
    return re.sub(r"\b(?:\w+\.)+(?=\w)", "", str(kind))


def found(value: Any) -> str:
    """Show a value in a message; of one that is long, its type alone."""
    shown = repr(value)
    return shown if len(shown) <= LONGEST_SHOWN else f"a value of the type {type(value).__name__}"


def _misfits(value: Any, kind: Any, path: str) -> Iterator[str]:
    options = members(kind)
    if len(options) > 1:
        reasons = [misfit(value, option, path) for option in options]
        if None not in reasons:
            # What is wrong within the only alternative that it could be says more than that it is none of them.
            near = [
                reason for reason, option in zip(reasons, options, strict=True) if is_model(option) and isinstance(value, option)
            ]
            yield str(near[0]) if len(near) == 1 else _wrong(value, kind, path)
        return
    origin = get_origin(kind)
    if kind is Any:
        return
    if origin is Literal:
        if not any(value == option and type(value) is type(option) for option in get_args(kind)):
            yield _wrong(value, kind, path)
    elif origin is list:
        if not isinstance(value, list):
            yield _wrong(value, kind, path)
        else:
            for index, item in enumerate(cast("list[Any]", value)):
                yield from _misfits(item, get_args(kind)[0], f"{path}[{index}]")
    elif origin is dict:
        if not isinstance(value, Mapping):
            yield _wrong(value, kind, path)
        else:
            for key, item in cast("Mapping[Any, Any]", value).items():
                yield from _misfits(item, get_args(kind)[1], f"{path}[{key!r}]")
    elif is_model(kind):
        yield from _in_model(value, kind, path) if isinstance(value, kind) else [_wrong(value, kind, path)]
    elif kind in _STRICT:
        if not isinstance(value, _STRICT[kind]) or isinstance(value, bool):
            yield _wrong(value, kind, path)
    elif not isinstance(value, NoneType if kind is None else origin or kind):
        yield _wrong(value, kind, path)


def _in_model(model: Any, kind: type[Any], path: str) -> Iterator[str]:
    defaults = defaults_of(kind)
    for name, described_type in attribute_types(kind).items():
        value = getattr(model, name)
        if name not in defaults or value is not defaults[name]:
            yield from _misfits(value, described_type, f"{path}.{name}")


def _wrong(value: Any, kind: Any, path: str) -> str:
    return f"{path}: {described(kind)} is described, and {found(value)} was found"
