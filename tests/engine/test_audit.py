"""A plan against the code: what holds, what is done already, what does not hold, and where that is seen."""

from __future__ import annotations

import pytest

from codemods.engine.auditing.audit import Audit, audit
from codemods.engine.auditing.items import Item, Verdict
from codemods.plan.load import load_plan

OLD = "class Factory:\n    def make(self, user): pass\n\ndef helper(): pass\n"
NEW = "class Factory:\n    async def make(self, user, mode=None): pass\n\nclass Other: pass\n"
FILES = {"app/__init__.py": "", "app/old.py": OLD, "app/new.py": NEW}
REDIRECT = "redirect: [{symbol: app.old.Factory, to: app.new.Factory}]\n"
MODULE = "redirect: [{module: app.old, to: app.new}]\n"
USE = "from app.old import Factory\nFactory()\n"


def audited(files: dict[str, str], plan: str) -> Audit:
    """The audit of `plan` over `files` beside the usual ones."""
    contents = {path: text.encode() for path, text in {**FILES, **files}.items()}
    return audit(load_plan(f"schema: 1\nname: p\n{plan}", "plan.yaml"), sorted(contents), contents.__getitem__)


def items(found: Audit, section: str) -> list[Item]:
    return [item for item in found.items if item.section.value == section]


def told(found: Audit, section: str) -> list[tuple[str, str]]:
    """The verdict of each item of a section, and what is said."""
    return [(item.verdict.value, item.said) for item in items(found, section)]


def only(found: Audit, section: str) -> Item:
    (item,) = items(found, section)
    return item


def seen(item: Item) -> list[tuple[str, int]]:
    return [(place.path, place.line) for place in item.evidence]


class TestKeep:
    def test_what_is_there_holds_with_its_place(self) -> None:
        item = only(audited({}, "keep: [{module: app.new, symbols: [Other]}]\n"), "keep")
        assert (item.verdict, seen(item)) == (Verdict.HOLDS, [("app/new.py", 4)])

    def test_what_is_imported_there_is_seen_where_it_is_defined(self) -> None:
        files = {"app/api.py": "from app.new import Other\n"}
        item = only(audited(files, "keep: [{module: app.api, symbols: [Other]}]\n"), "keep")
        assert (item.verdict, seen(item)) == (Verdict.HOLDS, [("app/new.py", 4)])

    def test_a_module_to_be_created_has_equivalents(self) -> None:
        files = {
            "app/execution_factory.py": "class ExecutionFactory: pass\n",
            "app/clock.py": "class Clock: pass\n",
            "tests/execution_factory.py": "class ExecutionFactory: pass\n",
        }
        plan = "keep: [{module: app.services.execution_factory, symbols: [NewExecutionFactory], reason: to be made}]\n"
        item = only(audited(files, plan), "keep")
        assert item.verdict is Verdict.FAILS
        assert seen(item) == [("app/execution_factory.py", 0), ("app/execution_factory.py", 1)]
        assert item.hint.startswith("It would be new.")
        assert (item.line, item.column) == (3, 17)

    def test_a_module_like_nothing_has_none(self) -> None:
        item = only(audited({}, "keep: [{module: app.zebra_crossing}]\n"), "keep")
        assert (item.verdict, item.evidence, item.hint) == (Verdict.FAILS, (), "")

    def test_a_symbol_that_is_elsewhere_is_found_there(self) -> None:
        item = only(audited({}, "keep: [{module: app.new, symbols: [helper]}]\n"), "keep")
        assert item.said.startswith("`app.new` has no name `helper`")
        assert (item.verdict, seen(item)) == (Verdict.FAILS, [("app/old.py", 4)])

    def test_as_is_does_not_hold_where_the_plan_changes_it(self) -> None:
        files = {"app/kept.py": USE}
        keep = "keep: [{module: app.kept, as_is: true}]\n"
        verdicts = [item.verdict for item in items(audited(files, keep + REDIRECT), "keep")]
        assert verdicts == [Verdict.HOLDS, Verdict.FAILS]
        assert [item.verdict for item in items(audited(files, keep), "keep")] == [Verdict.HOLDS, Verdict.HOLDS]


