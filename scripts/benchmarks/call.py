"""`scripts/bench call`: what a call for one object takes, within the process, beside httpx alone."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import httpx

from afresh import Client, Tokens
from afresh_api.api.users import me
from afresh_api.client import AuthenticatedClient
from benchmarks.generating import STOCK, stock
from benchmarks.interleaving import Timing, timings
from benchmarks.server import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable

URL: Final = "http://127.0.0.1"
COUNT: Final = 20
"""How many calls make a block."""
RAW: Final = "httpx, .json()"
FUNCTION: Final = "ours, me.sync, TokenAuth"
METHOD: Final = "ours, Client.users.me"
TARGETS: Final = {(METHOD, RAW): 1.15, (METHOD, FUNCTION): 1.03}
"""What a call may take, as a multiple of another's."""
HEADERS: Final = {"Content-Type": "application/json"}
CONTENT: Final = b"""{
    "id": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
    "username": "ada",
    "displayName": "Ada Lovelace",
    "email": "ada@example.com",
    "role": "manager",
    "createdAt": "2026-11-25T10:22:49Z"
}"""


def measure(*, rounds: int, tell: Callable[[str], None]) -> list[Timing]:
    """Measure them over a transport that answers at once.

    Args:
        rounds: How many rounds of blocks.
        tell: Told what is done next.
    """
    token = "none"  # noqa: S105 - nobody looks at it
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=HEADERS, content=CONTENT))
    with TemporaryDirectory() as folder, ExitStack() as stack:
        tell("making the package of openapi-python-client")
        stock(ROOT / "openapi.yaml", Path(folder)).checked()
        sys.path.insert(0, folder)
        raw, static, renewing = (
            stack.enter_context(httpx.Client(base_url=URL, headers=headers, transport=transport, trust_env=False))
            for headers in ({}, {"Authorization": f"Bearer {token}"}, {})
        )
        tokens = Tokens.issued(token, refresh_token=token, expires_in=3600)
        api = stack.enter_context(Client(URL, tokens=tokens, http_client=renewing))
        client = AuthenticatedClient(URL, token).set_httpx_client(static)
        stock_me = import_module(f"{STOCK}.api.users.me")
        stock_client = import_module(STOCK).AuthenticatedClient(URL, token).set_httpx_client(static)
        tell("calling")
        return timings(
            {
                RAW: lambda: raw.get("/me").json(),
                f"{RAW}, static header": lambda: static.get("/me").json(),
                "openapi-python-client, me.sync, static header": lambda: stock_me.sync(client=stock_client),
                "ours, me.sync, static header": lambda: me.sync(client=client),
                FUNCTION: lambda: me.sync(client=api.api),
                METHOD: lambda: api.users.me(),  # noqa: PLW0108 - what is looked up each time is part of it
            },
            against=[RAW, FUNCTION],
            rounds=rounds,
            count=COUNT,
        )
