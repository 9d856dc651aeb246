"""X12 reader against other people's files and other people's parsers (shared data folder)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.x12_reading import FILES, Reading, read

pyx12_context = pytest.importorskip("pyx12.x12context")

DEFECTIVE = {
    # sent with an SE01 that is wrong, as all files of this project but the acknowledgements
    "imsweb_837": {("transaction", "Q3")},
    "imsweb_837/x12_bad_segment_identifier.txt": {("transaction", "Q3"), ("claim", "Q5")},
    "imsweb_837/x12_missing_required_loops_mult_repeats.txt": {
        ("transaction", "Q3"),
        ("claim", "Q5"),
    },
    "imsweb_837/x12_999_accepted.txt": set(),
    "imsweb_837/x12_999_rejected.txt": set(),
    "imsweb_837/x223-test.txt": set(),
    "edi835parser/blue_cross_nc_sample.txt": {("transaction", "Q3")},
    "vgi/truncated.edi": {("transaction", "Q3")},
}
"""What must be quarantined, by file, else by folder, else nothing."""

UNSUPPORTED = {
    "imsweb_837/x12_999_accepted.txt",
    "imsweb_837/x12_999_rejected.txt",
    "imsweb_837/x223-test.txt",
    "vgi/pipe_delims.edi",
}


def manifest(shared_data: Path) -> Iterator[dict[str, str]]:
    with (shared_data / "x12" / "MANIFEST.tsv").open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream, delimiter="\t")


def test_control_totals_of_every_sample(shared_data: Path) -> None:
    totals = {
        "st": ("transaction", None),
        "clm": ("claim", None),
        "clm02": ("claim", "charge"),
        "sv1": ("service_line", None),
        "sv102": ("service_line", "charge"),
        "clp": ("remit_claim", None),
        "clp03": ("remit_claim", "charge"),
        "clp04": ("remit_claim", "paid"),
        "svc": ("remit_line", None),
        "cas_triplets": ("adjustment", None),
        "cas_amt": ("adjustment", "amount"),
        "bpr02": ("remit", "total_paid"),
        "plb": ("provider_adjustment", "amount"),
    }
    seen = 0
    for expected in manifest(shared_data):
        name = expected["file"]
        found = read(shared_data / "x12" / name)
        if name in UNSUPPORTED:
            assert found.kinds == {"unsupported"}, name
            assert not found.frames, name
            continue
        seen += 1
        for column, (table, amount) in totals.items():
            landed = found.amounts(table, amount) if amount else Decimal(len(found.rows(table)))
            assert landed == Decimal(expected[column]), (name, column)
        assert found.rows_in == int(expected["sv1"]) + int(expected["svc"]), name
        assert found.charge_in == Decimal(expected["clm02"]) + Decimal(expected["clp03"]), name
    assert seen > 45


def test_what_is_quarantined_in_every_sample(shared_data: Path) -> None:
    for path in sorted((shared_data / "x12").glob("*/*")):
        name = f"{path.parent.name}/{path.name}"
        if path.suffix in (".txt", ".edi", ".835", ".837") and path.parent.name in (
            "edi835parser",
            "imsweb_837",
            "pyx12",
            "vgi",
            "x12org_835",
            "x12org_837p",
        ):
            if "LICENSE" in name or "edifact" in name:
                continue
            expected = DEFECTIVE.get(name, DEFECTIVE.get(path.parent.name, set()))
            assert set(read(path).quarantined()) == expected, name


def test_files_named_after_their_defect(shared_data: Path) -> None:
    folder = shared_data / "x12"
    many = read(folder / "imsweb_837" / "x12_many_claims.txt")
    assert len(many.rows("claim")) == 820
    assert many.amounts("claim", "charge") == 410_000
    assert many.amounts("service_line", "charge") == 10_045
    several = read(folder / "imsweb_837" / "x12_multiple_transactions.txt")
    assert len(several.rows("transaction")) == 312
    assert len(several.quarantined()) == 312
    assert len(several.rows("claim")) == 624
    ids = {row["transaction_ordinal"] for row in several.rows("claim")}
    assert len(ids) == 312
    assert read(folder / "vgi" / "truncated.edi").is_incomplete
    # IEA01 says one group where there are three
    assert read(folder / "imsweb_837" / "x12_multiple_gs.txt").is_incomplete
    headless = read(folder / "imsweb_837" / "x12_no_isa_line.txt")
    assert headless.is_incomplete
    assert len(headless.rows("claim")) == 2


def test_other_separators_give_the_same_rows(shared_data: Path) -> None:
    folder = shared_data / "x12" / "imsweb_837"
    usual = read(folder / "x12_valid.txt")
    other = read(folder / "x12_valid_different_separators.txt")
    assert usual.frames.keys() == other.frames.keys()
    for table, frame in usual.frames.items():
        assert frame.drop("file_id").equals(other.frames[table].drop("file_id")), table


# pyx12 walks the loops of the implementation guide; its loop names are the second opinion on ours


def walked(path: Path) -> list[tuple[str, list[str]]]:
    """(loop, elements) of every segment, the loop as pyx12 finds it; elements from the raw text."""
    import pyx12.error_handler
    import pyx12.params

    text = path.read_text(encoding="utf-8").replace("005010X222A2", "005010X222A1")
    element, terminator = text[3], text[105]
    segments = [part.strip() for part in text.split(terminator) if part.strip()]
    component = segments[0][-1]
    reader = pyx12_context.X12ContextReader(
        pyx12.params.ParamsBase(), pyx12.error_handler.errh_null(), io.StringIO(text)
    )
    paths = [node.cur_path.split("/")[-2] for node in reader.iter_segments()]
    assert len(paths) == len(segments)
    split = [segment.replace(component, ":").split(element) for segment in segments]
    return list(zip(paths, [[*parts, *[""] * 25] for parts in split], strict=True))


def part(text: str, position: int) -> str:
    return [*text.split(":"), *[""] * 10][position - 1]


def bills_by_pyx12(path: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Claims and lines of an 837P, keyed on pyx12's loops."""
    levels: dict[str, dict[str, str]] = {"2000A": {}, "2000B": {}, "2000C": {}}
    claims: list[dict[str, str]] = []
    lines: list[dict[str, str]] = []
    for loop, e in walked(path):
        key = (loop, e[0])
        claim = claims[-1] if claims else {}
        line = lines[-1] if lines else {}
        npi = e[9] if e[8] == "XX" else ""
        if e[0] == "HL":
            for level in list(levels)[list(levels).index(loop) :]:
                levels[level] = {}
        elif key == ("2000A", "PRV"):
            levels["2000A"]["billing_taxonomy"] = e[3]
        elif key == ("2010AA", "NM1"):
            levels["2000A"]["billing_npi"] = npi
        elif key == ("2010AA", "N4"):
            levels["2000A"]["billing_zip"] = e[3]
        elif key == ("2000B", "SBR"):
            levels["2000B"] |= {"payer_sequence": e[1], "filing_indicator": e[9]}
        elif key == ("2010BA", "NM1"):
            levels["2000B"]["member_id"] = e[9]
        elif key in {("2010BA", "DMG"), ("2010CA", "DMG")}:
            level = "2000B" if loop == "2010BA" else "2000C"
            levels[level] |= {"patient_birth_date": e[2], "patient_sex": e[3]}
        elif key == ("2010BB", "NM1"):
            levels["2000B"] |= {"payer_name": e[3], "payer_identifier": e[9]}
        elif key == ("2300", "CLM"):
            claims.append(
                levels["2000A"]
                | levels["2000B"]
                | levels["2000C"]
                | {
                    "claim_number": e[1],
                    "charge": e[2],
                    "place_of_service": part(e[5], 1),
                    "frequency_code": part(e[5], 3),
                    "assignment": e[7],
                }
            )
        elif key == ("2300", "AMT") and e[1] == "F5":
            claim["patient_paid"] = e[2]
        elif key == ("2300", "REF"):
            names = {
                "G1": "prior_authorization",
                "F8": "original_reference",
                "X4": "clia_number",
                "D9": "clearinghouse_number",
            }
            if e[1] in names:
                claim[names[e[1]]] = e[2]
        elif key == ("2310A", "NM1"):
            claim.setdefault("referring_npi", npi)
        elif key == ("2310B", "NM1"):
            claim["rendering_npi"] = npi
        elif key == ("2310B", "PRV"):
            claim["rendering_taxonomy"] = e[3]
        elif key == ("2310C", "NM1"):
            claim["facility_npi"] = npi
        elif key == ("2310C", "N4"):
            claim["facility_zip"] = e[3]
        elif key == ("2310D", "NM1"):
            claim["supervising_npi"] = npi
        elif key == ("2400", "LX"):
            lines.append({"line_number": e[1], "claim_number": claim["claim_number"]})
        elif key == ("2400", "SV1"):
            codes = [part(e[1], position) for position in (3, 4, 5, 6)]
            line |= {
                "product_qualifier": part(e[1], 1),
                "procedure_code": part(e[1], 2),
                "modifiers": " ".join(code for code in codes if code),
                "charge": e[2],
                "unit_type": e[3],
                "units": e[4],
                "place_of_service": e[5],
                "diagnosis_pointers": " ".join(e[7].split(":")).strip(),
            }
        elif key == ("2400", "DTP") and e[1] == "472":
            line |= {"date_of_service": e[3], "date_format": e[2]}
        elif key == ("2400", "REF") and e[1] in ("6R", "G1", "X4"):
            names = {"6R": "control_number", "G1": "prior_authorization", "X4": "clia_number"}
            line[names[e[1]]] = e[2]
        elif key == ("2420A", "NM1"):
            line["rendering_npi"] = npi
        elif key == ("2420A", "PRV"):
            line["rendering_taxonomy"] = e[3]
    return claims, lines


