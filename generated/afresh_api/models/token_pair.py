# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from ..base_model import BaseModel, new
from ..values import additional


class TokenPair(BaseModel[Any]):
    """The model `TokenPair`.

    Attributes:
        expires_in: Seconds until the access token expires.
    """

    __slots__ = ("access_token", "refresh_token", "token_type", "expires_in")
    _hidden = frozenset({"access_token", "refresh_token"})

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: float

    def __init__(self, access_token: str, refresh_token: str, token_type: Literal["Bearer"], expires_in: float) -> None:
        self.access_token = access_token
        self.refresh_token = refresh_token
        self.token_type = token_type
        self.expires_in = expires_in
        self._additional = None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["accessToken"] = self.access_token
        result["refreshToken"] = self.refresh_token
        result["tokenType"] = self.token_type
        result["expiresIn"] = self.expires_in
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.access_token = data["accessToken"]
        model.refresh_token = data["refreshToken"]
        model.token_type = data["tokenType"]
        model.expires_in = data["expiresIn"]
        model._additional = None if len(data) == 4 else additional(data, _KEYS)
        return model


_KEYS = frozenset({"accessToken", "refreshToken", "tokenType", "expiresIn"})
