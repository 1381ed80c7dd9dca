# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from ..base_model import BaseModel, new
from ..values import additional


class Credentials(BaseModel[Any]):
    """
    Attributes:
        username: 1 to 100 characters.
        password: 1 to 200 characters.
    """

    __slots__ = __match_args__ = ("username", "password")
    _hidden = frozenset({"password"})

    username: str
    """1 to 100 characters."""

    password: str
    """1 to 200 characters."""

    def __init__(self, *, username: str, password: str, additional_properties: dict[str, Any] | None = None) -> None:
        self.username = username
        self.password = password
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["username"] = self.username
        result["password"] = self.password
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.username = data["username"]
        model.password = data["password"]
        model._additional = None if len(data) == 2 else additional(data, _KEYS)
        return model


_KEYS = {"username": "username", "password": "password"}
