"""The state machine alone: every decision, and what each outcome changes."""

from datetime import datetime
from typing import Any

import pytest

from afresh import AuthError, NotSignedIn, RefreshUnavailable, SessionExpired, StoreError, Tokens
from afresh._session.state import Ended, Flight, Join, Lead, State, Use, decide_after_wait
from afresh._session.steps import Outcome, Refused, Renewed, RenewedInMemory, SignedOut, StaleStore, Unavailable
from afresh._tokens import renewal_due

OLD = Tokens("old", "r1")
NEW = Tokens("new", "r2")
REFUSED = Refused(SessionExpired("refused"))
UNAVAILABLE = Unavailable(RefreshUnavailable("later"), until=20)
SIGNED_OUT = SignedOut(NotSignedIn("signed out"))


def signed_in(tokens: Tokens = OLD, due: float | None = None) -> State:
    return State(tokens, due)


def leading(state: State, rejected: Tokens | None = None, now: float = 10) -> Flight:
    decision = state.decide(rejected, now)
    assert isinstance(decision, Lead)
    return decision.flight


def test_nobody_signed_in_is_not_signed_in() -> None:
    decision = State().decide(None, 0)
    assert isinstance(decision, Ended)
    assert isinstance(decision.error, NotSignedIn)


@pytest.mark.parametrize("due", [None, 11])
def test_tokens_that_are_not_due_are_used(due: float | None) -> None:
    assert signed_in(due=due).decide(None, 10) == Use(OLD)


def test_tokens_that_are_due_are_renewed_ahead() -> None:
    assert leading(signed_in(due=10)).spent == OLD


@pytest.mark.parametrize(
    ("remaining", "expires_in", "due"),
    [(900, 900, 970), (60, 60, 154), (1, 1, 100.9), (50, 900, 120), (900, None, 970), (None, 900, None)],
)
def test_the_leeway_is_never_more_than_a_tenth_of_a_life(
    remaining: float | None, expires_in: float | None, due: float | None
) -> None:
    assert renewal_due(now=100, remaining=remaining, expires_in=expires_in) == due


def test_the_first_rejection_leads_and_the_others_join() -> None:
    state = signed_in()
    flight = leading(state, OLD)
    assert state.decide(OLD, 10) == Join(flight)
    assert state.decide(None, 10) == Join(flight)


def test_a_rejection_of_tokens_that_are_not_current_any_more_uses_the_current_ones() -> None:
    assert signed_in(NEW).decide(OLD, 10) == Use(NEW)


def test_a_request_is_not_sent_again_with_tokens_that_are_about_to_expire() -> None:
    assert leading(signed_in(NEW, due=10), OLD).spent == NEW


def test_tokens_that_nobody_rejected_outlast_a_renewal_that_fails() -> None:
    state = signed_in(NEW, due=10)
    flight = leading(state, OLD)
    state.settle(flight, UNAVAILABLE)
    assert decide_after_wait(flight, OLD) == state.decide(OLD, 19) == Use(NEW)
    assert isinstance(decide_after_wait(flight, NEW), Ended)


@pytest.mark.parametrize("rejected", [None, Tokens("only")])
def test_without_a_refresh_token_there_is_nothing_to_renew(rejected: Tokens | None) -> None:
    only = Tokens("only")
    assert signed_in(only, due=1).decide(rejected, 10) == Use(only)


def test_renewed_tokens_become_current_and_wake_those_who_wait() -> None:
    state = signed_in()
    flight = leading(state, OLD)
    woken: list[str] = []
    flight.wakers.append(lambda: woken.append("one"))
    for wake in state.settle(flight, Renewed(NEW, due=50)):
        wake()
    assert woken == ["one"]
    assert (state.tokens, state.due, state.flight) == (NEW, 50, None)
    assert decide_after_wait(flight, OLD) == Use(NEW)


def test_a_refusal_ends_the_session_for_those_who_wait_and_those_who_come_later() -> None:
    state = signed_in()
    flight = leading(state, OLD)
    state.settle(flight, REFUSED)
    assert state.tokens is None
    for decision in (
        decide_after_wait(flight, OLD),
        decide_after_wait(flight, None),
        state.decide(None, 10),
        state.decide(OLD, 10),
    ):
        assert isinstance(decision, Ended)
        assert isinstance(decision.error, SessionExpired)


