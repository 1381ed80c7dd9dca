"""Send a call out of band: through a client of its own, without auth, user hooks, redirects or cookies.

Each call has its own time-out and a new connection. A connection that was idle since the last refresh may be dead
without either side knowing, and a response lost on it can cost the session. Nobody else can close that client during
the call.
"""

from __future__ import annotations

from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any

import httpx

from afresh._connection import client_arguments
from afresh._errors import ConfigurationError, SDKError, TransportError
from afresh._origin import origin
from afresh._session.threads import Deadline

from .answer import read_answer

if TYPE_CHECKING:
    from collections.abc import Callable


def token_client(*, base_url: httpx.URL, **options: Any) -> httpx.Client:
    """Make the client of one token call. Used unless the user gives another `token_client`."""
    return httpx.Client(**client_arguments(base_url), **options)


class Sender:
    """Sends calls that deal in tokens.

    Args:
        base_url: The API's base URL.
        timeout: The time limit of a call, in seconds, from its start to the end of its response.
        make_client: Makes an `httpx.Client` from the given keyword arguments.
    """

    def __init__(self, base_url: httpx.URL, *, timeout: float, make_client: Callable[..., httpx.Client]) -> None:
        self._base_url = base_url
        self._timeout = timeout
        self._make_client = make_client

    def send(
        self,
        method: str,
        url: httpx.URL,
        arguments_of: Callable[[], dict[str, Any]],
        *,
        hook: Callable[[httpx.Request], object] | None = None,
    ) -> httpx.Response:
        """Send a request, and return its response, read whole.

        No token is in this frame when one of the SDK's errors is raised, so none gets into a traceback's locals.

        Args:
            method: The method.
            url: The URL, of any origin.
            arguments_of: Returns the other arguments of `httpx.Client.request`.
            hook: Completes the request before it is sent.

        Raises:
            httpx.RequestError: The server did not respond.
            SDKError: The arguments could not be made, or the client.
        """
        base_url = self._base_url if origin(url) == origin(self._base_url) else url.copy_with(raw_path=b"/")
        arguments: dict[str, Any] = {}
        stack = ExitStack()
        try:
            http = stack.enter_context(self._new_client(base_url))
            if hook is not None:
                http.event_hooks["request"].append(hook)
            arguments = arguments_of()
            url = url.copy_merge_params(arguments.pop("params"))
            deadline = Deadline(self._timeout, httpx.Request(method, url))
            arguments["extensions"] = {"trace": deadline.trace}

            def send() -> httpx.Response:
                with http.stream(method, url, follow_redirects=False, **arguments) as response:
                    return read_answer(response)

            return deadline.run(send)
        except (httpx.RequestError, SDKError):
            raise
        except Exception as error:  # noqa: BLE001 - a user's own transport; the error's text may hold a token
            raise TransportError(f"{type(error).__name__} when the call was sent: check token_client") from None
        finally:
            arguments.clear()
            with suppress(Exception):  # the call has succeeded or failed already
                stack.close()

    def _new_client(self, base_url: httpx.URL) -> httpx.Client:
        try:
            return self._make_client(base_url=base_url, timeout=self._timeout, follow_redirects=False)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ConfigurationError(f"token_client could not make a client ({reason}): correct it") from error
