"""Afresh: a typed client of the API that renews its access tokens.

    from afresh import Client, FileStore

    with Client("https://api.example.com", store=FileStore("session.json")) as api:
        if api.tokens is None:
            api.login(...)  # the request model of the login operation, or an OAuth2 grant

`Client` has one attribute per tag of the API, with one typed method per operation. `AsyncClient` is its asynchronous
counterpart. `python -m afresh call` lists all methods. The models that they take and return are in `afresh_api.models`.

A `TokenStore` keeps the tokens: `MemoryStore` (the default), `FileStore`, `KeyringStore` or `RedisStore`.

All errors are subclasses of `SDKError`. An error response raises an `APIError`, a failed connection a `TransportError`,
and the end of the session `SessionExpired`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._aiohttp.transport import AiohttpTransport
    from ._calls.bulk.calls import bulk
    from ._calls.bulk.outcomes import Outcome
    from ._calls.responses import Answer, with_response
    from ._calls.transfers import Progress, save, save_async, uploading
    from ._client import AsyncClient, Client
    from ._errors import (
        APIError,
        AuthError,
        BadRequest,
        ClosedError,
        ConfigurationError,
        Conflict,
        DecodeError,
        Forbidden,
        InvalidArgument,
        NotFound,
        NotSignedIn,
        RateLimited,
        RefreshUnavailable,
        SDKError,
        ServerError,
        SessionExpired,
        SignInFailed,
        StoreError,
        StreamError,
        TransportError,
        Unauthorized,
        UnprocessableContent,
    )
    from ._session.auth import TokenAuth
    from ._session.grants.authorization_code import AuthorizationCodeGrant, AuthorizationRequest
    from ._session.grants.device_code import DeviceCode, DeviceCodeGrant
    from ._session.session import Session
    from ._session.token_calls.client_authentication import ClientKey
    from ._stores.file_store import FileStore
    from ._stores.keyring_store import KeyringStore
    from ._stores.memory_store import MemoryStore, TokenStore
    from ._stores.redis_store import RedisStore
    from ._tokens import Tokens

__all__ = [
    "APIError",
    "AiohttpTransport",
    "Answer",
    "AsyncClient",
    "AuthError",
    "AuthorizationCodeGrant",
    "AuthorizationRequest",
    "BadRequest",
    "Client",
    "ClientKey",
    "ClosedError",
    "ConfigurationError",
    "Conflict",
    "DecodeError",
    "DeviceCode",
    "DeviceCodeGrant",
    "FileStore",
    "Forbidden",
    "InvalidArgument",
    "KeyringStore",
    "MemoryStore",
    "NotFound",
    "NotSignedIn",
    "Outcome",
    "Progress",
    "RateLimited",
    "RedisStore",
    "RefreshUnavailable",
    "SDKError",
    "ServerError",
    "Session",
    "SessionExpired",
    "SignInFailed",
    "StoreError",
    "StreamError",
    "TokenAuth",
    "TokenStore",
    "Tokens",
    "TransportError",
    "Unauthorized",
    "UnprocessableContent",
    "__version__",
    "bulk",
    "save",
    "save_async",
    "uploading",
    "with_response",
]

__version__: str
"""The version of the installed distribution; empty if the package is used without being installed."""

_HOMES = {
    "AiohttpTransport": "._aiohttp.transport",
    "Answer": "._calls.responses",
    "AsyncClient": "._client",
    "AuthorizationCodeGrant": "._session.grants.authorization_code",
    "AuthorizationRequest": "._session.grants.authorization_code",
    "Client": "._client",
    "ClientKey": "._session.token_calls.client_authentication",
    "DeviceCode": "._session.grants.device_code",
    "DeviceCodeGrant": "._session.grants.device_code",
    "FileStore": "._stores.file_store",
    "KeyringStore": "._stores.keyring_store",
    "MemoryStore": "._stores.memory_store",
    "Outcome": "._calls.bulk.outcomes",
    "Progress": "._calls.transfers",
    "RedisStore": "._stores.redis_store",
    "Session": "._session.session",
    "TokenAuth": "._session.auth",
    "TokenStore": "._stores.memory_store",
    "Tokens": "._tokens",
    "bulk": "._calls.bulk.calls",
    "save": "._calls.transfers",
    "save_async": "._calls.transfers",
    "uploading": "._calls.transfers",
    "with_response": "._calls.responses",
}
"""The modules of the public names that are no errors. Each is imported when one of its names is first used."""

if not TYPE_CHECKING:  # pragma: no branch - type checkers would accept any name

    def __getattr__(name: str) -> Any:
        """Return a public name, or `__version__`, whose metadata is slow to read."""
        if name == "__version__":
            return import_module("._connection", __name__).installed_version()
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = globals()[name] = getattr(import_module(_HOMES.get(name, "._errors"), __name__), name)
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
