"""The models of decoding.yaml for pydantic, as it comes and so that it keeps unknown properties, as ours do."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel


class Owner(BaseModel):
    """`Owner`, whose unknown properties are dropped."""

    name: str
    email: str


class Record(BaseModel):
    """`Record`, alike."""

    id: str
    title: str
    number: int
    public: bool
    status: Literal["draft", "open", "closed"]
    owner: Owner
    created: datetime
    updated: datetime
    note: str | None = None
    rank: int | None = None


class OpenOwner(Owner, extra="allow"):
    """`Owner`, whose unknown properties are kept."""


class OpenRecord(Record, extra="allow"):
    """`Record`, alike."""

    owner: OpenOwner
