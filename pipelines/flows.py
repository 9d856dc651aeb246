"""The job as Prefect flows, and their schedule. The only module that imports Prefect.

Prefect runs on this machine only: without `PREFECT_API_URL` it starts a server of its own for the run, and
its usage reporting is off. Tasks are coarse (a file, a stage) and carry paths and counts, never rows.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

OFFLINE = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_CLIENT_CSRF_SUPPORT_ENABLED": "false",
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "PREFECT_LOGGING_LEVEL": "WARNING",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
for _name, _value in OFFLINE.items():
    os.environ.setdefault(_name, _value)
if "PREFECT_API_URL" not in os.environ:
    os.environ.setdefault("PREFECT_LOGGING_TO_API_ENABLED", "false")

from prefect import flow, serve, task  # noqa: E402  (reads the environment when it is imported)
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402
from prefect.client.schemas.objects import State, TaskRun  # noqa: E402
from prefect.tasks import Task  # noqa: E402

from pipelines import job, landing, steps, warehouse  # noqa: E402
from pipelines.landing import Outcome  # noqa: E402
from pipelines.places import Place  # noqa: E402
from pipelines.steps import Audited  # noqa: E402

NIGHTLY_CRON = "0 2 * * *"
MONTHLY_CRON = "0 6 3 * *"
"""The third of the month: by then the last files of the month before are usually in."""


@dataclass(frozen=True)
class Done:
    """What one run of the job left behind."""

    outcomes: Sequence[Outcome]
    audited: Audited
    written: Sequence[Path]


def _may_help(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again can help: a file on a slow share, a reader holding the warehouse for a moment."""
    try:
        state.result()
    except (landing.Unbalanced, landing.UnusableFile):
        return False
    except (OSError, warehouse.UnusableWarehouse):
        return True
    except Exception:
        return False
    return False


@task(retries=2, retry_delay_seconds=3, retry_condition_fn=_may_help, task_run_name="take files in")
def take_in(place: Place, paths: Sequence[Path]) -> list[Outcome]:
    """One large file, or some small ones; those a first try took in are skipped by the second."""
    return steps.land(place, paths)


@task(task_run_name="tie files together")
def settle(place: Place, outcomes: Sequence[Outcome]) -> int:
    """Chains of submissions and remittances' claims; returns the patients touched."""
    return steps.settle(place, outcomes)


@task(task_run_name="audit")
def audit(place: Place) -> Audited:
    """Core tables, prices and findings of the patients touched."""
    with job.shown() as progress:
        bar = progress.add_task("auditing", total=1.0)
        done = steps.audit(place, progress=lambda part: progress.update(bar, completed=part))
        progress.update(bar, completed=1.0)
        return done


@task(retries=2, retry_delay_seconds=3, retry_condition_fn=_may_help, task_run_name="publish")
def publish(place: Place) -> Path:
    """The snapshot everybody else reads."""
    return steps.publish(place)


@task(task_run_name="report")
def render(place: Place, out: Path, month: str | None) -> list[Path]:
    """Pages and workbook."""
    return steps.report(place, out, month=month)


@flow(name="mohs audit", flow_run_name="audit", validate_parameters=False)
def audit_files(place: Place, inbox: Path, out: Path, month: str | None = None) -> Done:
    """Take in what is new, audit, publish, report."""
    files = list(landing.files([inbox]))
    if not files:
        raise landing.UnusableFile(f"{inbox}: holds no files; put 837, 835 or export files there")
    outcomes: list[Outcome] = []
    with warehouse.locked(place.warehouse):
        with job.shown() as progress:
            bar = progress.add_task("taking files in", total=len(files))
            for group in steps.groups(files):
                outcomes += take_in(place, group)
                progress.advance(bar, len(group))
        settle(place, outcomes)
        audited = audit(place)
        publish(place)
    written = render(place, out, month)
    _leave_artifacts(outcomes, audited)
    return Done(outcomes, audited, written)


