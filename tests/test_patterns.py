"""Patterns of variance: what hangs together, what can still be asked for, what a person decides."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines import examples, ledgers, patterns, reference, sheets, warehouse
from pipelines.cases import read_cases
from pipelines.dated import ReferenceFileError
from pipelines.warehouse import Connection

# CMS, Ohio 2020, office: 17311 643.91, 17312 384.77; half of it 192.385
LINES = """\
## Add-ons halved, and a year later the latest remittance on file

| claim | patient | line | procedure | date | adjudicated | payer | line_of_business | charge | allowed | finding |
|---|---|---|---|---|---|---|---|---|---|---|
| A | 1 | 1 | 17311 | 2020-03-02 | 2020-04-01 | Medicare | medicare | 1000.00 | 643.91 |  |
| A | 1 | 2 | 17312 | 2020-03-02 | 2020-04-01 | Medicare | medicare | 1000.00 | 192.39 |  |
| B | 2 | 1 | 17311 | 2020-04-06 | 2020-07-01 | Medicare | medicare | 1000.00 | 643.91 |  |
| B | 2 | 2 | 17312 | 2020-04-06 | 2020-07-01 | Medicare | medicare | 1000.00 | 192.39 |  |
| C | 3 | 1 | 17311 | 2020-12-01 | 2020-12-31 | Medicare | medicare | 1000.00 | 643.91 |  |
| C | 3 | 2 | 17312 | 2020-12-01 | 2020-12-31 | Medicare | medicare | 1000.00 | 192.39 |  |
| D | 4 | 1 | 17311 | 2020-05-04 | 2020-06-03 | =Near | commercial | 1000.00 | 321.96 |  |
| E | 5 | 1 | 17311 | 2020-05-04 | 2021-05-20 | Clocked | commercial | 1000.00 | 321.96 |  |
| F | 6 | 1 | 17311 | 2020-05-04 | 2020-06-03 | Clocked | commercial | 1000.00 | 700.00 |  |
| G | 7 | 1 | 17311 | 2021-05-03 | 2021-06-02 | None | commercial | 1000.00 | 700.00 |  |
"""
EARLIER = """\
| H | 8 | 1 | 17311 | 2020-02-03 | 2020-03-04 | Medicare | medicare | 1000.00 | 643.91 | |
| H | 8 | 2 | 17312 | 2020-02-03 | 2020-03-04 | Medicare | medicare | 1000.00 | 192.39 | |
"""
CONTRACTS = """\
payer,procedure_code,basis,value,effective_from,effective_to,source
=Near,,percent_of_medicare,1.0000,2020-01-01,,exhibit A
Clocked,,percent_of_medicare,1.0000,2020-01-01,,exhibit A
"""
CLOCKS = """\
payer,line_of_business,clock,days,years,counts_from,receipt_days,least_amount,effective_from,effective_to,evidence,source
Clocked,,appeal,60,,,,,2020-01-01,,authority,provider manual section 9
"""
HALVED = "Medicare|17312||add_on_halved|0.50|2020-03"
LATER = "Medicare|17312||add_on_halved|0.50|2020-12"
NEAR = "=Near|17311||reduction_on|0.50|2020-05"
TODAY = date(2021, 6, 15)


def staged(folder: Path, lines: str) -> Connection:
    """A warehouse in memory that has seen the lines, its variances not named yet."""
    (folder / "contracts.csv").write_text(CONTRACTS)
    (folder / "clocks.csv").write_text(CLOCKS)
    path = folder / "cases.md"
    path.write_text(lines)
    cases, problems = read_cases(path)
    assert not problems
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection, folder)
    examples.stage(connection, cases)
    warehouse.build(connection, warehouse.patient_tables())
    return connection


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    return staged(tmp_path_factory.mktemp("terms"), LINES)


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = tmp_path / "practice"
    folder.mkdir()
    return folder


def concluded(connection: Connection, practice: Path) -> dict[str, dict[str, Any]]:
    """pattern_id -> its row, as at the end of an audit that reads the folder's patterns.csv."""
    reference.load(connection, practice, only={"pattern_status"})
    patterns.name_variances(connection)
    for name in ("audit.data_cut", "audit.variance_pattern"):
        connection.execute(f"DELETE FROM {name}")
    warehouse.build(connection, ["audit.data_cut", "audit.variance_pattern"], is_set=False)
    return {row["pattern_id"]: row for row in patterns.read(connection).to_dicts()}


