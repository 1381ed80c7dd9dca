"""The keys of a client: what it sends by the API's security schemes, besides the token of its session.

`TokenAuth` chooses what a request is sent with. A request hook of the client then adds the keys, each time that the
request is sent: httpx follows redirects below the auth flow, and keys must not go to another origin.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias, cast
from urllib.parse import quote, quote_plus, urlencode

from attrs import field, frozen

from afresh._http import httpx
from afresh_api.lifecycle import LIFECYCLE
from afresh_api.security import BY_TOKEN, SCHEMES, UNSERVED

from ._errors import ConfigurationError, NotSignedIn, safe_url
from ._origin import origin
from ._server_message import KEYS_SENT, TOKEN_SENT

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh_api.security import Keys, Scheme, Security

Value: TypeAlias = "str | tuple[str, str]"

PREFIX: Final = re.sub(r"\W", "_", __name__.rpartition(".")[0]).upper() + "_"
"""The prefix of environment variables: the name of this package."""

SECURITY: Final = "security"
"""The request extension with what an operation asks for. The generated package sets it."""

OUR_AUTHORIZATION: Final = "afresh_authorization"
"""The request extension that marks the Authorization header as ours. It holds a hash, since extensions are logged."""

AUTHORIZATION: Final = "Authorization"

_HEADER: Final = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_COOKIE: Final = re.compile(r"[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+")
_QUERY: Final = re.compile(r"[^\ud800-\udfff]+")
_USER: Final = re.compile(r"[^:\x00-\x1f\x7f\ud800-\udfff]*")
_PASSWORD: Final = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]*")

_FORMS: Final = {
    "header": (_HEADER, "printable ASCII characters, without surrounding spaces or line breaks"),
    "bearer": (_HEADER, "printable ASCII characters, without surrounding spaces or line breaks"),
    "cookie": (_COOKIE, "ASCII characters without spaces, quotes, commas, semicolons and backslashes"),
    "query": (_QUERY, "valid text"),
}
"""What a key consists of, by its place."""


def variables(name: str) -> tuple[str, ...]:
    """Return the environment variables of a key: two for a user name and a password."""
    return tuple(PREFIX + variable for variable in SCHEMES[name].variables)


def checked(name: str, value: Any) -> Value:
    """Return a key if it can be sent by its scheme.

    Raises:
        ConfigurationError: It cannot. The error does not show it.
    """
    place = SCHEMES[name].place
    if place == "basic":
        match value:
            case (str() as user, str() as password):
                if _USER.fullmatch(user) and _PASSWORD.fullmatch(password):
                    return user, password
            case _:
                raise ConfigurationError(f"the key for `{name}` must be a pair: a user name and a password")
        raise ConfigurationError(
            f"the user name and password for `{name}` must have no control characters, and the user name no colon"
        )
    form, said = _FORMS[place]
    if not isinstance(value, str):
        raise ConfigurationError(f"the key for `{name}` must be a string, not {type(value).__name__}")
    if not form.fullmatch(value):
        raise ConfigurationError(f"the key for `{name}` must consist of {said}")
    return value


class GivenKeys:
    """The keys of a session, by the names of their schemes. Its repr shows no key.

    Args:
        given: The keys.
        base_url: The base URL of the API. The keys go to its origin only.

    Attributes:
        ask: Returns a key that is missing, for those who can ask a person.

    Raises:
        ConfigurationError: The API has no scheme of a given name, or a key cannot be sent.
    """

    def __init__(self, given: Keys | None, base_url: httpx.URL) -> None:
        keys: Any = {} if given is None else given
        if not isinstance(keys, Mapping):
            raise ConfigurationError("keys must be a dict: the keys by the names of their security schemes")
        self.values: dict[str, Any] = {}
        self.ask: Any = None
        self._origin = origin(base_url)
        for name, value in cast("Mapping[str, Any]", keys).items():
            if name not in SCHEMES:
                known = f"it has {', '.join(SCHEMES)}" if SCHEMES else "it has none that takes a key"
                raise ConfigurationError(f"keys has {name!r}, which is no security scheme of the API: {known}")
            self.values[name] = checked(name, value)

    def __repr__(self) -> str:
        return f"<Keys for {', '.join(self.values) or 'nothing'}>"

    def choose(
        self,
        request: httpx.Request,
        security: Security,
        *,
        has_token: bool = False,
        serves_others: bool = False,
        is_given: Callable[[httpx.Request], bool] | None = None,
    ) -> bool:
        """Choose the keys that a request is sent with: those of the first alternative whose schemes are all at hand.

        Args:
            request: The request. What it has already is at hand, and is not replaced.
            security: The alternatives. An empty one comes last.
            has_token: Whether the session has a token.
            serves_others: Whether the client was given, and sees to the schemes that are not sent here.
            is_given: Whether a request has a token of the caller; by default, whether it has an Authorization header.

        Returns:
            Whether the token of the session goes with it, too.

        Raises:
            NotSignedIn: Nothing is at hand, and a token would serve.
            ConfigurationError: Nothing is at hand.
        """
        at_caller = {name: _is_given(request, scheme) for name, scheme in SCHEMES.items()}
        by_caller = (is_given or is_authorized)(request)

        def is_missing(name: str) -> bool:
            if name in UNSERVED:
                return not serves_others
            by_token = name in BY_TOKEN and (has_token or by_caller)
            return not (by_token or name in self.values or at_caller.get(name))

        missing = [[name for name in alternative if is_missing(name)] for alternative in security]
        at_hand = [one for one, lacking in zip(security, missing, strict=True) if not lacking]
        chosen = max(at_hand, key=bool, default=None)  # the first that is not empty, else an empty one
        if chosen is None and self.ask is not None:
            chosen = self._ask_for(security, missing)
        if chosen is None:
            raise _missing(request, security, [name for lacking in missing for name in lacking])
        names = [name for name in chosen if name in self.values]
        request.extensions[KEYS_SENT] = ChosenKeys(self._origin, {name: self.values[name] for name in names})
        return any(name in BY_TOKEN and name not in names for name in chosen)

    def _ask_for(self, security: Security, missing: list[list[str]]) -> tuple[str, ...] | None:
        """Ask for the keys of the first alternative that lacks nothing else."""
        for alternative, lacking in zip(security, missing, strict=True):
            if all(name in SCHEMES for name in lacking):
                self.values.update({name: checked(name, self.ask(name)) for name in lacking})
                return alternative
        return None

    def complete(self, security: Security, request: httpx.Request) -> None:
        """Add the keys that one of the calls for tokens asks for: a request hook of its client."""
        self.choose(request, security)
        send_keys(request)


@frozen
class ChosenKeys:
    """The keys that a request is sent with, as its extension. The repr shows no key, since extensions are logged."""

    _origin: tuple[str, str, int | None]
    _values: Mapping[str, Value] = field(repr=False)

    @property
    def secrets(self) -> list[str]:
        """The texts that no message may show: the keys, as they are and as in a URL."""
        texts = [value if isinstance(value, str) else value[1] for value in self._values.values()]
        return [form for text in texts for form in (text, quote_plus(text), quote(text))]

    def add(self, request: httpx.Request) -> None:
        """Add the keys to a request to the API's own origin, and take them from one that a redirect leads elsewhere."""
        is_own = origin(request.url) == self._origin
        for name, value in self._values.items():
            scheme = SCHEMES[name]
            if is_own and not _is_given(request, scheme):
                put(request, scheme, value)
            elif not is_own and scheme.place not in {"query", "cookie"}:  # which a redirect does not take along
                request.headers.pop(scheme.name or AUTHORIZATION, None)


