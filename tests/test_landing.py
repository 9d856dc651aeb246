"""Taking files in: every dollar accounted for, twice the same, one file gone as if it had never been."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pipelines import landing, settling, warehouse
from schemas.dictionary import tables
from tests.conftest import mohs
from tests.desk import Desk, opened
from tests.test_core import history
from tests.x12_text import NPI, bills, remits

Row = dict[str, Any]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(opened(), tmp_path)
    one.clear()
    return one


# other projects' files, through the command


@pytest.fixture(scope="module")
def samples(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Row]:
    """`folder/file` -> its row of landing.file, after one `mohs ingest` of all samples."""
    folder = tmp_path_factory.mktemp("samples")
    inbox = shared_data / "x12"
    done = mohs("ingest", str(inbox), cwd=folder, MOHS_WAREHOUSE=str(folder / "w.duckdb"))
    assert done.returncode == 0, done.stderr
    connection = warehouse.connect(folder / "w.duckdb", read_only=True)
    found = warehouse.select(connection, "SELECT * FROM landing.file").to_dicts()
    connection.close()
    root = inbox.resolve()
    return {str(Path(row["path"]).relative_to(root)): row for row in found}


@pytest.fixture(scope="module")
def manifest(shared_data: Path) -> dict[str, dict[str, str]]:
    """`folder/file` -> control totals, counted in the raw text by somebody else's means."""
    with (shared_data / "x12" / "MANIFEST.tsv").open(newline="", encoding="utf-8") as stream:
        return {row["file"]: row for row in csv.DictReader(stream, delimiter="\t")}


def is_ours(total: dict[str, str]) -> bool:
    guides = total["gs08"].split(",")
    return all(one == "" or one.startswith(("005010X222", "005010X221")) for one in guides)


SENT_TWICE = {"x12org_837p/demo.example6.837"}
"""The same bytes as demo.cob.2ndary.example4.837."""


def test_rows_and_dollars_in_are_those_of_the_raw_text(
    samples: dict[str, Row], manifest: dict[str, dict[str, str]]
) -> None:
    compared = 0
    for name, total in manifest.items():
        if name in SENT_TWICE or total["gs08"].startswith("005010X223"):
            continue
        row = samples[name]
        if not is_ours(total):
            assert (row["kind"], row["rows_in"], row["charge_in"]) == ("unsupported", 0, 0), name
            continue
        assert row["rows_in"] == int(total["sv1"]) + int(total["svc"]), name
        assert row["charge_in"] == Decimal(total["clm02"]) + Decimal(total["clp03"]), name
        compared += 1
    assert compared > 40


def test_in_is_accepted_and_set_aside(samples: dict[str, Row]) -> None:
    assert len(samples) > 60
    for name, row in samples.items():
        assert row["rows_in"] == row["rows_accepted"] + row["rows_quarantined"], name
        assert row["charge_in"] == row["charge_accepted"] + row["charge_quarantined"], name
    total = {
        column: sum(row[column] for row in samples.values())
        for column in ("charge_in", "charge_accepted", "charge_quarantined")
    }
    assert total["charge_in"] == total["charge_accepted"] + total["charge_quarantined"] > 900_000


def test_claims_whose_lines_do_not_add_up_are_set_aside_whole(
    samples: dict[str, Row], manifest: dict[str, dict[str, str]]
) -> None:
    names = [
        name for name in manifest if name.startswith("imsweb_837/") and is_ours(manifest[name])
    ]
    assert len(names) == 21
    for name in names:
        row, total = samples[name], manifest[name]
        assert row["status"] == "quarantined", name
        assert row["claims_quarantined"] == int(total["clm"]), name
        assert row["rows_quarantined"] == int(total["sv1"]), name
        assert row["charge_quarantined"] == Decimal(total["clm02"]), name
        assert "Q6" in row["reasons"], name
    assert samples["imsweb_837/x12_many_claims.txt"]["claims_quarantined"] == 820
    assert samples["imsweb_837/x12_many_claims.txt"]["charge_quarantined"] == 410_000


