"""References in files that are not Python: what is found, what it becomes, and what only looks like one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.model import Blocked, Changed, Disposition, Finding, Form, Outcome, Unchanged
from codemods.transforms.moves import Moves, Target
from codemods.transforms.plain_text import may_hold, transform_text
from codemods.transforms.text_names import TextNames

SYMBOLS = Moves({("a.b", "f"): Target("c.d", "g"), ("a.b", "C"): Target("c.d", "D")})
MODULE = Moves({("a.b", "f"): Target("c.d", "g"), ("a.b", "K"): Target("a.other", "K")}, {"a.b": Target("c.d", None)})
THERE = {("c.d", "g"), ("c.d", "D"), ("c.d", "Z"), ("c.d", "f"), ("c.d", "sub"), ("c.d.sub", "h"), ("a.other", "K")}
THERE |= {("c", "d"), ("new", "f"), ("d", "Z"), ("c.d", "log")}


def has(module: str, name: str) -> bool:
    """The targets that the tests move to."""
    return (module, name) in THERE


def run(
    before: str | bytes,
    moves: Moves = SYMBOLS,
    path: str = "notes.txt",
    *,
    rewrite: bool = True,
    paths: dict[str, str] | None = None,
) -> Outcome:
    """The outcome for one file."""
    content = before.encode() if isinstance(before, str) else before
    return transform_text(path, content, TextNames(moves, paths), rewrite=rewrite, has=has)


def check_changed(
    before: str | bytes, after: str | bytes, moves: Moves = SYMBOLS, path: str = "notes.txt"
) -> tuple[Finding, ...]:
    """`before` becomes exactly `after`, which is not changed again; without `rewrite` all of it is listed."""
    result = run(before, moves, path)
    assert isinstance(result, Changed), result
    assert result.change.after == (after.encode() if isinstance(after, str) else after)
    assert not isinstance(run(result.change.after, moves, path), (Changed, Blocked))
    listed = run(before, moves, path, rewrite=False)
    assert isinstance(listed, Unchanged)
    assert [f.reference for f in listed.findings] == [f.reference for f in result.findings]
    assert all(f.disposition is Disposition.REVIEW and f.reason for f in listed.findings)
    return result.findings


def check_listed(before: str | bytes, moves: Moves = SYMBOLS, path: str = "notes.txt") -> Finding:
    """`before` stays as it is and has one reference, which needs a review; that one."""
    result = run(before, moves, path)
    assert isinstance(result, Unchanged), result
    assert [f.disposition for f in result.findings] == [Disposition.REVIEW]
    assert result.findings[0].reason
    return result.findings[0]


def check_none(before: str | bytes, moves: Moves = SYMBOLS, path: str = "notes.txt") -> None:
    """`before` holds no reference."""
    assert run(before, moves, path) == Unchanged(path)


def check_blocked(before: str | bytes, moves: Moves = SYMBOLS, path: str = "notes.txt") -> str:
    """`before` is blocked, and nothing of it rewritten; the reason."""
    result = run(before, moves, path)
    assert isinstance(result, Blocked), result
    assert all(f.disposition is not Disposition.REWRITTEN for f in result.findings)
    assert len(result.reasons) == 1
    return result.reasons[0]


NAMES = {
    "alone": ("a.b.f", "c.d.g"),
    "prose": ("Call `a.b.f`, then a.b.f. Not g.\n", "Call `c.d.g`, then c.d.g. Not g.\n"),
    "attribute": ("a.b.C.method(1)", "c.d.D.method(1)"),
    "entry point": ("x = a.b:f\n", "x = c.d:g\n"),
    "entry point with attribute and extra": ("x = a.b:C.make [extra]\n", "x = c.d:D.make [extra]\n"),
    "twice on a line": ("a.b.f a.b:C", "c.d.g c.d:D"),
    "role": (":func:`~a.b.f` and <a.b.C>", ":func:`~c.d.g` and <c.d.D>"),
    "emphasis": ("**a.b.f** *a.b.f*", "**c.d.g** *c.d.g*"),
    "after a colon": ("ignore::a.b.C", "ignore::c.d.D"),
    "hyphen behind": ("a.b.f-based", "c.d.g-based"),
    "between other letters": ("“a.b.f” — é a.b.f ✅a.b.f", "“c.d.g” — é c.d.g ✅c.d.g"),
    "CRLF, CR, no newline": ("a.b.f\r\na.b.f\ra.b.f", "c.d.g\r\nc.d.g\rc.d.g"),
    "byte order mark": ("\ufeffa.b.f\n", "\ufeffc.d.g\n"),
}


@pytest.mark.parametrize(("before", "after"), NAMES.values(), ids=NAMES)
def test_names(before: str, after: str) -> None:
    """Exact names are replaced, and each has its finding."""
    findings = check_changed(before, after)
    assert {finding.reference.form for finding in findings} == {Form.TEXT}
    assert len(findings) == after.count("c.d")


@pytest.mark.parametrize(
    "text",
    [
        "a.b.function a.b.f_2 a.b.f2 a.b.fé",
        "xa.b.f x.a.b.f _a.b.f 1a.b.f éa.b.f",
        "my-a.b.f",
        "folder/a.b.f http://x/a.b.f",
        "$a.b.f",
        "C:\\folder\\a.b.f",
        "a.b.f.py",
        "a.b.K a.b a.b: f a. b.f a.b:K a.b.",
        "a/b.py f",
        "f = g",
        "from a.b import K",
        "from a.b import K as f",
        "from x.a.b import f",
        "import a.b",
        "from a import b",
        "",
    ],
)
def test_look_alikes(text: str) -> None:
    """What only resembles a name that moves is none."""
    check_none(text)


def test_positions() -> None:
    """Lines and columns count characters, whatever the newlines, and no byte order mark."""
    findings = check_changed("\ufeffé a.b.f\r\n\rüü a.b:C\n", "\ufeffé c.d.g\r\n\rüü c.d:D\n")
    places = [(f.reference.line, f.reference.column, f.reference.target) for f in findings]
    assert places == [(1, 3, "a.b.f"), (3, 4, "a.b.C")]


MODULES = {
    "itself": ("see a.b.\n", "see c.d.\n"),
    "its name": ("a.b.Z and a.b:Z", "c.d.Z and c.d:Z"),
    "a name of its own": ("a.b.f a.b.K a.b.Z", "c.d.g a.other.K c.d.Z"),
    "a submodule": ("a.b.sub.h", "c.d.sub.h"),
    "run": ("python -m a.b --flag\n", "python -m c.d --flag\n"),
    "run in a container": ('CMD ["python","-m","a.b"]\n', 'CMD ["python","-m","c.d"]\n'),
    "import": ("```python\nimport a.b\nimport a.b as m\n```\n", "```python\nimport c.d\nimport c.d as m\n```\n"),
    "any name": ("a.b.*", "c.d.*"),
    "from": ("from a.b import Z as x, f", "from c.d import Z as x, g"),
    "from a submodule": ("from a.b.sub import h", "from c.d.sub import h"),
    "from the package": ("from a import b\n", "from c import d\n"),
    "from the package, used": ("from a import b\nb.Z\n", "from c import d as b\nb.Z\n"),
}


@pytest.mark.parametrize(("before", "after"), MODULES.values(), ids=MODULES)
def test_whole_modules(before: str, after: str) -> None:
    """All of a module that goes, with its own way for each symbol that the plan gives one."""
    check_changed(before, after, MODULE)


@pytest.mark.parametrize(
    "text", ["a.b.py a.b.md a.b.json.", "a.bc my-a.b a-c.a.b a.b_c", "a.c/b.py ba/b.py a/b.pyc a/b.py.x a/b.py-"]
)
def test_look_alikes_of_modules(text: str) -> None:
    """File names and longer names are none."""
    check_none(text, MODULE)


def test_a_name_that_is_also_a_file_ending() -> None:
    """It is a name where it is called, or where the target has it."""
    check_changed("a.b.log", "c.d.log", MODULE)
    assert check_blocked("a.b.json(x)", MODULE, "run.sh") == "run.sh:1: `c.d` has no name `json`"


@pytest.mark.parametrize(
    "text", ["a/b.py", "see `/x/a/b.py:12`", "./src/a/b.py::test", "src\\\\a\\\\b.py", "C:\\src\\a\\b.py."]
)
def test_file_paths_are_listed(text: str) -> None:
    """The file of a module that goes is listed, also in a longer path, and never rewritten."""
    result = run(text, MODULE, paths={"a.b": "src/a/b.py"})
    assert isinstance(result, Unchanged)
    assert [(f.disposition, f.reference.target) for f in result.findings] == [(Disposition.REVIEW, "a.b")]


def test_file_paths_of_packages() -> None:
    """The files of a package that goes are listed with it; those of a module that stays are not."""
    result = run("a/b/__init__.py a/b/x/y.py a/bc/z.py", MODULE, paths={"a.b": "a/b/__init__.py"})
    assert isinstance(result, Unchanged)
    assert [f.reference.column for f in result.findings] == [1, 17]


def test_file_paths_of_modules_that_stay() -> None:
    """Where only symbols move, their file stays."""
    check_none("a/b.py: f")


TOP = Moves({("tool", "f"): Target("new", "f")}, {"tool": Target("d", None)})


def test_a_module_without_a_package() -> None:
    """A plain word is a module only where it is run, imported, or names what is there."""
    check_changed("python -m tool\nimport tool\n", "python -m d\nimport d\n", TOP)
    check_changed("tool.f tool.Z tool:Z", "new.f d.Z d:Z", TOP)
    check_none("The tool: a tool.\ntool = tool.best or tool:x, important tool", TOP)
    assert check_listed("a tool.py", TOP).reference.target == "tool"


IMPORTS = {
    "one": ("from a.b import f\n", "from c.d import g\n"),
    "aliased": ("from a.b import f as h\nh()\n", "from c.d import g as h\nh()\n"),
    "alias is the new name": ("from a.b import f as g\n", "from c.d import g\n"),
    "all move": ("from a.b import f, C  # why\n", "from c.d import g, D  # why\n"),
    "used": ("from a.b import f, C\nf()\n", "from c.d import g as f, D\nf()\n"),
    "an attribute is no use": ("from a.b import f\nx.f(1)\n", "from c.d import g\nx.f(1)\n"),
    "inline": ("Write `from a.b import f`; done", "Write `from c.d import g`; done"),
    "end of a sentence": ("Write from a.b import f. Done.", "Write from c.d import g. Done."),
    "shell": ("python -c 'from a.b import f; f()'\n", "python -c 'from c.d import g as f; f()'\n"),
    "brackets": (
        "from a.b import (\n    f,  # one, two\n    C as E,\n)\n",
        "from c.d import (\n    g,  # one, two\n    D as E,\n)\n",
    ),
    "prompt": (">>> from a.b import f\n", ">>> from c.d import g\n"),
}


@pytest.mark.parametrize(("before", "after"), IMPORTS.values(), ids=IMPORTS)
def test_quoted_imports(before: str, after: str) -> None:
    """An import in documentation keeps its names where the text uses them."""
    check_changed(before, after, path="docs/use.md")


@pytest.mark.parametrize(
    "text",
    [
        "from a.b import f, K",
        "from a.b import f \\\n",
        "from a.b import f into your code",
        "from a.b import f, \\\n    K",
        "from a.b import (f, K)",
        "from a.b import *",
        "from a.b import (f\n",
        "from a.b import (\n> f,\n> C)\n",
    ],
)
def test_imports_that_are_listed(text: str) -> None:
    """An import that is split between modules, or cannot be read as one, is left to the reader."""
    check_listed(f"f\n{text}")


def test_names_kept() -> None:
    """A plan that keeps local names keeps them here."""
    check_changed("from a.b import f", "from c.d import g as f", Moves({("a.b", "f"): Target("c.d", "g", keep=True)}))


FORMATS = {
    "pyproject.toml": (
        '[project.scripts]  # a.b.f\nx = "a.b:f"\r\n[tool.x]\n'
        'n = nan\nd = 2020-01-01\ny = ["a.b.C", \'a.b.K\']\n"a.b.f" = 1',
        '[project.scripts]  # c.d.g\nx = "c.d:g"\r\n[tool.x]\n'
        'n = nan\nd = 2020-01-01\ny = ["c.d.D", \'a.b.K\']\n"c.d.g" = 1',
    ),
    "x.json": ('{"a.b.f": [1.50, NaN, {}], "k": "\\"a.b:C\\""}', '{"c.d.g": [1.50, NaN, {}], "k": "\\"c.d:D\\""}'),
    "with_bom.json": ('\ufeff{"k": "a.b.f"}', '\ufeff{"k": "c.d.g"}'),
    "escape.json": ('{"k": "one\\na.b.f\\ttwo"}', '{"k": "one\\nc.d.g\\ttwo"}'),
    "import.json": ('["from a.b import f\\nf()\\n"]', '["from c.d import g as f\\nf()\\n"]'),
    "commented.json": ('// no JSON\n{"k": "a.b.f",}', '// no JSON\n{"k": "c.d.g",}'),
    "x.yaml": (
        "# a.b.f\nk:   &x a.b.f # a.b.C\nl: !Ref 'a.b:f'\n---\nm: |\n  from a.b import f\n  f()\n",
        "# c.d.g\nk:   &x c.d.g # c.d.D\nl: !Ref 'c.d:g'\n---\nm: |\n  from c.d import g as f\n  f()\n",
    ),
    "python.yml": ("!!python/object/apply:a.b.f [1]\n", "!!python/object/apply:c.d.g [1]\n"),
    "template.yaml": ("{{ x }}: {{ y }\nk: a.b.f\n", "{{ x }}: {{ y }\nk: c.d.g\n"),
    "setup.cfg": (
        "[options.entry_points]\nconsole_scripts =\n    x = a.b:f\n    y = a.b:C.run [e]\n; a.b.f\n",
        "[options.entry_points]\nconsole_scripts =\n    x = c.d:g\n    y = c.d:D.run [e]\n; c.d.g\n",
    ),
    "logging.ini": ("[handler_h]\nclass=a.b.C\nargs=('%(x)s',)\n", "[handler_h]\nclass=c.d.D\nargs=('%(x)s',)\n"),
    "no_section.ini": ("class=a.b.C\n", "class=c.d.D\n"),
    "api.rst": (".. autofunction:: a.b.f\n", ".. autofunction:: c.d.g\n"),
    "run.sh": ('gunicorn "a.b:f"\n', 'gunicorn "c.d:g"\n'),
    "Dockerfile": ('CMD ["uvicorn", "a.b:f"]\n', 'CMD ["uvicorn", "c.d:g"]\n'),
}


@pytest.mark.parametrize(("path", "before", "after"), [(path, *texts) for path, texts in FORMATS.items()], ids=FORMATS)
def test_formats(path: str, before: str, after: str) -> None:
    """Each format keeps its layout and comments, and what is no valid data is text."""
    check_changed(before, after, path=path)


def test_sections_of_mypy() -> None:
    """mypy's sections name modules."""
    check_changed("[mypy-a.b.*]\nx = 1\n[mypy-a.b]\n", "[mypy-c.d.*]\nx = 1\n[mypy-c.d]\n", MODULE, "mypy.ini")


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("x.json", '["a.b.f", "a.b.\\u0066"]', "JSON"),
        ("x.toml", "[a.b.f]\nx = 1\n", "TOML"),
        ("x.toml", "x = ['\\na.b.f']\n", "TOML"),
        ("x.yaml", 'a: a.b.f\nb: "a.\\x62.f"\n', "YAML"),
        ("x.ini", "[s]\na.b:f\nx = a.b.f\n", "INI"),
    ],
)
def test_other_data_is_blocked(path: str, text: str, kind: str) -> None:
    """Where the bytes say one thing and the parsed data another, the file is left as it is."""
    reason = check_blocked(text, path=path)
    assert reason.startswith(f"{path}:1: ")
    assert f"same {kind} data" in reason


