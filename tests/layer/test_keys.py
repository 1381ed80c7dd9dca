"""Keys by the API's security schemes: which request is sent with which, and that they are shown nowhere."""

from __future__ import annotations

import copy
import pickle
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from afresh import (
    AsyncClient,
    Client,
    ConfigurationError,
    NotSignedIn,
    Session,
    SessionExpired,
    TokenAuth,
    Tokens,
    Unauthorized,
)
from afresh._environment import LoginBody
from keyed import KEYS, SECRETS, async_doors_of, doors, doors_of, made_package, stand_on_it
from servers.canned import Answer, Asked, answering
from shell import ShellInProcess

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyed import Doors

TOKENS = Tokens("access-9", "refresh-9")
ONE: Any = {"in-query": KEYS["in-query"]}
WRONG: Any = {"in-header": "wrong"}
EMPTY: Any = {"by-name": ["key", ""]}
MATRIX: list[tuple[str, dict[str, Any], list[str]]] = [
    # operation, what is given (keys, or the token), what arrives
    ("header", {"in-header": ...}, ["in-header"]),
    ("query", {"in-query": ...}, ["in-query"]),
    ("cookie", {"in-cookie": ...}, ["in-cookie"]),
    ("basic", {"by-name": ...}, ["by-name"]),
    ("raw", {"in-authorization": ...}, ["in-authorization"]),
    ("user", {"token": ...}, ["user"]),
    ("machine", {"machine": ...}, ["machine"]),
    ("machine", {"machine": ..., "token": ...}, ["machine"]),
    ("machine", {"token": ...}, ["user"]),
    ("header", {"in-header": ..., "token": ..., "by-name": ...}, ["in-header"]),
    (
        "all_keys",
        {"in-header": ..., "in-query": ..., "in-cookie": ..., "by-name": ...},
        ["by-name", "in-cookie", "in-header", "in-query"],
    ),
    ("queries", {"in-query": ..., "other-query": ...}, ["in-query", "other-query"]),
    ("both", {"token": ..., "in-header": ...}, ["in-header", "user"]),
    ("either", {"by-name": ..., "in-header": ...}, ["by-name"]),
    ("either", {"in-header": ..., "in-query": ..., "in-cookie": ...}, ["in-header"]),
    ("either", {"in-query": ..., "in-cookie": ...}, ["in-cookie", "in-query"]),
    ("token_or_key", {"token": ..., "in-header": ...}, ["user"]),
    ("token_or_key", {"in-header": ...}, ["in-header"]),
    ("optional", {"in-header": ...}, ["in-header"]),
    ("optional", {"token": ..., "by-name": ...}, []),
    ("optional", {}, []),
    ("public", {"token": ..., "in-header": ..., "by-name": ...}, []),
    ("certificate_or_key", {"in-header": ...}, ["in-header"]),
]


@pytest.fixture(scope="module")
def _package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with made_package(tmp_path_factory.mktemp("keyed")):
        yield


@pytest.fixture(scope="module")
def _server() -> Iterator[Doors]:
    with doors() as running:
        yield running


@pytest.fixture
def server(_package: None, _server: Doors, monkeypatch: pytest.MonkeyPatch) -> Doors:
    stand_on_it(monkeypatch)
    _server.asked.clear()
    _server.stale, _server.refuses = 0, False
    return _server


def options(given: dict[str, Any]) -> dict[str, Any]:
    keys = {name: KEYS[name] for name in given if name != "token"}
    return {"keys": keys, "tokens": TOKENS if "token" in given else None}


@pytest.mark.parametrize(("operation", "given", "expected"), MATRIX)
def test_an_operation_is_sent_with_what_it_asks_for(
    server: Doors, operation: str, given: dict[str, Any], expected: list[str]
) -> None:
    with Client(server.url, **options(given)) as api:
        assert getattr(doors_of(api), operation)() == expected


@pytest.mark.anyio
@pytest.mark.parametrize(("operation", "given", "expected"), MATRIX)
async def test_an_operation_is_sent_with_what_it_asks_for_async(
    server: Doors, operation: str, given: dict[str, Any], expected: list[str]
) -> None:
    async with AsyncClient(server.url, **options(given)) as api:
        assert await getattr(async_doors_of(api), operation)() == expected


