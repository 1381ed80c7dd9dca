"""The errors of the console command, and how errors are shown."""

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
"""The maximum number of characters shown of a body: of JSON or text, and of an HTML page, such as a proxy's."""

_SEE_BODY: Final = re.compile(r"\s*See `body`(?: for what the server says)?(?:\.|; (if ))")


class ConsoleError(SDKError):
    """A command failed."""


class UsageError(SDKError):
    """The command line is not valid."""

    @classmethod
    def unknown(cls, what: str, name: str, known: Iterable[str]) -> UsageError:
        """Create the error for an unknown name. It suggests the most similar known name."""
        names = list(known)
        close = get_close_matches(name, names, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}" if names else "there are none"
        return cls(f"there is no {what} {name!r}: {hint}")


def explain(error: SDKError, *, secrets: Collection[str] = ()) -> str:
    """Return the message of an error for the console, where references to its attributes are replaced by their values.

    Args:
        error: The error.
        secrets: The secrets that were sent. They are masked, since a server may repeat them.
    """
    text = _SEE_BODY.sub(_connective, str(error))
    text = text.replace("`retry_after` seconds", "a while")
    body = _body(error, text)
    message = f"{text} The server says: {body}" if body else text
    for secret in filter(None, secrets):
        for form in (secret, json.dumps(secret, ensure_ascii=False)[1:-1], json.dumps(secret)[1:-1]):
            message = message.replace(form, "…")
    return message


def _connective(match: re.Match[str]) -> str:
    return " If " if match[1] else ""


def _body(error: SDKError, text: str) -> str:
    """Return the body as shown after the text; an empty string if it adds nothing to the text."""
    body = getattr(error, "body", None)
    if body is None or body == "":
        return ""
    if isinstance(body, str):
        shown = " ".join(body.split())
        return "" if shown in text else _shorten(shown, LONGEST_PAGE if shown.startswith("<") else LONGEST_BODY)
    shown = to_line(body)
    is_generic = isinstance(error, APIError) and error.remedy is APIError.remedy
    return _shorten(shown, LONGEST_BODY) if is_generic or not _is_repeated_in(body, text) else ""


def _is_repeated_in(body: Any, text: str) -> bool:
    """Whether a text contains a string of a body."""
    document: Any = body.to_dict() if hasattr(body, "to_dict") else body
    words: list[Any] = list(document.values()) if is_object(document) else []
    return any(is_string(word) and len(word) > 1 and word.rstrip(".") in text for word in words)


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
