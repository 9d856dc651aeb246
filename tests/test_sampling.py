"""Audit samples: the frame, the draw anybody can repeat, the worksheet and what is read back from it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import polars as pl
import pytest
from click.testing import CliRunner, Result

from pipelines import (
    appraisal,
    cli,
    compliance,
    estimating,
    letters,
    past_audits,
    reference,
    rehearsal,
    reviews,
    sampling,
    warehouse,
    worksheets,
)
from pipelines.sampling import CERTAINTY, Design, UnusableSample
from pipelines.warehouse import Connection
from schemas.compliance import AuditResult
from schemas.dictionary import tables
from schemas.table import create_statement, polars_schema
from tests import reported
from tests.conftest import Demo

SEED = 17311


@pytest.fixture(scope="module")
def snapshot() -> Connection:
    """240 encounters of two surgeons; what the frame's query reads of them, and nothing else."""
    lines, mohs, findings = [], [], []
    for number in range(240):
        encounter = f"C{number:03}-1"
        day = date(2025, 1, 1) + timedelta(days=number)
        for at in (1, 2):
            allowed = Decimal(100 + number * (3 if at == 1 else 1))
            is_denied = number in (10, 11) or (number == 12 and at == 2)
            lines.append(
                (
                    f"C{number:03}-{at}", f"C{number:03}", encounter, f"{number % 2 + 1}" * 10, day,
                    "17311" if at == 1 else "13132",
                    ["59"] if at == 2 else [], Decimal(1), allowed * 2,
                    Decimal(0) if is_denied else allowed, Decimal(0) if is_denied else allowed * 4 / 5,
                    number != 13, "Medicare" if number % 3 else "Other", "837",
                )
            )  # fmt: skip
        if number != 14:
            mohs.append((f"C{number:03}-1",))
        if number % 40 == 0:
            findings.append((f"C{number:03}-2", "MOHS020", "error", "new", False))
        if number % 40 == 1:
            findings.append((f"C{number:03}-2", "MOHS020", "warning", "known", False))
            findings.append((f"C{number:03}-1", "MOHS020", "error", "gone", False))
        if number % 40 == 2:
            findings.append((f"C{number:03}-1", "MOHS020", "error", "new", True))
            findings.append((f"C{number:03}-2", "MOHS251", "error", "new", False))
    connection = warehouse.connect()
    connection.execute("CREATE SCHEMA core")
    connection.execute("CREATE SCHEMA audit")
    connection.execute(
        "CREATE TABLE core.service_line (line_id VARCHAR, claim_id VARCHAR, encounter_id VARCHAR, "
        "rendering_npi VARCHAR, date_of_service DATE, procedure_code VARCHAR, modifiers VARCHAR[], "
        "units DECIMAL(9,3), charge DECIMAL(12,2), allowed DECIMAL(12,2), paid DECIMAL(12,2), "
        "is_adjudicated BOOLEAN, payer VARCHAR, source VARCHAR)"
    )
    held = pl.DataFrame(lines, orient="row", schema=[f"c{at}" for at in range(14)])
    assert held.height == 480
    connection.execute("INSERT INTO core.service_line SELECT * FROM held")
    connection.execute("CREATE TABLE core.mohs_line (line_id VARCHAR)")
    connection.executemany("INSERT INTO core.mohs_line VALUES (?)", mohs)
    for name in ("change", "rule"):
        connection.execute(create_statement(tables()[f"audit.{name}"]))
    for rule, basis in (("MOHS020", "claim"), ("MOHS251", "payment")):
        reported.put(connection, "audit.rule", [{"rule_id": rule, "basis": basis}])
    reported.put(
        connection,
        "audit.change",
        [
            {
                "kind": "finding",
                "item_id": f"{rule} {line_id}",
                "label": rule,
                "line_id": line_id,
                "severity": severity,
                "since_month": since,
                "is_dismissed": is_dismissed,
            }
            for line_id, rule, severity, since, is_dismissed in findings
        ],
    )
    query = warehouse.select_text(warehouse.SQL / "audit" / "coding_finding.sql")
    connection.execute(f"CREATE VIEW audit.coding_finding AS {query}")
    # one coder of every first line of the first surgeon
    connection.execute(
        "CREATE VIEW audit.line_coder AS SELECT line_id, 'KL' AS coder FROM core.service_line "
        "WHERE rendering_npi = '1111111111' AND line_id LIKE '%-1'"
    )
    return connection


def drawn(snapshot: Connection, design: Design) -> tuple[dict[str, Any], sampling.Frame]:
    frame = sampling.build_frame(snapshot, design)
    plan = sampling.allocate(frame, design)
    units = sampling.draw(frame.units, plan, SEED)
    record = sampling.manifest(
        design,
        frame,
        plan,
        units,
        sampling.lines_of(snapshot, design, units),
        rehearsal.rehearse([rehearsal.Stratum(np.ones(20), 10)], draws=10),
        SEED,
        {"drawn_at": "2026-11-23T19:00:00+00:00"},
    )
    return record, frame


