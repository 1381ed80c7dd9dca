"""The command line of `afresh-toolkit docs`."""

import argparse
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from afresh_toolkit.documenting.building import build
from afresh_toolkit.documenting.environment import interpreter
from afresh_toolkit.documenting.problems import DocumentingError
from afresh_toolkit.documenting.releases import build_releases, write_versions
from afresh_toolkit.documenting.serving import serve
from afresh_toolkit.invocation import Invocation

NEXT = "next"
"""The folder of what is in the work tree."""


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    options = _parser(invocation.name).parse_args(arguments)
    checkout = invocation.checkout
    site = options.output or checkout.root / "site"
    try:
        python = interpreter(checkout.root)
        build(checkout, python, site / NEXT, is_strict=options.strict)
        releases = build_releases(checkout, python, site) if options.releases else []
        first = write_versions(site, [*releases, NEXT])
    except DocumentingError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
        return 1
    print(f"The site is {first}.")
    if options.open:
        webbrowser.open(first.resolve().as_uri())
    if options.serve is not None:
        serve(site, options.serve)
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=name,
        description="Builds the site of the documentation in site/. It needs no network to be read, and no server.",
    )
    parser.add_argument("--open", action="store_true", help="open it in a browser")
    parser.add_argument(
        "--serve",
        type=int,
        nargs="?",
        const=8000,
        metavar="PORT",
        help="serve it on this machine, at port 8000 by default",
    )
    parser.add_argument(
        "--releases", action="store_true", help="build the site of each release, too: of each tag v1.2.3"
    )
    parser.add_argument("--strict", action="store_true", help="fail where Sphinx warns, of a broken link for example")
    parser.add_argument("--output", type=Path, metavar="DIR", help="the folder of the site; site/ by default")
    return parser
