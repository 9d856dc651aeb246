"""CMS's own files: RVUs (PPRRVU), GPCIs (Addendum E), MUEs, PTP edits and ZIP codes (ZIP5).

A file is recognised by what it holds, not by its name. Columns are found by their headings: the
2026 PPRRVU file has one more than that of 2025.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from pipelines.dated import ReferenceFileError

HEADER_ROWS = 40
"""A heading is looked for in this many rows."""

COMPLETE_RVU_ROWS = 10_000
"""CMS's RVU files have some 19,000 rows; a shorter one is taken as a selection of codes."""


@dataclass(frozen=True)
class Release:
    """The rows of one release, as text, in the columns of the table's CSV."""

    table: str
    series: str
    release: str
    effective_from: date
    effective_to: date
    is_complete: bool
    source: str
    rows: pl.DataFrame
    conversion_factor: str = ""
    """Dollars per RVU, of an RVU file that states one."""
    apm_qualifying: tuple[str, ...] = ()
    """Whom that factor is for, true and false; from 2026 CMS publishes two files."""


def read(path: Path) -> Release:
    """The release a file of CMS holds.

    Raises ReferenceFileError, naming the file, the place and the remedy, for a file that is none of
    CMS's or not what it claims to be.
    """
    if not path.is_file():
        raise ReferenceFileError(f"{path}: no such file")
    content = path.read_bytes()
    if content[:2] == b"PK":
        raise ReferenceFileError(f"{path}: a zip or workbook; give the CSV or TXT file inside it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    for recognises, parse in _FORMATS:
        if recognises(text[:20_000]):
            return parse(path, text)
    raise ReferenceFileError(
        f"{path}: not a file of CMS this command knows; give a PPRRVU csv, a GPCI csv (Addendum "
        "E), a practitioner MUE csv, a practitioner PTP txt or a ZIP5 txt"
    )


def _cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def _label(*parts: str) -> str:
    return " ".join(" ".join(parts).upper().split())


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


def _is_rvu(head: str) -> bool:
    return "Relative Value File" in head and "HCPCS,MOD,DESCRIPTION" in head


def _read_rvu(path: Path, text: str) -> Release:
    rows = _cells(text)
    title = next(cell for row in rows for cell in row if "Relative Value File" in cell)
    named = re.search(r"(20\d\d) .*Relative Value File\s+(\w+)", title)
    letter = _MONTH_LETTERS.get(named.group(2).upper()) if named else None
    if not named or not letter:
        raise ReferenceFileError(
            f"{path}, row 1: the title names no year and quarter; give CMS's unchanged PPRRVU file"
        )
    year = int(named.group(1))
    in_name = re.search(r"20\d\d", path.name)
    if in_name and int(in_name.group()) != year:
        raise ReferenceFileError(
            f"{path}: the name says {in_name.group()}, the file {year}; download it again"
        )
    at = next(index for index, row in enumerate(rows[:HEADER_ROWS]) if row[:2] == ["HCPCS", "MOD"])
    above = rows[at - 1]
    labels = [_label(upper, lower) for upper, lower in zip(above, rows[at], strict=True)]
    labels[:2] = ["HCPCS", "MOD"]
    places = _places(path, at, labels, {**_RVU_COLUMNS, "conversion_factor": "CONV FACTOR"})
    width = len(rows[at])
    body = [(number, row) for number, row in enumerate(rows[at + 1 :], at + 2) if any(row)]
    for number, row in body:
        if len(row) != width:
            raise ReferenceFileError(
                f"{path}, row {number}: {len(row)} cells instead of {width}; the file is cut off "
                "or edited, download it again"
            )
    frame = _frame(places, [row for _, row in body])
    _require_decimals(path, frame, at, [name for name in places if name.endswith("_rvu")], 2)
    _require_decimals(path, frame, at, ["conversion_factor"], 4)
    _require_unique(path, frame, at, ["procedure_code", "modifier"])
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


def _participants(path: Path, year: int) -> tuple[str, ...]:
    if year < 2026:
        return ("false", "true")
    name = path.name.lower()
    if "nonqp" in name or "non-qp" in name or "non_qp" in name:
        return ("false",)
    return ("true",) if "qp" in name else ()


def _is_gpci(head: str) -> bool:
    return "PW GPCI" in head and "PE GPCI" in head and "Locality Number" in head


def _read_gpci(path: Path, text: str) -> Release:
    rows = _cells(text)
    at = next(index for index, row in enumerate(rows) if any("PW GPCI" in cell for cell in row))
    labels = [_label(cell) for cell in rows[at]]
    years = {
        int(found) for label in labels for found in re.findall(r"(20\d\d) [A-Z]{2} GPCI", label)
    }
    if len(years) != 1:
        raise ReferenceFileError(
            f"{path}, row {at + 1}: the headings name {len(years)} years; give one Addendum E"
        )
    year = years.pop()
    work = [label for label in labels if "PW GPCI" in label]
    with_floor = [label for label in work if "WITH 1.0 FLOOR" in label] or work
    wanted = {
        "carrier": next((label for label in labels if "(MAC)" in label), "MAC"),
        "state": "STATE",
        "number": "LOCALITY NUMBER",
        "name": "LOCALITY NAME",
        "work_gpci": with_floor[0],
        "pe_gpci": f"{year} PE GPCI",
        "mp_gpci": f"{year} MP GPCI",
    }
    places = _places(path, at, labels, wanted)
    body = [
        row for row in rows[at + 1 :] if len(row) > 3 and row[places["carrier"]].strip().isdigit()
    ]
    frame = _frame(places, body).with_columns(
        locality=pl.format("{}-{}", pl.col("carrier").str.zfill(5), pl.col("number").str.zfill(2)),
        name=pl.col("name").str.replace_all("*", "", literal=True).str.strip_chars(),
    )
    _require_decimals(path, frame, at, ["work_gpci", "pe_gpci", "mp_gpci"], 3)
    _require_unique(path, frame, at, ["locality"])
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


def _is_mue(head: str) -> bool:
    return "MUE Adjudication Indicator" in head and "Practitioner Services MUE Values" in head


def _read_mue(path: Path, text: str) -> Release:
    named = re.search(r"(\d\d)-(\d\d)-(20\d\d)", path.name)
    if not named:
        raise ReferenceFileError(
            f"{path}: the file holds no date; keep CMS's name, which ends in Eff_MM-DD-YYYY"
        )
    month, day, year = (int(part) for part in named.groups())
    start = date(year, month, day)
    rows = _cells(text)
    at = next(
        index
        for index, row in enumerate(rows)
        if any("Adjudication Indicator" in cell for cell in row)
    )
    wanted = {
        "procedure_code": "HCPCS/ CPT CODE",
        "units": "PRACTITIONER SERVICES MUE VALUES",
        "mai": "MUE ADJUDICATION INDICATOR",
        "rationale": "MUE RATIONALE",
    }
    places = _places(path, at, [_label(cell) for cell in rows[at]], wanted)
    body = [row for row in rows[at + 1 :] if len(row) >= len(wanted) and row[0].strip()]
    frame = _frame(places, body).with_columns(pl.col("mai").str.slice(0, 1))
    _require_decimals(path, frame, at, ["units"], 0)
    _require_unique(path, frame, at, ["procedure_code"])
    release = f"MUE {year}Q{(month + 2) // 3}"
    return Release(
        table="ncci_mue",
        series="mue",
        release=release,
        effective_from=start,
        effective_to=_quarter_end(start),
        is_complete=True,
        source=f"NCCI MUE practitioner file ({path.name})",
        rows=frame,
    )


def _is_ptp(head: str) -> bool:
    flat = _label(head.replace('"', " "))
    return "COLUMN 1" in flat and "COLUMN 2" in flat and "PTP EDIT RATIONALE" in flat


def _read_ptp(path: Path, text: str) -> Release:
    """NCCI's tab-separated practitioner table; pairs with indicator 9 never were in force."""
    start = text.index("\n", text.upper().index("PTP EDIT RATIONALE"))
    first = next(
        (
            line
            for line in text[start:].splitlines()
            if line.count("\t") >= 5 and line[:1].isalnum()
        ),
        "",
    )
    if not re.match(r"^\w{5}\t\w{5}\t[^\t]*\t\d{8}\t", first):
        raise ReferenceFileError(
            f"{path}: no row of two codes and dates between tabs; give the TXT file of the table"
        )
    names = ["column1", "column2", "since_1996", "begin", "end", "modifier_indicator", "rationale"]
    rows = pl.read_csv(
        io.StringIO(text[text.index(first) :]),
        separator="\t",
        has_header=False,
        infer_schema=False,
        quote_char=None,
        new_columns=names,
        truncate_ragged_lines=True,
    ).with_columns(pl.all().fill_null("").str.strip_chars())
    frame = rows.filter(pl.col("modifier_indicator").is_in(["0", "1"])).select(
        "column1",
        "column2",
        "modifier_indicator",
        pl.col("rationale").replace("", "not stated"),
        pl.col("begin").str.to_date("%Y%m%d", strict=False).alias("effective_from"),
        pl.col("end").str.to_date("%Y%m%d", strict=False).alias("effective_to"),
    )
    undated = frame.filter(pl.col("effective_from").is_null())
    if undated.height:
        raise ReferenceFileError(f"{path}: {undated.height} pairs have no effective date")
    frame = frame.sort("column1", "column2", "effective_from").with_columns(
        pl.min_horizontal(
            "effective_to",
            pl.col("effective_from").shift(-1).over("column1", "column2") - pl.duration(days=1),
        ).alias("effective_to")
    )
    frame = frame.filter(
        pl.col("effective_to").is_null() | (pl.col("effective_to") >= pl.col("effective_from"))
    )
    latest = frame["effective_from"].max()
    if not isinstance(latest, date):
        raise ReferenceFileError(f"{path}: no pair in it was ever in force")
    return Release(
        table="ncci_ptp",
        series="ptp",
        release=f"PTP {latest.year}Q{(latest.month + 2) // 3}",
        effective_from=latest,
        effective_to=_quarter_end(latest),
        is_complete=True,
        source=f"NCCI PTP practitioner file ({path.name})",
        rows=frame.with_columns(pl.col("effective_from", "effective_to").cast(pl.String)),
    )


_ZIP5 = r"^([A-Z]{2})(\d{5})(\d{5})(\d{2}).{6}(.).{54}(20\d\d[1-4])\s*$"


def _is_zip5(head: str) -> bool:
    return all(re.match(_ZIP5, line) for line in head.splitlines()[:5] or [""])


def _read_zip5(path: Path, text: str) -> Release:
    """CMS's fixed-width ZIP5: state 1-2, ZIP 3-7, carrier 8-12, locality 13-14, plus four 21."""
    pattern = re.compile(_ZIP5)
    places = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        found = pattern.match(line)
        if not found:
            raise ReferenceFileError(
                f"{path}, line {number}: not in the ZIP5 layout; the file is cut off or edited, "
                "download it again"
            )
        places.append(found.groups())
    quarters = {place[5] for place in places}
    if len(quarters) != 1:
        raise ReferenceFileError(f"{path}: holds {len(quarters)} quarters; give one ZIP5 file")
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
    _require_unique(path, frame, 0, ["zip"])
    same = ["locality", "state", "needs_plus_four"]
    is_next = (pl.col("zip").cast(pl.Int32).diff() == 1) & pl.all_horizontal(
        pl.col(name) == pl.col(name).shift() for name in same
    )
    ranges = (
        frame.with_columns((~is_next.fill_null(False)).cum_sum().alias("run"))
        .group_by("run", maintain_order=True)
        .agg(
            pl.col("zip").first().alias("zip_from"),
            pl.col("zip").last().alias("zip_to"),
            *(pl.col(name).first() for name in same),
        )
        .drop("run")
    )
    return Release(
        table="zip_locality",
        series="zip",
        release=f"ZIP5 {year}Q{quarter}",
        effective_from=start,
        effective_to=_quarter_end(start),
        is_complete=True,
        source=f"CMS ZIP5 ({path.name})",
        rows=ranges,
    )


def _places(path: Path, at: int, labels: list[str], wanted: dict[str, str]) -> dict[str, int]:
    """Our name -> position of the column CMS heads so."""
    places = {}
    for name, label in wanted.items():
        if label not in labels:
            raise ReferenceFileError(
                f"{path}, row {at + 1}: no column headed {label!r}; CMS changed the layout, or "
                "this is another file"
            )
        places[name] = labels.index(label)
    return places


def _frame(places: dict[str, int], body: list[list[str]]) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [row[place].strip() for row in body] for name, place in places.items()},
        schema=dict.fromkeys(places, pl.String),
    )


