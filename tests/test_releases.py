"""Files of their publishers read into the practice folder, and what each is said to have changed."""

from __future__ import annotations

import csv
import shutil
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from pipelines import examples, reference, releases, rules, vintages
from pipelines.cases import read_cases
from pipelines.dated import ReferenceFileError

FILES = Path(__file__).parent / "files" / "cms"
PTP_PARTS = [FILES / "ccipra-v302r0-f1.txt", FILES / "ccipra-v302r0-f4.txt"]


def table(name: str, practice: Path | None = None) -> pl.DataFrame:
    [(_, frame)] = reference.tables(practice, {name})
    return frame


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = tmp_path / "practice"
    (folder / "reference").mkdir(parents=True)
    return folder


def workbook(path: Path, rows: list[list[str]]) -> Path:
    """Rows as a workbook, codes and dates of digits as numbers, as CMS's mostly are."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell.isdigit() and not cell.startswith("0"):
                sheet.write_number(at, column, int(cell))
            elif cell:
                sheet.write_string(at, column, cell)
    book.close()
    return path


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def tabs(path: Path) -> list[list[str]]:
    return [line.split("\t") for line in path.read_text().splitlines()]


PPRRVU_TOP = (
    ",,{year} National Physician Fee Schedule Relative Value File {month} Release,,,,,,,,,,,,,,,,\n"
    ",,,STATUS,MEDICARE,WORK,NON-FAC,FACILITY,MP,PCTC,"
    "GLOB,PRE,INTRA,POST,MULT,BILAT,ASST,CO-,TEAM,CONV\n"
    "HCPCS,MOD,DESCRIPTION,CODE,PAYMENT,RVU,PE RVU,PE RVU,RVU,IND,"
    "DAYS,OP,OP,OP,PROC,SURG,SURG,SURG,SURG,FACTOR\n"
)


GPCI_2026 = (
    "Medicare Administrative Contractor (MAC),State,Locality Number,Locality Name,"
    "2026 PW GPCI (with 1.0 Floor)***,2026 PE GPCI,2026 MP GPCI\n"
    "15202,OH,00,OHIO,{work},0.911,1.033\n"
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
        ("GPCI2027.csv", GPCI_2026.format(work="1.063"), "the name says 2027, the file 2026"),
        ("GPCI2026.csv", GPCI_2026.format(work="10.63"), "row 2: work_gpci is not between 0.2 and"),
        ("GPCI2026.csv", GPCI_2026.format(work="0.106"), "row 2: work_gpci is not between 0.2 and"),
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


def edited(source: Path, folder: Path, before: str, after: str, name: str = "") -> Path:
    """A copy of a file with one thing changed."""
    text = source.read_bytes().decode()
    assert before in text
    path = folder / (name or source.name)
    path.write_bytes(text.replace(before, after, 1).encode())
    return path


def test_the_layouts_of_2025_and_2026_are_read_alike(practice: Path) -> None:
    found = releases.load_cms(
        [FILES / "PPRRVU2025_Oct.csv", FILES / "PPRRVU2026_Jul_nonQPP.csv"], practice
    )
    assert [(c.release, c.added, c.changed, c.ended, c.unchanged) for c in found] == [
        ("RVU25D", 0, 0, 0, 266),
        ("RVU26C", 0, 0, 0, 266),
    ]
    recorded = rows(practice / "reference" / "release.loaded.csv")
    assert [(row["release"], row["is_complete"], row["layout"]) for row in recorded] == [
        ("RVU25D", "false", "tried"),
        ("RVU26C", "false", "tried"),
    ]


def test_gpcis_without_the_other_localities_are_refused(practice: Path) -> None:
    with pytest.raises(ReferenceFileError, match=r"01112-05, 01112-09, .* are missing"):
        releases.load_cms([FILES / "GPCI2025.csv"], practice)


def test_mues_are_read_from_under_the_preamble(
    practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = FILES / "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv"
    with pytest.raises(ReferenceFileError, match="6 codes, where CMS lists some 15,000"):
        releases.load_cms([path], practice)
    assert not list((practice / "reference").iterdir())
    monkeypatch.setattr("pipelines.edit_files.FEWEST_MUES", 6)
    [change] = releases.load_cms([path], practice)
    assert (change.release, change.unchanged, change.ended) == ("MUE 2026Q2", 6, 225)
    edits = table("ncci_mue", practice).filter(pl.col("source").str.contains(".csv", literal=True))
    found = {row["procedure_code"]: (row["units"], row["mai"]) for row in edits.to_dicts()}
    assert found == {
        "13132": (1, "2"),
        "17311": (4, "3"),
        "17312": (6, "3"),
        "17313": (3, "3"),
        "17314": (4, "3"),
        "17315": (15, "3"),
    }


def test_a_new_quarter_is_compared_with_the_nearest_loaded(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.edit_files.FEWEST_MUES", 6)
    path = edited(
        FILES / "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
        tmp_path,
        "17315,15,",
        "17315,12,",
        "MCR_MUE_PractitionerServices_Eff_07-01-2026.csv",
    )
    [change] = releases.load_cms([path], practice)
    assert (change.against, change.changed, change.unchanged) == ("MUE 2026Q2", 1, 5)
    assert "changed 17315 (units 15 to 12)" in change.examples
    assert change.ended == 225
    assert sum(text.startswith("ended ") for text in change.examples) == releases.EXAMPLES


def test_zip_codes_are_read_from_fixed_columns(
    practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ReferenceFileError, match="4 ZIP codes, where CMS lists some 43,000"):
        releases.load_cms([FILES / "ZIP5_OCT2025.txt"], practice)
    monkeypatch.setattr("pipelines.fee_files.FEWEST_ZIPS", 4)
    [change] = releases.load_cms([FILES / "ZIP5_OCT2025.txt"], practice)
    zips = table("zip_locality", practice)
    assert set(zips.select("zip_from", "zip_to", "locality", "state").iter_rows()) == {
        ("44106", "44107", "15202-00", "OH"),
        ("45201", "45201", "15202-00", "OH"),
        ("82001", "82001", "03602-21", "WY"),
    }
    assert change.release == "ZIP5 2025Q4"


PAIRS = {
    ("00100", "99201", date(1996, 1, 1), date(2019, 12, 31)),
    ("00100", "99201", date(2020, 1, 1), date(2020, 12, 31)),
    ("17311", "11102", date(2019, 1, 1), date(2024, 9, 30)),
    ("17311", "64450", date(2014, 4, 1), date(2024, 9, 30)),
    ("17311", "99201", date(2007, 1, 1), date(2020, 12, 31)),
    ("17315", "88305", date(2024, 7, 1), date(2024, 9, 30)),
}
"""Of the first part; the pair of indicator 9 never was in force, and none is beyond the quarter."""


@pytest.mark.parametrize("form", ["text", "workbook", "zip"])
def test_pairs_of_a_whole_table_carry_their_own_dates(
    practice: Path, tmp_path: Path, form: str
) -> None:
    paths = PTP_PARTS
    if form == "workbook":
        paths = [workbook(tmp_path / f"{path.stem}.xlsx", tabs(path)) for path in PTP_PARTS]
    if form == "zip":
        archive = tmp_path / "practitioner-ptp-edits.zip"
        with zipfile.ZipFile(archive, "w") as packed:
            for path in PTP_PARTS:
                packed.write(path, path.name)
                same = workbook(tmp_path / f"{path.stem}.xlsx", tabs(path))
                packed.write(same, same.name)
            packed.writestr("readme.pdf", b"%PDF")
        paths = [archive]
    [change] = releases.load_cms(paths, practice)
    assert (change.release, change.effective_from, change.effective_to) == (
        "PTP 2024Q3",
        date(1996, 1, 1),
        date(2024, 9, 30),
    )
    pairs = table("ncci_ptp", practice)
    mohs = pairs.filter(pl.col("column1").is_in(["00100", "17311", "17315"]))
    found = mohs.select("column1", "column2", "effective_from", "effective_to").iter_rows()
    assert set(found) == PAIRS
    # what a whole table lacks is not in force, so the shipped selection is gone
    assert pairs.height == len(PAIRS) + 8
    assert set(pairs["rationale"]) >= {"MANUAL", "MISUSE", "STDPRAC", "ANESINCL", "CODEDEF"}
    listed = vintages.list_releases(practice)
    [release] = listed.filter(pl.col("release") == "PTP 2024Q3", pl.col("kind") == "release").rows(
        named=True
    )
    assert (release["layout"], release["is_complete"], release["rows"]) == ("untried", True, 14)


def test_a_part_of_the_pairs_speaks_for_its_quarter_only(practice: Path) -> None:
    [change] = releases.load_cms(PTP_PARTS[:1], practice)
    assert "not the whole table (column 1 from 00100 to 17315)" in change.note
    assert (change.effective_from, change.ended) == (date(2024, 7, 1), 0)
    pairs = table("ncci_ptp", practice).filter(pl.col("release") == "PTP 2024Q3")
    assert pairs["effective_from"].unique().to_list() == [date(2024, 7, 1)]
    [other] = releases.load_cms(PTP_PARTS[1:], practice)
    assert other.added == 8
    held = table("ncci_ptp", practice).filter(pl.col("release") == "PTP 2024Q3")
    assert {"17311", "99202"} <= set(held["column1"])


def test_a_whole_table_of_pairs_stands_for_earlier_ones(practice: Path, tmp_path: Path) -> None:
    releases.load_cms(PTP_PARTS, practice)
    newer = [
        edited(path, tmp_path, "Edits", "Edits", path.name.replace("v302", "v303"))
        for path in PTP_PARTS
    ]
    [change] = releases.load_cms(newer, practice)
    assert (change.release, change.against) == ("PTP 2024Q4", "PTP 2024Q3")
    assert (change.added, change.changed, change.ended) == (0, 0, 0)
    names = {path.name for path in (practice / "reference").glob("ncci_ptp*")}
    assert names == {"ncci_ptp.PTP_2024Q4.csv"}
    [again] = releases.load_cms(PTP_PARTS, practice)
    assert "PTP 2024Q4, which is loaded, holds its dates too" in again.note
    assert again.written == ()


def test_an_ended_and_a_changed_pair_are_told(practice: Path, tmp_path: Path) -> None:
    releases.load_cms(PTP_PARTS, practice)
    first = edited(
        PTP_PARTS[0],
        tmp_path,
        "17311\t11102\t\t20190101\t*\t1",
        "17311\t11102\t\t20190101\t20240930\t1",
        "ccipra-v303r0-f1.txt",
    )
    first = edited(
        first, tmp_path, "17311\t64450\t\t20140401\t*\t1", "17311\t64450\t\t20140401\t*\t0"
    )
    shutil.copyfile(PTP_PARTS[1], tmp_path / "ccipra-v303r0-f4.txt")
    [change] = releases.load_cms([first, tmp_path / "ccipra-v303r0-f4.txt"], practice)
    assert change.examples == (
        "changed 17311 64450 (modifier_indicator 1 to 0)",
        "ended 17311 11102",
    )


def test_add_on_edits_from_text_and_workbook(practice: Path, tmp_path: Path) -> None:
    source = FILES / "AOC_V2024Q2-MCR.txt"
    book = workbook(tmp_path / "AOC_V2024Q2-MCR.xlsx", tabs(source))
    for path in (source, book):
        [change] = releases.load_cms([path], practice)
        assert (change.release, change.effective_from) == ("AOC 2024Q2", date(2024, 4, 1))
        assert (change.added, change.changed) == (0, 0)
        pairs = table("ncci_add_on", practice).filter(pl.col("release") == "AOC 2024Q2")
        # 11101 went with 2018; the quarter is all a selection speaks for
        assert set(pairs.select("add_on_code", "primary_code", "edit_type").iter_rows()) == {
            ("17312", "17311", "1"),
            ("17314", "17313", "1"),
            ("17315", "17311", "1"),
            ("88311", "CCCCC", "3"),
        }


def test_a_whole_add_on_table_replaces_what_ships(
    practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.edit_files.COMPLETE_ADD_ON_ROWS", 5)
    [change] = releases.load_cms([FILES / "AOC_V2024Q2-MCR.txt"], practice)
    assert change.effective_from == date(2013, 4, 1)
    pairs = table("ncci_add_on", practice)
    assert ("11101", date(2018, 12, 31)) in set(
        pairs.select("add_on_code", "effective_to").iter_rows()
    )
    assert pairs.height == 5


def test_an_order_file_says_which_codes_may_be_billed(practice: Path) -> None:
    [change] = releases.load_cms([FILES / "icd10cm_order_2026.txt"], practice)
    assert (change.release, change.effective_from) == ("ICD-10-CM 2026", date(2025, 10, 1))
    codes = table("icd10_code", practice)
    assert set(codes.filter("is_billable")["diagnosis_code"]) == {"C44111", "C441121", "C44311"}
    assert set(codes.filter(~pl.col("is_billable"))["diagnosis_code"]) == {
        "C4411",
        "C44112",
        "C4431",
    }


def test_the_order_file_of_april_takes_over(practice: Path, tmp_path: Path) -> None:
    april = edited(
        FILES / "icd10cm_order_2026.txt",
        tmp_path,
        "C44311 ",
        "C44319 ",
        "icd10cm_order_april_2026.txt",
    )
    releases.load_cms([april, FILES / "icd10cm_order_2026.txt"], practice)
    codes = table("icd10_code", practice).filter(pl.col("diagnosis_code").str.starts_with("C4431"))
    found = codes.select("diagnosis_code", "effective_from", "effective_to").iter_rows()
    assert set(found) == {
        ("C4431", date(2025, 10, 1), date(2026, 3, 31)),
        ("C44311", date(2025, 10, 1), date(2026, 3, 31)),
        ("C4431", date(2026, 4, 1), date(2026, 9, 30)),
        ("C44319", date(2026, 4, 1), date(2026, 9, 30)),
    }


ORDERED_DAYS = """## Days inside and outside the fiscal year of the order file

