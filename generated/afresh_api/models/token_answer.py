# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from .. import models
from ..base_model import BaseModel, new
from ..values import additional

if TYPE_CHECKING:
    from .token_pair import TokenPair


class TokenAnswer(BaseModel[Any]):
    __slots__ = __match_args__ = ("data",)

    data: TokenPair

    def __init__(self, *, data: TokenPair, additional_properties: dict[str, Any] | None = None) -> None:
        self.data = data
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["data"] = self.data.to_dict()
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.data = models.TokenPair.from_dict(data["data"])
        model._additional = None if len(data) == 1 else additional(data, _KEYS)
        return model


_KEYS = {"data": "data"}
