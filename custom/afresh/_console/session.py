"""The commands `login`, `status`, `token` and `logout`, and the location of the session."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from datetime import timedelta
from getpass import getpass
from importlib import import_module
from typing import TYPE_CHECKING

from attrs import field, frozen

from afresh import _environment as environment
from afresh._environment import BASE_URL, KEYRING, MEMORY, PACKAGE, STORE
from afresh._errors import APIError, ConfigurationError, NotSignedIn, SDKError, StoreError
from afresh._http import httpx
from afresh._keys import variables
from afresh._origin import secure_base_url
from afresh._stores.file_store import absolute
from afresh._stores.memory_store import MemoryStore
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.security import SCHEMES
from afresh_api.servers import DEFAULT as DEFAULT_BASE_URL
from afresh_api.values import is_object

from .errors import ConsoleError, UsageError, explain
from .lines import say, table
from .sign_in import DEFAULT, Profile, SignIn
from .values import parse_json

if TYPE_CHECKING:
    from argparse import Namespace
    from typing import Any

    from afresh._session.grants.device_code import DeviceCode
    from afresh._session.session import Session
    from afresh._session.signing_in import PersonGrant
    from afresh._stores.memory_store import TokenStore
    from afresh._tokens import Tokens
    from afresh_api.lifecycle import Credential


@frozen
class Location:
    """The location of a session.

    Attributes:
        base_url: The base URL of the API.
        store: The store of the session.
        tokens: The initial tokens, used if the store is empty.
        sign_in: The sign-in that created the session; None if the session is defined by the environment.
        profile: The profile that was asked for.
    """

    base_url: str
    store: TokenStore
    tokens: Tokens | None
    sign_in: SignIn | None
    profile: Profile

    def session(self) -> Session:
        """Open the session. Raise StoreError if the store cannot be read."""
        return _open(self.base_url, self.store, self.tokens)


def _open(base_url: str, store: TokenStore, tokens: Tokens | None = None) -> Session:
    from afresh._session.session import Session  # noqa: PLC0415 - not needed by who is signed out, nor for lists

    plain_http = environment.plain_http()
    secure_base_url(base_url, plain_http)  # its error names the variable
    keys: Any = environment.keys()
    session = Session(
        base_url, store=store, tokens=tokens, allow_http=plain_http.hosts, keys=keys, **environment.client()
    )
    if sys.stdin.isatty():
        session.keys.ask = _ask_for_key
    return session


def locate_session(profile: Profile = DEFAULT) -> Location:
    """Return the location of a profile's session, unless the environment has a token or names another store.

    Raises:
        NotSignedIn: There is no sign-in, and the environment defines no session.
        ConfigurationError: A variable is not valid, or contradicts the last sign-in.
    """
    last = SignIn.read(profile)
    base_url, tokens, store = environment.base_url(), environment.tokens(), environment.value_of(STORE)
    environment.refuse_contradictions(None, store)
    if last is not None and tokens is None and (store is None or _absolute_store(store) == last.store):
        if base_url is not None and not _is_same(base_url, last.base_url):
            raise ConfigurationError(
                f"the session is for {last.base_url}, but {BASE_URL} is {base_url}: unset it, or sign out, and sign in "
                "there"
            )
        return Location(last.base_url, _store_of(last, profile), None, last, profile)
    has_keys = LIFECYCLE is None or environment.keys()
    if base_url is None and tokens is None and store is None and not has_keys:
        raise NotSignedIn("nobody is signed in")
    base_url = environment.required_base_url()
    return Location(base_url, environment.store(base_url) or MemoryStore(), tokens, None, profile)


def _store_of(sign_in: SignIn, profile: Profile) -> TokenStore:
    return environment.open_store(sign_in.store, profile.entry(sign_in.base_url), name="--store")


@frozen
class Document:
    """The body of the login call, used in place of its model."""

    content: dict[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return the body as a JSON object."""
        return {**self.content}


