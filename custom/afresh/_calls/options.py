"""The options of calls, checked when they are given: those of a client, and those that `with_options` changes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, TypedDict

from attrs import evolve, field, frozen

from afresh._errors import InvalidArgument
from afresh._http import httpx
from afresh_api.errors import InvalidValue, kind
from afresh_api.values import header_text, is_mapping

from .building import checked_fields, with_body_fields, with_query_fields, written_query
from .retrying import TimeLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from afresh._connection import TransportName
    from afresh._errors import SessionExpired
    from afresh._session.session import Session
    from afresh._session.token_calls.client_authentication import ClientKey
    from afresh._session.token_calls.endpoint import Credentials
    from afresh._stores.memory_store import TokenStore
    from afresh._tokens import Tokens
    from afresh_api.operation import Operation
    from afresh_api.security import Keys

RETRIES: Final = 6
"""The default maximum number of retries."""

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""The header of the idempotency key, unless the API's description names another."""

OWN_HEADERS: Final = frozenset({"accept", "content-type"})
"""The headers that the SDK sets according to the API's description. None of them is an argument of a method."""

NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
"""A valid header name (RFC 9110, section 5.1)."""


@frozen
class Options:
    """The options of a call.

    Attributes:
        retries: The maximum number of retries after a transient failure.
        timeout: The timeout of a request; None uses that of the httpx client.
        headers: Headers to send with each request. They override those of the SDK, but not a method's arguments.
        idempotency_key: A key by which the server recognizes a repeated call.
        total_timeout: The time limit of a call with all its attempts, in seconds; None if there is none.
        query: Fields to add to the query, as names and values.
        body: Fields to add to the body.
    """

    retries: int = RETRIES
    timeout: httpx.Timeout | float | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])
    idempotency_key: str | None = None
    total_timeout: float | None = None
    query: list[tuple[str, str]] = field(factory=list[tuple[str, str]])
    body: dict[str, Any] = field(factory=dict[str, Any])

    def changed(
        self,
        *,
        headers: Mapping[str, str] | None,
        query: Mapping[str, object] | None,
        body: Mapping[str, object] | None,
        **changes: Any,
    ) -> Options:
        """Return a copy with the options that are not None changed.

        Headers and the fields of queries and bodies are added to the existing ones.
        """
        given = {name: value for name, value in changes.items() if value is not None}
        check_options(given, {} if headers is None else headers)
        if headers is not None:
            given["headers"] = _merge(self.headers, headers)
        if query is not None:
            fields = checked_fields("query", query)
            kept = [(name, value) for name, value in self.query if name not in fields]
            given["query"] = [*kept, *written_query(fields)]
        if body is not None:
            given["body"] = {**self.body, **checked_fields("body", body)}
        return evolve(self, **given)

    def time_limit(self, request: httpx.Request) -> TimeLimit | None:
        """Return the time limit of a call that starts now; None if there is none."""
        return None if self.total_timeout is None else TimeLimit(self.total_timeout, request)

    def apply(self, operation: Operation[Any], prefix: str, arguments: dict[str, Any]) -> dict[str, Any]:
        """Return the arguments of `httpx.Client.build_request` with these options applied.

        Headers in `arguments` that are arguments of the method are kept. Those that the SDK sets are overridden by the
        headers of these options.

        Args:
            operation: The operation.
            prefix: The base URL, for errors.
            arguments: The arguments without options.

        Raises:
            InvalidArgument: There are fields to add to a body that has none.
        """
        if self.query:
            arguments = with_query_fields(arguments, self.query)
        if self.body:
            request = {"method": operation.method, "url": prefix + operation.path}
            arguments = with_body_fields(arguments, self.body, request)
        changes: dict[str, Any] = {} if self.timeout is None else {"timeout": self.timeout}
        key = self.idempotency_key
        keys = {} if key is None else {operation.idempotency_header or IDEMPOTENCY_KEY: key}
        if self.headers or keys:
            own = arguments.get("headers", {})
            overriding = {name: value for name, value in self.headers.items() if name.lower() in OWN_HEADERS}
            changes["headers"] = _merge(self.headers, keys, own, overriding)
        return {**arguments, **changes} if changes else arguments

    def lift_read_timeout(self, response: httpx.Response) -> None:
        """Let a stream pause between two values for any time, unless a timeout was given."""
        if self.timeout is None:
            response.request.extensions["timeout"]["read"] = None  # httpcore reads it when it starts to read the body


