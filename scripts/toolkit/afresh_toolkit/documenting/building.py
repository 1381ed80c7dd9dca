"""Builds the site of one tree."""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path
from shutil import copyfile, copytree, rmtree
from tempfile import TemporaryDirectory

from afresh_toolkit.checkout import Checkout
from afresh_toolkit.documenting.accessible import mend
from afresh_toolkit.documenting.configuration import configuration
from afresh_toolkit.documenting.problems import DocumentingError
from afresh_toolkit.documenting.sources import CHANGES, Page, Sources, markdown_pages, put_together


def build(checkout: Checkout, python: Path, output: Path, *, is_strict: bool) -> None:
    """Build the site of a repository into a folder, with the Python that has Sphinx.

    What the client needs is taken from the environment of this process. Warnings are shown; if it is strict, they are
    an error.
    """
    version = str(_settings(checkout.root).get("version", ""))
    with TemporaryDirectory() as temporary:
        sources, built = Path(temporary, "sources"), Path(temporary, "built")
        found = put_together(checkout.root, checkout.package, sources)
        (sources / "conf.py").write_text(configuration(found.title, version), encoding="utf-8")
        own = [checkout.root / "custom", checkout.root / "generated", sysconfig.get_path("purelib")]
        ran = subprocess.run(
            [
                python,
                "-m",
                "sphinx",
                "-q",
                "-b",
                "html",
                *(("-W", "--keep-going") if is_strict else ()),
                sources,
                built,
            ],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, own)), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        said = re.sub(rf"{re.escape(str(sources))}/", "", ran.stderr).strip()
        if ran.returncode:
            raise DocumentingError(f"Sphinx cannot build the site:\n{said}")
        if said:
            print(said, file=sys.stderr)
        for page in markdown_pages(sources):
            copyfile(sources / page, built / page)
        (built / "llms.txt").write_text(_for_models(found, has_changes=(sources / CHANGES).is_file()), encoding="utf-8")
        mend(built)
        rmtree(built / "_sources", ignore_errors=True)
        rmtree(built / ".doctrees", ignore_errors=True)
        (built / ".buildinfo").unlink(missing_ok=True)
        rmtree(output, ignore_errors=True)
        output.parent.mkdir(parents=True, exist_ok=True)
        copytree(built, output)


def _settings(root: Path) -> dict[str, object]:
    content = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    project: dict[str, object] = content.get("project", {})
    return project


def _for_models(sources: Sources, *, has_changes: bool) -> str:
    """Return llms.txt: what there is to read, as Markdown, for programs that read for people."""
    changes = [Page(CHANGES, "What changed", "The changelog")] if has_changes else []
    parts = {"Guide": sources.guide, "Reference": sources.reference, "Project": changes}
    lines = [f"# {sources.title}", "", "Each page is there as Markdown beside its HTML.", ""]
    for title, pages in parts.items():
        lines += [f"## {title}", "", *(f"- [{page.title}]({page.path}): {page.summary}" for page in pages), ""]
    return "\n".join(lines)