def test_data_that_would_not_parse_is_blocked() -> None:
    """A result that its format's parser refuses is not written."""
    moves = Moves({("a.b", "f"): Target("c.d", "g"), ("a.b", "C"): Target("c.d", "g")})
    assert "would not parse as TOML" in check_blocked('"a.b.f" = 1\n"a.b.C" = 2\n', moves, "x.toml")


def test_absent_targets_are_blocked() -> None:
    """A name that is not there is not written, nor is anything else in that file."""
    reason = check_blocked("a.b.f\na.b.Absent.x\n", MODULE, "run.sh")
    assert reason == "run.sh:2: `c.d` has no name `Absent`"
    assert check_blocked("from a.b import f, Absent\n", MODULE, "run.sh") == "run.sh:1: `c.d` has no name `Absent`"
    assert isinstance(run("a.b.Absent", MODULE, rewrite=False), Unchanged)


def test_prose_about_an_absent_target_is_for_review() -> None:
    """A document that tells of what is gone does not keep its other names."""
    result = run("a.b.f\na.b.Absent.x\n", MODULE, "notes.md")
    assert isinstance(result, Changed)
    assert result.change.after == b"c.d.g\na.b.Absent.x\n"
    assert [f.disposition for f in result.findings] == [Disposition.REWRITTEN, Disposition.REVIEW]


