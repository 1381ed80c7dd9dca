"""Afresh: a typed SDK whose session renews itself.

from afresh import Client
from afresh_api.models import Credentials

with Client("https://api.example.com") as api:
    api.login(Credentials(username="ada", password="…"))
    print(api.users.me())
"""

from ._auth import TokenAuth
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
    StoreError,
    StreamError,
    TransportError,
    Unauthorized,
    UnprocessableContent,
)
from ._file_store import FileStore
from ._keyring_store import KeyringStore
from ._redis_store import RedisStore
from ._session import Session
from ._stores import MemoryStore, TokenStore
from ._tokens import Tokens
from ._transfers import Progress, save, save_async, uploading

__all__ = [
    "APIError",
    "AsyncClient",
    "AuthError",
    "BadRequest",
    "Client",
    "ClosedError",
    "ConfigurationError",
    "Conflict",
    "DecodeError",
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
    "StoreError",
    "StreamError",
    "TokenAuth",
    "TokenStore",
    "Tokens",
    "TransportError",
    "Unauthorized",
    "UnprocessableContent",
    "save",
    "save_async",
    "uploading",
]
