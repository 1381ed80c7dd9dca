# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from ..base_model import BaseModel, new
from ..types import UNSET, Unset
from ..values import additional, as_map, format_date, format_uuid, json_object, listed, listed as _listed, parse_uuid

if TYPE_CHECKING:
    from .priority import Priority


class NewTask(BaseModel[Any]):
    """
    Attributes:
        title: 1 to 200 characters.
        project_id: The default project where absent.
        description: At most 10000 characters.
        priority: 1 is the most urgent.
        estimate: From 0 to 10000.
        labels: At most 20 items.
        custom_fields: Free-form values, by the names that a team gave them.
    """

    __slots__ = __match_args__ = (
        "title",
        "project_id",
        "description",
        "priority",
        "estimate",
        "labels",
        "due_on",
        "custom_fields",
    )

    title: str
    """1 to 200 characters."""

    project_id: UUID | None
    """The default project where absent."""

    description: str | None | Unset
    """At most 10000 characters."""

    priority: Priority | None
    """1 is the most urgent."""

    estimate: float | None
    """From 0 to 10000."""

    labels: list[str] | None
    """At most 20 items."""

    due_on: datetime.date | None | Unset
    custom_fields: dict[str, str] | None
    """Free-form values, by the names that a team gave them."""

    def __init__(
        self,
        *,
        title: str,
        project_id: UUID | None = None,
        description: str | None | Unset = UNSET,
        priority: Priority | None = None,
        estimate: float | None = None,
        labels: list[str] | None = None,
        due_on: datetime.date | None | Unset = UNSET,
        custom_fields: dict[str, str] | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.title = title
        self.project_id = project_id
        self.description = description
        self.priority = priority
        self.estimate = estimate
        self.labels = _listed(labels)
        self.due_on = due_on
        self.custom_fields = custom_fields
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["title"] = self.title
        if self.project_id is not None:
            result["projectId"] = format_uuid(self.project_id)
        if not isinstance(self.description, Unset):
            result["description"] = self.description
        if self.priority is not None:
            result["priority"] = self.priority
        if self.estimate is not None:
            result["estimate"] = self.estimate
        if self.labels is not None:
            self.labels = listed(self.labels)
            result["labels"] = self.labels
        if not isinstance(self.due_on, Unset):
            result["dueOn"] = None if self.due_on is None else format_date(self.due_on)
        if self.custom_fields is not None:
            result["customFields"] = as_map(self.custom_fields)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.title = data["title"]
        model.project_id = None if (value := data.get("projectId")) is None else parse_uuid(value)
        model.description = data.get("description", UNSET)
        model.priority = data.get("priority")
        model.estimate = data.get("estimate")
        model.labels = data.get("labels")
        model.due_on = (
            value
            if (value := data.get("dueOn", UNSET)) is None or value is UNSET
            else datetime.date.fromisoformat(value)
        )
        model.custom_fields = None if (value := data.get("customFields")) is None else json_object(value)
        model._additional = None if _KEYS.keys() >= data.keys() else additional(data, _KEYS)
        return model


_KEYS = {
    "title": "title",
    "projectId": "project_id",
    "description": "description",
    "priority": "priority",
    "estimate": "estimate",
    "labels": "labels",
    "dueOn": "due_on",
    "customFields": "custom_fields",
}
