# Written by scripts/generate from the description of the API: changes made here are lost.
"""Tasks whose title or description holds a text.

Rate-limited by user; an answer 429 says with Retry-After when to ask again.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation, Paging
from ...paging import next_link, with_url
from ...types import Response
from ...values import UNREADABLE, as_array, expect, plain

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.task import Task
    from ...models.validation_problem import ValidationProblem


def arguments(*, q: str, limit: int | None = None, page: int | None = None) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _params: dict[str, Any] = {}
    _params["q"] = plain(q)
    if limit is not None:
        _params["limit"] = plain(limit)
    if page is not None:
        _params["page"] = plain(page)
    return {"method": "GET", "url": "/search", "params": _params}


def _parse(response: httpx.Response) -> list[Task]:
    return list(map(models.Task.from_dict, as_array(json_of(response))))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 429}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[list[Task]] = Operation(method="GET", path="/search", parse=_parse, parse_error=_parse_error)


def _items(page: list[Task]) -> Sequence[Task]:
    return page


def _following(page: list[Task], response: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
    url = next_link(response)
    if not url:
        return None
    return with_url(arguments, response, url)


PAGING: Paging[list[Task], Task] = Paging(items=_items, following=_following)


def _response(client: Client, response: httpx.Response) -> Response[list[Task] | Problem | ValidationProblem]:
    parsed: list[Task] | Problem | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 422, 429}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    *, client: AuthenticatedClient, q: str, limit: int | None = None, page: int | None = None
) -> Response[list[Task] | Problem | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(q=q, limit=limit, page=page))))


def sync(
    *, client: AuthenticatedClient, q: str, limit: int | None = None, page: int | None = None
) -> list[Task] | Problem | ValidationProblem | None:
    """Tasks whose title or description holds a text.

    Rate-limited by user; an answer 429 says with Retry-After when to ask again.

    Args:
        q: The text to look for. 1 to 100 characters.
        limit: How many tasks a page holds at the most. From 1 to 50. The server's default is 50.
        page: Which page; the answer links to the next one. From 1 to 1000000. The server's default is 1.

    Returns:
        One page of the tasks found, newest first.
    """
    return sync_detailed(client=client, q=q, limit=limit, page=page).parsed


async def asyncio_detailed(
    *, client: AuthenticatedClient, q: str, limit: int | None = None, page: int | None = None
) -> Response[list[Task] | Problem | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(
        client, await http_client.request(**client.request_arguments(arguments(q=q, limit=limit, page=page)))
    )


async def asyncio(
    *, client: AuthenticatedClient, q: str, limit: int | None = None, page: int | None = None
) -> list[Task] | Problem | ValidationProblem | None:
    """Tasks whose title or description holds a text.

    Rate-limited by user; an answer 429 says with Retry-After when to ask again.

    Args:
        q: The text to look for. 1 to 100 characters.
        limit: How many tasks a page holds at the most. From 1 to 50. The server's default is 50.
        page: Which page; the answer links to the next one. From 1 to 1000000. The server's default is 1.

    Returns:
        One page of the tasks found, newest first.
    """
    return (await asyncio_detailed(client=client, q=q, limit=limit, page=page)).parsed
