"""Checks that values are of the types that the generated package has for them, and says where one is not."""

from __future__ import annotations

import datetime as dt
import inspect
import re
from collections.abc import AsyncIterable, Iterable
from decimal import Decimal
from functools import cache
from importlib import import_module
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin
from uuid import UUID

from afresh._http import httpx
from afresh_api import models
from afresh_api.base_model import BaseModel
from afresh_api.introspection import defaults_of, types_of
from afresh_api.types import BinaryBody, File, Unset
from afresh_api.values import is_array, is_mapping

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
    "datetime": dt,
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
    options, origin = members(kind), get_origin(kind)
    if len(options) > 1:
        yield from _in_union(value, options, kind, path)
    elif origin in {list, dict}:
        yield from _in_collection(value, kind, path)
    elif is_model(kind) and isinstance(value, kind):
        yield from _in_model(value, kind, path)
    elif not _is_plain(value, kind):
        yield _wrong(value, kind, path)


def _is_plain(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    origin = get_origin(kind)
    if origin is Literal:
        return any(value == option and type(value) is type(option) for option in get_args(kind))
    if kind in _STRICT:
        return isinstance(value, _STRICT[kind]) and not isinstance(value, bool)
    return isinstance(value, NoneType if kind is None else origin or kind)


def _in_union(value: Any, options: tuple[Any, ...], kind: Any, path: str) -> Iterator[str]:
    reasons = [misfit(value, option, path) for option in options]
    if None not in reasons:
        # What is wrong within the only alternative that it could be says more than that it is none of them.
        pairs = zip(reasons, options, strict=True)
        near = [reason for reason, option in pairs if is_model(option) and isinstance(value, option)]
        yield near[0] if len(near) == 1 and near[0] else _wrong(value, kind, path)


def _in_collection(value: Any, kind: Any, path: str) -> Iterator[str]:
    origin, (*_, inner) = get_origin(kind), get_args(kind)
    if is_array(value) if origin is list else is_mapping(value):
        for key, item in enumerate(value) if origin is list else value.items():
            yield from _misfits(item, inner, f"{path}[{key!r}]")
    else:
        yield _wrong(value, kind, path)


def _in_model(model: Any, kind: Any, path: str) -> Iterator[str]:
    defaults = defaults_of(kind)
    for name, described_type in attribute_types(kind).items():
        value = getattr(model, name)
        if name not in defaults or value is not defaults[name]:
            yield from _misfits(value, described_type, f"{path}.{name}")


def _wrong(value: Any, kind: Any, path: str) -> str:
    return f"{path}: {described(kind)} is described, and {found(value)} was found"