def login(options: Namespace, profile: Profile) -> int:
    """Sign in, and save where. Return the exit status."""
    _refuse_token()
    last = SignIn.read(profile)
    base_url = options.base_url or environment.base_url() or (last.base_url if last else DEFAULT_BASE_URL)
    if base_url is None:
        raise UsageError(f"there is no base URL of the API: give --base-url, or set {BASE_URL}")
    secure_base_url(base_url, environment.plain_http())
    same = last if last is not None and _is_same(last.base_url, base_url) else None
    name = "--store" if options.store else STORE
    store = _absolute_store(
        options.store or environment.value_of(STORE) or (same.store if same else _default_store(base_url, profile))
    )
    if store == MEMORY:
        raise UsageError(f"{name} must not be {MEMORY}, since the session would be lost at the end of this command")
    if last is not None and (same is None or same.store != store):
        _refuse_second_session(last, profile)
    _refuse_shared_store(store, profile)
    session = _open(base_url, environment.open_store(store, profile.entry(base_url), name=name))
    names: dict[str, str] = {}
    grant = None if options.body is not None else _grant_of_person(options, session)
    if options.body is not None:
        session.login(_document(options.body))
    elif grant is not None:
        session.login(grant)
        names = _who(session)
    elif session.keeps_credentials:
        session.login()
    else:
        texts, names = _prompt_for_credentials()
        try:
            session.login(environment.LoginBody(texts))
        except APIError as error:  # may repeat the credentials
            raise ConsoleError(explain(error, secrets=[texts[key] for key in texts if key not in names])) from None
    SignIn(base_url, store, names).save(profile)
    say(f"Signed in at {base_url}.")
    return 0


def _show_code(code: DeviceCode) -> None:
    """Print what to do on the other device. On a terminal, draw the page's address as a QR code, if segno is there."""
    from afresh._session.grants.device_code import print_code  # noqa: PLC0415 - not needed by the other commands

    print_code(code)
    if sys.stderr.isatty():
        with suppress(ModuleNotFoundError):
            segno: Any = import_module("segno")  # an optional dependency
            segno.make_qr(code.verification_uri_complete or code.verification_uri).terminal(sys.stderr, compact=True)


def _grant_of_person(options: Namespace, session: Session) -> PersonGrant | None:
    """Return the grant by which a person signs in elsewhere; None if credentials are given or asked for here."""
    people = LIFECYCLE.authorization if LIFECYCLE else None
    scope = options.scope or " ".join(people.scopes if people else ()) or None
    grants = people.token.grants if people else ()
    is_asked_for = options.device or options.no_browser
    has_credentials = session.keeps_credentials or any(map(environment.value_of, environment.credentials()))
    if not is_asked_for and (has_credentials or not grants or (environment.credentials() and not environment.client())):
        return None
    if options.device or (not options.no_browser and "authorization_code" not in grants):
        from afresh._session.grants.device_code import DeviceCodeGrant  # noqa: PLC0415 - not needed by the other commands

        return DeviceCodeGrant(scope=scope, show=_show_code)
    from afresh._session.grants.authorization_code import REDIRECT_URI, AuthorizationCodeGrant  # noqa: PLC0415 - not needed by the other commands

    redirect_uris = (environment.value_of(environment.REDIRECT_URI) or REDIRECT_URI).split(",")
    return AuthorizationCodeGrant(scope=scope, open_browser=not options.no_browser, redirect_uri=redirect_uris)


def _who(session: Session) -> dict[str, str]:
    """Return who has signed in, by the ID token. Without PyJWT or the server's keys, it says nothing."""
    try:
        claims = session.id_token_claims()
    except SDKError:
        return {}
    named: dict[str, Any] = {name: claims[name] for name in ("name", "preferred_username", "email") if name in claims}
    return {name.replace("_", " "): str(value) for name, value in (named or {"subject": claims["sub"]}).items()}


