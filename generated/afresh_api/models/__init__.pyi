# Written by scripts/generate from the description of the API: changes made here are lost.
# For type checkers and editors; what runs is in __init__.py.
from .activity import Activity as Activity
from .attachment import Attachment as Attachment
from .audit_event import AuditEvent as AuditEvent
from .audit_event_page import AuditEventPage as AuditEventPage
from .credentials import Credentials as Credentials
from .custom_fields import CustomFields as CustomFields
from .file_attached import FileAttached as FileAttached
from .new_attachment import NewAttachment as NewAttachment
from .new_task import NewTask as NewTask
from .priority import Priority as Priority
from .problem import Problem as Problem
from .project import Project as Project
from .refresh_token_holder import RefreshTokenHolder as RefreshTokenHolder
from .role import Role as Role
from .service_status import ServiceStatus as ServiceStatus
from .status_changed import StatusChanged as StatusChanged
from .task import Task as Task
from .task_changes import TaskChanges as TaskChanges
from .task_created import TaskCreated as TaskCreated
from .task_page import TaskPage as TaskPage
from .task_status import TaskStatus as TaskStatus
from .token_answer import TokenAnswer as TokenAnswer
from .token_pair import TokenPair as TokenPair
from .user import User as User
from .validation_problem import ValidationProblem as ValidationProblem
from .validation_problem_invalid_field import ValidationProblemInvalidField as ValidationProblemInvalidField
