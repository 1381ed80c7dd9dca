"""The console command: its command line, and its exit status.

An error is shown as one line on standard error, preceded by the traceback with `--traceback`. The exit status is 0 on
success, 1 on failure, 2 if the command line is not valid, and 128 plus the signal's number after a signal.
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

from afresh._environment import BASE_URL, PACKAGE, PROFILE, STORE, STORES, variables
from afresh._errors import NotSignedIn, SDKError
from afresh_api.security import SCHEMES

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

FAILURE: Final = 1
USAGE: Final = 2
INTERRUPTED: Final = 128 + signal.SIGINT
BROKEN_PIPE: Final = 128 + 13
"""128 + SIGPIPE, which Windows does not define."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _print_error(f"{message} (see {self.prog} --help)")
        sys.exit(USAGE)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command line, by default that of this process. Return the exit status."""
    with _with_open_streams():
        return _main(arguments)


def _main(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    if not options.traceback:  # otherwise logging prints warnings to standard error
        logging.getLogger(PACKAGE).addHandler(logging.NullHandler())
    try:
        status = _run(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)  # noqa: T201 - put the shell's prompt on a new line
        return INTERRUPTED
    except BrokenPipeError:  # the reader of the output has ended
        _discard_output()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - users of the shell get a line, not a traceback
        if options.traceback:
            traceback.print_exc()
        return _report(error, options.profile)
    return status


def _report(error: Exception, profile: str | None) -> int:
    """Print an error, and return its exit status. `profile` is the one that was named on the command line."""
    from .errors import UsageError, explain  # noqa: PLC0415 - not needed for the help

    match error:
        case UsageError():
            _print_error(error.message)
            return USAGE
        case NotSignedIn() if error.method is None or not SCHEMES:
            _print_error(f"nobody is signed in: run `{PACKAGE} login{f' --profile {profile}' if profile else ''}`")
        case SDKError():
            _print_error(explain(error))
        case OSError(filename=None, strerror=str(reason)):
            _discard_output()
            _print_error(f"standard output: {reason}")
        case OSError(filename=str() | bytes() as name, strerror=str(reason)):
            _print_error(f"{os.fsdecode(name)}: {reason}")
        case _:
            message = f"{type(error).__name__}: {error}".removesuffix(": ")
            _print_error(f"{message} (unexpected: `{PACKAGE} --traceback …` shows where)")
    return FAILURE


@contextmanager
def _with_open_streams() -> Generator[None]:
    """Replace standard streams that the shell has closed, as by `>&-`, by the null device."""
    with ExitStack() as opened:
        for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
            if getattr(sys, name) is None:
                opened.callback(setattr, sys, name, None)
                setattr(sys, name, opened.enter_context(Path(os.devnull).open(mode, encoding="utf-8")))
        yield


def _discard_output() -> None:
    """Discard buffered output, which would fail again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_error(message: str) -> None:
    """Print one line to standard error, without control characters, which a server may have sent."""
    line = " ".join(message.split())
    print(f"{PACKAGE}: {''.join(c if c.isprintable() else '?' for c in line)}", file=sys.stderr)  # noqa: T201


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"must be a whole number, 0 or more, not {text!r}")
    return int(text)


def _run(options: argparse.Namespace) -> int:
    if options.command == "mock":
        from . import mock  # noqa: PLC0415 - not needed by the other commands

        return mock.mock(options)
    from .sign_in import Profile  # noqa: PLC0415 - not needed for the help

    profile = Profile.chosen(options.profile)
    if options.command == "call":
        from . import calls  # noqa: PLC0415 - not needed by the other commands

        return calls.call(options, profile)
    from . import session  # noqa: PLC0415 - as above

    match options.command:
        case "login":
            return session.login(options, profile)
        case "status":
            return session.status(profile)
        case "token":
            return session.token(profile)
        case _:
            return session.logout(profile)


def _parser() -> argparse.ArgumentParser:
    names = variables()
    width = max(map(len, names))
    parser = _Parser(
        prog=PACKAGE,
        description="Sign in to the API, and call its operations.",
        epilog="\n".join(["environment variables:", *(f"  {name:{width}}  {text}" for name, text in names.items())]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--traceback", action="store_true", help="show the Python traceback of an error")
    profile = f"keep this sign-in apart from others by a name; default: {PROFILE}"
    parser.add_argument("--profile", metavar="NAME", help=profile)
    later = _Parser(add_help=False)  # the same option, after the command
    later.add_argument("--profile", metavar="NAME", default=argparse.SUPPRESS, help=profile)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    login = commands.add_parser("login", parents=[later], help="sign in, and store the session for the other commands")
    login.add_argument("--base-url", metavar="URL", help=f"the base URL of the API; default: {BASE_URL}")
    login.add_argument(
        "--store", help=f"{STORES}; default: {STORE}, or else the keyring if there is one, or else a file"
    )
    way = login.add_mutually_exclusive_group()
    way.add_argument("--body", metavar="JSON|@FILE|-", help="the credentials, instead of a prompt for them")
    way.add_argument("--device", action="store_true", help="sign in on another device, by a code")
    way.add_argument("--no-browser", action="store_true", help="sign in by a browser that you open yourself")
    login.add_argument("--scope", metavar="SCOPES", help="what to ask for in a browser or on a device; default: all")
    commands.add_parser(
        "status",
        parents=[later],
        help="show who is signed in, where and until when; exit with status 1 when signed out",
    )
    commands.add_parser("token", parents=[later], help="print a valid access token")
    commands.add_parser("logout", parents=[later], help="sign out, and delete the session")
    call = commands.add_parser(
        "call", parents=[later], help="call an operation, and print its result as JSON", add_help=False
    )
    call.add_argument("tag", nargs="?", metavar="TAG", help="if omitted, list the tags")
    call.add_argument("method", nargs="?", metavar="METHOD", help="if omitted, list the methods of the tag")
    add = call.add_argument
    add("-h", "--help", action="store_true", help="show this help; after TAG METHOD, that of the method")
    add(
        "--arg",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an argument; repeat it for each item of a list",
    )
    add("--body", metavar="JSON|@FILE|-", help="the body: JSON, a file, or - for standard input")
    add(
        "--file",
        action="append",
        default=[],
        metavar="NAME=FILE",
        help="a file to upload, as a property of the body, or - for standard input; repeat it for each item of a list",
    )
    add("--max-items", type=_count, metavar="N", help="print at most N items of a list")
    add("--output", metavar="FILE", help="write the result to a file instead of standard output")
    call.set_defaults(print_help=call.print_help)
    mock = commands.add_parser(
        "mock",
        help="serve the API in memory, with examples as answers, for other programs; Ctrl-C ends it",
    )
    mock.add_argument(
        "--host", metavar="ADDRESS", default="127.0.0.1", help="the address to listen on; default: %(default)s"
    )
    mock.add_argument(
        "--port", type=_count, default=8000, help="the port to listen on, 0 for a free one; default: %(default)s"
    )
    mock.add_argument(
        "--data",
        action="append",
        default=[],
        metavar="FILE",
        help='a JSON file with answers by operation, such as {"tasks.get": {…}}',
    )
    mock.add_argument(
        "--unprogrammed",
        choices=("example", "fail"),
        default="example",
        help="what operations do that the file has no answer for; default: %(default)s",
    )
    return parser
