"""What Python really loads for a module lies in what the graph says that it reaches."""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codemods.selection.graph import graph_of
from tests.conftest import examples, write_files

if TYPE_CHECKING:
    import pytest

# It imports each module anew, and tells the files that were loaded for it.
LOADED = r"""
import importlib, sys
sys.path.insert(0, ".")
known = set(sys.modules)
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception:
        pass
    files = [getattr(module, "__file__", None) for key, module in sys.modules.items() if key not in known]
    print(name, *sorted(file for file in files if file), sep="\t")
    for key in set(sys.modules) - known:
        del sys.modules[key]
    importlib.invalidate_caches()
"""
MODULES = ("a", "b", "p", "p.m", "p.n", "p.q", "p.q.r", "tests.test_a", "tests.test_b")
PACKAGES = {"p", "p.q"}
FORMS = (
    "import {module}",
    "import os, {module} as x",
    "from {package} import {last}",
    "from {package} import ({last},  # as (\n)",
    "from {module} import *",
    "try:\n    import {module}\nfinally: pass",
    "if True: import {module}",
    "def f():\n    import {module}\nf()",
    "import importlib\nimportlib.import_module('{module}')",
    "import importlib\nlast = '{last}'\nimportlib.import_module(f'{package}.' + last)",
    "import importlib\nfor n in ('{last}',): importlib.import_module(f'{package}.{{n}}')",
    "__import__('{module}')",
    "import runpy\nrunpy.run_module('{module}')",
    "exec('import {module}')",
    "import pkgutil, p\nfor m in pkgutil.iter_modules(p.__path__): __import__('p.' + m.name)",
    "import os, importlib\nfor n in sorted(os.listdir('p')): importlib.import_module('p.' + n.split('.')[0])",
)


def path_of(module: str) -> str:
    place = module.replace(".", "/")
    return f"{place}/__init__.py" if module in PACKAGES else f"{place}.py"


def written(form: str, module: str) -> str:
    package, _, last = module.rpartition(".")
    if not package and "{package}" in form:
        form = FORMS[0]
    return form.format(module=module, package=package, last=last)


statements = st.builds(written, st.sampled_from(FORMS), st.sampled_from(MODULES[:7]))
sources = st.lists(statements, max_size=2).map(lambda lines: "\n".join((*lines, "")))
trees = st.fixed_dictionaries({path_of(module): sources for module in MODULES})


@settings(max_examples=examples(0.15), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=trees)
def test_all_that_is_loaded_is_reached(tmp_path_factory: pytest.TempPathFactory, files: dict[str, str]) -> None:
    root = tmp_path_factory.mktemp("tree")
    write_files(root, files)
    told = subprocess.run(
        [sys.executable, "-B", "-c", LOADED, *MODULES], cwd=root, capture_output=True, text=True, check=True
    )
    found = graph_of(files, lambda path: files[path].encode(), (".",))
    for line in told.stdout.splitlines():
        module, *loaded = line.split("\t")
        paths = {PurePosixPath(file).relative_to(root.as_posix()).as_posix() for file in loaded if str(root) in file}
        for path in paths:
            affected = found.affected([path])
            assert affected is not None
            assert path_of(module) in affected, (module, path)
