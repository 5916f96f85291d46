"""Carries out what a page tells the reader to type, and writes down what is printed: `python docs/console.py`.

A page is a story in one folder. In its ```console blocks a line that begins with `$ ` is typed; what stands below it
is what was printed. `<!-- file: NAME -->` before a block writes that file, `<!-- console: 6 3 -->` keeps the first six
and the last three lines of each output. Times, commits and ids of runs are always the same here, so that the page only
changes where the product does. The picture of the README is drawn from the same run, by Rich.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parent
PAGE = DOCS / "tutorial.md"
PICTURE = DOCS / "images" / "terminal.svg"
# The commands of the page that the picture shows, each from the line that begins so.
SHOWN = {"codemods apply first.yaml --yes": "The unchanged tree", "codemods status first.yaml": ""}
TITLE = "codemods apply: one validated commit per file, and what breaks a check is taken back"
WIDTH = 100

_BLOCK = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```\w+\n(?P<text>.*?)```"
    r"|(?:<!-- console: (?P<first>\d+) (?P<last>\d+) -->\n)?```console\n(?P<session>.*?)```",
    re.DOTALL,
)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_ALWAYS = (
    (re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b"), "2026-11-22 09:00:00"),
    (re.compile(r"\b\d+(?:\.\d+)? s\b"), "0.4 s"),
    (re.compile(r"\b[0-9a-f]{16}\b"), "0123456789abcdef"),
)
_RUN = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b")
# No font is fetched: the reader's own is as good.
_SVG = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg" role="img" \
aria-label="{title}">
    <!-- Drawn by Rich from a run of docs/tutorial.md: python docs/console.py -->
    <style>
    .{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; \
font-size: {char_height}px; line-height: {line_height}px; }}
    .{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


class Session:
    """Types commands in a folder that starts empty, as the reader does.

    `printed` is what they printed first, with colours.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.start = folder.resolve()
        self.printed: dict[str, str] = {}
        self.commits: dict[str, str] = {}
        self.runs: dict[str, str] = {}

    def write(self, name: str, text: str) -> None:
        """Write a file where the session is."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def type(self, command: str) -> str:
        """What `command` prints. Fails where it ends with an error."""
        words = shlex.split(command)
        if words[0] == "cd":
            self.folder /= words[1]
            return ""
        status, text = self._codemods(words[1:]) if words[0] == "codemods" else self._other(command)
        if status not in (0, 1):
            raise AssertionError(f"$ {command}\n{text}\nended with {status}")
        text = "".join(f"{line.rstrip()}\n" for line in self._same(text).splitlines())
        self.printed.setdefault(command, text)
        return _ANSI.sub("", text)

    def _codemods(self, arguments: list[str]) -> tuple[int, str]:
        from codemods.cli import app

        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
        before = Path.cwd()
        os.chdir(self.folder)
        try:
            with redirect_stdout(out), redirect_stderr(out):
                status = app.run(arguments)
        finally:
            os.chdir(before)
        out.seek(0)
        return status, out.read()

    def _other(self, command: str) -> tuple[int, str]:
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", command],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def _same(self, text: str) -> str:
        """`text` with what differs from run to run put in one form."""
        text = text.replace(str(self.start), "~")
        for pattern, always in _ALWAYS:
            text = pattern.sub(always, text)
        made = "git rev-list --all --reflog 2> /dev/null || true"
        shas = self._other(made)[1].split()
        return _COMMIT.sub(lambda found: self._commit(found[0], shas), _RUN.sub(self._run, text))

    def _run(self, found: re.Match[str]) -> str:
        return self.runs.setdefault(found[0], f"20261122-090{len(self.runs)}00-{_digest(len(self.runs))[:4]}")

    def _commit(self, found: str, shas: list[str]) -> str:
        sha = next((sha for sha in shas if sha.startswith(found)), None)
        return self.commits.setdefault(sha, _digest(len(self.commits)))[: len(found)] if sha else found


def _digest(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()[:40]


def told(page: str, session: Session) -> str:
    """`page` with what its commands print now."""

    def block(found: re.Match[str]) -> str:
        if found["file"]:
            session.write(found["file"], found["text"])
            return found[0]
        limits = (int(found["first"]), int(found["last"])) if found["first"] else None
        commands = [line for line in found["session"].splitlines() if line.startswith("$ ")]
        shown = "".join(f"{command}\n{_shortened(session.type(command[2:]), limits)}" for command in commands)
        return found[0].replace(found["session"], shown)

    return _BLOCK.sub(block, page)


def _shortened(text: str, limits: tuple[int, int] | None) -> str:
    lines = text.splitlines(keepends=True)
    if limits is None or len(lines) <= sum(limits) + 1:
        return text
    return "".join((*lines[: limits[0]], "…\n", *lines[len(lines) - limits[1] :]))


def picture(session: Session) -> str:
    """The picture of the commands that are `SHOWN`."""
    from rich.console import Console
    from rich.text import Text

    screen = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    for command, start in SHOWN.items():
        screen.print(Text(f"$ {command}", style="bold"))
        text = session.printed[command]
        screen.print(Text.from_ansi(text[text.index(start) :]), no_wrap=True, overflow="ellipsis")
    return screen.export_svg(title="", code_format=_SVG.replace("{title}", TITLE), unique_id="run")


@contextmanager
def settings(home: Path) -> Iterator[None]:
    """The environment of a reader who has set nothing: no git configuration, colours, a terminal of this width."""
    before = dict(os.environ)
    for name in before:
        if name.startswith("GIT_") or name == "NO_COLOR":
            del os.environ[name]
    os.environ.update(HOME=str(home), XDG_CONFIG_HOME=str(home), GIT_CONFIG_NOSYSTEM="1", LC_ALL="C.UTF-8")
    os.environ.update(CI="1", FORCE_COLOR="1", TERM="xterm-256color", COLUMNS=str(WIDTH), VIRTUAL_ENV=sys.prefix)
    os.environ.update(GIT_PAGER="cat", PAGER="cat")  # as on a terminal, but for what waits for a key
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def carried_out() -> tuple[str, str]:
    """The page and the picture as they are to be."""
    with tempfile.TemporaryDirectory() as folder, settings(Path(folder)):
        session = Session(Path(folder))
        return told(PAGE.read_text(encoding="utf-8"), session), picture(session)


if __name__ == "__main__":
    for file, text in zip((PAGE, PICTURE), carried_out(), strict=True):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {file.relative_to(DOCS.parent)}\n")
