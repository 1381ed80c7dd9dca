# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new


class ProjectSettings(BaseModel[Any]):
    """Whatever the team's own tools keep here."""

    __slots__ = __match_args__ = ()

    def __init__(self, *, additional_properties: dict[str, Any] | None = None) -> None:
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model._additional = {**data}
        return model
