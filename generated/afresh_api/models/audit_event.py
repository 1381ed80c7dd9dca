# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new
from ..values import additional, format_datetime, parse_datetime


class AuditEvent(BaseModel[Any]):
    __slots__ = __match_args__ = ("at", "username", "action")

    at: datetime.datetime
    username: str
    action: str

    def __init__(
        self, *, at: datetime.datetime, username: str, action: str, additional_properties: dict[str, Any] | None = None
    ) -> None:
        self.at = at
        self.username = username
        self.action = action
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["at"] = format_datetime(self.at)
        result["username"] = self.username
        result["action"] = self.action
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.at = parse_datetime(data["at"])
        model.username = data["username"]
        model.action = data["action"]
        model._additional = None if len(data) == 3 else additional(data, _KEYS)
        return model


_KEYS = {"at": "at", "username": "username", "action": "action"}
