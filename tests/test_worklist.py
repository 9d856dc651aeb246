"""The work list: its order, what the chart holds, decisions out and back, evidence files."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from pipelines import cli, evidence, practice, reference, rules, sheets, steps, warehouse, worklist
from pipelines.dated import parse
from pipelines.places import Place
from schemas.denials import RarcCategory
from schemas.reference import CarcCategory
from schemas.work import DenialQuestion
from tests.small_audit import BOOK
from tests.x12_text import bills, remits

TODAY = date(2025, 1, 21)
"""The files reach to the day before."""
PLAN = {"payer": "EXAMPLE <b>PLAN</b>", "payer_id": "TESTPLAN", "filing": "CI"}
EXPORT = (
    "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge,"
    "payer,line_of_business,submitted_date,adjudicated_date,allowed,paid,adjustments\n"
    "EXPORTED,1,CHARTNUMBER-77,1234567893,2024-08-13,17311,1,1000,BETA,commercial,2024-08-20,"
    "2024-10-01,0,0,CO-50:1000.00\n"
)
CHART = (
    "claim_id,date_of_service,lesion,site,stage,blocks,surgeon_npi,diagnosis_code,histology,"
    "indication,has_biopsy_report,has_map,has_operative_note,is_signed\n"
    "MEDICARE,2024-08-13,1,left nose,1,2,1234567893,C44.311,basal cell,,yes,yes,yes,yes\n"
    "MEDICARE,2024-08-13,1,left nose,2,1,1234567893,C44.311,basal cell,,yes,no,yes,yes\n"
)
DECIDED = (
    "rule_id,line_id,disposition,decided_date,note\n"
    '"# kept by the billing lead",,,,\n'
    ",GONE1-1,written_off,2024-11-04,too small\n"
    ",GONE2-1,written_off,2024-11-04,\n"
    ",GONE3-1,written_off,2024-11-04,\n"
)
CLOCKS = (
    "payer,line_of_business,clock,days,effective_from\n"
    ",commercial,records_request,30,2020-01-01\n"
    "UNSEEN HEALTH,,appeal,90,2020-01-01\n"
)
WON = [f"WON{at}" for at in range(9)]
LOST = ["GONE1", "GONE2", "GONE3"]


@dataclass
class Office:
    """A practice with some denials, audited."""

    place: Place
    folder: Path
    first: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The work list before anybody decided anything."""
    warnings: tuple[str, ...] = ()
    """Of the last audit."""

    @property
    def practice(self) -> Path:
        assert self.place.practice
        return self.place.practice

    def audit(self) -> int:
        audited = steps.audit(self.place)
        steps.publish(self.place)
        self.warnings = audited.warnings
        return audited.patients

    def rows(self, query: str) -> dict[str, dict[str, Any]]:
        """line_id -> row."""
        connection = steps.open_snapshot(self.place)
        try:
            found = warehouse.select(connection, query).to_dicts()
        finally:
            connection.close()
        return {row["line_id"]: row for row in found}

    def items(self) -> dict[str, dict[str, Any]]:
        return self.rows(worklist.ITEMS)

    def sheet(self, name: str) -> Path:
        connection = steps.open_snapshot(self.place)
        try:
            return worklist.write_sheet(worklist.read(connection), self.folder / name)
        finally:
            connection.close()

    def take(self, path: Path) -> list[dict[str, str]]:
        connection = steps.open_snapshot(self.place)
        try:
            return worklist.take(connection, path, self.practice, TODAY)
        finally:
            connection.close()


