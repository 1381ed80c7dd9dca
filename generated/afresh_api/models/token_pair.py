# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from ..base_model import BaseModel, new
from ..values import additional


class TokenPair(BaseModel[Any]):
    """
    Attributes:
        expires_in: Seconds until the access token expires.
    """

    __slots__ = __match_args__ = ("access_token", "refresh_token", "token_type", "expires_in")
    _hidden = frozenset({"access_token", "refresh_token"})

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"]
    expires_in: float
    """Seconds until the access token expires."""

    def __init__(
        self,
        *,
        access_token: str,
        refresh_token: str,
        token_type: Literal["Bearer"],
        expires_in: float,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.access_token = access_token
        self.refresh_token = refresh_token
        self.token_type = token_type
        self.expires_in = expires_in
        self._additional = {**additional_properties} if additional_properties else None

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


_KEYS = {
    "accessToken": "access_token",
    "refreshToken": "refresh_token",
    "tokenType": "token_type",
    "expiresIn": "expires_in",
}
