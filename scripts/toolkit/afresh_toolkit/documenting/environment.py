"""The environment that builds the site, `.venv-docs`: the tests do not need what is in it."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from afresh_toolkit.documenting.problems import DocumentingError

LOCK = Path(__file__).parent / "requirements.lock"
FOLDER = ".venv-docs"


def interpreter(root: Path) -> Path:
    """Return the Python of the environment; it is made where it is missing, or has other versions."""
    folder = root / FOLDER
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = folder / "stamp"
    wanted = f"{sys.version} {sha256(LOCK.read_bytes()).hexdigest()}"
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        print(f"Making {FOLDER} …", file=sys.stderr)
        _run([sys.executable, "-m", "venv", "--clear", folder])
        quiet = ("--quiet", "--disable-pip-version-check")
        _run([python, "-m", "pip", "install", *quiet, "--require-hashes", "--requirement", LOCK])
        stamp.write_text(wanted, encoding="utf-8")
    return python


def _run(command: list[str | Path]) -> None:
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        raise DocumentingError(f"{FOLDER} cannot be made: {ran.stderr.strip() or ran.stdout.strip()}")