def test_lines_under_titles_grow() -> None:
    """A title of reStructuredText must not be longer than the line below it."""
    moves = Moves({("a.b", "f"): Target("c.dd", "longer")})
    result = transform_text(
        "x.rst", b"====\na.b.f\n=====\n\nx\n-\n", TextNames(moves), rewrite=True, has=lambda module, name: True
    )
    assert isinstance(result, Changed)
    assert result.change.after == b"====\nc.dd.longer\n===========\n\nx\n-\n"


def test_a_sentence_about_the_change_is_for_review() -> None:
    result = run("moved from `a.b.f`\n`a.b.f` does it\n", path="notes.md")
    assert isinstance(result, Changed)
    assert result.change.after == b"moved from `a.b.f`\n`c.d.g` does it\n"


@pytest.mark.parametrize("module", ["app.legacy", "old.deprecated_things"])
def test_words_inside_of_a_name_tell_nothing(module: str) -> None:
    moves = Moves({(module, "f"): Target("c.d", "g")})
    before = f"Call `{module}.f`.\n\n```\nfrom {module} import f\n```\n"
    result = transform_text("x.md", before.encode(), TextNames(moves), rewrite=True, has=lambda m, n: True)
    assert isinstance(result, Changed)
    assert result.change.after == b"Call `c.d.g`.\n\n```\nfrom c.d import g\n```\n"


