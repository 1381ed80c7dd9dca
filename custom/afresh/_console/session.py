"""The commands `login`, `status`, `token` and `logout`, and where the session of a command is."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import timedelta
from getpass import getpass
from typing import TYPE_CHECKING

from attrs import field, frozen
from platformdirs import user_state_path

from afresh import _environment as environment
from afresh._environment import BASE_URL, KEYRING, MEMORY, PACKAGE, STORE
from afresh._errors import APIError, ConfigurationError, NotSignedIn, SDKError, StoreError
from afresh._origin import secure_base_url
from afresh._session.session import Session
from afresh._session.token_calls.request import REFRESH_TOKEN, needs
from afresh._stores.file_store import absolute
from afresh._stores.memory_store import MemoryStore
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.values import is_object

from .body import text_from
from .errors import ConsoleError, UsageError, told
from .sign_in import SignIn
from .values import loaded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from afresh._stores.memory_store import TokenStore
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import Credential


@frozen
class Place:
    """Where the session of a command is.

    Attributes:
        base_url: Where the API is.
        store: The session's store.
        tokens: What to start with where the store holds none.
        sign_in: What is remembered of it, None where it is the environment's.
    """

    base_url: str
    store: TokenStore
    tokens: Tokens | None
    sign_in: SignIn | None

    def session(self) -> Session:
        """Open the session; raises StoreError where the store cannot be read."""
        return Session(self.base_url, store=self.store, tokens=self.tokens, **environment.client())


def find_place() -> Place:
    """Find where the session is: where the last sign-in put it, unless the environment has a token or names a store.

    Raises:
        NotSignedIn: Nothing says where the API is.
        ConfigurationError: A variable is wrong, or not that of the last sign-in.
    """
    last = SignIn.read()
    base_url, tokens, store = environment.base_url(), environment.tokens(), environment.value_of(STORE)
    environment.refuse_contradictions(None, store)
    if last is not None and tokens is None and (store is None or _lasting(store) == last.store):
        if base_url is not None and not _is_same(base_url, last.base_url):
            raise ConfigurationError(
                f"the session is one of {last.base_url}, and {BASE_URL} is {base_url}: unset it, or sign out, then in "
                "there"
            )
        return Place(last.base_url, environment.open_store(last.store, last.base_url, name="--store"), None, last)
    if base_url is None and tokens is None and store is None:
        raise NotSignedIn("nobody is signed in")
    base_url = environment.required_base_url()
    return Place(base_url, environment.store(base_url) or MemoryStore(), tokens, None)


@frozen
class Document:
    """The body of the login call, as it was given."""

    content: dict[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Give it."""
        return {**self.content}


def login(base_url: str | None, store: str | None, body: str | None = None) -> int:
    """Sign in, and remember where."""
    _refuse_token()
    last = SignIn.read()
    base_url = base_url or environment.base_url() or (last.base_url if last else None)
    if base_url is None:
        raise UsageError(f"where is the API? Give --base-url, or set {BASE_URL}")
    secure_base_url(base_url)
    same = last if last is not None and _is_same(last.base_url, base_url) else None
    name = "--store" if store else STORE
    store = _lasting(store or environment.value_of(STORE) or (same.store if same else _usual_store(base_url)))
    if store == MEMORY:
        raise UsageError(f"{name} must be another store than {MEMORY}, which ends with this command")
    if last is not None and (same is None or same.store != store):
        _refuse_second(last)
    session = Session(base_url, store=environment.open_store(store, base_url, name=name), **environment.client())
    names: dict[str, str] = {}
    if body is not None:
        session.login(_document(body))
    elif session.keeps_credentials:
        session.login()
    else:
        texts, names = _ask()
        try:
            session.login(environment.LoginBody(texts))
        except APIError as error:  # which may hold what it was sent
            raise ConsoleError(told(error, secrets=[texts[key] for key in texts if key not in names])) from None
    SignIn(base_url, store, names).save()
    say(f"Signed in at {base_url}.")
    return 0


def status() -> int:
    """Print who is signed in where; give 1 where nobody is."""
    place = find_place()
    session = place.session()
    tokens = session.tokens
    is_renewed = tokens is not None and (tokens.refresh_token is not None or session.keeps_credentials)
    is_signed_in = tokens is not None and (is_renewed or (tokens.remaining() or 1) > 0)
    rows = {
        "base URL": place.base_url,
        **(place.sign_in.names if place.sign_in else {}),
        "session": "signed in" if is_signed_in else "signed out",
        **({"access token": _life(tokens, is_renewed=is_renewed)} if tokens else {}),
        "store": "none but the environment" if isinstance(place.store, MemoryStore) else repr(place.store),
    }
    say(table(rows))
    return 0 if is_signed_in else 1


def token() -> int:
    """Print an access token, which is renewed first where it is about to expire."""
    session = find_place().session()
    before, tokens = session.tokens, session.obtain()
    if tokens == before and (tokens.remaining() or 1) <= 0:
        tokens = session.obtain(rejected=tokens)  # says why it could not be renewed
    if tokens == before and (tokens.remaining() or 1) <= 0:
        raise ConsoleError(f"the access token has expired, and nothing renews it: run `{PACKAGE} login`")
    say(tokens.access_token)
    return 0


