"""The repository that most of these tests begin with."""

from tests.git.situation import repo

__all__ = ["repo"]
