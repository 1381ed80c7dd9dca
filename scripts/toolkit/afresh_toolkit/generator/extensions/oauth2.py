"""Compiles the token lifecycle of a standard OAuth2 or OpenID Connect scheme, which says all that is needed."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from attrs import evolve

from afresh_toolkit.generator.extensions.lifecycle_code import (
    FORM,
    Authorization,
    Credential,
    Placement,
    TokenCall,
    TokenFields,
    TokenLifecycle,
)
from afresh_toolkit.generator.extensions.token_urls import host_of, place_of, problem_with, relative_to_server
from afresh_toolkit.generator.pointers import Pointer
from afresh_toolkit.generator.reading.description import mapping, operations
from afresh_toolkit.generator.reading.document import Document
from afresh_toolkit.generator.rules import Applied, Rule

GRANTS = {"password": "password", "clientCredentials": "client_credentials"}
"""The flows that need no browser, and their grant types."""

AUTHORIZATION_URLS = {
    "authorizationCode": ("authorization_code", "authorizationUrl"),
    "deviceAuthorization": ("device_code", "deviceAuthorizationUrl"),
}
"""The flows in which a person signs in elsewhere: their grants, and where they begin."""

PEOPLE = tuple(grant for grant, _ in AUTHORIZATION_URLS.values())
"""Their grants."""

PASSWORD_CREDENTIALS = (Credential("username", is_secret=False), Credential("password", is_secret=True))

STANDARD_TOKENS = TokenFields(("access_token",), ("refresh_token",), ("expires_in",), None, None)
"""Where OAuth2 answers have the tokens (RFC 6749, section 5.1)."""

REVOCATION = TokenCall(
    "POST",
    None,
    FORM,
    (Placement("body", ("token",), "$refreshToken"), Placement("body", ("token_type_hint",), "refresh_token")),
)
"""The call that revokes tokens where the server's metadata says (RFC 7009)."""

# In this order. The implicit flow has no tokenUrl, and an answer to clientCredentials should have no refresh token
# (section 4.4.3).
_RENEWED = ("password", "authorizationCode", "deviceAuthorization", "implicit", "clientCredentials")
_METADATA = {"oauth2": "oauth2MetadataUrl", "openIdConnect": "openIdConnectUrl"}
_URLS = ("authorizationUrl", "deviceAuthorizationUrl", "tokenUrl", "refreshUrl")


UNUSABLE_URL = Rule(
    "unusable-token-url", "A token endpoint that is no URL, or of plain http, is asked for nothing.", is_warning=True
)
OTHER_TOKEN_URL = Rule(
    "other-token-url",
    "A flow with another token endpoint than the flow before it is left out: a session has one token endpoint.",
    is_warning=True,
)


def compile_flows(document: Document, applied: Applied) -> tuple[str, TokenLifecycle] | None:
    """Compile the first scheme by which programs sign in; else people; else the first that says how to refresh.

    It comes with its name, and with what other schemes of the same server say besides. None if no scheme says anything.
    """
    schemes = dict(_schemes(document))
    for pointer, scheme in schemes.items():
        flows = mapping(scheme.get("flows"))
        for flow, key in product(flows, _URLS):
            is_used = flow != "implicit" or key == "refreshUrl"
            if is_used and key in mapping(flows[flow]) and _url(flows, flow, key) is None:
                applied.note(UNUSABLE_URL, (*pointer, "flows", flow, key))
        key = _METADATA[str(scheme["type"])]
        if key in scheme and problem_with(scheme[key]):
            applied.note(UNUSABLE_URL, (*pointer, key))
    compiled = {
        pointer[-1]: lifecycle
        for pointer, scheme in schemes.items()
        if (lifecycle := _Scheme(document, applied, pointer, scheme).compile()).calls
    }
    name = next((name for name, one in compiled.items() if one.login), None)
    name = name or next((name for name, one in compiled.items() if one.authorization), next(iter(compiled), None))
    if name is None:
        return None
    found = compiled.pop(name)
    for other in compiled.values():
        found = _completed(document, found, other)
    return name, found


def token_call(document: Document, url: str | None, *send: Placement, grants: tuple[str, ...] = ()) -> TokenCall:
    """Return the call to a token endpoint; without a URL, to that of the server's metadata."""
    path, place = (None, None) if url is None else place_of(document, url)
    credentials = PASSWORD_CREDENTIALS if "password" in grants else ()
    return TokenCall("POST", path, FORM, send, credentials, place, grants)


def refresh_call(document: Document, url: str | None) -> TokenCall:
    """Return the call that renews tokens at a token endpoint (section 6)."""
    grant = Placement("body", ("grant_type",), "refresh_token")
    return token_call(document, url, grant, Placement("body", ("refresh_token",), "$refreshToken"))


