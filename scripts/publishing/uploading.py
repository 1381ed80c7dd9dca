"""Hands files to a package index, with `uv publish`."""

import os
import re
from pathlib import Path

from uv import find_uv_bin

from publishing.address import Address
from publishing.credentials import Credentials
from publishing.index import refused
from publishing.programs import run, said

_STATUS = re.compile(r"status code:? (\d{3})|\b(401|403)\b")


def upload(file: Path, address: Address, credentials: Credentials | None) -> str | None:
    """Upload a file; returns None, or why uv thinks that it failed, and what to do."""
    ran = run(
        *(find_uv_bin(), "--no-progress", "--color", "never", "publish", "--trusted-publishing", "never"),
        *("--keyring-provider", "disabled", "--no-attestations", "--publish-url", address.url, file),
        environment=_environment(credentials),
    )
    if not ran.returncode:
        return None
    status = _STATUS.search(ran.stderr)
    if status and (number := int(status[1] or status[2])) in {401, 403}:
        return refused(address.url, credentials, number)
    return (
        f"{file.name} could not be uploaded to {address.url}:\n{said(ran)}\n"
        "Run this again when that is mended: it uploads what is missing"
    )


def _environment(credentials: Credentials | None) -> dict[str, str]:
    """Return the environment of this process with these credentials, which are visible to nobody there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("UV_PUBLISH_")}
    if credentials:
        environment |= {"UV_PUBLISH_USERNAME": credentials.username, "UV_PUBLISH_PASSWORD": credentials.password}
    return environment
