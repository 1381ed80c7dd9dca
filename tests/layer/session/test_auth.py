"""`TokenAuth` on a plain httpx client: which requests get a token, which are sent again, and which are not."""

from __future__ import annotations

import io
import pickle
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio
import httpx
import pytest

from afresh import AsyncClient, Client, MemoryStore, NotSignedIn, RefreshUnavailable, Session, TokenAuth, Tokens
from afresh_api.models import Credentials
from servers.canned import Answer, Asked, answering

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from sandbox.process import Sandbox

GOOD, STALE = "good-token", "stale-token"


@pytest.fixture
def session(sandbox: Sandbox) -> Session:
    session = Session(sandbox.url)
    session.login(Credentials(username="ada", password="lovelace"))
    return session


def stale_session(url: str) -> Session:
    """A session whose access token no server takes, and whose refresh gives a good one."""
    return Session(url, store=MemoryStore(Tokens(STALE, "r1")))


def picky(asked: Asked) -> Answer:
    """Refresh, and answer 401 to anything but the good token."""
    if asked.target == "/auth/refresh":
        return Answer(body={"data": {"accessToken": GOOD, "refreshToken": "r2", "expiresIn": 60}})
    if asked.headers.get("authorization") == f"Bearer {GOOD}":
        return Answer(body={"length": len(asked.body)})
    return Answer(401)


def test_a_401_is_answered_with_one_refresh_and_one_retry(sandbox: Sandbox, session: Session) -> None:
    with httpx.Client(auth=TokenAuth(session)) as http:
        sandbox.control.revoke_access()
        assert http.get(f"{sandbox.url}/me").status_code == 200
    counters = sandbox.control.counters()
    assert (counters.refreshes, counters.by_operation["GET /me"]) == (1, 2)


@pytest.mark.anyio
async def test_a_401_is_answered_with_one_refresh_and_one_retry_async(sandbox: Sandbox, session: Session) -> None:
    async with httpx.AsyncClient(auth=TokenAuth(session)) as http:
        sandbox.control.revoke_access()
        assert (await http.get(f"{sandbox.url}/me")).status_code == 200
    assert sandbox.control.counters().refreshes == 1


def test_a_second_401_is_the_callers_answer() -> None:
    def always_401(asked: Asked) -> Answer:
        return picky(asked) if asked.target == "/auth/refresh" else Answer(401, {"detail": "no"})

    with answering(always_401) as server, httpx.Client(auth=TokenAuth(stale_session(server.url))) as http:
        response = http.get(f"{server.url}/me")
    assert (response.status_code, response.json()) == (401, {"detail": "no"})
    assert [asked.target for asked in server.asked] == ["/me", "/auth/refresh", "/me"]


def test_a_401_from_the_refresh_endpoint_never_recurses(sandbox: Sandbox, session: Session) -> None:
    sandbox.control.revoke_access()
    sandbox.control.fault("POST /auth/refresh", "html", status=401, times=None)
    with httpx.Client(auth=TokenAuth(session)) as http, pytest.raises(RefreshUnavailable):
        http.get(f"{sandbox.url}/me")
    assert sandbox.control.counters().refreshes == 1


def test_a_403_is_no_reason_to_refresh(sandbox: Sandbox, session: Session) -> None:
    with httpx.Client(auth=TokenAuth(session)) as http:
        assert http.get(f"{sandbox.url}/audit/events").status_code == 403
    assert sandbox.control.counters().refreshes == 0


def test_a_401_for_lack_of_scope_is_no_reason_to_refresh() -> None:
    challenge = {"WWW-Authenticate": 'Bearer error="insufficient_scope", scope="audit"'}
    with (
        answering(lambda _: Answer(401, headers=challenge)) as server,
        httpx.Client(auth=TokenAuth(stale_session(server.url))) as http,
    ):
        assert http.get(f"{server.url}/audit").status_code == 401
    assert len(server.asked) == 1


def test_a_token_without_a_refresh_token_leaves_the_401_to_the_caller() -> None:
    with answering(picky) as server:
        session = Session(server.url, tokens=Tokens(STALE))
        with httpx.Client(auth=TokenAuth(session)) as http:
            assert http.get(f"{server.url}/me").status_code == 401
    assert len(server.asked) == 1


