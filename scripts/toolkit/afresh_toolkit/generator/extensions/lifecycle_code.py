"""What is compiled about tokens, and its code.

The classes have the names and fields of those in the generated lifecycle.py, so that their repr is its code.
"""

from attrs import define, field

from afresh_toolkit.generator.pointers import Pointer

FORM = "application/x-www-form-urlencoded"


def _sorted_set(values: frozenset[int] | None) -> str:
    return "None" if values is None else f"frozenset({{{', '.join(map(str, sorted(values)))}}})"


@define(frozen=True)
class Placement:
    """A value that a call sends, and where it goes."""

    where: str
    path: Pointer
    value: str | float | bool


@define(frozen=True)
class Credential:
    """A text that who signs in gives; `is_secret` is whether nobody should see it, `is_required` whether it must be."""

    key: str
    is_secret: bool
    is_required: bool = True


@define(frozen=True)
class ErrorField:
    """A property of an error answer, its types in JSON Schema, and the values that it may have."""

    path: Pointer
    types: tuple[str, ...] = ()
    values: tuple[str | float | bool, ...] = ()


@define(frozen=True)
class ErrorShape:
    """What error answers with a status look like; None stands for those that are not described."""

    status: int | None
    required: tuple[ErrorField, ...] = ()
    optional: tuple[ErrorField, ...] = ()


@define(frozen=True)
class TokenCall:
    """A call that has to do with tokens: an operation's, or that of an endpoint which the description lacks."""

    method: str
    path: str | None
    media_type: str | None
    send: tuple[Placement, ...]
    credentials: tuple[Credential, ...] = ()
    url: str | None = None
    grants: tuple[str, ...] = ()
    errors: tuple[ErrorShape, ...] = ()
    tokens: "TokenFields | None" = None
    csrf: "Csrf | None" = None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """The path or the URL; both are None where the server's metadata has the endpoint."""
        return self.path, self.url

    @property
    def name(self) -> str:
        """The method and the path or URL, for people."""
        where = self.path or self.url
        return f"{self.method} {where}" if where else "an endpoint of the server's metadata"


@define(frozen=True)
class Named:
    """A cookie or a header of an answer."""

    where: str
    name: str


Place = Pointer | Named
"""A place in an answer; a pointer is one in its body."""


@define(frozen=True)
class Csrf:
    """What requests send back of an answer against request forgery, the header for it, and the call to get it first."""

    source: Place
    header: str
    get: "TokenCall | None" = None


@define(frozen=True)
class Expired:
    """An answer that says that the access token is no good: by its status, and by one of the values at a place."""

    status: int
    source: Place | None = None
    values: tuple[str | float | bool, ...] = ()


@define(frozen=True)
class TokenFields:
    """Where the answers hold what."""

    access_token: Place
    refresh_token: Place | None
    expires_in: Pointer | None
    expires_in_ms: Pointer | None
    expires_at: Pointer | None
    csrf: tuple[Place, ...] = ()


@define(frozen=True)
class Authorization:
    """Where people sign in, in a browser or on a device."""

    token: TokenCall
    authorization_url: str | None
    device_authorization_url: str | None
    scopes: tuple[str, ...]


@define(frozen=True)
class TokenLifecycle:
    """All that the description says about tokens."""

    login: TokenCall | None
    refresh: TokenCall | None
    logout: TokenCall | None
    tokens: TokenFields
    refused: frozenset[int] | None = field(repr=_sorted_set)
    client: str = "none"
    authorization: Authorization | None = None
    metadata_url: str | None = None
    carrier: Placement | None = None
    csrf: Csrf | None = None
    expired: tuple[Expired, ...] = ()

    @property
    def calls(self) -> tuple[TokenCall, ...]:
        """All of its calls."""
        token = self.authorization.token if self.authorization else None
        return tuple(call for call in (self.login, self.refresh, self.logout, token) if call)
