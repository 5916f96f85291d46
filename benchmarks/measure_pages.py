"""How long the page of a preview takes with many files: to be made, to be drawn in Chromium, to be filtered.

Needs Chromium and its driver, and the tests' own requirements. Ends with 1 where the page took two seconds or more
until it could be used. With --sarif-schema FILE, the SARIF of the same preview is held against the JSON
Schema of the specification; with --axe FILE, the script of axe-core looks for what keeps people from using the page.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from codemods.engine.shown import PhasePreview, Preview
from codemods.model import Change, Changed, Disposition, Finding, Form, Reference, Unit
from codemods.plan.load import load_plan
from codemods.report.html.links import Links
from codemods.report.html.preview_page import preview_page
from codemods.report.sarif import preview_sarif
from tests.browser.driver import Browser, browser

_ENOUGH = 2000  # milliseconds
_PLAN = """\
schema: 1
name: many-files
redirect: [{module: app.old, to: app.new, symbols: {make: build}}]
phases: [{name: P0, files: ["app/a*/**"]}, {name: P1, files: rest}]
"""
_LOOK = """
const done = arguments[arguments.length - 1];
axe.run(document).then((found) => done(found.violations.map((one) => `${one.id}: ${one.nodes.length}`)));
"""


def module(number: int, lines: int) -> tuple[str, str]:
    """The text of a module before and after."""
    body = "".join(
        f"\n\ndef step_{number}_{place}(value: int) -> str:\n"
        f'    """What step {place} does.\n\n    In two lines.\n    """\n'
        f'    return make(f"{{value}} of {number}", limit={place})  # as ever\n'
        for place in range(lines // 8)
    )
    before = f'"""Module {number}."""\n\nimport os\n\nfrom app.old import make, Other\n\nX = os.sep\n{body}'
    return before, before.replace("app.old", "app.new").replace("make", "build")


def many(files: int, lines: int) -> Preview:
    """A preview with so many files of so many lines."""
    loaded = load_plan(_PLAN, "plan.yaml")
    phases = []
    for phase, numbers in zip(loaded.plan.phases, (range(files // 4), range(files // 4, files)), strict=True):
        outcomes, units = [], []
        for number in numbers:
            path = f"app/a{number % 40}/some_package/module_{number}.py"
            before, after = module(number, lines)
            change = Change(path, before.encode(), after.encode())
            found = [
                Finding(Reference(path, line, 1, Form.NAME, "app.old.make"), disposition, reason)
                for line, disposition, reason in (
                    (5, Disposition.REWRITTEN, ""),
                    (14, Disposition.REWRITTEN, ""),
                    (22, Disposition.REVIEW, f"a string names it, and step {number} may read it"),
                    (30, Disposition.LEFT, "a parameter has this name"),
                )
            ]
            outcomes.append(Changed(path, change, tuple(found)))
            units.append(Unit(path, phase.name, (change,)))
        phases.append(PhasePreview(phase, tuple(outcomes), tuple(units)))
    return Preview(loaded, tuple(phases), (), (), files)


def timed(window: Browser, script: str) -> float:
    """How long a script takes, with what the browser has to draw of it, in milliseconds."""
    return float(
        window.run(
            f"const start = performance.now(); {script}; document.body.offsetHeight; return performance.now() - start"
        )
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--lines", type=int, default=120)
    parser.add_argument("--sarif-schema", type=Path, metavar="FILE")
    parser.add_argument("--axe", type=Path, metavar="FILE")
    given = parser.parse_args()
    shown = many(given.files, given.lines)
    faults = 0
    if given.sarif_schema:
        import jsonschema

        schema = json.loads(given.sarif_schema.read_text(encoding="utf-8"))
        log = json.loads(preview_sarif(shown))
        faults = sum(1 for _ in jsonschema.Draft4Validator(schema).iter_errors(log))
        print(f"SARIF: {len(log['runs'][0]['results']):,} results, {faults} faults")
    start = time.perf_counter()
    text = preview_page(shown, "main at 0123456789ab", Links.of("vscode://file/{path}:{line}"))
    print(f"made in {time.perf_counter() - start:.2f} s: {len(text):,} letters")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, browser(Path(folder)) as window:
        page = Path(folder) / "page.html"
        page.write_text(text, encoding="utf-8")
        ready = []
        for _ in range(3):
            window.open(page)
            ready.append(int(window.run("return document.documentElement.dataset.ready")))
        print(f"ready after {ready} ms from when the file was asked for")
        steps = {
            "open one": "setOpen(TABS[0].found[1], true)",
            "text filter": "filters.text.value = 'STEP_777_'; filters.read()",
            "form filter": "filters.clear(); filters.selects.form.value = 'name'; filters.read()",
            "next tab": "filters.clear(); select(TABS[1])",
            "j 400 times": "select(TABS[0]); for (let n = 0; n < 400; n++) keys.step(1)",
            "side by side": "setSplit(!isSplit)",
            "open all": "openAll(true)",
            "print": "window.dispatchEvent(new Event('beforeprint'))",
        }
        for name, script in steps.items():
            print(f"{name}: {timed(window, script):.0f} ms")
        if given.axe:
            window.devtools("Page.setBypassCSP", enabled=True)
            window.open(page)
            window.run(given.axe.read_text(encoding="utf-8"))
            found = window.wait_for(_LOOK)
            faults += len(found)
            print(f"axe: {found or 'nothing'}")
    return 1 if faults or max(ready) >= _ENOUGH else 0


if __name__ == "__main__":
    sys.exit(main())
