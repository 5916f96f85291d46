"""Names, code and output that would drive the reader's terminal, or a page that shows a report: all is spelled out."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.checks import BASE, plan_text
from tests.cli.commands import on_terminal, run_forked
from tests.conftest import Files, write_files

pytest.importorskip("pty", reason="terminals as POSIX has them")

MakeRepo = Callable[[Files], Path]
Git = Callable[..., str]
EVIL = (
    "\x1b[31mEVIL\x1b]0;EVIL\x07\x1b[2J\x9b31m\u202eEVIL\u2066\u200b\u3164[bold red]EVIL[/][link=file:///x]EVIL[/link]"
)
NAMES = (
    "escape\x1b[31mEVIL\x1b]0;EVIL\x07\x1b[2J.py",
    "newline\n\rdone: 0 file(s) EVIL.py",
    "markup [bold red]EVIL[/] [link=x]EVIL.py",
    "bidi \u202eEVIL\u2066\u200b\u3164\x9b31m.py",
    "html `|<img src=x onerror=EVIL>``](javascript:EVIL) **EVIL**.py",
)
# A plan that holds controls is refused as a whole; what can be read is no less evil in a page.
WORDS = "[bold red]EVIL[/][link=file:///x]EVIL[/link]"
SOURCE = f"from a.b import f\n# {EVIL}\nf()  # {EVIL}\nx = '''a.b.f {EVIL}'''\n"
REST = f"""\
title: {json.dumps(WORDS)}
keep:
  - {{module: c.d, symbols: [g], reason: {json.dumps(WORDS)}}}
phases:
  - {{name: P0, files: [bad.py], with: [check], on_failure: skip}}
  - {{name: P1, files: rest}}
validation:
  check: {{kind: command, run: [python, check.py], timeout: 30}}
"""
CHECK = f"import sys, bad\nprint({EVIL!r})\nsys.exit('g' in vars(bad))\n"
VERBS = (
    ("scan",),
    ("init",),
    ("audit", "plan.yaml"),
    ("audit", "plan.yaml", "--markdown"),
    ("preview", "plan.yaml"),
    ("guard", "plan.yaml"),
    ("try", "f()"),
    ("why", "plan.yaml", NAMES[0]),
    ("why", "plan.yaml", "no such " + EVIL.split("\x07")[0] + ".py"),
    ("guard", "plan.yaml", "no such " + EVIL.split("\x07")[0] + ".py"),
    ("preview", "plan " + EVIL.split("\x07")[0] + ".yaml"),
    ("preview", "plan.yaml", "--" + EVIL.split("\x07")[0]),
    (EVIL.split("\x07")[0],),
    ("preview", "broken.yaml"),
    ("apply", "--yes", "plan.yaml"),
    ("status", "plan.yaml"),
    ("report", "plan.yaml", "--markdown"),
    ("rollback", "plan.yaml", "--all", "--dry-run"),
    ("rollback", "plan.yaml", "--all"),
)
# What draws: colours, a line that is drawn over itself, the cursor that goes and comes.
DRAWING = re.compile(r"\x1b\[[0-9;]*m|\x1b\[\??(?:25[hl]|[0-9]*[AKG])|\r")


@pytest.fixture
def repo(make_repo: MakeRepo, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    files = dict.fromkeys(NAMES, SOURCE)
    broken = f"schema: 1\nname: x\n{json.dumps(EVIL)}: 1\nredirect: {json.dumps(EVIL)}\n"
    texts = {"bad.py": SOURCE, "check.py": CHECK, "plan.yaml": plan_text(rest=REST), "broken.yaml": broken}
    return make_repo({**BASE, **files, **texts, f"skipped {NAMES[4]}": "from a.b import f\nf(\n"})


def check_neutral(told: str) -> None:
    """Nothing in `told` is a control or cannot be seen, and markup stands there as it is written."""
    text = told.replace("\n", "").replace("\t", "")
    assert sorted({letter for letter in text if not letter.isprintable() or letter == "\u3164"}) == []
    assert "Traceback" not in told


@pytest.mark.parametrize(("kind", "every"), [("dumb", 6), ("xterm-256color", 2)])
def test_nothing_but_we_drives_the_terminal(
    repo: Path, kind: str, every: int, monkeypatch: pytest.MonkeyPatch, git: Git
) -> None:
    monkeypatch.delenv("NO_COLOR")
    spelled = 0
    for verb in VERBS[::every]:
        _, told = on_terminal(repo, *verb, TERM=kind, COLUMNS="200")
        assert told, verb
        # A colour of ours never comes right before what is theirs spelled out.
        assert "\x1b[31mEVIL" not in told
        check_neutral(DRAWING.sub("", told))
        spelled += "\\x1b[31mEVIL" in told
        assert told.count("bold red") == len(re.findall(r"\[bold red\\?\]EVIL", told))
    assert spelled >= len(VERBS[::every]) / 2
    assert git(repo, "status", "--porcelain") == ""


def test_what_a_hook_says_is_spelled_out(repo: Path) -> None:
    hook = repo / ".git" / "hooks" / "pre-commit"
    hook.write_text(f"#!{sys.executable}\nimport sys\nsys.exit({EVIL!r})\n", encoding="utf-8")
    hook.chmod(0o755)
    _, told = on_terminal(repo, "apply", "--yes", "plan.yaml", TERM="dumb", COLUMNS="200")
    assert "\\x1b[31mEVIL" in told
    check_neutral(told.replace("\r", ""))


def test_json_is_json_for_bytes_that_do_not_decode(make_repo: MakeRepo) -> None:
    root = make_repo({**BASE, "plan.yaml": plan_text()})
    names = [b"\xff.py", "é\x7f\x1b\u202e\u3164.py".encode()]
    for name in names:
        (Path(os.fsdecode(os.fsencode(root) + b"/" + name))).write_text(SOURCE, encoding="utf-8")
    subprocess.run(["git", "add", "."], cwd=root, check=True)
    for verb in (("preview", "plan.yaml", "--json"), ("guard", "plan.yaml", "--json"), ("scan", "--json")):
        done = run_forked(root, *verb)
        assert done.stderr == ""
        text = done.stdout
        check_neutral(text)
        found = json.dumps(json.loads(text))
        assert verb[0] == "scan" or all(json.dumps(os.fsdecode(name))[1:-1] in found for name in names)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, attrs))


@pytest.mark.parametrize("verb", ["audit", "report"])
def test_markdown_holds_no_markup_of_theirs(repo: Path, verb: str) -> None:
    write_files(repo, {"more.py": "import a.b as m\nprint(m.f, 'a.b.f', getattr(m, 'x'))\n"})
    subprocess.run(["git", "add", "."], cwd=repo, check=True)
    done = run_forked(repo, verb, "plan.yaml", "--markdown")
    check_neutral(done.stdout)
    assert "onerror=EVIL" in done.stdout
    # HTML in Markdown is let through, as pages that show it may do.
    page = _Tags()
    page.feed(MarkdownIt("commonmark", {"html": True}).enable("table").render(done.stdout))
    ours = {"h1", "h2", "h3", "p", "ul", "li", "code", "strong", "table", "thead", "tbody", "tr", "th", "td", "details"}
    assert {tag for tag, _ in page.found} <= {*ours, "summary"}
    assert {name for _, attributes in page.found for name, _ in attributes} <= {"style"}
    bold = re.findall(r"<strong>(.*?)</strong>", MarkdownIt("commonmark").enable("table").render(done.stdout))
    assert "EVIL" not in bold
