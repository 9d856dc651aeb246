"""Identity: what a bill is called, which of its submissions stands, whose it is."""

from __future__ import annotations

import hashlib
import hmac
import itertools
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import chains, identity, settling
from tests.desk import KEY, Desk, opened
from tests.x12_text import NPI, OTHER_NPI, bills, remits


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(opened(), tmp_path)
    one.clear()
    return one


def bill(number: str = "A", **more: Any) -> dict[str, Any]:
    return {"number": number, "lines": [{}], **more}


def paid(number: str, icn: str, **more: Any) -> dict[str, Any]:
    line = {"paid": "800", "adjustments": [("CO", "45", "200")]}
    return {"number": number, "icn": icn, "lines": [line], **more}


def submissions(desk: Desk) -> list[tuple[str, int, str, bool]]:
    """(claim_id, submission, frequency, stands) in order."""
    found = desk.rows(
        "SELECT claim_id, submission, frequency_code, is_standing FROM staged.claim "
        "ORDER BY claim_id, submission, claim_key"
    )
    return [
        (row["claim_id"], row["submission"], row["frequency_code"], row["is_standing"])
        for row in found
    ]


# what a bill is called


def test_a_bill_goes_by_its_number_and_its_payers_turn(desk: Desk) -> None:
    desk.take_in(
        bills(bill(), bill(sequence="S"), bill(sequence="T"), bill("B", sequence="U"), bill("C"))
    )
    assert [row[0] for row in submissions(desk)] == ["A", "A/S", "A/T", "B", "C"]
    assert all(row[3] for row in submissions(desk))
    assert desk.core()["claim"]["claim_id"].sort().to_list() == ["A", "A/S", "A/T", "B", "C"]


def test_a_number_two_practices_use_names_them(desk: Desk) -> None:
    desk.take_in(bills(bill(), bill(npi=OTHER_NPI), bill(npi=OTHER_NPI, sequence="S")))
    assert [row[0] for row in submissions(desk)] == [
        f"A@{OTHER_NPI}",
        f"A@{OTHER_NPI}/S",
        f"A@{NPI}",
    ]


def test_the_second_practice_may_come_later(desk: Desk) -> None:
    desk.take_in(bills(bill()))
    desk.take_in(remits(paid("A", "ICN1")), name="payment")
    desk.take_in(bills(bill(npi=OTHER_NPI), control="2"), name="other")
    # the payment was made to the first practice and follows its claim's new name
    assert {name: row["paid"] for name, row in desk.lines().items()} == {
        f"A@{NPI}-1": 800,
        f"A@{OTHER_NPI}-1": None,
    }


def test_a_source_without_billing_npis_joins_the_practice_that_has_the_number(desk: Desk) -> None:
    row = (
        "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge"
    )
    exported = f"{row}\nA,1,P1,{NPI},2024-08-13,17311,1,1000\n"
    desk.take_in(bills(bill()), exported)
    assert [(row[0], row[3]) for row in submissions(desk)] == [("A", False), ("A", True)]


# which submission stands


def test_a_claim_sent_again_replaces_itself(desk: Desk) -> None:
    desk.take_in(bills(bill(), created="20240901"), bills(bill(), created="20240915", control="2"))
    assert submissions(desk) == [("A", 1, "1", False), ("A", 2, "1", True)]
    assert desk.core()["claim"].select("claim_id", "submission").rows() == [("A", 2)]


def test_the_time_of_day_decides_within_a_day(desk: Desk) -> None:
    late = bills(bill(charge="1000"), created="20240901", time="1700")
    early = bills(bill(frequency="7"), created="20240901", time="0900", control="2")
    desk.take_in(late, early)
    assert [row[2:] for row in submissions(desk)] == [("7", False), ("1", True)]


def test_at_one_moment_a_correction_follows_and_a_void_ends(desk: Desk) -> None:
    files = [
        bills(bill(frequency=code), control=str(at))
        for at, code in enumerate(("1", "7", "8"), start=1)
    ]
    for order in itertools.permutations(files):
        desk.clear()
        desk.take_in(*order)
        assert [row[2] for row in submissions(desk)] == ["1", "7", "8"]
        assert not any(row[3] for row in submissions(desk))


def test_within_a_file_the_order_there_decides(desk: Desk) -> None:
    desk.take_in(bills(bill(), bill(frequency="8"), bill()))
    assert [row[2:] for row in submissions(desk)] == [("1", False), ("8", False), ("1", True)]


