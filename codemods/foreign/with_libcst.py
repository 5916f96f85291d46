"""Runs LibCST codemods as `libcst.tool codemod --no-format` does. For the worker: it imports what teams wrote."""

from __future__ import annotations

import importlib
import inspect
import shutil
import traceback
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst.codemod import Codemod, CodemodCommand, CodemodContext, SkipFile
from libcst.codemod.visitors import AddImportsVisitor, RemoveImportsVisitor
from libcst.helpers import calculate_module_and_package
from libcst.metadata import FullRepoManager, MetadataWrapper, TypeInferenceProvider

from codemods.errors import ForeignError
from codemods.foreign.arguments import check_call, command_arguments, nearest
from codemods.foreign.step import Failed, ForeignStep, Ran, Rewritten, Skipped, Untouched
from codemods.foreign.telling import last_line, short, traceback_text
from codemods.index.text import UndecodableError, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

# Spelled in two parts so that tools do not take this file for generated.
_GENERATED = "@gen" + "erated"


class LibcstCodemod:
    """A LibCST codemod with its arguments; `run` makes a new instance for each file."""

    def __init__(self, step: ForeignStep, root: Path, source_roots: tuple[str, ...]) -> None:
        """Import the class of `step` and try its arguments. Raises ForeignError."""
        self.root = root
        self.source_roots = source_roots
        self.made: type[Any] = _class(step.target)
        self.arguments: Mapping[str, object] = dict(step.args)
        if issubclass(self.made, Codemod):
            self.arguments = command_arguments(self.made, self.arguments)
            self._try()
        else:
            check_call(self.made, (), self.arguments)
        self.providers = tuple(self.made.get_inherited_dependencies())
        self.needs_types = any(issubclass(each, TypeInferenceProvider) for each in self.providers)
        if self.needs_types and shutil.which("pyre") is None:
            what = (
                "It needs the types that Pyre infers (TypeInferenceProvider), and there is no program `pyre` on PATH."
            )
            raise ForeignError(what, hint="Install Pyre and start its server, or take the step out of the plan.")

    def _try(self) -> None:
        # With a context as a file has it: a command may look at it at once.
        try:
            self.made(self._context("codemods_example.py", ()), **self.arguments)
        except (TypeError, ValueError, KeyError) as error:
            hint = "Correct `args:` in the plan."
            raise ForeignError(f"It refuses its arguments: {last_line(error)}", hint=hint) from error

    def run(self, path: str, text: str) -> Ran:
        """What becomes of the file `path`, whose content is `text`. What the codemod itself raises is Failed."""
        if _GENERATED in text:
            return Skipped(
                reason=f"it is generated: it holds the marker {_GENERATED}, at which LibCST's tool stops, too"
            )
        try:
            tree = cst.parse_module(text)
        except cst.ParserSyntaxError as error:
            return Failed(reason=f"LibCST cannot read it: line {error.editor_line}: {short(error.message)}")
        except MemoryError:
            raise
        except Exception as error:  # it has defects of its own, and a limit to how deep code may nest
            return Failed(reason=f"LibCST cannot read it: {last_line(error)}", traceback=traceback_text(error))
        if self.needs_types and not self._is_on_disk(path, text):
            return Failed(reason="Pyre tells the types of the file on disk, which holds another text than this one.")
        context = self._context(path, self.providers)
        try:
            after = self._transformed(tree, context).code
        except SkipFile as error:
            return Skipped(reason=str(error) or "the codemod raised SkipFile", warnings=tuple(context.warnings))
        except MemoryError:
            raise
        except Exception as error:
            return Failed(
                reason=f"It raised {last_line(error)}",
                traceback=traceback_text(error),
                warnings=tuple(context.warnings),
            )
        return self._judged(text, tree, after, tuple(context.warnings))

    def _judged(self, text: str, tree: cst.Module, after: str, warnings: tuple[str, ...]) -> Ran:
        if after == text:
            return Untouched(warnings=warnings)
        if (before := tree.code) != text:
            if after == before:
                return Untouched(warnings=warnings)
            return Failed(
                reason=f"LibCST does not give it back as it is: {_difference(text, before)}", warnings=warnings
            )
        return Rewritten(text=after, warnings=warnings)

    def _transformed(self, tree: cst.Module, context: CodemodContext) -> cst.Module:
        if not issubclass(self.made, Codemod):
            manager = context.metadata_manager
            cache = manager.get_cache_for_path(str(context.filename)) if manager else {}
            return MetadataWrapper(tree, cache=cache).visit(self.made(**self.arguments))
        tree = self.made(context, **self.arguments).transform_module(tree)
        if not issubclass(self.made, CodemodCommand):
            # Only commands do this by themselves; else imports that it asked for would be lost without a word.
            for visitor in (AddImportsVisitor, RemoveImportsVisitor):
                if visitor.CONTEXT_KEY in context.scratch:
                    tree = visitor(context).transform_module(tree)
        return tree

    def _context(self, path: str, providers: tuple[Any, ...]) -> CodemodContext:
        filename = str(self.root / path)
        start = str(self._start(path))
        module = calculate_module_and_package(start, filename)
        return CodemodContext(
            filename=filename,
            full_module_name=module.name,
            full_package_name=module.package,
            metadata_manager=FullRepoManager(start, [filename], providers),
        )

    def _start(self, path: str) -> Path:
        """The folder that the module's dotted name starts from."""
        file = PurePosixPath(path)
        inside = [root for root in self.source_roots if file.is_relative_to(root)]
        return self.root / max(inside, key=lambda root: len(PurePosixPath(root).parts), default=".")

    def _is_on_disk(self, path: str, text: str) -> bool:
        try:
            return decode((self.root / path).read_bytes()).text == text
        except (OSError, UndecodableError):
            return False


