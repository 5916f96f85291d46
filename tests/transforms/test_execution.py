"""Migrated code runs with the old names gone: every ordinary form, executed before and after."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from codemods.model import Changed
from tests.checks import BASE, outcome
from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

FORMS = {
    "from": "from a.b import f\nassert f() == (f.__name__, 1)\n",
    "aliased": "from a.b import f as h\nassert h(2)[1] == 2\n",
    "list": "from a.b import (\n    K,\n    f,  # one\n    L,\n)\nassert f(K + L)[1] == 3\n",
    "local": "def h():\n    from a.b import f\n    return f()\nassert h()[1] == 1\n",
    "guarded": "try:\n    from a.b import f\nexcept ImportError:\n    f = None\nassert f()\n",
    "class body": "class A:\n    from a.b import C\nassert isinstance(A.C(), A.C)\n",
    "dotted": "import a.b\nassert a.b.f()[1] == 1 and a.b.K == 1\n",
    "aliased module": "import a.b as m\nassert m.f()[1] == 1\n",
    "module from package": "from a import b\nassert b.f()[1] == 1\n",
    "formatted": "from a.b import f\nassert f'{f(3)[1]}' == '3'\n",
    "annotation": "import typing\nfrom a.b import C\ndef h(x: 'C'): ...\nassert typing.get_type_hints(h)['x'] is C\n",
    "shadowed": "from a.b import f\ndef h(f): return f\nassert h(3) == 3 and f()[1] == 1\n",
    "taken": "from a.b import f\ndef g(): return f()\nassert g()[1] == 1\n",
    "exported": "from a.b import f\n__all__ = ['f']\n",
    "before use in a class": "from a.b import f\nclass A:\n    f = f\nassert A.f\n",
    "semicolons": "import os; from a.b import f, K; assert f(K) and os\n",
}


def test_forms_run_before_and_after(tmp_path: Path) -> None:
    """One interpreter runs all of them, so that the suite stays quick."""
    for folder, old in (("before", BASE["a/b.py"]), ("after", "K = 1\nL = 2\n")):
        root = tmp_path / folder
        write_files(root, {**BASE, "a/b.py": old})
        for number, source in enumerate(FORMS.values()):
            result = outcome(source)
            assert isinstance(result, Changed)
            write_files(root, {f"form{number}.py": result.change.after if folder == "after" else source})
        program = f"import importlib\nfor n in range({len(FORMS)}): importlib.import_module(f'form{{n}}')\n"
        completed = subprocess.run(
            [sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=False
        )
        assert completed.returncode == 0, completed.stderr