def test_a_void_takes_the_live_lines_away_and_a_new_claim_brings_them_back(desk: Desk) -> None:
    desk.take_in(bills(bill(), created="20240901"))
    assert set(desk.lines()) == {"A-1"}
    desk.take_in(bills(bill(frequency="8"), created="20240910", control="2"), name="void")
    assert desk.lines() == {}
    assert desk.core()["claim"].is_empty()
    assert desk.core()["encounter"].is_empty()
    desk.take_in(bills(bill(), created="20240920", control="3"), name="anew")
    assert desk.lines()["A-1"]["claim_id"] == "A"
    assert submissions(desk)[-1] == ("A", 3, "1", True)


def test_a_correction_under_another_number_is_tied_by_the_payers_number(desk: Desk) -> None:
    corrected = bill("A2", frequency="7", original="ICN1", lines=[{"charge": "1100"}])
    desk.take_in(
        bills(bill(), created="20240901"),
        remits(paid("A", "ICN1")),
        bills(corrected, created="20241001", control="2"),
    )
    assert submissions(desk) == [("A", 1, "1", False), ("A", 2, "7", True)]
    line = desk.lines()["A-1"]
    assert (line["charge"], line["paid"]) == (1100, None)


def test_a_correction_of_a_correction_belongs_to_the_first_bill(desk: Desk) -> None:
    desk.take_in(
        bills(bill(), created="20240901"),
        remits(paid("A", "ICN1")),
        bills(bill("A2", frequency="7", original="ICN1"), created="20241001", control="2"),
        remits(paid("A2", "ICN2"), paid_on="20241020", control="2"),
        bills(bill("A3", frequency="7", original="ICN2"), created="20241101", control="3"),
        # voids the last under its own number
        bills(bill("A3", frequency="8", original="ICN3"), created="20241115", control="4"),
    )
    assert submissions(desk) == [
        ("A", 1, "1", False),
        ("A", 2, "7", False),
        ("A", 3, "7", False),
        ("A", 4, "8", False),
    ]
    assert desk.lines() == {}


def test_numbers_that_refer_to_each_other_in_a_circle_come_to_an_end(desk: Desk) -> None:
    desk.take_in(
        remits(paid("A", "ICNA"), paid("B", "ICNB")),
        bills(bill("A", frequency="7", original="ICNB"), created="20240901"),
        bills(bill("B", frequency="7", original="ICNA"), created="20240902", control="2"),
    )
    assert submissions(desk) == [("A", 1, "7", False), ("A", 2, "7", True)]


def test_an_original_that_only_its_payment_knows_still_names_the_bill(desk: Desk) -> None:
    # the original was sent before the practice kept files: only its 835 and the correction are here
    desk.take_in(
        remits(paid("A", "ICN1")),
        bills(bill("A2", frequency="7", original="ICN1"), created="20241001"),
    )
    (line,) = desk.lines().values()
    assert (line["line_id"], line["paid"], line["source"]) == ("A-1", 800, "837")


def named(desk: Desk) -> list[tuple[str, str, int, bool]]:
    """(claim number, claim_id, submission, stands) in order."""
    found = desk.rows(
        "SELECT claim_number, claim_id, submission, is_standing FROM staged.claim "
        "ORDER BY claim_number, submission, claim_key"
    )
    return [
        (row["claim_number"], row["claim_id"], row["submission"], row["is_standing"])
        for row in found
    ]


EXPORTED = (
    "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge,"
    "submitted_date,original_claim_id,frequency_code"
)


def row_of(number: str, day: str, original: str = "", frequency: str = "", who: str = "P1") -> str:
    """A row of an export of one line."""
    values = f"{number},1,{who},{NPI},2024-08-13,17311,1,1000,{day},{original},{frequency}"
    return values + "\n"


CORRECTED = (
    # a correction may stand above what it corrects, and be of the same day
    row_of("C2", "2024-09-02", "C1", "7"),
    row_of("C1", "2024-09-02"),
    row_of("D1", "2024-09-01", who="P2"),
    row_of("D2", "2024-09-02", "D1", "8", who="P2"),
    # of another patient; submitted later; named by what is no correction
    row_of("E1", "2024-09-01", "", "", who="P3"),
    row_of("E2", "2024-09-02", "E1", "7", who="P4"),
    row_of("F1", "2024-09-03", who="P5"),
    row_of("F2", "2024-09-02", "F1", "7", who="P5"),
    row_of("G1", "2024-09-01", who="P6"),
    row_of("G2", "2024-09-02", "G1", "1", who="P6"),
)


