"""`scripts/explore --mutations`: puts each bug of a list into its module, and has its tests find it."""

from __future__ import annotations

import argparse
import sys
import time

from rich.console import Console
from rich.table import Table

from mutations.listed import read
from mutations.trial import LEAST_FOUND, Trial, chosen, rows, suffices, total

console = Console(highlight=False, markup=False, soft_wrap=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/explore --mutations", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="a list, such as retrying, or one bug of it; by default all"
    )
    parser.add_argument("--jobs", type=int, choices=(1, 2), default=2, help="how many at once (default: %(default)s)")
    arguments = parser.parse_args()
    try:
        mutations = chosen(read(), arguments.names)
    except ValueError as error:
        parser.error(str(error))
    began = time.monotonic()
    tried = []
    try:
        for one in Trial(mutations, arguments.jobs).run():
            tried.append(one)
            console.print(f"[{len(tried)}/{len(mutations)}] {one.mutation} ({one.ran.seconds:.0f} s): {one}")
    except RuntimeError as error:
        console.print(str(error))
        return 1
    table = Table("module", *("mutations", "found", "survived", "explained"))
    for row in rows(tried):
        table.add_row(*row.cells)
    table.add_section()
    table.add_row(*total(tried).cells)
    console.print()
    console.print(table)
    for one in tried:
        if not one.is_found:
            console.print(f"{one.mutation}: {one}")
    sums = total(tried)
    console.print(
        f"{sums.found / sums.count:.1%} found in {time.monotonic() - began:.0f} s; "
        f"at least {LEAST_FOUND:.0%} must be, and all others explained"
    )
    return not suffices(tried)


if __name__ == "__main__":
    sys.exit(main())
