"""What pytest loads for a test file besides what it imports: conftest files, and plugins of the repository."""

from __future__ import annotations

import re
from fnmatch import fnmatch
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CONFIGS = frozenset(
    {"pyproject.toml", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg"}
)
_PATTERNS = re.compile(r"^\s*python_files\s*=\s*(\[[^\]]*\]|[^\n]*(?:\n[ \t]+[^\n]+)*)", re.MULTILINE)
_PATTERN = re.compile(r"[^\s\"',\[\]]+")
_OPTION = re.compile(r"(?<![\w-])-p[ =]?([A-Za-z_][\w.]+)|DJANGO_SETTINGS_MODULE\s*=\s*[\"']?([\w.]+)")
_ENTRY_POINTS = re.compile(r"pytest11[^\n]*\n?(?:(?!\s*\n|\[)[^\n]*(?:\n|$))*")
_NAMED = re.compile(r"(?<![\w./-])[A-Za-z_]\w*(?:\.\w+)+(?![\w/-])")
_DOTTED = re.compile(r"[A-Za-z_][\w.]+")
_TEST_FOLDER = re.compile(r"(?:^|/)(?:tests?|testing)/")
_TEST_FILE = re.compile(r"(?:^|/)(?:tests?[^/]*|[^/]*_tests?|conftest)\.py$")


class PytestFiles(Struct, frozen=True):
    """Which files are tests, and the modules that pytest loads for all of them; of those that settings name otherwise,
    it may be what lies among tests."""

    patterns: tuple[str, ...] = ()
    plugins: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    everything: bool = False

    def is_test(self, path: str) -> bool:
        """Whether pytest or unittest may collect the Python file `path`, or it lies among tests."""
        if self.everything or _TEST_FILE.search(path) or _TEST_FOLDER.search(path):
            return True
        name = path.rpartition("/")[2]
        return any(fnmatch(path if "/" in pattern else name, pattern) for pattern in self.patterns)


def pytest_files(configs: Iterable[str], read: Callable[[str], bytes], plugins: Iterable[str] = ()) -> PytestFiles:
    """By the settings in the files `configs`, which `read` gives; `plugins` are further ones."""
    texts = [read(path).decode("utf-8", "replace") for path in configs]
    patterns = {word for text in texts for found in _PATTERNS.findall(text) for word in _PATTERN.findall(found)}
    named = {name for text in texts for found in _OPTION.findall(text) for name in found if name}
    named |= {name for text in texts for found in _ENTRY_POINTS.findall(text) for name in _DOTTED.findall(found)}
    others = {name for text in texts for name in _NAMED.findall(text)}
    everything = any("--doctest-modules" in text for text in texts)
    return PytestFiles(tuple(sorted(patterns)), tuple(sorted(named.union(plugins))), tuple(sorted(others)), everything)
