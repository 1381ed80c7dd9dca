"""The fake API and the real server: the same calls give the same values, and values of the same types."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from afresh import Client
from afresh.testing.fitting import misfit, type_of
from afresh_api.fakes import Fakes
from afresh_api.faking import all_facts
from afresh_api.models import Credentials, NewAttachment, NewTask, RefreshTokenHolder, TaskChanges
from afresh_api.types import File
from faked import used

if TYPE_CHECKING:
    from collections.abc import Callable

    from afresh.testing import FakeAPI
    from sandbox.process import Sandbox

AUDITOR = Credentials(username="alan", password="turing")


def calls(task: Any, attachment: Any, holder: RefreshTokenHolder) -> dict[str, Callable[[Client], Any]]:
    """Return a call of each operation."""
    return {
        "users.me": lambda client: client.users.me(),
        "projects.list": lambda client: client.projects.list(),
        "tasks.list": lambda client: client.tasks.list(limit=2),
        "tasks.create": lambda client: client.tasks.create(NewTask(title="Write", labels=["a"])),
        "tasks.get": lambda client: client.tasks.get(task.id),
        "tasks.update": lambda client: client.tasks.update(task.id, TaskChanges(status="in_progress")),
        "tasks.list_activity": lambda client: client.tasks.list_activity(task.id),
        "tasks.watch": lambda client: client.tasks.watch(task.id),
        "attachments.upload": lambda client: client.attachments.upload(task.id, NewAttachment(file=file())),
        "attachments.download": lambda client: client.attachments.download(attachment.id),
        "search.tasks": lambda client: client.search.tasks(q="task"),
        "audit.list_events": lambda client: client.audit.list_events(limit=5),
        "audit.export_events": lambda client: client.audit.export_events(),
        "service.get_status": lambda client: client.service.get_status(),
        "tasks.delete": lambda client: client.tasks.delete(task.id),
        "auth.login": lambda client: client.auth.login(AUDITOR),
        "auth.refresh": lambda client: client.auth.refresh(holder),
        "auth.logout": lambda client: client.auth.logout(holder),
    }


def file() -> File:
    return File(BytesIO(b"content"), "a.txt", "text/plain")


def result(call: Callable[[Client], Any], client: Client, kind: str) -> Any:
    """Return what a call gives: of a stream, which may have no end, the first value."""
    if kind != "stream":
        return used(call(client))
    with call(client) as values:
        return [next(values)]


def test_each_operation_of_the_fake_answers_as_the_server_does(sandbox: Sandbox, fake_api: FakeAPI) -> None:
    operations = {f"{attribute}.{name}": facts for attribute, name, facts in all_facts(Fakes)}
    with Client(sandbox.url) as api, fake_api.client() as fake_client:
        api.login(AUDITOR)
        task = api.tasks.create(NewTask(title="First task"))
        attachment = api.attachments.upload(task.id, NewAttachment(file=file()))
        holder = RefreshTokenHolder(refresh_token=api.auth.login(AUDITOR).data.refresh_token)
        made = calls(task, attachment, holder)
        assert made.keys() == operations.keys()
        for name, call in made.items():
            attribute, _, method = name.partition(".")
            kind = operations[name].kind
            operation: Any = getattr(getattr(fake_api, attribute), method)
            real = result(call, api, kind)
            if not name.startswith("auth.refresh"):  # whose token is one of the server's
                alike = result(call, fake_client, kind)
                assert type(alike) is type(real), name
            operation.returns(real)
            assert result(call, fake_client, kind) == real, name
            if kind == "value":
                kinds = [type_of(one[2]) for one in operations[name].answers]
                assert any(misfit(real, one, "it") is None for one in kinds), name
