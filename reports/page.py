"""Report pages: one SQL file each, read, answered by the warehouse and written as HTML.

A page is `/* --- page: ..., intro: ... --- */` and then, per exhibit, a header and a SELECT. Of a
header's keys these are common to all exhibits; every other one is a keyword of its chart:

    title     heading of a new section; without it the exhibit continues the section above
    note      how the figures are counted, folded away under the exhibit; a line is a paragraph
    chart     a function of reports/charts.py; `table` where absent
    columns   column -> format, or {label, format}; formats are those of theme.FORMATS
    n         column with the denominator; rates of a row with fewer than 11 say so
    rows      how many rows the page draws and shows; the workbook has all
    empty     the sentence shown when the query returns nothing
    unknown   the word for null, `unknown` where absent
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jinja2
import plotly.graph_objects as go
import polars as pl
import yaml
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from reports import charts, theme

PAGES = Path(__file__).resolve().parent / "pages"
TEMPLATES = Path(__file__).resolve().parent / "templates"
MACROS = Path(__file__).resolve().parent.parent / "sql" / "macros.sql"
PLOTLY = "plotly.min.js"
HEADER = re.compile(r"/\*\s*---[ \t]*\n(.*?)^[ \t]*---\s*\*/", re.DOTALL | re.MULTILINE)
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
COMMON = ("title", "note", "chart", "columns", "n", "rows", "empty", "unknown")
LONG = 40
"""A column with texts longer than this keeps room to be read on a narrow screen."""
PAGE_KEYS = ("page", "intro", "order")

Select = Callable[..., pl.DataFrame]
"""`select(sql, parameters)`, always in one DuckDB session; parameters are named, or None."""


class UnusablePage(ValueError):
    """A page or request that cannot be rendered; the message names file, line and remedy."""


@dataclass(frozen=True)
class Facts:
    """What the figures rest on, for the footer of every page."""

    run_id: str
    data_digest: str
    rule_book_version: str
    fee_schedules: Sequence[str]
    app_version: str
    is_simulated: bool


@dataclass(frozen=True)
class Exhibit:
    """One header and its query."""

    place: str
    title: str
    note: str
    chart: str
    columns: Mapping[str, Mapping[str, str]]
    n: str
    rows: int | None
    empty: str
    unknown: str
    arguments: Mapping[str, str]
    query: str


@dataclass(frozen=True)
class Page:
    """One file under `reports/pages`."""

    name: str
    title: str
    intro: str
    order: int
    exhibits: Sequence[Exhibit]


@dataclass(frozen=True)
class Answer:
    """An exhibit with the rows of its query. `forms`: column -> (heading, format)."""

    key: str
    exhibit: Exhibit
    data: pl.DataFrame
    forms: charts.Forms
    drawing: charts.Drawing


@dataclass(frozen=True)
class AnsweredPage:
    """A page whose every exhibit has its rows."""

    page: Page
    month: str | None
    answers: Sequence[Answer] = field(default_factory=tuple)


def render(
    select: Select,
    *,
    out: Path,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    facts: Facts,
) -> list[Path]:
    """Write the pages asked for (None: all) as HTML; returns their paths, the opening page first.

    `month` ('YYYY-MM') limits what reads `in_period`; None takes all dates. Same rows, same bytes.
    Raises UnusablePage for a page, month or query that does not work.
    """
    return write(answer(select, pages=pages, month=month), out=out, facts=facts)


def answer(
    select: Select,
    *,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    folder: Path = PAGES,
) -> list[AnsweredPage]:
    """Ask the warehouse every query of the pages. For `write` here and in `reports.workbook`."""
    if month is not None and not MONTH.fullmatch(month):
        raise UnusablePage(f"month {month!r} is not of the form YYYY-MM, as in 2026-09")
    select(MACROS.read_text(encoding="utf-8"), None)
    select("set variable month = $month", {"month": month})
    return [
        AnsweredPage(page, month, tuple(_answers(select, page))) for page in chosen(pages, folder)
    ]


def chosen(names: Sequence[str] | None, folder: Path = PAGES) -> list[Page]:
    """The pages of a folder, opening page first. Raises UnusablePage for a name not there."""
    found = {path.stem: path for path in sorted(folder.glob("*.sql"))}
    for name in names or ():
        if name not in found:
            raise UnusablePage(f"there is no page {name!r}; there are {', '.join(found) or 'none'}")
    read = [read_page(path) for stem, path in found.items() if not names or stem in names]
    return sorted(read, key=lambda page: (page.order, page.name))


def read_page(path: Path) -> Page:
    """Read a page. Raises UnusablePage naming the line and what to write there."""
    text = path.read_text(encoding="utf-8")
    headers = list(HEADER.finditer(text))
    where = f"{path.parent.name}/{path.name}"
    if not headers or text[: headers[0].start()].strip():
        raise UnusablePage(f"{where}, line 1: begin the page with /* --- page: its title --- */")
    ends = [header.start() for header in headers[1:]] + [len(text)]
    first = _header(headers[0], text, where)
    place = _place(headers[0], text, where)
    if not isinstance(first.get("page"), str) or set(first) - set(PAGE_KEYS):
        raise UnusablePage(
            f"{place}: the first header takes {', '.join(PAGE_KEYS)}; page is needed"
        )
    if text[headers[0].end() : ends[0]].strip():
        raise UnusablePage(f"{place}: a query stands under the page's header; give it its own")
    return Page(
        name=path.stem,
        title=first["page"],
        intro=first.get("intro", ""),
        order=_whole(first.get("order", "100"), "order", place),
        exhibits=tuple(
            _exhibit(header, text, text[header.end() : end].strip(), where)
            for header, end in zip(headers[1:], ends[1:], strict=True)
        ),
    )


def _exhibit(header: re.Match[str], text: str, query: str, where: str) -> Exhibit:
    place = _place(header, text, where)
    keys = _header(header, text, where)
    chart = keys.get("chart", "table")
    own = charts.keywords(chart)
    arguments = {name: value for name, value in keys.items() if name not in COMMON or name in own}
    try:
        charts.check(chart, arguments)
    except charts.UnusableChart as error:
        raise UnusablePage(f"{place}: {error} (or, for any chart: {', '.join(COMMON)})") from None
    if not query:
        raise UnusablePage(f"{place}: no query follows; write a SELECT under the header")
    return Exhibit(
        place=place,
        title=keys.get("title", ""),
        note=keys.get("note", ""),
        chart=chart,
        columns=_column_keys(keys.get("columns", {}), place),
        n=keys.get("n", ""),
        rows=_whole(keys["rows"], "rows", place) if "rows" in keys else None,
        empty=keys.get("empty", "There is nothing to show."),
        unknown=keys.get("unknown", "unknown"),
        arguments=arguments,
        query=query.rstrip(";"),
    )


def _header(header: re.Match[str], text: str, where: str) -> dict[str, Any]:
    """The keys of a header; every scalar is text, so that `no` and `25` stay what they are."""
    line = text.count("\n", 0, header.start(1)) + 1
    try:
        keys = yaml.load(header[1], Loader=yaml.BaseLoader)  # noqa: S506 -- BaseLoader makes text only
    except yaml.MarkedYAMLError as error:
        row = line + (error.problem_mark.line if error.problem_mark else 0)
        raise UnusablePage(
            f"{where}, line {row}: {error.problem}; write `key: value`, and quote or fold (>) "
            "a value with a colon in it"
        ) from None
    if not isinstance(keys, dict):
        raise UnusablePage(f"{where}, line {line}: a header is lines of `key: value`")
    for name, value in keys.items():
        if name != "columns" and not isinstance(value, str):
            raise UnusablePage(
                f"{where}, line {line}: {name} must be one text, not a list or mapping"
            )
    return keys


def _column_keys(columns: Any, place: str) -> dict[str, dict[str, str]]:
    if not isinstance(columns, dict):
        raise UnusablePage(f"{place}: columns must be lines of `column: format`")
    spoken = {}
    for name, value in columns.items():
        keys = value if isinstance(value, dict) else {"format": value}
        form = keys.get("format", "text")
        if set(keys) - {"label", "format"} or form not in theme.FORMATS:
            raise UnusablePage(
                f"{place}: column {name!r} takes a format ({', '.join(theme.FORMATS)}), "
                "or {label: ..., format: ...}"
            )
        spoken[name] = keys
    return spoken


def _place(header: re.Match[str], text: str, where: str) -> str:
    line = text.count("\n", 0, header.start()) + 1
    return f"{where}, line {line}"


def _whole(value: str, name: str, place: str) -> int:
    if not value.isdecimal():
        raise UnusablePage(f"{place}: {name} must be a whole number, not {value!r}")
    return int(value)


def _answers(select: Select, page: Page) -> list[Answer]:
    answers = []
    for number, exhibit in enumerate(page.exhibits, start=1):
        try:
            data = select(exhibit.query, None)
        except Exception as error:
            raise UnusablePage(f"{exhibit.place}: the query does not run: {error}") from error
        named = {*exhibit.columns, *([exhibit.n] if exhibit.n else [])}
        if strange := sorted(named - set(data.columns)):
            raise UnusablePage(
                f"{exhibit.place}: {', '.join(strange)} is not a column of the query; it returns "
                f"{', '.join(data.columns)}"
            )
        forms = {
            name: (
                exhibit.columns.get(name, {}).get("label", theme.label(name)),
                exhibit.columns.get(name, {}).get("format", theme.format_of(name, dtype)),
            )
            for name, dtype in data.schema.items()
        }
        try:
            drawing = (
                None
                if data.is_empty()
                else charts.draw(
                    exhibit.chart, data.head(exhibit.rows or data.height), forms, exhibit.arguments
                )
            )
        except charts.UnusableChart as error:
            raise UnusablePage(f"{exhibit.place}: {error}") from None
        answers.append(Answer(f"{page.name}-{number}", exhibit, data, forms, drawing))
    return answers


def write(
    answered: Sequence[AnsweredPage], *, out: Path, facts: Facts, workbook: str | None = None
) -> list[Path]:
    """Write answered pages; `workbook` is the name of a workbook beside them, to link to."""
    if not out.is_dir():
        out.mkdir(mode=0o700, parents=True)
    write_private(out / PLOTLY, get_plotlyjs().encode())
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = Markup((TEMPLATES / "page.js").read_text(encoding="utf-8"))  # noqa: S704 -- our own file
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 -- our own file
    template = environment.get_template("page.html.j2")
    paths = []
    for one in answered:
        text = template.render(
            page=one.page,
            period=_period(one.month),
            pages=[other.page for other in answered],
            sections=_sections(one.answers),
            facts=facts,
            plotly=PLOTLY,
            workbook=workbook,
            script=script,
            script_digest=digest,
            style=style,
            light=Markup(theme.variables(theme.LIGHT)),  # noqa: S704 -- constants
            dark=Markup(theme.variables(theme.DARK)),  # noqa: S704 -- constants
            fonts=(Markup(theme.TEXT_FONT), Markup(theme.FIGURE_FONT)),  # noqa: S704 -- constants
        )
        path = out / f"{one.page.name}.html"
        write_private(path, text.encode())
        paths.append(path)
    return paths


def write_private(path: Path, content: bytes) -> None:
    """Put a file in place in one move, readable by its owner only."""
    if path.is_file() and path.read_bytes() == content:
        path.chmod(0o600)
        return
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _period(month: str | None) -> str:
    return f"Dates of service in {month}" if month else "All dates of service on file"


def _sections(answers: Sequence[Answer]) -> list[dict[str, Any]]:
    """Exhibits by section, ready for the template: an untitled one continues the section above."""
    sections: list[dict[str, Any]] = []
    for one in answers:
        if one.exhibit.title or not sections:
            title = one.exhibit.title
            anchor = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "answer"
            sections.append({"title": title, "anchor": anchor, "exhibits": []})
        sections[-1]["exhibits"].append(_shown(one, sections[-1]["title"]))
    return sections


def _shown(one: Answer, title: str) -> dict[str, Any]:
    exhibit, data = one.exhibit, one.data
    is_plot = isinstance(one.drawing, go.Figure)
    shown = data if exhibit.rows is None else data.head(exhibit.rows)
    rows = [_cells(row, one) for row in shown.iter_rows(named=True)]
    return {
        "key": one.key,
        "title": title,
        "plot": _plot_json(one.drawing) if isinstance(one.drawing, go.Figure) else None,
        "height": one.drawing.layout.height if isinstance(one.drawing, go.Figure) else None,
        "html": one.drawing if isinstance(one.drawing, Markup) else None,
        "has_table": data.height > 0 and (is_plot or exhibit.chart == "table"),
        "columns": [
            {
                "heading": heading,
                "is_number": form in theme.NUMERIC,
                "is_long": any(len(row[place]["text"]) > LONG for row in rows),
            }
            for place, (heading, form) in enumerate(one.forms.values())
        ],
        "rows": rows,
        "hidden_rows": data.height - shown.height,
        "total_rows": data.height,
        "empty": exhibit.empty if data.is_empty() else None,
        "note": [part for part in exhibit.note.splitlines() if part.strip()],
    }


def _cells(row: Mapping[str, Any], one: Answer) -> list[dict[str, Any]]:
    has_few = bool(one.exhibit.n) and (row[one.exhibit.n] or 0) < theme.FEW
    return [
        {
            "text": theme.written(row[name], form, one.exhibit.unknown),
            "is_number": form in theme.NUMERIC,
            "is_code": form == "code",
            "is_unknown": row[name] in (None, "", []),
            "has_few": has_few and form == "percent" and row[name] is not None,
        }
        for name, (_, form) in one.forms.items()
    ]


def _plot_json(figure: go.Figure) -> Markup:
    """The figure for a script block: `<` is written as an escape, so no text can end the block."""
    text = str(figure.to_json()).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return Markup(text.replace("\u2029", "\\u2029"))  # noqa: S704 -- escaped above
