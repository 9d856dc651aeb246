"""The job under Prefect: on a server of its own, on a standing one, by hand and by schedule."""

from __future__ import annotations

import base64
import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import duckdb
import pytest

from pipelines import landing, server, simulate, steps, warehouse
from pipelines.places import Place

pytestmark = pytest.mark.slow

RECORDER = """
import os, sys
_log = os.open(f"{os.environ['MOHS_RECORD']}/{os.getpid()}", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
def _note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        os.write(_log, f"{event} {arguments[1]!r}\\n".encode())
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        os.write(_log, f"{event} {arguments[0]!r}\\n".encode())
sys.addaudithook(_note)
"""
"""A sitecustomize for every Python process of a test: which process it is, and whom it calls."""
AT_HOME = re.compile(
    r"socket\.\w+ (\('(127\.0\.0\.1|::1)', [\d, ]+\)|b?'(127\.0\.0\.1|localhost|::1)?'|None)"
)
NOWHERE = "http://192.0.2.1:9"
"""A proxy nobody must ask [RFC 5737]."""


@dataclass(frozen=True)
class Practice:
    """A simulated practice, and control totals of the raw text of its files."""

    inbox: Path
    folder: Path
    claim_lines: int
    remit_lines: int
    chart_lines: int
    names: frozenset[bytes]
    """Surnames, given names and member ids of its patients."""


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    out = tmp_path_factory.mktemp("practice")
    simulate.simulate(out, encounters=80, months=2, seed=5)
    text = b"".join(path.read_bytes() for path in (out / "inbox").rglob("*.83?"))
    patients = re.findall(rb"NM1\*(?:IL|QC)\*1\*(\w+)\*(\w+)\*[^~]*MI\*(\w+)~", text)
    assert len(patients) > 10
    return Practice(
        out / "inbox",
        out / "practice",
        len(re.findall(rb"(?:^|~)\s*SV1\*", text)),
        len(re.findall(rb"(?:^|~)\s*SVC\*", text)),
        sum(len(path.read_text().splitlines()) - 1 for path in (out / "inbox").rglob("*.csv")),
        frozenset(word for patient in patients for word in patient),
    )


