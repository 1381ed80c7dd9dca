"""Tell a token call that went to a wrong place from one whose credentials or token were refused."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from .answer import document_of
from .refusal import missing_fields

if TYPE_CHECKING:
    import httpx

PURPOSES: Final = {"login": "signs in", "refresh": "renews tokens", "logout": "signs out"}

_NOT_THERE: Final = frozenset({int(HTTPStatus.NOT_FOUND), int(HTTPStatus.METHOD_NOT_ALLOWED)})
_OWN_ANSWER: Final = re.compile(r"user|account|credential|token|passw|e-?mail|session|grant|client", re.IGNORECASE)
_HTML: Final = re.compile(rb"\s*<(?:!doctype html|html)", re.IGNORECASE)


def misdirection(response: httpx.Response, name: str) -> str:
    """Return a hint, to be added to an error, that a call went to the wrong place; an empty string if it did not.

    Args:
        response: The response to the call.
        name: The name of the call in the token lifecycle: `login`, `refresh` or `logout`.
    """
    reason = _reason(response)
    if reason is None:
        return ""
    return (
        f" This is probably not the call that {PURPOSES[name]}, since the server {reason}. Check the base URL, and "
        f"`{name}` of the x-token-lifecycle or the token URL in the API's description."
    )


def _reason(response: httpx.Response) -> str | None:
    status = response.status_code
    if response.has_redirect_location:
        return "redirects it"
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and (missing := missing_fields(_document(response))):
        return f"misses {', '.join(missing)} in it"
    is_page = _HTML.match(response.content) is not None
    if status in _NOT_THERE:
        if not is_page and _OWN_ANSWER.search(_without_path(response)):
            return None  # an unknown user, for example
        return "has nothing there" if status == HTTPStatus.NOT_FOUND else f"takes no {response.request.method} there"
    return "answers with a web page" if response.is_success and is_page else None


def _without_path(response: httpx.Response) -> str:
    """Return the text of a JSON answer, without the path that it may repeat; an empty string for any other answer."""
    return str(_document(response) or "").replace(response.request.url.path, "")


def _document(response: httpx.Response) -> object:
    try:
        return document_of(response)
    except ValueError:
        return None
