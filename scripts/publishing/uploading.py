"""Hands files to a package index, with `uv publish`."""

import os
import re
import subprocess
from pathlib import Path

from uv import find_uv_bin

from publishing.address import Address
from publishing.credentials import Credentials
from publishing.index import refused
from publishing.programs import run

_REASON = re.compile(r"^\s*(?:error|cause|caused by):\s*(.*)$", re.IGNORECASE)
_STATUS = re.compile(r"\b(401|403)\b")


def upload(file: Path, address: Address, credentials: Credentials) -> str | None:
    """Upload a file; returns None, or why uv thinks that it failed, and what to do."""
    ran = run(
        *(find_uv_bin(), "--no-progress", "--color", "never", "publish", "--trusted-publishing", "never"),
        *("--keyring-provider", "disabled", "--no-attestations", "--publish-url", address.url, file),
        environment=_environment(credentials),
    )
    if not ran.returncode:
        return None
    reasons = _reasons(ran)
    if status := next((found for reason in reasons if (found := _STATUS.search(reason))), None):
        return refused(address.url, credentials, int(status[1]))
    said = "\n".join(f"    {reason}" for reason in reasons)
    return (
        f"{file.name} could not be uploaded to {address.url}:\n{said}\n"
        "Mend that, and run this again: it uploads what is missing"
    )


def _reasons(ran: subprocess.CompletedProcess[str]) -> list[str]:
    """Return what went wrong in uv's words, the outermost first, which says what we say; all of it where it is unclear."""
    lines = ran.stderr.splitlines()
    return [found[1] for line in lines if (found := _REASON.match(line))][1:] or lines


def _environment(credentials: Credentials) -> dict[str, str]:
    """Return the environment of this process with these credentials: a command line could be seen by others."""
    others = {name: value for name, value in os.environ.items() if not name.startswith("UV_PUBLISH_")}
    return others | {"UV_PUBLISH_USERNAME": credentials.username, "UV_PUBLISH_PASSWORD": credentials.password}
