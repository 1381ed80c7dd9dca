"""Writes the open tasks that are overdue to a CSV file.

    python examples/report.py overdue.csv

AFRESH_BASE_URL, AFRESH_USERNAME and AFRESH_PASSWORD say where the API is, and who asks. With AFRESH_STORE, the session
is kept for the next run.
"""

import csv
import sys
from datetime import UTC, datetime
from pathlib import Path

from afresh import Client, SDKError


def write_report(api: Client, path: Path) -> int:
    """Write the report; return how many tasks it has."""
    today = datetime.now(UTC).date()
    late = [task for task in api.tasks.list(status="open", due_before=today) if task.due_on]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["due", "priority", "title"])
        rows.writerows([task.due_on, task.priority, task.title] for task in late)
    return len(late)


def main() -> None:
    """Run the script."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - its own name, and the file
        sys.exit("usage: report.py FILE")
    try:
        with Client.from_env() as api:
            count = write_report(api, Path(sys.argv[1]))
    except SDKError as error:  # a message says what happened, where, and what to do
        sys.exit(f"report.py: {error}")
    print(f"{sys.argv[1]}: {count} tasks are overdue")


if __name__ == "__main__":
    main()
