# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field as _field

from ..values import additional, format_datetime, parse_datetime


@define
class TaskCreated:
    """The model `TaskCreated`."""

    kind: Literal["task_created"]
    at: datetime.datetime
    by: str
    additional_properties: dict[str, Any] = _field(factory=dict[str, Any], init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**self.additional_properties}
        result["kind"] = self.kind
        result["at"] = format_datetime(self.at)
        result["by"] = self.by
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = cls.__new__(cls)
        model.kind = data["kind"]
        model.at = parse_datetime(data["at"])
        model.by = data["by"]
        model.additional_properties = {} if len(data) == 3 else additional(data, _KEYS)
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


_KEYS = frozenset({"kind", "at", "by"})
