"""`python -m generator`, which scripts/generate runs."""

import gc
import signal
import sys
from types import FrameType

from generator.cli import main


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)  # by way of an exception, so that nothing is left lying about


signal.signal(signal.SIGTERM, _end)
gc.disable()  # nearly all that a run makes is needed to its end: to look for what is not takes a fifth of its time
sys.exit(main())
