"""What a correction would change: in both directions, with the whole day priced anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import counterfactual, pricing, warehouse
from pipelines.records import describe_line
from pipelines.warehouse import Connection
from tests.small_audit import audit, rows

IDS = ("MOHS001", "MOHS005", "MOHS040", "MOHS045", "MOHS060", "MOHS120", "MOHS210", "MOHS020")
CASES = """
## A correction that changes who is ranked first

CMS's own amounts of 2020 for Ohio: 17311 is 643.91, 17313 is 602.74. By CMS's RVUs 14000 is 615.29.

| claim | line | procedure | diagnosis | date       | allowed | finding |
|-------|------|-----------|-----------|------------|---------|---------|
| A     | 1    | 17313     | C44.311   | 2020-06-01 | 301.37  |         |
| A     | 2    | 14000     | C44.311   | 2020-06-01 | 615.29  |         |

## Two corrections in one day

| claim | line | procedure | units | diagnosis | date       | charge  | finding |
|-------|------|-----------|-------|-----------|------------|---------|---------|
| A     | 1    | 17313     | 1     | C44.311   | 2020-06-01 | 1000.00 |         |
| A     | 2    | 17314     | 1     | C44.311   | 2020-06-01 | 1000.00 |         |
| A     | 3    | 13132     | 1     | C44.311   | 2020-06-01 | 1000.00 |         |

## A nerve block beside the surgery

| claim | line | procedure | status | finding |
|-------|------|-----------|--------|---------|
| A     | 1    | 17311     | paid   |         |
| A     | 2    | 64400     | denied |         |

## More repairs than there can be

| claim | line | procedure | units | charge  | date       | status | finding |
|-------|------|-----------|-------|---------|------------|--------|---------|
| A     | 1    | 17311     | 1     | 1000.00 | 2024-08-13 | paid   |         |
| A     | 2    | 13132     | 2     | 900.00  | 2024-08-13 | paid   |         |

## A payer whose terms are not known

| claim | line | procedure | diagnosis | payer | line_of_business | finding |
|-------|------|-----------|-----------|-------|------------------|---------|
| A     | 1    | 17313     | C44.311   | North | commercial       |         |

## Nothing to correct

