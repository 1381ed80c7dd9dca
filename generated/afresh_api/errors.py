# Written by scripts/generate from the description of the API: changes made here are lost.
"""The errors that the functions in `api` raise by themselves."""

import datetime
from typing import Any


class InvalidValue(ValueError, TypeError):
    """A value cannot be sent in its place; `reason` says what it must be, or why it cannot."""

    def __init__(self, value: Any, reason: str) -> None:
        super().__init__(value, reason)
        self.value = value
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.shown} {self.reason}"

    @property
    def shown(self) -> str:
        """The value, or of what may be long or secret, its type alone."""
        is_short = self.value is None or isinstance(self.value, bool | int | float | datetime.date)
        return repr(self.value) if is_short or self.value in ("", ".", "..") else f"a value of type {kind(self.value)}"


def kind(value: Any) -> str:
    """Name the type of a value, as a message wants it."""
    return "None" if value is None else type(value).__name__


class UnexpectedStatus(Exception):
    """The answer has a status that is not described; raised only where `Client.raise_on_unexpected_status` is set."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(status_code, content)

    def __str__(self) -> str:
        return f"Unexpected status {self.status_code}; the answer was: {self.content.decode(errors='replace')}"


class UnexpectedBody(Exception):
    """The answer means success, but holds something else than what is described; the cause says in what it differs."""

    def __init__(self, status_code: int, content: bytes) -> None:
        self.status_code = status_code
        self.content = content
        super().__init__(status_code, content)

    def __str__(self) -> str:
        return f"Unexpected body with status {self.status_code}: {self.content[:2000].decode(errors='replace')}"


__all__ = ["InvalidValue", "UnexpectedBody", "UnexpectedStatus"]
