"""What a server answers to the calls that deal in tokens, whatever a description says of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Sequence

    from afresh_api.lifecycle import TokenFields, TokenLifecycle
    from servers.canned import Asked

MARK = "x-token-call"
"""The header of the calls that deal in tokens, by which a test's server knows them."""


def client_to(url: str, **options: Any) -> httpx.Client:
    """Make a client that asks one server for whatever it is asked for: a token endpoint may be anywhere."""
    client = httpx.Client(**options)
    there = httpx.URL(url)

    def redirect(request: httpx.Request) -> None:
        request.url = request.url.copy_with(scheme=there.scheme, host=there.host, port=there.port)
        request.headers[MARK] = "yes"

    client.event_hooks["request"].append(redirect)
    return client


def knows_client(lifecycle: TokenLifecycle) -> bool:
    """Say whether the calls take an OAuth2 client."""
    return lifecycle.client != "none" or "$clientId" in repr(lifecycle)


def token_answer(fields: TokenFields, access_token: str, refresh_token: str) -> Any:
    """Return the JSON of an answer, with the tokens where they are read from."""
    answer: Any = {}
    for pointer, value in ((fields.access_token, access_token), (fields.refresh_token, refresh_token)):
        if pointer is not None:
            answer = _put(answer, pointer, value)
    return answer


def _put(answer: Any, pointer: Sequence[str], value: object) -> Any:
    """Put a value where a pointer says."""
    if not pointer:
        return value
    if pointer[0] == "0":
        return [_put(answer[0] if isinstance(answer, list) else {}, pointer[1:], value)]
    inner = answer.get(pointer[0], {}) if isinstance(answer, dict) else {}
    return {**(answer if isinstance(answer, dict) else {}), pointer[0]: _put(inner, pointer[1:], value)}


def sent(asked: Asked) -> str:
    """Return all that a request holds, as one text."""
    return f"{asked.target} {asked.headers} {asked.body.decode()}"
