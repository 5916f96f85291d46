"""The page of a preview as a reader uses it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemods.engine.shown import PhasePreview, Preview
from codemods.model import Change, Changed, Disposition, Finding, Form, Reference, Unit
from codemods.plan.load import load_plan
from codemods.report.html.links import Links
from codemods.report.html.preview_page import preview_page
from tests.checks import BASE, plan_text, preview_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.driver import Browser

    Open = Callable[[Preview], None]

HOSTILE = "<img src=x onerror=\"document.title='owned'\">\u202e.py"
FILES = {
    **BASE,
    "app/u.py": "from a.b import f\n\n\ndef use():\n    return f()\n",
    "app/text.py": 'X = """\none\ntwo\nthree\nfour f()\n"""\nfrom a.b import f\nf("""\n  in\n""")\nf()\n',
    "tests/test_u.py": "from a.b import f\nf()\n",
    "x.py": "print('a.b.f')\n" * 3,
    "blocked.py": "import a.b\na.b.f = 1\n",
    "broken.py": "print 'f'\n",
    "crlf.py": "from a.b import f\r\nf()",
    HOSTILE: "from a.b import f\nf('</script><script>document.title=1</script><!-- \u2028 \x1b[31m {{data}}')\n",
}
PHASES = "phases:\n  - {name: P0, files: [app/**]}\n  - {name: P1, files: rest}\n"
PATHS = "return [...document.querySelectorAll('#panel-changes .path')].map((one) => one.textContent)"
STATUS = "return document.querySelector('.status').textContent"


@pytest.fixture
def open_page(window: Browser, tmp_path: Path) -> Open:
    """Opens the page of a preview."""

    def show(preview: Preview) -> None:
        file = tmp_path / "page.html"
        links = Links.of("vscode://file/{path}:{line}:{column}").at(tmp_path)
        file.write_text(preview_page(preview, "main at 0123456789ab", links), encoding="utf-8")
        window.open(file)

    return show


@pytest.fixture
def page(window: Browser, open_page: Open) -> Browser:
    """A page with a bit of everything."""
    open_page(preview_files(FILES, rest=PHASES))
    return window


def set_field(page: Browser, name: str, value: str) -> None:
    """Set a filter as if somebody had, and wait for what it does."""
    page.run(f"const one = document.getElementById('filter-{name}'); one.value = arguments[0]", value)
    page.run("filters.read()")


def test_names_and_code_of_others_stay_text(page: Browser) -> None:
    shown = HOSTILE.replace("\u202e", "\\u202e")
    assert shown in page.run(PATHS)
    assert page.run("return document.title") == "test: preview"
    assert page.run("return document.images.length") == 0
    code = page.run("return [...document.querySelectorAll('td.code')].map((one) => one.textContent)")
    assert "g('</script><script>document.title=1</script><!-- \\u2028 \\x1b[31m {{data}}')" in code


def test_nothing_is_fetched_and_its_policy_lets_nothing_in(page: Browser) -> None:
    assert page.run("return performance.getEntriesByType('resource').length") == 0
    ran = "document.body.append(Object.assign(document.createElement('script'), {text: 'document.title = 2'}))"
    with pytest.raises(AssertionError, match="TrustedScript"):
        page.run(ran)
    assert page.run("return document.title") == "test: preview"
    assert len(page.complaints()) > 0


def test_filters_narrow_all_lists(page: Browser) -> None:
    assert page.run(STATUS) == "Changes: 5 files of 5"
    set_field(page, "file", "app/")
    assert page.run(PATHS) == ["app/text.py", "app/u.py"]
    set_field(page, "file", "**/test_*.py")
    assert page.run(PATHS) == ["tests/test_u.py"]
    set_field(page, "file", "")
    set_field(page, "text", "USE()")
    assert page.run(PATHS) == ["app/u.py"]
    set_field(page, "text", "")
    set_field(page, "phase", "P1")
    assert page.run(STATUS) == "Changes: 3 files of 5"
    page.run("filters.clear()")
    set_field(page, "certainty", "review")
    counts = "return TABS.map((tab) => tab.found.length)"
    assert page.run(counts) == [0, 3, 0, 0, 0]
    page.run("filters.clear()")
    set_field(page, "rule", "a.b.f → c.d.g")
    set_field(page, "form", "from-import")
    assert page.run(STATUS) == "Changes: 5 files of 5"
    set_field(page, "text", "no such text")
    assert page.run("return document.querySelector('#panel-changes .empty').hidden") is False
    page.run("filters.clear()")
    assert page.run(counts) == [5, 3, 1, 0, 1]


def test_lists_of_what_stays_tell_where_and_why(page: Browser, tmp_path: Path) -> None:
    texts = "select(TABS[arguments[0]]); return [...current.panel.querySelectorAll('.row')].map((one) => one.innerText)"
    assert page.run(texts, 1) == [f"x.py:{line}:7 a.b.f string\n\na string is its name" for line in (1, 2, 3)]
    (blocked,) = page.run(texts, 2)
    assert blocked.startswith("blocked.py:2\n\n")
    (skipped,) = page.run(texts, 4)
    assert skipped.startswith("broken.py\n\nline 1: ")
    place = "select(TABS[1]); return current.panel.querySelector('a').getAttribute('href')"
    assert page.run(place) == f"vscode://file{tmp_path}/x.py:1:7"


def test_keys_walk_open_and_look_for(page: Browser) -> None:
    focused = "return document.activeElement.textContent"
    paths = page.run(PATHS)
    page.press("j")
    assert page.run(focused) == paths[0]
    page.press("j", "j", "k")
    assert page.run(focused) == paths[1]
    is_open = "return document.activeElement.getAttribute('aria-expanded')"
    assert page.run(is_open) == "true"
    page.press("Enter")
    assert page.run(is_open) == "false"
    page.press("/", "j", "u", "s", "?")
    assert page.run("return document.activeElement.value") == "jus?"
    assert page.run("return keys.dialog.open") is False
    page.press("Escape", "2")
    assert page.run("return current.name") == "review"
    page.press("?")
    assert page.run("return keys.dialog.open") is True
    page.press("Escape")
    assert page.run("return keys.dialog.open") is False
    page.run("document.getElementById('tab-review').focus()")
    page.press("ArrowRight")
    assert page.run("return [current.name, document.activeElement.id]") == ["blocked", "tab-blocked"]
    page.run("document.getElementById('keys-on').click(); document.activeElement.blur()")
    page.press("1")
    assert page.run("return current.name") == "blocked"


def test_keys_walk_through_lists_and_follow_links(page: Browser) -> None:
    page.run("window.followed = []")
    page.run(
        "document.addEventListener('click', (event) => { event.preventDefault();"
        " followed.push(event.target.closest('a').textContent); })"
    )
    page.press("2", "j", "j", "j", "k", "Enter")
    assert page.run("return followed") == ["x.py:2:7"]
    assert page.run("return document.activeElement.innerText").startswith("x.py:2:7 ")


LINES = """
const file = DATA.files.find((one) => one.path === arguments[0]);
setSplit(arguments[1]);
setOpen(file, true);
return [...file.body.querySelectorAll(".diff tbody tr:not(.hunk)")].map((row) =>
  [...row.cells].map((cell) => cell.textContent).join("|"));
