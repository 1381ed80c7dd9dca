"""Afresh: a typed SDK whose session renews itself.

from afresh import Client
from afresh_api.models import Credentials

with Client("https://api.example.com") as api:
    api.login(Credentials(username="ada", password="…"))
    print(api.users.me())
"""

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
    StoreError,
    StreamError,
    TransportError,
    Unauthorized,
    UnprocessableContent,
)
from ._session.auth import TokenAuth
from ._session.session import Session
from ._stores.file_store import FileStore
from ._stores.keyring_store import KeyringStore
from ._stores.memory_store import MemoryStore, TokenStore
from ._stores.redis_store import RedisStore
from ._tokens import Tokens

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