@pytest.mark.parametrize("parts", [1, 2, len(CORRECTED)])
def test_an_exports_correction_names_the_claim_by_the_practices_own_number(
    desk: Desk, parts: int
) -> None:
    for at in range(parts):
        desk.take_in(f"{EXPORTED}\n" + "".join(CORRECTED[at::parts]), name=f"{at}-")
    assert named(desk) == [
        ("C1", "C1", 1, False),
        ("C2", "C1", 2, True),
        ("D1", "D1", 1, False),
        ("D2", "D1", 2, False),
        ("E1", "E1", 1, True),
        ("E2", "E2", 1, True),
        ("F1", "F1", 1, True),
        ("F2", "F2", 1, True),
        ("G1", "G1", 1, True),
        ("G2", "G2", 1, True),
    ]
    assert set(desk.lines()) == {"C1-1", "E1-1", "E2-1", "F1-1", "F2-1", "G1-1", "G2-1"}


def test_the_payers_number_comes_before_the_practices_own(desk: Desk) -> None:
    # the payer's number of B happens to be the practice's number A
    correction = bills(bill("A2", frequency="7", original="A"), created="20241001", control="2")
    remit = remits(paid("B", "A"))
    desk.take_in(bills(bill(), bill("B"), created="20240901"), correction)
    own = [("A", "A", 1, False), ("A2", "A", 2, True), ("B", "B", 1, True)]
    assert named(desk) == own
    desk.take_in(remit, name="late")
    assert named(desk) == [("A", "A", 1, True), ("A2", "B", 2, True), ("B", "B", 1, False)]
    touched = {row["patient_id"] for row in desk.rows("SELECT patient_id FROM landing.touched")}
    assert set(patients(desk).values()) <= touched
    (late,) = desk.rows("SELECT file_id FROM landing.file WHERE name LIKE 'late%'")
    settling.take_out(desk.connection, [late["file_id"]])
    assert named(desk) == own


DAYS = st.sampled_from(["20240901", "20240902", "20240903"])
HISTORY = st.lists(
    st.tuples(st.sampled_from(["1", "7", "8"]), st.sampled_from(["A", "A2"]), DAYS),
    min_size=1,
    max_size=4,
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=HISTORY, seed=st.randoms(use_true_random=False))
def test_any_order_of_arrival_gives_the_same_chains(
    desk: Desk, history: list[tuple[str, str, str]], seed: Any
) -> None:
    files = [remits(paid("A", "ICN1"))]
    for at, (frequency, number, day) in enumerate(history):
        original = "ICN1" if number == "A2" else ""
        claim = bill(number, frequency=frequency, original=original)
        files.append(bills(claim, created=day, control=str(at + 2)))
    desk.clear()
    desk.take_in(*files)
    expected = desk.rows("SELECT * FROM staged.claim ORDER BY claim_key")
    desk.clear()
    seed.shuffle(files)
    for at, one in enumerate(files):
        desk.take_in(one, name=f"{at}-")
    assert desk.rows("SELECT * FROM staged.claim ORDER BY claim_key") == expected
    # at most one stands of each bill, and it is the last
    for _, group in itertools.groupby(sorted(submissions(desk)), key=lambda row: row[0]):
        chain = list(group)
        assert [row[1] for row in chain] == list(range(1, len(chain) + 1))
        assert [row[3] for row in chain[:-1]] == [False] * (len(chain) - 1)
        assert chain[-1][3] == (chain[-1][2] != "8")


OWN_NUMBERS = st.lists(
    st.tuples(
        st.sampled_from(["1", "7", "7", "8"]),
        st.sampled_from(["A", "B", "C"]),
        st.sampled_from(["", "A", "B", "C"]),
        DAYS,
    ),
    min_size=2,
    max_size=5,
    unique=True,
)


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=OWN_NUMBERS, seed=st.randoms(use_true_random=False))
def test_own_numbers_tie_the_same_in_any_order_and_when_a_file_is_taken_out(
    desk: Desk, history: list[tuple[str, str, str, str]], seed: Any
) -> None:
    files = [remits(paid("C", "A"))]
    for at, (frequency, number, original, day) in enumerate(history):
        claim = bill(number, frequency=frequency, original=original)
        files.append(bills(claim, created=day, control=str(at + 2)))
    seed.shuffle(files)
    query = "SELECT * FROM staged.claim ORDER BY claim_key"
    for kept in (files, files[1:]):
        desk.clear()
        desk.take_in(*sorted(kept))
        expected = desk.rows(query)
        if kept is files:
            desk.clear()
            for at, one in enumerate(files):
                desk.take_in(one, name=f"{at}-")
        else:
            desk.clear()
            desk.take_in(*files, name="all")
            (gone,) = desk.rows("SELECT file_id FROM landing.file WHERE name = 'all0'")
            settling.take_out(desk.connection, [gone["file_id"]])
        assert desk.rows(query) == expected


