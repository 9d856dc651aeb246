"""Saved questions on the simulated practice: what they give, said twice and in other words."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import polars as pl
import pytest

from pipelines import asking, exporting, questions, warehouse
from pipelines.places import Place
from pipelines.questions import Parameter, Question, UnusableQuestion
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from tests.conftest import Demo

SAVED = {one.name: one for one in questions.questions()}
MAY_BE_EMPTY = {
    "paid_twice",  # a simulated payer denies every repeat; see TestPlanted
    "recoded_or_cut",  # rare in so small a demo; see TestPlanted
    "surgery_days_apart",  # likewise; TestTwice asks with wider limits
    "new_findings",  # one run knows of none before
    "inferred_variances",  # few simulated payers lack terms, and those keep to their schedule
}


@pytest.fixture(scope="module")
def place(demo: Demo) -> Place:
    return Place(demo.folder / "demo" / "warehouse.duckdb")


@pytest.fixture(scope="module")
def snapshot(place: Place) -> Iterator[Connection]:
    """The demo's snapshot with what `mohs sql` prepares, and no variable set."""
    connection = warehouse.connect(place.snapshot, read_only=True)
    connection.execute((warehouse.SQL / "macros.sql").read_text(encoding="utf-8"))
    yield connection
    connection.close()


def told(connection: Connection, question: Question, **given: str) -> pl.DataFrame:
    values = question.values(given)
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])
    try:
        return warehouse.select(connection, question.sql)
    finally:
        for name in values:
            connection.execute(f"RESET VARIABLE {name}")


def table(connection: Connection, name: str) -> pl.DataFrame:
    return warehouse.select(connection, f"SELECT * FROM {name}")


def test_there_are_thirty_questions_and_more() -> None:
    assert len(SAVED) >= 30
    assert len({one.title for one in SAVED.values()}) == len(SAVED)
    for one in SAVED.values():
        assert one.meaning.endswith("."), one.name
        assert one.grain.startswith("one row"), one.name


@pytest.mark.parametrize("name", SAVED)
def test_a_question_has_rows_meanings_and_the_same_answer_at_a_prompt(
    snapshot: Connection, name: str
) -> None:
    question = SAVED[name]
    pasted = warehouse.select(snapshot, question.sql)
    if name not in MAY_BE_EMPTY:
        assert pasted.height > 0
        assert pasted.select(pl.all().null_count()).row(0) != (pasted.height,) * pasted.width
    said = dict(questions.explain(snapshot, question, pasted.columns))
    assert not [column for column, meaning in said.items() if not meaning]
    assert set(question.columns) <= set(pasted.columns)
    assert "patient_id" not in pasted.columns
    # nobody sets the variables at a DuckDB prompt; the defaults of the header must say the same
    if question.parameters:
        assert told(snapshot, question).equals(pasted)


