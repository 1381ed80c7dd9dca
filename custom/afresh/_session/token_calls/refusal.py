"""Tell what a failed token call means: a refusal, which ends the session, a wrong endpoint, or neither.

Errors of proxies, gateways and failing servers must not end a session. These are checked, strongest first: error codes
that name an invalid token or another cause; the shape of the API's own errors in the description; the statuses in
`refused`; and the words of the response.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from .answer import document_of, resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afresh._http import httpx
    from afresh_api.lifecycle import ErrorField, ErrorShape, TokenCall

REFUSAL_STATUSES: Final = frozenset({400, 401, 403, 422})
"""The statuses of a refusal, if the description does not name them."""

OTHER_CODES: Final = frozenset(
    {
        "authorization_pending",
        "interaction_pending",
        "invalid_authorization_details",
        "invalid_client",
        "invalid_client_metadata",
        "invalid_dpop_proof",
        "invalid_request",
        "invalid_request_object",
        "invalid_request_uri",
        "invalid_resource",
        "invalid_scope",
        "invalid_target",
        "server_error",
        "slow_down",
        "temporarily_unavailable",
        "unauthorized_client",
        "unsupported_grant_type",
        "unsupported_response_type",
        "unsupported_token_type",
        "use_dpop_nonce",
    }
)
"""OAuth error codes with another cause than an invalid refresh token (RFC 6749, section 5.2, and extensions)."""

CREDENTIAL_CODES: Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_request",
        "invalid_scope",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)
"""Error codes that mean, for a login, that the credentials are refused."""

SIGN_IN_CODES: Final = frozenset(
    {"invalid_grant", "login_required", "interaction_required", "consent_required", "reauthentication_required"}
)
"""Error codes that mean that the user must sign in again."""

WRONG_CREDENTIALS: Final = frozenset({"access_denied", "invalid_client", "invalid_grant"})
"""Those of them that leave no other cause, such as a field that is missing."""

LOGIN_REFUSAL_STATUSES: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
"""The statuses besides 401, 403 and 404 with which a login may refuse the credentials, if the response says so."""

# Keys in error documents: lower case, letters only.
_CODE_KEY: Final = re.compile("err(?:or)?(?:code|type)?|code|type|reason|name|status|key|title")
_MESSAGE_KEY: Final = re.compile("(?:err(?:or)?)?(?:messages?|msg|description|details?)|fault(?:string)?")
_STATUS_KEY: Final = re.compile("(?:http)?status(?:code)?|(?:http|error)?code")
_CONTEXT_KEY: Final = re.compile(
    "path|instance|(?:error)?ur[il]|href|help|docs|documentationurl|time(?:stamp)?|date|trace(?:id)?|requestid"
    "|correlationid|method"
)
"""Keys of texts that say where or when, not what: the path `/auth/token` says nothing about a token."""

_SUBJECT: Final = re.compile(
    r"(?:token|jwt|session|credential|signature|segment|password)s?\b|\b(?:grant|user|account)\b"
)
_INVALID: Final = re.compile(
    r"invalid|\bnot (?:match|valid|found|active|exist|enough|recogni[sz]ed|verified)|expir|revok|unknown|\bno longer\b"
    r"|\bused\b|reuse|listed\b|inactive|disabled|malformed|\bbad\b|wrong|fail|unrecogni[sz]ed|incorrect|mismatch|reject"
    r"|terminated|ended\b|\bdead\b|illegal|replay|compromised|delet|suspend|locked|deactivat|banned"
)
_NO_LOGIN: Final = re.compile(
    r"\b(?:un ?able to|can ?not|could not|failed to) (?:log ?in|sign ?in|authenticate)\b"
    r"|\b(?:log ?in|sign ?in) failed\b"
)
"""What a login says that is refused, if it does not say what is wrong."""
_OTHER_CAUSE: Final = re.compile(
    r"rate ?limit|too many|throttl|slow down|quota|(?:try|retry)(?: again)? later|unavailable|maintenance|overload"
    r"|\bbusy\b|time ?d? ?out|internal (?:server )?error|server error|pending|\bdpop\b|nonce|csrf|xsrf|captcha"
    r"|api ?key|subscription|client (?:credential|secret|id)|unexpected token|grant type|firewall|user agent"
)
_GENERIC: Final = re.compile(
    r"(?:http )?(?:error )?(?:\d{3} ?)?(?:"
    r"un ?authori[sz]ed(?: access| request)?|not authori[sz]ed|forbidden|bad request|unprocessable (?:entity|content)|"
    r"(?:access |permission |request )?(?:denied|forbidden|blocked)|(?:authori[sz]ation|authentication) required|"
    r"not authenticated|missing authentication(?: token)?|authori[sz]ation field missing|error|)"
)
_MAX_LEAVES: Final = 500
_MAX_DEPTH: Final = 6

PURPOSES: Final = {"login": "signs in", "refresh": "renews tokens", "logout": "signs out"}

_NOT_THERE: Final = frozenset({int(HTTPStatus.NOT_FOUND), int(HTTPStatus.METHOD_NOT_ALLOWED)})
_OWN_ANSWER: Final = re.compile(r"user|account|credential|token|passw|e-?mail|session|grant|client", re.IGNORECASE)
_HTML: Final = re.compile(rb"\s*<(?:!doctype html|html)", re.IGNORECASE)


def is_refusal(
    response: httpx.Response, call: TokenCall, refused: frozenset[int] | None, *, is_sign_in: bool = False
) -> bool:
    """Return whether the API refuses the refresh token or, for a login, the credentials.

    Args:
        response: The response, with any status.
        call: The call that was sent.
        refused: The statuses of a refusal from the description, None if it names none.
        is_sign_in: Whether the call is a login.
    """
    status = response.status_code
    if status not in (REFUSAL_STATUSES if refused is None else refused) or "retry-after" in response.headers:
        return False
    try:
        document = document_of(response)
    except ValueError:
        return False
    if not isinstance(document, dict) or (refused is None and missing_fields(cast("object", document))):
        return False
    document = cast("dict[str, object]", document)
    leaves = list(_leaves(document))
    texts = [
        (key, value.strip()) for key, value in leaves if isinstance(value, str) and not _CONTEXT_KEY.fullmatch(key)
    ]
    codes = {value.lower() for key, value in texts if _CODE_KEY.fullmatch(key)}
    if codes & SIGN_IN_CODES or (is_sign_in and codes & CREDENTIAL_CODES):
        return True
    if any(_says_invalid_token(value) for _, value in texts if " " not in value):
        return True
    if codes & OTHER_CODES or any(_OTHER_CAUSE.search(_words(value)) for _, value in texts):
        return False
    says_no = _refuses_login if is_sign_in else _says_invalid_token
    names_invalid_token = any(says_no(value) for _, value in texts) and status != HTTPStatus.FORBIDDEN
    if shapes := _shapes(call, status, refused):
        return names_invalid_token or any(_has_shape(document, shape) for shape in shapes)
    if refused is not None:
        return True
    if status == HTTPStatus.UNAUTHORIZED:
        return names_invalid_token or _is_specific(leaves, status)
    return names_invalid_token


def refuses_credentials(response: httpx.Response, call: TokenCall, refused: frozenset[int] | None) -> bool:
    """Return whether a failed login with another status than 401 was refused for its credentials.

    The response has to say so, by its words or by an error code; or the description, by `refused`, or by an error that
    it has for just this 403 or 404. That a 400 or 422 is described says nothing: a missing field gets the same.

    Args:
        response: The response to the login.
        call: The login call.
        refused: The statuses of a refusal from the description, None if it names none.
    """
    status = response.status_code
    is_described = status in (refused or ())
    is_exact = status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
    may_be = is_described or is_exact or status in LOGIN_REFUSAL_STATUSES
    if not may_be or "retry-after" in response.headers:
        return False
    try:
        document = document_of(response)
    except ValueError:
        return False
    texts = [
        (key, value) for key, value in _leaves(document) if isinstance(value, str) and not _CONTEXT_KEY.fullmatch(key)
    ]
    if any(_CODE_KEY.fullmatch(key) and value.lower() in WRONG_CREDENTIALS for key, value in texts):
        return True
    if any(_OTHER_CAUSE.search(_words(value)) for _, value in texts):
        return False
    return (
        is_described
        or any(_refuses_login(value) for _, value in texts)
        or (is_exact and any(shape.status == status and _has_shape(document, shape) for shape in call.errors))
    )


def missing_fields(document: object) -> list[str]:
    """Return the fields that a server says are missing in the request, as FastAPI does; none in any other answer."""
    details = resolve(document, ("detail",))
    found: list[str] = []
    for detail in cast("list[object]", details) if isinstance(details, list) else ():
        kind, place = resolve(detail, ("type",)), resolve(detail, ("loc",))
        if isinstance(kind, str) and kind.endswith("missing") and isinstance(place, list) and place:
            found.append(str(cast("list[object]", place)[-1]))
    return found


def _leaves(document: object) -> Iterator[tuple[str, object]]:
    """Yield the key and the value of each leaf in a document. Keys are lower case, letters only."""
    budget = _MAX_LEAVES
    pending: list[tuple[str, object, int]] = [("", document, 0)]
    while pending and budget:
        budget -= 1
        key, value, depth = pending.pop()
        children: list[tuple[str, object]] = []
        if isinstance(value, dict):
            children = [
                (re.sub("[^a-z]", "", name.lower()), item) for name, item in cast("dict[str, object]", value).items()
            ]
        elif isinstance(value, list):
            children = [(key, item) for item in cast("list[object]", value)]
        if children and depth < _MAX_DEPTH:
            pending += [(name, item, depth + 1) for name, item in children[:_MAX_LEAVES]]
        elif value is not None and depth:
            yield key, value


def _words(text: str) -> str:
    """Return a text, or an error code in any style, as lower-case words."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text)
    return re.sub(r"[^a-z0-9]+", " ", spaced.lower().replace("n't", " not")).strip()


