"""What type checkers must refuse, each line that is marked and no other: see tests/generated/test_typing.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from afresh import AsyncClient, Client, Session, Tokens, bulk, with_response
from afresh.testing import FakeAPI
from afresh_api.models import Activity, Credentials, NewTask, TaskChanges

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from dashed_api.security import Keys as DashedKeys
    from keyed_api.security import Keys

    from afresh_api.models import Task


def arguments(api: Client, task_id: UUID) -> None:
    Credentials(username="ada")  # wrong
    NewTask(titel="misspelt")  # wrong
    TaskChanges(status="closed")  # wrong
    api.tasks.list(status="closed")  # wrong
    api.tasks.list(limit="10")  # wrong
    api.tasks.get("not a UUID")  # wrong
    api.tasks.get()  # wrong
    api.tasks.update(task_id, NewTask(title="another model"))  # wrong
    api.login({"username": "ada", "password": "…"})  # wrong
    api.tasks.crate(NewTask(title="misspelt"))  # wrong
    api.with_options(retry=3)  # wrong
    api.with_options(5)  # wrong
    api.with_options(query="a=1")  # wrong
    with_response(api.tasks.get, "not a UUID")  # wrong
    with_response(api.tasks.get)  # wrong
    with_response(api.tasks.list, status="closed")  # wrong
    with_response(api.tasks.get, task_id).title  # wrong
    bulk(api.tasks.get, ["not a UUID"])  # wrong
    bulk(api.tasks.get, [task_id], errors="ignore")  # wrong
    bulk(api.tasks.get, [task_id], atonce=2)  # wrong
    with bulk(api.tasks.get, [task_id], errors="return") as outcomes:
        next(outcomes).title  # wrong
    for _task in bulk(api.tasks.get, [task_id]):  # wrong
        pass
    Client("https://api.example.com", store="session.json")  # wrong
    Client("https://api.example.com", credentials={"username": "ada", "password": "…"})  # wrong
    Client("https://api.example.com", client_secret=1)  # wrong
    Session(base_url=None)  # wrong
    Client("https://api.example.com", keys={"api_key": "…"})  # wrong
    AsyncClient("https://api.example.com", keys=["…"])  # wrong
    Session("https://api.example.com", keys={"bearer": "…"})  # wrong


def activities(activity: Activity, task: Task) -> Activity:
    activity.to  # wrong
    Activity(kind="task_created")  # wrong
    return task  # wrong


def keys(take: Callable[[Keys], None], take_dashed: Callable[[DashedKeys], None]) -> None:
    take({"apikey": "…"})  # wrong
    take({"basic": "ada"})  # wrong
    take({"api_key": 1})  # wrong
    take_dashed({"X-Api": "…"})  # wrong
    take_dashed({"X-API": None})  # wrong


def results(api: Client, task: Task, task_id: UUID) -> None:
    api.users.me().name  # wrong
    task.due_on.year  # wrong
    len(api.tasks.list())  # wrong
    api.tokens.access_token  # wrong
    for _event in api.tasks.watch(task_id):  # wrong
        pass
    api.attachments.download(task_id).read()  # wrong


def changes(api: Client, tokens: Tokens) -> None:
    tokens.access_token = "another"  # wrong
    api.http = None  # wrong


async def waiting(api: AsyncClient, task_id: UUID) -> None:
    me = api.users.me()
    me.username  # wrong
    for _task in api.tasks.list():  # wrong
        pass
    with api.with_options(retries=1):  # wrong
        pass
    with_response(api.users.me).status_code  # wrong
    with bulk(api.tasks.get, [task_id]):  # wrong
        pass


def fakes(fake: FakeAPI, task: Task) -> None:
    fake.tasks.get.returns("a text")  # wrong
    fake.tasks.get.returns([task])  # wrong
    fake.tasks.delete.returns(task)  # wrong
    fake.tasks.list.returns(task)  # wrong
    fake.tasks.list.returns(["a text"])  # wrong
    fake.tasks.list.returns([task], page_size="2")  # wrong
    fake.tasks.get.returns(task, page_size=2)  # wrong
    fake.tasks.get.answers(lambda _: "a text")  # wrong
    fake.tasks.create.raises(409, task)  # wrong
    fake.tasks.watch.returns([task])  # wrong
    fake.attachments.download.returns("a text")  # wrong
    fake.tasks.crate.returns(task)  # wrong
    fake.task.get.returns(task)  # wrong
    fake.tasks.create.calls[0].body.titel  # wrong
    FakeAPI(unprogrammed="examples")  # wrong
    fake.client(retry=3)  # wrong
