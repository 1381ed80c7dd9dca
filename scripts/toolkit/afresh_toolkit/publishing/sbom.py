"""Lists what a release brings along, as a software bill of materials (CycloneDX)."""

import sys
from pathlib import Path

from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.programs import run, said


def write_sbom(python: Path, source: Path, target: Path) -> None:
    """Write the bill of an environment, whose main component is the SDK of a source tree; the same bytes each time.

    Raises PublishError where it cannot be told.
    """
    ran = run(
        # Unvalidated, which takes ten times as long as all else: the tests do that.
        *(sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--no-validate"),
        *("--mc-type", "library", "--pyproject", source / "pyproject.toml"),
        *("--output-format", "JSON", "--output-file", target, python),
    )
    if ran.returncode:
        raise PublishError(f"the bill of materials cannot be written:\n{said(ran)}")