def test_the_standards_own_examples_are_accepted(
    samples: dict[str, Row], manifest: dict[str, dict[str, str]]
) -> None:
    names = [name for name in manifest if name.startswith("x12org_")]
    for name in names:
        # one sample's SVC01 is torn in two
        if name in SENT_TWICE or name == "x12org_835/tertiary-payment.835":
            continue
        assert samples[name]["status"] == "accepted", (name, samples[name]["reasons"])
        assert samples[name]["rows_accepted"] == samples[name]["rows_in"]
    assert samples["x12org_835/tertiary-payment.835"]["status"] == "quarantined"
    assert not SENT_TWICE & set(samples)


def test_other_guides_and_other_files_are_listed(samples: dict[str, Row]) -> None:
    for name in (
        "imsweb_837/x223-test.txt",
        "imsweb_837/x12_999_accepted.txt",
        "vgi/pipe_delims.edi",
        "vgi/orders_edifact.edi",
        "cms_rif_eob/eobReadCarrier.json",
    ):
        assert (samples[name]["kind"], samples[name]["rows_in"]) == ("unsupported", 0), name


def test_broken_remittances_are_set_aside(samples: dict[str, Row]) -> None:
    expected = {
        "vgi/truncated.edi": ("quarantined", {"Q3", "Q6"}),
        "vgi/multi_group.edi": ("quarantined", {"Q6", "Q8"}),
        "edi835parser/blue_cross_nc_sample.txt": ("quarantined", {"Q3", "Q4"}),
        "edi835parser/emedny_sample.txt": ("accepted", set()),
        "edi835parser/united_healthcare_legacy_sample.txt": ("accepted", set()),
    }
    for name, (status, reasons) in expected.items():
        assert samples[name]["status"] == status, name
        assert set(samples[name]["reasons"]) == reasons, name


def test_a_claim_of_those_files_is_good_once_its_amount_is_mended(
    desk: Desk, shared_data: Path
) -> None:
    text = (shared_data / "x12" / "imsweb_837" / "x12_no_errors.txt").read_text()
    assert text.count("*500*") == 2
    mended = text.replace("*500*", "*12.25*")
    # its SE01 counts the envelope too
    segments = mended[mended.index("ST*") : mended.index("SE*")].count("~") + 1
    control = mended[mended.index("SE*") :].split("*", 2)[1]
    (outcome,) = desk.take_in(mended.replace(f"SE*{control}*", f"SE*{segments}*"))
    assert (outcome.status, outcome.rows_accepted) == ("accepted", 2)
    assert outcome.charge_accepted == Decimal("24.50")


def test_an_835_cut_off_or_out_of_balance_is_set_aside(desk: Desk, shared_data: Path) -> None:
    text = (shared_data / "x12" / "x12org_835" / "managed-care.835").read_text()
    assert "*1200.00*495.00*" in text
    cut, unbalanced = desk.take_in(
        text[: text.rindex("CAS*")], text.replace("*1200.00*495.00*", "*1200.00*496.00*")
    )
    assert (cut.status, cut.rows_in, cut.rows_accepted) == ("quarantined", 2, 0)
    assert cut.charge_in == cut.charge_quarantined == 2000
    assert (unbalanced.status, unbalanced.rows_accepted) == ("partial", 1)
    assert unbalanced.charge_accepted == 800
    assert unbalanced.charge_quarantined == 1200
    assert ("claim", "Q8") in desk.reasons()


# through the command: what a person sees


