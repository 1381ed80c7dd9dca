# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self
from uuid import UUID

from ..base_model import BaseModel, new
from ..values import additional, format_datetime, format_uuid, parse_datetime, parse_uuid


class Attachment(BaseModel[Any]):
    """
    Attributes:
        size: At least 0.
        sha256: Must match `^[0-9a-f]{64}$`.
    """

    __slots__ = __match_args__ = ("id", "task_id", "file_name", "media_type", "size", "sha256", "note", "created_at")

    id: UUID
    task_id: UUID
    file_name: str
    media_type: str
    size: int
    """At least 0."""

    sha256: str
    """Must match `^[0-9a-f]{64}$`."""

    note: str | None
    created_at: datetime.datetime

    def __init__(
        self,
        *,
        id: UUID,
        task_id: UUID,
        file_name: str,
        media_type: str,
        size: int,
        sha256: str,
        note: str | None,
        created_at: datetime.datetime,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.task_id = task_id
        self.file_name = file_name
        self.media_type = media_type
        self.size = size
        self.sha256 = sha256
        self.note = note
        self.created_at = created_at
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["id"] = format_uuid(self.id)
        result["taskId"] = format_uuid(self.task_id)
        result["fileName"] = self.file_name
        result["mediaType"] = self.media_type
        result["size"] = self.size
        result["sha256"] = self.sha256
        result["note"] = self.note
        result["createdAt"] = format_datetime(self.created_at)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.id = parse_uuid(data["id"])
        model.task_id = parse_uuid(data["taskId"])
        model.file_name = data["fileName"]
        model.media_type = data["mediaType"]
        model.size = data["size"]
        model.sha256 = data["sha256"]
        model.note = data["note"]
        model.created_at = parse_datetime(data["createdAt"])
        model._additional = None if len(data) == 8 else additional(data, _KEYS)
        return model


_KEYS = {
    "id": "id",
    "taskId": "task_id",
    "fileName": "file_name",
    "mediaType": "media_type",
    "size": "size",
    "sha256": "sha256",
    "note": "note",
    "createdAt": "created_at",
}
