"""What a JUnit XML file tells of tests: pure.

Nobody has defined the format; what is read is what the files of all programs have in common: `testcase` elements, at
any depth of `testsuite` and `testsuites`, with `name`, `classname` and perhaps `file`, that hold `error`, `failure` or
`skipped`, or nothing where the test passed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from xml.parsers import expat

from codemods.validation.outcomes import ERROR, FAILED, PASSED, RANK, SKIPPED, Outcomes, Told

_OUTCOMES = {"error": ERROR, "failure": FAILED, "skipped": SKIPPED}
_NOT_RUN = ("notrun", "disabled", "skipped", "ignored")
_ROOTS = ("testsuites", "testsuite")
# XML admits none of these, and programs write them all the same, such as in coloured output.
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class ReportError(ValueError):
    """The text is no JUnit report; the message says why, in a line."""


class _Reader:
    """Handles the elements of one file."""

    def __init__(self) -> None:
        self.root = ""
        self.case: tuple[str, str] | None = None  # the id of the test that we are in, and its file
        self.depth = 0  # below that test
        self.outcome = PASSED
        self.found: dict[str, list[Told]] = defaultdict(list)

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if not self.root:
            self.root = name
            if name not in _ROOTS:
                raise ReportError(f"it is no JUnit report, but begins with <{name}>")
        if self.case is not None:
            self.depth += 1
            if self.depth == 1 and name in _OUTCOMES:
                self.outcome = max(self.outcome, _OUTCOMES[name], key=lambda outcome: RANK[outcome])
        elif name == "testcase":
            file = attributes.get("file", "").removeprefix("./")
            parts = (file, attributes.get("classname", ""), attributes.get("name", ""))
            self.case = ("::".join(part for part in parts if part), file)
            self.depth = 0
            is_left_out = attributes.get("status", "").lower() in _NOT_RUN
            self.outcome = SKIPPED if is_left_out else PASSED

    def end(self, tag: str) -> None:  # noqa: ARG002 - expat sees to it that it fits
        if self.case is None:
            return
        if self.depth:
            self.depth -= 1
            return
        test, file = self.case
        self.found[test].append(Told(self.outcome, file))
        self.case = None


def read_junit(content: bytes) -> Outcomes:
    """The outcome of each test. Of tests that share a name the best comes first, then `name #2` and so on.

    Raises ReportError where it is not well-formed, no JUnit report, or declares a document type: entities are not
    expanded.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(content if content.startswith(_WIDE) else _CONTROLS.sub(b"", content), True)
    except (expat.ExpatError, LookupError) as error:
        raise ReportError(f"it is not well-formed XML: {error}") from error
    outcomes = {}
    for test, same in reader.found.items():
        # Their order may differ from session to session.
        for number, told in enumerate(sorted(same, key=lambda told: RANK[told.outcome]), 1):
            outcomes[test if number == 1 else f"{test} #{number}"] = told
    return outcomes


def _refuse(*_: object) -> None:
    raise ReportError("it declares a document type, which a report has no use for")
