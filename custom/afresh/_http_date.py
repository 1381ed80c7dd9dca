"""Dates as HTTP writes them (RFC 9110, section 5.6.7), and the Retry-After header (section 10.2.3)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx


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


def retry_after(response: httpx.Response) -> float | None:
    """Give the seconds to wait that a response asks for; None where it does not, or not legibly."""
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    moment = http_date(value)
    return None if moment is None else max(0.0, (moment - datetime.now(UTC)).total_seconds())
