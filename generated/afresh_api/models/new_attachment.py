# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field as _field

from ..types import UNSET, File, Unset
from ..values import additional, file_from_bytes


@define
class NewAttachment:
    """The model `NewAttachment`."""

    file: File
    note: str | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict[str, Any], init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**self.additional_properties}
        result["file"] = self.file.to_tuple()
        if not isinstance(self.note, Unset):
            result["note"] = self.note
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = cls.__new__(cls)
        model.file = file_from_bytes(data["file"])
        model.note = UNSET if (value := data.get("note")) is None else value
        model.additional_properties = {} if _KEYS.issuperset(data) else additional(data, _KEYS)
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


_KEYS = frozenset({"file", "note"})
