"""Runs the command in this process, and writes where its CPU time went: started by `profile.py`.

    python -m benchmarks.sampled FILE VERB [ARGUMENTS]

The system interrupts it after every so many milliseconds of CPU time; what runs then is counted by the innermost place
that is of a known part. So the command is hardly slower, as it would be under a profiler that sees each call.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.parts import part_of

if TYPE_CHECKING:
    from types import CodeType, FrameType

_SECONDS = 0.001


def main() -> int:
    """Run the command; its exit status. FILE gets the CPU seconds by part, and of what it has started."""
    began, file = time.process_time(), Path(sys.argv.pop(1))
    stacks: Counter[tuple[CodeType, ...]] = Counter()

    def count(_: int, frame: FrameType | None) -> None:
        stack = []
        while frame is not None:
            stack.append(frame.f_code)
            frame = frame.f_back
        stacks[tuple(stack)] += 1

    signal.signal(signal.SIGPROF, count)
    signal.setitimer(signal.ITIMER_PROF, _SECONDS, _SECONDS)
    status = _status()
    signal.setitimer(signal.ITIMER_PROF, 0)
    spent = time.process_time() - began
    parts: Counter[str] = Counter()
    for stack, number in stacks.items():
        parts[part_of(stack)] += number
    seconds = {part: spent * number / max(1, stacks.total()) for part, number in parts.items()}
    below = resource.getrusage(resource.RUSAGE_CHILDREN)
    file.write_text(json.dumps({"parts": seconds, "children": below.ru_utime + below.ru_stime}), encoding="utf-8")
    return status


def _status() -> int:
    try:
        from codemods.cli.start import main as command

        command()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
