"""Projects, tasks and attachments, in memory; the bytes of attachments are in a temporary folder."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from anyio.to_thread import run_sync
from attrs import Factory, define, frozen

from sandbox.users import USERS, User

_CHUNK = 64 * 1024
_FIRST_TASK_AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@frozen
class Project:
    id: UUID
    name: str
    starts_on: date | None
    settings: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "name": self.name,
            "startsOn": None if self.starts_on is None else self.starts_on.isoformat(),
            "settings": self.settings,
        }


# By name, as the description promises; the first is the default project.
PROJECTS = [
    Project(
        uuid5(NAMESPACE_URL, "project:engine"),
        "Analytical Engine",
        date(2026, 3, 2),
        {"colour": "brass", "wip": {"limit": 3}},
    ),
    Project(uuid5(NAMESPACE_URL, "project:garden"), "Garden", None, {}),
]


@define(eq=False, kw_only=True)
class Task:
    number: int
    """Counts up: the newest task has the highest."""
    id: UUID
    project: Project
    title: str
    created_at: datetime
    updated_at: datetime
    created_by: str
    description: str | None = None
    status: str = "open"
    priority: int = 2
    estimate: float | None = None
    labels: list[str] = Factory(list)
    due_on: date | None = None
    assignee: User | None = None
    custom_fields: dict[str, str] = Factory(dict)
    activity: list[dict[str, Any]] = Factory(list)
    is_gone: bool = False
    changed: asyncio.Event = Factory(asyncio.Event)
    """Set, and replaced, with each activity and at the end."""

    def note(self, kind: str, by: str, more: dict[str, Any], at: datetime | None = None) -> None:
        """Add to what happened to the task."""
        self.activity.append({"kind": kind, "at": (at or datetime.now(UTC)).isoformat(), "by": by, **more})
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def watch(self, *, follow: bool) -> AsyncIterator[dict[str, Any]]:
        """Go through what happened, and if asked to then through what happens, until the task is gone."""
        seen = 0
        while True:
            changed = self.changed
            for event in self.activity[seen:]:
                yield event
            seen = len(self.activity)
            if self.is_gone or not follow:
                return
            if not changed.is_set():
                await changed.wait()

    def to_json(self) -> dict[str, Any]:
        task: dict[str, Any] = {
            "id": str(self.id),
            "projectId": str(self.project.id),
            "title": self.title,
            "description": self.description,
            "status": self.status,
            "priority": self.priority,
            "labels": self.labels,
            "dueOn": None if self.due_on is None else self.due_on.isoformat(),
            "assignee": None if self.assignee is None else self.assignee.to_json(),
            "customFields": self.custom_fields,
            "createdAt": self.created_at.isoformat(),
            "updatedAt": self.updated_at.isoformat(),
        }
        if self.estimate is not None:
            task["estimate"] = self.estimate
        return task


@frozen(kw_only=True)
class Upload:
    """A file as it came in."""

    file: BinaryIO
    file_name: str
    media_type: str
    note: str | None


@frozen(kw_only=True)
class Attachment:
    id: UUID
    task: Task
    file_name: str
    media_type: str
    size: int
    sha256: str
    note: str | None
    created_at: datetime
    path: Path

    def to_json(self) -> dict[str, Any]:
        return {
            "id": str(self.id),
            "taskId": str(self.task.id),
            "fileName": self.file_name,
            "mediaType": self.media_type,
            "size": self.size,
            "sha256": self.sha256,
            "note": self.note,
            "createdAt": self.created_at.isoformat(),
        }


class UnknownCursorError(Exception):
    """No page named this cursor."""


class Tasks:
    """All tasks and attachments: 45 tasks to begin with."""

    def __init__(self) -> None:
        self._tasks: dict[UUID, Task] = {}
        self._attachments: dict[UUID, Attachment] = {}
        self._cursors: dict[str, int] = {}  # to the number that the next page stays below
        self._last_number = 0
        self._folder = TemporaryDirectory(prefix="afresh-sandbox-", ignore_cleanup_errors=True)
        for number in range(1, 46):
            self._add_seed(number)

    def add(self, fields: dict[str, Any], project: Project, user: User) -> Task:
        """Add a task; the fields go by the names of the description."""
        now = datetime.now(UTC)
        return self._add(
            Task(
                number=self._last_number + 1,
                id=uuid4(),
                project=project,
                title=fields["title"],
                description=fields.get("description"),
                priority=fields.get("priority", 2),
                estimate=fields.get("estimate"),
                labels=fields.get("labels", []),
                due_on=fields.get("dueOn"),
                custom_fields=fields.get("customFields", {}),
                created_at=now,
                updated_at=now,
                created_by=user.username,
            )
        )

    def get(self, task_id: UUID) -> Task | None:
        return self._tasks.get(task_id)

    def change(self, task: Task, changes: dict[str, Any], user: User) -> None:
        """Change the fields that are there; they go by the names of the description."""
        status = changes.get("status", task.status)
        if status != task.status:
            task.note("status_changed", user.username, {"from": task.status, "to": status})
        task.status = status
        task.title = changes.get("title", task.title)
        task.description = changes.get("description", task.description)
        task.priority = changes.get("priority", task.priority)
        task.due_on = changes.get("dueOn", task.due_on)
        if changes.get("assignToMe"):
            task.assignee = user
        elif "assignToMe" in changes and task.assignee == user:
            task.assignee = None
        task.updated_at = datetime.now(UTC)

    def remove(self, task: Task) -> None:
        del self._tasks[task.id]
        task.is_gone = True
        task.wake()
        for attachment in [held for held in self._attachments.values() if held.task is task]:
            del self._attachments[attachment.id]
            attachment.path.unlink(missing_ok=True)

    def page(self, filters: dict[str, Any], limit: int, cursor: str | None) -> tuple[list[Task], str | None]:
        """Return one page of the tasks that pass the filters, newest first, and the cursor of the next page, if any."""
        below = self._last_number + 1 if cursor is None else self._cursors.get(cursor)
        if below is None:
            raise UnknownCursorError
        found = [task for task in self._newest_first() if task.number < below and _passes(task, filters)]
        if len(found) <= limit:
            return found, None
        page = found[:limit]
        following = secrets.token_urlsafe(12)
        self._cursors[following] = page[-1].number
        return page, following

    def search(self, words: str) -> list[Task]:
        """Return the tasks whose title or description holds the text, in upper or lower case, newest first."""
        sought = words.casefold()
        return [task for task in self._newest_first() if sought in f"{task.title}\n{task.description or ''}".casefold()]

    async def attach(self, task: Task, upload: Upload, user: User) -> Attachment:
        """Store a file and note it at its task."""
        attachment_id = uuid4()
        path = Path(self._folder.name, str(attachment_id))
        size, sha256 = await run_sync(_copy, upload.file, path)
        attachment = Attachment(
            id=attachment_id,
            task=task,
            file_name=upload.file_name,
            media_type=upload.media_type,
            size=size,
            sha256=sha256,
            note=upload.note,
            created_at=datetime.now(UTC),
            path=path,
        )
        self._attachments[attachment.id] = attachment
        task.note("file_attached", user.username, {"attachment": attachment.to_json()})
        return attachment

    def attachment(self, attachment_id: UUID) -> Attachment | None:
        return self._attachments.get(attachment_id)

    def close(self) -> None:
        """Remove the attachments' folder, and let go who watches a task."""
        for task in list(self._tasks.values()):
            self.remove(task)
        self._folder.cleanup()

    def _newest_first(self) -> Iterable[Task]:
        return reversed(self._tasks.values())

    def _add(self, task: Task) -> Task:
        self._tasks[task.id] = task
        self._last_number = task.number
        task.note("task_created", task.created_by, {}, task.created_at)
        return task

    def _add_seed(self, number: int) -> None:
        at = _FIRST_TASK_AT + timedelta(hours=7 * number)
        user = list(USERS.values())[number % 3]
        self._add(
            Task(
                number=number,
                id=uuid5(NAMESPACE_URL, f"task:{number}"),
                project=PROJECTS[number % 2],
                title=f"Task {number}",
                description=None if number % 4 == 0 else f"What is to be done in task {number}",
                status=("open", "in_progress", "done")[number % 3],
                priority=number % 3 + 1,
                estimate=None if number % 5 == 0 else number / 2,
                labels=[label for every, label in ((2, "even"), (3, "third"), (10, "round")) if number % every == 0],
                due_on=None if number % 6 == 0 else date(2026, 4, 1) + timedelta(days=number),
                assignee=None if number % 2 else user,
                custom_fields={"customer": f"C-{number:03}"} if number % 7 == 0 else {},
                created_at=at,
                updated_at=at,
                created_by=user.username,
            )
        )


def project(project_id: UUID) -> Project | None:
    return next((project for project in PROJECTS if project.id == project_id), None)


def _copy(file: BinaryIO, path: Path) -> tuple[int, str]:
    """Copy a file to a path; return its size and its SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as stored:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            stored.write(chunk)
        return stored.tell(), digest.hexdigest()


def _passes(task: Task, filters: dict[str, Any]) -> bool:
    return (
        filters.get("status") in (None, task.status)
        and filters.get("projectId") in (None, task.project.id)
        and set(filters.get("label", ())) <= set(task.labels)
        and ("dueBefore" not in filters or (task.due_on is not None and task.due_on < filters["dueBefore"]))
        and ("updatedSince" not in filters or task.updated_at >= filters["updatedSince"])
    )