def test_a_setback_keeps_the_tokens_and_is_not_repeated_before_its_time() -> None:
    state = signed_in(due=10)
    flight = leading(state)
    state.settle(flight, UNAVAILABLE)
    assert decide_after_wait(flight, None) == Use(OLD)
    assert state.decide(None, 19) == Use(OLD)
    for decision in (decide_after_wait(flight, OLD), state.decide(OLD, 19)):
        assert isinstance(decision, Ended)
        assert isinstance(decision.error, RefreshUnavailable)
    assert isinstance(state.decide(OLD, 20), Lead)


def test_tokens_that_the_store_did_not_take_are_used_from_memory() -> None:
    state = signed_in()
    flight = leading(state, OLD)
    state.settle(flight, RenewedInMemory(NEW, None, StoreError("full"), StaleStore(OLD)))
    assert state.store == StaleStore(OLD)
    waited = decide_after_wait(flight, OLD)
    assert isinstance(waited, Ended)
    assert isinstance(waited.error, StoreError)
    assert state.decide(None, 10) == Use(NEW)
    state.settle(leading(state, NEW), Renewed(Tokens("newer"), None))
    assert state.store is None


@pytest.mark.parametrize(
    ("overtaking", "tokens", "error"),
    [(Renewed(NEW, None), NEW, None), (SignedOut(NotSignedIn("out")), None, NotSignedIn)],
    ids=["login", "logout"],
)
@pytest.mark.parametrize("late", [Renewed(Tokens("late"), None), REFUSED, UNAVAILABLE])
def test_login_and_logout_win_over_a_refresh_that_ends_later(
    overtaking: Renewed | SignedOut, tokens: Tokens | None, error: type[AuthError] | None, late: Outcome
) -> None:
    state = signed_in()
    flight = leading(state, OLD)
    woken: list[str] = []
    flight.wakers.append(lambda: woken.append("one"))
    for wake in state.replace(overtaking):
        wake()
    assert woken == ["one"]
    assert state.settle(flight, late) == []
    assert state.tokens == tokens
    decision = decide_after_wait(flight, OLD)
    assert (None if isinstance(decision, Use) else type(decision.error)) == error


def test_signing_in_anew_forgets_what_was_before() -> None:
    state = signed_in()
    state.settle(leading(state, OLD), REFUSED)
    assert state.replace(Renewed(NEW, None)) == []
    assert state.decide(None, 10) == Use(NEW)


def test_a_second_401_is_worth_a_retry_where_the_tokens_are_due_or_have_been_replaced() -> None:
    assert not signed_in(due=None).decide_after_retry(OLD, 10)
    assert not signed_in(due=11).decide_after_retry(OLD, 10)
    assert signed_in(due=10).decide_after_retry(OLD, 10)
    assert signed_in(NEW, due=11).decide_after_retry(OLD, 10)
    state = signed_in()
    state.replace(SIGNED_OUT)
    assert not state.decide_after_retry(OLD, 10)


def test_a_server_that_rejects_fresh_tokens_is_not_asked_for_others_for_longer_and_longer() -> None:
    state, now, pauses = signed_in(due=1e6), 0.0, []
    for _ in range(6):
        for _ in range(50):  # as many as were retried at once
            assert not state.decide_after_retry(OLD, now)
        begin = now
        while isinstance(state.decide(OLD, now), Use):
            now += 1
        assert state.decide(OLD, now) == Join(state.flight)  # type: ignore[arg-type]
        state.settle(state.flight, Renewed(OLD, 1e6))  # type: ignore[arg-type]
        pauses.append(now - begin)
    assert pauses == [5, 10, 20, 40, 60, 60]


