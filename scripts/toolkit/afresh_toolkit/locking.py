"""The command `afresh-toolkit lock`: pins what pyproject.toml asks for, with hashes, for every Python and platform."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from uv import find_uv_bin

from afresh_toolkit.children import run
from afresh_toolkit.invocation import Invocation

OLDEST = "3.11"
"""The Python from which on the pins hold."""


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    options = _parser(invocation.name).parse_args(arguments)
    root = invocation.checkout.root
    also = [root / "scripts" / "toolkit" / "pyproject.toml"]  # where the repository has the toolkit's sources itself
    command = [
        *(find_uv_bin(), "pip", "compile", "--quiet", "--generate-hashes", "--universal", "--python-version", OLDEST),
        *("--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"),
        "--no-strip-extras",  # pip wants the hash of `coverage[toml]` named so, where a package depends on that
        *("--group", f"{options.pyproject}:{options.group}", "--output-file", options.output, options.pyproject),
        *(file.relative_to(root) for file in also if file.is_file()),
        *(("--find-links", "scripts") if any(root.glob("scripts/*.whl")) else ()),
        *(("--upgrade",) if options.upgrade else ()),
    ]
    ran = run(command, root, stderr=None)
    if ran.returncode:
        print(f"{invocation.name}: {options.output} stays as it was: mend what uv says", file=sys.stderr)
        return 1
    print(f"{options.output} is locked.")
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name, description="Pins what pyproject.toml asks for, with hashes, for every Python and platform."
    )
    parser.add_argument("--upgrade", action="store_true", help="move to the newest versions")
    parser.add_argument("--group", default="dev", metavar="NAME", help="the dependency group to pin; dev by default")
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("requirements.lock"),
        metavar="FILE",
        help="the lock file, from the repository's folder; requirements.lock by default",
    )
    parser.add_argument(
        "--pyproject",
        type=Path,
        default=Path("pyproject.toml"),
        metavar="FILE",
        help="what asks for it, from the repository's folder; pyproject.toml by default",
    )
    return parser
