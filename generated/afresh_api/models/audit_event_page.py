# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from .. import models
from ..base_model import BaseModel, new
from ..values import additional, as_array, as_list, listed, listed as _listed

if TYPE_CHECKING:
    from .audit_event import AuditEvent


class AuditEventPage(BaseModel[Any]):
    """
    Attributes:
        total: How many events there are on all pages. At least 0.
    """

    __slots__ = __match_args__ = ("items", "total")

    items: list[AuditEvent]
    total: int
    """How many events there are on all pages. At least 0."""

    def __init__(
        self, *, items: list[AuditEvent], total: int, additional_properties: dict[str, Any] | None = None
    ) -> None:
        self.items = _listed(items)
        self.total = total
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        self.items = listed(self.items)
        result["items"] = [item.to_dict() for item in as_list(self.items)]
        result["total"] = self.total
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.items = list(map(models.AuditEvent.from_dict, as_array(data["items"])))
        model.total = data["total"]
        model._additional = None if len(data) == 2 else additional(data, _KEYS)
        return model


_KEYS = frozenset({"items", "total"})
