"""Build the request of a token call: the values that the token lifecycle places, and the client's authentication."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote_plus

import httpx
from attrs import field, frozen

from afresh._errors import ConfigurationError

from .cookies import bare, sent_back

if TYPE_CHECKING:
    from afresh._origin import PlainHTTP
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import Placement, TokenCall, TokenLifecycle

    from .answer import FirstAnswer

Value: TypeAlias = "str | float | bool"

FORM: Final = "application/x-www-form-urlencoded"
REFRESH_TOKEN: Final = "$refreshToken"  # noqa: S105 - the name of one
ACCESS_TOKEN: Final = "$accessToken"  # noqa: S105
CLIENT_ID: Final = "$clientId"
CLIENT_SECRET: Final = "$clientSecret"  # noqa: S105

_VARIABLE: Final = re.compile(r"\$(?:refreshToken|accessToken|clientId|clientSecret)\b")
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]+")


@frozen
class OAuthClient:
    """The id and secret of the OAuth2 client (RFC 6749, section 2.2). A public client has no secret.

    Raises:
        ConfigurationError: One of them has characters that RFC 6749, appendix A, does not allow, or there is a secret
            without an id.
    """

    id: str | None = None
    secret: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, value in (("client_id", self.id), ("client_secret", self.secret)):
            if value is not None and not _PRINTABLE.fullmatch(value):
                raise ConfigurationError(f"{name} must consist of printable ASCII characters, without line breaks")
        if self.secret is not None and self.id is None:
            raise ConfigurationError("client_secret was given without client_id: give both")


NO_CLIENT: Final = OAuthClient()


def needs(call: TokenCall, variable: str) -> bool:
    """Return whether a call sends the value of a variable."""
    return any(variable in _VARIABLE.findall(str(placement.value)) for placement in call.send)


def url_of(call: TokenCall, base_url: httpx.URL, plain_http: PlainHTTP) -> httpx.URL:
    """Return the URL of a call. A path is relative to the base URL; a URL may have another origin.

    Raises:
        ConfigurationError: The URL is plain http to another machine that is not allowed.
    """
    folder = base_url.copy_with(raw_path=base_url.raw_path.rstrip(b"/") + b"/")
    if call.path is not None:
        return folder.copy_with(raw_path=folder.raw_path + httpx.URL(call.path).raw_path.lstrip(b"/"))
    url = folder.join(call.url or "")
    plain_http.check(url)
    return url


def request_arguments(
    call: TokenCall,
    lifecycle: TokenLifecycle,
    client: OAuthClient,
    tokens: Tokens | None,
    body: dict[str, Any],
    *,
    url: httpx.URL,
    first: FirstAnswer | None = None,
) -> dict[str, Any]:
    """Return the arguments of `httpx.Client.request`, except method and URL.

    Args:
        call: The call.
        lifecycle: The lifecycle that it belongs to.
        client: The OAuth2 client.
        tokens: The values of `$refreshToken` and `$accessToken`.
        body: The caller's body. Constants of the lifecycle do not replace its values.
        url: The URL that the call goes to.
        first: The answer that was got before a login. Its cookies are sent back, as a browser does.

    Raises:
        ConfigurationError: The call sends a client id or secret, and none was given.
    """
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
    _authenticate_client(call, lifecycle, client, headers, body)
    content: dict[str, Any] = {}
    if call.media_type == FORM:
        content = {"data": {name: value for name, value in body.items() if value is not None}}  # a form has no null
    elif call.media_type is not None:
        content = {"json": body}
        headers["Content-Type"] = call.media_type
    return {"params": params, "headers": headers, **content}


def _substitute(constant: Value, values: dict[str, str | None]) -> Value:
    return _VARIABLE.sub(lambda match: values[match[0]] or "", constant) if isinstance(constant, str) else constant


def _authenticate_client(
    call: TokenCall, lifecycle: TokenLifecycle, client: OAuthClient, headers: dict[str, str], body: dict[str, Any]
) -> None:
    """Add the client's authentication (RFC 6749, section 2.3.1) as the lifecycle says, unless a placement did."""
    if lifecycle.client == "none" or client.id is None:
        return
    if lifecycle.client == "basic" and client.secret is not None:
        if not any(name.lower() == "authorization" for name in headers):
            pair = f"{quote_plus(client.id)}:{quote_plus(client.secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    elif call.media_type == FORM:
        body["client_id"] = client.id
        if client.secret is not None:
            body["client_secret"] = client.secret


def _set(document: dict[str, Any], placement: Placement, value: Value) -> None:
    *outer, last = placement.path
    for name in outer:
        document[name] = {**(document.get(name) or {})}  # a copy, so that the caller's dict is not changed
        document = document[name]
    if value != placement.value or document.get(last) is None:  # a constant does not replace the caller's value
        document[last] = value
