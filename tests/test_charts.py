"""Charts from template to finding: what is read, what is told, whose encounter and line it is of."""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from pipelines import cases, examples, judging, reference, rules, templates, warehouse
from pipelines.warehouse import Connection
from schemas.charts import StagedChartLesion, StagedChartStage, words
from tests.desk import Desk, opened

BOOK = rules.read_book()
HEADERS = (
    "patient_id,claim_id,date_of_service,lesion,site,laterality,stage,blocks,margin,surgeon_npi,"
    "surgeon_type,pathologist_npi,diagnosis_code,histology,size_mm,is_recurrent,is_aggressive,"
    "is_immunosuppressed,is_irradiated,auc_area,auc_score,deep_structure,indication,biopsy_date,"
    "has_biopsy_report,has_map,has_operative_note,has_histology_description,"
    "has_same_physician_statement,is_signed,special_stain,closure,closure_cm,defect_cm2,"
    "complex_element,is_separate_tissue,records_requested_date,records_sent_date"
)
"""The chart file's columns as the contract lists them."""
LINE = (
    "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge,"
    "diagnosis_codes,payer\n"
)
DAY = datetime.date(2024, 8, 13)
SURGEON, OTHER = "1234567893", "1999999984"
CHART: dict[str, Any] = {
    "patient_id": "R1",
    "date_of_service": DAY,
    "lesion": "1",
    "site": "Left ala of the nose",
    "stage": 1,
    "blocks": 7,
    "margin": "positive",
    "surgeon_npi": SURGEON,
    "diagnosis_code": "C44.311",
    "size_mm": 12.5,
    "has_map": True,
    "is_signed": True,
    "deep_structure": "none",
    "closure": "Second intent",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(opened(), tmp_path)
    one.clear()
    return one


def claim(*rows: str) -> str:
    """An export of lines: `claim,line,patient,npi,day,code,units,charge,diagnoses`."""
    return LINE + "".join(f"{row},Medicare\n" for row in rows)


BILLED = claim(
    f"A,1,R1,{SURGEON},2024-08-13,17311,1,1000.00,C44.311",
    f"A,2,R1,{SURGEON},2024-08-13,17312,1,500.00,C44.311",
)


def chart(*changes: dict[str, Any], columns: Sequence[str] = ()) -> bytes:
    """A chart file as CSV: CHART changed row by row, with its columns or those given."""
    rows = [{**CHART, **change} for change in changes]
    names = columns or list(dict.fromkeys(name for row in rows for name in row))
    text = [",".join(names)]
    text += [",".join(_plain(row.get(name, "")) for name in names) for row in rows]
    return "\n".join([*text, ""]).encode()


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def built(desk: Desk, *names: str, rule_ids: Sequence[str] = ()) -> dict[str, list[dict[str, Any]]]:
    """Core tables by name, and `findings` of the rules, over all that is on file."""
    with warehouse.part(desk.connection, "bucket BETWEEN 0 AND 255"):
        warehouse.build(desk.connection, warehouse.queries("core"))
        found = {name: desk.rows(f"SELECT * FROM core.{name}") for name in names}
        if rule_ids:
            outcome = judging.run(desk.connection, rules.pick(BOOK, rule_ids), run_id="run")
            assert outcome.problems == ()
            found["findings"] = desk.rows(
                "SELECT rule_id, line_id, severity, reason FROM audit.finding ORDER BY rule_id"
            )
    return found


# the template


def test_the_template_has_the_columns_of_the_contract(tmp_path: Path) -> None:
    path = templates.write_chart(tmp_path / "chart.csv")
    assert path.read_text().split() == [HEADERS]
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_workbook_explains_every_column(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(templates.write_chart(tmp_path / "chart.xlsx"))
    sheet, columns = book.worksheets
    assert [cell.value for cell in sheet[1]] == HEADERS.split(",")
    assert sheet.freeze_panes == "A2"
    rows = [[cell.value for cell in row] for row in columns.iter_rows(min_row=2)]
    assert [row[0] for row in rows] == HEADERS.split(",")
    assert all(row[1] and row[2] for row in rows)
    told = {row[0]: row[2] for row in rows}
    assert told["margin"] == "positive, negative"
    assert told["has_map"] == "yes or no"
    assert told["auc_score"] == "whole number, 1 to 9"
    assert told["surgeon_npi"] == "ten digits"


def test_a_template_is_never_written_over(tmp_path: Path) -> None:
    path = templates.write_chart(tmp_path / "chart.csv")
    path.write_text("filled")
    with pytest.raises(templates.UnusableTemplate, match="is there already"):
        templates.write_chart(path)
    assert path.read_text() == "filled"
    with pytest.raises(templates.UnusableTemplate, match=r"\.csv or \.xlsx"):
        templates.write_chart(tmp_path / "chart.ods")


FILLED: list[dict[str, Any]] = [
    {},
    {"stage": 2, "blocks": 3, "margin": "negative", "has_map": False},
]


def filled(path: Path) -> Path:
    """The template with two stages, typed as the file's kind has them."""
    rows = [{**CHART, **change} for change in FILLED]
    names = HEADERS.split(",")
    if path.suffix == ".parquet":
        pl.DataFrame(rows).with_columns(pl.lit(None, pl.String).alias("histology")).write_parquet(
            path
        )
        return path
    templates.write_chart(path)
    if path.suffix == ".csv":
        with path.open("a", newline="") as stream:
            csv.writer(stream).writerows(
                [_plain(row.get(name, "")) for name in names] for row in rows
            )
        return path
    book = openpyxl.load_workbook(path)
    for row in rows:
        book.worksheets[0].append([row.get(name) for name in names])
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".parquet"])
def test_a_filled_chart_is_read_and_audited(desk: Desk, tmp_path: Path, suffix: str) -> None:
    (_, taken) = desk.take_in(BILLED, filled(tmp_path / f"chart{suffix}"))
    assert (taken.rows_in, taken.rows_accepted, desk.quarantine()) == (2, 2, [])
    found = built(desk, "chart_lesion", "chart_stage", rule_ids=["MOHS187", "MOHS188"])
    (lesion,) = found["chart_lesion"]
    wanted = {
        "encounter_id": "A-1",
        "line_id": "A-1",
        "is_line_of_lesion": True,
        "date_of_service": DAY,
        "site_reading": "word",
        "site_family": "H",
        "code_family": "H",
        "body_part": "nose",
        "diagnosis_code": "C44311",
        "closure": "second_intent",
        "stages": 2,
        "blocks": 10,
        "extra_blocks": 2,
        "last_margin": "negative",
        "has_stage_gap": False,
        "is_signed": True,
    }
    assert {name: lesion[name] for name in wanted} == wanted
    assert str(lesion["size_mm"]) == "12.50"
    there = {*CHART, "histology"} if suffix == ".parquet" else {*HEADERS.split(",")}
    assert lesion["absent_columns"] == sorted({*HEADERS.split(",")} - there)
    assert [(row["stage"], row["has_map"]) for row in found["chart_stage"]] == [
        (1, True),
        (2, False),
    ]
    assert [(row["rule_id"], row["line_id"], row["reason"]) for row in found["findings"]] == [
        ("MOHS188", "A-1", "stage 2 of lesion 1 has no map or diagram")
    ]


