"""Copies and pickles of clients: what goes along, and what does not."""

from __future__ import annotations

import copy
import pickle
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from afresh import AsyncClient, Client, ConfigurationError, FileStore, Tokens
from afresh_api.models import Credentials
from servers.canned import Answer, answering

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sandbox.process import Sandbox

ADA = Credentials(username="ada", password="lovelace")
USER = {
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "username": "ada",
    "displayName": "Ada Lovelace",
    "email": None,
    "role": "manager",
    "createdAt": "2026-11-25T10:22:49Z",
}


def pickled(value: Any) -> Any:
    return pickle.loads(pickle.dumps(value))


class Tenant(Client):
    """A client as a team extends it."""

    def __init__(self, base_url: str, tenant: str, tokens: Tokens) -> None:
        super().__init__(base_url, tokens=tokens, headers={"X-Tenant": tenant})
        self.tenant = tenant

    @cached_property
    def own_name(self) -> str:
        return self.users.me().username


@pytest.mark.anyio
@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, pickled])
async def test_a_copy_calls_by_itself(sandbox: Sandbox, twin_of: Callable[[Any], Any], tmp_path: Path) -> None:
    store = FileStore(tmp_path / "session.json")
    with Client(sandbox.url, store=store) as api:
        api.login(ADA)
        twin = twin_of(api)
        assert (twin.session is api.session) == (twin_of is copy.copy)
        assert twin.http is not api.http
    with twin:  # the connections of the first are closed by now
        sandbox.control.revoke_access()
        assert twin.users.me().username == "ada"
    async_api = AsyncClient(session=api.session)
    async with twin_of(async_api) as async_twin:
        assert (await async_twin.users.me()).username == "ada"
    await async_api.aclose()
    assert sandbox.control.counters().refreshes == 1


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_has_the_same_settings(twin_of: Callable[[Any], Any]) -> None:
    with answering(lambda _: Answer(200, USER)) as server:
        with Tenant(server.url, "north", Tokens("a")) as api:
            api.http.headers["X-Team"] = "engines"
            api.http.cookies.set("a", "b", domain="127.0.0.1")
            api.http.params = httpx.QueryParams(key="k")
            api.http.timeout = httpx.Timeout(7)
            assert api.own_name == "ada"
            view = api.with_options(retries=0, query={"x": 1})
            twins = [twin_of(api), twin_of(view)]
        for twin in twins:
            with twin:
                assert type(twin) is Tenant
                assert twin.tenant == "north"
                assert twin.http.timeout == httpx.Timeout(7)
                assert twin.own_name == "ada"
    first, *others = server.asked
    names = ("x-tenant", "x-team", "cookie", "authorization", "user-agent")
    for asked in others:
        assert [asked.headers[name] for name in names] == [first.headers[name] for name in names]
    assert [asked.target for asked in server.asked] == ["/me?key=k", "/me?key=k", "/me?key=k&x=1"]


@pytest.mark.parametrize("twin_of", [copy.copy, copy.deepcopy, pickled])
def test_what_cannot_go_along_is_named(twin_of: Callable[[Any], Any]) -> None:
    with httpx.Client() as http:
        for api in (Client("http://127.0.0.1:1", http_client=http), AsyncClient("http://127.0.0.1:1")):
            if isinstance(api, AsyncClient):
                api.http.event_hooks["request"].append(print)
            said = "has event_hooks" if isinstance(api, AsyncClient) else "its own http_client"
            with pytest.raises(ConfigurationError, match=f"{said} cannot be copied or pickled"):
                twin_of(api)
            with pytest.raises(ConfigurationError, match=said):
                twin_of(api.with_options(retries=1))
