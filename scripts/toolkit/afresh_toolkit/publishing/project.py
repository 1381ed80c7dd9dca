"""What is released: the distribution's name and version, and what its changelog says."""

import re
import tomllib
from pathlib import Path

from attrs import define
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from afresh_toolkit.publishing.problems import PublishError


@define(frozen=True)
class Project:
    """A distribution, by its normalised name."""

    name: str
    version: Version

    @classmethod
    def read(cls, folder: Path) -> "Project":
        """Read a folder's pyproject.toml; raises PublishError where it has no name, or no version that is one."""
        try:
            said = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
            return cls(canonicalize_name(said["name"]), Version(said["version"]))
        except FileNotFoundError:
            raise PublishError("HEAD has no pyproject.toml: commit it, and run this again") from None
        except (tomllib.TOMLDecodeError, KeyError, InvalidVersion) as error:
            raise PublishError(f"pyproject.toml has no name and version that can be released: {error!r}") from None

    def __str__(self) -> str:
        """Say it as pip takes it."""
        return f"{self.name}=={self.version}"


def is_in_changelog(folder: Path, version: Version) -> bool:
    """Say whether CHANGELOG.md has a heading for a version."""
    changelog = folder / "CHANGELOG.md"
    text = changelog.read_text(encoding="utf-8") if changelog.exists() else ""
    return bool(re.search(rf"^## \[{re.escape(str(version))}\]", text, re.MULTILINE))
