"""CMS's fee schedule files: RVUs (PPRRVU), GPCIs (Addendum E) and ZIP codes (ZIP5).

Columns are found by their headings: the 2026 PPRRVU file has one more than that of 2025.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from pipelines import published
from pipelines.dated import ReferenceFileError
from pipelines.published import HEADER_ROWS, Document, Release, label, quarter_end

COMPLETE_RVU_ROWS = 10_000
"""CMS's RVU files have some 19,000 rows; a shorter one is taken as a selection of codes."""
FEWEST_ZIPS = 30_000
"""CMS's ZIP5 files have some 43,000 lines; fewer are a file cut off."""
PLAUSIBLE_GPCI = (Decimal("0.2"), Decimal(5))
"""CMS's indices of 2025 and 2026 lie between 0.296 and 2.529; beyond is a slip of the point."""

_RVU_COLUMNS = {
    "procedure_code": "HCPCS",
    "modifier": "MOD",
    "work_rvu": "WORK RVU",
    "nonfacility_pe_rvu": "NON-FAC PE RVU",
    "facility_pe_rvu": "FACILITY PE RVU",
    "mp_rvu": "MP RVU",
    "global_days": "GLOB DAYS",
    "multiple_procedure": "MULT PROC",
    "bilateral": "BILAT SURG",
    "assistant": "ASST SURG",
    "co_surgeon": "CO- SURG",
    "team": "TEAM SURG",
    "pctc": "PCTC IND",
    "status_code": "STATUS CODE",
    "preoperative_share": "PRE OP",
    "intraoperative_share": "INTRA OP",
    "postoperative_share": "POST OP",
}
_MONTH_LETTERS = {"JANUARY": "A", "APRIL": "B", "JULY": "C", "OCTOBER": "D"}


def is_rvu(document: Document) -> bool:
    """A PPRRVU csv."""
    head = document.head
    return "Relative Value File" in head and "HCPCS,MOD,DESCRIPTION" in head


def read_rvu(document: Document) -> Release:
    """RVUs and policy indicators; authoritative for the calendar year."""
    path, rows = document.path, published.cells(document)
    title = next(cell for row in rows for cell in row if "Relative Value File" in cell)
    named = re.search(r"(20\d\d) .*Relative Value File\s+(\w+)", title)
    letter = _MONTH_LETTERS.get(named.group(2).upper()) if named else None
    if not named or not letter:
        raise ReferenceFileError(
            f"{path}, row 1: the title names no year and quarter; give CMS's unchanged PPRRVU file"
        )
    year = int(named.group(1))
    _require_year_of_name(path, year)
    at = next(index for index, row in enumerate(rows[:HEADER_ROWS]) if row[:2] == ["HCPCS", "MOD"])
    above = rows[at - 1]
    labels = [label(upper, lower) for upper, lower in zip(above, rows[at], strict=True)]
    labels[:2] = ["HCPCS", "MOD"]
    wanted = {**_RVU_COLUMNS, "conversion_factor": "CONV FACTOR"}
    places = published.places(path, at, labels, wanted)
    width = len(rows[at])
    body = [(number, row) for number, row in enumerate(rows[at + 1 :], at + 2) if any(row)]
    for number, row in body:
        if len(row) != width:
            raise ReferenceFileError(
                f"{path}, row {number}: {len(row)} cells instead of {width}; the file is cut off "
                "or edited, download it again"
            )
    frame = published.frame(places, [row for _, row in body])
    rvus = [name for name in places if name.endswith("_rvu")]
    published.require_decimals(path, frame, at + 2, rvus, 2)
    published.require_decimals(path, frame, at + 2, ["conversion_factor"], 4)
    published.require_unique(path, frame, at + 2, ["procedure_code", "modifier"])
    factors = frame["conversion_factor"].unique().drop_nulls().to_list()
    factors = [factor for factor in factors if float(factor) > 0]
    release = f"RVU{year % 100:02d}{letter}"
    return Release(
        table="mpfs_rvu",
        series="mpfs",
        release=release,
        effective_from=date(year, 1, 1),
        effective_to=date(year, 12, 31),
        is_complete=frame.height >= COMPLETE_RVU_ROWS,
        source=f"CMS PPRRVU file {release} ({path.name})",
        rows=frame.drop("conversion_factor"),
        conversion_factor=factors[0] if len(factors) == 1 else "",
        apm_qualifying=_participants(path, year),
    )


def _require_year_of_name(path: Path, year: int) -> None:
    in_name = re.search(r"20\d\d", path.name)
    if in_name and int(in_name.group()) != year:
        raise ReferenceFileError(
            f"{path}: the name says {in_name.group()}, the file {year}; download it again"
        )


def _participants(path: Path, year: int) -> tuple[str, ...]:
    if year < 2026:
        return ("false", "true")
    name = path.name.lower()
    if "nonqp" in name or "non-qp" in name or "non_qp" in name:
        return ("false",)
    return ("true",) if "qp" in name else ()


def is_gpci(document: Document) -> bool:
    """An Addendum E csv."""
    head = document.head
    return "PW GPCI" in head and "PE GPCI" in head and "Locality Number" in head