def test_a_server_that_rejects_fresh_tokens_is_asked_again_when_they_are_due_accepted_or_replaced() -> None:
    def braked(due: float | None = 12) -> State:
        state = signed_in(due=due)
        assert not state.decide_after_retry(OLD, 10)
        assert state.decide(OLD, 11) == Use(OLD)
        return state

    assert leading(braked(), OLD, now=12).spent == OLD
    state = braked()
    state.note_accepted()
    assert leading(state, OLD, now=11).spent == OLD
    state = braked(due=None)
    state.note_accepted()
    assert not state.decide_after_retry(OLD, 20)
    assert leading(state, OLD, now=25).spent == OLD  # as soon as after the first brake
    state = braked()
    state.replace(Renewed(NEW, None))
    assert leading(state, NEW, now=11).spent == NEW


def test_requests_go_out_with_tokens_that_are_good_for_a_while_and_start_their_renewal() -> None:
    tokens = Tokens("good", "r1", expires_in=900)  # due 30 seconds ahead
    state = signed_in(tokens, due=870)
    assert state.decide(None, 869, can_send_again=True) == Use(tokens)
    decision = state.decide(None, 870, can_send_again=True)
    assert isinstance(decision, Use)
    assert (decision.tokens, decision.flight) == (tokens, state.flight)
    assert state.decide(None, 889, can_send_again=True) == Use(tokens)  # while it is under way
    assert state.decide(None, 889) == Join(state.flight)  # type: ignore[arg-type]
    assert state.decide(tokens, 889, can_send_again=True) == Join(state.flight)  # type: ignore[arg-type]
    assert state.decide(None, 889, can_send_again=True) == Join(state.flight)  # type: ignore[arg-type]
    assert state.decide(None, 890, can_send_again=True) == Join(state.flight)  # type: ignore[arg-type]
    assert isinstance(signed_in(tokens, due=870).decide(None, 890, can_send_again=True), Lead)
    assert isinstance(signed_in(tokens, due=870).decide(None, 870), Lead)


def test_nobody_waits_for_a_flight_beyond_its_deadline() -> None:
    state = State(OLD, None, max_wait=5)
    flight = leading(state, OLD, now=10)
    assert flight.deadline == 15
    assert state.decide(OLD, 14) == Join(flight)
    late = state.decide(OLD, 15)
    assert isinstance(late, Ended)
    assert isinstance(late.error, RefreshUnavailable)
    assert state.decide(None, 15) == decide_after_wait(flight, None) == Use(OLD)


def test_a_sign_out_gives_all_that_was_there() -> None:
    woken: list[str] = []
    state = signed_in(due=11)
    flight = leading(state, OLD)
    flight.add_waker(lambda: woken.append("waiting"))
    left = state.sign_out(SIGNED_OUT)
    assert (left.tokens, left.due, left.flight, left.store) == (OLD, 11, flight, None)
    for wake in left.wakers:
        wake()
    assert woken == ["waiting"]
    assert state.tokens is None


def test_signing_in_anew_ends_the_pause_of_the_session_before() -> None:
    state = signed_in()
    state.settle(leading(state, OLD), UNAVAILABLE)
    assert isinstance(state.decide(OLD, 19), Ended)
    state.replace(Renewed(NEW, None))
    assert isinstance(state.decide(NEW, 19), Lead)


def test_who_attends_a_flight_that_has_ended_is_woken_at_once() -> None:
    woken: list[str] = []
    flight = Flight(OLD)
    flight.add_waker(lambda: woken.append("waiting"))
    assert woken == []
    Flight(OLD, outcome=UNAVAILABLE).add_waker(lambda: woken.append("late"))
    assert woken == ["late"]


@pytest.mark.parametrize("token", ["", " ", "a ", "a\n", "ключ", None, 1])
def test_what_cannot_be_sent_is_no_token_and_is_not_shown(token: Any) -> None:
    with pytest.raises(ValueError, match="access_token must be a string of printable ASCII") as caught:
        Tokens(token)
    assert not str(token).strip() or f"{token!r}" not in str(caught.value)
    with pytest.raises(ValueError, match="expires_at must be a datetime with a time zone"):
        Tokens("a", expires_at=datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize("life", [None, 0, -1, 1e300, float("inf")])
def test_a_life_that_is_none_counts_as_unknown(life: float | None) -> None:
    assert Tokens.issued("a", expires_in=life) == Tokens("a")