class TestTwice:
    """The same answer by polars from the tables."""

    def test_denial_rate_by_month(self, snapshot: Connection) -> None:
        lines = table(snapshot, "core.service_line").filter(
            ~pl.col("payer_sequence").is_in(["S", "T"])
        )
        by_hand = (
            lines.with_columns(month=pl.col("date_of_service").dt.strftime("%Y-%m"))
            .group_by("month", "payer")
            .agg(
                adjudicated=pl.col("is_adjudicated").sum().cast(pl.Int64),
                denied=pl.col("is_denied").sum().cast(pl.Int64),
                waiting=(~pl.col("is_adjudicated")).sum().cast(pl.Int64),
            )
            .sort("month", "payer")
        )
        answer = told(snapshot, SAVED["denial_rate_by_month"])
        assert answer.select(by_hand.columns).equals(by_hand)
        row = answer.filter(pl.col("denied") > 0).row(0, named=True)
        # Wilson's interval by its formula
        n, p, z = row["adjudicated"], row["denied"] / row["adjudicated"], 1.959963984540054
        middle = (p + z * z / 2 / n) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n) / (1 + z * z / n)
        assert row["low"] == pytest.approx(middle - half, abs=6e-5)
        assert row["high"] == pytest.approx(middle + half, abs=6e-5)

    def test_stages_per_case(self, snapshot: Connection) -> None:
        lines = table(snapshot, "core.mohs_line")
        first = pl.col("procedure_code").is_in(["17311", "17313"])
        stage = pl.col("procedure_code").is_in(["17311", "17312", "17313", "17314"])
        family = pl.when(pl.col("procedure_code").is_in(["17311", "17312"])).then(pl.lit("H"))
        by_hand = (
            lines.filter(stage)
            .with_columns(site_family=family.otherwise(pl.lit("T")))
            .group_by("rendering_npi", "site_family", "encounter_id")
            .agg(
                cases=pl.col("units").filter(first).sum(),
                stages=pl.col("units").sum(),
            )
            # a day without a first stage of the family is not a case
            .filter(pl.col("cases") > 0)
            .group_by("rendering_npi", "site_family")
            .agg(pl.col("cases", "stages").sum())
            .sort("rendering_npi", "site_family")
        )
        answer = told(snapshot, SAVED["stages_per_case"]).sort("rendering_npi", "site_family")
        for name in ("cases", "stages"):
            assert answer[name].cast(pl.Float64).equals(by_hand[name].cast(pl.Float64))
        few = told(snapshot, SAVED["stages_per_case"], fewest="50")
        assert set(few["rendering_npi"]) == set(
            answer.filter(pl.col("cases") >= 50)["rendering_npi"]
        )

    def test_percent_of_medicare(self, snapshot: Connection) -> None:
        by_hand = (
            table(snapshot, "core.service_line")
            .join(table(snapshot, "audit.expected_payment"), on="line_id")
            .filter(
                (pl.col("allowed") > 0) & ~pl.col("is_denied") & (pl.col("medicare_allowed") > 0)
            )
            .group_by("payer", "procedure_code")
            .agg(
                pl.len().cast(pl.Int64).alias("lines"), pl.col("allowed", "medicare_allowed").sum()
            )
            .sort("payer", "procedure_code")
        )
        answer = told(snapshot, SAVED["percent_of_medicare"])
        assert answer["lines"].equals(by_hand["lines"])
        ratio = by_hand["allowed"].cast(pl.Float64) / by_hand["medicare_allowed"].cast(pl.Float64)
        assert (answer["percent"].cast(pl.Float64) - ratio).abs().max() < 1e-4
        one = told(snapshot, SAVED["percent_of_medicare"], code="17311")
        assert set(one["procedure_code"]) == {"17311"}

    def test_second_lesions(self, snapshot: Connection) -> None:
        first = (
            table(snapshot, "core.mohs_line")
            .filter(pl.col("procedure_code").is_in(["17311", "17313"]))
            .sort("line_id")
        )
        later = first.filter(
            pl.int_range(pl.len()).over("encounter_id", "procedure_code") > 0,
            pl.col("is_adjudicated"),
        )
        answer = told(snapshot, SAVED["second_lesions"])
        assert answer["lines"].sum() == later.height > 0
        assert answer["denied"].sum() == later["is_denied"].sum()
        bare = (
            ~pl.col("modifiers")
            .list.eval(pl.element().is_in(["59", "XE", "XS", "XP", "XU"]))
            .list.any()
        )
        assert (
            answer.filter(~pl.col("has_distinct_modifier"))["lines"].sum()
            == later.filter(bare).height
        )

    def test_adjustments_by_reason(self, snapshot: Connection) -> None:
        taken = table(snapshot, "core.adjustment")
        answer = told(snapshot, SAVED["adjustments_by_reason"])
        assert answer["amount"].sum() == taken["amount"].sum()
        assert answer["adjustments"].sum() == taken.height
        assert answer.filter(pl.col("carc") == "45")["category"].unique().to_list() != [None]

    def test_taken_back(self, snapshot: Connection) -> None:
        remits = table(snapshot, "core.remit_line")
        paid = (
            remits.filter((pl.col("paid") > 0) & ~pl.col("is_reversal"))
            .group_by("line_id")
            .agg(pl.col("payment_date").min().alias("first"))
        )
        known = table(snapshot, "core.service_line").select("line_id")
        back = (
            remits.filter(pl.col("is_reversal") & (pl.col("paid") < 0))
            .join(paid, on="line_id")
            .join(known, on="line_id")
            .with_columns(days=(pl.col("payment_date") - pl.col("first")).dt.total_days())
            .filter(pl.col("days") >= 0)
        )
        answer = told(snapshot, SAVED["taken_back"])
        assert answer["reversed"].sum() == -back["paid"].sum() > 0
        late = told(snapshot, SAVED["taken_back"], days="40")
        assert late.height == back.filter(pl.col("days") >= 40).height < answer.height

    def test_surgery_days_apart(self, snapshot: Connection) -> None:
        days = table(snapshot, "core.encounter").filter(
            pl.col("has_mohs") & (pl.col("first_stages") > 0)
        )
        pairs = days.join(days, on=["patient_id", "rendering_npi"], suffix="_later").with_columns(
            apart=(pl.col("date_of_service_later") - pl.col("date_of_service")).dt.total_days()
        )
        nearest = (
            pairs.filter(pl.col("apart") > 0)
            .group_by("encounter_id_later")
            .agg(pl.col("apart").min())
        )
        for limit in (14, 120):
            answer = told(snapshot, SAVED["surgery_days_apart"], days=str(limit))
            assert answer.height == nearest.filter(pl.col("apart") <= limit).height
        assert answer.height > 0

    def test_days_to_payment_and_submission_lag(self, snapshot: Connection) -> None:
        claims = table(snapshot, "core.claim").filter(pl.col("submission") == 1)
        answers = (
            table(snapshot, "core.remit_claim")
            .filter("is_matched")
            .group_by("claim_id")
            .agg(pl.col("payment_date").min())
        )
        joined = claims.join(answers, on="claim_id", how="left").with_columns(
            days=(pl.col("payment_date") - pl.col("submitted_date")).dt.total_days(),
            month=pl.col("submitted_date").dt.strftime("%Y-%m"),
        )
        by_hand = (
            joined.group_by("payer", "month")
            .agg(
                pl.col("days").median().alias("median_days"), pl.col("days").max().alias("longest")
            )
            .sort("payer", "month")
        )
        answer = told(snapshot, SAVED["days_to_payment"])
        assert answer["median_days"].equals(by_hand["median_days"])
        assert answer["longest_days"].equals(by_hand["longest"])
        first_day = (
            table(snapshot, "core.service_line")
            .group_by("claim_id")
            .agg(pl.col("date_of_service").min())
        )
        lags = claims.join(first_day, on="claim_id").with_columns(
            days=(pl.col("submitted_date") - pl.col("date_of_service")).dt.total_days()
        )
        lag = told(snapshot, SAVED["submission_lag"], days="10")
        assert lag["late"].sum() == (lags["days"] > 10).sum()
        assert lag["claims"].sum() == lags.height

    def test_not_checked(self, snapshot: Connection) -> None:
        coverage = table(snapshot, "audit.rule_coverage").filter(
            pl.col("outcome") == "not_evaluable"
        )
        answer = told(snapshot, SAVED["not_checked"])
        by_rule = dict(answer.select("rule_id", "not_evaluable").unique().iter_rows())
        wanted = {
            row["rule_id"]: row["lines"]
            for row in coverage.iter_rows(named=True)
            if sum(row["missing_lines"])
        }
        assert by_rule == wanted

    def test_intake_balances(self, snapshot: Connection) -> None:
        answer = told(snapshot, SAVED["intake_balance"])
        assert answer["open_rows"].to_list() == [0] * answer.height
        assert answer["open_dollars"].sum() == 0
        assert answer["rows_in"].sum() == table(snapshot, "audit.intake")["rows_in"].sum()