@pytest.fixture(scope="module")
def simple(snapshot: Connection) -> tuple[dict[str, Any], sampling.Frame]:
    return drawn(snapshot, Design(size=30, spares=3))


@pytest.fixture(scope="module")
def small(snapshot: Connection) -> dict[str, Any]:
    """Five units, on rows 2 to 16 of the worksheet, and a spare on rows 17 to 19."""
    return drawn(snapshot, Design(size=5, spares=1))[0]


class TestFrame:
    def test_it_says_what_was_left_out_and_why(
        self, simple: tuple[dict[str, Any], sampling.Frame]
    ) -> None:
        _, frame = simple
        assert dict(frame.excluded.select("reason", "units").iter_rows()) == {
            "a line is not adjudicated": 1,
            "no Mohs surgery": 1,
            "nothing was paid": 2,
        }
        assert frame.units.height == 236
        # 80 % of 100 + 3n and 100 + n over the rest, less the line denied in encounter 12
        rest = [n for n in range(240) if n not in (10, 11, 13, 14)]
        total = sum(Decimal(200 + 4 * n) * 4 / 5 for n in rest) - Decimal(112) * 4 / 5
        assert frame.units["paid"].sum() == total

    def test_its_hash_is_that_of_the_file(
        self, simple: tuple[dict[str, Any], sampling.Frame]
    ) -> None:
        record, frame = simple
        assert record["frame"]["sha256"] == hashlib.sha256(frame.content).hexdigest()
        rows = list(csv.DictReader(io.StringIO(frame.content.decode())))
        assert [row["unit_id"] for row in rows] == sorted(row["unit_id"] for row in rows)
        assert [int(row["row"]) for row in rows] == list(range(1, 237))

    @pytest.mark.parametrize(
        ("design", "units"),
        [
            # 10, 11, 13 and 14 are out; of lines only those of Mohs surgery count
            (Design(unit="line"), 236),
            (Design(unit="claim"), 236),
            (Design(any_code=True, with_unpaid=True), 239),
            (Design(surgeons=("1" * 10,)), 118),
            (Design(payers=("Medicare",)), 156),
            (Design(first_day=date(2025, 1, 1), last_day=date(2025, 1, 31)), 27),
        ],
    )
    def test_unit_period_payer_and_surgeon_limit_it(
        self, snapshot: Connection, design: Design, units: int
    ) -> None:
        assert sampling.build_frame(snapshot, design).units.height == units

    def test_its_risk_leaves_out_what_was_dismissed_and_what_is_of_payments(
        self, simple: tuple[dict[str, Any], sampling.Frame]
    ) -> None:
        _, frame = simple
        tiers = {
            tier: {int(unit[1:4]) % 40 for unit in rows["unit_id"]}
            for (tier,), rows in frame.units.group_by("tier")
        }
        assert tiers["error"] == {0}
        assert tiers["warning"] == {1}
        assert 2 in tiers["none"]

    def test_an_empty_one_is_refused_with_the_remedy(self, snapshot: Connection) -> None:
        with pytest.raises(UnusableSample, match="widen --period"):
            sampling.build_frame(snapshot, Design(payers=("Nobody",)))


