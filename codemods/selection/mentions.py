"""What a Python file says of others: imports, dotted names and paths in strings, imports by computed names.

Read off the bytes, without a tree: more than there is, seldom less. Also sources that do not parse are read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_W = rb"\w\x80-\xff"
_NEWLINE = rb"\\\r?\n"
_IMPORT = re.compile(rb"import\b")
_CONTINUED = re.compile(_NEWLINE)
_FROM = re.compile(rb"(?:^|[^" + _W + rb".]|\\[nrt])from(?=[ \t.])[ \t]*(\.[. \t]*)?([" + _W + rb".]*)[ \t]*$")
_LIST = re.compile(rb"[ \t]*(?:\(((?:[^)#]|#[^\n]*\n)*)\)|((?:[^\n\r#;\\]|" + _NEWLINE + rb")*))")
_COMMENT = re.compile(rb"#[^\n]*")
_NAME = re.compile(rb"([" + _W + rb".]+|\*)(?:[ \t]+as[ \t]+[" + _W + rb"]+)?")
# A string, or a piece of one after an inner quote, that begins with a dotted name or a path.
_QUOTED = re.compile(rb"[\"']([" + _W + rb"-]*[./][" + _W + rb"./-]*)")
_DOTTED = re.compile(rb"\.*[A-Za-z_\x80-\xff][" + _W + rb"]*(?:\.[" + _W + rb"]+)*\.?$")
_FILE = re.compile(rb"[" + _W + rb"./-]*[" + _W + rb"-]\.[A-Za-z][A-Za-z0-9]{0,7}$")
_WORD = re.compile(rb"[\"']([A-Za-z_\x80-\xff][" + _W + rb"]*)(?=[\"':.])")
_BEFORE_SUFFIX = re.compile(rb"[" + _W + rb"./-]+$")
_MODULE_OPTION = re.compile(rb"(?:-m|-p)[ =]([" + _W + rb".]+)")

# Calls that import by name. The text of a mere variable is elsewhere, in whatever file it comes from; what is put
# together relative to the own package may be any module of it.
_BY_NAME = rb"import_module|__import__|import_string|import_object|run_module|find_spec|resolve_name|importorskip"
_ARGUMENT = re.compile(rb"\b(?:" + _BY_NAME + rb")[ \t]*\(\s*([^()\n]*(?:\([^()\n]*\)[^()\n]*)*)")
_RELATIVE = re.compile(rb"\b__(?:name|package|path)__|\bpackage[ \t]*=|^[rubf]{0,2}[\"']\.+[\"'{%]")
_BEGINNING = re.compile(rb"[\"']([" + _W + rb".]+)\.(?:\{|%|[\"']\s*[+%])")
_ENDING = re.compile(rb"(?:%s|\)s|\})\.([" + _W + rb".]+)[\"']")
_NAMES_MODULES = (b"import_", b"__import__", b"run_module", b"find_spec", b"resolve_name", b"importorskip")
_LISTS_MODULES = (b"INSTALLED_APPS", b"pytest_plugins", b"sys.modules", b"DJANGO_SETTINGS_MODULE")
_PACKAGE_WALK = (b"iter_modules", b"walk_packages")
_PATH_OF = re.compile(rb"([" + _W + rb"]+)\.__path__")
_FOLDER_WALK = re.compile(rb"\b(?:r?glob|iglob|walk|fwalk|listdir|scandir|iterdir)[ \t]*\(")
_CHAIN = re.compile(rb"[\"']([" + _W + rb"./-]+)[\"'](?:\s*[/,]\s*[\"'][" + _W + rb"./-]+[\"'])*")
_PIECE = re.compile(rb"[\"']([" + _W + rb"./-]+)[\"']")


class Mentions(Struct, frozen=True):
    """What one file says. Dotted names that begin with dots are relative to the package of the file.

    `imports` are imported for certain, `strings` are dotted names in strings, `words` plain ones where modules are
    named by strings. `files` are paths in strings, `folders` chains of path components in a file that lists folders.
    `computes` says that it imports what it is not seen to name; `below` are the dotted names whose modules it may
    import all, `endings` how names end whose beginning is computed. `lists` says that it lists folders and knows its
    own place; `apps` that it lists what Django loads.
    """

    imports: tuple[str, ...] = ()
    strings: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    folders: tuple[tuple[str, ...], ...] = ()
    below: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()
    computes: bool = False
    lists: bool = False
    apps: bool = False


def mentions(content: bytes) -> Mentions:
    """What the source `content` says of other files."""
    imports = _texts(_imports(content))
    strings, files = _quoted(content)
    names_modules = any(word in content for word in _NAMES_MODULES)
    lists_modules = any(word in content for word in _LISTS_MODULES)
    walks = any(word in content for word in _PACKAGE_WALK)
    lists = _may_list(content) and _FOLDER_WALK.search(content) is not None
    computes = walks or (names_modules and (lists or _is_relative(content)))
    below = list(_texts(_BEGINNING.findall(content))) if names_modules else []
    below += _packages_walked(content, imports) if walks else ()
    is_marked = names_modules or lists_modules
    return Mentions(
        imports,
        tuple(name.rstrip(".") for name in strings if name.strip(".") and (is_marked or name[0] != ".")),
        _texts(_WORD.findall(content)) if is_marked else (),
        files,
        _folders(content) if lists else (),
        tuple(dict.fromkeys(below)),
        _texts(_ENDING.findall(content)) if names_modules else (),
        computes,
        lists and b"__file__" in content,
        b"INSTALLED_APPS" in content,
    )


def _texts(found: Iterable[bytes]) -> tuple[str, ...]:
    return tuple(sorted({text.decode("utf-8", "replace") for text in found if text}))


def _imports(content: bytes) -> Iterator[bytes]:
    for match in _IMPORT.finditer(content):
        start = match.start()
        before = content[start - 1 : start]
        if (before.isalnum() or before == b"_") and content[start - 2 : start] not in (b"\\n", b"\\t", b"\\r"):
            continue
        listed = _LIST.match(content, match.end())
        names = (listed[1] or listed[2] or b"") if listed else b""
        if b"#" in names:
            names = _COMMENT.sub(b"", names)
        found = _FROM.search(_head(content, start))
        if found is None:
            yield from _NAME.findall(names)
            continue
        module = (found[1] or b"").replace(b" ", b"").replace(b"\t", b"") + found[2]
        joint = b"" if module.endswith(b".") else b"."
        imported = _NAME.findall(names)
        yield from [module + joint + name if name != b"*" else module for name in imported] or [module]


def _head(content: bytes, end: int) -> bytes:
    """The line before `end`, with those that it continues."""
    start = content.rfind(b"\n", 0, end) + 1
    while (start > 1 and content[start - 2 : start - 1] == b"\\") or content[max(start - 3, 0) : start] == b"\\\r\n":
        start = content.rfind(b"\n", 0, start - 1) + 1
    return _CONTINUED.sub(b" ", content[start:end])


def _quoted(content: bytes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The dotted names and the paths of files in strings."""
    dotted: set[bytes] = set(_MODULE_OPTION.findall(content))
    files: set[bytes] = set()
    for token in set(_QUOTED.findall(content)):
        if b"/" not in token and _DOTTED.match(token):
            dotted.add(token)
        if _FILE.match(token):
            files.add(token)
    # Inside of a command, or after something that is computed: "python scripts/check.py", f"{root}/check.py".
    start = content.find(b".py")
    while start >= 0:
        found = _BEFORE_SUFFIX.search(content, max(start - 200, 0), start)
        if found is not None and not content[start + 3 : start + 4].isalnum() and _is_quoted(content, start):
            files.add(found[0] + b".py")
        start = content.find(b".py", start + 3)
    return _texts(dotted), _texts(files)


def _is_quoted(content: bytes, position: int) -> bool:
    """Whether a quote stands before it in its line: what only a comment or the lines of a docstring name is not run."""
    head = content[content.rfind(b"\n", 0, position) + 1 : position]
    return (b'"' in head or b"'" in head) and b"#" not in head


def _packages_walked(content: bytes, imports: Iterable[str]) -> list[str]:
    """The packages whose `__path__` the file reads."""
    walked = {name.decode("utf-8", "replace") for name in _PATH_OF.findall(content)}
    return [name for name in imports if name.rpartition(".")[2] in walked]


def _is_relative(content: bytes) -> bool:
    return any(_RELATIVE.search(match[1]) for match in _ARGUMENT.finditer(content))


def _may_list(content: bytes) -> bool:
    return b"glob" in content or b"walk" in content or b"dir(" in content


def _folders(content: bytes) -> tuple[tuple[str, ...], ...]:
    chains = {tuple(_PIECE.findall(match[0])) for match in _CHAIN.finditer(content)}
    return tuple(sorted(tuple(piece.decode("utf-8", "replace").strip("/") for piece in chain) for chain in chains))