def send_keys(request: httpx.Request) -> None:
    """Add the chosen keys, and the session's token, to a request: a request hook of `httpx.Client`."""
    for name in (KEYS_SENT, TOKEN_SENT):
        sent = request.extensions.get(name)
        if sent is not None:
            sent.add(request)


async def send_keys_async(request: httpx.Request) -> None:
    """Add the chosen keys, and the session's token, to a request: a request hook of `httpx.AsyncClient`."""
    send_keys(request)


def put(request: httpx.Request, scheme: Scheme, value: Value) -> None:
    """Put a key or token into a request, in place of what may be there."""
    if not isinstance(value, str):
        value = f"Basic {b64encode(':'.join(value).encode()).decode()}"
    match scheme.place:
        case "query":
            request.url = _URLWithKey(request.url, scheme.name, value)
        case "cookie":
            others = [cookie for cookie in _cookies(request) if _name_of(cookie) != scheme.name]
            request.headers["Cookie"] = "; ".join([*others, f"{scheme.name}={value}"])
        case place:
            header = f"Bearer {value}" if place == "bearer" else value
            request.headers[scheme.name or AUTHORIZATION] = header
            if _is_authorization(scheme):
                request.extensions[OUR_AUTHORIZATION] = hash(header)


def _is_authorization(scheme: Scheme) -> bool:
    return scheme.name.lower() in {"", "authorization"}


