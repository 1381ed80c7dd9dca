"""Compiles `authorize`, `device` and `metadata` of `x-token-lifecycle`: where people sign in, and who says the rest."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from attrs import define

from afresh_toolkit.generator.extensions.lifecycle_code import FORM, Authorization, TokenCall
from afresh_toolkit.generator.extensions.oauth2 import AUTHORIZATION_URLS, token_call
from afresh_toolkit.generator.extensions.token_urls import problem_with, relative_to_server
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

SIGN_IN_KEYS = ("authorize", "device")
"""The keys for the two ways, in the order of `AUTHORIZATION_URLS`."""

KEYS = (*SIGN_IN_KEYS, "metadata")


@define(frozen=True)
class AuthorizationKeys:
    """The keys of one extension.

    Attributes:
        document: The description.
        content: The extension.
        report: Takes a problem, and the keys that lead to its place.
    """

    document: Document
    content: Mapping[str, Any]
    report: Callable[..., None]

    @property
    def is_any(self) -> bool:
        """Whether the extension has one of the keys."""
        return any(key in self.content for key in KEYS)

    @property
    def default_client(self) -> str:
        """How the client says who it is unless the extension says it."""
        if "metadata" in self.content:
            return "metadata"
        return "basic" if self.is_any else "none"

    def metadata(self) -> str | None:
        """Return the URL of the metadata."""
        return self._url("metadata") if "metadata" in self.content else None

    def authorization(self, refresh: TokenCall | None) -> Authorization | None:
        """Compile where people sign in. Codes are exchanged where `token` says, or else where tokens are renewed."""
        if not self.is_any:
            return None
        parts = {key: self._part(key) for key in SIGN_IN_KEYS if key in self.content}
        for key, part in parts.items():
            if "metadata" not in self.content and "url" not in part and isinstance(self.content[key], dict):
                self.report(f"`{key}` has no `url`, and there is no `metadata` to say it", key)
        has_metadata = "metadata" in self.content
        grants = [
            grant
            for key, (grant, _) in zip(SIGN_IN_KEYS, AUTHORIZATION_URLS.values(), strict=True)
            if key in parts or has_metadata
        ]
        token = self._token(parts, refresh, tuple(grants))
        in_browser, on_device = (
            relative_to_server(self.document, url)
            if key in parts and "url" in parts[key] and (url := self._url(key, "url"))
            else None
            for key in SIGN_IN_KEYS
        )
        scopes = dict.fromkeys(scope for key, part in parts.items() for scope in self._scopes(key, part))
        return Authorization(token, in_browser, on_device, tuple(scopes))

    def _part(self, key: str) -> Mapping[str, Any]:
        part = self.content[key]
        if not isinstance(part, dict):
            self.report(f"`{key}` must be a mapping, such as `{key}: {{url: /oauth/{key}}}`", key)
        for name in mapping(part):
            if name not in {"url", "token", "scopes", "tokens"}:
                self.report(f"`{name}` means nothing here; known are scopes, token, tokens, url", key, name)
        return mapping(part)

    def _token(
        self, parts: Mapping[str, Mapping[str, Any]], refresh: TokenCall | None, grants: tuple[str, ...]
    ) -> TokenCall:
        urls = {key: self._url(key, "token") for key, part in parts.items() if "token" in part}
        if len({*urls.values()}) > 1:
            self.report(
                "`device` has another `token` than `authorize`; a session has one token endpoint", "device", "token"
            )
        if urls:
            return token_call(self.document, next(iter(urls.values())) or "", grants=grants)
        if refresh and refresh.media_type == FORM and refresh.method == "POST" and _is_standard(refresh):
            return TokenCall("POST", refresh.path, FORM, (), (), refresh.url, grants, tokens=refresh.tokens)
        if "metadata" not in self.content:
            key = next(iter(parts))
            self.report(f"`{key}` does not say where a code is exchanged for tokens; add `token: URL` to it", key)
        return token_call(self.document, None, grants=grants)

    def _scopes(self, key: str, part: Mapping[str, Any]) -> Iterator[str]:
        scopes = part.get("scopes", [])
        if not isinstance(scopes, list | dict) or not all(isinstance(scope, str) and scope.strip() for scope in scopes):
            self.report("`scopes` must be a list of texts, or a mapping of them to what they are for", key, "scopes")
            return
        yield from scopes

    def _url(self, *at: str) -> str | None:
        value: Any = self.content
        for key in at:
            value = value[key]
        problem = problem_with(value)
        if problem:
            self.report(problem.replace("`url`", f"`{at[-1]}`"), *at)
            return None
        return relative_to_server(self.document, value) if at == ("metadata",) else str(value)


def _is_standard(call: TokenCall) -> bool:
    """Whether a call is one to an OAuth2 token endpoint (RFC 6749, section 6)."""
    return any(one.path == ("grant_type",) and one.value == "refresh_token" for one in call.send)
