"""Which answers to a token call end a session: the API's own word about the token, and not a gateway's or a fault's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve, frozen

from afresh import (
    APIError,
    BadRequest,
    Conflict,
    Forbidden,
    InvalidArgument,
    NotFound,
    RefreshUnavailable,
    SessionExpired,
    Tokens,
    Unauthorized,
    UnprocessableContent,
)
from afresh._session.steps import Refused, Unavailable
from afresh._session.token_calls.endpoint import TokenEndpoint
from afresh_api.lifecycle import ErrorField, ErrorShape, Placement, TokenCall, TokenFields, TokenLifecycle
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from afresh._session.steps import Answer as Refreshed

NOTHING_DESCRIBED = TokenLifecycle(
    login=TokenCall("POST", "/login", "application/json"),
    refresh=TokenCall("POST", "/refresh", "application/json", (Placement("body", ("refresh",), "$refreshToken"),)),
    logout=None,
    tokens=TokenFields(access_token=("access",), refresh_token=("refresh",)),
)


@frozen
class Body:
    """A request model, as generated ones are."""

    def to_dict(self) -> dict[str, Any]:
        return {"username": "ada"}


def asked(answer: Answer, lifecycle: TokenLifecycle, credentials: Body | None = None) -> Refreshed:
    with answering(lambda _: answer) as server:
        endpoint = TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5)
        return endpoint.refresh(Tokens("old", "r1"), credentials, after_refusal=credentials is not None)


def described(*shapes: ErrorShape, refused: frozenset[int] | None = None) -> TokenLifecycle:
    assert NOTHING_DESCRIBED.refresh
    assert NOTHING_DESCRIBED.login
    return evolve(
        NOTHING_DESCRIBED,
        refused=refused,
        refresh=evolve(NOTHING_DESCRIBED.refresh, errors=shapes),
        login=evolve(NOTHING_DESCRIBED.login, errors=shapes),
    )


def ends(
    status: int,
    body: object,
    lifecycle: TokenLifecycle = NOTHING_DESCRIBED,
    headers: dict[str, str] | None = None,
) -> bool:
    outcome = asked(Answer(status, body, headers or {}), lifecycle)
    if isinstance(outcome, Refused):
        assert isinstance(outcome.error, SessionExpired)
        return True
    assert isinstance(outcome, Unavailable)
    assert isinstance(outcome.error, RefreshUnavailable)
    assert outcome.error.status_code == status
    return False


DEAD_TOKENS: list[tuple[int, object]] = [
    # RFC 6749 and what adds to it
    (400, {"error": "invalid_grant"}),
    (401, {"error": "invalid_grant", "error_description": "Token is not active"}),
    (403, {"error": "invalid_grant"}),
    (400, {"error": "interaction_required", "error_description": "AADSTS50076"}),
    (400, {"error": "invalid_grant", "error_description": "timed out", "suberror": "token_expired"}),
    # the same in other places and of other types
    (401, {"error": {"code": "invalid_refresh_token"}}),
    (401, {"error": {"code": 401, "message": "The refresh token has expired"}}),
    (401, {"data": None, "error": {"status": 401, "name": "UnauthorizedError", "message": "Invalid credentials"}}),
    (400, {"error": {"code": 400, "message": "TOKEN_EXPIRED", "status": "INVALID_ARGUMENT"}}),
    (400, {"error": {"message": "USER_DISABLED"}}),
    (400, {"error": ["invalid_grant"]}),
    (401, {"error": 401}),
    (401, {"error": True, "reason": "sessionRevoked"}),
    (401, {"errors": [{"message": "Invalid user credentials.", "extensions": {"code": "INVALID_CREDENTIALS"}}]}),
    (400, {"errors": [{"extensions": {"code": "TOKEN_EXPIRED"}}]}),
    # servers with errors of their own, which their descriptions seldom have
    (401, {"detail": "Token is invalid or expired", "code": "token_not_valid"}),
    (400, {"detail": {"code": "token_not_valid"}}),
    (401, {"message": "Invalid refresh token"}),
    (400, {"message": "Invalid refresh token"}),
    (401, {"statusCode": 401, "message": "Unauthorized"}),
    (401, {"timestamp": "2026-01-01T00:00:00Z", "status": 401, "error": "Unauthorized", "path": "/auth/refresh"}),
    (401, {"type": "about:blank", "title": "Unauthorized", "status": 401}),
    (400, {"code": "refresh_token_not_found"}),
    (400, {"code": 400, "error_code": "refresh_token_already_used", "msg": "Invalid Refresh Token: Already Used"}),
    (403, {"errcode": "M_UNKNOWN_TOKEN"}),
    (400, {"__type": "NotAuthorizedException", "message": "Refresh Token has been revoked"}),
    (422, {"msg": "Not enough segments"}),
    (422, {"msg": "Signature verification failed"}),
    (401, {"message": "Unauthenticated."}),
    (401, {"errors": []}),
    (401, {"success": False, "reason": None}),
    (401, {"mensaje": "La sesión ha caducado"}),
    (401, {"type": "https://api.example/problems/refresh-token-expired", "title": "Signed out"}),
]

PASSING: list[tuple[int, object, dict[str, str]]] = [
    # a gateway's
    (403, {"message": "Forbidden"}, {}),
    (401, {"message": "Unauthorized"}, {}),
    (401, {"message": "Unauthorized", "request_id": "4f1c"}, {}),
    (401, {"Message": "Access denied."}, {}),
    (401, {"error": "401 Unauthorized"}, {}),
    (401, {"errors": [{"message": "Forbidden"}]}, {}),
    (401, {"message": None}, {}),
    (403, {"message": "Missing Authentication Token"}, {}),
    (403, {"message": "The security token included in the request is expired"}, {}),
    (403, {"success": False, "errors": [{"code": 1020, "message": "Access denied"}]}, {}),
    (403, {"statusCode": 403, "message": "Forbidden", "path": "/refresh-token/invalid"}, {}),
    (403, {"code": "invalid_user_agent"}, {}),
    (401, {"statusCode": 401, "message": "Access denied due to invalid subscription key"}, {}),
    (401, {"message": "No API key found in request"}, {}),
    (400, {"message": "Bad Request"}, {}),
    (400, {"message": "Unexpected token < in JSON at position 0"}, {}),
    (422, {"detail": [{"loc": ["body", "refresh"], "msg": "Field required"}]}, {}),
    # limits and faults
    (403, {"error": "rate_limited"}, {"Retry-After": "30"}),
    (401, {"error": "rate_limited"}, {}),
    (401, {"message": "slow down"}, {"Retry-After": "30"}),
    (401, {"error": "invalid_grant"}, {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}),
    (400, {"error": {"code": "TooManyRequests", "message": "Try again later"}}, {}),
    (401, {"fault": {"faultstring": "Quota violation", "detail": {"errorcode": "policies.QuotaViolation"}}}, {}),
    (401, {"error": "Token service temporarily unavailable"}, {}),
    (400, {"error": "temporarily_unavailable"}, {}),
    # OAuth errors that are not about the token
    (400, {"error": "use_dpop_nonce"}, {"DPoP-Nonce": "x"}),
    (401, {"error": "use_dpop_nonce"}, {}),
    (400, {"error": "invalid_dpop_proof", "error_description": "the token in the proof is invalid"}, {}),
    (400, {"error": "invalid_target"}, {}),
    (401, {"error": "invalid_target", "error_description": "unknown token audience"}, {}),
    (400, {"error": "authorization_pending"}, {}),
    (400, {"error": "slow_down"}, {}),
    (401, {"error": "invalid_client", "error_description": "Client authentication failed: bad token"}, {}),
    (400, {"error": "unsupported_grant_type"}, {}),
    (400, {"error": {"message": "INVALID_GRANT_TYPE"}}, {}),
    (403, {"error": "invalid_csrf_token"}, {}),
    # nothing that says anything
    (401, None, {}),
    (403, [], {}),
    (401, [], {}),
    (401, {}, {}),
    (422, [{"error": "invalid_grant"}], {}),
    (401, "invalid_grant", {}),
    (401, 5, {}),
    (401, b"", {}),
    (401, b"<html>Unauthorized</html>", {}),
    (401, b"{", {}),
    # other statuses
    (404, {"error": "invalid_grant"}, {}),
    (409, {"error": "invalid_grant"}, {}),
    (500, {"error": "invalid_grant"}, {}),
]


@pytest.mark.parametrize(("status", "body"), DEAD_TOKENS, ids=str)
def test_what_says_that_the_token_is_dead_ends_the_session(status: int, body: object) -> None:
    assert ends(status, body)


@pytest.mark.case(24)
@pytest.mark.parametrize(("status", "body", "headers"), PASSING, ids=str)
def test_what_does_not_say_so_keeps_it(status: int, body: object, headers: dict[str, str]) -> None:
    assert not ends(status, body, headers=headers)


PROBLEM = ErrorShape(
    401,
    required=(
        ErrorField(("title",), ("string",)),
        ErrorField(("status",), ("integer",), (401,)),
        ErrorField(("info", "kind"), ("null", "string")),
    ),
)


@pytest.mark.parametrize(
    ("body", "is_own"),
    [
        ({"title": "Unauthorized", "status": 401, "info": {"kind": "x"}}, True),
        ({"title": "Unauthorized", "status": 401.0, "info": {"kind": None}, "more": 1}, True),
        ({"title": "Unauthorized", "status": 401}, False),
        ({"title": "Unauthorized", "status": 403, "info": {"kind": "x"}}, False),
        ({"title": 5, "status": 401, "info": {"kind": "x"}}, False),
        ({"title": "Unauthorized", "status": True, "info": {"kind": "x"}}, False),
        ({"title": "Unauthorized", "status": 401, "info": {"kind": 1.5}}, False),
        ({"title": "Unauthorized", "status": 401, "info": {"kind": []}}, False),
        ({"title": "Unauthorized", "status": 401, "info": {"kind": True}}, False),
        ({"title": "Unauthorized", "status": 401, "info": {"kind": {}}}, False),
        ({"message": "Unauthorized"}, False),
        ({"statusCode": 401, "message": "Unauthorized"}, False),
        ({"message": "Your refresh token was revoked"}, True),
        ({"error": "invalid_grant"}, True),
        ({"title": "Slow down", "status": 401, "info": {"kind": "rate-limited"}}, False),
    ],
    ids=str,
)
def test_the_described_shape_of_an_error_tells_the_apis_own_from_a_gateways(body: object, *, is_own: bool) -> None:
    assert ends(401, body, described(PROBLEM)) == is_own
    # The shape is the stronger sign, also where the status is named.
    assert ends(401, body, described(PROBLEM, refused=frozenset({401}))) == is_own


def test_of_a_shape_that_requires_nothing_one_property_must_be_there() -> None:
    loose = described(ErrorShape(401, optional=(ErrorField(("code",), ("string",)), ErrorField(("words",)))))
    assert ends(401, {"words": None}, loose)
    assert ends(401, {"code": "E17"}, loose)
    assert not ends(401, {"code": 17}, loose)
    assert not ends(401, {"message": "Unauthorized"}, loose)


def test_a_403_ends_it_where_the_description_says_so() -> None:
    body = {"title": "Forbidden", "status": 401, "info": {"kind": "x"}}
    assert not ends(403, body)
    assert not ends(403, body, described(PROBLEM))
    assert not ends(403, body, described(evolve(PROBLEM, status=None)))  # for any status: a gateway's looks alike
    assert ends(403, body, described(evolve(PROBLEM, status=403)))
    assert ends(403, {"message": "Forbidden"}, described(refused=frozenset({403})))
    assert ends(403, body, described(evolve(PROBLEM, status=None), refused=frozenset({403})))
    assert not ends(403, {"message": "Forbidden"}, described(evolve(PROBLEM, status=None), refused=frozenset({403})))


def test_a_shape_for_any_status_counts_where_the_status_has_none() -> None:
    lifecycle = described(evolve(PROBLEM, status=None), evolve(PROBLEM, status=422))
    body = {"title": "Bad Request", "status": 401, "info": {"kind": "x"}}
    assert ends(400, body, lifecycle)
    assert not ends(400, {"message": "Bad Request"}, lifecycle)


def test_statuses_that_are_named_are_refusals_whatever_the_object_says() -> None:
    named = described(refused=frozenset({404}))
    assert ends(404, {}, named)
    assert ends(404, {"message": "Not Found"}, named)
    assert not ends(404, [], named)
    assert not ends(404, b"", named)
    assert not ends(404, {"error": "use_dpop_nonce"}, named)
    assert not ends(404, {"error": "invalid_grant"}, named, {"Retry-After": "1"})
    assert not ends(401, {"error": "invalid_grant"}, named)


def test_who_keeps_a_session_is_told_how_to_name_the_status() -> None:
    outcome = asked(Answer(403, {"message": "Forbidden"}), NOTHING_DESCRIBED)
    assert isinstance(outcome, Unavailable)
    assert "does not say that the session is over. If it means that, describe it, or add its status to" in str(
        outcome.error
    )


@pytest.mark.parametrize(
    ("status", "body", "is_refusal"),
    [
        (401, {"error": "invalid_client"}, True),
        (400, {"error": "unauthorized_client"}, True),
        (400, {"error": "invalid_scope"}, True),
        (401, {"message": "Wrong user name or password"}, True),
        (400, {"code": "ACCOUNT_LOCKED"}, True),
        (400, {"non_field_errors": ["Unable to log in with provided credentials."]}, True),
        (401, {"echo": {"username": "ada"}}, True),
        (400, {"error": "slow_down"}, False),
        (400, {"error": "use_dpop_nonce"}, False),
        (401, {"message": "Unauthorized"}, False),
        (403, {"message": "Forbidden"}, False),
        (503, {"error": "invalid_client"}, False),
    ],
    ids=str,
)
def test_credentials_that_are_kept_are_refused_by_the_same_signs(
    status: int, body: object, *, is_refusal: bool
) -> None:
    assert isinstance(asked(Answer(status, body), NOTHING_DESCRIBED, Body()), Refused) == is_refusal


FORBIDDEN = described(
    ErrorShape(403, (ErrorField(("code",), ("string",)),)), ErrorShape(400, (ErrorField(("detail",)),))
)

LOGINS: list[tuple[type[APIError], int, object, TokenLifecycle, dict[str, str]]] = [
    # what the answer itself says
    (Unauthorized, 401, {"detail": "no"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 403, {"detail": "Incorrect email or password"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 400, {"detail": "Incorrect email or password"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 422, {"errors": {"email": ["These credentials are not valid."]}}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 404, {"message": "User not found"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 400, {"error": "invalid_grant"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 400, {"code": "INVALID_CREDENTIALS"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 400, {"non_field_errors": ["Unable to log in with provided credentials."]}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 422, {"errors": {"email": ["These credentials do not match our records."]}}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 400, {"message": "Login failed"}, NOTHING_DESCRIBED, {}),
    (Unauthorized, 403, {"message": "You could not sign in."}, NOTHING_DESCRIBED, {}),
    # what the description says
    (Unauthorized, 403, {"code": "E17"}, FORBIDDEN, {}),
    (Unauthorized, 409, {"code": "E17"}, described(refused=frozenset({409})), {}),
    # what is about something else
    (Forbidden, 403, {"message": "Forbidden"}, FORBIDDEN, {}),
    (Forbidden, 403, {"code": "E17"}, NOTHING_DESCRIBED, {}),
    (Forbidden, 403, {"code": "E17", "message": "invalid CSRF token"}, FORBIDDEN, {}),
    (Forbidden, 403, {"code": "E17"}, FORBIDDEN, {"Retry-After": "60"}),
    (Forbidden, 403, b"<html>invalid password</html>", FORBIDDEN, {}),
    (BadRequest, 400, {"detail": "no"}, FORBIDDEN, {}),
    (BadRequest, 400, {"detail": "Unable to log in: too many attempts"}, NOTHING_DESCRIBED, {}),
    (BadRequest, 400, {"error": "invalid_request"}, NOTHING_DESCRIBED, {}),
    (UnprocessableContent, 422, {"detail": [{"loc": ["body", "password"], "msg": "Field required"}]}, FORBIDDEN, {}),
    (NotFound, 404, {"detail": "Not Found"}, FORBIDDEN, {}),
    (Conflict, 409, {"detail": "invalid password"}, NOTHING_DESCRIBED, {}),
]


@pytest.mark.parametrize(("kind", "status", "body", "lifecycle", "headers"), LOGINS)
def test_a_login_that_is_refused_for_its_credentials_is_unauthorized_whatever_its_status(
    kind: type[APIError], status: int, body: object, lifecycle: TokenLifecycle, headers: dict[str, str]
) -> None:
    with answering(lambda _: Answer(status, body, headers)) as server, pytest.raises(APIError) as caught:
        TokenEndpoint(httpx.URL(server.url), lifecycle, timeout=5).login(Body())
    assert type(caught.value) is kind
    assert caught.value.status_code == status


@pytest.mark.parametrize("body", [{"username": "ada", "password": "hunter2"}, "hunter2", ["hunter2"]])
def test_a_login_with_what_is_no_model_says_what_to_give(body: Any) -> None:
    with pytest.raises(
        InvalidArgument, match=f"`body` must be the model .* not {type(body).__name__}: make one"
    ) as caught:
        TokenEndpoint(httpx.URL("https://api.example.com"), NOTHING_DESCRIBED, timeout=5).login(body)
    assert caught.value.argument == "body"
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"error": NaN, "status": ' + b"9" * 10_000 + b"}",
        b'\xef\xbb\xbf{"error": {"a": [1, {"b": null}]}}',
        '{"error": "ungültig"}'.encode("latin-1"),
        b'{"error": ' + b'{"code": 1},' * 1000 + b"}",
        b'{"' + b"x" * 2_000_000 + b'": 1}',
        '{"error": "invalid_grant"}'.encode("utf-16"),
        b'{"error": "\\ud800", "\\udfff": {"code": "\\u0000"}}',
        b'[{"error": {}}]',
        b"true",
    ],
    ids=["deep", "deeper", "numbers", "bom", "latin-1", "broken", "huge", "utf-16", "surrogates", "array", "bool"],
)
@pytest.mark.parametrize("status", [200, 400, 401, 403, 422, 503])
@pytest.mark.parametrize("credentials", [None, Body()], ids=["token", "credentials"])
def test_no_json_of_any_kind_raises(status: int, body: bytes, credentials: Body | None) -> None:
    outcome = asked(Answer(status, body), NOTHING_DESCRIBED, credentials)
    assert isinstance(outcome, Refused | Unavailable)
    assert isinstance(outcome, Unavailable) or status == 401 or b"n\0v\0a\0l\0i\0d\0" in body
