"""Expressions and patterns of a plan: those that might take for ever or lead elsewhere are refused, others are not."""

from __future__ import annotations

import pytest

from codemods.plan.expressions import check_expression, check_pattern


@pytest.mark.parametrize(
    "text",
    [
        *(
            r"(a+)+$",
            r"(a*)*",
            r"(a|a)*b",
            r"(\w+\s?)+$",
            r"(a+b?)+",
            r"(a*ba*)+",
            r"([a-z]+)*",
            r"(a|aa)+$",
            r"(.*a){20}",
        ),
        *(r"(a?){30}a{30}", r"(\d+)*x", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y", r"(?:a|b|ab)*c", r"x(?=(a+)+b)"),
    ],
)
def test_a_repetition_of_what_repeats_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="may take for ever"):
        check_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            r"",
            r"^(?:[a-z]+\.)+[a-z]+$",
            r"\d+ passed",
            r"(\w+,)*\w+",
            r"foo.*bar",
            r"^(foo|bar)+$",
            r"(ab|ac)*",
            r"(a{3})+",
        ),
        *(r'("[^"]*")+', r"(?i)(\s*,\s*\w+)*", r"(?:\s+\w+)+", r"^_[a-z_]+$", r"\bself\.(?:x|y)\b", r"(?:a+){2}"),
    ],
)
def test_one_that_can_be_read_in_one_way_only_is_taken(text: str) -> None:
    assert check_expression(text) == text


@pytest.mark.parametrize("text", ["(", "*", "a{99999999999999999999}", "a" * 2_000])
def test_what_is_no_expression_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="expected a regular expression"):
        check_expression(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "!", "/a", "~/a", "../a", "a/../b", "a\\b", "-x", "--x", "a\nb", "a\0b", "a\x1bb"),
        *(
            ".git",
            ".git/config",
            "a/.git/hooks/x.py",
            "!.git/x",
            ".GIT/x",
            "GIT~1/x",
            ".git./x",
            ".git /x",
            ".git::$INDEX/x",
        ),
        *(".g\u200cit/x", "**/**/**/**/a", "**/a/**/a/**/a/**", "*a*a*a*a"),
    ],
)
def test_a_path_that_leads_elsewhere_or_takes_for_ever_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected|folder of git|take for ever"):
        check_pattern(text)


@pytest.mark.parametrize(
    "text",
    [
        ".",
        "a/b.py",
        "!a/b.py",
        "**/tests/**/test_*.py",
        "a[0-9]?.py",
        ".github/x.yml",
        ".gitignore",
        "git/x",
        "ä b.py",
        "*_*_*.py",
        "src/",
    ],
)
def test_a_path_in_the_repository_is_taken(text: str) -> None:
    assert check_pattern(text) == text
