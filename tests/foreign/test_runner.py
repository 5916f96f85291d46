"""Whatever a codemod does to its process, only the file at hand fails, and nothing is left running."""

from __future__ import annotations

import datetime
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import codemods
from codemods.errors import ForeignError
from codemods.foreign.runner import ForeignRunner
from codemods.foreign.step import ForeignStep, Rewritten
from tests.foreign.conftest import libcst_step, opened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.foreign.conftest import Repository

# A command that runs the comments at the top of the file as code of its own, and renames `a`.
COMMAND = """\
import os, signal, subprocess, sys, threading, time
import libcst as cst
from libcst.codemod import VisitorBasedCodemodCommand

class Do(VisitorBasedCodemodCommand):
    def visit_Module(self, node):
        names = {**globals(), "self": self}
        for comment in node.header:
            exec(comment.comment.value[1:].strip(), names)

    def leave_Name(self, o, u):
        return u.with_changes(value="b") if o.value == "a" else u
"""
DO = libcst_step("tools.do:Do")
ALARM = "signal.setitimer(signal.ITIMER_REAL, 0.2)"
on_posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits are those of POSIX")


BROKEN = {
    "tools/__init__.py": "",
    "tools/needs.py": "import absent\n",
    "tools/exits.py": "import sys\nprint('why')\nsys.exit(3)\n",
    "tools/hard.py": "import os\nprint('why')\nos._exit(9)\n",
    "tools/choose.py": COMMAND + "class Choose(Do):\n    @staticmethod\n    def add_args(parser):\n"
    "        parser.add_argument('--one', choices=['a', 'b'])\n"
    "class Plain(cst.CSTTransformer):\n    def __init__(self, right): pass\n",
}


RUDE = {
    "none": "sys.stdout = None",
    "closed": "sys.stdout.close()",
    "cut": "os.close(1)",
    "elsewhere": "os.chdir('/')",
}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """One repository for all tests that write nothing into it."""
    with opened(tmp_path_factory.mktemp("repo")) as repository:
        rude = {f"tools/{name}.py": f"{COMMAND}\n{code}\n" for name, code in RUDE.items()}
        repository.write({"tools/do.py": COMMAND, **BROKEN, **rude})
        yield repository


@pytest.fixture(autouse=True)
def _command(repository: Repository) -> None:
    repository.write({"tools/do.py": COMMAND})


def check_usable(repository: Repository) -> None:
    repository.check_transformed(DO, "a\n", "b\n")
    repository.check_noop(DO, "c\n")


def is_beating(file: Path) -> bool:
    before = file.stat().st_size
    time.sleep(0.3)
    return file.stat().st_size > before


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("sys.exit(3)", "It raised SystemExit: 3"),
        ("raise type('Bad', (Exception,), {'__str__': None})()", "It raised Bad: <no text: its __str__ failed>"),
        ("f = lambda: f(); globals().update(f=f); f()", "It raised RecursionError: maximum recursion depth exceeded"),
        ("os._exit(7)", "It ended Python: exit status 7."),
        ("os._exit(0)", "It ended Python: exit status 0."),
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", "It ended Python: killed by SIGKILL.", marks=on_posix),
        pytest.param("os.closerange(0, 256)", "It ended Python: exit status ", marks=on_posix),
    ],
)
def test_what_ends_the_process_fails_the_file_alone(shared: Repository, code: str, reason: str) -> None:
    shared.check_transformed(DO, "a\n", "b\n")
    assert shared.check_failed(DO, f"# {code}\na\n").reason.startswith(reason)
    check_usable(shared)


def test_a_codemod_without_end_is_stopped_at_the_time_limit(repository: Repository) -> None:
    repository.runner.load(DO)
    repository.runner.timeout = 1
    ran = repository.check_failed(DO, "# print('on', flush=True)\n# while True: pass\na\n")
    assert (ran.reason, ran.output) == ("It took longer than 1 s.", "on\n")
    repository.runner.timeout = 30
    check_usable(repository)