| claim | line | patient | procedure | date       | diagnosis       | finding |
|-------|------|---------|-----------|------------|-----------------|---------|
| A     | 1    | 1       | 17311     | 2025-10-01 | C44.311         |         |
| A     | 2    | 1       | 17312     | 2025-10-01 | C44.311 C44.31  | yes     |
| B     | 1    | 2       | 17311     | 2025-10-01 | C44.311 Z99.999 | yes     |
| C     | 1    | 3       | 17311     | 2025-09-30 | C44.311 Z99.999 |         |
| C     | 2    | 3       | 17312     | 2025-09-30 | C44.31          | yes     |
"""


@pytest.mark.parametrize("is_whole", [True, False])
def test_days_of_an_order_file_are_judged_by_it(
    practice: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_whole: bool
) -> None:
    if is_whole:
        monkeypatch.setattr("pipelines.diagnosis_files.COMPLETE_ORDER_ROWS", 6)
    releases.load_cms([FILES / "icd10cm_order_2026.txt"], practice)
    path = tmp_path / "days.md"
    path.write_text(ORDERED_DAYS)
    cases, problems = read_cases(path)
    assert not problems
    [found] = examples.judge(cases, rules.pick(rules.read_book(), ["MOHS166"]), practice)
    flagged = ["MOHS166" in line.findings for line in found]
    # a code no site map knows is called invalid by a whole list only
    assert flagged == [False, True, is_whole, False, True]


def test_a_later_version_of_a_list_ends_the_earlier(practice: Path, tmp_path: Path) -> None:
    [change] = releases.load_cms([FILES / "covered_diagnoses.csv"], practice)
    assert (change.release, change.added) == ("X00001 1", 2)
    second = tmp_path / "second.csv"
    second.write_text(
        "article,version,carrier,payer,diagnosis_code,effective_from,effective_to,source\n"
        "X00001,2,15202,,C44.41,2024-07-01,,invented for this test\n"
    )
    [change] = releases.load_cms([second], practice)
    assert (change.added, change.ended, change.against) == (1, 2, "X00001 1")
    found = table("covered_diagnosis", practice)
    assert set(found.select("diagnosis_code", "version", "effective_to").iter_rows()) == {
        ("C44311", "1", date(2024, 6, 30)),
        ("C44319", "1", date(2024, 6, 30)),
        ("C4441", "2", date(9999, 12, 31)),
    }


REFUSALS = {
    "pairs without a first day": (
        PTP_PARTS[0],
        "\t20190101\t*",
        "\t\t*",
        r"row 9: a pair has no effective date",
    ),
    "indicator": (
        PTP_PARTS[0],
        "20140401\t*\t1",
        "20140401\t*\t2",
        "row 10: the modifier indicator",
    ),
    "last day": (PTP_PARTS[0], "20140401\t*", "20140401\tnever", "row 10: the deletion date"),
    "no code": (PTP_PARTS[0], "17311\t64450", "17311\t6445", "row 10: a pair without two codes"),
    "a pair of a later quarter": (
        PTP_PARTS[0],
        "20190101",
        "20250101",
        "the name is that of 2024Q3",
    ),
    "add-on type": (
        FILES / "AOC_V2024Q2-MCR.txt",
        "1\t17314",
        "7\t17314",
        "row 4: no edit type 1, 2 or 3",
    ),
    "add-on date": (
        FILES / "AOC_V2024Q2-MCR.txt",
        "2013091",
        "2013400",
        "row 3: begin is a date neither",
    ),
    "order cut off": (
        FILES / "icd10cm_order_2026.txt",
        "00004 C441121 1 BCC of skin of right upper eyelid",
        "00004 C441121",
        "line 4: not in the layout",
    ),
    "order with a line taken out": (
        FILES / "icd10cm_order_2026.txt",
        "00006 ",
        "00007 ",
        "line 6: the order numbers are not consecutive",
    ),
    "list without source": (
        FILES / "covered_diagnoses.csv",
        ",invented for this test",
        ",",
        "row 2: no source",
    ),
    "list for nobody": (FILES / "covered_diagnoses.csv", ",15202,", ",,", "row 2: give either"),
    "list of two versions": (
        FILES / "covered_diagnoses.csv",
        "X00001,1",
        "X00001,2",
        "holds 2 lists",
    ),
    "list with a day that is none": (
        FILES / "covered_diagnoses.csv",
        "2024-01-01",
        "1/1/2024",
        "row 2: effective_from or",
    ),
    "MUE": (
        FILES / "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
        "17312,6",
        "17312,six",
        "row 5: units is not a number",
    ),
    "MUE twice": (
        FILES / "MCR_MUE_PractitionerServices_Eff_04-01-2026.csv",
        "17312,6",
        "17311,6",
        "row 5: 17311 stands there twice",
    ),
    "ZIP5": (FILES / "ZIP5_OCT2025.txt", "45201", "4520", "line 3: not in the ZIP5 layout"),
}


@pytest.mark.parametrize(("source", "before", "after", "message"), REFUSALS.values(), ids=REFUSALS)
def test_a_damaged_file_is_refused_with_its_place(
    practice: Path, tmp_path: Path, source: Path, before: str, after: str, message: str
) -> None:
    path = edited(source, tmp_path, before, after)
    with pytest.raises(ReferenceFileError, match=message) as raised:
        releases.load_cms([path], practice)
    assert path.name in str(raised.value)
    assert not list((practice / "reference").iterdir())


@pytest.mark.parametrize(
    ("source", "name", "message"),
    [
        (FILES / "icd10cm_order_2026.txt", "codes.txt", "holds no fiscal year"),
        (FILES / "AOC_V2024Q2-MCR.txt", "aoc.txt", "holds no quarter"),
        (PTP_PARTS[0], "ccioph-v302r0-f1.txt", "not the Medicare practitioner table"),
    ],
)
def test_a_name_that_says_nothing_or_another_table_is_refused(
    practice: Path, tmp_path: Path, source: Path, name: str, message: str
) -> None:
    path = tmp_path / name
    shutil.copyfile(source, path)
    with pytest.raises(ReferenceFileError, match=message):
        releases.load_cms([path], practice)


def test_zips_and_workbooks_that_hold_nothing_known_are_refused(
    practice: Path, tmp_path: Path
) -> None:
    other = workbook(tmp_path / "other.xlsx", [["a", "b"], ["1", "2"]])
    empty = tmp_path / "empty.zip"
    with zipfile.ZipFile(empty, "w") as packed:
        packed.writestr("readme.pdf", b"%PDF")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(empty.read_bytes()[:20])
    for path, message in (
        (other, "not a file of CMS"),
        (empty, "holds no txt, csv or xlsx"),
        (broken, "broken zip"),
        (tmp_path / "none.csv", "no such file"),
    ):
        with pytest.raises(ReferenceFileError, match=message):
            releases.load_cms([path], practice)


def test_dates_no_release_covers_are_listed(practice: Path) -> None:
    listed = vintages.list_releases(None)
    gaps = listed.filter(pl.col("kind") == "gap", pl.col("series") == "mue")
    assert gaps.select("effective_from", "effective_to").rows() == [
        (None, date(2024, 6, 30)),
        (date(2024, 10, 1), date(2026, 3, 31)),
        (date(2026, 7, 1), None),
    ]
    untried = listed.filter(pl.col("kind") == "reader", pl.col("layout") == "untried")
    assert set(untried["series"]) == {"ptp", "add_on", "icd10_order"}
    releases.load_cms(PTP_PARTS, practice)
    pairs = vintages.list_releases(practice).filter(
        pl.col("kind") == "gap", pl.col("series") == "ptp"
    )
    assert pairs.select("effective_from", "effective_to").rows() == [
        (None, date(1995, 12, 31)),
        (date(2024, 10, 1), None),
    ]


def test_the_whole_table_of_pairs_is_loaded(shared_data: Path, practice: Path) -> None:
    """The 2.55 million rows of 2024Q3; what ships of them is what CMS's table says."""
    path = shared_data / "cms_files" / "ncci_ptp_practitioner_2024q3.parquet"
    whole = pl.read_parquet(path)
    in_force = whole.filter(
        pl.col("modifier_indicator") != 9, pl.col("deleted") >= "2024-07-01"
    ).height
    [change] = releases.load_cms([path], practice)
    shipped = table("ncci_ptp").height
    assert (change.unchanged, change.changed, change.ended) == (shipped, 0, 0)
    assert change.added == in_force - shipped
    [written] = change.written
    assert written.stat().st_size < 5_000_000
    [(_, some)] = reference.tables(practice, {"ncci_ptp"}, codes=["17311", "27447"])
    known = {*some["column1"], *some["column2"]}
    every = pl.read_parquet(written).filter(
        pl.col("column1").is_in(known) & pl.col("column2").is_in(known)
    )
    assert some.height == every.height
    assert shipped < some.height < in_force / 10


def test_a_list_typed_into_the_practice_folder_is_listed(practice: Path) -> None:
    reference.write_templates(practice)
    path = practice / "reference" / "covered_diagnosis.csv"
    path.write_text(path.read_text().replace("# example: ", ""))
    listed = vintages.list_releases(practice).filter(pl.col("table") == "covered_diagnosis")
    found = listed.select("kind", "release", "effective_from", "effective_to", "rows").rows()
    assert found == [
        ("release", "A00000 1", date(2026, 1, 1), date(9999, 12, 31), 1),
        ("gap", None, None, date(2025, 12, 31), 0),
        ("reader", None, None, None, None),
    ]