| claim | line | procedure | finding |
|-------|------|-----------|---------|
| A     | 1    | 17311     |         |
| A     | 2    | 17312     |         |
"""


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    connection = audit(tmp_path_factory.mktemp("counterfactual"), CASES, IDS)
    yield connection
    connection.close()


def corrections(audited: Connection, case: int) -> list[dict[str, Any]]:
    """The rows of a case in the order of their steps."""
    return rows(
        audited,
        f"SELECT * FROM audit.counterfactual WHERE line_id LIKE 'E{case}.%' ORDER BY step, rule_id",
    )


def test_the_whole_day_is_ranked_anew(audited: Connection) -> None:
    [row] = corrections(audited, 1)
    assert (row["rule_id"], row["corrected_code"]) == ("MOHS001", "17311")
    # 602.74 / 2 + 615.29, then 643.91 + 615.29 / 2 rounded half up
    assert (row["day_billed"], row["day_corrected"]) == (Decimal("916.66"), Decimal("951.56"))
    assert (row["line_billed"], row["line_corrected"]) == (Decimal("301.37"), Decimal("643.91"))
    assert row["difference"] == Decimal("34.90")
    assert row["other_lines"] == "14000 (E1.A-2) 615.29 to 307.65"
    assert "rank 1" in row["chain_corrected"]
    assert "rank 2" in row["chain_billed"]


def test_what_was_allowed_stands_beside_it(audited: Connection) -> None:
    [row] = corrections(audited, 1)
    assert (row["line_allowed"], row["day_allowed"]) == (Decimal("301.37"), Decimal("916.66"))
    assert row["payment_gap"] == 0
    [block] = corrections(audited, 3)
    # of the day the payer allowed the whole charge of the surgery and nothing for the block
    assert block["day_allowed"] == Decimal("1000.00")
    assert block["payment_gap"] == block["day_billed"] - 1000


def test_a_line_that_is_not_billable_is_left_out(audited: Connection) -> None:
    [row] = corrections(audited, 3)
    assert (row["correction"], row["corrected_code"], row["line_corrected"]) == ("remove", None, 0)
    assert row["difference"] == -row["line_billed"]
    assert row["difference"] < 0


def test_the_corrected_day_is_what_mohs_price_gives(audited: Connection, tmp_path: Path) -> None:
    billed = {row["line_id"]: row for row in rows(audited, "SELECT * FROM core.pricing_line")}
    last = {}
    for case in (1, 2, 3, 4):
        for row in corrections(audited, case):
            last[row["day_id"].partition(".")[0]] = row["day_corrected"]
            line = billed[row["line_id"]]
            if row["correction"] == "remove":
                del billed[row["line_id"]]
                continue
            line["charge"] = line["charge"] * row["corrected_units"] / line["units"]
            line["procedure_code"] = row["corrected_code"]
            line["units"] = row["corrected_units"]
    path = tmp_path / "corrected.csv"
    pl.DataFrame(
        [
            {
                "line_id": line["line_id"],
                "patient_id": line["line_id"].partition(".")[0],
                "rendering_npi": "1",
                "date_of_service": line["date_of_service"].isoformat(),
                "procedure_code": line["procedure_code"],
                "modifiers": " ".join(line["modifiers"]),
                "units": str(line["units"]),
                "place_of_service": line["place_of_service"],
                "locality": line["locality"],
                "charge": str(line["charge"].quantize(Decimal("0.01"))),
            }
            for line in billed.values()
        ]
    ).write_csv(path)
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for line_id, amount in pricing.price_file(path).select("line_id", "expected_allowed").rows():
        totals[line_id.partition(".")[0]] += amount
    assert last == {case: totals[case] for case in ("E1", "E2", "E3", "E4")}


def test_the_differences_of_a_day_add_up(audited: Connection) -> None:
    expected = {
        row["line_id"]: row["expected_allowed"]
        for row in rows(audited, "SELECT line_id, expected_allowed FROM audit.expected_payment")
    }
    days: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(audited, "SELECT * FROM audit.counterfactual WHERE status = 'priced'"):
        days[row["day_id"]].append(row)
    assert max(map(len, days.values())) == 2
    for day_id, found in days.items():
        found.sort(key=lambda row: row["step"])
        claim = day_id.rpartition("-")[0]
        billed = sum(money for line, money in expected.items() if line.startswith(f"{claim}-"))
        assert found[0]["day_billed"] == billed
        assert sum(row["difference"] for row in found) == found[-1]["day_corrected"] - billed
        for before, after in pairwise(found):
            assert after["day_billed"] == before["day_corrected"]
        if found[0]["day_allowed"] is not None:
            gaps = sum(row["payment_gap"] + row["difference"] for row in found)
            assert gaps == found[-1]["day_corrected"] - found[0]["day_allowed"]


def test_the_second_correction_stands_on_the_first(audited: Connection) -> None:
    first, second = corrections(audited, 2)
    assert [row["corrected_code"] for row in (first, second)] == ["17311", "17312"]
    # no add-on moves anything else; CMS's amounts of 2020 for Ohio are 367.38 and 384.77
    assert second["other_lines"] is None
    assert second["difference"] == second["line_corrected"] - second["line_billed"]
    assert (second["line_billed"], second["line_corrected"]) == (
        Decimal("367.38"),
        Decimal("384.77"),
    )


def test_units_take_their_share_of_the_charge_along(audited: Connection) -> None:
    [row] = corrections(audited, 4)
    assert (row["rule_id"], row["correction"], row["corrected_units"]) == ("MOHS045", "units", 1)
    assert row["line_corrected"] <= Decimal("450.00")
    assert row["question"] == "Does the record support 1 instead of 2 units of 13132?"


def test_without_terms_there_are_no_dollars(audited: Connection) -> None:
    [row] = corrections(audited, 5)
    assert (row["status"], row["difference"], row["line_corrected"]) == ("not_priced", None, None)
    assert row["reason"].startswith("17311 is not priced")


def test_a_finding_that_names_no_correction_has_no_row(audited: Connection) -> None:
    assert corrections(audited, 6) == []
    found = rows(audited, "SELECT DISTINCT rule_id FROM audit.counterfactual")
    named = {row["rule_id"] for row in found}
    assert named == {"MOHS001", "MOHS045", "MOHS060"}


def test_it_asks_and_names_the_evidence(audited: Connection) -> None:
    for row in rows(audited, "SELECT * FROM audit.counterfactual"):
        assert row["question"].startswith("Does the record ")
        assert row["question"].endswith("?")
        assert row["evidence"]
    told = "\n".join(describe_line(audited, "E1.A-1"))
    assert "Does the record support 17311 instead of 17313?" in told
    assert "a difference of +34.90" in told
    assert "the site in the operative note and on the map" in told


def test_one_correction_of_a_line_is_made_at_a_time(audited: Connection) -> None:
    connection = audited.cursor()
    connection.execute("BEGIN")
    warehouse.insert(
        connection,
        "audit.finding",
        warehouse.select(connection, "SELECT * FROM audit.finding WHERE line_id = 'E1.A-1'")
        .filter(pl.col("rule_id") == "MOHS001")
        .with_columns(rule_id=pl.lit("MOHS005"), suggested_code=pl.lit("17312")),
    )
    counterfactual.study(connection)
    first, second = corrections(connection, 1)
    assert (first["rule_id"], first["status"], first["step"]) == ("MOHS001", "priced", 1)
    assert (second["rule_id"], second["status"], second["step"]) == ("MOHS005", "superseded", None)
    assert second["reason"] == "another correction of the line comes first"
    connection.execute("ROLLBACK")