def denied(
    number: str,
    reason: str,
    *,
    remarks: str = "",
    line: Mapping[str, Any] | None = None,
    **more: Any,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A claim of its own patient, and its denial."""
    claim = {"number": number, "member": f"MEMBER{number}", **more}
    billed = dict(line or {})
    answer = {"adjustments": [("CO", reason, billed.get("charge", "1000"))], "remarks": remarks}
    return {**claim, "lines": [billed]}, {**claim, "lines": [{**billed, **answer}]}


@pytest.fixture(scope="module")
def book() -> Iterator[None]:
    """A few rules instead of all: what the others say is no matter here."""
    few = rules.Book(rules.pick(BOOK, ["MOHS001", "MOHS020", "MOHS188"]), ())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rules, "read_book", lambda *folders, practice=None: few)
        yield


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory, book: None) -> Office:
    folder = tmp_path_factory.mktemp("office")
    practice.init(folder / "practice")
    (folder / "practice" / "dispositions.csv").write_text(DECIDED)
    (folder / "practice" / "clocks.csv").write_text(CLOCKS)
    sooner = [denied("SOONER", "50")]
    medicare = [
        denied("MEDICARE", "50"),
        denied("CHEAPER", "50", line={"code": "17312", "charge": "500"}),
        denied("ANEW", "16", remarks="MA130 N706"),
        denied("BARRED", "29", remarks="N211"),
    ]
    plan = [denied("UNKNOWN", "50", line=None, remarks="", **PLAN)]
    alike = [denied(number, "197") for number in ("ALIKE", *WON, *LOST)]
    paid = [
        {
            "number": number,
            "member": f"MEMBER{number}",
            "lines": [{"paid": "640", "adjustments": [("CO", "45", "200"), ("PR", "2", "160")]}],
        }
        for number in WON
    ]
    last = {"number": "LAST", "member": "MEMBERLAST", "lines": [{"day": "20250120"}]}
    every = [claim for claim, _ in (*sooner, *medicare, *plan, *alike)]
    files = [
        ("837", bills(*every, created="20240820")),
        ("837", bills(last, created="20250120", control="2")),
        ("835", remits(*(answer for _, answer in sooner), paid_on="20240917", control="3")),
        ("835", remits(*(answer for _, answer in medicare), paid_on="20240925", control="4")),
        ("835", remits(*(answer for _, answer in alike), paid_on="20241002", control="5")),
        ("835", remits(*paid, paid_on="20241115", control="6")),
        (
            "835",
            remits(
                plan[0][1],
                paid_on="20240925",
                control="7",
                payer=PLAN["payer"],
                payer_id=PLAN["payer_id"],
            ),
        ),
    ]
    inbox = folder / "inbox"
    inbox.mkdir()
    for at, (kind, text) in enumerate(files):
        (inbox / f"{at}.{kind}").write_text(text)
    (inbox / "export.csv").write_text(EXPORT)
    (inbox / "chart.csv").write_text(CHART)
    place = Place(folder / "warehouse.duckdb", folder / "practice")
    outcomes = steps.land(place, sorted(inbox.iterdir()))
    assert {outcome.status for outcome in outcomes} == {"accepted"}
    steps.settle(place, outcomes)
    made = Office(place, folder)
    made.audit()
    made.first = made.items()
    return made


def fill(path: Path, line_id: str, /, **cells: str) -> None:
    """Write into a sheet's row, as a person would."""
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    [row] = [row for row in rows if row["line_id"] == line_id] or [dict.fromkeys(rows[0], "")]
    row.update(cells)
    if row not in rows:
        rows.append({**row, "line_id": cells.get("line_id", line_id)})
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def test_the_nearest_deadline_comes_first_and_an_unknown_one_last(office: Office) -> None:
    items = sorted(office.first.values(), key=lambda row: row["place"])
    found = {
        row["line_id"]: (row["action"], row["action_deadline"], row["days_left"]) for row in items
    }
    assert list(found) == [
        "SOONER-1", "MEDICARE-1", "CHEAPER-1", "ALIKE-1", "ANEW-1", "BARRED-1", "EXPORTED-1",
        "UNKNOWN-1",
    ]  # fmt: skip
    # 120 days for a redetermination, from 5 days after the notice (42 CFR 405.942)
    assert found["SOONER-1"] == ("appeal", date(2025, 1, 20), 0)
    assert found["MEDICARE-1"] == ("appeal", date(2025, 1, 28), 8)
    # a year for a new claim where MA130 bars an appeal (42 CFR 424.44), and for a reopening
    assert found["ANEW-1"][:2] == ("resubmit", date(2025, 8, 13))
    assert found["BARRED-1"][:2] == ("reopen", date(2025, 9, 25))
    assert found["UNKNOWN-1"] == ("appeal", None, None)


def test_every_known_deadline_names_its_source(office: Office) -> None:
    items = office.first
    assert "405.942" in items["SOONER-1"]["action_clock_source"]
    assert "424.44" in items["ANEW-1"]["action_clock_source"]
    assert "405.980" in items["BARRED-1"]["action_clock_source"]
    assert items["UNKNOWN-1"]["action_clock_source"] is None
    assert [items[f"{name}-1"]["appeal_level"] for name in ("SOONER", "ANEW", "BARRED")] == [
        1,
        None,
        None,
    ]


def test_a_clock_of_a_payer_nobody_knows_is_warned_of(office: Office) -> None:
    [said] = office.warnings
    assert said.startswith(f"{office.practice / 'clocks.csv'}:3: no payer UNSEEN HEALTH")
    assert "the row changes nothing" in said


def test_the_value_is_the_share_that_ended_paid_where_enough_are_closed(office: Office) -> None:
    """Of twelve denials alike nine were paid and three written off."""
    item = office.first["ALIKE-1"]
    assert (item["closed_alike"], item["overturned_alike"]) == (12, 9)
    assert item["overturned_share"] == Decimal("0.75")
    expected = office.rows("SELECT * FROM audit.expected_payment")["ALIKE-1"]["expected_allowed"]
    assert expected > 0
    assert abs(item["expected_value"] - expected * 3 / 4) <= Decimal("0.005")
    assert (item["value"], item["value_basis"]) == (item["expected_value"], "expected_value")


def test_too_few_closed_denials_leave_the_expected_value_unknown(office: Office) -> None:
    items = office.first
    assert items["MEDICARE-1"]["closed_alike"] < 11
    assert items["MEDICARE-1"]["expected_value"] is None
    assert items["MEDICARE-1"]["value_basis"] == "expected_allowed"
    assert items["MEDICARE-1"]["value"] == items["MEDICARE-1"]["expected_allowed"]
    assert (items["UNKNOWN-1"]["value"], items["UNKNOWN-1"]["value_basis"]) == (1000, "charge")


def test_what_a_chart_holds_lacks_and_does_not_tell(office: Office) -> None:
    item = office.first["MEDICARE-1"]
    assert item["has_chart"]
    assert item["evidence_missing"].split(", ") == ["reason for Mohs surgery", "map of each stage"]
    assert "operative note of each stage" in item["evidence_present"].split(", ")
    assert "size" in item["evidence_unknown"].split(", ")
    assert not office.first["SOONER-1"]["has_chart"]


def test_the_question_names_our_own_rule_first(office: Office) -> None:
    item = office.first["CHEAPER-1"]
    assert item["preventing_rule"] == "MOHS020"
    assert item["question"].startswith("MOHS020 says: ")
    assert item["question"].endswith(
        "Why Mohs surgery rather than another treatment, in the surgeon's own words?"
    )
    assert office.first["ANEW-1"]["asks_records"]


def test_every_cause_of_a_denial_has_its_question() -> None:
    folder = reference.SHIPPED_FOLDER
    asked = set(parse(DenialQuestion, folder / "denial_question.csv")["cause"])
    carc = parse(CarcCategory, folder / "carc_category.csv")
    causes = set(carc["category"]) | set(parse(RarcCategory, folder / "rarc_category.csv")["cause"])
    assert causes - asked == {"", "contractual", "patient_share"}


@dataclass
class Round:
    """What a filled sheet came to."""

    taken: list[dict[str, str]]
    again: list[dict[str, str]]
    ledger: list[dict[str, str]]
    patients: int
    episodes: dict[str, dict[str, Any]]
    items: dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def decided(office: Office) -> Round:
    sheet = office.sheet("round.csv")
    fill(sheet, "SOONER-1", disposition="appealed", decided_date="2025-01-17", note="=note and map")
    fill(sheet, "CHEAPER-1", disposition="Written off", note="17311 is missing")
    fill(sheet, "MEDICARE-1", disposition="corrected")
    fill(sheet, "GONE1-1", line_id="GONE1-1", disposition="appealed", decided_date="2025-01-10")
    taken = office.take(sheet)
    with (office.practice / "dispositions.csv").open(newline="") as stream:
        ledger = list(csv.DictReader(stream))
    patients = office.audit()
    again = office.take(sheet)
    episodes = office.rows("SELECT * FROM audit.denial_episode")
    return Round(taken, again, ledger, patients, episodes, office.items())


def test_decisions_change_the_states_at_the_next_audit(decided: Round) -> None:
    states = {line: row["current_state"] for line, row in decided.episodes.items()}
    assert states["SOONER-1"] == states["GONE1-1"] == "appealed"
    assert states["CHEAPER-1"] == states["GONE2-1"] == "written_off"
    assert states["MEDICARE-1"] == "open"
    assert decided.episodes["SOONER-1"]["appealed_date"] == date(2025, 1, 17)
    assert decided.episodes["CHEAPER-1"]["written_off_date"] == TODAY


def test_what_was_decided_leaves_the_list_or_goes_to_its_end(decided: Round) -> None:
    assert not {"SOONER-1", "CHEAPER-1", "GONE1-1"} & set(decided.items)
    last = max(decided.items.values(), key=lambda row: row["place"])
    assert (last["line_id"], last["decision"], last["decided_date"]) == (
        "MEDICARE-1",
        "corrected",
        TODAY,
    )


def test_a_decision_rebuilds_no_patient(decided: Round) -> None:
    assert decided.patients == 0


def test_earlier_rows_and_remarks_stay_in_the_ledger(decided: Round) -> None:
    rows = [
        (row["line_id"], row["disposition"], row["decided_date"], row["note"])
        for row in decided.ledger
    ]
    assert decided.ledger[0]["rule_id"] == "# kept by the billing lead"
    assert rows[1:4] == [
        ("GONE1-1", "written_off", "2024-11-04", "too small"),
        ("GONE2-1", "written_off", "2024-11-04", ""),
        ("GONE3-1", "written_off", "2024-11-04", ""),
    ]
    assert ("SOONER-1", "appealed", "2025-01-17", "'=note and map") in rows
    assert len(rows) == 4 + len(decided.taken) == 8


def test_a_sheet_taken_twice_decides_nothing_more(decided: Round) -> None:
    assert decided.again == []


@pytest.mark.parametrize(
    ("cells", "place", "remedy"),
    [
        ({"line_id": "NOBODY-1", "disposition": "appealed"}, "line_id", "no line that was denied"),
        ({"line_id": "LAST-1", "disposition": "appealed"}, "line_id", "no line that was denied"),
        ({"disposition": "won"}, "disposition", "accepted, corrected, rejected, appealed"),
        ({"note": "call them"}, "disposition", "or clear the row"),
        ({"disposition": "appealed", "decided_date": "1 June"}, "decided_date", "2026-01-31"),
        ({"disposition": "appealed", "decided_date": "2025-01-22"}, "decided_date", "is to come"),
        ({"disposition": "rejected", "rule_id": "MOHS001"}, "rule_id", "has no finding on ANEW-1"),
    ],
)
def test_a_sheet_that_cannot_be_taken_says_where_and_changes_nothing(
    office: Office, tmp_path: Path, cells: dict[str, str], place: str, remedy: str
) -> None:
    sheet = tmp_path / "sheet.csv"
    sheet.write_bytes(office.sheet(f"{tmp_path.name}.csv").read_bytes())
    fill(sheet, "BARRED-1", disposition="appealed")
    fill(sheet, "ANEW-1", **cells)
    before = (office.practice / "dispositions.csv").read_bytes()
    with pytest.raises(
        sheets.UnusableSheet, match=rf"sheet\.csv, row \d+, column {place}"
    ) as error:
        office.take(sheet)
    assert remedy in str(error.value)
    assert (office.practice / "dispositions.csv").read_bytes() == before


def test_each_row_that_cannot_be_taken_is_named_up_to_ten(office: Office, tmp_path: Path) -> None:
    sheet = tmp_path / "many.csv"
    rows = [f"NOBODY{at}-1,appealed" for at in range(worklist.FAULTS + 2)]
    sheet.write_text("\n".join(["line_id,disposition", rows[0], "BARRED-1,won", *rows[1:]]) + "\n")
    before = (office.practice / "dispositions.csv").read_bytes()
    with pytest.raises(sheets.UnusableSheet) as error:
        office.take(sheet)
    said = str(error.value).splitlines()
    for text, row in zip(said, range(2, 2 + worklist.FAULTS), strict=False):
        assert text.startswith(f"{sheet}, row {row}, column ")
    assert "column disposition" in said[1]
    assert said[worklist.FAULTS :] == ["and 3 more such rows"]
    assert (office.practice / "dispositions.csv").read_bytes() == before


def test_a_workbook_offers_the_words_that_are_taken(office: Office) -> None:
    book = openpyxl.load_workbook(office.sheet("sheet.xlsx"))
    page = book.active
    assert page is not None
    [choice] = page.data_validations.dataValidation
    assert choice.formula1 == '"accepted,corrected,rejected,appealed,appeal_lost,written_off"'
    assert [cell.value for cell in page[1]] == list(worklist.SHEET)
    assert page.freeze_panes == "B2"


@pytest.fixture(scope="module")
def files(office: Office) -> dict[str, str]:
    """line_id -> the text of its evidence file."""
    lines = ["MEDICARE-1", "CHEAPER-1", "UNKNOWN-1", "EXPORTED-1"]
    paths = evidence.write(office.place, lines, office.folder / "evidence")
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    return {path.stem: path.read_text() for path in paths}


def test_an_evidence_file_holds_claim_remittance_rule_price_and_clock(
    files: dict[str, str],
) -> None:
    text = files["CHEAPER-1"]
    for said in (
        "SV1*HC:17312*500*UN*1***1~",
        "CAS*CO*50*500~",
        "MOHS020",
        "looked up 2026-11-23",
        "2025-01-28",
        "405.942",
        "Last day to ask for a reopening",
        "RVU24",
        "payers denied",
    ):
        assert said in text, said
    assert "map of each stage" in files["MEDICARE-1"]


def test_an_evidence_file_stands_alone(files: dict[str, str]) -> None:
    for text in files.values():
        assert "<script" not in text
        assert "src=" not in text
        assert "href=" not in text


def test_an_evidence_file_does_not_say_who_the_patient_is(files: dict[str, str]) -> None:
    for text in files.values():
        for told in ("ALPHA", "ANN", "MEMBERMEDICARE", "19500101", "CHARTNUMBER-77"):
            assert told not in text, told
    assert "it may name the patient" in files["EXPORTED-1"]


def test_text_of_a_file_is_no_markup(files: dict[str, str]) -> None:
    assert "EXAMPLE &lt;b&gt;PLAN&lt;/b&gt;" in files["UNKNOWN-1"]
    assert "<b>" not in files["UNKNOWN-1"]


def test_a_line_that_is_not_there_writes_nothing(office: Office, tmp_path: Path) -> None:
    with pytest.raises(warehouse.UnusableWarehouse, match="NOBODY-1: no such line"):
        evidence.write(office.place, ["MEDICARE-1", "NOBODY-1"], tmp_path / "evidence")
    assert not (tmp_path / "evidence").exists()


def test_file_names_are_safe_and_of_one_line_each() -> None:
    names = [
        evidence.file_name(line)
        for line in ("A-1", "a-1", "A/S-1", "A_S-1", "../../etc/passwd-1", "CON", "=A-1", "A" * 300)
    ]
    assert names[0] == "A-1.html"
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert Path(name).name == name
        assert not name.startswith(".")
        assert len(name) < 100


def test_the_command_prints_the_head_of_the_list(office: Office) -> None:
    def said(*words: str) -> tuple[int, str]:
        place = ["--warehouse", str(office.place.warehouse), "--practice", str(office.practice)]
        done = CliRunner().invoke(cli.mohs, ["worklist", *words, *place])
        return done.exit_code, done.output

    status, text = said("--top", "1")
    assert status == 0
    assert "the first 1 of " in text
    status, text = said("--csv")
    assert text.splitlines()[0] == ",".join(worklist.SHEET)
    assert said("ANEW-1")[0] == 2
    assert said("--out", "a.csv", "--take", "b.csv")[0] == 2
    target = office.folder / "by_command"
    status, text = said("--evidence", str(target), "ANEW-1")
    assert (status, text.strip()) == (0, str(target / "ANEW-1.html"))
