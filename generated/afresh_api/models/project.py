# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from ..base_model import BaseModel, new
from ..values import additional, as_map, format_date, format_uuid, json_object, parse_uuid


class Project(BaseModel[Any]):
    """
    Attributes:
        settings: Whatever the team's own tools keep here.
    """

    __slots__ = __match_args__ = ("id", "name", "starts_on", "settings")

    id: UUID
    name: str
    starts_on: datetime.date | None
    settings: dict[str, Any]
    """Whatever the team's own tools keep here."""

    def __init__(
        self,
        *,
        id: UUID,
        name: str,
        starts_on: datetime.date | None,
        settings: dict[str, Any],
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.name = name
        self.starts_on = starts_on
        self.settings = settings
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["id"] = format_uuid(self.id)
        result["name"] = self.name
        result["startsOn"] = None if self.starts_on is None else format_date(self.starts_on)
        result["settings"] = as_map(self.settings)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.id = parse_uuid(data["id"])
        model.name = data["name"]
        model.starts_on = None if (value := data["startsOn"]) is None else datetime.date.fromisoformat(value)
        model.settings = json_object(data["settings"])
        model._additional = None if len(data) == 4 else additional(data, _KEYS)
        return model


_KEYS = {"id": "id", "name": "name", "startsOn": "starts_on", "settings": "settings"}