class TestDuplicates:
    KEEP = "keep: [{module: app.new, symbols: [Factory]}]\n"

    def test_one_that_the_plan_does_not_mention(self) -> None:
        item = only(audited({}, self.KEEP), "duplicates")
        assert (item.verdict, seen(item)) == (Verdict.FAILS, [("app/old.py", 1)])
        assert item.said == "2 classes have this name, with the kept one, and the plan says nothing about 1 of them"

    def test_one_that_it_redirects(self) -> None:
        assert only(audited({}, self.KEEP + REDIRECT), "duplicates").verdict is Verdict.HOLDS

    def test_one_among_the_tests_is_listed_and_does_no_harm(self) -> None:
        found = audited({"tests/fakes.py": "class Other: pass\n"}, "keep: [{module: app.new, symbols: [Other]}]\n")
        assert only(found, "duplicates").verdict is Verdict.HOLDS
        (duplicate,) = found.duplicates
        assert (duplicate.other.path, duplicate.is_test) == ("tests/fakes.py", True)

    def test_what_each_has_that_the_kept_one_lacks(self) -> None:
        (duplicate,) = audited({}, self.KEEP + REDIRECT).duplicates
        assert [d.name for d in duplicate.differences] == ["Factory", "Factory.make"]
        assert duplicate.differences[1].details == (
            "theirs is a function, ours is an async function",
            "theirs lacks the parameter `mode`",
        )

    def test_whole_modules_are_compared(self) -> None:
        (pair,) = audited({}, MODULE).pairs
        assert (pair.kept_path, pair.other_path, pair.lines) == ("app/new.py", "app/old.py", (4, 4))
        assert "helper" in [d.name for d in pair.differences if d.status.value == "only theirs"]

    def test_a_name_that_becomes_another_is_compared_with_that(self) -> None:
        renamed = "redirect: [{module: app.old, to: app.new, symbols: {helper: Other}}]\n"
        (pair,) = audited({}, renamed).pairs
        (helper,) = [d for d in pair.differences if d.name.startswith("helper")]
        assert (helper.name, helper.details) == (
            "helper → Other",
            ("theirs is a function, ours is a class", "the code differs"),
        )
        found = audited({}, "redirect: [{symbol: app.old.helper, to: app.new.Other}]\n")
        assert [(d.kept.dotted, d.other.dotted) for d in found.duplicates] == [("app.new.Other", "app.old.helper")]

    def test_competing_names(self) -> None:
        files = {
            "app/a.py": "class EngineFactory: pass\n",
            "app/b.py": "class UnifiedEngineFactory: pass\nclass SessionPool: pass\n",
            "tests/c.py": "class FakeEngineFactory: pass\n",
        }
        found = audited(files, "keep: [{module: app.a, symbols: [EngineFactory]}]\n")
        assert [(rival.name, rival.path, rival.line) for rival in found.rivals] == [
            ("UnifiedEngineFactory", "app/b.py", 1)
        ]


