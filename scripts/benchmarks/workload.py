"""One client that makes requests one after the other: with a static header, or with `TokenAuth`.

`python -m benchmarks.workload sync TokenAuth mock URL TOKEN 1000` does that and no more, to be counted from outside.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

import httpx
from attrs import field, frozen

from afresh import Session, TokenAuth, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Kind = Literal["sync", "async"]
Variant = Literal["static", "TokenAuth"]
Transport = Literal["mock", "loopback"]

WARM_UP: Final = 20
"""Requests before any that count: connections are open and the interpreter has specialized its code."""


@frozen
class Target:
    """Where the requests go.

    Attributes:
        transport: `mock` stays within the process.
        url: Of the API.
        token: An access token that is valid there.
    """

    transport: Transport
    url: str
    token: str = field(repr=False)


@contextmanager
def workload(kind: Kind, variant: Variant, target: Target) -> Iterator[Callable[[int], float]]:
    """Open a client; give what makes so many requests with it and returns the seconds that each took."""
    with ExitStack() as stack:
        options = _options(variant, target)
        if kind == "sync":
            http = stack.enter_context(httpx.Client(**options))

            def block(count: int) -> float:
                start = time.perf_counter()
                for _ in range(count):
                    http.get("/me")
                return (time.perf_counter() - start) / (count or 1)

        else:
            runner = stack.enter_context(asyncio.Runner())
            async_http = httpx.AsyncClient(**options)
            stack.callback(lambda: runner.run(async_http.aclose()))

            async def async_block(count: int) -> float:
                start = time.perf_counter()
                for _ in range(count):
                    await async_http.get("/me")
                return (time.perf_counter() - start) / (count or 1)

            def block(count: int) -> float:
                return runner.run(async_block(count))

        block(WARM_UP)
        # What stands by now is not to be traversed by whichever variant happens to trigger a collection.
        gc.collect()
        gc.freeze()
        yield block


def _options(variant: Variant, target: Target) -> dict[str, Any]:
    options: dict[str, Any] = {"base_url": target.url, "trust_env": False}
    if target.transport == "mock":
        options["transport"] = httpx.MockTransport(lambda _: httpx.Response(200))
    if variant == "static":
        return {**options, "headers": {"Authorization": f"Bearer {target.token}"}}
    session = Session(target.url, tokens=Tokens.issued(target.token, refresh_token="none", expires_in=3600))  # noqa: S106 - never sent
    return {**options, "auth": TokenAuth(session)}


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="benchmarks.workload")
    parser.add_argument("kind", choices=get_args(Kind))
    parser.add_argument("variant", choices=get_args(Variant))
    parser.add_argument("transport", choices=get_args(Transport))
    parser.add_argument("url")
    parser.add_argument("token")
    parser.add_argument("count", type=int)
    options = parser.parse_args()
    with workload(options.kind, options.variant, Target(options.transport, options.url, options.token)) as block:
        block(options.count)


if __name__ == "__main__":
    main()
