"""Report pages and the workbook, against a practice of nineteen lines counted by hand."""

from __future__ import annotations

import datetime
import io
import re
import stat
import zipfile
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path
from statistics import NormalDist
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import warehouse
from reports import charts, page, theme, workbook
from schemas.dictionary import tables
from schemas.table import polars_schema

FACTS = page.Facts("run-1", "data-1", "rules-1", ("RVU26C",), "0.1.0", is_simulated=True)
POISON = "<script>alert('payer')</script> & Sons"
FORMULA = "=cmd|' /C calc'!A0"
AUGUST, SEPTEMBER = datetime.date(2026, 8, 20), datetime.date(2026, 9, 10)


def _put(connection: warehouse.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    schema = polars_schema(tables()[name])
    frame = pl.DataFrame([{key: row.get(key) for key in schema} for row in rows], schema=schema)
    warehouse.insert(connection, name, frame)


def _line(line_id: str, payer: str, **values: Any) -> dict[str, Any]:
    day = values.pop("day", SEPTEMBER)
    return {
        "line_id": line_id,
        "claim_id": line_id.split("-")[0],
        "line_number": "1",
        "patient_id": "p",
        "payer_sequence": "P",
        "date_of_service": day,
        "has_date_range": False,
        "procedure_code": "17311",
        "modifiers": [],
        "modifier_key": "",
        "units": Decimal(1),
        "charge": Decimal("100.00"),
        "is_adjudicated": True,
        "is_denied": False,
        "remitted_date": datetime.date(2026, 10, 1) if values.get("is_adjudicated", True) else None,
        "payer": payer,
        "line_of_business": "medicare",
        "source": "837",
        "file_id": "f",
        "ordinal": 1,
        "byte_offset": 0,
        "byte_end": 1,
        **values,
    }


def _denied(carc: str | None, category: str | None) -> dict[str, Any]:
    return {
        "is_denied": True,
        "driver_carc": carc,
        "denial_category": category,
        "allowed": Decimal(0),
    }


def _finding(rule: str, line_id: str, severity: str, dollars: str, **values: Any) -> dict[str, Any]:
    return {
        "rule_id": rule,
        "subject": "line",
        "line_id": line_id,
        "severity": severity,
        "reason": "a reason",
        "is_superseded": False,
        "dollars": Decimal(dollars),
        "rule_version": "v",
        "first_run_id": "run-1",
        "state": "new",
        **values,
    }


def _file(path: str, kind: str, rows: int, aside: int, **values: Any) -> dict[str, Any]:
    return {
        "path": path,
        "kind": kind,
        "status": "partial" if aside else "accepted",
        "rows_in": rows,
        "rows_accepted": rows - aside,
        "rows_quarantined": aside,
        "charge_in": Decimal(rows * 100),
        "charge_accepted": Decimal((rows - aside) * 100),
        "charge_quarantined": Decimal(aside * 100),
        "claims_quarantined": min(aside, 1),
        "reasons": [],
        "file_id": path,
        "received_at": datetime.datetime(2026, 10, 2),  # noqa: DTZ001 - UTC by the table
        "is_simulated": True,
        **values,
    }


def filled() -> warehouse.Connection:
    """A warehouse in memory.

    Alpha Medicare: 12 billed lines at $100, all adjudicated, expected $50; A-1 and A-2 denied with
    97, A-3 with 50, A-4 allowed $40, A-5 allowed $55, A-6 to A-11 allowed $50, A-12 not priced;
    A-11 and A-12 in August. Beta Union: 4 adjudicated lines, 1 denied, none priced. The poisoned
    payer: 2 lines at $200, not adjudicated, not priced. One more line of Alpha is known from a
    remittance only.
    """
    connection = warehouse.connect()
    warehouse.create(connection)
    lines = []
    for number in range(1, 13):
        allowed = {4: "40.00", 5: "55.00"}.get(number, "50.00")
        outcome: dict[str, Any] = {"allowed": Decimal(allowed)}
        if number <= 3:
            outcome = _denied(
                "97" if number < 3 else "50", "bundling" if number < 3 else "necessity"
            )
        day = AUGUST if number > 10 else SEPTEMBER
        lines.append(_line(f"A-{number}", "Alpha Medicare", day=day, **outcome))
    lines += [
        _line(f"B-{number}", "Beta Union", procedure_code="14060", **outcome)
        for number, outcome in enumerate(
            [_denied(FORMULA, None), *({"allowed": Decimal("70.00")} for _ in range(3))], start=1
        )
    ]
    lines += [
        _line(f"P-{number}", POISON, charge=Decimal("200.00"), is_adjudicated=False)
        for number in (1, 2)
    ]
    lines.append(_line("R-1", "Alpha Medicare", source="835", allowed=Decimal("50.00")))
    _put(connection, "core.service_line", lines)

    priced = [f"A-{number}" for number in range(1, 12)]
    unpriced = [("A-12", "no fee on file"), *((f"B-{n}", "no contract") for n in range(1, 5))]
    unpriced += [("P-1", FORMULA), ("P-2", FORMULA)]
    _put(
        connection,
        "audit.expected_payment",
        [
            {
                "line_id": line_id,
                "patient_id": "p",
                "status": "priced",
                "expected_allowed": Decimal("50.00"),
                "expected_basis": "medicare",
            }
            for line_id in priced
        ]
        + [
            {
                "line_id": line_id,
                "patient_id": "p",
                "status": "not_priced",
                "reason": reason,
                "expected_basis": "none",
            }
            for line_id, reason in unpriced
        ],
    )
    variances = {1: "denied", 2: "denied", 3: "denied", 4: "under", 5: "over"}
    allowed_on = {4: "40.00", 5: "55.00"}
    _put(
        connection,
        "audit.payment_variance",
        [
            {
                "line_id": f"A-{number}",
                "patient_id": "p",
                "expected_allowed": Decimal("50.00"),
                "allowed": Decimal("0" if number <= 3 else allowed_on.get(number, "50.00")),
                "variance": None
                if number <= 3
                else Decimal(allowed_on.get(number, "50.00")) - Decimal("50.00"),
                "status": variances.get(number, "as_expected"),
            }
            for number in range(1, 12)
        ],
    )
    _put(
        connection,
        "audit.finding",
        [
            _finding("MOHS020", "A-1", "error", "50.00"),
            _finding("MOHS045", "A-1", "warning", "50.00"),
            _finding("MOHS020", "A-2", "error", "50.00"),
            _finding("MOHS020", "P-1", "error", "200.00"),
            _finding("MOHS045", "A-6", "warning", "50.00"),
            _finding("MOHS020", "A-7", "error", "50.00", is_superseded=True),
            _finding("MOHS020", "A-8", "error", "50.00", state="gone"),
        ],
    )
    _put(
        connection,
        "audit.rule",
        [
            {
                "rule_id": rule,
                "name": name,
                "summary": f"About {rule}.",
                "severity": severity,
                "category": "c",
                "citation": "c",
                "remedy": "r",
                "rule_version": "v",
            }
            for rule, name, severity in (
                ("MOHS020", "additional-stage-without-first-stage", "error"),
                ("MOHS045", "units-above-plausible", "warning"),
                ("MOHS140", "surgeon-not-a-physician", "error"),
            )
        ],
    )
    coverage = [
        ("MOHS020", "flagged", 4, []),
        ("MOHS020", "passed", 12, []),
        ("MOHS020", "not_applicable", 3, []),
        ("MOHS045", "flagged", 2, []),
        ("MOHS045", "passed", 6, []),
        ("MOHS140", "not_evaluable", 7, ["rendering_type"]),
    ]
    _put(
        connection,
        "audit.rule_coverage",
        [
            {
                **dict(zip(("rule_id", "outcome", "lines", "missing"), row, strict=True)),
                "missing_lines": [row[2]] * len(row[3]),
            }
            for row in coverage
        ],
    )
    _put(
        connection,
        "audit.intake",
        [
            _file("claims.837", "837P", 20, 2, reasons=["Q6"]),
            _file("remits.835", "835", 17, 0),
            _file("+report.pdf", "unsupported", 0, 0, status="unsupported", reasons=["Q0"]),
        ],
    )
    _put(
        connection,
        "core.remit_line",
        [
            {
                "remit_line_id": f"f:{number}",
                "remit_claim_id": "f:0",
                "claim_id": "R",
                "patient_id": "p",
                "line_id": "R-1" if number == 1 else "A-1",
                "match_method": "none" if number == 1 else "full",
                "payer_sequence": "P",
                "is_reversal": False,
                "date_of_service": SEPTEMBER,
                "procedure_code": "17311",
                "modifiers": [],
                "charge": Decimal("100.00"),
                "paid": Decimal("40.00"),
                "patient_responsibility": Decimal("10.00"),
                "units_paid": Decimal(1),
                "remarks": [],
                "source": "835",
                "file_id": "f",
                "ordinal": number,
                "byte_offset": 0,
                "byte_end": 1,
            }
            for number in (1, 2)
        ],
    )
    return connection


class _Reader(HTMLParser):
    """Tables as (section, rows of cell texts), and the running text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: list[tuple[str, list[list[str]]]] = []
        self.text: list[str] = []
        self.section = ""
        self.inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside.append(tag)
        if tag == "h2":
            self.section = ""
        if tag == "table":
            self.tables.append((self.section, []))
        if tag == "tr":
            self.tables[-1][1].append([])
        if tag in ("td", "th"):
            self.tables[-1][1][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "script" in self.inside or "style" in self.inside:
            return
        if "h2" in self.inside:
            self.section += data
        if "td" in self.inside or "th" in self.inside:
            self.tables[-1][1][-1][-1] += data
        self.text.append(data)


def _read(path: Path) -> _Reader:
    reader = _Reader()
    reader.feed(path.read_text(encoding="utf-8"))
    return reader


def _text(reader: _Reader) -> str:
    return " ".join("".join(reader.text).split())


def _rows(reader: _Reader, section: str, number: int = 0) -> list[dict[str, str]]:
    """The rows of a section's table as heading -> text."""
    table = [rows for name, rows in reader.tables if name == section][number]
    return [dict(zip(table[0], row, strict=True)) for row in table[1:]]


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    return filled()


@pytest.fixture(scope="module")
def rendered(
    connection: warehouse.Connection, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, _Reader]:
    out = tmp_path_factory.mktemp("report") / "pages"
    paths = page.render(warehouse.selector(connection), out=out, facts=FACTS)
    assert paths[0] == out / "audit.html"
    return out, _read(paths[0])


@pytest.fixture(scope="module")
def reader(rendered: tuple[Path, _Reader]) -> _Reader:
    return rendered[1]


@pytest.mark.parametrize(
    "sentence",
    [
        "18 billed lines with dates of service from 2026-08-20 to 2026-09-10, remittances to "
        "2026-10-01: 88.9% of the lines are adjudicated.",
        "2 rows were set aside, of 37 in 3 files: $200 of $2,000 in claims, $0 of $1,700 in "
        "remittances.",
        # and P-1; A-1 counts once; the superseded and the gone finding do not
        "3 lines have an error finding: 16.7% of 18 billed lines (95% interval 5.8% to 39.2%), "
        "worth $300. 1 more, worth $50, have only findings of lesser severity.",
        "$10 potential underpayment, on 1 line of 8 compared (12.5%,",
        "$5 potential overpayment, on 1 line of 8 compared (12.5%,",
        # and B-1 of 12 + 4 + 1
        "4 lines were denied: 23.5% of 17 adjudicated lines (95% interval 9.6% to 47.3%), "
        "$400 charged, $150 expected allowed on the 3 that could be priced.",
        "61.1% of 18 lines could be priced (11).",
        "Rules that could not judge some lines for want of data: 1;",
        "3 files, 37 rows: every row and every dollar is either accepted or set aside. 5.4% of the "
        "rows are set aside.",
        "Rules that flag at least one line: 2 of 3. Most lines: MOHS020 (additional stage without "
        "first stage, 3 lines), MOHS045 (units above plausible, 2 lines).",
        "On 8 lines that could be compared, $395 was allowed and $400 expected, 98.8% of it. 75.0%",
        "Remitted lines that fit no billed line on file: 1 ($100 charged). Billed lines without a "
        "remittance: 2 ($400).",
        "Most lines: bundling, 2 of 4 denied lines (50.0%). Most dollars: bundling, $200 of $400",
        "Simulated data.",
        "RVU26C",
    ],
)
def test_the_page_says(reader: _Reader, sentence: str) -> None:
    flat = _text(reader)
    assert sentence in flat


def test_findings_by_rule_have_the_judged_lines_as_denominator(reader: _Reader) -> None:
    first, second = _rows(reader, "Findings by rule", 1)
    assert first["Rule"] == "MOHS020"
    assert (first["Lines flagged"], first["Dollars"]) == ("3", "$300.00")
    assert (first["Lines judged"], first["Share flagged"]) == ("16", "25.0%")
    assert (second["Severity"], second["Dollars"]) == ("warning", "$100.00")
    # 2 of 8 judged: fewer than 11, and it says so
    assert second["Share flagged"] == "25.0% n < 11"


def test_findings_by_payer_and_month(reader: _Reader) -> None:
    payers = {row["Payer"]: row for row in _rows(reader, "Findings by payer")}
    assert payers["Alpha Medicare"]["Billed lines"] == "12"
    assert payers["Alpha Medicare"]["Lines with an error finding"] == "16.7%"
    assert payers["Alpha Medicare"]["Dollars"] == "$100.00"
    assert payers[POISON]["Lines with an error finding"] == "50.0% n < 11"
    assert payers[POISON]["Dollars"] == "$200.00"
    months = {row["Month"]: row for row in _rows(reader, "Findings by month")}
    assert (months["2026-08"]["Billed lines"], months["2026-08"]["Error lines"]) == ("2", "0")
    assert (months["2026-09"]["Billed lines"], months["2026-09"]["Error lines"]) == ("16", "3")


def test_expected_against_allowed(reader: _Reader) -> None:
    (row,) = _rows(reader, "Expected against allowed", 1)
    assert (row["Payer"], row["Expected by"], row["Compared lines"]) == (
        "Alpha Medicare",
        "medicare",
        "8",
    )
    assert (row["Expected"], row["Allowed"], row["Difference"]) == ("$400", "$395", "-$5")
    assert row["Potential underpayment"] == "$10.00"
    assert row["Potential overpayment"] == "$5.00"
    states = {row["Status"]: row["Lines"] for row in _rows(reader, "Expected against allowed", 2)}
    assert states == {
        "allowed as expected": "6",
        "not priced": "7",
        "denied": "3",
        "allowed less: potential underpayment": "1",
        "allowed more: potential overpayment": "1",
    }
    steps = {
        row["Allowed as a share of expected"]: row["Lines"]
        for row in _rows(reader, "Expected against allowed", 0)
    }
    assert (steps["80%"], steps["100%"], steps["110%"], steps["90%"]) == ("1", "6", "1", "0")


def test_denials_count_adjudicated_lines(reader: _Reader) -> None:
    payers = {row["Payer"]: row for row in _rows(reader, "Denials by payer")}
    alpha, beta = payers["Alpha Medicare"], payers["Beta Union"]
    assert POISON not in payers
    assert (alpha["Adjudicated lines"], alpha["Denied lines"]) == ("13", "3")
    assert (alpha["Denial rate"], alpha["95% interval"]) == ("23.1%", "8.2% to 50.3%")
    assert (alpha["Charge denied"], alpha["Expected allowed"]) == ("$300.00", "$150.00")
    assert (beta["Denial rate"], beta["Expected allowed"]) == ("25.0% n < 11", "not priced")
    categories = {row["Category"]: row for row in _rows(reader, "Denials by reason", 0)}
    assert {name: row["Denied lines"] for name, row in categories.items()} == {
        "bundling": "2",
        "necessity": "1",
        "unmapped": "1",
    }
    carcs = {row["CARC"]: row for row in _rows(reader, "Denials by reason", 1)}
    assert carcs["97"]["Share of adjudicated"] == "11.8%"
    assert carcs["97"]["Charge denied"] == "$200.00"
    (code,) = _rows(reader, "Denials of the Mohs codes")
    assert (code["Procedure code"], code["Adjudicated lines"], code["Denied lines"]) == (
        "17311",
        "13",
        "3",
    )


def test_a_month_with_lines_outstanding_is_unfinished(reader: _Reader) -> None:
    months = {row["Month"]: row for row in _rows(reader, "Denials by month")}
    assert (months["2026-08"]["Unfinished"], months["2026-09"]["Unfinished"]) == ("no", "yes")
    assert months["2026-09"]["Adjudicated share"] == "88.2%"


def test_what_was_set_aside_comes_with_its_remedy(reader: _Reader) -> None:
    files = _rows(reader, "What was set aside", 0)
    assert [row["File"] for row in files] == ["claims.837", "+report.pdf"]
    assert (files[0]["Rows set aside"], files[0]["Dollars set aside"]) == ("2", "$200.00")
    reasons = {row["Reason"]: row for row in _rows(reader, "What was set aside", 1)}
    assert reasons["Q6"]["What is wrong"] == "A claim's charge is not the sum of its lines"
    assert reasons["Q6"]["Remedy"]


def test_what_was_not_checked(reader: _Reader) -> None:
    reasons = {row["Reason"]: row for row in _rows(reader, "What was not checked", 0)}
    assert (reasons["no contract"]["Lines"], reasons["no contract"]["Charge"]) == ("4", "$400.00")
    assert reasons[FORMULA]["Charge"] == "$400.00"
    (rule,) = _rows(reader, "What was not checked", 1)
    assert (rule["Rule"], rule["Lines not checked"], rule["What is missing"]) == (
        "MOHS140",
        "7",
        "rendering_type",
    )


def test_a_month_limits_everything_but_files(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    select = warehouse.selector(connection)
    (path,) = page.render(select, out=tmp_path, pages=["audit"], month="2026-08", facts=FACTS)
    flat = _text(_read(path))
    assert "Dates of service in 2026-08" in flat
    assert "2 billed lines with dates of service from 2026-08-20 to 2026-08-20" in flat
    assert "0 lines were denied: 0.0% of 2 adjudicated lines" in flat
    assert "2 rows were set aside, of 37 in 3 files" in flat
    (path,) = page.render(select, out=tmp_path, facts=FACTS)
    assert "18 billed lines" in _text(_read(path))


@pytest.mark.parametrize("month", [None, "2031-01"])
def test_a_page_without_claims_says_so(tmp_path: Path, month: str | None) -> None:
    connection = warehouse.connect()
    warehouse.create(connection)
    (path,) = page.render(warehouse.selector(connection), out=tmp_path, month=month, facts=FACTS)
    flat = _text(_read(path))
    assert "No billed lines are on file for this period." in flat
    assert "No file has been read." in flat
    assert "There is no finding in this period." in flat
    assert "None" not in flat
    assert "nan" not in flat.lower().split()


def test_text_of_files_never_becomes_markup(rendered: tuple[Path, _Reader]) -> None:
    out, reader = rendered
    source = (out / "audit.html").read_text(encoding="utf-8")
    assert POISON in _text(reader)
    assert "<script>alert" not in source
    before = re.findall(r"(.{4})alert\(", source)
    assert before
    assert set(before) == {"&gt;"}
    opened = re.findall(r"<script[^>]*>", source)
    plots = source.count('class="plot"')
    assert len(opened) == plots + 2
    assert plots == 8


def test_nothing_outside_the_folder_is_named(rendered: tuple[Path, _Reader]) -> None:
    out, _ = rendered
    source = (out / "audit.html").read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", source)
    assert re.findall(r'src="([^"]+)"', source) == ["plotly.min.js"]
    assert "default-src 'none'" in source


def test_files_are_private(rendered: tuple[Path, _Reader]) -> None:
    out, _ = rendered
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    names = sorted(path.name for path in out.iterdir())
    assert names == ["audit.html", "plotly.min.js"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}


def test_same_rows_same_bytes(
    connection: warehouse.Connection, rendered: tuple[Path, _Reader], tmp_path: Path
) -> None:
    select = warehouse.selector(connection)
    (again,) = page.render(select, out=tmp_path, facts=FACTS)
    assert again.read_bytes() == (rendered[0] / "audit.html").read_bytes()
    books = [
        workbook.write_workbook(select, tmp_path / name, facts=FACTS)
        for name in ("a.xlsx", "b.xlsx")
    ]
    assert books[0].read_bytes() == books[1].read_bytes()
    with zipfile.ZipFile(books[0]) as archive:
        core = archive.read("docProps/core.xml").decode()
    assert "2000-01-01" in core
    assert str(datetime.datetime.now(datetime.UTC).year) not in core


@pytest.fixture(scope="module")
def book(
    connection: warehouse.Connection, tmp_path_factory: pytest.TempPathFactory
) -> openpyxl.Workbook:
    out = tmp_path_factory.mktemp("book") / "audit.xlsx"
    workbook.write_workbook(warehouse.selector(connection), out, facts=FACTS)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    return openpyxl.load_workbook(io.BytesIO(out.read_bytes()))


def test_the_workbook_has_a_sheet_per_table(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[0] == "Definitions"
    for name in ("Findings by rule", "Findings by payer", "Denials by payer", "What was set aside"):
        assert name in book.sheetnames
    named = {row[0].value for row in book["Definitions"].iter_rows() if row[0].value}
    assert set(book.sheetnames[1:]) <= named
    for sheet in book.worksheets[1:]:
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref


def test_the_workbook_keeps_numbers_as_numbers(book: openpyxl.Workbook) -> None:
    sheet = book["Denials by payer"]
    head = {cell.value: place for place, cell in enumerate(sheet[1])}
    (row,) = [row for row in sheet.iter_rows(min_row=2) if row[0].value == "Alpha Medicare"]
    assert row[head["Charge denied"]].value == 300
    assert "$" in row[head["Charge denied"]].number_format
    assert row[head["Denial rate"]].value == pytest.approx(3 / 13)
    assert "%" in row[head["Denial rate"]].number_format
    assert {"95% interval, low", "95% interval, high"} <= set(head)


def test_nothing_in_the_workbook_is_a_formula(book: openpyxl.Workbook) -> None:
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [text for text in texts if text[:1] in "=+-@"]
    assert {f"'{FORMULA}", "'+report.pdf", POISON} <= set(texts)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1"])
def test_text_that_could_run_is_made_inert(text: str) -> None:
    assert workbook.inert(text) == f"'{text}"
    assert workbook.inert(f"a{text}") == f"a{text}"


PAGE = "/* ---\npage: A page\n--- */\n\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("select 1 as n", 1, "page: its title"),
        (
            PAGE + "/* ---\nchart: pie\n--- */\nselect 1 as n",
            5,
            "there is no chart 'pie'; use one of",
        ),
        (PAGE + "/* ---\nchart: bars\n--- */\nselect 1 as n", 5, "also needs x, y"),
        (
            PAGE + "/* ---\nchart: bars\nx: n\ny: n\nz: n\n--- */\nselect 1 as n",
            5,
            "takes no 'z'; it takes x, y, colour",
        ),
        (PAGE + "/* ---\nchart: bars\nx: n\ny: m\n--- */\nselect 1 as n", 5, "'m' is not a column"),
        (PAGE + "/* ---\nn: m\n--- */\nselect 1 as n", 5, "m is not a column of the query"),
        (PAGE + "/* ---\ntitle: T\n--- */\n", 5, "no query follows"),
        (PAGE + "/* ---\ntitle: T\nnote: a: b\n--- */\nselect 1 as n", 7, "write `key: value`"),
        (PAGE + "/* ---\ntitle: [T]\n--- */\nselect 1 as n", 6, "title must be one text"),
        (PAGE + "/* ---\nrows: ten\n--- */\nselect 1 as n", 5, "rows must be a whole number"),
        (PAGE + "/* ---\ncolumns: {n: dollar}\n--- */\nselect 1 as n", 5, "takes a format (money,"),
        (
            PAGE + "/* ---\ntitle: T\n--- */\nselect n from core.nothing",
            5,
            "the query does not run",
        ),
        (PAGE + "select 1 as n", 1, "a query stands under the page's header"),
        ("/* ---\npage: A\nbasis: x\n--- */", 1, "the first header takes page, intro, order"),
    ],
)
def test_a_page_that_does_not_work_says_where_and_what(
    connection: warehouse.Connection, tmp_path: Path, text: str, line: int, said: str
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mine.sql").write_text(text, encoding="utf-8")
    with pytest.raises(page.UnusablePage) as error:
        page.answer(warehouse.selector(connection), folder=folder)
    assert f"pages/mine.sql, line {line}: " in str(error.value)
    assert said in str(error.value)


def test_a_page_is_one_file(connection: warehouse.Connection, tmp_path: Path) -> None:
    """A new page needs no Python; values YAML would twist (25, no, off) stay text."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mine.sql").write_text(
        "/* ---\npage: Mine\n--- */\n"
        "/* ---\ntitle: no\nchart: columns\nx: modifier\ny: lines\nunknown: off\n--- */\n"
        "select * from (values ('25', 3, null), ('59', 1, 2.50)) as v (modifier, lines, paid);\n",
        encoding="utf-8",
    )
    answered = page.answer(warehouse.selector(connection), folder=folder)
    (path,) = page.write(answered, out=tmp_path / "out", facts=FACTS)
    (first, _) = _rows(_read(path), "no")
    assert first == {"Modifier": "25", "Lines": "3", "Paid": "off"}


def test_unknown_pages_and_months_are_refused(connection: warehouse.Connection) -> None:
    select = warehouse.selector(connection)
    with pytest.raises(page.UnusablePage, match=r"no page 'denial'; there are .*audit"):
        page.answer(select, pages=["denial"])
    with pytest.raises(page.UnusablePage, match=r"2026-13.*YYYY-MM"):
        page.answer(select, month="2026-13")


def test_every_page_reads_core_and_audit_only(connection: warehouse.Connection) -> None:
    page.answer(warehouse.selector(connection))
    for one in page.chosen(None):
        for exhibit in one.exhibits:
            read = warehouse.tables_read(connection, exhibit.query)
            assert {name.split(".")[0] for name in read} <= {"core", "audit"}, exhibit.place


def test_every_exhibit_with_a_chart_says_how_it_is_counted() -> None:
    for one in page.chosen(None):
        for exhibit in one.exhibits:
            assert exhibit.chart == "sentence" or exhibit.note or "reason" in exhibit.columns


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(18, 20, "0.70", "0.97"), (90, 100, "0.83", "0.94")]
)
def test_wilson_gives_published_intervals(
    connection: warehouse.Connection, k: int, n: int, low: str, high: str
) -> None:
    found = _wilson(connection, k, n)
    assert found is not None
    assert (f"{found['low']:.2f}", f"{found['high']:.2f}") == (low, high)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_ends_solve_the_score_equation(
    connection: warehouse.Connection, counts: tuple[int, int]
) -> None:
    """At each end p, (k/n - p)^2 is z^2 p (1 - p) / n: the definition, not the closed form."""
    k, n = counts
    found = _wilson(connection, k, n)
    assert found is not None
    z = NormalDist().inv_cdf(0.975)
    for end in (found["low"], found["high"]):
        assert (k / n - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, rel=1e-6, abs=1e-15)
    assert 0 <= found["low"] <= k / n + 1e-12
    assert k / n - 1e-12 <= found["high"] <= 1


def test_wilson_of_nothing_is_unknown(connection: warehouse.Connection) -> None:
    assert _wilson(connection, 0, 0) is None


def _wilson(connection: warehouse.Connection, k: int, n: int) -> dict[str, float] | None:
    connection.execute(page.MACROS.read_text(encoding="utf-8"))
    ((found,),) = connection.execute(f"select wilson({k}, {n})").fetchall()
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (Decimal("1234567.50"), "money", "$1,234,567.50"),
        (Decimal("-0.50"), "money", "-$0.50"),
        (Decimal("12345.50"), "dollars", "$12,346"),
        (0.0755, "percent", "7.6%"),
        (1284, "count", "1,284"),
        (Decimal("1.500"), "number", "1.5"),
        (Decimal("100.000"), "number", "100"),
        (datetime.date(2026, 9, 30), "date", "2026-09-30"),
        (["Q6", "Q4"], "text", "Q6, Q4"),
        (None, "money", "unknown"),
        ({"low": 0.0755, "high": 0.1}, "interval", "7.6% to 10.0%"),
        (0, "count", "0"),
        (False, "text", "no"),
    ],
)
def test_values_are_written(value: Any, form: str, text: str) -> None:
    assert theme.written(value, form) == text


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_colours_can_be_read(colours: dict[str, str]) -> None:
    """WCAG 2.2: 1.4.3 text 4.5:1, 1.4.11 marks 3:1."""
    for text in ("ink", "muted", "link"):
        for ground in ("paper", "panel"):
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert _contrast(colours["notice"], colours["notice-paper"]) >= 4.5
    for shade in theme.SERIES:
        assert _contrast(shade, colours["paper"]) >= 3, shade


def test_no_chart_draws_two_categories_as_one() -> None:
    """Labels are cut to fit; rows whose labels are then alike stay apart."""
    long = "A payer with a name so long that no axis of any chart will ever hold all of it, number "
    data = pl.DataFrame({"payer": [long + "1", long + "2"], "lines": [1, 2]})
    forms = {"payer": ("Payer", "text"), "lines": ("Lines", "count")}
    figure = charts.draw("bars", data, forms, {"x": "lines", "y": "payer"})
    assert list(figure.data[0].y) == [0, 1]  # type: ignore[union-attr]


def test_a_page_shows_some_rows_and_the_workbook_all(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mine.sql").write_text(
        "/* ---\npage: Mine\n--- */\n"
        "/* ---\ntitle: Long\nchart: bars\nx: n\ny: name\nrows: 3\n--- */\n"
        "select 'row ' || n as name, n from range(50) as r (n) order by n\n",
        encoding="utf-8",
    )
    answered = page.answer(warehouse.selector(connection), folder=folder)
    (path,) = page.write(answered, out=tmp_path / "out", facts=FACTS)
    reader = _read(path)
    assert len(_rows(reader, "Long")) == 3
    assert "The first 3 of 50 rows; the workbook has all of them." in _text(reader)
    assert len(answered[0].answers[0].drawing.data[0].x) == 3  # type: ignore[union-attr]
    book = openpyxl.load_workbook(workbook.write(answered, out=tmp_path / "a.xlsx", facts=FACTS))
    assert book["Long"].max_row == 51
