"""The steps of a refresh alone: what it does in which order, whatever the store and the server say."""

from __future__ import annotations

import pytest

from afresh import RefreshUnavailable, SessionExpired, StoreError, Tokens
from afresh._session.refresh import OVERTAKEN, adopt, refresh
from afresh._session.state import Flight, RefreshPolicy
from afresh._session.steps import (
    Ambiguous,
    IsOvertaken,
    Load,
    Lock,
    Outcome,
    Refused,
    Renewed,
    RenewedInMemory,
    Rotated,
    Save,
    Send,
    StaleStore,
    Step,
    Stored,
    Unavailable,
)
from scripted_steps import go_through

OLD = Tokens("old", "r1")
NEW = Tokens("new", "r2")
OTHER = Tokens("other", "r3")
STORED_OLD = Stored(OLD, None, is_due=False)
STORED_OTHER = Stored(OTHER, 99, is_due=False)
ROTATED = Rotated(NEW, 50)
REFUSED = Refused(SessionExpired("refused"))
UNAVAILABLE = Unavailable(RefreshUnavailable("later"), until=20)
AMBIGUOUS = Ambiguous(RefreshUnavailable("no answer"), until=20)
BROKEN = StoreError("broken")
ANY_POLICY = RefreshPolicy()


def drive(*script: tuple[Step, object], store: StaleStore | None = None, policy: RefreshPolicy = ANY_POLICY) -> Outcome:
    """Drive a refresh through a script of steps and what comes of them; it must take just these."""
    outcome = go_through(refresh(Flight(OLD), store, policy), *script)
    assert isinstance(outcome, Outcome)
    return outcome


def test_rotated_tokens_are_saved_before_they_are_published() -> None:
    assert drive(
        (Lock(), None),
        (IsOvertaken(), False),
        (Load(), STORED_OLD),
        (Send(OLD), ROTATED),
        (IsOvertaken(), False),
        (Save(NEW), None),
    ) == Renewed(NEW, 50)


@pytest.mark.case(32)
def test_tokens_that_another_process_rotated_are_adopted_without_a_refresh() -> None:
    assert drive((Lock(), None), (IsOvertaken(), False), (Load(), STORED_OTHER)) == Renewed(OTHER, 99)


def test_adopted_tokens_that_are_due_themselves_are_refreshed_at_once() -> None:
    assert drive(
        (Lock(), None),
        (IsOvertaken(), False),
        (Load(), Stored(OTHER, 1, is_due=True)),
        (Send(OTHER), ROTATED),
        (IsOvertaken(), False),
        (Save(NEW), None),
    ) == Renewed(NEW, 50)


def test_a_copy_of_the_store_without_the_refresh_token_refreshes_nothing() -> None:
    outcome = drive((Lock(), None), (IsOvertaken(), False), (Load(), Stored(Tokens("old"), None, is_due=False)))
    assert isinstance(outcome, Unavailable)
    assert "another process has the refresh token" in str(outcome.error)
    due = Stored(Tokens("other"), 1, is_due=True)
    assert drive((Lock(), None), (IsOvertaken(), False), (Load(), due)) == Renewed(Tokens("other"), 1)


def test_an_emptied_store_means_that_somebody_signed_out() -> None:
    outcome = drive((Lock(), None), (IsOvertaken(), False), (Load(), None))
    assert isinstance(outcome, Refused)


def test_without_the_lock_nothing_is_refreshed() -> None:
    assert drive((Lock(), BROKEN), (Load(), STORED_OLD)) == Unavailable(BROKEN, until=0)
    assert drive((Lock(), BROKEN), (Load(), None)) == Unavailable(BROKEN, until=0)
    assert drive((Lock(), BROKEN), (Load(), BROKEN)) == Unavailable(BROKEN, until=0)
    assert drive((Lock(), BROKEN), (Load(), STORED_OTHER), store=StaleStore(OTHER)) == Unavailable(BROKEN, until=0)


def test_without_the_lock_newer_tokens_are_still_adopted() -> None:
    assert drive((Lock(), BROKEN), (Load(), STORED_OTHER)) == Renewed(OTHER, 99)


def test_a_store_that_cannot_be_read_stops_the_refresh() -> None:
    assert drive((Lock(), None), (IsOvertaken(), False), (Load(), BROKEN)) == Unavailable(BROKEN, until=0)