def _says_invalid_token(text: str) -> bool:
    words = _words(text)
    return bool(_SUBJECT.search(words) and _INVALID.search(words)) and not _OTHER_CAUSE.search(words)


def _refuses_login(text: str) -> bool:
    return _says_invalid_token(text) or _NO_LOGIN.search(_words(text)) is not None


def _is_specific(leaves: list[tuple[str, object]], status: int) -> bool:
    """Return whether a 401 says more than a gateway's would: its status, or other words than the status phrase."""
    if any(_STATUS_KEY.fullmatch(key) and str(value) == str(status) for key, value in leaves):
        return True  # as in errors of NestJS, Spring and RFC 9457
    messages = [
        value
        for key, value in leaves
        if isinstance(value, str) and (_CODE_KEY.fullmatch(key) or _MESSAGE_KEY.fullmatch(key))
    ]
    return not all(_GENERIC.fullmatch(_words(value)) for value in messages) if messages else bool(leaves)


def _shapes(call: TokenCall, status: int, refused: frozenset[int] | None) -> list[ErrorShape]:
    """Return the shapes that the description gives to errors with a status, or else to errors with any status.

    The latter do not count for a 403, which usually comes from a gateway, unless there is a `refused`.
    """
    exact = [shape for shape in call.errors if shape.status == status]
    if exact or (refused is None and status == HTTPStatus.FORBIDDEN):
        return exact
    return [shape for shape in call.errors if shape.status is None]


