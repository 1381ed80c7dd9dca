# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new
from ..types import File
from ..values import additional, file_from_bytes


class NewAttachment(BaseModel[Any]):
    """
    Attributes:
        note: At most 500 characters.
    """

    __slots__ = __match_args__ = ("file", "note")

    file: File
    note: str | None
    """At most 500 characters."""

    def __init__(
        self, *, file: File, note: str | None = None, additional_properties: dict[str, Any] | None = None
    ) -> None:
        self.file = file
        self.note = note
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["file"] = self.file.to_tuple()
        if self.note is not None:
            result["note"] = self.note
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.file = file_from_bytes(data["file"])
        model.note = data.get("note")
        model._additional = None if len(data) == 1 + ("note" in data) else additional(data, _KEYS)
        return model


_KEYS = {"file": "file", "note": "note"}
