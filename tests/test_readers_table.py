"""Reader of tables: CSV, Excel and Parquet exports and chart files.

Expected values come from the files' own text (read here with the csv module), from the FHIR
resources CMS made of its carrier rows, and from hypothesis.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.readers import MONEY, PROBLEM, Batch, Source, UnreadableFile, table
from pipelines.readers.mapping import (
    SHIPPED,
    MappingError,
    load_mapping,
    load_mappings,
    plain_money,
)
from schemas import charts, landing
from schemas.table import polars_schema, table_name

FILES = Path(__file__).parent / "files"
FIRST_EIGHT = [
    "claim_id",
    "line_number",
    "patient_id",
    "rendering_npi",
    "date_of_service",
    "procedure_code",
    "units",
    "charge",
]
PLAIN = ["A1", "1", "P1", "1234567893", "2024-08-13", "17311", "1", "1200.00"]
OWN_TRANSACTION = ("landing.claim", "landing.service_line")
MODELS = {
    table_name(model): model
    for model in (
        landing.Transaction,
        landing.LandedClaim,
        landing.LandedLine,
        landing.LandedRemit,
        landing.LandedRemitClaim,
        landing.LandedRemitLine,
        landing.LandedAdjustment,
        charts.LandedChart,
    )
}


def read(path: Path, mappings: Path | None = None) -> list[Batch]:
    source = Source(path, mappings)
    assert table.recognises(source)
    batches = list(table.read(source))
    for batch in batches:
        assert dict(batch.problems.schema) == PROBLEM
        for name, frame in batch.frames.items():
            assert dict(frame.schema) == polars_schema(MODELS[name]), name
    return batches


def only(path: Path, mappings: Path | None = None) -> Batch:
    (batch,) = read(path, mappings)
    return batch


def written(
    path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = (), **style: Any
) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, **style).writerows([header or FIRST_EIGHT, *rows])
    return path


def reasons(batch: Batch, severity: str = "quarantined") -> list[tuple[str, int | None, str]]:
    found = batch.problems.filter(severity=severity)
    return list(found.select("scope", "ordinal", "reason_code").iter_rows())


# generic export


def test_generic_export_lands_claims_and_lines() -> None:
    batch = only(FILES / "generic_export.csv")
    claims, lines = batch.frames["landing.claim"], batch.frames["landing.service_line"]

    assert batch.kind == "export"
    assert batch.rows_in == 5
    # 1200 + 1100 + 1600; 80.005 and 8E1 are not amounts
    assert batch.charge_in == Decimal("3900.00")
    assert claims["claim_number"].to_list() == ["A100", "B200", "C300"]
    assert claims["ordinal"].to_list() == [1, 2, 5]
    assert claims["charge"].to_list() == ["2800.00", "1100.00", "0.00"]
    assert lines["ordinal"].to_list() == [1, 2, 3, 4, 5]
    assert lines["claim_ordinal"].to_list() == [1, 2, 1, 2, 5]
    assert lines["charge"].to_list() == ["1200.00", "1100.00", "1600.00", "80.005", "8E1"]
    assert lines["modifiers"].to_list() == ["", "59", "59 XS", "", ""]
    assert lines["diagnosis_codes"].to_list()[1] == "C44.519 C44.612"
    assert lines["place_of_service"].to_list() == ["11", "11", "11", "11", "02"]
    assert claims["member_id"].to_list() == ["P-1", "P-2", "P-3"]
    assert claims["payer_name"].to_list()[2] == "Umbrella, Inc"
    assert batch.problems.is_empty()


def test_absent_column_is_unknown_and_blank_is_missing() -> None:
    batch = only(FILES / "generic_export.csv")
    lines, claims = batch.frames["landing.service_line"], batch.frames["landing.claim"]
    assert lines["modifiers"][0] == ""
    assert lines["clia_number"][0] is None
    assert claims["locality"][0] is None
    assert batch.absent_columns == (
        "rendering_type",
        "patient_sex",
        "patient_birth_date",
        "locality",
        "zip",
        "original_claim_id",
        "submitted_date",
        "received_date",
        "clia_number",
    )


def test_payment_columns_become_a_remittance_per_date_and_payer() -> None:
    frames = only(FILES / "generic_export.csv").frames
    remits, claims = frames["landing.remit"], frames["landing.remit_claim"]
    lines, taken_off = frames["landing.remit_line"], frames["landing.adjustment"]

    assert remits.select("payer_name", "payment_date", "total_paid").rows() == [
        ("Medicare of Ohio", "2024-09-03", "1026.08"),
        ("Umbrella, Inc", "2024-09-10", "0.00"),
    ]
    assert claims.select("claim_number", "charge", "paid", "patient_responsibility").rows() == [
        ("A100", "2800.00", "1026.08", "294.02"),
        ("C300", "0.00", "0.00", "0.00"),
    ]
    assert set(claims["claim_status_code"]) == {""}
    assert lines.select("ordinal", "claim_ordinal", "sequence", "allowed", "remarks").rows() == [
        (1, 1, 1, "620.10", ""),
        (3, 1, 2, "700.00", "N130 MA01"),
        (5, 5, 1, "0.00", "N20"),
    ]
    # the deductible of row 3 is listed already and not taken twice
    columns = ("line_ordinal", "position", "group_code", "carc", "amount")
    assert taken_off.select(columns).rows() == [
        (1, 1, "CO", "45", "579.90"),
        (1, 2, "PR", "2", "124.02"),
        (3, 1, "CO", "45", "900.00"),
        (3, 2, "PR", "1", "30.00"),
        (3, 3, "PR", "2", "140.00"),
        (5, 1, "CO", "97", "80.00"),
    ]
    assert claims.join(remits, on="transaction_ordinal").height == claims.height


def test_unreadable_adjustments_are_told_not_dropped(tmp_path: Path) -> None:
    path = written(
        tmp_path / "a.csv", [[*PLAIN, "0", "CO 45 12.00"]], [*FIRST_EIGHT, "paid", "adjustments"]
    )
    assert reasons(only(path)) == [("row", 1, "Q4")]


def test_broken_row_spoils_its_claim_and_its_remittance(tmp_path: Path) -> None:
    rows = [
        [*PLAIN, "2024-09-03", "10.00", ""],
        [*PLAIN, "2024-09-10", "10.00", "45=5.00"],
        ["B1", *PLAIN[1:], "2024-09-10", "10.00", ""],
    ]
    header = [*FIRST_EIGHT, "adjudicated_date", "paid", "adjustments"]
    batch = only(written(tmp_path / "a.csv", rows, header))
    assert batch.frames["landing.remit_claim"]["ordinal"].to_list() == [1, 2, 3]
    assert batch.problems.select("ordinal", "claim_ordinal").rows() == [(2, 1), (2, 2)]


def test_rows_in_and_dollars_equal_an_independent_count() -> None:
    with (FILES / "generic_export.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    batch = only(FILES / "generic_export.csv")
    assert batch.rows_in == len(rows)
    readable = [Decimal(row["charge"]) for row in rows if MONEY.match(row["charge"])]
    assert batch.charge_in == sum(readable)


def test_ragged_rows_are_quarantined_by_number_and_still_landed(tmp_path: Path) -> None:
    shifted = ["A1", "2", "Doe", " P1", *PLAIN[3:]]
    short = ["B1", "1", "P2"]
    path = written(tmp_path / "ragged.csv", [PLAIN, shifted, short, ["C1", *PLAIN[1:]]])
    batch = only(path)
    assert batch.rows_in == 4
    assert reasons(batch) == [("row", 2, "Q5"), ("row", 3, "Q5")]
    assert "9 fields where the headers are 8" in batch.problems["reason"][0]
    lines = batch.frames["landing.service_line"]
    assert lines["ordinal"].to_list() == [1, 2, 3, 4]
    assert lines["line_number"].to_list() == ["1", "2", "1", "1"]
    assert lines["charge"].to_list() == ["1200.00", "1", "", "1200.00"]
    assert not any("Doe" in text for text in batch.problems["reason"])


def test_quotation_mark_that_is_never_closed_spoils_one_row_only(tmp_path: Path) -> None:
    path = tmp_path / "quote.csv"
    good = [",".join([f"A{number}", *PLAIN[1:]]) for number in range(2000)]
    bad = ",".join(["Z1", "1", '"P1', *PLAIN[3:]])
    path.write_text("\n".join([",".join(FIRST_EIGHT), *good[:3], bad, *good[3:]]))
    batch = only(path)
    assert batch.rows_in == 2001
    assert reasons(batch) == [("row", 4, "Q5")]
    assert batch.frames["landing.service_line"].height == 2001


def test_missing_required_column_names_file_column_and_remedy(tmp_path: Path) -> None:
    header = [name for name in FIRST_EIGHT if name not in ("units", "charge")]
    path = written(tmp_path / "july.csv", [], header)
    source = Source(path)
    assert table.recognises(source)
    with pytest.raises(UnreadableFile, match=r"july\.csv.*units, charge.*add it to the export"):
        list(table.read(source))


def test_used_header_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "twice.csv", [[*PLAIN, "9"]], [*FIRST_EIGHT, "Charge"])
    with pytest.raises(UnreadableFile, match=r"twice\.csv.*charge.*rename"):
        list(table.read(Source(path)))


def test_unknown_columns_are_named_in_one_warning(tmp_path: Path) -> None:
    path = written(tmp_path / "more.csv", [[*PLAIN, "x", "y"]], [*FIRST_EIGHT, "Clerk", "Colour"])
    batch = only(path)
    assert reasons(batch, "warning") == [("file", None, "Q11")]
    assert batch.problems["reason"][0] == "columns not used: Clerk, Colour"


def test_claim_columns_that_disagree_are_warned_about(tmp_path: Path) -> None:
    rows = [[*PLAIN, "Acme"], [*PLAIN, ""], [*PLAIN, "Other"], ["B1", *PLAIN[1:], "Other"]]
    batch = only(written(tmp_path / "a.csv", rows, [*FIRST_EIGHT, "payer"]))
    assert reasons(batch, "warning") == [("row", 3, "Q11")]
    assert batch.problems["reason"][0] == "row 3: payer is not that of the claim's first row"
    assert batch.frames["landing.claim"]["payer_name"].to_list() == ["Acme", "Other"]


def test_replacement_and_another_billing_npi_are_bills_of_their_own(tmp_path: Path) -> None:
    rows = [
        [*PLAIN, "1", "1003000126"],
        [*PLAIN, "7", "1003000126"],
        [*PLAIN, "", ""],
        [*PLAIN, "1", "1234567893"],
    ]
    batch = only(written(tmp_path / "a.csv", rows, [*FIRST_EIGHT, "frequency_code", "billing_npi"]))
    assert batch.frames["landing.service_line"]["claim_ordinal"].to_list() == [1, 2, 1, 4]
    assert batch.frames["landing.claim"]["charge"].to_list() == ["2400.00", "1200.00", "1200.00"]


SENT, AGAIN = "2024-08-20", "2024-09-20"


@pytest.mark.parametrize(
    ("rows", "owners", "told"),
    [
        # line, code, submitted, frequency: the correction alone has a code
        (["1 1 s -", "2 2 s -", "1 1 a 7", "2 2 a 7"], [1, 1, 3, 3], ["", "7"]),
        (["1 1 a 8", "1 1 s -", "2 2 s -"], [1, 2, 2], ["8", ""]),
        # no dates: the lines repeat
        (["1 1 - -", "2 2 - -", "1 1 - 7", "2 2 - 7"], [1, 1, 3, 3], ["", "7"]),
        (["1 2 - -", "1 1 - 7", "2 2 - 7"], [1, 2, 2], ["", "7"]),
        # corrected to another line: only the dates differ
        (["1 1 s -", "2 2 a 7"], [1, 2], ["", "7"]),
        # every bill's first row has its code
        (["1 1 a 7", "2 2 a -", "3 3 - -"], [1, 1, 1], ["7"]),
        (["1 1 - 7", "1 2 - -"], [1, 1], ["7"]),
        (["1 1 s 1", "2 2 s -", "1 1 a 7", "2 2 a -"], [1, 1, 3, 3], ["1", "7"]),
        (["1 1 s -", "2 2 s -", "1 1 a 7", "2 2 a -"], [1, 1, 3, 3], ["", "7"]),
        # nothing is corrected
        (["1 1 s -", "1 1 a 1"], [1, 1], ["1"]),
    ],
)
def test_blank_frequency_beside_a_correction_is_the_original(
    tmp_path: Path, rows: list[str], owners: list[int], told: list[str]
) -> None:
    value = {"-": "", "s": SENT, "a": AGAIN}
    table_rows = []
    for row in rows:
        line, code, day, frequency = row.split()
        plain = ["A1", line, *PLAIN[2:5], f"1731{code}", *PLAIN[6:]]
        table_rows.append([*plain, value[day], value.get(frequency, frequency)])
    path = written(
        tmp_path / "a.csv", table_rows, [*FIRST_EIGHT, "submitted_date", "frequency_code"]
    )
    batch = only(path)
    assert batch.frames["landing.service_line"]["claim_ordinal"].to_list() == owners
    assert batch.frames["landing.claim"]["frequency_code"].to_list() == told
    warned = [("row", 2, "Q11")] if rows[-1] == "1 1 a 1" else []
    assert reasons(batch, "warning") == warned


def test_faulty_row_beside_a_correction_spoils_the_first_bill(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    plain = ",".join(PLAIN)
    header = ",".join([*FIRST_EIGHT, "frequency_code"])
    path.write_text(f"{header}\n{plain},\n{plain},7\n{plain},7,more\n")
    batch = only(path)
    assert batch.frames["landing.service_line"]["claim_ordinal"].to_list() == [1, 2, 1]
    assert batch.problems.select("claim_ordinal", "reason_code").rows() == [(1, "Q5")]


def test_row_without_claim_number_is_quarantined(tmp_path: Path) -> None:
    batch = only(written(tmp_path / "a.csv", [PLAIN, ["", *PLAIN[1:]]]))
    assert reasons(batch) == [("row", 2, "Q4")]
    assert batch.frames["landing.service_line"]["claim_ordinal"].to_list() == [1, None]
    assert batch.charge_in == Decimal("2400.00")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_byte_offsets_delimit_the_row(tmp_path: Path, delimiter: str, ending: str) -> None:
    path = tmp_path / "a.txt"
    rows = [[*PLAIN, "Smith &\nSons"], ["Ä1", *PLAIN[1:], "Ünï"], [*PLAIN, 'the "big" one']]
    written(path, rows, [*FIRST_EIGHT, "payer"], delimiter=delimiter, lineterminator=ending)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    batch = only(path)
    lines, data = batch.frames["landing.service_line"], path.read_bytes()
    for row, start, end in zip(rows, lines["byte_offset"], lines["byte_end"], strict=True):
        text = io.StringIO(data[start:end].decode(), newline="")
        assert list(csv.reader(text, delimiter=delimiter)) == [row]
    assert batch.encoding == "utf-8"


def test_windows_text_is_read_as_such(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [[*PLAIN, "Krankenkasse Köln"]], [*FIRST_EIGHT, "payer"])
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    batch = only(path)
    assert batch.encoding == "cp1252"
    assert batch.frames["landing.claim"]["payer_name"].to_list() == ["Krankenkasse Köln"]


def test_utf_16_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [PLAIN])
    path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))
    with pytest.raises(UnreadableFile, match="save it as CSV UTF-8"):
        list(table.read(Source(path)))


def test_blank_lines_and_padding_rows_are_no_rows(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", [PLAIN, [], [""] * 8, PLAIN, [" "] * 8])
    batch = only(path)
    assert batch.rows_in == 2
    assert batch.frames["landing.service_line"]["ordinal"].to_list() == [1, 2]


def test_headers_alone_are_an_export_of_no_rows(tmp_path: Path) -> None:
    batch = only(written(tmp_path / "a.csv", []))
    assert batch.rows_in == 0
    assert batch.frames["landing.service_line"].is_empty()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n  \n",
        b"%PDF-1.7\nclaim_id,line_number\n",
        bytes(range(256)) * 300,
        b"ISA*00*          *00*~GS*HC~",
        b'{"claim_id": 1}',
        b"Dear colleague, please find enclosed, as agreed,\nthe claims of July.\n",
        b"a,b,c\n1,2,3\n",
        b"PAR1 and then nothing",
        b"PK\x03\x04 and then nothing",
        b'claim_id,"' + b"x" * 70000,
    ],
)
def test_what_is_no_known_table_is_not_recognised(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "some.csv"
    path.write_bytes(content)
    assert not table.recognises(Source(path))


# Excel and Parquet


def test_excel_typing_does_not_spoil_codes_dates_or_amounts(tmp_path: Path) -> None:
    workbook = openpyxl.Workbook()
    workbook.active.append(["cover", "sheet"])
    sheet = workbook.create_sheet("lines")
    sheet.append(["Export of July"])
    sheet.append([*FIRST_EIGHT, "modifiers", "place_of_service", "zip", "diagnosis_codes"])
    day = datetime(2024, 8, 13)  # noqa: DTZ001
    sheet.append(
        ["A1", 1, "00123", 1234567893, day, 17311.0, 1, 1234.1 * 3, 59, 2, 2138, "C44.311"]
    )
    sheet.append([None] * 12)
    sheet.append(
        [
            "A1",
            2,
            "00123",
            "1234567893",
            date(2024, 8, 13),
            "17312.0",
            2,
            80.5,
            "25 59",
            "11",
            "02138",
            None,
        ]
    )
    workbook.save(tmp_path / "a.xlsx")

    batch = only(tmp_path / "a.xlsx")
    lines, claims = batch.frames["landing.service_line"], batch.frames["landing.claim"]
    columns = (
        "line_number",
        "date_of_service",
        "procedure_code",
        "charge",
        "modifiers",
        "place_of_service",
    )
    assert lines.select(columns).rows() == [
        ("1", "2024-08-13", "17311", "3702.3", "59", "02"),
        ("2", "2024-08-13", "17312", "80.5", "25 59", "11"),
    ]
    assert lines["rendering_npi"].to_list() == ["1234567893"] * 2
    assert lines["diagnosis_codes"].to_list() == ["C44.311", ""]
    assert lines.select("ordinal", "byte_offset", "byte_end").rows() == [(1, 0, 0), (2, 0, 0)]
    assert claims.select("member_id", "zip", "charge").rows() == [("00123", "02138", "3782.80")]
    assert batch.rows_in == 2
    assert batch.charge_in == Decimal("3782.8")


def test_parquet_types_come_out_as_text(tmp_path: Path) -> None:
    pl.DataFrame(
        {
            "claim_id": ["A1", "A1"],
            "line_number": [1, 2],
            "patient_id": ["P1", "P1"],
            "rendering_npi": [1234567893, 1234567893],
            "date_of_service": [date(2024, 8, 13)] * 2,
            "procedure_code": [17311.0, 17312.0],
            "units": [1, 2],
            "charge": pl.Series([Decimal("1200.10"), None], dtype=pl.Decimal(12, 2)),
            "modifiers": [["59", "XS"], None],
            "place_of_service": pl.Series(["11", "22"], dtype=pl.Categorical),
            "adjudicated_date": [datetime(2024, 9, 3), None],  # noqa: DTZ001
            "paid": [3702.2999999999997, None],
        }
    ).write_parquet(tmp_path / "a.parquet")
    batch = only(tmp_path / "a.parquet")
    lines = batch.frames["landing.service_line"]
    columns = (
        "line_number",
        "rendering_npi",
        "date_of_service",
        "procedure_code",
        "units",
        "charge",
        "modifiers",
        "place_of_service",
    )
    assert lines.select(columns).rows() == [
        ("1", "1234567893", "2024-08-13", "17311", "1", "1200.10", "59 XS", "11"),
        ("2", "1234567893", "2024-08-13", "17312", "2", "", "", "22"),
    ]
    assert batch.frames["landing.remit"]["payment_date"].to_list() == ["2024-09-03"]
    assert batch.frames["landing.remit_line"]["paid"].to_list() == ["3702.3"]
    assert batch.charge_in == Decimal("1200.10")


# other layouts


def test_posted_payments_make_remittances_only() -> None:
    batch = only(FILES / "posted_payments.csv")
    assert "landing.claim" not in batch.frames
    assert "landing.service_line" not in batch.frames
    assert batch.rows_in == 3
    assert batch.charge_in == Decimal("1700.00")
    frames = batch.frames
    assert frames["landing.remit"].select("trace_number", "payment_date", "total_paid").rows() == [
        ("77001", "2024-09-03", "1146.08"),
        ("77002", "2024-09-03", "-500.00"),
    ]
    columns = ("claim_number", "charge", "paid", "patient_responsibility")
    assert frames["landing.remit_claim"].select(columns).rows() == [
        ("A100", "2800.00", "1146.08", "174.02"),
        ("B200", "-1100.00", "-500.00", "0.00"),
    ]
    adjustments = frames["landing.adjustment"].select(
        "line_ordinal", "group_code", "carc", "amount"
    )
    assert adjustments.rows() == [
        (1, "CO", "45", "579.90"),
        (1, "PR", "2", "124.02"),
        (2, "CO", "45", "900.00"),
        (2, "PR", "3", "50.00"),
        (3, "CO", "45", "-600.00"),
    ]
    # every posted line balances: charge - paid - adjustments = 0
    taken_off = adjustments.group_by("line_ordinal").agg(
        pl.col("amount").cast(pl.Decimal(12, 2)).sum()
    )
    lines = frames["landing.remit_line"].join(taken_off, left_on="ordinal", right_on="line_ordinal")
    money = pl.col("charge", "paid").cast(pl.Decimal(12, 2))
    rest = lines.with_columns(money).select(pl.col("charge") - pl.col("paid") - pl.col("amount"))
    assert rest.to_series().to_list() == [Decimal(0)] * 3
    assert batch.problems["reason"].to_list() == ["columns not used: Clerk"]


def test_rif_denial_is_given_no_reason_the_layout_does_not_have() -> None:
    batch = only(FILES / "rif_denied.txt")
    frames = batch.frames
    assert frames["landing.remit_line"].select("ordinal", "allowed", "paid").rows()[0] == (
        1,
        "0",
        "0",
    )
    adjustments = frames["landing.adjustment"].select(
        "line_ordinal", "group_code", "carc", "amount"
    )
    assert adjustments.rows() == [
        (2, "OA", "23", "100"),
        (2, "PR", "1", "40"),
        (2, "PR", "2", "60"),
        (3, "PR", "2", "60"),
    ]
    lines = frames["landing.service_line"]
    assert lines["modifiers"].to_list() == ["", "59 RT", ""]
    assert lines["place_of_service"].to_list() == ["11", "11", "05"]
    claims = frames["landing.claim"]
    assert claims["assignment"].to_list() == ["A", "C"]
    assert claims["locality"].to_list() == ["15202-00", "15202-00"]


def test_rif_claim_that_is_not_final_is_set_aside_and_counted() -> None:
    batch = only(FILES / "rif_denied.txt")
    assert batch.rows_in == 3
    assert batch.charge_in == Decimal(4400)
    assert reasons(batch) == [("claim", 3, "Q2")]
    assert batch.problems["claim_ordinal"].to_list() == [3]


@pytest.mark.parametrize(
    ("rows", "resource"),
    [
        ("sample-a-bcarrier.txt", "eobReadCarrier.json"),
        ("sample-a-bcarrier-multiple-lines.txt", "eobReadCarrierWithMultipleLines.json"),
    ],
)
def test_rif_equals_the_eob_cms_made_of_it(shared_data: Path, rows: str, resource: str) -> None:
    folder = shared_data / "x12" / "cms_rif_eob"
    eob = json.loads((folder / resource).read_text())
    batch = only(folder / rows)
    (claim,) = batch.frames["landing.claim"].to_dicts()
    (remit_claim,) = batch.frames["landing.remit_claim"].to_dicts()
    (remit,) = batch.frames["landing.remit"].to_dicts()
    lines = batch.frames["landing.service_line"].to_dicts()
    remitted = batch.frames["landing.remit_line"].to_dicts()
    taken_off = batch.frames["landing.adjustment"]

    assert eob["id"] == f"carrier-{claim['claim_number']}"
    assert eob["patient"]["reference"] == f"Patient/{claim['member_id']}"
    assert eob["provider"]["identifier"]["value"] == claim["billing_npi"]
    npis = {
        one["role"]["coding"][0]["code"]: one["provider"]["identifier"]["value"]
        for one in reversed(eob["careTeam"])
    }
    assert npis["referring"] == claim["referring_npi"]
    coded = {one["url"].rsplit("/", 1)[1]: one for one in eob["extension"]}
    assert coded["asgmntcd"]["valueCoding"]["code"] == claim["assignment"]
    carrier = coded["carr_num"]["valueIdentifier"]["value"]
    assert carrier == claim["payer_identifier"]
    assert coded["carr_clm_cntl_num"]["valueIdentifier"]["value"] == remit_claim["payer_claim_id"]
    assert remit["payment_date"] == eob["supportingInfo"][0]["timingDate"]
    diagnoses = {
        one["sequence"]: one["diagnosisCodeableConcept"]["coding"][0]["code"]
        for one in eob["diagnosis"]
    }

    assert len(lines) == len(remitted) == len(eob["item"])
    for line, paid, item in zip(lines, remitted, eob["item"], strict=True):
        amounts = {
            coding["code"]: Decimal(str(entry["amount"]["value"]))
            for entry in item["adjudication"]
            if "amount" in entry
            for coding in entry["category"]["coding"][:1]
        }
        shares = {
            f"{group}-{carc}": Decimal(amount)
            for group, carc, amount in taken_off.filter(line_ordinal=line["ordinal"])
            .select("group_code", "carc", "amount")
            .iter_rows()
        }
        place = {
            one["url"].rsplit("/", 1)[1]: one["valueCoding"]["code"]
            if "valueCoding" in one
            else one["valueIdentifier"]["value"]
            for one in item["locationCodeableConcept"]["extension"]
        }
        assert line["line_number"] == str(item["sequence"])
        assert line["procedure_code"] == item["productOrService"]["coding"][0]["code"]
        assert line["modifiers"].split() == [
            one["coding"][0]["code"] for one in item.get("modifier", [])
        ]
        assert Decimal(line["units"]) == Decimal(str(item["quantity"]["value"]))
        assert line["date_of_service"] == item["servicedPeriod"]["start"]
        assert line["place_of_service"] == item["locationCodeableConcept"]["coding"][0]["code"]
        assert [line["diagnosis_codes"]] == [diagnoses[one] for one in item["diagnosisSequence"]]
        assert line["rendering_npi"] in {
            one["provider"]["identifier"]["value"] for one in eob["careTeam"]
        }
        assert claim["locality"] == f"{carrier}-{place['carr_line_prcng_lclty_cd']}"
        assert claim["zip"] == place["prvdr_zip"]
        assert line["clia_number"] == place["carr_line_clia_lab_num"]
        assert Decimal(line["charge"]) == Decimal(paid["charge"]) == amounts["submitted"]
        assert Decimal(paid["allowed"]) == amounts["eligible"]
        assert Decimal(paid["paid"]) == amounts["benefit"]
        assert shares.get("PR-1", Decimal(0)) == amounts["deductible"]
        assert shares.get("PR-2", Decimal(0)) == amounts["coinsurance"]
        assert shares.get("OA-23", Decimal(0)) == amounts["priorpayerpaid"]


def test_rif_totals_equal_the_raw_text(shared_data: Path) -> None:
    path = shared_data / "x12" / "cms_rif_eob" / "synthea_carrier.csv"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="|"))
    batch = only(path)

    def total(name: str) -> Decimal:
        return sum((Decimal(row[name]) for row in rows), Decimal(0))

    assert batch.rows_in == len(rows)
    assert batch.charge_in == total("LINE_SBMTD_CHRG_AMT")
    assert batch.frames["landing.claim"].height == len({row["CLM_ID"] for row in rows})
    assert sum(map(Decimal, batch.frames["landing.remit"]["total_paid"])) == total(
        "LINE_NCH_PMT_AMT"
    )
    assert sum(map(Decimal, batch.frames["landing.adjustment"]["amount"])) == total(
        "LINE_COINSRNC_AMT"
    )


def test_chart_lands_as_it_stands_and_simulated_ones_say_so() -> None:
    batch = only(FILES / "chart.simulated.csv")
    chart = batch.frames["landing.chart"]
    assert batch.kind == "chart"
    assert batch.is_simulated
    assert (batch.rows_in, batch.charge_in) == (2, Decimal(0))
    assert chart.select("lesion", "stage", "margin", "size_mm", "has_map").rows() == [
        ("1", "1", "positive", "12.5", "yes"),
        ("1", "2", "negative", "12.5", ""),
    ]
    assert chart["claim_id"].to_list() == [None, None]
    assert "histology" in batch.absent_columns
    assert "lesion" not in batch.absent_columns


def test_chart_without_patient_or_claim_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "c.csv", [], ["date_of_service", "lesion", "stage", "margin"])
    with pytest.raises(UnreadableFile, match="patient_id or claim_id"):
        list(table.read(Source(path)))


# batches


def test_large_files_never_split_a_claim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    header = [*FIRST_EIGHT, "adjudicated_date", "paid", "payer"]
    rows = [
        [
            f"A{number % 97}",
            str(number // 97),
            *PLAIN[2:],
            f"2024-09-{1 + number % 97 % 3:02d}",
            "10.00",
            "Acme",
        ]
        for number in range(1000)
    ]
    path = written(tmp_path / "a.csv", rows, header)
    whole = only(path)
    monkeypatch.setattr(table, "PART_BYTES", 8000)
    batches = read(path)
    assert len(batches) > 5
    owners = [set(batch.frames["landing.claim"]["claim_number"]) for batch in batches]
    assert sum(map(len, owners)) == len(set.union(*owners)) == 97
    assert sum(batch.rows_in for batch in batches) == whole.rows_in == 1000
    assert sum(batch.charge_in for batch in batches) == whole.charge_in
    paid = [
        batch.frames["landing.remit"]["total_paid"].cast(pl.Decimal(12, 2)).sum()
        for batch in batches
    ]
    assert sum(paid) == Decimal(10000)
    for batch in batches:
        remits, claims = batch.frames["landing.remit"], batch.frames["landing.remit_claim"]
        assert claims.join(remits, on="transaction_ordinal").height == claims.height
    for name in (
        "landing.claim",
        "landing.service_line",
        "landing.remit_claim",
        "landing.remit_line",
    ):
        together = pl.concat(batch.frames[name] for batch in batches).sort("ordinal")
        # a payment is a transaction of each batch that has a part of it
        same = pl.all() if name in OWN_TRANSACTION else pl.exclude("transaction_ordinal")
        assert together.select(same).equals(whole.frames[name].sort("ordinal").select(same)), name
    assert batches[-1].bytes_read <= path.stat().st_size


word = st.text(
    st.one_of(
        st.sampled_from('",;|\n '), st.characters(codec="utf-8", exclude_categories=["C", "Z"])
    ),
    max_size=8,
)
line = st.fixed_dictionaries(
    {
        "claim_id": st.sampled_from(["A", "B", "Ä/1"]),
        "line_number": st.integers(1, 99).map(str),
        "patient_id": st.just("P"),
        "rendering_npi": st.just("1234567893"),
        "date_of_service": st.dates().map(str),
        "procedure_code": st.from_regex("[A-Z0-9]{5}", fullmatch=True),
        "units": word,
        "charge": st.decimals(-9999, 9999, places=2).map(str),
        "clia_number": word,
        "remarks": word,
    }
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(line, min_size=1, max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_generic_csv_round_trip(tmp_path: Path, rows: list[dict[str, str]], delimiter: str) -> None:
    path = tmp_path / "a.csv"
    header = list(rows[0])
    written(path, [[row[name] for name in header] for row in rows], header, delimiter=delimiter)
    batch = only(path)
    lines, remitted = batch.frames["landing.service_line"], batch.frames["landing.remit_line"]
    for name in (
        "line_number",
        "procedure_code",
        "charge",
        "date_of_service",
        "units",
        "clia_number",
    ):
        assert lines[name].to_list() == [row[name].strip() for row in rows]
    stated = [row["remarks"].strip() for row in rows if row["remarks"].strip()]
    assert remitted["remarks"].to_list() == stated
    by_ordinal = dict(batch.frames["landing.claim"].select("ordinal", "claim_number").iter_rows())
    assert [by_ordinal[one] for one in lines["claim_ordinal"]] == [row["claim_id"] for row in rows]
    assert batch.rows_in == len(rows)
    assert batch.charge_in == sum(Decimal(row["charge"]) for row in rows)
    assert sum(map(Decimal, batch.frames["landing.claim"]["charge"])) == batch.charge_in
    assert batch.problems.is_empty()


# mappings


def test_shipped_mappings_are_sound() -> None:
    shipped = {mapping.name: mapping for mapping in load_mappings(SHIPPED)}
    assert set(shipped) == {"generic", "posted_payments", "cms_rif_carrier", "chart"}
    assert [fields[0] for fields in shipped["generic"].required] == FIRST_EIGHT


PRACTICE = """\
name: ours
kind: export
identify: [claim_id, procedure_code]
columns:
  claim_id: Acct
  line_number: {constant: 1}
  patient_id: Chart No
  rendering_npi: NPI
  date_of_service: {from: DOS, date: ["%m/%d/%Y", "%m/%d/%y"]}
  procedure_code: CPT
  units: Qty
  charge: {from: Fee, money: true}
  modifiers: {from: [M1, M2, M3]}
  place_of_service: {from: POS, pad: 2}
  line_of_business: {from: Class, values: {25: medicare, no: commercial}}
