"""The commands that work on a warehouse: progress, printed results, exit status."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from pipelines import dismissals, evidence, landing, printing, server, steps, warehouse
from pipelines import patterns as sheets
from pipelines import worklist as work
from pipelines.landing import Outcome
from pipelines.places import Place
from pipelines.progress import reading, shown

SEVERITIES = ("error", "warning", "info")


def ingest(place: Place, paths: list[Path], *, again: bool) -> int:
    """Take files in and publish the snapshot; status 2 when nothing could be used."""
    files = list(landing.files(paths))
    if not files:
        click.echo(f"mohs: no files in {', '.join(map(str, paths))}", err=True)
        return 2
    with warehouse.locked(place.warehouse), shown() as progress:
        outcomes = steps.land(place, files, again=again, progress=reading(progress, files))
        waiting = progress.add_task("tying them together", total=None)
        steps.settle(place, outcomes)
        progress.update(waiting, total=1, completed=1)
        repeated = steps.repeated(place, outcomes)
        steps.publish(place)
    say_intake(outcomes)
    say_repeated(repeated)
    return 2 if any(outcome.status == "refused" for outcome in outcomes) else 0


def say_intake(outcomes: Sequence[Outcome]) -> None:
    """One row per file: what came in, what was accepted, what was set aside."""
    printing.say_table(
        [
            "file",
            "kind",
            "status",
            "rows in",
            "accepted",
            "set aside",
            "dollars in",
            "accepted",
            "set aside",
        ],
        [
            [
                outcome.path.name,
                outcome.kind,
                outcome.status + (f": {outcome.reason}" if outcome.reason else ""),
                f"{outcome.rows_in:,}",
                f"{outcome.rows_accepted:,}",
                f"{outcome.rows_quarantined:,}",
                f"{outcome.charge_in:,.2f}",
                f"{outcome.charge_accepted:,.2f}",
                f"{outcome.charge_quarantined:,.2f}",
            ]
            for outcome in outcomes
        ],
        [False] * 3 + [True] * 6,
    )


def say_repeated(rows: Sequence[Mapping[str, Any]]) -> None:
    """A line per file whose payments are not counted because another file says them again."""
    for row in rows:
        what = "an 835" if row["kind"] == "835" else "a later export"
        click.echo(
            f"{row['path']}: {row['rows']:,} accepted rows, ${row['paid']:,.2f} paid, are not counted: "
            f"{row['superseded_by']}, {what}, says them again"
        )


def forget(place: Place, name: str) -> int:
    """Take one file out; the next audit does the rest."""
    with warehouse.locked(place.warehouse):
        ids = steps.forget(place, name)
        steps.publish(place)
    click.echo(f"taken out: {', '.join(ids)}; run `mohs audit` to bring findings up to date")
    return 0


def dismiss(place: Place, rule: str, line: str, *, reason: str, author: str, until: date) -> None:
    """Keep that a finding is set aside, and say from when that counts."""
    if place.practice is None:
        raise click.ClickException("no practice folder; `mohs init practice` makes one")
    connection = steps.open_snapshot(place)
    try:
        dismissals.dismiss(
            warehouse.selector(connection),
            place.practice,
            rule.upper(),
            line,
            reason=reason,
            author=author,
            until=until,
            today=datetime.now().astimezone().date(),
        )
    finally:
        connection.close()
    click.echo(
        f"{rule.upper()} on {line} is set aside until {until}, from the next `mohs audit` on"
    )


def audit(
    place: Place,
    *,
    folder: Path | None,
    only: Sequence[str],
    everyone: bool,
    timings: bool,
    fail_on: str | None,
) -> int:
    """Audit and publish; status 1 where findings reach `fail_on` or a rule file is broken."""
    if folder is not None and not folder.is_dir():
        raise click.ClickException(f"{folder}: no such folder of rules; check the path")
    if not place.warehouse.exists():
        raise warehouse.UnusableWarehouse(
            f"{place.warehouse}: no such warehouse; `mohs ingest PATH` makes one"
        )
    with warehouse.locked(place.warehouse), shown() as progress:
        if only:
            tried = steps.try_rules(place, only, extra_rules=folder)
            printing.show(tried.coverage)
            for problem in tried.problems:
                click.echo(f"mohs: {problem}", err=True)
            if timings:
                _say_timings(tried.seconds)
            return 1 if tried.problems else 0
        bar = progress.add_task("auditing", total=1.0)
        done = steps.audit(
            place,
            everyone=everyone,
            extra_rules=folder,
            progress=lambda part: progress.update(bar, completed=part),
        )
        progress.update(bar, completed=1.0)
        steps.publish(place)
    _say_troubles(done)
    click.echo(f"run {done.run_id}: {done.patients:,} patients audited")
    click.echo("findings  " + "   ".join(f"{name} {done.findings[name]:,}" for name in SEVERITIES))
    if timings:
        _say_timings(done.seconds)
    return 1 if done.problems else _status(done.findings, fail_on)


def _say_troubles(audited: steps.Audited) -> None:
    for problem in audited.problems:
        click.echo(f"mohs: {problem}", err=True)
    for warning in audited.warnings:
        click.echo(f"mohs: warning: {warning}", err=True)


def _say_timings(seconds: Mapping[str, float]) -> None:
    rows = [[rule, f"{took:.3f}"] for rule, took in sorted(seconds.items())]
    printing.say_table(["rule", "seconds"], rows, [False, True])


def _status(found: dict[str, int], fail_on: str | None) -> int:
    if fail_on is None:
        return 0
    reached = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return 1 if any(found[severity] for severity in reached) else 0


def report(
    place: Place,
    *,
    pages: Sequence[str],
    month: str | None,
    out: Path | None,
    is_opened: bool,
    is_shareable: bool = False,
    wants_pdf: bool = False,
) -> None:
    """Render packs from the snapshot, and say where they are."""
    written = steps.report(
        place,
        out or place.reports,
        pages=pages,
        month=month,
        is_shareable=is_shareable,
        wants_pdf=wants_pdf,
    )
    for path in written:
        click.echo(path)
    if is_opened:
        webbrowser.open(written[0].resolve().as_uri())


def patterns(place: Place, out: Path | None, take: Path | None, form: str) -> None:
    """Print the patterns of the snapshot, write them as a sheet, or take a sheet's decisions."""
    if take is not None and place.practice is None:
        raise click.ClickException("no practice folder to keep decisions in; `mohs init` makes one")
    snapshot = steps.open_snapshot(place)
    try:
        found = sheets.read(snapshot)
    finally:
        snapshot.close()
    if out is not None:
        click.echo(sheets.write_sheet(found, out))
    elif take is not None and place.practice is not None:
        taken = sheets.take(found, take, place.practice, datetime.now().astimezone().date())
        for row in taken:
            click.echo(f"{row['status']:<10}{row['pattern_id']}")
        click.echo(f"{len(taken)} taken" + ("; they hold from the next audit on" if taken else ""))
    else:
        printing.show(found.select(sheets.SHOWN if form == "text" else sheets.SHEET), form)


