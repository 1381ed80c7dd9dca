# Written by scripts/generate from the description of the API: changes made here are lost.
"""What attrs and pydantic want to know of a model: its attributes with their types, and how to read and write it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextvars import ContextVar
from importlib import import_module
from typing import Any, get_args, get_origin

import attrs

from . import models
from .types import Unset
from .values import UNREADABLE, json_value

_STRICT = {bool: "bool_schema", float: "float_schema", int: "int_schema", str: "str_schema"}
"""Types whose values are not made of others: a text is no number, though it may look like one."""

_under_way: ContextVar[tuple[str, ...]] = ContextVar("_under_way", default=())
"""The models around the one whose schema is being made: it may be one of them."""


class _Names(dict[str, Any]):
    """What annotations name: models are imported only for type checkers."""

    def __missing__(self, name: str) -> Any:
        try:
            return getattr(models, name)
        except AttributeError:
            raise KeyError(name) from None


def types_of(model: type[Any]) -> dict[str, Any]:
    """Return the types of a model's attributes, by their names."""
    types: dict[str, Any] = {}
    for base in reversed(model.__mro__):
        names = _Names(vars(sys.modules[base.__module__]))
        for name, annotation in vars(base).get("__annotations__", {}).items():
            if name in model.__slots__:
                types[name] = eval(annotation, {}, names) if isinstance(annotation, str) else annotation
    return types


def keys_of(model: type[Any]) -> dict[str, str]:
    """Return the keys in JSON of a model's attributes, by their names."""
    own = (base.__module__ for base in model.__mro__ if base.__module__.startswith(f"{models.__name__}."))
    renamed: dict[str, str] = getattr(sys.modules[next(own, __name__)], "_RENAMED", {})
    names: tuple[str, ...] = model.__slots__
    return {name: renamed.get(name, name) for name in names}


def defaults_of(model: type[Any]) -> dict[str, Any]:
    """Return what the constructor takes for arguments that it is not given, by their names."""
    constructor: Any = model.__init__
    return constructor.__kwdefaults__ or {}


def attributes_of(model: type[Any]) -> Any:
    """Return what `attrs.fields` gives for a model."""
    types, defaults = types_of(model), defaults_of(model)
    fields: dict[str, Any] = {
        name: attrs.field(
            default=defaults.get(name, attrs.NOTHING), kw_only=True, type=types[name], repr=name not in model._hidden
        )
        for name in model.__slots__
    }
    fields["additional_properties"] = attrs.field(default=None, kw_only=True, type=dict[str, Any])
    return attrs.fields(attrs.make_class(model.__name__, fields, collect_by_mro=True))


def pydantic_schema(model: type[Any], handler: Any) -> Any:
    """Return how pydantic checks and reads a model, writes it, and describes it in a JSON schema."""
    core: Any = import_module("pydantic_core").core_schema
    ref = f"{model.__module__}.{model.__qualname__}:{id(model)}"
    around = _under_way.get()
    if ref in around:
        return core.definition_reference_schema(ref)
    token = _under_way.set((*around, ref))
    try:
        fields = _fields(core, model, handler)
    finally:
        _under_way.reset(token)

    def read(value: Any, check: Callable[[Any], Any]) -> Any:
        if isinstance(value, model):
            return value
        check(value)  # which says what is wrong, and where
        try:
            return model.from_dict(json_value(value))
        except UNREADABLE as error:
            reason = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
            raise ValueError(f"it is no {model.__name__}: {reason}") from error

    inner = core.typed_dict_schema(
        fields, extra_behavior="allow", metadata={"pydantic_js_updates": {"title": model.__name__}}
    )
    return core.no_info_wrap_validator_function(
        read, inner, ref=ref, serialization=core.plain_serializer_function_ser_schema(model.to_dict)
    )


def _fields(core: Any, model: type[Any], handler: Any) -> dict[str, Any]:
    types, defaults = types_of(model), defaults_of(model)
    return {
        key: core.typed_dict_field(
            _schema(core, _described(types[name]) if name in defaults else types[name], handler),
            required=name not in defaults,
        )
        for name, key in keys_of(model).items()
    }


def _described(kind: Any) -> Any:
    """Return the type of an attribute that may be absent as it is described: without None where None is absent."""
    parts = get_args(kind)
    if Unset in parts or type(None) not in parts:
        return kind
    return _union([part for part in parts if part is not type(None)])


def _union(kinds: list[Any]) -> Any:
    union = kinds[0]
    for kind in kinds[1:]:
        union |= kind
    return union


def _schema(core: Any, kind: Any, handler: Any) -> Any:
    if kind in _STRICT:
        return getattr(core, _STRICT[kind])(strict=True)
    parts = [part for part in get_args(kind) if part is not Unset]
    if get_origin(kind) is list:
        return core.list_schema(_schema(core, parts[0], handler))
    if Unset in get_args(kind):
        return _schema(core, _union(parts), handler)
    if type(None) in parts and len(parts) > 1:
        return core.nullable_schema(_schema(core, _union([part for part in parts if part is not type(None)]), handler))
    return handler.generate_schema(kind)
