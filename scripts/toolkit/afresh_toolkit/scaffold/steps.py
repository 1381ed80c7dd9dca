"""What making a repository and renewing one have in common: what is said meanwhile, and the generator's run."""

import os
import subprocess
import sys
from pathlib import Path

from afresh_toolkit.generator.guessing.paging.verdict import HEAD
from afresh_toolkit.scaffold.problems import ScaffoldError


def say(doing: str) -> None:
    """Say what is being done."""
    print(doing, file=sys.stderr, flush=True)


def run_generator(repository: Path) -> str:
    """Generate the client of a repository, before it has an environment of its own; return what is said of lists."""
    command = [sys.executable, "-P", "-m", "afresh_toolkit", "--door", "scripts/generate", "generate"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(command, cwd=repository, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if ran.returncode:
        raise ScaffoldError("the client cannot be generated: mend that in the description, or by an overlay")
    say(ran.stdout.partition("\n")[0])  # what follows is told when the repository is there
    return "".join(ran.stdout.rpartition(HEAD)[1:]) if HEAD in ran.stdout else ""
