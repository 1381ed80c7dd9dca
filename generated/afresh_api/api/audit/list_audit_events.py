# Written by scripts/generate from the description of the API: changes made here are lost.
"""Who did what.

Needs the scope `audit:read`, which ordinary users lack.
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
from ...paging import number_at, with_value
from ...types import Response
from ...values import UNREADABLE, expect, plain

if TYPE_CHECKING:
    from ...models.audit_event import AuditEvent
    from ...models.audit_event_page import AuditEventPage
    from ...models.problem import Problem
    from ...models.validation_problem import ValidationProblem


def arguments(*, offset: int | None = None, limit: int | None = None) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    _params: dict[str, Any] = {}
    if offset is not None:
        _params["offset"] = plain(offset)
    if limit is not None:
        _params["limit"] = plain(limit)
    return {"method": "GET", "url": "/audit/events", "params": _params}


def _parse(response: httpx.Response) -> AuditEventPage:
    return models.AuditEventPage.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code in {401, 403}:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[AuditEventPage] = Operation(
    method="GET", path="/audit/events", parse=_parse, parse_error=_parse_error
)


def _items(page: AuditEventPage) -> Sequence[AuditEvent]:
    return page.items


def _total(page: AuditEventPage, response: httpx.Response) -> int | None:
    return page.total


def _following(page: AuditEventPage, response: httpx.Response, arguments: dict[str, Any]) -> dict[str, Any] | None:
    count = len(_items(page))
    total = _total(page, response)
    offset = number_at(arguments, "offset", 0) + count
    if not count or (total is not None and 0 < total <= offset):
        return None
    return with_value(arguments, "offset", offset)


PAGING: Paging[AuditEventPage, AuditEvent] = Paging(items=_items, following=_following, is_counted=True, total=_total)


def _response(client: Client, response: httpx.Response) -> Response[AuditEventPage | Problem | ValidationProblem]:
    parsed: AuditEventPage | Problem | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 403, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(
    *, client: AuthenticatedClient, offset: int | None = None, limit: int | None = None
) -> Response[AuditEventPage | Problem | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(offset=offset, limit=limit))))


def sync(
    *, client: AuthenticatedClient, offset: int | None = None, limit: int | None = None
) -> AuditEventPage | Problem | ValidationProblem | None:
    """Who did what.

    Needs the scope `audit:read`, which ordinary users lack.

    Args:
        offset: How many events come before the page. From 0 to 1000000. The server's default is 0.
        limit: How many events a page holds at the most. From 1 to 100. The server's default is 20.

    Returns:
        One page of events, the newest first.
    """
    return sync_detailed(client=client, offset=offset, limit=limit).parsed


async def asyncio_detailed(
    *, client: AuthenticatedClient, offset: int | None = None, limit: int | None = None
) -> Response[AuditEventPage | Problem | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(
        client, await http_client.request(**client.request_arguments(arguments(offset=offset, limit=limit)))
    )


async def asyncio(
    *, client: AuthenticatedClient, offset: int | None = None, limit: int | None = None
) -> AuditEventPage | Problem | ValidationProblem | None:
    """Who did what.

    Needs the scope `audit:read`, which ordinary users lack.

    Args:
        offset: How many events come before the page. From 0 to 1000000. The server's default is 0.
        limit: How many events a page holds at the most. From 1 to 100. The server's default is 20.

    Returns:
        One page of events, the newest first.
    """
    return (await asyncio_detailed(client=client, offset=offset, limit=limit)).parsed