@on_posix
def test_a_codemod_that_is_stopped_is_ended_at_the_time_limit(repository: Repository) -> None:
    repository.runner.load(DO)
    repository.runner.timeout = 1
    assert (
        repository.check_failed(DO, "# os.kill(os.getpid(), signal.SIGSTOP)\na\n").reason == "It took longer than 1 s."
    )
    repository.runner.timeout = 30
    check_usable(repository)


@on_posix
def test_memory_has_a_limit(repository: Repository) -> None:
    repository.runner.memory = 700 * 1024**2
    code = "# held = [bytes(10**6)]\n# while True: held.append(bytes(10**6))\na\n"
    ran = repository.check_failed(DO, code)
    assert ran.reason == "It raised MemoryError"
    assert "do.py" in ran.traceback
    check_usable(repository)


@on_posix
def test_what_an_earlier_file_left_behind_does_not_fail_the_next(repository: Repository) -> None:
    repository.check_transformed(DO, f"# {ALARM}\na\n", f"# {ALARM}\nb\n")
    wait = "# time.sleep(1)\n"
    repository.check_transformed(DO, f"{wait}a\n", f"{wait}b\n")


def test_output_of_any_kind_is_returned_and_does_not_disturb(shared: Repository) -> None:
    code = (
        "# print('one'); print('two', file=sys.stderr)\n# os.write(1, b'three\\n'); os.write(2, b'four\\n')\n"
        "# subprocess.run([sys.executable, '-c', 'print(5)'], check=True)\n"
        '# print(\'{"number": 1, "said": "Untouched"}\')\n'
    )
    ran = shared.check_transformed(DO, f"{code}a\n", f"{code}b\n")
    assert ran.output == 'one\ntwo\nthree\nfour\n5\n{"number": 1, "said": "Untouched"}\n'
    assert shared.check_transformed(DO, "a\n", "b\n").output == ""


@pytest.mark.parametrize(
    "code",
    [
        "sys.stdin.close(); sys.stdout.close(); sys.stderr.close()",
        "os.close(0); os.close(1); os.close(2)",
        "sys.stdout = sys.stderr = sys.stdin = None",
        "os.chdir('/')",
        "self.read = (sys.stdin.read(), os.read(0, 9))",
    ],
)
def test_streams_and_folder_are_set_again_for_the_next_file(shared: Repository, code: str) -> None:
    shared.check_transformed(DO, f"# {code}\na\n", f"# {code}\nb\n")
    look = "# print(os.getcwd())\n"
    assert shared.check_transformed(DO, f"{look}a\n", f"{look}b\n").output == f"{shared.root}\n"


@on_posix
def test_a_process_that_a_codemod_forks_does_not_answer_for_it(shared: Repository) -> None:
    for code in ("os.fork()", "os.fork() and time.sleep(0.5)", "os.fork() or time.sleep(0.5)"):
        shared.check_transformed(DO, f"# {code}\na\n", f"# {code}\nb\n")
        check_usable(shared)


@pytest.mark.parametrize(
    "how",
    [
        "",
        pytest.param(
            ", start_new_session=True",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="elsewhere what leaves its group is not found"),
        ),
    ],
)
@on_posix
def test_what_a_codemod_leaves_running_is_ended(repository: Repository, how: str) -> None:
    beat = "import time\nwhile True:\n    open('beat', 'a').write('.')\n    time.sleep(0.02)\n"
    repository.write({"beat.py": beat})
    file = repository.root / "beat"
    code = f"# subprocess.Popen([sys.executable, 'beat.py']{how})\n"
    code += "# while not os.path.exists('beat'): time.sleep(0.01)\n"
    repository.check_transformed(DO, f"{code}a\n", f"{code}b\n")
    assert is_beating(file)
    repository.runner.close()
    assert not is_beating(file)


