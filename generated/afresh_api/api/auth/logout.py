# Written by scripts/generate from the description of the API: changes made here are lost.
"""End the session that a refresh token belongs to.

Answers 204 whether or not the token was still alive (RFC 7009, section 2.2).
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
from ...values import UNREADABLE, checked

if TYPE_CHECKING:
    from ...models.refresh_token_holder import RefreshTokenHolder
    from ...models.validation_problem import ValidationProblem


def arguments(*, body: RefreshTokenHolder) -> dict[str, Any]:
    """Return the keyword arguments of `httpx.Client.request` that ask for this operation."""
    return {
        "method": "POST",
        "url": "/auth/logout",
        "json": checked(body, models.RefreshTokenHolder).to_dict(),
        "auth": None,
    }


def _parse(response: httpx.Response) -> None:
    return None


def _parse_error(response: httpx.Response) -> ValidationProblem | None:
    if response.status_code == 422:
        return models.ValidationProblem.from_dict(json_of(response))
    return None


OPERATION: Operation[None] = Operation(method="POST", path="/auth/logout", parse=_parse, parse_error=_parse_error)


def _response(client: Client, response: httpx.Response) -> Response[ValidationProblem | None]:
    parsed: ValidationProblem | None = None
    if response.status_code == 422:
        with suppress(*UNREADABLE):  # a proxy's page, for example
            parsed = _parse_error(response)
    elif client.raise_on_unexpected_status and not (response.status_code == 204):
        raise UnexpectedStatus(response.status_code, response.content)
    return Response(status_code=response.status_code, content=response.content, headers=response.headers, parsed=parsed)


def sync_detailed(*, client: Client, body: RefreshTokenHolder) -> Response[ValidationProblem | None]:
    """As `sync`, but return the whole answer."""
    http_client = client.get_httpx_client()
    return _response(client, http_client.request(**client.request_arguments(arguments(body=body))))


def sync(*, client: Client, body: RefreshTokenHolder) -> ValidationProblem | None:
    """End the session that a refresh token belongs to.

    Answers 204 whether or not the token was still alive (RFC 7009, section 2.2).
    """
    return sync_detailed(client=client, body=body).parsed


async def asyncio_detailed(*, client: Client, body: RefreshTokenHolder) -> Response[ValidationProblem | None]:
    """As `asyncio`, but return the whole answer."""
    http_client = client.get_async_httpx_client()
    return _response(client, await http_client.request(**client.request_arguments(arguments(body=body))))


async def asyncio(*, client: Client, body: RefreshTokenHolder) -> ValidationProblem | None:
    """End the session that a refresh token belongs to.

    Answers 204 whether or not the token was still alive (RFC 7009, section 2.2).
    """
    return (await asyncio_detailed(client=client, body=body)).parsed
