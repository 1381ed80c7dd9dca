"""The environment variables that `from_env` and the console command read.

`variables()` lists them. Their prefix is the name of this package. An empty variable counts as not set. A variable that
is not valid raises a ConfigurationError that names it, without showing a secret.
"""

from __future__ import annotations

import math
import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import field, frozen

from afresh_api.lifecycle import LIFECYCLE
from afresh_api.security import SCHEMES
from afresh_api.servers import DEFAULT as DEFAULT_BASE_URL

from ._errors import ConfigurationError
from ._keys import PREFIX, checked
from ._keys import variables as variables_of_key
from ._origin import PlainHTTP, secure_base_url

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from afresh_api.lifecycle import Credential

    from ._stores.keyring_store import KeyringStore
    from ._stores.memory_store import TokenStore
    from ._tokens import Tokens

T = TypeVar("T")

PACKAGE: Final = __name__.rpartition(".")[0]

BASE_URL: Final = f"{PREFIX}BASE_URL"
ALLOW_HTTP: Final = f"{PREFIX}ALLOW_HTTP"
TOKEN: Final = f"{PREFIX}TOKEN"
REFRESH_TOKEN: Final = f"{PREFIX}REFRESH_TOKEN"
CLIENT_ID: Final = f"{PREFIX}CLIENT_ID"
CLIENT_SECRET: Final = f"{PREFIX}CLIENT_SECRET"
STORE: Final = f"{PREFIX}STORE"
TIMEOUT: Final = f"{PREFIX}TIMEOUT"
RETRIES: Final = f"{PREFIX}RETRIES"
PROFILE: Final = f"{PREFIX}PROFILE"
REDIRECT_URI: Final = f"{PREFIX}REDIRECT_URI"

MEMORY: Final = "memory"
KEYRING: Final = "keyring"
STORES: Final = f"{MEMORY}, {KEYRING}, a redis:// or rediss:// URL, or a path to a file"

_OWN: Final = {
    BASE_URL: "the base URL of the API, such as https://api.example.com"
    if DEFAULT_BASE_URL is None
    else f"the base URL of the API; default: {DEFAULT_BASE_URL}",
    ALLOW_HTTP: "the hosts that plain http is allowed to, such as api,*.internal; default: this machine only",
    TOKEN: "an access token, renewed only if there is a refresh token, too",
    REFRESH_TOKEN: "a refresh token, exchanged for access tokens when needed",
    CLIENT_ID: "the OAuth2 client identifier, for APIs that require one",
    CLIENT_SECRET: "the secret of the OAuth2 client, if it has one",
    STORE: f"where the session is stored: {STORES}; default: {MEMORY}",
    TIMEOUT: "the timeout of a request in seconds, such as 30",
    RETRIES: "the maximum number of retries of a call, such as 6",
    PROFILE: "the profile of the command, to sign in with several accounts or at several servers",
    REDIRECT_URI: "where a browser comes back to, as registered for the OAuth2 client; several with commas",
}


@frozen
class LoginBody:
    """The body of the login call as strings by key, used in place of its model."""

    texts: Mapping[str, str] = field(repr=False)

    def __attrs_post_init__(self) -> None:
        for key, text in self.texts.items():
            try:
                text.encode()
            except UnicodeEncodeError:  # surrogates, by which Python stands for undecodable bytes
                raise ConfigurationError(
                    f"the value given for `{key}`, to sign in, is not valid text in this system's encoding"
                ) from None

    def to_dict(self) -> dict[str, Any]:
        """Return the body as a JSON object."""
        return {**self.texts}


def variables() -> dict[str, str]:
    """Return the description of each variable, by name."""
    sign_in = {name: f"`{credential.key}`, to sign in" for name, credential in credentials().items()}
    return {**_OWN, **sign_in, **_key_variables()}


def _key_variables() -> dict[str, str]:
    described: dict[str, str] = {}
    for name, scheme in SCHEMES.items():
        key = f"the key in the {scheme.place} {scheme.name}" if scheme.name else "the bearer token"
        words = (key,) if scheme.place != "basic" else ("the user name (HTTP Basic)", "the password (HTTP Basic)")
        described.update(
            {one: f"{said}, for `{name}`" for one, said in zip(variables_of_key(name), words, strict=True)}
        )
    return described


