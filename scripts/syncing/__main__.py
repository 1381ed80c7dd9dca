"""`python -m syncing`, which scripts/sync runs."""

import signal
import sys
from types import FrameType

from syncing.cli import main

_ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)


def _end(number: int, _frame: FrameType | None) -> None:
    for other in _ENDING:
        signal.signal(other, signal.SIG_IGN)  # the worktree is taken away in peace
    sys.exit(128 + number)


for _number in _ENDING:
    signal.signal(_number, _end)
sys.exit(main())
