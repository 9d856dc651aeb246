"""Checks Q0 to Q12 one by one, what is set aside and where, and how text becomes values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines import landing, staging, values
from tests.desk import Desk, opened
from tests.x12_text import NPI, bills, remits

TWO: tuple[dict[str, Any], ...] = (
    {"number": "GOOD", "lines": [{}]},
    {"number": "BAD", "lines": [{}, {"code": "17312"}]},
)
"""A claim of 1,000 and one of 2,000 in two lines."""
PAID: tuple[dict[str, Any], ...] = tuple(
    {
        "number": claim["number"],
        "lines": [{**line, "adjustments": [("CO", "45", "1000")]} for line in claim["lines"]],
    }
    for claim in TWO
)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(opened(), tmp_path)
    one.clear()
    return one


def changed(text: str, old: str, new: str, *, last: bool = True) -> str:
    """The text with one segment changed: its last occurrence, in the second claim, or its first."""
    assert old in text, old
    if last:
        head, _, tail = text.rpartition(old)
        return head + new + tail
    return text.replace(old, new, 1)


def place_of(desk: Desk, row: dict[str, Any], data: bytes) -> bytes:
    """What stands in the file at the place a quarantine row names."""
    return data[row["byte_offset"] : row["byte_end"]]


# one defect each: what is changed in the second claim of the file, which check, what it points at

BILL_DEFECTS: list[tuple[str, str, str, str, bytes]] = [
    ("Q4", "no claim number", "CLM*BAD*", "CLM**", b"CLM**"),
    ("Q4", "three decimals in CLM02", "CLM*BAD*2000", "CLM*BAD*80.005", b"CLM*BAD*80.005"),
    ("Q4", "power of ten in CLM02", "CLM*BAD*2000", "CLM*BAD*8E1", b"CLM*BAD*8E1"),
    ("Q4", "plus sign in CLM02", "CLM*BAD*2000", "CLM*BAD*+80", b"CLM*BAD*+80"),
    ("Q4", "no CLM02", "CLM*BAD*2000", "CLM*BAD*", b"CLM*BAD**"),
    ("Q4", "three decimals in SV102", "17312*1000*", "17312*1000.005*", b"LX*2"),
    ("Q4", "no SV102", "17312*1000*", "17312**", b"LX*2"),
    ("Q4", "no procedure code", "SV1*HC:17312*", "SV1*HC*", b"LX*2"),
    ("Q4", "units that are no number", "17312*1000*UN*1*", "17312*1000*UN*one*", b"LX*2"),
    ("Q4", "no units", "17312*1000*UN*1*", "17312*1000*UN**", b"LX*2"),
    ("Q4", "a day there is not", "D8*20240813", "D8*20240832", b"LX*2"),
    ("Q4", "no day", "DTP*472*D8*20240813~\n", "", b"LX*2"),
    ("Q4", "a range that cannot be read", "D8*20240813", "RD8*20240813-2024081", b"LX*2"),
    ("Q4", "a birth date there is not", "DMG*D8*19500101", "DMG*D8*19501301", b"CLM*BAD"),
    ("Q5", "a segment that is no part of a claim", "LX*2~", "CLP*X~\nLX*2~", b""),
    ("Q5", "a segment in small letters", "HI*ABK", "hi*ABK", b""),
    ("Q6", "lines that do not add up", "17312*1000*", "17312*999.99*", b"CLM*BAD"),
]


@pytest.mark.parametrize(
    ("check", "what", "old", "new", "points_at"), BILL_DEFECTS, ids=[row[1] for row in BILL_DEFECTS]
)
def test_a_bill_with_one_defect_is_set_aside_and_the_others_go_on(
    desk: Desk, check: str, what: str, old: str, new: str, points_at: bytes
) -> None:
    text = changed(bills(*TWO), old, new)
    segments = text.count("~") - 4  # ISA, GS, GE and IEA stand outside
    data = re.sub(r"SE\*\d+\*", f"SE*{segments}*", text).encode()
    (outcome,) = desk.take_in(data)
    assert (outcome.status, outcome.rows_in) == ("partial", 3), what
    assert (outcome.rows_accepted, outcome.charge_accepted) == (1, Decimal(1000))
    assert outcome.rows_quarantined == 2
    codes = {row["reason_code"] for row in desk.quarantine()}
    assert check in codes
    rows = [row for row in desk.quarantine() if row["reason_code"] == check]
    assert any(place_of(desk, row, data).startswith(points_at) for row in rows)
    for row in rows:
        assert row["scope"] == "claim"
        assert place_of(desk, row, data) in data[data.index(b"HL*3") :]
        assert row["remedy"]
        assert row["file_id"] == outcome.file_id
    assert {row["claim_number"] for row in desk.rows("SELECT * FROM staged.claim")} == {"GOOD"}


REMIT_DEFECTS: list[tuple[str, str, str, str]] = [
    ("Q4", "no claim number", "CLP*BAD*", "CLP**"),
    ("Q4", "three decimals in CLP03", "CLP*BAD*1*2000*", "CLP*BAD*1*2000.005*"),
    ("Q4", "no CLP04", "CLP*BAD*1*2000*0*", "CLP*BAD*1*2000**"),
    ("Q4", "no procedure code", "SVC*HC:17312*", "SVC*HC*"),
    ("Q4", "no SVC03", "SVC*HC:17312*1000*0", "SVC*HC:17312*1000*"),
    ("Q4", "an adjustment that is no amount", "CAS*CO*45*1000", "CAS*CO*45*1000.005"),
    ("Q4", "an adjustment without a reason", "CAS*CO*45*1000", "CAS*CO**1000"),
    ("Q4", "a day there is not", "DTM*472*20240813", "DTM*472*20240230"),
    ("Q4", "an allowed amount that is none", "LQ*", "AMT*B6*8E1~\nLQ*"),
    ("Q5", "a segment that is no part of a payment", "DTM*472", "SV1*HC:1~\nDTM*472"),
    ("Q7", "a line that does not balance", "SVC*HC:17312*1000*0", "SVC*HC:17312*1000*1"),
    ("Q8", "a claim that does not balance", "CLP*BAD*1*2000*0*", "CLP*BAD*1*2000*1*"),
]


@pytest.mark.parametrize(
    ("check", "what", "old", "new"), REMIT_DEFECTS, ids=[row[1] for row in REMIT_DEFECTS]
)
def test_a_payment_with_one_defect_is_set_aside_and_the_others_go_on(
    desk: Desk, check: str, what: str, old: str, new: str
) -> None:
    marked = [{**line, "remarks": "N115"} for line in PAID[1]["lines"]]
    text = changed(remits(PAID[0], {**PAID[1], "lines": marked}), old, new)
    data = re.sub(r"SE\*\d+\*", f"SE*{text.count('~') - 4}*", text).encode()
    (outcome,) = desk.take_in(data)
    assert (outcome.status, outcome.rows_in) == ("partial", 3), what
    assert (outcome.rows_accepted, outcome.charge_accepted) == (1, Decimal(1000))
    rows = [row for row in desk.quarantine() if row["reason_code"] == check]
    assert rows
    for row in rows:
        assert row["scope"] == "claim"
        assert data.index(b"CLP*", data.index(b"CLP*GOOD") + 1) <= row["byte_offset"]
        assert row["remedy"]
    assert [row["claim_number"] for row in desk.rows("SELECT * FROM staged.remit_claim")] == [
        "GOOD"
    ]


def test_a_price_told_ahead_need_not_balance(desk: Desk) -> None:
    claim = {"number": "A", "status": "25", "charge": "1000", "paid": "0", "lines": []}
    (outcome,) = desk.take_in(remits(claim))
    assert outcome.status == "accepted"
    desk.clear()
    (outcome,) = desk.take_in(remits({**claim, "status": "1"}))
    assert desk.reasons() == {("claim", "Q8")}


# envelope: Q0 to Q3

ENVELOPE: list[tuple[str, str, Callable[[str], str], str, str]] = [
    ("Q1", "IEA02 is another number", lambda t: t.replace("IEA*1*000000001", "IEA*1*2"), "", "w"),
    ("Q1", "no IEA", lambda t: t.replace("IEA*1*000000001~\n", ""), "incomplete", "w"),
    ("Q2", "GE01 counts wrong", lambda t: t.replace("GE*1*", "GE*2*"), "", "w"),
    ("Q2", "another guide", lambda t: t.replace("005010X222A1", "005010X223A2"), "", "w"),
    ("Q2", "an old version", lambda t: t.replace("005010X222A1", "004010X098A1"), "", "w"),
    ("Q3", "SE01 counts wrong", lambda t: t.replace("\nSE*", "\nSE*1"), "quarantined", "q"),
    ("Q3", "SE02 is another number", lambda t: t.replace("*0001~\nGE", "*2~\nGE"), "", "q"),
    ("Q3", "cut off", lambda t: t[: t.index("\nSE*") + 1], "quarantined", "q"),
]


@pytest.mark.parametrize(
    ("check", "what", "damage", "status", "severity"), ENVELOPE, ids=[row[1] for row in ENVELOPE]
)
def test_a_broken_envelope_is_told(
    desk: Desk, check: str, what: str, damage: Callable[[str], str], status: str, severity: str
) -> None:
    (outcome,) = desk.take_in(damage(bills(*TWO)))
    wanted = "quarantined" if severity == "q" else "warning"
    assert check in {code for _, code in desk.reasons(wanted)}, what
    if status:
        assert outcome.status == status
    if severity == "q":
        assert (outcome.rows_in, outcome.rows_accepted) == (3, 0)
        assert outcome.charge_quarantined == Decimal(3000)


def with_other_component(text: str) -> str:
    """The text as some senders write it: ISA16 says : and the codes are parted by >."""
    head, _, rest = text.partition("~")
    return f"{head}~{rest.replace(':', '>')}"


def test_codes_parted_otherwise_than_the_isa_says_are_read_and_told(desk: Desk) -> None:
    marked = {"number": "C", "lines": [{"modifiers": "LT 59"}]}
    texts = [
        with_other_component(bills(*TWO, marked)),
        with_other_component(remits(*PAID, control="2")),
        bills({"number": "D", "lines": [{"modifiers": "RT"}]}, control="3"),
    ]
    (outcome,) = desk.take_in("".join(texts))
    assert (outcome.status, outcome.rows_accepted) == ("accepted", 8)
    assert [(row["reason_code"], row["ordinal"]) for row in desk.quarantine("warning")] == [
        ("Q1", 1),
        ("Q1", texts[0].count("~") + 1),
    ]
    found = desk.lines()
    assert found["C-1"]["modifiers"] == ["LT", "59"]
    assert found["D-1"]["modifiers"] == ["RT"]
    assert found["BAD-2"]["is_adjudicated"]


@pytest.mark.parametrize(
    "spoil",
    [
        # the declared separator is used too, or two others are: nobody can tell
        lambda text: text.replace("HC>17312", "HC:17312"),
        lambda text: text.replace("HC>17312", "HC|17312"),
    ],
    ids=["declared too", "two others"],
)
def test_where_separators_differ_the_declared_one_is_believed(
    desk: Desk, spoil: Callable[[str], str]
) -> None:
    (outcome,) = desk.take_in(spoil(with_other_component(bills(*TWO))))
    assert outcome.rows_accepted == 0
    assert desk.reasons() == {("claim", "Q4")}


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("empty", b""),
        ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"),
        ("prose", b"Dear practice,\nplease find your remittance attached.\n"),
        ("noise", bytes(range(256)) * 8),
    ],
)
def test_what_is_no_claim_file_is_listed_and_not_fatal(desk: Desk, what: str, data: bytes) -> None:
    outcomes = desk.take_in(data, bills(*TWO))
    assert outcomes[0].kind == "unsupported", what
    assert outcomes[1].status == "accepted"
    assert ("file", "Q0") in desk.reasons()
    assert desk.rows("SELECT kind, rows_in FROM landing.file ORDER BY rows_in")[0] == {
        "kind": "unsupported",
        "rows_in": 0,
    }


def test_the_same_content_is_skipped_whatever_its_name(desk: Desk) -> None:
    text = bills(*TWO)
    first = desk.read(text, "monday.837")
    again = desk.read(text, "monday.837")
    renamed = desk.read(text, "copy of monday.837")
    assert [one.status for one in (first, again, renamed)] == ["accepted", "skipped", "skipped"]
    assert "already" in renamed.reason
    assert desk.rows("SELECT count(*) AS files FROM landing.file") == [{"files": 1}]
    assert desk.rows("SELECT count(*) AS lines FROM staged.service_line") == [{"lines": 3}]
    assert desk.read(text, "monday.837", again=True).status == "accepted"
    assert desk.rows("SELECT count(*) AS lines FROM staged.service_line") == [{"lines": 3}]


# warnings: Q9 to Q11


def test_a_claim_that_is_not_the_sum_of_its_lines_is_kept_and_told(desk: Desk) -> None:
    claim = {
        "number": "A",
        "charge": "1500",
        "adjustments": [("CO", "97", "500")],
        "lines": [{"adjustments": [("CO", "45", "1000")]}],
    }
    (outcome,) = desk.take_in(remits(claim))
    assert outcome.status == "accepted"
    assert desk.reasons("warning") == {("file", "Q9")}


def test_a_payment_that_is_not_the_sum_of_its_claims_is_kept_and_told(desk: Desk) -> None:
    paid = {"number": "A", "lines": [{"paid": "800", "adjustments": [("CO", "45", "200")]}]}
    (outcome,) = desk.take_in(remits(paid, total="799.99"))
    assert outcome.status == "accepted"
    assert desk.reasons("warning") == {("transaction", "Q10")}
    assert desk.rows("SELECT is_balanced FROM staged.remit") == [{"is_balanced": False}]
    desk.clear()
    # an adjustment above zero reduces the payment: 800 - 15 - -5 = 790
    desk.take_in(remits(paid, plb=[("WO:REF1", "15"), ("72:REF2", "-5")], total="790"))
    assert desk.reasons("warning") == set()
    assert desk.rows("SELECT is_balanced FROM staged.remit") == [{"is_balanced": True}]


WARNED: list[tuple[str, str, str]] = [
    ("billing NPIs fail", f"XX*{NPI}", "XX*1234567890"),
    ("procedure codes are not", "HC:17312*", "HC:173120*"),
    ("dates of service before 1990", "D8*20240813", "D8*19890813"),
    ("dates of service in the future", "D8*20240813", "D8*20990813"),
    ("ranges of dates of service end", "D8*20240813", "RD8*20240813-20240812"),
    ("diagnosis codes do not look", "ABK:C44311", "ABK:4431"),
    ("lines point beyond", "*UN*1***1~", "*UN*1***1:2~"),
]


@pytest.mark.parametrize(("reason", "old", "new"), WARNED, ids=[row[0] for row in WARNED])
def test_a_value_that_looks_wrong_is_kept_and_told(
    desk: Desk, reason: str, old: str, new: str
) -> None:
    desk.take_in(bills(*TWO))
    assert desk.reasons("warning") == set()
    desk.clear()
    data = changed(bills(*TWO), old, new).encode()
    (outcome,) = desk.take_in(data)
    assert outcome.status == "accepted"
    (row,) = desk.quarantine("warning")
    assert row["reason_code"] == "Q11"
    assert reason in row["reason"]
    assert row["byte_offset"] > data.index(b"HL*3")


def test_control_numbers_of_another_file_are_told(desk: Desk) -> None:
    desk.take_in(bills(*TWO), bills(*TWO, created="20240902", control="2"))
    assert desk.reasons("warning") == set()
    (outcome,) = desk.take_in(bills(*TWO, time="0900"), name="again")
    assert outcome.status == "accepted"
    assert desk.reasons("warning") == {("file", "Q11")}


# Q12: the balance


def test_a_line_lost_in_staging_stops_the_file(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.take_in(bills({"number": "EARLIER", "lines": [{}]}))
    whole = staging.stage

    def lossy(*given: Any, **more: Any) -> Any:
        staged = whole(*given, **more)
        object.__setattr__(staged, "rows_accepted", staged.rows_accepted - 1)
        return staged

    monkeypatch.setattr(staging, "stage", lossy)
    with pytest.raises(landing.Unbalanced, match=r"3 rows and \$3000\.00 in, but 2 rows"):
        desk.take_in(bills(*TWO), name="later")
    for name in ("landing.claim", "staged.claim", "landing.file", "landing.transaction"):
        assert desk.rows(f"SELECT count(*) AS rows FROM {name}") == [{"rows": 1}], name


def test_what_loop_building_loses_is_missed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    # counts come from the raw text, so a reader that drops a line cannot hide it
    from pipelines.readers import edi

    whole = edi.read

    def lossy(source: Any) -> Iterator[Any]:
        for batch in whole(source):
            lines = batch.frames.get("landing.service_line")
            if lines is not None:
                batch.frames["landing.service_line"] = lines.head(-1)
            yield batch

    monkeypatch.setattr(edi, "read", lossy)
    with pytest.raises(landing.Unbalanced):
        desk.take_in(bills(*TWO))
    assert desk.rows("SELECT count(*) AS rows FROM staged.claim") == [{"rows": 0}]


# exports

HEADERS = (
    "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge"
)


def export(*rows: str, headers: str = HEADERS) -> bytes:
    return ("\n".join([headers, *rows]) + "\n").encode()


def row_of(claim: str, line: int = 1, patient: str = "P1", charge: str = "1000") -> str:
    return f"{claim},{line},{patient},{NPI},2024-08-13,17311,1,{charge}"


def test_a_shifted_column_sets_its_rows_aside(desk: Desk) -> None:
    # a comma in an unquoted name shifts what follows
    (outcome,) = desk.take_in(
        export(row_of("A"), f"B,1,Alpha, Ann,{NPI},2024-08-13,17311,1,700", row_of("C"))
    )
    assert (outcome.status, outcome.rows_in, outcome.rows_accepted) == ("partial", 3, 2)
    found = desk.quarantine()
    assert "Q5" in {row["reason_code"] for row in found}
    assert {row["claim_id"] for row in found} == {"B"}
    assert "Alpha" not in str(found)


@pytest.mark.parametrize("amount", ["80.005", "8E1", "+80", "NaN", "1,0,0", "eighty"])
def test_an_amount_that_cannot_be_read_is_never_guessed(desk: Desk, amount: str) -> None:
    quoted = f'"{amount}"'
    (outcome,) = desk.take_in(export(row_of("A"), row_of("B", charge=quoted)))
    assert (outcome.rows_in, outcome.rows_accepted) == (2, 1)
    assert {row["reason_code"] for row in desk.quarantine()} == {"Q4"}
    assert amount not in str([row["reason"] + row["remedy"] for row in desk.quarantine()])


def test_two_patients_under_one_number_are_set_aside_with_their_payments(desk: Desk) -> None:
    headers = HEADERS + ",adjudicated_date,paid"
    (outcome,) = desk.take_in(
        export(
            row_of("A") + ",2024-09-01,10",
            row_of("A", 2, "P2") + ",2024-09-02,20",
            row_of("B", 1, " p1 ") + ",2024-09-01,30",
            row_of("B", 2, "P1") + ",2024-09-01,40",
            headers=headers,
        )
    )
    assert (outcome.rows_accepted, outcome.rows_quarantined) == (2, 2)
    assert {(row["claim_id"], row["reason_code"]) for row in desk.quarantine()} == {("A", "Q5")}
    for name in ("claim", "remit_claim"):
        found = desk.rows(f"SELECT DISTINCT claim_number FROM staged.{name}")
        assert [row["claim_number"] for row in found] == ["B"], name


def test_line_numbers_that_stand_twice_are_replaced_by_places(desk: Desk) -> None:
    lines = [{"number": "1"}, {"number": "1", "code": "17312"}, {"number": "2", "code": "17313"}]
    desk.take_in(bills({"number": "A", "lines": lines}, {"number": "B", "lines": [{"number": 7}]}))
    found = {name: row["procedure_code"] for name, row in desk.lines().items()}
    assert found == {"A-1": "17311", "A-2": "17312", "A-3": "17313", "B-7": "17311"}


def test_a_large_payment_is_one_payment_in_every_part(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipelines.readers import x12

    off = [("CO", "45", "200")]
    claims = [
        {"number": f"C{at}", "lines": [{"paid": "800", "adjustments": off}]} for at in range(40)
    ]
    text = remits(*claims, plb=[("WO:REF", "100")])
    desk.take_in(text)
    tables = ("remit_claim", "remit_line", "provider_adjustment", "remit")
    whole = {name: desk.rows(f"SELECT * FROM staged.{name} ORDER BY ALL") for name in tables}
    assert len(whole["remit_claim"]) == 40
    desk.clear()
    monkeypatch.setattr(x12, "CHUNK", 700)
    desk.take_in(text)
    assert {
        name: desk.rows(f"SELECT * FROM staged.{name} ORDER BY ALL") for name in tables
    } == whole
    assert desk.core()["remit_claim"].height == 40
    assert set(desk.core()["remit_claim"]["payer"]) == {"MEDICARE TEST"}


def test_what_is_quarantined_never_shows_a_person(desk: Desk) -> None:
    text = bills(*TWO).replace("*2000***", "*1***").replace("*19500101*", "*19501301*")
    desk.take_in(text)
    told = [f"{row['reason']} {row['remedy']}" for row in desk.quarantine()]
    assert told
    for private in ("ALPHA", "ANN", "TESTMEMBER1", "19501301", "C44311"):
        assert not any(private in one for one in told), private


# text to values


def one(expression: pl.Expr, text: str | None) -> Any:
    return pl.DataFrame({"x": [text]}, schema={"x": pl.String}).select(expression).item()


AMOUNTS = st.decimals(
    min_value=Decimal("-9999999999.99"), max_value=Decimal("9999999999.99"), places=2
)


@given(AMOUNTS)
@example(Decimal("0.10"))
@example(Decimal("1234567890.12"))
def test_money_is_read_to_the_cent(amount: Decimal) -> None:
    read = one(values.money(pl.col("x")), str(amount))
    assert isinstance(read, Decimal)
    assert read == amount


@given(st.text(alphabet="0123456789.-+eE ,$()", max_size=14) | st.text(max_size=6))
@example("80.005")
@example("8E1")
@example("+80")
@example(".5")
@example("5.")
@example("--5")
@example("12345678901")
@example("１２")
def test_what_is_no_plain_amount_is_no_amount(text: str) -> None:
    read = one(values.money(pl.col("x")), text)
    plain = re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]{1,2})?", text)
    assert (read is None) == (plain is None)
    if read is not None:
        assert read == Decimal(text)


@given(st.text(alphabet="0123456789.-eE", max_size=9))
@example("1.0005")
@example("0.125")
def test_units_have_three_decimals_at_most(text: str) -> None:
    read = one(values.units(pl.col("x")), text)
    plain = re.fullmatch(r"-?[0-9]{1,6}(\.[0-9]{1,3})?", text)
    assert (read is None) == (plain is None)
    if read is not None:
        assert read == Decimal(text)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2199, 12, 31)))
def test_a_day_is_read_in_both_forms(day: date) -> None:
    assert one(values.date(pl.col("x")), day.strftime("%Y%m%d")) == day
    assert one(values.date(pl.col("x")), day.isoformat()) == day


@given(st.from_regex(r"\A[0-9]{8}\Z") | st.text(alphabet="0123456789-/", max_size=11))
@example("20240230")
@example("2024-2-3")
@example("20240813-")
@example("08132024")
def test_what_is_no_day_of_the_calendar_is_no_day(text: str) -> None:
    read = one(values.date(pl.col("x")), text)
    try:
        known = re.fullmatch(r"[0-9]{8}|[0-9]{4}-[0-9]{2}-[0-9]{2}", text)
        digits = text.replace("-", "")
        expected = date(int(digits[:4]), int(digits[4:6]), int(digits[6:])) if known else None
    except ValueError:
        expected = None
    assert read == expected


@pytest.mark.parametrize("npi", ["1234567893", "1111111112", "1245319599"])
def test_published_npis_pass_the_check_digit(npi: str) -> None:
    # 1234567893 is the example of the NPI check digit specification; 1245319599 is NPPES's
    assert values.has_npi_check_digit(npi)


@pytest.mark.parametrize("npi", ["1234567890", "123456789", "12345678931", "123456789X", ""])
def test_other_numbers_do_not(npi: str) -> None:
    assert not values.has_npi_check_digit(npi)


@given(st.integers(100_000_000, 999_999_999))
def test_exactly_one_digit_completes_an_npi(nine: int) -> None:
    digits = [int(digit) for digit in f"80840{nine}"]
    # ISO/IEC 7812: double every second digit from the right, the check digit being the first
    doubled = [digit * 2 if at % 2 == 0 else digit for at, digit in enumerate(reversed(digits))]
    check = -sum(digit - 9 if digit > 9 else digit for digit in doubled) % 10
    valid = [last for last in range(10) if values.has_npi_check_digit(f"{nine}{last}")]
    assert valid == [check]


@given(st.lists(st.sampled_from(["59", "LT", "xs", "25"]), max_size=4))
def test_codes_keep_their_order_and_their_key_does_not(codes: list[str]) -> None:
    text = " ".join(codes)
    upper = [code.upper() for code in codes]
    assert one(values.codes(pl.col("x")), text).to_list() == upper
    assert one(values.code_key(pl.col("x")), text) == " ".join(sorted(upper))


def test_unknown_is_not_blank() -> None:
    assert one(values.codes(pl.col("x")), None) is None
    assert one(values.zip5(pl.col("x")), None) is None
    assert one(values.zip5(pl.col("x")), "") == ""
    assert one(values.zip5(pl.col("x")), "454011234") == "45401"


def test_today_is_a_day_of_service_and_tomorrow_is_not(desk: Desk) -> None:
    today = values.today()
    for day, warned in ((today, set()), (today + timedelta(days=2), {("file", "Q11")})):
        desk.clear()
        desk.take_in(bills({"number": "A", "lines": [{"day": day.strftime("%Y%m%d")}]}))
        assert desk.reasons("warning") == warned


def test_a_value_that_fits_no_table_sets_its_claim_aside(desk: Desk) -> None:
    # a place of service is two digits; nothing but the model says so
    data = changed(bills(*TWO), "***11:B:1*", "***1X:B:1*").encode()
    (outcome,) = desk.take_in(data)
    assert (outcome.status, outcome.rows_accepted) == ("partial", 1)
    assert {row["reason_code"] for row in desk.quarantine()} == {
        "schema:staged.claim:place_of_service:str_matches",
        "schema:staged.service_line:place_of_service:str_matches",
    }
    for row in desk.quarantine():
        assert place_of(desk, row, data).startswith(b"CLM*BAD")