class TestPlanted:
    """What the simulated practice has too little of, planted."""

    def test_a_repeat_that_was_paid_and_only_that(self) -> None:
        connection = warehouse.connect()
        connection.execute("CREATE SCHEMA core")
        columns = {
            "line_id": pl.String, "claim_id": pl.String, "payer": pl.String, "patient_id": pl.String,
            "date_of_service": pl.Date, "rendering_npi": pl.String, "procedure_code": pl.String,
            "modifiers": pl.List(pl.String), "modifier_key": pl.String, "units": pl.Int64,
            "diagnosis_key": pl.String, "paid": pl.Decimal(12, 2), "payer_sequence": pl.String,
        }  # fmt: skip

        def line(name: str, **other: Any) -> dict[str, Any]:
            return {
                "line_id": f"{name}-1", "claim_id": name, "payer": "M", "patient_id": "p",
                "date_of_service": date(2025, 1, 2), "rendering_npi": "1", "procedure_code": "17311",
                "modifiers": [], "modifier_key": "", "units": 1, "diagnosis_key": "C44311",
                "paid": Decimal("500.00"), "payer_sequence": "P", **other,
            }  # fmt: skip

        held = pl.DataFrame(
            [
                line("A"),
                line("B"),
                line("C", paid=Decimal(0)),
                line("D", payer_sequence="S"),
                line("E", patient_id="q"),
                line("F", modifiers=["76"], modifier_key="76"),
                line("G", diagnosis_key="C44319"),
            ],
            schema=columns,
        )
        assert held.height == 7
        connection.execute("CREATE TABLE core.service_line AS SELECT * FROM held")
        found = warehouse.select(connection, SAVED["paid_twice"].sql)
        assert found.select("line_id", "first_line_id").rows() == [("B-1", "A-1")]

    def test_lines_answered_with_another_code_or_fewer_units(self) -> None:
        connection = warehouse.connect()
        for layer in ("core", "audit"):
            connection.execute(f"CREATE SCHEMA {layer}")
        connection.execute(
            "CREATE TABLE core.service_line AS SELECT * FROM (VALUES "
            "('A-1', '17312', 2), ('B-1', '17311', 1), ('C-1', '17312', 3), ('D-1', '17311', 1), "
            "('E-1', '17315', 4), ('F-1', '17315', 4)) AS t(line_id, procedure_code, units), "
            "(SELECT 'M' AS payer, DATE '2025-01-02' AS date_of_service)"
        )
        connection.execute(
            "CREATE TABLE core.remit_line AS SELECT *, 50 AS allowed, 'r' || line_id AS remit_line_id "
            "FROM (VALUES ('A-1', '17312', 1, 10, false, 'P'), ('B-1', '17313', 1, 10, false, 'P'), "
            "('C-1', '17314', 1, 10, false, 'P'), ('D-1', '17311', 1, 10, false, 'P'), "
            "('E-1', '17315', -4, -10, true, 'P'), ('F-1', '17315', 0, 0, false, 'P')) "
            "AS t(line_id, procedure_code, units_paid, paid, is_reversal, payer_sequence)"
        )
        connection.execute(
            "CREATE TABLE audit.expected_payment (line_id VARCHAR, expected_allowed DECIMAL(12,2))"
        )
        found = warehouse.select(connection, SAVED["recoded_or_cut"].sql)
        kinds = dict(found.select("line_id", "kind").iter_rows())
        assert kinds == {"A-1": "units cut", "B-1": "recoded", "C-1": "both"}


