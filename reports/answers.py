"""Pages answered: every query asked, its rows as the copy shows them, sentences filled, charts drawn."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as cs

from reports import charts, copies, theme, wording
from reports.copies import WORKING, Copy
from reports.page import NEVER_SHOWN, PAGES, Exhibit, Page, UnusablePage, chosen

MACROS = Path(__file__).resolve().parent.parent / "sql" / "macros.sql"
SHARED = "shared"
"""Folder beside pages, of table macros for rows that several of them show."""
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
WORDED = ("sentence", "answer")
"""Charts made of sentences."""
SPOKEN = {"money": "dollars", "exposure": "dollars"}
"""Sentences speak of whole dollars."""
LEFT_OUT = "Left out of the shareable copy."

Select = Callable[..., pl.DataFrame]
"""`select(sql, parameters)`, always in one DuckDB session; parameters are named, or None."""


@dataclass(frozen=True)
class Answer:
    """An exhibit with the rows of its query. `forms`: column -> (heading, format), as shown."""

    key: str
    exhibit: Exhibit
    data: pl.DataFrame
    forms: charts.Forms
    drawing: charts.Drawing
    reading: str = ""
    withheld: frozenset[tuple[int, str]] = frozenset()
    empty: str = ""
    """The sentence that stands where there is nothing to draw or list."""
    gone: frozenset[str] = frozenset()
    """Columns of the query that this copy does not have."""

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries; lists are lists."""
        return self.data.to_dicts()

    @property
    def columns(self) -> list[str]:
        """The columns a table shows."""
        return [name for name in self.forms if name not in self.exhibit.hidden]

    def written(self, row: int, name: str) -> str:
        """A cell as a reader sees it."""
        if (row, name) in self.withheld:
            return "withheld"
        value = self.rows[row][name]
        return theme.written(value, self.form(row, name), self.exhibit.unknown)

    def form(self, row: int, name: str) -> str:
        """The format of a cell: of its column, or what its row says."""
        form = self.forms[name][1]
        if form == "figure" and "format" in self.data.columns:
            return str(self.rows[row]["format"] or "number")
        return form


@dataclass(frozen=True)
class AnsweredPage:
    """A page whose every exhibit has its rows."""

    page: Page
    month: str | None
    answers: Sequence[Answer] = field(default_factory=tuple)


def answer(
    select: Select,
    *,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    copy: Copy = WORKING,
    folder: Path = PAGES,
) -> list[AnsweredPage]:
    """Ask every query of the pages (names of pages or packs; None: all), once for all outputs.

    `month` ('YYYY-MM') limits what reads `in_period`; None takes all dates. Raises UnusablePage for
    a page, month or query that does not work.
    """
    if month is not None and not MONTH.fullmatch(month):
        raise UnusablePage(f"month {month!r} is not of the form YYYY-MM, as in 2026-09")
    for path in (MACROS, *sorted((folder / SHARED).glob("*.sql"))):
        select(path.read_text(encoding="utf-8"), None)
    select("set variable month = $month", {"month": month})
    return [
        AnsweredPage(page, month, tuple(_answers(select, page, copy)))
        for page in chosen(pages, folder)
        if page.is_shareable or not copy.is_shareable
    ]


def _answers(select: Select, page: Page, copy: Copy) -> list[Answer]:
    return [
        _answer(select, exhibit, f"{page.name}-{number}", copy)
        for number, exhibit in enumerate(page.exhibits, start=1)
    ]


def _answer(select: Select, exhibit: Exhibit, key: str, copy: Copy) -> Answer:
    try:
        # Threads add floating-point numbers up in any order; the last digits are theirs, not the data's.
        data = select(exhibit.query, None).with_columns(cs.float().round_sig_figs(12))
    except Exception as error:
        raise UnusablePage(f"{exhibit.place}: the query does not run: {error}") from error
    _check_columns(exhibit, data)
    forms = _forms(exhibit, data)
    if copy.is_shareable and exhibit.is_shareable is False:
        # what says nothing where it has nothing to say says nothing here
        return Answer(key, exhibit, data.clear(), {}, None, empty=LEFT_OUT if exhibit.empty else "")
    formats = {name: form for name, (_, form) in forms.items()}
    shown = copies.show(data, formats, exhibit.n, copy, templates=_templates(exhibit, data))
    if shown.left_out:
        return Answer(key, exhibit, shown.data, {}, None, empty=f"{LEFT_OUT} {shown.left_out}")
    forms = {name: form for name, form in forms.items() if name in shown.data.columns}
    gone = frozenset(set(data.columns) - set(forms))
    bare = Answer(key, exhibit, shown.data, forms, None, withheld=shown.withheld, gone=gone)
    worded = _worded(bare, copy)
    drawing, empty = _drawn(worded)
    return replace(worded, drawing=drawing, reading=_reading(worded, copy), empty=empty)