# what a cell may say


@pytest.mark.parametrize("model", [StagedChartLesion, StagedChartStage])
def test_every_word_the_template_names_is_taken(desk: Desk, model: Any) -> None:
    named = [(name, word) for name in model.to_schema().columns for word in words(model, name)]
    assert named
    rows = [{"lesion": str(at), name: word} for at, (name, word) in enumerate(named)]
    rows = [{**{name: "" for name, _ in named}, **row} for row in rows]
    desk.take_in(BILLED, chart(*rows))
    assert desk.quarantine() == []
    table = model.to_schema().name
    for at, (name, word) in enumerate(named):
        query = (
            f"SELECT {name} AS said FROM {table} JOIN staged.chart_lesion AS l USING (lesion_key)"
        )
        if model is StagedChartLesion:
            query = f"SELECT {name} AS said FROM {table} AS l"
        assert desk.rows(f"{query} WHERE l.lesion = ?", [str(at)]) == [{"said": word}]


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [
        ("margin", "clear", "margin is none of positive, negative"),
        ("laterality", "L", "laterality is none of left, right, midline"),
        ("deep_structure", "fat", "deep_structure is none of none, muscle"),
        ("closure", "stapled", "closure is none of none, simple"),
        ("auc_area", "X", "auc_area is none of H, M, L"),
        ("auc_score", "10", "auc_score is not a whole number from 1 to 9"),
        ("has_map", "perhaps", "has_map is neither yes nor no"),
        ("is_signed", "2", "is_signed is neither yes nor no"),
        ("biopsy_date", "2024-02-30", "biopsy_date is not a day"),
        ("date_of_service", "yesterday", "date_of_service is not a day"),
        ("size_mm", "8 mm", "size_mm is not a number"),
        ("blocks", "four", "blocks is not a whole number"),
        ("stage", "0", "stage is not a whole number from 1"),
        ("lesion", "", "lesion is blank"),
        ("surgeon_npi", "12345", "surgeon_npi:str_matches"),
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_rest_stands(
    desk: Desk, column: str, cell: str, told: str
) -> None:
    """Also where it is the lesion's first row: the lesion then stands on its second."""
    desk.take_in(BILLED, chart({column: cell}, {column: CHART.get(column, ""), "stage": 2}))
    (row,) = desk.quarantine()
    assert told in row["reason"]
    assert row["ordinal"] == 1
    found = built(desk, "chart_lesion")["chart_lesion"]
    assert [(row["stages"], row["last_stage"], row["has_stage_gap"]) for row in found] == [
        (1, 2, True)
    ]


def test_a_stage_that_stands_twice_is_told(desk: Desk) -> None:
    desk.take_in(BILLED, chart({}, {"patient_id": "r1"}))
    (row,) = desk.quarantine()
    assert "stands on an earlier row" in row["reason"]


def test_a_column_the_file_lacks_is_not_a_blank_one(desk: Desk) -> None:
    names = [name for name in CHART if name != "size_mm"]
    desk.take_in(BILLED, chart({}, columns=names), chart({"lesion": "2", "size_mm": ""}))
    found = built(desk, "chart_lesion", rule_ids=["MOHS186"])
    absent = {row["lesion"]: "size_mm" in row["absent_columns"] for row in found["chart_lesion"]}
    assert absent == {"1": True, "2": False}
    assert [row["reason"] for row in found["findings"]] == ["the chart gives no size of lesion 2"]


# sites


@pytest.fixture(scope="module")
def reading() -> Iterator[Connection]:
    connection = warehouse.connect()
    warehouse.create(connection)
    reference.load(connection)
    yield connection
    connection.close()


SITES = {
    "scalp": ("word", "H"),
    "Chin": ("word", "H"),
    "SHIN": ("word", "T"),
    "left upper eyelid": ("word", "H"),
    "nail unit, right thumb": ("word", "H"),
    "sole/left foot": ("word", "H"),
    "back": ("word", "T"),
    "back of the hand": ("word", "H"),
    "back of neck": ("ask", None),
    "Forearm-left": ("word", "T"),
    "right breast (nipple)": ("word", "T"),
    "wrist": ("ask", None),
    "ankle": ("ask", None),
    "perianal": ("ask", None),
    "chest and hand": ("ask", None),
    "backhand": ("unknown", None),
    "lesion 4": ("unknown", None),
    "": ("blank", None),
    "--": ("blank", None),
}
"""Site -> reading and family, by the lists of the CPT guideline as AAPC retells them."""


def test_sites_are_read_by_their_words(reading: Connection, tmp_path: Path) -> None:
    rows = "".join(f"| {n} | {site or 'none'} |\n" for n, site in enumerate(SITES))
    path = tmp_path / "X.md"
    path.write_text(
        "## Sites\n\n| claim | finding |\n|--|--|\n| A | |\n\n| lesion | site |\n|--|--|\n" + rows
    )
    found, problems = cases.read_cases(path)
    assert problems == ()
    examples.stage(reading, found)
    warehouse.build(reading, warehouse.queries("core"))
    said = warehouse.select(
        reading, "SELECT lesion, site_reading, site_family FROM core.chart_lesion"
    )
    assert {
        list(SITES)[int(row["lesion"])]: (row["site_reading"], row["site_family"])
        for row in said.iter_rows(named=True)
    } == SITES


# whose encounter, whose line

TWO_SURGEONS = claim(
    f"A,1,R1,{SURGEON},2024-08-13,17311,1,1000.00,C44.311",
    f"B,1,R1,{OTHER},2024-08-13,17313,1,900.00,C44.519",
)


@pytest.mark.parametrize(
    ("billed", "said", "encounter", "tied_by"),
    [
        (TWO_SURGEONS, {"surgeon_npi": OTHER}, "B-1", "surgeon"),
        (TWO_SURGEONS, {"surgeon_npi": ""}, None, None),
        (TWO_SURGEONS, {"claim_id": "B"}, "B-1", "claim"),
        (BILLED, {"surgeon_npi": ""}, "A-1", "day"),
        (BILLED, {"surgeon_npi": OTHER}, "A-1", "day"),
        (BILLED, {"patient_id": "", "claim_id": "A"}, "A-1", "claim"),
        (BILLED, {"date_of_service": "2024-08-14"}, None, None),
        (BILLED, {"patient_id": "R2"}, None, None),
    ],
)
def test_whose_encounter_a_lesion_is_of(
    desk: Desk, billed: str, said: dict[str, Any], encounter: str | None, tied_by: str | None
) -> None:
    desk.take_in(billed, chart(said))
    (lesion,) = built(desk, "chart_site")["chart_site"]
    assert (lesion["encounter_id"], lesion["tied_by"]) == (encounter, tied_by)


def test_the_file_received_last_stands(desk: Desk) -> None:
    first = chart({"site": "cheek"}, {"site": "cheek", "stage": 2}, {"lesion": "2", "site": "lip"})
    desk.take_in(BILLED, first)
    desk.take_in(chart({"site": "ear"}))
    found = built(desk, "chart_lesion", "chart_stage")
    assert {(row["lesion"], row["site"], row["stages"]) for row in found["chart_lesion"]} == {
        ("1", "ear", 1),
        ("2", "lip", 1),
    }
    assert len(found["chart_stage"]) == 2


def ties(desk: Desk) -> set[tuple[str, str, str]]:
    """(line, lesion, how) of core.chart_line."""
    found = built(desk, "chart_line", "chart_lesion")
    names = {row["lesion_key"]: row["lesion"] for row in found["chart_lesion"]}
    return {
        (row["line_id"], names[row["lesion_key"]], row["tied_by"]) for row in found["chart_line"]
    }


def billed_lines(*lines: tuple[str, int, str]) -> str:
    """Lines of one claim: code, units, diagnoses."""
    return claim(
        *(
            f"A,{at},R1,{SURGEON},2024-08-13,{code},{units},1000.00,{diagnoses}"
            for at, (code, units, diagnoses) in enumerate(lines, 1)
        )
    )


NOSE = {"lesion": "nose", "site": "nose", "diagnosis_code": "C44.311"}
BACK = {"lesion": "back", "site": "back", "diagnosis_code": "C44.519"}
CHEEK = {"lesion": "cheek", "site": "cheek", "diagnosis_code": "C44.319"}


def test_lines_are_of_the_lesion_whose_diagnosis_they_point_to(desk: Desk) -> None:
    lines = billed_lines(
        ("17311", 2, "C44.311 C44.319"),
        ("17312", 1, "C44.319"),
        ("17312", 1, "C44.311 C44.319"),
        ("99213", 1, "C44.319"),
        ("13132", 1, "C44.311"),
    )
    desk.take_in(lines, chart(NOSE, CHEEK))
    assert ties(desk) == {
        ("A-1", "nose", "diagnosis"),
        ("A-1", "cheek", "diagnosis"),
        ("A-2", "cheek", "diagnosis"),
        ("A-4", "cheek", "diagnosis"),
        ("A-5", "nose", "diagnosis"),
    }


def test_without_a_common_diagnosis_family_decides_where_one_lesion_is_of_it(desk: Desk) -> None:
    lines = billed_lines(("17311", 1, "C44.41"), ("17313", 1, "D04.5"), ("17315", 1, "D04.5"))
    desk.take_in(lines, chart(NOSE, BACK))
    assert ties(desk) == {("A-1", "nose", "family"), ("A-2", "back", "family")}


def test_two_lesions_of_a_family_leave_a_line_untied(desk: Desk) -> None:
    desk.take_in(billed_lines(("17311", 1, "C44.41")), chart(NOSE, CHEEK))
    assert ties(desk) == set()
    lines = {row["line_id"] for row in built(desk, "chart_lesion")["chart_lesion"]}
    assert lines == {"A-1"}


def test_a_lesion_of_unknown_family_may_be_of_any(desk: Desk) -> None:
    wrist = {"lesion": "wrist", "site": "wrist", "diagnosis_code": "C44.612"}
    desk.take_in(billed_lines(("17311", 1, "C44.41")), chart(NOSE, wrist))
    assert ties(desk) == set()


def test_the_only_lesion_has_every_stage_and_closure_but_no_visit(desk: Desk) -> None:
    lines = billed_lines(("17313", 1, "C44.41"), ("13132", 1, "C44.41"), ("99213", 1, "C44.41"))
    desk.take_in(lines, chart(NOSE))
    assert ties(desk) == {("A-1", "nose", "only"), ("A-2", "nose", "only")}


@pytest.mark.parametrize(
    ("site", "structure", "family"),
    [
        ("back", "none", "T"),
        ("back", "cartilage", "H"),
        ("back", "", None),
        ("nose", "", "H"),
        ("wrist", "none", None),
        ("wrist", "tendon", "H"),
    ],
)
def test_a_deep_structure_makes_any_site_of_the_head_codes(
    desk: Desk, site: str, structure: str, family: str | None
) -> None:
    desk.take_in(BILLED, chart({"site": site, "deep_structure": structure}))
    (lesion,) = built(desk, "chart_lesion")["chart_lesion"]
    assert lesion["code_family"] == family


@pytest.mark.parametrize(
    ("indication", "is_score_only"),
    [
        ("AUC 8", True),
        ("Appropriate use criteria: score of 9 (area H)", True),
        ("recurrent", False),
        ("AUC 8; recurrent", False),
        ("8 mm from the eye", False),
        ("", False),
    ],
)
def test_a_score_alone_is_told_from_a_reason(
    desk: Desk, indication: str, is_score_only: bool
) -> None:
    desk.take_in(BILLED, chart({"indication": indication}))
    (lesion,) = built(desk, "chart_lesion")["chart_lesion"]
    assert lesion["is_score_only"] is is_score_only
