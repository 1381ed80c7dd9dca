"""Sessions at servers of many kinds, by what a description says of them."""

from __future__ import annotations

import pickle
from base64 import b64decode
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import pytest
from anyio import to_thread
from attrs import define, field, frozen

from afresh import (
    AsyncClient,
    BadRequest,
    Client,
    ConfigurationError,
    MemoryStore,
    RefreshUnavailable,
    Session,
    SessionExpired,
    TokenAuth,
    Tokens,
)
from afresh._connection import LIMITS
from lifecycles import form, live_by, signed
from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.anyio, pytest.mark.slow]

SECRET = "hunter2:&+ hunter2"
AT_ONCE = 50


@frozen
class Body:
    """A request model, as generated ones are."""

    content: dict[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        return {**self.content}


ADA = Body({"username": "ada", "password": SECRET})


@define
class Api:
    """An API that takes its newest access token alone; a test says what its token calls do."""

    tokens: Callable[[Asked], Answer | None]
    access: str = ""
    issued: int = 0

    def answer(self, asked: Asked) -> Answer:
        reply = self.tokens(asked)
        if reply is not None:
            return reply
        return Answer(200 if asked.headers.get("authorization") == f"Bearer {self.access}" else 401, {})

    def issue(self, life: float | None = None) -> str:
        self.issued += 1
        self.access = signed(life, jti=str(self.issued))
        return self.access

    def forget(self) -> None:
        """Take no access token that is out."""
        self.access = ""


@pytest.fixture
def described(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    return partial(live_by, folder=tmp_path, monkeypatch=monkeypatch)


def get(session: Session, path: str = "/me", **options: Any) -> int:
    with httpx.Client(auth=TokenAuth(session), base_url=session.base_url, **options) as http:
        return http.get(path).status_code


def calls(server: Server, target: str) -> list[Asked]:
    return [asked for asked in server.asked if asked.target == target]


SIMPLEJWT = """
x-token-lifecycle:
  login: {operation: POST /api/token/}
  refresh: {operation: POST /api/token/refresh/, send: {$request.body#/refresh: $refreshToken}}
  tokens: {accessToken: $response.body#/access, refreshToken: $response.body#/refresh}
paths:
  /api/token/: {post: {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {a/b: {}}}}}}
  /api/token/refresh/:
    post: {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {application/json: {}}}}}
"""


def test_django_with_simplejwt(described: Any) -> None:
    described(SIMPLEJWT)

    def tokens(asked: Asked) -> Answer | None:
        match asked.target:
            case "/api/token/":
                return Answer(body={"access": api.issue(300), "refresh": "r1"})
            case "/api/token/refresh/":
                good = asked.json() == {"refresh": "r1"}
                return Answer(body={"access": api.issue(300)}) if good else Answer(401, {"code": "token_not_valid"})
        return None

    api = Api(tokens)
    with answering(api.answer) as server:
        session = Session(server.url)
        assert session.login(ADA).expires_in == 300  # by the JWT alone
        assert get(session) == 200
        api.forget()
        assert get(session, "/public") == 200  # a stale token is a 401 there, too
        assert session.obtain().refresh_token == "r1"
        session.sign_in(Tokens("old", "dead"))
        with pytest.raises(SessionExpired):
            get(session)
    assert not any("authorization" in asked.headers for asked in server.asked if asked.target.startswith("/api/"))


TOOLKIT = """
servers: [{url: https://example.com/api}]
paths: {}
components:
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Key}
    oauth2: {type: oauth2, flows: {password: {tokenUrl: /o/token/, scopes: {}}}}
"""


@pytest.mark.parametrize("secret", [SECRET, None])
def test_django_oauth_toolkit_by_its_security_scheme_alone(described: Any, secret: str | None) -> None:
    described(TOOLKIT)
    live = ["r0"]

    def tokens(asked: Asked) -> Answer | None:
        if asked.target != "/o/token/":
            return None
        sent = form(asked)
        if sent["grant_type"] == "refresh_token" and sent["refresh_token"] != live[-1]:
            return Answer(400, {"error": "invalid_grant"})
        live.append(f"r{len(live)}")
        return Answer(body={"access_token": api.issue(), "refresh_token": live[-1], "expires_in": 60})

    api = Api(tokens)
    with answering(api.answer) as server:
        session = Session(f"{server.url}/api", client_id="my client", client_secret=secret)
        tokens_then = session.login(ADA)
        assert (tokens_then.refresh_token, tokens_then.expires_in) == ("r1", 60)
        api.forget()
        assert get(session) == 200
        assert session.obtain().refresh_token == "r2"
        api.forget()
        live.append("revoked")
        with pytest.raises(SessionExpired):
            get(session)
    sent = [form(asked) for asked in calls(server, "/o/token/")]
    who = {} if secret else {"client_id": "my client"}
    assert sent[0] == {"grant_type": "password", "username": "ada", "password": SECRET, **who}
    assert sent[1] == {"grant_type": "refresh_token", "refresh_token": "r1", **who}
    basic = [asked.headers.get("authorization") for asked in calls(server, "/o/token/")]
    if secret:
        assert {b64decode(str(one).removeprefix("Basic ")) for one in basic} == {b"my+client:hunter2%3A%26%2B+hunter2"}
    else:
        assert set(basic) == {None}
    assert SECRET not in repr(session) + repr(vars(session)["_client"])


REVOKING = """
servers: [{url: https://example.com/api}]
x-token-lifecycle:
  client: form
  login: {url: /o/token/, send: {$request.body#/grant_type: password}}
  refresh:
    url: https://example.com/o/token/
    send: {$request.body#/grant_type: refresh_token, $request.body#/refresh_token: $refreshToken}
  logout: {url: /o/revoke_token/, send: {$request.body#/token: $refreshToken}}
  tokens: {accessToken: $response.body#/access_token, refreshToken: $response.body#/refresh_token}
paths: {}
"""


def test_endpoints_that_the_description_lacks_are_named_by_url(described: Any) -> None:
    described(REVOKING)
    issued = Answer(body={"access_token": "a", "refresh_token": "r"})
    with answering(lambda asked: Answer(200, {}) if "revoke" in asked.target else issued) as server:
        session = Session(f"{server.url}/api", client_id="me", client_secret="s3cret")
        session.login(ADA)
        session.obtain(rejected=session.tokens)
        session.logout()
        session.sign_in(Tokens("by-hand"))
        session.logout()  # there is nothing to revoke
    who = {"client_id": "me", "client_secret": "s3cret"}
    assert [(asked.target, form(asked)) for asked in server.asked] == [
        ("/o/token/", {"username": "ada", "password": SECRET, "grant_type": "password", **who}),
        ("/o/token/", {"grant_type": "refresh_token", "refresh_token": "r", **who}),
        ("/o/revoke_token/", {"token": "r", **who}),
    ]


FLASK = """
x-token-lifecycle:
  refresh: {operation: POST /refresh, send: {$request.header.Authorization: Bearer $refreshToken}}
  logout: {operation: DELETE /logout, send: {$request.header.Authorization: Bearer $accessToken}}
  tokens: {accessToken: $response.body#/access_token}
paths:
  /refresh: {post: {responses: {"200": {content: {application/json: {}}}}}}
  /logout: {delete: {responses: {"200": {}}}}
"""


def test_flask_jwt_takes_the_refresh_token_as_bearer_and_no_body(described: Any) -> None:
    described(FLASK)

    def tokens(asked: Asked) -> Answer | None:
        if asked.target == "/refresh":
            good = asked.headers["authorization"] == "Bearer r1"
            return Answer(body={"access_token": api.issue()}) if good else Answer(422, {"msg": "Not enough segments"})
        return Answer(body={}) if asked.target == "/logout" else None

    api = Api(tokens)
    with answering(api.answer) as server:
        session = Session(server.url, tokens=Tokens("old", "r1"))
        assert get(session) == 200
        assert session.obtain() == Tokens(api.access, "r1")
        session.logout()
        assert server.asked[-1].headers["authorization"] == f"Bearer {api.access}"
        session.sign_in(Tokens("old", "garbage"))
        with pytest.raises(SessionExpired):
            get(session)
    assert [asked.body for asked in calls(server, "/refresh")] == [b"", b""]


CMS = """
x-token-lifecycle:
  login: {operation: POST /auth/login}
  refresh:
    operation: POST /auth/refresh
    send: {$request.body#/refresh_token: $refreshToken, $request.body#/mode: json}
  tokens:
    accessToken: $response.body#/data/access_token
    refreshToken: $response.body#/data/refresh_token
    expiresInMs: $response.body#/data/expires
paths:
  /auth/login: &call
    post: {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {application/json: {}}}}}
  /auth/refresh: *call
"""


def test_cms_servers_that_answer_401_to_an_expired_access_token_anywhere(described: Any) -> None:
    described(CMS)

    def tokens(asked: Asked) -> Answer | None:
        if not asked.target.startswith("/auth/"):
            return None
        if "authorization" in asked.headers:
            return Answer(401, {"errors": [{"message": "Token expired."}]})
        data = {"access_token": api.issue(), "refresh_token": f"r{api.issued}", "expires": 900_000}
        return Answer(body={"data": data}, headers={"Set-Cookie": "refresh=ignored"})

    api = Api(tokens)
    with answering(api.answer) as server:
        session = Session(server.url)
        assert session.login(ADA).expires_in == 900
        api.forget()
        assert get(session) == 200
        api.forget()
        session.login(ADA)
        assert get(session) == 200
    assert calls(server, "/auth/refresh")[0].json() == {"refresh_token": "r1", "mode": "json"}
    assert not any("cookie" in asked.headers for asked in server.asked)


CHAT = """
x-token-lifecycle:
  login: {operation: POST /login, send: {$request.body#/refresh_token: true}}
  refresh: {operation: POST /refresh, send: {$request.body#/refresh_token: $refreshToken}}
  tokens:
    accessToken: $response.body#/access_token
    refreshToken: $response.body#/refresh_token
    expiresInMs: $response.body#/expires_in_ms
paths:
  /login: &call
    post: {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {application/json: {}}}}}
  /refresh: *call
"""


@pytest.mark.parametrize("status", [401, 403])
def test_chat_servers_that_must_be_asked_for_a_refresh_token(described: Any, status: int) -> None:
    described(CHAT)

    def tokens(asked: Asked) -> Answer | None:
        if asked.target == "/login":
            refresh_token = {"refresh_token": "r1"} if asked.json()["refresh_token"] is True else {}
            return Answer(body={"access_token": api.issue(), "expires_in_ms": 60_000, **refresh_token})
        return Answer(status, {"errcode": "M_UNKNOWN_TOKEN"}) if asked.target == "/refresh" else None

    api = Api(tokens)
    with answering(api.answer) as server:
        session = Session(server.url)
        session.login(ADA)
        assert (session.obtain().refresh_token, session.obtain().expires_in) == ("r1", 60)
        api.forget()
        with pytest.raises(SessionExpired):
            get(session)


GOTRUE = """
x-token-lifecycle:
  login: {url: '/token?grant_type=password', mediaType: application/json, send: {$request.body#/grant_type: password}}
  refresh:
    operation: POST /token
    send: {$request.query.grant_type: refresh_token, $request.body#/refresh_token: $refreshToken}
  tokens:
    accessToken: $response.body#/access_token
    refreshToken: $response.body#/refresh_token
    expiresAt: $response.body#/expires_at
paths:
  /token:
    post:
      parameters: [{name: grant_type, in: query}]
      requestBody: {content: {application/json: {}}}
      responses: {"200": {content: {application/json: {}}}}
"""


def test_gotrue_has_the_grant_in_the_query(described: Any) -> None:
    described(GOTRUE)
    now = datetime.now(UTC).replace(microsecond=0) - timedelta(days=1)  # by the server's clock

    def answer(_: Asked) -> Answer:
        body = {"access_token": "a", "refresh_token": "r", "expires_at": now.timestamp() + 3600}
        return Answer(body=body, headers={"Date": format_datetime(now, usegmt=True)})

    with answering(answer) as server:
        session = Session(server.url)
        assert session.login(ADA).expires_in == 3600
        session.obtain(rejected=session.tokens)
    assert [asked.target for asked in server.asked] == ["/token?grant_type=password", "/token?grant_type=refresh_token"]
    assert server.asked[1].json() == {"refresh_token": "r"}


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH"])
def test_refresh_calls_of_other_methods_with_the_token_in_the_query(described: Any, method: str) -> None:
    described(f"""
x-token-lifecycle:
  refresh: {{url: renew, method: {method}, send: {{$request.query.token: $refreshToken, $request.header.X-App: sdk}}}}
  tokens: {{accessToken: $response.body#/token}}
paths: {{}}
""")
    with answering(lambda _: Answer(body={"token": "new"})) as server:
        session = Session(f"{server.url}/v1", tokens=Tokens("old", "r 1"))
        assert session.obtain(rejected=session.tokens) == Tokens("new", "r 1")
    (asked,) = server.asked
    assert (asked.method, asked.target, asked.headers["x-app"]) == (method, "/v1/renew?token=r+1", "sdk")


def test_servers_that_renew_the_expired_access_token_itself(described: Any) -> None:
    described("""
x-token-lifecycle:
  refresh: {url: auth/refresh, send: {$request.header.Authorization: Bearer $accessToken}}
  tokens: {accessToken: $response.body#/token}
paths: {}
""")

    def tokens(asked: Asked) -> Answer | None:
        if asked.target != "/auth/refresh":
            return None
        return Answer(body={"token": api.issue()}) if asked.headers["authorization"] == "Bearer old" else Answer(401)

    api = Api(tokens)
    with answering(api.answer) as server:
        session = Session(server.url, tokens=Tokens("old"))
        assert get(session) == 200


def test_a_token_url_may_be_on_another_origin(described: Any) -> None:
    with answering(lambda _: Answer(body={"access_token": "a", "refresh_token": "r"})) as elsewhere:
        described(f"""
paths: {{}}
components:
  securitySchemes:
    code: {{$ref: "#/components/securitySchemes/named"}}
    named:
      type: oauth2
      flows:
        authorizationCode: {{tokenUrl: "{elsewhere.url}/token", refreshUrl: "{elsewhere.url}/renew?p=1", scopes: {{}}}}
""")
        with answering(lambda asked: Answer(200 if asked.headers["authorization"] == "Bearer a" else 401)) as server:
            session = Session(server.url, tokens=Tokens("old", "r0"))
            assert get(session) == 200
            with pytest.raises(ConfigurationError, match="how to login"):
                session.login(ADA)
    assert [asked.target for asked in elsewhere.asked] == ["/renew?p=1"]
    assert form(elsewhere.asked[0]) == {"grant_type": "refresh_token", "refresh_token": "r0"}
    assert "authorization" not in elsewhere.asked[0].headers
    assert {asked.target for asked in server.asked} == {"/me"}


# Clients that sign in as themselves

CLIENT = """
paths: {}
components:
  securitySchemes:
    machines: {type: oauth2, flows: {clientCredentials: {tokenUrl: token, scopes: {}}}}
"""


@define
class Machines:
    """An API for clients that sign in as themselves."""

    life: float = 3600
    refusal: Answer | None = None
    api: Api = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.api = Api(self.tokens)

    def tokens(self, asked: Asked) -> Answer | None:
        if asked.target != "/token":
            return None
        if self.refusal:
            return self.refusal
        return Answer(body={"access_token": self.api.issue(), "expires_in": self.life})


@pytest.mark.parametrize("kind", ["threads", "tasks"])
@pytest.mark.parametrize("moment", ["answered 401", "ahead of expiry"])
async def test_fifty_requests_across_an_expiry_ask_for_one_token(described: Any, kind: str, moment: str) -> None:
    described(CLIENT)
    machines = Machines(life=1 if moment == "ahead of expiry" else 3600)
    found: list[int] = []
    with answering(machines.api.answer) as server:
        session = Session(server.url, client_id="m", client_secret=SECRET)
        session.login()
        assert get(session) == 200
        machines.life = 3600
        if moment == "ahead of expiry":
            await anyio.sleep(0.95)
        else:
            machines.api.forget()
        # Where httpcore keeps fewer connections than there are, it may close one that it has just handed to a thread.
        options: dict[str, Any] = {"auth": TokenAuth(session), "base_url": server.url, "timeout": 30, "limits": LIMITS}
        limiter = anyio.CapacityLimiter(AT_ONCE)
        with httpx.Client(**options) as in_threads:
            async with httpx.AsyncClient(**options) as in_tasks, anyio.create_task_group() as senders:

                async def send() -> None:
                    if kind == "tasks":
                        response = await in_tasks.get("/me")
                    else:
                        response = await to_thread.run_sync(in_threads.get, "/me", limiter=limiter)
                    found.append(response.status_code)

                for _ in range(AT_ONCE):
                    senders.start_soon(send)
    assert found == [200] * AT_ONCE
    assert [form(asked) for asked in calls(server, "/token")] == [{"grant_type": "client_credentials"}] * 2


def test_the_scope_that_a_client_signed_in_with_is_asked_for_again(described: Any) -> None:
    described(CLIENT)
    machines = Machines()
    with answering(machines.api.answer) as server:
        session = Session(server.url, client_id="m")
        session.login(Body({"grant_type": "client_credentials", "scope": "read"}))
        machines.api.forget()
        assert get(session) == 200
        session.sign_in(Tokens("by-hand"))
        assert get(session) == 200
    sent = [form(asked) for asked in calls(server, "/token")]
    assert [one.get("scope") for one in sent] == ["read", "read", None]
    assert {one["client_id"] for one in sent} == {"m"}


def test_a_copy_signs_in_as_the_same_client(described: Any) -> None:
    described(CLIENT)
    machines = Machines()
    with answering(machines.api.answer) as server:
        session = Session(server.url, client_id="m", client_secret=SECRET)
        for one in (session, pickle.loads(pickle.dumps(session))):
            one.login()
            assert get(one) == 200
    first, second = (asked.headers["authorization"] for asked in calls(server, "/token"))
    assert first == second


def test_the_processes_over_one_store_ask_for_one_token(described: Any) -> None:
    described(CLIENT)
    machines = Machines()
    with answering(machines.api.answer) as server:
        store = MemoryStore()
        one, other = (Session(server.url, store=store, client_id="m", client_secret=SECRET) for _ in range(2))
        one.login()
        other = Session(server.url, store=store, client_id="m", client_secret=SECRET)
        machines.api.forget()
        assert get(other) == get(one) == 200
        assert len(calls(server, "/token")) == 2


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (Answer(401, {"error": "invalid_client"}), SessionExpired),
        (Answer(400, {"error": "temporarily_unavailable"}), RefreshUnavailable),
        (Answer(401, b"<html>"), RefreshUnavailable),
        (Answer(503, {}), RefreshUnavailable),
        (Answer(0), RefreshUnavailable),
    ],
)
def test_what_the_server_says_to_a_client_that_asks_again(
    described: Any, refusal: Answer, error: type[Exception]
) -> None:
    described(CLIENT)
    machines = Machines()
    ended: list[SessionExpired] = []
    with answering(machines.api.answer) as server:
        session = Session(server.url, client_id="m", client_secret=SECRET, on_session_end=ended.append)
        session.login()
        machines.api.forget()
        machines.refusal = refusal
        with pytest.raises(error) as caught:
            get(session)
    assert SECRET not in str(caught.value)
    assert (session.tokens is None) == bool(ended) == (error is SessionExpired)


