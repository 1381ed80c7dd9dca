# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from attrs import define, field as _field

from ..values import additional


@define
class TokenPair:
    """The model `TokenPair`.

    Attributes:
        expires_in: Seconds until the access token expires.
    """

    access_token: str = _field(repr=False)
    refresh_token: str = _field(repr=False)
    token_type: Literal["Bearer"]
    expires_in: float
    additional_properties: dict[str, Any] = _field(factory=dict[str, Any], init=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**self.additional_properties}
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
        model = cls.__new__(cls)
        model.access_token = data["accessToken"]
        model.refresh_token = data["refreshToken"]
        model.token_type = data["tokenType"]
        model.expires_in = data["expiresIn"]
        model.additional_properties = {} if len(data) == 4 else additional(data, _KEYS)
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


_KEYS = frozenset({"accessToken", "refreshToken", "tokenType", "expiresIn"})
