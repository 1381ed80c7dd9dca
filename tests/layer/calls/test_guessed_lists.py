"""Lists whose paging was guessed are gone through whole, against a real server, as frameworks page."""

from __future__ import annotations

import json
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import httpx
import pytest

import pages
from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from made import importable, make
from pages import SIZE, STYLES
from servers.canned import Answer, Asked, Server, answering

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Lists = Callable[[int], Any]

pytestmark = pytest.mark.slow

GUESSED = [name for name, style in STYLES.items() if style.guess]
LENGTHS = (0, 2 * SIZE, 2 * SIZE + 1)
BLIND = {"ninja", "laravel_simple", "total_of_pages"}
"""Only an empty page says of these lists that they are at their end."""


@pytest.fixture(scope="module", autouse=True)
def _package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("guessed")
    make(json.dumps(pages.description()), folder, package="guessed_api")
    with importable(folder):
        yield


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """Serve lists of the length that the header `Length` asks for; what is after their last page is not found."""

    def answer(asked: Asked) -> Answer:
        length = int(asked.headers["length"])
        body, headers = pages.answer(asked.target, asked.headers["host"], length)
        is_past_the_end = length and '"id"' not in json.dumps(body)
        return Answer(404 if is_past_the_end else 200, body, headers)

    with answering(answer) as running:
        yield running


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    with httpx.Client() as client:
        yield client


@pytest.fixture
def lists(http: httpx.Client, server: Server) -> Lists:
    """Return what makes the resource of all lists, each of a length."""
    caller = SyncCaller(Connection(http), httpx.URL(server.url), Options())

    def of(length: int) -> Any:
        http.headers["Length"] = str(length)
        server.asked.clear()
        return import_module("guessed_api.resources").Resources(caller).lists

    return of


@pytest.mark.parametrize("name", GUESSED)
def test_all_items_come_once_and_in_order(name: str, server: Server, lists: Lists) -> None:
    for length in LENGTHS:
        assert [item.id for item in getattr(lists(length), name)()] == list(range(length)), length
        needed = max(1, -(-length // SIZE)) + (1 if name in BLIND and length else 0)
        if name == "echoed_number":  # that it begins with 0 is not known
            needed += 1 if length else 0
        assert len(server.asked) == needed, length


@pytest.mark.anyio
async def test_all_items_come_once_and_in_order_async(server: Server) -> None:
    length = 2 * SIZE + 1
    async with httpx.AsyncClient(headers={"Length": str(length)}) as http:
        caller = AsyncCaller(http, httpx.URL(server.url), Options())
        lists = import_module("guessed_api.resources").AsyncResources(caller).lists
        for name in GUESSED:
            assert [item.id async for item in getattr(lists, name)()] == list(range(length)), name


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("page_and_limit", {"page": 2}),
        ("swashbuckle", {"page_number": 1}),
        ("echoed_number", {"page": 1}),
        ("laravel", {"page": 2}),
        ("spring", {"page": 1}),
        ("skip_and_take", {"skip": SIZE}),
        ("scim", {"start_index": SIZE + 1}),
        ("after_the_last_item", {"starting_after": str(SIZE - 1)}),
    ],
)
def test_a_guessed_list_starts_where_the_caller_says(name: str, arguments: dict[str, Any], lists: Lists) -> None:
    length = 2 * SIZE + 1
    assert [item.id for item in getattr(lists(length), name)(**arguments)] == list(range(SIZE, length))


@pytest.mark.parametrize("name", ["drf_pages", "laravel", "scim", "json_api"])
def test_filters_are_kept(name: str, server: Server, lists: Lists) -> None:
    filters = {"scim": "filter_", "json_api": "filter_like"}
    assert len(list(getattr(lists(2 * SIZE), name)(**{filters.get(name, "like"): "x"}))) == 2 * SIZE
    assert [asked.target.count("=x") for asked in server.asked] == [1, 1]


@pytest.mark.parametrize("name", ["page_and_limit", "skip_and_take", "fastapi_pagination"])
@pytest.mark.parametrize("total", [-1, 0])
def test_a_total_that_is_none_does_not_end_a_list(name: str, total: int, http: httpx.Client) -> None:
    """Servers that do not count say so by 0 or -1."""
    pages = [{"items": [{"id": number}], "total": total, "pages": total} for number in range(3)]

    def answer(asked: Asked) -> Answer:
        asked_for = re.findall(r"=(\d+)", asked.target)
        place = int(asked_for[0]) - (0 if name == "skip_and_take" else 1) if asked_for else 0
        return Answer(200, pages[place] if place < len(pages) else {"items": [], "total": total})

    with answering(answer) as server:
        caller = SyncCaller(Connection(http), httpx.URL(server.url), Options())
        listed = getattr(import_module("guessed_api.resources").Resources(caller).lists, name)
        assert [item.id for item in listed()] == [0, 1, 2]
