# Written by scripts/generate from the description of the API: changes made here are lost.
from typing import TypeAlias

from .file_attached import FileAttached
from .status_changed import StatusChanged
from .task_created import TaskCreated

Activity: TypeAlias = FileAttached | StatusChanged | TaskCreated