class TestDraw:
    def test_anybody_draws_the_same_from_the_file_and_the_seed(
        self, simple: tuple[dict[str, Any], sampling.Frame]
    ) -> None:
        """A second implementation, from the description alone."""
        record, frame = simple
        rows = list(csv.DictReader(io.StringIO(frame.content.decode())))
        raw = np.random.PCG64(SEED).random_raw(len(rows))
        ordered = [
            row["unit_id"]
            for _, row in sorted(zip(raw.tolist(), rows, strict=True), key=lambda pair: pair[0])
        ]
        got = {"sample": [], "spare": []}
        for unit in record["drawn"]:
            got[unit["role"]].append(unit["unit_id"])
        assert got == {"sample": ordered[:30], "spare": ordered[30:33]}

    def test_the_generator_is_the_one_that_is_documented(self) -> None:
        # first outputs of PCG64 (XSL-RR 128/64) seeded by SeedSequence(17311), which NEP 19 freezes
        raw = np.random.Generator(np.random.PCG64(SEED)).bit_generator.random_raw(3)
        assert sampling.order(3, SEED) == [int(at) + 1 for at in np.argsort(raw)]
        assert sampling.order(500, 1) != sampling.order(500, 2)
        assert sorted(sampling.order(500, 1)) == list(range(1, 501))

    def test_every_unit_is_drawn_about_as_often(self) -> None:
        counts = np.zeros(20)
        for seed in range(2000):
            counts[np.array(sampling.order(20, seed)[:5]) - 1] += 1
        # 2,000 draws of 5 in 20: 500 each, standard deviation 19.4
        assert abs(counts - 500).max() < 4 * 19.4

    def test_strata_follow_neyman_and_certain_units_are_all_taken(
        self, snapshot: Connection
    ) -> None:
        design = Design(
            size=60, strata=("surgeon", "dollars"), certainty_errors=True,
            certainty_above=Decimal(900),
        )  # fmt: skip
        record, frame = drawn(snapshot, design)
        held = defaultdict(list)
        for row in frame.units.iter_rows(named=True):
            held[row["stratum"]].append(row)
        certain = {row["unit_id"] for row in held.pop(CERTAINTY)}
        assert certain == {
            row["unit_id"]
            for row in frame.units.iter_rows(named=True)
            if row["tier"] == "error" or row["paid"] > 900
        }
        assert {f"{number:03}" for number in range(0, 240, 40)} <= {one[1:4] for one in certain}
        plan = {row["stratum"]: row for row in record["strata"]}
        assert plan[CERTAINTY]["sample"] == plan[CERTAINTY]["units"] == len(certain)
        sizes = {name: plan[name]["sample"] for name in held}
        assert sum(sizes.values()) == 60
        weight = {
            name: len(rows) * float(np.std([float(row["paid"]) for row in rows], ddof=1))
            for name, rows in held.items()
        }
        share = {name: 60 * one / sum(weight.values()) for name, one in weight.items()}
        for name, size in sizes.items():
            assert size == sampling.FEWEST or abs(size - share[name]) < 3, name
        bands = defaultdict(Decimal)
        for name, rows in held.items():
            bands[name[-1]] += sum(row["paid"] for row in rows)
        assert max(bands.values()) < Decimal("1.05") * min(bands.values())

    def test_too_many_strata_for_the_size_is_refused(self, snapshot: Connection) -> None:
        design = Design(size=12, strata=("surgeon", "risk", "dollars"))
        with pytest.raises(UnusableSample, match="raise --size"):
            sampling.allocate(sampling.build_frame(snapshot, design), design)