class TestRedirect:
    def test_it_holds_with_what_is_left(self) -> None:
        item = only(audited({"u.py": USE}, REDIRECT), "redirect")
        assert (item.verdict, item.said) == (
            Verdict.HOLDS,
            "2 references in 1 file name it: 2 can be rewritten, 0 are left or to review",
        )

    def test_nothing_refers_to_it(self) -> None:
        assert told(audited({}, REDIRECT), "redirect") == [
            ("already done", "it is there, and nothing refers to it"),
        ]

    def test_it_is_gone(self) -> None:
        found = audited({"app/old.py": "def helper(): pass\n"}, REDIRECT)
        assert told(found, "redirect") == [("already done", "it is gone; no reference is left")]

    def test_it_is_gone_and_still_named(self) -> None:
        item = only(audited({"app/old.py": "def helper(): pass\n", "u.py": USE}, REDIRECT), "redirect")
        assert (item.verdict, seen(item)) == (Verdict.FAILS, [("u.py", 1), ("u.py", 2)])

    def test_it_forwards_already(self) -> None:
        shim = "def __getattr__(name):\n    import app.new\n    return getattr(app.new, name)\n"
        found = audited({"app/old.py": shim}, MODULE)
        assert told(found, "redirect")[0] == (
            "already done",
            "it only forwards to `app.new`; no reference is left",
        )

    def test_its_target_is_not_there(self) -> None:
        found = audited({"u.py": USE}, "redirect: [{module: app.old, to: app.services.factory}]\n")
        (item,) = items(found, "redirect")
        assert (item.verdict, item.line) == (Verdict.FAILS, 3)
        assert found.totals.references == 2

    def test_its_target_lacks_names_that_are_used(self) -> None:
        source = "from app.old import Factory, helper\nhelper()\n"
        item = only(audited({"u.py": source}, MODULE), "redirect")
        assert item.verdict is Verdict.FAILS
        assert item.said.startswith("`app.new` lacks 1 name that consumers use: `helper` (2 references); ")
        assert seen(item) == [("u.py", 1)]

    def test_names_that_nobody_uses_may_be_lacking(self) -> None:
        assert only(audited({"u.py": USE}, MODULE), "redirect").verdict is Verdict.HOLDS

    def test_names_that_a_merge_brings_are_not_lacking(self) -> None:
        source = "from app.old import helper\n"
        merge = "merge: [{module: app.old, into: app.new, names: [helper]}]\n"
        assert [i.verdict for i in items(audited({"u.py": source}, MODULE + merge), "redirect")] == [Verdict.HOLDS]

    def test_what_cannot_be_migrated_is_told_by_reason(self) -> None:
        files = {
            "app/new.py": "class Factory:\n    def __init__(self): pass\n",
            "app/old.py": "class Factory:\n    def __init__(self, user=None): pass\n",
            "u.py": "from app.old import Factory\nFactory(user=1)\n",
        }
        state, blocked = items(audited(files, REDIRECT), "redirect")
        assert (state.verdict, blocked.verdict, blocked.name) == (Verdict.HOLDS, Verdict.FAILS, "blocked")
        assert seen(blocked) == [("u.py", 2)]


