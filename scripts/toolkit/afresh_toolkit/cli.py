"""The command line of `afresh-toolkit`: finds the command that was asked for, and loads no other."""

import argparse
import gc
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from attrs import define

from afresh_toolkit.checkout import CheckoutError
from afresh_toolkit.children import exit_on_signals, forget_hook
from afresh_toolkit.invocation import Invocation

PROGRAM = "afresh-toolkit"


@define(frozen=True)
class Command:
    """A command: the module whose `main` runs it, and what it does."""

    module: str
    about: str


COMMANDS: Mapping[str, Command] = {
    "generate": Command("scaffold.generating", "make the typed package of the API's description"),
    "diff": Command("comparing.cli", "say what changed for users since a release, and which version that takes"),
    "sync": Command("syncing.cli", "fetch the description, and make a branch with the SDK that follows it"),
    "publish": Command("publishing.cli", "build, try and upload a release"),
    "new": Command("scaffold.cli", "make a repository for another API"),
    "update": Command("scaffold.update", "bring what is new in the toolkit's template into a repository"),
    "docs": Command("documenting.cli", "build the site of the documentation"),
    "demo": Command("demonstrating", "sign in to a server of the API, and renew the tokens"),
    "help": Command("scaffold.pages", "show a page about the commands: regenerate, or releasing"),
    "lock": Command("locking", "pin what pyproject.toml asks for, with hashes"),
}


def program() -> NoReturn:
    """Be the program: end tidily whatever ends it, and work on the repository here, not on that of a git hook."""
    forget_hook()
    exit_on_signals()
    status = main()
    gc.freeze()  # or the interpreter searches all that a run has made once more as it ends, for a tenth of a large run
    sys.exit(status)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit status: 0 is done, 1 a problem, 2 wrong usage."""
    parser = _parser()
    own, rest = _split(sys.argv[1:] if arguments is None else arguments)
    options = parser.parse_args(own)
    if options.command is None:
        parser.print_help()
        return 0
    command = COMMANDS.get(options.command)
    if command is None:
        parser.error(f"there is no command {options.command!r}; the commands are {', '.join(COMMANDS)}")
    if options.door is None:
        invocation = Invocation(f"{PROGRAM} {options.command}", Path.cwd())
    else:
        invocation = Invocation(f"scripts/{options.door.name}", options.door.absolute().parent.parent)
    try:
        return int(import_module(f"afresh_toolkit.{command.module}").main(rest, invocation))
    except CheckoutError as error:
        print(f"{invocation.name}: {error}", file=sys.stderr)
        return 1


def _split(arguments: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Split a command line after the name of the command."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        place += 2 if arguments[place] == "--door" else 1
    return arguments[: place + 1], arguments[place + 1 :]


def _parser() -> argparse.ArgumentParser:
    listed = "\n".join(f"  {name:<9} {command.about}" for name, command in COMMANDS.items())
    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [--help] [--version] COMMAND ...",
        description="What every SDK repository runs. The repository is found from the current folder upwards.",
        epilog=f"commands:\n{listed}\n\n`{PROGRAM} COMMAND --help` says more of each.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the toolkit's version")
    # What the scripts of a repository call this by: messages name them, and the repository is theirs.
    parser.add_argument("--door", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    return parser


class _Version(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version  # noqa: PLC0415  (takes longer than all else)

        print(version(PROGRAM))
        parser.exit()
