"""`TokenAuth`: adds the access token to each request, and retries once if the server rejects it.

The challenges of a 401 say whether it is about the token: see the WWW-Authenticate header (RFC 9110, section 11.6.1).

httpx runs response hooks before the auth flow sees the response. A hook that raises on a 401, for example with
`raise_for_status`, would end the request before its retry. For an answer that `TokenAuth` may retry, the hooks are
deferred. If it does not retry, it runs them.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from afresh._bodies import can_send_again
from afresh._errors import TOKEN_REJECTED, ConfigurationError, NotSignedIn
from afresh._http import httpx
from afresh._keys import OUR_AUTHORIZATION, SECURITY, is_authorized
from afresh._origin import origin
from afresh_api.security import SCHEMES, UNSERVED, USUAL

from .expired import UNAUTHORIZED, ExpiryJudge

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Iterator

    from afresh._tokens import Tokens

    from .session import Session

    Hook = Callable[[httpx.Response], Any]
    AsyncHook = Callable[[httpx.Response], Awaitable[Any]]

log = logging.getLogger("afresh")

OPTIONAL: Final = "optional_auth"
"""The request extension of an operation that takes a token and works without one. The generated package sets it."""

HAS_KEYS: Final = bool(SCHEMES or UNSERVED)
"""Whether the API asks for more than the token of the session."""

MAY_RETRY: Final = "afresh_may_retry"
"""The request extension with the statuses that may lead to a retry."""

DEFERRED: Final = "afresh_hooks_put_off"

NO_STATUS: Final = frozenset[int]()

MAX_RETRIES: Final = 3
"""One retry, and two more if the tokens of a retry expired on the way."""

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "QUERY", "OPTIONS", "TRACE"})

OTHER_SCHEMES: Final = frozenset(
    {
        "basic",
        "concealed",
        "digest",
        "dpop",
        "gnap",
        "hoba",
        "mutual",
        "negotiate",
        "ntlm",
        "oauth",
        "privatetoken",
        "scram-sha-1",
        "scram-sha-256",
        "vapid",
    }
)
"""Schemes that a bearer token cannot satisfy: those registered with IANA, and NTLM. An unknown scheme may be bearer."""

OTHER_ERRORS: Final = frozenset({"insufficient_scope", "invalid_request", "use_dpop_nonce"})
"""Errors that a new token would get as well (RFC 6750, section 3.1; RFC 9449, section 9)."""

_NAME: Final = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_CHALLENGE_PART: Final = re.compile(
    rf"""[\s,]*(?:
        (?P<name>{_NAME})\s*=\s*(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s",]+))  # a parameter
        | (?P<scheme>{_NAME})(?:\s+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$)))?  # a scheme, perhaps with a token68
    )""",
    re.VERBOSE,
)


class TokenAuth(httpx.Auth):
    """Authenticates requests of any httpx client with a session's tokens: `httpx.Client(auth=TokenAuth(session))`.

    A request that is answered 401 is sent once more, with renewed tokens. The caller gets a second 401, unless those
    tokens came due or were replaced on the way: then the request is sent again, at most twice.
    Requests to other origins than the session's, and requests that already have an Authorization header, are sent
    unchanged. So are requests that need no token while nobody is signed in.

    Where the API's description says so, the token is in a cookie, in the query or in another header, and other answers
    than a 401 mean that it is no good.

    It also chooses the session's keys for the API's operations. Only a `Client` sends them.

    A request raises what `Session.obtain` raises if there are no usable tokens.

    Args:
        session: The session.
        serves_others: Whether the httpx client sees to the security schemes that the SDK cannot send by itself.
        has_hook: Whether the httpx client has the request hook that sees to redirects.

    Raises:
        ConfigurationError: A redirect would take the token, or what goes with it, to another origin.
    """

    def __init__(self, session: Session, *, serves_others: bool = False, has_hook: bool = False) -> None:
        self._session = session
        self._serves_others = serves_others
        self._origin = origin(session.base_url)
        self._carrier = session.carrier
        self._is_given = self._carrier.is_given if self._carrier else is_authorized
        self._judge = ExpiryJudge(session.expired) if session.expired else None
        self._statuses = self._judge.statuses if self._judge else frozenset({UNAUTHORIZED})
        if self._carrier is not None and self._carrier.needs_hook and not has_hook:
            raise ConfigurationError(
                "the API takes its token, or a value against request forgery, in a header that httpx takes along to "
                "other origins when it follows redirects: use `Client` or `AsyncClient`, and their `http`"
            )

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Run by `httpx.Client` around each request."""
        if not self._is_ours(request):
            yield request
            return
        tokens = self._session.obtain(can_send_again=can_send_again(request.stream))
        response = yield self._authorized(request, tokens, may_retry=True)
        if self._carrier is not None:
            self._adopt(response, tokens)
        if response.status_code not in self._statuses:
            return
        for retries in range(MAX_RETRIES):
            is_rejected = self._is_rejected(response) if self._judge is None else self._judge.judge(response)
            if not self._is_worth_retrying(response, tokens, retries, is_rejected=is_rejected):
                break
            response.read()  # returns the connection to the pool, where other requests may wait for one
            renewed = self._session.obtain(rejected=tokens)
            if not _may_retry(request, tokens, renewed):
                break
            tokens = renewed
            response = yield self._authorized(request, tokens, may_retry=retries + 1 < MAX_RETRIES)
        run_hooks(response)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Run by `httpx.AsyncClient` around each request."""
        if not self._is_ours(request):
            yield request
            return
        tokens = await self._session.obtain_async(can_send_again=can_send_again(request.stream))
        response = yield self._authorized(request, tokens, may_retry=True)
        if self._carrier is not None:
            self._adopt(response, tokens)
        if response.status_code not in self._statuses:
            return
        for retries in range(MAX_RETRIES):
            is_rejected = (
                self._is_rejected(response) if self._judge is None else await self._judge.judge_async(response)
            )
            if not self._is_worth_retrying(response, tokens, retries, is_rejected=is_rejected):
                break
            await response.aread()
            renewed = await self._session.obtain_async(rejected=tokens)
            if not _may_retry(request, tokens, renewed):
                break
            tokens = renewed
            response = yield self._authorized(request, tokens, may_retry=retries + 1 < MAX_RETRIES)
        await run_hooks_async(response)

    @staticmethod
    def _is_rejected(response: httpx.Response) -> bool:
        return response.status_code == UNAUTHORIZED

    def _is_worth_retrying(self, response: httpx.Response, tokens: Tokens, retries: int, *, is_rejected: bool) -> bool:
        """Return whether new tokens may help a request that was sent with these, after this number of retries."""
        if not is_rejected:
            if retries:
                self._session.note_accepted()
            return False
        if not _is_about_token(response):
            return False
        response.extensions[TOKEN_REJECTED] = True
        return not retries or self._session.is_worth_another_retry(tokens)

    def _is_ours(self, request: httpx.Request) -> bool:
        if origin(request.url) != self._origin:
            return False
        if self._carrier is not None and not self._carrier.is_for(request, self._session.tokens):
            return False
        if HAS_KEYS and not self._chooses_token(request):
            return False
        return not self._goes_without(request) and not self._is_given(request)

    def _authorized(self, request: httpx.Request, tokens: Tokens, *, may_retry: bool) -> httpx.Request:
        request.extensions[MAY_RETRY] = self._statuses if may_retry else NO_STATUS
        if self._carrier is not None:
            self._carrier.send(request, tokens)
            return request
        header = f"Bearer {tokens.access_token}"
        request.headers["Authorization"] = header
        request.extensions[OUR_AUTHORIZATION] = hash(header)
        return request

    def _adopt(self, response: httpx.Response, tokens: Tokens) -> None:
        """Use the cookie that an answer sets in place of the access token's, as APIs with sliding sessions do."""
        if self._carrier is not None and origin(response.request.url) == self._origin:
            new = self._carrier.read(response, tokens)
            if new is not None and response.is_success:
                self._session.adopt(tokens, new)

    def _goes_without(self, request: httpx.Request) -> bool:
        return OPTIONAL in request.extensions and not self._has_token

    @property
    def _has_token(self) -> bool:
        return self._session.tokens is not None or self._session.keeps_credentials

    def _chooses_token(self, request: httpx.Request) -> bool:
        """Choose what a request is sent with, where the API takes keys, too. Return whether it is sent with a token."""
        security, has_token = request.extensions.get(SECURITY), self._has_token
        asked = USUAL if security is None else security
        try:
            return self._session.keys.choose(
                request, asked, has_token=has_token, serves_others=self._serves_others, is_given=self._is_given
            )
        except (ConfigurationError, NotSignedIn) as error:
            failure = error
        if security is None and has_token:  # nothing says what the request needs
            return True
        if security is None or isinstance(failure, NotSignedIn):
            with suppress(NotSignedIn):
                self._session.obtain()  # raises why the session is over, if it is
        raise failure