def payments_by_pyx12(path: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Remitted claims and lines of an 835, keyed on pyx12's loops."""
    claims: list[dict[str, str]] = []
    lines: list[dict[str, str]] = []
    for loop, e in walked(path):
        key = (loop, e[0])
        claim = claims[-1] if claims else {}
        line = lines[-1] if lines else {}
        if key == ("2100", "CLP"):
            columns = ["claim_number", "claim_status_code", "charge", "paid"]
            columns += ["patient_responsibility", "filing_indicator", "payer_claim_id"]
            columns += ["place_of_service", "frequency_code"]
            claims.append(dict(zip(columns, e[1:10], strict=True)))
        elif key == ("2100", "NM1"):
            if e[1] == "IL" or (e[1] == "QC" and "member_id" not in claim):
                claim["member_id"] = e[9]
            elif e[1] == "82" and e[8] == "XX":
                claim["rendering_npi"] = e[9]
        elif key == ("2100", "DTM"):
            names = {"232": "statement_from", "233": "statement_to", "050": "received_date"}
            claim[names.get(e[1], "other date")] = e[2]
        elif key == ("2100", "REF") and e[1] == "F8":
            claim["original_reference"] = e[2]
        elif e[0] in ("MOA", "MIA"):
            remarks = e[3:8] if e[0] == "MOA" else [e[5], *e[20:24]]
            claim["remarks"] = " ".join(code for code in remarks if code)
        elif key == ("2110", "SVC"):
            modifiers = [[part(e[at], position) for position in range(3, 7)] for at in (1, 6)]
            lines.append(
                {
                    "product_qualifier": part(e[1], 1),
                    "procedure_code": part(e[1], 2),
                    "modifiers": " ".join(code for code in modifiers[0] if code),
                    "charge": e[2],
                    "paid": e[3],
                    "revenue_code": e[4],
                    "units_paid": e[5],
                    "submitted_code": part(e[6], 2),
                    "submitted_modifiers": " ".join(code for code in modifiers[1] if code),
                    "units_submitted": e[7],
                }
            )
        elif key == ("2110", "DTM"):
            names = {"472": "date_of_service", "150": "date_of_service"}
            line[names.get(e[1], "date_of_service_end")] = e[2]
        elif key == ("2110", "REF") and e[1] in ("6R", "HPI"):
            line["control_number" if e[1] == "6R" else "rendering_npi"] = e[2]
        elif key == ("2110", "AMT") and e[1] == "B6":
            line["allowed"] = e[2]
        elif key == ("2110", "LQ"):
            line["remarks"] = f"{line.get('remarks', '')} {e[2]}".strip()
    return claims, lines


def adjustments_by_pyx12(path: Path) -> list[tuple[object, ...]]:
    """(claim, is at line, group, reason, amount, quantity) of every CAS triple."""
    found: list[tuple[object, ...]] = []
    claim = ""
    for loop, e in walked(path):
        claim = e[1] if e[0] in ("CLM", "CLP") else claim
        if e[0] == "CAS":
            found += [
                (claim, loop in ("2110", "2430"), e[1], *e[at : at + 3])
                for at in range(2, 20, 3)
                if any(e[at : at + 3])
            ]
    return found


def compare(landed: list[dict[str, object]], expected: list[dict[str, str]]) -> int:
    """Every text column of the landed rows against what pyx12's loops say; fields compared."""
    assert len(landed) == len(expected)
    compared = 0
    for row, other in zip(landed, expected, strict=True):
        for name, value in row.items():
            if isinstance(value, str) and name not in ("file_id", "submitted_date"):
                assert value == other.get(name, ""), name
                compared += 1
    return compared


def compare_adjustments(path: Path, found: Reading, numbers: dict[object, object]) -> None:
    names = ("group_code", "carc", "amount", "quantity")
    assert adjustments_by_pyx12(path) == [
        (
            numbers[row["claim_ordinal"]],
            row["line_ordinal"] is not None,
            *(row[name] for name in names),
        )
        for row in found.rows("adjustment")
    ]


def compare_bills(path: Path, as_meant: Path | None = None) -> int:
    """Our reading of `path` against pyx12's of the same text, or of `as_meant`."""
    found = read(path)
    path = as_meant or path
    claims, lines = bills_by_pyx12(path)
    numbers = {row["ordinal"]: row["claim_number"] for row in found.rows("claim")}
    owners = [line.pop("claim_number") for line in lines]
    assert [numbers[row["claim_ordinal"]] for row in found.rows("service_line")] == owners
    compare_adjustments(path, found, numbers)
    return compare(found.rows("claim"), claims) + compare(found.rows("service_line"), lines)


def compare_payments(path: Path, as_meant: Path | None = None) -> int:
    """Our reading of `path` against pyx12's of the same text, or of `as_meant`."""
    found = read(path)
    path = as_meant or path
    claims, lines = payments_by_pyx12(path)
    numbers = {row["ordinal"]: row["claim_number"] for row in found.rows("remit_claim")}
    compare_adjustments(path, found, numbers)
    return compare(found.rows("remit_claim"), claims) + compare(found.rows("remit_line"), lines)


def test_our_own_files_agree_with_pyx12() -> None:
    assert compare_bills(FILES / "claims.837") > 90
    assert compare_payments(FILES / "remits.835") > 70


def as_meant(path: Path, folder: Path) -> Path:
    """Some of x12.org's files announce : and then write >; pyx12 believes the announcement."""
    text = path.read_text(encoding="utf-8")
    written = folder / path.name
    written.write_text(text if ">~" in text[:108] else text.replace(">", ":"), encoding="utf-8")
    return written


def test_837p_agrees_with_pyx12(shared_data: Path, tmp_path: Path) -> None:
    # every third: pyx12 takes seconds for each, and the others are of the same kinds
    samples = sorted((shared_data / "x12" / "x12org_837p").glob("*.837"))[::3]
    assert sum(compare_bills(path, as_meant(path, tmp_path)) for path in samples) > 300


def test_835_agrees_with_pyx12(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "x12"
    samples = sorted(folder.glob("x12org_835/*.835"))
    samples += [
        folder / "pyx12" / "835_mult_loops.txt",
        folder / "edi835parser" / "united_healthcare_legacy_sample.txt",
        folder / "edi835parser" / "emedny_sample.txt",
    ]
    compared = 0
    for sample in samples:
        is_damaged = sample.name == "tertiary-payment.835"  # its SVC01 is torn apart
        path = as_meant(sample, tmp_path)
        compared += compare_payments(path if is_damaged else sample, path)
    assert compared > 500


@pytest.mark.parametrize(
    "name", ["blue_cross_nc_sample", "emedny_sample", "united_healthcare_legacy_sample"]
)
def test_835_agrees_with_edi_835_parser(name: str, shared_data: Path) -> None:
    folder = shared_data / "x12" / "edi835parser"
    found = read(folder / f"{name}.txt")
    with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as stream:
        expected = list(csv.DictReader(stream))
    claims = {row["ordinal"]: row for row in found.rows("remit_claim")}
    lines = found.rows("remit_line")
    assert len(lines) == len(expected)
    for line, other in zip(lines, expected, strict=True):
        assert claims[line["claim_ordinal"]]["claim_number"] == other["marker"]
        assert line["procedure_code"] == other["code"]
        assert line["modifiers"] == other["modifier"]
        assert line["product_qualifier"] == other["qualifier"]
        assert line["control_number"] == other.get("ref_0_value", "")
        assert line["remarks"] == other.get("rem_0_code", "")
        assert str(line["date_of_service"]) == other["start_date"].replace("-", "")
        for column, theirs in (
            ("charge", "charge_amount"),
            ("paid", "paid_amount"),
            ("allowed", "allowed_amount"),
        ):
            assert decimal(line[column]) == decimal(other[theirs]), column
        adjusted = [
            (row["group_code"], row["carc"], decimal(row["amount"]))
            for row in found.rows("adjustment")
            if row["line_ordinal"] == line["ordinal"]
            and row["position"] == 1  # it reads the first triple of a CAS only
        ]
        listed = [
            (other[f"adj_{n}_group"], other[f"adj_{n}_code"], decimal(other[f"adj_{n}_amount"]))
            for n in range(2)
            if other.get(f"adj_{n}_code")
        ]
        assert sorted(adjusted, key=str) == sorted(listed, key=str)
    assert {row["payer_name"] for row in found.rows("remit")} == {
        other["payer"] for other in expected
    }


def decimal(text: object) -> Decimal | None:
    return Decimal(str(text)) if text else None


def test_segment_lists_are_those_of_the_implementation_guides() -> None:
    """pyx12 ships the guides as XML; its list of segments per loop is the independent source."""
    import xml.etree.ElementTree as ElementTree

    import pyx12

    from pipelines.readers import x12_835, x12_837p

    maps = Path(pyx12.__file__).parent / "map"

    def listed(name: str, begins: str) -> tuple[set[str], set[str]]:
        """Segments inside the loop that `begins` names and loops in it; segments outside."""
        inside: set[str] = set()
        outside: set[str] = set()

        def walk(node: ElementTree.Element, is_inside: bool) -> None:
            for child in node:
                if child.tag == "segment":
                    (inside if is_inside else outside).add(str(child.get("xid")))
                elif child.tag == "loop":
                    walk(child, is_inside or child.get("xid") == begins)

        walk(ElementTree.parse(maps / name).getroot(), False)  # noqa: S314 - a file of the package
        return inside, outside - {"ISA", "TA1", "IEA", "GS", "GE"}

    inside, outside = listed("837.5010.X222.A1.xml", "2300")
    assert set(x12_837p.CLAIM_SEGMENTS.split()) == inside
    assert set(x12_837p.HEADER_SEGMENTS.split()) == outside
    inside, outside = listed("835.5010.X221.A1.xml", "2100")
    assert set(x12_835.CLAIM_SEGMENTS.split()) == inside
    assert set(x12_835.HEADER_SEGMENTS.split()) - {"NTE"} == outside
