"""The page of a run as a reader uses it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.commands import codemods
from tests.conftest import copied
from tests.report.runs import make_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.browser.driver import Browser

    MadeOnce = Callable[[str, Callable[[Path], object]], Path]

SHOWN = "return rows.filter((one) => !one.hidden).map((one) => one.cells[0].textContent)"


@pytest.fixture
def page(window: Browser, made_once: MadeOnce, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Browser:
    monkeypatch.setenv("VIRTUAL_ENV", sys.prefix)
    root = copied(made_once("ran", make_run), tmp_path / "repo")
    codemods(root, "report", "plan.yaml", "--html", "run.html", expect=1)
    window.open(root / "run.html")
    return window


def test_the_timeline_is_filtered(page: Browser) -> None:
    assert len(page.run(SHOWN)) == 4
    page.run("verdict.value = 'taken back'; draw()")
    assert page.run(SHOWN) == ["w.py"]
    page.run("verdict.value = ''; search.value = 'P0'; draw()")
    assert page.run(SHOWN) == ["u.py"]
    assert page.run("return document.querySelector('.status').textContent") == "1 unit of 4"


def test_keys_lead_to_the_evidence_and_open_it(page: Browser) -> None:
    page.press("j", "Enter")
    assert page.run("return document.activeElement.parentElement.open") is True
    text = page.run("return document.activeElement.parentElement.querySelector('pre').innerText")
    assert "</failure></pre><script>document.title = 1</script>]]>\\x1b[31m\\x00 \\u2028 &amp;" in text
    page.press("/", "P", "1")
    assert len(page.run(SHOWN)) == 1
    assert page.run("return document.title").startswith("One <f>: run ")
