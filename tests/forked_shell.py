"""The console command in processes that are forked from one that has imported it: each is as good as one of its own.

To start Python and import the command takes many times longer than most of what a command does.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from attrs import define, field

from places import ROOT
from shell import Shell, environment

if TYPE_CHECKING:
    from collections.abc import Iterator

PROGRAM = r"""
import json, os, pkgutil, sys, traceback
import afresh, afresh._console
from afresh._console.main import main
for module in pkgutil.iter_modules(afresh._console.__path__, "afresh._console."):
    __import__(module.name)

def run(arguments, environment, folder):
    os.environ.clear()
    os.environ.update(environment)
    for name, flags in (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY)):
        own = getattr(sys, name)
        os.dup2(os.open(f"{folder}/{name}", flags), own.fileno())
        setattr(sys, name, open(own.fileno(), own.mode[:1], encoding=own.encoding, errors=own.errors, closefd=False))
    try:
        return main(arguments)
    except SystemExit as ended:
        return ended.code or 0
    except BaseException:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()

with os.fdopen(os.dup(0)) as tasks, os.fdopen(os.dup(1), "w") as answers:
    for line in tasks:
        child = os.fork()
        if not child:
            os._exit(run(*json.loads(line)))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=answers, flush=True)
"""


@define
class ForkedShell(Shell):
    """Somebody's shell, whose commands are forks of one process.

    Attributes:
        origin: That process.
    """

    origin: subprocess.Popen[str] = field(kw_only=True)

    def run(self, *arguments: str, stdin: str | bytes = "", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the console command."""
        assert self.origin.stdin
        assert self.origin.stdout
        given = {"stdin": stdin.encode() if isinstance(stdin, str) else stdin, "stdout": b"", "stderr": b""}
        with TemporaryDirectory() as name:
            folder = Path(name)
            for stream, content in given.items():
                (folder / stream).write_bytes(content)
            print(json.dumps([arguments, self.environment(**variables), name]), file=self.origin.stdin, flush=True)
            status = int(self.origin.stdout.readline())
            out, err = ((folder / stream).read_bytes().decode() for stream in ("stdout", "stderr"))
        return subprocess.CompletedProcess(arguments, status, out, err)


@contextmanager
def origin(home: Path, **variables: str) -> Iterator[subprocess.Popen[str]]:
    """Start the process that commands are forked from."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=environment(home, **variables),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