def _merge(*layers: Mapping[str, str]) -> httpx.Headers:
    """Merge headers; later ones override earlier ones. Names are case-insensitive."""
    headers = httpx.Headers()
    for layer in layers:
        headers.update(layer)
    return headers


class _CommonOptions(TypedDict, total=False):
    base_url: str | None
    session: Session | None
    store: TokenStore | None
    tokens: Tokens | None
    refresh_token: str | None
    client_id: str | None
    client_secret: str | None
    client_key: ClientKey | None
    credentials: Credentials | None
    timeout: httpx.Timeout | float | None
    retries: int
    headers: Mapping[str, str] | None
    total_timeout: float | None
    on_session_end: Callable[[SessionExpired], object] | None
    token_client: Callable[..., httpx.Client] | None
    allow_http: str | Iterable[str] | None
    keys: Keys | None


class ClientOptions(_CommonOptions, total=False):
    """The keyword arguments of `Client`."""

    http_client: httpx.Client | None


class AsyncClientOptions(_CommonOptions, total=False):
    """The keyword arguments of `AsyncClient`."""

    http_client: httpx.AsyncClient | None
    transport: TransportName


def checked_options(retries: int, headers: Mapping[str, str] | None, total_timeout: float | None) -> Options:
    """Return the options of a client.

    Raises:
        InvalidArgument: An option has the wrong type, or cannot be sent.
    """
    return Options().changed(retries=retries, headers=headers, total_timeout=total_timeout, query=None, body=None)


def check_options(options: Mapping[str, Any], headers: Any) -> None:
    """Check the given options, by name, and headers.

    Raises:
        InvalidArgument: An option has the wrong type, or cannot be sent.
    """
    if "retries" in options and (type(options["retries"]) is not int or options["retries"] < 0):
        raise _refusal("retries", options["retries"], "a whole number, 0 or more")
    if "timeout" in options:
        check_timeout(options["timeout"])
    if "total_timeout" in options and not (_is_number(options["total_timeout"]) and options["total_timeout"] > 0):
        raise _refusal("total_timeout", options["total_timeout"], "a number of seconds, more than 0")
    if "idempotency_key" in options:
        _check_header("idempotency_key", options["idempotency_key"])
    if not is_mapping(headers):
        raise _refusal("headers", headers, "a mapping of names to values")
    for name, value in headers.items():
        if not isinstance(name, str) or not NAME.fullmatch(name):
            message = f"`headers` has the name {name!r}, which is not a valid header name (RFC 9110, section 5.1)."
            raise InvalidArgument(message, argument="headers")
        _check_header(f"headers[{name!r}]", value)


def check_timeout(timeout: Any) -> None:
    """Check a timeout. Raise InvalidArgument if it is not a number of seconds or an `httpx.Timeout`."""
    if not (_is_number(timeout) and timeout >= 0) and not isinstance(timeout, httpx.Timeout):
        raise _refusal("timeout", timeout, "a number of seconds, or an httpx.Timeout")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_header(argument: str, value: Any) -> None:
    if not isinstance(value, str):
        raise _refusal(argument, value, "a string")
    try:
        header_text(value)
    except InvalidValue as error:
        raise InvalidArgument(f"`{argument}` {error.reason}.", argument=argument) from None


def _refusal(argument: str, value: Any, expected: str) -> InvalidArgument:
    shown = f"{value!r}" if isinstance(value, int | float) else kind(value)
    return InvalidArgument(f"`{argument}` must be {expected}, not {shown}.", argument=argument)
