"""What is wrong with a command line."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from ._errors import SDKError

if TYPE_CHECKING:
    from collections.abc import Iterable


class UsageError(SDKError):
    """The command line makes no sense."""

    @classmethod
    def unknown(cls, what: str, name: str, known: Iterable[str]) -> UsageError:
        """Make the error for a name that is none of those that are known, with the one that may have been meant."""
        names = list(known)
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}" if names else "there are none"
        return cls(f"there is no {what} {name!r}: {hint}")
