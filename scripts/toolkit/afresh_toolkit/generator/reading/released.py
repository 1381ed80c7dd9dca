"""Whether an SDK was released, so that others rely on its names."""

import re
import subprocess
from contextlib import suppress
from pathlib import Path

from packaging.version import InvalidVersion, Version

_HEADING = re.compile(r"^## \[?v?([^\]\s]+)", re.MULTILINE)


def is_released(root: Path) -> bool:
    """Whether the project in a folder has had a release: a version in CHANGELOG.md, or a tag such as v1.2.0."""
    try:
        changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8", errors="replace")
    except OSError:
        changelog = ""
    return _has_version(_HEADING.findall(changelog)) or _has_version(_tags(root))


def _tags(root: Path) -> list[str]:
    """Return the tags of releases; none where there is no git, or no repository."""
    with suppress(OSError):
        listed = subprocess.run(
            ["git", "tag", "--list", "v[0-9]*"],  # noqa: S607 - from the PATH
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        return listed.stdout.split()
    return []


def _has_version(names: list[str]) -> bool:
    for name in names:
        with suppress(InvalidVersion):  # such as Unreleased, or v2-draft
            Version(name)
            return True
    return False
