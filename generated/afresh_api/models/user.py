# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from ..base_model import BaseModel, new
from ..values import additional, format_datetime, format_uuid, parse_datetime, parse_uuid

if TYPE_CHECKING:
    from .role import Role


class User(BaseModel[Any]):
    __slots__ = __match_args__ = ("id", "username", "display_name", "email", "role", "created_at")

    id: UUID
    username: str
    display_name: str
    email: str | None
    role: Role
    created_at: datetime.datetime

    def __init__(
        self,
        *,
        id: UUID,
        username: str,
        display_name: str,
        email: str | None,
        role: Role,
        created_at: datetime.datetime,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.username = username
        self.display_name = display_name
        self.email = email
        self.role = role
        self.created_at = created_at
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["id"] = format_uuid(self.id)
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
        model = new(cls)
        model.id = parse_uuid(data["id"])
        model.username = data["username"]
        model.display_name = data["displayName"]
        model.email = data["email"]
        model.role = data["role"]
        model.created_at = parse_datetime(data["createdAt"])
        model._additional = None if len(data) == 6 else additional(data, _KEYS)
        return model


_KEYS = {
    "id": "id",
    "username": "username",
    "displayName": "display_name",
    "email": "email",
    "role": "role",
    "createdAt": "created_at",
}