def test_a_client_must_say_who_it_is(described: Any) -> None:
    described(CLIENT)
    session = Session("https://api.example.com")
    with pytest.raises(ConfigurationError, match="grant needs client_id"):
        session.login(Body({}))
    with pytest.raises(ConfigurationError, match=r"keeps no credentials to sign in with: pass them to login\(\)"):
        session.login()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"client_secret": SECRET}, "client_secret was given without client_id"),
        ({"client_id": "m\n"}, "client_id must consist of printable"),
        ({"client_id": "m", "client_secret": f"{SECRET}\N{SNOWMAN}"}, "client_secret must consist of printable"),
    ],
)
def test_what_is_wrong_with_a_client(options: dict[str, str], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message) as caught:
        Client("https://api.example.com", **options)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert SECRET not in str(caught.value)


OWN_BODY = """
x-token-lifecycle:
  login:
    url: /token
    mediaType: application/json
    send:
      $request.body#/grant_type: client_credentials
      $request.body#/client/id: $clientId
      $request.body#/client/secret: $clientSecret
  refresh:
    url: /token
    mediaType: application/json
    send: {$request.body#/token: $refreshToken, $request.body#/secret: $clientSecret}
  tokens: {accessToken: $response.body#/token}
paths: {}
"""


def test_the_client_may_stand_where_the_lifecycle_says(described: Any) -> None:
    described(OWN_BODY)
    with answering(lambda _: Answer(body={"token": "a"})) as server:
        Session(server.url, client_id="m", client_secret=SECRET).login(Body({}))
        without = Session(server.url, client_id="m", tokens=Tokens("old", "r"))
        with pytest.raises(RefreshUnavailable, match="client_secret, which the session does not have"):
            without.obtain(rejected=without.tokens)
        with pytest.raises(ConfigurationError, match="keeps no credentials"):
            without.login()  # with a refresh call, tokens may be somebody else's
    (asked,) = server.asked
    assert asked.json() == {"grant_type": "client_credentials", "client": {"id": "m", "secret": SECRET}}


