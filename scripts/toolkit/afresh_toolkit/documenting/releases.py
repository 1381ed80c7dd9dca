"""The sites of the releases, a folder for each, and what lets a reader choose between them."""

import json
import re
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from afresh_toolkit.checkout import Checkout, CheckoutError
from afresh_toolkit.children import run
from afresh_toolkit.documenting.building import build
from afresh_toolkit.documenting.problems import DocumentingError

_TAG = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def build_releases(checkout: Checkout, python: Path, site: Path) -> list[str]:
    """Build the site of each release that has none yet; return the versions, the newest first.

    A release is a tag such as v1.2.0, and does not change. Releases without docs/ have no site.
    """
    built: list[str] = []
    for tag in _tags(checkout.root):
        version = tag.removeprefix("v")
        if (site / version / "index.html").is_file() or _build(checkout.root, tag, python, site / version):
            built.append(version)
    return built


def write_versions(site: Path, versions: Sequence[str]) -> Path:
    """Write the list that pages offer, and a first page that leads to the first of them; return that one's."""
    listed = json.dumps(list(versions))
    (site / "versions.js").write_text(f"window.siteVersions = {listed};\n", encoding="utf-8")
    first = f"{versions[0]}/index.html"
    (site / "index.html").write_text(
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Documentation</title>\n'
        f'<meta http-equiv="refresh" content="0; url={first}">\n<p><a href="{first}">Documentation</a></p>\n</html>\n',
        encoding="utf-8",
    )
    (site / ".nojekyll").touch()
    return site / first


def _build(root: Path, tag: str, python: Path, output: Path) -> bool:
    archive = _git(root, "archive", tag)
    with TemporaryDirectory() as temporary:
        with tarfile.open(fileobj=BytesIO(archive)) as content:
            content.extractall(temporary, filter="data")
        if not Path(temporary, "docs").is_dir():
            return False
        try:
            tree = Checkout.at(Path(temporary))
        except CheckoutError:
            return False
        build(tree, python, output, is_strict=False)
    return True


def _tags(root: Path) -> list[str]:
    tags = [tag for tag in _git(root, "tag", "--list", "v*").decode().split() if _TAG.fullmatch(tag)]
    return sorted(tags, key=lambda tag: [int(part) for part in tag.removeprefix("v").split(".")], reverse=True)


def _git(root: Path, *arguments: str) -> bytes:
    try:
        ran = run(["git", *arguments], root)
    except FileNotFoundError:
        raise DocumentingError("--releases needs git, which is not installed") from None
    if ran.returncode:
        raise DocumentingError(f"git {' '.join(arguments)} failed: {ran.stderr.decode().strip()}")
    return ran.stdout
