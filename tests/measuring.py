"""A pytest plugin: measures no coverage of custom/ by the tests of the toolkit, nor by those marked `unmeasured`.

Measuring doubles the time that a test takes, and other tests reach every line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from coverage import Coverage

from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator

TOOLKIT = ROOT / "tests" / "toolkit"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    measuring = Coverage.current()
    is_measured = not item.path.is_relative_to(TOOLKIT) and item.get_closest_marker("unmeasured") is None
    if measuring is None or is_measured:
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
