"""The job as Prefect flows, and their schedule. The only module that imports Prefect.

Tasks are coarse (some files, a stage) and carry paths and counts, never rows. Prefect keeps states,
logs and artifacts in its own database, so it is told counts, file ids and the messages of known
troubles; of any other error it gets the kind and the place in our code, for the text might quote a
claim.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import signal
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from pipelines import server

server.set_environment()

import httpx  # noqa: E402
from prefect import flow, get_run_logger, task  # noqa: E402  (reads the environment)
from prefect.artifacts import create_markdown_artifact, create_table_artifact  # noqa: E402
from prefect.cache_policies import NO_CACHE  # noqa: E402
from prefect.client.schemas.objects import State, TaskRun  # noqa: E402
from prefect.deployments.runner import RunnerDeployment  # noqa: E402
from prefect.events.worker import EventsWorker  # noqa: E402
from prefect.logging.handlers import APILogWorker  # noqa: E402
from prefect.runner import Runner  # noqa: E402
from prefect.schedules import Cron  # noqa: E402
from prefect.tasks import Task  # noqa: E402
from prefect.types.entrypoint import EntrypointType  # noqa: E402
from tzlocal import get_localzone_name  # noqa: E402

from pipelines import landing, progress, steps, troubles, warehouse  # noqa: E402
from pipelines.landing import Outcome  # noqa: E402
from pipelines.places import Place  # noqa: E402
from pipelines.steps import Audited  # noqa: E402

NIGHTLY_CRON = "0 2 * * *"
MONTHLY_CRON = "0 6 3 * *"
"""The third of the month: by then the last files of the month before are usually in."""
RETRIES, RETRY_SECONDS = 2, 3
SEVERITIES = ("error", "warning", "info")
ROOT = Path(__file__).resolve().parent

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Done:
    """What one run of the job left behind."""

    outcomes: Sequence[Outcome]
    audited: Audited
    written: Sequence[Path]


class Stopped(RuntimeError):
    """What Prefect is told of an error; the error itself is the cause."""


def _telling(step: Callable[P, R]) -> Callable[P, R]:
    """Let an error out as Stopped, whose text is fit for Prefect's database."""

    @wraps(step)
    def told(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return step(*args, **kwargs)
        except Stopped:
            raise
        except Exception as error:
            raise Stopped(troubles.message(error) or _place(error)) from error

    return told


def _place(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(ROOT)] or frames
    where = f" at {Path(ours[-1].filename).name}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{where}; a defect of ours: `mohs run` shows all of it"


def _drop_traceback(record: logging.LogRecord) -> bool:
    """A traceback quotes the text of every error in its chain."""
    record.exc_info = record.exc_text = None
    return True


for _name in ("prefect.flow_runs", "prefect.task_runs"):
    logging.getLogger(_name).addFilter(_drop_traceback)

LASTING = frozenset(
    (
        errno.EACCES,
        errno.EDQUOT,
        errno.EFBIG,
        errno.EISDIR,
        errno.ENAMETOOLONG,
        errno.ENOENT,
        errno.ENOSPC,
        errno.ENOTDIR,
        errno.EPERM,
        errno.EROFS,
    )
)
"""Errors of the system that a second try meets again."""


def _may_help(_task: Task[Any, Any], _run: TaskRun, state: State[Any]) -> bool:
    """Whether trying again can help: a share that hiccups, a passing reader of the warehouse."""
    error = state.data.__cause__ if isinstance(state.data, Stopped) else state.data
    if isinstance(error, OSError):
        return error.errno not in LASTING
    return isinstance(error, warehouse.BusyWarehouse)


def _step(name: str) -> Callable[[Callable[P, R]], Task[P, R]]:
    """A task whose results and arguments stay in this process."""

    def made(step: Callable[P, R]) -> Task[P, R]:
        return task(
            name=name,
            task_run_name=name,
            cache_policy=NO_CACHE,
            persist_result=False,
            retries=RETRIES,
            retry_delay_seconds=RETRY_SECONDS,
            retry_condition_fn=_may_help,
        )(_telling(step))

    return made


@_step("take files in")
def take_in(
    place: Place, paths: Sequence[Path], advance: Callable[[Path, int], None] | None = None
) -> list[Outcome]:
    """One large file, or some small ones; a second try skips those the first one took in."""
    return steps.land(place, paths, progress=advance)


@_step("tie files together")
def settle(place: Place, outcomes: Sequence[Outcome]) -> int:
    """Chains of submissions and remittances' claims; returns the patients touched."""
    return steps.settle(place, outcomes)


@_step("audit")
def audit(place: Place, advance: Callable[[float], None] | None = None) -> Audited:
    """Core tables, prices and findings of the patients touched; picks up what a first try left."""
    return steps.audit(place, progress=advance)


@_step("publish")
def publish(place: Place) -> Path:
    """The snapshot everybody else reads."""
    return steps.publish(place)


@_step("report")
def render(place: Place, out: Path, month: str | None) -> list[Path]:
    """Pages and workbook."""
    return steps.report(place, out, month=month)


def _now() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d %H:%M")


@flow(name="mohs audit", flow_run_name=_now, persist_result=False)
@_telling
def audit_files(
    warehouse_file: Path, practice: Path | None, inbox: Path, out: Path, month: str | None = None
) -> Done:
    """Take in what is new, audit, publish, report."""
    log = get_run_logger()
    place = Place(warehouse_file, practice)
    files = list(landing.files([inbox]))
    if not files:
        raise landing.UnusableFile(f"{inbox}: holds no files; put 837, 835 or export files there")
    outcomes: list[Outcome] = []
    with warehouse.locked(place.warehouse), progress.shown() as bars:
        advance = progress.reading(bars, files)
        for group in steps.groups(files):
            outcomes += take_in(place, group, advance)
        log.info(_intake_text(outcomes))
        waiting = bars.add_task("tying them together", total=None)
        settle(place, outcomes)
        bars.update(waiting, total=1, completed=1)
        auditing = bars.add_task("auditing", total=1.0)
        audited = audit(place, lambda part: bars.update(auditing, completed=part))
        bars.update(auditing, completed=1.0)
        log.info("run %s: %s patients audited", audited.run_id, audited.patients)
        publish(place)
        reporting = bars.add_task("reporting", total=None)
        written = render(place, out, month)
        bars.update(reporting, total=1, completed=1)
    _leave_artifacts(outcomes, audited, written)
    return Done(outcomes, audited, written)


def _intake_text(outcomes: Iterable[Outcome]) -> str:
    new = [outcome for outcome in outcomes if outcome.status != "skipped"]
    rows = [sum(part) for part in zip(*map(_rows, new), strict=True)] if new else [0, 0, 0]
    return f"{len(new)} new files: {rows[0]} rows in = {rows[1]} accepted + {rows[2]} set aside"


def _rows(outcome: Outcome) -> tuple[int, int, int]:
    return outcome.rows_in, outcome.rows_accepted, outcome.rows_quarantined


def _leave_artifacts(
    outcomes: Sequence[Outcome], audited: Audited, written: Sequence[Path]
) -> None:
    there = sum(outcome.status == "skipped" for outcome in outcomes)
    create_table_artifact(
        key="intake",
        description=f"Rows and dollars by file, in = accepted + set aside; {there} skipped",
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
            if outcome.status != "skipped"
        ],
    )
    found = "\n".join(f"| {name} | {audited.findings[name]} |" for name in SEVERITIES)
    create_markdown_artifact(
        key="audit",
        description="Findings by severity",
        markdown=(
            f"Run `{audited.run_id}`: {audited.patients} patients audited.\n\n"
            f"| severity | findings |\n|---|---|\n{found}\n\nReport: `{written[0]}`\n"
        ),
    )


