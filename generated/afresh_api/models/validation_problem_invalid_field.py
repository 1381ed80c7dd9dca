# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new
from ..values import additional


class ValidationProblemInvalidField(BaseModel[Any]):
    """
    Attributes:
        location: Where, for example `body/title` or `query/limit`.
    """

    __slots__ = __match_args__ = ("location", "message")

    location: str
    """Where, for example `body/title` or `query/limit`."""

    message: str

    def __init__(self, *, location: str, message: str, additional_properties: dict[str, Any] | None = None) -> None:
        self.location = location
        self.message = message
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["location"] = self.location
        result["message"] = self.message
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.location = data["location"]
        model.message = data["message"]
        model._additional = None if len(data) == 2 else additional(data, _KEYS)
        return model


_KEYS = {"location": "location", "message": "message"}
