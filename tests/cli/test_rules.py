"""Rules and codemods from elsewhere on real repositories: tried, previewed, applied, taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.checks import BASE
from tests.cli.commands import codemods, run
from tests.conftest import Files

MakeRepo = Callable[[Files], Path]
Git = Callable[..., str]
FILES = {
    **BASE,
    "app/u.py": "from a.b import f\n\nprint(f(1))\nprint(f(x=2))\n",
    "app/v.py": "import a.b as z\n\n\ndef run():\n    return z.f(3)\n",
    "app/shadow.py": "def run(f):\n    return f(4)\n",
}
RULE = """\
schema: 1
name: rules
rewrite:
  - name: positional
    match: a.b.f($X)
    replace: c.d.g(x=$X)
    where: {$X: literal}
"""


class TestTry:
    def test_shows_matches_with_their_bindings(self, make_repo: MakeRepo) -> None:
        output = codemods(make_repo(FILES), "try", "a.b.f($X)", expect=1)
        assert "app/u.py:3:7: f(1)\n    $X = 1\n" in output
        assert "app/v.py:5:12: z.f(3)\n    $X = 3\n" in output
        assert "2 match(es) in 2 file(s)." in output
        assert "shadow" not in output

    def test_shows_a_diff_with_a_replacement(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo(FILES)
        output = codemods(root, "try", "a.b.f($X)", "c.d.g(x=$X)", expect=1)
        assert "+print(g(x=1))\n" in output
        assert "+    return g(x=3)\n" in output
        assert "2 match(es) in 2 file(s): 2 rewritten, 0 left, 0 review, 0 blocked." in output
        assert git(root, "status", "--porcelain") == ""

    def test_looks_only_where_it_is_told(self, make_repo: MakeRepo) -> None:
        root = make_repo(FILES)
        assert "1 match(es) in 1 file(s)." in codemods(root, "try", "a.b.f($X)", "app/v.py", expect=1)
        assert "2 match(es) in 2 file(s)." in codemods(root, "try", "a.b.f($X)", "app", expect=1)
        assert "0 match(es)" in codemods(root, "try", "a.b.f($X)", "a", expect=0)

    def test_takes_a_rule_from_a_plan(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, "plan.yaml": RULE})
        output = codemods(root, "try", "--plan", "plan.yaml", "--rule", "positional", expect=1)
        assert "+print(g(x=1))\n" in output

    def test_tells_what_is_left_to_a_person(self, make_repo: MakeRepo) -> None:
        source = "from a.b import f\nx = f()\nif x:\n    y = x.go()\nprint(x)\n"
        root = make_repo({**BASE, "u.py": source})
        pattern = "$F = a.b.f()\nif $F:\n    $Y = $F.go()"
        output = codemods(root, "try", pattern, "$Y = c.d.g()", expect=1)
        assert "    review: `x` is still used in line 5\n" in output

    def test_json(self, make_repo: MakeRepo) -> None:
        shown = json.loads(codemods(make_repo(FILES), "try", "a.b.f($X)", "c.d.g($X)", "--json", expect=1))
        assert [match["bindings"] for match in shown["matches"]] == [{"X": "1"}, {"X": "3"}]
        assert {match["disposition"] for match in shown["matches"]} == {"rewritten"}

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["f($X"], "match:1:2: not Python"),
            (["f($X)", "g($Y)"], "replace:1:3: `$Y` is not bound; `match` binds `$X`"),
            (["a.b.nothing($X)"], "match:1:1: `a.b` has no name `nothing`"),
            (["f($X)", "g(f($X))"], "replace:1:1: rule `try` applies to its own output"),
            ([], "There is no rule to try."),
            (["f($X)", "g($X)", "nowhere"], "nowhere: There is no such file or folder"),
            (["--rule", "x"], "In which plan is the rule `x`?"),
            (["--plan", "plan.yaml", "--rule", "positonal"], "did you mean `positional`?"),
        ],
    )
    def test_says_what_is_wrong(self, make_repo: MakeRepo, arguments: list[str], told: str) -> None:
        assert told in codemods(make_repo({**FILES, "plan.yaml": RULE}), "try", *arguments, expect=2)


class TestRules:
    def test_are_committed_and_taken_back(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo({**FILES, "plan.yaml": RULE})
        codemods(root, "apply", "plan.yaml", expect=0)
        assert (root / "app/v.py").read_text() == "from c.d import g\n\n\ndef run():\n    return g(x=3)\n"
        assert git(root, "log", "-1", "--format=%s") == "refactor: rewrite app/v.py by positional"
        assert "Nothing to do" in codemods(root, "apply", "plan.yaml", expect=0)
        codemods(root, "rollback", "plan.yaml", "--all", expect=0)
        assert git(root, "diff", "--stat", "main") == ""

    def test_why_tells_the_rule(self, make_repo: MakeRepo) -> None:
        root = make_repo({**FILES, "plan.yaml": RULE})
        output = codemods(root, "why", "plan.yaml", "app/u.py", expect=0)
        assert "3:7  rewritten: positional (rule-match)" in output

    def test_a_caller_that_cannot_await_is_told_with_who_calls_it(self, make_repo: MakeRepo) -> None:
        files = {
            **BASE,
            "k.py": "from a.b import f\n\n\nclass K:\n    def __init__(self):\n        self.x = f()\n",
            "m.py": "from k import K\n\n\ndef build():\n    return K()\n",
            "n.py": "import m\n\n\nasync def main():\n    await use(m.build())\n",
            "plan.yaml": RULE.partition("    match")[0] + "    match: a.b.f()\n    replace: await c.d.g()\n",
        }
        output = codemods(make_repo(files), "preview", "plan.yaml", expect=0)
        assert "k.py:6: the replacement awaits, and `__init__` in line 5 is not async (rule `positional`)" in output
        chain = "`__init__` (k.py:5) ← `build` (m.py:4) ← async `main` (n.py:4)"
        assert f"k.py:6: called by: {chain}" in output

    def test_callers_that_lead_nowhere(self, make_repo: MakeRepo) -> None:
        files = {
            **BASE,
            "k.py": "from a.b import f\n\n\ndef one():\n    return f()\n\n\ndef two():\n    one()\n    two()\n",
            "plan.yaml": RULE.partition("    match")[0] + "    match: a.b.f()\n    replace: await c.d.g()\n",
        }
        output = codemods(make_repo(files), "preview", "plan.yaml", expect=0)
        assert "`one` (k.py:4) ← `two` (k.py:8) ← no async caller found" in output


MODS = """\
import libcst as cst
from libcst.codemod import VisitorBasedCodemodCommand


