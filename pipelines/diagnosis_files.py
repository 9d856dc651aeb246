"""Lists of diagnoses: CMS's ICD-10-CM order file, and a contractor's covered diagnoses.

The order file (characters 1-5 number, 7-13 code, 15 whether it may be billed, 17-76 and 78 on the
texts, which are not kept) was built from the published layout and has met no file of CMS's. A list
of covered diagnoses is a CSV of our own layout, one file per article and version:

    article,version,carrier,payer,diagnosis_code,effective_from,effective_to,source

`carrier` is the digits with which a Medicare line's locality begins (15 for all of jurisdiction 15,
15202 for Ohio); `payer` is the practice's short name of a payer with a list of its own. A row has
one of the two. A blank `effective_to` stands until a later version of the article is loaded.
"""

from __future__ import annotations

import re
from datetime import date

import polars as pl

from pipelines import published
from pipelines.dated import ReferenceFileError
from pipelines.published import LAST_DAY, Document, Release

COMPLETE_ORDER_ROWS = 50_000
"""CMS's order files have some 98,000 rows; a shorter one is cut off or edited."""
COVERED_COLUMNS = [
    "article",
    "version",
    "carrier",
    "payer",
    "diagnosis_code",
    "effective_from",
    "effective_to",
    "source",
]

_ORDER = re.compile(r"^(\d{5}) ([A-Z]\d[0-9A-Z ]{5}) ([01]) ")


def is_order(document: Document) -> bool:
    """An ICD-10-CM order file."""
    return document.kind == "text" and bool(_ORDER.match(document.head.partition("\n")[0]))


def read_order(document: Document) -> Release:
    """Every code of a fiscal year and whether it may be billed; headings may not.

    Authoritative from October, or from April where the name (or the zip's) says April, to
    September.
    """
    path = document.path
    name = path.name.lower()
    if path.parent.suffix.lower() == ".zip":
        name = f"{path.parent.name.lower()} {name}"
    years = set(re.findall(r"20\d\d", name))
    if len(years) != 1:
        raise ReferenceFileError(
            f"{path}: the name holds no fiscal year; keep CMS's name, as icd10cm_order_2026.txt"
        )
    year = int(years.pop())
    rows = []
    for number, line in enumerate(published.text(document).splitlines(), 1):
        if not line.strip():
            continue
        found = _ORDER.match(line)
        code = found[2].rstrip() if found else ""
        if not found or len(line) < 78 or len(code) < 3 or " " in code:
            raise ReferenceFileError(
                f"{path}, line {number}: not in the layout of an order file; the file is cut off "
                "or edited, download it again"
            )
        rows.append((int(found[1]), code, "true" if found[3] == "1" else "false"))
    gap = next((at for at, (order, _, _) in enumerate(rows, 1) if order != at), None)
    if gap is not None:
        raise ReferenceFileError(
            f"{path}, line {gap}: the order numbers are not consecutive; the file is edited, "
            "download it again"
        )
    frame = pl.DataFrame(
        [row[1:] for row in rows],
        schema={"diagnosis_code": pl.String, "is_billable": pl.String},
        orient="row",
    )
    published.require_unique(path, frame, 1, ["diagnosis_code"])
    is_april = "apr" in name
    release = f"ICD-10-CM {year}{' April' if is_april else ''}"
    is_complete = frame.height >= COMPLETE_ORDER_ROWS
    return Release(
        table="icd10_code",
        series="icd10_order",
        release=release,
        effective_from=date(year, 4, 1) if is_april else date(year - 1, 10, 1),
        effective_to=date(year, 9, 30),
        is_complete=is_complete,
        source=f"CMS ICD-10-CM order file ({path.name})",
        rows=frame,
        note="" if is_complete else "not the whole list: a code it lacks is not called invalid",
    )


def is_covered_list(document: Document) -> bool:
    """A list of covered diagnoses in our layout."""
    if document.kind != "text" or not document.head.strip():
        return False
    heading = document.head.splitlines()[0].lower().replace(" ", "").split(",")
    return {"article", "version", "diagnosis_code"} <= set(heading)


def read_covered_list(document: Document) -> Release:
    """The diagnoses one version of an article covers, dots taken out."""
    path = document.path
    rows = published.cells(document)
    heading = [cell.strip().lower() for cell in rows[0]]
    for name in COVERED_COLUMNS:
        if name not in heading:
            raise ReferenceFileError(f"{path}, row 1: column {name!r} is missing; add it")
    numbered = [
        (number, row)
        for number, row in enumerate(rows[1:], 2)
        if any(cell.strip() for cell in row) and not row[0].strip().startswith("#")
    ]
    for number, row in numbered:
        if len(row) != len(heading):
            raise ReferenceFileError(
                f"{path}, row {number}: {len(row)} cells instead of {len(heading)}; quote cells "
                "that hold commas"
            )
    if not numbered:
        raise ReferenceFileError(f"{path}: holds no row; fill in the list first")
    places = {name: heading.index(name) for name in COVERED_COLUMNS}
    frame = published.frame(places, [row for _, row in numbered]).with_columns(
        pl.col("diagnosis_code").str.to_uppercase().str.replace_all(".", "", literal=True),
        pl.col("effective_to").replace("", LAST_DAY.isoformat()),
    )
    wrong = {
        "no source": pl.col("source") == "",
        "no article or no version": (pl.col("article") == "") | (pl.col("version") == ""),
        "give either a carrier or a payer": (pl.col("carrier") == "") == (pl.col("payer") == ""),
        "the carrier is not one to five digits": ~pl.col("carrier").str.contains(r"^\d{0,5}$"),
        "the diagnosis is no ICD-10-CM code": ~pl.col("diagnosis_code").str.contains(
            r"^[A-Z]\d[0-9A-Z]{1,5}$"
        ),
        "effective_from or effective_to is no date as YYYY-MM-DD": pl.any_horizontal(
            pl.col(name).str.to_date("%Y-%m-%d", strict=False).is_null()
            for name in ("effective_from", "effective_to")
        ),
        "effective_to is before effective_from": pl.col("effective_to") < pl.col("effective_from"),
    }
    for message, is_bad in wrong.items():
        bad = frame.with_row_index("at").filter(is_bad)
        if bad.height:
            number = numbered[bad["at"][0]][0]
            raise ReferenceFileError(f"{path}, row {number}: {message}; correct the row")
    lists = frame.select("article", "version").unique()
    if lists.height > 1:
        raise ReferenceFileError(
            f"{path}: holds {lists.height} lists; give one file per article and version"
        )
    article, version = lists.row(0)
    dated = frame.with_columns(pl.col("effective_from", "effective_to").str.to_date("%Y-%m-%d"))
    first, last = dated["effective_from"].min(), dated["effective_to"].max()
    return Release(
        table="covered_diagnosis",
        series="covered_diagnosis",
        release=f"{article} {version}",
        effective_from=first if isinstance(first, date) else LAST_DAY,
        effective_to=last if isinstance(last, date) else LAST_DAY,
        is_complete=True,
        source=f"{article} version {version} ({path.name})",
        rows=dated,
    )