def written(
    folder: Path,
    record: dict[str, Any],
    fill: Callable[[dict[str, Any], Callable[..., None]], None],
) -> Path:
    """The worksheet as a reviewer saves it; `fill(row, set)` is called for each row."""
    book = openpyxl.load_workbook(io.BytesIO(worksheets.write(record)))
    sheet = book["Review"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for at in range(2, sheet.max_row + 1):
        row = {name: sheet.cell(at, place).value for name, place in columns.items()}

        def put(at: int = at, **values: Any) -> None:
            for name, value in values.items():
                sheet.cell(at, columns[name]).value = value

        fill({**row, "at": at}, put)
    path = folder / "filled.xlsx"
    book.save(path)
    return path


def all_correct(row: dict[str, Any], put: Callable[..., None]) -> None:
    if row["role"] == "sample" and row["line_id"] != worksheets.MISSED:
        put(label="correct", reviewer="AB")


class TestWorksheet:
    def test_it_shows_what_was_billed_locked_and_inert(
        self, small: dict[str, Any], tmp_path: Path
    ) -> None:
        evil = {**small["lines"][0], "procedure_code": "=2+5"}
        record = {**small, "lines": [evil, *small["lines"][1:]]}
        book = openpyxl.load_workbook(io.BytesIO(worksheets.write(record)))
        assert book.sheetnames == ["Review", "Instructions", "Seal"]
        sheet = book["Review"]
        columns = {cell.value: cell.column for cell in sheet[1]}
        assert sheet.max_row == 1 + 6 * 3
        assert sheet.protection.sheet
        assert sheet.cell(2, columns["paid"]).protection.locked
        assert not sheet.cell(2, columns["label"]).protection.locked
        codes = [sheet.cell(at, columns["procedure_code"]) for at in range(2, sheet.max_row + 1)]
        assert {cell.data_type for cell in codes} <= {"s", "n"}
        assert codes[0].value == "'=2+5"
        offered = {
            rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"
        }
        assert offered == {
            f'"{",".join(worksheets.LABELS)}"',
            f'"{",".join(worksheets.MISSED_LABELS)}"',
        }
        assert worksheets.write(record) == worksheets.write(record)
        path = written(tmp_path, record, all_correct)
        assert len(reviews.read(path, record)) == 5 * 3

    def test_a_faultless_review_is_read(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        record, _ = simple
        rows = reviews.read(written(tmp_path, record, all_correct), record)
        assert {row.unit_id for row in rows} == {
            one["unit_id"] for one in record["drawn"] if one["role"] == "sample"
        }
        result = appraisal.appraise(rows, record)
        assert result.accuracy["rate"].to_list() == [1.0, 1.0, 1.0]
        assert not result.is_advisable
        assert "no payment in the sample would change" in result.advice[0]

    @pytest.mark.parametrize(
        ("row", "cells", "said"),
        [
            (5, {"label": None}, "row 5: is not filled in; choose a label"),
            (5, {"label": "fine"}, "row 5: the label 'fine' is unknown; choose one of correct"),
            (5, {"unit_id": "C999-1"}, "was not drawn; restore the id"),
            (5, {"paid": 1}, "row 5: paid is 1 but"),
            (5, {"paid": "much"}, "row 5: paid is much but"),
            (5, {"audited_allowed": -1}, "is no amount; write it as"),
            (5, {"procedure_code": "17313"}, "row 5: procedure_code is 17313 but"),
            (5, {"label": "overcoding"}, "row 5: has no audited_allowed"),
            (5, {"label": "overcoding", "reviewer": None}, "row 5: has no reviewer"),
            (5, {"label": "overcoding", "audited_allowed": 9999}, "more should have been allowed"),
            (5, {"label": "undercoding", "audited_allowed": 0}, "less should have been allowed"),
            (5, {"audited_allowed": 1}, "row 5: is labelled correct but audited allowed differs"),
            (5, {"audited_units": 7}, "row 5: is labelled correct but audited units differs"),
            (5, {"label": "wrong site", "audited_allowed": "much"}, "is no amount; write it as"),
            (
                5,
                {"second_label": "correct"},
                "row 5: has a second_label and no second_reviewer; give",
            ),
            (
                5,
                {"second_label": "correct", "second_reviewer": "ab"},
                "has ab as both reviewers; a",
            ),
            (5, {"label": "no record"}, "has a record for some lines and none for others"),
            (17, {"label": "correct", "reviewer": "AB"}, "is a spare nothing made room for"),
        ],
    )
    def test_what_cannot_be_is_refused_with_sheet_row_and_remedy(
        self,
        small: dict[str, Any],
        tmp_path: Path,
        row: int,
        cells: dict[str, Any],
        said: str,
    ) -> None:
        def fill(cell: dict[str, Any], put: Callable[..., None]) -> None:
            all_correct(cell, put)
            # the two lines of the spare are rows 17 and 18
            if cell["at"] == row or (row == 17 and cell["at"] == 18):
                put(**cells)

        with pytest.raises(UnusableSample) as refused:
            reviews.read(written(tmp_path, small, fill), small)
        assert said in str(refused.value)
        assert "filled.xlsx, sheet Review" in str(refused.value)

    def test_a_row_taken_out_and_another_sample_are_refused(
        self, snapshot: Connection, small: dict[str, Any], tmp_path: Path
    ) -> None:
        path = written(tmp_path, small, all_correct)
        other, _ = drawn(snapshot, Design(size=6, spares=1))
        with pytest.raises(UnusableSample, match="belongs to another sample"):
            reviews.read(path, other)
        book = openpyxl.load_workbook(path)
        book["Review"].delete_rows(4)
        book.save(path)
        with pytest.raises(UnusableSample, match="is missing; restore it"):
            reviews.read(path, small)
        with pytest.raises(UnusableSample, match=r"save it as \.xlsx"):
            reviews.read(Path(__file__), small)

    def test_a_spare_takes_the_place_of_a_unit_without_a_record(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        record, _ = simple
        lost = [one["unit_id"] for one in record["drawn"] if one["role"] == "sample"][:2]
        spare = next(one["unit_id"] for one in record["drawn"] if one["role"] == "spare")

        def fill(row: dict[str, Any], put: Callable[..., None]) -> None:
            all_correct(row, put)
            if row["line_id"] == worksheets.MISSED:
                return
            if row["unit_id"] in lost:
                put(label="no record")
            if row["unit_id"] == spare:
                put(label="correct", reviewer="AB")

        rows = reviews.read(written(tmp_path, record, fill), record)
        units = {row.unit_id for row in rows}
        assert len(units) == 30
        assert lost[0] not in units
        assert spare in units
        # the second has no spare reviewed for it: all it was paid counts
        gone = [row for row in rows if row.unit_id == lost[1]]
        assert sum(row.difference for row in gone) == sum(row.paid for row in gone) > 0


class TestAppraisal:
    @pytest.fixture
    def reviewed(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> tuple[list[reviews.Reviewed], dict[str, Any]]:
        """Units 1 to 6: half of the first line was due; 7: one missed charge; 8: 25 too little."""
        record, _ = simple

        def fill(row: dict[str, Any], put: Callable[..., None]) -> None:
            all_correct(row, put)
            if row["role"] != "sample":
                return
            first = str(row["line_id"]).endswith("-1")
            if row["place"] <= "6" and len(row["place"]) == 1 and first:
                put(
                    label="wrong stage count",
                    audited_allowed=row["allowed"] / 2,
                    second_label="overcoding",
                    second_reviewer="CD",
                )
            if row["place"] == "7" and row["line_id"] == worksheets.MISSED:
                put(
                    label="missed charge",
                    audited_code="17315",
                    audited_units=1,
                    audited_allowed=50,
                    reviewer="AB",
                )
            if row["place"] == "8" and first:
                put(
                    label="undercoding",
                    audited_allowed=row["allowed"] + 25,
                    second_label="undercoding",
                    second_reviewer="CD",
                )

        return reviews.read(written(tmp_path, record, fill), record), record

    def test_the_sums_are_those_worked_out_by_hand(
        self, reviewed: tuple[list[reviews.Reviewed], dict[str, Any]]
    ) -> None:
        rows, record = reviewed
        result = appraisal.appraise(rows, record)
        by_unit = {one["unit_id"]: one for one in record["drawn"]}
        paid = {line["line_id"]: Decimal(line["paid"]) for line in record["lines"]}
        sample = [one for one in by_unit.values() if one["role"] == "sample"]
        over = [float(paid[one["unit_id"]] / 2) if one["place"] <= 6 else 0.0 for one in sample]
        # the payer's share is 80 % throughout
        under = [
            40.0 if one["place"] == 7 else 20.0 if one["place"] == 8 else 0.0 for one in sample
        ]
        accuracy = {row["measure"]: row for row in result.accuracy.to_dicts()}
        assert (accuracy["codes correct"]["count"], accuracy["codes correct"]["of"]) == (53, 61)
        assert (
            accuracy["records without error"]["count"],
            accuracy["records without error"]["of"],
        ) == (22, 30)
        dollars = {(row["measure"], row["estimator"]): row for row in result.dollars.to_dicts()}
        net = np.array(over) - np.array(under)
        for name, values in (
            ("overpaid only", np.array(over)), ("underpaid only", np.array(under)),
            ("net", net), ("gross", np.array(over) + np.array(under)),
        ):  # fmt: skip
            row = dollars[name, "difference"]
            assert row["in_sample"] == pytest.approx(values.sum(), abs=0.01)
            assert row["point"] == pytest.approx(236 * values.mean(), abs=0.01)
            error = 236 * values.std(ddof=1) / np.sqrt(30) * np.sqrt(1 - 30 / 236)
            assert row["error"] == pytest.approx(error, abs=0.01)
        sums = dict(result.labels.select("label", "lines").iter_rows())
        assert sums == {"correct": 53, "wrong stage count": 6, "undercoding": 1, "missed charge": 1}
        assert result.agreement is not None
        assert result.agreement["rows"] == 7
        assert result.agreement["agreement"] == pytest.approx(1 / 7, abs=1e-4)

    def test_its_page_says_what_was_found_and_for_what_frame(
        self,
        reviewed: tuple[list[reviews.Reviewed], dict[str, Any]],
        tmp_path: Path,
    ) -> None:
        """8 of 30: the exact interval is that of R's binom.test(8, 30)."""
        rows, record = reviewed
        result = appraisal.appraise(rows, record)
        out = tmp_path / "report"
        letters.deliver(result, record, compared(result, record), out, counsel="A. Counsel, LLP")
        reader = reported.read(out / "all" / "sample" / "coding_estimate.html")
        said = reported.words(reader)
        assert (
            "Of 30 records reviewed, 8 have a potential error (26.7%, exact 95% interval 12.3% to 45.9%). "
            "A projection to the frame of 236 units is not advisable."
        ) in said
        assert record["frame"]["sha256"] in said
        assert "lower limit for the frame" not in said
        found = {row["Label"]: row["Lines"] for row in reported.rows(reader, "What was found")}
        assert found == {
            "correct": "53",
            "wrong stage count": "6",
            "undercoding": "1",
            "missed charge": "1",
        }
        surgeons = reported.rows(reader, "By surgeon")
        assert sum(int(row["Units reviewed"]) for row in surgeons) == 30
        assert {row["Share without error"] for row in surgeons} == {"none"}
        left_out = reported.rows(reader, "How it was drawn", 2)
        assert [row["Units"] for row in left_out] == ["1", "1", "2"]
        assert "Prepared at the direction of counsel: A. Counsel, LLP." in said
        # both say undercoding once, else two labels that never meet: (1/7 - 1/49) / (1 - 1/49)
        assert result.agreement is not None
        assert result.agreement["kappa"] == 0.125
        assert "Two reviewers judged 7 rows" in said
        assert "agree on 14.3%; Cohen's kappa, agreement beyond chance, is 0.12." in said
        assert "Not compared with an earlier audit: no earlier audit is kept." in said
        decided = reported.rows(reader, "Index of decisions")
        assert len(decided) == 40
        assert {row["Reviewer"] for row in decided} == {"AB"}
        assert {row["Second reviewer"] for row in decided} == {"CD", "none"}
        coded = [one for one in record["lines"] if one["coder"] == "KL" and one["role"] == "sample"]
        [coder] = reported.rows(reader, "By coder")
        assert (coder["Coder"], int(coder["Units reviewed"])) == ("KL", len(coded))
        wrong = {row.line_id for row in rows if not row.is_correct and row.coder == "KL"}
        missed = {row.unit_id for row in rows if row.label == "missed charge"}
        units = {one["unit_id"] for one in coded if one["line_id"] in wrong}
        units |= {one["unit_id"] for one in coded if one["unit_id"] in missed}
        assert int(coder["Without error"]) == len(coded) - len(units)

    def test_its_shareable_copy_names_nobody_and_no_record(
        self,
        reviewed: tuple[list[reviews.Reviewed], dict[str, Any]],
        tmp_path: Path,
    ) -> None:
        rows, record = reviewed
        result = appraisal.appraise(rows, record)
        done = letters.deliver(result, record, compared(result, record), tmp_path, key=b"key")
        assert tmp_path / "shareable" / "index.html" == done[0]
        texts = [path.read_text() for path in done if path.suffix == ".html"]
        texts += [path.read_text() for path in (tmp_path / "shareable").rglob("*.csv")]
        assert len(texts) > 10
        for text in texts:
            assert not re.search(r"1111111111|2222222222|C\d{3}-\d|\bKL\b|\bAB\b|\bCD\b", text)
        reader = reported.read(tmp_path / "shareable" / "all" / "sample" / "coding_estimate.html")
        said = reported.words(reader)
        # 8 of 30 is a small count, and what is left of it would tell it
        assert "(withheld) have a potential error. A projection" in said
        assert "Counsel" not in said
        assert not reported.tables_of(reader, "Index of decisions")
        assert all(
            "withheld" in row["Lines"] for row in reported.rows(reader, "What was found")[1:]
        )

    def test_a_projection_that_is_advisable_comes_with_its_limits(
        self, snapshot: Connection, tmp_path: Path
    ) -> None:
        """Every unit of the frame reviewed, half of each paid too much: sums, without any error."""
        record, frame = drawn(snapshot, Design(size=1000, spares=0))

        def fill(row: dict[str, Any], put: Callable[..., None]) -> None:
            all_correct(row, put)
            if row["line_id"] != worksheets.MISSED and row["allowed"]:
                put(label="overcoding", audited_allowed=row["allowed"] / 2)

        result = appraisal.appraise(reviews.read(written(tmp_path, record, fill), record), record)
        letters.deliver(result, record, compared(result, record), tmp_path / "report")
        reader = reported.read(tmp_path / "report" / "all" / "sample" / "coding_estimate.html")
        half = f"${frame.units['paid'].sum() / 2:,.0f}"
        assert (
            f"the overpaid total is estimated at {half} (90% interval {half} to {half}); its one-sided "
            f"90% lower limit is {half}."
        ) in reported.words(reader)

    def test_it_says_when_a_projection_is_not_advisable(
        self, reviewed: tuple[list[reviews.Reviewed], dict[str, Any]]
    ) -> None:
        rows, record = reviewed
        result = appraisal.appraise(rows, record)
        assert not result.is_advisable
        assert "precision" in result.advice[0]
        assert any("100 sample items" in sentence for sentence in result.advice)
        largest = [row for row in result.sensitivity.to_dicts() if "largest" in row["change"]]
        base = {
            row["measure"]: row["point"]
            for row in result.sensitivity.to_dicts()
            if row["change"] == "as estimated"
        }
        assert {row["measure"] for row in largest} == {"net", "overpaid only"}
        assert all(row["point"] < base[row["measure"]] for row in largest)

    def test_a_whole_review_adds_up(self, snapshot: Connection, tmp_path: Path) -> None:
        days = {"first_day": date(2025, 1, 1), "last_day": date(2025, 1, 31)}
        record, frame = drawn(snapshot, Design(size=27, spares=0, **days))

        def fill(row: dict[str, Any], put: Callable[..., None]) -> None:
            all_correct(row, put)
            if str(row["line_id"]).endswith("-2") and row["allowed"]:
                put(label="overcoding", audited_allowed=0)

        result = appraisal.appraise(reviews.read(written(tmp_path, record, fill), record), record)
        [row] = result.dollars.filter(
            (pl.col("measure") == "overpaid only") & (pl.col("estimator") == "difference")
        ).to_dicts()
        # every second line is gone: 80 % of 100 + n, but for the one that was denied
        kept = [n for n in range(31) if n not in (10, 11, 12, 13, 14)]
        assert row["point"] == pytest.approx(sum(0.8 * (100 + n) for n in kept))
        assert row["error"] == 0
        assert result.is_advisable
        assert frame.units.height == 27


def compared(result: appraisal.Appraisal, record: dict[str, Any]) -> pl.DataFrame:
    return past_audits.compare(past_audits.rows_of(result, record, date(2026, 1, 5)), None)


def kept_row(audit_id: str, drawn: str, rate: str, low: str, high: str, **values: Any) -> str:
    row = {
        "audit_id": audit_id, "drawn_date": drawn, "unit": "encounter", "design": "simple",
        "scope": "all payers; all surgeons; with Mohs surgery; paid something", "subject": "audit",
        "measure": "records without error", "right": "", "reviewed": "", "rate": rate, "low": low,
        "high": high, "effective_from": drawn, "source": "test", **values,
    }  # fmt: skip
    return ",".join(str(row.get(name, "")) for name in past_audits.COLUMNS)


class TestComparison:
    """Against Newcombe 1998, Statistics in Medicine 17:873-890, table II: 56/70 against 48/80."""

    def result(self, record: dict[str, Any]) -> pl.DataFrame:
        """The audit of `record` with one measure: 56 of 70, and Wilson's 95 % interval of it."""
        rows = {
            "audit_id": record["seal"][:16], "drawn_date": date(2026, 1, 5), "unit": "encounter",
            "design": "simple", "scope": past_audits.scope(record["design"]), "subject": "audit",
            "measure": "records without error", "right": 56, "reviewed": 70,
            "rate": Decimal("0.8000"), "low": Decimal("0.6918"), "high": Decimal("0.8771"),
            "effective_from": date(2026, 1, 5), "effective_to": date(9999, 12, 31), "source": "t",
        }  # fmt: skip
        return pl.DataFrame([rows], schema=polars_schema(AuditResult))

    def folder(self, path: Path, *rows: str) -> Path:
        (path / past_audits.FILE).write_text(
            "\n".join([",".join(past_audits.COLUMNS), *rows]) + "\n"
        )
        return path

    def test_a_difference_has_newcombes_interval(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        found = estimating.proportion(48, 80)
        low, high = (f"{one:.4f}" for one in found.wilson)
        folder = self.folder(tmp_path, kept_row("a", "2025-06-01", "0.6000", low, high))
        [row] = past_audits.compare(self.result(simple[0]), folder).to_dicts()
        assert row["why_not"] is None
        assert row["earlier_drawn_date"] == date(2025, 6, 1)
        assert row["difference"] == pytest.approx(0.2)
        # method 10 of the paper: 0.0524 to 0.3339
        assert row["difference_low"] == pytest.approx(0.0524, abs=2e-4)
        assert row["difference_high"] == pytest.approx(0.3339, abs=2e-4)

    @pytest.mark.parametrize(
        ("other", "said"),
        [
            ({"unit": "claim"}, "the audit before drew and reviewed another unit: claim"),
            ({"scope": "payers Medicare"}, "the audit before had another scope: payers Medicare"),
            ({"drawn_date": "2026-03-01"}, "no earlier audit is kept"),
        ],
    )
    def test_only_an_earlier_audit_of_the_same_unit_and_scope_is_compared(
        self,
        simple: tuple[dict[str, Any], sampling.Frame],
        tmp_path: Path,
        other: dict[str, str],
        said: str,
    ) -> None:
        folder = self.folder(tmp_path, kept_row("a", "2025-06-01", "0.6", "0.5", "0.7", **other))
        [row] = past_audits.compare(self.result(simple[0]), folder).to_dicts()
        assert row["why_not"] == said
        assert row["difference"] is row["earlier_rate"] is None
        # an older one like it is found behind it
        folder = self.folder(
            tmp_path,
            kept_row("a", "2025-06-01", "0.6", "0.5", "0.7", **other),
            kept_row("b", "2024-06-01", "0.7", "", ""),
        )
        [row] = past_audits.compare(self.result(simple[0]), folder).to_dicts()
        assert (row["why_not"], row["earlier_rate"]) == (None, 0.7)
        assert row["difference_low"] is None

    def test_what_is_kept_is_read_back_and_gives_way_to_the_same_audit(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        rows = self.result(simple[0])
        folder = self.folder(tmp_path, kept_row("a", "2025-06-01", "0.6", "0.5", "0.7"))
        past_audits.keep(rows, folder)
        past_audits.keep(rows, folder)
        (_, frame), *_ = reference.tables(folder, only={"audit_result"})
        assert sorted(frame["audit_id"]) == sorted(["a", rows["audit_id"][0]])
        assert frame.filter(pl.col("audit_id") != "a").to_dicts() == rows.to_dicts()


class TestSeal:
    def folder(self, path: Path, record: dict[str, Any], frame: sampling.Frame) -> Path:
        (path / "frame.csv").write_bytes(frame.content)
        (path / "manifest.json").write_text(json.dumps(record))
        return path / "manifest.json"

    def test_a_manifest_draws_the_same_again(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        path = self.folder(tmp_path, *simple)
        _, differences = sampling.redraw(path)
        assert differences == []

    def test_a_changed_manifest_is_told(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        record, frame = simple
        path = self.folder(tmp_path, {**record, "drawn": record["drawn"][1:]}, frame)
        with pytest.raises(UnusableSample, match="seal does not match"):
            sampling.redraw(path)
        forged = {
            **record,
            "drawn": [{**record["drawn"][0], "unit_id": "C000-1"}, *record["drawn"][1:]],
        }
        forged["seal"] = sampling.seal(forged)
        _, differences = sampling.redraw(self.folder(tmp_path, forged, frame))
        assert len(differences) == 1
        assert "C000-1 in the manifest" in differences[0]

    def test_another_frame_is_told(
        self, simple: tuple[dict[str, Any], sampling.Frame], tmp_path: Path
    ) -> None:
        path = self.folder(tmp_path, *simple)
        content = (tmp_path / "frame.csv").read_bytes()
        (tmp_path / "frame.csv").write_bytes(content.replace(b"C005-1", b"C005-2"))
        _, [difference] = sampling.redraw(path)
        assert "not the frame that was drawn from" in difference
        (tmp_path / "frame.csv").unlink()
        with pytest.raises(UnusableSample, match=r"put the frame\.csv"):
            sampling.redraw(path)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2025", ("2025-01-01", "2025-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2025-01:2025-06", ("2025-01-01", "2025-06-30")),
    ],
)
def test_a_period_is_a_year_a_month_or_two_of_them(text: str, days: tuple[str, str]) -> None:
    design = compliance.design(text, None)
    assert (design.first_day.isoformat(), design.last_day.isoformat()) == days
    for wrong in ("2025-13", "last year", "2025-01-01:x"):
        with pytest.raises(UnusableSample, match="write 2025"):
            compliance.design(wrong, None)


def test_the_commands_draw_redraw_and_estimate(demo: Demo, tmp_path: Path) -> None:
    kept = demo.folder / "demo" / "warehouse.duckdb"

    def run(*words: str) -> Result:
        where = ("--warehouse", str(kept)) if words[0] == "sample" else ()
        return CliRunner().invoke(cli.mohs, [*words, *where])

    out = tmp_path / "sample"
    design = ("--size", "12", "--spares", "2", "--seed", "3", "--out", str(out))
    tried = run("sample", *design, "--rehearse")
    assert "nothing was drawn" in tried.output
    assert not out.exists()
    done = run("sample", *design)
    assert done.exit_code == 0, done.output
    assert "finds nothing" in done.output
    record = json.loads((out / "manifest.json").read_text())
    assert (out / "worksheet.xlsx").stat().st_mode & 0o777 == 0o600
    digest = hashlib.sha256((out / "frame.csv").read_bytes()).hexdigest()
    assert digest == record["frame"]["sha256"]
    again = run("sample", "--redraw", str(out / "manifest.json"))
    assert "14 units are drawn again from seed 3" in again.output
    twice = run("sample", *design)
    assert isinstance(twice.exception, UnusableSample)
    assert "stands; give --out another folder" in str(twice.exception)
    empty = run("estimate", str(out / "worksheet.xlsx"))
    assert "is not filled in" in str(empty.exception)
    path = written(out, record, all_correct)
    told = run("estimate", str(path), "--json")
    assert json.loads(told.output)["is_advisable"] is False
    assert "Nothing" not in told.output
    (tmp_path / "practice").mkdir()
    practice = ("--practice", str(tmp_path / "practice"))
    told = run("estimate", str(path), "--keep", "--csv")
    assert "--keep needs a practice folder" in str(told.exception)
    told = run("estimate", str(path), "--shareable", *practice)
    assert "--shareable needs --report DIR" in str(told.exception)
    text = run("estimate", str(path), "--keep", *practice).output
    assert "A projection is not advisable" in text
    assert "Clopper-Pearson" in text
    assert "Not compared with an earlier audit: no earlier audit is kept" in text
    kept = list(csv.DictReader((tmp_path / "practice" / "audits.csv").open()))
    assert {row["audit_id"] for row in kept} == {record["seal"][:16]}
    assert {"codes correct", "overpaid, of paid"} < {row["measure"] for row in kept}
