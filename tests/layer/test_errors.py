"""The error tree, and what its errors carry."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

import afresh
from afresh import (
    APIError,
    BadRequest,
    DecodeError,
    RateLimited,
    RefreshUnavailable,
    SDKError,
    ServerError,
    TransportError,
)

REQUEST = httpx.Request("GET", "https://ada:secret@api.example.com/tasks?token=secret#secret")


def response(
    status: int, headers: dict[str, str] | dict[str, bytes] | None = None, **content: object
) -> httpx.Response:
    return httpx.Response(status, headers=headers, request=REQUEST, **content)  # type: ignore[arg-type]


def test_every_error_is_an_sdk_error_and_can_be_imported() -> None:
    errors = [error for name in afresh.__all__ if isinstance(error := getattr(afresh, name), type)]
    errors = [error for error in errors if issubclass(error, Exception)]
    assert len(errors) == 22
    assert all(issubclass(error, SDKError) for error in errors)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadRequest), (429, RateLimited), (500, ServerError), (599, ServerError), (418, APIError)],
)
def test_the_status_chooses_the_class(status: int, error: type[APIError]) -> None:
    assert type(APIError.of(response(status))) is error


@pytest.mark.parametrize(
    ("status", "document", "words"),
    [
        (400, {"title": "No", "detail": "Not on Sundays."}, "400 Bad Request: Not on Sundays. See"),
        (400, {"code": 7}, "400 Bad Request. See"),
        (404, {"detail": "Not Found"}, "404 Not Found. Check the ids"),
        (
            422,
            {"detail": [{"loc": ["body", "title"], "msg": "Field required", "input": {"password": "hunter2"}}]},
            "422 Unprocessable Entity: title: Field required. See",
        ),
        (499, {"detail": "gone"}, "499: gone. See"),
    ],
)
def test_the_message_says_what_the_server_says(status: int, document: object, words: str) -> None:
    assert f"the server answered {words}" in str(APIError.of(response(status, json=document)))


@pytest.mark.parametrize(
    "sent",
    [
        {"json": {"username": "ada", "password": "hunter2!", "age": 7}},
        {"data": {"username": "ada", "password": "hunter2!"}},
        {"headers": {"Authorization": "Bearer hunter2!"}, "content": iter([b"a body that is not in memory"])},
    ],
    ids=["json", "form", "header"],
)
def test_what_a_server_repeats_of_the_secrets_is_not_shown(sent: dict[str, Any]) -> None:
    request = httpx.Request("POST", "https://api.example.com/login", **sent)
    error = APIError.of(httpx.Response(400, request=request, json={"detail": "'hunter2!' is too short, ada"}))
    assert "400 Bad Request: '…' is too short, ada. " in str(error)
    assert error.body == {"detail": "'hunter2!' is too short, ada"}


def test_a_short_password_does_not_make_holes_in_the_message() -> None:
    request = httpx.Request("POST", "https://api.example.com/login", json={"password": "wrong"})
    assert "is wrong" in str(
        APIError.of(httpx.Response(401, request=request, json={"detail": "The password is wrong"}))
    )


def test_how_long_to_wait_is_part_of_the_message() -> None:
    assert "Wait for 30 seconds, then try again." in str(APIError.of(response(429, {"Retry-After": "30"})))
    assert "Wait for `retry_after` seconds" in str(APIError.of(response(429)))


@pytest.mark.parametrize(
    ("location", "words"),
    [
        (
            "https://api.example.com/v2/tasks?token=secret",
            "It is at https://api.example.com/v2/tasks: correct the base",
        ),
        ("/v2/tasks", "It is at https://api.example.com/v2/tasks: correct the base URL."),
        ("https://host:port", "301 Moved Permanently. See `body`"),
    ],
)
def test_a_redirect_says_where_the_api_is(location: str, words: str) -> None:
    error = APIError.of(response(301, {"Location": location}))
    assert words in str(error)
    assert "secret" not in str(error)


def test_an_error_names_the_request_and_its_id_but_no_secret_of_its_url() -> None:
    error = APIError.of(response(500, {"X-Request-Id": "42"}))
    assert (error.method, error.url, error.request_id) == ("GET", "https://api.example.com/tasks", "42")
    assert str(error).startswith("GET https://api.example.com/tasks: the server answered 500")
    assert str(error).endswith("(request id 42)")
    assert str(SDKError("it failed")) == "it failed"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("9" * 400, 999_999_999_999),
        ("soon", None),
        ("", None),
        ("-1", None),
        ("Mon, 01 Jan 2001 00:00:00", 0),
        ("Mon, 01 Jan 99999 00:00:00 GMT", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("²", None),
    ],
)
def test_retry_after_is_read_in_both_forms(value: str, seconds: float | None) -> None:
    assert APIError.of(response(429, {"Retry-After": value.encode()})).retry_after == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("1500", 1.5), ("0", 0), (" 250.5 ", 0.2505), ("-1", 7), ("soon", 7), ("9" * 400, 7), ("²", 7)],
)
def test_a_wait_in_milliseconds_is_read_where_it_is_a_number(value: str, seconds: float) -> None:
    headers = {"Retry-After-Ms": value.encode(), "Retry-After": b"7"}
    assert APIError.of(response(429, headers)).retry_after == seconds


def test_a_retry_after_date_is_reckoned_from_now() -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)
    wait = APIError.of(response(503, {"Retry-After": date})).retry_after
    assert wait
    assert 50 < wait <= 60


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda error: pickle.loads(pickle.dumps(error))])
@pytest.mark.parametrize(
    "error",
    [
        APIError.of(response(429, {"Retry-After": "1", "X-Request-Id": "42"}, json={"a": 1})),
        DecodeError("odd", body="text", method="GET", url="https://api.example.com"),
        RefreshUnavailable("later", retry_after=3),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_can_be_copied_and_pickled(error: SDKError, again: object) -> None:
    twin = again(error)  # type: ignore[operator]
    assert type(twin) is type(error)
    assert (str(twin), vars(twin)) == (str(error), vars(error))


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (httpx.ConnectError("refused"), "api.example.com could not be reached (ConnectError: refused). Check the base"),
        (httpx.ReadTimeout(""), "did not answer in time (ReadTimeout). Check the network, or allow for more"),
        (httpx.PoolTimeout(""), "no connection to api.example.com came free in time (PoolTimeout)"),
        (
            httpx.ReadError("reset"),
            "broke the connection off (ReadError: reset). Check the base URL and the network, then",
        ),
        (httpx.ConnectError("[SSL: WRONG_VERSION_NUMBER]"), "api.example.com does not answer with TLS"),
        (httpx.TooManyRedirects("too many"), "the answer of api.example.com cannot be used (TooManyRedirects"),
        (httpx.LocalProtocolError("Illegal header value b'Bearer secret'"), "is not valid HTTP. Check its headers"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_transport_error_says_what_happened_but_no_header(error: httpx.RequestError, words: str) -> None:
    error.request = REQUEST
    message = str(TransportError.of(error))
    assert words in message
    assert "secret" not in message
