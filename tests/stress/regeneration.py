"""Kills a regeneration at random moments, and looks at what is there each time: the old package or the new one.

`PYTHONPATH=tests python -m stress.regeneration --kills 50`; its exit status is 1 where there was neither.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import track

from made import OPENAPI, SCRIPT, content

CHANGED = OPENAPI.replace("    Task:\n", "    Brandnew: {type: object}\n    Task:\n", 1)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="stress.regeneration", description=__doc__)
    parser.add_argument("--kills", type=int, default=50, metavar="N", help="(%(default)s)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), metavar="N", help="(a new one each time)")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    # What a killed run had started may still be writing.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        found = Counter(kill(Path(folder), options.kills, chance))
    parts = ", ".join(f"{count} times {what}" for what, count in sorted(found.items()))
    Console().print(f"{options.kills} kills (seed {options.seed}): {parts}")
    return int(any(what not in {"the old package", "the new package"} for what in found))


def kill(folder: Path, kills: int, chance: random.Random) -> list[str]:
    """Say what was there after each kill."""
    description, package = folder / "openapi.yaml", folder / "afresh_api"
    command = [sys.executable, "-P", "-m", "generator", "--spec", str(description)]
    command += ["--output", str(folder), "--package", package.name]
    whole, seconds = [], []
    for text in (OPENAPI, CHANGED, OPENAPI):
        description.write_text(text, encoding="utf-8")
        started = time.monotonic()
        subprocess.run(command, check=True, capture_output=True, env={"PYTHONPATH": str(SCRIPT.parent)})
        seconds.append(time.monotonic() - started)
        whole.append(content(package))
    texts, found = {0: OPENAPI, 1: CHANGED}, []
    is_now = 0
    for _ in track(range(kills), "Killing", console=Console(stderr=True)):
        description.write_text(texts[1 - is_now], encoding="utf-8")
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={"PYTHONPATH": str(SCRIPT.parent)}
        ) as run:
            try:
                run.wait(chance.uniform(0, 1.1 * max(seconds)))
            except subprocess.TimeoutExpired:
                run.kill()
        there = content(package) if package.exists() else {}
        if there == whole[1 - is_now]:
            is_now = 1 - is_now
            found.append("the new package")
        else:
            found.append("the old package" if there == whole[is_now] else "something else")
    return found


if __name__ == "__main__":
    sys.exit(main())
