"""Build the request of a token call: the values that the token lifecycle places."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from afresh._errors import ConfigurationError
from afresh._http import httpx

from .client_authentication import FORM
from .cookies import bare, sent_back

if TYPE_CHECKING:
    from afresh._origin import PlainHTTP
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import Placement, TokenCall

    from .answer import FirstAnswer
    from .client_authentication import Authentication

Value: TypeAlias = "str | float | bool"

REFRESH_TOKEN: Final = "$refreshToken"  # noqa: S105 - the name of one
ACCESS_TOKEN: Final = "$accessToken"  # noqa: S105
CLIENT_ID: Final = "$clientId"
CLIENT_SECRET: Final = "$clientSecret"  # noqa: S105

_VARIABLE: Final = re.compile(r"\$(?:refreshToken|accessToken|clientId|clientSecret)\b")


def needs(call: TokenCall, variable: str) -> bool:
    """Return whether a call sends the value of a variable."""
    return any(variable in _VARIABLE.findall(str(placement.value)) for placement in call.send)


def url_of(call: TokenCall, base_url: httpx.URL, plain_http: PlainHTTP) -> httpx.URL:
    """Return the URL of a call. A path is relative to the base URL; a URL may have another origin.

    Raises:
        ConfigurationError: The URL is plain http to another machine that is not allowed.
    """
    if call.path is not None:
        folder = _folder(base_url)
        return folder.copy_with(raw_path=folder.raw_path + httpx.URL(call.path).raw_path.lstrip(b"/"))
    return resolved(call.url or "", base_url, plain_http)


def resolved(reference: str, base_url: httpx.URL, plain_http: PlainHTTP) -> httpx.URL:
    """Return the URL that a reference of the description stands for, seen from the base URL (RFC 3986).

    Raises:
        ConfigurationError: The URL is plain http to another machine that is not allowed.
    """
    url = _folder(base_url).join(reference)
    plain_http.check(url)
    return url


def _folder(base_url: httpx.URL) -> httpx.URL:
    return base_url.copy_with(raw_path=base_url.raw_path.rstrip(b"/") + b"/")


def request_arguments(
    call: TokenCall,
    authentication: Authentication,
    tokens: Tokens | None,
    body: dict[str, Any],
    *,
    url: httpx.URL,
    first: FirstAnswer | None = None,
) -> dict[str, Any]:
    """Return the arguments of `httpx.Client.request`, except method and URL.

    Args:
        call: The call.
        authentication: How the OAuth2 client says who it is.
        tokens: The values of `$refreshToken` and `$accessToken`.
        body: The caller's body. Constants of the lifecycle do not replace its values.
        url: The URL that the call goes to.
        first: The answer that was got before a login. Its cookies are sent back, as a browser does.

    Raises:
        ConfigurationError: The call sends a client id or secret, and none was given.
    """
    client = authentication.client
    for variable, name, value in ((CLIENT_ID, "client_id", client.id), (CLIENT_SECRET, "client_secret", client.secret)):
        if value is None and needs(call, variable):
            raise ConfigurationError(f"the API's token calls need {name}, which the session does not have: give it one")
    values = {
        REFRESH_TOKEN: tokens.refresh_token if tokens else None,
        ACCESS_TOKEN: tokens.access_token if tokens else None,
        CLIENT_ID: client.id,
        CLIENT_SECRET: client.secret,
    }
    params: dict[str, str] = {}
    plain = values | {name: bare(value) for name in (REFRESH_TOKEN, ACCESS_TOKEN) if (value := values[name])}
    cookies = first.alive if first else {}
    csrf = first.csrf if first else tokens.csrf if tokens else ()
    echoed, echoed_cookies = sent_back(call.csrf, dict(csrf), url)
    cookies |= echoed_cookies
    headers = {"Accept": "application/json", "Accept-Encoding": "identity", **echoed}  # the response is small
    for placement in call.send:
        sent = _substitute(placement.value, values if placement.where == "cookie" else plain)
        if placement.where == "body":
            _set(body, placement, sent)
        elif placement.where == "cookie":
            cookies[placement.path[0]] = str(sent)
        else:
            (params if placement.where == "query" else headers)[placement.path[0]] = str(sent)
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    authentication.complete(call, headers, body)
    content: dict[str, Any] = {}
    if call.media_type == FORM:
        content = {"data": {name: value for name, value in body.items() if value is not None}}  # a form has no null
    elif call.media_type is not None:
        content = {"json": body}
        headers["Content-Type"] = call.media_type
    return {"params": params, "headers": headers, **content}


def _substitute(constant: Value, values: dict[str, str | None]) -> Value:
    return _VARIABLE.sub(lambda match: values[match[0]] or "", constant) if isinstance(constant, str) else constant


def _set(document: dict[str, Any], placement: Placement, value: Value) -> None:
    *outer, last = placement.path
    for name in outer:
        document[name] = {**(document.get(name) or {})}  # a copy, so that the caller's dict is not changed
        document = document[name]
    if value != placement.value or document.get(last) is None:  # a constant does not replace the caller's value
        document[last] = value
