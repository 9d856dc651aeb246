"""Shipped reference values, the practice's own, and CMS's files."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import dated, reference, vintages
from pipelines.dated import ReferenceFileError
from schemas.dated import Dated
from schemas.reference import PRACTICE, SHIPPED
from schemas.table import polars_schema, table_name

FILES = sorted(reference.SHIPPED_FOLDER.glob("*.csv"))
EMPTY = {"icd10_code", "covered_diagnosis"}
"""Tables that ship without rows, to be loaded."""
GPCI_HEADER = (
    "locality,state,name,work_gpci,pe_gpci,mp_gpci,release,effective_from,effective_to,source\n"
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def table(name: str, practice: Path | None = None) -> pl.DataFrame:
    found = {table_name(model): frame for model, frame in reference.tables(practice, {name})}
    return found[f"reference.{name}"]


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    return tmp_path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_row_has_source_and_dates(path: Path) -> None:
    found = rows(path)
    assert found or path.stem in EMPTY
    for row in found:
        assert row["source"].strip()
        assert date.fromisoformat(row["effective_from"])
        assert "/" not in row["source"].removeprefix("CMS")


def test_every_csv_has_a_model_and_every_model_a_csv() -> None:
    assert {path.stem for path in FILES} == {table_name(m).partition(".")[2] for m in SHIPPED}
    assert {p.name for p in reference.TEMPLATES_FOLDER.glob("*.csv")} == set(PRACTICE)


@pytest.mark.parametrize("model", [*SHIPPED, *PRACTICE.values()], ids=lambda m: m.__name__)
def test_every_column_is_described(model: type[Dated]) -> None:
    assert model.__doc__
    assert all(column.description for column in model.to_schema().columns.values())


def test_load_makes_every_table_with_the_rows_of_its_file() -> None:
    connection = duckdb.connect()
    reference.load(connection)
    reference.load(connection)
    for path in FILES:
        counted = connection.table(f"reference.{path.stem}").pl().height
        assert counted == len(rows(path))
    listed = vintages.list_releases(None)
    own = listed.filter(pl.col("kind") == "release", pl.col("table") == "mpfs_rvu")
    assert own["release"].to_list()[-1] == "RVU26C"
    assert set(listed["table"]) == {path.stem for path in FILES} - {"release"}


def test_open_ends_are_loaded_as_the_last_day() -> None:
    assert table("sequestration")["effective_to"].max() == date(9999, 12, 31)


def test_control_counts_of_the_ncci_tables() -> None:
    """Pairs of Mohs codes by indicator and MUEs, as counted in CMS's 2024Q3 tables."""
    pairs = Counter(
        (row["column1"], row["modifier_indicator"])
        for row in table("ncci_ptp").rows(named=True)
        if row["column1"].startswith("1731")
    )
    assert pairs == {
        ("17311", "0"): 63,
        ("17311", "1"): 201,
        ("17312", "0"): 3,
        ("17312", "1"): 22,
        ("17313", "0"): 63,
        ("17313", "1"): 196,
        ("17314", "0"): 3,
        ("17314", "1"): 17,
        ("17315", "0"): 3,
        ("17315", "1"): 20,
    }
    edits = table("ncci_mue").filter(pl.col("release") == "MUE 2026Q2")
    units = dict(edits.select("procedure_code", "units").iter_rows())
    assert [units[f"1731{n}"] for n in range(1, 6)] == [4, 6, 3, 4, 15]
    once = {
        row["procedure_code"]
        for row in rows(reference.SHIPPED_FOLDER / "code_class.csv")
        if row["class_name"] == "repair_once_a_day"
    }
    limited = edits.filter((pl.col("units") == 1) & (pl.col("mai") == "2"))["procedure_code"]
    assert once <= set(limited)


def test_fees_have_the_indicators_of_mohs_codes_in_every_year() -> None:
    fees = table("mpfs_rvu").filter(pl.col("procedure_code").str.starts_with("1731"))
    assert fees.height == 5 * 7
    indicators = set(
        fees.select(
            "procedure_code", "global_days", "multiple_procedure", "assistant", "bilateral"
        ).iter_rows()
    )
    assert indicators == {
        ("17311", "000", "2", "1", "0"),
        ("17313", "000", "2", "1", "0"),
        ("17312", "ZZZ", "0", "1", "0"),
        ("17314", "ZZZ", "0", "1", "0"),
        ("17315", "ZZZ", "0", "1", "0"),
    }


