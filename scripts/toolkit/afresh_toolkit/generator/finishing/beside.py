"""Does a part of the work in a second process, where this machine has a core for it."""

import json
import os
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from afresh_toolkit.generator.problems import GenerationError, Problem


@contextmanager
def beside(work: Callable[[], Any]) -> Iterator[Callable[[], Any]]:
    """Begin work in a copy of this process, and give the function that waits for what it returns, which must be JSON.

    That function raises what the work raises. Where a second process is of no use, or not safe, the function does the
    work itself. No process is left behind, whatever happens.
    """
    if not _is_of_use():
        yield work
        return
    reader, writer = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(reader)
        _serve(work, writer)
    os.close(writer)
    is_over = False

    def result() -> Any:
        nonlocal is_over
        with open(reader, "rb", closefd=False) as pipe:
            said = pipe.read()
        _, status = os.waitpid(process, 0)
        is_over = True
        if not said:
            raise RuntimeError(f"the process that did a part of the work has ended with status {status}")
        return _outcome(json.loads(said))

    try:
        yield result
    finally:
        if not is_over:
            os.kill(process, signal.SIGTERM)
            os.waitpid(process, 0)
        os.close(reader)


def _is_of_use() -> bool:
    """Whether there are two cores, and one thread: a copy of a process has but one, and the locks of all."""
    return hasattr(os, "fork") and threading.active_count() == 1 and _cores() > 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _serve(work: Callable[[], Any], writer: int) -> NoReturn:
    """Do the work, and say what came of it; nothing else of this process is this one's business."""
    try:
        signal.signal(signal.SIGTERM, _end)
        said: dict[str, Any] = {"returned": work()}
    except GenerationError as error:
        said = {"problems": [(problem.message, problem.place) for problem in error.problems]}
    except Exception:  # noqa: BLE001  (it is raised where it is waited for)
        said = {"failed": traceback.format_exc()}
    except BaseException:  # noqa: BLE001  (this process has been asked to end)
        os._exit(1)
    try:
        with open(writer, "wb") as pipe:
            pipe.write(json.dumps(said).encode())
    finally:
        os._exit(0)


def _end(*_: object) -> None:
    sys.exit(1)


def _outcome(said: dict[str, Any]) -> Any:
    if "problems" in said:
        raise GenerationError([Problem(message, place) for message, place in said["problems"]])
    if "failed" in said:
        raise RuntimeError(f"a part of the work failed in a process of its own:\n{said['failed']}")
    return said["returned"]