def keys() -> dict[str, Any]:
    """Return the keys, by the names of their schemes.

    Raises:
        ConfigurationError: A key cannot be sent, or there is only one of user name and password.
    """
    found: dict[str, Any] = {}
    for name in SCHEMES:
        names = variables_of_key(name)
        if not any(map(value_of, names)):
            continue
        absent = next((one for one in names if one not in os.environ), None)
        if absent is not None:
            raise _missing(absent, f"{variables()[absent]}, since {next(filter(value_of, names))} is set")
        first, *others = (os.environ[one] for one in names)
        found[name] = _named(" and ".join(names), partial(checked, name, (first, *others) if others else first))
    return found


def credentials() -> dict[str, Credential]:
    """Return the credentials that the login call takes, by the names of their variables."""
    login = LIFECYCLE.login if LIFECYCLE else None
    return {_name(credential.key): credential for credential in (login.credentials if login else ())}


def _name(key: str) -> str:
    name = PREFIX + re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", key).strip("_").upper()
    return name if name not in _OWN else f"{PREFIX}LOGIN_{name.removeprefix(PREFIX)}"


def completed(options: Mapping[str, Any]) -> tuple[dict[str, Any], LoginBody | None]:
    """Complete the options of a client with the environment. The given options take precedence.

    Returns:
        The options, and the login body, if the environment has one.

    Raises:
        ConfigurationError: A variable is missing or not valid, or two contradict each other.
    """
    given = {name: value for name, value in options.items() if value is not None}
    body = None
    if "session" not in given:  # a session has all of this already
        allowed = PlainHTTP(given["allow_http"]) if "allow_http" in given else plain_http()
        _add(given, "base_url", lambda: required_base_url(allowed))
        _add(given, "allow_http", lambda: allowed.hosts)
        if "client_id" not in given:  # a secret belongs to its id
            given = {**client(), **given}
        if not given.keys() & {"tokens", "refresh_token"}:
            given["tokens"], body = tokens(), None if "credentials" in given else login_body()
            refuse_contradictions(body, None if "store" in given else value_of(STORE))
        _add(given, "store", lambda: store(given["base_url"]))
        _add(given, "keys", keys)
    _add(given, "timeout", timeout)
    _add(given, "retries", retries)
    return {name: value for name, value in given.items() if value is not None}, body


def _add(given: dict[str, Any], name: str, read: Callable[[], object]) -> None:
    if name not in given:
        given[name] = read()


def token_variable() -> str | None:
    """Return the name of the variable that holds a token; None if none is set."""
    return next((name for name in (TOKEN, REFRESH_TOKEN) if value_of(name)), None)


def refuse_contradictions(body: LoginBody | None, store: str | None) -> None:
    """Raise ConfigurationError if the tokens in the environment contradict its credentials, or the store."""
    token = token_variable()
    if token and body:
        raise ConfigurationError(
            f"{token} and {', '.join(credentials())} are both set, but only one can apply: unset one or the other"
        )
    if value_of(TOKEN) and not value_of(REFRESH_TOKEN) and store not in {None, MEMORY}:
        raise ConfigurationError(
            f"{TOKEN} is used without renewal, but a session in {STORE} would take precedence over it: unset one of "
            f"them, or set {REFRESH_TOKEN} to start a session with both tokens"
        )


def value_of(name: str) -> str | None:
    """Return the value of a variable; None if it is not set, or empty."""
    return os.environ.get(name) or None


def plain_http() -> PlainHTTP:
    """Return the hosts that plain http is allowed to."""
    return PlainHTTP(value_of(ALLOW_HTTP) or (), ALLOW_HTTP)


def base_url(allowed: PlainHTTP | None = None) -> str | None:
    """Return the base URL; None if the environment has none.

    Args:
        allowed: The hosts that plain http is allowed to. Default: those of the environment.
    """
    value = value_of(BASE_URL)
    if value is not None:
        _named(BASE_URL, lambda: secure_base_url(value, allowed or plain_http()))
    return value


def required_base_url(allowed: PlainHTTP | None = None) -> str:
    """Return the base URL, or else the API's default; raise ConfigurationError if there is neither."""
    value = base_url(allowed) or DEFAULT_BASE_URL
    if value is None:
        raise _missing(BASE_URL, _OWN[BASE_URL])
    return value


def store(base_url: str) -> TokenStore | None:
    """Return the store of the session; None if the environment names none."""
    value = value_of(STORE)
    return None if value is None else open_store(value, base_url, name=STORE)


