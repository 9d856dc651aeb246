"""Tables, sentences, bars, rates and trends."""

from __future__ import annotations

import plotly.graph_objects as go
import polars as pl
from markupsafe import Markup

from reports import theme
from reports.charts import marks
from reports.charts.marks import Column, Drawing, Forms


def table(data: pl.DataFrame, forms: Forms) -> Drawing:
    """The rows as a table, nothing drawn."""
    return None


def sentence(data: pl.DataFrame, forms: Forms, *, text: str = "") -> Drawing:
    """A paragraph per row: `text` (see reports/wording.py), else the first column."""
    name = text if text in data.columns else "text" if text else data.columns[0]
    said = [words for words in data[name] if words]
    paragraph = Markup('<p class="reading">{}</p>')
    return Markup("\n").join(paragraph.format(marks.unbroken(words)) for words in said) or None


def answer(data: pl.DataFrame, forms: Forms, *, figure: Column, text: Column) -> Drawing:
    """Sentences (`text`, see reports/wording.py), each led by its `figure` in large type.

    A column `format` of the query names each row's format, where the figure's own is `figure`.
    """
    items = Markup("\n").join(
        Markup("<div><dt>{}</dt> <dd>{}</dd></div>").format(
            marks.written(data, at, figure, marks.own_form(forms[figure][1], row)),
            marks.unbroken(row[text]),
        )
        for at, row in enumerate(data.iter_rows(named=True))
        if row[text]
    )
    if not items:
        return None
    return Markup('<dl class="answer">\n{}\n</dl>').format(items)


def bars(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, colour: Column | None = None
) -> Drawing:
    """Horizontal bars: length `x` for each category `y`; stacked by `colour` where given."""
    if not marks.is_known(data[x]):
        return None
    figure = go.Figure()
    places, axis = marks.categories(data[y])
    lengths = [marks.number(value) for value in data[x]]
    written = [marks.written(data, row, x, forms[x][1]) for row in range(data.height)]
    for name, rows, shade in marks.groups(data, colour):
        figure.add_bar(
            orientation="h",
            name=marks.plain(name),
            x=[lengths[row] for row in rows],
            y=[places[row] for row in rows],
            text=[written[row] for row in rows] if colour is None else None,
            textposition="outside" if colour is None else None,
            cliponaxis=False,
            marker={"color": shade, "line": {"width": 0}},
            hovertext=[marks.hover(data, row, forms) for row in rows],
            hoverinfo="text",
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        height=marks.height(axis),
        showlegend=colour is not None,
        margin={"r": 80 if colour is None else 12},
        xaxis={**marks.axis(x, forms), "rangemode": "tozero"},
        yaxis=axis,
    )
    return figure


def columns(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, colour: Column | None = None
) -> Drawing:
    """Vertical bars: height `y` at each `x`, in the order of the query; stacked by `colour`."""
    if not marks.is_known(data[y]):
        return None
    figure = go.Figure()
    for name, rows, shade in marks.groups(data, colour):
        figure.add_bar(
            name=marks.plain(name),
            x=[marks.plain(theme.written(data[x][row], forms[x][1])) for row in rows],
            y=[marks.number(data[y][row]) for row in rows],
            marker={"color": shade, "line": {"width": 0}},
            hovertext=[marks.hover(data, row, forms) for row in rows],
            hoverinfo="text",
        )
    figure.update_layout(
        barmode="stack",
        bargap=0.15,
        height=300,
        showlegend=colour is not None,
        xaxis={
            "title": {"text": marks.plain(forms[x][0])},
            "type": "category",
            "automargin": True,
            "showgrid": False,
            "categoryorder": "array",
            "categoryarray": marks.once(
                marks.plain(theme.written(value, forms[x][1])) for value in data[x]
            ),
        },
        yaxis={**marks.axis(y, forms), "rangemode": "tozero"},
    )
    return figure


def rates(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, interval: Column, n: Column
) -> Drawing:
    """A dot for the rate `x` of each `y`, its interval as whiskers; hollow where n is few.

    A whisker that rests on few may leave the chart, so that it does not crowd the others.
    """
    if not marks.is_known(data[x]):
        return None
    points = [marks.number(value) for value in data[x]]
    lows, highs = marks.whiskers(points, data[interval])
    known = [row for row, point in enumerate(points) if point is not None]
    firm = [row for row in known if data[n][row] >= theme.FEW] or known
    limit = max(
        [0.01]
        + [(points[row] or 0) + highs[row] for row in firm]
        + [points[row] or 0 for row in known]
    )
    places, axis = marks.categories(data[y])
    figure = go.Figure()
    figure.add_scatter(
        mode="markers",
        x=points,
        y=places,
        marker=marks.dots(data[n]),
        error_x=marks.error_bar(lows, highs),
        hovertext=[marks.hover(data, row, forms) for row in range(data.height)],
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
        height=marks.height(axis),
        showlegend=False,
        margin={"r": 110},
        xaxis={**marks.axis(x, forms), "range": [-0.015 * limit, limit * 1.02]},
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
    if not marks.is_known(data[y]):
        return None
    points = [marks.number(value) for value in data[y]]
    lows, highs = marks.whiskers(points, data[interval])
    figure = go.Figure()
    figure.add_scatter(
        mode="lines+markers",
        cliponaxis=False,
        x=[marks.plain(theme.written(value, forms[x][1])) for value in data[x]],
        y=points,
        line={"color": theme.SERIES[0], "width": 1.5},
        marker=marks.dots(data[n], data[unfinished] if unfinished else None),
        error_y=marks.error_bar(lows, highs),
        hovertext=[marks.hover(data, row, forms) for row in range(data.height)],
        hoverinfo="text",
    )
    figure.update_layout(
        height=300,
        showlegend=False,
        xaxis={"type": "category", "automargin": True, "showgrid": False},
        yaxis={**marks.axis(y, forms), "rangemode": "tozero"},
    )
    return figure