ignore: [Clerk]
"""


def test_practice_mapping_comes_before_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "mappings").mkdir()
    (tmp_path / "mappings" / "ours.yaml").write_text(PRACTICE)
    header = ["Acct", "Chart No", "NPI", "DOS", "CPT", "Qty", "Fee", "M1", "M2", "POS", "Class"]
    header.append("Clerk")
    rows = [
        [
            "A1",
            "7",
            "1234567893",
            "8/13/2024",
            "17311",
            "1",
            "$1,200.00",
            "25",
            "59",
            "2",
            "25",
            "x",
        ],
        ["A2", "7", "1234567893", "08/14/24", "17311", "1", "(80.50)", "", "59", "11", "no", "x"],
        ["A3", "7", "1234567893", "yesterday", "17311", "1", "12-", "", "", "", "MCR", "x"],
    ]
    path = written(tmp_path / "a.csv", rows, header)
    batch = only(path, tmp_path / "mappings")
    lines = batch.frames["landing.service_line"]
    columns = ("line_number", "date_of_service", "charge", "modifiers", "place_of_service")
    assert lines.select(columns).rows() == [
        ("1", "2024-08-13", "1200.00", "25 59", "02"),
        ("1", "2024-08-14", "-80.50", "59", "11"),
        ("1", "yesterday", "-12", "", ""),
    ]
    assert batch.frames["landing.claim"]["line_of_business"].to_list() == [
        "medicare",
        "commercial",
        "MCR",
    ]
    assert batch.charge_in == Decimal("1107.50")
    assert batch.problems.is_empty()
    assert "line_number" not in batch.absent_columns
    assert not table.recognises(Source(path))


def test_mapping_version_follows_its_text(tmp_path: Path) -> None:
    shutil.copy(FILES / "generic_export.csv", tmp_path / "a.csv")
    source = Source(tmp_path / "a.csv", tmp_path)
    assert table.mapping_version(source).startswith("generic ")
    text = (SHIPPED / "generic.yaml").read_text()
    (tmp_path / "own.yaml").write_text(text.replace("name: generic", "name: own"))
    first = table.mapping_version(source)
    assert first.startswith("own ")
    (tmp_path / "own.yaml").write_text(text.replace("name: generic", "name: own\n# changed"))
    assert table.mapping_version(source) != first


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("columns:", "colums:"), "unknown key `colums`; did you mean `columns`"),
        (
            ("  units: Qty", "  unit: Qty"),
            "unknown key `unit` under `columns`; did you mean `units`",
        ),
        (("money: true", "money: yes"), "columns.charge.money` must be true or false"),
        (("pad: 2", "pad: two"), "columns.place_of_service.pad` must be a small whole number"),
        (('"%m/%d/%y"', '"%m/%d"'), "columns.date_of_service.date` is no whole date"),
        (("kind: export", "kind: exports"), "`kind` must be export or chart"),
        (("name: ours\n", ""), "`name` is missing; add it"),
        (("[claim_id, procedure_code]", "[claim_id, paid]"), "unknown key `paid` under `identify`"),
        (("  units: Qty", "  units: Qty\n  units: No"), "`units` is given twice"),
        (("  units: Qty", "  units: {money: true}"), "needs exactly one of from, any, constant"),
        (("ignore:", "adjustments: {45: Off}\nignore:"), "write CO-45"),
        (("ignore:", "delimiters: [colon]\nignore:"), "unknown key `colon` under `delimiters`"),
        (("columns:", "columns: ["), "not readable as YAML"),
    ],
)
def test_broken_mapping_is_told_by_file_key_and_remedy(
    tmp_path: Path, change: tuple[str, str], message: str
) -> None:
    path = tmp_path / "ours.yaml"
    assert change[0] in PRACTICE
    path.write_text(PRACTICE.replace(*change, 1))
    with pytest.raises(MappingError) as raised:
        load_mapping(path)
    assert str(raised.value).startswith("ours.yaml: ")
    assert message in str(raised.value)


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("1200", "1200"),
        ("$1,200.50", "1200.50"),
        ("(12.00)", "-12.00"),
        ("($1,012.00)", "-1012.00"),
        ("12.00-", "-12.00"),
        ("-$5", "-5"),
        (".50", "0.50"),
        ("80.005", "80.005"),
        ("8E1", "8E1"),
        ("+80", "+80"),
        ("12,50", "12,50"),
        ("1,20.00", "1,20.00"),
        ("--5", "--5"),
        ("(-5)", "(-5)"),
        ("$", "$"),
        (".", "."),
        ("", ""),
        ("n/a", "n/a"),
    ],
)
def test_money_is_made_plain_or_left_alone(text: str, plain: str) -> None:
    assert pl.DataFrame({"a": [text]}).select(plain_money(pl.col("a"))).item() == plain
