"""An OpenID provider whose endpoints come from its metadata: sign-in on a device, and all that follows.

It is panva's oidc-provider, which revokes everything when a refresh token is used a second time. Its API is at another
origin, and says of it no more than its `openIdConnectUrl`.
"""

from __future__ import annotations

import html
import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import anyio
import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jwt.algorithms import ECAlgorithm

import at_once
from at_once import AT_ONCE, in_threads
from real_servers.servers import HERE, ROOT, Server, make_sdk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "openid_provider"
PACKAGE = "oidc-provider@9.13.3"
MODULES = ROOT / ".node-real-servers"
SCOPE = "openid profile offline_access"
KEY = ec.generate_private_key(ec.SECP256R1())
DESCRIPTION = """\
openapi: 3.1.0
info: {title: Somebody, version: "1"}
security: [{id: [openid]}]
paths:
  /me/:
    get:
      operationId: me_retrieve
      tags: [me]
      responses:
        "200":
          description: Who is signed in.
          content: {application/json: {schema: {$ref: "#/components/schemas/User"}}}
components:
  schemas: {User: {type: object, required: [username], properties: {username: {type: string}}}}
  securitySchemes: {id: {type: openIdConnect, openIdConnectUrl: "ISSUER/.well-known/openid-configuration"}}
"""
CALL = f"""
import sys
from {NAME} import Client, FileStore

with Client(sys.argv[1], client_id="sdk", store=FileStore(sys.argv[2])) as api:
    print(api.me.retrieve().username, api.session.id_token_claims()["name"])
"""


@pytest.fixture(scope="module", name="provider")
def _provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the server, and make the SDK of its API."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("there is no node with npm on this machine: install it to try an OpenID provider")
    stamp = MODULES / "stamp"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != PACKAGE:
        options = ["--silent", "--no-audit", "--no-fund", "--no-save", "--no-package-lock", "--prefix", str(MODULES)]
        subprocess.run([npm, "install", *options, PACKAGE], check=True)
        stamp.write_text(PACKAGE, encoding="utf-8")
    with running(node, tmp_path_factory.mktemp(NAME)) as server:
        yield server


