"""Whatever stops a run, the warehouse is as it was or as it should be; and nobody else can read it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines import landing, settling, steps, troubles, warehouse
from pipelines.places import Place
from schemas.dictionary import tables
from tests.conftest import ROOT, mohs, mohs_process
from tests.x12_text import bills, remits

OWN_TIME = ("received_at", "path", "name")


def many(count: int, first: int = 0) -> str:
    """An 837P of so many claims of two lines."""
    lines = [{}, {"code": "17312", "charge": "500"}]
    return bills(
        *(
            {"number": f"C{at}", "member": f"M{at}", "lines": lines}
            for at in range(first, first + count)
        ),
        control=str(first + 1),
    )


def take_in(place: Place, *files: Path) -> list[landing.Outcome]:
    outcomes = steps.land(place, files)
    steps.settle(place, outcomes)
    return outcomes


def contents(path: Path) -> dict[str, Counter[str]]:
    """Landing and staged tables with their rows, but for when and from where a file was read."""
    connection = warehouse.connect(path, read_only=True)
    try:
        found = {}
        for name in tables():
            if name.split(".")[0] in ("landing", "staged") and name != "landing.touched":
                columns = [one for one in warehouse.frame_schema(name) if one not in OWN_TIME]
                rows = warehouse.select(connection, f"SELECT {', '.join(columns)} FROM {name}")
                found[name] = Counter(map(repr, rows.iter_rows()))
        return found
    finally:
        connection.close()


def run_python(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A Python process of its own in this environment."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


KILLED_WHILE_READING = """
    import os, signal, sys
    from pathlib import Path
    from pipelines import steps
    from pipelines.places import Place
    from pipelines.readers import x12

    x12.CHUNK = 20_000
    batches = 0

    def die(path, read):
        global batches
        batches += 1
        if batches == 6:
            os.kill(os.getpid(), signal.SIGKILL)

    steps.land(Place(Path(sys.argv[1])), [Path(sys.argv[2])], progress=die)
"""


def test_a_run_killed_half_way_through_a_file_leaves_nothing_of_it(tmp_path: Path) -> None:
    early, large = tmp_path / "early.837", tmp_path / "large.837"
    early.write_text(many(3))
    large.write_text(many(400, first=100))
    undisturbed, place = Place(tmp_path / "undisturbed.duckdb"), Place(tmp_path / "w.duckdb")
    take_in(undisturbed, early, large)
    take_in(place, early)
    before = contents(place.warehouse)
    killed = run_python(KILLED_WHILE_READING, str(place.warehouse), str(large))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    connection = warehouse.open_warehouse(place.warehouse)
    connection.close()
    assert contents(place.warehouse) == before
    (outcome,) = take_in(place, large)
    assert (outcome.status, outcome.rows_accepted) == ("accepted", 800)
    assert contents(place.warehouse) == contents(undisturbed.warehouse)


KILLED_BEFORE_SETTLING = """
    import os, signal, sys
    from pathlib import Path
    from pipelines import steps
    from pipelines.places import Place

    steps.land(Place(Path(sys.argv[1])), [Path(one) for one in sys.argv[2:]])
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_run_killed_before_it_tied_files_together_is_made_up_for(tmp_path: Path) -> None:
    line = {"paid": "800", "adjustments": [("CO", "45", "200")]}
    texts = {
        "paid.835": remits({"number": "A", "icn": "ICN1", "lines": [line]}),
        "first.837": bills({"number": "A", "lines": [{}]}),
        "void.837": bills(
            {"number": "A2", "frequency": "8", "original": "ICN1", "lines": [{}]},
            created="20241001",
            control="2",
        ),
    }
    files = []
    for name, text in texts.items():
        files.append(tmp_path / name)
        files[-1].write_text(text)
    undisturbed, place = Place(tmp_path / "undisturbed.duckdb"), Place(tmp_path / "w.duckdb")
    take_in(undisturbed, *files)
    killed = run_python(KILLED_BEFORE_SETTLING, str(place.warehouse), *map(str, files))
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    outcomes = take_in(place, *files)
    assert [outcome.status for outcome in outcomes] == ["skipped"] * 3
    assert contents(place.warehouse) == contents(undisturbed.warehouse)
    connection = warehouse.connect(place.warehouse, read_only=True)
    assert warehouse.value(connection, "SELECT bool_or(is_standing) FROM staged.claim") is False
    connection.close()