def is_authorized(request: httpx.Request) -> bool:
    """Whether a request has an Authorization header of the caller."""
    for name, value in request.headers.raw:  # a look-up by name decodes all headers, which is slow
        if name.lower() == b"authorization":
            # A request that is sent again still has the header that we added the first time.
            return hash(value.decode("latin-1")) != request.extensions.get(OUR_AUTHORIZATION)
    return False


def _is_given(request: httpx.Request, scheme: Scheme) -> bool:
    """Whether a request has what a scheme asks for, given by the caller."""
    return is_authorized(request) if _is_authorization(scheme) else given(request, scheme) is not None


def given(request: httpx.Request, scheme: Scheme) -> str | None:
    """Return what a request has at the place of a scheme; None if it has nothing there."""
    found: str | None
    match scheme.place:
        case "query":
            found = request.url.params.get(scheme.name)
        case "cookie":
            of_name = (cookie for cookie in _cookies(request) if _name_of(cookie) == scheme.name)
            found = next((cookie[len(scheme.name) + 1 :] for cookie in of_name), None)
        case _:
            found = request.headers.get(scheme.name)
    return found


def _cookies(request: httpx.Request) -> list[str]:
    return [cookie for part in request.headers.get("Cookie", "").split(";") if (cookie := part.strip())]


def _name_of(cookie: str) -> str:
    return cookie.partition("=")[0]


class _URLWithKey(httpx.URL):
    """A URL with a key in its query. As text, such as in the log of httpx, it has `…` in place of the key."""

    def __init__(self, url: httpx.URL, name: str, value: str) -> None:
        key = urlencode({name: value})
        super().__init__(url, query=b"&".join(filter(None, [url.query, key.encode()])))
        self._shown = f"{url.copy_with(query=None, fragment=None)}?{_query_of(url)}{urlencode({name: ''})}…"

    def __str__(self) -> str:
        return self._shown

    def __repr__(self) -> str:
        return f"URL({self._shown!r})"

    def __eq__(self, other: object) -> bool:
        return httpx.URL(self) == other

    def __hash__(self) -> int:
        return hash(httpx.URL(self))


def _query_of(url: httpx.URL) -> str:
    """Return the query before another parameter, with the keys that are hidden already."""
    return f"{str(url).partition('#')[0].partition('?')[2]}&" if url.query else ""


def _missing(request: httpx.Request, security: Security, names: list[str]) -> NotSignedIn | ConfigurationError:
    """Make the error for a request that nothing at hand serves."""
    takes = ", or ".join(" with ".join(f"`{name}`" for name in alternative) for alternative in security)
    keys = [name for name in dict.fromkeys(names) if name in SCHEMES]
    others = [f"`{name}` ({UNSERVED[name]})" for name in dict.fromkeys(names) if name in UNSERVED]
    remedies: list[str] = []
    if keys:
        example = ", ".join(f"{name!r}: {'(…, …)' if SCHEMES[name].place == 'basic' else '…'}" for name in keys)
        listed = ", ".join(variable for name in keys for variable in variables(name))
        remedies.append(f"give keys={{{example}}} to the client, or set {listed} for from_env() and the command")
    if by_token := any(name in BY_TOKEN for name in names):
        remedies.append("sign in" if LIFECYCLE and (LIFECYCLE.login or LIFECYCLE.authorization) else "give tokens")
    if others:
        remedies.append(f"give an http_client that sees to {', '.join(others)}")
    kind = NotSignedIn if by_token else ConfigurationError
    return kind(
        f"the request needs {takes}, which is not at hand: {'; or '.join(remedies)}",
        method=request.method,
        url=safe_url(request),
    )
