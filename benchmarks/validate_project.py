"""The project that `validate_modes.py` measures on: ansible-core from PyPI, its environment, its units and culprits.

Its sdist holds its unit tests. They take more than a minute (each in a process of its own, as its developers run them),
and four of them are red. The project gets a function `native_text` that does what `to_native` does; a rule puts it in
its place in 64 modules. Called from the module of a culprit, it raises an error: some test of that module then fails.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = "ansible-core==2.17.7"  # needs Python 3.10 to 3.12
REQUIREMENTS = [
    "jinja2==3.1.6",
    "PyYAML==6.0.3",
    "cryptography",
    "packaging",
    "resolvelib==1.0.1",
    "bcrypt==5.0.0",
    "passlib==1.7.4",
    "pexpect==4.9.0",
    "pywinrm==0.5.0",
    "pytest==7.4.4",
    "pytest-forked",
    "pytest-mock==3.12.0",
]
TESTS = "test/units"
# Their tests wait for servers or clocks, or patch what pytest itself needs.
LEFT_OUT = ("_vendor", "ansible_test", "config/manager", "galaxy", "module_utils/facts/test_timeout.py")
IMPORT_PATH = ("lib", "test", "test/lib")  # relative, so that it holds in any clone or worktree

CONVERTERS = "ansible.module_utils.common.text.converters"
FUNCTION = '''

import sys

_CULPRITS = frozenset({culprits!r})


def native_text(obj, encoding='utf-8', errors=None, nonstring='simplerepr'):
    """The native string for `obj`, as `to_native` makes it; an error where a culprit asks for it."""
    caller = sys._getframe(1).f_globals.get('__name__')
    if caller in _CULPRITS:
        raise ValueError('planted in %s' % caller)
    return to_native(obj, encoding, errors, nonstring)
'''
# Modules that call `to_native` and that a test reaches by its imports. Relative to lib/ansible, in the order of a run.
UNITS = Path(__file__).with_name("validate_units.txt").read_text(encoding="utf-8").split()
CULPRITS = {
    0: (),
    1: ("module_utils/urls.py",),
    3: ("config/manager.py", "playbook/conditional.py", "plugins/lookup/password.py"),
}
# Counts the runs of pytest. It writes beside itself, since a validation may be run without our environment.
PLUGIN = """
import json, os, time

STARTED = time.time()

def write(session, **values):
    config = session.config
    if config.option.collectonly or hasattr(config, "workerinput"):
        return
    line = json.dumps({"run": f"{os.getpid()}-{STARTED}", **values}) + "\\n"
    with open(os.path.join(os.path.dirname(__file__), "sessions.jsonl"), "a", encoding="utf-8") as file:
        file.write(line)

def pytest_sessionstart(session):
    write(session)

def pytest_collection_finish(session):
    write(session, tests=len(session.items))

def pytest_sessionfinish(session):
    write(session, seconds=time.time() - STARTED)
"""


# The project


class Project:
    """The project in `folder`: made once, cloned for each case."""

    def __init__(self, folder: Path, python: str) -> None:
        """`python` makes its environment."""
        self.folder = folder
        self.interpreter = python
        self.origin = folder / "project"
        self.environment = folder / "venv"

    @property
    def python(self) -> Path:
        return self.environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def sessions(self) -> Path:
        """Where the plugin writes."""
        where = "import sysconfig; print(sysconfig.get_path('purelib'))"
        return Path(output_of([str(self.python), "-c", where], self.folder).strip()) / "sessions.jsonl"

    def make(self) -> None:
        """Download, unpack and install what is not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not (self.folder / "ready").exists():
            for old in (self.origin, self.environment):
                shutil.rmtree(old, ignore_errors=True)
            print(f"making {PROJECT} in {self.folder}", flush=True)
            run([self.interpreter, "-m", "venv", self.environment], self.folder)
            run([self.python, "-m", "pip", "install", "-qq", *REQUIREMENTS], self.folder)
            self._unpack()
            self._install_plugin()
            (self.folder / "ready").touch()

    def _unpack(self) -> None:
        # Fetched as source, and never installed: its code is what the clones hold.
        options = ["--no-binary", ":all:", "--no-deps", "--dest", "sdist"]
        run([self.python, "-m", "pip", "download", "-qq", *options, PROJECT], self.folder)
        (archive,) = (self.folder / "sdist").glob("*.tar.gz")
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            with tarfile.open(archive) as opened:
                opened.extractall(name, filter="data")
            (unpacked,) = Path(name).iterdir()
            shutil.move(unpacked, self.origin)
        (self.origin / ".gitignore").write_text("__pycache__/\n.pytest_cache/\n", encoding="utf-8")
        run(["git", "init", "--quiet"], self.origin)
        commit(self.origin, PROJECT)

    def _install_plugin(self) -> None:
        packages = self.sessions.parent
        (packages / "count_sessions.py").write_text(PLUGIN, encoding="utf-8")
        facts = packages / "count_sessions-1.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: count-sessions\nVersion: 1\n", encoding="utf-8")
        (facts / "entry_points.txt").write_text("[pytest11]\ncount_sessions = count_sessions\n", encoding="utf-8")

    def clone(self, place: Path, culprits: tuple[str, ...]) -> None:
        """A clone in which `culprits` are planted."""
        shutil.rmtree(place, ignore_errors=True)
        run(["git", "clone", "--quiet", self.origin, place], self.folder)
        names = sorted(module_of(path) for path in culprits)
        with (place / "lib" / f"{CONVERTERS.replace('.', '/')}.py").open("a", encoding="utf-8") as file:
            file.write(FUNCTION.format(culprits=names))
        commit(place, "Add native_text")

    def settings(self, home: Path) -> dict[str, str]:
        """The environment of the command: as ours, with the project's Python, and nobody's settings."""
        ours = os.environ.get("PYTHONPATH")
        return {
            **os.environ,
            "VIRTUAL_ENV": str(self.environment),
            "PATH": f"{self.python.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([*IMPORT_PATH, *([ours] if ours else [])]),
            "HOME": str(home),
        }


def module_of(path: str) -> str:
    """The module at `path`, relative to lib/ansible."""
    return f"ansible.{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"


def run(arguments: Sequence[str | Path], cwd: Path) -> None:
    subprocess.run(arguments, cwd=cwd, check=True)


def output_of(arguments: Sequence[str | Path], cwd: Path) -> str:
    return subprocess.run(arguments, cwd=cwd, check=True, capture_output=True, text=True).stdout


def commit(tree: Path, message: str) -> None:
    for key, value in (("user.name", "Benchmark"), ("user.email", "benchmark@example.com"), ("gc.auto", "0")):
        run(["git", "config", key, value], tree)
    run(["git", "add", "--all", "--force", "."], tree)
    run(["git", "commit", "--quiet", "--message", message], tree)