def test_a_link_reaches_no_further_than_its_practice() -> None:
    links = pl.DataFrame(
        [("1", "B", "A"), ("1", "C", "B"), ("2", "B", "Z")], schema=chains.LINK, orient="row"
    )
    assert set(chains.roots(links).iter_rows()) == {
        ("1", "B", "A"),
        ("1", "C", "A"),
        ("2", "B", "Z"),
    }


# whose it is


def patients(desk: Desk) -> dict[str, str]:
    found = desk.rows("SELECT DISTINCT claim_number, patient_id FROM staged.claim")
    return {row["claim_number"]: row["patient_id"] for row in found}


def test_a_pseudonym_is_the_keyed_digest_of_member_and_birth_date(desk: Desk) -> None:
    desk.take_in(bills(bill(member="m1", birth="19500101")))
    text = b"member:M1|19500101"
    assert patients(desk)["A"] == hmac.new(KEY, text, hashlib.sha256).hexdigest()[:16]


def test_the_same_person_has_one_pseudonym_in_every_file(desk: Desk) -> None:
    desk.take_in(
        bills(bill("A"), bill("B", birth="19500102"), bill("C", member="TESTMEMBER2")),
        bills(bill("D"), created="20241001", control="2"),
    )
    found = patients(desk)
    assert found["A"] == found["D"]
    assert len({found["A"], found["B"], found["C"]}) == 3


def test_another_key_changes_every_pseudonym(desk: Desk) -> None:
    desk.take_in(bills(bill("A"), bill("B", member="TESTMEMBER2")))
    before = patients(desk)
    desk.clear()
    desk.key = b"another key"
    desk.take_in(bills(bill("A"), bill("B", member="TESTMEMBER2")))
    after = patients(desk)
    assert not set(before.values()) & set(after.values())


def test_the_crosswalk_joins_the_numbers_a_person_goes_by(desk: Desk) -> None:
    desk.people = pl.DataFrame(
        {"number": ["TESTMEMBER1", "TESTMEMBER2", "RECORD1"], "person": ["P1", "P1", "P1"]}
    )
    row = (
        "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units,charge"
    )
    desk.take_in(
        bills(bill("A"), bill("B", member="testmember2"), bill("C", member="TESTMEMBER3")),
        f"{row}\nX,1,record1,{NPI},2024-08-13,17311,1,1000\n",
        remits(paid("Y", "ICN1")),
    )
    found = patients(desk)
    assert found["A"] == found["B"] == found["X"]
    assert found["C"] != found["A"]
    # and a remittance whose claim nobody has is still that person's
    (unknown,) = desk.rows("SELECT patient_id FROM staged.remit_claim WHERE claim_number = 'Y'")
    assert unknown["patient_id"] == found["A"]


def test_a_payment_is_its_claims_patients_whenever_the_claim_comes(desk: Desk) -> None:
    desk.take_in(remits(paid("A", "ICN1", member="ANOTHERNUMBER")))
    (alone,) = desk.rows("SELECT patient_id, own_patient_id FROM staged.remit_claim")
    assert alone["patient_id"] == alone["own_patient_id"]
    desk.take_in(bills(bill()), name="claim")
    claims = patients(desk)
    for name in ("remit_claim", "remit_line", "adjustment"):
        (row,) = desk.rows(f"SELECT DISTINCT patient_id, bucket FROM staged.{name}")
        assert row["patient_id"] == claims["A"], name
        assert row["bucket"] == int(claims["A"][:2], 16), name


def test_a_buckets_are_the_first_two_digits_of_the_pseudonym() -> None:
    frame = pl.DataFrame({"patient_id": ["00aa", "ff00", "7fbb"]})
    assert frame.select(identity.bucket(pl.col("patient_id")))["patient_id"].to_list() == [
        0,
        255,
        127,
    ]


def test_a_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    practice = tmp_path / "practice"
    first = identity.read_key(practice)
    assert len(first) == 32
    assert identity.read_key(practice) == first
    assert (practice / "key").stat().st_mode & 0o777 == 0o600
    (practice / "key").write_text("not a key")
    with pytest.raises(identity.UnusableKey, match="restore it from a copy"):
        identity.read_key(practice)
