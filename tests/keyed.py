"""An API that takes keys of every kind: the package that is made of it, the layer on top of that, and a server."""

from __future__ import annotations

import sys
from base64 import b64encode
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from attrs import define, field

import afresh
from made import importable, make
from places import FIXTURES
from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from afresh import AsyncClient, Client

PACKAGE = "keyed_api"
KEYS: Any = {
    "in-header": "header-secret",
    "in-query": "asked-secret &=ü",
    "other-query": "second-secret",
    "in-cookie": "cookie-secret=",
    "in-authorization": "SSWS raw-secret",
    "by-name": ("ada", "pass:wörd-secret"),
    "machine": "machine-secret",
}
BASIC = f"Basic {b64encode(':'.join(KEYS['by-name']).encode()).decode()}"
SECRETS = [BASIC[6:], *(f"{name}-secret" for name in ("header", "asked", "second", "cookie", "raw", "machine")), "wörd"]
"""What nothing may show."""

_NEEDED = {
    "/header": [{"in-header"}],
    "/query": [{"in-query"}],
    "/cookie": [{"in-cookie"}],
    "/basic": [{"by-name"}],
    "/user": [{"user"}],
    "/machine": [{"machine"}, {"user"}],
    "/raw": [{"in-authorization"}],
    "/all": [{"in-header", "in-query", "in-cookie", "by-name"}],
    "/queries": [{"in-query", "other-query"}],
    "/both": [{"user", "in-header"}],
    "/either": [{"by-name"}, {"in-header"}, {"in-query", "in-cookie"}],
    "/token-or-key": [{"user"}, {"in-header"}],
    "POST /session": [{"in-query"}],
    "PUT /session": [{"in-header"}],
    "DELETE /session": [{"user", "in-cookie"}],
}


def arrived(asked: Asked) -> set[str]:
    """Return the schemes whose keys a request has."""
    query = dict(parse_qsl(urlsplit(asked.target).query))
    cookies = dict(part.split("=", 1) for part in asked.headers.get("cookie", "").split("; ") if part)
    authorization = asked.headers.get("authorization", "")
    found = {
        "in-header": asked.headers.get("x-door-key") == KEYS["in-header"],
        "in-query": query.get("Query Key") == KEYS["in-query"],
        "other-query": query.get("other") == KEYS["other-query"],
        "in-cookie": cookies.get("door") == KEYS["in-cookie"],
        "in-authorization": authorization == KEYS["in-authorization"],
        "by-name": authorization == BASIC,
        "machine": authorization == f"Bearer {KEYS['machine']}",
        "user": authorization.startswith("Bearer access-"),
    }
    return {name for name, is_there in found.items() if is_there}


@define
class Doors:
    """The server: it checks what arrives, and answers with it. The first `stale` access tokens are no good.

    `refuses` is whether it renews none.
    """

    server: Server = field(factory=lambda: Server(""))
    stale: int = 0
    refuses: bool = False
    issued: int = 0

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked

    def answer(self, asked: Asked) -> Answer:
        path, there = urlsplit(asked.target).path, arrived(asked)
        needed = _NEEDED.get(path) or _NEEDED.get(f"{asked.method} {path}")
        is_stale = "user" in there and int(asked.headers["authorization"].rpartition("-")[2]) < self.stale
        if (needed and not any(one <= there for one in needed)) or (is_stale and asked.method == "GET"):
            return Answer(401, {"detail": f"no good: {asked.target} {asked.headers}"})
        if asked.method == "PUT" and self.refuses:
            return Answer(400, {"error": "invalid_grant"})
        if path == "/session" and asked.method != "DELETE":
            self.issued += 1
            return Answer(200, {"access": f"access-{self.issued}", "refresh": f"refresh-{self.issued}"})
        return Answer(200, sorted(there))


@contextmanager
def doors() -> Iterator[Doors]:
    """Run the server."""
    running = Doors()
    with answering(running.answer) as running.server:
        yield running


@contextmanager
def made_package(folder: Path) -> Iterator[None]:
    """Make the package, and let it be imported."""
    make((FIXTURES / "keys.yaml").read_text(encoding="utf-8"), folder, package=PACKAGE)
    with importable(folder):
        yield


def stand_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the layer stand on that package, as far as keys and tokens go."""
    security, lifecycle = import_module(f"{PACKAGE}.security"), import_module(f"{PACKAGE}.lifecycle")
    names = ("BY_TOKEN", "SCHEMES", "TOKEN_CALLS", "UNSERVED", "USUAL")
    values = {name: getattr(security, name) for name in names} | {"LIFECYCLE": lifecycle.LIFECYCLE, "HAS_KEYS": True}
    import_module("afresh._console.session")
    for module_name, module in list(sys.modules.items()):
        if module_name.split(".")[0] == afresh.__name__:
            for name in values.keys() & vars(module).keys():
                monkeypatch.setattr(module, name, values[name])


def doors_of(api: Client) -> Any:
    """Return the operations of that package, carried out by a client."""
    return import_module(f"{PACKAGE}.resources").Resources(api._caller).doors  # noqa: SLF001 - the operations of a client are those of its own package


def async_doors_of(api: AsyncClient) -> Any:
    return import_module(f"{PACKAGE}.resources").AsyncResources(api._caller).doors  # noqa: SLF001 - as above
