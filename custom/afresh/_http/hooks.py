"""Defer httpx's response hooks until after the retry.

httpx runs response hooks before the auth flow sees the response. A hook that raises on a 401, for example with
`raise_for_status`, would end the request before its retry. For a 401 that `TokenAuth` may retry, the hooks are
deferred. If it does not retry, it runs them.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    Hook = Callable[[httpx.Response], Any]
    AsyncHook = Callable[[httpx.Response], Awaitable[Any]]

MAY_RETRY: Final = "afresh_may_retry"
"""The request extension that says whether a 401 may lead to a retry."""

DEFERRED: Final = "afresh_hooks_put_off"


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
    if response.status_code != HTTPStatus.UNAUTHORIZED or not response.request.extensions.get(MAY_RETRY):
        return False
    response.extensions.setdefault(DEFERRED, []).append(hook)
    return True