def test_a_full_disk_is_told_and_leaves_the_warehouse_usable(tmp_path: Path) -> None:
    early, large = tmp_path / "early.837", tmp_path / "large.837"
    early.write_text(many(3))
    large.write_text(many(4000, first=100))
    place = Place(tmp_path / "w.duckdb")
    take_in(place, early)
    before = contents(place.warehouse)
    room = place.warehouse.stat().st_size + 10_000

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    full = subprocess.run(
        [str(Path(sys.executable).with_name("mohs")), "ingest", str(large)],
        env={**os.environ, "MOHS_WAREHOUSE": str(place.warehouse)},
        cwd=tmp_path,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert full.returncode == 2, full.stderr
    assert "Traceback" not in full.stderr
    assert "disk" in full.stderr
    assert "run the same command again" in full.stderr
    (outcome,) = take_in(place, early)
    assert outcome.status == "skipped"
    assert contents(place.warehouse) == before
    (outcome,) = take_in(place, large)
    assert (outcome.status, outcome.rows_accepted) == ("accepted", 8000)


def test_a_second_run_is_told_who_holds_the_warehouse(tmp_path: Path) -> None:
    (tmp_path / "a.837").write_text(many(1))
    path = tmp_path / "w.duckdb"
    with warehouse.locked(path):
        second = mohs_process("ingest", "a.837", cwd=tmp_path, MOHS_WAREHOUSE=str(path))
    assert second.returncode == 2
    assert f"process {os.getpid()}" in second.stderr
    assert "Traceback" not in second.stderr
    assert not path.exists()
    # the lock is free again, even of a holder that was killed
    with warehouse.locked(path):
        pass
    assert not path.with_name("w.duckdb.holder").exists()


def test_a_warehouse_opened_by_another_program_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.837").write_text(many(1))
    path = tmp_path / "w.duckdb"
    other = duckdb.connect(str(path))
    try:
        busy = mohs_process("ingest", "a.837", cwd=tmp_path, MOHS_WAREHOUSE=str(path))
    finally:
        other.close()
    assert busy.returncode == 2
    assert f"process {os.getpid()} has the warehouse open" in busy.stderr


def make_warehouse(path: Path) -> Path:
    warehouse.open_warehouse(path).close()
    return path


def directory(path: Path) -> None:
    path.mkdir()


def noise(path: Path) -> None:
    path.write_bytes(b"this is no database " * 1000)


def cut_off(path: Path) -> None:
    make_warehouse(path)
    path.write_bytes(path.read_bytes()[:5000])


def newer(path: Path) -> None:
    connection = duckdb.connect(str(make_warehouse(path)))
    connection.execute(
        "UPDATE landing.warehouse SET schema_version = schema_version + 1, app_version = '9.9.9'"
    )
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (directory, "cannot be opened"),
        (noise, "cannot be opened as a DuckDB file"),
        (cut_off, "cannot be opened"),
        (newer, "written by mohs 9.9.9"),
    ],
)
def test_a_warehouse_that_cannot_be_used_is_told_and_left_alone(
    tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    (tmp_path / "a.837").write_text(many(1))
    path = tmp_path / "w.duckdb"
    spoil(path)
    before = path.read_bytes() if path.is_file() else b""
    with pytest.raises(warehouse.UnusableWarehouse) as trouble:
        steps.land(Place(path), [tmp_path / "a.837"])
    told = troubles.message(trouble.value)
    assert told is not None
    assert said in told
    assert "w.duckdb" in told
    if path.is_file():
        assert path.read_bytes() == before


def test_a_newer_warehouse_is_refused_by_the_command(tmp_path: Path) -> None:
    (tmp_path / "a.837").write_text(many(1))
    newer(tmp_path / "w.duckdb")
    done = mohs("ingest", "a.837", cwd=tmp_path, MOHS_WAREHOUSE=str(tmp_path / "w.duckdb"))
    assert done.returncode == 2
    assert "written by mohs 9.9.9" in done.stderr
    assert "Use the newer mohs" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_snapshot_of_another_layout_is_told_with_what_makes_a_new_one(tmp_path: Path) -> None:
    place = Place(tmp_path / "warehouse.duckdb", None)
    connection = warehouse.open_warehouse(place.warehouse)
    warehouse.publish(connection, place.snapshot)
    connection.close()
    warehouse.open_snapshot(place.snapshot).close()
    changed = warehouse.connect(place.snapshot)
    changed.execute("COMMENT ON TABLE audit.run IS 'table layout 4'")
    changed.close()
    with pytest.raises(warehouse.UnusableWarehouse, match="`mohs audit` makes a new one"):
        warehouse.open_snapshot(place.snapshot)


def test_an_older_warehouse_keeps_what_came_in_and_makes_the_rest_anew(tmp_path: Path) -> None:
    files = [tmp_path / "claims.837", tmp_path / "paid.835"]
    files[0].write_text(many(3))
    line = {"paid": "800", "adjustments": [("CO", "45", "200")]}
    files[1].write_text(remits({"number": "C1", "member": "M1", "lines": [line]}))
    place = Place(tmp_path / "w.duckdb")
    take_in(place, *files)
    expected = contents(place.warehouse)
    # as a layout before this one: three columns less, one more
    connection = duckdb.connect(str(place.warehouse))
    connection.execute("ALTER TABLE staged.claim DROP COLUMN root_number")
    connection.execute("ALTER TABLE staged.remit_claim DROP COLUMN own_patient_id")
    connection.execute("ALTER TABLE landing.file DROP COLUMN is_settled")
    connection.execute("ALTER TABLE staged.claim ADD COLUMN submitted_key VARCHAR DEFAULT 'x'")
    connection.execute("DROP TABLE core.claim")
    connection.execute("CREATE TABLE core.claim AS SELECT 'A' AS claim_id, 'old' AS no_such_column")
    connection.execute("UPDATE landing.warehouse SET schema_version = 0")
    connection.close()
    assert [one.status for one in steps.land(place, [])] == []
    connection = warehouse.connect(place.warehouse, read_only=True)
    try:
        versions = connection.execute("SELECT schema_version FROM landing.warehouse").fetchall()
        assert versions == [(warehouse.SCHEMA_VERSION,)]
        for name in ("landing.claim", "staged.claim", "staged.service_line", "staged.remit_claim"):
            kept = warehouse.value(connection, f"SELECT count(*) FROM {name}")
            assert kept == sum(expected[name].values()), name
        for name in ("core.claim", "core.service_line", "audit.run"):
            assert warehouse.value(connection, f"SELECT count(*) FROM {name}") == 0, name
        charges = "SELECT sum(charge) FROM staged.claim"
        assert warehouse.value(connection, charges) == 4500
    finally:
        connection.close()
    # a column that could not be made of nothing has the files read again, and all is as it was
    assert [outcome.status for outcome in take_in(place, *files)] == ["accepted", "accepted"]
    assert contents(place.warehouse) == expected
    steps.audit(place)
    connection = warehouse.connect(place.warehouse, read_only=True)
    assert warehouse.value(connection, "SELECT count(*) FROM core.service_line") == 6
    assert warehouse.value(connection, "SELECT sum(paid) FROM core.service_line") == 800
    connection.close()


def test_storing_patients_together_is_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.837").write_text(many(20))
    place = Place(tmp_path / "w.duckdb")
    take_in(place, tmp_path / "a.837")
    before = contents(place.warehouse)
    connection = warehouse.open_warehouse(place.warehouse)
    warehouse.cluster(connection, settling.CLUSTERED)
    connection.close()
    assert contents(place.warehouse) == before

    def broken(model: object) -> str:
        raise KeyboardInterrupt

    connection = warehouse.open_warehouse(place.warehouse)
    monkeypatch.setattr(warehouse, "create_statement", broken)
    with pytest.raises(KeyboardInterrupt):
        warehouse.cluster(connection, settling.CLUSTERED)
    monkeypatch.undo()
    connection.close()
    assert contents(place.warehouse) == before


def test_what_holds_persons_is_its_owners_alone(tmp_path: Path) -> None:
    previous = os.umask(0o022)
    try:
        practice = tmp_path / "practice"
        place = Place(tmp_path / "w.duckdb", practice)
        (tmp_path / "a.837").write_text(many(2))
        take_in(place, tmp_path / "a.837")
        steps.audit(place)
        steps.publish(place)
        written = steps.report(place, tmp_path / "reports")
    finally:
        os.umask(previous)
    assert written
    private = [place.warehouse, place.snapshot, practice / "key"]
    private += [path for path in (tmp_path / "reports").rglob("*") if path.is_file()]
    for path in private:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name
    for folder in (practice, tmp_path / "reports"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder.name
    # and the snapshot, which others read, has no landing, no staged and no numbers of persons
    connection = warehouse.connect(place.snapshot, read_only=True)
    schemas = {
        row[0]
        for row in connection.execute("SELECT DISTINCT schema_name FROM duckdb_tables()").fetchall()
    }
    connection.close()
    assert schemas == {"reference", "core", "audit"}
    assert b"ALPHA" not in place.snapshot.read_bytes()
    shutil.rmtree(tmp_path / "reports")
