"""The page of the audit, against a practice of nineteen lines counted by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines import warehouse
from reports import writing
from tests.reported import FACTS, FORMULA, POISON, Reader, filled, read, rows, words


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    return filled()


@pytest.fixture(scope="module")
def rendered(
    connection: warehouse.Connection, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Reader]:
    out = tmp_path_factory.mktemp("report") / "pages"
    (path,) = writing.render(warehouse.selector(connection), out=out, pages=["audit"], facts=FACTS)
    assert path == out / "all" / "run" / "audit.html"
    return path, read(path)


@pytest.fixture(scope="module")
def reader(rendered: tuple[Path, Reader]) -> Reader:
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
def test_the_page_says(reader: Reader, sentence: str) -> None:
    flat = words(reader)
    assert sentence in flat


def test_findings_by_rule_have_the_judged_lines_as_denominator(reader: Reader) -> None:
    first, second = rows(reader, "Findings by rule", 1)
    assert first["Rule"] == "MOHS020"
    assert (first["Lines flagged"], first["Dollars"]) == ("3", "$300.00")
    assert (first["Lines judged"], first["Share flagged"]) == ("16", "25.0%")
    assert (second["Severity"], second["Dollars"]) == ("warning", "$100.00")
    # 2 of 8 judged: fewer than 11, and it says so
    assert second["Share flagged"] == "25.0% n < 11"


def test_findings_by_payer_and_month(reader: Reader) -> None:
    payers = {row["Payer"]: row for row in rows(reader, "Findings by payer")}
    assert payers["Alpha Medicare"]["Billed lines"] == "12"
    assert payers["Alpha Medicare"]["Lines with an error finding"] == "16.7%"
    assert payers["Alpha Medicare"]["Dollars"] == "$100.00"
    assert payers[POISON]["Lines with an error finding"] == "50.0% n < 11"
    assert payers[POISON]["Dollars"] == "$200.00"
    months = {row["Month"]: row for row in rows(reader, "Findings by month")}
    assert (months["2026-08"]["Billed lines"], months["2026-08"]["Error lines"]) == ("2", "0")
    assert (months["2026-09"]["Billed lines"], months["2026-09"]["Error lines"]) == ("16", "3")


def test_expected_against_allowed(reader: Reader) -> None:
    (row,) = rows(reader, "Expected against allowed", 1)
    assert (row["Payer"], row["Expected by"], row["Compared lines"]) == (
        "Alpha Medicare",
        "medicare",
        "8",
    )
    assert (row["Expected"], row["Allowed"], row["Difference"]) == ("$400", "$395", "-$5")
    assert row["Potential underpayment"] == "$10.00"
    assert row["Potential overpayment"] == "$5.00"
    states = {row["Status"]: row["Lines"] for row in rows(reader, "Expected against allowed", 2)}
    assert states == {
        "allowed as expected": "6",
        "not priced": "7",
        "denied": "3",
        "allowed less: potential underpayment": "1",
        "allowed more: potential overpayment": "1",
    }
    steps = {
        row["Allowed as a share of expected"]: row["Lines"]
        for row in rows(reader, "Expected against allowed", 0)
    }
    assert (steps["80%"], steps["100%"], steps["110%"], steps["90%"]) == ("1", "6", "1", "0")


def test_denials_count_adjudicated_lines(reader: Reader) -> None:
    payers = {row["Payer"]: row for row in rows(reader, "Denials by payer")}
    alpha, beta = payers["Alpha Medicare"], payers["Beta Union"]
    assert POISON not in payers
    assert (alpha["Adjudicated lines"], alpha["Denied lines"]) == ("13", "3")
    assert (alpha["Denial rate"], alpha["95% interval"]) == ("23.1%", "8.2% to 50.3%")
    assert (alpha["Charge denied"], alpha["Expected allowed"]) == ("$300.00", "$150.00")
    assert (beta["Denial rate"], beta["Expected allowed"]) == ("25.0% n < 11", "not priced")
    categories = {row["Category"]: row for row in rows(reader, "Denials by reason", 0)}
    assert {name: row["Denied lines"] for name, row in categories.items()} == {
        "bundling": "2",
        "necessity": "1",
        "unmapped": "1",
    }
    carcs = {row["CARC"]: row for row in rows(reader, "Denials by reason", 1)}
    assert carcs["97"]["Share of adjudicated"] == "11.8%"
    assert carcs["97"]["Charge denied"] == "$200.00"
    (code,) = rows(reader, "Denials of the Mohs codes")
    assert (code["Procedure code"], code["Adjudicated lines"], code["Denied lines"]) == (
        "17311",
        "13",
        "3",
    )


def test_a_month_with_lines_outstanding_is_unfinished(reader: Reader) -> None:
    months = {row["Month"]: row for row in rows(reader, "Denials by month")}
    assert (months["2026-08"]["Unfinished"], months["2026-09"]["Unfinished"]) == ("no", "yes")
    assert months["2026-09"]["Adjudicated share"] == "88.2%"


def test_what_was_set_aside_comes_with_its_remedy(reader: Reader) -> None:
    files = rows(reader, "What was set aside", 0)
    assert [row["File"] for row in files] == ["claims.837", "+report.pdf"]
    assert (files[0]["Rows set aside"], files[0]["Dollars set aside"]) == ("2", "$200.00")
    reasons = {row["Reason"]: row for row in rows(reader, "What was set aside", 1)}
    assert reasons["Q6"]["What is wrong"] == "A claim's charge is not the sum of its lines"
    assert reasons["Q6"]["Remedy"]


def test_what_was_not_checked(reader: Reader) -> None:
    reasons = {row["Reason"]: row for row in rows(reader, "What was not checked", 0)}
    assert (reasons["no contract"]["Lines"], reasons["no contract"]["Charge"]) == ("4", "$400.00")
    assert reasons[FORMULA]["Charge"] == "$400.00"
    (rule,) = rows(reader, "What was not checked", 1)
    assert (rule["Rule"], rule["Lines not checked"], rule["What is missing"]) == (
        "MOHS140",
        "7",
        "rendering_type",
    )


def test_a_month_limits_everything_but_files(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    select = warehouse.selector(connection)
    (path,) = writing.render(select, out=tmp_path, pages=["audit"], month="2026-08", facts=FACTS)
    flat = words(read(path))
    assert "Dates of service in 2026-08" in flat
    assert "2 billed lines with dates of service from 2026-08-20 to 2026-08-20" in flat
    assert "0 lines were denied: 0.0% of 2 adjudicated lines" in flat
    assert "2 rows were set aside, of 37 in 3 files" in flat
    (path,) = writing.render(select, out=tmp_path, pages=["audit"], facts=FACTS)
    assert "18 billed lines" in words(read(path))


@pytest.mark.parametrize("month", [None, "2031-01"])
def test_a_page_without_claims_says_so(tmp_path: Path, month: str | None) -> None:
    connection = warehouse.connect()
    warehouse.create(connection)
    (path,) = writing.render(
        warehouse.selector(connection), out=tmp_path, pages=["audit"], month=month, facts=FACTS
    )
    flat = words(read(path))
    assert "No billed lines are on file for this period." in flat
    assert "No file has been read." in flat
    assert "There is no finding in this period." in flat
    assert "None" not in flat
    assert "nan" not in flat.lower().split()


def test_text_of_files_never_becomes_markup(rendered: tuple[Path, Reader]) -> None:
    path, reader = rendered
    source = path.read_text(encoding="utf-8")
    assert POISON in words(reader)
    assert "<script>alert" not in source
    before = re.findall(r"(.{4})alert\(", source)
    assert before
    assert set(before) == {"&gt;"}
    opened = re.findall(r"<script[^>]*>", source)
    plots = source.count('class="plot"')
    assert len(opened) == plots + 2
    assert plots == 8


def test_nothing_outside_the_folder_is_named(rendered: tuple[Path, Reader]) -> None:
    path, _ = rendered
    source = path.read_text(encoding="utf-8")
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", source)
    assert re.findall(r'src="([^"]+)"', source) == ["plotly.min.js"]
    assert "default-src 'none'" in source