class TestMergeDeleteForbid:
    MERGE = "merge: [{module: app.old, into: app.new%s}]\n"

    def test_what_differs_has_to_be_decided(self) -> None:
        undecided = only(audited({}, self.MERGE % ""), "merge")
        assert (undecided.verdict, seen(undecided)) == (Verdict.FAILS, [("app/old.py", 2)])
        assert undecided.said == "1 name to decide, since both define them differently"

    def test_what_is_decided_holds(self) -> None:
        (moving,) = items(audited({}, self.MERGE % ", take: {Factory.make: ours}"), "merge")
        assert (moving.verdict, moving.said) == (Verdict.HOLDS, "1 name would move: `helper`")

    def test_a_deletion_waits_for_a_merge(self) -> None:
        merge = self.MERGE % ", names: [helper]"
        found = audited({"u.py": "from app.old import helper\n"}, MODULE + merge + "delete: [{module: app.old}]\n")
        assert told(found, "delete") == [("holds", "ready once these are rewritten: 1 reference in 1 file")]

    def test_a_merge_that_is_done(self) -> None:
        merge = self.MERGE % ", take: {Factory.make: ours, helper: ours}"
        assert only(audited({}, merge), "merge").verdict is Verdict.DONE
        files = {path: text for path, text in FILES.items() if path != "app/old.py"}
        contents = {path: text.encode() for path, text in files.items()}
        loaded = load_plan(f"schema: 1\nname: p\n{merge}", "plan.yaml")
        assert only(audit(loaded, sorted(contents), contents.__getitem__), "merge").verdict is Verdict.DONE

    def test_a_name_that_the_duplicate_has_not(self) -> None:
        item = only(audited({}, self.MERGE % ", names: [nothing]"), "merge")
        assert item.verdict is Verdict.FAILS
        assert "nothing" in item.evidence[0].what

    @pytest.mark.parametrize(
        ("files", "redirect", "verdict"),
        [
            ({"u.py": USE}, "", Verdict.FAILS),
            ({"u.py": USE}, REDIRECT, Verdict.HOLDS),
            ({"u.py": "from app.old import helper\n"}, MODULE, Verdict.FAILS),
            ({}, "", Verdict.HOLDS),
        ],
    )
    def test_a_deletion_is_ready_when_nothing_would_refer_to_it(
        self, files: dict[str, str], redirect: str, verdict: Verdict
    ) -> None:
        delete = "delete: [{symbol: app.old.Factory}]\n" if redirect == REDIRECT else "delete: [{module: app.old}]\n"
        assert only(audited(files, redirect + delete), "delete").verdict is verdict

    def test_ignored_files_do_not_keep_it(self) -> None:
        found = audited({"docs/u.py": USE}, "delete: [{module: app.old, ignore: [docs/]}]\n")
        assert only(found, "delete").verdict is Verdict.HOLDS

    def test_what_is_gone_is_done_unless_it_is_named(self) -> None:
        delete = "delete: [{module: app.gone}]\n"
        assert only(audited({}, delete), "delete").verdict is Verdict.DONE
        item = only(audited({"u.py": "import app.gone\n"}, delete), "delete")
        assert (item.verdict, seen(item)) == (Verdict.FAILS, [("u.py", 1)])

    def test_forbidden_things_are_found(self) -> None:
        files = {"app/factories/new.py": "if True:\n    class Forbidden: pass\n", "a.bak": ""}
        plan = "forbid: {modules: [app.factories.new], classes: [Forbidden], files: ['*.bak']}\n"
        found = items(audited(files, plan), "forbid")
        assert [seen(item) for item in found] == [
            [("app/factories/new.py", 0)],
            [("app/factories/new.py", 2)],
            [("a.bak", 0)],
        ]
        assert {item.verdict for item in found} == {Verdict.FAILS}

    def test_what_is_not_there_holds(self) -> None:
        files = {"u.py": "x = 'class Forbidden: pass'\ndef Forbidden(): pass\n"}
        plan = "forbid: {modules: [app.never], classes: [Forbidden], files: ['*.bak']}\n"
        assert {item.verdict for item in items(audited(files, plan), "forbid")} == {Verdict.HOLDS}


BESIDE = {"u.py": USE, "idle.py": "print(1)\n", "tests/a.py": USE, "other.py": USE, "lib/missing.py": ""}


