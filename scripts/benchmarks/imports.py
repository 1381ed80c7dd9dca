"""`scripts/bench import`: what a fresh process takes to import a generated client, beside `import httpx`."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from benchmarks.generating import OURS, STOCK, operation_files, ours, stock
from benchmarks.interleaving import interleaved
from benchmarks.processes import python
from benchmarks.spread import Spread

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.processes import Usage

BEFORE: Final = "import sys; sys.modules['click'] = None"
"""httpx imports what its command line needs where that is installed, as it is here: who only uses the SDK has none."""
NOTHING: Final = "nothing"
BASE: Final = "httpx"
OWN: Final = "ours"
SDK: Final = "ours, and afresh.Client"
PEER: Final = "openapi-python-client"
CONSOLE: Final = {
    f"afresh {' '.join(arguments)}": f"import sys\nsys.argv[1:] = {arguments}\n"
    "from afresh._console.main import main\nsys.exit(main() * 0)"
    for arguments in (["--help"], ["status"], ["call"], ["call", "tasks", "list", "--help"])
}
"""Commands, by what they are called. Nobody is signed in."""
CONSOLE_TARGET: Final = 1.5
CPU_TARGET: Final = 1.5
MEMORY_TARGET: Final = 1.3
"""What a process with our package may take, as a multiple of one with httpx."""


@frozen
class Operation:
    """An operation in a package, and the models that its module names."""

    package: str
    tag: str
    name: str
    models: list[str]

    @classmethod
    def of(cls, file: Path) -> Operation:
        """Read it off its module."""
        models = re.findall(r"from \.\.\.models\.\w+ import \(?\s*(\w+)", file.read_text(encoding="utf-8"))
        return cls(file.parents[2].name, file.parent.name, file.stem, models)

    @property
    def program(self) -> str:
        """What imports the client, it, and its models."""
        lines = [
            f"from {self.package}.client import AuthenticatedClient",
            f"from {self.package}.api.{self.tag} import {self.name}",
            *(f"from {self.package}.models import {model}" for model in self.models),
        ]
        return "\n".join(lines)


@frozen
class Amount:
    """How much of something a process takes.

    Attributes:
        whole: All of it, with the start of the interpreter.
        ratio: Of two processes in the same round, to one that imports httpx.
        ratio_beyond_start: As `ratio`, but of what either takes more than a process that imports nothing.
    """

    whole: Spread
    ratio: Spread
    ratio_beyond_start: Spread


@frozen
class Import:
    """What was measured of a process.

    Attributes:
        name: What it imports.
        operation: The operation, where it is a generated package that is imported.
        cpu: CPU time, in seconds.
        memory: Peak memory, in megabytes.
    """

    name: str
    operation: Operation | None
    cpu: Amount
    memory: Amount


def measure(description: Path, *, with_sdk: bool, rounds: int, tell: Callable[[str], None]) -> list[Import]:
    """Measure processes that import a client, the operation whose module names most models, and these models.

    openapi-python-client leaves out what it cannot make, so that modules which name it cannot be imported.

    Args:
        description: What to make the packages of.
        with_sdk: Whether it is this project's own, so that its SDK goes with the package.
        rounds: How often.
        tell: Told what is done next.
    """
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        tell("making the packages")
        ours(description, folder)
        stock(description, folder)
        tell("choosing an operation")
        chosen = {OWN: _chosen(folder / OURS), PEER: _chosen(folder / STOCK)}
        operations = {name: operation for name, operation in chosen.items() if operation}
        programs = {NOTHING: "", BASE: "import httpx", **{name: found.program for name, found in operations.items()}}
        if with_sdk:
            operations[SDK] = evolve(operations[OWN], package="afresh_api")
            programs[SDK] = f"from afresh import Client\n{operations[SDK].program}"
            programs |= CONSOLE
        run = {name: partial(_run, program, folder) for name, program in programs.items()}
        tell("warming up")
        for once in run.values():
            once().checked()  # and what it imports is compiled
        tell("importing")
        usages = interleaved(run, rounds)
    return [
        Import(
            name,
            operations.get(name),
            cpu=_amount(usages, name, lambda usage: usage.cpu),
            memory=_amount(usages, name, lambda usage: usage.memory),
        )
        for name in programs
    ]


def _chosen(package: Path) -> Operation | None:
    """Choose the operation whose module names most models, of those that can be imported."""
    operations = sorted(map(Operation.of, operation_files(package)), key=lambda operation: -len(operation.models))
    return next((operation for operation in operations if not _run(operation.program, package.parent).status), None)


def _run(program: str, folder: Path) -> Usage:
    return python(["-c", f"{BEFORE}\n{program}"], str(folder))


def _amount(usages: Mapping[str, Sequence[Usage]], name: str, figure: Callable[[Usage], float]) -> Amount:
    wholes, starts, bases = ([figure(usage) for usage in usages[key]] for key in (name, NOTHING, BASE))
    rounds = list(zip(wholes, starts, bases, strict=True))
    return Amount(
        Spread.of_many(wholes),
        Spread.of_many([whole / base for whole, _, base in rounds]),
        Spread.of_many([(whole - start) / (base - start) for whole, start, base in rounds]),
    )
