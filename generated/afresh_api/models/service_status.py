# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal, Self

from ..base_model import BaseModel, new
from ..values import additional, format_datetime, parse_datetime


class ServiceStatus(BaseModel[Any]):
    __slots__ = __match_args__ = ("status", "now")

    status: Literal["ok"]
    now: datetime.datetime

    def __init__(
        self, *, status: Literal["ok"], now: datetime.datetime, additional_properties: dict[str, Any] | None = None
    ) -> None:
        self.status = status
        self.now = now
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["status"] = self.status
        result["now"] = format_datetime(self.now)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.status = data["status"]
        model.now = parse_datetime(data["now"])
        model._additional = None if len(data) == 2 else additional(data, _KEYS)
        return model


_KEYS = {"status": "status", "now": "now"}