class TestPhasesAndFigures:
    PHASES = (
        "phases:\n"
        "  - {name: P0, files: [u.py, missing.py, idle.py, 'nowhere/**']}\n"
        "  - {name: P1, files: ['tests/**'], expect: {files: 2, forms: {from-import: 1}}}\n"
    )

    def found(self, more: str = "") -> Audit:
        return audited(dict(BESIDE), REDIRECT + self.PHASES + more)

    def test_files_that_are_not_as_the_plan_has_them(self) -> None:
        failing = [item for item in items(self.found(), "phases") if item.verdict is Verdict.FAILS]
        assert [(item.name, seen(item)) for item in failing] == [
            ("P0: missing.py", [("lib/missing.py", 0)]),
            ("P0: idle.py", [("idle.py", 0)]),
            ("P0: nowhere/**", []),
            ("references in no phase", [("other.py", 1), ("other.py", 2)]),
        ]

    def test_a_file_that_is_done_uses_the_canonical_path(self) -> None:
        files = {"u.py": "from app.new import Factory\n"}
        found = items(audited(files, REDIRECT + "phases: [{name: P0, files: [u.py]}]\n"), "phases")
        assert [item.verdict for item in found] == [Verdict.DONE, Verdict.DONE]
        assert seen(found[0]) == [("u.py", 1)]

    def test_a_file_in_two_phases(self) -> None:
        phases = "phases: [{name: A, files: [u.py]}, {name: B, files: ['*.py']}]\n"
        found = items(audited({"u.py": USE}, REDIRECT + phases), "phases")
        assert [i.said for i in found if i.verdict is Verdict.FAILS] == ["it is in phases A and B"]

    def test_figures_are_compared(self) -> None:
        more = "expect: {files: 600, references: 1..10, paths: {app.old.Factory: '>=7'}, compliance: 70}\n"
        said = {item.name: (item.verdict, item.said) for item in items(self.found(more), "expect")}
        assert said == {
            "files": (Verdict.FAILS, "expected 600, found 3"),
            "references": (Verdict.HOLDS, "expected 1..10, found 6"),
            "references to app.old.Factory": (Verdict.FAILS, "expected >=7, found 6"),
            "compliance": (
                Verdict.FAILS,
                "expected 70 %, found 0.0 %: 0 of 3 references name the canonical path, 3 the old one, 0 get it "
                "through other modules",
            ),
            "P1: files": (Verdict.FAILS, "expected 2, found 1"),
            "P1: references of form from-import": (Verdict.HOLDS, "expected 1, found 1"),
        }

    def test_files_that_are_migrated_are_told_beside_the_others(self) -> None:
        files = {"u.py": USE, "v.py": "from app.new import Factory\n", "tests/w.py": "import app.new\n"}
        plan = (
            MODULE + "phases: [{name: P0, files: ['*.py', '!tests/**'], expect: {files: 2}}, {name: P1, files: rest}]\n"
        )
        found = audited(files, plan)
        assert only(found, "expect").said == "expected 2, found 1; 1 more file with the canonical path already"
        assert [figures.migrated for figures in found.phases] == [("v.py",), ("tests/w.py",)]

    def test_a_path_that_the_plan_does_not_move(self) -> None:
        found = items(self.found("expect: {paths: {app.new: 0}}\n"), "expect")
        assert found[0].said == "expected 0, but the plan redirects no such path, so nothing is counted"

    def test_the_figures_of_each_phase(self) -> None:
        first, second, outside = self.found().phases
        assert (first.files, first.references, first.idle) == (("u.py",), 2, ("idle.py",))
        assert (second.files, second.forms) == (("tests/a.py",), {"from-import": 1, "name": 1})
        assert (outside.name, outside.files) == ("", ("other.py",))