def test_an_authorization_header_of_the_callers_own_is_left_alone(sandbox: Sandbox, session: Session) -> None:
    with httpx.Client(auth=TokenAuth(session)) as http:
        response = http.get(f"{sandbox.url}/me", headers={"Authorization": "Bearer mine"})
    assert response.status_code == 401
    assert sandbox.control.counters().refreshes == 0


def test_a_header_of_the_callers_own_may_be_written_in_any_case(sandbox: Sandbox, session: Session) -> None:
    with httpx.Client(auth=TokenAuth(session)) as http:
        response = http.get(f"{sandbox.url}/me", headers={"AUTHORIZATION": "Bearer mine"})
    assert response.status_code == 401
    assert sandbox.control.counters().refreshes == 0


@pytest.mark.parametrize(
    "url", ["http://api.example.com/me", "https://api.example.com:8443/me", "https://example.com/me"]
)
def test_a_token_is_for_the_origin_of_the_base_url_alone(url: str) -> None:
    auth = TokenAuth(Session("https://api.example.com", tokens=Tokens(GOOD)))
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return httpx.Response(200)

    with httpx.Client(auth=auth, transport=httpx.MockTransport(answer)) as http:
        http.get("https://api.example.com:443/me")
        http.get(url)
    assert seen == [f"Bearer {GOOD}", None]


def test_no_token_goes_to_another_origin(session: Session) -> None:
    with answering(lambda _: Answer(401)) as other, httpx.Client(auth=TokenAuth(session)) as http:
        assert http.get(f"{other.url}/me").status_code == 401
    assert [asked.headers.get("authorization") for asked in other.asked] == [None]


def test_a_request_that_is_sent_a_second_time_is_renewed_too(sandbox: Sandbox, session: Session) -> None:
    with Client(session=session) as api:
        request = api.http.build_request("GET", "/me")
        for _ in range(3):
            sandbox.control.revoke_access()
            assert api.http.send(request).status_code == 200
    assert sandbox.control.counters().refreshes == 3


def test_a_token_that_is_optional_is_sent_where_there_is_one() -> None:
    with answering(picky) as server, Client(server.url) as api:
        optional = {"optional_auth": True}
        assert api.http.get("/health", extensions=optional).status_code == 401
        with pytest.raises(NotSignedIn):
            api.http.get("/health")
        api.session.sign_in(Tokens(STALE, "r1"))
        assert api.http.get("/health", extensions=optional).status_code == 200
    sent = [asked.headers.get("authorization") for asked in server.asked if asked.target == "/health"]
    assert sent == [None, f"Bearer {STALE}", f"Bearer {GOOD}"]


@pytest.mark.anyio
async def test_a_token_that_is_optional_is_not_asked_for_async() -> None:
    with answering(picky) as server:
        async with AsyncClient(server.url) as api:
            assert (await api.http.get("/health", extensions={"optional_auth": True})).status_code == 401
    assert [asked.target for asked in server.asked] == ["/health"]


def test_the_extensions_of_a_request_hold_no_token() -> None:
    with answering(picky) as server, httpx.Client(auth=TokenAuth(stale_session(server.url))) as http:
        response = http.get(f"{server.url}/me")
    assert response.request.headers["Authorization"] == f"Bearer {GOOD}"
    held = pickle.dumps({name: value for name, value in response.request.extensions.items() if name != "timeout"})
    assert GOOD.encode() not in held
    assert STALE.encode() not in held


@pytest.mark.anyio
async def test_no_token_goes_to_another_origin_async(session: Session) -> None:
    with answering(lambda _: Answer(401)) as other:
        async with httpx.AsyncClient(auth=TokenAuth(session)) as http:
            assert (await http.get(f"{other.url}/me")).status_code == 401
    assert [asked.headers.get("authorization") for asked in other.asked] == [None]


