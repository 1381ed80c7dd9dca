"""Common mistakes, made over real HTTP: each error says what happened, where, and what to do about it."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest

from afresh import (
    APIError,
    Client,
    ClosedError,
    ConfigurationError,
    DecodeError,
    Forbidden,
    InvalidArgument,
    NotFound,
    NotSignedIn,
    RateLimited,
    SDKError,
    ServerError,
    SessionExpired,
    Tokens,
    TransportError,
    Unauthorized,
    UnprocessableContent,
    uploading,
)
from afresh_api.models import Credentials, NewAttachment, NewTask
from places import FIXTURES
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sandbox.process import Sandbox

ID: Any = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
PAGE = b"<!doctype html><html><head><title>Sign in to Corp</title></head><body>x</body></html>"


@contextmanager
def listening(*, with_certificate: bool = False) -> Iterator[int]:
    """Listen on a port: with TLS and a certificate that nobody trusts, or without ever answering."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FIXTURES / "untrusted.pem")

    def answer() -> None:
        connection, _ = server.accept()
        with connection, suppress(OSError):  # the client breaks off
            context.wrap_socket(connection, server_side=True).recv(1)

    with socket.create_server(("127.0.0.1", 0)) as server:
        if not with_certificate:
            yield server.getsockname()[1]
            return
        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def me(sandbox: Sandbox, tokens: Tokens | None = None) -> object:
    with Client(sandbox.url, tokens=tokens) as api:
        return api.users.me()


def login(base_url: str, credentials: Any) -> object:
    with Client(base_url) as api:
        return api.login(credentials)


def status(base_url: str, **options: Any) -> object:
    with Client(base_url, tokens=Tokens("a"), retries=0, **options) as api:
        return api.service.get_status()


def status_of(answer: Answer) -> object:
    with answering(lambda _: answer) as server:
        return status(server.url)


def login_to(answer: Answer) -> object:
    with answering(lambda _: answer) as server:
        return login(server.url, Credentials(username="ada", password="hunter2"))


def status_by_tls(scheme: str) -> object:
    with listening(with_certificate=True) as port:
        return status(f"{scheme}://127.0.0.1:{port}")


def status_in_no_time() -> object:
    with listening() as port:
        return status(f"http://127.0.0.1:{port}", timeout=0.05)


def status_of_no_server() -> object:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    return status(f"http://127.0.0.1:{port}")


def closed(sandbox: Sandbox) -> object:
    with Client(sandbox.url, tokens=Tokens("a")) as api:
        pass
    return api.users.me()


def too_often(api: Client, sandbox: Sandbox) -> object:
    sandbox.control.settings(search_limit=0)
    return list(api.with_options(retries=0).search.tasks(q="x"))


INVALID = {"detail": [{"type": "missing", "loc": ["body", "title"], "msg": "Field required", "input": {}}]}

