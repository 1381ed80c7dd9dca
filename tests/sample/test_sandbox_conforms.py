"""The sandbox does what openapi.yaml says: see `sandbox_conformance.py`, whose tests run in a process of their own.

The plugin of schemathesis, which they need, takes seconds to load: for each process that runs tests, and for whoever
runs but one of them.
"""

import subprocess
import sys

import pytest

from places import ROOT, TESTS


@pytest.mark.timeout(900)  # each of them is given two minutes there
def test_the_sandbox_conforms_to_its_description() -> None:
    tests = str(TESTS / "sample" / "sandbox_conformance.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "schemathesis", tests]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "19 passed" in ran.stdout