def test_no_token_follows_a_redirect_to_another_origin() -> None:
    with answering(lambda _: Answer(401)) as other:
        moved = Answer(302, headers={"Location": f"{other.url}/elsewhere"})
        with answering(lambda _: moved) as server:
            with httpx.Client(auth=TokenAuth(stale_session(server.url)), follow_redirects=True) as http:
                assert http.get(f"{server.url}/me").status_code == 401
            assert [asked.target for asked in server.asked] == ["/me"]
    assert [asked.headers.get("authorization") for asked in other.asked] == [None]


@pytest.mark.parametrize(
    ("method", "targets"), [("GET", ["/a", "/b", "/auth/refresh", "/a", "/b"]), ("POST", ["/a", "/b"])]
)
def test_only_a_safe_request_is_repeated_after_a_redirect_within_the_origin(method: str, targets: list[str]) -> None:
    def redirecting(asked: Asked) -> Answer:
        return Answer(307, headers={"Location": "/b"}) if asked.target == "/a" else picky(asked)

    with (
        answering(redirecting) as server,
        httpx.Client(auth=TokenAuth(stale_session(server.url)), follow_redirects=True) as http,
    ):
        http.request(method, f"{server.url}/a")
    assert [asked.target for asked in server.asked] == targets


def chunks() -> Iterator[bytes]:
    yield b"one"
    yield b"two"


class OneWay(io.RawIOBase):
    """A file that can be read once, like a pipe."""

    def __init__(self) -> None:
        self._left = b"content"

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        content, self._left = self._left[:size], self._left[size:]
        return content


def file_with_a_position() -> io.BytesIO:
    return io.BytesIO(b"content")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (lambda: {"content": b"content"}, 200),
        (lambda: {"json": {"a": 1}}, 200),
        (lambda: {"data": {"a": "1"}}, 200),
        (lambda: {"files": {"file": file_with_a_position()}}, 200),
        (lambda: {"files": {"file": b"content"}, "data": {"note": "n"}}, 200),
        (lambda: {"files": {"file": OneWay()}}, 401),
        (lambda: {"files": {"first": file_with_a_position(), "second": OneWay()}}, 401),
        (lambda: {"content": chunks()}, 401),
        (lambda: {"content": file_with_a_position()}, 401),
    ],
    ids=[
        "bytes",
        "json",
        "form",
        "multipart-seekable",
        "multipart-bytes",
        "multipart-pipe",
        "multipart-both",
        "generator",
        "file",
    ],
)
def test_a_body_is_sent_again_only_where_it_is_whole_the_second_time(
    body: Callable[[], dict[str, object]], status: int
) -> None:
    with answering(picky) as server:
        session = stale_session(server.url)
        with httpx.Client(auth=TokenAuth(session)) as http:
            response = http.post(f"{server.url}/upload", **body())  # type: ignore[arg-type]
        uploads = [asked.body for asked in server.asked if asked.target == "/upload"]
    assert response.status_code == status
    # One that cannot be sent twice is sent once, and never as an empty body; the tokens are renewed all the same.
    assert len(uploads) == (2 if status == 200 else 1)
    assert all(uploads)
    assert session.tokens
    assert session.tokens.access_token == GOOD


@pytest.mark.anyio
async def test_an_async_generator_is_not_sent_twice() -> None:
    async def body() -> AsyncIterator[bytes]:
        await anyio.lowlevel.checkpoint()
        yield b"content"

    with answering(picky) as server:
        async with httpx.AsyncClient(auth=TokenAuth(stale_session(server.url))) as http:
            assert (await http.post(f"{server.url}/upload", content=body())).status_code == 401
    assert [asked.target for asked in server.asked] == ["/upload", "/auth/refresh"]


@pytest.fixture
def raise_for_status() -> dict[str, list[Callable[[httpx.Response], object]]]:
    return {"response": [httpx.Response.raise_for_status]}


