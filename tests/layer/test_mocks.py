"""Mocks of clients, as `unittest.mock` makes them, know the resources and the signatures of their methods."""

from __future__ import annotations

import inspect
from typing import Any
from unittest.mock import MagicMock, create_autospec

import pytest

from afresh import AsyncClient, Client
from afresh_api.models import NewTask
from afresh_api.resources.tasks import AsyncTasks, Tasks

ID = "7c9e6679-7425-40de-944b-e07fc1f90ae7"


def of_class(kind: type[Any]) -> Any:
    return create_autospec(kind)("https://api.example.com")


def of_instance(kind: type[Any]) -> Any:
    return create_autospec(kind, instance=True)


def of_a_client(kind: type[Any]) -> Any:
    return create_autospec(kind("http://127.0.0.1:1"))


@pytest.mark.anyio
@pytest.mark.parametrize("make", [of_class, of_instance, of_a_client])
@pytest.mark.parametrize(("kind", "resource"), [(Client, Tasks), (AsyncClient, AsyncTasks)])
async def test_a_mock_takes_what_a_client_takes(make: Any, kind: type[Any], resource: type[Any]) -> None:
    api = make(kind)
    assert isinstance(api, kind)
    assert isinstance(api.tasks, resource)
    api.tasks.create.return_value = "created"
    created = api.tasks.create(NewTask(title="x"), idempotency_key="k")
    assert (await created if inspect.isawaitable(created) else created) == "created"
    api.tasks.create.assert_called_once_with(NewTask(title="x"), idempotency_key="k")
    for wrong in ((), (1, 2)):
        with pytest.raises(TypeError):
            api.tasks.get(*wrong)
    with pytest.raises(TypeError):
        api.tasks.create(NewTask(title="x"), idempotence_key="k")
    assert not hasattr(api.tasks, "crate")
    assert not hasattr(api, "task")
    for name in ("http", "session", "tokens", "with_options", "login"):
        assert hasattr(api, name)


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_a_mock_with_a_spec_knows_the_resources(kind: type[Any]) -> None:
    api = MagicMock(spec=kind)
    assert isinstance(api, kind)
    api.tasks.get.return_value = "got"
    assert api.tasks.get(ID) == "got"
    assert not hasattr(api, "task")


def test_a_resource_of_a_client_is_made_once() -> None:
    with Client("http://127.0.0.1:1") as api:
        assert api.tasks is api.tasks
        assert api.with_options(retries=1).tasks is not api.tasks
