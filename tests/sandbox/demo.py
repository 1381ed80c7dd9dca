"""What `scripts/demo` shows: the SDK at work against the sandbox, with access tokens that live two seconds."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from attrs import define, field
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TransferSpeedColumn
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from afresh import AsyncClient, Client, Session, SessionExpired, save, uploading
from afresh_api.models import Credentials, NewAttachment, NewTask, TaskChanges
from sandbox.process import running

if TYPE_CHECKING:
    from uuid import UUID

    from afresh import Progress
    from sandbox.client import Control

ACCESS_TTL = 2.0
AT_ONCE = 50
STYLES = {
    "request": "green",
    "unauthorized": "yellow",
    "refresh_started": "bold cyan",
    "refresh_renewed": "bold cyan",
    "refresh_refused": "bold red",
    "retry": "magenta",
    "signed_in": "bold green",
}
QUIET_AFTER = 6

console = Console(highlight=False)


class Narrator(logging.Handler):
    """Prints what the SDK logs, as it happens, and counts it."""

    def __init__(self) -> None:
        super().__init__()
        self.events: Counter[str] = Counter()
        self._start = time.perf_counter()
        self._alike: Counter[str] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        event = str(getattr(record, "event", ""))
        self.events[event] += 1
        self._alike[event] += 1
        if event.startswith("refresh") or self._alike[event] <= QUIET_AFTER:
            self._print(record.getMessage(), STYLES.get(event, "red"))

    def chapter(self, title: str) -> None:
        """Begin a part of the story; tell how much of the last one went without saying."""
        for event, count in self._alike.items():
            if count > QUIET_AFTER and not event.startswith("refresh"):
                self._print(f"… and {count - QUIET_AFTER} more of this kind: {event}", STYLES.get(event, "red"))
        self._alike.clear()
        if title:
            console.print(f"\n[bold]{title}[/bold]")

    def _print(self, message: str, style: str) -> None:
        console.print(Text(f"  {time.perf_counter() - self._start:6.2f} s  ", "dim") + Text(message, style))


@define
class Tally:
    """What the calls came to, as their caller sees it."""

    calls: int = 0
    lost: int = 0
    problems: list[str] = field(factory=list)

    def check(self, statement: str, *, holds: bool) -> None:
        """Show a statement about what happened, and remember where it is not so."""
        console.print(f"  [green]✓[/green] {statement}" if holds else f"  [bold red]✗ {statement}[/bold red]")
        if not holds:
            self.problems.append(statement)


def sync_part(api: Client, control: Control, tally: Tally) -> None:
    """Daily work, across two expiries and a revocation."""
    api.login(Credentials(username="ada", password="lovelace"))
    me = api.users.me()
    console.print(f"  [dim]signed in as {me.display_name}, role {me.role}[/dim]")
    task = api.tasks.create(NewTask(title="Try Afresh", labels=["demo"], priority=1))
    task = api.tasks.update(task.id, TaskChanges(status="done"))
    transfer_part(api, task.id, tally)
    tally.calls += 3

    titles = 0
    for _ in range(2):
        time.sleep(ACCESS_TTL)
        titles += sum(1 for _ in api.tasks.list(status="open"))
        tally.calls += 1
    tally.check(f"{titles} open tasks listed, in pages, across two expiries", holds=titles > 0)

    control.revoke_access()
    api.users.me()
    tally.calls += 1


def transfer_part(api: Client, task_id: UUID, tally: Tally) -> None:
    """A file on its way up, and down again, with a bar for each."""
    content = b"every token is short-lived\n" * 500_000
    columns = (TextColumn("  {task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with TemporaryDirectory() as folder, Bars(*columns, console=console) as bars:
        source, target = Path(folder, "notes.txt"), Path(folder, "copy.txt")
        source.write_bytes(content)

        def bar(description: str) -> Progress:
            shown = bars.add_task(description, total=None)
            return lambda done, total: bars.update(shown, completed=done, total=total)

        with uploading(source, progress=bar("up  ")) as file:
            attachment = api.attachments.upload(task_id, NewAttachment(file=file))
        with api.attachments.download(attachment.id) as response:
            save(response, target, progress=bar("down"))
        holds = target.read_bytes() == content
    tally.calls += 2
    tally.check(f"{attachment.size:,} bytes uploaded and downloaded again, unchanged", holds=holds)


async def async_part(session: Session, control: Control, tally: Tally) -> None:
    """Fifty tasks at once: across an expiry, then all answered 401 in the same moment."""

    async def call(api: AsyncClient) -> None:
        tally.calls += 1
        try:
            await api.users.me()
        except Exception as error:  # noqa: BLE001 - whatever it is, it counts as lost, and is shown
            tally.lost += 1
            tally.problems.append(str(error))

    async with AsyncClient(session=session) as api:
        for _ in range(2):
            await asyncio.sleep(ACCESS_TTL)
            await asyncio.gather(*(call(api) for _ in range(AT_ONCE)))
        before = control.counters()
        control.revoke_access()
        control.fault("GET /me", "gather", count=AT_ONCE)
        await asyncio.gather(*(call(api) for _ in range(AT_ONCE)))
        after = control.counters()
    tally.check(
        f"{after.unauthorized - before.unauthorized} answers 401 at once, "
        f"{after.refreshes - before.refreshes} refresh, says the server",
        holds=(after.unauthorized - before.unauthorized, after.refreshes - before.refreshes) == (AT_ONCE, 1),
    )


async def ending_part(session: Session, control: Control, tally: Tally, ended: list[SessionExpired]) -> None:
    """The refresh token is refused while fifty tasks wait."""
    before = control.counters()
    control.end_sessions()
    async with AsyncClient(session=session) as api:
        results = await asyncio.gather(*(api.users.me() for _ in range(AT_ONCE)), return_exceptions=True)
    expired = [result for result in results if isinstance(result, SessionExpired)]
    console.print(f"  [dim]{expired[0] if expired else results[0]}[/dim]")
    refreshes = control.counters().refreshes - before.refreshes
    tally.check(f"{len(expired)} of {AT_ONCE} callers got SessionExpired", holds=len(expired) == AT_ONCE)
    tally.check(f"{refreshes} call to the refresh endpoint", holds=refreshes == 1)
    tally.check(f"on_session_end was called {len(ended)} time", holds=len(ended) == 1)
    tally.check("the tokens are forgotten", holds=session.tokens is None)


def main() -> int:
    """Tell the story; give 0 where everything was as it says."""
    narrator = Narrator()
    logger = logging.getLogger("afresh")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(narrator)
    tally = Tally()
    ended: list[SessionExpired] = []
    with running(access_ttl=ACCESS_TTL) as sandbox:
        control = sandbox.control
        console.print(f"The sandbox runs at {sandbox.url}; its access tokens live {ACCESS_TTL:g} seconds.")
        session = Session(sandbox.url, on_session_end=ended.append)
        narrator.chapter("Working with typed calls")
        with Client(session=session) as api:
            sync_part(api, control, tally)
        narrator.chapter(f"{AT_ONCE} tasks at once")
        asyncio.run(async_part(session, control, tally))
        counters = control.counters()
        retries = narrator.events["retry"]
        narrator.chapter("The refresh token is refused")
        asyncio.run(ending_part(session, control, tally, ended))
        narrator.chapter("")

    console.print("\n[bold]Before the sign-out[/bold]")
    tally.check("every 401 was retried once", holds=counters.unauthorized == retries > 0)
    tally.check(
        "each refresh token was used once", holds=counters.reuses == 0 and counters.refreshes == counters.rotations
    )
    tally.check("nothing was lost", holds=tally.lost == 0)
    table = Table()
    for name in ("calls", "401s", "refreshes", "retries", "reuses", "lost"):
        table.add_column(name, justify="right")
    table.add_row(
        *map(str, (tally.calls, counters.unauthorized, counters.refreshes, retries, counters.reuses, tally.lost))
    )
    console.print(table)
    for problem in tally.problems:
        console.print(f"[bold red]Not as it should be: {problem}[/bold red]")
    return 1 if tally.problems else 0


if __name__ == "__main__":
    sys.exit(main())
