# Written by scripts/generate from the description of the API: changes made here are lost.
"""What the description says about tokens (`x-token-lifecycle`, or an OAuth2 scheme): which calls deal in them."""

from __future__ import annotations

from typing import Literal

from attrs import define


@define(frozen=True)
class Placement:
    """A value that a call sends.

    `path` has the tokens of a JSON pointer (RFC 6901) in a body, and one name elsewhere. `value` is a constant, in which
    $refreshToken, $accessToken, $clientId and $clientSecret stand for what the session has.
    """

    where: Literal["body", "query", "header", "cookie"]
    path: tuple[str, ...]
    value: str | float | bool


@define(frozen=True)
class Credential:
    """A text that who signs in gives, by its key in the body; `is_secret` is whether nobody should see it.

    `is_required` is false where the body does not say of any of its texts that it must be given.
    """

    key: str
    is_secret: bool
    is_required: bool = True


@define(frozen=True)
class ErrorField:
    """A property of an error answer: where it stands, the types that it has (none: any), and the values that it has."""

    path: tuple[str, ...]
    types: tuple[str, ...] = ()
    values: tuple[str | float | bool, ...] = ()


@define(frozen=True)
class ErrorShape:
    """What the API's own error answers look like that have a status; None stands for those that are not described.

    They have all that is `required`; where nothing is, one of `optional` at least.
    """

    status: int | None
    required: tuple[ErrorField, ...] = ()
    optional: tuple[ErrorField, ...] = ()


@define(frozen=True)
class TokenCall:
    """A call that deals in tokens; `media_type` is that of the request's body, None without one.

    `path` is that of an operation, None where `url` names an endpoint that the description lacks: it is resolved
    against the API's base URL (RFC 3986). Where both are None, the server's metadata has the endpoint. `credentials` are what the body of the login call must hold; none where it must
    hold something else than texts, too. `grants` are the grant types by which OAuth2 clients sign in (RFC 6749). `errors` is
    what its error answers look like. `tokens` is where its answers hold what, if elsewhere than the lifecycle says. `csrf`
    is what it sends back of an earlier answer.
    """

    method: str
    path: str | None
    media_type: str | None
    send: tuple[Placement, ...] = ()
    credentials: tuple[Credential, ...] = ()
    url: str | None = None
    grants: tuple[Literal["password", "client_credentials", "authorization_code", "device_code"], ...] = ()
    errors: tuple[ErrorShape, ...] = ()
    tokens: TokenFields | None = None
    csrf: Csrf | None = None


@define(frozen=True)
class Named:
    """A cookie or a header of an answer."""

    where: Literal["cookie", "header"]
    name: str


@define(frozen=True)
class Csrf:
    """A value that requests send back against request forgery (CSRF): where an answer holds it, and the header for it.

    `get` is the call whose answer has the first one, before the login; None where the login's own answer has it.
    """

    source: tuple[str, ...] | Named
    header: str
    get: TokenCall | None = None


@define(frozen=True)
class Expired:
    """An answer that says that the access token is no good: its status and, at `source`, one of `values`.

    Without `source`, the status alone says it.
    """

    status: int
    source: tuple[str, ...] | Named | None = None
    values: tuple[str | float | bool, ...] = ()


@define(frozen=True)
class TokenFields:
    """Where the answers of login and refresh hold what, as the tokens of JSON pointers; None where they do not say it.

    `expires_in` is in seconds and `expires_in_ms` in milliseconds from the answer on; `expires_at` is a moment. `csrf` has
    the places of the values that requests send back.
    """

    access_token: tuple[str, ...] | Named
    refresh_token: tuple[str, ...] | Named | None = None
    expires_in: tuple[str, ...] | None = None
    expires_in_ms: tuple[str, ...] | None = None
    expires_at: tuple[str, ...] | None = None
    csrf: tuple[tuple[str, ...] | Named, ...] = ()


