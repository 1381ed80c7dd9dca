"""The version of the installed SDK."""

from __future__ import annotations

from typing import Final

DISTRIBUTION: Final = "afresh-sdk"
"""The distribution that the SDK is installed as."""


def installed_version() -> str:
    """Return the version of the distribution; an empty string if it is not installed."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - slow, and needed once at the most

    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:  # for example, copied into another project
        return ""
