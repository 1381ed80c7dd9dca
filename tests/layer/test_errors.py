"""The error tree, and what its errors carry."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

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
    assert len(errors) == 21
    assert all(issubclass(error, SDKError) for error in errors)


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadRequest), (429, RateLimited), (500, ServerError), (599, ServerError), (418, APIError)],
)
def test_the_status_chooses_the_class(status: int, error: type[APIError]) -> None:
    assert type(APIError.of(response(status))) is error


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"title": "No", "detail": "Not on Sundays."}, ": Not on Sundays."),
        ({"error": "invalid_grant", "error_description": "It is spent"}, ": It is spent."),
        ({"error": "invalid_grant"}, ": invalid_grant."),
        ({"message": "Go away"}, ": Go away."),
        ({"detail": [{"loc": ["body"]}]}, "."),
        (["no"], "."),
    ],
)
def test_the_message_says_what_the_server_says(document: object, words: str) -> None:
    assert f"the server answered 400 Bad Request{words} " in str(APIError.of(response(400, json=document)))


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
        (httpx.ConnectError("refused"), "could not be reached, or did not answer (ConnectError: refused)"),
        (httpx.ReadTimeout(""), "could not be reached, or did not answer (ReadTimeout)"),
        (httpx.TooManyRedirects("too many"), "the answer of api.example.com cannot be used (TooManyRedirects"),
        (httpx.LocalProtocolError("Illegal header value b'Bearer secret'"), "is not valid HTTP. Check its headers"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_transport_error_says_what_happened_but_no_header(error: httpx.RequestError, words: str) -> None:
    error.request = REQUEST
    message = str(TransportError.of(error))
    assert words in message
    assert "secret" not in message
