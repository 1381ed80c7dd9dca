"""What is wrong with a command line, and how the console tells of errors."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from afresh._errors import APIError, SDKError
from afresh_api.values import is_object, is_string

from .values import to_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LONGEST_BODY: Final = 2000
LONGEST_PAGE: Final = 300
"""How many characters of a body are shown: of JSON, and of what is none, such as a proxy's page."""

_SEE_BODY: Final = re.compile(r"\s*See `body`(?: for what the server says)?(?:\.|; (if ))")
_RETRY_AFTER: Final = "`retry_after` seconds"


class ConsoleError(SDKError):
    """A command cannot do what it was asked for."""


class UsageError(SDKError):
    """The command line makes no sense."""

    @classmethod
    def unknown(cls, what: str, name: str, known: Iterable[str]) -> UsageError:
        """Make the error for a name that is none of those that are known, with the one that may have been meant."""
        names = list(known)
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}" if names else "there are none"
        return cls(f"there is no {what} {name!r}: {hint}")


def told(error: SDKError, *, secrets: Collection[str] = ()) -> str:
    """Say what an error says to somebody who has no Python object to look into: what the body says, in its place.

    Args:
        error: The error.
        secrets: What was sent and nobody should see: a server may answer with it.
    """
    text = _SEE_BODY.sub(_joint, str(error))
    seconds = getattr(error, "retry_after", None)
    text = text.replace(_RETRY_AFTER, "a while" if seconds is None else f"{seconds:g} seconds")
    body = _body(error, text)
    said = f"{text} The server says: {body}" if body else text
    for secret in filter(None, secrets):
        for written in (secret, json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]):
            said = said.replace(written, "…")
    return said


def _joint(match: re.Match[str]) -> str:
    return " If " if match[1] else ""


def _body(error: SDKError, text: str) -> str:
    """Give what the body says besides what is told already; the empty string where that is nothing."""
    body = getattr(error, "body", None)
    if body is None or body == "":
        return ""
    if isinstance(body, str):
        shown = " ".join(body.split())
        return "" if shown in text else _shortened(shown, LONGEST_PAGE if shown.startswith("<") else LONGEST_BODY)
    shown = to_line(body)
    is_generic = isinstance(error, APIError) and error.remedy is APIError.remedy
    return _shortened(shown, LONGEST_BODY) if is_generic or not _has_said(body, text) else ""


def _has_said(body: Any, text: str) -> bool:
    """Whether the words of a body are in a text already."""
    document: Any = body.to_dict() if hasattr(body, "to_dict") else body
    words: list[Any] = list(document.values()) if is_object(document) else []
    return any(is_string(word) and len(word) > 1 and word.rstrip(".") in text for word in words)


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}…"