BOTH = """
paths: {}
components:
  securitySchemes:
    both:
      type: oauth2
      flows: {password: {tokenUrl: token, scopes: {}}, clientCredentials: {tokenUrl: token, scopes: {}}}
"""


def test_a_user_is_never_followed_by_the_client_itself(described: Any) -> None:
    described(BOTH)
    machines = Machines()
    with answering(machines.api.answer) as server:
        session = Session(server.url, client_id="m", client_secret=SECRET)
        session.login(Body({"grant_type": "client_credentials"}))
        machines.api.forget()
        assert get(session) == 200
        session.login(ADA)
        machines.api.forget()
        assert get(session) == 401
    assert [form(asked)["grant_type"] for asked in calls(server, "/token")] == [
        "client_credentials",
        "client_credentials",
        "password",
    ]


# Signing in again

SIGN_IN_ONLY = """
x-token-lifecycle:
  login: {operation: POST /login}
  tokens: {accessToken: $response.body#/token}
paths:
  /login:
    post: {requestBody: {content: {application/json: {}}}, responses: {"200": {content: {application/json: {}}}}}
"""


def sign_in_only(asked: Asked) -> Answer | None:
    if asked.target != "/login":
        return None
    body = asked.json()
    return Answer(body={"token": body["username"]}) if body["password"] == SECRET else Answer(401, {"echo": body})


