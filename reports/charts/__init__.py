"""Charts a page may ask for: each function is a `chart:`, its keywords are the header's keys.

A chart gets the rows of its query, in the order of the query. Keywords without a default must be
given; a keyword that names a column of the query is annotated `Column`. A chart returns a plotly
figure, ready HTML, or None where nothing of what it draws is known (`table` always).
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Mapping
from typing import get_type_hints

import plotly.graph_objects as go
import polars as pl

from reports import theme
from reports.charts import flows, limits, plain, shapes, tiles
from reports.charts.marks import WITHHELD, Column, Drawing, Forms, UnusableChart

__all__ = [
    "WITHHELD",
    "Column",
    "Drawing",
    "Forms",
    "UnusableChart",
    "catalogue",
    "check",
    "draw",
    "keywords",
]

MODULES = (plain, shapes, flows, limits, tiles)


def catalogue() -> dict[str, Callable[..., Drawing]]:
    """`chart:` name -> function: every public function of these modules that draws rows."""
    return {
        name: function
        for module in MODULES
        for name, function in vars(module).items()
        if isinstance(function, types.FunctionType)
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and [*inspect.signature(function).parameters][:2] == ["data", "forms"]
    }


def keywords(chart: str) -> list[str]:
    """Keywords a chart takes; none for a chart there is not."""
    return _keywords(catalogue()[chart])[0] if chart in catalogue() else []


def check(chart: str, arguments: Mapping[str, str]) -> None:
    """Raise UnusableChart where no such chart exists or its keywords do not fit."""
    charts = catalogue()
    if chart not in charts:
        raise UnusableChart(f"there is no chart {chart!r}; use one of {', '.join(sorted(charts))}")
    known, needed = _keywords(charts[chart])
    for name in arguments:
        if name not in known:
            raise UnusableChart(
                f"chart {chart!r} takes no {name!r}; it takes {', '.join(known) or 'nothing'}"
            )
    missing = [name for name in needed if name not in arguments]
    if missing:
        raise UnusableChart(f"chart {chart!r} also needs {', '.join(missing)}")


def draw(chart: str, data: pl.DataFrame, forms: Forms, arguments: Mapping[str, str]) -> Drawing:
    """Draw rows. Raises UnusableChart where a keyword names a column the query does not return."""
    function = catalogue()[chart]
    kinds = get_type_hints(function)
    for name, value in arguments.items():
        if kinds[name] in (Column, Column | None) and value not in data.columns:
            raise UnusableChart(
                f"{name}: {value!r} is not a column of the query; "
                f"it returns {', '.join(data.columns)}"
            )
    drawing = function(data, forms, **arguments)
    return finished(drawing) if isinstance(drawing, go.Figure) else drawing


def finished(figure: go.Figure) -> go.Figure:
    """What all plots share; text and grid take their colours from the page's CSS."""
    apart = {"ticks": "outside", "tickcolor": "rgba(0,0,0,0)", "title_font_size": 13}
    figure.update_xaxes(ticklen=7, **apart)
    figure.update_yaxes(ticklen=4, **apart)
    figure.update_layout(
        template=go.layout.Template(),
        font={"family": theme.FIGURE_FONT, "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={
            "l": 8,
            "r": figure.layout.margin.r or 12,
            "t": figure.layout.margin.t or 8,
            "b": 8,
        },
        dragmode=False,
        legend={
            "orientation": "h",
            "yanchor": "bottom",
            "y": 1.0,
            "xanchor": "left",
            "x": 0,
            "traceorder": "normal",
        },
        hoverlabel={
            "bgcolor": theme.DARK["panel"],
            "bordercolor": theme.DARK["rule"],
            "font": {"color": theme.DARK["ink"], "family": theme.FIGURE_FONT},
            "align": "left",
        },
    )
    return figure


def _keywords(function: Callable[..., Drawing]) -> tuple[list[str], list[str]]:
    parameters = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    needed = [p.name for p in parameters if p.default is inspect.Parameter.empty]
    return [p.name for p in parameters], needed
