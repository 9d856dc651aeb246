"""X12 reader: every place of our own invented 837P and 835, and what damaged structure becomes.

Expected values were written by hand from tests/files/x12/claims.837 and remits.835.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines import readers
from pipelines.readers import Source, UnreadableFile, edi, x12
from schemas import landing
from schemas.table import polars_schema, table_name
from tests.x12_reading import FILES, Reading, read, segments_of, write

MODELS = {
    table_name(model): polars_schema(model)
    for model in (
        landing.Transaction,
        landing.LandedClaim,
        landing.LandedLine,
        landing.LandedDiagnosis,
        landing.LandedOtherPayer,
        landing.LandedLineAdjudication,
        landing.LandedRemit,
        landing.LandedRemitClaim,
        landing.LandedRemitLine,
        landing.LandedAdjustment,
        landing.LandedAmount,
        landing.LandedProviderAdjustment,
    )
}


@pytest.fixture(scope="module")
def claims() -> Reading:
    return read(FILES / "claims.837")


@pytest.fixture(scope="module")
def remits() -> Reading:
    return read(FILES / "remits.835")


def said(row: dict[str, object]) -> dict[str, object]:
    """What a row says, without where it stands and without what is blank or unknown."""
    places = ("file_id", "ordinal", "byte_offset", "byte_end", "transaction_ordinal")
    return {
        name: value
        for name, value in row.items()
        if name not in places and value is not None and value != ""
    }


def test_frames_have_exactly_the_columns_of_their_tables(claims: Reading, remits: Reading) -> None:
    frames = [*claims.frames.items(), *remits.frames.items()]
    assert {table for table, _ in frames} == set(MODELS)
    for table, frame in frames:
        assert dict(frame.schema) == MODELS[table]


def test_sound_files_have_no_problems(claims: Reading, remits: Reading) -> None:
    assert claims.problems.is_empty()
    assert remits.problems.is_empty()
    assert not claims.is_incomplete
    assert not remits.is_incomplete
    assert claims.kinds == {"837P"}
    assert remits.kinds == {"835"}
    assert (claims.rows_in, str(claims.charge_in)) == (3, "2200.50")
    assert (remits.rows_in, str(remits.charge_in)) == (3, "1420.50")


def test_claim_of_the_subscriber(claims: Reading) -> None:
    assert said(claims.rows("claim")[0]) == {
        "claim_number": "CLM-0001",
        "charge": "1500.50",
        "place_of_service": "11",
        "frequency_code": "1",
        "assignment": "A",
        "payer_sequence": "P",
        "filing_indicator": "MB",
        "payer_name": "MEDICARE TEST",
        "payer_identifier": "TESTMAC",
        "billing_npi": "1111111112",
        "billing_taxonomy": "207N00000X",
        "billing_zip": "432150001",
        "member_id": "TESTMBI0001",
        "patient_birth_date": "19440102",
        "patient_sex": "F",
        "rendering_npi": "1333333334",
        "rendering_taxonomy": "207ND0101X",
        "referring_npi": "1222222223",
        "supervising_npi": "1555555556",
        "facility_npi": "1444444445",
        "facility_zip": "441010002",
        "patient_paid": "20",
        "prior_authorization": "AUTH0001",
        "original_reference": "ICN0000001",
        "clia_number": "36D0000001",
        "clearinghouse_number": "CLEAR0001",
        "submitted_date": "20240902",
    }


def test_claim_of_a_dependent_takes_member_from_subscriber_and_birth_date_from_patient(
    claims: Reading,
) -> None:
    row = claims.rows("claim")[1]
    assert said(row) == {
        "claim_number": "CLM-0002",
        "charge": "700",
        "place_of_service": "22",
        "frequency_code": "7",
        "assignment": "C",
        "payer_sequence": "S",
        "filing_indicator": "CI",
        "payer_name": "SECOND TEST PLAN",
        "payer_identifier": "TESTPLAN2",
        "billing_npi": "1111111112",
        "billing_taxonomy": "207N00000X",
        "billing_zip": "432150001",
        "member_id": "TESTMEM0002",
        "patient_birth_date": "20010506",
        "patient_sex": "M",
        "submitted_date": "20240902",
    }
    # blank is missing, what an 837P has no place for is unknown
    assert row["rendering_npi"] == ""
    assert row["original_reference"] == ""
    assert row["locality"] is None
    assert row["rendering_type"] is None


def test_service_lines(claims: Reading) -> None:
    rows = claims.rows("service_line")
    assert [said(row) for row in rows] == [
        {
            "claim_ordinal": 25,
            "line_number": "1",
            "product_qualifier": "HC",
            "procedure_code": "17311",
            "modifiers": "RT 59 XS Q6",
            "charge": "900.25",
            "unit_type": "UN",
            "units": "1",
            "place_of_service": "11",
            "diagnosis_pointers": "1 2",
            "date_of_service": "20240813",
            "date_format": "D8",
            "rendering_npi": "1666666667",
            "rendering_taxonomy": "208D00000X",
            "control_number": "LINE-1",
            "prior_authorization": "LINEAUTH",
            "clia_number": "36D0000009",
        },
        {
            "claim_ordinal": 25,
            "line_number": "2",
            "product_qualifier": "HC",
            "procedure_code": "17312",
            "charge": "600.25",
            "unit_type": "UN",
            "units": "2",
            "diagnosis_pointers": "1",
            "date_of_service": "20240813-20240814",
            "date_format": "RD8",
            "control_number": "LINE-2",
        },
        {
            "claim_ordinal": 66,
            "line_number": "1",
            "product_qualifier": "HC",
            "procedure_code": "17313",
            "charge": "700",
            "unit_type": "UN",
            "units": "1",
            "place_of_service": "22",
            "diagnosis_pointers": "1",
            "date_of_service": "20240815",
            "date_format": "D8",
        },
    ]
    assert [row["ordinal"] for row in rows] == [43, 51, 76]


def test_diagnoses_are_numbered_as_pointers_count(claims: Reading) -> None:
    found = [
        (row["claim_ordinal"], row["position"], row["qualifier"], row["code"])
        for row in claims.rows("diagnosis")
    ]
    assert found == [
        (25, 1, "ABK", "C44311"),
        (25, 2, "ABF", "Z85828"),
        (25, 3, "ABF", "L578"),
        (66, 1, "ABK", "C44319"),
    ]


def test_coordination_of_benefits(claims: Reading) -> None:
    assert [said(row) for row in claims.rows("other_payer")] == [
        {
            "claim_ordinal": 66,
            "payer_sequence": "P",
            "filing_indicator": "16",
            "payer_name": "FIRST TEST PLAN",
            "payer_identifier": "TESTPLAN1",
            "paid": "398.50",
        }
    ]
    assert [said(row) for row in claims.rows("line_adjudication")] == [
        {
            "claim_ordinal": 66,
            "line_ordinal": 76,
            "payer_identifier": "TESTPLAN1",
            "paid": "398.50",
            "procedure_code": "17313",
            "units": "1",
            "adjudicated_date": "20240821",
        }
    ]
    columns = ["side", "claim_ordinal", "line_ordinal", "position"]
    columns += ["group_code", "carc", "amount", "quantity"]
    assert [tuple(row[name] for name in columns) for row in claims.rows("adjustment")] == [
        ("cob", 66, None, 1, "CO", "45", "100.00", ""),
        ("cob", 66, None, 2, "CO", "253", "1.50", "1"),
        ("cob", 66, 76, 1, "CO", "45", "101.50", ""),
        ("cob", 66, 76, 1, "PR", "2", "100", ""),
        ("cob", 66, 76, 2, "PR", "3", "100", ""),
    ]


def test_transactions(claims: Reading, remits: Reading) -> None:
    assert said(claims.rows("transaction")[0]) == {
        "kind": "837P",
        "interchange_control_number": "000000101",
        "group_control_number": "11",
        "transaction_control_number": "0001",
        "version": "005010X222A1",
        "sender": "TESTSENDER",
        "receiver": "TESTPAYER",
        "created_date": "20240902",
        "created_time": "0915",
        "segments": 81,
    }
    assert said(remits.rows("transaction")[0]) == {
        "kind": "835",
        "interchange_control_number": "000000202",
        "group_control_number": "12",
        "transaction_control_number": "0007",
        "version": "005010X221A1",
        "sender": "TESTPAYER",
        "receiver": "TESTSENDER",
        "created_date": "20240925",
        "segments": 47,
    }


def test_remittance(remits: Reading) -> None:
    assert [said(row) for row in remits.rows("remit")] == [
        {
            "handling_code": "I",
            "total_paid": "540.25",
            "credit_debit": "C",
            "payment_method": "ACH",
            "payment_date": "20240925",
            "trace_number": "TRACE0001",
            "payer_name": "MEDICARE TEST",
            "payer_identifier": "TESTMAC",
            "payee_npi": "1111111112",
            "production_date": "20240924",
        }
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"N1*PR*MEDICARE TEST*XV*TESTMAC": "N1*PR*MEDICARE TEST"}, "TESTMAC2"),
        (
            {"N1*PR*MEDICARE TEST*XV*TESTMAC": "N1*PR*MEDICARE TEST", "REF*2U*TESTMAC2": ""},
            "1999999999",
        ),
    ],
    ids=["from REF*2U", "from TRN03"],
)
def test_payer_identifier_of_a_remittance(
    changes: dict[str, str], expected: str, tmp_path: Path
) -> None:
    segments = [changes.get(segment, segment) for segment in segments_of("remits.835")]
    found = read(write(tmp_path / "a.835", [segment for segment in segments if segment]))
    assert found.rows("remit")[0]["payer_identifier"] == expected


def test_remitted_claims(remits: Reading) -> None:
    assert [said(row) for row in remits.rows("remit_claim")] == [
        {
            "claim_number": "CLM-0001",
            "claim_status_code": "1",
            "charge": "1500.50",
            "paid": "560.25",
            "patient_responsibility": "150.00",
            "filing_indicator": "MB",
            "payer_claim_id": "PAYERICN01",
            "place_of_service": "11",
            "frequency_code": "1",
            "original_reference": "OLDICN0001",
            "member_id": "TESTMBI0001",
            "rendering_npi": "1333333334",
            "statement_from": "20240813",
            "statement_to": "20240814",
            "received_date": "20240903",
            "remarks": "MA01 MA18",
        },
        {
            "claim_number": "CLM-0009",
            "claim_status_code": "22",
            "charge": "-80",
            "paid": "-20",
            "patient_responsibility": "0",
            "filing_indicator": "CI",
            "payer_claim_id": "PAYERICN02",
            "member_id": "TESTMEM0009",
            "remarks": "MA15 MA07",
        },
    ]


def test_remitted_lines(remits: Reading) -> None:
    assert [said(row) for row in remits.rows("remit_line")] == [
        {
            "claim_ordinal": 16,
            "sequence": 1,
            "product_qualifier": "HC",
            "procedure_code": "17311",
            "modifiers": "RT 59",
            "charge": "900.25",
            "paid": "400.25",
            "units_paid": "1",
            "date_of_service": "20240813",
            "control_number": "LINE-1",
            "allowed": "600.25",
            "rendering_npi": "1666666667",
            "remarks": "N115 M80",
        },
        {
            "claim_ordinal": 16,
            "sequence": 2,
            "product_qualifier": "HC",
            "procedure_code": "17314",
            "submitted_code": "17312",
            "submitted_modifiers": "76",
            "revenue_code": "0510",
            "charge": "600.25",
            "paid": "160.00",
            "units_paid": "2",
            "units_submitted": "3",
            "date_of_service": "20240813",
            "date_of_service_end": "20240814",
        },
        {
            "claim_ordinal": 41,
            "sequence": 1,
            "product_qualifier": "HC",
            "procedure_code": "88305",
            "charge": "-80",
            "paid": "-20",
            "date_of_service": "20240715",
        },
    ]


def test_adjustments_stay_at_their_own_level(remits: Reading) -> None:
    columns = ["claim_ordinal", "line_ordinal", "position", "group_code", "carc"]
    columns += ["amount", "quantity"]
    assert [tuple(row[name] for name in columns) for row in remits.rows("adjustment")] == [
        (16, None, 1, "CO", "253", "10.00", ""),
        (16, 27, 1, "CO", "45", "300.00", ""),
        (16, 27, 1, "PR", "1", "100", ""),
        (16, 27, 2, "PR", "2", "90.00", "1"),
        (16, 27, 3, "PR", "3", "10", ""),
        (16, 37, 1, "CO", "45", "440.25", ""),
        (41, 44, 1, "OA", "23", "-60", ""),
    ]
    assert {row["side"] for row in remits.rows("adjustment")} == {"remit"}


def test_other_amounts_and_provider_adjustments(remits: Reading) -> None:
    amounts = [
        (row["claim_ordinal"], row["line_ordinal"], row["qualifier"], row["amount"])
        for row in remits.rows("remit_amount")
    ]
    assert amounts == [(16, None, "AU", "710.25"), (16, 27, "KH", "7.50")]
    columns = ("provider_identifier", "fiscal_date", "reason", "reference", "amount")
    assert [tuple(row[name] for name in columns) for row in remits.rows("provider_adjustment")] == [
        ("1111111112", "20241231", "WO", "REFERENCE1", "15"),
        ("1111111112", "20241231", "72", "REFERENCE2", "-15"),
        ("1111111112", "20241231", "L6", "", "0"),
    ]


def test_an_allowed_amount_at_claim_level_is_not_given_to_a_line(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.835", changed("remits.835", "AMT*AU", "AMT*B6*710.25")))
    amounts = [(row["line_ordinal"], row["qualifier"]) for row in found.rows("remit_amount")]
    assert amounts == [(None, "B6"), (27, "KH")]
    assert [row["allowed"] for row in found.rows("remit_line")] == ["600.25", "", ""]


def test_byte_range_of_a_claim_and_a_line_hold_their_segments(
    claims: Reading, remits: Reading
) -> None:
    for name, reading, table, first, last in (
        ("claims.837", claims, "claim", "CLM*CLM-0001", "REF*6R*LINE-2~"),
        ("claims.837", claims, "service_line", "LX*1~", "PRV*PE*PXC*208D00000X~"),
        ("remits.835", remits, "remit_claim", "CLP*CLM-0001", "CAS*CO*45*440.25~"),
        ("remits.835", remits, "remit_line", "SVC*HC:17311:RT:59", "LQ*HE*M80~"),
        ("remits.835", remits, "remit", "BPR*I*540.25", "REF*TJ*000000001~"),
    ):
        row = reading.rows(table)[0]
        start, end = row["byte_offset"], row["byte_end"]
        assert isinstance(start, int)
        assert isinstance(end, int)
        text = (FILES / name).read_bytes()[start:end].decode()
        assert text.startswith(first)
        assert text.endswith(last)


def changed(name: str, place: str, *instead: str) -> list[str]:
    """Our file with the first segment that begins with `place` replaced by others."""
    segments = segments_of(name)
    at = next(index for index, segment in enumerate(segments) if segment.startswith(place))
    return [*segments[:at], *instead, *segments[at + 1 :]]


@pytest.mark.parametrize(
    ("name", "place", "instead", "quarantined"),
    [
        ("claims.837", "SE*81*0001", ["SE*80*0001"], [("transaction", "Q3")]),
        ("claims.837", "SE*81*0001", ["SE*81*0002"], [("transaction", "Q3")]),
        ("claims.837", "SE*81*0001", [], [("transaction", "Q3")]),
        ("claims.837", "ST*837", [], [("transaction", "Q3")]),
        ("claims.837", "NTE*ADD", ["nte*ADD*LOWER CASE"], [("claim", "Q5")]),
        ("claims.837", "NTE*ADD", ["ZZZ*1"], [("claim", "Q5")]),
        ("claims.837", "NTE*ADD", ["PAT*01"], [("claim", "Q5")]),
        ("claims.837", "NTE*ADD", ["K3*SOMETHING RARE BUT ALLOWED"], []),
        ("claims.837", "LX*2", ["NTE*ADD*NO LX"], [("claim", "Q5")]),
        ("claims.837", "REF*EI", ["rEF*EI*0"], [("claim", "Q5")] * 2),
        ("claims.837", "PRV*BI", ["ZZZ*BI"], [("claim", "Q5")] * 2),
        ("claims.837", "DMG*D8*19700304", ["dmg*D8*19700304"], [("claim", "Q5")]),
        ("claims.837", "PER*IC", ["ZZZ*IC"], []),
        ("claims.837", "CLM*CLM-0001", ["DTP*431*D8*20240801"], [("line", "Q5")] * 2),
        ("remits.835", "SE*47*0007", ["SE*46*0007"], [("transaction", "Q3")]),
        ("remits.835", "ST*835", [], [("transaction", "Q3")]),
        ("remits.835", "MOA*", ["ZZZ*1"], [("claim", "Q5")]),
        ("remits.835", "MOA*", ["PER*CX*SOMETHING ALLOWED*TE*5550100002"], []),
        ("remits.835", "LQ*HE*M80", ["lq*HE*M80"], [("claim", "Q5")]),
        ("remits.835", "CLP*CLM-0001", ["PER*BL*NO CLP*TE*5550100002"], [("line", "Q5")] * 2),
    ],
)
def test_damaged_structure_is_quarantined_and_no_line_is_lost(
    name: str,
    place: str,
    instead: list[str],
    quarantined: list[tuple[str, str]],
    tmp_path: Path,
) -> None:
    segments = changed(name, place, *instead)
    found = read(write(tmp_path / "damaged.x12", segments))
    assert found.quarantined() == quarantined
    lines = "remit_line" if name.endswith("835") else "service_line"
    is_line = re.compile(r"(SVC|SV1)\*", re.IGNORECASE)
    assert found.rows_in == len([segment for segment in segments if is_line.match(segment)])
    assert len(found.rows(lines)) == found.rows_in


def test_a_line_outside_any_claim_lands_without_one(tmp_path: Path) -> None:
    found = read(write(tmp_path / "a.837", changed("claims.837", "CLM*CLM-0001")))
    assert [row["claim_ordinal"] for row in found.rows("service_line")] == [None, None, 65]
    lines = found.problems.filter(found.problems["scope"] == "line")
    assert lines["ordinal"].to_list() == [row["ordinal"] for row in found.rows("service_line")[:2]]
    assert found.charge_in == 700


def test_problems_point_at_the_claim_and_never_quote_the_text(tmp_path: Path) -> None:
    segments = changed("claims.837", "NTE*ADD", "nte*ADD*SECRETNAME")
    path = write(tmp_path / "a.837", segments)
    problem = read(path).problems.row(0, named=True)
    assert (problem["transaction_ordinal"], problem["claim_ordinal"]) == (3, 25)
    assert problem["ordinal"] == 32
    start, end = problem["byte_offset"], problem["byte_end"]
    assert path.read_bytes()[start:end] == b"nte*ADD*SECRETNAME~"
    assert "SECRETNAME" not in problem["reason"] + problem["remedy"]
    assert problem["remedy"]


@pytest.mark.parametrize(
    ("place", "instead", "codes", "is_incomplete"),
    [
        ("GE*1*11", ["GE*2*11"], ["Q2"], False),
        ("GE*1*11", ["GE*1*12"], ["Q2"], False),
        ("GE*1*11", [], ["Q2"], False),
        ("IEA*1", ["IEA*2*000000101"], ["Q1"], True),
        ("IEA*1", ["IEA*1*000000102"], ["Q1"], True),
        ("IEA*1", [], ["Q1"], True),
        ("ISA*", [], ["Q1", "Q1"], True),
    ],
)
def test_a_broken_envelope_is_a_warning_and_its_claims_are_kept(
    place: str, instead: list[str], codes: list[str], is_incomplete: bool, tmp_path: Path
) -> None:
    found = read(write(tmp_path / "a.837", changed("claims.837", place, *instead)))
    assert (found.warned(), found.quarantined()) == (codes, [])
    assert found.is_incomplete is is_incomplete
    assert len(found.rows("claim")) == 2


@pytest.mark.parametrize("first", ["ST*", "GS*"])
@pytest.mark.parametrize("end", ["~", "~\n", "\n", "\r\n", "|", "\x1c", "\r"])
def test_a_file_without_isa_is_read(first: str, end: str, tmp_path: Path) -> None:
    segments = segments_of("claims.837")
    begin = next(index for index, text in enumerate(segments) if text.startswith(first))
    tail = 1 if first == "GS*" else 2
    text = end.join(segments[begin : len(segments) - tail]) + end
    path = tmp_path / "bare.txt"
    path.write_bytes(text.encode())
    assert edi.recognises(Source(path))
    found = read(path)
    assert (found.warned(), found.quarantined()) == (["Q1"], [])
    assert "no_envelope" in found.problems["reason"][0]
    assert len(found.rows("claim")) == 2
    assert found.rows("service_line")[0]["modifiers"] == "RT 59 XS Q6"


def test_claims_and_remittances_in_one_interchange(tmp_path: Path) -> None:
    claims, remits = segments_of("claims.837"), segments_of("remits.835")
    segments = [*claims[:-1], *remits[1:-1], "IEA*2*000000101"]
    found = read(write(tmp_path / "both.x12", segments))
    assert found.problems.is_empty()
    assert found.kinds == {"837P", "835"}
    assert (len(found.rows("claim")), len(found.rows("remit_claim"))) == (2, 2)
    assert (found.rows_in, str(found.charge_in)) == (6, "3621.00")


@pytest.mark.parametrize(
    ("place", "instead"),
    [
        ("GS*", "GS*HC*TESTSENDER*TESTPAYER*20240902*0915*11*X*004010X098A1"),
        ("GS*", "GS*HC*TESTSENDER*TESTPAYER*20240902*0915*11*X*005010X223A2"),
        ("GS*", "GS*HC*TESTSENDER*TESTPAYER*20240902*0915*11*X*005010X224A2"),
        ("ST*", "ST*837*0001*005010X223A2"),
        ("ST*", "ST*277*0001*005010X214"),
        ("ST*", "ST*999*0001*005010X231A1"),
    ],
)
def test_other_guides_are_counted_and_routed_away(place: str, instead: str, tmp_path: Path) -> None:
    path = write(tmp_path / "other.x12", changed("claims.837", place, instead))
    assert edi.recognises(Source(path))
    found = read(path)
    assert found.kinds == {"unsupported"}
    assert (found.warned(), found.quarantined()) == (["Q2"], [])
    assert not found.frames
    assert (found.rows_in, int(found.charge_in)) == (0, 0)


def test_only_our_simulator_is_simulated(claims: Reading, tmp_path: Path) -> None:
    group = "GS*HC*MOHSSIM*TESTPAYER*20240902*0915*11*X*005010X222A1"
    assert not claims.is_simulated
    assert read(write(tmp_path / "a.837", changed("claims.837", "GS*", group))).is_simulated


def test_text_in_front_of_the_first_isa_is_skipped(claims: Reading, tmp_path: Path) -> None:
    original = (FILES / "claims.837").read_bytes()
    path = tmp_path / "mail.txt"
    path.write_bytes(b"Dear colleague, find attached the ISA of today.\n\n" + original)
    found = read(path)
    assert (found.warned(), found.is_incomplete) == (["Q1"], False)
    assert [said(row) for row in found.rows("claim")] == [said(row) for row in claims.rows("claim")]
    path.write_bytes(b"CLM*LOST*100***11:B:1~LX*1~SV1*HC:17311*100~\n" + original)
    assert read(path).is_incomplete


def test_delimiters_may_change_at_the_next_isa(
    claims: Reading, remits: Reading, tmp_path: Path
) -> None:
    first = "~".join(segments_of("claims.837")) + "~"
    second = "\n".join(segments_of("remits.835")).replace(":", ">").replace("*", "|") + "\n"
    path = tmp_path / "two.x12"
    path.write_text(first + second + first, newline="", encoding="utf-8")
    found = read(path)
    assert found.problems.is_empty()
    expected = [said(row) for row in claims.rows("service_line")]
    for row in expected:
        row.pop("claim_ordinal")
    landed = [said(row) for row in found.rows("service_line")]
    for row in landed:
        row.pop("claim_ordinal")
    assert landed == expected * 2
    assert found.rows("remit_line")[0]["modifiers"] == "RT 59"


def test_a_file_wrapped_into_lines_is_read_as_if_it_were_not(
    claims: Reading, tmp_path: Path
) -> None:
    text = "~".join(segments_of("claims.837")) + "~"
    path = tmp_path / "wrapped.837"
    path.write_bytes("\r\n".join(re.findall(".{1,80}", text)).encode())
    found = read(path)
    assert found.problems.is_empty()
    for table in ("claim", "service_line", "diagnosis"):
        assert [said(row) for row in found.rows(table)] == [said(r) for r in claims.rows(table)]


@pytest.mark.parametrize(
    "text",
    [
        "UNA:+.? 'UNB+UNOA:1+SENDER+RECEIVER+240101:1200+REF0001'UNH+1+ORDERS:D:96A:UN'",
        "claim_id,line_number,patient_id\nISA*1,2,3\n",
        "",
        "STATEMENT OF ACCOUNT",
    ],
)
def test_other_formats_are_not_recognised(text: str, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text(text, encoding="utf-8")
    assert not edi.recognises(Source(path))


def test_the_registry_of_readers_finds_this_one() -> None:
    assert readers.reader_of(Source(FILES / "claims.837")) is edi


@pytest.mark.parametrize("text", ["", "ISA*00*   ", "ISA*00*~ISA*"])
def test_what_cannot_be_read_names_file_and_remedy(text: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.837"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"broken\.837: .*(ask|again)"):
        list(edi.read(Source(path)))


def test_a_file_above_the_limit_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(x12, "LARGEST_FILE", 100)
    with pytest.raises(UnreadableFile, match="larger than 4 GiB"):
        list(edi.read(Source(FILES / "claims.837")))