class TestAhead:
    def test_patches_of_what_moves_go_stale_where_they_stay(self) -> None:
        files = {"u.py": USE, "tests/t.py": "patch('app.old.Factory')\n"}
        leave = "redirect: [{symbol: app.old.Factory, to: app.new.Factory, strings: {patch: leave}}]\n"
        item = only(audited(files, leave), "mock targets")
        assert (item.verdict, seen(item)) == (Verdict.FAILS, [("tests/t.py", 1)])
        item = only(audited(files, REDIRECT), "mock targets")
        assert (item.verdict, item.said) == (Verdict.HOLDS, "1 patch target: 1 move along, 0 stay valid")

    def test_a_redirect_that_closes_a_circle(self) -> None:
        files = {"app/new.py": f"import app.user\n{NEW}", "app/user.py": USE}
        item = only(audited(files, REDIRECT), "import cycles")
        assert (item.verdict, item.name) == (Verdict.FAILS, "app.old.Factory → app.new.Factory")
        assert [(place.path, place.what) for place in item.evidence] == [
            ("app/user.py", "`app.user` imports `app.new` imports `app.user`")
        ]
        assert only(audited({"u.py": USE}, REDIRECT), "import cycles").verdict is Verdict.HOLDS

    def test_a_circle_in_a_file_that_is_blocked_by_something_else(self) -> None:
        source = "from app.old import helper\n"
        files = {"app/new.py": f"import app.user\n{NEW}", "app/user.py": source, "u.py": source}
        item = only(audited(files, MODULE), "import cycles")
        assert [(place.path, place.what) for place in item.evidence] == [
            ("app/user.py", "`app.user` imports `app.new` imports `app.user`")
        ]
        files["app/user.py"] = "def f():\n    from app.old import helper\n"
        assert only(audited(files, MODULE), "import cycles").verdict is Verdict.HOLDS

    RULE = "rewrite: [{name: r, match: app.old.helper($X), replace: 'app.new.Other()'%s}]\n"

    def test_a_rule_that_matches(self) -> None:
        files = {"u.py": "from app.old import helper\nhelper(1)\n"}
        item = only(audited(files, self.RULE % ""), "rewrite")
        assert (item.verdict, item.said) == (Verdict.HOLDS, "matches: 1 found, 1 can be rewritten")

    def test_a_rule_that_matches_nothing_though_its_symbol_is_used(self) -> None:
        item = only(audited({"u.py": "from app.old import helper\nhelper(1, 2)\n"}, self.RULE % ""), "rewrite")
        assert (item.verdict, item.said) == (
            Verdict.FAILS,
            "it matches nothing, though the code uses `app.old.helper`",
        )

    def test_a_rule_that_matches_nothing_any_more(self) -> None:
        item = only(audited({"u.py": "from app.new import Other\nOther(1)\n"}, self.RULE % ""), "rewrite")
        assert item.verdict is Verdict.DONE

    def test_a_rule_that_can_rewrite_nothing(self) -> None:
        files = {"u.py": "from app.old import helper\nhelper(1)\n"}
        item = only(audited(files, self.RULE % ", requires: {names: [context]}"), "rewrite")
        assert (item.verdict, seen(item)) == (Verdict.FAILS, [("u.py", 2)])

    def test_a_rule_that_names_what_is_not_there(self) -> None:
        rule = "rewrite: [{name: r, match: app.old.nothing($X), replace: 'app.new.Other($X)'}]\n"
        assert "has no name `nothing`" in items(audited({}, rule), "rewrite")[0].said

    def test_codemods_are_not_run(self) -> None:
        found = audited({"u.py": USE}, REDIRECT + "rewrite: [{name: c, transform: nobody.has.this}]\n")
        assert found.notes == ("1 codemod(s) of the plan were not run: what they would change is not counted.",)


def test_every_mistake_of_a_plan_is_an_item_and_the_rest_is_audited() -> None:
    plan = (
        "keep: [{module: app.never}, {module: app.new, symbols: [Nothing, Other]}]\n"
        "redirect: [{symbol: app.old.Factory, to: app.new.Factory}, {module: app.gone, to: app.never}]\n"
        "phases: [{name: P0, files: [u.py, missing.py]}, {name: P1, files: ['u*.py']}]\n"
    )
    found = audited({"u.py": USE, "v.py": USE}, plan)
    assert [(item.section.value, item.name) for item in found.with_verdict(Verdict.FAILS)] == [
        ("keep", "app.never"),
        ("keep", "app.new.Nothing"),
        ("redirect", "app.gone → app.never"),
        ("phases", "P0: missing.py"),
        ("phases", "u.py"),
        ("phases", "references in no phase"),
    ]
    assert found.totals.references == 4
    assert found.verdicts[Verdict.HOLDS] == 6


def test_files_that_cannot_be_read_are_listed() -> None:
    found = audited({"u.py": "from app.old import Factory\nprint 'x'\n"}, REDIRECT)
    assert [skipped.path for skipped in found.skipped] == ["u.py"]