def open_store(value: str, base_url: str, *, name: str) -> TokenStore:
    """Create the store that a string names.

    Args:
        value: One of `STORES`.
        base_url: The base URL of the API, or another name for its entry in the keyring.
        name: The variable or option that the value comes from, for the error.

    Raises:
        ConfigurationError: The value names no store, or a package that the store requires is not installed.
    """
    if value == MEMORY:
        from ._stores.memory_store import MemoryStore  # noqa: PLC0415 - not needed for the help

        return MemoryStore()
    if value == KEYRING:
        return _named(name, lambda: keyring_store(base_url))
    if value.startswith(("redis://", "rediss://")):
        from ._stores.redis_store import RedisStore  # noqa: PLC0415 - not needed for the help

        return _named(name, lambda: RedisStore(value))
    if "://" in value:
        raise ConfigurationError(f"{name} must be {STORES}, not another URL")
    from ._stores.file_store import FileStore  # noqa: PLC0415 - not needed for the help

    return _named(name, lambda: FileStore(value))


def keyring_store(base_url: str) -> KeyringStore:
    """Create a store that uses the keyring entry of an API."""
    from ._stores.keyring_store import KeyringStore  # noqa: PLC0415 - not needed for the help

    return KeyringStore(PACKAGE, base_url.rstrip("/"))


def tokens() -> Tokens | None:
    """Return the initial tokens; None if the environment has none."""
    from ._tokens import Tokens  # noqa: PLC0415 - not needed for the help

    access, refresh = value_of(TOKEN), value_of(REFRESH_TOKEN)
    for name, value in ((TOKEN, access), (REFRESH_TOKEN, refresh)):
        if value is not None:
            _check_token(name, value)
    if access is not None:
        return Tokens(access, refresh)
    if refresh is not None:
        return Tokens.to_renew(refresh)
    return None


def client() -> dict[str, Any]:
    """Return the OAuth2 client as arguments of `Session`; an empty dict if the environment has none."""
    from ._session.token_calls.client_authentication import OAuthClient  # noqa: PLC0415 - not needed for the help

    given = {"client_id": value_of(CLIENT_ID), "client_secret": value_of(CLIENT_SECRET)}
    _named(CLIENT_ID, lambda: OAuthClient(given["client_id"], given["client_secret"]))
    return {name: value for name, value in given.items() if value is not None}


def _check_token(name: str, value: str) -> None:
    from ._tokens import Tokens  # noqa: PLC0415 - not needed for the help

    try:
        Tokens(value)
    except ValueError:
        raise ConfigurationError(
            f"{name} must hold {_OWN[name].partition(',')[0]}: printable ASCII characters, without surrounding "
            "spaces or line breaks"
        ) from None


def login_body() -> LoginBody | None:
    """Return the login body; None if the environment has no credentials.

    Raises:
        ConfigurationError: Only some of the required credentials are set.
    """
    names = credentials()
    texts = {credential.key: value for name, credential in names.items() if (value := value_of(name)) is not None}
    if not texts:
        return None
    for name, credential in names.items():
        if credential.is_required and credential.key not in texts:
            present = [other for other in names if value_of(other)]
            verb = "is" if len(present) == 1 else "are"
            raise _missing(name, f"`{credential.key}`, since {' and '.join(present)} {verb} set")
    return LoginBody(texts)


def timeout() -> float | None:
    """Return the timeout of a request in seconds; None if the environment has none."""
    value = value_of(TIMEOUT)
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ConfigurationError(f"{TIMEOUT} must be a positive number ({_OWN[TIMEOUT]}), not {value!r}")
    return seconds


def retries() -> int | None:
    """Return the maximum number of retries; None if the environment has none."""
    value = value_of(RETRIES)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise ConfigurationError(f"{RETRIES} must be a whole number, 0 or more ({_OWN[RETRIES]}), not {value!r}")
    return int(value)


def _missing(name: str, content: str) -> ConfigurationError:
    return ConfigurationError(f"{name} is not set: it must hold {content}")


def _named(name: str, make: Callable[[], T]) -> T:
    """Call `make`. Prefix its error with the name of the variable that the value comes from."""
    try:
        return make()
    except ConfigurationError as error:
        raise ConfigurationError(f"{name}: {error.message}") from None
