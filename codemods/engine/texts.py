"""References in tracked files that are not Python: settings, documentation, scripts; read here."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, cast

from codemods.engine.bounded import BeyondError, within_limits
from codemods.engine.facts import key_of
from codemods.index.needles import Needles
from codemods.model import Disposition, Finding, Outcome, Skipped, Unchanged
from codemods.transforms.plain_text import transform_text
from codemods.transforms.text_names import TextNames

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from codemods.engine.facts import Facts
    from codemods.engine.scan import Scan
    from codemods.plan.schema import Choice
    from codemods.transforms.moves import Moves
    from codemods.transforms.text_names import Has

# Never text: opening them all would cost more than the rest of a preview.
_SUFFIXES = """
7z a avi bin bmp bz2 class dat db dll doc docx dylib egg eot exe feather flac gif gz h5 hdf5 ico jar
jpeg jpg mov mp3 mp4 npy npz o ogg onnx otf parquet pdf pickle pkl png ppt pptx pt pyc pyd rar so sqlite
sqlite3 tar tgz tif tiff ttf wav webp whl woff woff2 xls xlsx xz zip zst
"""
_BINARY = frozenset(_SUFFIXES.split())
# Not `^` in several lines, which would look at each place: what a pattern begins with is found sooner.
_PLAN = re.compile(rb"\nschema:[ \t]*1\b")
_VERB = re.compile(rb"^(keep|rewrite|merge|redirect|delete|forbid):", re.MULTILINE)
_AT_A_TIME = 64  # files that are searched before anything else can be done
LEFT = "outside Python: the plan leaves it"


def text_outcomes(found: Scan, paths: Iterable[str], moves: Moves, choice: Choice) -> Iterator[Outcome | None]:
    """The outcome of each of `paths`, none of them Python, that refers to what moves, and None in between, so that
    something else can be done there. Plans do not refer to anything."""
    names = TextNames(moves, {module: found.modules.get(module, "") for module in moves.modules})
    facts = found.facts
    rest = (moves.key, choice == "rewrite", facts.place if facts is not None else "")

    def has(module: str, name: str) -> bool:
        return found.ask(lambda index: index.has(module, name))

    for path, skipped in _concerned(found, [path for path in paths if not is_binary(path)], names):
        if not path or skipped is not None:
            yield skipped
            continue
        outcome = _recalled(facts, path, rest, has) or _found(facts, path, rest, names, found.read(path), has)
        yield _left(outcome) if choice == "leave" else outcome


def _concerned(found: Scan, texts: list[str], names: TextNames) -> Iterator[tuple[str, Skipped | None]]:
    """Those of `texts` that spell one of `names`, or that cannot be read; an empty path now and then in between."""
    # Other letters than ASCII's may be written in another way.
    words = [word.encode() for word in names.words] if all(map(str.isascii, names.words)) else []
    needles = Needles(words)
    search = found.search_in if words and not needles.are_many else None
    unread: dict[str, Skipped] = {}

    def pass_over(path: str, error: OSError) -> None:
        unread[path] = Skipped(path, f"cannot be read: {error.strerror or error}")

    def those(some: tuple[str, ...]) -> Iterator[str]:
        for path in search.those_holding(some, words, pass_over) if search is not None else some:
            try:
                content = found.read(path)
            except OSError as error:
                pass_over(path, error)
                continue
            if (not words or needles.any_in(content)) and not is_plan(content):
                yield path

    facts, held = found.facts, None
    if facts is not None:
        held = frozenset(facts.those(f"text {key_of(names.words)}", texts, lambda path: any(those((path,)))))
    left = iter(texts)
    while some := tuple(islice(left, _AT_A_TIME)):
        yield "", None
        concerned = held.intersection(some) if held is not None else frozenset(those(some))
        yield from ((path, unread.get(path)) for path in some if path in concerned or path in unread)


def _recalled(facts: Facts | None, path: str, rest: Hashable, has: Has) -> Outcome | None:
    """What has become of a file before, where it and all that was asked for it are the same; else None."""
    fact = facts.of("text", path, rest) if facts is not None else None
    if fact is None:
        return None
    outcome, answers = cast("tuple[Outcome, tuple[tuple[str, str, bool], ...]]", fact)
    return outcome if all(has(module, name) == answer for module, name, answer in answers) else None


def _found(
    facts: Facts | None, path: str, rest: tuple[str, bool, str], names: TextNames, content: bytes, has: Has
) -> Outcome:
    answers: dict[tuple[str, str], bool] = {}

    def asked(module: str, name: str) -> bool:
        answers[module, name] = has(module, name)
        return answers[module, name]

    try:
        outcome = within_limits(lambda: transform_text(path, content, names, rewrite=rest[1], has=asked))
    except BeyondError as error:
        return Skipped(path, str(error))
    if facts is not None:
        facts.put("text", path, rest, (outcome, tuple((*place, answer) for place, answer in answers.items())))
    return outcome


def is_binary(path: str) -> bool:
    """Whether `path` is never text, by its name."""
    _, dot, suffix = path.rpartition(".")
    return bool(dot) and suffix.lower() in _BINARY


def is_plan(content: bytes) -> bool:
    """Whether `content` is a plan: what that names, it refers to for another reason than code does."""
    return _PLAN.search(b"\n" + content) is not None and _VERB.search(content) is not None


def _left(outcome: Outcome) -> Outcome:
    if isinstance(outcome, Skipped):
        return outcome
    findings = (Finding(finding.reference, Disposition.LEFT, LEFT) for finding in outcome.findings)
    return Unchanged(outcome.path, tuple(findings))
