"""What a file may have, and what becomes of work that goes beyond: a reason at the limit, nothing below it."""

from __future__ import annotations

import signal
import time
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codemods.engine.bounded import SECONDS, VARIABLE, BeyondError, seconds, within_limits
from codemods.index.depth import is_deep
from codemods.index.newer_syntax import parse_newer
from codemods.limits import FILE, LINE, STEPS, WORDS, beyond, may_be_deep, too_large
from codemods.model import printable, visible
from codemods.report.markdown import code, plain
from codemods.time_limit import TimeLimit, TooLongError

POSIX = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="signals as POSIX has them")


class TestSize:
    def test_a_file_is_not_read_that_is_larger(self) -> None:
        assert too_large(FILE) == ""
        assert too_large(FILE + 1) == "it is larger than 10 MB"
        assert beyond(b"\n" * (FILE + 1)) == "it is larger than 10 MB"

    @pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
    def test_a_line_may_not_be_longer(self, end: bytes) -> None:
        assert beyond(end + b"x" * LINE + end) == ""
        assert beyond(end + b"x" * (LINE + 1) + end) == "it has a line of more than 1 MB"

    def test_there_may_be_no_more_words_and_signs(self) -> None:
        assert beyond(b"a;\n" * (WORDS // 2)) == ""
        assert beyond(b"a;\n" * (WORDS // 2) + b"a") == "it has more than 500,000 words and signs"
        assert beyond(b"word_" * WORDS) == "it has a line of more than 1 MB"
        assert beyond((b"long_word" * 100 + b"\n") * 1000) == ""


class TestNesting:
    @pytest.mark.parametrize("part", ["x + ", "x\n+ ", "not ", "lambda: ", "x if y else ", "- "])
    def test_what_nests_may_be_deep(self, part: str) -> None:
        source = f"({part * STEPS}x)\n"
        assert may_be_deep(source.encode())
        assert is_deep(source, STEPS, STEPS)

    def test_what_is_only_long_is_not(self) -> None:
        source = "x = a.b + c\nif x: y = ['(', {1: 2}]\n" * STEPS
        assert may_be_deep(source.encode())
        assert not is_deep(source, STEPS, STEPS)
        assert not may_be_deep(b"word\n" * STEPS)

    def test_a_long_statement_is_seen_among_short_ones(self) -> None:
        short = "def f():\n    return a.b(1) + c\n"
        long = f"x = ({'a + ' * STEPS}a)\n"
        assert not may_be_deep((short * 2000).encode())
        assert may_be_deep((short * 1000 + long + short).encode())
        assert may_be_deep((long + short * 1000).encode())

    def test_formats_in_formats_are_counted_which_end_the_process_of_a_parser(self) -> None:
        source = "x = f'" + "{a:" * 10_000 + "}" * 10_000 + "'\n"
        assert is_deep(source)
        assert parse_newer(source) is None
        assert not is_deep("x = f'" + "{a:{b}}" * 300 + "'\n")


class TestWithinLimits:
    def test_gives_what_the_work_gives_and_raises_what_it_raises(self) -> None:
        assert within_limits(lambda: 3) == 3
        with pytest.raises(KeyError, match="k"):
            within_limits(lambda: {}["k"])

    def test_recursion_without_end_has_a_reason(self) -> None:
        def recurse() -> int:
            return recurse() + 1

        with pytest.raises(BeyondError, match="nested too deep"):
            within_limits(recurse)

    def test_memory_that_is_not_there_has_a_reason(self) -> None:
        with pytest.raises(BeyondError, match="more memory than there is"):
            within_limits(lambda: bytearray(1 << 62))

    def test_a_parser_that_panics_has_a_reason(self) -> None:
        class PanicException(BaseException):
            pass

        def panic() -> NoReturn:
            raise PanicException

        with pytest.raises(BeyondError, match="LibCST's parser"):
            within_limits(panic)

    @POSIX
    def test_work_without_end_is_ended(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, "0.05")
        with pytest.raises(BeyondError, match=r"it gave no answer in 0\.05 seconds"):
            within_limits(forever)

    @POSIX
    def test_what_is_over_in_no_time_is_ended_once(self) -> None:
        # As on a busy machine, where to come out of a limit takes longer than there was for its body.
        handler = signal.getsignal(signal.SIGALRM)
        ended = 0
        for _ in range(1000):
            limit = TimeLimit(0.000_02)
            try:
                with limit:
                    forever()
            except TimeoutError:
                ended += 1
            except TooLongError:
                limit.stop()
                ended += 1
            assert signal.getsignal(signal.SIGALRM) is handler
        assert ended == 1000

    @pytest.mark.parametrize("text", ["", "no number", "0", "-1", "nan", "inf"])
    def test_what_is_no_time_does_not_count(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(VARIABLE, text)
        assert seconds() == SECONDS

    @POSIX
    def test_the_time_of_a_limit_in_it_does_not_count(self) -> None:
        def work() -> str:
            with TimeLimit(5):
                time.sleep(0.3)
            return "done"

        with TimeLimit(0.2):
            assert work() == "done"
        with pytest.raises(TimeoutError, match=r"0\.2"), TimeLimit(0.2):
            forever(work())


def forever(_: object = None) -> NoReturn:
    while True:
        time.sleep(0.01)


class TestText:
    @given(st.text())
    def test_what_is_shown_can_be_seen(self, text: str) -> None:
        assert printable(text).isprintable()
        assert visible(text).replace("\n", "").replace("\t", "").isprintable()
        assert printable(printable(text)) == printable(text)
        assert visible(text).count("\n") == text.count("\n")

    def test_what_turns_text_round_or_shows_nothing_is_spelled_out(self) -> None:
        assert printable("a\x1b[0m\u202e\u200b\u3164\x9b\udc80\n") == "a\\x1b[0m\\u202e\\u200b\\u3164\\x9b\\udc80\\n"
        assert printable("naïve 数 😀 `x`") == "naïve 数 😀 `x`"
        assert visible("a\r\n\tb") == "a\\r\n\tb"

    def test_code_in_markdown_keeps_its_backticks(self) -> None:
        assert [code("a"), code("a`b"), code("``"), code("")] == ["`a`", "``a`b``", "``` `` ```", "`  `"]

    def test_text_in_markdown_holds_no_markup(self) -> None:
        assert plain("`a_b` is *not* <b>, &lt; or [x](y)") == r"`a_b` is \*not\* \<b\>, &amp;lt; or \[x\](y)"
        assert plain("a ` b `` <c>") == r"a ' b '' \<c\>"
        assert plain("it is fine") == "it is fine"