class TestParameters:
    def test_each_has_a_kind_and_a_meaning(self) -> None:
        parameters = [one for question in SAVED.values() for one in question.parameters]
        assert {one.kind for one in parameters} >= {"text", "integer", "date"}
        for one in parameters:
            assert one.meaning
            one.read(one.default)

    @pytest.mark.parametrize(
        ("kind", "text", "value"),
        [
            ("text", "17311", "17311"),
            ("integer", "30", 30),
            ("number", "0.05", Decimal("0.05")),
            ("date", "2025-03-31", date(2025, 3, 31)),
            ("month", "2025-03", "2025-03"),
            ("yes_no", "yes", True),
            ("yes_no", "false", False),
            ("integer", "", None),
        ],
    )
    def test_a_text_is_read_by_its_kind(self, kind: str, text: str, value: object) -> None:
        assert Parameter("x", kind, "", "").read(text) == value

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            (["taken_back", "days=many"], "days=many: write a whole number"),
            (["releases", "since=2025"], "since=2025: write a day, as 2025-03-31"),
            (["taken_back", "limit=3"], "has no parameter limit; it has days"),
            (["repairs", "top=3"], "it has none"),
            (["denial_rate_by_month", "is_mohs=maybe"], "is_mohs=maybe: write yes or no"),
            (["findings_by_surgeon", "severity=fatal"], "write error, warning or info"),
            (["lines_at_risk", "top=-5"], "top=-5: write a whole number from 1"),
            (["largest_findings", "top=0"], "top=0: write a whole number from 1"),
            (["taken_back", "40"], "give parameters as name=value"),
            (["taken_bak"], "taken_back"),
        ],
    )
    def test_what_cannot_be_is_told(self, place: Place, words: list[str], said: str) -> None:
        with pytest.raises(UnusableQuestion) as refused:
            asking.ask(place, words, asking.Wanted())
        assert said in str(refused.value)

    def test_yes_and_no_part_the_lines(self, snapshot: Connection) -> None:
        question = SAVED["denial_rate_by_month"]
        counted = {
            said: told(snapshot, question, is_mohs=said)["adjudicated"].sum()
            for said in ("yes", "no", "")
        }
        assert 0 < counted["yes"] < counted[""]
        assert counted["yes"] + counted["no"] == counted[""]

    def test_choices_are_all_a_column_may_be(self) -> None:
        for name, parameter, table_name in (
            ("findings_by_surgeon", "severity", "audit.finding"),
            ("largest_findings", "severity", "audit.finding"),
            ("practice_outliers", "reading", "audit.practice_mirror"),
        ):
            [one] = [one for one in SAVED[name].parameters if one.name == parameter]
            [check] = tables()[table_name].to_schema().columns[parameter].checks
            assert set(one.choices) == set(check.statistics["allowed_values"])

    def test_an_empty_answer_says_so(
        self, place: Place, capsys: pytest.CaptureFixture[str]
    ) -> None:
        for form in ("text", "csv"):
            asking.ask(place, ["key_figures", "payer=nobody"], asking.Wanted(form))
            assert capsys.readouterr().err == "no rows\n"
            asking.ask(place, ["key_figures", "kpi=initial_denial_rate"], asking.Wanted(form))
            assert capsys.readouterr().err == ""

    def test_a_file_without_meaning_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "own.sql"
        path.write_text("select 1")
        with pytest.raises(UnusableQuestion, match="put one SELECT under it"):
            questions.read(path)
        header = "title: t\nmeaning: m\ngrain: one row\nparameters: {x: {type: money}}"
        path.write_text(f"/* ---\n{header}\n--- */\nselect 1\n")
        with pytest.raises(UnusableQuestion, match="give parameter x a type"):
            questions.read(path)


