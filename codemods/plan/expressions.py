"""Regular expressions and patterns of files in a plan: what is refused since matching it might take for ever."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from codemods.model import shortened
from codemods.plan import limits

try:
    from re import _constants as constants  # type: ignore[attr-defined]  # Python 3.11 and later
    from re import _parser as parser  # type: ignore[attr-defined]
except ImportError:
    import sre_constants as constants
    import sre_parse as parser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REPEATS = (constants.MAX_REPEAT, constants.MIN_REPEAT)
_OFTEN = 10  # times: what repeats more often counts as without end
_GIT = re.compile(r"\.git|git~\d+", re.IGNORECASE)
_PLAIN = re.compile(r"[\w.-]+(?:/[\w.-]+)*/?", re.ASCII)  # such paths are always right as patterns, too
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")  # by the file system of macOS in names


def check_expression(text: str) -> str:
    """`text`, a regular expression. Raises ValueError, with words for its author, where it is none or may not end."""
    if len(text) > limits.EXPRESSION:
        raise ValueError(f"expected a regular expression of at most {limits.EXPRESSION} characters")
    try:
        re.compile(text)
        tree = parser.parse(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"expected a regular expression of Python's: {error}") from error
    if _is_endless(tree):
        raise ValueError(
            "a repetition of something that repeats, such as `(a+)+`, may take for ever: let a fixed character come "
            "between, as in `(a+,)+`, or leave one repetition out"
        )
    return text


def _is_endless(tree: Any) -> bool:
    """Whether something in a parsed expression is repeated that may itself be read in several ways."""
    for code, value in tree:
        if code in _REPEATS and _is_often(value) and _is_ambiguous(value[2]):
            return True
        if any(_is_endless(inner) for inner in _inner(code, value)):
            return True
    return False


def _inner(code: Any, value: Any) -> Iterator[Any]:
    """The expressions directly in one."""
    if code in _REPEATS or code is getattr(constants, "POSSESSIVE_REPEAT", None):
        yield value[2]
    elif code is constants.SUBPATTERN:
        yield value[-1]
    elif code is constants.BRANCH:
        yield from value[1]
    elif code in (constants.ASSERT, constants.ASSERT_NOT):
        yield value[1]
    elif code is constants.GROUPREF_EXISTS:
        yield from filter(None, value[1:])
    elif code is getattr(constants, "ATOMIC_GROUP", None):
        yield value


def _is_often(value: Any) -> bool:
    return value[1] is constants.MAXREPEAT or int(value[1]) >= _OFTEN


def _is_ambiguous(body: Any) -> bool:
    """Whether a body that is repeated holds, at its edge, something that repeats: the next round may take the same."""
    items = list(_flat(body))
    least, _ = body.getwidth()
    if least == 0:
        return True
    for number, (code, value) in enumerate(items):
        if code is constants.BRANCH and (any(map(_is_ambiguous, value[1])) or _share_a_start(value[1])):
            return True
        if code not in _REPEATS or not _varies(value):
            continue
        fixed = next((n for n in range(number + 1, len(items)) if _least(items[n])), None)
        if fixed is None and _overlap(value[2], [*items[: number + 1]]):
            return True
        if fixed is not None and _overlap(value[2], [items[fixed]]):
            return True
    return False


def _share_a_start(branches: Any) -> bool:
    """Whether of two ways to go on that begin alike one is longer: it may be read as the other and something more."""
    seen: frozenset[int] = frozenset()
    widths = {width for branch in branches for width in branch.getwidth()}
    for branch in branches:
        first = _first(list(_flat(branch)))
        if len(widths) > 1 and first & seen:
            return True
        seen |= first
    return False


def _varies(value: Any) -> bool:
    return bool(value[0] != value[1])


def _least(item: Any) -> int:
    code, value = item
    if code in _REPEATS:
        return int(value[0])
    return 0 if code in (constants.AT, constants.ASSERT, constants.ASSERT_NOT) else 1


def _flat(body: Any) -> Iterator[Any]:
    """The items of a body, those of plain groups among them."""
    for code, value in body:
        if code is constants.SUBPATTERN:
            yield from _flat(value[-1])
        else:
            yield code, value


def _overlap(repeated: Any, items: list[Any]) -> bool:
    """Whether what is repeated and the first of `items` that takes something can take the same character."""
    taken = _first(list(_flat(repeated)))
    return bool(taken & _first(items))


def _first(items: list[Any]) -> frozenset[int]:
    """The characters, of the first 256 and one that stands for all others, that `items` may begin with."""
    found: frozenset[int] = frozenset()
    for item in items:
        found |= _begins(*item)
        if _least(item):
            break
    return found


_OTHERS = 256
_SAMPLES = [chr(number) for number in range(_OTHERS)] + ["\u4e00"]


def _begins(code: Any, value: Any) -> frozenset[int]:
    if code in _REPEATS:
        return _first(list(_flat(value[2])))
    if code is constants.BRANCH:
        return frozenset().union(*(_first(list(_flat(branch))) for branch in value[1]))
    if code is constants.LITERAL:
        return frozenset({min(value, _OTHERS)})
    if code is constants.NOT_LITERAL:
        return frozenset(range(_OTHERS + 1)) - ({value} if value < _OTHERS else set())
    if code is constants.IN:
        return _of_class(value)
    if code in (constants.AT, constants.ASSERT, constants.ASSERT_NOT):
        return frozenset()
    return frozenset(range(_OTHERS + 1))


def _of_class(members: Any) -> frozenset[int]:
    found: set[int] = set()
    for code, value in members:
        if code is constants.LITERAL:
            found.add(min(value, _OTHERS))
        elif code is constants.RANGE:
            found.update(range(min(value[0], _OTHERS), min(value[1], _OTHERS) + 1))
        elif code is constants.CATEGORY:
            found.update(number for number, char in enumerate(_SAMPLES) if _CATEGORIES[value](char))
    is_negated = bool(members) and members[0][0] is constants.NEGATE
    return frozenset(range(_OTHERS + 1)) - found if is_negated else frozenset(found)


_CATEGORIES: dict[object, Callable[[str], bool]] = {
    constants.CATEGORY_DIGIT: str.isdigit,
    constants.CATEGORY_NOT_DIGIT: lambda char: not char.isdigit(),
    constants.CATEGORY_SPACE: str.isspace,
    constants.CATEGORY_NOT_SPACE: lambda char: not char.isspace(),
    constants.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
    constants.CATEGORY_NOT_WORD: lambda char: not (char.isalnum() or char == "_"),
}


def check_pattern(text: str) -> str:
    """`text`, a path or a pattern of files in the repository. Raises ValueError, with words for its author."""
    pattern = text.removeprefix("!")
    parts = pattern.split("/")
    if not pattern or pattern.startswith(("/", "~")) or "\\" in pattern or ".." in parts:
        raise ValueError("expected a path inside the repository, relative to its root, with `/` between folders")
    if any(is_git(part) for part in parts):
        raise ValueError("nothing in the folder of git is the business of a plan")
    if pattern.startswith("-") or not pattern.isprintable():
        raise ValueError("expected a path of printable characters that does not begin with `-`")
    if pattern.count("**") > limits.DEEP_WILDCARDS or any(_stars(part) > limits.WILDCARDS for part in parts):
        raise ValueError(
            f"it may take for ever to match: use `**` at most {limits.DEEP_WILDCARDS} times, and at most "
            f"{limits.WILDCARDS} `*` between two `/`"
        )
    if _PLAIN.fullmatch(text):
        return text
    from pathspec import GitIgnoreSpec  # here, since it takes time to load, and many a plan has no patterns

    try:
        GitIgnoreSpec.from_lines([text])
    except ValueError as error:
        raise ValueError(f"expected a path or a pattern as in `.gitignore`: {shortened(str(error))}") from error
    return text


def is_git(part: str) -> bool:
    """Whether a part of a path is, on some file system, the folder that git keeps its things in."""
    plain = _IGNORED.sub("", part).partition(":")[0].rstrip(". ")
    return _GIT.fullmatch(plain) is not None


def _stars(part: str) -> int:
    return len(re.findall(r"\*+", part)) if part != "**" else 0