MISSING: list[tuple[str, dict[str, Any], type[Exception], list[str]]] = [
    ("header", {}, ConfigurationError, ["`in-header`", "keys={'in-header': …}", "AFRESH_IN_HEADER "]),
    ("header", {"token": ...}, ConfigurationError, ["keys={'in-header': …}"]),
    ("basic", {}, ConfigurationError, ["{'by-name': (…, …)}", "AFRESH_BY_NAME_USERNAME, AFRESH_BY_NAME_PASSWORD"]),
    ("either", {"in-query": ...}, ConfigurationError, ["`by-name`, or `in-header`, or `in-query` with `in-cookie`"]),
    ("both", {"token": ...}, ConfigurationError, ["`user` with `in-header`", "give keys={'in-header': …}"]),
    ("both", {"in-header": ...}, NotSignedIn, ["sign in"]),
    ("token_or_key", {}, NotSignedIn, ["`user`, or `in-header`", "keys={'user': …, 'in-header': …}", "sign in"]),
    ("certificate", {}, ConfigurationError, ["http_client", "`certificate` (mutualTLS)"]),
]


@pytest.mark.parametrize(("operation", "given", "kind", "said"), MISSING)
def test_what_is_missing_is_said_before_anything_is_sent(
    server: Doors, operation: str, given: dict[str, Any], kind: type[Exception], said: list[str]
) -> None:
    with Client(server.url, **options(given)) as api, pytest.raises(kind) as caught:
        getattr(doors_of(api), operation)()
    assert type(caught.value) is kind
    assert f"GET {server.url}/{operation.replace('_', '-')}: " in str(caught.value)
    assert [part for part in said if part not in str(caught.value)] == []
    assert server.asked == []


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"header": "k"}, "keys has 'header', which is no security scheme of the API: it has in-header, in-query,"),
        ({"certificate": "k"}, "keys has 'certificate'"),
        ({"in-header": "se\ncret"}, "`in-header` must consist of printable ASCII characters"),
        ({"in-header": ""}, "`in-header` must consist of"),
        ({"in-header": None}, "`in-header` must be a string, not NoneType"),
        ({"in-cookie": "se;cret"}, "`in-cookie` must consist of ASCII characters without spaces, quotes, commas"),
        ({"in-query": "\udcff"}, "`in-query` must consist of valid text"),
        ({"machine": "se cret\r"}, "`machine` must consist of"),
        ({"by-name": "ada"}, "`by-name` must be a pair: a user name and a password"),
        ({"by-name": ("ada", 1)}, "`by-name` must be a pair"),
        ({"by-name": ("a:da", "secret")}, "the user name no colon"),
        ([("in-header", "secret")], "keys must be a dict"),
    ],
)
def test_keys_that_cannot_be_sent_are_refused_where_they_are_given(server: Doors, keys: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        Client(server.url, keys=keys)
    assert said in str(caught.value)
    assert "cret" not in str(caught.value).replace("secret schemes", "")


def test_an_api_without_keys_says_so() -> None:
    with pytest.raises(ConfigurationError, match="it has none that takes a key"):
        Client("https://api.example.com", keys=ONE)


def test_where_nobody_signs_in_tokens_are_given(server: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("afresh._keys.LIFECYCLE", None)
    with Client(server.url) as api, pytest.raises(NotSignedIn, match=r"; or give tokens$"):
        doors_of(api).user()


def test_an_empty_password_is_one(server: Doors) -> None:
    with Client(server.url, keys=EMPTY) as api, pytest.raises(Unauthorized):
        doors_of(api).basic()
    assert server.asked[-1].headers["authorization"] == "Basic a2V5Og=="


def test_what_the_caller_gives_for_a_call_wins(server: Doors) -> None:
    with Client(server.url, keys=KEYS, tokens=TOKENS) as api:
        for operation, headers, arguments in (
            ("header", {"x-door-key": "mine"}, {}),
            ("query", {}, {"query_key": "mine"}),
            ("cookie", {"Cookie": "other=1; door=mine"}, {}),
            ("basic", {"authorization": "mine"}, {}),
            ("user", {"Authorization": "mine"}, {}),
        ):
            with pytest.raises(Unauthorized):
                getattr(doors_of(api.with_options(headers=headers)), operation)(**arguments)
            asked = server.asked[-1]
            assert f"{asked.target} {asked.headers}".count("mine") == 1
            assert not any(secret in f"{asked.target} {asked.headers}" for secret in SECRETS)
        assert doors_of(api).cookie(theme="dark") == ["in-cookie"]
        assert server.asked[-1].headers["cookie"] == f"theme=dark; door={KEYS['in-cookie']}"
        assert doors_of(api).query(page=2) == ["in-query"]
        assert server.asked[-1].target.startswith("/query?page=2&Query+Key=asked-secret")
    with Client(server.url) as api:  # what is given for a call is at hand
        with pytest.raises(Unauthorized):
            doors_of(api.with_options(headers={"X-Door-Key": "mine"})).header()
        with pytest.raises(Unauthorized):
            doors_of(api.with_options(headers={"Authorization": "mine"})).basic()
        assert len(server.asked) == 9


def test_keys_are_in_no_jar(server: Doors) -> None:
    with Client(server.url, keys=KEYS) as api:
        assert doors_of(api).cookie() == ["in-cookie"]
        assert dict(api.http.cookies) == {}
        assert doors_of(api).public() == []


def test_a_token_is_renewed_beside_a_key(server: Doors) -> None:
    server.stale = server.issued + 1
    tokens = Tokens(f"access-{server.issued}", "refresh")
    with Client(server.url, keys=KEYS, tokens=tokens) as api:
        assert doors_of(api).both() == ["in-header", "user"]
    assert [f"{asked.method} {asked.target}" for asked in server.asked] == ["GET /both", "PUT /session", "GET /both"]


def test_token_calls_are_sent_with_the_keys_that_their_operations_ask_for(
    server: Doors, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with Client(server.url, keys=KEYS) as api:
        api.login(LoginBody({"name": "ada"}))
        server.stale = server.issued + 1
        assert doors_of(api).user() == ["user"]
        api.logout()
    assert [asked.method for asked in server.asked] == ["POST", "GET", "PUT", "GET", "DELETE"]
    assert "POST" in caplog.text
    assert [secret for secret in SECRETS if secret in caplog.text] == []
    with Client(server.url) as api, pytest.raises(ConfigurationError, match=r"keys=\{'in-query': …\}"):
        api.login(LoginBody({"name": "ada"}))


def test_a_401_for_a_key_is_the_callers_answer(server: Doors) -> None:
    with Client(server.url, keys=WRONG, tokens=TOKENS) as api, pytest.raises(Unauthorized):
        doors_of(api).header()
    assert len(server.asked) == 1


@pytest.mark.usefixtures("server")
def test_keys_go_to_the_apis_own_origin_alone() -> None:
    places = ["header", "query", "cookie", "basic", "machine", "raw"]
    with (
        answering(lambda _: Answer(200, [])) as other,
        answering(lambda _: Answer(302, [], {"Location": f"{other.url}/elsewhere"})) as moved,
        httpx.Client(follow_redirects=True) as http,
        Client(moved.url, keys=KEYS, http_client=http) as api,
    ):
        for place in places:
            assert getattr(doors_of(api), place)() == []
        assert api.http.get(f"{other.url}/direct").status_code == 200
        http.follow_redirects = False
        redirect = api.http.get("/header", extensions={"security": (("in-header",),)})
        assert redirect.next_request is not None
        assert api.http.send(redirect.next_request).status_code == 200
    assert [asked.target for asked in other.asked] == ["/elsewhere"] * len(places) + ["/direct", "/elsewhere"]
    assert not any(secret in f"{asked.target} {asked.headers}" for asked in other.asked for secret in SECRETS)
    assert all(secret in str(moved.asked) for secret in SECRETS if secret not in {"second-secret", "wörd"})


@pytest.mark.anyio
@pytest.mark.usefixtures("server")
async def test_redirects_within_the_api_keep_the_keys() -> None:
    def answer(asked: Asked) -> Answer:
        is_new = asked.target.startswith("/new")
        return Answer(200, []) if is_new else Answer(307, [], {"Location": "/new?page=2"})

    with answering(answer) as moved:
        async with (
            httpx.AsyncClient(follow_redirects=True) as http,
            AsyncClient(moved.url, keys=KEYS, http_client=http) as api,
        ):
            await async_doors_of(api).all_keys()
    first, second = moved.asked
    assert second.target == "/new?page=2&Query+Key=asked-secret+%26%3D%C3%BC"
    for header in ("authorization", "cookie", "x-door-key"):
        assert first.headers[header] == second.headers[header]


def test_keys_are_shown_nowhere(server: Doors, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    shown: list[object] = []
    seen: list[httpx.Response] = []
    hooks: dict[str, list[Any]] = {"response": [seen.append]}
    with httpx.Client(event_hooks=hooks) as http, Client(server.url, keys=KEYS, http_client=http) as api:
        doors_of(api).all_keys()
        doors_of(api).queries()
        shown += [repr(api), repr(api.session), repr(api.session.keys), repr(vars(api))]
    wrong: Any = {**KEYS, "by-name": ("ada", "wrong-secret"), "in-header": "wrong-secret"}
    with httpx.Client(event_hooks=hooks) as http, Client(server.url, keys=wrong, http_client=http) as api:
        for operation in ("all_keys", "header", "basic"):
            with pytest.raises(Unauthorized) as caught:
                getattr(doors_of(api), operation)()
            shown += [caught.value, repr(caught.value), caught.value.url]
    for response in seen:
        request = response.request
        shown += [request.url, repr(request.url), repr(request), repr(request.extensions), response.url]
        with pytest.raises(httpx.HTTPStatusError) as status:
            httpx.Response(500, request=request).raise_for_status()
        shown.append(status.value)
    text = " ".join([caplog.text, *map(str, shown)])
    assert [secret for secret in (*SECRETS, "wrong-secret") if secret in text] == []
    assert "HTTP Request: GET" in caplog.text
    assert "/queries?Query+Key=…&other=…" in caplog.text


def test_a_url_with_a_key_is_itself(server: Doors) -> None:
    seen: list[httpx.Request] = []
    with (
        httpx.Client(event_hooks={"response": [lambda response: seen.append(response.request)]}) as http,
        Client(server.url, keys=KEYS, http_client=http) as api,
    ):
        doors_of(api).query()
    url = seen[0].url
    assert url == httpx.URL(url)
    assert url == f"{server.url}/query?Query+Key=asked-secret+%26%3D%C3%BC"
    assert len({url, httpx.URL(url)}) == 1
    assert url.params["Query Key"] == KEYS["in-query"]


def test_a_request_that_nothing_describes_is_sent_with_what_most_ask_for(
    server: Doors,
) -> None:
    with Client(server.url, keys=KEYS) as api:
        assert api.http.get("/header").json() == ["in-header"]
    with Client(server.url, tokens=TOKENS) as api:
        assert api.http.get("/user").json() == ["user"]
        assert api.http.get("/optional", auth=None).json() == []
    with Client(server.url) as api, pytest.raises(ConfigurationError, match="in-header"):
        api.http.get("/header")
    with httpx.Client(auth=TokenAuth(Session(server.url, tokens=TOKENS, keys=KEYS))) as http:
        assert http.get(f"{server.url}/public").json() == []  # only a client sends keys


def test_a_session_that_is_over_says_why(server: Doors) -> None:
    server.refuses = True
    server.stale = 10
    with Client(server.url, keys=KEYS, tokens=TOKENS) as api:
        for _ in range(2):
            with pytest.raises(SessionExpired):
                doors_of(api).user()
        assert doors_of(api).token_or_key() == ["in-header"]
        assert api.http.get("/header").json() == ["in-header"]


def test_the_generated_functions_send_keys_too(server: Doors) -> None:
    function = import_module("keyed_api.api.doors.all_keys").sync
    with Client(server.url, keys=KEYS) as api:
        assert len(function(client=api.api)) == 4


def test_schemes_that_the_client_cannot_send_are_those_of_a_given_http_client(server: Doors) -> None:
    with httpx.Client() as http, Client(server.url, http_client=http) as api:
        assert doors_of(api).certificate() == []
        assert doors_of(api).certificate_or_key() == []


def test_an_auth_of_ones_own_is_used_where_the_api_has_no_token_lifecycle(
    server: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, password = KEYS["by-name"]
    with httpx.Client(auth=httpx.BasicAuth(user.encode(), password.encode())) as http:
        with pytest.raises(ConfigurationError, match="its own auth"):
            Client(server.url, http_client=http)
        monkeypatch.setattr("afresh._client.LIFECYCLE", None)
        with Client(server.url, http_client=http) as api:
            assert doors_of(api).basic() == ["by-name"]
            assert doors_of(api).public() == []
        for given in ({"keys": KEYS}, {"tokens": TOKENS}):
            with pytest.raises(ConfigurationError, match="neither tokens nor keys"):
                Client(server.url, http_client=http, **given)
    headers = {"Authorization": KEYS["in-authorization"]}
    with httpx.Client(headers=headers) as http, Client(server.url, http_client=http) as api:
        assert doors_of(api).raw() == ["in-authorization"]
        with pytest.raises(ConfigurationError, match="its own auth"):  # that of the other client
            Client(server.url, http_client=http)
    with (
        httpx.Client(headers=headers) as http,
        pytest.raises(ConfigurationError, match="its own Authorization header"),
    ):
        Client(server.url, http_client=http, tokens=TOKENS)


def test_a_session_has_the_keys_for_its_clients_and_copies(server: Doors) -> None:
    session = Session(server.url, keys=KEYS)
    for one in (session, copy.copy(session), pickle.loads(pickle.dumps(session))):
        with Client(session=one) as api:
            assert doors_of(api).header() == ["in-header"]
    with Client(server.url, keys=KEYS) as api, copy.copy(api) as other, pickle.loads(pickle.dumps(api)) as third:
        assert doors_of(other).queries() == doors_of(third).queries() == ["in-query", "other-query"]
    with pytest.raises(ConfigurationError, match=r"the session has its own .* and keys"):
        Client(session=session, keys=KEYS)


def variables(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    user, password = KEYS["by-name"]
    given = {"IN_HEADER": KEYS["in-header"], "BY_NAME_USERNAME": user, "BY_NAME_PASSWORD": password, "BASE_URL": url}
    for name, value in given.items():
        monkeypatch.setenv(f"AFRESH_{name}", value)


def test_the_environment_gives_keys(server: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    variables(monkeypatch, server.url)
    with Client.from_env() as api:
        assert doors_of(api).all_keys.__self__ is not None
        assert doors_of(api).header() == ["in-header"]
        assert doors_of(api).basic() == ["by-name"]
    with Client.from_env(keys=ONE) as api, pytest.raises(ConfigurationError):
        doors_of(api).header()
    with Client(server.url) as api, pytest.raises(ConfigurationError, match="or set AFRESH_IN_HEADER"):
        doors_of(api).header()
    monkeypatch.setenv("AFRESH_BY_NAME_PASSWORD", "")
    with Client.from_env() as api, pytest.raises(Unauthorized):
        doors_of(api).basic()
    monkeypatch.delenv("AFRESH_BY_NAME_PASSWORD")
    with pytest.raises(ConfigurationError, match=r"AFRESH_BY_NAME_PASSWORD is not set: .* AFRESH_BY_NAME_USERNAME is"):
        Client.from_env()
    monkeypatch.setenv("AFRESH_BY_NAME_USERNAME", "")
    monkeypatch.setenv("AFRESH_IN_HEADER", "se\ncret")
    with pytest.raises(ConfigurationError, match="AFRESH_IN_HEADER: the key for `in-header` must consist of"):
        Client.from_env()


def test_an_api_that_has_only_keys_says_so(server: Doors, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("afresh._environment", "afresh._console.session"):
        monkeypatch.setattr(f"{module}.LIFECYCLE", None)
    shell = ShellInProcess(tmp_path, {"AFRESH_BASE_URL": server.url})
    assert shell.complaint("login").startswith("the API has no sign-in, and takes keys: set AFRESH_IN_HEADER, ")
    assert "AFRESH_BASE_URL is not set" in shell.complaint("token", AFRESH_BASE_URL="")