def worklist(place: Place, out: Path | None, take: Path | None, top: int, form: str) -> None:
    """Print the work list of the snapshot, write it as a sheet, or take a sheet's decisions."""
    if take is not None and place.practice is None:
        raise click.ClickException("no practice folder to keep decisions in; `mohs init` makes one")
    snapshot = steps.open_snapshot(place)
    try:
        if take is not None and place.practice is not None:
            taken = work.take(snapshot, take, place.practice, datetime.now().astimezone().date())
            for row in taken:
                click.echo(f"{row['disposition']:<13}{row['line_id']}")
            said = "; they hold from the next audit on" if taken else ""
            click.echo(f"{len(taken)} taken{said}")
            return
        items = work.read(snapshot)
    finally:
        snapshot.close()
    if out is not None:
        click.echo(work.write_sheet(items, out))
    elif form != "text":
        printing.show(items.select(work.SHEET), form)
    else:
        printing.show(items.select(work.SHOWN).head(top))
        if items.height > top:
            click.echo(f"the first {top} of {items.height:,}; --out FILE writes all of them")


def gather_evidence(place: Place, lines: Sequence[str], folder: Path, top: int) -> None:
    """Write evidence files of the lines given, else of the first of the work list."""
    if not lines:
        snapshot = steps.open_snapshot(place)
        try:
            lines = work.read(snapshot).head(top)["line_id"].to_list()
        finally:
            snapshot.close()
    for path in evidence.write(place, lines, folder):
        click.echo(path)


