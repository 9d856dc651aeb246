"""Packs written: pages and covers as HTML, one shared script beside them, everything private.

out/index.html                       the cover: this report's packs, and what was rendered before
out/2026-09/denials/index.html       a pack's own cover, so that its folder can be forwarded alone
out/2026-09/denials/<page>.html
out/2026-09/denials/plotly.min.js    one file on disk, linked into every folder
out/2026-09/denials/denials-2026-09.xlsx, .pdf
out/2026-09/denials/tables/          every exhibit's table as CSV and Parquet
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import jinja2
import plotly.graph_objects as go
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from reports import packs, theme
from reports.answers import WORDED, Answer, AnsweredPage, Select, answer
from reports.page import Page, chosen

TEMPLATES = Path(__file__).resolve().parent / "templates"
PLOTLY = "plotly.min.js"
LONG = 40
"""A column with texts longer than this keeps room to be read on a narrow screen."""
PERIODS: Mapping[str, str] = {
    "service": "Dates of service in {}",
    "adjudication": "First adjudicated in {}",
    "posting": "Payments posted in {}",
    "run": "This run",
    "sample": "A reviewed sample",
}


@dataclass(frozen=True)
class Facts:
    """What the figures rest on, for the footer of every page."""

    run_id: str
    data_digest: str
    rule_book_version: str
    fee_schedules: Sequence[str]
    app_version: str
    is_simulated: bool
    is_shareable: bool = False
    cut: str = ""
    """To which days claims and remittances are on file, in words."""
    counsel: str = ""
    """Whom the practice names as directing its coding audits (counsel.csv); blank for nobody."""

    def privilege(self, pack: packs.Pack) -> str:
        """What a pack says of counsel: nothing where the practice names none, or it is no audit's."""
        if not self.counsel or not pack.is_audit:
            return ""
        parts = [
            f"Prepared at the direction of counsel: {self.counsel}.",
            "Marked so by the practice; whether a privilege applies is for counsel to say.",
        ]
        if self.is_shareable:
            parts.append("Ask counsel before this copy leaves the workplace.")
        return " ".join(parts)


def render(
    select: Select,
    *,
    out: Path,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    facts: Facts,
) -> list[Path]:
    """Ask and write the pages asked for (None: all), without workbook and tables; for page authors."""
    return write(answer(select, pages=pages, month=month), out=out, facts=facts)[1:]


def by_pack(answered: Sequence[AnsweredPage]) -> list[tuple[packs.Pack, list[AnsweredPage]]]:
    """Answered pages by pack, both in order."""
    return [(pack, list(pages)) for pack, pages in groupby(answered, key=lambda one: one.page.pack)]


def write(
    answered: Sequence[AnsweredPage],
    *,
    out: Path,
    facts: Facts,
    files: Mapping[str, Sequence[str]] | None = None,
) -> list[Path]:
    """Write covers and pages; returns their paths, the cover first. Same rows, same bytes.

    `files`: pack -> names of other files in its folder, to link to. What else stands in the folders
    (pages of an earlier run, other months) is linked too.
    """
    folder(out)
    shared = out / PLOTLY
    _keep_script(shared)
    month = answered[0].month if answered else None
    made = environment(facts)
    book = chosen(None)
    paths, opened = [], []
    for pack, pages in by_pack(answered):
        inside = folder(packs.folder(out, pack.name, month))
        _link(shared, inside / PLOTLY)
        beside = _beside(inside, pack, [one.page for one in pages], book)
        for one in pages:
            text = document(
                made, [one], pack=pack, beside=beside, files=(files or {}).get(pack.name, ())
            )
            write_private(inside / f"{one.page.name}.html", text.encode())
            paths.append(inside / f"{one.page.name}.html")
        opened.append(_opening(pack, pages, beside, month, (files or {}).get(pack.name, ())))
        cover = made.get_template("cover.html.j2").render(
            packs=[{**opened[-1], "at": ""}],
            months=[],
            title=pack.title,
            home="../../index.html",
            privilege=facts.privilege(pack),
        )
        write_private(inside / "index.html", cover.encode())
    months = [path.name for path in out.iterdir() if path.is_dir()]
    earlier = [
        {
            "name": _month_name(name),
            "packs": [(pack.title, f"{name}/{pack.name}/index.html") for pack in found],
        }
        for name, found in packs.there(out, months)
        if name != (month or packs.ALL_DATES)
    ]
    cover = made.get_template("cover.html.j2").render(
        packs=opened,
        months=earlier,
        title="Mohs claims audit",
        home=None,
        privilege=next(filter(None, (facts.privilege(one["pack"]) for one in opened)), ""),
    )
    write_private(out / "index.html", cover.encode())
    return [out / "index.html", *paths]


