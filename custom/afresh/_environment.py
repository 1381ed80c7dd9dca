"""The environment variables that `from_env` and the console command read: their names, what each holds, its checks.

`variables()` has them all. Their prefix is the name of this package, so that an SDK of another name has its own. One
that is empty counts as not set. What is wrong with one is a ConfigurationError that names it, and shows no secret.
"""

from __future__ import annotations

import math
import os
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import field, frozen

from afresh_api.lifecycle import LIFECYCLE

from ._errors import ConfigurationError
from ._origin import secure_base_url
from ._session.token_calls.request import OAuthClient
from ._stores.file_store import FileStore
from ._stores.keyring_store import KeyringStore
from ._stores.memory_store import MemoryStore
from ._stores.redis_store import RedisStore
from ._tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from afresh_api.lifecycle import Credential

    from ._stores.memory_store import TokenStore

T = TypeVar("T")

PACKAGE: Final = __name__.rpartition(".")[0]
PREFIX: Final = re.sub(r"\W", "_", PACKAGE).upper() + "_"

BASE_URL: Final = f"{PREFIX}BASE_URL"
TOKEN: Final = f"{PREFIX}TOKEN"
REFRESH_TOKEN: Final = f"{PREFIX}REFRESH_TOKEN"
CLIENT_ID: Final = f"{PREFIX}CLIENT_ID"
CLIENT_SECRET: Final = f"{PREFIX}CLIENT_SECRET"
STORE: Final = f"{PREFIX}STORE"
TIMEOUT: Final = f"{PREFIX}TIMEOUT"
RETRIES: Final = f"{PREFIX}RETRIES"

MEMORY: Final = "memory"
KEYRING: Final = "keyring"
STORES: Final = f"{MEMORY}, {KEYRING}, a redis:// or rediss:// URL, or a path to a file"

_OWN: Final = {
    BASE_URL: "where the API is, such as https://api.example.com",
    TOKEN: "an access token, used as it is",
    REFRESH_TOKEN: "a refresh token, exchanged for access tokens as they are needed",
    CLIENT_ID: "who the OAuth2 client is, for APIs whose token calls ask for it",
    CLIENT_SECRET: "what proves it, where the client has a secret",
    STORE: f"where the session is kept: {STORES}; by default {MEMORY}",
    TIMEOUT: "seconds that a request may wait, such as 30",
    RETRIES: "how often a call that failed in passing is made once more, such as 6",
}


@frozen
class LoginBody:
    """The body of the login call, in place of its model: its texts by their keys."""

    texts: Mapping[str, str] = field(repr=False)

    def __attrs_post_init__(self) -> None:
        for key, text in self.texts.items():
            try:
                text.encode()
            except UnicodeEncodeError:  # Python's stand-ins for bytes that it could not read
                raise ConfigurationError(
                    f"what is given as `{key}`, to sign in, is no text in the encoding of this system"
                ) from None

    def to_dict(self) -> dict[str, Any]:
        """Give the body as a JSON object."""
        return {**self.texts}


def variables() -> dict[str, str]:
    """Give all variables by their names, with what each holds."""
    return {**_OWN, **{name: f"`{credential.key}`, to sign in" for name, credential in credentials().items()}}


def credentials() -> dict[str, Credential]:
    """Give what the description's login call needs, by the variables that hold it."""
    login = LIFECYCLE.login if LIFECYCLE else None
    return {_name(credential.key): credential for credential in (login.credentials if login else ())}


def _name(key: str) -> str:
    name = PREFIX + re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", key).strip("_").upper()
    return name if name not in _OWN else f"{PREFIX}LOGIN_{name.removeprefix(PREFIX)}"


def completed(options: Mapping[str, Any]) -> tuple[dict[str, Any], LoginBody | None]:
    """Add what the environment says to the options of a client, which win.

    Gives, besides, what to sign in with where there is no session, as far as it is the environment's.

    Raises:
        ConfigurationError: A variable is missing or wrong, or two contradict each other.
    """
    given = {name: value for name, value in options.items() if value is not None}
    body = None
    if "session" not in given:  # it brings the rest
        _add(given, "base_url", required_base_url)
        if "client_id" not in given:  # a secret belongs to its id
            given = {**client(), **given}
        if "tokens" not in given:
            given["tokens"], body = tokens(), None if "credentials" in given else login_body()
            refuse_contradictions(body, None if "store" in given else value_of(STORE))
        _add(given, "store", lambda: store(given["base_url"]))
    _add(given, "timeout", timeout)
    _add(given, "retries", retries)
    return {name: value for name, value in given.items() if value is not None}, body


def _add(given: dict[str, Any], name: str, read: Callable[[], object]) -> None:
    if name not in given:
        given[name] = read()


def token_variable() -> str | None:
    """Give the name of the variable that says by a token who is signed in, None where none is set."""
    return next((name for name in (TOKEN, REFRESH_TOKEN) if value_of(name)), None)


