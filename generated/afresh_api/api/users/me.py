# Written by scripts/generate from the description of the API: changes made here are lost.
"""The signed-in user."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import AuthenticatedClient, Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation
from ...types import Response
from ...values import UNREADABLE, expect

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.user import User


def arguments() -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {"method": "GET", "url": "/me"}


def _parse(response: httpx.Response) -> User:
    return models.User.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | None:
    if response.status_code == 401:
        return models.Problem.from_dict(json_of(response))
    return None


OPERATION: Operation[User] = Operation(method="GET", path="/me", parse=_parse, parse_error=_parse_error)


def _response(client: Client, response: httpx.Response) -> Response[Problem | User]:
    parsed: Problem | User | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code == 401:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(*, client: AuthenticatedClient) -> Response[Problem | User]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments())))


def sync(*, client: AuthenticatedClient) -> Problem | User | None:
    """The signed-in user.

    Returns:
        The user whose access token was sent.
    """
    return sync_detailed(client=client).parsed


async def asyncio_detailed(*, client: AuthenticatedClient) -> Response[Problem | User]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments())))


async def asyncio(*, client: AuthenticatedClient) -> Problem | User | None:
    """The signed-in user.

    Returns:
        The user whose access token was sent.
    """
    return (await asyncio_detailed(client=client)).parsed
