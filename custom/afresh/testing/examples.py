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
from afresh_api.values import is_array, is_object

from .decoding import UnfitError, read
from .fitting import attribute_types, is_model, members, misfit
from .limits import Node, broken, broken_by, inside, named, parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ModelT = TypeVar("ModelT", bound=BaseModel[Any])

TAGS: Final[dict[str, dict[str, Any]]] = import_module(f"{models.__name__}._tags").TAGS
"""The values by which objects of one model are told from those of another, by models and keys."""

VARIANTS: Final = 8
"""How many members of a union are tried."""

DEEP: Final = 3
"""How deep optional attributes and items of lists are filled."""

MANY: Final = 100
"""How many items are made at the most."""

LONG: Final = 100_000
"""How many characters are made at the most."""

Told = Literal["all", "plain", "none"]
TOLD: Final[tuple[Told, ...]] = ("all", "plain", "none")

_FORMATS: Final = {
    "byte": "ZXhhbXBsZQ==",
    "duration": "PT1H",
    "email": "ada@example.com",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "time": "03:04:05Z",
    "uri": "https://example.com",
}

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

    The values are those of the description where it has some, and within its limits.

    Args:
        model: The class of the model.
        attributes: The values of attributes that matter.
    """
    made: Any = next(_within_limits(model), None)
    if made is None:
        made = example_of(model, model.__name__)
    kept = {name: getattr(made, name) for name in model.__slots__}
    return model(**{**kept, **attributes})


def _within_limits(model: type[ModelT]) -> Iterator[ModelT]:
    for told in TOLD:
        made: ModelT = example_of(model, model.__name__, told=told)
        if misfit(made, model, "") is None and broken_by(made, "") is None:
            yield made


def example_of(
    kind: Any, name: str, node: Node | None = None, *, variant: int = 0, is_full: bool = True, told: Told = "all"
) -> Any:
    """Make a value of a type.

    Args:
        kind: The type.
        name: What a text says.
        node: What is known of its limits, and of examples.
        variant: Which member of a union is made.
        is_full: Whether what is optional is there.
        told: Which examples of the description are taken: "all", "plain" ones of parts that have no parts, or "none".
    """
    return _Maker(variant, is_full=is_full, told=told).make(kind, name, (), [node] if node else [])


class _Maker:
    def __init__(self, variant: int, *, is_full: bool, told: Told) -> None:
        self._variant = variant
        self._is_full = is_full
        self._told = told

    def make(self, kind: Any, name: str, around: tuple[Any, ...], nodes: Sequence[Node], index: int = 0) -> Any:
        """Make a value, within models of some types; `index` is its place in a list."""
        options = [option for option in members(kind) if option not in {None, NoneType, Unset}]
        if not options or (len(around) > DEEP and len(options) < len(members(kind))):
            return None
        option = options[self._variant % len(options)]
        if is_model(option):
            own = named(option.__name__)
            nodes = [*nodes, own] if own and not around else [own] if own else nodes
        for value in self._told_by(nodes):
            try:
                return read(value, option if len(around) else kind, name)
            except UnfitError:
                continue
        origin = get_origin(option)
        if origin is Literal:
            return get_args(option)[index % len(get_args(option))]
        if origin is list:
            return self._list(get_args(option)[0], name, around, nodes)
        if origin is dict:
            inner = inside(nodes, "{}")
            return {} if len(around) > DEEP else {"key": self.make(get_args(option)[1], name, around, inner)}
        if is_model(option):
            return self._model(option, around, nodes)
        return self._plain(option, name, nodes, index)

    def _told_by(self, nodes: Sequence[Node]) -> Iterator[Any]:
        """Go through the examples of the description that are within its limits."""
        if self._told == "none":
            return
        for node in nodes:
            for part in parts(node):
                for value in part.get("examples", ()):
                    has_parts = is_object(value) or is_array(value)
                    if (self._told == "all" or not has_parts) and broken(value, node, "") is None:
                        yield value

    def _list(self, kind: Any, name: str, around: tuple[Any, ...], nodes: Sequence[Node]) -> Any:
        known = [part for node in nodes for part in parts(node)]
        least = 0 if len(around) > DEEP else max((part.get("minItems", 1) for part in known), default=1)
        most = min((part.get("maxItems", least) for part in known), default=least)
        inner = inside(nodes, "[]")
        return [self.make(kind, name, around, inner, index) for index in range(min(least, most, MANY))]

    def _model(self, kind: Any, around: tuple[Any, ...], nodes: Sequence[Node]) -> Any:
        if around.count(kind) > 1:
            raise RecursionError(f"{kind.__name__} needs another one of itself")
        defaults = defaults_of(kind)
        within, keys = (*around, kind), keys_of(kind)
        tags = TAGS.get(kind.__name__, {})
        return kind(
            **{
                name: tags.get(keys[name]) or self.make(described, name, within, inside(nodes, keys[name]))
                for name, described in attribute_types(kind).items()
                if name not in defaults
                or (self._is_full and kind not in around and len(within) <= DEEP)
                or misfit(defaults[name], described, name)  # which only requests may lack
            }
        )

    @staticmethod
    def _plain(kind: Any, name: str, nodes: Sequence[Node], index: int) -> Any:
        """Make a value that has no parts."""
        if kind in _PLAIN:
            made = _PLAIN[kind]()
            return made + index if kind in {int, float} else made
        known = [part for node in nodes for part in parts(node)]
        by_format = next((_FORMATS[part["format"]] for part in known if part.get("format") in _FORMATS), None)
        text = by_format or name.replace("_", " ").strip() + (f" {index}" if index else "")
        least = max((part.get("minLength", 0) for part in known), default=0)
        most = min((part.get("maxLength", len(text)) for part in known), default=len(text))
        return (text[:most].strip() or text[:most]).ljust(min(least, LONG), "x")
