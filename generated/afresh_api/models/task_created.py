# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal, Self

from ..base_model import BaseModel, new
from ..values import additional, format_datetime, parse_datetime


class TaskCreated(BaseModel[Any]):
    __slots__ = __match_args__ = ("kind", "at", "by")

    kind: Literal["task_created"]
    at: datetime.datetime
    by: str

    def __init__(
        self,
        *,
        kind: Literal["task_created"],
        at: datetime.datetime,
        by: str,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.at = at
        self.by = by
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["kind"] = self.kind
        result["at"] = format_datetime(self.at)
        result["by"] = self.by
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
        model._additional = None if len(data) == 3 else additional(data, _KEYS)
        return model


_KEYS = {"kind": "kind", "at": "at", "by": "by"}