"""


def test_a_diff_in_one_column_and_side_by_side(page: Browser) -> None:
    assert page.run(LINES, "app/u.py", False) == [
        "1||-|from a.b import f",
        "|1|+|from c.d import g",
        "2|2| |",
        "3|3| |",
        "4|4| |def use():",
        "5||-|    return f()",
        "|5|+|    return g()",
    ]
    assert page.run(LINES, "app/u.py", True) == [
        "1|-|from a.b import f|1|+|from c.d import g",
        "2| ||2| |",
        "3| ||3| |",
        "4| |def use():|4| |def use():",
        "5|-|    return f()|5|+|    return g()",
    ]
    marks = "return [...document.querySelectorAll('#' + arguments[0])].map((one) => one.textContent)"
    body = page.run("return DATA.files.find((one) => one.path === 'app/u.py').body.id")
    assert page.run(marks, f"{body} del") == ["a", "b", "f", "f"]
    assert page.run(marks, f"{body} ins") == ["c", "d", "g", "g"]
    assert page.run(LINES, "crlf.py", False)[1].endswith("f() ⊘ no newline at the end")


def test_colours_know_of_strings_that_begin_before_a_hunk(page: Browser) -> None:
    page.run(LINES, "app/text.py", False)
    kinds = "return [...DATA.files.find((one) => one.path === 'app/text.py').body.querySelectorAll(arguments[0])]"
    strings = page.run(f"{kinds}.map((one) => one.textContent)", "td.same .string")
    assert strings[:3] == ["three", "four f()", '"""']
    assert page.run(f"{kinds}.map((one) => one.textContent)", ".keyword") == ["from", "import", "from", "import"]


def many(number: int) -> Preview:
    """A preview of many small files."""
    loaded = load_plan(plan_text(), "plan.yaml")
    outcomes, units = [], []
    for one in range(number):
        path = f"p/u{one:05}.py"
        change = Change(path, b"from a.b import f\nf()\n", b"from c.d import g\ng()\n")
        finding = Finding(Reference(path, 1, 17, Form.FROM_IMPORT, "a.b.f"), Disposition.REWRITTEN)
        outcomes.append(Changed(path, change, (finding,)))
        units.append(Unit(path, "all", (change,)))
    phase = loaded.plan.effective_phases[0]
    return Preview(loaded, (PhasePreview(phase, tuple(outcomes), tuple(units)),), (), (), number)


def test_of_many_files_those_are_drawn_that_are_looked_at(window: Browser, open_page: Open) -> None:
    open_page(many(2000))
    assert window.run(STATUS) == "Changes: 2,000 files of 2,000"
    assert len(window.run(PATHS)) == 300
    assert window.run("return document.querySelectorAll('table.diff').length") == 1
    window.run("for (let number = 0; number < 301; number++) keys.step(1)")
    assert window.run("return document.activeElement.textContent") == "p/u00300.py"
    set_field(window, "file", "u01999")
    assert window.run(PATHS) == ["p/u01999.py"]


def test_on_paper_everything_is_open(page: Browser) -> None:
    page.run("openAll(false); window.dispatchEvent(new Event('beforeprint'))")
    assert page.run("return document.querySelectorAll('table.diff').length") == 5
    assert page.run("return [...document.querySelectorAll('.panel')].some((one) => one.hidden)") is False
    page.run("window.dispatchEvent(new Event('afterprint'))")
    assert page.run("return [...document.querySelectorAll('.panel')].filter((one) => !one.hidden).length") == 1
    assert len(page.devtools("Page.printToPDF")["data"]) > 10_000


def test_nothing_to_do(window: Browser, open_page: Open) -> None:
    open_page(preview_files(BASE))
    assert window.run(STATUS) == "Changes: 0 files of 0"
    assert window.run("return document.querySelector('#panel-changes').innerText") == "No file is changed."
