"""A pytest plugin: measures the coverage of custom/ by the tests that are there for it, and by no others.

Measuring doubles the time that a test takes. The layer's tests reach every line; those of the generated package, the
sandbox, the toolkit and this repository need not be measured, nor those marked `unmeasured`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from coverage import Coverage

from places import ROOT

if TYPE_CHECKING:
    from collections.abc import Generator

LAYER = ROOT / "tests" / "layer"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    measuring = Coverage.current()
    if measuring is None or (item.path.is_relative_to(LAYER) and item.get_closest_marker("unmeasured") is None):
        return (yield)
    measuring.stop()
    try:
        return (yield)
    finally:
        measuring.start()
