"""Runs Bowler queries on a text. For the worker: it runs what teams wrote.

Bowler itself writes by patching the file: that turns CRLF into LF, drops a patch that does not fit without an error,
and logs what goes wrong instead of raising it. So selectors, filters and modifiers run here as ever, but on the text.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
import traceback
from typing import TYPE_CHECKING, Any

from codemods.errors import ForeignError
from codemods.foreign.arguments import check_call, nearest
from codemods.foreign.step import Failed, ForeignStep, Ran, Rewritten, Skipped, Untouched
from codemods.foreign.telling import last_line, traceback_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


class Bowler:
    """Bowler as it is installed. From now on a query in this process only notes that it was to be executed."""

    def __init__(self) -> None:
        """Import it. Raises ForeignError where it is not installed."""
        try:
            self.query: Any = importlib.import_module("bowler.query").Query
            self.tool: Any = importlib.import_module("bowler.tool")
        except Exception as error:
            is_missing = isinstance(error, ModuleNotFoundError) and error.name == "bowler"
            what = "Bowler is not installed." if is_missing else f"Bowler cannot be imported: {last_line(error)}"
            details = traceback.format_exc()
            raise ForeignError(what, hint="Install it: pip install 'codemods[bowler]'", details=details) from error
        self.noted: list[Any] = []

        # A script that ends in `.write()` or `.idiff()`, or does so when it is imported, would rewrite the whole
        # repository or ask questions.
        def execute(query: Any, **_: object) -> Any:
            self.noted.append(query)
            return query

        self.query.execute = execute

    def queries(self, call: Callable[[], object]) -> list[Any]:
        """The queries that `call` executes and returns, in this order. Raises ForeignError where there are none."""
        self.noted.clear()
        returned = call()
        queries = list(self.noted)
        if isinstance(returned, self.query):
            queries += [] if any(returned is query for query in queries) else [returned]
        elif returned is not None or not queries:
            what = f"It returns {type(returned).__name__}, not a bowler.Query."
            raise ForeignError(what, hint="End the function with `return query`.")
        return queries

    def made(self, query: Any) -> Any:
        """The refactoring tool for `query`, as `Query.execute` makes it."""
        tool = self.tool.BowlerTool.__new__(self.tool.BowlerTool)
        options = {"print_function": True} if query.python_version == 3 else {}
        # Not BowlerTool's own, which makes queues between processes, and needs shared memory for them.
        self.tool.RefactoringTool.__init__(tool, query.compile(), options=options)
        return tool

    def parsed(self, tool: Any, text: str) -> Any:
        """The tree of `text`, parsed as RefactoringTool.refactor_string does, and its `__future__` imports."""
        features = self.tool._detect_future_features(text)
        if "print_function" in features:
            tool.driver.grammar = self.tool.pygram.python_grammar_no_print_statement
        try:
            tree = tool.driver.parse_string(text)
        finally:
            tool.driver.grammar = tool.grammar
        tree.future_features = features
        return tree


class BowlerCodemod:
    """A function that makes Bowler queries, with its arguments; `run` calls it anew for each file."""

    def __init__(self, step: ForeignStep, root: Path, bowler: Bowler) -> None:
        """Import the file of `step`, call its function once and compile its query. Raises ForeignError."""
        self.bowler = bowler
        self.arguments = dict(step.args)
        path, function = _parts(step.target)
        self.function = _function(root, path, function)
        # It takes the files as its first parameter, unless the plan has an argument of that name.
        self.takes_files = _takes_files(self.function, self.arguments)
        check_call(self.function, ([path],) if self.takes_files else (), self.arguments)
        try:
            for query in self._queries(path):
                bowler.made(query)
        except ForeignError:
            raise
        except Exception as error:
            what = f"`{function}` does not make a query: {last_line(error)}"
            hint = f"Try it alone; here it was called for {path}."
            raise ForeignError(what, hint=hint, details=traceback_text(error)) from error

    def _queries(self, path: str) -> list[Any]:
        files = ([path],) if self.takes_files else ()
        return self.bowler.queries(lambda: self.function(*files, **self.arguments))

    def run(self, path: str, text: str) -> Ran:
        """What becomes of the file `path`, whose content is `text`. What the query itself raises is Failed."""
        # Bowler's grammar wants it; what was not there is taken away again.
        data = text if text.endswith("\n") else f"{text}\n"
        try:
            for query in self._queries(path):
                if query.filename_matcher is not None and not query.filename_matcher(path):
                    return Skipped(reason="the query's filename_matcher leaves it out")
                result = self._applied(query, path, data)
                if isinstance(result, Failed):
                    return result
                data = result
        except MemoryError:
            raise
        except ForeignError as error:
            return Failed(reason=error.what)
        except Exception as error:
            return Failed(reason=f"It raised {last_line(error)}", traceback=traceback_text(error))
        after = _as_it_ended(text, data)
        return Untouched() if after == text else Rewritten(text=after)

    def _applied(self, query: Any, path: str, data: str) -> str | Failed:
        """`data` as `query` leaves it."""
        tool = self.bowler.made(query)
        try:
            tree = self.bowler.parsed(tool, data)
        except Exception as error:
            grammar = "Python 3.8 at most" if query.python_version == 3 else "Python 2"
            return Failed(reason=f"Bowler's grammar ({grammar}) cannot read it: {_place(error, data)}")
        before = str(tree)
        tool.refactor_tree(tree, path)
        after = str(tree)
        if after == before:
            return data
        if before != data:
            return Failed(reason="Bowler does not give the file back as it is, even without a change.")
        after = _wanted(query, path, data, after)
        try:
            self.bowler.parsed(tool, after)
        except Exception as error:
            place = _place(error, after)
            return Failed(reason=f"The query made code that cannot be read: {place}", traceback=traceback_text(error))
        return after


def _wanted(query: Any, path: str, before: str, after: str) -> str:
    """`after` without the hunks that the query's own processors refuse."""
    if not query.processors:
        return after
    diff = importlib.import_module("bowler.tool").diff_texts(before, after, path)
    header, hunks = [next(diff, ""), next(diff, "")], list[list[str]]()
    for line in diff:
        if line.startswith("@@"):
            hunks.append([])
        hunks[-1].append(line)
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    for hunk in reversed(hunks):
        answers = [processor(path, [*header, *hunk]) for processor in query.processors]
        if False not in answers:
            at, count, new_at, new_count = _span(hunk[0])
            old[at : at + count] = new[new_at : new_at + new_count]
    return "".join(old)


