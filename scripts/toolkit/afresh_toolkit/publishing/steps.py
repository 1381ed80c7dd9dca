"""Shows how far a release has come."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from afresh_toolkit.publishing.building import hash_of


class Steps:
    """Says on stderr what is being done, and what came of it."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False, soft_wrap=True)
        self._said: list[str] = []

    @contextmanager
    def step(self, doing: str) -> Iterator[None]:
        """Say that something is done for as long as it is, and then what was said meanwhile."""
        if self._console.is_terminal:
            with self._console.status(Text(f"{doing} …")):
                yield
        else:
            self._console.print(Text(f"{doing} …"))
            yield
        if self._console.is_terminal:
            self._console.print(Text.assemble(("✓ ", "green"), doing))
        for said in self._said:
            self._console.print(Text(f"  {said}", "dim"))
        self._said.clear()

    def say(self, text: str) -> None:
        """Say something about the step at hand, when it is done."""
        self._said.append(text)


def show_files(folder: Path, names: Iterable[str]) -> None:
    """Print a table of files, each with its size and hash."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("file", no_wrap=True)
    table.add_column("bytes", justify="right")
    table.add_column("sha256", overflow="fold")
    for name in names:
        file = folder / name
        table.add_row(name, f"{file.stat().st_size:,}", hash_of(file))
    Console(width=None if sys.stdout.isatty() else 200).print(table)
