"""The figures as a picture: a bar of CPU seconds for each run, on a logarithmic scale, as SVG."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchmarks.compare.table import Line

_LEFT, _WIDTH, _RIGHT, _STEP, _TOP, _BAR = 230, 480, 210, 26, 56, 16
_OURS, _RIGHT_RESULT, _FAULTY = "#1f6feb", "#57606a", "#cf222e"
_STYLE = "font-family: sans-serif; font-size: 13px"


def to_svg(lines: list[Line], title: str) -> str:
    """A picture of at least one line; a bar is red where the result has broken files or lost references."""
    ordered = sorted(lines, key=lambda line: line.cost.cpu)
    low = math.floor(math.log10(max(0.001, ordered[0].cost.cpu)))
    high = max(low + 1, math.ceil(math.log10(ordered[-1].cost.cpu)))
    height = _TOP + _STEP * len(ordered) + 30
    shapes = [_grid(power, low, high, height) for power in range(low, high + 1)]
    shapes += [_bar(line, number, low, high) for number, line in enumerate(ordered)]
    width = _LEFT + _WIDTH + _RIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" style="{_STYLE}" '
        'role="img" aria-label="CPU seconds of a dry run by tool">\n'
        f'<rect width="{width}" height="{height}" fill="white"/>\n'
        f'<text x="10" y="24" font-size="15">{escape(title)}</text>\n'
        f'<text x="10" y="42" fill="{_RIGHT_RESULT}">CPU seconds, median; red: files broken or references lost</text>\n'
        + "\n".join(shapes)
        + "\n</svg>\n"
    )


def _grid(power: int, low: int, high: int, height: int) -> str:
    x = _LEFT + _WIDTH * (power - low) / (high - low)
    line = f'<line x1="{x:.1f}" y1="{_TOP - 4}" x2="{x:.1f}" y2="{height - 24}" stroke="#d0d7de"/>'
    return f'{line}<text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{10**power:g}</text>'


def _bar(line: Line, number: int, low: int, high: int) -> str:
    y, cpu, verdict = _TOP + _STEP * number, line.cost.cpu, line.verdict
    length = max(2.0, _WIDTH * (math.log10(max(0.001, cpu)) - low) / (high - low))
    is_faulty = verdict is not None and (verdict.broken or verdict.lost)
    colour = _FAULTY if is_faulty else _OURS if line.row.tool.has_warm else _RIGHT_RESULT
    told = f"{cpu:,.2f} s"
    if verdict is not None:
        told += f", {verdict.missed} missed, {len(verdict.broken)} broken"
    return (
        f'<text x="{_LEFT - 8}" y="{y + 13}" text-anchor="end">{escape(line.title)}, {line.row.mode}</text>'
        f'<rect x="{_LEFT}" y="{y}" width="{length:.1f}" height="{_BAR}" fill="{colour}"/>'
        f'<text x="{_LEFT + length + 6:.1f}" y="{y + 13}">{told}</text>'
    )
