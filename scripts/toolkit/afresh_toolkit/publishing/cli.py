"""The command line of `afresh-toolkit publish`."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from afresh_toolkit.generator.finishing.swap import swap_in, workplace
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.loopback import ask_without_proxy
from afresh_toolkit.publishing.address import IndexAddress
from afresh_toolkit.publishing.credentials import PLACES, Access
from afresh_toolkit.publishing.local import rehearse
from afresh_toolkit.publishing.problems import PublishError
from afresh_toolkit.publishing.release import Released, release
from afresh_toolkit.publishing.repository import has_tag
from afresh_toolkit.publishing.steps import Steps, show_files
from afresh_toolkit.publishing.subject import SDK, TOOLKIT


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    ask_without_proxy(os.environ)
    parser = _parser(invocation.name)
    options = parser.parse_args(arguments)
    if options.upload_url and not options.index:
        parser.error("--upload-url goes with --index")
    root = invocation.checkout.root
    subject = TOOLKIT if options.toolkit else SDK
    if not (subject.in_tree(root) / "pyproject.toml").is_file():
        parser.error(f"--toolkit: there is no {subject.folder} here, which the toolkit is made of")
    try:
        with TemporaryDirectory(prefix="publish-") as temporary:
            folder, steps = Path(temporary), Steps()
            if options.local:
                released = rehearse(root, subject, folder, steps)
            else:
                address = IndexAddress.parse(options.index, options.upload_url)
                released = release(root, address, Access.find(address, os.environ), folder, steps, subject=subject)
            _keep(released, root / "dist")
    except PublishError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{invocation.name}: {error}; mend that, and run it again", file=sys.stderr)
        return 1
    show_files(root / "dist", [file.name for file in released.files])
    version = released.project.version
    if options.local:
        print(f"{released.project} was published to an index that is gone again; dist/ has what it would be.")
    else:
        tag = f"{subject.tag}{version}"
        next_ = "" if has_tag(root, tag) else f" Next: git tag {tag} && git push origin HEAD {tag}"
        print(f"{released.project} is on the index.{next_}")
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Builds, tries and uploads a release of what is committed. What is released is in dist/ then.",
        epilog=f"Credentials are looked for in this order: {PLACES}.",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--index", metavar="URL", help="the index, as pip's --index-url has it: its Simple API")
    where.add_argument("--local", action="store_true", help="rehearse it with an index on this machine")
    parser.add_argument(
        "--toolkit", action="store_true", help="release afresh-toolkit, of scripts/toolkit, not the SDK"
    )
    parser.add_argument(
        "--upload-url", metavar="URL", help="where files are sent to, if that is not --index without its /simple/"
    )
    return parser


def _keep(released: Released, dist: Path) -> None:
    """Let dist/ hold this release, and nothing else."""
    with workplace(dist) as folder:
        new = folder / "new"
        new.mkdir()
        for file in released.files:
            (new / file.name).write_bytes(file.read_bytes())
        swap_in(new, dist, folder)
