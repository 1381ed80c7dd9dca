"""`scripts/bench transfer`: the memory of a process that sends a large file up, or takes it down."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from attrs import frozen

from afresh import Client, uploading
from afresh_api.models import Credentials, NewAttachment, NewTask
from benchmarks.interleaving import interleaved
from benchmarks.processes import python
from benchmarks.server import serving
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.processes import Usage

IDLE: Final = "one call"
TARGET: Final = 64.0
"""Megabytes that a transfer may take beyond a process that makes one call."""
ADA: Final = Credentials(username="ada", password="lovelace")  # noqa: S106 - the sandbox's

SYNC: Final = """
import sys
from afresh import Client, save, uploading
from afresh_api.models import Credentials, NewAttachment

url, task, attachment, source, target = sys.argv[1:]
with Client(url) as api:
    api.login(Credentials(username="ada", password="lovelace"))
    api.users.me()
    {doing}
"""
ASYNC: Final = """
import asyncio, sys
from afresh import AsyncClient, save_async, uploading
from afresh_api.models import Credentials, NewAttachment

url, task, attachment, source, target = sys.argv[1:]

async def main():
    async with AsyncClient(url) as api:
        await api.login(Credentials(username="ada", password="lovelace"))
        await api.users.me()
        {doing}

asyncio.run(main())
"""
PROGRAMS: Final = {
    IDLE: SYNC.format(doing="pass"),
    "upload": SYNC.format(
        doing="with uploading(source) as file: api.attachments.upload(task, NewAttachment(file=file))"
    ),
    "download": SYNC.format(doing="with api.attachments.download(attachment) as response: save(response, target)"),
    f"{IDLE}, async": ASYNC.format(doing="pass"),
    "upload, async": ASYNC.format(
        doing="with uploading(source) as file: await api.attachments.upload(task, NewAttachment(file=file))"
    ),
    "download, async": ASYNC.format(
        doing="async with api.attachments.download(attachment) as response: await save_async(response, target)"
    ),
}


@frozen
class Transfer:
    """What was measured of a process.

    Attributes:
        name: What it does.
        memory: Megabytes at its peak.
        beyond: Megabytes beyond a process that makes one call, in the same round.
        wall: Seconds from its start to its end.
    """

    name: str
    memory: Spread
    beyond: Spread
    wall: Spread


def measure(*, megabytes: int, rounds: int, tell: Callable[[str], None]) -> list[Transfer]:
    """Measure processes that send a file of so many megabytes to the sandbox, or take one from there.

    Args:
        megabytes: The size of the file.
        rounds: How often.
        tell: Told what is done next.
    """
    with serving() as sandbox, TemporaryDirectory() as temporary, Client(sandbox.url) as api:
        source, target = Path(temporary, "source"), Path(temporary, "target")
        with source.open("wb") as file:
            file.truncate(megabytes * 1024**2)
        tell("sending the file that is to be taken down")
        api.login(ADA)
        task = api.tasks.create(NewTask(title="With a large file"))
        with uploading(source) as upload:
            attachment = api.attachments.upload(task.id, NewAttachment(file=upload))
        arguments = [sandbox.url, str(task.id), str(attachment.id), str(source), str(target)]

        def run(name: str) -> Usage:
            tell(name)
            return python(["-c", PROGRAMS[name], *arguments], "").checked()

        usages = interleaved({name: lambda name=name: run(name) for name in PROGRAMS}, rounds)  # type: ignore[misc]
    return [
        Transfer(
            name,
            Spread.of([usage.memory for usage in used]),
            Spread.of(
                [
                    usage.memory - idle.memory
                    for usage, idle in zip(used, usages[IDLE + (", async" if "async" in name else "")], strict=True)
                ]
            ),
            Spread.of([usage.wall for usage in used]),
        )
        for name, used in usages.items()
    ]
