# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from attrs import define, field as _field

from ..values import additional, format_datetime, parse_datetime

if TYPE_CHECKING:
    from .role import Role


@define
class User:
    """The model `User`."""

    id: UUID
    username: str
    display_name: str
    email: str | None
    role: Role
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _field(factory=dict[str, Any], init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**self.additional_properties}
        result["id"] = str(self.id)
        result["username"] = self.username
        result["displayName"] = self.display_name
        result["email"] = self.email
        result["role"] = self.role
        result["createdAt"] = format_datetime(self.created_at)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = cls.__new__(cls)
        model.id = UUID(data["id"])
        model.username = data["username"]
        model.display_name = data["displayName"]
        model.email = data["email"]
        model.role = data["role"]
        model.created_at = parse_datetime(data["createdAt"])
        model.additional_properties = {} if len(data) == 6 else additional(data, _KEYS)
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


_KEYS = frozenset({"id", "username", "displayName", "email", "role", "createdAt"})
