"""Run one program and write what it cost: started by `measuring.py`, in a Python as small as can be.

    python -I -S run_one.py COST OUTPUT PROGRAM [ARGUMENTS]

Until a process has started its program, its memory is that of who started it; so this must not be the large process
that measures. Imports nothing but what the interpreter has loaded already, or has built in.
"""

import os
import sys
import time


def main() -> None:
    """Start the program with nothing to read, wait for it, and write: CPU, wall, memory, exit status."""
    cost, output, *command = sys.argv[1:]
    written = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    nothing = os.open(os.devnull, os.O_RDONLY)
    files = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, written, 1), (os.POSIX_SPAWN_DUP2, written, 2)]
    started = time.perf_counter()
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=files)
    _, status, usage = os.wait4(process, 0)
    wall = time.perf_counter() - started
    cpu = usage.ru_utime + usage.ru_stime
    with open(cost, "w", encoding="utf-8") as file:  # noqa: PTH123  # pathlib would make this process larger
        file.write(f"{cpu} {wall} {usage.ru_maxrss} {os.waitstatus_to_exitcode(status)}")


main()
