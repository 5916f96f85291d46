"""Pages as text: what has to hold of them in any browser."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codemods.errors import CodemodsError
from codemods.model import Change, Removal
from codemods.report.html.hunks import hunks
from codemods.report.html.links import Links
from codemods.report.html.plot import plot
from codemods.report.html.preview_page import preview_page
from tests.checks import BASE, plan_text, preview_files, rule
from tests.cli.commands import codemods, run
from tests.conftest import Files, copied
from tests.report.runs import make_run

MakeRepo = Callable[[Files], Path]
MadeOnce = Callable[[str, Callable[[Path], object]], Path]
FILES = {
    **BASE,
    "u.py": "from a.b import f\nf('</script><!--\u2028')\nprint(1, 2)\n",
    "x.py": "print('a.b.f')\n",
    "blocked.py": "import a.b\na.b.f = 1\n",
    "broken.py": "print 'f'\n",
}
RULE = rule("print(1, 2)", "print(3)")


def data_of(page: str) -> dict[str, Any]:
    """What the script of a page gets to show."""
    (text,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert text.isascii()
    assert not set(text) & set("<>&")
    return dict(json.loads(text))


def check_page(page: str) -> None:
    """The policy lets exactly our own script and style run, and the page names nothing to fetch."""
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    styles = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    assert (len(scripts), len(styles)) == (1, 1)
    allowed = html.unescape(policy)
    assert allowed.startswith("default-src 'none'; ")
    for kind, (source,) in (("script-src", scripts), ("style-src", styles)):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{kind} 'sha256-{digest}';" in allowed
    assert not re.search(
        r"<(?:link|img|iframe|object|embed|base)\b|\ssrc=|\son\w+=|style=", page.replace(scripts[0], "")
    )
    assert "http" not in scripts[0] + styles[0]


def test_a_preview_holds_every_file_and_reference_once() -> None:
    preview = preview_files(FILES, rewrite=RULE)
    page = preview_page(preview, "main", Links.of(""))
    check_page(page)
    data = data_of(page)
    word = data["words"].__getitem__
    assert {file["path"]: file["kind"] for file in data["files"]} == {
        "blocked.py": "blocked",
        "u.py": "changed",
        "x.py": "left",
    }
    found = Counter(word(reference[4]) for file in data["files"] for reference in file["refs"])
    assert found == Counter(finding.disposition.value for finding in preview.findings)
    rules = {word(reference[6]) for file in data["files"] for reference in file["refs"]}
    assert rules == {"a.b.f → c.d.g", "r"}
    assert [path for path, _ in data["skipped"]] == ["broken.py"]
    assert "link" not in data["files"][0]


def test_names_of_others_stand_escaped_in_the_figures() -> None:
    rest = "title: '<b>&amp;{{script}}'\nphases: [{name: P0, files: rest}]\n"
    page = preview_page(preview_files(FILES, rest=rest), "<i>main</i>\u202e", Links.of(""))
    check_page(page)
    assert "<h1>&lt;b&gt;&amp;amp;{{script}}</h1>" in page
    assert "&lt;i&gt;main&lt;/i&gt;\\u202e" in page


def test_links_are_made_from_a_template(tmp_path: Path) -> None:
    root = tmp_path / "a b"
    links = Links.of("vscode://file/{path}:{line}").at(root)
    assert links.to_file("c d%/\u03b1.py") == f"vscode://file{tmp_path}/a%20b/c%20d%25/%CE%B1.py:{{line}}"
    assert Links.of("https://h/{file}#L{line}").at(root).to_file("\udce4.py") == "https://h/%E4.py#L{line}"
    assert Links.of("").at(root).to_file("a.py") == ""


@pytest.mark.parametrize(
    "template",
    [
        "javascript:alert({line})",
        "JavaScript:1",
        "data:text/html,{path}",
        "no/scheme/{path}",
        "x:{nothing}",
        "x:\u202e",
    ],
)
def test_links_that_could_run_something_are_refused(template: str) -> None:
    with pytest.raises(CodemodsError, match="--link"):
        Links.of(template)


def test_hunks_tell_lines_and_the_strings_that_they_begin_in() -> None:
    text = 'A = """\n1\n2\n3\n4\n"""\nold\n# """\nB = 1\nC = 2\nD = 3\nE = 4\nold\n'
    found = hunks(Change("a.py", text.encode(), text.replace("old", "new").encode()))
    assert [(hunk["a"], hunk["b"], hunk["s"]) for hunk in found] == [(4, 4, ['"""', '"""'])]
    assert found[0]["l"][:5] == [" 3", " 4", ' """', "-old", "+new"]
    plain = hunks(Change("a.txt", text.encode(), text.replace("old", "new").encode()))
    assert plain[0]["s"] == ["", ""]


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (b"a\r\nb\r\n", b"c\r\nb\r\n", ["-a", "+c", " b"]),
        (b"a\r\n", b"a\n", ["-a\\r", "+a"]),
        (b"a", b"b", ["-a", "\\ No newline at end of file", "+b", "\\ No newline at end of file"]),
        (b"# coding: latin-1\n\xe4\n", b"# coding: latin-1\n\xf6\n", [" # coding: latin-1", "-\xe4", "+\xf6"]),
        (b"\xff\x00\x1b\n", b"\xe2\x80\xae\n", ["-\\xff\\x00\\x1b", "+\\u202e"]),
        (b"", b"a\n", ["+a"]),
        (b"x = '''\\", b"", ["-x = '''\\", "\\ No newline at end of file"]),
    ],
)
def test_hunks_of_all_kinds_of_bytes(before: bytes, after: bytes, lines: list[str]) -> None:
    assert [line for hunk in hunks(Change("a.py", before, after)) for line in hunk["l"]] == lines