def _span(header: str) -> tuple[int, int, int, int]:
    """Where a hunk lies in both texts: the first line, from 0, and the number of lines."""
    match = _HUNK.match(header)
    if match is None:
        message = f"no header of a hunk: {header}"
        raise ValueError(message)
    one, count, two, new_count = (1 if group is None else int(group) for group in match.groups())
    # A span of no lines is named by the line before it.
    return one - bool(count), count, two - bool(new_count), new_count


def _as_it_ended(text: str, after: str) -> str:
    """`after` with the newlines of `text`: a modifier writes LF, and the last one may have been added to be parsed."""
    if "\r\n" in text and "\n" not in text.replace("\r\n", ""):
        after = after.replace("\r\n", "\n").replace("\n", "\r\n")
    if text.endswith("\n"):
        return after
    return after.removesuffix("\n").removesuffix("\r")


def _place(error: Exception, text: str) -> str:
    """The line that the grammar stopped at, where it tells one."""
    line = getattr(error, "lineno", None)  # IndentationError
    context = getattr(error, "context", None)  # ParseError: (prefix, (line, column))
    if context is None and len(error.args) > 1:
        context = error.args  # TokenError: (message, (line, column))
    if line is None and context is not None and isinstance(context[1], tuple):
        line = context[1][0]
    lines = text.split("\n")
    if not isinstance(line, int) or not 0 < line <= len(lines):
        return last_line(error)
    return f"line {line}: {lines[line - 1].strip()}"


def _parts(target: str) -> tuple[str, str]:
    path, colon, function = target.rpartition(":")
    if not (colon and path and function.isidentifier()):
        raise ForeignError("It names no function.", hint="Write `path/to/script.py:function`.")
    return path, function


def _function(root: Path, path: str, name: str) -> Callable[..., object]:
    file = root / path
    if not file.is_file():
        raise ForeignError(f"There is no file `{path}`.", hint="The path starts from the repository's root.")
    module_name = f"_bowler_{file.stem}"
    spec = importlib.util.spec_from_file_location(module_name, file)
    if spec is None or spec.loader is None:
        raise ForeignError(f"`{path}` is no Python file.", hint="Name a file that ends in .py.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[module_name] = module  # dataclasses, for one, look their module up there
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        what = f"`{path}` cannot be imported: {last_line(error)}"
        hint = "Mend it; what it imports must be installed in the environment that codemods runs in."
        raise ForeignError(what, hint=hint, details=traceback.format_exc()) from error
    functions = [each for each, value in vars(module).items() if inspect.isfunction(value)]
    found: Callable[..., object] | None = getattr(module, name, None)
    if not callable(found):
        listed = f"It has: {', '.join(functions)}." if functions else "It has no function at all."
        raise ForeignError(f"`{path}` has no function `{name}`.{nearest(name, functions)}", hint=listed)
    return found


def _takes_files(function: Callable[..., object], arguments: dict[str, object]) -> bool:
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.VAR_POSITIONAL):
            return True
        if parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            return parameter.name not in arguments
    return False