def _schemes(document: Document) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Go through the schemes of these types by their places, which a scheme may have in common with another."""
    for name, scheme in mapping(mapping(document.content.get("components")).get("securitySchemes")).items():
        resolved, pointer = document.resolve(scheme, ("components", "securitySchemes", name))
        if mapping(resolved).get("type") in _METADATA:
            yield pointer, mapping(resolved)


class _Scheme:
    """What one scheme says."""

    def __init__(self, document: Document, applied: Applied, pointer: Pointer, scheme: Mapping[str, Any]) -> None:
        self.document = document
        self.applied = applied
        self.pointer = pointer
        self.flows = mapping(scheme.get("flows")) if scheme["type"] == "oauth2" else {}
        metadata = scheme.get(_METADATA[str(scheme["type"])])
        self.metadata = None if problem_with(metadata) else relative_to_server(document, str(metadata))

    def compile(self) -> TokenLifecycle:
        """Compile it; what it does not say is None."""
        urls = {flow: url for flow in GRANTS if (url := _url(self.flows, flow, "tokenUrl"))}
        login = None
        if urls:
            url = next(iter(urls.values()))  # of flows with token endpoints of their own, the first
            grants = tuple(GRANTS[flow] for flow in self.with_token_url(urls, url))
            login = token_call(self.document, url, Placement("body", ("grant_type",), grants[0]), grants=grants)
        refresh_url = next(filter(None, (_refresh_url(self.flows, flow) for flow in _RENEWED)), None)
        authorization = self.authorization()
        can_refresh = refresh_url or (authorization and authorization.token.place == (None, None))
        return TokenLifecycle(
            login,
            refresh_call(self.document, refresh_url) if can_refresh else None,
            REVOCATION if self.metadata else None,
            STANDARD_TOKENS,
            None,
            "metadata" if self.metadata else "basic",
            authorization,
            self.metadata,
        )

    def authorization(self) -> Authorization | None:
        """Return where people sign in: by the flows, or where there are none, by the metadata."""
        if self.metadata and not self.flows:
            scopes = _asked_scopes(self.document, self.pointer[-1])
            return Authorization(token_call(self.document, None, grants=PEOPLE), None, None, scopes)
        starts = {flow: _url(self.flows, flow, key) for flow, (_, key) in AUTHORIZATION_URLS.items()}
        urls = {flow: _url(self.flows, flow, "tokenUrl") for flow in starts if flow in self.flows}
        if not self.metadata:
            urls = {flow: url for flow, url in urls.items() if url and starts[flow]}
        if not urls:
            return None
        url = next(iter(urls.values()))
        usable = self.with_token_url(urls, url)
        grants = tuple(AUTHORIZATION_URLS[flow][0] for flow in usable)
        in_browser, on_device = (
            relative_to_server(self.document, start) if start and flow in usable else None
            for flow, start in starts.items()
        )
        named = dict.fromkeys(str(one) for flow in usable for one in mapping(mapping(self.flows[flow]).get("scopes")))
        return Authorization(token_call(self.document, url, grants=grants), in_browser, on_device, tuple(named))

    def with_token_url(self, urls: Mapping[str, str | None], url: str | None) -> list[str]:
        """Return the flows that have this token endpoint; those that have another are noted."""
        for flow, other in urls.items():
            if other != url:
                self.applied.note(OTHER_TOKEN_URL, (*self.pointer, "flows", flow, "tokenUrl"))
        return [flow for flow in urls if urls[flow] == url]


def _asked_scopes(document: Document, scheme: str) -> tuple[str, ...]:
    """Return the scopes that operations ask for by a scheme."""
    asked = [operation.data.get("security") for operation in operations(document)]
    lists = [one for one in (document.content.get("security"), *asked) if isinstance(one, list)]
    scopes = [mapping(alternative).get(scheme) for alternatives in lists for alternative in alternatives]
    return tuple(
        dict.fromkeys(scope for one in scopes if isinstance(one, list) for scope in one if isinstance(scope, str))
    )


def _refresh_url(flows: Mapping[str, Any], flow: str) -> str | None:
    is_enough = flow not in ("implicit", "clientCredentials")
    return _url(flows, flow, "refreshUrl") or (_url(flows, flow, "tokenUrl") if is_enough else None)


def _url(flows: Mapping[str, Any], flow: str, key: str) -> str | None:
    """Return a flow's URL; None where it is none that tokens could go to: then it is as though it were not there."""
    url = mapping(flows.get(flow)).get(key)
    return None if problem_with(url) else url


def _completed(document: Document, found: TokenLifecycle, other: TokenLifecycle) -> TokenLifecycle:
    """Add what another scheme says of the same server: of the same token endpoint, or of one with metadata there."""
    places = {call.place for call in found.calls}
    is_same = bool(other.authorization and other.authorization.token.place in places - {(None, None)})
    if other.metadata_url and not found.metadata_url:
        hosts = {host_of(document, call.url or call.path or "") for call in found.calls}
        if host_of(document, other.metadata_url) in hosts:
            is_same = True
            found = evolve(found, metadata_url=other.metadata_url, client=other.client, logout=other.logout)
    if is_same and found.authorization is None:
        found = evolve(found, authorization=other.authorization, refresh=found.refresh or other.refresh)
    return found
