"""Charts a page may ask for: each function is a `chart:`, its keywords are the header's keys.

A chart gets the rows of its query, in the order of the query. Keywords without a default must be
given; a keyword that names a column of the query is annotated `Column`. A chart returns a plotly
figure, ready HTML, or None when the table of its rows is all there is.
"""

from __future__ import annotations

import html
import inspect
import re
import textwrap
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NewType, TypeAlias, get_type_hints

import plotly.graph_objects as go
import polars as pl
from markupsafe import Markup, escape

from reports import theme

Column = NewType("Column", str)
"""The name of a column of the query."""
Forms = Mapping[str, tuple[str, str]]
"""Column name -> (heading, format), for every column of the query."""
Drawing: TypeAlias = go.Figure | Markup | None

ROW_HEIGHT = 30
LINE_HEIGHT = 16
LABEL_WIDTH = 24
LABEL_LINES = 3
ISO_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")


class UnusableChart(ValueError):
    """What the header asks for does not fit; the message says what to change."""


def table(data: pl.DataFrame, forms: Forms) -> Drawing:
    """The rows as a table, nothing drawn."""
    return None


def sentence(data: pl.DataFrame, forms: Forms) -> Drawing:
    """The first column as text, a paragraph per row."""
    return Markup("\n").join(
        Markup('<p class="reading">{}</p>').format(_unbroken(row[0]))
        for row in data.iter_rows()
        if row[0]
    )


def answer(data: pl.DataFrame, forms: Forms, *, figure: Column, text: Column) -> Drawing:
    """Sentences, each led by its figure in large type."""
    items = Markup("\n").join(
        Markup("<div><dt>{}</dt> <dd>{}</dd></div>").format(
            theme.written(row[figure], forms[figure][1]), _unbroken(row[text])
        )
        for row in data.iter_rows(named=True)
    )
    return Markup('<dl class="answer">\n{}\n</dl>').format(items)


def bars(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, colour: Column | None = None
) -> Drawing:
    """Horizontal bars: length `x` for each category `y`; stacked by `colour` where given."""
    figure = go.Figure()
    places, axis = _categories(data[y])
    lengths = [_number(value) for value in data[x]]
    written = [theme.written(value, forms[x][1]) for value in data[x]]
    for name, rows, shade in _groups(data, colour):
        figure.add_bar(
            orientation="h",
            name=_plain(name),
            x=[lengths[row] for row in rows],
            y=[places[row] for row in rows],
            text=[written[row] for row in rows] if colour is None else None,
            textposition="outside" if colour is None else None,
            cliponaxis=False,
            marker={"color": shade, "line": {"width": 0}},
            hovertext=[_hover(data, row, forms) for row in rows],
            hoverinfo="text",
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        height=_height(axis),
        showlegend=colour is not None,
        margin={"r": 80 if colour is None else 12},
        xaxis={**_axis(x, forms), "rangemode": "tozero"},
        yaxis=axis,
    )
    return figure


def columns(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, colour: Column | None = None
) -> Drawing:
    """Vertical bars: height `y` at each `x`, in the order of the query; stacked by `colour`."""
    figure = go.Figure()
    for name, rows, shade in _groups(data, colour):
        figure.add_bar(
            name=_plain(name),
            x=[_plain(theme.written(data[x][row], forms[x][1])) for row in rows],
            y=[_number(data[y][row]) for row in rows],
            marker={"color": shade, "line": {"width": 0}},
            hovertext=[_hover(data, row, forms) for row in rows],
            hoverinfo="text",
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.15,
        height=300,
        showlegend=colour is not None,
        xaxis={
            "title": {"text": _plain(forms[x][0])},
            "type": "category",
            "automargin": True,
            "showgrid": False,
            "categoryorder": "array",
            "categoryarray": _once(_plain(theme.written(value, forms[x][1])) for value in data[x]),
        },
        yaxis={**_axis(y, forms), "rangemode": "tozero"},
    )
    return figure


def rates(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, interval: Column, n: Column
) -> Drawing:
    """A dot for the rate `x` of each `y`, its interval as whiskers; hollow where n is few.

    A whisker that rests on few may leave the chart, so that it does not crowd the others.
    """
    points = [_number(value) for value in data[x]]
    lows, highs = _whiskers(points, data[interval])
    known = [row for row, point in enumerate(points) if point is not None]
    firm = [row for row in known if data[n][row] >= theme.FEW] or known
    limit = max(
        [0.01]
        + [(points[row] or 0) + highs[row] for row in firm]
        + [points[row] or 0 for row in known]
    )
    places, axis = _categories(data[y])
    figure = go.Figure()
    figure.add_scatter(
        mode="markers",
        x=points,
        y=places,
        marker=_dots(data[n]),
        error_x=_error_bar(lows, highs),
        hovertext=[_hover(data, row, forms) for row in range(data.height)],
        hoverinfo="text",
    )
    figure.add_scatter(
        mode="text",
        x=[min((points[row] or 0) + highs[row], limit * 1.02) for row in known],
        y=[places[row] for row in known],
        text=[
            f" {theme.written(data[x][row], forms[x][1])} of {theme.written(data[n][row], 'count')}"
            for row in known
        ],
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
    )
    figure.update_layout(
        height=_height(axis),
        showlegend=False,
        margin={"r": 110},
        xaxis={**_axis(x, forms), "range": [-0.015 * limit, limit * 1.02]},
        yaxis=axis,
    )
    return figure