@dataclass(frozen=True)
class Recorded:
    """Where the Python processes of a test leave their notes."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def alive(self) -> list[int]:
        return [int(path.name) for path in self.folder.iterdir() if _is_alive(int(path.name))]

    def strangers(self) -> list[str]:
        """Calls to anybody but this machine."""
        lines = [line for path in self.folder.iterdir() for line in path.read_text().splitlines()]
        assert lines, "nothing was recorded: the recorder did not run"
        return [line for line in lines if not AT_HOME.fullmatch(line)]

    def wait_until_gone(self, seconds: float) -> list[int]:
        _wait(lambda: not self.alive(), seconds)
        return self.alive()


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return not Path("/proc/self/stat").exists()


def _wait(is_so: Callable[[], object], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _recorded(folder: Path, **environment: str) -> Recorded:
    """An environment where every Python process records itself, behind a proxy not there."""
    code, notes = folder / "recorder", folder / "notes"
    code.mkdir()
    notes.mkdir()
    (code / "sitecustomize.py").write_text(RECORDER)
    kept = {
        name: text
        for name, text in os.environ.items()
        if not name.startswith("PREFECT_") and name.lower() not in ("no_proxy", "do_not_track")
    }
    path = os.pathsep.join(filter(None, [str(code), os.environ.get("PYTHONPATH")]))
    proxies = dict.fromkeys(("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"), NOWHERE)
    ours = {"PYTHONPATH": path, "MOHS_RECORD": str(notes)}
    return Recorded(notes, {**kept, **proxies, **ours, **environment})


def _start(recorded: Recorded, cwd: Path, *words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(Path(sys.executable).with_name("mohs")), *map(str, words)],
        cwd=cwd,
        env=recorded.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(recorded: Recorded, cwd: Path, *words: object) -> subprocess.CompletedProcess[str]:
    process = _start(recorded, cwd, *words)
    out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


# One run on a server of its own


def test_a_run_needs_no_server_no_network_and_no_home(tmp_path: Path, practice: Practice) -> None:
    no_folder = tmp_path / "home"
    no_folder.write_text("a file: nothing can be made below it")
    recorded = _recorded(tmp_path, HOME=str(no_folder))
    words = ("run", practice.inbox, "--practice", practice.folder, "--month", "2026-09")
    done = _run(recorded, tmp_path, *words, "--fail-on", "info", "--out", "out")
    assert done.returncode == 1, done.stderr  # the simulator plants errors, so there are findings
    assert done.stderr == ""
    total = practice.claim_lines + practice.remit_lines + practice.chart_lines
    assert f"rows      {total:,} in = {total:,} accepted + 0 set aside" in done.stdout
    assert (tmp_path / "out" / "2026-09" / "run" / "audit.html").exists()
    assert recorded.strangers() == []
    assert len(list(recorded.folder.iterdir())) == 2, "the job and its server"
    assert recorded.wait_until_gone(5) == []
    beside = tmp_path / "warehouse.duckdb.prefect"
    assert beside.stat().st_mode & 0o777 == 0o700
    assert (beside / "prefect.db").stat().st_mode & 0o077 == 0
    kept = b"".join(path.read_bytes() for path in beside.rglob("*") if path.is_file())
    assert b"take files in" in kept, "the tasks of the run are on record"
    assert b"rows in = " in kept, "its log is on record"
    assert b"dollars set aside" in kept, "its table is on record"
    assert {name for name in practice.names if name in kept} == set()
    assert [path for path in practice.inbox.rglob("*.*") if path.name.encode() in kept] == []


def test_a_killed_run_leaves_no_server_behind(tmp_path: Path, practice: Practice) -> None:
    recorded = _recorded(tmp_path, PREFECT_HOME=str(tmp_path / "prefect"))
    process = _start(recorded, tmp_path, "run", practice.inbox, "--practice", practice.folder)
    assert _wait(lambda: len(recorded.alive()) == 2, 60), "the job starts its server"
    process.kill()
    process.communicate(timeout=10)
    assert recorded.wait_until_gone(20) == []


def test_prefect_keeps_its_records_in_a_private_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_HOME", raising=False)
    folder = server.home(tmp_path / "warehouse.duckdb")
    assert folder == tmp_path / ".prefect" / "mohs"
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "elsewhere"))
    assert server.home(tmp_path / "warehouse.duckdb") == tmp_path / "elsewhere"
    (tmp_path / "file").touch()
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(server.UnusableServer, match="set PREFECT_HOME"):
        server.home(tmp_path / "warehouse.duckdb")


def test_a_named_server_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{_free_port()}/api")
    with (
        server.running(tmp_path / "warehouse.duckdb") as ready,
        pytest.raises(server.UnusableServer, match="no Prefect server answers there"),
    ):
        ready()


def test_a_port_that_is_taken_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        monkeypatch.setenv("PREFECT_SERVER_API_PORT", str(listener.getsockname()[1]))
        with (
            pytest.raises(server.UnusableServer, match="PREFECT_SERVER_API_PORT"),
            server.running(tmp_path / "warehouse.duckdb", is_standing=True),
        ):
            pytest.fail("started at a port that is taken")
    assert "PREFECT_API_URL" not in os.environ


# A standing server and its schedule


@dataclass(frozen=True)
class Served:
    """A `mohs serve` that is running."""

    folder: Path
    url: str
    process: subprocess.Popen[str]
    recorded: Recorded

    def client(self) -> Any:
        from prefect.client.orchestration import SyncPrefectClient

        return SyncPrefectClient(f"{self.url}/api")

    def kept(self) -> bytes:
        """All that Prefect has on disk."""
        folder = self.folder / "prefect"
        files = [path for path in folder.rglob("*") if path.is_file() and "ui" not in path.parts]
        pickled = [base64.b64decode(p.read_bytes()) for p in files if p.parent.name == "storage"]
        return b"".join([*(path.read_bytes() for path in files), *pickled])


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, practice: Practice) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    port = _free_port()
    recorded = _recorded(
        folder,
        PREFECT_HOME=str(folder / "prefect"),
        PREFECT_SERVER_API_PORT=str(port),
        PREFECT_RUNNER_POLL_FREQUENCY="1",
        TZ="America/New_York",
    )
    words = ("serve", "--inbox", practice.inbox, "--practice", practice.folder, "--out", "out")
    process = _start(recorded, folder, *words)
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        assert said[-1].startswith(f"watch it at http://127.0.0.1:{port};"), process.communicate()
        yield Served(folder, f"http://127.0.0.1:{port}", process, recorded)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)


@pytest.fixture(scope="module")
def flows(served: Served) -> Iterator[ModuleType]:
    """The flows in this process, attached to the standing server."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(served.folder / "prefect"))
        patch.setenv("PREFECT_API_URL", f"{served.url}/api")
        from prefect.settings import PREFECT_API_URL, temporary_settings

        from pipelines import flows

        with temporary_settings({PREFECT_API_URL: f"{served.url}/api"}):
            yield flows