def test_a_file_given_again_or_renamed_is_skipped_and_said_so(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "monday.837").write_text(bills({"number": "A", "lines": [{}]}))
    (inbox / "note.pdf").write_bytes(b"%PDF-1.7 nothing to see")
    first = mohs("ingest", "inbox", cwd=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "accepted" in first.stdout
    assert "no reader recognises this file" in first.stdout
    shutil.copy(inbox / "monday.837", inbox / "tuesday.837")
    again = mohs("ingest", "inbox", cwd=tmp_path)
    assert again.returncode == 0
    assert again.stdout.count("already in the warehouse") == 3
    unknown = mohs("forget", "sunday.837", cwd=tmp_path)
    assert unknown.returncode == 2
    assert "sunday.837: no such file in the warehouse" in unknown.stderr
    assert "Traceback" not in unknown.stderr


def test_a_path_that_is_not_there_is_told() -> None:
    with pytest.raises(landing.UnusableFile, match="nowhere: no such file or folder"):
        list(landing.files([Path("nowhere")]))


# by instalments, and out again

FILES = history()
OWN_TIME = ("received_at", "path", "name", "file_id")


def contents(
    desk: Desk, *, layers: tuple[str, ...] = ("landing", "staged")
) -> dict[str, Counter[str]]:
    """Table -> its rows, but for when and from where a file was read."""
    found = {}
    for name in tables():
        if name.split(".")[0] in layers and name != "landing.touched":
            rows = desk.rows(f"SELECT * FROM {name}")
            if name == "landing.file":
                rows = [
                    {column: row[column] for column in row if column not in OWN_TIME}
                    for row in rows
                ]
            found[name] = Counter(repr(row) for row in rows)
    for name, frame in desk.core().items():
        found[f"core.{name}"] = Counter(map(repr, frame.iter_rows()))
    return found


@pytest.mark.parametrize("at", range(len(FILES)))
def test_a_forgotten_file_leaves_what_would_be_without_it(desk: Desk, at: int) -> None:
    desk.take_in(*(one for other, one in enumerate(FILES) if other != at))
    expected = contents(desk)
    desk.clear()
    outcomes = desk.take_in(*FILES)
    assert contents(desk) != expected
    assert landing.forget(desk.connection, outcomes[at].file_id) == [outcomes[at].file_id]
    assert contents(desk) == expected


def test_nothing_is_left_of_a_warehouses_only_file(desk: Desk) -> None:
    expected = contents(desk)
    outcome = desk.read(FILES[0], "2026.simulated.837")
    settling.settle(desk.connection)
    assert landing.forget(desk.connection, "2026.simulated.837") == [outcome.file_id]
    assert contents(desk) == expected


def test_the_patients_of_a_forgotten_file_are_audited_again(desk: Desk) -> None:
    (outcome,) = desk.take_in(FILES[0])
    patients = {row["patient_id"] for row in desk.rows("SELECT patient_id FROM staged.claim")}
    desk.connection.execute("DELETE FROM landing.touched")
    landing.forget(desk.connection, outcome.file_id)
    assert {
        row["patient_id"] for row in desk.rows("SELECT patient_id FROM landing.touched")
    } == patients


def test_reading_a_file_again_changes_nothing(desk: Desk) -> None:
    desk.take_in(*FILES)
    expected = contents(desk)
    for at, one in enumerate(FILES):
        assert desk.read(one, f"file{at}", again=True).status == "accepted"
    settling.settle(desk.connection)
    assert contents(desk) == expected


def test_simulated_and_real_claims_never_meet(desk: Desk) -> None:
    simulated = bills({"number": "A", "lines": [{}]})
    real = bills({"number": "B", "lines": [{}]}, control="2")
    row = f"C,1,P1,{NPI},2024-08-13,17311,1,1000"
    headers = "claim_id,line_number,patient_id,rendering_npi,date_of_service,procedure_code,units"
    assert desk.read(real, "real.837").status == "accepted"
    refused = desk.read(f"{headers},charge\n{row}\n", "made-up.simulated.csv")
    assert refused.status == "refused"
    assert "never mixed" in refused.reason
    assert desk.rows("SELECT count(*) AS files FROM landing.file") == [{"files": 1}]
    assert desk.read(simulated, "other.837").status == "accepted"


def test_remittances_come_after_the_claims_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.835").write_text(
        remits({"number": "A", "charge": "0", "paid": "0", "lines": []})
    )
    (tmp_path / "b.837").write_text(bills({"number": "A", "lines": [{}]}))
    (tmp_path / ".hidden").write_text("x")
    assert [path.name for path in landing.files([tmp_path])] == ["b.837", "a.835"]
