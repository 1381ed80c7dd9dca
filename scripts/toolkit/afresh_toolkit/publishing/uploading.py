"""Hands files to a package index, with `uv publish`."""

import re
from pathlib import Path

import requests
from requests.auth import HTTPBasicAuth
from uv import find_uv_bin

from afresh_toolkit.publishing.address import Address
from afresh_toolkit.publishing.credentials import Credentials
from afresh_toolkit.publishing.index import TIMEOUT, refused
from afresh_toolkit.publishing.programs import run

_REASON = re.compile(r"^\s*(?:error|cause|caused by):\s*(.*)$", re.IGNORECASE)


def upload(file: Path, address: Address, credentials: Credentials) -> str | None:
    """Upload a file; returns None, or why it seems to have failed, and what to do."""
    # By the environment: a command line can be seen by others.
    signing = {"UV_PUBLISH_USERNAME": credentials.username, "UV_PUBLISH_PASSWORD": credentials.password}
    ran = run(
        *(find_uv_bin(), "--no-progress", "--color", "never", "publish", "--trusted-publishing", "never"),
        *("--keyring-provider", "disabled", "--no-attestations", "--publish-url", address.url, file),
        variables=signing,
    )
    if not ran.returncode:
        return None
    if status := _refusal(address, credentials):
        return refused(address.url, credentials, status)
    lines = ran.stderr.splitlines()
    # The first error says what is said here; where a server says more, it is a page of HTML.
    reasons = [found[1] for line in lines if (found := _REASON.match(line))][1:] or lines
    listed = "\n".join(f"    {reason}" for reason in reasons)
    return (
        f"{file.name} could not be uploaded to {address.url}:\n{listed}\n"
        "When that is mended, run this again: it uploads what is missing"
    )


def _refusal(address: Address, credentials: Credentials) -> int | None:
    """Ask for the status with which an index lets somebody not in, by an upload of nothing; None where it does.

    Many answer before they have read the upload, and hang up: uv then sees a connection that broke, and no answer.
    """
    try:
        status = requests.post(
            address.url,
            data={":action": "file_upload"},
            auth=HTTPBasicAuth(credentials.username.encode(), credentials.password.encode()),
            allow_redirects=False,
            timeout=TIMEOUT,
        ).status_code
    except requests.RequestException:
        return None
    return status if status in {401, 403} else None