def read_gpci(document: Document) -> Release:
    """Geographic indices, floors applied; authoritative for the calendar year."""
    path, rows = document.path, published.cells(document)
    at = next(index for index, row in enumerate(rows) if any("PW GPCI" in cell for cell in row))
    labels = [label(cell) for cell in rows[at]]
    years = {
        int(found) for heading in labels for found in re.findall(r"(20\d\d) [A-Z]{2} GPCI", heading)
    }
    if len(years) != 1:
        raise ReferenceFileError(
            f"{path}, row {at + 1}: the headings name {len(years)} years; give one Addendum E"
        )
    year = years.pop()
    _require_year_of_name(path, year)
    work = [heading for heading in labels if "PW GPCI" in heading]
    with_floor = [heading for heading in work if "WITH 1.0 FLOOR" in heading] or work
    wanted = {
        "carrier": next((heading for heading in labels if "(MAC)" in heading), "MAC"),
        "state": "STATE",
        "number": "LOCALITY NUMBER",
        "name": "LOCALITY NAME",
        "work_gpci": with_floor[0],
        "pe_gpci": f"{year} PE GPCI",
        "mp_gpci": f"{year} MP GPCI",
    }
    places = published.places(path, at, labels, wanted)
    body = [
        row for row in rows[at + 1 :] if len(row) > 3 and row[places["carrier"]].strip().isdigit()
    ]
    frame = published.frame(places, body).with_columns(
        locality=pl.format("{}-{}", pl.col("carrier").str.zfill(5), pl.col("number").str.zfill(2)),
        name=pl.col("name").str.replace_all("*", "", literal=True).str.strip_chars(),
    )
    indices = ["work_gpci", "pe_gpci", "mp_gpci"]
    published.require_decimals(path, frame, at + 2, indices, 3)
    for name in indices:
        is_strange = ~pl.col(name).cast(pl.Decimal(12, 3)).is_between(*PLAUSIBLE_GPCI)
        smallest, largest = PLAUSIBLE_GPCI
        wrong = f"{name} is not between {smallest} and {largest}"
        published.require(path, frame, at + 2, is_strange, wrong)
    published.require_unique(path, frame, at + 2, ["locality"])
    return Release(
        table="gpci",
        series="gpci",
        release=f"GPCI{year}",
        effective_from=date(year, 1, 1),
        effective_to=date(year, 12, 31),
        is_complete=True,
        source=f"CMS Addendum E CY {year} ({path.name})",
        rows=frame.drop("carrier", "number"),
    )


_ZIP5 = re.compile(r"^([A-Z]{2})(\d{5})(\d{5})(\d{2}).{6}(.).{54}(20\d\d[1-4])\s*$")


def is_zip5(document: Document) -> bool:
    """A ZIP5 txt."""
    return bool(_ZIP5.match(document.head.partition("\n")[0]))


def read_zip5(document: Document) -> Release:
    """CMS's fixed-width ZIP5: state 1-2, ZIP 3-7, carrier 8-12, locality 13-14, plus four 21."""
    path = document.path
    places = []
    for number, line in enumerate(published.text(document).splitlines(), 1):
        if not line.strip():
            continue
        found = _ZIP5.match(line)
        if not found:
            raise ReferenceFileError(
                f"{path}, line {number}: not in the ZIP5 layout; the file is cut off or edited, "
                "download it again"
            )
        places.append(found.groups())
    quarters = {place[5] for place in places}
    if len(quarters) != 1:
        raise ReferenceFileError(f"{path}: holds {len(quarters)} quarters; give one ZIP5 file")
    if len(places) < FEWEST_ZIPS:
        raise ReferenceFileError(
            f"{path}: {len(places)} ZIP codes, where CMS lists some 43,000; the file is cut off, "
            "download it again"
        )
    year, quarter = int(places[0][5][:4]), int(places[0][5][4])
    start = date(year, 3 * quarter - 2, 1)
    frame = (
        pl.DataFrame(
            places,
            schema=["state", "zip", "carrier", "number", "plus_four", "quarter"],
            orient="row",
        )
        .select(
            "zip",
            pl.format("{}-{}", "carrier", "number").alias("locality"),
            "state",
            (pl.col("plus_four") == "1").cast(pl.String).alias("needs_plus_four"),
        )
        .sort("zip")
    )
    published.require_unique(path, frame, 1, ["zip"])
    return Release(
        table="zip_locality",
        series="zip",
        release=f"ZIP5 {year}Q{quarter}",
        effective_from=start,
        effective_to=quarter_end(start),
        is_complete=True,
        source=f"CMS ZIP5 ({path.name})",
        rows=_ranges(frame),
    )


def _ranges(zips: pl.DataFrame) -> pl.DataFrame:
    """Runs of consecutive ZIP codes that are alike."""
    same = ["locality", "state", "needs_plus_four"]
    is_next = (pl.col("zip").cast(pl.Int32).diff() == 1) & pl.all_horizontal(
        pl.col(name) == pl.col(name).shift() for name in same
    )
    return (
        zips.with_columns((~is_next.fill_null(False)).cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("zip").first().alias("zip_from"),
            pl.col("zip").last().alias("zip_to"),
            *(pl.col(name).first() for name in same),
        )
        .drop("run")
    )
