"""`python -m scaffold`, which scripts/new-sdk runs."""

import signal
import sys
from types import FrameType

from scaffold.cli import main


def _end(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)  # by way of an exception, so that nothing is left lying about


signal.signal(signal.SIGTERM, _end)
sys.exit(main())
