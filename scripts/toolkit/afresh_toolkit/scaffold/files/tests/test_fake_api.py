"""The fake API: pytest finds its fixture, it renews tokens, and each operation has an example of its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from afresh.testing import FakeAPIError
from afresh.testing.engine import Engine
from afresh_api.fakes import Fakes
from afresh_api.faking import all_facts

if TYPE_CHECKING:
    from afresh.testing import FakeAPI

TRIED = 40
"""Operations, spread over all of them: more would take long where there are a thousand."""
RARE = 1
"""Operations whose answers have no example, such as those that hold themselves without end."""


def test_operations_have_examples(fake_api: FakeAPI) -> None:
    lacking: list[str] = []
    operations = [f"{attribute}.{name}" for attribute, name, _ in all_facts(Fakes)]
    for operation in operations[:: -(-len(operations) // TRIED)]:
        attribute, _, name = operation.partition(".")
        try:
            Engine.example(getattr(getattr(fake_api, attribute), name))
        except FakeAPIError:
            lacking.append(operation)
    assert len(lacking) <= RARE, lacking


def test_tokens_are_renewed(fake_api: FakeAPI) -> None:
    lifecycle = fake_api.lifecycle
    if lifecycle.tokens() is None or "refresh" not in lifecycle.calls():
        pytest.skip("the API has no tokens that are renewed")
    with fake_api.client() as client:
        before = client.tokens
        lifecycle.expire()
        assert client.session.obtain(rejected=before) != before
    assert lifecycle.refreshes == 1
