"""Programs that we start: their environment, their bounded output, their end with all that they started."""

from codemods.processes.environment import child_environment
from codemods.processes.life import end, ending, wait
from codemods.processes.marks import new_mark, with_mark
from codemods.processes.output import OUTPUT_CUT, begin, bounded, compact, shorten
from codemods.processes.running import Running, start, stop_running, stopped

__all__ = [
    "OUTPUT_CUT",
    "Running",
    "begin",
    "bounded",
    "child_environment",
    "compact",
    "end",
    "ending",
    "new_mark",
    "shorten",
    "start",
    "stop_running",
    "stopped",
    "wait",
    "with_mark",
]
