"""How figures spread: histogram, heat map, Pareto."""

from __future__ import annotations

import textwrap

import plotly.graph_objects as go
import polars as pl
from markupsafe import Markup

from reports import theme
from reports.charts import marks
from reports.charts.marks import Column, Drawing, Forms

LEVEL = 19
"""Pixels between the labels of two spikes."""


def histogram(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, spike: Column | None = None
) -> Drawing:
    """`y` in each step of `x` (its middle, a number); a step whose `spike` has text is labelled."""
    rows = [row for row in range(data.height) if data[x][row] is not None]
    if not rows or not marks.is_known(data[y]):
        return None
    places = [float(data[x][row]) for row in rows]
    apart = [
        second - first for first, second in zip(sorted(places), sorted(places)[1:], strict=False)
    ]
    width = min([gap for gap in apart if gap > 0], default=1.0)
    labels = [str(data[spike][row]) if spike and data[spike][row] else "" for row in rows]
    figure = go.Figure()
    figure.add_bar(
        x=places,
        y=[marks.number(data[y][row]) for row in rows],
        width=width * 0.92,
        marker={
            "color": [theme.SERIES[1] if label else theme.SERIES[0] for label in labels],
            "line": {"width": 0},
        },
        hovertext=[marks.hover(data, row, forms) for row in rows],
        hoverinfo="text",
    )
    middle = (min(places) + max(places)) / 2
    spikes = _from_below(places, labels, middle)
    for level, at in enumerate(spikes):
        is_left = places[at] <= middle
        figure.add_shape(
            type="line",
            x0=places[at],
            x1=places[at],
            y0=0,
            y1=1,
            yref="paper",
            line={"color": theme.SERIES[1], "width": 1, "dash": "dot"},
            layer="below",
        )
        figure.add_annotation(
            x=places[at],
            y=1,
            yref="paper",
            yanchor="bottom",
            ax=0,
            ay=-LEVEL * level,
            arrowhead=0,
            arrowwidth=1,
            arrowcolor=theme.SERIES[1],
            xanchor="left" if is_left else "right",
            text=marks.plain(textwrap.shorten(labels[at], 36, placeholder=" …")),
            showarrow=True,
        )
    figure.update_layout(
        bargap=0,
        height=300 + LEVEL * len(spikes),
        showlegend=False,
        margin={"t": 10 + LEVEL * len(spikes)},
        xaxis={**marks.axis(x, forms), "showgrid": False, "zeroline": False, "nticks": 8},
        yaxis={**marks.axis(y, forms), "rangemode": "tozero"},
    )
    return figure


def _from_below(places: list[float], labels: list[str], middle: float) -> list[int]:
    """Labelled steps, lowest label first, so that no label lies on the line of another.

    Labels right of the middle end at their line, the others begin there.
    """
    labelled = sorted((at for at, label in enumerate(labels) if label), key=lambda at: places[at])
    left = [at for at in labelled if places[at] <= middle]
    return [*(at for at in labelled if places[at] > middle), *reversed(left)]


def heat(
    data: pl.DataFrame,
    forms: Forms,
    *,
    x: Column,
    y: Column,
    value: Column,
    n: Column | None = None,
) -> Drawing:
    """A table of `y` by `x`, each cell as dark as its `value`; a cell of fewer than 11 says so."""
    if not marks.is_known(data[value]):
        return None
    columns, lines = marks.once(data[x]), marks.once(data[y])
    cells = {(data[y][row], data[x][row]): row for row in range(data.height)}
    darkest = max([abs(marks.number(each) or 0.0) for each in data[value]]) or 1.0
    head = Markup("").join(
        Markup('<th scope="col" class="number">{}</th>').format(_name(name, forms[x][1]))
        for name in columns
    )
    body = Markup("\n").join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            _name(line, forms[y][1]),
            Markup("").join(
                _cell(data, cells.get((line, column)), forms, value, n, darkest)
                for column in columns
            ),
        )
        for line in lines
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-label="{value} by {y} and {x}">'
        '<table class="heat"><caption>{value}, by {y} (down) and {x} (across)</caption>'
        "<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    ).format(
        value=forms[value][0], y=forms[y][0].lower(), x=forms[x][0].lower(), head=head, body=body
    )


def _name(value: object, form: str) -> str:
    return theme.written(value, form)


def _cell(
    data: pl.DataFrame, row: int | None, forms: Forms, value: str, n: str | None, darkest: float
) -> Markup:
    if row is None or data[value][row] is None:
        return Markup('<td class="number unknown"><span aria-hidden="true">·</span></td>')
    share = 100 * abs(marks.number(data[value][row]) or 0.0) / darkest * theme.HEATED / 100
    few = Markup(' <span class="few">n &lt; 11</span>') if n and _is_few(data[n][row]) else ""
    told = "\n".join(f"{name}: {text}" for name, text in marks.facts(data, row, forms))
    return Markup('<td class="number" style="--share: {:.0f}%" title="{}">{}{}</td>').format(
        share, told, theme.written(data[value][row], forms[value][1]), few
    )


def _is_few(count: object) -> bool:
    return count is not None and float(str(count)) < theme.FEW


def pareto(
    data: pl.DataFrame, forms: Forms, *, x: Column, y: Column, colour: Column | None = None
) -> Drawing:
    """Bars of `x` for each `y`, longest first: its share of all, and what it makes with those above."""
    if not marks.is_known(data[x]):
        return None
    names = marks.once(data[y])
    sums = {
        name: sum(
            marks.number(data[x][row]) or 0.0 for row in range(data.height) if data[y][row] == name
        )
        for name in names
    }
    ranked = sorted(names, key=lambda name: -sums[name])
    whole = sum(sums.values()) or 1.0
    places = {name: place for place, name in enumerate(ranked)}
    _, axis = marks.categories(pl.Series([str(name) for name in ranked]))
    axis["ticktext"] = [marks.wrapped(name) for name in ranked]
    figure = go.Figure()
    for name, rows, shade in marks.groups(data, colour):
        figure.add_bar(
            orientation="h",
            name=marks.plain(name),
            x=[marks.number(data[x][row]) for row in rows],
            y=[places[data[y][row]] for row in rows],
            marker={"color": shade, "line": {"width": 0}},
            hovertext=[marks.hover(data, row, forms) for row in rows],
            hoverinfo="text",
        )
    together, texts = 0.0, list[str]()
    for name in ranked:
        together += sums[name]
        share, total = f"{100 * sums[name] / whole:.0f}%", f"{100 * together / whole:.0f}%"
        texts.append(f" {share}" if not texts else f" +{share} = {total}")
    figure.add_scatter(
        mode="text",
        x=[sums[name] for name in ranked],
        y=[places[name] for name in ranked],
        text=texts,
        textposition="middle right",
        cliponaxis=False,
        hoverinfo="skip",
        showlegend=False,
    )
    figure.update_layout(
        barmode="stack",
        bargap=0.35,
        height=marks.height(axis),
        showlegend=colour is not None,
        margin={"r": 90, "t": 30 if colour else 8},
        xaxis={**marks.axis(x, forms), "rangemode": "tozero"},
        yaxis=axis,
    )
    return figure