def test_a_list_says_what_would_not_be_rewritten() -> None:
    result = run("`a.b.f`\nmoved from `a.b.f`\n", path="notes.md", rewrite=False)
    assert isinstance(result, Unchanged)
    assert ["--non-python" in finding.reason for finding in result.findings] == [True, False]


def test_release_notes_are_history() -> None:
    assert isinstance(run("a.b.f", path="docs/releases/3.1.txt"), Unchanged)


def test_a_module_that_goes_into_itself() -> None:
    """The new name of such a module is not taken for the old one."""
    moves = Moves({}, {"a.b": Target("a.b.c", None)})
    for there in ("see a.b and a.b.c, a.b.c.h", "from a.b.c import x", "import a.b.c"):
        assert not isinstance(run(there.replace("a.b and ", ""), moves), (Changed, Blocked))
    check_changed("see a.b and a.b.c.h", "see a.b.c and a.b.c.h", moves)


def test_a_result_that_would_change_again_is_blocked() -> None:
    """A symbol that moves into a module of its own name would move on with each run."""
    moves = Moves({("a.b", "f"): Target("a.b.f", "g")})
    result = transform_text("x.md", b"a.b.f", TextNames(moves), rewrite=True, has=lambda module, name: True)
    assert isinstance(result, Blocked)
    assert "would change it again" in result.reasons[0]


