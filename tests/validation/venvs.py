"""Small virtual environments that see pytest, and what installers leave in them."""

from __future__ import annotations

import os
import sys
import sysconfig
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.conftest import write_files

if TYPE_CHECKING:
    from pathlib import Path

# What setuptools writes for an editable install, in short.
FINDER = """
import sys
from importlib.machinery import PathFinder
from importlib.util import spec_from_file_location

MAPPING = {mapping!r}

class Finder:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name in MAPPING:
            place = MAPPING[name]
            return spec_from_file_location(name, place + "/__init__.py", submodule_search_locations=[place])
        return None

def install():
    sys.meta_path.{put}Finder)
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with its interpreter and the folder of what is installed."""

    python: Path
    packages: Path

    def pth(self, *folders: Path) -> None:
        """An editable install by a `.pth` file, such as hatch makes."""
        write_files(self.packages, {"editable.pth": "".join(f"{folder}\n" for folder in folders)})

    def finder(self, mapping: dict[str, Path], *, first: bool = False) -> None:
        """An editable install by a finder, such as setuptools makes; `first`, such as other builders make."""
        put = "insert(0, " if first else "append("
        text = FINDER.format(mapping={name: str(place) for name, place in mapping.items()}, put=put)
        write_files(self.packages, {"__editable___finder.py": text})
        write_files(self.packages, {"__editable__.pth": "import __editable___finder; __editable___finder.install()\n"})


def make_environment(folder: Path) -> Environment:
    """A virtual environment in `folder` that has pytest, and nothing else of interest."""
    venv.create(folder, symlinks=os.name == "posix")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    packages = folder / f"lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
    write_files(packages, {"shared.pth": f"{sysconfig.get_path('purelib')}\n"})
    return Environment(python, packages)
