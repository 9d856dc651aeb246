"""What becomes of claims, and what makes up a difference."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go
import polars as pl

from reports import theme
from reports.charts import marks
from reports.charts.marks import Column, Drawing, Forms, UnusableChart


def sankey(
    data: pl.DataFrame,
    forms: Forms,
    *,
    source: Column,
    target: Column,
    value: Column,
    also: Column | None = None,
) -> Drawing:
    """Bands from `source` to `target`, as wide as `value`; a switch shows `also` instead."""
    measures = [value, *([also] if also else [])]
    if not marks.is_known(*(data[name] for name in measures)):
        return None
    figure = go.Figure()
    names = marks.once([*data[source], *data[target]])
    for measure in measures:
        rows = [row for row in range(data.height) if (data[measure][row] or 0) > 0]
        figure.add_sankey(
            visible=measure == value,
            arrangement="snap",
            node={
                "label": [marks.wrapped(name) for name in names],
                "color": [theme.MEANING.get(str(name), theme.SERIES[4]) for name in names],
                "line": {"width": 0},
                "pad": 22,
                "thickness": 14,
                "hovertemplate": "%{label}<extra></extra>",
            },
            link={
                "source": [names.index(data[source][row]) for row in rows],
                "target": [names.index(data[target][row]) for row in rows],
                "value": [float(data[measure][row]) for row in rows],
                "color": [_band(str(data[target][row])) for row in rows],
                "customdata": [marks.hover(data, row, forms) for row in rows],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    figure.update_layout(
        height=120 + 40 * max(len(set(data[source])), len(set(data[target]))),
        margin={"t": 24},
        meta={"measures": [forms[name][0] for name in measures] if also else []},
    )
    return figure


def _band(target: str) -> str:
    """The colour of where a band leads, thin enough to read a label on."""
    shade = theme.MEANING.get(target, theme.SERIES[4])
    red, green, blue = (int(shade[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.3)"


def waterfall(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, total: Column | None = None
) -> Drawing:
    """A bridge: each row adds its `y` to the rows above; a row that is a `total` stands from zero.

    Read from above; `total` is a column of true and false. A total's `y` must be what the rows up
    to it make, else the header is refused: a bridge that does not add up is worse than none.
    """
    if not marks.is_known(data[y]):
        return None
    totals = [bool(value) for value in data[total]] if total else [False] * data.height
    amounts = [marks.number(value) or 0.0 for value in data[y]]
    starts = _starts(amounts, totals)
    written = [marks.written(data, row, y, forms[y][1]) for row in range(data.height)]
    places, axis = marks.categories(pl.Series(range(data.height)))
    axis["ticktext"] = [marks.wrapped(name) for name in data[x]]
    figure = go.Figure()
    for name, shade, chosen in (
        ("total", theme.SERIES[0], [row for row, is_total in enumerate(totals) if is_total]),
        ("more", theme.SERIES[2], [r for r, t in enumerate(totals) if not t and amounts[r] >= 0]),
        ("less", theme.SERIES[1], [r for r, t in enumerate(totals) if not t and amounts[r] < 0]),
    ):
        figure.add_bar(
            orientation="h",
            name=name,
            base=[starts[row] for row in chosen],
            x=[amounts[row] for row in chosen],
            y=[places[row] for row in chosen],
            width=0.64,
            marker={"color": shade, "line": {"width": 0}},
            hovertext=[marks.hover(data, row, forms) for row in chosen],
            hoverinfo="text",
        )
    ends = [starts[row] + amounts[row] for row in range(data.height)]
    for row in range(data.height - 1):
        figure.add_shape(
            type="line",
            x0=ends[row],
            x1=ends[row],
            y0=places[row] - 0.4,
            y1=places[row + 1] + 0.4,
            line={"color": theme.SERIES[4], "width": 1, "dash": "dot"},
        )
    figure.add_scatter(
        mode="text",
        x=[max(starts[row], ends[row]) for row in range(data.height)],
        y=places,
        text=[f" {_signed(written[row], amounts[row], totals[row])}" for row in range(data.height)],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    low, high = min(0.0, *starts, *ends), max(0.0, *starts, *ends)
    figure.update_layout(
        barmode="overlay",
        height=marks.height(axis),
        showlegend=False,
        margin={"r": 90},
        xaxis={**marks.axis(y, forms), "range": [low * 1.05, high * 1.02 or 1]},
        yaxis=axis,
    )
    return figure


def _starts(amounts: list[float], totals: list[bool]) -> list[float]:
    """Where each bar begins; checks each total against what led to it."""
    starts, level = [], 0.0
    for row, (amount, is_total) in enumerate(zip(amounts, totals, strict=True)):
        if is_total:
            if row and abs(level - amount) > 0.01 * max(1.0, abs(amount)):
                raise UnusableChart(
                    f"the bridge does not add up: row {row + 1} is a total of {amount:,.2f}, "
                    f"the rows above make {level:,.2f}"
                )
            starts.append(0.0)
            level = amount
        else:
            starts.append(level)
            level += amount
    return starts


def _signed(text: str, amount: float, is_total: bool) -> Any:
    return text if is_total or amount <= 0 else f"+{text}"