@pytest.mark.parametrize(
    "path",
    [
        "poetry.lock",
        "x/package-lock.json",
        "CHANGELOG.md",
        "docs/History.rst",
        "NEWS",
        "fix.patch",
        "old.diff",
        "book.ipynb",
        "plot.svg",
        "data.csv",
        "run.log",
        "x.toml.bak",
        "x.orig",
        "x.backup-2",
        "front/app.ts",
    ],
)
def test_files_that_are_only_listed(path: str) -> None:
    """History, generated and recorded files keep the old names, with the reason."""
    assert check_listed("a.b.f", path=path).reason != check_listed("from a.b import *", path="x.md").reason


@pytest.mark.parametrize("path", ["lock.md", "docs/changed/x.md", "x.svg.md", "backup.md", "newsletter.md"])
def test_files_of_similar_names_are_rewritten(path: str) -> None:
    """Only the last part of a path tells the kind."""
    check_changed("a.b.f", "c.d.g", path=path)


def test_bytes_that_are_no_text() -> None:
    """Binary files hold nothing; other encodings than UTF-8 keep their bytes."""
    check_none(b"a.b.f\0")
    check_none("a.b.f".encode("utf-16"))
    check_changed(b"\xe9 a.b.f \xff\n", b"\xe9 c.d.g \xff\n")
    check_none(b"\xe9a.b.f")


