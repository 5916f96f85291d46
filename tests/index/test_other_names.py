"""What a file takes from a module beside what is looked for: told by letters alone, and only where that is sure."""

from __future__ import annotations

import pytest

from codemods.index.other_names import takes_only_others
from codemods.index.word_places import places_of

WORDS = frozenset({"old", "make"})


@pytest.mark.parametrize(
    "source",
    [
        "from pkg.old import other\n",
        "from pkg.old import other",
        "from .old import other as mine  # not that one\n",
        "from old import a, b as c; a()\n",
        "def f():\n    from pkg.sub.old import (\n        a,\n        b as c,\n    )\n",
        "from pkg.old import(a)\n",
        "from\tpkg.old\timport\ta\r\n",
        "# from pkg.old import other\n",
        "from pkg.old import a\nfrom pkg.old import b\n",
        "from pkg.make import a\n",
    ],
)
def test_only_others(source: str) -> None:
    assert takes_only_others(source.encode(), places_of(WORDS, source.encode()))


@pytest.mark.parametrize(
    "source",
    [
        "from pkg.old import make\n",
        "from pkg.old import other, make\n",
        "from pkg.old import (\n    other,\n    make,\n)\n",
        "from pkg.old import other\nmake()\n",
        "from pkg.old import *\n",
        "from pkg.old import \\\n    *\n",
        "from pkg.old import other, \\\n    more\n",
        "from pkg import old\n",
        "from old import old\n",
        "from old.sub import other\n",
        "import pkg.old\n",
        "import old\n",
        "from pkg.old import a\nx = pkg.old\n",
        "x = 'pkg.old'\n",
        "from pkg.old import (other,  # make)\n)\n",
        "from pkg.old import \uff4d\uff41\uff4b\uff45\n",
        "from pkg.old import other, \uff4d\uff41\uff4b\uff45\n",
        "from pkg.old import (other, \uff4d\uff41\uff4b\uff45)\n",
        "xfrom pkg.old import other\n",
        "from pkg. old import other\n",
    ],
)
def test_perhaps_more(source: str) -> None:
    assert not takes_only_others(source.encode(), places_of(WORDS, source.encode()))
