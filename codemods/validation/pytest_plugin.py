"""The plugin that tells test by test what pytest does, and leaves out what is not asked for.

It runs in the project's own Python, with pytest 6 or later. JUnit XML would not do: it holds no node ids. Under
pytest-xdist the controller tells outcomes, the workers tell files.
"""

from __future__ import annotations

PLUGIN = r"""
import json, os
import pytest

FOLDER = os.environ["CODEMODS_PYTEST"]
ROOT = os.environ["CODEMODS_ROOT"]
ROOTS = [os.path.join(root, "") for root in (ROOT, os.path.realpath(ROOT))]
RANK = {"passed": 0, "skipped": 1, "failed": 2, "error": 3}
with open(os.path.join(FOLDER, "selection"), encoding="utf-8") as file:
    FILES, TESTS, AT, WITHOUT = json.load(file)
AT = set(AT).union(FILES or ())
FILES, TESTS, WITHOUT = FILES and set(FILES), set(TESTS), set(WITHOUT)
CHOOSES = FILES is not None
FILES = FILES or set()

def write(*values):
    with open(os.path.join(FOLDER, "report-%d" % os.getpid()), "a", encoding="utf-8") as file:
        file.write(json.dumps(values) + "\n")

def place_of(path):
    path = os.path.abspath(str(path))
    for root in ROOTS:
        if path.startswith(root):
            return path[len(root):].replace(os.sep, "/")
    return path

def path_of(node):
    return getattr(node, "path", None) or node.fspath

def is_left_out(path):
    # Not of a package itself, which fixtures and setup belong to: its own tests are left out one by one.
    name = os.path.basename(str(path))
    return CHOOSES and name not in ("conftest.py", "__init__.py") and place_of(path) not in AT

class Writer:
    def __init__(self):
        self.told = {}

    def tell(self, nodeid, outcome):
        # A test has up to three reports, and more with subtests or reruns: the worst counts.
        if RANK.get(outcome, -1) > RANK.get(self.told.get(nodeid), -1):
            self.told[nodeid] = outcome
            write("outcome", nodeid, outcome)

    def pytest_runtest_logstart(self, nodeid, location):
        write("start", nodeid, "")

    def pytest_runtest_logreport(self, report):
        if report.when == "call" or report.outcome != "passed":
            self.tell(report.nodeid, "error" if report.when != "call" and report.failed else report.outcome)

    # First: projects are known to end the process there.
    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session):
        write("end", "", "")

    def pytest_collectreport(self, report):
        if report.failed:
            self.tell(report.nodeid or "(collection)", "error")

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Writer(), "codemods-writer")
    # pytest asks nobody whether to ignore a file that its arguments name.
    start = getattr(getattr(config, "invocation_params", None), "dir", os.getcwd())
    named = [os.path.join(str(start), str(argument).split("::")[0]) for argument in config.args]
    kept = [value for value, path in zip(config.args, named) if not (os.path.isfile(path) and is_left_out(path))]
    # Without arguments it would look at the whole folder.
    config.args[:] = kept or config.args[:1]

def pytest_collectstart(collector):
    if isinstance(collector, pytest.File):
        write("place", collector.nodeid, place_of(path_of(collector)))

if hasattr(pytest, "version_tuple"):
    def pytest_ignore_collect(collection_path):
        return True if os.path.isfile(str(collection_path)) and is_left_out(collection_path) else None
else:
    def pytest_ignore_collect(path):
        return True if os.path.isfile(str(path)) and is_left_out(path) else None

@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    ids = {item.nodeid for item in items}
    # The id of a case may differ in each session.
    near = {test.partition("[")[0] for test in TESTS - ids if "[" in test}

    def is_kept(item):
        if item.nodeid in WITHOUT:
            return False
        if not CHOOSES or item.nodeid in TESTS or place_of(path_of(item)) in FILES:
            return True
        return "[" in item.nodeid and item.nodeid.partition("[")[0] in near

    kept, left = [], []
    for item in items:
        (kept if is_kept(item) else left).append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept
"""
