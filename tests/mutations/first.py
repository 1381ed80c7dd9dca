"""A plugin of pytest's with an option `--first NAME`: the tests of that name are run before the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--first", metavar="NAME", help="run the tests of this name before the others")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    name = config.getoption("--first")
    items.sort(key=lambda item: getattr(item, "originalname", item.name) != name)