@pytest.mark.parametrize("credentials", [ADA, lambda: ADA], ids=["body", "function"])
async def test_with_credentials_that_are_kept_a_session_signs_in_again(described: Any, credentials: Any) -> None:
    described(SIGN_IN_ONLY)
    api = Api(sign_in_only, access="ada")
    with answering(api.answer) as server:
        with Client(server.url, credentials=credentials, tokens=Tokens("old")) as client:
            assert client.http.get("/me").status_code == 200
            assert SECRET not in repr(client) + repr(client.session)
        async with await AsyncClient.from_env(base_url=server.url, credentials=credentials) as asynchronous:
            assert (await asynchronous.http.get("/me")).status_code == 200
    assert len(calls(server, "/login")) == 2


def test_without_them_the_401_is_the_answer(described: Any) -> None:
    described(SIGN_IN_ONLY)
    api = Api(sign_in_only, access="else")
    with answering(api.answer) as server:
        session = Session(server.url)
        session.login(ADA)
        assert get(session) == 401
    assert len(calls(server, "/login")) == 1


def test_whoever_signed_in_last_is_signed_in_again(described: Any) -> None:
    described(SIGN_IN_ONLY)
    api = Api(sign_in_only, access="bob")
    with answering(api.answer) as server:
        session = Session(server.url, credentials=ADA)
        session.login(Body({"username": "bob", "password": SECRET}))
        assert get(session) == 200
        api.access = "ada"
        assert get(session) == 401  # it was renewed, and it was bob's again
        session.sign_in(Tokens("carols"))
        assert get(session) == 401  # nobody knows carol's password
    assert [asked.json()["username"] for asked in calls(server, "/login")] == ["bob", "bob"]


