"""The fixture `fake_api`, which pytest finds by an entry point of the distribution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .fake_api import FakeAPI


@pytest.fixture
def fake_api() -> Iterator[FakeAPI]:
    """Return the fake API. It fails the test if a request did not fit the API's description."""
    from .fake_api import FakeAPI  # noqa: PLC0415 - pytest imports this module in every run

    with FakeAPI() as fake:
        yield fake
