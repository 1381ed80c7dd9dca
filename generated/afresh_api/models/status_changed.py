# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from ..base_model import BaseModel, new
from ..values import additional, format_datetime, parse_datetime

if TYPE_CHECKING:
    from .task_status import TaskStatus


class StatusChanged(BaseModel[Any]):
    __slots__ = __match_args__ = ("kind", "at", "by", "from_", "to")

    kind: Literal["status_changed"]
    at: datetime.datetime
    by: str
    from_: TaskStatus
    to: TaskStatus

    def __init__(
        self,
        *,
        kind: Literal["status_changed"],
        at: datetime.datetime,
        by: str,
        from_: TaskStatus,
        to: TaskStatus,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.at = at
        self.by = by
        self.from_ = from_
        self.to = to
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["kind"] = self.kind
        result["at"] = format_datetime(self.at)
        result["by"] = self.by
        result["from"] = self.from_
        result["to"] = self.to
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.kind = data["kind"]
        model.at = parse_datetime(data["at"])
        model.by = data["by"]
        model.from_ = data["from"]
        model.to = data["to"]
        model._additional = None if len(data) == 5 else additional(data, _KEYS)
        return model


_KEYS = {"kind": "kind", "at": "at", "by": "by", "from": "from_", "to": "to"}
