# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from .. import models
from ..base_model import BaseModel, new
from ..values import (
    additional,
    as_map,
    format_date,
    format_datetime,
    format_uuid,
    json_object,
    listed,
    listed as _listed,
    parse_datetime,
    parse_uuid,
)

if TYPE_CHECKING:
    from .priority import Priority
    from .task_status import TaskStatus
    from .user import User


class Task(BaseModel[Any]):
    """
    Attributes:
        priority: 1 is the most urgent.
        custom_fields: Free-form values, by the names that a team gave them.
        estimate: Hours; absent where nobody has estimated yet.
    """

    __slots__ = __match_args__ = (
        "id",
        "project_id",
        "title",
        "description",
        "status",
        "priority",
        "labels",
        "due_on",
        "assignee",
        "custom_fields",
        "created_at",
        "updated_at",
        "estimate",
    )

    id: UUID
    project_id: UUID
    title: str
    description: str | None
    status: TaskStatus
    priority: Priority
    """1 is the most urgent."""

    labels: list[str]
    due_on: datetime.date | None
    assignee: User | None
    custom_fields: dict[str, str]
    """Free-form values, by the names that a team gave them."""

    created_at: datetime.datetime
    updated_at: datetime.datetime
    estimate: float | None
    """Hours; absent where nobody has estimated yet."""

    def __init__(
        self,
        *,
        id: UUID,
        project_id: UUID,
        title: str,
        description: str | None,
        status: TaskStatus,
        priority: Priority,
        labels: list[str],
        due_on: datetime.date | None,
        assignee: User | None,
        custom_fields: dict[str, str],
        created_at: datetime.datetime,
        updated_at: datetime.datetime,
        estimate: float | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.id = id
        self.project_id = project_id
        self.title = title
        self.description = description
        self.status = status
        self.priority = priority
        self.labels = _listed(labels)
        self.due_on = due_on
        self.assignee = assignee
        self.custom_fields = custom_fields
        self.created_at = created_at
        self.updated_at = updated_at
        self.estimate = estimate
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["id"] = format_uuid(self.id)
        result["projectId"] = format_uuid(self.project_id)
        result["title"] = self.title
        result["description"] = self.description
        result["status"] = self.status
        result["priority"] = self.priority
        self.labels = listed(self.labels)
        result["labels"] = self.labels
        result["dueOn"] = None if self.due_on is None else format_date(self.due_on)
        result["assignee"] = None if self.assignee is None else self.assignee.to_dict()
        result["customFields"] = as_map(self.custom_fields)
        result["createdAt"] = format_datetime(self.created_at)
        result["updatedAt"] = format_datetime(self.updated_at)
        if self.estimate is not None:
            result["estimate"] = self.estimate
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.id = parse_uuid(data["id"])
        model.project_id = parse_uuid(data["projectId"])
        model.title = data["title"]
        model.description = data["description"]
        model.status = data["status"]
        model.priority = data["priority"]
        model.labels = data["labels"]
        model.due_on = None if (value := data["dueOn"]) is None else datetime.date.fromisoformat(value)
        model.assignee = None if (value := data["assignee"]) is None else models.User.from_dict(value)
        model.custom_fields = json_object(data["customFields"])
        model.created_at = parse_datetime(data["createdAt"])
        model.updated_at = parse_datetime(data["updatedAt"])
        model.estimate = data.get("estimate")
        model._additional = None if len(data) == 12 + ("estimate" in data) else additional(data, _KEYS)
        return model


_KEYS = {
    "id": "id",
    "projectId": "project_id",
    "title": "title",
    "description": "description",
    "status": "status",
    "priority": "priority",
    "labels": "labels",
    "dueOn": "due_on",
    "assignee": "assignee",
    "customFields": "custom_fields",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
    "estimate": "estimate",
}