def _require_decimals(
    path: Path, frame: pl.DataFrame, at: int, names: Sequence[str], scale: int
) -> None:
    pattern = rf"^\d*(\.\d{{1,{scale}}})?$" if scale else r"^\d+$"
    for name in names:
        bad = frame.with_row_index("row").filter(
            ~pl.col(name).str.contains(pattern) | (pl.col(name) == "")
        )
        if bad.height:
            raise ReferenceFileError(
                f"{path}, row {at + 2 + bad['row'][0]}: {name} is not a number with at most "
                f"{scale} decimals; give CMS's unchanged file"
            )


def _require_unique(path: Path, frame: pl.DataFrame, at: int, key: list[str]) -> None:
    repeated = frame.with_row_index("row").filter(~pl.struct(key).is_first_distinct())
    if repeated.height:
        raise ReferenceFileError(
            f"{path}, row {at + 2 + repeated['row'][0]}: {' '.join(repeated.select(key).row(0))} "
            "stands there twice; give CMS's unchanged file"
        )


def _quarter_end(day: date) -> date:
    month = 3 * ((day.month + 2) // 3)
    following = date(day.year + month // 12, month % 12 + 1, 1)
    return following - timedelta(days=1)


_FORMATS: tuple[tuple[Callable[[str], bool], Callable[[Path, str], Release]], ...] = (
    (_is_rvu, _read_rvu),
    (_is_gpci, _read_gpci),
    (_is_mue, _read_mue),
    (_is_ptp, _read_ptp),
    (_is_zip5, _read_zip5),
)
