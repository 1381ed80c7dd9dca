# Written by scripts/generate from the description of the API: changes made here are lost.
"""Exchange a refresh token for new tokens.

The refresh token in the body is used up; the answer holds its successor.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import httpx

from ... import models
from ...client import Client
from ...decoding import json_of
from ...errors import UnexpectedStatus
from ...operation import Operation
from ...types import Response
from ...values import UNREADABLE, checked, expect

if TYPE_CHECKING:
    from ...models.problem import Problem
    from ...models.refresh_token_holder import RefreshTokenHolder
    from ...models.token_answer import TokenAnswer
    from ...models.validation_problem import ValidationProblem


def arguments(*, body: RefreshTokenHolder) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {
        "method": "POST",
        "url": "/auth/refresh",
        "json": checked(body, models.RefreshTokenHolder).to_dict(),
        "auth": None,
    }


def _parse(response: httpx.Response) -> TokenAnswer:
    return models.TokenAnswer.from_dict(json_of(response))


def _parse_error(response: httpx.Response) -> Problem | ValidationProblem | None:
    if response.status_code == 401:
        return models.Problem.from_dict(json_of(response))
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[TokenAnswer] = Operation(
    method="POST", path="/auth/refresh", parse=_parse, parse_error=_parse_error
)


def _response(client: Client, response: httpx.Response) -> Response[Problem | TokenAnswer | ValidationProblem]:
    parsed: Problem | TokenAnswer | ValidationProblem | None = None
    if response.status_code == 200:
        parsed = expect(_parse, response)
    elif response.status_code in {401, 422}:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status:
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(*, client: Client, body: RefreshTokenHolder) -> Response[Problem | TokenAnswer | ValidationProblem]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(body=body))))


def sync(*, client: Client, body: RefreshTokenHolder) -> Problem | TokenAnswer | ValidationProblem | None:
    """Exchange a refresh token for new tokens.

    The refresh token in the body is used up; the answer holds its successor.

    Returns:
        An access token and a refresh token.
    """
    return sync_detailed(client=client, body=body).parsed


async def asyncio_detailed(
    *, client: Client, body: RefreshTokenHolder
) -> Response[Problem | TokenAnswer | ValidationProblem]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments(body=body))))


async def asyncio(*, client: Client, body: RefreshTokenHolder) -> Problem | TokenAnswer | ValidationProblem | None:
    """Exchange a refresh token for new tokens.

    The refresh token in the body is used up; the answer holds its successor.

    Returns:
        An access token and a refresh token.
    """
    return (await asyncio_detailed(client=client, body=body)).parsed
