# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from ..base_model import BaseModel, new
from ..types import UNSET, Unset
from ..values import additional, format_date

if TYPE_CHECKING:
    from .priority import Priority
    from .task_status import TaskStatus


class TaskChanges(BaseModel[Any]):
    """
    Attributes:
        title: 1 to 200 characters.
        description: At most 10000 characters.
        priority: 1 is the most urgent.
    """

    __slots__ = __match_args__ = ("title", "description", "status", "priority", "due_on", "assign_to_me")

    title: str | None
    """1 to 200 characters."""

    description: str | None | Unset
    """At most 10000 characters."""

    status: TaskStatus | None
    priority: Priority | None
    """1 is the most urgent."""

    due_on: datetime.date | None | Unset
    assign_to_me: bool | None

    def __init__(
        self,
        *,
        title: str | None = None,
        description: str | None | Unset = UNSET,
        status: TaskStatus | None = None,
        priority: Priority | None = None,
        due_on: datetime.date | None | Unset = UNSET,
        assign_to_me: bool | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.title = title
        self.description = description
        self.status = status
        self.priority = priority
        self.due_on = due_on
        self.assign_to_me = assign_to_me
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        if self.title is not None:
            result["title"] = self.title
        if not isinstance(self.description, Unset):
            result["description"] = self.description
        if self.status is not None:
            result["status"] = self.status
        if self.priority is not None:
            result["priority"] = self.priority
        if not isinstance(self.due_on, Unset):
            result["dueOn"] = None if self.due_on is None else format_date(self.due_on)
        if self.assign_to_me is not None:
            result["assignToMe"] = self.assign_to_me
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.title = data.get("title")
        model.description = data.get("description", UNSET)
        model.status = data.get("status")
        model.priority = data.get("priority")
        model.due_on = (
            value
            if (value := data.get("dueOn", UNSET)) is None or value is UNSET
            else datetime.date.fromisoformat(value)
        )
        model.assign_to_me = data.get("assignToMe")
        model._additional = (
            None
            if len(data)
            == 0
            + ("title" in data)
            + ("description" in data)
            + ("status" in data)
            + ("priority" in data)
            + ("dueOn" in data)
            + ("assignToMe" in data)
            else additional(data, _KEYS)
        )
        return model


_KEYS = {
    "title": "title",
    "description": "description",
    "status": "status",
    "priority": "priority",
    "dueOn": "due_on",
    "assignToMe": "assign_to_me",
}
