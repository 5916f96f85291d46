"""The pytest fixture `codemod`, for tests of one's own rules and transforms: docs/testing.md.

pytest loads this wherever Codemods is installed, so it imports nothing else before a test asks for the fixture.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Unpack

    from codemods.model import Finding
    from codemods.testing import Given

__all__ = ["Codemod", "codemod"]


@dataclass(frozen=True)
class Codemod:
    """What is tested, and the checks of `codemods.testing` on it. Calling it gives another one that knows more.

    `folder` is where the paths of plans start.
    """

    folder: Path
    given: Given

    def __call__(self, **more: Unpack[Given]) -> Codemod:
        """The same with `more` of what `codemods.testing` takes by keyword: `plan`, `rule`, `rewrite`, `others`, …"""
        given: Given = {**self.given, **more}
        plan = given.get("plan")
        if plan is not None:
            given["plan"] = self.folder / plan
        return Codemod(self.folder, given)

    def transforms(self, before: str | bytes, after: str | bytes) -> tuple[Finding, ...]:
        """Check that `before` becomes exactly `after`; the findings."""
        from codemods.testing import check_transformed

        return check_transformed(before, after, **self.given)

    def leaves(self, source: str | bytes) -> tuple[Finding, ...]:
        """Check that `source` is left alone; the findings."""
        from codemods.testing import check_noop

        return check_noop(source, **self.given)

    def reviews(self, source: str | bytes) -> Finding:
        """Check that `source` is left alone, and one place in it is listed for review; that one."""
        from codemods.testing import check_review

        return check_review(source, **self.given)

    def blocks(self, source: str | bytes) -> tuple[str, ...]:
        """Check that `source` is blocked; the reasons."""
        from codemods.testing import check_blocked

        return check_blocked(source, **self.given)


@pytest.fixture
def codemod(request: pytest.FixtureRequest) -> Codemod:
    """Checks what rules, redirects and transforms make of a source: `codemod(plan="plan.yaml").transforms(a, b)`."""
    return Codemod(request.config.rootpath, {})