def refuse_contradictions(body: LoginBody | None, store: str | None) -> None:
    """Raise ConfigurationError where the tokens of the environment contradict what to sign in with, or the store."""
    token = token_variable()
    if token and body:
        raise ConfigurationError(
            f"{token} and {', '.join(credentials())} both say who signs in: unset one or the other"
        )
    if value_of(TOKEN) and not value_of(REFRESH_TOKEN) and store not in {None, MEMORY}:
        raise ConfigurationError(
            f"{TOKEN} is used as it is, and the session that {STORE} keeps would come before it: unset one of them, or "
            f"set {REFRESH_TOKEN} to start a session with both tokens"
        )


def value_of(name: str) -> str | None:
    """Give what a variable holds; None where it is not set, or empty."""
    return os.environ.get(name) or None


def base_url() -> str | None:
    """Give where the API is, None where the environment does not say."""
    value = value_of(BASE_URL)
    if value is not None:
        _named(BASE_URL, lambda: secure_base_url(value))
    return value


def required_base_url() -> str:
    """Give where the API is; the environment must say it."""
    value = base_url()
    if value is None:
        raise _missing(BASE_URL, _OWN[BASE_URL])
    return value


def store(base_url: str) -> TokenStore | None:
    """Give the store of the session, None where the environment does not say."""
    value = value_of(STORE)
    return None if value is None else open_store(value, base_url, name=STORE)


def open_store(value: str, base_url: str, *, name: str) -> TokenStore:
    """Make the store that a text stands for.

    Args:
        value: One of `STORES`.
        base_url: Where the API is: the keyring has an entry for each.
        name: What gave the text, for the error.

    Raises:
        ConfigurationError: It is none of them, or what the store needs is not installed.
    """
    if value == MEMORY:
        return MemoryStore()
    if value == KEYRING:
        return _named(name, lambda: keyring_store(base_url))
    if value.startswith(("redis://", "rediss://")):
        return _named(name, lambda: RedisStore(value))
    if "://" in value:
        raise ConfigurationError(f"{name} must be {STORES}, and not another URL")
    return _named(name, lambda: FileStore(value))


def keyring_store(base_url: str) -> KeyringStore:
    """Make the store of an API's own entry in the keyring."""
    return KeyringStore(PACKAGE, base_url.rstrip("/"))


def tokens() -> Tokens | None:
    """Give the tokens to start with, None where the environment has none."""
    access, refresh = value_of(TOKEN), value_of(REFRESH_TOKEN)
    for name, value in ((TOKEN, access), (REFRESH_TOKEN, refresh)):
        if value is not None:
            _check_token(name, value)
    if access is not None:
        return Tokens(access, refresh)
    if refresh is not None:
        # In place of an access token it has one that has long expired, and is renewed before the first request.
        return Tokens("none-yet", refresh, datetime.fromtimestamp(0, UTC))
    return None


def client() -> dict[str, Any]:
    """Give who the OAuth2 client is, as arguments of a session; nothing where the environment does not say."""
    given = {"client_id": value_of(CLIENT_ID), "client_secret": value_of(CLIENT_SECRET)}
    _named(CLIENT_ID, lambda: OAuthClient(*given.values()))
    return {name: value for name, value in given.items() if value is not None}


def _check_token(name: str, value: str) -> None:
    try:
        Tokens(value)
    except ValueError:
        raise ConfigurationError(
            f"{name} must hold {_OWN[name].partition(',')[0]}: printable ASCII characters, with no line break or space "
            "around them"
        ) from None


def login_body() -> LoginBody | None:
    """Give what to sign in with, None where the environment has nothing of it.

    Raises:
        ConfigurationError: Some of it is missing.
    """
    names = credentials()
    texts = {credential.key: value for name, credential in names.items() if (value := value_of(name)) is not None}
    if not texts:
        return None
    for name, credential in names.items():
        if credential.is_required and credential.key not in texts:
            there = " and ".join(other for other in names if value_of(other))
            raise _missing(name, f"`{credential.key}`, since {there} is there to sign in with")
    return LoginBody(texts)


def timeout() -> float | None:
    """Give the seconds that a request may wait, None where the environment does not say."""
    value = value_of(TIMEOUT)
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigurationError(f"{TIMEOUT} must be a number of {_OWN[TIMEOUT]}, and not {value!r}")
    return seconds


def retries() -> int | None:
    """Give how often a call is made once more, None where the environment does not say."""
    value = value_of(RETRIES)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise ConfigurationError(f"{RETRIES} must be a number, {_OWN[RETRIES]}, and not {value!r}")
    return int(value)


def _missing(name: str, content: str) -> ConfigurationError:
    return ConfigurationError(f"{name} is not set: it must hold {content}")


def _named(name: str, make: Callable[[], T]) -> T:
    """Make something of a variable's value; an error says which variable it was."""
    try:
        return make()
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error.message}") from None
