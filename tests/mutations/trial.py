"""Tries the bugs one by one, and counts which were found."""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final

from attrs import define, field, frozen

from mutations.workspace import ROOT, Ran, Workspace

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Sequence

    from mutations.listed import Mutation

LEAST_FOUND: Final = 0.97
"""The share of all bugs that the tests have to find."""

_SLOWER: Final = 4
"""How many times as long as without a bug the tests may take: after that they count as hanging."""


@frozen
class Tried:
    """What came of a bug."""

    mutation: Mutation
    ran: Ran

    @property
    def is_found(self) -> bool:
        return self.ran.has_found

    @property
    def complaint(self) -> str | None:
        """What is wrong with it; None where nothing is."""
        why = self.mutation.survives
        if self.is_found:
            return f"found by {self.ran.failed}, though it says that none can: {why}" if why else None
        if not self.ran.has_passed:
            return f"broke the tests, with status {self.ran.status}:\n{self.ran.output}"
        return None if why else f"SURVIVED: {self.mutation.why}"

    def __str__(self) -> str:
        if self.complaint is not None:
            return self.complaint
        return f"found by {self.ran.failed}" if self.is_found else f"survived: {self.mutation.survives}"


@frozen
class Row:
    """How many bugs of a module there are, and what came of them."""

    area: str
    count: int
    found: int
    explained: int

    @property
    def cells(self) -> tuple[str, ...]:
        left = self.count - self.found
        return self.area, str(self.count), str(self.found), str(left), str(self.explained)


@define
class Trial:
    """One run through a list.

    Attributes:
        mutations: The list.
        jobs: How many bugs are tried at once, each in a workspace of its own.
        root: The project.
        shortest_limit: Seconds after which no test counts as hanging yet.
    """

    mutations: Sequence[Mutation]
    jobs: int = 1
    root: Path = ROOT
    shortest_limit: float = 20.0
    _seconds: dict[str, float] = field(factory=dict, init=False)

    def run(self) -> Iterator[Tried]:
        """Try all bugs; what came of each, as soon as it is known.

        Raises:
            RuntimeError: Some tests fail without a bug.
        """
        with self._workspaces() as free, ThreadPoolExecutor(self.jobs) as pool:
            workspace = free.get()
            for file in dict.fromkeys(file for mutation in self.mutations for file in mutation.tests):
                ran = workspace.run((file,), limit=600)
                if not ran.has_passed:
                    raise RuntimeError(f"{file} failed without a bug:\n{ran.output}")
                self._seconds[file] = ran.seconds
            free.put(workspace)
            tasks = [pool.submit(self._try, mutation, free) for mutation in self.mutations]
            try:
                for task in as_completed(tasks):
                    yield task.result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _try(self, mutation: Mutation, free: SimpleQueue[Workspace]) -> Tried:
        workspace = free.get()
        source = workspace.read(mutation.path)
        try:
            workspace.write(mutation.path, mutation.put_into(source))
            limit = max(self.shortest_limit, _SLOWER * sum(self._seconds[file] for file in mutation.tests))
            return Tried(mutation, workspace.run(mutation.tests, first=mutation.by, limit=limit))
        finally:
            workspace.write(mutation.path, source)
            free.put(workspace)

    @contextmanager
    def _workspaces(self) -> Generator[SimpleQueue[Workspace]]:
        folder = Path(tempfile.mkdtemp(prefix="mutations-"))
        free: SimpleQueue[Workspace] = SimpleQueue()
        try:
            for number in range(self.jobs):
                free.put(Workspace(folder / str(number), self.root))
            yield free
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def rows(tried: Iterable[Tried]) -> list[Row]:
    """Count, module by module."""
    areas: dict[str, list[Tried]] = defaultdict(list)
    for one in tried:
        areas[one.mutation.area].append(one)
    return [_row(area, ones) for area, ones in sorted(areas.items())]


def _row(name: str, tried: Sequence[Tried]) -> Row:
    explained = sum(not one.is_found and one.complaint is None for one in tried)
    return Row(name, len(tried), sum(one.is_found for one in tried), explained)


def total(tried: Sequence[Tried]) -> Row:
    """Count all of them."""
    return _row("all", tried)


def suffices(tried: Sequence[Tried]) -> bool:
    """Whether enough were found, and the others are explained."""
    found = sum(one.is_found for one in tried)
    return found >= LEAST_FOUND * len(tried) and all(one.complaint is None for one in tried)


def chosen(mutations: Iterable[Mutation], names: Sequence[str]) -> list[Mutation]:
    """Return the mutations of these names, each that of a list, or of a bug in one; all where none is given.

    Raises:
        ValueError: There is none of a name.
    """
    everything = list(mutations)
    if not names:
        return everything
    known = {name for it in everything for name in (it.area, str(it))}
    unknown = [name for name in names if name not in known]
    if unknown:
        areas = ", ".join(area for area, _ in groupby(it.area for it in everything))
        raise ValueError(f"there is no bug or list {' or '.join(unknown)}; the lists are {areas}")
    return [it for it in everything if it.area in names or str(it) in names]
