"""The console command, which is called as the package is: its command line, and how it ends.

What goes wrong is one line on standard error; `--traceback` puts before it what Python says. The exit status is 0 where
all went well, 1 where not, 2 where the command line makes no sense, and as the shell has it for what a signal ended.
"""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import traceback
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from afresh._environment import BASE_URL, PACKAGE, STORE, STORES, variables
from afresh._errors import NotSignedIn, SDKError

from .errors import UsageError, told

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

FAILURE: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 128 + signal.SIGINT
BROKEN_PIPE: Final = 128 + 13
"""As after SIGPIPE, which Windows does not know."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _complain(f"{message} (see {self.prog} --help)")
        sys.exit(USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a command line, by default that of this process; give the exit status."""
    with _every_stream():
        return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    if not options.traceback:  # else Python prints what nobody has asked to be told
        logging.getLogger(PACKAGE).addHandler(logging.NullHandler())
    try:
        status = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # noqa: T201 - the shell's prompt belongs on a line of its own
        return INTERRUPTED
    except BrokenPipeError:  # whoever read it wants no more
        _drop_output()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - whoever is at the shell is helped by a line, not by a traceback
        if options.traceback:
            traceback.print_exc()
        return _failed(error)
    return status


def _failed(error: Exception) -> int:
    """Tell of an error, and give the exit status that it stands for."""
    match error:
        case UsageError():
            _complain(error.message)
            return USAGE
        case NotSignedIn():
            _complain(f"nobody is signed in: run `{PACKAGE} login`")
        case SDKError():
            _complain(told(error))
        case OSError(filename=None, strerror=str(reason)):
            _drop_output()
            _complain(f"standard output: {reason}")
        case OSError(filename=str() | bytes() as name, strerror=str(reason)):
            _complain(f"{os.fsdecode(name)}: {reason}")
        case _:
            said = f"{type(error).__name__}: {error}".removesuffix(": ")
            _complain(f"{said} (unexpected: `{PACKAGE} --traceback …` shows where)")
    return FAILURE


@contextmanager
def _every_stream() -> Generator[None]:
    """Put nothing in the place of what the shell has closed, as `>&-` does."""
    with ExitStack() as opened:
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                opened.callback(setattr, sys, name, None)
                setattr(sys, name, opened.enter_context(Path(os.devnull).open(mode, encoding="utf-8")))
        yield


def _drop_output() -> None:
    """Let what is still in the buffer go nowhere: it would fail once more at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _complain(message: str) -> None:
    """Write one line to standard error, without what a server might have hidden in it for the terminal."""
    line = " ".join(message.split())
    print(f"{PACKAGE}: {''.join(c if c.isprintable() else '?' for c in line)}", file=sys.stderr)  # noqa: T201


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"must be a number, 0 or more, and not {text!r}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    if options.command == "call":
        from . import calls  # noqa: PLC0415 - only what is needed

        return calls.call(options)
    from . import session  # noqa: PLC0415 - as above

    match options.command:
        case "login":
            return session.login(options.base_url, options.store, options.body)
        case "status":
            return session.status()
        case "token":
            return session.token()
        case _:
            return session.logout()


def _parser() -> argparse.ArgumentParser:
    names = variables()
    width = max(map(len, names))
    parser = _Parser(
        prog=PACKAGE,
        description="Sign in to the API, and call its operations.",
        epilog="\n".join(["environment variables:", *(f"  {name:{width}}  {said}" for name, said in names.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--traceback", action="store_true", help="show where in the program an error came from, too")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    login = commands.add_parser("login", help="sign in, and keep the session for the other commands")
    login.add_argument("--base-url", metavar="URL", help=f"where the API is; else as {BASE_URL} says")
    login.add_argument(
        "--store", help=f"{STORES}; else as {STORE} says, or the keyring where there is one, or a file where not"
    )
    login.add_argument("--body", metavar="JSON|@FILE|-", help="what to sign in with, in place of what is asked for")
    commands.add_parser("status", help="say who is signed in where, and until when; status 1 when signed out")
    commands.add_parser("token", help="print a fresh access token, and nothing else")
    commands.add_parser("logout", help="sign out, and forget the session")
    call = commands.add_parser("call", help="call an operation, and print what it answers as JSON", add_help=False)
    call.add_argument("tag", nargs="?", metavar="TAG", help="without it, the tags are listed")
    call.add_argument("method", nargs="?", metavar="METHOD", help="without it, the methods of the tag are listed")
    add = call.add_argument
    add("-h", "--help", action="store_true", help="show this; after TAG METHOD, what the method does and takes")
    add("--arg", action="append", default=[], metavar="NAME=VALUE", help="an argument; again for each item of a list")
    add("--body", metavar="JSON|@FILE|-", help="the body: as it stands here, in a file, or on standard input")
    add(
        "--file",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a file to upload, in a property of the body; - is standard input; again for each of a list",
    )
    add("--max-items", type=_count, metavar="N", help="print at most so many items of a list")
    add("--output", metavar="FILE", help="write there what else goes to standard output")
    call.set_defaults(print_help=call.print_help)
    return parser