def document(
    made: jinja2.Environment,
    answered: Sequence[AnsweredPage],
    *,
    pack: packs.Pack,
    beside: Sequence[Page] = (),
    files: Sequence[str] = (),
) -> str:
    """A page as HTML; of several pages, one document to print."""
    return made.get_template("page.html.j2").render(
        shown=[
            {
                "page": one.page,
                "period": period(one),
                "sections": _sections(one),
            }
            for one in answered
        ],
        pack=pack,
        privilege=_privilege(made, pack),
        pages=beside,
        files=files,
        is_print=len(beside) == 0,
    )


def _privilege(made: jinja2.Environment, pack: packs.Pack) -> str:
    facts = made.globals["facts"]
    return facts.privilege(pack) if isinstance(facts, Facts) else ""


def environment(facts: Facts) -> jinja2.Environment:
    """Templates that know the facts, the style and the script."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script = Markup((TEMPLATES / "page.js").read_text(encoding="utf-8"))  # noqa: S704 -- our own file
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    style = Markup((TEMPLATES / "page.css").read_text(encoding="utf-8"))  # noqa: S704 -- our own file
    made.globals.update(
        facts=facts,
        privilege="",
        plotly=PLOTLY,
        script=script,
        script_digest=digest,
        style=style,
        light=Markup(theme.variables(theme.LIGHT)),  # noqa: S704 -- constants
        dark=Markup(theme.variables(theme.DARK)),  # noqa: S704 -- constants
        fonts=(Markup(theme.TEXT_FONT), Markup(theme.FIGURE_FONT)),  # noqa: S704 -- constants
    )
    return made


def folder(path: Path) -> Path:
    """Make a folder that is its owner's alone."""
    for missing in reversed([one for one in (path, *path.parents) if not one.exists()]):
        missing.mkdir(mode=0o700)
    return path


def write_private(path: Path, content: bytes) -> None:
    """Put content in place in one move, readable by its owner only."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _keep_script(path: Path) -> None:
    content = get_plotlyjs().encode()
    if not path.exists() or path.read_bytes() != content:
        write_private(path, content)


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where the disk has no links."""
    if target.exists() and target.samefile(source):
        return
    target.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        target.hardlink_to(source)
        return
    write_private(target, source.read_bytes())


def period(one: AnsweredPage) -> str:
    """Which months, by which date."""
    basis = one.page.basis
    if one.month:
        return PERIODS[basis].format(one.month)
    if basis in ("run", "sample"):
        return PERIODS[basis]
    return "All dates of service on file" if basis == "service" else "All dates on file"


def _span(one: AnsweredPage) -> str:
    """What a cover says of a report over no month."""
    return period(one) if one.page.basis == "sample" else "All dates on file"


def _month_name(name: str) -> str:
    return "All dates on file" if name == packs.ALL_DATES else name


def _beside(
    inside: Path, pack: packs.Pack, pages: Sequence[Page], book: Sequence[Page]
) -> list[Page]:
    """The pack's pages that stand in its folder, those just answered among them."""
    known = {page.name: page for page in book if page.pack.name == pack.name}
    known.update({page.name: page for page in pages})
    now = {page.name for page in pages}
    return sorted(
        (
            page
            for page in known.values()
            if page.name in now or (inside / f"{page.name}.html").exists()
        ),
        key=lambda page: (page.order, page.name),
    )