def trend(
    data: pl.DataFrame,
    forms: Forms,
    *,
    x: Column,
    y: Column,
    interval: Column,
    n: Column,
    unfinished: Column | None = None,
) -> Drawing:
    """A rate `y` over periods `x`, with its interval; hollow where n is few or `unfinished`."""
    points = [_number(value) for value in data[y]]
    lows, highs = _whiskers(points, data[interval])
    figure = go.Figure()
    figure.add_scatter(
        mode="lines+markers",
        cliponaxis=False,
        x=[_plain(theme.written(value, forms[x][1])) for value in data[x]],
        y=points,
        line={"color": theme.SERIES[0], "width": 1.5},
        marker=_dots(data[n], data[unfinished] if unfinished else None),
        error_y=_error_bar(lows, highs),
        hovertext=[_hover(data, row, forms) for row in range(data.height)],
        hoverinfo="text",
    )
    figure.update_layout(
        height=300,
        showlegend=False,
        xaxis={"type": "category", "automargin": True, "showgrid": False},
        yaxis={**_axis(y, forms), "rangemode": "tozero"},
    )
    return figure


def catalogue() -> dict[str, Callable[..., Drawing]]:
    """`chart:` name -> function: every public function of this module that draws rows."""
    return {
        name: function
        for name, function in globals().items()
        if isinstance(function, types.FunctionType)
        and function.__module__ == __name__
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
    figure.update_xaxes(title_font_size=13)
    figure.update_yaxes(title_font_size=13)
    figure.update_layout(
        template=go.layout.Template(),
        font={"family": theme.FIGURE_FONT, "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        margin={"l": 8, "r": figure.layout.margin.r or 12, "t": 8, "b": 8},
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


def _groups(data: pl.DataFrame, colour: str | None) -> list[tuple[str, list[int], str]]:
    """(name, row numbers, shade) of each series, those of theme.MEANING first."""
    if colour is None:
        return [("", list(range(data.height)), theme.SERIES[0])]
    names = [str(value) for value in data[colour]]
    return [
        (
            name,
            [row for row, other in enumerate(names) if other == name],
            theme.MEANING.get(name, theme.SERIES[number % len(theme.SERIES)]),
        )
        for number, name in enumerate(sorted(_once(names), key=_rank))
    ]


def _rank(name: str) -> int:
    return [*theme.MEANING].index(name) if name in theme.MEANING else len(theme.MEANING)


def _dots(counts: pl.Series, unfinished: pl.Series | None = None) -> dict[str, Any]:
    hollow = [
        (count or 0) < theme.FEW or bool(unfinished is not None and unfinished[row])
        for row, count in enumerate(counts)
    ]
    return {
        "size": 9,
        "color": theme.SERIES[0],
        "symbol": ["circle-open" if is_hollow else "circle" for is_hollow in hollow],
        "line": {"width": 2, "color": theme.SERIES[0]},
    }


def _whiskers(
    points: Sequence[float | None], intervals: pl.Series
) -> tuple[list[float], list[float]]:
    """Distances from each point down and up to the ends of its interval."""
    lows, highs = [], []
    for point, interval in zip(points, intervals, strict=True):
        is_known = point is not None and interval is not None and interval["low"] is not None
        lows.append(max(0.0, point - interval["low"]) if is_known else 0.0)
        highs.append(max(0.0, interval["high"] - point) if is_known else 0.0)
    return lows, highs


def _error_bar(lows: list[float], highs: list[float]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": highs,
        "arrayminus": lows,
        "color": theme.SERIES[0],
        "thickness": 1.5,
        "width": 0,
    }


def _axis(name: str, forms: Forms) -> dict[str, Any]:
    heading, form = forms[name]
    return {
        "title": {"text": _plain(heading)},
        "tickformat": theme.FORMATS[form][0],
        "automargin": True,
        "zeroline": True,
        "nticks": 4,
        "tickangle": 0,
    }


def _categories(values: pl.Series) -> tuple[list[int], dict[str, Any]]:
    """Where each row stands on a downward axis of categories, and that axis."""
    names = _once(values)
    axis = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [_wrapped(name) for name in names],
        "range": [len(names) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    return [names.index(value) for value in values], axis


def _height(axis: Mapping[str, Any]) -> int:
    """Room for every category, and for the lines of the longest label."""
    lines = max((text.count("<br>") + 1 for text in axis["ticktext"]), default=1)
    row = max(ROW_HEIGHT, LINE_HEIGHT * lines + 8)
    return 80 + max(2, len(axis["ticktext"])) * row


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _once(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))


def _plain(text: Any) -> str:
    """Text plotly shows as it stands: it reads a little HTML in labels."""
    return html.escape(str(text), quote=False)


def _unbroken(text: Any) -> Markup:
    """Text whose dates are never broken over two lines."""
    return Markup(ISO_DATE.sub(r'<span class="date">\g<0></span>', str(escape(text))))  # noqa: S704


def _wrapped(value: Any) -> str:
    text = "unknown" if value in (None, "") else str(value)
    lines = textwrap.wrap(text, LABEL_WIDTH, max_lines=LABEL_LINES, placeholder=" …") or [text]
    return "<br>".join(_plain(line) for line in lines)


def _hover(data: pl.DataFrame, row: int, forms: Forms) -> str:
    return "<br>".join(
        f"{_plain(heading)}: {_plain(textwrap.shorten(theme.written(data[name][row], form), 60))}"
        for name, (heading, form) in forms.items()
    )