class Shout(VisitorBasedCodemodCommand):
    def __init__(self, context, word="hi"):
        super().__init__(context)
        self.word = word

    def leave_Name(self, original_node, updated_node):
        if original_node.value == "boom":
            raise RuntimeError("no way")
        return updated_node.with_changes(value=self.word) if original_node.value == "old" else updated_node


class NoCodemod:
    pass
"""
CODEMOD = """\
schema: 1
name: theirs
rewrite:
  - name: shout
    codemod: tools.mods:Shout
    args: {word: new}
    files: ["src/"]
    contains: [old, boom]
redirect:
  - {symbol: a.b.f, to: c.d.g}
"""
THEIRS = {
    **BASE,
    "tools/__init__.py": "",
    "tools/mods.py": MODS,
    "src/u.py": "from a.b import f\n\nold = f()\nprint(old)\n",
    "src/boom.py": "boom = 1\n",
    "src/plain.py": "plain = 1\n",
    "plan.yaml": CODEMOD,
}


class TestCodemods:
    def test_do_not_run_before_they_are_trusted(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo(THEIRS)
        for verb, told in (
            ("preview", "This plan runs code that it names; nothing has been run yet"),
            ("apply", "Nobody has agreed here to this list of what the plan runs; nothing has been run now"),
            ("status", "This plan runs code that it names; nothing has been run yet"),
        ):
            refused = run(root, verb, "plan.yaml")
            assert refused.returncode == 2
            assert told in refused.stderr
            assert "shout: the LibCST codemod tools.mods:Shout" in refused.stderr
        assert git(root, "log", "--format=%s") == "base"

    def test_share_checks_units_commits_and_rollback(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo(THEIRS)
        shown = codemods(root, "preview", "plan.yaml", "--trust", expect=1)
        assert "+new = g()\n" in shown
        assert "src/boom.py:1: codemod `shout`: It raised RuntimeError: no way" in shown
        # Trusted once, as long as neither the plan nor the codemod changes.
        output = codemods(root, "apply", "plan.yaml", expect=0)
        assert (root / "src/u.py").read_text() == "from c.d import g\n\nnew = g()\nprint(new)\n"
        evidence = Path(output.partition("(output: ")[2].partition(")")[0])
        assert 'raise RuntimeError("no way")' in evidence.read_text()
        assert git(root, "log", "-1", "--format=%s") == "refactor: redirect src/u.py to c.d, rewrite it by shout"
        codemods(root, "rollback", "plan.yaml", "--all", expect=0)
        assert git(root, "diff", "--stat", "main") == ""

    def test_a_changed_codemod_is_not_trusted_any_more(self, make_repo: MakeRepo, git: Git) -> None:
        root = make_repo(THEIRS)
        codemods(root, "preview", "plan.yaml", "--trust", expect=1)
        (root / "tools/mods.py").write_text(MODS + "\n")
        assert "Read that code" in codemods(root, "preview", "plan.yaml", expect=2)

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            (("mods:Shout", "mods:NoCodemod"), "plan.yaml:5:14: codemod `shout`: "),
            (("mods:Shout", "mods:Missing"), "plan.yaml:5:14: codemod `shout`: "),
            (("tools.mods:Shout", "tools.nothing:Shout"), "plan.yaml:5:14: codemod `shout`: "),
            (("word: new", "wort: new"), "plan.yaml:5:14: codemod `shout`: "),
            (("tools.mods:Shout", "tools/mods.py"), "expected `package.module:CommandClass`"),
        ],
    )
    def test_says_which_cannot_be_run(self, make_repo: MakeRepo, change: tuple[str, str], told: str) -> None:
        root = make_repo({**THEIRS, "plan.yaml": CODEMOD.replace(*change)})
        assert told in codemods(root, "preview", "plan.yaml", "--trust", expect=2)

    def test_a_result_that_breaks_the_file_blocks_it(self, make_repo: MakeRepo) -> None:
        removing = MODS.partition("    def leave_Name")[0] + (
            "    def leave_Assign(self, original_node, updated_node):\n        return cst.RemoveFromParent()\n"
        )
        root = make_repo({**THEIRS, "tools/mods.py": removing})
        shown = codemods(root, "preview", "plan.yaml", "--trust", expect=1)
        assert "src/u.py:1: codemod `shout`: the result would use old without binding it" in shown

    def test_one_that_would_change_its_own_result_blocks_the_file(self, make_repo: MakeRepo) -> None:
        growing = MODS.replace("updated_node.with_changes(value=self.word)", "cst.Name(f'{original_node.value}')")
        growing = growing.replace('if original_node.value == "old"', 'if original_node.value.startswith("old")')
        growing = growing.replace("{original_node.value}'", "{original_node.value}_'")
        root = make_repo({**THEIRS, "tools/mods.py": growing})
        shown = codemods(root, "preview", "plan.yaml", "--trust", expect=0)
        assert "src/u.py:1: codemod `shout`: it would change its own result again" in shown


def test_overlapping_matches_of_two_rules_are_told(make_repo: MakeRepo) -> None:
    second = "  - name: second\n    match: a.b.f($X)\n    replace: c.d.g($X, 1)\n"
    output = codemods(make_repo({**FILES, "plan.yaml": RULE + second}), "preview", "plan.yaml", expect=1)
    told = "app/u.py:3:7: second (rule-match): rule `positional`, listed before, takes "
    assert "Matches that another rule takes the place of (2):" in output
    assert told in output
