"""The command `afresh-toolkit help`: shows a page about the commands, with the names of the repository."""

import argparse
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.markdown import Markdown

from afresh_toolkit.checkout import CheckoutError
from afresh_toolkit.invocation import Invocation
from afresh_toolkit.scaffold.names import OWN, Names
from afresh_toolkit.scaffold.parts import PAGES, places

WIDTH = 100


def main(arguments: Sequence[str], invocation: Invocation) -> int:
    """Run the command; returns its exit status: 0 is done, 2 wrong usage."""
    parser = argparse.ArgumentParser(
        prog=invocation.name,
        description="Shows a page about the commands: formatted in a terminal, and else as Markdown.",
    )
    parser.add_argument("page", choices=PAGES)
    page = parser.parse_args(arguments).page
    text = Names(_package(invocation)).put_into((places()[0] / PAGES[page]).read_text(encoding="utf-8"))
    if not sys.stdout.isatty():
        print(text, end="")
        return 0
    console = Console()
    console.width = min(console.width, WIDTH)
    with console.pager(styles=True):
        console.print(Markdown(text, hyperlinks=False))
    return 0


def _package(invocation: Invocation) -> str:
    try:
        return invocation.checkout.package
    except CheckoutError:
        return OWN
