# Written by scripts/generate from the description of the API: changes made here are lost.
from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from .. import models
from ..base_model import BaseModel, new
from ..values import additional, format_datetime, parse_datetime

if TYPE_CHECKING:
    from .attachment import Attachment


class FileAttached(BaseModel[Any]):
    __slots__ = __match_args__ = ("kind", "at", "by", "attachment")

    kind: Literal["file_attached"]
    at: datetime.datetime
    by: str
    attachment: Attachment

    def __init__(
        self,
        *,
        kind: Literal["file_attached"],
        at: datetime.datetime,
        by: str,
        attachment: Attachment,
        additional_properties: dict[str, Any] | None = None,
    ) -> None:
        self.kind = kind
        self.at = at
        self.by = by
        self.attachment = attachment
        self._additional = {**additional_properties} if additional_properties else None

    def to_dict(self, *, for_request: bool = False) -> dict[str, Any]:
        """Return the model as a JSON object."""
        result: dict[str, Any] = {**(self._additional or {})}
        result["kind"] = self.kind
        result["at"] = format_datetime(self.at)
        result["by"] = self.by
        result["attachment"] = self.attachment.to_dict()
        return result

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Make the model of a JSON object.

        Raises KeyError, ValueError, TypeError or AttributeError where it is not as described.
        """
        model = new(cls)
        model.kind = data["kind"]
        model.at = parse_datetime(data["at"])
        model.by = data["by"]
        model.attachment = models.Attachment.from_dict(data["attachment"])
        model._additional = None if len(data) == 4 else additional(data, _KEYS)
        return model


_KEYS = {"kind": "kind", "at": "at", "by": "by", "attachment": "attachment"}
