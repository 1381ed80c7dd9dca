"""`python -m publishing`, which scripts/publish runs."""

import signal
import sys
from types import FrameType

from publishing.cli import main

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _end(number: int, _frame: FrameType | None) -> None:
    for ending in _ENDING:  # who presses Ctrl-C twice shall not stop the tidying up
        signal.signal(ending, signal.SIG_IGN)
    sys.exit(128 + number)  # by way of an exception, so that nothing is left lying about


for _number in _ENDING:
    signal.signal(_number, _end)
sys.exit(main())
