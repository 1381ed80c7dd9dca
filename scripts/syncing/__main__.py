"""`python -m syncing`, which scripts/sync runs."""

import os
import signal
import sys
from types import FrameType

from syncing.children import ENDING
from syncing.cli import main

_OF_HOOKS = ("GIT_COMMON_DIR", "GIT_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX", "GIT_WORK_TREE")
"""A hook runs with these, and git would be at work in the hook's repository."""


def _end(number: int, _frame: FrameType | None) -> None:
    for other in ENDING:
        signal.signal(other, signal.SIG_IGN)  # the worktree is taken away in peace
    sys.exit(128 + number)


for _name in _OF_HOOKS:
    os.environ.pop(_name, None)
for _number in ENDING:
    if _number != signal.SIGHUP or signal.getsignal(_number) != signal.SIG_IGN:  # which is what nohup asks for
        signal.signal(_number, _end)
sys.exit(main())
