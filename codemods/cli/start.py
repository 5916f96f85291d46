"""Where the `codemods` command begins: what has to be settled before anything large is loaded.

Processes that share the work of `--jobs` load this module again, and none of the verbs.
"""

from __future__ import annotations

import gc
import signal
import sys

from codemods.interrupts import interrupt, is_interrupt

_MANY = 200_000  # new objects: more than most verbs have at a time
_INTERRUPTED = 130


def main() -> None:
    """Run the command and exit: 0 nothing (left) to do, 1 there is, 2 an error of the user's to mend, 130 ^C.

    What else asks it to end, as CI does for a job that is cancelled, is as good as ^C.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What is ignored, as below `nohup`, stays so.
        if number is not None and signal.getsignal(number) in {signal.SIG_DFL, signal.default_int_handler}:
            signal.signal(number, interrupt)
    # To load code and to parse makes many objects and no circles of them: looking for such takes a tenth of the time.
    gc.set_threshold(_MANY)
    try:
        from codemods.cli.app import run
    except (KeyboardInterrupt, RuntimeError) as error:
        if is_interrupt(error):
            sys.exit(_INTERRUPTED)  # nothing was begun
        raise
    status = run(sys.argv[1:])
    gc.freeze()  # nor is it worth while in what goes with the process
    sys.exit(status)
