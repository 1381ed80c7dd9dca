"""A process that makes calls with one client, as it is told on stdin: `TASKS CALLS` gives the seconds and CPU seconds.

`python -m benchmarks.caller NAME URL`; the names are those of `CALLERS`. Those with httpx2 use it in place of httpx.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack, ExitStack
from threading import Thread
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

HTTPX2: Final = "httpx2"
TOKEN: Final = "none"  # noqa: S105 - nobody looks at it
BODY: Final = {"Authorization": f"Bearer {TOKEN}"}


def _tokens() -> Any:
    from afresh import Tokens  # noqa: PLC0415 - only what is measured is imported

    return Tokens.issued(TOKEN, refresh_token=TOKEN, expires_in=100_000)


async def _httpx(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[object]]:
    import httpx  # noqa: PLC0415

    http = await stack.enter_async_context(httpx.AsyncClient(headers=BODY, trust_env=False, timeout=60))

    async def call() -> object:
        return (await http.get(f"{url}/me")).json()

    return call


async def _httpx_over_aiohttp(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[object]]:
    import httpx  # noqa: PLC0415

    from afresh import AiohttpTransport  # noqa: PLC0415

    client = httpx.AsyncClient(headers=BODY, transport=AiohttpTransport(), timeout=60)
    http = await stack.enter_async_context(client)

    async def call() -> object:
        return (await http.get(f"{url}/me")).json()

    return call


async def _aiohttp(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[object]]:
    import aiohttp  # noqa: PLC0415

    session = await stack.enter_async_context(aiohttp.ClientSession(headers=BODY))

    async def call() -> object:
        async with session.get(f"{url}/me") as response:
            return await response.json()

    return call


def _ours(**options: Any) -> Callable[[AsyncExitStack, str], Awaitable[Callable[[], Awaitable[object]]]]:
    async def open_(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[object]]:
        from afresh import AsyncClient  # noqa: PLC0415

        api = await stack.enter_async_context(AsyncClient(url, tokens=_tokens(), timeout=60, **options))
        return lambda: api.users.me()  # noqa: PLW0108 - what is looked up each time is part of it

    return open_


def _openai(*, over_aiohttp: bool) -> Callable[[AsyncExitStack, str], Awaitable[Callable[[], Awaitable[object]]]]:
    async def open_(stack: AsyncExitStack, url: str) -> Callable[[], Awaitable[object]]:
        import openai  # noqa: PLC0415

        http = openai.DefaultAioHttpClient() if over_aiohttp else None
        client = openai.AsyncOpenAI(api_key=TOKEN, base_url=url, http_client=http, timeout=60)
        openai_client = await stack.enter_async_context(client)
        return lambda: openai_client.models.retrieve("me")

    return open_


def _httpx_sync(stack: ExitStack, url: str) -> Callable[[], object]:
    import httpx  # noqa: PLC0415

    http = stack.enter_context(httpx.Client(headers=BODY, trust_env=False, timeout=60))
    return lambda: http.get(f"{url}/me").json()


def _ours_sync(stack: ExitStack, url: str) -> Callable[[], object]:
    from afresh import Client  # noqa: PLC0415

    api = stack.enter_context(Client(url, tokens=_tokens(), timeout=60))
    return lambda: api.users.me()  # noqa: PLW0108 - as above


def _openai_sync(stack: ExitStack, url: str) -> Callable[[], object]:
    import openai  # noqa: PLC0415

    client = stack.enter_context(openai.OpenAI(api_key=TOKEN, base_url=url, timeout=60))
    return lambda: client.models.retrieve("me")


TASKS: Final[dict[str, Any]] = {
    "httpx": _httpx,
    "ours, httpx": _ours(),
    "httpx2": _httpx,
    "ours, httpx2": _ours(),
    "httpx over aiohttp": _httpx_over_aiohttp,
    "ours, aiohttp": _ours(transport="aiohttp"),
    "httpx2 over aiohttp": _httpx_over_aiohttp,
    "ours, httpx2 over aiohttp": _ours(transport="aiohttp"),
    "aiohttp alone": _aiohttp,
    "openai": _openai(over_aiohttp=False),
    "openai, aiohttp": _openai(over_aiohttp=True),
}
THREADS: Final[dict[str, Any]] = {
    "httpx": _httpx_sync,
    "ours, httpx": _ours_sync,
    "httpx2": _httpx_sync,
    "ours, httpx2": _ours_sync,
    "openai": _openai_sync,
}


def _in_tasks(name: str, url: str) -> None:
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        call = runner.run(TASKS[name](stack, url))

        async def block(tasks: int, calls: int) -> None:
            numbers = iter(range(calls))

            async def work() -> None:
                for _ in numbers:
                    await call()

            await asyncio.gather(*(work() for _ in range(tasks)))

        _serve(lambda tasks, calls: runner.run(block(tasks, calls)))
        runner.run(stack.aclose())


def _in_threads(name: str, url: str) -> None:
    with ExitStack() as stack:
        call = THREADS[name](stack, url)

        def block(threads: int, calls: int) -> None:
            numbers = iter(range(calls))

            def work() -> None:
                for _ in numbers:
                    call()

            running = [Thread(target=work) for _ in range(threads)]
            for thread in running:
                thread.start()
            for thread in running:
                thread.join()

        _serve(block)


def _serve(block: Callable[[int, int], None]) -> None:
    for line in sys.stdin:
        count, calls = map(int, line.split())
        start, cpu = time.perf_counter(), time.process_time()
        block(count, calls)
        print(json.dumps([time.perf_counter() - start, time.process_time() - cpu]), flush=True)


def main() -> None:
    """Do what stdin says until its end."""
    kind, name, url = sys.argv[1:]
    if HTTPX2 in name:
        import httpx2  # noqa: PLC0415

        httpx2.alias_httpx()
    (_in_tasks if kind == "tasks" else _in_threads)(name, url)


if __name__ == "__main__":
    main()