def status(profile: Profile) -> int:
    """Print the state of the session. Return the exit status: 1 when signed out."""
    location = locate_session(profile)
    session = location.session()
    tokens = session.tokens
    is_renewed = session.can_renew or session.keeps_credentials
    is_signed_in = tokens is not None and (is_renewed or (tokens.remaining() or 1) > 0)
    others = [
        f"{other.name} ({sign_in.base_url if sign_in else 'cannot be read'})" for other, sign_in in _others(profile)
    ]
    rows = {
        **({} if profile.is_default else {"profile": profile.name}),
        "base URL": location.base_url,
        **(location.sign_in.names if location.sign_in else {}),
        "session": "signed in" if is_signed_in else "signed out",
        **({"access token": _expiry(tokens, is_renewed=is_renewed)} if tokens else {}),
        "store": _shown(location),
        **({"other profiles": ", ".join(others)} if others else {}),
    }
    say(table(rows))
    return 0 if is_signed_in else 1


def _shown(location: Location) -> str:
    if not isinstance(location.store, MemoryStore):
        return repr(location.store)
    return "none" if location.tokens is None else "none, the tokens are from the environment"


def token(profile: Profile) -> int:
    """Print the access token, renewed if it is about to expire. Return the exit status."""
    session = locate_session(profile).session()
    before, tokens = session.tokens, session.obtain()
    if tokens == before and (tokens.remaining() or 1) <= 0:
        tokens = session.obtain(rejected=tokens)  # raises the reason why it was not renewed
    if tokens == before and (tokens.remaining() or 1) <= 0:
        raise ConsoleError(f"the access token has expired, and cannot be renewed: run `{PACKAGE} login`")
    say(tokens.access_token)
    return 0


def logout(profile: Profile) -> int:
    """Sign out, and delete the saved sign-in. Return the exit status."""
    _refuse_token()
    location = locate_session(profile)
    session = location.session()
    tokens = session.tokens
    failure = None
    try:
        session.logout()
    except StoreError:
        raise
    except SDKError as error:
        failure = ConsoleError(
            "signed out here, but the server did not revoke the tokens: it may accept them until they expire "
            f"({explain(error)})"
        )
    if location.sign_in is not None:
        SignIn.forget(profile)
    if failure is not None:
        raise failure
    if tokens is None:
        raise NotSignedIn("nobody is signed in")
    reason = session.reason_not_to_revoke(tokens)
    if reason is None:
        say(f"Signed out at {location.base_url}.")
    else:
        say(
            f"Signed out here. The tokens were not revoked, since {reason}: the server may accept them until they "
            "expire."
        )
    return 0


def _expiry(tokens: Tokens, *, is_renewed: bool) -> str:
    remaining = tokens.remaining()
    renewal = "; renewed when needed" if is_renewed else ""
    if tokens.expires_at is None or remaining is None:
        return f"expiry unknown{renewal}"
    if remaining <= 0:
        return f"expired{renewal}"
    return f"until {tokens.expires_at:%Y-%m-%d %H:%M:%S} UTC, {timedelta(seconds=int(remaining))} from now{renewal}"


def _refuse_token() -> None:
    variable = environment.token_variable()
    if variable is not None:
        raise ConfigurationError(f"{variable} is set, and overrides any sign-in: unset it first")


def _refuse_second_session(last: SignIn, profile: Profile) -> None:
    if _store_of(last, profile).load() is not None:
        raise ConfigurationError(
            f"there is already a session for {last.base_url}, with another base URL or store: run "
            f"`{PACKAGE} logout` first, or name another profile with --profile"
        )


def _refuse_shared_store(store: str, profile: Profile) -> None:
    """Refuse a store that another profile uses: one sign-in would replace the other. The keyring has an entry each."""
    for other, sign_in in _others(profile):
        if sign_in is not None and sign_in.store == store != KEYRING:
            raise ConfigurationError(
                f"the profile {other.name} has its session in {environment.open_store(store, '', name='--store')!r}: "
                "name another store with --store"
            )


def _others(profile: Profile) -> list[tuple[Profile, SignIn | None]]:
    """Return the other profiles with their sign-ins; None for one that cannot be read."""
    others: list[tuple[Profile, SignIn | None]] = []
    for other in Profile.all():
        if other != profile:
            try:
                others.append((other, SignIn.read(other)))
            except StoreError:
                others.append((other, None))
    return others


def _is_same(base_url: str, other: str) -> bool:
    return str(httpx.URL(base_url)).rstrip("/") == str(httpx.URL(other)).rstrip("/")


