"""What the description calls deprecated: checkers and editors mark it, and a call warns at the line that makes it."""

import asyncio
import inspect
import warnings
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import httpx
import pytest

from afresh._calls.calling import AsyncCaller, Connection, SyncCaller
from afresh._calls.options import Options
from made import importable, make
from servers.canned import Answer, Server, answering

DESCRIPTION = """\
openapi: 3.1.0
info: {title: Ferries, version: "1"}
paths:
  /ferries/{name}:
    get:
      operationId: readFerry
      tags: [ferries]
      deprecated: true
      summary: One ferry
      description: "Slow.\\n\\n**Deprecated** since 2: use `GET /boats` instead. It lives on until June."
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: OK, content: {application/json: {schema: {type: string}}}}}
  /ferries:
    get:
      operationId: listFerries
      tags: [ferries]
      deprecated: true
      description: This endpoint is deprecated.
      responses: {"200": {description: OK, content: {application/json: {schema: {type: string}}}}}
  /boats:
    get:
      operationId: listBoats
      tags: [ferries]
      responses: {"200": {description: OK, content: {application/json: {schema: {type: string}}}}}
"""
NAME = "ferries_api"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("ferries")
    make(DESCRIPTION, folder, package=NAME)
    with importable(folder), answering(lambda _: Answer(200, "afloat")) as server:
        yield server


def module(name: str) -> Any:
    return import_module(f"{NAME}.{name}")


def lines_that_warn(caught: list[warnings.WarningMessage]) -> list[tuple[str, str]]:
    """Return the file and the source line that each warning is for."""
    return [(one.filename, Path(one.filename).read_text().splitlines()[one.lineno - 1].strip()) for one in caught]


@pytest.fixture
def caught() -> Iterator[list[warnings.WarningMessage]]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("default")
        yield caught


def test_a_call_warns_at_its_own_line_once(server: Server, caught: list[warnings.WarningMessage]) -> None:
    with httpx.Client() as http:
        ferries = module("resources").Resources(SyncCaller(Connection(http), httpx.URL(server.url), Options(0))).ferries
        for _ in range(3):
            assert ferries.read("ada") == "afloat"
        ferries.read("bob")
        ferries.list_boats()
    assert lines_that_warn(caught) == [
        (__file__, 'assert ferries.read("ada") == "afloat"'),
        (__file__, 'ferries.read("bob")'),
    ]
    assert {one.category for one in caught} == {DeprecationWarning}
    assert str(caught[0].message) == (
        "GET /ferries/{name} is deprecated. Deprecated since 2: use `GET /boats` instead."
    )


def test_an_asynchronous_call_warns_where_it_is_called_and_not_where_it_is_awaited(
    server: Server, caught: list[warnings.WarningMessage]
) -> None:
    async def call() -> Any:
        async with httpx.AsyncClient() as http:
            caller = AsyncCaller(http, httpx.URL(server.url), Options(0))
            ferries = module("resources").AsyncResources(caller).ferries
            assert inspect.iscoroutinefunction(ferries.list_boats)
            calls = [asyncio.ensure_future(ferries.list()) for _ in range(3)]
            return await asyncio.gather(*calls)

    assert asyncio.run(call()) == ["afloat"] * 3
    line = "calls = [asyncio.ensure_future(ferries.list()) for _ in range(3)]"
    assert lines_that_warn(caught) == [(__file__, line)]
    assert str(caught[0].message) == "GET /ferries is deprecated."


def test_the_functions_of_the_operation_warn_once_each(server: Server, caught: list[warnings.WarningMessage]) -> None:
    client, function = module("client").Client(server.url), module("api.ferries.read_ferry")

    async def call() -> None:
        async with client:
            await function.asyncio("c", client=client)
            await function.asyncio_detailed("d", client=client)

    with client:
        assert function.sync("a", client=client) == "afloat"
        assert function.sync_detailed("b", client=client).parsed == "afloat"
    asyncio.run(call())
    assert lines_that_warn(caught) == [
        (__file__, 'assert function.sync("a", client=client) == "afloat"'),
        (__file__, 'assert function.sync_detailed("b", client=client).parsed == "afloat"'),
        (__file__, 'await function.asyncio("c", client=client)'),
        (__file__, 'await function.asyncio_detailed("d", client=client)'),
    ]


def test_it_has_the_signature_and_the_words_that_it_had(server: Server) -> None:
    ferries = module("resources.ferries")
    assert server.asked is not None
    assert list(inspect.signature(ferries.Ferries.read).parameters) == ["self", "name"]
    assert ferries.Ferries.read.__doc__.startswith("Deprecated. One ferry.\n\n        Slow.")
    assert ferries.Ferries.list.__doc__.startswith("This endpoint is deprecated.")
    mock = create_autospec(ferries.AsyncFerries, instance=True)
    mock.list.return_value = "mocked"
    assert asyncio.run(mock.list()) == "mocked"
    with pytest.raises(TypeError):
        mock.read()
