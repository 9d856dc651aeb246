"""Report pages: one SQL file each, its headers read and checked.

A page is `/* --- page: ..., intro: ... --- */` and then, per exhibit, a header and a SELECT. The
page's header:

    page       its title
    intro      what it is about, in a sentence or two
    pack       the report it belongs to (reports/packs.yaml)
    order      its place within the pack; 100 where absent
    basis      what --month picks by: `service` (where absent), `adjudication`, `posting`, `run` or
               `sample`
    shareable  `no` keeps the page out of the shareable copy

Of an exhibit's header these keys are common to all; every other one is a keyword of its chart:

    title     heading of a new section; without it the exhibit continues the section above
    reading   what the exhibit says, in a line: text with {column} in it, filled from the first row
              (reports/wording.py); a column `reading` of the query does the same
    note      how the figures are counted, folded away under the exhibit; a line is a paragraph
    chart     a function of reports/charts; `table` where absent
    columns   column -> format, or {label, format}; formats are those of theme.FORMATS
    n         column with the denominator; rates of a row with fewer than 11 say so
    rows      how many rows the page draws and shows; the workbook has all
    empty     the sentence shown when the query returns nothing
    unknown   the word for null, `unknown` where absent
    hidden    columns (blanks between) that are for the chart or a sentence, not for the table
    shareable `no` leaves the exhibit out of the shareable copy; `yes` vouches for the figures in
              text its query makes, which is withheld there otherwise

A column named `format` or `reading` is never shown. What a format does to a column in the
shareable copy stands in reports/copies.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from reports import charts, packs, theme

PAGES = Path(__file__).resolve().parent / "pages"
HEADER = re.compile(r"/\*\s*---[ \t]*\n(.*?)^[ \t]*---\s*\*/", re.DOTALL | re.MULTILINE)
COMMON = (
    "title",
    "reading",
    "note",
    "chart",
    "columns",
    "n",
    "rows",
    "empty",
    "unknown",
    "hidden",
    "shareable",
)
PAGE_KEYS = ("page", "intro", "pack", "order", "basis", "shareable")
BASES = ("service", "adjudication", "posting", "run", "sample")
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""Reads every scalar as text; the one in C where it was built."""
NEVER_SHOWN = ("format", "reading")


class UnusablePage(ValueError):
    """A page or request that cannot be rendered; the message names file, line and remedy."""


@dataclass(frozen=True)
class Exhibit:
    """One header and its query. `is_shareable`: None where its header does not say."""

    place: str
    title: str
    reading: str
    note: str
    chart: str
    columns: Mapping[str, Mapping[str, str]]
    n: str
    rows: int | None
    empty: str
    unknown: str
    hidden: Sequence[str]
    is_shareable: bool | None
    arguments: Mapping[str, str]
    query: str


@dataclass(frozen=True)
class Page:
    """One file under `reports/pages`."""

    name: str
    title: str
    intro: str
    pack: packs.Pack
    order: int
    basis: str
    is_shareable: bool
    exhibits: Sequence[Exhibit]


def chosen(names: Sequence[str] | None, folder: Path = PAGES) -> list[Page]:
    """The pages of a folder, by pack and order; a name is a page's or a pack's (None: all).

    Raises UnusablePage for a name that is neither.
    """
    found = [read_page(path) for path in sorted(folder.glob("*.sql"))]
    known = {page.name for page in found} | {page.pack.name for page in found}
    for name in names or ():
        if name not in known:
            raise UnusablePage(
                f"there is no page {name!r}; there are {_listed(page.name for page in found)}, "
                f"and the packs {_listed(dict.fromkeys(page.pack.name for page in found))}"
            )
    read = [page for page in found if not names or {page.name, page.pack.name} & {*names}]
    return sorted(read, key=lambda page: (page.pack.order, page.order, page.name))


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def read_page(path: Path) -> Page:
    """Read a page. Raises UnusablePage naming the line and what to write there."""
    return _page(path, path.read_text(encoding="utf-8"))


@lru_cache(maxsize=200)
def _page(path: Path, text: str) -> Page:
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
    pack = first.get("pack", packs.OWN)
    if pack not in packs.declared():
        raise UnusablePage(
            f"{place}: there is no pack {pack!r}; use one of {', '.join(packs.declared())}"
        )
    basis = first.get("basis", BASES[0])
    if basis not in BASES:
        raise UnusablePage(f"{place}: basis must be one of {', '.join(BASES)}, not {basis!r}")
    return Page(
        name=path.stem,
        title=first["page"],
        intro=first.get("intro", ""),
        pack=packs.declared()[pack],
        basis=basis,
        is_shareable=_yes(first.get("shareable", "yes"), place),
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
        reading=keys.get("reading", ""),
        note=keys.get("note", ""),
        chart=chart,
        columns=_column_keys(keys.get("columns", {}), place),
        n=keys.get("n", ""),
        rows=_whole(keys["rows"], "rows", place) if "rows" in keys else None,
        empty=keys.get("empty", "There is nothing to show."),
        unknown=keys.get("unknown", "unknown"),
        hidden=(*keys.get("hidden", "").split(), *NEVER_SHOWN),
        is_shareable=_yes(keys["shareable"], place) if "shareable" in keys else None,
        arguments=arguments,
        query=query.rstrip(";"),
    )


def _header(header: re.Match[str], text: str, where: str) -> dict[str, Any]:
    """The keys of a header; every scalar is text, so that `no` and `25` stay what they are."""
    line = text.count("\n", 0, header.start(1)) + 1
    try:
        keys = yaml.load(header[1], Loader=LOADER)  # noqa: S506 -- it makes text only
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


def _yes(value: str, place: str) -> bool:
    if value not in ("yes", "no"):
        raise UnusablePage(f"{place}: shareable must be yes or no, not {value!r}")
    return value == "yes"
