"""What charts share: axes, marks, labels, hover texts, and small drawings of their own."""

from __future__ import annotations

import html
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, NewType, TypeAlias

import plotly.graph_objects as go
import polars as pl
from markupsafe import Markup, escape

from reports import theme

Column = NewType("Column", str)
"""The name of a column of the query."""
Forms = Mapping[str, tuple[str, str]]
"""Column name -> (heading, format), for every column of the query."""
Drawing: TypeAlias = go.Figure | Markup | None

WITHHELD = "withheld of the row"
"""A column beside those of the query: the names of the row's columns this copy does not tell."""
ROW_HEIGHT = 30
LINE_HEIGHT = 16
LABEL_WIDTH = 24
LABEL_LINES = 3
ISO_DATE = re.compile(r"\d{4}-\d\d(?:-\d\d)?")


class UnusableChart(ValueError):
    """What the header asks for does not fit; the message says what to change."""


def groups(data: pl.DataFrame, colour: str | None) -> list[tuple[str, list[int], str]]:
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
        for number, name in enumerate(sorted(once(names), key=rank))
    ]


def rank(name: str) -> int:
    return [*theme.MEANING].index(name) if name in theme.MEANING else len(theme.MEANING)


def dots(counts: pl.Series, unfinished: pl.Series | None = None) -> dict[str, Any]:
    hollow = [
        (theme.FEW if count is None else count) < theme.FEW
        or bool(unfinished is not None and unfinished[row])
        for row, count in enumerate(counts)
    ]
    return {
        "size": 9,
        "color": theme.SERIES[0],
        "symbol": ["circle-open" if is_hollow else "circle" for is_hollow in hollow],
        "line": {"width": 2, "color": theme.SERIES[0]},
    }


def whiskers(
    points: Sequence[float | None], intervals: pl.Series
) -> tuple[list[float], list[float]]:
    """Distances from each point down and up to the ends of its interval."""
    lows, highs = [], []
    for point, interval in zip(points, intervals, strict=True):
        is_known = point is not None and interval is not None and interval["low"] is not None
        lows.append(max(0.0, point - interval["low"]) if is_known else 0.0)
        highs.append(max(0.0, interval["high"] - point) if is_known else 0.0)
    return lows, highs


def error_bar(lows: list[float], highs: list[float]) -> dict[str, Any]:
    return {
        "type": "data",
        "symmetric": False,
        "array": highs,
        "arrayminus": lows,
        "color": theme.SERIES[0],
        "thickness": 1.5,
        "width": 0,
    }


def axis(name: str, forms: Forms) -> dict[str, Any]:
    heading, form = forms[name]
    return {
        "title": {"text": plain(heading)},
        "tickformat": theme.FORMATS[form][0],
        "automargin": True,
        "zeroline": True,
        "nticks": 4,
        "tickangle": 0,
    }


def categories(values: pl.Series) -> tuple[list[int], dict[str, Any]]:
    """Where each row stands on a downward axis of categories, and that axis."""
    names = once(values)
    axis = {
        "tickmode": "array",
        "tickvals": list(range(len(names))),
        "ticktext": [wrapped(name) for name in names],
        "range": [len(names) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
        "zeroline": False,
    }
    return [names.index(value) for value in values], axis


def height(axis: Mapping[str, Any]) -> int:
    """Room for every category, and for the lines of the longest label."""
    lines = max((text.count("<br>") + 1 for text in axis["ticktext"]), default=1)
    row = max(ROW_HEIGHT, LINE_HEIGHT * lines + 8)
    return 80 + max(2, len(axis["ticktext"])) * row


def number(value: Any) -> float | None:
    return None if value is None else float(value)


def once(values: Any) -> list[Any]:
    return list(dict.fromkeys(values))


def plain(text: Any) -> str:
    """Text plotly shows as it stands: it reads a little HTML in labels."""
    return html.escape(str(text), quote=False)


def unbroken(text: Any) -> Markup:
    """Text whose dates are never broken over two lines."""
    return Markup(ISO_DATE.sub(r'<span class="date">\g<0></span>', str(escape(text))))  # noqa: S704


def wrapped(value: Any) -> str:
    text = "unknown" if value in (None, "") else str(value)
    lines = textwrap.wrap(text, LABEL_WIDTH, max_lines=LABEL_LINES, placeholder=" …") or [text]
    return "<br>".join(plain(line) for line in lines)


def hover(data: pl.DataFrame, row: int, forms: Forms) -> str:
    return "<br>".join(f"{plain(name)}: {plain(text)}" for name, text in facts(data, row, forms))


def facts(data: pl.DataFrame, row: int, forms: Forms) -> list[tuple[str, str]]:
    """(heading, text) of what a row's mark tells when pointed at; what is not known is left out."""
    values = data.row(row, named=True)
    return [
        (heading, textwrap.shorten(theme.written(values[name], own_form(form, values)), 60))
        for name, (heading, form) in forms.items()
        if name not in ("format", "reading") and values[name] is not None
    ]


def written(data: pl.DataFrame, row: int, name: str, form: str) -> str:
    """A cell as a reader sees it: what this copy does not tell reads `withheld`, not unknown."""
    is_told = WITHHELD not in data.columns or name not in data[WITHHELD][row]
    return theme.written(data[name][row], form, "unknown" if is_told else "withheld")


def own_form(form: str, values: Mapping[str, Any]) -> str:
    """The format of a cell: of its column, or what its row's column `format` says."""
    return str(values.get("format") or "number") if form == "figure" else form


def is_known(*series: pl.Series) -> bool:
    """True where any row has a figure to draw."""
    return any(not each.is_null().all() for each in series)