def _templates(exhibit: Exhibit, data: pl.DataFrame) -> set[str]:
    """Columns that hold sentences rather than values; of an exhibit vouched for, every text."""
    if exhibit.is_shareable:
        return set(data.columns)
    asked = {exhibit.arguments.get("text", "")} if exhibit.chart in WORDED else set()
    first = {data.columns[0]} if exhibit.chart == "sentence" and data.columns else set()
    return {"reading", *asked, *first}


def _check_columns(exhibit: Exhibit, data: pl.DataFrame) -> None:
    named = {
        *exhibit.columns,
        *([exhibit.n] if exhibit.n else []),
        *(name for name in exhibit.hidden if name not in NEVER_SHOWN),
        *wording.names(exhibit.reading),
    }
    if strange := sorted(named - set(data.columns)):
        raise UnusablePage(
            f"{exhibit.place}: {', '.join(strange)} is not a column of the query; it returns "
            f"{', '.join(data.columns)}"
        )


def _forms(exhibit: Exhibit, data: pl.DataFrame) -> dict[str, tuple[str, str]]:
    forms = {}
    for name, dtype in data.schema.items():
        keys = exhibit.columns.get(name, {})
        form = keys.get("format", theme.format_of(name, dtype))
        label = "Surgeon" if (name, form) == ("rendering_npi", "surgeon") else theme.label(name)
        forms[name] = (keys.get("label", label), form)
    return forms


def _drawn(answer: Answer) -> tuple[charts.Drawing, str]:
    """The chart, or the sentence that says why there is none."""
    exhibit, data = answer.exhibit, answer.data
    if data.is_empty():
        return None, exhibit.empty
    if answer.gone & {*exhibit.arguments.values()}:
        return None, "The chart would show what this copy leaves out; the table has the rest."
    if answer.withheld:
        told = [[name for at, name in answer.withheld if at == row] for row in range(data.height)]
        data = data.with_columns(pl.Series(charts.WITHHELD, told, dtype=pl.List(pl.String)))
    try:
        drawing = charts.draw(
            exhibit.chart, data.head(exhibit.rows or data.height), answer.forms, exhibit.arguments
        )
    except charts.UnusableChart as error:
        raise UnusablePage(f"{exhibit.place}: {error}") from None
    if drawing is None and exhibit.chart in WORDED:
        return None, LEFT_OUT
    if drawing is None and exhibit.chart != "table":
        return None, "None of the figures a chart would draw is known; the table has the rest."
    return drawing, ""


def _fill(template: str, answer: Answer, row: int) -> str:
    texts: dict[str, str | None] = dict.fromkeys(answer.gone)
    for name in answer.forms:
        value = answer.rows[row][name]
        form = answer.form(row, name)
        texts[name] = theme.written(value, SPOKEN.get(form, form)) if value is not None else None
    withheld = {name for at, name in answer.withheld if at == row}
    return wording.fill(template, texts, answer.gone | withheld)


def _worded(answer: Answer, copy: Copy) -> Answer:
    """The sentences of a chart of sentences, filled; null where this copy cannot tell one."""
    exhibit, data = answer.exhibit, answer.data
    if exhibit.chart not in WORDED or data.is_empty():
        return answer
    asked = exhibit.arguments.get("text", "")
    is_ours = asked != "" and asked not in data.columns
    column = "text" if is_ours else asked or data.columns[0]
    filled: list[str | None] = []
    for row in range(data.height):
        template = asked if is_ours else data[column][row]
        is_safe = is_ours or exhibit.is_shareable or not copy.is_shareable
        if template is None or (not is_safe and wording.is_plain(template)):
            filled.append(None)
        else:
            filled.append(_fill(template, answer, row))
    data = data.with_columns(pl.Series(column, filled, dtype=pl.String))
    heading = answer.forms.get(column, (theme.label(column), "text"))
    return replace(answer, data=data, forms={**answer.forms, column: heading})


def _reading(answer: Answer, copy: Copy) -> str:
    exhibit, data = answer.exhibit, answer.data
    if data.is_empty():
        return ""
    if exhibit.reading:
        return _fill(exhibit.reading, answer, 0)
    template: Any = data["reading"][0] if "reading" in data.columns else None
    is_safe = exhibit.is_shareable or not copy.is_shareable
    if not template or (not is_safe and wording.is_plain(template)):
        return ""
    return _fill(template, answer, 0)
