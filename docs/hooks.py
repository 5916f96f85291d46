"""MkDocs hooks: what makes a site of pages that are also read as they are, on a code host.

The home page is the README; pages that stand outside of docs/ are taken in, and links are made to fit. A link to a file
that is no page becomes its text. Lists are spaced as MkDocs needs them, which code hosts do not.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parent.parent
# Pages of the site that stand elsewhere in the repository.
TAKEN_IN = {
    "index.md": "README.md",
    "security.md": "SECURITY.md",
    "changelog.md": "CHANGELOG.md",
    "benchmarks.md": "benchmarks/README.md",
    "plans.md": "migration_plans/README.md",
    "demo.md": "fixtures/demo/README.md",
}
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\((?!https?:|mailto:|#)([^)#\s]+)(#[^)\s]*)?\)")
_FENCE = re.compile(r"\s*(```|~~~)")
_ITEM = re.compile(r"([-*]|\d+\.) ")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the pages in that stand elsewhere."""
    for name, path in TAKEN_IN.items():
        files.append(File.generated(config, name, content=(ROOT / path).read_text(encoding="utf-8")))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The text of a page, with links and lists as the site needs them."""
    name = page.file.src_uri
    home = posixpath.dirname(TAKEN_IN.get(name, f"docs/{name}"))
    return "\n".join(_spaced(_linked(markdown, home).split("\n")))


def on_page_content(html: str, **_: object) -> str:
    """The page as HTML: a `|` in the code of a table, which is written `\\|` there, without that sign."""
    return re.sub(r"<code>[^<]*</code>", lambda code: code[0].replace("\\|", "|"), html)


def _linked(markdown: str, home: str) -> str:
    """`markdown`, which stands in the folder `home` of the repository, with links from the top of the site."""
    pages = {path: name for name, path in TAKEN_IN.items()}

    def link(match: re.Match[str]) -> str:
        sign, text, target, anchor = match.groups(default="")
        path = posixpath.normpath(posixpath.join(home, target))
        inside = pages.get(path) or (path[len("docs/") :] if path.startswith("docs/") else None)
        return f"{sign}[{text}]({inside}{anchor})" if inside else text

    return _LINK.sub(link, markdown)


def _spaced(lines: list[str]) -> list[str]:
    """Lists stand apart from the text before them, and what is in an item stands four columns to the right."""
    spaced: list[str] = []
    fenced = in_list = False
    for line in lines:
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            is_item = bool(_ITEM.match(line))
            if is_item and not in_list and spaced and spaced[-1].strip():
                spaced.append("")
            in_list = is_item or (in_list and bool(line.strip()))
        spaced.append(line if fenced else re.sub(r"^ {2,3}(?=\S)", "    ", line))
    return spaced
