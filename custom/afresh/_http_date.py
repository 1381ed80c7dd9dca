"""Dates as HTTP writes them (RFC 9110, section 5.6.7)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(text: str | None) -> datetime | None:
    """Read a date; None where there is none, whatever stands there in its place.

    Args:
        text: The header's value, None where there is no such header.
    """
    try:
        moment = parsedate_to_datetime(text or "")
    except Exception:  # noqa: BLE001 - numbers of any size raise more than ValueError, and not the same in each Python
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
