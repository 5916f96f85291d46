"""What a place in the code leads to from a page: a template that the reader gives."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec import Struct

from codemods.errors import CodemodsError
from codemods.model import printable

if TYPE_CHECKING:
    from pathlib import Path

_NAMES = ("path", "file", "line", "column")
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_SCRIPTS = ("javascript:", "data:", "vbscript:")


class Links(Struct, frozen=True):
    """A template for links; where it is empty there are none. `root` is the folder of the repository, quoted."""

    template: str
    root: str = ""

    @classmethod
    def of(cls, template: str) -> Links:
        """The links of a template. Raises CodemodsError where it is none, or would run something."""
        hint = f"It may hold {', '.join(f'{{{name}}}' for name in _NAMES)}, such as vscode://file/{{path}}:{{line}}."
        unknown = [name for name in _PLACEHOLDER.findall(template) if name not in _NAMES]
        if unknown:
            raise CodemodsError(f"--link has no {{{printable(unknown[0])}}} to put in.", hint=hint)
        scheme = _SCHEME.match(template)
        if template and (scheme is None or scheme.group().lower() in _SCRIPTS or not template.isprintable()):
            raise CodemodsError("--link is not the address of a place.", where=printable(template), hint=hint)
        return cls(template)

    def at(self, root: Path) -> Links:
        """The same for the repository in the folder `root`."""
        return Links(self.template, quote(root.as_posix()).lstrip("/"))

    def to_file(self, path: str) -> str:
        """The link to the file `path`, where `{line}` and `{column}` are still to be put in; empty where there is no
        template."""
        file = quote(path, errors="surrogateescape")
        values = {"path": f"{self.root}/{file}", "file": file}
        return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), self.template)
