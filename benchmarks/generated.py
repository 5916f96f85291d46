"""A tree of any size to measure on: packages of plain modules, of which some use what is to be moved.

`moving.old_home` defines `old_name_000` and so on, `moving.new_home` the same under `new_name_000`. Every user calls
the first of them, and one more: so a plan with one redirect and a plan with all of them change the same files.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.repositories import make_repository

if TYPE_CHECKING:
    from pathlib import Path

NAMES = 200
_PER_PACKAGE = 50
_MODULE = '''"""Module {number}: what most modules are like."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
{imports}

LIMIT = {number}


@dataclass
class Order{number}:
    """One order."""

    name: str
    items: list[str] = field(default_factory=list)
    total: float = 0.0

    def add(self, item: str, price: float) -> None:
        """Add an item, if there is room for it."""
        if len(self.items) >= LIMIT:
            raise ValueError(f"{{self.name}} is full: {{len(self.items)}} of {{LIMIT}}")
        self.items.append(item)
        self.total += price

    def to_json(self) -> str:
        return json.dumps({{"name": self.name, "items": self.items, "total": self.total}})


def load(path: str) -> list[Order{number}]:
    found = []
    for entry in sorted(os.listdir(path)):
        with open(os.path.join(path, entry), encoding="utf-8") as file:
            values = json.load(file)
        order = Order{number}(values["name"])
        for item, price in values["items"].items():
            order.add(item, price)
        found.append(order)
    return [order for order in found if order.total > 0]


def report(orders: list[Order{number}]) -> dict[str, float]:
    """The total of each order by its name."""
    totals = {{order.name: order.total for order in orders}}
    mean = sum(totals.values()) / max(1, len(totals))
    return {{**totals, "mean": mean, "limit": float(LIMIT)}}
'''
_USE = """

def moved(value: int) -> int:
    return old_name_000(value) + {other}(value)
"""


def make_tree(folder: Path, files: int, users: int) -> Path:
    """A repository of so many modules beside those of `moving`, so many of them users, evenly spread."""
    moving = folder / "moving"
    moving.mkdir(parents=True)
    (moving / "__init__.py").write_text("", encoding="utf-8")
    for age in ("old", "new"):
        functions = (f"def {age}_name_{number:03}(value):\n    return value + {number}\n" for number in range(NAMES))
        (moving / f"{age}_home.py").write_text("\n\n".join(functions), encoding="utf-8")
    chosen = {number * files // users: number for number in range(users)}
    for number in range(files):
        path = folder / module_path(number)
        if number % _PER_PACKAGE == 0:
            path.parent.mkdir(parents=True)
            (path.parent / "__init__.py").write_text("", encoding="utf-8")
        path.write_text(_module(number, chosen.get(number)), encoding="utf-8")
    make_repository(folder, "A generated tree")
    return folder


def module_path(number: int) -> str:
    return f"shop{number // (_PER_PACKAGE * 20):03}/part{number // _PER_PACKAGE:05}/module{number:06}.py"


def _module(number: int, user: int | None) -> str:
    if user is None:
        return _MODULE.format(number=number, imports="")
    other = f"old_name_{user % NAMES:03}"
    names = ", ".join(sorted({"old_name_000", other}))
    text = _MODULE.format(number=number, imports=f"\nfrom moving.old_home import {names}")
    return text + _USE.format(other=other)


def plan_of(redirects: int, command: tuple[str, ...] = ()) -> str:
    """A plan that moves the first so many names, with a `command`, if any, to validate each file. It is JSON, which is
    YAML."""
    symbols = [
        {"symbol": f"moving.old_home.old_name_{number:03}", "to": f"moving.new_home.new_name_{number:03}"}
        for number in range(redirects)
    ]
    plan: dict[str, object] = {"schema": 1, "name": "generated", "redirect": symbols}
    if command:
        plan["validation"] = {"command": {"kind": "command", "run": command}}
        plan["phases"] = [{"name": "all", "files": "rest", "with": ["command"], "validate": "each"}]
    return json.dumps(plan, indent=1) + "\n"
