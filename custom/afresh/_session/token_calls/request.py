"""What a token call sends, and where: what the API's token lifecycle places, and who the OAuth2 client is."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import quote_plus

import httpx
from attrs import field, frozen

from afresh._errors import ConfigurationError
from afresh._origin import refuse_plain_http

if TYPE_CHECKING:
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import Placement, TokenCall, TokenLifecycle

Value: TypeAlias = "str | float | bool"

FORM: Final = "application/x-www-form-urlencoded"
REFRESH_TOKEN: Final = "$refreshToken"  # noqa: S105 - the name of one
ACCESS_TOKEN: Final = "$accessToken"  # noqa: S105
CLIENT_ID: Final = "$clientId"
CLIENT_SECRET: Final = "$clientSecret"  # noqa: S105

_VARIABLE: Final = re.compile(r"\$(?:refreshToken|accessToken|clientId|clientSecret)\b")
_VISIBLE: Final = re.compile(r"[\x20-\x7e]+")


@frozen
class OAuthClient:
    """Who the OAuth2 client is (RFC 6749, section 2.2); a public one has no secret, and some APIs ask for no client.

    Raises:
        ConfigurationError: One of them is not as appendix A of the RFC has it, or there is a secret without an id.
    """

    id: str | None = None
    secret: str | None = field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        for name, value in (("client_id", self.id), ("client_secret", self.secret)):
            if value is not None and not _VISIBLE.fullmatch(value):
                raise ConfigurationError(f"{name} must be printable ASCII characters, with no line break among them")
        if self.secret is not None and self.id is None:
            raise ConfigurationError("client_secret is there without client_id: give both")


NO_CLIENT: Final = OAuthClient()


def needs(call: TokenCall, variable: str) -> bool:
    """Whether a call sends what a variable stands for."""
    return any(variable in _VARIABLE.findall(str(placement.value)) for placement in call.send)


def url_of(call: TokenCall, base_url: httpx.URL) -> httpx.URL:
    """Give the URL of a call: a path belongs to the API, and a URL may lead to another origin.

    Raises:
        ConfigurationError: It is plain http to another machine.
    """
    folder = base_url.copy_with(raw_path=base_url.raw_path.rstrip(b"/") + b"/")
    if call.path is not None:
        return folder.copy_with(raw_path=folder.raw_path + httpx.URL(call.path).raw_path.lstrip(b"/"))
    url = folder.join(call.url or "")
    refuse_plain_http(url)
    return url


def request_arguments(
    call: TokenCall, lifecycle: TokenLifecycle, client: OAuthClient, tokens: Tokens | None, body: dict[str, Any]
) -> dict[str, Any]:
    """Give the arguments of `httpx.Client.request` but for method and URL.

    Args:
        call: The call.
        lifecycle: The lifecycle that it belongs to.
        client: Who the client is.
        tokens: What `$refreshToken` and `$accessToken` stand for.
        body: What the caller sends; constants do not replace it.

    Raises:
        ConfigurationError: The call sends a client's id or secret that was not given.
    """
    for variable, name, value in ((CLIENT_ID, "client_id", client.id), (CLIENT_SECRET, "client_secret", client.secret)):
        if value is None and needs(call, variable):
            raise ConfigurationError(f"the API's token calls send {name}, which the session does not have: give it one")
    values = {
        REFRESH_TOKEN: tokens.refresh_token if tokens else None,
        ACCESS_TOKEN: tokens.access_token if tokens else None,
        CLIENT_ID: client.id,
        CLIENT_SECRET: client.secret,
    }
    params: dict[str, str] = {}
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}  # what is small needs no compression
    for placement in call.send:
        if placement.where == "body":
            _set(body, placement, _filled_in(placement.value, values))
        else:
            (params if placement.where == "query" else headers)[placement.path[0]] = str(
                _filled_in(placement.value, values)
            )
    _identify(call, lifecycle, client, headers, body)
    content: dict[str, Any] = {}
    if call.media_type == FORM:
        content = {"data": {name: value for name, value in body.items() if value is not None}}  # a form has no null
    elif call.media_type is not None:
        content = {"json": body}
        headers["Content-Type"] = call.media_type
    return {"params": params, "headers": headers, **content}


def _filled_in(constant: Value, values: dict[str, str | None]) -> Value:
    return _VARIABLE.sub(lambda match: values[match[0]] or "", constant) if isinstance(constant, str) else constant


def _identify(
    call: TokenCall, lifecycle: TokenLifecycle, client: OAuthClient, headers: dict[str, str], body: dict[str, Any]
) -> None:
    """Say who the client is (RFC 6749, section 2.3.1), where the lifecycle wants it, and no placement has said it."""
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
        document[name] = {**(document.get(name) or {})}  # not the caller's own
        document = document[name]
    if value != placement.value or document.get(last) is None:  # what the caller says comes before a constant
        document[last] = value
