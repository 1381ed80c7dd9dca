"""A plugin of pytest's with an option `--first NAME`: the tests of that name are run before the others.

It also sees to it that Ctrl-C reaches what the tests start, though whoever runs in the background does not heed it.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--first", metavar="NAME", help="run the tests of this name before the others")


def pytest_configure() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    name = config.getoption("--first")
    items.sort(key=lambda item: getattr(item, "originalname", item.name) != name)
