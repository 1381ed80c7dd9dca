"""An authorization server's metadata: its endpoints, and what it supports (RFC 8414, OpenID Connect Discovery)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from attrs import frozen

from afresh._errors import APIError, ConfigurationError, DecodeError, NotFound, ServerError, TransportError, described
from afresh._http import httpx
from afresh._origin import origin

from .answer import document_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from afresh._origin import PlainHTTP

    Get = Callable[[httpx.URL, Callable[[], dict[str, Any]]], httpx.Response]

ENDPOINTS: Final = (
    "authorization_endpoint",
    "device_authorization_endpoint",
    "token_endpoint",
    "revocation_endpoint",
    "jwks_uri",
)

TENANT: Final = "{tenantid}"
"""Stands for any tenant in the issuer of Microsoft Entra's metadata for several of them."""

_WELL_KNOWN: Final = b"/.well-known/"
_NAMES: Final = (b"oauth-authorization-server", b"openid-configuration")
_DOCUMENT: Final = re.compile(rb"/[^/?]*(?:\.json|metadata|configuration)[^/?]*(?:\?.*)?\Z")


@frozen
class AuthorizationServer:
    """What is known of the server that people sign in at. All URLs are absolute.

    Attributes:
        issuer: Its name; None if it has no metadata.
        authorization_endpoint: Where people sign in by a browser.
        device_authorization_endpoint: Where a sign-in on another device begins.
        token_endpoint: Where grants are exchanged for tokens.
        revocation_endpoint: Where tokens are revoked.
        jwks_uri: Where the keys are that ID tokens are verified with.
        iss_parameter_supported: Whether it names itself when it sends the browser back (RFC 9207).
        client_authentication: The ways in which clients may say who they are; None if it does not say.
    """

    issuer: str | None = None
    authorization_endpoint: str | None = None
    device_authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    revocation_endpoint: str | None = None
    jwks_uri: str | None = None
    iss_parameter_supported: bool = False
    client_authentication: tuple[str, ...] | None = None


def fetch_metadata(url: httpx.URL, get: Get, plain_http: PlainHTTP) -> AuthorizationServer:
    """Fetch the metadata that a URL names: the document itself, or the issuer that it is of.

    Args:
        url: The URL of the description.
        get: Sends a request, and returns its response.
        plain_http: The hosts that plain http is allowed to.

    Raises:
        ConfigurationError: The metadata is of another issuer, or a URL is plain http to a host that is not allowed.
        DecodeError: The answer is no metadata.
        APIError: There is no metadata, or the server failed.
        TransportError: The server did not respond.
    """
    failures: list[APIError | DecodeError] = []
    for place, is_expected in _places(url):
        try:
            return _read(_answer(get, place), is_expected, plain_http)
        except ServerError:
            raise
        except (APIError, DecodeError) as error:  # some servers answer with a page wherever there is nothing
            failures.append(error)
    raise next((error for error in failures if not isinstance(error, NotFound)), failures[0])


def _answer(get: Get, url: httpx.URL) -> httpx.Response:
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    try:
        response = get(url, lambda: {"params": {}, "headers": headers})
    except httpx.RequestError as error:
        raise TransportError.of(error) from None
    if response.is_success:
        return response
    failure = APIError.of(response)
    hint = "The API's description says that the server's metadata is there: correct that, or the base URL."
    failure.args = (f"{failure.message} {hint}",)
    raise failure


def _places(url: httpx.URL) -> Iterator[tuple[httpx.URL, Callable[[str], bool]]]:
    """Yield where the metadata may be, each with whether its issuer may be the given one (RFC 8414, section 3.3)."""
    before, is_known, after = url.raw_path.partition(_WELL_KNOWN)
    if is_known:
        # The issuer's path comes last, or in OpenID Connect first.
        path = after.partition(b"?")[0].partition(b"/")[2] or before
        yield url, _names(url, path)
    elif _DOCUMENT.search(url.raw_path):
        yield url, lambda issuer: origin(httpx.URL(issuer)) == origin(url)
    else:
        path = url.raw_path.partition(b"?")[0].strip(b"/")
        folder = b"/" + path if path else b""
        is_expected = _names(url, path)
        yield url.copy_with(raw_path=_WELL_KNOWN + _NAMES[0] + folder), is_expected
        yield url.copy_with(raw_path=folder + _WELL_KNOWN + _NAMES[1]), is_expected


def _names(url: httpx.URL, path: bytes) -> Callable[[str], bool]:
    """Return a function that says whether an issuer is at the URL's origin, and has this path."""
    folder = path.strip(b"/").decode("ascii")

    def is_named(issuer: str) -> bool:
        # In scheme and host, case does not matter (RFC 3986, section 6.2.2.1).
        parts = urlsplit(issuer)
        return (
            origin(httpx.URL(issuer)) == origin(url)
            and not parts.query
            and re.fullmatch(_pattern(parts.path.strip("/")), folder) is not None
        )

    return is_named


def _pattern(path: str) -> str:
    return re.escape(path).replace(re.escape(TENANT), "[^/]+")


def _read(response: httpx.Response, is_expected: Callable[[str], bool], plain_http: PlainHTTP) -> AuthorizationServer:
    try:
        document = document_of(response)
    except ValueError as error:
        raise DecodeError(f"the answer that should be the server's metadata {error}.", **described(response)) from None
    metadata = cast("dict[str, Any]", document) if isinstance(document, dict) else {}
    issuer, where = metadata.get("issuer"), str(response.request.url)
    if not isinstance(issuer, str):
        raise DecodeError("the server's metadata does not name its issuer (RFC 8414).", **described(response))
    if not _is_url(issuer) or not is_expected(issuer):
        raise ConfigurationError(
            f"the metadata at {where} is of the issuer {issuer}, which is at another place (RFC 8414, section 3.3): "
            "name that issuer in the API's description, or correct the server"
        )
    endpoints: dict[str, str] = {}
    for name in ENDPOINTS:
        endpoint = metadata.get(name)
        if endpoint is None:
            continue
        if not isinstance(endpoint, str) or not _is_url(endpoint):
            raise DecodeError(f"the server's metadata has a {name} that is no URL.", **described(response))
        try:
            plain_http.check(httpx.URL(endpoint))
        except ConfigurationError as error:
            raise ConfigurationError(f"the metadata at {where} has a {name} of plain http: {error.message}") from None
        endpoints[name] = endpoint
    methods = metadata.get("token_endpoint_auth_methods_supported")
    return AuthorizationServer(
        issuer=issuer,
        **endpoints,
        iss_parameter_supported=metadata.get("authorization_response_iss_parameter_supported") is True,
        client_authentication=tuple(map(str, cast("list[object]", methods))) if isinstance(methods, list) else None,
    )


def _is_url(text: str) -> bool:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return False
    return bool(url.host) and not url.userinfo and not url.fragment
