"""The URLs of token endpoints: where they lead, seen from the API."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

from afresh_toolkit.generator.reading.description import mapping, operations
from afresh_toolkit.generator.reading.document import Document

_NOWHERE = "https://server.invalid"  # what a description's URLs are relative to is not known here
_PATH = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/?#]*")


def place_of(document: Document, url: str) -> tuple[str | None, str | None]:
    """Return the path of the operation that a URL of a POST names, or else the URL: one of both is None.

    A URL of the description's own server is made relative to it, so that it goes where the rest of the API goes.
    """
    folder = _server(document)
    target = urljoin(folder, url)
    for operation in operations(document):
        if operation.method == "POST" and folder + operation.path.lstrip("/") == target:
            return operation.path, None
    return None, relative_to_server(document, url)


def relative_to_server(document: Document, url: str) -> str:
    """Make a URL of the description's own server relative to it; return any other as it is."""
    own = _PATH.match(_server(document))
    return url.removeprefix(own[0]) if own and url.startswith(f"{own[0]}/") else url


def host_of(document: Document, url: str) -> str | None:
    """Return the host that a URL leads to, seen from the description's own server."""
    return urlsplit(urljoin(_server(document), url)).hostname


def _server(document: Document) -> str:
    listed = document.content.get("servers")
    servers: list[Any] = listed if isinstance(listed, list) else []
    url = mapping(servers[0]).get("url") if servers else next(_own_origins(document), None)
    return urljoin(_NOWHERE, url if isinstance(url, str) else "").rstrip("/") + "/"


def _own_origins(document: Document) -> Iterator[str]:
    """Go through the origins of token URLs that name an operation: those are the API's own, if no server is listed."""
    paths = {operation.path for operation in operations(document) if operation.method == "POST"}
    for scheme in mapping(mapping(document.content.get("components")).get("securitySchemes")).values():
        for flow in mapping(mapping(scheme).get("flows")).values():
            url = mapping(flow).get("tokenUrl")
            if not problem_with(url) and (own := _PATH.match(str(url))) and urlsplit(str(url)).path in paths:
                yield own[0]


def problem_with(url: object) -> str | None:
    """Say what is wrong with the URL of a token endpoint; None where nothing is."""
    if not isinstance(url, str) or not url or re.search(r"[\s{}#]", url):
        return f"`url` is {url!r}; it must be a URL, absolute or relative to the API's, such as `/o/token/`"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        return f"`url` cannot be read: {error}"
    if parts.username is not None:
        return "`url` must hold no user name or password; whoever uses the SDK gives client_id and client_secret"
    is_relative = not parts.scheme and not parts.netloc
    if is_relative or (parts.hostname and parts.scheme in {"http", "https"}):
        return None  # whether plain http is allowed to a host is for whoever uses the SDK to say: `allow_http`
    return f"`url` is {url!r}; it must start with https://, or http:// in a network that its users trust"
