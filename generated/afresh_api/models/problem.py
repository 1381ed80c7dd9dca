# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new
from ..types import ABSENT, UNSET, Unset
from ..values import additional


class Problem(BaseModel[Any]):
    """Problem details (RFC 9457).

    Attributes:
        status: From 400 to 599.
    """

    __slots__ = __match_args__ = ("type_", "title", "status", "detail", "instance")

    type_: str
    title: str
    status: int
    """From 400 to 599."""

    detail: str | Unset
    instance: str | Unset

    def __init__(
        self,
        *,
        type_: str,
        title: str,
        status: int,
        detail: str | None | Unset = UNSET,
        instance: str | None | Unset = UNSET,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.type_ = type_
        self.title = title
        self.status = status
        self.detail = UNSET if detail is None else detail
        self.instance = UNSET if instance is None else instance
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["type"] = self.type_
        result["title"] = self.title
        result["status"] = self.status
        if not isinstance(self.detail, ABSENT):
            result["detail"] = self.detail
        if not isinstance(self.instance, ABSENT):
            result["instance"] = self.instance
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.type_ = data["type"]
        model.title = data["title"]
        model.status = data["status"]
        model.detail = UNSET if (value := data.get("detail")) is None else value
        model.instance = UNSET if (value := data.get("instance")) is None else value
        model._additional = (
            None if len(data) == 3 + ("detail" in data) + ("instance" in data) else additional(data, _KEYS)
        )
        return model


_KEYS = frozenset({"type", "title", "status", "detail", "instance"})
_RENAMED = {"type_": "type"}