MISTAKES: list[tuple[str, Callable[[Client, Sandbox], object], type[Exception], list[str]]] = [
    (
        "base URL without a scheme",
        lambda _, __: Client("api.example.com"),
        ConfigurationError,
        ["the base URL must start with https:// and name a host, but is 'api.example.com'"],
    ),
    (
        "http beyond this machine",
        lambda _, __: Client("http://api.example.com"),
        ConfigurationError,
        ["tokens are not sent over plain http to api.example.com", "use https://"],
    ),
    (
        "http for https",
        lambda _, __: status_by_tls("http"),
        TransportError,
        ["GET http://127.0.0.1:", "/status: ", "Check the base URL", "whether the URL must begin with https"],
    ),
    (
        "https for http",
        lambda _, sandbox: status(sandbox.url.replace("http:", "https:")),
        TransportError,
        ["GET https://127.0.0.1:", " does not answer with TLS", "Check the port in the base URL"],
    ),
    (
        "a path prefix that is not there",
        lambda _, sandbox: status(f"{sandbox.url}/api/v9"),
        NotFound,
        ["/api/v9/status: the server answered 404 Not Found", "Check the ids in the call, and the path of the base"],
    ),
    (
        "an API that has moved",
        lambda _, __: status_of(Answer(301, headers={"Location": "https://api.example.com/v2/status?key=s3cret"})),
        APIError,
        ["answered 301 Moved Permanently. It is at https://api.example.com/v2/status: correct the base URL."],
    ),
    (
        "a page in place of JSON",
        lambda _, __: status_of(Answer(200, PAGE)),
        DecodeError,
        ["the answer 200 (text/html) is not what", "it is no JSON, but says: Sign in to Corp", "Check the base URL"],
    ),
    (
        "a gateway's page",
        lambda _, __: status_of(Answer(502, b"<html><title>502 Bad Gateway</title><h1>502 Bad Gateway</h1></html>")),
        ServerError,
        ["/status: the server answered 502 Bad Gateway. Try again later"],
    ),
    (
        "an answer that is not as described",
        lambda _, __: status_of(Answer(200, {"status": "ok", "now": "yesterday"})),
        DecodeError,
        [
            "promises: now: datetime.datetime is described, and the string 'yesterday' was found",
            "if the description is",
        ],
    ),
    (
        "a wrong password",
        lambda _, sandbox: login(sandbox.url, Credentials(username="ada", password="wrong")),
        Unauthorized,
        ["/auth/login: the server answered 401 Unauthorized: The user name or the password is wrong. Check the cred"],
    ),
    (
        "a wrong password where that is a 403",
        lambda _, __: login_to(Answer(403, {"detail": "Incorrect email or password"})),
        Unauthorized,
        ["/auth/login: the server answered 403 Forbidden: Incorrect email or password. Check the credentials"],
    ),
    (
        "a dict to sign in with",
        lambda _, sandbox: login(sandbox.url, {"username": "ada", "password": "lovelace"}),
        InvalidArgument,
        ["`body` must be the model of the login's request, not dict: make one with its class"],
    ),
    (
        "a value that the server refuses",
        lambda api, _: api.tasks.create(NewTask(title="")),
        UnprocessableContent,
        ["POST http://", "/tasks: the server answered 422", "(title: must be 1 to 200 characters long)", "request id"],
    ),
    (
        "a field that the server misses",
        lambda _, __: status_of(Answer(422, INVALID)),
        UnprocessableContent,
        [": title: Field required. See `body`"],
    ),
    (
        "a field that was left out",
        lambda _, __: NewTask(),  # type: ignore[call-arg]
        TypeError,
        ["NewTask.__init__() missing 1 required", "'title'"],
    ),
    (
        "a text for a date",
        lambda api, _: api.tasks.create(NewTask(title="x", due_on="tomorrow")),  # type: ignore[arg-type]
        InvalidArgument,
        ["/tasks: `body.due_on` must be a datetime.date, not str"],
    ),
    (
        "a dict in place of a model",
        lambda api, _: api.tasks.create({"title": "x"}),  # type: ignore[arg-type]
        InvalidArgument,
        ["/tasks: `body` must be a NewTask, not dict: make one with NewTask(…) or NewTask.from_dict(…)"],
    ),
    (
        "a path in place of a file",
        lambda api, _: api.attachments.upload(ID, NewAttachment(file="report.pdf")),  # type: ignore[arg-type]
        InvalidArgument,
        ["`body.file` must be File, not str: wrap it: File(payload=…), or `uploading`"],
    ),
    (
        "the path of no file",
        lambda _, __: uploading("nowhere/report.pdf").__enter__(),
        FileNotFoundError,
        ["No such file or directory: 'nowhere/report.pdf'"],
    ),
    (
        "a date-time without a time zone",
        lambda api, _: list(api.tasks.list(updated_since=datetime(2026, 1, 1))),  # noqa: DTZ001 - the mistake
        InvalidArgument,
        ["/tasks: `updated_since` has no time zone", "give it one, for example .astimezone()"],
    ),
    (
        "an expired session",
        lambda _, sandbox: me(sandbox, Tokens("old", refresh_token="gone")),
        SessionExpired,
        ["/auth/refresh: the refresh token was refused, so the session is over: sign in again"],
    ),
    (
        "an expired token, and none to renew it with",
        lambda _, sandbox: me(sandbox, Tokens("old")),
        Unauthorized,
        ["/me: the server answered 401 Unauthorized: ", "Check the credentials, or sign in again."],
    ),
    (
        "nobody signed in",
        lambda _, sandbox: me(sandbox),
        NotSignedIn,
        ["GET http://", "/me: nobody is signed in: call login() first"],
    ),
    (
        "a scope that is missing",
        lambda api, _: list(api.audit.list_events()),
        Forbidden,
        ["/audit/events: the server answered 403 Forbidden: ", "Use an account or scope with the permission"],
    ),
    (
        "an id that is not there",
        lambda api, _: api.tasks.get(ID),
        NotFound,
        [f"/tasks/{ID}: the server answered 404 Not Found: There is no such task. Check the ids in the call"],
    ),
    (
        "too many calls",
        too_often,
        RateLimited,
        ["/search: the server answered 429 Too Many Requests: Too many searches. Wait for 10 seconds, then try again."],
    ),
    (
        "a server that is down",
        lambda _, __: status_of_no_server(),
        TransportError,
        ["/status: 127.0.0.1:", " could not be reached (ConnectError: ", "and that the server runs, then try again."],
    ),
    (
        "a server that does not answer",
        lambda _, __: status_in_no_time(),
        TransportError,
        [" did not answer in time (ReadTimeout", "allow for more with `timeout`"],
    ),
    (
        "a host that does not exist",
        lambda _, __: status("https://api.invalid"),
        TransportError,
        ["api.invalid could not be reached (there is no host of that name: ", "Check the base URL and the network"],
    ),
    (
        "a certificate that nobody trusts",
        lambda _, __: status_by_tls("https"),
        TransportError,
        [" is not trusted (ConnectError: [SSL: CERTIFICATE_VERIFY_FAILED]", "SSL_CERT_FILE"],
    ),
    (
        "a client that was closed",
        lambda _, sandbox: closed(sandbox),
        ClosedError,
        ["/me: the client was closed: make calls before that, inside its `with`, or make another"],
    ),
]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("mistake", "kind", "words"), [one[1:] for one in MISTAKES], ids=[one[0] for one in MISTAKES])
def test_a_mistake_is_told_with_its_place_and_what_to_do(
    api: Client,
    sandbox: Sandbox,
    mistake: Callable[[Client, Sandbox], object],
    kind: type[Exception],
    words: list[str],
) -> None:
    with pytest.raises(kind) as caught:
        mistake(api, sandbox)
    told = str(caught.value)
    assert type(caught.value) is kind
    assert [part for part in words if part not in told] == [], told
    assert not isinstance(caught.value, SDKError) or len(told) < 500
    assert "hunter2" not in told
    assert "s3cret" not in told