@flow(name="mohs report", flow_run_name=_now, persist_result=False)
@_telling
def report_month(
    warehouse_file: Path, practice: Path | None, out: Path, month: str | None = None
) -> Path:
    """The report of a month of service, else of the month before; returns the cover."""
    chosen = month or (_today().replace(day=1) - timedelta(days=1)).strftime("%Y-%m")
    return render(Place(warehouse_file, practice), out, chosen)[0]


def _today() -> date:
    return datetime.now().astimezone().date()


def run_once(place: Place, inbox: Path, *, month: str | None, out: Path) -> Done:
    """The job once, now, on the server `PREFECT_API_URL` names.

    Errors arrive as the steps raised them. Raises UnusableServer when the server stops answering.
    """
    try:
        return audit_files(place.warehouse, place.practice, inbox, out, month)
    except Stopped as stopped:
        raise stopped.__cause__ or stopped from None
    except httpx.HTTPError as error:
        raise server.UnusableServer(
            f"Prefect's server stopped answering ({type(error).__name__}); run the same command "
            "again: what was finished is kept"
        ) from None
    finally:
        _send_what_waits()


def _send_what_waits() -> None:
    """Logs and task states leave in the background, and the server stops when the run ends."""
    for sender in (EventsWorker, APILogWorker):
        sender.drain_all(timeout=10)


def describe(inbox: Path, out: Path) -> list[str]:
    """What the schedule does, in words."""
    zone = get_localzone_name() or "UTC"
    return [
        f"every night at 02:00 ({zone}): audit what is new in {inbox}",
        f"on the third of each month at 06:00 ({zone}): report the month before in {out}",
    ]


def deployments(place: Place, inbox: Path, out: Path) -> list[RunnerDeployment]:
    """The nightly audit and the monthly report, on this machine's clock."""
    zone = get_localzone_name() or "UTC"
    where = {
        "warehouse_file": str(place.warehouse),
        "practice": str(place.practice) if place.practice else None,
        "out": str(out),
    }
    nightly = audit_files.to_deployment(
        "nightly",
        schedule=Cron(NIGHTLY_CRON, timezone=zone),
        parameters={**where, "inbox": str(inbox)},
        description="Takes in what is new in the inbox, audits, publishes, reports.",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    monthly = report_month.to_deployment(
        "monthly",
        schedule=Cron(MONTHLY_CRON, timezone=zone),
        parameters=where,
        description="The report of the month before.",
        entrypoint_type=EntrypointType.MODULE_PATH,
    )
    assert isinstance(nightly, RunnerDeployment)  # noqa: S101  (a coroutine inside an event loop)
    assert isinstance(monthly, RunnerDeployment)  # noqa: S101
    return [nightly, monthly]


def serve_schedule(place: Place, inbox: Path, out: Path) -> None:
    """Keep the nightly audit and the monthly report on schedule until stopped, one at a time."""
    inbox.mkdir(parents=True, exist_ok=True)
    runner = Runner(limit=1)
    for deployment in deployments(place, inbox, out):
        runner.add_deployment(deployment)
    # Prefect's own handler leaves the schedules active with nobody there to run them (3.8.8)
    runner.handle_sigterm = _interrupt  # type: ignore[method-assign]
    with suppress(KeyboardInterrupt):
        asyncio.run(runner.start())


def _interrupt(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)