def test_credentials_that_are_refused_end_the_session_at_once(described: Any) -> None:
    described(SIGN_IN_ONLY)
    api = Api(sign_in_only)
    with answering(api.answer) as server:
        wrong = Body({"username": "ada", "password": "Wrong-1"})
        session = Session(server.url, credentials=wrong, tokens=Tokens("old"))
        for _ in range(2):
            with pytest.raises(SessionExpired, match="signing in again was refused") as caught:
                get(session)
            assert "Wrong-1" not in str(caught.value)
    assert len(calls(server, "/login")) == 1


def test_a_function_that_has_no_credentials_keeps_the_tokens(described: Any) -> None:
    described(SIGN_IN_ONLY)

    def vault() -> Body:
        raise OSError(f"the vault is shut, and {SECRET} in it")

    with answering(lambda _: Answer(401)) as server:
        session = Session(server.url, credentials=vault, tokens=Tokens("old"))
        with pytest.raises(RefreshUnavailable, match="OSError when asked for credentials") as caught:
            get(session)
    assert SECRET not in str(caught.value)
    assert session.tokens == Tokens("old")


def test_credentials_take_over_where_the_refresh_token_is_refused(described: Any) -> None:
    described(CMS)

    def tokens(asked: Asked) -> Answer | None:
        match asked.target:
            case "/auth/refresh":
                return Answer(401, {"errors": []})
            case "/auth/login":
                return Answer(body={"data": {"access_token": api.issue(), "refresh_token": "r2"}})
        return None

    api = Api(tokens)
    ended: list[SessionExpired] = []
    with answering(api.answer) as server:
        store = MemoryStore(Tokens("old", "dead"))
        session = Session(server.url, store=store, credentials=ADA, on_session_end=ended.append)
        assert get(session) == 200
        assert store.load() == session.tokens == Tokens(api.access, "r2")
    assert not ended
    assert [asked.target for asked in server.asked if "auth" in asked.target] == ["/auth/refresh", "/auth/login"]


def test_credentials_take_a_login_call(described: Any) -> None:
    described(FLASK)
    with pytest.raises(ConfigurationError, match="how to login"):
        Session("https://api.example.com", credentials=ADA)


def test_a_sign_in_that_is_refused_says_so_without_the_secret(described: Any) -> None:
    described(TOOLKIT)
    with answering(lambda _: Answer(400, {"error": "invalid_grant"})) as server:
        session = Session(server.url, client_id="m", client_secret=SECRET)
        with pytest.raises(BadRequest) as caught:
            session.login(ADA)
    assert SECRET not in str(caught.value)