def _has_shape(document: object, shape: ErrorShape) -> bool:
    if shape.required:
        return all(_has(document, field) for field in shape.required)
    return any(_has(document, field) for field in shape.optional)


def _has(document: object, field: ErrorField) -> bool:
    *outer, name = field.path
    parent = resolve(document, tuple(outer))
    if not isinstance(parent, dict) or name not in parent:
        return False
    value = cast("dict[str, object]", parent)[name]
    if field.values and not any(
        value == item and isinstance(value, bool) == isinstance(item, bool) for item in field.values
    ):
        return False
    return not field.types or not _types(value).isdisjoint(field.types)


def _types(value: object) -> set[str]:
    """Return the JSON Schema types of a value."""
    if value is None:
        return {"null"}
    if isinstance(value, bool):
        return {"boolean"}
    if isinstance(value, int | float):
        return {"number", "integer"} if isinstance(value, int) or value.is_integer() else {"number"}
    if isinstance(value, str):
        return {"string"}
    return {"array"} if isinstance(value, list) else {"object"}


def misdirection(response: httpx.Response, name: str) -> str:
    """Return a hint, to be added to an error, that a call went to the wrong place; an empty string if it did not.

    Args:
        response: The response to the call.
        name: The name of the call in the token lifecycle: `login`, `refresh` or `logout`.
    """
    reason = _reason(response)
    if reason is None:
        return ""
    return (
        f" This is probably not the call that {PURPOSES[name]}, since the server {reason}. Check the base URL, and "
        f"`{name}` of the x-token-lifecycle or the token URL in the API's description."
    )


def _reason(response: httpx.Response) -> str | None:
    status = response.status_code
    if response.has_redirect_location:
        return "redirects it"
    if status == HTTPStatus.UNPROCESSABLE_ENTITY and (missing := missing_fields(_document(response))):
        return f"misses {', '.join(missing)} in it"
    is_page = _HTML.match(response.content) is not None
    if status in _NOT_THERE:
        if not is_page and _OWN_ANSWER.search(_without_path(response)):
            return None  # an unknown user, for example
        return "has nothing there" if status == HTTPStatus.NOT_FOUND else f"takes no {response.request.method} there"
    return "answers with a web page" if response.is_success and is_page else None


def _without_path(response: httpx.Response) -> str:
    """Return the text of a JSON answer, without the path that it may repeat; an empty string for any other answer."""
    return str(_document(response) or "").replace(response.request.url.path, "")


def _document(response: httpx.Response) -> object:
    try:
        return document_of(response)
    except ValueError:
        return None
