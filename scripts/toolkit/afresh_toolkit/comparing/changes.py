"""A change of the public surface, and what it does to those who use it."""

from enum import IntEnum

from attrs import define


class Kind(IntEnum):
    """What a change is, the least first: what a release's version must tell (Semantic Versioning 2.0.0)."""

    FIX = 0
    ADDITION = 1
    BREAKING = 2


@define(frozen=True, order=True)
class Change:
    """A change: what it is, what it is of (such as `tasks.list(status)` or `Task.title`), and what was changed."""

    kind: Kind
    subject: str
    said: str

    def __str__(self) -> str:
        """Say it in one line."""
        return f"`{self.subject}` {self.said}"
