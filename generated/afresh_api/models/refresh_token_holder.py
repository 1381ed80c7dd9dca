# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new
from ..values import additional


class RefreshTokenHolder(BaseModel[Any]):
    """
    Attributes:
        refresh_token: 1 to 500 characters.
    """

    __slots__ = __match_args__ = ("refresh_token",)
    _hidden = frozenset({"refresh_token"})

    refresh_token: str
    """1 to 500 characters."""

    def __init__(self, *, refresh_token: str, additional_properties: dict[str, Any] | None = None) -> None:
        self.refresh_token = refresh_token
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["refreshToken"] = self.refresh_token
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.refresh_token = data["refreshToken"]
        model._additional = None if len(data) == 1 else additional(data, _KEYS)
        return model


_KEYS = {"refreshToken": "refresh_token"}
