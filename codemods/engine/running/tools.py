"""What validates: the validations, the work tree that shows candidates, and who judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from codemods.engine.judging import Judge, Stage
    from codemods.engine.running.scopes import Scopes
    from codemods.validation.base import Validation


class Tools(Struct, frozen=True):
    """The same for all phases of a run. `in_place` judges in the work tree, whoever else does."""

    validations: dict[str, Validation]
    stage: Stage
    judge: Judge
    scopes: Scopes
    in_place: Judge
