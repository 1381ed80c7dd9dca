# Written by scripts/generate from the description of the API: changes made here are lost.
"""What all models have in common.

They are plain classes, whose code is all there to be compiled ahead: those of attrs and dataclasses write their methods
when they are imported, which takes several times as long. What attrs and pydantic want to know of them is worked out
when they ask.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar, cast

from .types import Unset

T = TypeVar("T")

new = object.__new__
"""Makes an instance of a class without calling its `__init__`."""

_SECRET = re.compile(r"(?:passw(?:or)?d|passphrase|secret|(?:api|private)[_-]?key|(?<!page)(?<!page[_-])token)$", re.I)
"""Keys of what no repr shows. Of the properties that the description names, it is known better: see `_hidden`."""


def _redacted(value: object) -> object:
    """Leave out of JSON what a repr had better not show."""
    if isinstance(value, dict):
        return {
            key: "…" if isinstance(one, str) and _SECRET.search(str(key)) else _redacted(one)
            for key, one in cast("dict[object, object]", value).items()
        }
    return [_redacted(one) for one in cast("list[object]", value)] if isinstance(value, list) else value


class _Slots:
    __slots__ = ("__weakref__", "_additional")


class _Attributes:
    """The attributes of a model as `attrs.fields` has them, which are made when they are first asked for."""

    def __get__(self, _: object, model: type[Any]) -> Any:
        if "_attributes" not in vars(model):  # that of a base class has others
            from .introspection import attributes_of

            model._attributes = attributes_of(model)
        return model._attributes


class BaseModel(_Slots, Generic[T]):
    """A JSON object: its properties are attributes, and those that the description does not name are items.

    A model of a schema without properties has items alone.
    """

    __slots__: tuple[str, ...] = ()
    __match_args__: tuple[str, ...] = ()

    _additional: dict[str, T] | None
    _hidden: ClassVar[frozenset[str]] = frozenset()

    if TYPE_CHECKING:
        __attrs_attrs__: ClassVar[Any]
    else:
        __attrs_attrs__ = _Attributes()

    def __init__(self, *, additional_properties: dict[str, T] | None = None) -> None:
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object, for a request without what is read-only in it."""
        return {**(self._additional or {})}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object."""
        model = new(cls)
        model._additional = {**data}
        return model

    @property
    def additional_properties(self) -> dict[str, T]:
        """The properties that the description does not name, by their keys."""
        # Most models have none: the dict is made where it is first asked for.
        if self._additional is None:
            self._additional = {}
        return self._additional

    @additional_properties.setter
    def additional_properties(self, properties: dict[str, T]) -> None:
        self._additional = properties

    @property
    def additional_keys(self) -> list[str]:
        """The keys that the description does not name."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> T:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: T) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        if (self._additional or {}) != (other._additional or {}):
            return False
        return all(getattr(self, name) == getattr(other, name) for name in self.__slots__)

    def __copy__(self) -> Self:
        copied = new(type(self))
        for name in self.__slots__:
            setattr(copied, name, getattr(self, name))
        copied._additional = self._additional and {**self._additional}
        return copied

    def __replace__(self, /, **changes: Any) -> Self:
        """Return a copy with other values of some attributes; `copy.replace` calls it, which Python has since 3.13."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return type(self)(**{**kept, "additional_properties": self._additional, **changes})

    def __rich_repr__(self) -> Iterator[tuple[str, Any]]:
        """Go through what there is to show: neither what is absent nor what is secret."""
        defaults: Mapping[str, Any] = type(self).__init__.__kwdefaults__ or {}
        for name in self.__slots__:
            value = getattr(self, name)
            is_absent = name in defaults and (isinstance(value, Unset) or (value is None and defaults[name] is None))
            if not is_absent and name not in self._hidden:
                yield name, _redacted(value)
        if self._additional:
            yield "additional_properties", _redacted(self._additional)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, handler: Any) -> Any:
        """Tell pydantic how to read and write the model, as an argument or an answer of a FastAPI route for one."""
        from .introspection import pydantic_schema

        return pydantic_schema(cls, handler)
