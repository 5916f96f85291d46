"""The version of this package, which its build reads here: to ask for what is installed takes longer to load."""

from __future__ import annotations

VERSION = "0.1.0"
