"""`from_env`: what each environment variable does, what is wrong with one, and which contradict each other."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve

from afresh import (
    AsyncClient,
    Client,
    ConfigurationError,
    FileStore,
    KeyringStore,
    MemoryStore,
    NotSignedIn,
    Session,
    Tokens,
    Unauthorized,
)
from afresh._environment import variables
from afresh_api.lifecycle import LIFECYCLE, Credential
from afresh_api.models import Credentials
from lifecycles import live_by
from servers.canned import Answer, answering
from servers.memory_keyring import MemoryKeyring, used

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.process import Sandbox

ADA = Credentials(username="ada", password="lovelace")
API = "https://api.example.com"
SECRET = "hunter2-hunter2"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in variables():
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Any:
    def setting(**values: str) -> None:
        for name, value in values.items():
            monkeypatch.setenv(f"AFRESH_{name}", value)

    return setting


def test_the_base_url_is_all_that_it_takes(setting: Any) -> None:
    setting(BASE_URL=API, TOKEN="")
    with Client.from_env() as api:
        assert str(api.session.base_url) == API
        assert api.tokens is None
        assert api.http.timeout == httpx.Timeout(30, connect=5)
        with pytest.raises(NotSignedIn):
            api.users.me()


def test_the_base_url_that_the_description_gives_is_the_default(
    sandbox: Sandbox, setting: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("_client", "_environment"):
        monkeypatch.setattr(f"afresh.{module}.DEFAULT_BASE_URL", sandbox.url)
    with Client() as given, Client.from_env() as found, Client(API) as other:
        assert str(given.session.base_url) == str(found.session.base_url) == sandbox.url
        found.service.get_status()
        assert str(other.session.base_url) == API
    setting(BASE_URL=API)
    with Client.from_env() as api:
        assert str(api.session.base_url) == API


def test_the_credentials_sign_in(sandbox: Sandbox, setting: Any) -> None:
    setting(BASE_URL=sandbox.url, USERNAME="ada", PASSWORD="lovelace")
    with Client.from_env() as api:
        assert api.users.me().username == "ada"


@pytest.mark.anyio
async def test_the_credentials_sign_in_async(sandbox: Sandbox, setting: Any) -> None:
    setting(BASE_URL=sandbox.url, USERNAME="ada", PASSWORD="lovelace")
    async with await AsyncClient.from_env() as api:
        assert (await api.users.me()).username == "ada"
    setting(PASSWORD=SECRET)
    with pytest.raises(Unauthorized, match="Check the credentials") as caught:
        await AsyncClient.from_env()
    assert SECRET not in str(caught.value)


def test_a_stored_session_comes_before_the_credentials(sandbox: Sandbox, setting: Any, tmp_path: Path) -> None:
    setting(BASE_URL=sandbox.url, USERNAME="ada", PASSWORD="lovelace", STORE=str(tmp_path / "session.json"))
    for _ in range(2):
        with Client.from_env() as api:
            assert api.users.me().username == "ada"
    assert sandbox.control.counters().logins == 1
    assert FileStore(tmp_path / "session.json").load() is not None


@pytest.mark.anyio
async def test_a_stored_session_comes_before_the_credentials_async(
    sandbox: Sandbox, setting: Any, tmp_path: Path
) -> None:
    setting(BASE_URL=sandbox.url, USERNAME="ada", PASSWORD="lovelace", STORE=str(tmp_path / "session.json"))
    for _ in range(2):
        async with await AsyncClient.from_env() as api:
            assert (await api.users.me()).username == "ada"
    assert sandbox.control.counters().logins == 1


def test_an_access_token_is_used_as_it_is(sandbox: Sandbox, setting: Any) -> None:
    access_token = Session(sandbox.url).login(ADA).access_token
    setting(BASE_URL=sandbox.url, TOKEN=access_token, STORE="memory")
    with Client.from_env() as api:
        assert api.tokens == Tokens(access_token)
        assert api.users.me().username == "ada"


def test_a_refresh_token_alone_is_exchanged_before_the_first_request(sandbox: Sandbox, setting: Any) -> None:
    tokens = Session(sandbox.url).login(ADA)
    assert tokens.refresh_token
    setting(BASE_URL=sandbox.url, REFRESH_TOKEN=tokens.refresh_token)
    with Client.from_env() as api:
        assert api.users.me().username == "ada"
    assert sandbox.control.counters().refreshes == 1
    assert sandbox.control.counters().by_operation["GET /me"] == 1


def test_both_tokens_start_a_session_that_the_store_then_keeps(sandbox: Sandbox, setting: Any, tmp_path: Path) -> None:
    tokens = Session(sandbox.url).login(ADA)
    assert tokens.refresh_token
    setting(BASE_URL=sandbox.url, TOKEN=tokens.access_token, REFRESH_TOKEN=tokens.refresh_token)
    setting(STORE=str(tmp_path / "session.json"))
    sandbox.control.revoke_access()
    for _ in range(2):  # the second time, the tokens in the environment are spent
        with Client.from_env() as api:
            assert api.users.me().username == "ada"


def test_the_kinds_of_stores(setting: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    setting(BASE_URL=f"{API}/", STORE="keyring")
    tokens = Tokens("a")
    with used(MemoryKeyring()):
        KeyringStore("afresh", API).save(tokens)  # each API has an entry of its own
        assert Client.from_env().tokens == tokens
        assert Client.from_env(base_url="https://other.example.com").tokens is None
    FileStore(tmp_path / "session.json").save(tokens)
    setting(STORE="~/session.json")
    assert Client.from_env().tokens == tokens
    setting(STORE="memory")
    assert Client.from_env().tokens is None


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
def test_redis_is_a_store_too(setting: Any, scheme: str) -> None:
    made: list[str] = []

    class Store(MemoryStore):
        def __init__(self, url: str) -> None:
            super().__init__()
            made.append(url)

    setting(BASE_URL=API, STORE=f"{scheme}://:{SECRET}@localhost/0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("afresh._stores.redis_store.RedisStore", Store)
        Client.from_env()
    assert made == [f"{scheme}://:{SECRET}@localhost/0"]


def test_what_is_given_wins(setting: Any) -> None:
    setting(BASE_URL="of no use", TOKEN="of no\nuse", STORE="no://use", TIMEOUT="soon", RETRIES="often")
    store = MemoryStore()
    with Client.from_env(base_url=API, store=store, tokens=Tokens("a"), timeout=7, retries=0) as api:
        assert str(api.session.base_url) == API
        assert store.load() == api.tokens == Tokens("a")
        assert api.http.timeout == httpx.Timeout(7)
        with Client.from_env(session=api.session, timeout=7, retries=0) as other:
            assert other.session is api.session


def test_the_timeout_and_the_retries_count(setting: Any) -> None:
    setting(TIMEOUT="2.5", RETRIES="1", TOKEN="a")
    with (
        answering(lambda _: Answer(503)) as server,
        Client.from_env(base_url=server.url, store=None) as api,
    ):
        assert api.http.timeout == httpx.Timeout(2.5)
        with pytest.raises(Exception, match="503"):
            api.users.me()
        assert len(server.asked) == 2


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"BASE_URL": ""}, "AFRESH_BASE_URL is not set: it must hold the base URL of the API, such as https://"),
        ({"BASE_URL": "ftp://x"}, "AFRESH_BASE_URL: the base URL must start with https://"),
        ({"BASE_URL": f"https://ada:{SECRET}@x"}, "AFRESH_BASE_URL: the base URL must not have a user name, password"),
        ({"TOKEN": f"{SECRET}\n"}, "AFRESH_TOKEN must hold an access token: printable ASCII characters"),
        ({"REFRESH_TOKEN": f" {SECRET}"}, "AFRESH_REFRESH_TOKEN must hold a refresh token: printable ASCII"),
        ({"USERNAME": "ada"}, "AFRESH_PASSWORD is not set: it must hold `password`, since AFRESH_USERNAME is set"),
        ({"PASSWORD": SECRET}, "AFRESH_USERNAME is not set: it must hold `username`, since AFRESH_PASSWORD is set"),
        (
            {"TOKEN": SECRET, "USERNAME": "ada", "PASSWORD": SECRET},
            "AFRESH_TOKEN and AFRESH_USERNAME, AFRESH_PASSWORD are both set, but only one can apply: unset one",
        ),
        ({"REFRESH_TOKEN": SECRET, "USERNAME": "ada", "PASSWORD": SECRET}, "AFRESH_REFRESH_TOKEN and AFRESH_USERNAME"),
        ({"TOKEN": SECRET, "STORE": "a.json"}, "AFRESH_TOKEN is used without renewal, but a session in AFRESH_STORE"),
        ({"STORE": f"mysql://:{SECRET}@x"}, "AFRESH_STORE must be memory, keyring, a redis://"),
        ({"STORE": f"redis://:{SECRET}@x:y/"}, "AFRESH_STORE: the URL of the Redis server cannot be read"),
        ({"STORE": "~nobody-of-that-name/a"}, "AFRESH_STORE: the home directory in ~nobody-of-that-name/"),
        ({"USERNAME": "ada", "PASSWORD": "\udcff"}, "the value given for `password`, to sign in, is not valid text"),
        ({"TIMEOUT": "soon"}, "AFRESH_TIMEOUT must be a positive number \\(.* in seconds, such as 30\\), not 'soon'"),
        ({"TIMEOUT": "0"}, "AFRESH_TIMEOUT must be a positive number"),
        ({"TIMEOUT": "inf"}, "AFRESH_TIMEOUT must be a positive number"),
        ({"RETRIES": "-1"}, "AFRESH_RETRIES must be a whole number, 0 or more \\(.*, such as 6\\), not '-1'"),
    ],
    ids=lambda value: ",".join(value) if isinstance(value, dict) else "",
)
async def test_what_is_wrong_with_a_variable(setting: Any, values: dict[str, str], message: str) -> None:
    setting(**{"BASE_URL": API, **values})
    with pytest.raises(ConfigurationError, match=message) as caught:
        Client.from_env()
    assert SECRET not in str(caught.value)
    with pytest.raises(ConfigurationError, match=message):
        await AsyncClient.from_env()


def test_the_variables_are_named_after_the_descriptions_own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIFECYCLE
    assert LIFECYCLE.login
    keys = ("userName", "client-id", "token", "$timeout")
    login = evolve(LIFECYCLE.login, credentials=tuple(Credential(key, is_secret=False) for key in keys))
    own = list(variables())[:11]
    monkeypatch.setattr("afresh._environment.LIFECYCLE", evolve(LIFECYCLE, login=login))
    assert list(variables()) == [
        *own,
        "AFRESH_USER_NAME",
        "AFRESH_LOGIN_CLIENT_ID",
        "AFRESH_LOGIN_TOKEN",
        "AFRESH_LOGIN_TIMEOUT",
    ]
    for lifecycle in (evolve(LIFECYCLE, login=None), None):
        monkeypatch.setattr("afresh._environment.LIFECYCLE", lifecycle)
        assert list(variables()) == own


CLIENT = """
paths: {}
components:
  securitySchemes: {machines: {type: oauth2, flows: {clientCredentials: {tokenUrl: token, scopes: {}}}}}
