# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field as _field

from .. import models
from ..types import UNSET, Unset
from ..values import additional

if TYPE_CHECKING:
    from .validation_problem_invalid_field import ValidationProblemInvalidField


@define
class ValidationProblem:
    """Problem details (RFC 9457)."""

    type_: str
    title: str
    status: int
    errors: list[ValidationProblemInvalidField]
    detail: str | Unset = UNSET
    instance: str | Unset = UNSET
    additional_properties: dict[str, Any] = _field(factory=dict[str, Any], init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**self.additional_properties}
        result["type"] = self.type_
        result["title"] = self.title
        result["status"] = self.status
        result["errors"] = [item.to_dict() for item in self.errors]
        if not isinstance(self.detail, Unset):
            result["detail"] = self.detail
        if not isinstance(self.instance, Unset):
            result["instance"] = self.instance
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = cls.__new__(cls)
        model.type_ = data["type"]
        model.title = data["title"]
        model.status = data["status"]
        model.errors = [models.ValidationProblemInvalidField.from_dict(item) for item in data["errors"]]
        model.detail = UNSET if (value := data.get("detail")) is None else value
        model.instance = UNSET if (value := data.get("instance")) is None else value
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


_KEYS = frozenset({"type", "title", "status", "errors", "detail", "instance"})
