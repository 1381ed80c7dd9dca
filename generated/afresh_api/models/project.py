# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from attrs import define, field as _field

from ..values import nullable

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
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        from .project_settings import ProjectSettings

        d = dict(src_dict)
        model = cls(
            id=UUID(d.pop("id")),
            name=d.pop("name"),
            starts_on=nullable(d.pop("startsOn"), datetime.date.fromisoformat),
            settings=ProjectSettings.from_dict(d.pop("settings")),
        )
        model.additional_properties = d
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
