"""Makes example values of types: the same ones each time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args, get_origin
from uuid import UUID

from afresh._http import httpx
from afresh_api import models
from afresh_api.base_model import BaseModel
from afresh_api.introspection import defaults_of, keys_of
from afresh_api.types import File, Unset

from .fitting import attribute_types, is_model, members, misfit

if TYPE_CHECKING:
    from collections.abc import Callable

ModelT = TypeVar("ModelT", bound=BaseModel[Any])

TAGS: Final[dict[str, dict[str, Any]]] = import_module(f"{models.__name__}._tags").TAGS
"""The values by which objects of one model are told from those of another, by models and keys."""

VARIANTS: Final = 8
"""How many members of a union are tried."""

DEEP: Final = 3
"""How deep optional attributes and items of lists are filled."""

_MOMENT: Final = dt.datetime(2030, 1, 2, 3, 4, 5, tzinfo=dt.UTC)

_PLAIN: Final[dict[Any, Callable[[], Any]]] = {
    bool: lambda: True,
    int: lambda: 1,
    float: lambda: 1.5,
    bytes: lambda: b"example",
    dt.datetime: lambda: _MOMENT,
    dt.date: _MOMENT.date,
    dt.time: _MOMENT.timetz,
    dt.timedelta: lambda: dt.timedelta(hours=1),
    Decimal: lambda: Decimal("1.5"),
    httpx.Headers: httpx.Headers,
    UUID: lambda: UUID("00000000-0000-4000-8000-000000000001"),
    File: lambda: File(BytesIO(b"example"), "example.bin"),
}


def example(model: type[ModelT], **attributes: Any) -> ModelT:
    """Make a model with example values, but for some attributes: `example(Task, title="Write")`.

    Args:
        model: The class of the model.
        attributes: The values of attributes that matter.
    """
    made: ModelT = example_of(model, model.__name__)
    kept = {name: getattr(made, name) for name in model.__slots__}
    return model(**{**kept, **attributes})


def example_of(kind: Any, name: str, *, variant: int = 0, is_full: bool = True) -> Any:
    """Make a value of a type.

    Args:
        kind: The type.
        name: What a text says.
        variant: Which member of a union is made.
        is_full: Whether what is optional is there.
    """
    return _Maker(variant, is_full=is_full).make(kind, name, ())


class _Maker:
    def __init__(self, variant: int, *, is_full: bool) -> None:
        self._variant = variant
        self._is_full = is_full

    def make(self, kind: Any, name: str, around: tuple[Any, ...]) -> Any:
        """Make a value, within models of some types."""
        options = [option for option in members(kind) if option not in {None, NoneType, Unset}]
        if not options or (len(around) > DEEP and len(options) < len(members(kind))):
            return None
        option = options[self._variant % len(options)]
        origin = get_origin(option)
        if origin is Literal:
            return get_args(option)[0]
        if origin is list:
            return [] if len(around) > DEEP else [self.make(get_args(option)[0], name, around)]
        if origin is dict:
            return {} if len(around) > DEEP else {"key": self.make(get_args(option)[1], name, around)}
        if is_model(option):
            return self._model(option, around)
        return _PLAIN[option]() if option in _PLAIN else name.replace("_", " ").strip()

    def _model(self, kind: Any, around: tuple[Any, ...]) -> Any:
        if around.count(kind) > 1:
            raise RecursionError(f"{kind.__name__} needs another one of itself")
        defaults = defaults_of(kind)
        inside, keys = (*around, kind), keys_of(kind)
        tags = TAGS.get(kind.__name__, {})
        return kind(
            **{
                name: tags.get(keys[name]) or self.make(described, name, inside)
                for name, described in attribute_types(kind).items()
                if name not in defaults
                or (self._is_full and kind not in around and len(inside) <= DEEP)
                or misfit(defaults[name], described, name)  # which only requests may lack
            }
        )
