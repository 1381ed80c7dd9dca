"""Makes the wheel of the toolkit that runs: of its sources, or where it was installed from a wheel, that wheel again.

Both come to the same bytes, so that the hash in a lock file holds for what is on a package index, too.
"""

import base64
import csv
import io
import os
import stat
import subprocess
import sys
import zipfile
from hashlib import sha256
from importlib.metadata import Distribution, distribution
from pathlib import Path

from afresh_toolkit.scaffold.parts import ARCHIVE
from afresh_toolkit.scaffold.pinning import DISTRIBUTION, Wheel
from afresh_toolkit.scaffold.problems import ScaffoldError

_SOURCES = Path(__file__).resolve().parents[2]
_ADDED = ("INSTALLER", "REQUESTED", "direct_url.json", "RECORD", "uv_cache.json")
"""What installers put beside a wheel's own metadata, and the record, which they change."""
_CARRIED = f"afresh_toolkit/{ARCHIVE}"
_METADATA = ("METADATA", "WHEEL", "entry_points.txt", "licenses/LICENSE")
_MOMENT = (2020, 2, 2, 0, 0, 0)
"""What hatchling has for the time of each file."""


def toolkit_wheel(folder: Path) -> Wheel:
    """Return the wheel of the toolkit that runs; `folder` is an empty one, to work in."""
    return _build(folder) if (_SOURCES / "hatch_build.py").is_file() else _pack(distribution(DISTRIBUTION))


def _build(folder: Path) -> Wheel:
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    ran = subprocess.run(command, cwd=_SOURCES, env=environment, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise ScaffoldError(f"the wheel of {DISTRIBUTION} cannot be built: {ran.stderr.strip()}")
    (file,) = folder.glob("*.whl")
    return Wheel(file.name, file.read_bytes())


def _pack(installed: Distribution) -> Wheel:
    """Put the installed files together again, as hatchling does: the same order, times and modes."""
    name = f"{DISTRIBUTION.replace('-', '_')}-{installed.version}"
    info = f"{name}.dist-info"
    paths = [file for file in installed.files or () if _is_own(str(file), info)]
    if not any(str(path) == f"{info}/METADATA" for path in paths):
        raise ScaffoldError(f"the installed {DISTRIBUTION} does not say which files it has: install it anew")
    files = {str(path): Path(str(installed.locate_file(path))).read_bytes() for path in paths}
    packed = io.BytesIO()
    record = io.StringIO()
    writer = csv.writer(record, delimiter=",", quotechar='"', lineterminator="\n")
    with zipfile.ZipFile(packed, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items(), key=lambda item: _order(item[0], info)):
            _write(archive, path, content)
            digest = base64.urlsafe_b64encode(sha256(content).digest()).decode().rstrip("=")
            writer.writerow((path, f"sha256={digest}", len(content)))
        writer.writerow((f"{info}/RECORD", "", ""))
        _write(archive, f"{info}/RECORD", record.getvalue().encode())
    return Wheel(f"{name}-py3-none-any.whl", packed.getvalue())


def _order(path: str, info: str) -> tuple[int, list[tuple[bool, str]]]:
    """Return the place of a file in the wheel: the package, folder by folder; what `new` delivers; the metadata."""
    folders = path.split("/")[:-1]
    in_walk = [*((True, folder) for folder in folders), (False, path)]
    if path.startswith(f"{info}/"):
        return 2, [(False, str(_METADATA.index(path.removeprefix(f"{info}/"))))]
    if path == _CARRIED:
        return 1, []
    return 0, in_walk


def _is_own(path: str, info: str) -> bool:
    if path.startswith(f"{info}/"):
        return path.removeprefix(f"{info}/") not in _ADDED
    return path.startswith("afresh_toolkit/") and "__pycache__" not in path


def _write(archive: zipfile.ZipFile, path: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(path, _MOMENT)
    kind = 0 if ".dist-info/" in path else stat.S_IFREG
    entry.external_attr = (kind | (0o755 if content.startswith(b"#!") else 0o644)) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content)
