# Written by scripts/generate from the description of the API: changes made here are lost.
"""Whether the service is up; needs no token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation
from ...types import Response
from ...values import expect

if TYPE_CHECKING:
    from ...models.service_status import ServiceStatus


def arguments() -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {"method": "GET", "url": "/status", "auth": None}


def _parse(response: httpx.Response) -> ServiceStatus:
    return models.ServiceStatus.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> None:
    return None


OPERATION: Operation[ServiceStatus] = Operation(method="GET", path="/status", parse=_parse, parse_error=_parse_error)


def _response(client: Client, response: httpx.Response) -> Response[ServiceStatus]:
    parsed: ServiceStatus | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(*, client: Client) -> Response[ServiceStatus]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments())))


def sync(*, client: Client) -> ServiceStatus | None:
    """Whether the service is up; needs no token.

    Returns:
        The service is up.
    """
    return sync_detailed(client=client).parsed


async def asyncio_detailed(*, client: Client) -> Response[ServiceStatus]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments())))


async def asyncio(*, client: Client) -> ServiceStatus | None:
    """Whether the service is up; needs no token.

    Returns:
        The service is up.
    """
    return (await asyncio_detailed(client=client)).parsed
