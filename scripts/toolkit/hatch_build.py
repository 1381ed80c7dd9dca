"""Puts what `afresh-toolkit new` delivers into the wheel and the sdist: files of the repository around this folder."""

import runpy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = "template"


class TemplateHook(BuildHookInterface[Any]):
    """Carries the files that the toolkit's own list names. An editable install reads them where they are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files: those of the repository, or in an unpacked sdist those that it carries."""
        if version == "editable":
            return
        here = Path(self.root)
        root = here / CARRIED if (here / CARRIED).is_dir() else here.parents[1]
        parts = runpy.run_path(str(here / "afresh_toolkit" / "scaffold" / "parts.py"))
        included: dict[str, str] = build_data["force_include"]
        if self.target_name == "sdist":
            included.update({str(root / path): f"{CARRIED}/{path}" for path in parts["list_carried"](root)})
            return
        self._folder = TemporaryDirectory()
        archive = Path(self._folder.name, parts["ARCHIVE"])
        archive.write_bytes(parts["pack_all"](root))
        included[str(archive)] = f"afresh_toolkit/{archive.name}"
