# Written by scripts/generate from the description of the API: changes made here are lost.
"""The clients that the functions in `api` take: where the API is, and the httpx clients that speak to it."""

from __future__ import annotations

import ssl
from copy import copy
from types import TracebackType
from typing import Any, Self

import httpx

DEFAULT_TIMEOUT = httpx.Timeout(5.0)


class Client:
    """Where the API is, and how to speak to it.

    Args:
        base_url: The URL that the paths of the operations are added to.
        cookies: Sent with every request.
        headers: Sent with every request.
        timeout: When to give up; httpx.TimeoutException is raised then. Five seconds for each step where not given;
            None is never.
        verify_ssl: Whether to verify the server's certificate, or how, as the `verify` of httpx.
        follow_redirects: Whether to follow redirects.
        httpx_args: More arguments for `httpx.Client` and `httpx.AsyncClient`.
        raise_on_unexpected_status: Whether an answer whose status is not described raises
            `errors.UnexpectedStatus`, rather than giving None.
    """

    def __init__(
        self,
        base_url: str,
        *,
        cookies: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        timeout: httpx.Timeout | None = DEFAULT_TIMEOUT,
        verify_ssl: str | bool | ssl.SSLContext = True,
        follow_redirects: bool = False,
        httpx_args: dict[str, Any] | None = None,
        raise_on_unexpected_status: bool = False,
    ) -> None:
        self.raise_on_unexpected_status = raise_on_unexpected_status
        self._base_url = base_url
        self._cookies = cookies or {}
        self._headers = headers or {}
        self._timeout = timeout
        self._verify_ssl = verify_ssl
        self._follow_redirects = follow_redirects
        self._httpx_args = httpx_args or {}
        self._client: httpx.Client | None = None
        self._async_client: httpx.AsyncClient | None = None
        # What with_headers and the like added: sent with each request, since the httpx clients are shared.
        self._request_headers: dict[str, str] = {}
        self._request_cookies: dict[str, str] = {}
        self._request_options: dict[str, Any] = {}

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._base_url}>"  # which shows no header, cookie or token

    def with_headers(self, headers: dict[str, str]) -> Self:
        """Return a copy that sends these headers too; it shares the httpx clients that this one has by now."""
        copied = copy(self)
        copied._headers = _with(self._headers, headers)
        copied._request_headers = _with(self._request_headers, headers)
        return copied

    def with_cookies(self, cookies: dict[str, str]) -> Self:
        """Return a copy that sends these cookies too; it shares the httpx clients that this one has by now.

        Where it does share one, its requests carry these cookies in place of those that the httpx client has stored.
        """
        copied = copy(self)
        copied._cookies = {**self._cookies, **cookies}
        copied._request_cookies = {**self._request_cookies, **cookies}
        return copied

    def with_timeout(self, timeout: httpx.Timeout) -> Self:
        """Return a copy with another timeout; it shares the httpx clients that this one has by now."""
        copied = copy(self)
        copied._timeout = timeout
        copied._request_options = {**self._request_options, "timeout": timeout}
        return copied

    def request_arguments(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Add to the arguments of a request what with_headers, with_cookies and with_timeout said."""
        headers = httpx.Headers(self._request_headers)
        if self._request_cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._request_cookies.items())
        headers.update(arguments.get("headers"))
        return {**self._request_options, **arguments, "headers": headers}

    def set_httpx_client(self, client: httpx.Client) -> Self:
        """Use this httpx client, whose own settings then hold, in place of the one that would be made."""
        self._client = client
        return self

    def get_httpx_client(self) -> httpx.Client:
        """Return the httpx client; it is made when it is first needed."""
        if self._client is None:
            self._client = httpx.Client(
                base_url=self._base_url,
                cookies=self._cookies,
                headers=self._default_headers(),
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
        return self._client

    def set_async_httpx_client(self, async_client: httpx.AsyncClient) -> Self:
        """Use this httpx client, whose own settings then hold, in place of the one that would be made."""
        self._async_client = async_client
        return self

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the asynchronous httpx client; it is made when it is first needed."""
        if self._async_client is None:
            self._async_client = httpx.AsyncClient(
                base_url=self._base_url,
                cookies=self._cookies,
                headers=self._default_headers(),
                timeout=self._timeout,
                verify=self._verify_ssl,
                follow_redirects=self._follow_redirects,
                **self._httpx_args,
            )
        return self._async_client

    def _default_headers(self) -> dict[str, str]:
        return self._headers

    def __enter__(self) -> Self:
        self.get_httpx_client().__enter__()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        self.get_httpx_client().__exit__(exc_type, exc_value, traceback)

    async def __aenter__(self) -> Self:
        await self.get_async_httpx_client().__aenter__()
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        await self.get_async_httpx_client().__aexit__(exc_type, exc_value, traceback)


def _with(headers: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    """Add headers, in place of those that have the same names but for upper and lower case."""
    replaced = {name.lower() for name in more}
    return {**{name: value for name, value in headers.items() if name.lower() not in replaced}, **more}


class AuthenticatedClient(Client):
    """A client that sends a token with every request, unless the httpx client was set by hand.

    Args:
        token: The token.
        prefix: What stands before it; the empty string is nothing.
        auth_header_name: The header that carries it.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        prefix: str = "Bearer",
        auth_header_name: str = "Authorization",
        *,
        cookies: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        timeout: httpx.Timeout | None = DEFAULT_TIMEOUT,
        verify_ssl: str | bool | ssl.SSLContext = True,
        follow_redirects: bool = False,
        httpx_args: dict[str, Any] | None = None,
        raise_on_unexpected_status: bool = False,
    ) -> None:
        super().__init__(
            base_url,
            cookies=cookies,
            headers=headers,
            timeout=timeout,
            verify_ssl=verify_ssl,
            follow_redirects=follow_redirects,
            httpx_args=httpx_args,
            raise_on_unexpected_status=raise_on_unexpected_status,
        )
        self.token = token
        self.prefix = prefix
        self.auth_header_name = auth_header_name

    def _default_headers(self) -> dict[str, str]:
        value = f"{self.prefix} {self.token}" if self.prefix else self.token
        return _with(self._headers, {self.auth_header_name: value})