def _opening(
    pack: packs.Pack,
    pages: Sequence[AnsweredPage],
    beside: Sequence[Page],
    month: str | None,
    files: Sequence[str],
) -> dict[str, Any]:
    """A pack as its cover shows it: its first sentences, pages and files."""
    said = [sentence for one in pages[:1] for sentence in _said(one)]
    return {
        "pack": pack,
        "period": f"Report of {month}" if month else _span(pages[0]),
        "said": said[:2],
        "pages": beside,
        "files": files,
        "at": f"{month or packs.ALL_DATES}/{pack.name}/",
    }


def _said(one: AnsweredPage) -> list[str]:
    """The answer of a page: its first exhibit of sentences, else what its first chart says."""
    for each in one.answers:
        if each.exhibit.chart == "sentence" and not each.data.is_empty():
            column = each.exhibit.arguments.get("text", "")
            name = (
                column
                if column in each.data.columns
                else "text"
                if column
                else each.data.columns[0]
            )
            return [text for text in each.data[name] if text]
    return [each.reading for each in one.answers if each.reading][:1]


def _sections(one: AnsweredPage) -> list[dict[str, Any]]:
    """Exhibits by section, ready for the template: an untitled one continues the section above."""
    sections: list[dict[str, Any]] = []
    for each in one.answers:
        if each.exhibit.title or not sections:
            title = each.exhibit.title
            anchor = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "answer"
            sections.append({"title": title, "anchor": f"{one.page.name}-{anchor}", "exhibits": []})
        sections[-1]["exhibits"].append(_shown(each, sections[-1]["title"]))
    return sections


def _shown(one: Answer, title: str) -> dict[str, Any]:
    exhibit, data = one.exhibit, one.data
    height = data.height if exhibit.rows is None else min(exhibit.rows, data.height)
    rows = [_cells(row, one) for row in range(height)]
    is_plot = isinstance(one.drawing, go.Figure)
    return {
        "key": one.key,
        "title": title,
        "reading": one.reading,
        "plot": _plot_json(one.drawing) if isinstance(one.drawing, go.Figure) else None,
        "height": one.drawing.layout.height if isinstance(one.drawing, go.Figure) else None,
        "measures": _measures(one.drawing) if isinstance(one.drawing, go.Figure) else [],
        "html": one.drawing if isinstance(one.drawing, Markup) else None,
        "has_table": height > 0 and exhibit.chart not in (*WORDED, "worklist"),
        "is_folded": is_plot or isinstance(one.drawing, Markup),
        "columns": [
            {
                "heading": one.forms[name][0],
                "is_number": one.forms[name][1] in theme.NUMERIC,
                "is_long": any(len(row[place]["text"]) > LONG for row in rows),
            }
            for place, name in enumerate(one.columns)
        ],
        "rows": rows,
        "hidden_rows": data.height - height,
        "total_rows": data.height,
        "empty": one.empty,
        "note": [part for part in exhibit.note.splitlines() if part.strip()],
    }


def _measures(figure: go.Figure) -> list[str]:
    """What a chart can show in turn: claims, dollars."""
    meta = figure.layout.meta or {}
    return list(meta.get("measures", []))


def _cells(row: int, one: Answer) -> list[dict[str, Any]]:
    few = one.exhibit.n and one.rows[row][one.exhibit.n]
    has_few = (
        bool(one.exhibit.n) and (row, one.exhibit.n) not in one.withheld and (few or 0) < theme.FEW
    )
    cells = []
    for name in one.columns:
        form, value = one.form(row, name), one.rows[row][name]
        cells.append(
            {
                "text": one.written(row, name),
                "is_number": form in theme.NUMERIC,
                "is_code": form in theme.UNBROKEN,
                "is_link": form == "link" and theme.is_link(value),
                "verdict": theme.VERDICTS.get(str(value), "") if form == "verdict" else "",
                "is_unknown": value is None or value in ("", []),
                "has_few": has_few and form == "percent" and value is not None,
            }
        )
    return cells


def _plot_json(figure: go.Figure) -> Markup:
    """The figure for a script block: `<` is written as an escape, so no text can end the block."""
    text = str(figure.to_json()).replace("<", "\\u003c").replace("\u2028", "\\u2028")
    return Markup(text.replace("\u2029", "\\u2029"))  # noqa: S704 -- escaped above
