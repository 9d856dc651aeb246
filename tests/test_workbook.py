"""The workbook and the tables beside it: types kept, text inert, same rows same bytes."""

from __future__ import annotations

import csv
import io
import stat
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from pipelines import warehouse
from reports import answers, tables, workbook
from tests.reported import FACTS, FORMULA, POISON, filled


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    return filled()


@pytest.fixture(scope="module")
def book(
    connection: warehouse.Connection, tmp_path_factory: pytest.TempPathFactory
) -> openpyxl.Workbook:
    out = tmp_path_factory.mktemp("book") / "audit.xlsx"
    answered = answers.answer(warehouse.selector(connection), pages=["audit"])
    workbook.write(answered, out=out, facts=FACTS)
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


@pytest.fixture(scope="module")
def folder(connection: warehouse.Connection, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("tables") / "tables"
    answered = answers.answer(warehouse.selector(connection), pages=["audit"])
    tables.write(answered, out=out)
    return out


def test_a_table_is_there_as_csv_and_parquet_with_its_types(folder: Path) -> None:
    (path,) = folder.glob("*denials-by-payer.parquet")
    data = pl.read_parquet(path)
    (row,) = data.filter(pl.col("payer") == "Alpha Medicare").to_dicts()
    assert (row["adjudicated_lines"], row["denied_lines"]) == (13, 3)
    assert row["charge"] == Decimal("300.00")
    assert row["interval_low"] < 3 / 13 < row["interval_high"]
    text = path.with_suffix(".csv").read_text(encoding="utf-8")
    assert text.splitlines()[0].split(",")[:3] == ["payer", "adjudicated_lines", "denied_lines"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_no_cell_of_a_csv_runs_as_a_formula(folder: Path) -> None:
    seen = set()
    for path in folder.glob("*.csv"):
        with path.open(newline="", encoding="utf-8") as stream:
            for row in csv.reader(stream):
                seen |= {cell for cell in row if cell[:1] in "=+@" and cell}
    assert seen == set()
    everything = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.csv"))
    assert f"'{FORMULA}" in everything
