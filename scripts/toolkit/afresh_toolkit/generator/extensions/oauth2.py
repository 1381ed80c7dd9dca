"""Compiles the token lifecycle of a standard OAuth2 security scheme, which says all that is needed (RFC 6749)."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from afresh_toolkit.generator.extensions.lifecycle_code import (
    FORM,
    Credential,
    Placement,
    TokenCall,
    TokenFields,
    TokenLifecycle,
)
from afresh_toolkit.generator.extensions.token_urls import place_of, problem_with
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

GRANTS = {"password": "password", "clientCredentials": "client_credentials"}
"""The flows that need no browser, and their grant types."""

PASSWORD_CREDENTIALS = (Credential("username", is_secret=False), Credential("password", is_secret=True))

# In this order. Tokens of other flows than the two are had in a browser, and given to the SDK by hand; the implicit
# flow has no tokenUrl, and an answer to clientCredentials should have no refresh token (section 4.4.3).
_RENEWED = ("password", "authorizationCode", "deviceAuthorization", "implicit", "clientCredentials")
_TOKENS = TokenFields(("access_token",), ("refresh_token",), ("expires_in",), None, None)


UNUSABLE_URL = Rule(
    "unusable-token-url", "A token endpoint that is no URL, or of plain http, is asked for nothing.", is_warning=True
)


def compile_flows(document: Document, applied: Applied) -> tuple[str, TokenLifecycle] | None:
    """Compile the first OAuth2 scheme that says how to sign in, else the first that says how to refresh; or None.

    It comes with its name.
    """
    schemes = dict(_schemes(document))
    for pointer, flows in schemes.items():
        for flow, key in product(flows, ("tokenUrl", "refreshUrl")):
            if key in mapping(flows[flow]) and _url(flows, flow, key) is None:
                applied.note(UNUSABLE_URL, (*pointer, flow, key))
    compiled = [(pointer[-2], _compile(document, flows)) for pointer, flows in schemes.items()]
    found = [(name, lifecycle) for name, lifecycle in compiled if lifecycle.login or lifecycle.refresh]
    return next((one for one in found if one[1].login), next(iter(found), None))


def _schemes(document: Document) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Go through the flows of all OAuth2 schemes by their places, which a scheme may have in common with another."""
    for name, scheme in mapping(mapping(document.content.get("components")).get("securitySchemes")).items():
        resolved, pointer = document.resolve(scheme, ("components", "securitySchemes", name))
        if mapping(resolved).get("type") == "oauth2":
            yield (*pointer, "flows"), mapping(resolved.get("flows"))


def _compile(document: Document, flows: Mapping[str, Any]) -> TokenLifecycle:
    urls = {flow: url for flow in GRANTS if (url := _url(flows, flow, "tokenUrl"))}
    login = None
    if urls:
        url = next(iter(urls.values()))  # of flows with token endpoints of their own, the first
        grants = tuple(GRANTS[flow] for flow in urls if urls[flow] == url)
        login = _call(document, url, Placement("body", ("grant_type",), grants[0]), grants=grants)
    refresh_url = next(filter(None, (_refresh_url(flows, flow) for flow in _RENEWED)), None)
    refresh = None
    if refresh_url:
        grant = Placement("body", ("grant_type",), "refresh_token")
        refresh = _call(document, refresh_url, grant, Placement("body", ("refresh_token",), "$refreshToken"))
    return TokenLifecycle(login, refresh, None, _TOKENS, None, "basic")


def _refresh_url(flows: Mapping[str, Any], flow: str) -> str | None:
    is_enough = flow not in ("implicit", "clientCredentials")
    return _url(flows, flow, "refreshUrl") or (_url(flows, flow, "tokenUrl") if is_enough else None)


def _url(flows: Mapping[str, Any], flow: str, key: str) -> str | None:
    """Return a flow's URL; None where it is none that tokens could go to: then it is as though it were not there."""
    url = mapping(flows.get(flow)).get(key)
    return None if problem_with(url) else url


def _call(document: Document, url: str, *send: Placement, grants: tuple[str, ...] = ()) -> TokenCall:
    path, place = place_of(document, url)
    credentials = PASSWORD_CREDENTIALS if "password" in grants else ()
    return TokenCall("POST", path, FORM, send, credentials, place, grants)