def test_side_of_a_modifier_and_of_a_diagnosis_are_spelt_alike() -> None:
    sides = set(table("modifier")["side"]) | set(table("icd10_site_map")["laterality"])
    assert sides == {"", "L", "R", "U"}


BAD_FILES = {
    "overlap": (
        "sequestration.mine.csv",
        "sequestration_rate,effective_from,effective_to,evidence,source\n"
        "0.02,2028-01-01,2028-12-31,recalled,test\n0.03,2028-06-01,2028-12-31,recalled,test\n",
        "row 3.*overlaps",
    ),
    "gap": (
        "deductible.mine.csv",
        "deductible,effective_from,effective_to,evidence,source\n"
        "300.00,2028-01-01,2028-12-31,secondary,test\n",
        "row 2.*no value from 2027-01-01 to 2027-12-31",
    ),
    "no source": (
        "deductible.mine.csv",
        "deductible,effective_from,effective_to,evidence,source\n"
        "290.00,2027-01-01,2027-12-31,secondary,\n",
        "row 2: no source",
    ),
    "no source column": (
        "deductible.mine.csv",
        "deductible,effective_from,effective_to,evidence\n290.00,2027-01-01,2027-12-31,secondary\n",
        "column 'source' is missing",
    ),
    "date": (
        "deductible.mine.csv",
        "deductible,effective_from,effective_to,evidence,source\n290.00,1/1/2027,,secondary,test\n",
        "row 2, column effective_from: expected a date as YYYY-MM-DD",
    ),
    "reversed": (
        "deductible.mine.csv",
        "deductible,effective_from,effective_to,evidence,source\n"
        "290.00,2027-12-31,2027-01-01,secondary,test\n",
        "row 2: effective_to is before",
    ),
    "decimals": (
        "conversion_factor.mine.csv",
        "apm_qualifying,conversion_factor,effective_from,effective_to,evidence,source\n"
        "false,33.40091,2027-01-01,2027-12-31,secondary,test\n",
        "row 2, column conversion_factor: expected a number with at most 4 decimals",
    ),
    "word": (
        "conversion_factor.mine.csv",
        "apm_qualifying,conversion_factor,effective_from,effective_to,evidence,source\n"
        "false,33.4009,2027-01-01,2027-12-31,guessed,test\n",
        "row 2, column evidence",
    ),
    "integer locality": (
        "gpci.mine.csv",
        GPCI_HEADER + "1520200,OH,OHIO,1,1,1,MINE,2027-01-01,2027-12-31,test\n",
        "row 2, column locality",
    ),
    "column": (
        "deductible.mine.csv",
        "deductible,from_date,effective_to,evidence,source\n290.00,2027-01-01,,secondary,test\n",
        "header: column 'from_date'",
    ),
}