def _is_about_token(response: httpx.Response) -> bool:
    """Return whether a 401, or another status for it, is about the access token, so that a new one may help."""
    _log(f"was answered {response.status_code}", response.request, "unauthorized")
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


def is_about_bearer_token(response: httpx.Response) -> bool:
    """Return whether a new bearer token may help: the 401 says that the token is invalid, or gives no other reason."""
    challenges = list(_challenges(", ".join(response.headers.get_list("WWW-Authenticate"))))
    ours = [parameters for scheme, parameters in challenges if scheme not in OTHER_SCHEMES]
    if challenges and not ours:
        return False
    return not ours or any(parameters.get("error") not in OTHER_ERRORS for parameters in ours)


def _challenges(value: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the scheme, in lower case, and the parameters of each challenge. Skip what is not a challenge."""
    scheme, parameters, position = "", dict[str, str](), 0
    while position < len(value):
        part = _CHALLENGE_PART.match(value, position)
        if part is None:
            position += 1
            continue
        position = part.end()
        if part["scheme"] is not None:
            if scheme:
                yield scheme, parameters
            scheme, parameters = part["scheme"].lower(), {}
        else:
            text = part["plain"] if part["quoted"] is None else re.sub(r"\\(.)", r"\1", part["quoted"])
            parameters.setdefault(part["name"].lower(), text)
    if scheme:
        yield scheme, parameters


def put_off_response_hooks(http: httpx.Client | httpx.AsyncClient) -> None:
    """Defer the response hooks that a client has now until the end of the auth flow."""
    deferred = _deferred_async if isinstance(http, httpx.AsyncClient) else _deferred
    http.event_hooks = {**http.event_hooks, "response": [deferred(hook) for hook in http.event_hooks["response"]]}


def run_hooks(response: httpx.Response) -> None:
    """Run the deferred hooks. Raises what a hook raises."""
    for hook in response.extensions.pop(DEFERRED, ()):
        hook(response)


async def run_hooks_async(response: httpx.Response) -> None:
    """Run the deferred hooks. Raises what a hook raises."""
    for hook in response.extensions.pop(DEFERRED, ()):
        await hook(response)


def _deferred(hook: Hook) -> Hook:
    def defer_or_run(response: httpx.Response) -> None:
        if not _try_defer(response, hook):
            hook(response)

    return defer_or_run


def _deferred_async(hook: AsyncHook) -> AsyncHook:
    async def defer_or_run(response: httpx.Response) -> None:
        if not _try_defer(response, hook):
            await hook(response)

    return defer_or_run


def _try_defer(response: httpx.Response, hook: Hook) -> bool:
    if response.status_code not in response.request.extensions.get(MAY_RETRY, NO_STATUS):
        return False
    response.extensions.setdefault(DEFERRED, []).append(hook)
    return True