def test_a_hook_that_raises_does_not_stand_in_the_way_of_the_retry(
    sandbox: Sandbox, session: Session, raise_for_status: dict[str, list[Callable[[httpx.Response], object]]]
) -> None:
    with httpx.Client(event_hooks=raise_for_status) as http, Client(session=session, http_client=http) as api:
        sandbox.control.revoke_access()
        assert api.http.get("/me").status_code == 200
        with pytest.raises(httpx.HTTPStatusError):
            api.http.get("/audit/events")
        sandbox.control.revoke_access()
        sandbox.control.fault("GET /me", "status", status=401, times=2)
        with pytest.raises(httpx.HTTPStatusError):
            api.http.get("/me")
        with pytest.raises(httpx.HTTPStatusError):
            api.http.get("/me", headers={"Authorization": "Bearer of-the-caller"})
        session.sign_in(Tokens("no-good"))
        with pytest.raises(httpx.HTTPStatusError):
            api.http.get("/me")


@pytest.mark.case(41)
@pytest.mark.anyio
async def test_a_hook_that_raises_does_not_stand_in_the_way_of_the_retry_async(
    sandbox: Sandbox, session: Session
) -> None:
    seen: list[int] = []

    async def hook(response: httpx.Response) -> None:
        await anyio.lowlevel.checkpoint()
        seen.append(response.status_code)
        response.raise_for_status()

    async with httpx.AsyncClient(event_hooks={"response": [hook]}) as http:
        api = AsyncClient(session=session, http_client=http)
        sandbox.control.revoke_access()
        assert (await api.http.get("/me")).status_code == 200
        session.sign_in(Tokens("no-good"))
        with pytest.raises(httpx.HTTPStatusError):
            await api.http.get("/me")
    # The 401 that was followed by a retry is not there; the one that was the answer is.
    assert seen == [200, 401]


def test_a_pool_whose_only_connection_holds_a_401_does_not_block_the_refresh(
    sandbox: Sandbox, session: Session
) -> None:
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(auth=TokenAuth(session), limits=limits, timeout=httpx.Timeout(30, pool=5)) as http:
        sandbox.control.revoke_access()
        with http.stream("GET", f"{sandbox.url}/me") as response:
            response.read()
    assert response.status_code == 200


def test_the_connection_of_a_401_is_free_while_its_refresh_is_under_way(sandbox: Sandbox, session: Session) -> None:
    limits = httpx.Limits(max_connections=1)
    with (
        httpx.Client(auth=TokenAuth(session), limits=limits, timeout=httpx.Timeout(30, pool=5)) as http,
        ThreadPoolExecutor(1) as pool,
    ):
        sandbox.control.revoke_access()
        sandbox.control.fault("POST /auth/refresh", "hold_answer")
        waiting = pool.submit(http.get, f"{sandbox.url}/me")
        sandbox.control.wait_held("POST /auth/refresh")
        try:
            assert http.get(f"{sandbox.url}/me", auth=None).status_code == 401
        finally:
            sandbox.control.release()
        assert waiting.result().status_code == 200


@pytest.mark.anyio
async def test_the_connection_of_a_401_is_free_while_its_refresh_is_under_way_async(
    sandbox: Sandbox, session: Session
) -> None:
    statuses: list[int] = []
    limits = httpx.Limits(max_connections=1)
    async with (
        httpx.AsyncClient(auth=TokenAuth(session), limits=limits, timeout=httpx.Timeout(30, pool=5)) as http,
        anyio.create_task_group() as tasks,
    ):

        async def get() -> None:
            statuses.append((await http.get(f"{sandbox.url}/me")).status_code)

        sandbox.control.revoke_access()
        sandbox.control.fault("POST /auth/refresh", "hold_answer")
        tasks.start_soon(get)
        await anyio.to_thread.run_sync(sandbox.control.wait_held, "POST /auth/refresh")
        try:
            assert (await http.get(f"{sandbox.url}/me", auth=None)).status_code == 401
        finally:
            sandbox.control.release()
    assert statuses == [200]


def test_request_hooks_of_a_client_that_is_given_are_run(session: Session) -> None:
    seen: list[str] = []

    def hook(request: httpx.Request) -> None:
        seen.append(request.url.path)

    with httpx.Client(event_hooks={"request": [hook]}) as http, Client(session=session, http_client=http) as api:
        assert api.http.get("/me").status_code == 200
    assert seen == ["/me"]