OLDER = Tokens("older", "r0")


@pytest.mark.parametrize(
    "held", [Stored(OLDER, None, is_due=False), None, BROKEN], ids=["older", "empty", "unreadable"]
)
def test_while_the_store_is_behind_the_tokens_in_memory_are_renewed(held: object) -> None:
    store = StaleStore(OLDER if isinstance(held, Stored) else None)
    script: list[tuple[Step, object]] = [(Lock(), None), (IsOvertaken(), False), (Load(), held)]
    saving: list[tuple[Step, object]] = [(Send(OLD), ROTATED), (IsOvertaken(), False)]
    assert drive(*script, *saving, (Save(NEW), None), store=store) == Renewed(NEW, 50)
    assert drive(*script, *saving, (Save(NEW), BROKEN), (Load(), held), store=store) == RenewedInMemory(
        NEW, 50, BROKEN, store
    )
    if held is not BROKEN:
        assert drive(*script, (Send(OLD), REFUSED), (Load(), held), (Save(None), None), store=store) == REFUSED


def test_a_store_that_was_behind_is_heeded_again_as_soon_as_it_holds_anything_else() -> None:
    store = StaleStore(OLDER)
    script: list[tuple[Step, object]] = [(Lock(), None), (IsOvertaken(), False)]
    assert drive(*script, (Load(), STORED_OTHER), store=store) == Renewed(OTHER, 99)
    assert isinstance(drive(*script, (Load(), None), store=store), Refused)


def test_a_flight_that_was_overtaken_before_it_had_the_lock_does_nothing() -> None:
    assert drive((Lock(), None), (IsOvertaken(), True)) == OVERTAKEN


def test_a_store_that_does_not_take_the_tokens_loses_none() -> None:
    script: list[tuple[Step, object]] = [
        (Lock(), None),
        (IsOvertaken(), False),
        (Load(), STORED_OLD),
        (Send(OLD), ROTATED),
    ]
    script += [(IsOvertaken(), False), (Save(NEW), BROKEN)]
    assert drive(*script, (Load(), STORED_OLD)) == RenewedInMemory(NEW, 50, BROKEN, StaleStore(OLD))
    assert drive(*script, (Load(), BROKEN)) == RenewedInMemory(NEW, 50, BROKEN, StaleStore(OLD))


def test_tokens_that_others_saved_while_the_lock_was_lost_are_adopted() -> None:
    script: list[tuple[Step, object]] = [
        (Lock(), None),
        (IsOvertaken(), False),
        (Load(), STORED_OLD),
        (Send(OLD), ROTATED),
    ]
    assert drive(*script, (IsOvertaken(), False), (Save(NEW), BROKEN), (Load(), STORED_OTHER)) == Renewed(OTHER, 99)


def test_after_a_sign_out_rotated_tokens_are_not_saved() -> None:
    assert (
        drive((Lock(), None), (IsOvertaken(), False), (Load(), STORED_OLD), (Send(OLD), ROTATED), (IsOvertaken(), True))
        == OVERTAKEN
    )


def test_a_refusal_empties_the_store() -> None:
    script: list[tuple[Step, object]] = [
        (Lock(), None),
        (IsOvertaken(), False),
        (Load(), STORED_OLD),
        (Send(OLD), REFUSED),
        (Load(), STORED_OLD),
    ]
    assert drive(*script, (Save(None), None)) == REFUSED
    assert drive(*script, (Save(None), BROKEN)) == REFUSED


def test_a_refusal_while_the_store_has_newer_tokens_is_no_sign_out() -> None:
    assert drive(
        (Lock(), None), (IsOvertaken(), False), (Load(), STORED_OLD), (Send(OLD), REFUSED), (Load(), STORED_OTHER)
    ) == Renewed(OTHER, 99)


def test_a_refresh_that_is_unavailable_keeps_the_store_as_it_is() -> None:
    assert drive((Lock(), None), (IsOvertaken(), False), (Load(), STORED_OLD), (Send(OLD), UNAVAILABLE)) == UNAVAILABLE


