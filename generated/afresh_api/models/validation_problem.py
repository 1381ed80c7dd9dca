# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define, field as _field

from ..types import UNSET, Unset
from ..values import optional

if TYPE_CHECKING:
    from .validation_problem_invalid_field import ValidationProblemInvalidField


@define
class ValidationProblem:
    """The model `ValidationProblem`."""

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
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        from .validation_problem_invalid_field import ValidationProblemInvalidField

        d = dict(src_dict)
        model = cls(
            type_=d.pop("type"),
            title=d.pop("title"),
            status=d.pop("status"),
            errors=[ValidationProblemInvalidField.from_dict(item) for item in d.pop("errors")],
            detail=optional(d.pop("detail", None)),
            instance=optional(d.pop("instance", None)),
        )
        model.additional_properties = d
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
