"""Starting, signing in and signing out, step by step, whatever the store and the server say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from afresh import RefreshUnavailable, ServerError, SessionExpired, StoreError, Tokens, Unauthorized
from afresh._session.signing_in import log_in, sign_in, sign_out, start
from afresh._session.state import Flight, SignOut
from afresh._session.steps import (
    IsSignedIn,
    Load,
    Lock,
    Publish,
    Refused,
    Renewed,
    RenewedInMemory,
    Revoke,
    Rotated,
    Save,
    Send,
    SignIn,
    StaleStore,
    Step,
    Stored,
    Unavailable,
)
from scripted_steps import go_through

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    Script: TypeAlias = Sequence[tuple[Step, object]]

OLD = Tokens("old", "r1")
NEW = Tokens("new", "r2")
GIVEN = Stored(NEW, 50, is_due=False)
THERE = Stored(OLD, 20, is_due=False)
BROKEN = StoreError("broken")
UNREADABLE = StoreError("unreadable")
FAILED = ServerError("failed", status_code=500)
EXPIRED = Unauthorized("expired", status_code=401)
LATER = Unavailable(RefreshUnavailable("later"), until=20)
REFUSED = Refused(SessionExpired("refused"))


def test_a_start_takes_what_the_store_holds() -> None:
    go_through(start(None), (Load(), THERE), (Publish(Renewed(OLD, 20)), None))
    go_through(start(GIVEN), (Load(), THERE), (Publish(Renewed(OLD, 20)), None))
    go_through(start(None), (Load(), None))


def test_a_start_reads_the_store_again_under_its_lock_before_it_saves_what_it_was_given() -> None:
    go_through(start(GIVEN), (Load(), None), (Lock(), None), (Load(), THERE), (Publish(Renewed(OLD, 20)), None))
    go_through(
        start(GIVEN),
        (Load(), None),
        (Lock(), None),
        (Load(), None),
        (Save(NEW), None),
        (Publish(Renewed(NEW, 50)), None),
    )


@pytest.mark.parametrize(
    "script",
    [
        [(Load(), BROKEN)],
        [(Load(), None), (Lock(), BROKEN)],
        [(Load(), None), (Lock(), None), (Load(), BROKEN)],
    ],
    ids=["read", "lock", "read again"],
)
def test_a_start_whose_store_is_broken_saves_nothing(script: Script) -> None:
    with pytest.raises(StoreError, match="broken"):
        go_through(start(GIVEN), *script)


def test_a_sign_in_has_the_lock_before_it_asks_the_server() -> None:
    script: Script = [
        (Lock(), None),
        (SignIn(), Rotated(NEW, 50)),
        (Save(NEW), None),
        (Publish(Renewed(NEW, 50)), None),
    ]
    assert go_through(log_in(OLD, unless_signed_in=False), *script) == NEW
    with pytest.raises(StoreError):
        go_through(log_in(OLD, unless_signed_in=False), (Lock(), BROKEN))
    with pytest.raises(ServerError):
        go_through(log_in(OLD, unless_signed_in=False), (Lock(), None), (SignIn(), FAILED))


def test_a_sign_in_for_want_of_a_session_takes_the_one_that_is_there_by_now() -> None:
    found: Script = [(Lock(), None), (Load(), THERE), (Publish(Renewed(OLD, 20)), None)]
    assert go_through(log_in(None, unless_signed_in=True), *found) == OLD
    empty: Script = [
        (Lock(), None),
        (Load(), None),
        (SignIn(), Rotated(NEW, 50)),
        (Save(NEW), None),
        (Publish(Renewed(NEW, 50)), None),
    ]
    assert go_through(log_in(None, unless_signed_in=True), *empty) == NEW


@pytest.mark.parametrize(("loaded", "held"), [(THERE, OLD), (None, None), (UNREADABLE, OLD)])
def test_tokens_that_the_store_does_not_take_are_used_from_memory(loaded: object, held: Tokens | None) -> None:
    unsaved = Publish(RenewedInMemory(NEW, 50, BROKEN, StaleStore(held)))
    ending: Script = [(Save(NEW), BROKEN), (Load(), loaded), (unsaved, None)]
    with pytest.raises(StoreError, match="broken"):
        go_through(log_in(OLD, unless_signed_in=False), (Lock(), None), (SignIn(), Rotated(NEW, 50)), *ending)
    with pytest.raises(StoreError, match="broken"):
        go_through(sign_in(GIVEN, OLD), (Lock(), None), *ending)


def left(
    tokens: Tokens | None = OLD,
    *,
    rotated: Tokens | None = None,
    store: StaleStore | None = None,
    has_flight: bool = False,
) -> SignOut:
    flight = Flight(OLD, rotated=rotated) if has_flight or rotated else None
    return SignOut(tokens, 20, flight, store, [])


def leave(behind: SignOut, *script: tuple[Step, object], is_due: bool = False, renew_first: bool = False) -> None:
    go_through(sign_out(behind, is_due=is_due, renew_first=renew_first), *script)


NOBODY: Script = [(Lock(), None), (IsSignedIn(), False)]


def test_a_sign_out_revokes_what_the_store_holds() -> None:
    leave(left(), *NOBODY, (Load(), GIVEN), (Save(None), None), (Revoke(NEW), None))
    leave(left(has_flight=True), *NOBODY, (Load(), GIVEN), (Save(None), None), (Revoke(NEW), None))
    leave(left(), *NOBODY, (Load(), None), (Save(None), None), (Revoke(OLD), None))
    leave(left(None), *NOBODY, (Load(), None), (Save(None), None))


def test_a_sign_out_revokes_what_only_memory_has() -> None:
    leave(left(NEW, store=StaleStore(OLD)), *NOBODY, (Load(), THERE), (Save(None), None), (Revoke(NEW), None))
    leave(left(NEW, store=StaleStore(None)), *NOBODY, (Load(), THERE), (Save(None), None), (Revoke(OLD), None))
    leave(left(rotated=NEW), *NOBODY, (Load(), THERE), (Save(None), None), (Revoke(NEW), None))


def test_a_sign_out_leaves_the_store_to_who_has_signed_in_meanwhile() -> None:
    leave(left(), (Lock(), None), (IsSignedIn(), True), (Revoke(OLD), None))


@pytest.mark.parametrize(
    ("script", "revoked"),
    [
        ([(Lock(), BROKEN), (IsSignedIn(), False), (Load(), GIVEN)], NEW),
        ([*NOBODY, (Load(), BROKEN), (Save(None), None)], OLD),
        ([*NOBODY, (Load(), GIVEN), (Save(None), BROKEN)], NEW),
        ([(Lock(), BROKEN), (IsSignedIn(), False), (Load(), UNREADABLE)], OLD),
        ([*NOBODY, (Load(), BROKEN), (Save(None), UNREADABLE)], OLD),
    ],
    ids=["lock", "read", "empty", "lock and read", "read and empty"],
)
@pytest.mark.parametrize("answer", [None, FAILED], ids=["revoked", "not revoked"])
def test_a_sign_out_revokes_whatever_the_store_does_and_then_raises_its_error(
    script: Script, revoked: Tokens, answer: Exception | None
) -> None:
    with pytest.raises(StoreError, match="broken"):
        leave(left(), *script, (Revoke(revoked), answer), is_due=True)


def test_a_sign_out_that_the_server_refuses_raises_its_error() -> None:
    with pytest.raises(ServerError):
        leave(left(), *NOBODY, (Load(), GIVEN), (Save(None), None), (Revoke(NEW), FAILED), renew_first=True)
    with pytest.raises(Unauthorized):
        leave(left(), *NOBODY, (Load(), GIVEN), (Save(None), None), (Revoke(NEW), EXPIRED))


DUE = Stored(OLD, 1, is_due=True)


def test_a_sign_out_by_an_access_token_that_is_due_renews_it_first() -> None:
    ending: Script = [(Save(None), None), (Revoke(NEW), None)]
    renewed: Script = [(Send(OLD), Rotated(NEW, 50)), *ending]
    leave(left(), *NOBODY, (Load(), DUE), *renewed, renew_first=True)
    leave(left(), *NOBODY, (Load(), None), *renewed, is_due=True, renew_first=True)
    leave(left(rotated=NEW), *NOBODY, (Load(), DUE), *ending, is_due=True, renew_first=True)
    leave(
        left(),
        *NOBODY,
        (Load(), DUE),
        (Send(OLD), LATER),
        (Save(None), None),
        (Revoke(OLD), None),
        renew_first=True,
    )
    leave(left(), *NOBODY, (Load(), DUE), (Send(OLD), REFUSED), (Save(None), None), renew_first=True)
    leave(left(), *NOBODY, (Load(), DUE), (Save(None), None), (Revoke(OLD), None))
    rejected: Script = [(Send(OLD), Rotated(NEW, 50)), (Save(None), None), (Revoke(NEW), EXPIRED)]
    with pytest.raises(Unauthorized):  # and does not do so twice
        leave(left(), *NOBODY, (Load(), DUE), *rejected, renew_first=True)


def test_a_sign_out_whose_access_token_is_rejected_renews_it_once() -> None:
    begin: Script = [*NOBODY, (Load(), THERE), (Save(None), None), (Revoke(OLD), EXPIRED)]
    leave(left(), *begin, (Send(OLD), Rotated(NEW, 50)), (Revoke(NEW), None), renew_first=True)
    leave(left(), *begin, (Send(OLD), REFUSED), renew_first=True)
    with pytest.raises(Unauthorized):
        leave(left(), *begin, (Send(OLD), LATER), renew_first=True)
    with pytest.raises(Unauthorized):
        leave(left(), *begin, (Send(OLD), Rotated(NEW, 50)), (Revoke(NEW), EXPIRED), renew_first=True)


def test_a_sign_out_without_the_lock_renews_nothing() -> None:
    begin: Script = [(Lock(), BROKEN), (IsSignedIn(), False), (Load(), DUE)]
    with pytest.raises(StoreError):
        leave(left(), *begin, (Revoke(OLD), None), renew_first=True)
    with pytest.raises(StoreError):
        leave(left(), *begin, (Revoke(OLD), EXPIRED), renew_first=True)
