"""How the access token stops being good, and when the requests get to know of it."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, Literal

import httpx
from attrs import frozen

from benchmarks.at_once import opened
from benchmarks.contender import Pair, Site
from sandbox.client import sign_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.at_once import AtOnce, Done
    from benchmarks.contender import AsyncContender, Contender
    from sandbox.process import Sandbox

USER: Final = "ada"
OPERATION: Final = "GET /me"
LIFE: Final = 900
"""Seconds: longer than the margin, of up to five minutes, at which some clients renew ahead of expiry."""
SHORT_LIFE: Final = 1
"""Seconds: OAuth counts in whole ones."""


@frozen
class Scenario:
    """One way for the access token to go.

    Attributes:
        key: Its letter.
        title: What happens.
        is_expiry: Whether the client can read the end of the token off its clock; else the server revokes it.
        are_gathered: Whether no request is answered before all have arrived.
        are_half_late: Whether half of the answers are held until the other half of the requests have ended.
    """

    key: Literal["A", "B", "C"]
    title: str
    is_expiry: bool = False
    are_gathered: bool = False
    are_half_late: bool = False

    def late(self, count: int) -> int:
        """Give how many of so many requests are answered late."""
        return count // 2 if self.are_half_late else 0


SCENARIOS: Final = (
    Scenario("A", "revoked on the server, all requests answered 401 at once", are_gathered=True),
    Scenario("B", "expired by the clock", is_expiry=True),
    Scenario("C", "revoked, half of the 401s arrive after the refresh", are_gathered=True, are_half_late=True),
)


@contextmanager
def staged(
    scenario: Scenario, contender: Contender | AsyncContender, sandbox: Sandbox, *, is_valid: bool
) -> Iterator[AtOnce]:
    """Sign in, open the client with the tokens, and let the access token go, unless it is to stay valid."""
    expires = scenario.is_expiry and not is_valid
    sandbox.control.reset()
    sandbox.control.settings(access_ttl=SHORT_LIFE if expires else LIFE)
    with opened(contender, Site(sandbox.url), _sign_in(sandbox.url)) as at_once:
        if expires:
            sandbox.control.settings(access_ttl=LIFE)
            time.sleep(SHORT_LIFE + 0.05)  # no event tells: it is the clock that is tested
        elif not is_valid:
            sandbox.control.revoke_access()
        yield at_once


def play(scenario: Scenario, sandbox: Sandbox, at_once: AtOnce, count: int) -> Done:
    """Make so many requests at once, with their answers held as the scenario says."""
    late = scenario.late(count)
    if late:
        sandbox.control.fault(OPERATION, "hold_answer", times=late)
    if scenario.are_gathered:
        sandbox.control.fault(OPERATION, "gather", count=count - late)
    return at_once(count, late, lambda: sandbox.control.release(OPERATION))


def refresh_newest(sandbox: Sandbox, http: httpx.Client) -> tuple[bool, float]:
    """Refresh with the newest refresh token that the server issued.

    Returns:
        Whether the server did it, and so whether the session is alive; and the seconds that the call took.
    """
    newest = sandbox.control.issued().refresh[-1]
    start = time.perf_counter()
    response = http.post(f"{sandbox.url}/auth/refresh", json={"refreshToken": newest})
    return response.is_success, time.perf_counter() - start


def _sign_in(url: str) -> Pair:
    with httpx.Client(base_url=url, trust_env=False) as http:
        data = sign_in(http, USER)
    return Pair(data["accessToken"], data["refreshToken"], data["expiresIn"], time.time() + data["expiresIn"])
