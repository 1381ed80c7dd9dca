"""The clients under test, a module each, driven as their users would by their documentation."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from benchmarks.contender import AsyncContender, Contender

if TYPE_CHECKING:
    from collections.abc import Iterator

MODULES: Final = {
    "afresh": "afresh",
    "authlib": "authlib",
    "google-auth": "google_auth",
    "azure-core": "azure_core",
    "httpx-auth": "httpx_auth",
    "interceptor": "interceptor",
    "lock": "lock_without_comparison",
}
"""The names that `--only` takes, and the modules."""


def contenders(names: list[str]) -> Iterator[Contender | AsyncContender]:
    """Give the clients of these names; one whose library is not installed cannot express anything."""
    for name in names:
        try:
            found = import_module(f"benchmarks.peers.{MODULES[name]}")
        except ModuleNotFoundError as error:
            yield Contender(name, None, dict.fromkeys("ABC", f"{error.name} is not installed"))
        else:
            yield from found.CONTENDERS