def _finished(client: Any, run: Any, seconds: float) -> Any:
    _wait(lambda: client.read_flow_run(run.id).state.is_final(), seconds)
    return client.read_flow_run(run.id)


def test_the_audit_is_due_every_night_and_the_report_every_month(served: Served) -> None:
    client = served.client()
    assert _wait(lambda: len(client.read_deployments()) == 2, 60)
    found = {each.name: each for each in client.read_deployments()}
    assert {name: each.paused for name, each in found.items()} == {
        "nightly": False,
        "monthly": False,
    }
    assert all(schedule.active for each in found.values() for schedule in each.schedules)

    def due(name: str) -> list[datetime]:
        runs = client.read_flow_runs()
        mine = [run for run in runs if run.deployment_id == found[name].id and run.auto_scheduled]
        zone = ZoneInfo("America/New_York")
        return sorted(run.next_scheduled_start_time.astimezone(zone) for run in mine)

    assert _wait(lambda: due("nightly") and due("monthly"), 60), "the scheduler plans no runs"
    first = due("nightly")[0]
    assert (first.hour, first.minute) == (2, 0)
    assert timedelta(0) < first - datetime.now(UTC) <= timedelta(days=1, hours=1)
    assert [(day.day, day.hour) for day in due("monthly")[:2]] == [(3, 6), (3, 6)]


def test_the_nightly_audit_takes_in_the_inbox_and_publishes(
    served: Served, practice: Practice
) -> None:
    client = served.client()
    assert _wait(lambda: len(client.read_deployments()) == 2, 60)
    nightly, monthly = sorted(client.read_deployments(), key=lambda each: each.name, reverse=True)
    run = _finished(client, client.create_flow_run_from_deployment(nightly.id), 90)
    assert run.state.is_completed(), run.state
    snapshot = served.folder / "warehouse.duckdb.snapshot.duckdb"
    with duckdb.connect(str(snapshot), read_only=True) as connection:
        rows = dict(
            connection.sql("SELECT kind, sum(rows_in) FROM audit.intake GROUP BY kind").fetchall()
        )
    assert (rows["837P"], rows["835"]) == (practice.claim_lines, practice.remit_lines)
    assert (served.folder / "out" / "all" / "run" / "audit.html").exists()
    tasks = [each.name for each in client.read_task_runs() if each.flow_run_id == run.id]
    assert set(tasks) == {"take files in", "tie files together", "audit", "publish", "report"}
    artifacts = {each.key: each.type for each in client.read_artifacts() if each.key}
    assert artifacts == {"intake": "table", "audit": "markdown"}

    report = _finished(client, client.create_flow_run_from_deployment(monthly.id), 60)
    assert report.state.is_completed(), report.state
    last_month = datetime.now(ZoneInfo("America/New_York")).replace(day=1) - timedelta(days=1)
    assert (served.folder / "out" / last_month.strftime("%Y-%m") / "run" / "audit.html").exists()


def test_a_second_schedule_in_the_same_place_is_refused(served: Served, tmp_path: Path) -> None:
    done = _run(served.recorded, tmp_path, "serve", "--warehouse", "other.duckdb")
    assert done.returncode == 2
    assert served.url in done.stderr
    assert done.stderr.count("\n") == 1


# What goes wrong


