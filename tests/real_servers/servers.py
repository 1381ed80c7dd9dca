"""The servers of the matrix, and an SDK for each: a repository that scripts/new-sdk makes of its own description."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import time
import tomllib
from collections import Counter
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from attrs import field, frozen

from real_servers.browser import Person, chromium

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

    from real_servers.browser import Browser

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SERVERS: Mapping[str, Mapping[str, Any]] = tomllib.loads((HERE / "servers.toml").read_text(encoding="utf-8"))
CREDENTIALS = {"username": "ada", "password": "lovelace"}
LONGEST_LIFE = 10.0
"""Seconds in which every access token has expired."""


@frozen
class Server:
    """A server that runs, and the SDK that was made for it."""

    name: str
    url: str
    packages: list[str] = field(repr=False)
    traits: Mapping[str, Any] = field(repr=False)
    sdk: ModuleType = field(repr=False)
    browser: Browser | None = None

    def credentials(self, **other: str) -> Any:
        """Give the body of a sign-in, with other values than usual where they are given."""
        if self.browser is not None:
            return self.sdk.AuthorizationCodeGrant(
                open_browser=Person(self.browser, CREDENTIALS["username"], CREDENTIALS["password"])
            )
        module, name = self.traits["login"].split(".")
        return getattr(importlib.import_module(f"{self.name}_api.{module}"), name)(**CREDENTIALS | other)

    @property
    def client(self) -> Mapping[str, str]:
        """Give what a client says of itself, besides who its user is."""
        client: Mapping[str, str] = self.traits.get("client", {})
        return client

    def environment(self, **values: str) -> dict[str, str]:
        """Give values the names that the SDK's environment variables have."""
        return {f"{self.name}_{name}".upper(): value for name, value in values.items()}

    def counters(self) -> Counter[str]:
        """Give what was counted since the start, or since they were reset."""
        return Counter(httpx.get(f"{self.url}/counters").raise_for_status().json())

    def reset(self) -> None:
        """Count from zero again."""
        httpx.delete(f"{self.url}/counters").raise_for_status()

    def accepts(self, access_token: str) -> bool:
        """Ask whether an access token is still good."""
        answer = httpx.get(f"{self.url}/me/", headers=self.headers(access_token))
        assert answer.status_code in (200, 401, 422), answer.text
        return answer.status_code == 200

    def headers(self, access_token: str) -> dict[str, str]:
        """Give the headers of a request with an access token."""
        name, _, value = self.traits.get("sends", "Authorization: Bearer {}").partition(": ")
        return {name: value.format(access_token)}

    def wait_until_expired(self, access_token: str) -> None:
        """Wait until the server itself no longer accepts an access token, and reset its counters."""
        limit = time.monotonic() + LONGEST_LIFE
        while self.accepts(access_token):
            assert time.monotonic() < limit, "the access token does not expire"
            time.sleep(0.1)
        self.reset()


@contextmanager
def running(name: str, folder: Path) -> Iterator[Server]:
    """Start a server in a process of its own, and make its SDK."""
    traits = SERVERS[name]
    environment = {
        **os.environ,
        "PYTHONPATH": str(HERE.parent),
        "DATABASE": str(folder / "database"),
        "LIBRARY_SETTINGS": json.dumps(traits.get("settings", {})),
    }
    application = [sys.executable, "-m", f"real_servers.applications.{traits['app']}"]
    description = folder / "openapi.yaml"
    subprocess.run([*application, "spectacular", "--file", description], env=environment, check=True)
    overlay = HERE / "overlays" / traits["overlay"] if "overlay" in traits else None
    packages = make_sdk(name, description, overlay, folder / "repository")
    sys.path[:0] = packages
    server = subprocess.Popen([*application, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        url = server.stdout.readline().strip()
        assert url, "the server did not start"
        with chromium() if "login" not in traits else nullcontext() as browser:
            yield Server(name, url, packages, traits, importlib.import_module(name), browser)
    finally:
        server.terminate()
        server.wait(10)
        server.stdout.close()
        sys.path[:] = [path for path in sys.path if path not in packages]


def make_sdk(name: str, description: Path, overlay: Path | None, repository: Path) -> list[str]:
    """Make a repository for a server, as scripts/new-sdk does it; return where its packages are."""
    command = [sys.executable, "-P", "-m", "afresh_toolkit", "new", str(repository), "--name", name]
    command += ["--spec", str(description), *(["--overlay", str(overlay)] if overlay else [])]
    subprocess.run(command, check=True)
    return [str(repository / "custom"), str(repository / "generated")]