@on_posix
def test_the_worker_ends_when_we_are_killed(repository: Repository) -> None:
    started = repository.root / "pid"
    code = f"# open({str(started)!r}, 'w').write(str(os.getpid()) + '.')\n# while True: time.sleep(0.01)\na\n"
    ours = (
        "import sys; from pathlib import Path; from codemods.foreign.runner import ForeignRunner\n"
        "from codemods.foreign.step import ForeignStep\n"
        "runner = ForeignRunner(Path(sys.argv[1]), ('.',))\n"
        "runner.run(ForeignStep('libcst', 'tools.do:Do'), 'a.py', sys.argv[2])\n"
    )
    us = subprocess.Popen([sys.executable, "-c", ours, str(repository.root), code])
    deadline = time.monotonic() + 20
    while not (started.exists() and started.read_text().endswith(".")) and time.monotonic() < deadline:
        time.sleep(0.02)
    worker = int(started.read_text().rstrip("."))
    us.send_signal(signal.SIGKILL)
    us.wait()
    assert wait_until(lambda: is_gone(worker))


def wait_until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 10
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def is_gone(pid: int) -> bool:
    """Whether the process has ended; where nothing reaps orphans it stays as a zombie."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return not state.strip() or state.startswith("Z")


def test_a_text_larger_than_a_pipe_comes_back_whole(shared: Repository) -> None:
    line = "x = '\u00e9\u4e2d\U0001f600 \\\\ \\r'\n"
    shared.check_transformed(DO, line * 3_000 + "a\n", line * 3_000 + "b\n")


def test_several_codemods_take_turns(shared: Repository) -> None:
    percent = libcst_step("convert_percent_format_to_fstring:ConvertPercentFormatStringCommand")
    for _ in range(2):
        shared.check_transformed(DO, "a % 1\n", "b % 1\n")
        shared.check_transformed(percent, "x = 'a %s' % y\n", "x = f'a {y}'\n")


def test_a_codemod_may_use_what_is_installed(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(codemods.__file__).parents[1]))
    repository.write({"tools/ours.py": f"from codemods.errors import CodemodsError\nX = CodemodsError\n{COMMAND}"})
    repository.check_transformed(libcst_step("tools.ours:Do"), "a\n", "b\n")


@pytest.mark.parametrize(
    ("target", "arguments", "what"),
    [
        ("tools.do", {}, "It names no class."),
        ("tools/do.py:Do", {}, "It names no class."),
        ("nowhere.at.all:X", {}, "There is no module `nowhere`."),
        ("tools.nowhere:X", {}, "There is no module `tools.nowhere`."),
        (
            "tools.needs:X",
            {},
            "The module `tools.needs` cannot be imported: ModuleNotFoundError: No module named 'absent'",
        ),
        ("tools.exits:X", {}, "The module `tools.exits` cannot be imported: SystemExit: 3"),
        ("tools.hard:X", {}, "It cannot be loaded. It ended Python: exit status 9."),
        ("tools.do:Doo", {}, "The module `tools.do` has no `Doo`. Did you mean `Do`?"),
        ("tools.do:cst", {}, "`cst` is no LibCST codemod: "),
        ("libcst._visitors:CSTVisitor", {}, "`CSTVisitor` is no LibCST codemod: "),
        ("libcst.codemod:CodemodCommand", {}, "`CodemodCommand` is abstract: it lacks transform_module_impl."),
        ("tools.do:Do", {"x": 1}, "It has no argument `x`; it takes none."),
        ("rename:RenameCommand", {"old_name": "a.b"}, "It needs the argument `new_name`."),
        (
            "rename:RenameCommand",
            {"old_name": "a.b", "new_nam": "c.d"},
            "It has no argument `new_nam`; it takes `new_name`, `old_name`. Did you mean `new_name`?",
        ),
        (
            "rename:RenameCommand",
            {"old_name": "a:b", "new_name": "c"},
            "It refuses its arguments: ValueError: Error: `old_name` should not contain any colons.",
        ),
        (
            "add_trailing_commas:AddTrailingCommas",
            {"parameter_count": "many"},
            "The argument `parameter_count` cannot be 'many': invalid literal",
        ),
        ("tools.choose:Choose", {"one": "c"}, "The argument `one` is 'c', which is none of `a`, `b`."),
        ("tools.choose:Plain", {"wrong": "c"}, "The arguments do not fit: missing a required argument: 'right'."),
    ],
)
def test_what_cannot_be_loaded(shared: Repository, target: str, arguments: dict[str, object], what: str) -> None:
    step = libcst_step(target, **arguments)
    with pytest.raises(ForeignError) as raised:
        shared.runner.load(step)
    assert raised.value.what.startswith(what)
    assert raised.value.where == step.target
    assert raised.value.hint or "argument" in what
    assert ("why\n" in raised.value.details) == (target in ("tools.exits:X", "tools.hard:X"))
    check_usable(shared)


def test_a_module_that_is_imported_without_end_is_no_codemod(repository: Repository) -> None:
    repository.write({"tools/slow.py": "import time\nwhile True: time.sleep(1)\n"})
    repository.runner.timeout = 1.5
    with pytest.raises(ForeignError, match=r"It cannot be loaded. It took longer than 1.5 s."):
        repository.runner.load(libcst_step("tools.slow:X"))


def test_arguments_are_those_of_its_command_line(repository: Repository) -> None:
    repository.write(
        {
            "tools/args.py": COMMAND + "class Args(Do):\n    @staticmethod\n    def add_args(parser):\n"
            "        parser.add_argument('--count', type=int, required=True)\n"
            "        parser.add_argument('--names', nargs='*', type=str.upper, default=['x'])\n"
            "        parser.add_argument('--no-flag', dest='flag', action='store_false')\n"
            "        parser.set_defaults(hidden='h')\n"
            "    def __init__(self, context, count, names, flag, hidden, more=5):\n"
            "        super().__init__(context)\n        self.warn(repr((count, names, flag, hidden, more)))\n"
        }
    )
    given = libcst_step("tools.args:Args", count="3", names=["a", "b"], more=[{"k": None}])
    assert repository.check_noop(given, "c\n").warnings == ("(3, ['A', 'B'], True, 'h', [{'k': None}])",)
    assert repository.check_noop(libcst_step("tools.args:Args", count=4), "c\n").warnings == (
        "(4, ['x'], True, 'h', 5)",
    )


@pytest.mark.parametrize("name", RUDE)
def test_a_module_may_do_so_when_it_is_imported(shared: Repository, name: str) -> None:
    step = libcst_step(f"tools.{name}:Do")
    # Where it does, the process is not used again: loading it, this file and the next take one each.
    shared.check_transformed(step, "a\n", "b\n")
    check_usable(shared)


def test_an_argument_that_json_does_not_know_is_told(shared: Repository) -> None:
    step = ForeignStep("libcst", DO.target, (("since", datetime.date(2026, 1, 2)),))
    with pytest.raises(ForeignError, match=r"date is not JSON serializable(.|\n)*`since` \(date\)"):
        shared.runner.load(step)


def test_without_bowler_it_is_told_how_to_get_it(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    # Stands in front of the real one, which may be installed or not.
    repository.write(
        {"hide/bowler.py": "raise ModuleNotFoundError('none', name='bowler')\n", "q.py": "def q(p): pass\n"}
    )
    monkeypatch.setenv("PYTHONPATH", str(repository.root / "hide"))
    with pytest.raises(ForeignError, match=r"Bowler is not installed.\nInstall it: pip install 'codemods\[bowler\]'"):
        repository.runner.load(ForeignStep("bowler", "q.py:q"))
    check_usable(repository)


def test_a_root_that_is_relative_is_meant_from_here(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository.root.parent)
    with ForeignRunner(repository.root.relative_to(repository.root.parent), (".",)) as runner:
        assert runner.run(DO, "a.py", "a\n") == Rewritten(text="b\n")
