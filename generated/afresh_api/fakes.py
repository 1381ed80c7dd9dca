# Written by scripts/generate from the description of the API: changes made here are lost.
"""The operations of the API as tests program them: see `faking`. Only tests import this module."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from .faking import Facts, FakeAttributes, FakeFile, FakeList, FakeOperation, FakeResource, FakeStream, Paged

if TYPE_CHECKING:
    from . import models as _models


class AuthFakes(FakeResource):
    """Signing in, renewing a session, signing out."""

    login: FakeOperation[_models.Credentials, _models.TokenAnswer, _models.Problem | _models.ValidationProblem | None]
    refresh: FakeOperation[
        _models.RefreshTokenHolder, _models.TokenAnswer, _models.Problem | _models.ValidationProblem | None
    ]
    logout: FakeOperation[_models.RefreshTokenHolder, None, _models.ValidationProblem | None]

    _facts = {
        "login": Facts(
            "POST",
            "/auth/login",
            "auth.login",
            bodies=((("application/json",), "Credentials", {}),),
            answers=(("200", "application/json", "TokenAnswer"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
        ),
        "refresh": Facts(
            "POST",
            "/auth/refresh",
            "auth.refresh",
            bodies=((("application/json",), "RefreshTokenHolder", {}),),
            answers=(("200", "application/json", "TokenAnswer"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
        ),
        "logout": Facts(
            "POST",
            "/auth/logout",
            "auth.logout",
            bodies=((("application/json",), "RefreshTokenHolder", {}),),
            answers=(("204", "", "None"),),
            errors=(("422", "application/problem+json", "ValidationProblem"),),
        ),
    }


class UsersFakes(FakeResource):
    """People who sign in."""

    me: FakeOperation[None, _models.User, _models.Problem | None]

    _facts = {
        "me": Facts(
            "GET",
            "/me",
            "users.me",
            answers=(("200", "application/json", "User"),),
            errors=(("401", "application/problem+json", "Problem"),),
            security=True,
        )
    }


class ProjectsFakes(FakeResource):
    """Projects group tasks."""

    list: FakeList[
        None, builtins.list[_models.Project], _models.Project, _models.Problem | _models.ValidationProblem | None
    ]

    _facts = {
        "list": Facts(
            "GET",
            "/projects",
            "projects.list_projects",
            kind="list",
            parameters=(("page", "page", "query", "form", True), ("per_page", "perPage", "query", "form", True)),
            answers=(("200", "application/json", "list[Project]"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
            paged=Paged("page", ("body",), send=("query", "page"), start=1, total=("header", "X-Total-Pages")),
        )
    }


class TasksFakes(FakeResource):
    """The work to do."""

    list: FakeList[None, _models.TaskPage, _models.Task, _models.Problem | _models.ValidationProblem | None]
    create: FakeOperation[_models.NewTask, _models.Task, _models.Problem | _models.ValidationProblem | None]
    get: FakeOperation[None, _models.Task, _models.Problem | _models.ValidationProblem | None]
    delete: FakeOperation[None, None, _models.Problem | _models.ValidationProblem | None]
    update: FakeOperation[_models.TaskChanges, _models.Task, _models.Problem | _models.ValidationProblem | None]
    list_activity: FakeOperation[
        None, builtins.list[_models.Activity], _models.Problem | _models.ValidationProblem | None
    ]
    watch: FakeStream[None, _models.Activity, _models.Problem | _models.ValidationProblem | None]

    _facts = {
        "list": Facts(
            "GET",
            "/tasks",
            "tasks.list_tasks",
            kind="list",
            parameters=(
                ("status", "status", "query", "form", True),
                ("project_id", "projectId", "query", "form", True),
                ("label", "label", "query", "form", True),
                ("due_before", "dueBefore", "query", "form", True),
                ("updated_since", "updatedSince", "query", "form", True),
                ("limit", "limit", "query", "form", True),
                ("cursor", "cursor", "query", "form", True),
            ),
            answers=(("200", "application/json", "TaskPage"),),
            errors=(
                ("400", "application/problem+json", "Problem"),
                ("401", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
            paged=Paged("cursor", ("body", "items"), next=("body", "nextCursor"), send=("query", "cursor")),
        ),
        "create": Facts(
            "POST",
            "/tasks",
            "tasks.create_task",
            parameters=(("idempotency_key", "Idempotency-Key", "header", "simple", False),),
            bodies=((("application/json",), "NewTask", {}),),
            answers=(("201", "application/json", "Task"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("409", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
        "get": Facts(
            "GET",
            "/tasks/{taskId}",
            "tasks.get_task",
            parameters=(("task_id", "taskId", "path", "simple", False),),
            answers=(("200", "application/json", "Task"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
        "delete": Facts(
            "DELETE",
            "/tasks/{taskId}",
            "tasks.delete_task",
            parameters=(("task_id", "taskId", "path", "simple", False),),
            answers=(("204", "", "None"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
        "update": Facts(
            "PATCH",
            "/tasks/{taskId}",
            "tasks.update_task",
            parameters=(("task_id", "taskId", "path", "simple", False),),
            bodies=((("application/json",), "TaskChanges", {}),),
            answers=(("200", "application/json", "Task"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
        "list_activity": Facts(
            "GET",
            "/tasks/{taskId}/activity",
            "tasks.list_task_activity",
            parameters=(("task_id", "taskId", "path", "simple", False),),
            answers=(("200", "application/json", "list[Activity]"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
        "watch": Facts(
            "GET",
            "/tasks/{taskId}/activity/events",
            "tasks.watch_task",
            kind="stream",
            parameters=(("task_id", "taskId", "path", "simple", False), ("follow", "follow", "query", "form", True)),
            answers=(("200", "text/event-stream", "str"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
    }


class AttachmentsFakes(FakeResource):
    """Files that belong to a task."""

    upload: FakeOperation[_models.NewAttachment, _models.Attachment, _models.Problem | _models.ValidationProblem | None]
    download: FakeFile[None, _models.Problem | _models.ValidationProblem | None]

    _facts = {
        "upload": Facts(
            "POST",
            "/tasks/{taskId}/attachments",
            "attachments.upload_attachment",
            parameters=(("task_id", "taskId", "path", "simple", False),),
            bodies=((("multipart/form-data",), "NewAttachment", {}),),
            answers=(("201", "application/json", "Attachment"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
        "download": Facts(
            "GET",
            "/attachments/{attachmentId}/content",
            "attachments.download_attachment",
            kind="file",
            parameters=(("attachment_id", "attachmentId", "path", "simple", False),),
            answers=(("200", "application/octet-stream", "File"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("404", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
        ),
    }


class SearchFakes(FakeResource):
    """Full-text search, rate-limited."""

    tasks: FakeList[None, list[_models.Task], _models.Task, _models.Problem | _models.ValidationProblem | None]

    _facts = {
        "tasks": Facts(
            "GET",
            "/search",
            "search.search_tasks",
            kind="list",
            parameters=(
                ("q", "q", "query", "form", True),
                ("limit", "limit", "query", "form", True),
                ("page", "page", "query", "form", True),
            ),
            answers=(("200", "application/json", "list[Task]"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
                ("429", "application/problem+json", "Problem"),
            ),
            security=True,
            paged=Paged("link", ("body",), next=("header", "Link")),
        )
    }


class AuditFakes(FakeResource):
    """The audit log, for auditors only."""

    list_events: FakeList[
        None, _models.AuditEventPage, _models.AuditEvent, _models.Problem | _models.ValidationProblem | None
    ]
    export_events: FakeStream[None, _models.AuditEvent, _models.Problem | None]

    _facts = {
        "list_events": Facts(
            "GET",
            "/audit/events",
            "audit.list_audit_events",
            kind="list",
            parameters=(("offset", "offset", "query", "form", True), ("limit", "limit", "query", "form", True)),
            answers=(("200", "application/json", "AuditEventPage"),),
            errors=(
                ("401", "application/problem+json", "Problem"),
                ("403", "application/problem+json", "Problem"),
                ("422", "application/problem+json", "ValidationProblem"),
            ),
            security=True,
            paged=Paged("offset", ("body", "items"), send=("query", "offset"), total=("body", "total")),
        ),
        "export_events": Facts(
            "GET",
            "/audit/export",
            "audit.export_audit_events",
            kind="stream",
            answers=(("200", "application/x-ndjson", "str"),),
            errors=(("401", "application/problem+json", "Problem"), ("403", "application/problem+json", "Problem")),
            security=True,
        ),
    }


class ServiceFakes(FakeResource):
    """The service itself."""

    get_status: FakeOperation[None, _models.ServiceStatus, None]

    _facts = {
        "get_status": Facts(
            "GET", "/status", "service.get_status", answers=(("200", "application/json", "ServiceStatus"),)
        )
    }


class Fakes(FakeAttributes):
    """All resources."""

    auth: AuthFakes
    users: UsersFakes
    projects: ProjectsFakes
    tasks: TasksFakes
    attachments: AttachmentsFakes
    search: SearchFakes
    audit: AuditFakes
    service: ServiceFakes

    _resources = {
        "auth": AuthFakes,
        "users": UsersFakes,
        "projects": ProjectsFakes,
        "tasks": TasksFakes,
        "attachments": AttachmentsFakes,
        "search": SearchFakes,
        "audit": AuditFakes,
        "service": ServiceFakes,
    }
