# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self
from uuid import UUID

from ..base_model import BaseModel, new
from ..types import ABSENT, UNSET, Unset
from ..values import additional, as_map, format_date, format_uuid, json_object, listed, listed as _listed, parse_uuid

if TYPE_CHECKING:
    from .priority import Priority


class NewTask(BaseModel[Any]):
    """The model `NewTask`.

    Attributes:
        project_id: The default project where absent.
        priority: 1 is the most urgent.
        custom_fields: Free-form values, by the names that a team gave them.
    """

    __slots__ = ("title", "project_id", "description", "priority", "estimate", "labels", "due_on", "custom_fields")

    title: str
    project_id: UUID | Unset
    description: str | None | Unset
    priority: Priority | Unset
    estimate: float | Unset
    labels: list[str] | Unset
    due_on: datetime.date | None | Unset
    custom_fields: dict[str, str] | Unset

    def __init__(
        self,
        title: str,
        project_id: UUID | None | Unset = UNSET,
        description: str | None | Unset = UNSET,
        priority: Priority | None | Unset = UNSET,
        estimate: float | None | Unset = UNSET,
        labels: list[str] | None | Unset = UNSET,
        due_on: datetime.date | None | Unset = UNSET,
        custom_fields: dict[str, str] | None | Unset = UNSET,
    ) -> None:
        self.title = title
        self.project_id = UNSET if project_id is None else project_id
        self.description = description
        self.priority = UNSET if priority is None else priority
        self.estimate = UNSET if estimate is None else estimate
        self.labels = UNSET if labels is None else _listed(labels)
        self.due_on = due_on
        self.custom_fields = UNSET if custom_fields is None else custom_fields
        self._additional = None

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["title"] = self.title
        if not isinstance(self.project_id, ABSENT):
            result["projectId"] = format_uuid(self.project_id)
        if not isinstance(self.description, Unset):
            result["description"] = self.description
        if not isinstance(self.priority, ABSENT):
            result["priority"] = self.priority
        if not isinstance(self.estimate, ABSENT):
            result["estimate"] = self.estimate
        if not isinstance(self.labels, ABSENT):
            self.labels = listed(self.labels)
            result["labels"] = self.labels
        if not isinstance(self.due_on, Unset):
            result["dueOn"] = None if self.due_on is None else format_date(self.due_on)
        if not isinstance(self.custom_fields, ABSENT):
            result["customFields"] = as_map(self.custom_fields)
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.title = data["title"]
        model.project_id = UNSET if (value := data.get("projectId")) is None else parse_uuid(value)
        model.description = data.get("description", UNSET)
        model.priority = UNSET if (value := data.get("priority")) is None else value
        model.estimate = UNSET if (value := data.get("estimate")) is None else value
        model.labels = UNSET if (value := data.get("labels")) is None else value
        model.due_on = (
            value
            if (value := data.get("dueOn", UNSET)) is None or value is UNSET
            else datetime.date.fromisoformat(value)
        )
        model.custom_fields = UNSET if (value := data.get("customFields")) is None else json_object(value)
        model._additional = None if _KEYS.issuperset(data) else additional(data, _KEYS)
        return model


_KEYS = frozenset({"title", "projectId", "description", "priority", "estimate", "labels", "dueOn", "customFields"})