def simulate(
    out: Path,
    encounters: int,
    months: int,
    seed: int,
    *,
    drift: bool = False,
    is_aside: bool = False,
) -> None:
    """Write an invented practice's files and say what they hold (`is_aside`: on standard error)."""
    from pipelines import simulate as simulator

    previous = os.umask(0o077)
    try:
        with shown() as progress:
            bar = progress.add_task("simulating", total=encounters)
            summary = simulator.simulate(
                out,
                encounters,
                months,
                seed,
                progress=lambda done, total: progress.update(bar, completed=done, total=total),
                drift=drift,
            )
    except (ValueError, FileExistsError) as error:
        raise click.ClickException(str(error)) from None
    finally:
        os.umask(previous)
    click.echo(
        f"{out}: {summary.encounters:,} encounters from {summary.first_day} to {summary.last_day}, "
        f"{summary.claims:,} claims and {summary.remits:,} adjudications in {summary.files} files",
        err=is_aside,
    )


def run(
    place: Place, inbox: Path | None, *, month: str | None, out: Path | None, fail_on: str | None
) -> int:
    """The whole job as a Prefect flow; without an inbox, on a simulated practice in ./demo."""
    if inbox is None:
        from pipelines.cli import DEMO, DEMO_ENCOUNTERS, DEMO_MONTHS, DEMO_SEED

        place = Place(DEMO / "warehouse.duckdb", DEMO / "practice")
        inbox, out = DEMO / "inbox", out or DEMO / "reports"
    elif not inbox.exists():
        raise landing.UnusableFile(f"{inbox}: no such file or folder; check the path")
    with server.running(place.warehouse) as ready:
        if not inbox.exists():
            click.echo("no inbox given: working on a simulated practice in ./demo", err=True)
            simulate(DEMO, DEMO_ENCOUNTERS, DEMO_MONTHS, DEMO_SEED, is_aside=True)
        with shown() as progress:
            starting = progress.add_task("starting Prefect", total=None)
            from pipelines import flows

            ready()
            progress.update(starting, total=1, completed=1)
        done = flows.run_once(place, inbox, month=month, out=out or place.reports)
    say_summary(steps.summarise(place))
    _say_troubles(done.audited)
    refused = [outcome for outcome in done.outcomes if outcome.status == "refused"]
    for outcome in refused:
        click.echo(f"mohs: {outcome.path}: {outcome.reason}", err=True)
    click.echo(f"report    {done.written[0]}")
    if refused:
        return 2
    return 1 if done.audited.problems else _status(done.audited.findings, fail_on)


def say_summary(row: dict[str, Any]) -> None:
    """What `mohs run` ends with."""
    click.echo(
        f"rows      {row['rows_in']:,} in = {row['rows_accepted']:,} accepted "
        f"+ {row['rows_quarantined']:,} set aside"
    )
    if row["rows_superseded"]:
        click.echo(
            f"          {row['rows_superseded']:,} accepted rows, ${row['paid_superseded']:,.2f} paid, "
            "are not counted: a later export or an 835 says them again"
        )
    click.echo(
        f"findings  error {row['errors']:,}   warning {row['warnings']:,}   info {row['infos']:,}"
    )
    click.echo(
        f"payment   ${row['expected_allowed']:,.2f} expected, ${row['allowed']:,.2f} allowed "
        f"(fee schedule or contract, {row['lines_compared']:,} lines where both are known)"
    )
    click.echo(
        f"at risk   ${row['at_risk']:,.2f} on {row['lines_at_risk']:,} lines that await adjudication "
        "(by probability of denial; without one, those that break an error rule)"
    )


def serve(place: Place, inbox: Path | None, out: Path | None) -> None:
    """Keep the schedule until stopped."""
    place = replace(
        place,
        warehouse=place.warehouse.resolve(),
        practice=place.practice.resolve() if place.practice else None,
    )
    inbox, out = (inbox or Path("inbox")).resolve(), (out or place.reports).resolve()
    with server.running(place.warehouse, is_standing=True) as ready:
        from pipelines import flows

        url = ready()
        for line in flows.describe(inbox, out):
            click.echo(line)
        click.echo(f"watch it at {url.removesuffix('/api')}; stop it with Ctrl-C")
        sys.stdout.flush()
        flows.serve_schedule(place, inbox, out)