@pytest.mark.parametrize(("name", "text", "message"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_bad_row_is_refused_with_file_and_row(
    practice: Path, name: str, text: str, message: str
) -> None:
    (practice / "reference" / name).write_text(text)
    with pytest.raises(ReferenceFileError, match=message) as raised:
        reference.tables(practice)
    assert name in str(raised.value)


CONTINUOUS = {
    "conversion_factor": {"effective_from": date(2022, 1, 1)},
    "gpci": {"effective_from": date(2022, 1, 1), "locality": "15202-00"},
    "sequestration": {"effective_from": date(2020, 5, 1)},
    "deductible": {"effective_from": date(2022, 1, 1)},
}


@pytest.mark.parametrize(("name", "taken"), CONTINUOUS.items(), ids=CONTINUOUS)
def test_a_gap_in_a_series_continuous_by_nature_is_refused(
    name: str, taken: dict[str, object]
) -> None:
    [(model, frame)] = reference.tables(None, {name})
    frame = frame.with_columns(file=pl.lit(f"{name}.csv"), row=pl.int_range(2, pl.len() + 2))
    dated.require_continuity(model, frame)
    is_taken = pl.all_horizontal(pl.col(column) == value for column, value in taken.items())
    assert frame.filter(is_taken).height
    with pytest.raises(ReferenceFileError, match=rf"{name}.csv, row \d+: .*has no value from"):
        dated.require_continuity(model, frame.filter(~is_taken))


def test_what_ships_is_what_the_shared_values_say(shared_data: Path) -> None:
    """Every row of the values folder ships unchanged, read with the csv module on both sides."""
    values, shipped = shared_data / "values", reference.SHIPPED_FOLDER
    pairs = {
        (row["column1"], row["column2"]): (row["modifier_indicator"], row["rationale_class"])
        for name in ("ncci_ptp_companions_2024q3.csv", "ncci_ptp_mohs_2024q3.csv")
        for row in rows(values / name)
        if row.get("active", "True") == "True" and row["modifier_indicator"] != "9"
    }
    assert pairs == {
        (row["column1"], row["column2"]): (row["modifier_indicator"], row["rationale"])
        for row in rows(shipped / "ncci_ptp.csv")
    }
    edits = {}
    for row in rows(values / "ncci_mue_2024q3_2026q2.csv"):
        for quarter in ("2024q3", "2026q2"):
            units = (row[f"mue_{quarter}"], row[f"mai_{quarter}"])
            edits[row["hcpcs"], f"MUE {quarter.upper()}"] = units
    assert edits == {
        (row["procedure_code"], row["release"]): (row["units"], row["mai"])
        for row in rows(shipped / "ncci_mue.csv")
    }
    assert {
        (row["add_on_code"], row["primary_code"], row["aoc_edit_type"])
        for row in rows(values / "ncci_aoc_2024.csv")
    } == {
        (row["add_on_code"], row["primary_code"], row["edit_type"])
        for row in rows(shipped / "ncci_add_on.csv")
    }
    given, held = INDICATORS
    fees = {
        (row["effective_from"][:4], row["procedure_code"], row["modifier"]): row
        for row in rows(shipped / "mpfs_rvu.csv")
    }
    wanted = rows(values / "mpfs_rvu_2020_2026.csv")
    assert len(wanted) == len(fees)
    for row in wanted:
        fee = fees[row["year"], row["hcpcs"], row["mod"]]
        assert [row[name] for name in given] == [fee[name] for name in held]
        for theirs, ours in RVUS.items():
            assert Decimal(row[theirs] or 0) == Decimal(fee[ours])
    sites = {
        row["diagnosis_code"]: (row["site_family"], row["laterality"], row["histology"])
        for row in rows(shipped / "icd10_site_map.csv")
        if not row["effective_to"]
    }
    for row in rows(values / "icd10cm_mohs_site_map.csv"):
        code = row["icd10cm"].replace(".", "")
        assert sites[code] == (row["mohs_family"], row["laterality"], row["histology"])


INDICATORS = (
    [
        "status_code",
        "pctc_ind",
        "glob_days",
        "mult_proc",
        "bilat_surg",
        "asst_surg",
        "co_surg",
        "team_surg",
    ],
    [
        "status_code",
        "pctc",
        "global_days",
        "multiple_procedure",
        "bilateral",
        "assistant",
        "co_surgeon",
        "team",
    ],
)
RVUS = {
    "work_rvu": "work_rvu",
    "non_fac_pe_rvu": "nonfacility_pe_rvu",
    "facility_pe_rvu": "facility_pe_rvu",
    "mp_rvu": "mp_rvu",
    "pre_op": "preoperative_share",
    "intra_op": "intraoperative_share",
    "post_op": "postoperative_share",
}


def test_split_codes_end_where_their_halves_begin() -> None:
    """ICD-10-CM split the eyelid codes by lid on 2018-10-01."""
    sites = table("icd10_site_map")
    ended = sites.filter(pl.col("effective_to") < date(9999, 12, 31))
    assert set(ended["effective_to"]) == {date(2018, 9, 30)}
    for code in ended["diagnosis_code"]:
        halves = sites.filter(pl.col("diagnosis_code").str.contains(f"^{code}[12]$"))
        assert set(halves["effective_from"]) == {date(2018, 10, 1)}


def test_every_reason_code_of_real_remittances_has_a_category(shared_data: Path) -> None:
    """Reason codes of the CAS segments of the open projects' files, taken from their raw text."""
    known = {row["carc"] for row in rows(reference.SHIPPED_FOLDER / "carc_category.csv")}
    found: set[str] = set()
    for path in sorted((shared_data / "x12").rglob("*")):
        if path.is_file() and path.suffix not in {".csv", ".json"}:
            text = path.read_bytes().decode("latin-1")
            for triples in re.findall(r"\bCAS[*|^][A-Z]{2}[*|^]([^~\n]*)", text):
                found |= set(re.split(r"[*|^]", triples)[::3]) - {""}
    assert len(found) > 10
    assert found <= known


def test_a_practice_row_wins_on_its_dates_only(practice: Path) -> None:
    (practice / "reference" / "gpci.mine.csv").write_text(
        GPCI_HEADER + "15202-00,OH,OHIO,2,2,2,MINE,2025-04-01,2025-06-30,test\n"
    )
    ohio = table("gpci", practice).filter(
        (pl.col("locality") == "15202-00") & (pl.col("effective_from").dt.year() == 2025)
    )
    found = ohio.sort("effective_from").select("effective_from", "effective_to", "work_gpci").rows()
    assert found == [
        (date(2025, 1, 1), date(2025, 3, 31), Decimal("1.000")),
        (date(2025, 4, 1), date(2025, 6, 30), Decimal("2.000")),
        (date(2025, 7, 1), date(2025, 12, 31), Decimal("1.000")),
    ]


def test_templates_hold_examples_that_are_not_read(practice: Path) -> None:
    names = {path.relative_to(practice).as_posix() for path in reference.write_templates(practice)}
    assert names == {*PRACTICE, "reference/covered_diagnosis.csv"}
    assert reference.write_templates(practice) == []
    for name, model in PRACTICE.items():
        stem = table_name(model).partition(".")[2]
        shipped = table(stem).height
        assert shipped == (stem == "clock") * len(rows(reference.SHIPPED_FOLDER / "clock.csv"))
        assert table(stem, practice).height == shipped
        path = practice / name
        text = path.read_text()
        path.write_text(text.replace("# example: ", ""))
        assert table(stem, practice).height - shipped >= text.count("# example: ") > 0


def test_short_practice_files_are_enough(practice: Path) -> None:
    (practice / "providers.csv").write_text("npi,type,group\n1234567893,PA,A\n")
    (practice / "payers.csv").write_text(
        "payer_identifier,remit_payer_name,export_payer_name,payer,line_of_business\n"
        "123,,,plan,commercial\n"
    )
    [provider] = table("provider", practice).rows(named=True)
    assert (provider["rendering_type"], provider["participating"]) == ("PA", True)
    assert (provider["source"], provider["effective_to"]) == ("providers.csv", date(9999, 12, 31))
    assert table("payer", practice).height == 1


def test_a_message_about_persons_names_no_value(practice: Path) -> None:
    (practice / "patients.csv").write_text(
        "person,member_id,record_number\nSECRET1,SECRET2,SECRET3\nSECRET1,SECRET2,SECRET3\n"
    )
    with pytest.raises(ReferenceFileError, match="row 3") as raised:
        reference.tables(practice)
    assert "SECRET" not in str(raised.value)


def test_every_zip_of_cms_is_located(shared_data: Path) -> None:
    lines = (shared_data / "cms_files/ZIP5_OCT2025.txt").read_text().splitlines()
    zips = {line[2:7]: f"{line[7:12]}-{line[12:14]}" for line in lines}
    places = pl.DataFrame({"zip": list(zips)}).with_columns(date_of_service=date(2021, 1, 1))
    located = reference.locate(places, table("zip_locality"))
    assert dict(located.select("zip", "locality").iter_rows()) == zips


def test_the_nearest_zip_release_serves_a_day() -> None:
    def release(name: str, start: date, end: date, locality: str) -> dict[str, object]:
        return {
            "zip_from": "44101",
            "zip_to": "44199",
            "locality": locality,
            "state": "OH",
            "needs_plus_four": False,
            "release": name,
            "effective_from": start,
            "effective_to": end,
            "source": "test",
        }

    [(model, _)] = reference.tables(None, {"zip_locality"})
    zips = pl.DataFrame(
        [
            release("old", date(2024, 1, 1), date(2024, 3, 31), "15202-00"),
            release("new", date(2025, 10, 1), date(2025, 12, 31), "15202-01"),
        ],
        schema_overrides=polars_schema(model),
    )
    days = {
        date(2020, 1, 1): "15202-00",
        date(2024, 12, 30): "15202-00",
        date(2024, 12, 31): "15202-01",
        date(2026, 5, 1): "15202-01",
    }
    places = pl.DataFrame({"zip": ["44106"] * 4, "date_of_service": list(days)})
    located = reference.locate(places, zips)
    assert dict(located.select("date_of_service", "locality").iter_rows()) == days
