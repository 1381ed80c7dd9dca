# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from attrs import define, field as _field

from .. import models
from ..values import additional

if TYPE_CHECKING:
    from .project_settings import ProjectSettings


@define
class Project:
    """The model `Project`.

    Attributes:
        settings: Whatever the team's own tools keep here.
    """

    id: UUID
    name: str
    starts_on: datetime.date | None
    settings: ProjectSettings
    additional_properties: dict[str, Any] = _field(factory=dict[str, Any], init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**self.additional_properties}
        result["id"] = str(self.id)
        result["name"] = self.name
        result["startsOn"] = None if self.starts_on is None else self.starts_on.isoformat()
        result["settings"] = self.settings.to_dict()
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = cls.__new__(cls)
        model.id = UUID(data["id"])
        model.name = data["name"]
        model.starts_on = None if (value := data["startsOn"]) is None else datetime.date.fromisoformat(value)
        model.settings = models.ProjectSettings.from_dict(data["settings"])
        model.additional_properties = {} if len(data) == 4 else additional(data, _KEYS)
        return model

    @property
    def additional_keys(self) -> list[str]:
        """The keys that the description does not name."""
        return list(self.additional_properties)

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties


_KEYS = frozenset({"id", "name", "startsOn", "settings"})