def logout() -> int:
    """Sign out, and forget where that was."""
    _refuse_token()
    place = find_place()
    session = place.session()
    tokens = session.tokens
    failure = None
    try:
        session.logout()
    except StoreError:
        raise
    except SDKError as error:
        failure = ConsoleError(
            "signed out here, but the server did not revoke the tokens: it may take them until they expire "
            f"({told(error)})"
        )
    if place.sign_in is not None:
        SignIn.forget()
    if failure is not None:
        raise failure
    if tokens is None:
        raise NotSignedIn("nobody is signed in")
    kept = _kept_by_server(tokens)
    say(f"Signed out here. {kept}" if kept else f"Signed out at {place.base_url}.")
    return 0


def _kept_by_server(tokens: Tokens) -> str:
    """Say why the server was not told of the sign-out; the empty string where it was."""
    call = LIFECYCLE.logout if LIFECYCLE else None
    if call is None:
        reason = "the API's description has no call for it"
    elif tokens.refresh_token is None and needs(call, REFRESH_TOKEN):
        reason = "that takes a refresh token, and there was none"
    else:
        return ""
    return f"The server was not told, since {reason}: it may take the tokens until they expire."


def table(rows: Mapping[str, str]) -> str:
    """Put what belongs to each name beside it, in a column."""
    width = max(map(len, rows), default=0)
    return "\n".join(f"{name:{width}}  {text}".rstrip() for name, text in rows.items())


def say(text: str) -> None:
    """Print what the command has to say, as far as the terminal has characters for it."""
    encoding = sys.stdout.encoding
    print(text.encode(encoding, "replace").decode(encoding))  # noqa: T201 - the command's output


def _life(tokens: Tokens, *, is_renewed: bool) -> str:
    remaining = tokens.remaining()
    renewal = "; renewed when needed" if is_renewed else ""
    if tokens.expires_at is None or remaining is None:
        return f"it is not known until when{renewal}"
    if remaining <= 0:
        return f"expired{renewal}"
    return f"until {tokens.expires_at:%Y-%m-%d %H:%M:%S} UTC, {timedelta(seconds=int(remaining))} from now{renewal}"


def _refuse_token() -> None:
    variable = environment.token_variable()
    if variable is not None:
        raise ConfigurationError(f"{variable} is set, and counts in place of a sign-in: unset it first")


def _refuse_second(last: SignIn) -> None:
    if environment.open_store(last.store, last.base_url, name="--store").load() is not None:
        raise ConfigurationError(
            f"there is a session of {last.base_url} already, in another place than it would be now: run "
            f"`{PACKAGE} logout` first"
        )


def _is_same(one: str, other: str) -> bool:
    return str(secure_base_url(one)).rstrip("/") == str(secure_base_url(other)).rstrip("/")


def _lasting(store: str) -> str:
    """Give what names the same store from any folder."""
    return store if store in {MEMORY, KEYRING} or "://" in store else str(absolute(store))


def _usual_store(base_url: str) -> str:
    try:
        if environment.keyring_store(base_url).is_usable():
            return KEYRING
    except ConfigurationError:  # keyring is not installed
        pass
    # Not FileStore's own: a program may keep the session of another API there.
    return str(user_state_path(PACKAGE) / "console.json")


def _ask() -> tuple[dict[str, str], dict[str, str]]:
    """Give what the login call needs, from the environment or whoever is there to be asked, and what is no secret."""
    asked = environment.credentials()
    if not asked:
        raise ConfigurationError(_reason_not_to_ask())
    texts = {one.key: environment.value_of(variable) or _prompt(one, variable) for variable, one in asked.items()}
    texts = {one.key: texts[one.key] for one in asked.values() if one.is_required or texts[one.key]}
    if not texts:
        raise UsageError(f"nothing was given to sign in with: {', '.join(one.key for one in asked.values())}")
    return texts, {one.key: texts[one.key] for one in asked.values() if not one.is_secret and one.key in texts}


def _reason_not_to_ask() -> str:
    """Say why nothing is asked for, and what to do."""
    call = LIFECYCLE.login if LIFECYCLE else None
    otherwise = f"or have a token in {environment.TOKEN}"
    if call is None:
        return f"the API's description does not say how to sign in: add login to its x-token-lifecycle, {otherwise}"
    if "client_credentials" in call.grants:
        return (
            f"the API signs in OAuth2 clients: set {environment.CLIENT_ID}, and {environment.CLIENT_SECRET} where the "
            f"client has a secret, {otherwise}"
        )
    return (
        f"the body of {call.method} {call.path or call.url}, which signs in, is not made of texts alone, or leaves a "
        f"choice, so that it cannot be asked for: give it with --body, as JSON, {otherwise}"
    )


def _document(source: str) -> Document:
    with ExitStack() as opened:
        text = text_from(source, opened)
    try:
        content: Any = loaded(text)
    except (ValueError, RecursionError):  # the error would quote it
        content = None
    if not is_object(content):
        raise UsageError("the body must be an object in JSON")
    return Document(content)


def _prompt(credential: Credential, variable: str) -> str:
    prompt = f"{credential.key}: " if credential.is_required else f"{credential.key} (empty to leave it out): "
    try:
        if sys.stdin.isatty():
            return getpass(prompt) if credential.is_secret else _shown(prompt)
        return _line()
    except UnicodeDecodeError as error:
        raise UsageError(f"`{credential.key}` is no {error.encoding}, which standard input must be") from None
    except EOFError:
        if not credential.is_required:
            return ""
        raise UsageError(
            f"standard input ended before `{credential.key}`: give a line for it, or set {variable}"
        ) from None


def _shown(prompt: str) -> str:
    """Ask for what may be seen, on standard error: standard output may go into a file."""
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201 - it is what the user sees
    return _line()


def _line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")