def fill(path: Path, pattern_id: str, /, **cells: str) -> None:
    """Write into a sheet's row, as a person would."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        sheet = book.active
        assert sheet is not None
        headings = [cell.value for cell in sheet[1]]
        for row in sheet.iter_rows(min_row=2):
            if ledgers.plain(str(row[0].value)) == pattern_id:
                for name, text in cells.items():
                    row[headings.index(name)].value = text
        book.save(path)
        return
    with path.open(newline="") as stream:
        rows = list(csv.reader(stream))
    for line in rows[1:]:
        if ledgers.plain(line[0]) == pattern_id:
            for name, text in cells.items():
                line[rows[0].index(name)] = text
    with path.open("w", newline="") as stream:
        csv.writer(stream).writerows(rows)


def sheet_of(folder: Path, name: str, connection: Connection) -> Path:
    return patterns.write_sheet(patterns.read(connection), folder / name)


def take(connection: Connection, path: Path, folder: Path) -> list[dict[str, str]]:
    return patterns.take(patterns.read(connection), path, folder, TODAY)


def picked(row: Mapping[str, Any], *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def test_variances_of_one_kind_are_a_pattern_until_half_a_year_passes_without_one(
    connection: Connection,
    practice: Path,
) -> None:
    found = concluded(connection, practice)
    facts = ("lines", "dollars", "expected_allowed", "allowed", "direction", "status")
    assert picked(found[HALVED], *facts) == (
        2,
        Decimal("-384.76"),
        Decimal("769.54"),
        Decimal("384.78"),
        "under",
        "detected",
    )
    assert picked(found[HALVED], "first_date_of_service", "last_date_of_service", "start_date") == (
        date(2020, 3, 2),
        date(2020, 4, 6),
        date(2020, 3, 1),
    )
    assert picked(found[HALVED], "first_remittance_date", "last_remittance_date") == (
        date(2020, 4, 1),
        date(2020, 7, 1),
    )
    assert picked(found[LATER], "lines", "dollars") == (1, Decimal("-192.38"))
    assert "an add-on is reduced" in found[HALVED]["statement"]
    examples_of = picked(found[HALVED], "first_example", "second_example", "third_example")
    assert [one and one[-3:] for one in examples_of] == ["A-2", "B-2", None]


def test_every_variance_is_in_one_pattern_and_its_dollars_too(
    connection: Connection, practice: Path
) -> None:
    found = concluded(connection, practice)
    lines = warehouse.select(
        connection,
        "SELECT pattern_id, count(*) AS lines, sum(variance) AS dollars "
        "FROM audit.payment_variance WHERE status IN ('under', 'over') GROUP BY pattern_id",
    )
    assert {row["pattern_id"]: (row["lines"], row["dollars"]) for row in lines.to_dicts()} == {
        name: (row["lines"], row["dollars"]) for name, row in found.items()
    }


def test_what_is_past_is_past_at_the_latest_date_on_file(
    connection: Connection, practice: Path
) -> None:
    """Medicare: 120 + 5 days to appeal, a year to reopen; the last remittance is of 2021-06-02."""
    found = concluded(connection, practice)
    facts = ("recovery", "recoverable", "past_deadline", "unknown_deadline")
    assert {row["as_of_date"] for row in found.values()} == {date(2021, 6, 2)}
    assert picked(found[HALVED], *facts) == (
        "partly past",
        Decimal("192.38"),
        Decimal("192.38"),
        Decimal(0),
    )
    assert picked(found[HALVED], "appeal_deadline", "reopening_deadline") == (
        None,
        date(2021, 7, 1),
    )
    assert picked(found[LATER], *facts)[:2] == ("recoverable", Decimal("192.38"))
    assert found[LATER]["last_deadline"] == date(2021, 12, 31)


def test_a_deadline_nobody_loaded_is_unknown_and_a_loaded_one_counts(
    connection: Connection, practice: Path
) -> None:
    found = concluded(connection, practice)
    facts = ("recovery", "unknown_deadline", "last_deadline")
    assert picked(found[NEAR], *facts) == ("unknown", Decimal("321.95"), None)
    clocked = found["Clocked|17311||reduction_on|0.50|2020-05"]
    assert picked(clocked, "recovery", "recoverable", "appeal_deadline") == (
        "recoverable",
        Decimal("321.95"),
        date(2021, 7, 19),
    )
    [over] = [row for row in found.values() if row["direction"] == "over"]
    assert picked(over, *facts) == (None, Decimal(0), None)


@pytest.mark.parametrize("name", ["sheet.xlsx", "sheet.csv"])
def test_decisions_come_back_from_a_sheet_and_hold_at_the_next_audit(
    connection: Connection, practice: Path, name: str
) -> None:
    before = concluded(connection, practice)
    sheet = sheet_of(practice.parent, name, connection)
    fill(sheet, HALVED, status="Sent", author="lead", note="letter of June")
    fill(
        sheet,
        NEAR,
        status="invalid",
        term_to_correct="contracts.csv row 2",
        decided_date="2021-06-10",
    )
    taken = take(connection, sheet, practice)
    assert {row["pattern_id"] for row in taken} == {HALVED, NEAR}
    after = concluded(connection, practice)
    told = ("status", "decided_date", "term_to_correct", "author", "note", "is_counted")
    assert picked(after[HALVED], *told) == ("sent", TODAY, None, "lead", "letter of June", True)
    assert picked(after[NEAR], *told)[:3] == ("invalid", date(2021, 6, 10), "contracts.csv row 2")
    assert not after[NEAR]["is_counted"]
    assert after[NEAR]["dollars"] == before[NEAR]["dollars"]
    assert after[LATER]["status"] == "detected"


def test_an_invalid_pattern_leaves_the_totals_and_stays_in_the_list(
    connection: Connection, practice: Path
) -> None:
    concluded(connection, practice)
    total = "SELECT sum(variance) FROM audit.payment_variance WHERE status = 'under' AND is_counted"
    assert warehouse.value(connection, total) == Decimal("-1221.04")
    (practice / "patterns.csv").write_text(
        "pattern_id,status,decided_date,term_to_correct\n"
        f'"{HALVED}",invalid,2021-06-01,contract exhibit B\n'
    )
    after = concluded(connection, practice)
    assert warehouse.value(connection, total) == Decimal("-836.28")
    assert after[HALVED]["lines"] == 2


def test_a_decided_pattern_keeps_its_name_when_earlier_variances_turn_up(
    tmp_path: Path, practice: Path
) -> None:
    more = staged(tmp_path, LINES + EARLIER)
    found = concluded(more, practice)
    assert found["Medicare|17312||add_on_halved|0.50|2020-02"]["lines"] == 3
    (practice / "patterns.csv").write_text(
        f'pattern_id,status,decided_date\n"{HALVED}",reviewed,2021-06-01\n'
    )
    found = concluded(more, practice)
    assert picked(found[HALVED], "lines", "status") == (3, "reviewed")
    assert found[LATER]["status"] == "detected"


def test_earlier_decisions_and_remarks_stay_in_the_file(
    connection: Connection, practice: Path
) -> None:
    concluded(connection, practice)
    path = practice / "patterns.csv"
    path.write_text(
        "pattern_id,status,decided_date,note\n"
        "# kept by the billing lead,,,\n"
        f'"{HALVED}",reviewed,2021-06-01,first look\n'
        f'"{HALVED}",reviewed,2021-06-15,this morning\n'
    )
    concluded(connection, practice)
    sheet = sheet_of(practice.parent, "sheet.csv", connection)
    fill(sheet, HALVED, status="recovered", note="check of 06-14")
    assert len(take(connection, sheet, practice)) == 1
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["note"] for row in rows] == ["", "first look", "check of 06-14"]
    assert rows[0]["pattern_id"].startswith("# kept")
    assert concluded(connection, practice)[HALVED]["status"] == "recovered"


def test_a_sheet_nobody_wrote_in_decides_nothing(connection: Connection, practice: Path) -> None:
    concluded(connection, practice)
    sheet = sheet_of(practice.parent, "sheet.xlsx", connection)
    assert take(connection, sheet, practice) == []
    assert not (practice / "patterns.csv").exists()


def test_no_text_of_a_sheet_is_run_by_a_spreadsheet(connection: Connection, practice: Path) -> None:
    concluded(connection, practice)
    sheet = sheet_of(practice.parent, "sheet.csv", connection)
    assert "\n'=Near|" in sheet.read_text()
    fill(sheet, NEAR, status="reviewed", note="=1+1")
    take(connection, sheet, practice)
    text = (practice / "patterns.csv").read_text()
    assert "'=Near|" in text
    assert "'=1+1" in text
    assert picked(concluded(connection, practice)[NEAR], "status", "note") == ("reviewed", "=1+1")


@pytest.mark.parametrize(
    ("cells", "remedy"),
    [
        ({"status": "invalid"}, "column term_to_correct"),
        ({"status": "lost"}, "detected, reviewed, sent, recovered, invalid"),
        ({"status": "sent", "decided_date": "1 June"}, "2026-01-31"),
        ({"status": "sent", "pattern_id": "Nobody|17311"}, "no pattern now"),
    ],
)
def test_a_sheet_that_cannot_be_taken_says_where_and_changes_nothing(
    connection: Connection, practice: Path, cells: dict[str, str], remedy: str
) -> None:
    concluded(connection, practice)
    sheet = sheet_of(practice.parent, "sheet.csv", connection)
    fill(sheet, LATER, status="sent")
    fill(sheet, HALVED, **cells)
    with pytest.raises(sheets.UnusableSheet, match=r"sheet\.csv, row \d+") as error:
        take(connection, sheet, practice)
    assert remedy in str(error.value)
    assert not (practice / "patterns.csv").exists()


def test_invalid_without_a_term_is_refused_in_the_practice_file_too(practice: Path) -> None:
    (practice / "patterns.csv").write_text(
        f'pattern_id,status,decided_date\n"{HALVED}",invalid,2021-06-01\n'
    )
    with pytest.raises(ReferenceFileError, match=r"patterns\.csv, row 2, column term_to_correct"):
        reference.tables(practice, only={"pattern_status"})


def test_a_sheet_is_never_written_over(practice: Path) -> None:
    sheet = practice / "sheet.csv"
    sheet.write_text("mine")
    with pytest.raises(sheets.UnusableSheet, match="is there already"):
        patterns.write_sheet(pl.DataFrame(), sheet)
    with pytest.raises(sheets.UnusableSheet, match=r"\.csv or \.xlsx"):
        patterns.write_sheet(pl.DataFrame(), practice / "sheet.ods")
