"""A share in percent as a curve: SVG that stands in a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemods.report.html.page import text

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _HEIGHT = 760, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 40, 24, 32
_GAP = 24  # between the axis and the first point
_LABELS = 12  # below the axis at most


def plot(points: Sequence[tuple[str, float]]) -> str:
    """The curve of percentages by their names, in order."""
    step = (_WIDTH - _LEFT - _GAP - _RIGHT) / max(len(points) - 1, 1)
    places = [(_LEFT + _GAP + number * step, _y(percent)) for number, (_, percent) in enumerate(points)]
    curve = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    told = ", ".join(f"{name} {percent:.1f} %" for name, percent in points)
    return (
        f'<svg class=plot viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{text(f"Compliance: {told}")}">'
        f'{"".join(_line(percent) for percent in (0, 25, 50, 75, 100))}<polyline class=curve points="{curve}"/>'
        f"{_points(points, places)}</svg>"
    )


def _y(percent: float) -> float:
    return _TOP + (100 - percent) / 100 * (_HEIGHT - _TOP - _BOTTOM)


def _line(percent: int) -> str:
    y = _y(percent)
    return (
        f'<line class=axis x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{percent} %</text>'
    )


def _points(points: Sequence[tuple[str, float]], places: Sequence[tuple[float, float]]) -> str:
    every = -(-len(points) // _LABELS)
    shown = []
    for number, ((name, percent), (x, y)) in enumerate(zip(points, places, strict=True)):
        shown.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
        if number % every == 0 or number == len(points) - 1:
            label = name if len(name) <= _LABELS else f"{name[: _LABELS - 1]}…"
            shown.append(f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="middle">{percent:.1f}</text>')
            shown.append(f'<text x="{x:.1f}" y="{_HEIGHT - 8}" text-anchor="middle">{text(label)}</text>')
    return "".join(shown)
