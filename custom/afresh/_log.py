"""Logging for code that must go on even if one of the application's log handlers or filters raises."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("afresh")


def log_safely(
    level: int,
    message: str,
    *arguments: object,
    error: BaseException | None = None,
    extra: Mapping[str, object] | None = None,
) -> None:
    """Log a message. Never raises.

    An error of a handler or filter is printed to standard error, as `logging` does with errors in `emit`.

    Args:
        level: A level of `logging`.
        message: The message, a `%` format string.
        arguments: The arguments of the format string.
        error: An error whose traceback is added to the record.
        extra: Attributes for the record.
    """
    try:
        log.log(level, message, *arguments, exc_info=error, extra=extra)
    except Exception:  # noqa: BLE001 - a failing log handler must not affect the session
        if logging.raiseExceptions and sys.stderr:
            traceback.print_exc()
