"""A part of the work in a second process: what comes of it, and that none is left behind."""

import subprocess
import sys

PROGRAM = """
import os, signal, threading, time
from afresh_toolkit.generator.finishing import beside as module
from afresh_toolkit.generator.finishing.beside import beside
from afresh_toolkit.generator.problems import GenerationError, Problem

module._cores = lambda: 2
own = os.getpid()

def fail(error):
    raise error

def outcome(work):
    try:
        with beside(work) as result:
            return result()
    except Exception as error:
        return error

assert outcome(lambda: [os.getpid() == own, "done"]) == [False, "done"]
error = outcome(lambda: fail(GenerationError([Problem("wrong", "openapi.yaml:3"), Problem("odd")])))
assert isinstance(error, GenerationError) and error.problems == (Problem("wrong", "openapi.yaml:3"), Problem("odd"))
assert "ZeroDivisionError" in str(outcome(lambda: 1 / 0))
assert "ended with status 9" in str(outcome(lambda: os.kill(os.getpid(), signal.SIGKILL)))

reader, writer = os.pipe()
def wait_for_the_end():
    os.write(writer, str(os.getpid()).encode())
    signal.pause()
try:
    with beside(wait_for_the_end):
        process = int(os.read(reader, 20))
        raise KeyboardInterrupt
except KeyboardInterrupt:
    pass
try:
    os.kill(process, 0)
except ProcessLookupError:
    print("nobody is left")

module._cores = lambda: 1
assert outcome(os.getpid) == own
module._cores = lambda: 2
stop = threading.Event()
thread = threading.Thread(target=stop.wait)
thread.start()
assert outcome(os.getpid) == own
stop.set()
thread.join()
print("all is as it should be")
"""


def test_what_comes_of_work_in_a_second_process() -> None:
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == ["nobody is left", "all is as it should be"]
