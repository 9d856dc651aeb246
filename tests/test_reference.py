"""Shipped reference values, the practice's own, and CMS's files."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines import reference, releases
from pipelines.dated import ReferenceFileError
from schemas.reference import PRACTICE, SHIPPED, Dated
from schemas.table import polars_schema, table_name

FILES = sorted(reference.SHIPPED_FOLDER.glob("*.csv"))
GPCI_HEADER = (
    "locality,state,name,work_gpci,pe_gpci,mp_gpci,release,effective_from,effective_to,source\n"
)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def table(name: str, practice: Path | None = None) -> pl.DataFrame:
    [(_, frame)] = reference.tables(practice, {name})
    return frame


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    (tmp_path / "reference").mkdir()
    return tmp_path


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_row_has_source_and_dates(path: Path) -> None:
    found = rows(path)
    assert found
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
    listed = reference.list_releases(connection)
    assert listed.filter(pl.col("table") == "mpfs_rvu")["release"].to_list()[-1] == "RVU26C"
    assert listed.height > len(FILES) - 1


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
    assert {path.name for path in reference.write_templates(practice)} == set(PRACTICE)
    assert reference.write_templates(practice) == []
    for name, model in PRACTICE.items():
        stem = table_name(model).partition(".")[2]
        assert table(stem, practice).is_empty()
        path = practice / name
        path.write_text(path.read_text().replace("# example: ", ""))
        assert table(stem, practice).height == 1


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


PPRRVU_TOP = (
    ",,{year} National Physician Fee Schedule Relative Value File {month} Release,,,,,,,,,,,,,,,,\n"
    ",,,STATUS,MEDICARE,WORK,NON-FAC,FACILITY,MP,PCTC,"
    "GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,CONV\n"
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,PE RVU,RVU,IND,"
    "DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,FACTOR\n"
)


def pprrvu(folder: Path, month: str, work: str, code: str = "17311", year: int = 2026) -> Path:
    path = folder / f"PPRRVU{year}_{month[:3]}_nonQPP.csv"
    path.write_text(
        PPRRVU_TOP.format(year=year, month=month)
        + f"{code},,,A,,{work},13.33,1.95,0.59,0,000,0.00,0.00,0.00,2,0,1,0,0,33.4009\n"
    )
    return path


def test_a_later_release_of_the_year_takes_over_in_its_quarter(
    practice: Path, tmp_path: Path
) -> None:
    [change] = releases.load_cms([pprrvu(tmp_path, "October", "9.99")], practice)
    assert (change.release, change.changed, change.unchanged) == ("RVU26D", 1, 265)
    assert change.effective_from == date(2026, 10, 1)
    fees = table("mpfs_rvu", practice).filter(
        (pl.col("procedure_code") == "17311") & (pl.col("effective_from") >= date(2026, 1, 1))
    )
    found = fees.sort("effective_from").select("release", "work_rvu", "effective_to").rows()
    assert found == [
        ("RVU26C", Decimal("6.05"), date(2026, 9, 30)),
        ("RVU26D", Decimal("9.99"), date(2026, 12, 31)),
    ]


def test_a_code_only_a_later_selection_holds_stands_for_the_year(
    practice: Path, tmp_path: Path
) -> None:
    [change] = releases.load_cms([pprrvu(tmp_path, "October", "1.00", code="69990")], practice)
    assert (change.added, change.ended) == (1, 0)
    [fee] = table("mpfs_rvu", practice).filter(pl.col("procedure_code") == "69990").rows(named=True)
    assert (fee["effective_from"], fee["effective_to"]) == (date(2026, 1, 1), date(2026, 12, 31))


def test_a_new_year_brings_its_conversion_factor(practice: Path, tmp_path: Path) -> None:
    [change] = releases.load_cms([pprrvu(tmp_path, "January", "6.05", year=2027)], practice)
    assert "33.4009" in change.note
    factors = table("conversion_factor", practice).filter(
        pl.col("effective_from") == date(2027, 1, 1)
    )
    assert factors["apm_qualifying"].to_list() == [False]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("notes.csv", "a,b\n1,2\n", "not a file of CMS this command knows"),
        ("PPRRVU2025_Oct.csv", PPRRVU_TOP.format(year=2026, month="July"), "the file 2026"),
        (
            "PPRRVU2026_Jul.csv",
            PPRRVU_TOP.format(year=2026, month="July") + "17311,,,A,,6.05\n",
            "row 4: 6 cells instead of 20; the file is cut off",
        ),
        (
            "PPRRVU2026_Jul.csv",
            PPRRVU_TOP.format(year=2026, month="July").replace("MULT", "OTHER"),
            "no column headed 'MULT PROC'",
        ),
        (
            "PPRRVU2026_Jul.csv",
            PPRRVU_TOP.format(year=2026, month="July")
            + "17311,,,A,,x,13.33,1.95,0.59,0,000,0.00,0.00,0.00,2,0,1,0,0,33.4009\n",
            "row 4: work_rvu is not a number",
        ),
        (
            "mue.csv",
            '"HCPCS/\nCPT Code",Practitioner Services MUE Values,MUE Adjudication Indicator,'
            "MUE Rationale\n17311,4,3 Date of Service Edit: Clinical,Clinical: Data\n",
            "keep CMS's name",
        ),
        ("empty.csv", "", "not a file of CMS"),
    ],
)
def test_a_file_that_is_not_what_it_claims_is_refused(
    practice: Path, tmp_path: Path, name: str, text: str, message: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(ReferenceFileError, match=message) as raised:
        releases.load_cms([path], practice)
    assert name in str(raised.value)
    assert not list((practice / "reference").iterdir())


def test_ptp_edits_carry_their_own_dates(practice: Path, tmp_path: Path) -> None:
    lines = [
        "Column1/Column2 Edits",
        "Column 1\tColumn 2\t*=in existence prior to 1996\tEffective Date\tDeletion Date *=no data"
        "\tModifier 0=not allowed 1=allowed 9=not applicable\tPTP Edit Rationale",
        "17311\t11102\t\t20190101\t*\t1\tMisuse of column two code",
        "17311\t99201\t\t20070101\t20201231\t1\tMisuse of column two code",
        "17311\t99201\t\t20010101\t20010101\t9\tMisuse of column two code",
    ]
    path = tmp_path / "ccipra.txt"
    path.write_text("\n".join(lines) + "\n")
    [change] = releases.load_cms([path], practice)
    assert change.table == "ncci_ptp"
    pairs = table("ncci_ptp", practice).filter(
        (pl.col("column1") == "17311") & pl.col("column2").is_in(["11102", "99201"])
    )
    assert set(pairs.select("column2", "effective_from", "effective_to").iter_rows()) == {
        ("11102", date(2019, 1, 1), date(9999, 12, 31)),
        ("99201", date(2007, 1, 1), date(2020, 12, 31)),
    }


def test_cms_files_say_what_the_shipped_rows_say(shared_data: Path, practice: Path) -> None:
    """Full files change nothing that ships: every shared row is equal, the rest is added."""
    folder = shared_data / "cms_files"
    found = releases.load_cms(
        [
            folder / "PPRRVU2025_Oct.csv",
            folder / "PPRRVU2026_Jul_nonQPP.csv",
            folder / "GPCI2025.csv",
            folder / "GPCI2026.csv",
            folder / "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
            folder / "ZIP5_OCT2025.txt",
        ],
        practice,
    )
    counted = [(c.release, c.added, c.changed, c.ended, c.unchanged) for c in found]
    assert counted == [
        ("RVU25D", 18824, 0, 0, 266),
        ("RVU26C", 19090, 0, 0, 266),
        ("GPCI2025", 0, 0, 0, 109),
        ("GPCI2026", 0, 0, 0, 109),
        ("MUE 2026Q2", 14864, 0, 0, 231),
        ("ZIP5 2025Q4", 0, 0, 0, 11586),
    ]
    again = releases.load_cms([folder / "GPCI2026.csv"], practice)
    assert (again[0].added, again[0].changed, again[0].unchanged) == (0, 0, 109)


def test_every_zip_of_cms_is_located(shared_data: Path) -> None:
    lines = (shared_data / "cms_files/ZIP5_OCT2025.txt").read_text().splitlines()
    zips = {line[2:7]: f"{line[7:12]}-{line[12:14]}" for line in lines}
    places = pl.DataFrame({"zip": list(zips)}).with_columns(date_of_service=date(2021, 1, 1))
    located = reference.locate(places, table("zip_locality"))
    assert dict(located.select("zip", "locality").iter_rows()) == zips


def test_gpcis_with_invented_localities_are_refused(
    shared_data: Path, practice: Path, tmp_path: Path
) -> None:
    text = (shared_data / "cms_files/GPCI2026.csv").read_text(encoding="cp1252")
    path = tmp_path / "GPCI2026.csv"
    path.write_text(text.replace("15202,OH,00", "15202,OH,77"))
    with pytest.raises(ReferenceFileError, match="15202-77"):
        releases.load_cms([path], practice)


def test_a_zip_file_cut_off_is_refused(shared_data: Path, practice: Path, tmp_path: Path) -> None:
    path = tmp_path / "ZIP5.txt"
    shutil.copyfile(shared_data / "cms_files/ZIP5_OCT2025.txt", path)
    path.write_text(path.read_text()[:100_001])
    with pytest.raises(ReferenceFileError, match=r"line \d+: not in the ZIP5 layout"):
        releases.load_cms([path], practice)


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
