"""`TokenAuth`: adds the access token to each request, and retries once if the server rejects it."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

import httpx

from afresh._http.hooks import MAY_RETRY, run_hooks, run_hooks_async
from afresh._http.replaying import can_send_again
from afresh._origin import origin

from .challenges import is_about_bearer_token

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from afresh._tokens import Tokens

    from .session import Session

log = logging.getLogger("afresh")

OUR_AUTHORIZATION: Final = "afresh_authorization"
"""The request extension that marks the Authorization header as ours. It holds a hash, since extensions are logged."""

OPTIONAL: Final = "optional_auth"
"""The request extension of an operation that takes a token and works without one. The generated package sets it."""

UNAUTHORIZED: Final = int(HTTPStatus.UNAUTHORIZED)
"""A plain int: it is compared after each request, and looking up an enum member is slower than the comparison."""

MAX_RETRIES: Final = 3
"""One retry, and two more if the tokens of a retry expired on the way."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class TokenAuth(httpx.Auth):
    """Authenticates requests of any httpx client with a session's tokens: `httpx.Client(auth=TokenAuth(session))`.

    A request that is answered 401 is sent once more, with renewed tokens. The caller gets a second 401, unless those
    tokens came due or were replaced on the way: then the request is sent again, at most twice.
    Requests to other origins than the session's, and requests that already have an Authorization header, are sent
    unchanged. So are requests that need no token while nobody is signed in.

    A request raises what `Session.obtain` raises if there are no usable tokens.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._origin = origin(session.base_url)

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Run by `httpx.Client` around each request."""
        if not self._is_ours(request):
            yield request
            return
        tokens = self._session.obtain(can_send_again=can_send_again(request.stream))
        response = yield _authorized(request, tokens, may_retry=True)
        if response.status_code != UNAUTHORIZED:
            return
        for retries in range(MAX_RETRIES):
            if not self._is_worth_retrying(response, tokens, retries):
                break
            response.read()  # returns the connection to the pool, where other requests may wait for one
            renewed = self._session.obtain(rejected=tokens)
            if not _may_retry(request, tokens, renewed):
                break
            tokens = renewed
            response = yield _authorized(request, tokens, may_retry=retries + 1 < MAX_RETRIES)
        run_hooks(response)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Run by `httpx.AsyncClient` around each request."""
        if not self._is_ours(request):
            yield request
            return
        tokens = await self._session.obtain_async(can_send_again=can_send_again(request.stream))
        response = yield _authorized(request, tokens, may_retry=True)
        if response.status_code != UNAUTHORIZED:
            return
        for retries in range(MAX_RETRIES):
            if not self._is_worth_retrying(response, tokens, retries):
                break
            await response.aread()
            renewed = await self._session.obtain_async(rejected=tokens)
            if not _may_retry(request, tokens, renewed):
                break
            tokens = renewed
            response = yield _authorized(request, tokens, may_retry=retries + 1 < MAX_RETRIES)
        await run_hooks_async(response)

    def _is_worth_retrying(self, response: httpx.Response, tokens: Tokens, retries: int) -> bool:
        """Return whether new tokens may help a request that was sent with these, after this number of retries."""
        if response.status_code != UNAUTHORIZED:
            self._session.note_accepted()
            return False
        if not _is_about_token(response):
            return False
        return not retries or self._session.is_worth_another_retry(tokens)

    def _is_ours(self, request: httpx.Request) -> bool:
        if origin(request.url) != self._origin:
            return False
        if self._goes_without(request):
            return False
        for name, value in request.headers.raw:  # a look-up by name decodes all headers, which is slow
            if name.lower() == b"authorization":
                # A request that is sent again still has the header that we added the first time.
                return hash(value.decode("latin-1")) == request.extensions.get(OUR_AUTHORIZATION)
        return True

    def _goes_without(self, request: httpx.Request) -> bool:
        return OPTIONAL in request.extensions and self._session.tokens is None and not self._session.keeps_credentials


def _authorized(request: httpx.Request, tokens: Tokens, *, may_retry: bool) -> httpx.Request:
    request.extensions[MAY_RETRY] = may_retry
    header = f"Bearer {tokens.access_token}"
    request.headers["Authorization"] = header
    request.extensions[OUR_AUTHORIZATION] = hash(header)
    return request


def _is_about_token(response: httpx.Response) -> bool:
    """Return whether a 401 is about the access token, so that a new one may help."""
    _log("was answered 401", response.request, "unauthorized")
    if not is_about_bearer_token(response):
        return False
    if not response.history:
        return True
    # After a redirect, the 401 may come from another origin, and a retry repeats the request before the redirect.
    first = response.history[0].request
    return first.method in SAFE_METHODS and origin(first.url) == origin(response.request.url)


def _may_retry(request: httpx.Request, rejected: Tokens, renewed: Tokens) -> bool:
    if renewed.access_token == rejected.access_token or not can_send_again(request.stream):
        return False
    _log("is sent again with renewed tokens", request, "retry")
    return True


def _log(action: str, request: httpx.Request, event: str) -> None:
    log.debug("%s %s %s", request.method, request.url.path, action, extra={"event": event})
