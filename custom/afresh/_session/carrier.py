"""Put the access token where the API's description says, if that is not `Authorization: Bearer`.

A request to the API has the token, and what is sent back against request forgery (CSRF). A redirect to another origin
takes neither along: httpx follows redirects below the auth flow, so a request hook of the client sees to it
(`send_keys`).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import frozen

from afresh._errors import DecodeError
from afresh._http import httpx
from afresh._keys import given, put
from afresh._origin import origin
from afresh._server_message import TOKEN_SENT
from afresh_api.security import Scheme

from .token_calls.answer import read_tokens
from .token_calls.cookies import bare, covers, sent_back, set_cookies

if TYPE_CHECKING:
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import TokenLifecycle

ACCESS_TOKEN: Final = "$accessToken"  # noqa: S105 - the name of one
AUTHORIZATION: Final = "authorization"
MOST_ANSWERED: Final = 100
"""The number of cookies of answers that are known as such, lest one in a jar is taken for one of the caller."""


def carrier_of(lifecycle: TokenLifecycle | None, base_url: httpx.URL) -> Carrier | None:
    """Return what carries the tokens of an API; None for bearer tokens."""
    if lifecycle is None or (lifecycle.carrier is None and lifecycle.csrf is None):
        return None
    return Carrier(lifecycle, base_url)


class Carrier:
    """Puts tokens into requests to an API.

    Args:
        lifecycle: The API's token lifecycle.
        base_url: The API's base URL. Tokens go to its origin only.

    Attributes:
        is_authorization: Whether the token is in the header Authorization.
        needs_hook: Whether a redirect would take a header along, unless a hook of the client removes it.
    """

    def __init__(self, lifecycle: TokenLifecycle, base_url: httpx.URL) -> None:
        said = lifecycle.carrier
        name = said.path[0] if said else AUTHORIZATION
        self._scheme = Scheme("header" if said is None or said.where == "body" else said.where, name, ())
        self._value = str(said.value) if said else f"Bearer {ACCESS_TOKEN}"
        self._csrf = lifecycle.csrf
        self._fields = lifecycle.tokens
        self.origin: Final = origin(base_url)
        is_header = self._scheme.place == "header"
        self.is_authorization: Final = is_header and name.lower() == AUTHORIZATION
        self.needs_hook: Final = self._csrf is not None or (is_header and not self.is_authorization)
        self._answered: deque[int] = deque(maxlen=MOST_ANSWERED)

    @property
    def cookie(self) -> str | None:
        """The name of the cookie with the access token; None if it is not in a cookie."""
        return self._scheme.name if self._scheme.place == "cookie" else None

    def is_for(self, request: httpx.Request, tokens: Tokens | None) -> bool:
        """Return whether a request is within the path that the cookie of the access token is for."""
        path = tokens.cookie_path if tokens and self.cookie else None
        return path is None or covers(path, request.url.path)

    def is_given(self, request: httpx.Request) -> bool:
        """Return whether a request has a token of the caller: neither one of ours, nor one that an answer has set."""
        value = given(request, self._scheme)
        if value is None:
            return False
        sent: SentToken | None = request.extensions.get(TOKEN_SENT)
        return (sent is None or value != self.text(sent.tokens)) and hash(value) not in self._answered

    def send(self, request: httpx.Request, tokens: Tokens) -> None:
        """Put tokens into a request, in place of those that it was sent with before."""
        earlier: SentToken | None = request.extensions.get(TOKEN_SENT)
        if earlier is not None and self._scheme.place == "query":
            request.url = earlier.url
        is_csrf_given = (
            earlier.is_csrf_given if earlier else self._csrf is not None and self._csrf.header in request.headers
        )
        sent = SentToken(self, tokens, request.url, is_csrf_given)
        request.extensions[TOKEN_SENT] = sent
        self.put(request, sent)

    def put(self, request: httpx.Request, sent: SentToken) -> None:
        """Put tokens into a request to the API."""
        text = self.text(sent.tokens)
        if given(request, self._scheme) != text:
            put(request, self._scheme, text)
        if not sent.is_csrf_given:
            headers, cookies = sent_back(self._csrf, dict(sent.tokens.csrf), request.url)
            for name, value in headers.items():
                if name != "Referer" or name not in request.headers:
                    request.headers[name] = value
            for name, value in cookies.items():
                put(request, Scheme("cookie", name, ()), value)

    def remove(self, request: httpx.Request, sent: SentToken) -> None:
        """Take tokens from a request that a redirect leads elsewhere. Cookies and the query do not go along."""
        if self._scheme.place == "header":
            request.headers.pop(self._scheme.name, None)
        if self._csrf is not None and not sent.is_csrf_given:
            request.headers.pop(self._csrf.header, None)

    def text(self, tokens: Tokens) -> str:
        """Return what stands at the place of the access token."""
        token = tokens.access_token if self.cookie else bare(tokens.access_token)
        return self._value.replace(ACCESS_TOKEN, token)

    def read(self, response: httpx.Response, tokens: Tokens) -> Tokens | None:
        """Return the tokens that an answer to a request with other tokens has set; None if it has set none."""
        if self.cookie is None or "set-cookie" not in response.headers:
            return None
        cookie = set_cookies(response).get(self.cookie)
        if cookie is None or cookie.is_deleted:
            return None
        self._answered.append(hash(cookie.value))
        if cookie.value == tokens.access_token:
            return None
        headers = [(name, value) for name, value in response.headers.raw if name.lower() in {b"date", b"set-cookie"}]
        alone = httpx.Response(response.status_code, headers=headers, request=response.request)
        try:
            return read_tokens(alone, self._fields, previous=tokens, host=self.origin[1])
        except DecodeError:  # another value than a token
            return None


@frozen(repr=False)
class SentToken:
    """The tokens that a request is sent with, as its extension. The repr shows none, since extensions are logged.

    Attributes:
        carrier: What put them there.
        tokens: The tokens.
        url: The URL without a token in its query.
        is_csrf_given: Whether the caller has given what is sent back against request forgery.
    """

    carrier: Carrier
    tokens: Tokens
    url: httpx.URL
    is_csrf_given: bool

    @property
    def secrets(self) -> list[str]:
        """The texts that no message may show."""
        texts = [self.tokens.access_token, *(value for _, value in self.tokens.csrf)]
        return [form for text in texts for form in (text, bare(text))]

    def add(self, request: httpx.Request) -> None:
        """Add the tokens to a request to the API's origin, and take them from one that a redirect leads elsewhere."""
        if origin(request.url) != self.carrier.origin:
            self.carrier.remove(request, self)
        elif self.carrier.is_for(request, self.tokens):
            self.carrier.put(request, self)
