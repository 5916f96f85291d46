"""Real git repositories in temporary folders, isolated from the settings of whoever runs the tests."""

from __future__ import annotations

import gc
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pytest
from hypothesis import settings

from codemods.foreign.runner import ForeignRunner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Whoever has turned it off for all programs: each worker of each run would rewrite the assertions of all tests anew.
sys.dont_write_bytecode = False

# Whoever runs this in the background: what we start would inherit that it ignores ^C, which is what some tests send.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("nightly", max_examples=20_000, deadline=None)
settings.register_profile("default", deadline=None, max_examples=60)
settings.load_profile("default")


def pytest_collection() -> None:
    """What is loaded and collected stays to the end: looking through it again and again would take a tenth of the
    time."""
    gc.disable()


def pytest_collection_finish() -> None:
    """Only what the tests make may become garbage."""
    gc.freeze()
    gc.enable()


Files = Mapping[str, str | bytes]
Case = TypeVar("Case")


def examples(share: float) -> int:
    """A share of the examples that a property is tried on: fewer where each takes long."""
    return int(settings.default.max_examples * share)


def sample(cases: Sequence[Case], every: int) -> Sequence[Case]:
    """One of `every` so many cases that are much alike, and all of them at night."""
    return cases if settings.default == settings.get_profile("nightly") else cases[::every]


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder for all tests, whose git does not look after each commit whether there is something to tidy up."""
    folder = tmp_path_factory.mktemp("home")
    (folder / ".gitconfig").write_text("[maintenance]\n\tauto = false\n")
    return folder


@pytest.fixture(autouse=True)
def isolated(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No git configuration of the user's, a fixed author and date, no colours, no CI."""
    variables = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Ada",
        "GIT_AUTHOR_EMAIL": "ada@example.invalid",
        "GIT_COMMITTER_NAME": "Ada",
        "GIT_COMMITTER_EMAIL": "ada@example.invalid",
        "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
        "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
        "NO_COLOR": "1",
        "LC_ALL": "C.UTF-8",
        "GIT_PAGER": "cat",
        # A pytest that we start would remove what other runs have left in the common place, which may take a minute.
        "PYTEST_DEBUG_TEMPROOT": str(home),
        # Nor does one that we start need the plugins that are installed here: they take longer to load than it takes.
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    # Without bytecode, each process that the tests start would compile the package anew.
    for name in ("GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "CI", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        monkeypatch.delenv(name, raising=False)


def run_git(root: Path, *arguments: str) -> str:
    """The output of git in `root`."""
    completed = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return completed.stdout.strip()


@pytest.fixture
def git() -> Callable[..., str]:
    """Runs git in a folder."""
    return run_git


def write_files(root: Path, files: Files) -> None:
    """Write `files` by their paths under `root`."""
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


@cache
def _new_repo() -> tuple[tuple[str, ...], Files]:
    """The folders and the files that `git init` makes, without examples of hooks: it is run once for all tests."""
    with tempfile.TemporaryDirectory() as name:
        run_git(Path(name), "init", "--quiet", "--initial-branch", "main")
        made = [place for place in sorted(Path(name).rglob("*")) if place.suffix != ".sample"]
        paths = {place: str(place.relative_to(name)) for place in made}
        folders = tuple(path for place, path in paths.items() if place.is_dir())
        return folders, {path: place.read_bytes() for place, path in paths.items() if place.is_file()}


def init_repo(root: Path, files: Files) -> Path:
    """Make the folder `root` a git repository that holds the given files, committed on the branch main."""
    root.mkdir()
    folders, own = _new_repo()
    for folder in folders:
        (root / folder).mkdir()
    write_files(root, {**own, **files})
    run_git(root, "add", "--all", "--force")
    run_git(root, "commit", "--quiet", "--allow-empty", "-m", "base")
    return root


@pytest.fixture
def make_repo(tmp_path: Path) -> Callable[[Files], Path]:
    """Makes a git repository that holds the given files, committed on the branch main."""
    return lambda files: init_repo(tmp_path / "repo", files)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Makes what takes long to make, such as a repository after a run, once for all tests that copy it: a folder by
    its name, from a function that makes it at a path."""
    made: dict[str, Path] = {}

    def make(name: str, maker: Callable[[Path], object]) -> Path:
        if name not in made:
            folder = tmp_path_factory.mktemp(name) / "repo"
            maker(folder)
            made[name] = folder
        return made[name]

    return make


def copied(made: Path, target: Path) -> Path:
    """A copy of the folder `made` at `target`."""
    shutil.copytree(made, target, symlinks=True)
    return target


@pytest.fixture(scope="session")
def foreign(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ForeignRunner]:
    """Runs codemods from elsewhere in an empty folder; its process is started once."""
    with ForeignRunner(tmp_path_factory.mktemp("foreign"), (".",)) as runner:
        yield runner
