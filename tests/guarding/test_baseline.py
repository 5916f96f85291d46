"""What a baseline knows: by identity, so that neither lines nor renames count, and so that it only shrinks."""

from __future__ import annotations

import pytest

from codemods.guarding.baseline import BaselineError, Comparison, baseline_text, compare, read_baseline
from codemods.guarding.violations import Identity, Kind, Violation

KNOWN = Identity("u.py", "import", "a.b.f", "<module>")
USE = Identity("u.py", "use", "a.b.f", "make")


def at(identity: Identity, line: int = 1) -> Violation:
    """A violation of that identity, somewhere."""
    return Violation(identity.path, line, 1, Kind(identity.kind), identity.target, identity.scope, "old")


def compared(
    now: list[Violation],
    *entries: Identity,
    files: tuple[str, ...] = ("u.py", "v.py"),
    checked: tuple[str, ...] = ("u.py", "v.py"),
    scopes: tuple[str, ...] = ("<module>", "make"),
) -> Comparison:
    """`now` against `entries` in a repository of these files, all with the same functions."""
    return compare(now, entries, lambda path: path in checked, files.__contains__, lambda path: frozenset(scopes))


def identities(violations: tuple[Violation, ...]) -> list[Identity]:
    return [violation.identity for violation in violations]


class TestCompare:
    def test_what_is_known_is_known_in_any_line(self) -> None:
        result = compared([at(KNOWN, 40), at(USE, 50)], KNOWN, USE)
        assert (result.new, result.fixed, result.entries) == ((), (), (KNOWN, USE))

    def test_one_more_in_the_same_function_is_new(self) -> None:
        result = compared([at(USE, 2), at(USE, 3)], USE)
        assert [violation.line for violation in result.new] == [3]
        assert result.entries == (USE,)

    def test_one_less_and_one_more_elsewhere_is_new(self) -> None:
        other = USE._replace(path="v.py")
        result = compared([at(other)], USE)
        assert (identities(result.new), result.fixed, result.entries) == ([other], (USE,), ())

    def test_one_less_and_one_more_in_another_function_is_new(self) -> None:
        other = USE._replace(scope="build")
        result = compared([at(other)], USE, scopes=("<module>", "make", "build"))
        assert (identities(result.new), result.fixed) == ([other], (USE,))

    def test_an_entry_follows_its_function_to_another_name(self) -> None:
        other = USE._replace(scope="build")
        result = compared([at(other)], USE, scopes=("<module>", "build"))
        assert (result.new, result.fixed, result.entries) == ((), (), (other,))

    def test_entries_follow_their_file_to_another_folder(self) -> None:
        moved = KNOWN._replace(path="p/u.py")
        result = compared([at(moved)], KNOWN, files=("p/u.py",), checked=("p/u.py",))
        assert (result.new, result.fixed, result.entries) == ((), (), (moved,))

    def test_entries_follow_their_file_to_another_name_all_together(self) -> None:
        moved = [entry._replace(path="w.py") for entry in (KNOWN, USE)]
        result = compared([at(entry) for entry in moved], KNOWN, USE, files=("w.py",), checked=("w.py",))
        assert (result.new, result.entries) == ((), tuple(moved))

    def test_a_new_file_is_not_taken_for_one_that_was_removed(self) -> None:
        new = KNOWN._replace(path="w.py")
        for entries in ((KNOWN,), (KNOWN, USE)):
            result = compared([at(new)], *entries, files=("w.py",), checked=("w.py",))
            assert (identities(result.new), result.fixed) == ([new], entries)

    def test_files_that_are_not_checked_keep_their_entries(self) -> None:
        result = compared([], KNOWN, USE._replace(path="v.py"), checked=("v.py",))
        assert (result.fixed, result.entries) == ((USE._replace(path="v.py"),), (KNOWN,))


class TestText:
    def test_it_has_one_line_for_each_in_order_and_reads_back(self) -> None:
        text = baseline_text([USE, KNOWN, USE], "factories")
        assert text.splitlines()[2:] == [
            "u.py :: import :: a.b.f :: <module>",
            "u.py :: use :: a.b.f :: make",
            "u.py :: use :: a.b.f :: make",
        ]
        assert read_baseline(text, "factories") == (KNOWN, USE, USE)

    def test_empty_lines_and_comments_do_not_count(self) -> None:
        assert read_baseline("\n# ours\nu.py :: use :: a.b.f :: make\n", "factories") == (USE,)

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("u.py\n", "line 1: expected `path :: kind :: name :: scope`"),
            ("\nu.py :: usage :: a.b.f :: make\n", "line 2: expected"),
            (baseline_text([], "other"), "line 1: it belongs to the plan `other`, and not to `factories`"),
        ],
    )
    def test_what_is_no_baseline_of_the_plan_is_refused(self, text: str, message: str) -> None:
        with pytest.raises(BaselineError, match=message):
            read_baseline(text, "factories")

    def test_a_path_with_controls_stands_on_one_line(self) -> None:
        odd = at(USE._replace(path="a\nb.py"))
        assert read_baseline(baseline_text([odd.identity], "factories"), "factories") == (odd.identity,)