@define(frozen=True)
class Authorization:
    """Where people sign in, in a browser (RFC 6749, section 4.1) or on a device (RFC 8628).

    `token` is the call that exchanges a code for tokens; its `grants` are those that the API has. A URL is absolute, or
    relative to the API's base URL. It is None where the server's metadata has it, or where there is none. `scopes` are
    those that the description names.
    """

    token: TokenCall
    authorization_url: str | None
    device_authorization_url: str | None
    scopes: tuple[str, ...] = ()


@define(frozen=True)
class TokenLifecycle:
    """The whole of it; `refused` has the statuses that end a session, None where the description names none.

    `client` is how the client says who it is (RFC 6749, section 2.3): by HTTP Basic, or in the form where it has no
    secret; in the form; as the server's metadata says; or not at all. `metadata_url` is where the metadata is, or the
    issuer that it is of (RFC 8414, OpenID Connect Discovery): endpoints that the description lacks come from there.
    `carrier` is where requests have the access token; None stands for `Authorization: Bearer`. `csrf` is what requests
    send back. `expired` has the answers that mean that the access token is no good; none: the status 401.
    """

    login: TokenCall | None
    refresh: TokenCall | None
    logout: TokenCall | None
    tokens: TokenFields
    refused: frozenset[int] | None = None
    client: Literal["basic", "form", "metadata", "none"] = "none"
    authorization: Authorization | None = None
    metadata_url: str | None = None
    carrier: Placement | None = None
    csrf: Csrf | None = None
    expired: tuple[Expired, ...] = ()


LIFECYCLE: TokenLifecycle | None = TokenLifecycle(
    login=TokenCall(
        method="POST",
        path="/auth/login",
        media_type="application/json",
        send=(),
        credentials=(
            Credential(key="username", is_secret=False, is_required=True),
            Credential(key="password", is_secret=True, is_required=True),
        ),
        url=None,
        grants=(),
        errors=(
            ErrorShape(
                status=401,
                required=(
                    ErrorField(path=("type",), types=("string",), values=()),
                    ErrorField(path=("title",), types=("string",), values=()),
                    ErrorField(path=("status",), types=("integer",), values=()),
                ),
                optional=(),
            ),
            ErrorShape(
                status=422,
                required=(
                    ErrorField(path=("type",), types=("string",), values=()),
                    ErrorField(path=("title",), types=("string",), values=()),
                    ErrorField(path=("status",), types=("integer",), values=()),
                    ErrorField(path=("errors",), types=("array",), values=()),
                ),
                optional=(),
            ),
        ),
        tokens=None,
        csrf=None,
    ),
    refresh=TokenCall(
        method="POST",
        path="/auth/refresh",
        media_type="application/json",
        send=(Placement(where="body", path=("refreshToken",), value="$refreshToken"),),
        credentials=(),
        url=None,
        grants=(),
        errors=(
            ErrorShape(
                status=401,
                required=(
                    ErrorField(path=("type",), types=("string",), values=()),
                    ErrorField(path=("title",), types=("string",), values=()),
                    ErrorField(path=("status",), types=("integer",), values=()),
                ),
                optional=(),
            ),
            ErrorShape(
                status=422,
                required=(
                    ErrorField(path=("type",), types=("string",), values=()),
                    ErrorField(path=("title",), types=("string",), values=()),
                    ErrorField(path=("status",), types=("integer",), values=()),
                    ErrorField(path=("errors",), types=("array",), values=()),
                ),
                optional=(),
            ),
        ),
        tokens=None,
        csrf=None,
    ),
    logout=TokenCall(
        method="POST",
        path="/auth/logout",
        media_type="application/json",
        send=(Placement(where="body", path=("refreshToken",), value="$refreshToken"),),
        credentials=(),
        url=None,
        grants=(),
        errors=(),
        tokens=None,
        csrf=None,
    ),
    tokens=TokenFields(
        access_token=("data", "accessToken"),
        refresh_token=("data", "refreshToken"),
        expires_in=("data", "expiresIn"),
        expires_in_ms=None,
        expires_at=None,
        csrf=(),
    ),
    refused=None,
    client="none",
    authorization=None,
    metadata_url=None,
    carrier=None,
    csrf=None,
    expired=(),
)