def _class(target: str) -> type:
    """The class that `target` names. Raises ForeignError where there is none that changes a module."""
    module_name, colon, name = target.partition(":")
    if not (colon and name.isidentifier() and all(part.isidentifier() for part in module_name.split("."))):
        raise ForeignError("It names no class.", hint="Write `package.module:CommandClass`.")
    module = _module(module_name)
    found = getattr(module, name, None)
    if found is None:
        known = [each for each, value in vars(module).items() if _changes_modules(value)]
        listed = f" It has: {', '.join(known)}." if known else " It has no codemod at all."
        raise ForeignError(f"The module `{module_name}` has no `{name}`.{nearest(name, known)}", hint=listed.strip())
    if not _changes_modules(found):
        what = (
            f"`{name}` is no LibCST codemod: neither a subclass of libcst.codemod.Codemod nor of libcst.CSTTransformer."
        )
        raise ForeignError(what, hint="Name the class of the command, such as a VisitorBasedCodemodCommand.")
    if inspect.isabstract(found):
        lacks = ", ".join(sorted(found.__abstractmethods__))
        raise ForeignError(f"`{name}` is abstract: it lacks {lacks}.", hint="Name a subclass that can be run.")
    assert isinstance(found, type)  # noqa: S101 - told to mypy; `_changes_modules` has seen to it
    return found


def _module(name: str) -> object:
    try:
        return importlib.import_module(name)
    except BaseException as error:
        details = traceback.format_exc()
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and (name == missing or name.startswith(f"{missing}.")):
            hint = "Dotted names start from the repository's root, its `source_roots:`, or what is installed beside us."
            raise ForeignError(f"There is no module `{missing}`.", hint=hint, details=details) from error
        hint = "Mend the module; what it imports must be installed in the environment that codemods runs in."
        what = f"The module `{name}` cannot be imported: {last_line(error)}"
        raise ForeignError(what, hint=hint, details=details) from error


def _changes_modules(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, (Codemod, cst.CSTTransformer))


def _difference(text: str, other: str) -> str:
    pairs = zip(text.splitlines(keepends=True), other.splitlines(keepends=True), strict=False)
    line = next((number for number, (one, two) in enumerate(pairs, 1) if one != two), None)
    return f"line {line} differs" if line else "its end differs"