def test_a_file_that_goes_is_all_removed() -> None:
    (hunk,) = hunks(Removal("a.py", b"a\nb\n"))
    assert hunk["l"] == ["-a", "-b"]


def test_a_plot_names_its_points() -> None:
    drawn = plot([("before", 0.0), ("P<0>", 50.0), ("P1", 100.0)])
    assert 'aria-label="Compliance: before 0.0 %, P&lt;0&gt; 50.0 %, P1 100.0 %"' in drawn
    assert 'points="80.0,208.0 400.0,116.0 720.0,24.0"' in drawn
    assert plot([("before", 12.5)]).count("<circle") == 1
    assert plot([(str(number), 1.0) for number in range(100)]).count('text-anchor="middle"') <= 26


def test_preview_writes_the_page(make_repo: MakeRepo) -> None:
    root = make_repo({**FILES, "plan.yaml": plan_text()})
    told = codemods(root, "preview", "plan.yaml", "--html", "../p.html", "--link", "x:{file}:{line}", expect=1)
    assert "+from c.d import g" not in told
    page = (root.parent / "p.html").read_text(encoding="utf-8")
    check_page(page)
    assert {file["link"] for file in data_of(page)["files"]} == {
        f"x:{name}.py:{{line}}" for name in ("blocked", "u", "x")
    }
    assert run(root, "preview", "plan.yaml", "--html", "../q.html", "--link", "javascript:1").returncode == 2
    assert not (root.parent / "q.html").exists()


def test_report_writes_the_page_of_a_run(made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    root = copied(made_once("ran", make_run), tmp_path / "repo")
    codemods(root, "report", "plan.yaml", "--html", "run.html", expect=1)
    page = (root / "run.html").read_text(encoding="utf-8")
    check_page(page)
    assert "<h1>One &lt;f&gt;</h1>" in page
    assert "&lt;/pre&gt;&lt;script&gt;document.title = 1&lt;/script&gt;]]&gt;\\x1b[31m\\x00 \\u2028 &amp;amp;" in page
    assert 'aria-label="Compliance: before 0.0 %, P0 25.0 %, P1 25.0 %, P2 25.0 %"' in page
    states = re.findall(r'<tr class=item tabindex=-1 data-state="([\w ]+)"', page)
    assert Counter(states) == {"committed": 1, "rejected": 2, "taken back": 1}
    assert "codemods rollback plan.yaml --phase P0" in page


def test_what_merges_shims_and_deletions_do_is_told_with_their_commits() -> None:
    files = {**BASE, "a/c.py": "def f():\n    return 1\n", "u.py": "from a.c import f\r\nf()\r\n", "n.txt": "a.b.K\n"}
    redirect = "  - {module: a.c, to: c.d, leave: shim}\n  - {symbol: a.b.K, to: c.d.Z}\n"
    rest = "merge: [{module: a.c, into: c.d}]\ndelete: [{module: a.c}]\nphases: [{name: P0, files: ['*.py']}]\n"
    page = preview_page(preview_files(files, redirect, rest), "main", Links.of(""))
    check_page(page)
    assert "<summary>What merges, shims and deletions do</summary><h2>merge</h2><ul><li>" in page
    assert '<th scope="row">(no phase)</th>' in page
    data = data_of(page)
    shown = [(data["words"][file["phase"]], file["path"], file["kind"]) for file in data["files"]]
    assert shown == [
        ("merge", "c/d.py", "changed"),
        ("shim", "a/c.py", "changed"),
        ("P0", "u.py", "changed"),
        ("delete", "a/c.py", "removed"),
        ("(no phase)", "n.txt", "left"),
    ]
    assert [file["path"] for file in data["files"] if file.get("crlf")] == ["u.py"]
    assert data["words"][data["files"][1]["unit"]] == "leave a shim at a.c"


def test_files_of_one_commit_name_each_other() -> None:
    files = {**BASE, "u.py": "from a.b import f\nf()\n", "v.py": "from a.b import f\n", "w.py": "f = 1\n"}
    rest = "phases: [{name: P0, files: rest, commit: phase}]\n"
    data = data_of(preview_page(preview_files(files, rest=rest), "main", Links.of("")))
    units = {file["path"]: data["words"][file["unit"]] for file in data["files"]}
    assert units == {"u.py": "in one commit with v.py", "v.py": "in one commit with u.py"}
