# Written by scripts/generate from the description of the API: changes made here are lost.
"""All projects that the user may see, page by page."""

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
from ...paging import number_at, with_value
from ...types import Response
from ...values import UNREADABLE, as_array, expect, plain

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.project import Project
    from ...models.validation_problem import ValidationProblem


def arguments(*, page: int | None = None, per_page: int | None = None) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _params: dict[str, Any] = {}
    if page is not None:
        _params["page"] = plain(page)
    if per_page is not None:
        _params["perPage"] = plain(per_page)
    return {"method": "GET", "url": "/projects", "params": _params}


def _parse(response: httpx.Response) -> list[Project]:
    return list(map(models.Project.from_dict, as_array(json_of(response))))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code == 401:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[list[Project]] = Operation(method="GET", path="/projects", parse=_parse, parse_error=_parse_error)


def _items(page: list[Project]) -> Sequence[Project]:
    return page


def _total(page: list[Project], response: httpx.Response) -> int | None:
    total = response.headers.get("X-Total-Pages")
    return int(total) if total else None


def _following(page: list[Project], response: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
    count = len(_items(page))
    total = _total(page, response)
    number = number_at(arguments, "page", 1) + 1
    if not count or (total is not None and 0 < total <= number - 1):
        return None
    return with_value(arguments, "page", number)


PAGING: Paging[list[Project], Project] = Paging(items=_items, following=_following, is_counted=True, total=_total)


def _response(client: Client, response: httpx.Response) -> Response[list[Project] | Problem | ValidationProblem]:
    parsed: list[Project] | Problem | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    *, client: AuthenticatedClient, page: int | None = None, per_page: int | None = None
) -> Response[list[Project] | Problem | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(page=page, per_page=per_page))))


def sync(
    *, client: AuthenticatedClient, page: int | None = None, per_page: int | None = None
) -> list[Project] | Problem | ValidationProblem | None:
    """All projects that the user may see, page by page.

    Args:
        page: Which page. From 1 to 1000000. The server's default is 1.
        per_page: How many projects a page holds at the most. From 1 to 100. The server's default is 20.

    Returns:
        One page of projects, by name.
    """
    return sync_detailed(client=client, page=page, per_page=per_page).parsed


async def asyncio_detailed(
    *, client: AuthenticatedClient, page: int | None = None, per_page: int | None = None
) -> Response[list[Project] | Problem | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(
        client, await http_client.request(**client.request_arguments(arguments(page=page, per_page=per_page)))
    )


async def asyncio(
    *, client: AuthenticatedClient, page: int | None = None, per_page: int | None = None
) -> list[Project] | Problem | ValidationProblem | None:
    """All projects that the user may see, page by page.

    Args:
        page: Which page. From 1 to 1000000. The server's default is 1.
        per_page: How many projects a page holds at the most. From 1 to 100. The server's default is 20.

    Returns:
        One page of projects, by name.
    """
    return (await asyncio_detailed(client=client, page=page, per_page=per_page)).parsed
