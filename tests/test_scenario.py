"""`mohs price --as-of`: what another year's schedule changes, taken apart."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import pricing, scenario
from pipelines.pricing import PriceFileError
from tests.test_pricing import (  # noqa: F401  (fixtures)
    MIAMI,
    NATIONAL,
    OHIO,
    RANDOM,
    Line,
    days_of_claims,
    loaded,
    national,
    priced,
)


def reprice(
    folder: Path,
    rows: Sequence[dict[str, object]],
    year: int,
    locality: str | None = None,
    practice: Path | None = None,
) -> dict[str, dict[str, object]]:
    plain: dict[str, object] = {
        "patient_id": "P1",
        "rendering_npi": "1",
        "date_of_service": "2025-03-03",
        "modifiers": "",
        "units": "1",
        "place_of_service": "11",
        "locality": OHIO,
    }
    lines = [{"line_id": str(number), **plain, **row} for number, row in enumerate(rows)]
    path = folder / "lines.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(lines[0]), restval="")
        writer.writeheader()
        writer.writerows(lines)
    frame = scenario.reprice_file(path, year, locality, practice)
    assert frame.columns == list(scenario.COLUMNS)
    return {str(row["procedure_code"]): row for row in frame.rows(named=True)}


def amounts(row: dict[str, object]) -> list[str]:
    names = ("allowed", *scenario.EFFECTS, "allowed_as_of", "difference")
    return [str(row[name]) for name in names]


def test_new_ranks_are_mix_and_new_fees_are_price(tmp_path: Path, national: Path) -> None:  # noqa: F811
    """Worked example D of fees.md: the flap comes second in 2025 and first in 2026."""
    rows = [{"procedure_code": code, "locality": NATIONAL} for code in ("14000", "17311", "17312")]
    found = reprice(tmp_path, rows, 2026, practice=national)
    # half of 667.35 is 333.68, less 312.15; the other half comes from the rank
    assert amounts(found["14000"]) == ["312.15", "21.53", "0.00", "333.67", "667.35", "355.20"]
    assert amounts(found["17311"]) == ["661.16", "5.86", "0.00", "-333.51", "333.51", "-327.65"]
    assert amounts(found["17312"]) == ["399.48", "3.33", "0.00", "0.00", "402.81", "3.33"]
    assert amounts(found["total"]) == ["1372.79", "30.72", "0.00", "0.16", "1403.67", "30.88"]


def test_what_is_priced_on_one_side_only_is_volume(tmp_path: Path) -> None:
    rows = [
        {"procedure_code": "17312", "date_of_service": "2023-05-02", "place_of_service": "10"},
        {"procedure_code": "17314", "date_of_service": "2024-02-29"},
    ]
    found = reprice(tmp_path, rows, 2021)
    lost = found["17312"]
    assert (lost["not_priced"], lost["not_priced_as_of"]) == (0, 1)
    assert lost["volume_effect"] == -lost["allowed"] < 0  # type: ignore[operator]
    assert (lost["price_effect"], lost["mix_effect"]) == (0, 0)
    # 29 February is priced as the 28th
    assert found["17314"]["not_priced_as_of"] == 0


def test_another_locality(tmp_path: Path) -> None:
    rows = [{"procedure_code": "17311", "date_of_service": "2026-03-02"}]
    found = reprice(tmp_path, rows, 2026, MIAMI)
    assert amounts(found["total"]) == ["628.44", "86.96", "0.00", "0.00", "715.40", "86.96"]


@pytest.mark.parametrize(
    ("year", "locality", "message"),
    [(2031, None, "--as-of 2031: no fee schedule"), (2026, "00000-99", "has no GPCI for 2026")],
)
def test_what_is_not_loaded_is_refused(
    tmp_path: Path, year: int, locality: str | None, message: str
) -> None:
    with pytest.raises(PriceFileError, match=message):
        reprice(tmp_path, [{"procedure_code": "17311"}], year, locality)


@RANDOM
@given(lines=days_of_claims(), year=st.integers(2020, 2026), locality=st.sampled_from([None, OHIO]))
def test_effects_add_up_to_the_difference(
    loaded: duckdb.DuckDBPyConnection,  # noqa: F811
    lines: list[Line],
    year: int,
    locality: str | None,
) -> None:
    before = priced(loaded, lines)
    frame = scenario.reprice(loaded, year, locality)
    after = pricing.price_lines(loaded)
    *codes, total = frame.rows(named=True)
    for row in (*codes, total):
        assert row["difference"] == row["allowed_as_of"] - row["allowed"]
        assert row["difference"] == sum(row[name] for name in scenario.EFFECTS)
    assert total["allowed"] == sum(row["expected_allowed"] or 0 for row in before.values())
    assert total["allowed_as_of"] == after["expected_allowed"].sum()
    for name in (*scenario.EFFECTS, "lines", "units"):
        assert total[name] == sum(row[name] for row in codes)


def test_the_same_year_and_place_change_nothing(loaded: duckdb.DuckDBPyConnection) -> None:  # noqa: F811
    day = date(2025, 6, 2)
    line = Line(
        patient="P1",
        order=0,
        code="17311",
        component="",
        units=2,
        day=day,
        place="11",
        locality=OHIO,
        npi="1",
        charge=None,
        participating=True,
        qualifying=False,
        kind="MD",
        deductible=Decimal(),
        qmb=False,
    )
    priced(loaded, [line])
    snapshot = duckdb.connect()
    snapshot.execute("CREATE SCHEMA core")
    lines = pl.DataFrame(loaded.sql("FROM core.pricing_line").to_arrow_table())
    snapshot.register("lines", lines.to_arrow())
    snapshot.execute("CREATE TABLE core.pricing_line AS FROM lines")
    total = scenario.reprice_snapshot(snapshot, 2025).rows(named=True)[-1]
    assert total["allowed"] == total["allowed_as_of"] > 0
    with pytest.raises(PriceFileError, match="no Medicare lines"):
        scenario.reprice_snapshot(snapshot, 2025, period="2024")
    snapshot.close()