@pytest.mark.parametrize(
    ("second", "rest", "outcome"),
    [
        (ROTATED, [(IsOvertaken(), False), (Save(NEW), None)], Renewed(NEW, 50)),
        (REFUSED, [(Load(), STORED_OLD), (Save(None), None)], REFUSED),
        (AMBIGUOUS, [], Unavailable(AMBIGUOUS.error, until=20)),
    ],
    ids=["rotated", "refused", "ambiguous"],
)
def test_a_lost_answer_is_asked_for_once_more(
    second: object, rest: list[tuple[Step, object]], outcome: Outcome
) -> None:
    assert (
        drive(
            (Lock(), None),
            (IsOvertaken(), False),
            (Load(), STORED_OLD),
            (Send(OLD), AMBIGUOUS),
            (Send(OLD), second),
            *rest,
        )
        == outcome
    )


BEFORE_SIGN_IN = Refused(SessionExpired("refused"), may_sign_in=True)
BEGUN: list[tuple[Step, object]] = [(Lock(), None), (IsOvertaken(), False), (Load(), STORED_OLD)]


def test_refused_tokens_are_followed_by_a_sign_in_with_credentials_that_are_kept() -> None:
    refused: list[tuple[Step, object]] = [*BEGUN, (Send(OLD), BEFORE_SIGN_IN), (Load(), STORED_OLD)]
    again = Send(OLD, after_refusal=True)
    signed_in = drive(*refused, (again, AMBIGUOUS), (again, ROTATED), (IsOvertaken(), False), (Save(NEW), None))
    assert signed_in == Renewed(NEW, 50)
    assert drive(*refused, (again, REFUSED), (Load(), STORED_OLD), (Save(None), None)) == REFUSED
    assert drive(*refused, (again, UNAVAILABLE)) == UNAVAILABLE


def test_newer_tokens_in_the_store_come_before_a_sign_in() -> None:
    assert drive(*BEGUN, (Send(OLD), BEFORE_SIGN_IN), (Load(), STORED_OTHER)) == Renewed(OTHER, 99)


def test_tokens_without_a_refresh_token_are_renewed_where_that_takes_none() -> None:
    stored = Stored(Tokens("other"), 1, is_due=True)
    assert drive(
        (Lock(), None),
        (IsOvertaken(), False),
        (Load(), stored),
        (Send(Tokens("other")), ROTATED),
        (IsOvertaken(), False),
        (Save(NEW), None),
        policy=RefreshPolicy(needs_refresh_token=False),
    ) == Renewed(NEW, 50)


GIVEN = Stored(NEW, 50, is_due=False)
ADOPTIONS: list[tuple[list[tuple[Step, object]], Outcome]] = [
    ([(Load(), STORED_OLD), (Save(NEW), None)], Renewed(NEW, 50)),
    ([(Load(), STORED_OTHER)], Renewed(OTHER, 99)),
    ([(Load(), BROKEN)], Unavailable(BROKEN, until=0)),
    ([(Load(), STORED_OLD), (Save(NEW), BROKEN)], RenewedInMemory(NEW, 50, BROKEN, StaleStore(OLD))),
]


@pytest.mark.parametrize(("steps", "outcome"), ADOPTIONS)
def test_tokens_of_an_answer_are_saved_unless_the_store_has_newer_ones(
    steps: list[tuple[Step, object]], outcome: Outcome
) -> None:
    found = go_through(adopt(Flight(OLD), GIVEN, None), (Lock(), None), (IsOvertaken(), False), *steps)
    assert found == outcome


def test_tokens_of_an_answer_are_left_where_another_process_has_signed_out() -> None:
    found = go_through(adopt(Flight(OLD), GIVEN, None), (Lock(), None), (IsOvertaken(), False), (Load(), None))
    assert isinstance(found, Refused)


def test_a_login_overtakes_the_tokens_of_an_answer() -> None:
    assert go_through(adopt(Flight(OLD), GIVEN, None), (Lock(), None), (IsOvertaken(), True)) is OVERTAKEN


def test_tokens_of_an_answer_wait_for_the_lock() -> None:
    assert go_through(adopt(Flight(OLD), GIVEN, None), (Lock(), BROKEN)) == Unavailable(BROKEN, until=0)


def test_tokens_of_an_answer_are_saved_where_an_earlier_save_failed() -> None:
    store = StaleStore(None)
    steps: list[tuple[Step, object]] = [(Lock(), None), (IsOvertaken(), False), (Load(), None), (Save(NEW), None)]
    assert go_through(adopt(Flight(OLD), GIVEN, store), *steps) == Renewed(NEW, 50)
