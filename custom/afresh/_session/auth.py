"""`TokenAuth`: gives each request its token, and one more try when the token turns out to be no good."""

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

OURS: Final = "afresh_authorization"
"""The extension of a request that marks the Authorization header as ours: its hash, since extensions are logged."""

UNAUTHORIZED: Final = int(HTTPStatus.UNAUTHORIZED)
"""As a plain number: it is looked at after each request, and looking a member up takes longer than comparing it."""

MOST_RETRIES: Final = 3
"""The one retry, and two more where the retry's own tokens outlived their life on the way."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class TokenAuth(httpx.Auth):
    """Authenticates the requests of any httpx client with a session's tokens: `httpx.Client(auth=TokenAuth(session))`.

    A request that is answered 401 is sent once more, with renewed tokens; a second 401 is the caller's answer, unless
    those tokens have come due on the way, or have been replaced: then it is sent again, twice at the most.
    Left alone are requests to other origins than the session's, and those that carry an Authorization header already.

    Raises, in place of an answer, what `Session.obtain` raises.
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
        for retries in range(MOST_RETRIES):
            if not self._is_worth_retrying(response, tokens, retries):
                break
            response.read()  # gives the connection back to the pool, where others may be waiting for one
            renewed = self._session.obtain(rejected=tokens)
            if not _may_retry(request, tokens, renewed):
                break
            tokens = renewed
            response = yield _authorized(request, tokens, may_retry=retries + 1 < MOST_RETRIES)
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
        for retries in range(MOST_RETRIES):
            if not self._is_worth_retrying(response, tokens, retries):
                break
            await response.aread()
            renewed = await self._session.obtain_async(rejected=tokens)
            if not _may_retry(request, tokens, renewed):
                break
            tokens = renewed
            response = yield _authorized(request, tokens, may_retry=retries + 1 < MOST_RETRIES)
        await run_hooks_async(response)

    def _is_worth_retrying(self, response: httpx.Response, tokens: Tokens, retries: int) -> bool:
        """Whether a request that was sent with these tokens, after so many retries, would fare better with new ones."""
        if response.status_code != UNAUTHORIZED:
            self._session.note_accepted()
            return False
        if not _is_about_token(response):
            return False
        return not retries or self._session.is_worth_another_retry(tokens)

    def _is_ours(self, request: httpx.Request) -> bool:
        if origin(request.url) != self._origin:
            return False
        for name, value in request.headers.raw:  # what httpx decodes for a look by name costs more than the rest here
            if name.lower() == b"authorization":
                # A request that is sent a second time still has the header that we gave it the first time.
                return hash(value.decode("latin-1")) == request.extensions.get(OURS)
        return True


def _authorized(request: httpx.Request, tokens: Tokens, *, may_retry: bool) -> httpx.Request:
    request.extensions[MAY_RETRY] = may_retry
    header = f"Bearer {tokens.access_token}"
    request.headers["Authorization"] = header
    request.extensions[OURS] = hash(header)
    return request


def _is_about_token(response: httpx.Response) -> bool:
    """Whether a 401 says that the access token is no good, so that a new one would help."""
    _log("answered 401", response.request, "unauthorized")
    if not is_about_bearer_token(response):
        return False
    if not response.history:
        return True
    # After a redirect the 401 may be another place's, and what is sent again is the request before the redirect.
    first = response.history[0].request
    return first.method in SAFE_METHODS and origin(first.url) == origin(response.request.url)


def _may_retry(request: httpx.Request, rejected: Tokens, renewed: Tokens) -> bool:
    if renewed.access_token == rejected.access_token or not can_send_again(request.stream):
        return False
    _log("is sent again with renewed tokens", request, "retry")
    return True


def _log(what: str, request: httpx.Request, event: str) -> None:
    log.debug("%s %s %s", request.method, request.url.path, what, extra={"event": event})
