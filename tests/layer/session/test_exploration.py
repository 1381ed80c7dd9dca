"""The token engine in every order of events: see `tests/exploration`. `scripts/explore` goes further."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from exploration.invariants import ALWAYS, WITHOUT_EVENTS
from exploration.mutations import MUTATIONS, Mutation, find
from exploration.replay import stand_ins
from exploration.search import Explored, explore
from exploration.world import STARTS, Rules, Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hypothesis.strategies import DataObject

pytestmark = pytest.mark.slow


def assert_holds(setting: Setting, capsys: pytest.CaptureFixture[str]) -> Explored:
    seen = explore(setting)
    with capsys.disabled():
        sys.stdout.write(f"\n{setting}: {seen}\n")
    assert isinstance(seen, Explored), str(seen)
    return seen


def test_where_nothing_goes_wrong_one_refresh_serves_all_in_every_order(capsys: pytest.CaptureFixture[str]) -> None:
    seen = assert_holds(Setting(), capsys)
    assert seen.states > 300
    assert seen.schedules > 10_000


def test_whatever_happens_at_any_moment(capsys: pytest.CaptureFixture[str]) -> None:
    assert assert_holds(Setting(events=1), capsys).states > 20_000


def test_whatever_happens_where_the_server_answers_a_repeated_refresh_as_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert assert_holds(Setting((0, 1), events=1, has_grace=True), capsys).states > 5_000


def test_whatever_two_things_happen_at_any_two_moments(capsys: pytest.CaptureFixture[str]) -> None:
    assert assert_holds(Setting((0,), events=2), capsys).states > 10_000


@pytest.mark.parametrize("environment", ["tokens", "credentials"])
def test_whatever_happens_to_processes_that_start_from_their_environment(
    capsys: pytest.CaptureFixture[str], environment: str
) -> None:
    assert_holds(Setting((0, 0, 1), environment=environment), capsys)
    assert assert_holds(Setting((0, 1), events=1, environment=environment), capsys).states > 1_000


@pytest.mark.parametrize("mutation", MUTATIONS, ids=str)
def test_a_bug_of_one_line_is_found(mutation: Mutation) -> None:
    found = find(mutation)
    assert found is not None
    assert found.invariant == mutation.caught_by


def test_each_invariant_finds_a_bug() -> None:
    names = {invariant.__name__ for invariant in (*ALWAYS.all(), *WITHOUT_EVENTS.all())}
    assert {mutation.caught_by for mutation in MUTATIONS} == names


ODDS = st.integers(0, 7)
"""Of events: one move in eight."""


@pytest.fixture(scope="module")
def rules() -> Iterator[Rules]:
    with stand_ins():
        yield Rules(ALWAYS)


@settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],  # the shortest way to a violation is for `explore` to find
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    requests=st.lists(st.integers(0, 2), min_size=2, max_size=6),
    events=st.integers(2, 6),
    environment=st.sampled_from(sorted(STARTS)),
    data=st.data(),
)
def test_a_long_walk_with_more_of_everything(
    rules: Rules, requests: list[int], events: int, environment: str, data: DataObject
) -> None:
    world = rules.begin(Setting(tuple(requests), events, data.draw(st.booleans(), label="has_grace"), environment))
    while moves := list(rules.moves(world)):
        smooth = [move for move in moves if move[1].left == world.left]
        rough = [move for move in moves if move[1].left < world.left]
        ways = rough if not smooth or (rough and data.draw(ODDS) == 0) else smooth
        move, world = ways[data.draw(st.integers(0, len(ways) - 1))]
        note(str(move))
        ALWAYS.world(world, str(move))
    ALWAYS.no_more(world)