@pytest.mark.parametrize(
    ("trouble", "tries"),
    [
        (OSError(errno.EIO, "the share went away"), 3),
        (OSError("the share went away"), 3),
        (warehouse.BusyWarehouse("somebody is reading"), 3),
        (OSError(errno.ENOSPC, "disk full"), 1),
        (FileNotFoundError(errno.ENOENT, "no such file"), 1),
        (warehouse.UnusableWarehouse("written by a newer version"), 1),
        (landing.Unbalanced("rows in are not rows out"), 1),
        (KeyError("a defect"), 1),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_a_retry_is_made_where_it_can_help(
    trouble: Exception,
    tries: int,
    flows: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    calls = []

    def fail(*_: object, **__: object) -> None:
        calls.append(1)
        raise trouble

    monkeypatch.setattr(steps, "land", fail)
    take_in = flows.take_in.with_options(retry_delay_seconds=0)
    with pytest.raises(flows.Stopped) as stopped:
        take_in(Place(tmp_path / "warehouse.duckdb"), [])
    assert stopped.value.__cause__ is trouble
    assert len(calls) == tries


def test_a_run_goes_on_after_a_moments_trouble(
    flows: ModuleType, tmp_path: Path, practice: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    land, calls = steps.land, []

    def land_at_last(*arguments: Any, **named: Any) -> list[landing.Outcome]:
        calls.append(1)
        if len(calls) == 1:
            raise OSError(errno.EIO, "the share went away")
        return land(*arguments, **named)

    monkeypatch.setattr(steps, "land", land_at_last)
    monkeypatch.setattr(flows.take_in, "retry_delay_seconds", 0)
    place = Place(tmp_path / "warehouse.duckdb", practice.folder)
    done = flows.run_once(place, practice.inbox, month=None, out=tmp_path / "out")
    assert len(calls) == 2
    assert sum(outcome.rows_in for outcome in done.outcomes if outcome.kind == "837P") == (
        practice.claim_lines
    )


def test_a_defect_arrives_as_raised_and_its_text_stays_here(
    served: Served,
    flows: ModuleType,
    tmp_path: Path,
    practice: Practice,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    defect = KeyError("QUARTZ*BIRCH*19500101")

    def fail(*_: object) -> None:
        raise defect

    monkeypatch.setattr(steps, "settle", fail)
    with pytest.raises(KeyError) as raised:
        flows.run_once(
            Place(tmp_path / "warehouse.duckdb"), practice.inbox, month=None, out=tmp_path / "out"
        )
    assert raised.value is defect
    assert "QUARTZ" not in "".join(capfd.readouterr())
    assert _wait(lambda: b"KeyError at" in served.kept(), 10), "the failure is on record"
    assert b"QUARTZ*BIRCH" not in served.kept()


def test_what_prefect_keeps_holds_nothing_personal(served: Served, practice: Practice) -> None:
    kept = served.kept()
    assert b"take files in" in kept
    assert {name for name in practice.names if name in kept} == set()
    assert [path for path in practice.inbox.rglob("*.*") if path.name.encode() in kept] == []


def test_an_empty_inbox_is_told(flows: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    place = Place(tmp_path / "warehouse.duckdb")
    with pytest.raises(landing.UnusableFile, match="holds no files"):
        flows.run_once(place, tmp_path / "inbox", month=None, out=tmp_path / "out")
    assert not place.warehouse.exists()


def test_a_warehouse_somebody_writes_to_is_told_with_who_it_is(
    served: Served, tmp_path: Path, practice: Practice
) -> None:
    recorded = Recorded(
        served.recorded.folder,
        {**served.recorded.environment, "PREFECT_API_URL": f"{served.url}/api"},
    )
    with warehouse.locked(tmp_path / "warehouse.duckdb"):
        done = _run(recorded, tmp_path, "run", practice.inbox, "--practice", practice.folder)
    assert done.returncode == 2
    assert f"process {os.getpid()}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_warehouse_another_program_has_open_is_told_with_who_it_is(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    warehouse.open_warehouse(path).close()
    script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(warehouse.BusyWarehouse, match=f"process {other.pid} "):
            warehouse.connect(path)
        other.kill()


# What is seen, and the end


@pytest.mark.browser
def test_the_schedule_is_seen_in_a_browser(served: Served, flows: ModuleType) -> None:
    driver = pytest.importorskip("playwright.sync_api", reason="the playwright package is missing")
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(names)} is installed")
    with driver.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(20_000)
        failed: list[str] = []
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        # what the first page still asked for when the second was opened is no failure
        page.on(
            "requestfailed",
            lambda request: (
                None if request.failure == "net::ERR_ABORTED" else failed.append(request.url)
            ),
        )
        page.on("pageerror", lambda error: failed.append(str(error)))
        page.goto(f"{served.url}/deployments")
        page.get_by_text("nightly", exact=True).first.wait_for()
        page.get_by_text("mohs audit").first.wait_for()
        page.goto(f"{served.url}/runs")
        page.get_by_text("mohs audit").first.wait_for()
        assert "".join(page.locator(".p-toast-container").all_inner_texts()) == ""
        hosts = {urlsplit(url).netloc for url in asked if not url.startswith(("data:", "blob:"))}
        assert hosts == {urlsplit(served.url).netloc}
        assert failed == []
        browser.close()


def test_serving_stops_when_told_and_leaves_nothing_running(served: Served) -> None:
    client = served.client()
    assert _wait(lambda: len(client.read_deployments()) == 2, 60)
    assert len(served.recorded.alive()) == 2, "the schedule and its server"
    served.process.send_signal(signal.SIGTERM)
    _, err = served.process.communicate(timeout=30)
    assert served.process.returncode == 0
    assert "Traceback" not in err
    assert served.recorded.wait_until_gone(15) == []
    assert not (served.folder / "prefect" / "server.url").exists()
    assert served.recorded.strangers() == []