def test_names_beyond_ascii() -> None:
    """They are rewritten in UTF-8, and only listed in what is not."""
    moves = Moves({("a.é", "f"): Target("c.d", "g"), ("a.b", "f"): Target("new", "f")})
    check_changed("a.é.f", "c.d.g", moves)
    check_listed(b"a.\xe9.f", moves)
    check_none("a.e.f", moves)


def test_an_escape_or_a_path() -> None:
    """Behind `\\n` stands a name or the rest of a path: in plain text that is for the reader to say."""
    check_listed('echo -e "x\\na.b.f"', path="x.sh")
    check_changed('x = "\\na.b.f"\n', 'x = "\\nc.d.g"\n', path="x.toml")


def test_may_hold() -> None:
    """A file without any word of the table is passed over."""
    assert may_hold(b"a.b.f", {"f", "other"})
    assert not may_hold(b"a.b.c", {"f", "other"})
    assert may_hold(b"", {"é"})
    check_none("a.b.f", Moves())


PARTS = [
    "a.b.f",
    "a.b:C",
    "from a.b import f",
    "a.b.K",
    "x",
    ".",
    "-",
    "/",
    " ",
    "\n",
    "\r\n",
    "\\n",
    "é",
    '"',
    "(",
    ",",
    "f",
]


@given(st.lists(st.sampled_from(PARTS) | st.text(max_size=3), max_size=12).map("".join), st.booleans())
def test_all_else_stays(text: str, whole: bool) -> None:
    """What is not part of a reference stands unchanged in the result, in its order, and nothing changes twice."""
    content = text.encode("utf-8", "replace").replace(b"\0", b"")
    result = run(content, MODULE if whole else SYMBOLS)
    if not isinstance(result, Changed):
        return
    decoded = content.decode()
    rest = result.change.after.decode()
    for old, new in ((" as f", ""), ("a.b", "c.d"), ("a.b", "a.other"), ("f", "g"), ("C", "D")):
        decoded, rest = decoded.replace(old, ""), rest.replace(old, "").replace(new, "")
    assert rest.replace("g", "").replace("D", "") == decoded.replace("g", "").replace("D", "")
    again = run(result.change.after, MODULE if whole else SYMBOLS)
    assert not isinstance(again, (Changed, Blocked))


@given(
    st.recursive(
        st.text(max_size=5) | st.just("a.b.f"), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_json_of_any_shape(value: object) -> None:
    """JSON that holds the name as plain letters is rewritten to exactly the same data with the new one."""
    text = json.dumps([value, "a.b.f"])
    result = run(text, path="x.json")
    assert isinstance(result, Changed)
    assert json.loads(result.change.after) == json.loads(text.replace('"a.b.f"', '"c.d.g"'))