"""


@pytest.mark.anyio
async def test_a_client_signs_in_as_itself(setting: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    live_by(CLIENT, tmp_path, monkeypatch)
    with answering(lambda _: Answer(body={"access_token": "a"})) as server:
        setting(BASE_URL=server.url, CLIENT_ID="m", CLIENT_SECRET=SECRET)
        with Client.from_env() as api:
            assert api.tokens == Tokens("a")
        async with await AsyncClient.from_env(client_id="n", client_secret="s") as other:
            assert other.tokens == Tokens("a")
        with Client.from_env(session=Session(server.url, client_id="m")) as api:
            assert api.tokens is None  # a session of somebody's own is left as it is
        setting(TOKEN="t")
        assert Client.from_env().tokens == Tokens("t")
    said = [b64decode(asked.headers["authorization"].removeprefix("Basic ")).decode() for asked in server.asked]
    assert said == [f"m:{SECRET}", "n:s"]


def test_a_secret_without_its_client_is_said(setting: Any) -> None:
    setting(BASE_URL=API, CLIENT_SECRET=SECRET)
    with pytest.raises(
        ConfigurationError, match="AFRESH_CLIENT_ID: client_secret was given without client_id"
    ) as caught:
        Client.from_env()
    assert SECRET not in str(caught.value)
