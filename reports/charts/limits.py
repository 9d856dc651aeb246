"""Figures against limits: is this one out of the ordinary, or chance?"""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
from markupsafe import Markup

from reports import theme
from reports.charts import marks
from reports.charts.marks import Column, Drawing, Forms

WIDE, TALL = 260, 120
LEFT, TOP, BOTTOM = 6, 10, 18
STEPS = 60


def multiples(
    data: pl.DataFrame,
    forms: Forms,
    *,
    panel: Column,
    x: Column,
    y: Column,
    low: Column,
    high: Column,
    centre: Column | None = None,
    unfinished: Column | None = None,
) -> Drawing:
    """A small chart per `panel` on one scale: `y` over `x` in its band from `low` to `high`.

    A point outside its band is an orange diamond; one that is `unfinished` is hollow and grey.
    """
    if not marks.is_known(data[y]):
        return None
    ends = [marks.number(value) for name in (y, high) for value in data[name]]
    top = max([value for value in ends if value is not None] + [0.0]) * 1.05 or 1.0
    drawn = [
        _panel(data, rows, forms, x, y, low, high, centre, unfinished, top, str(name))
        for name, rows in _panels(data[panel])
    ]
    ceiling = theme.written(top, forms[y][1])
    return Markup(
        '<div class="multiples">{}</div>\n<p class="key">Every panel runs from 0 to {}. The band is '
        "where chance alone would leave a point; {} lies outside it.{}</p>"
    ).format(
        Markup("\n").join(drawn),
        ceiling,
        Markup('<span class="out-mark" aria-hidden="true">◆</span> a diamond'),
        " A hollow point is not finished." if unfinished else "",
    )


def _panels(names: pl.Series) -> list[tuple[object, list[int]]]:
    return [
        (name, [row for row, other in enumerate(names) if other == name])
        for name in marks.once(names)
    ]


def _panel(
    data: pl.DataFrame,
    rows: list[int],
    forms: Forms,
    x: str,
    y: str,
    low: str,
    high: str,
    centre: str | None,
    unfinished: str | None,
    top: float,
    name: str,
) -> Markup:
    def across(at: int) -> float:
        return LEFT + (WIDE - 2 * LEFT) * (at / max(1, len(rows) - 1) if len(rows) > 1 else 0.5)

    def up(value: float | None) -> float:
        return TOP + (TALL - TOP - BOTTOM) * (1 - max(0.0, min(value or 0.0, top)) / top)

    lows = [marks.number(data[low][row]) for row in rows]
    highs = [marks.number(data[high][row]) for row in rows]
    band = [(across(at), up(value)) for at, value in enumerate(highs) if value is not None]
    band += [
        (across(at), up(lows[at])) for at in reversed(range(len(rows))) if lows[at] is not None
    ]
    parts = [
        Markup('<polygon class="band" points="{}"/>').format(_points(band)),
        Markup('<line class="base" x1="{}" x2="{}" y1="{y}" y2="{y}"/>').format(
            LEFT, WIDE - LEFT, y=TALL - BOTTOM
        ),
    ]
    if centre:
        line = [
            (across(at), up(value))
            for at, row in enumerate(rows)
            if (value := marks.number(data[centre][row])) is not None
        ]
        parts.append(Markup('<polyline class="centre" points="{}"/>').format(_points(line)))
    values = [marks.number(data[y][row]) for row in rows]
    known = [at for at, value in enumerate(values) if value is not None]
    parts.append(
        Markup('<polyline class="line" points="{}"/>').format(
            _points([(across(at), up(values[at])) for at in known])
        )
    )
    for at in known:
        value, floor, ceiling = values[at] or 0.0, lows[at], highs[at]
        is_out = (floor is not None and value < floor) or (ceiling is not None and value > ceiling)
        is_open = bool(unfinished and data[unfinished][rows[at]])
        parts.append(_dot(across(at), up(value), is_out, is_open, _told(data, rows[at], forms)))
    first, last = (theme.written(data[x][rows[at]], forms[x][1]) for at in (0, -1))
    parts.append(
        Markup(
            '<text x="{}" y="{}">{}</text><text x="{}" y="{}" text-anchor="end">{}</text>'
        ).format(LEFT, TALL - 4, first, WIDE - LEFT, TALL - 4, last if len(rows) > 1 else "")
    )
    return Markup(
        '<figure class="panel"><figcaption>{}</figcaption><svg viewBox="0 0 {} {}" role="img" '
        'aria-label="{}: {} from {} to {}; figures in the table">{}</svg></figure>'
    ).format(name, WIDE, TALL, name, forms[y][0], first, last, Markup("").join(parts))


def _dot(x: float, y: float, is_out: bool, is_open: bool, told: str) -> Markup:
    if is_out and not is_open:
        return Markup(
            '<path class="out" d="M{:.1f} {:.1f}l5 5l-5 5l-5 -5z"><title>{}</title></path>'
        ).format(x, y - 5, told)
    return Markup(
        '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="3"><title>{}</title></circle>'
    ).format("open" if is_open else "dot", x, y, told)


def _told(data: pl.DataFrame, row: int, forms: Forms) -> str:
    return "\n".join(f"{name}: {text}" for name, text in marks.facts(data, row, forms))


