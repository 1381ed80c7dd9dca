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

from typing import TYPE_CHECKING

from ._aiohttp.transport import AiohttpTransport
from ._calls.responses import Answer, with_response
from ._calls.transfers import Progress, save, save_async, uploading
from ._client import AsyncClient, Client
from ._connection import installed_version
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
    "save",
    "save_async",
    "uploading",
    "with_response",
]

__version__: str
"""The version of the installed distribution; empty if the package is used without being installed."""

if not TYPE_CHECKING:  # pragma: no branch - type checkers would accept any name

    def __getattr__(name: str) -> str:
        """Return `__version__`. It is looked up on first use, since reading the metadata is slow."""
        if name == "__version__":
            return installed_version()
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