def _leave_artifacts(outcomes: Sequence[Outcome], audited: Audited) -> None:
    create_table_artifact(
        key="intake",
        description="Rows and dollars by file: in = accepted + set aside",
        table=[
            {
                "file": outcome.file_id,
                "kind": outcome.kind,
                "status": outcome.status,
                "rows in": outcome.rows_in,
                "rows accepted": outcome.rows_accepted,
                "rows set aside": outcome.rows_quarantined,
                "dollars in": str(outcome.charge_in),
                "dollars accepted": str(outcome.charge_accepted),
                "dollars set aside": str(outcome.charge_quarantined),
            }
            for outcome in outcomes
        ],
    )
    found = "\n".join(f"| {name} | {count} |" for name, count in audited.findings.items())
    create_markdown_artifact(
        key="audit",
        description="Findings by severity",
        markdown=(
            f"Run `{audited.run_id}`: {audited.patients} patients audited.\n\n"
            f"| severity | findings |\n|---|---|\n{found}\n"
        ),
    )


@flow(name="nightly audit", log_prints=False)
def nightly(warehouse_file: str, practice: str | None, inbox: str, out: str) -> str:
    """The scheduled audit: everything new in the inbox. Returns the run id."""
    place = Place(Path(warehouse_file), Path(practice) if practice else None)
    return audit_files(place, Path(inbox), Path(out)).audited.run_id


@flow(name="monthly report", log_prints=False)
def monthly(warehouse_file: str, practice: str | None, out: str, month: str | None = None) -> str:
    """The scheduled report of the month before (or the month given). Returns the first page's path."""
    place = Place(Path(warehouse_file), Path(practice) if practice else None)
    chosen = month or (date.today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")  # noqa: DTZ011
    return str(render(place, Path(out) / chosen, chosen)[0])


def run_once(place: Place, inbox: Path, *, month: str | None, out: Path) -> Done:
    """The job once, now; attached to a server where `PREFECT_API_URL` names one."""
    return audit_files(place, inbox, out, month)


def serve_schedule(place: Place, inbox: Path, out: Path) -> None:
    """Keep the nightly audit and the monthly report on their schedule until stopped."""
    inbox.mkdir(parents=True, exist_ok=True)
    where = {
        "warehouse_file": str(place.warehouse),
        "practice": str(place.practice) if place.practice else None,
        "out": str(out),
    }
    with _server():
        serve(
            nightly.to_deployment(  # type: ignore[arg-type]
                "nightly audit", cron=NIGHTLY_CRON, parameters={**where, "inbox": str(inbox)}
            ),
            monthly.to_deployment(  # type: ignore[arg-type]
                "monthly report", cron=MONTHLY_CRON, parameters=where
            ),
        )


@contextmanager
def _server() -> Iterator[None]:
    """Prefect's server: the one `PREFECT_API_URL` names, else one of our own on this machine."""
    from prefect.settings import PREFECT_API_URL

    url = PREFECT_API_URL.value()
    if url and _answers(url):
        yield
        return
    port = _free_port(int(os.environ.get("PREFECT_SERVER_API_PORT", "4200")))
    url = f"http://127.0.0.1:{port}/api"
    settings = {"PREFECT_API_URL": url, "PREFECT_UI_API_URL": url, "PREFECT_SERVER_UI_API_URL": url}
    os.environ.update(settings)
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1"]
    server = subprocess.Popen(  # noqa: S603  (our own interpreter, no shell)
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(120):
            if _answers(url):
                break
            if server.poll() is not None:
                raise warehouse.UnusableWarehouse(
                    "Prefect's server stopped while starting; see whether PREFECT_HOME is writable"
                )
            time.sleep(0.5)
        from prefect.settings import temporary_settings

        with temporary_settings({PREFECT_API_URL: url}):
            yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=2) as answer:  # noqa: S310  (http only)
            return bool(answer.status == 200)
    except OSError:
        return False


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise warehouse.UnusableWarehouse("no free port on this machine for Prefect's server")
