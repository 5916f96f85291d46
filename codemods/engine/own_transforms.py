"""The transforms of one's own that a plan names: found by their entry points, given their arguments, made steps."""

from __future__ import annotations

import inspect
import traceback
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from codemods.engine.outside import outside_of
from codemods.errors import CodemodsError, Mistake, PlanError
from codemods.plan.nearest import nearest
from codemods.plan.rewrites import OwnTransform
from codemods.rules.symbols import Outside
from codemods.steps.own import TransformStep
from codemods.time_limit import TimeLimit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from importlib.metadata import EntryPoint

    from codemods.api import Edit, Module, Note, Transform
    from codemods.plan.load import LoadedPlan

GROUP = "codemods.transforms"
_TYPES: dict[str, tuple[type, ...]] = {"str": (str,), "int": (int,), "float": (int, float), "bool": (bool,)}


class ArgumentError(ValueError):
    """A transform cannot be made with these arguments. `key` is the one that is wrong, empty where none is;
    `is_unknown` says that it takes none of that name."""

    def __init__(self, message: str, key: str = "", *, is_unknown: bool = False) -> None:
        super().__init__(message)
        self.key = key
        self.is_unknown = is_unknown


class _FunctionTransform(Struct, frozen=True):
    """A transform that is written as a function of the module and of its arguments."""

    function: Callable[..., Iterable[Edit | Note]]
    args: Mapping[str, Any]

    def find(self, module: Module) -> Iterable[Edit | Note]:
        return self.function(module, **self.args)


class _LimitedTransform(Struct, frozen=True):
    transform: Transform
    seconds: float

    def find(self, module: Module) -> Iterable[Edit | Note]:
        with TimeLimit(self.seconds):
            found: Any = self.transform.find(module)
            return list(found) if hasattr(found, "__iter__") else found  # else the step tells what it gave


class _StandardLibrary(Outside, frozen=True):
    def split(self, chain: str) -> int:
        return outside_of((chain,), self.libraries).split(chain)


def load_transforms(loaded: LoadedPlan) -> dict[str, Transform]:
    """The transforms that a plan names, by the names of its steps. Imports their packages: ask for trust before.

    Raises PlanError with every one that is not installed, cannot be loaded or does not take its arguments.
    """
    asked = [(n, step) for n, step in enumerate(loaded.plan.rewrite) if isinstance(step, OwnTransform)]
    if not asked:
        return {}
    found = {point.name: point for point in entry_points(group=GROUP)}
    transforms: dict[str, Transform] = {}
    mistakes = []
    for number, step in asked:
        try:
            transforms[step.name] = make_transform(_target(found, step.transform), step.args)
        except ArgumentError as error:  # noqa: PERF203 - every mistake is told
            key = ("args", error.key) if error.key else ("transform",)
            line, column = loaded.document.position(("rewrite", number, *key), of_key=error.is_unknown)
            mistakes.append(Mistake(line, column, f"transform `{step.name}`: {error}"))
    if mistakes:
        raise PlanError(loaded.where, tuple(mistakes))
    return transforms


def _target(found: Mapping[str, EntryPoint], name: str) -> object:
    point = found.get(name)
    if point is None:
        there = f"there are: {', '.join(f'`{other}`' for other in sorted(found))}" if found else "there is none"
        raise ArgumentError(
            f"no installed package has an entry point `{name}` in the group `{GROUP}`{nearest(name, found)}; {there}"
        )
    try:
        return point.load()
    except Exception as error:
        raise ArgumentError(f"`{point.value}` cannot be loaded: {_last_line(error)}") from error


def make_transform(target: object, args: Mapping[str, object]) -> Transform:
    """A transform of what an entry point names: a class with `find`, or a function of the module and its arguments.

    Raises ArgumentError where it is neither, or does not take `args`.
    """
    if not callable(target) or (isinstance(target, type) and not callable(getattr(target, "find", None))):
        raise ArgumentError(
            f"{target!r:.80} is no transform: expected a class with a method `find(self, module)`, or a function"
        )
    for error in _misfits(target, args):
        raise error
    if not isinstance(target, type):
        return _FunctionTransform(target, args)
    try:
        made: Transform = target(**args)
    except Exception as error:
        raise ArgumentError(f"it does not take its arguments: {_last_line(error)}") from error
    return made


def _misfits(target: Callable[..., object], args: Mapping[str, object]) -> Iterator[ArgumentError]:
    """What is wrong with `args`, by the signature of `target`."""
    parameters = dict(inspect.signature(target).parameters)
    if not isinstance(target, type):
        first = next(iter(parameters), None)
        if first is None:
            yield ArgumentError("it takes no module: expected a function of the module and its arguments")
            return
        del parameters[first]
    is_open = any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters.values())
    named = {name: p for name, p in parameters.items() if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
    for key, value in args.items():
        if key not in named and not is_open:
            takes = f"it takes {', '.join(f'`{name}`' for name in named)}" if named else "it takes none"
            yield ArgumentError(f"it has no argument `{key}`{nearest(key, named)}; {takes}", key, is_unknown=True)
        elif key in named and not _fits(named[key].annotation, value):
            kind = _name(named[key].annotation)
            yield ArgumentError(f"found `{value}`; the argument `{key}` is of the type `{kind}`", key)
    for name, parameter in named.items():
        if parameter.default is parameter.empty and name not in args:
            yield ArgumentError(f"its argument `{name}` is missing: give it under `args`")


def _fits(annotation: object, value: object) -> bool:
    """Whether a value is of the type that is asked for, as far as that is a simple one."""
    kinds = _TYPES.get(_name(annotation))
    return kinds is None or (isinstance(value, kinds) and (not isinstance(value, bool) or bool in kinds))


def _name(annotation: object) -> str:
    return annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")


def _last_line(error: Exception) -> str:
    return " ".join("".join(traceback.format_exception_only(error)).split())


def transform_step(asked: OwnTransform, transforms: Mapping[str, Transform]) -> TransformStep:
    """The step that a plan asks for. Raises CodemodsError where its transform has not been loaded."""
    transform = transforms.get(asked.name)
    if transform is None:
        raise CodemodsError(
            f"The transform of the step `{asked.name}` has not been loaded.",
            hint="Give what `codemods.load_transforms` loads to `preview`, as `transforms`.",
        )
    limited = _LimitedTransform(transform, asked.timeout)
    return TransformStep(asked.name, limited, _StandardLibrary(), files=asked.files, contains=asked.contains)