def _absolute_store(store: str) -> str:
    """Return the name of a store, with a path made absolute."""
    return store if store in {MEMORY, KEYRING} or "://" in store else str(absolute(store))


def _default_store(base_url: str, profile: Profile) -> str:
    try:
        if environment.keyring_store(base_url).is_usable():
            return KEYRING
    except ConfigurationError:  # keyring is not installed
        pass
    # Not the default path of FileStore, where a program may store the session of another API.
    return str(profile.path("console.json"))


def _prompt_for_credentials() -> tuple[dict[str, str], dict[str, str]]:
    """Return the credentials from the environment or a prompt, by key, and those of them that are not secret."""
    credentials = environment.credentials()
    if not credentials:
        raise ConfigurationError(_reason_for_no_prompt())
    texts = {
        credential.key: environment.value_of(variable) or _prompt_for(credential, variable)
        for variable, credential in credentials.items()
    }
    required = {credential.key for credential in credentials.values() if credential.is_required}
    texts = {key: text for key, text in texts.items() if key in required or text}
    if not texts:
        keys = ", ".join(credential.key for credential in credentials.values())
        raise UsageError(f"no credentials were given: {keys}")
    secret = {credential.key for credential in credentials.values() if credential.is_secret}
    return texts, {key: text for key, text in texts.items() if key not in secret}


def _reason_for_no_prompt() -> str:
    """Return why there is no prompt for credentials, and what to do."""
    call = LIFECYCLE.login if LIFECYCLE else None
    otherwise = f"or set {environment.TOKEN} to an access token"
    if call is None and SCHEMES:
        names = ", ".join(variable for name in SCHEMES for variable in variables(name))
        return f"the API has no sign-in, and takes keys: set {names}, or run `{PACKAGE} call`, which asks for them"
    if call is None:
        return f"the API's description does not say how to sign in: add login to its x-token-lifecycle, {otherwise}"
    if "client_credentials" in call.grants:
        return (
            f"the API signs in OAuth2 clients: set {environment.CLIENT_ID}, and {environment.CLIENT_SECRET} if the "
            f"client has a secret, {otherwise}"
        )
    return (
        f"the body of {call.method} {call.path or call.url}, which signs in, cannot be prompted for, since it does not "
        f"consist of strings only, or has alternatives: give it with --body, as JSON, {otherwise}"
    )


def _document(source: str) -> Document:
    from .body import read_text  # noqa: PLC0415 - not needed by the other commands

    with ExitStack() as opened:
        text = read_text(source, opened)
    try:
        content: Any = parse_json(text)
    except (ValueError, RecursionError):  # the error would quote the text
        content = None
    if not is_object(content):
        raise UsageError("the body must be a JSON object")
    return Document(content)


def _prompt_for(credential: Credential, variable: str) -> str:
    prompt = f"{credential.key}: " if credential.is_required else f"{credential.key} (empty to leave it out): "
    try:
        if sys.stdin.isatty():
            return getpass(prompt) if credential.is_secret else _prompt_visibly(prompt)
        return _read_line()
    except UnicodeDecodeError as error:
        raise UsageError(f"`{credential.key}` is not valid {error.encoding}, the encoding of standard input") from None
    except EOFError:
        if not credential.is_required:
            return ""
        raise UsageError(
            f"standard input ended before `{credential.key}`: add a line for it, or set {variable}"
        ) from None


def _ask_for_key(name: str) -> str | tuple[str, str]:
    """Return a key, or a user name and a password, typed in at the terminal."""
    scheme = SCHEMES[name]
    try:
        if scheme.place == "basic":
            return _prompt_visibly(f"user name for {name}: "), getpass(f"password for {name}: ")
        return getpass(f"key for {name}: ")
    except EOFError:
        raise UsageError(f"there is no key for `{name}`: type it in, or set {', '.join(variables(name))}") from None


def _prompt_visibly(prompt: str) -> str:
    """Prompt on standard error, since standard output may be redirected. The input is echoed."""
    print(prompt, end="", file=sys.stderr, flush=True)  # noqa: T201 - a prompt
    return _read_line()


def _read_line() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\r\n")
