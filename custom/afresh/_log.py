"""The logger of the SDK, for code that must go on whatever a handler or a filter of the application raises."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("afresh")


def tell(
    level: int,
    message: str,
    *arguments: object,
    error: BaseException | None = None,
    extra: Mapping[str, object] | None = None,
) -> None:
    """Log a message.

    What a handler or a filter raises goes to standard error, as `logging` does with what a handler meets in `emit`.

    Args:
        level: One of the levels of `logging`.
        message: What happened, with a `%` for each argument.
        arguments: What stands for them.
        error: Its traceback goes into the record.
        extra: The attributes of the record.
    """
    try:
        log.log(level, message, *arguments, exc_info=error, extra=extra)
    except Exception:  # noqa: BLE001 - a log must not decide what becomes of a session
        if logging.raiseExceptions and sys.stderr:
            traceback.print_exc()
