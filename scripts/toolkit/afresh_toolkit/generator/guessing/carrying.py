"""Decides where requests have the access token, if the lifecycle does not say it: by the security of the operations."""

import re
from collections.abc import Iterator

from attrs import evolve

from afresh_toolkit.generator.extensions.carrying import BEARER, TOKEN_STATUS
from afresh_toolkit.generator.extensions.lifecycle import KEY
from afresh_toolkit.generator.extensions.lifecycle_code import Named, Place, Placement, TokenLifecycle
from afresh_toolkit.generator.guessing.security import Scheme, Schemes
from afresh_toolkit.generator.reading.description import mapping
from afresh_toolkit.generator.reading.document import Document

_PREFIX = re.compile(r"""required prefix ["'](\w+)["']|Authorization: ?(\w+) """)
"""What drf-spectacular, and many by hand, write of a key in the header Authorization."""


def with_carrier(document: Document, lifecycle: TokenLifecycle) -> tuple[TokenLifecycle, str | None]:
    """Complete a lifecycle with where requests have the access token; with the scheme that says it, if one does."""
    if lifecycle.carrier is not None or "send" in mapping(document.content.get(KEY)):
        return lifecycle, None
    calls = (lifecycle.login, lifecycle.refresh, lifecycle.logout)
    token_calls = {f"{call.method} {call.path}" for call in calls if call}
    schemes = Schemes.of(document)
    asked = [scheme for name, scheme in schemes.by_name.items() if schemes.users[name] - token_calls]
    described = {scheme.name: _described(document, scheme.name) for scheme in asked}
    if any(scheme.place == "bearer" and described[scheme.name].get("type") != "apiKey" for scheme in asked):
        return lifecycle, None
    for places in (("header", "bearer"), ("cookie",)):
        fitting = [scheme for scheme in asked if scheme.place in places and scheme.carries_token]
        found = [(scheme, carrier) for scheme in fitting for carrier in _carriers(scheme, described[scheme.name])]
        if len(found) == 1:
            scheme, carrier = found[0]
            return evolve(lifecycle, carrier=None if carrier == BEARER else carrier), scheme.name
        if found:
            return lifecycle, None
    return lifecycle, None


def requests_of(lifecycle: TokenLifecycle, said_by: str) -> list[str]:
    """Say what requests send and which answers mean that the token has expired, where that is not as usual."""
    lines: list[str] = []
    if lifecycle.carrier is not None:
        place = f"{lifecycle.carrier.path[0]} ({lifecycle.carrier.where})"
        lines.append(f"requests have {lifecycle.carrier.value} as {place}, {said_by}")
    own = lifecycle.refresh.csrf if lifecycle.refresh else None
    if lifecycle.csrf is not None:
        lines.append(f"requests send {_place(lifecycle.csrf.source)} back as {lifecycle.csrf.header} (header)")
    if own is not None and own != lifecycle.csrf:
        lines.append(f"renewing sends {_place(own.source)} back as {own.header} (header)")
    if lifecycle.expired:
        statuses = sorted({one.status for one in lifecycle.expired} | {TOKEN_STATUS})
        lines.append(f"answers with {', '.join(map(str, statuses))} may mean that the token has expired")
    return lines


def _place(source: Place) -> str:
    return f"{source.name} ({source.where})" if isinstance(source, Named) else f"{'/'.join(source)} (body)"


def _described(document: Document, name: str) -> dict[str, object]:
    return mapping(document.resolve(document.find(("components", "securitySchemes", name)))[0])


def _carriers(scheme: Scheme, said: dict[str, object]) -> Iterator[Placement]:
    if scheme.is_for_refresh:
        return
    if scheme.place != "bearer":
        yield Placement(scheme.place, (scheme.key,), "$accessToken")
        return
    match = _PREFIX.search(str(said.get("description") or ""))
    prefix = (match[1] or match[2]) if match else "Bearer"
    yield evolve(BEARER, value=f"{prefix} $accessToken")
