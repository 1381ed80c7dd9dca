# Written by scripts/generate from the description of the API: changes made here are lost.
"""From the request for a page to the request for the next one."""

from __future__ import annotations

import re
from typing import Any

import httpx

from .styles import text
from .values import is_object

_LINK = re.compile(r'<([^>]*)>|;\s*([\w*-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;,"]+)')

Place = str | tuple[str, ...]
"""Where a request says which page it is for: a parameter of the query, or a pointer into a body of JSON."""


def number_at(arguments: dict[str, Any], place: Place, start: int) -> int:
    """Return the number that a request has at a place; `start` where it has none."""
    value: Any
    if isinstance(place, tuple):
        value = arguments.get("json")
        for token in place:
            value = value.get(token) if is_object(value) else None
    elif "params" in arguments:
        value = arguments["params"].get(place)
    else:
        value = httpx.URL(arguments["url"]).params.get(place)
    return start if value is None else int(value)


def with_value(arguments: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """Return the arguments of a request with another value at a place."""
    if isinstance(place, tuple):
        return {**arguments, "json": _inside(arguments.get("json"), place, value)}
    if "params" in arguments:
        return {**arguments, "params": {**arguments["params"], place: value}}
    return {**arguments, "url": str(httpx.URL(arguments["url"]).copy_set_param(place, text(value)))}


def _inside(body: Any, pointer: tuple[str, ...], value: Any) -> Any:
    if not pointer:
        return value
    fields: dict[str, Any] = body if is_object(body) else {}
    return {**fields, pointer[0]: _inside(fields.get(pointer[0]), pointer[1:], value)}


def next_link(response: httpx.Response) -> str | None:
    """Return the URL that an answer's Link header gives for the next page (RFC 8288); None where it gives none."""
    # httpx has `links`, but stops at a parameter with "=" in its value, and knows a link by all its relations at once.
    target = None
    for url, name, value in _LINK.findall(response.headers.get("Link", "")):
        if not name:
            target = url
        elif name.lower() == "rel" and "next" in value.strip('"').lower().split():
            return target
    return None


def with_url(arguments: dict[str, Any], response: httpx.Response, url: str) -> dict[str, Any]:
    """Return the arguments of a request for a URL that an answer gave, which may be relative to the answer's own.

    Raises ValueError for one of another origin than the request's: what it holds in secret must not go there.
    """
    try:
        following = response.url.join(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"the server gives a URL for it that cannot be read ({error})") from None
    asked = (response.history or [response])[0].request.url
    if _origin(following) != _origin(asked):
        raise ValueError(
            f"the server says that it is at {_origin(following)}, but tokens must not go anywhere else than to "
            f"{_origin(asked)}"
        )
    return {**{name: value for name, value in arguments.items() if name != "params"}, "url": str(following)}


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