@contextmanager
def running(node: str, folder: Path) -> Iterator[Server]:
    public = json.dumps(ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True))
    command = [node, str(HERE / "applications" / "openid_provider.mjs"), public]
    process = subprocess.Popen(command, cwd=MODULES, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    packages: list[str] = []
    try:
        url, issuer = process.stdout.readline().split()
        description = folder / "openapi.yaml"
        description.write_text(DESCRIPTION.replace("ISSUER", issuer), encoding="utf-8")
        packages = make_sdk(NAME, description, None, folder / "repository")
        sys.path[:0] = packages
        sdk = importlib.import_module(NAME)
        devices: Any = importlib.import_module(f"{NAME}._session.grants.device_code")
        devices.INTERVAL = 0.1  # the server does not mind
        yield Server(NAME, url, packages, {}, sdk)
    finally:
        process.terminate()
        process.wait(10)
        process.stdout.close()
        sys.path[:] = [path for path in sys.path if path not in packages]


FORM = re.compile(r"<form[^>]*>.*?</form>", re.DOTALL)
INPUT = re.compile(r"<input[^>]*>")
ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


def agree(code: Any) -> None:
    """Do what a person does on another device: open the page, confirm the code, sign in and agree."""
    typed = {"login": "ada", "password": "lovelace"}
    with httpx.Client(follow_redirects=True, trust_env=False) as http:
        page = http.get(code.verification_uri_complete)
        while (form := FORM.search(page.text)) is not None:
            attributes = [dict(ATTRIBUTE.findall(tag)) for tag in INPUT.findall(form[0])]
            fields = {one["name"]: html.unescape(one.get("value", "")) for one in attributes if "name" in one}
            action = html.unescape(dict(ATTRIBUTE.findall(form[0].partition(">")[0]))["action"])
            filled = {name: typed.get(name, value) for name, value in fields.items()}
            page = http.post(page.url.join(action), data=filled)
        assert page.is_success, page.text


@pytest.fixture
def ended() -> list[Exception]:
    return []


@pytest.fixture
def store(provider: Server, tmp_path: Path) -> Any:
    return provider.sdk.FileStore(tmp_path / "session.json")


@pytest.fixture
def session(provider: Server, store: Any, ended: list[Exception]) -> Any:
    """Return a session that has just signed in."""
    session = provider.sdk.Session(provider.url, client_id="sdk", store=store, on_session_end=ended.append)
    session.login(provider.sdk.DeviceCodeGrant(scope=SCOPE, show=agree))
    provider.reset()
    return session


def test_sign_in_on_a_device_and_say_who_that_is(provider: Server, store: Any) -> None:
    with provider.sdk.Client(provider.url, client_id="sdk", store=store) as api:
        api.login(provider.sdk.DeviceCodeGrant(scope=SCOPE, show=agree))
        assert api.me.retrieve().username == "ada"
        assert api.session.id_token_claims()["name"] == "Ada Lovelace"
        assert store.load() == api.tokens


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_sign_in_in_a_task(provider: Server, backend: str) -> None:
    async def run() -> Any:
        async with provider.sdk.AsyncClient(provider.url, client_id="sdk") as api:
            await api.login(provider.sdk.DeviceCodeGrant(scope=SCOPE, show=agree))
            return (await api.me.retrieve()).username

    assert anyio.run(run, backend=backend) == "ada"


def test_a_client_with_a_key(provider: Server) -> None:
    text = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    key = provider.sdk.ClientKey(text)
    with provider.sdk.Client(provider.url, client_id="sdk-with-key", client_key=key) as api:
        tokens = api.login(provider.sdk.DeviceCodeGrant(scope=SCOPE, show=agree))
        assert jwt.decode(tokens.id_token, options={"verify_signature": False})["aud"] == "sdk-with-key"
        provider.wait_until_expired(tokens.access_token)
        assert api.me.retrieve().username == "ada"
        assert provider.counters()["refreshes"] == 1
        api.logout()


def test_three_expiries(provider: Server, session: Any, store: Any) -> None:
    refresh_tokens = {session.tokens.refresh_token}
    with provider.sdk.Client(session=session) as api:
        for _ in range(3):
            provider.wait_until_expired(session.tokens.access_token)
            assert api.me.retrieve().username == "ada"
            assert provider.counters()["refreshes"] == 1
            assert store.load() == session.tokens
            refresh_tokens.add(session.tokens.refresh_token)
    assert len(refresh_tokens) == 4


def assert_one_refresh(provider: Server, results: list[Any]) -> None:
    assert [getattr(result, "username", result) for result in results] == ["ada"] * AT_ONCE
    assert (provider.counters()["refreshes"], provider.counters()["refused"]) == (1, 0)


def test_three_expiries_with_fifty_threads(provider: Server, session: Any) -> None:
    with provider.sdk.Client(session=session) as api:
        for _ in range(3):
            provider.wait_until_expired(session.tokens.access_token)
            assert_one_refresh(provider, in_threads(api.me.retrieve))


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_three_expiries_with_fifty_tasks(provider: Server, session: Any, backend: str) -> None:
    async def run() -> list[object]:
        async with provider.sdk.AsyncClient(session=session) as api:
            return await at_once.in_tasks(api.me.retrieve)

    for _ in range(3):
        provider.wait_until_expired(session.tokens.access_token)
        assert_one_refresh(provider, anyio.run(run, backend=backend))


def test_who_uses_an_old_refresh_token_ends_the_session_once(
    provider: Server, session: Any, store: Any, ended: list[Exception]
) -> None:
    stolen = session.tokens
    provider.wait_until_expired(stolen.access_token)
    session.obtain(rejected=stolen)
    with (
        provider.sdk.Client(provider.url, client_id="sdk", refresh_token=stolen.refresh_token) as thief,
        pytest.raises(provider.sdk.SessionExpired),
    ):
        thief.me.retrieve()
    provider.wait_until_expired(session.tokens.access_token)
    with provider.sdk.Client(session=session) as api:
        results = in_threads(api.me.retrieve)
    assert [type(result) for result in results] == [provider.sdk.SessionExpired] * AT_ONCE
    assert (provider.counters()["refreshes"], provider.counters()["refused"]) == (1, 1)
    assert len(ended) == 1
    assert store.load() is None


def test_sign_out_revokes(provider: Server, session: Any, store: Any) -> None:
    tokens = session.tokens
    session.logout()
    assert store.load() is None
    with (
        provider.sdk.Client(provider.url, client_id="sdk", refresh_token=tokens.refresh_token) as other,
        pytest.raises(provider.sdk.SessionExpired),
    ):
        other.me.retrieve()
    assert not provider.accepts(tokens.access_token)


def test_restart(provider: Server, session: Any, store: Any, tmp_path: Path) -> None:
    del session
    for _ in range(2):
        provider.wait_until_expired(store.load().access_token)
        done = subprocess.run(
            [sys.executable, "-c", CALL, provider.url, str(tmp_path / "session.json")],
            env={"PYTHONPATH": os.pathsep.join(provider.packages)},
            stdout=subprocess.PIPE,
            check=True,
        )
        assert done.stdout == b"ada Ada Lovelace\n"
        assert provider.counters()["refreshes"] == 1


def test_who_declines_is_not_signed_in(provider: Server, store: Any) -> None:
    def decline(code: Any) -> None:
        with httpx.Client(follow_redirects=True, trust_env=False) as http:
            page = http.get(code.verification_uri_complete)
            fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.text))
            http.post(code.verification_uri, data={**fields, "abort": "yes"})

    with provider.sdk.Client(provider.url, client_id="sdk", store=store) as api:
        with pytest.raises(provider.sdk.SignInFailed) as raised:
            api.login(provider.sdk.DeviceCodeGrant(scope=SCOPE, show=decline))
        assert raised.value.code == "access_denied"
        assert store.load() is None
