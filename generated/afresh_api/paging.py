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
    target, has_relation = None, False
    for url, name, value in _LINK.findall(response.headers.get("Link", "")):
        if not name:
            target, has_relation = url, False
        elif name.lower() == "rel" and not has_relation:  # a second one of the same link counts for nothing
            has_relation = True
            if "next" in value.strip("\"'").lower().split():
                return target
    return None


def with_url(arguments: dict[str, Any], response: httpx.Response, url: str) -> dict[str, Any]:
    """Return the arguments of a request for a URL that an answer gave, which may be relative to the answer's own.

    Only its path and query count, so that the request goes to the origin of the one before: a server behind a proxy
    often takes http for its scheme, or a port of its own for that of the API, or does not know with what the API's paths
    begin. Raises ValueError for one of another host: what the URL holds in secret must not go there.
    """
    try:
        following = response.url.join(url.strip())
    except httpx.InvalidURL as error:
        raise ValueError(f"the server gives a URL for it that cannot be read ({error})") from None
    asked = (response.history or [response])[0].request.url
    if following.host != asked.host or following.scheme not in {"http", "https"}:
        raise ValueError(
            f"the server says that it is at {_origin(following)}, but tokens must not go anywhere else than to "
            f"{_origin(asked)}"
        )
    path, _, query = following.raw_path.partition(b"?")
    whole = asked.raw_path.partition(b"?")[0]
    target = (whole if whole.endswith(path) and len(path) > 1 else path) + (b"?" + query if query else b"")
    others = {name: value for name, value in arguments.items() if name != "params"}
    return {**others, "url": str(asked.copy_with(raw_path=target, fragment=None))}


def _origin(url: httpx.URL) -> str:
    return f"{url.scheme}://{url.netloc.decode('ascii')}"