def _points(points: list[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def funnel(
    data: pl.DataFrame,
    forms: Forms,
    *,
    x: Column,
    y: Column,
    label: Column,
    centre: Column,
    low: Column,
    high: Column,
    outer_low: Column | None = None,
    outer_high: Column | None = None,
) -> Drawing:
    """`y` of each `label` against its size `x`, with the limits chance leaves at that size.

    The limits of each row (`low`, `high`: 95%; `outer_...`: 99.8%, where given) are joined into
    curves that narrow with the square root of the size. Points outside are labelled.
    """
    rows = [row for row in range(data.height) if data[x][row] and data[y][row] is not None]
    if not rows:
        return None
    figure = go.Figure()
    sizes = [float(data[x][row]) for row in rows]
    middle = marks.number(data[centre][rows[0]]) or 0.0
    for down, up, dash, name in (
        (low, high, "solid", "95% limits"),
        (outer_low, outer_high, "dot", "99.8% limits"),
    ):
        for number, end in enumerate((down, up)):
            if end is None:
                continue
            curve = _curve(
                sizes, [marks.number(data[end][row]) for row in rows], middle, forms[y][1]
            )
            figure.add_scatter(
                mode="lines",
                name=name,
                legendgroup=name,
                showlegend=number == 0,
                x=[point[0] for point in curve],
                y=[point[1] for point in curve],
                line={"color": theme.SERIES[4], "width": 1.2, "dash": dash},
                hoverinfo="skip",
            )
    figure.add_hline(y=middle, line={"color": theme.SERIES[4], "width": 1, "dash": "dash"})
    is_out = [_is_outside(data, row, y, low, high) for row in rows]
    values = [marks.number(data[y][row]) for row in rows]
    middle_size = max(sizes) / 2
    figure.add_scatter(
        mode="markers+text",
        showlegend=False,
        cliponaxis=False,
        x=sizes,
        y=values,
        text=[
            marks.plain(data[label][row]) if out else ""
            for row, out in zip(rows, is_out, strict=True)
        ],
        textposition=["middle left" if size > middle_size else "middle right" for size in sizes],
        marker={
            "size": 9,
            "color": [theme.SERIES[1] if out else theme.SERIES[0] for out in is_out],
            "symbol": ["diamond" if out else "circle" for out in is_out],
        },
        hovertext=[marks.hover(data, row, forms) for row in rows],
        hoverinfo="text",
    )
    figure.update_layout(
        height=380,
        xaxis={**marks.axis(x, forms), "rangemode": "tozero", "showgrid": False},
        yaxis=marks.axis(y, forms),
        margin={"t": 34},
    )
    return figure


def _is_outside(data: pl.DataFrame, row: int, y: str, low: str, high: str) -> bool:
    value, floor, ceiling = (marks.number(data[name][row]) for name in (y, low, high))
    below = floor is not None and value is not None and value < floor
    return below or (ceiling is not None and value is not None and value > ceiling)


def _curve(
    sizes: list[float], limits: list[float | None], middle: float, form: str
) -> list[tuple[float, float]]:
    """A limit between and beside the sizes at hand: its distance, times the root of the size, is smooth."""
    spread = sorted(
        (size, (limit - middle) * size**0.5)
        for size, limit in zip(sizes, limits, strict=True)
        if limit is not None
    )
    if not spread:
        return []
    first, last = spread[0][0], spread[-1][0]
    first = max(1.0, min(first, last * 0.1))
    points = []
    for step in range(STEPS + 1):
        size = first * ((last * 1.05) / first) ** (step / STEPS)
        after = next((at for at, (other, _) in enumerate(spread) if other >= size), len(spread) - 1)
        before = max(0, after - 1)
        (left, one), (right, other) = spread[before], spread[after]
        part = 0.0 if right == left else max(0.0, min(1.0, (size - left) / (right - left)))
        value = middle + (one + (other - one) * part) / size**0.5
        points.append((size, max(0.0, min(value, 1.0) if form == "percent" else value)))
    return points


def calibration(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, interval: Column, n: Column
) -> Drawing:
    """What happened (`y`, with its interval) against what was foretold (`x`); hollow where n is few."""
    if not marks.is_known(data[x], data[y]):
        return None
    points = [marks.number(value) for value in data[y]]
    lows, highs = marks.whiskers(points, data[interval])
    far = max(
        [marks.number(value) or 0.0 for value in data[x]]
        + [(value or 0.0) + high for value, high in zip(points, highs, strict=True)]
    )
    end = min(1.0, far * 1.05) or 1.0
    figure = go.Figure()
    figure.add_scatter(
        mode="lines",
        name="foretold = happened",
        x=[0, end],
        y=[0, end],
        line={"color": theme.SERIES[4], "width": 1.2, "dash": "dash"},
        hoverinfo="skip",
    )
    figure.add_scatter(
        mode="markers",
        showlegend=False,
        cliponaxis=False,
        x=[marks.number(value) for value in data[x]],
        y=points,
        marker=marks.dots(data[n]),
        error_y=marks.error_bar(lows, highs),
        hovertext=[marks.hover(data, row, forms) for row in range(data.height)],
        hoverinfo="text",
    )
    figure.update_layout(
        height=380,
        margin={"t": 34},
        xaxis={**marks.axis(x, forms), "range": [0, end]},
        yaxis={**marks.axis(y, forms), "range": [0, end]},
    )
    return figure
