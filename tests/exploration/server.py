"""The server of the world: sessions with access tokens, and refresh tokens that are taken once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from afresh import RefreshUnavailable, SessionExpired, Tokens
from afresh._session.steps import Ambiguous, Refused, Rotated, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from afresh._session.steps import Answer

REFUSED = Refused(SessionExpired("refused"))
LATER = RefreshUnavailable("later")


class ServerSession(NamedTuple):
    """One session, as the server knows it, and what the invariants have to know of it.

    Attributes:
        generation: The number of the current tokens, which are the only good ones.
        due: The moment from which they are to be renewed.
        accepts: Whether the server still takes the current access token.
        is_over: Whether the server has ended the session.
        is_signed_out: Whether a user of it has begun to sign out, or the server has ended it of its own accord.
        offered: The newest generation that somebody has tried to save.
        saved: The newest generation that the store has taken.
        lost: The generations whose successors nobody has: the answer was lost, or its receiver died before it saved
            them. Nobody can know that these are spent.
    """

    generation: int = 1
    due: int = 1
    accepts: bool = True
    is_over: bool = False
    is_signed_out: bool = False
    offered: int = 0
    saved: int = 0
    lost: frozenset[int] = frozenset()


@cache
def issued(session: int, generation: int, due: int) -> Tokens:
    """Give tokens of a session. Their `expires_in` is the moment at which they are due: see `replay.due`."""
    return Tokens(f"{session}.{generation}", f"refresh-{session}.{generation}", None, due)


@cache
def numbers(access_token: str) -> tuple[int, int]:
    """Give the session and the generation that an access token is of."""
    session, _, generation = access_token.partition(".")
    return int(session), int(generation)


def accepts(session: ServerSession, generation: int) -> bool:
    """Say whether the access token of this generation is good."""
    return session.accepts and not session.is_over and session.generation == generation


def exchange(
    session: ServerSession, number: int, generation: int, now: int, *, has_grace: bool
) -> tuple[str, Answer, ServerSession]:
    """Take a refresh token once, and end the session when it comes again (RFC 9700, section 4.14.2).

    With grace, whoever sends the last one again gets the same answer again.
    """
    if session.is_over:
        return "refused", REFUSED, session
    if generation == session.generation:
        session = session._replace(generation=generation + 1, due=now + 1, accepts=True)
        return "rotated", _rotated(number, session), session
    if has_grace and generation == session.generation - 1:
        return "the same tokens again, within the grace period", _rotated(number, session), session
    return "used twice: the session is over", REFUSED, session._replace(is_over=True)


def exchange_badly(
    session: ServerSession, number: int, generation: int, now: int, *, has_grace: bool
) -> Iterator[tuple[str, Answer, ServerSession]]:
    """Give all that can go wrong with a refresh."""
    yield "unavailable", Unavailable(LATER, until=now + 1), session
    yield "lost on the way there", Ambiguous(LATER, until=now + 1), session
    if session.is_over:
        return
    yield "ended by the server", REFUSED, session._replace(is_over=True, is_signed_out=True)
    _, answer, after = exchange(session, number, generation, now, has_grace=has_grace)
    if isinstance(answer, Rotated):
        lost = after._replace(lost=session.lost | {generation})
        yield "rotated, but the answer is lost", Ambiguous(LATER, until=now + 1), lost


def _rotated(number: int, session: ServerSession) -> Rotated:
    tokens = issued(number, session.generation, session.due)
    return Rotated(tokens, session.due)


def is_known_to_be_spent(session: ServerSession, generation: int) -> bool:
    """Say whether whoever looks into the store can know that the server has rotated this generation's refresh token."""
    was_refused = session.saved <= generation < session.offered  # the store did not take the successors
    return generation < session.generation and generation not in session.lost and not was_refused


def died(session: ServerSession, generation: int) -> ServerSession:
    """Note that a process that held tokens has died; they are lost unless the store has them."""
    return session if generation <= session.saved else session._replace(lost=session.lost | {generation - 1})