class TestOutput:
    FRAME = pl.DataFrame(
        {
            "code": ["17311", "=2+5", "@x"],
            "day": [date(2025, 1, 2), None, date(2025, 1, 3)],
            "paid": [Decimal("10.50"), None, Decimal("-3.00")],
            "modifiers": [["59", "XS"], [], None],
            "lines": [1, 2, 3],
        },
        schema_overrides={"paid": pl.Decimal(12, 2)},
    )

    def test_a_workbook_holds_the_rows_inert_and_what_they_mean(self, tmp_path: Path) -> None:
        path = exporting.write(self.FRAME, tmp_path / "a.xlsx", {"title": "T", "meaning": "M"})
        book = fastexcel.read_excel(str(path))
        assert book.sheet_names == ["Answer", "About"]
        found = book.load_sheet("Answer").to_polars()
        assert found["code"].to_list() == ["17311", "'=2+5", "'@x"]
        assert found["paid"].to_list() == [10.5, None, -3.0]
        assert found["modifiers"].to_list()[0] == "59 XS"
        assert found["day"].dt.date().to_list()[0] == date(2025, 1, 2)
        assert path.stat().st_mode & 0o777 == 0o600
        again = exporting.write(self.FRAME, tmp_path / "b.xlsx", {"title": "T", "meaning": "M"})
        assert again.read_bytes() == path.read_bytes()

    def test_csv_and_parquet_hold_the_rows(self, tmp_path: Path) -> None:
        text = exporting.write(self.FRAME, tmp_path / "a.csv", {}).read_text()
        assert text.splitlines() == [
            "code,day,paid,modifiers,lines",
            "17311,2025-01-02,10.50,59 XS,1",
            '\'=2+5,,,"",2',
            "'@x,2025-01-03,-3.00,,3",
        ]
        path = exporting.write(self.FRAME, tmp_path / "a.parquet", {})
        assert pl.read_parquet(path).equals(self.FRAME)

    def test_another_suffix_or_folder_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(exporting.UnusableExport, match=r"name it \.csv"):
            exporting.write(self.FRAME, tmp_path / "a.doc", {})
        with pytest.raises(exporting.UnusableExport, match="no such folder"):
            exporting.write(self.FRAME, tmp_path / "none" / "a.csv", {})

    def test_an_answer_comes_page_by_page_and_into_a_file(
        self, place: Place, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        words = ["select range as n from range(25)"]
        asking.ask(place, words, asking.Wanted("csv", rows=10, page=3))
        printed = capsys.readouterr()
        assert printed.out.split() == ["n", "20", "21", "22", "23", "24"]
        assert "rows 21 to 25 of 25" in printed.err
        asking.ask(place, words, asking.Wanted("csv", rows=10))
        assert "--page 2 goes on" in capsys.readouterr().err
        out = tmp_path / "n.parquet"
        asking.ask(place, words, asking.Wanted(out=out))
        assert pl.read_parquet(out)["n"].to_list() == list(range(25))

    def test_a_question_is_shown_with_its_sql(self, capsys: pytest.CaptureFixture[str]) -> None:
        asking.show("taken_back")
        text = capsys.readouterr().out
        assert "set variable days = 0;" in text
        assert "days_later" in text
        assert text.rstrip().endswith(";")


KEYS = {
    "v_line": "line_id", "v_claim": "claim_id", "v_remit_line": "remit_line_id",
    "v_mohs_day": "encounter_id", "v_expected": "line_id", "v_variance": "line_id",
    "v_case": "lesion_key",
}  # fmt: skip


class TestViews:
    def test_they_are_in_the_snapshot_at_their_grain(self, snapshot: Connection) -> None:
        for name, key in KEYS.items():
            [row] = warehouse.select(
                snapshot, f"SELECT count(*) AS n, count(DISTINCT {key}) AS keys FROM {name}"
            ).to_dicts()
            assert row["n"] == row["keys"] > 0, name

    def test_every_column_has_a_meaning(self) -> None:
        said = questions.dictionary()
        assert said.filter(pl.col("meaning") == "").height == 0
        assert set(said.filter(pl.col("kind") == "view")["name"]) == {
            one.name for one in questions.views()
        }

    def test_they_add_up_to_the_tables(self, snapshot: Connection) -> None:
        lines = table(snapshot, "core.service_line").filter(
            ~pl.col("payer_sequence").is_in(["S", "T"])
        )
        assert table(snapshot, "v_line")["paid"].sum() == lines["paid"].sum()
        standing = table(snapshot, "audit.finding").filter(pl.col("state") != "gone")
        assert table(snapshot, "v_finding").height == standing.height
        days = table(snapshot, "v_mohs_day")
        mohs = table(snapshot, "core.mohs_line")
        assert days.height == mohs["encounter_id"].n_unique()
        first = mohs.filter(pl.col("procedure_code") == "17311")["units"].sum()
        assert days["first_stages_h"].sum() == first

    def test_another_program_reads_them_without_a_word_of_ours(self, place: Place) -> None:
        other = duckdb.connect()
        other.execute(f"ATTACH '{place.snapshot}' AS practice (READ_ONLY)")
        assert other.execute("SELECT count(*) FROM practice.v_line").fetchall()[0][0] > 0
        with pytest.raises(duckdb.Error):
            other.execute("DELETE FROM practice.core.claim")
        other.close()


@pytest.mark.parametrize(
    "text",
    [
        "insert into core.claim select * from core.claim",
        "create table x as select 1",
        "pragma database_list",
        "select * from read_text('/etc/hostname')",
        "select * from glob('/*')",
        "select * from 'https://example.org/x.parquet'",
        "from sqlite_scan('a.db', 'b')",
        "explain analyze insert into core.claim select * from core.claim",
        "select 1; select 2",
        "load httpfs",
        "call pragma_version()",
        "export database '/tmp/x'",
        "set variable x = 1",
    ],
)
def test_a_query_cannot_write_or_reach_out(place: Place, text: str) -> None:
    with pytest.raises(UnusableQuestion):
        asking.answer(place, text)


def test_columns_of_one_name_are_told_apart(place: Place) -> None:
    asked = "select 1 as a, 2 as a, 3 as a_2, 4 as a"
    assert asking.answer(place, asked).to_dicts() == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}]


def test_the_list_can_be_read_by_programs(capsys: pytest.CaptureFixture[str], place: Place) -> None:
    asking.ask(place, [], asking.Wanted("json"))
    rows = json.loads(capsys.readouterr().out)
    assert {row["kind"] for row in rows} == {"question", "view", "table"}
    assert {"core.service_line", "v_line", "taken_back"} <= {row["name"] for row in rows}
    assert "reference.patient_crosswalk" not in {row["name"] for row in rows}
