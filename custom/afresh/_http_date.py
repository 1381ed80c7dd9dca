"""HTTP dates (RFC 9110, section 5.6.7), the Retry-After header (section 10.2.3), and `retry-after-ms` beside it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import httpx

_MILLISECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


def http_date(text: str | None) -> datetime | None:
    """Parse an HTTP date. Return None if it is missing or cannot be parsed.

    Args:
        text: The header's value, or None if there is no such header.
    """
    try:
        date = parsedate_to_datetime(text or "")
    except Exception:  # noqa: BLE001 - huge numbers raise more than ValueError, depending on the Python version
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds that a response asks to wait. None if it does not ask, or the header cannot be parsed.

    Some servers send the same in milliseconds, which is finer: `retry-after-ms`.
    """
    milliseconds = response.headers.get("retry-after-ms", "").strip()
    if _MILLISECONDS.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    value = response.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value[:12])
    date = http_date(value)
    return None if date is None else max(0.0, (date - datetime.now(UTC)).total_seconds())
