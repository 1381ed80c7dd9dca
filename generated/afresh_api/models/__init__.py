# Written by scripts/generate from the description of the API: changes made here are lost.
"""The models of the API. Each is imported when it is first asked for, so that none costs those who do not use it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .attachment import Attachment
    from .audit_event import AuditEvent
    from .credentials import Credentials
    from .custom_fields import CustomFields
    from .file_attached import FileAttached
    from .new_attachment import NewAttachment
    from .new_task import NewTask
    from .priority import Priority
    from .problem import Problem
    from .project import Project
    from .project_settings import ProjectSettings
    from .refresh_token_holder import RefreshTokenHolder
    from .role import Role
    from .service_status import ServiceStatus
    from .status_changed import StatusChanged
    from .task import Task
    from .task_changes import TaskChanges
    from .task_created import TaskCreated
    from .task_page import TaskPage
    from .task_status import TaskStatus
    from .token_answer import TokenAnswer
    from .token_pair import TokenPair
    from .user import User
    from .validation_problem import ValidationProblem
    from .validation_problem_invalid_field import ValidationProblemInvalidField

__all__ = [
    "Attachment",
    "AuditEvent",
    "Credentials",
    "CustomFields",
    "FileAttached",
    "NewAttachment",
    "NewTask",
    "Priority",
    "Problem",
    "Project",
    "ProjectSettings",
    "RefreshTokenHolder",
    "Role",
    "ServiceStatus",
    "StatusChanged",
    "Task",
    "TaskChanges",
    "TaskCreated",
    "TaskPage",
    "TaskStatus",
    "TokenAnswer",
    "TokenPair",
    "User",
    "ValidationProblem",
    "ValidationProblemInvalidField",
]

_MODULES: dict[str, str] = {
    "Attachment": "attachment",
    "AuditEvent": "audit_event",
    "Credentials": "credentials",
    "CustomFields": "custom_fields",
    "FileAttached": "file_attached",
    "NewAttachment": "new_attachment",
    "NewTask": "new_task",
    "Priority": "priority",
    "Problem": "problem",
    "Project": "project",
    "ProjectSettings": "project_settings",
    "RefreshTokenHolder": "refresh_token_holder",
    "Role": "role",
    "ServiceStatus": "service_status",
    "StatusChanged": "status_changed",
    "Task": "task",
    "TaskChanges": "task_changes",
    "TaskCreated": "task_created",
    "TaskPage": "task_page",
    "TaskStatus": "task_status",
    "TokenAnswer": "token_answer",
    "TokenPair": "token_pair",
    "User": "user",
    "ValidationProblem": "validation_problem",
    "ValidationProblemInvalidField": "validation_problem_invalid_field",
}

if not TYPE_CHECKING:  # type checkers would take any name for one that is here

    def __getattr__(name: str) -> Any:
        if name not in _MODULES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
