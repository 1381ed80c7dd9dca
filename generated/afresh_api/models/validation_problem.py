# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from .. import models
from ..base_model import BaseModel, new
from ..values import additional, as_array, as_list, listed, listed as _listed

if TYPE_CHECKING:
    from .validation_problem_invalid_field import ValidationProblemInvalidField


class ValidationProblem(BaseModel[Any]):
    """Problem details (RFC 9457).

    Attributes:
        status: From 400 to 599.
    """

    __slots__ = __match_args__ = ("type_", "title", "status", "errors", "detail", "instance")

    type_: str
    title: str
    status: int
    """From 400 to 599."""

    errors: list[ValidationProblemInvalidField]
    detail: str | None
    instance: str | None

    def __init__(
        self,
        *,
        type_: str,
        title: str,
        status: int,
        errors: list[ValidationProblemInvalidField],
        detail: str | None = None,
        instance: str | None = None,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.type_ = type_
        self.title = title
        self.status = status
        self.errors = _listed(errors)
        self.detail = detail
        self.instance = instance
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["type"] = self.type_
        result["title"] = self.title
        result["status"] = self.status
        self.errors = listed(self.errors)
        result["errors"] = [item.to_dict() for item in as_list(self.errors)]
        if self.detail is not None:
            result["detail"] = self.detail
        if self.instance is not None:
            result["instance"] = self.instance
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.type_ = data["type"]
        model.title = data["title"]
        model.status = data["status"]
        model.errors = list(map(models.ValidationProblemInvalidField.from_dict, as_array(data["errors"])))
        model.detail = data.get("detail")
        model.instance = data.get("instance")
        model._additional = (
            None if len(data) == 4 + ("detail" in data) + ("instance" in data) else additional(data, _KEYS)
        )
        return model


_KEYS = frozenset({"type", "title", "status", "errors", "detail", "instance"})
_RENAMED = {"type_": "type"}
