"""The commands, as a person or a script meets them."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import stat
from pathlib import Path

import polars.selectors
import pytest

from pipelines import warehouse
from schemas.dictionary import tables
from tests.conftest import Demo, Small, mohs

CATALOGUE_KEYS = {
    "id", "name", "summary", "severity", "category", "population", "needs", "scope", "effective",
    "carc", "citation", "why", "exceptions", "remedy", "examples",
}  # fmt: skip


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_catalogue_holds_what_the_contract_names(tmp_path: Path) -> None:
    book = json.loads(mohs("rules", "--json", cwd=tmp_path).stdout)
    assert len(book) >= 13
    for rule in book:
        assert set(rule) >= CATALOGUE_KEYS
        assert rule["examples"]["flagged"] >= 2
        assert rule["examples"]["passed"] >= 2
        for cited in rule["citation"]:
            assert cited["grade"] in {"authority", "secondary", "recalled", "inference"}
            assert cited["checked"]


def test_a_practice_folder_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = mohs("init", "practice", cwd=tmp_path)
    assert first.returncode == 0
    folder = tmp_path / "practice"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {"payers.csv", "providers.csv", "patients.csv", "contracts.csv"} <= {
        path.name for path in folder.iterdir()
    }
    (folder / "payers.csv").write_text("mine")
    mohs("init", "practice", cwd=tmp_path)
    assert (folder / "payers.csv").read_text() == "mine"


def test_a_practice_folder_as_made_is_read_without_complaint(tmp_path: Path) -> None:
    mohs("init", "practice", cwd=tmp_path)
    listed = mohs("reference", "list", "--csv", "--practice", "practice", cwd=tmp_path)
    assert listed.returncode == 0, listed.stderr
    tables = {row["table"] for row in rows(listed.stdout)}
    assert {"mpfs_rvu", "gpci", "ncci_ptp", "ncci_mue", "zip_locality"} <= tables


def test_loading_a_release_says_what_changed(tmp_path: Path, shared_data: Path) -> None:
    mohs("init", "practice", cwd=tmp_path)
    gpci = shared_data / "cms_files" / "GPCI2026.csv"
    loaded = mohs("reference", "load", str(gpci), "--practice", "practice", "--csv", cwd=tmp_path)
    assert loaded.returncode == 0, loaded.stderr
    [change] = rows(loaded.stdout)
    # the 109 localities CMS printed are those that ship
    assert (change["table"], change["unchanged"], change["changed"]) == ("gpci", "109", "0")


def test_a_file_that_is_not_what_it_claims_is_refused(tmp_path: Path) -> None:
    mohs("init", "practice", cwd=tmp_path)
    (tmp_path / "PPRRVU2026_Oct.csv").write_text("a,b\n1,2\n")
    refused = mohs(
        "reference", "load", "PPRRVU2026_Oct.csv", "--practice", "practice", cwd=tmp_path
    )
    assert refused.returncode == 2
    assert "PPRRVU2026_Oct.csv" in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("ingest", "nowhere"), "nowhere"),
        (("audit",), "warehouse.duckdb"),
        (("report",), "snapshot"),
        (("sql", "summary"), "snapshot"),
        (("explain", "MOHS999"), "MOHS999"),
        (("forget", "x.837"), "x.837"),
        (("run", "nowhere"), "nowhere"),
        (("price", "nowhere.csv"), "nowhere.csv"),
        (("rules", "--practice", "nowhere"), "nowhere"),
        (("check", "MOHS999"), "MOHS999"),
        (("frobnicate",), "frobnicate"),
    ],
)
def test_bad_usage_is_one_message_and_status_2(
    tmp_path: Path, words: tuple[str, ...], named: str
) -> None:
    done = mohs(*words, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert named in done.stderr
    assert "Traceback" not in done.stderr


def test_the_worked_examples_hold(tmp_path: Path) -> None:
    # all of them are run by test_examples; here one of each kind, by the command
    done = mohs("check", "MOHS020", "MOHS040", "MOHS061", "MOHS188", "MOHS240", cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("5 rules")
    assert done.stdout.strip().endswith("met, 0 not")


def test_a_broken_rule_is_told_and_the_rest_run(demo: Demo, tmp_path: Path) -> None:
    (tmp_path / "OWN001.sql").write_text("/* ---\nid: OWN001\n--- */\nselect 1\n")
    done = demo.mohs("rules", "--rules", str(tmp_path))
    assert done.returncode == 1
    assert "OWN001.sql:" in done.stderr
    assert "MOHS020" in done.stdout


class TestSql:
    def test_a_question_and_a_select_give_rows(self, demo: Demo) -> None:
        [summary] = json.loads(demo.mohs("sql", "summary", "--json").stdout)
        [counted] = rows(
            demo.mohs("sql", "select sum(rows_in) as n from audit.intake", "--csv").stdout
        )
        assert summary["rows_in"] == int(counted["n"]) > 0

    def test_the_list_names_questions_tables_and_columns(self, demo: Demo) -> None:
        text = demo.mohs("sql").stdout
        assert "findings_by_rule" in text
        assert "core.service_line" in text
        assert "diagnosis_codes" in text
        assert "patient_crosswalk" not in text

    @pytest.mark.parametrize(
        "text",
        [
            "drop table core.claim",
            "update core.claim set charge = 0",
            "copy core.claim to 'x.csv'",
            "select * from read_csv('/etc/hostname')",
            "attach 'x.duckdb' as x; select 1",
            "set enable_external_access = true; select 1",
            "install httpfs; select 1",
            "select * from landing.claim",
            "selec 1 from nothing",
        ],
    )
    def test_it_can_only_read_what_is_published(self, demo: Demo, text: str) -> None:
        done = demo.mohs("sql", text)
        assert done.returncode == 2
        assert done.stderr.startswith("mohs: ")
        assert "Traceback" not in done.stderr

    def test_it_stops_a_question_that_takes_too_long(self, demo: Demo) -> None:
        from pipelines import asking
        from pipelines.places import Place

        place = Place(demo.folder / "demo" / "warehouse.duckdb")
        endless = "select count(*) from range(10000000000) as a, range(1000) as b where a.range = b.range + 1"
        with pytest.raises(asking.UnusableQuestion, match="stopped after"):
            asking.answer(place, endless, seconds=0.5)


class TestExplain:
    def test_a_line_shows_source_finding_price_and_remittance(self, demo: Demo) -> None:
        [found] = rows(
            demo.mohs(
                "sql",
                "select line_id, rule_id, procedure_code from audit.finding "
                "join core.service_line using (line_id) "
                "where is_adjudicated and line_of_business = 'medicare' order by line_id limit 1",
                "--csv",
            ).stdout
        )
        text = demo.mohs("explain", found["line_id"]).stdout
        assert f"SV1*HC:{found['procedure_code']}" in text
        assert found["rule_id"] in text
        assert "RVU" in text
        assert "control_number" in text

    def test_a_rule_shows_why_and_who_says_so(self, demo: Demo) -> None:
        text = demo.mohs("explain", "MOHS020").stdout
        assert "add-on" in text
        assert "Lines in the last audit" in text


def test_precision_and_recall_of_every_error_rule_are_printed(demo: Demo) -> None:
    errors = {
        rule["id"]
        for rule in json.loads(demo.mohs("rules", "--json").stdout)
        if rule["severity"] == "error"
    }
    text = demo.mohs("check", "--truth").stdout
    row = re.compile(
        r"^ (MOHS\d+) +([a-z]+) +([a-z ]+?) +(\d+) +(\d+)((?: +[\d.]+)*)", re.MULTILINE
    )
    scored = {found[1]: found for found in row.finditer(text)}
    assert errors <= set(scored)
    assert all(scored[rule][2] == "error" for rule in errors)
    assert sum(scored[rule][4] != "0" for rule in errors) > 20
    for rule in (rule for rule in errors if "remits" not in scored[rule][3]):
        assert all(float(rate) >= 0.98 for rate in scored[rule][6].split()), scored[rule][0]


def test_the_truth_changes_nothing(small: Small, tmp_path: Path) -> None:
    assert (small.files / "truth").is_dir()
    for folder in ("inbox", "practice"):
        shutil.copytree(small.files / folder, tmp_path / "sim" / folder)
    for words in (("ingest", "sim/inbox"), ("audit",)):
        done = mohs(*words, "--practice", "sim/practice", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    found = []
    for path in (small.place.warehouse, tmp_path / "warehouse.duckdb"):
        connection = warehouse.connect(path, read_only=True)
        try:
            found.append(
                {
                    # when a file was taken in is no part of what it says
                    table: warehouse.select(connection, f"SELECT * FROM {table}")
                    .drop(polars.selectors.datetime())
                    .rows()
                    for table in tables()
                    if table.startswith(("core.", "audit.")) and table != "audit.run"
                }
            )
        finally:
            connection.close()
    with_truth, without = found
    assert len(with_truth["core.service_line"]) > 80
    assert len(with_truth) > 20
    for table, held in with_truth.items():
        assert sorted(map(repr, held)) == sorted(map(repr, without[table])), table


def test_what_is_made_is_private(demo: Demo) -> None:
    made = [path for path in (demo.folder / "demo").rglob("*") if path.is_file()]
    claims = [path for path in made if "truth" not in path.parts and "practice" not in path.parts]
    assert claims
    for path in claims:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
