"""Runs a command, and prints its exit status, CPU time and time in seconds, and peak memory in kilobytes.

What the command writes goes to stderr. A process's peak counts what its parent held when it was forked, so the parent
has to be a small one: this program, run with `-I -S`, is smaller than any other in Python.
"""

import os
import sys
import time

start = time.perf_counter()
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
_, status, usage = os.wait4(process, 0)  # the usage is that of the command and all that it waited for
seconds = time.perf_counter() - start
print(os.waitstatus_to_exitcode(status), usage.ru_utime + usage.ru_stime, seconds, usage.ru_maxrss)
