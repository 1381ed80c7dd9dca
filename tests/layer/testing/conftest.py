"""The fake API, and values to answer with."""

from __future__ import annotations

from uuid import UUID

import pytest

from afresh.testing import example
from afresh.testing.pytest_plugin import fake_api
from afresh_api.models import Task

__all__ = ["fake_api"]


@pytest.fixture
def task() -> Task:
    return example(Task)


@pytest.fixture
def tasks() -> list[Task]:
    """Return five tasks."""
    return [example(Task, id=UUID(int=number), title=f"task {number}") for number in range(5)]
