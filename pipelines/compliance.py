"""The commands of a coding audit: draw a sample, draw it again, say what the review found."""

from __future__ import annotations

import json
import secrets
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click
import polars as pl

import pipelines
from pipelines import (
    appraisal,
    identity,
    letters,
    past_audits,
    practice,
    printing,
    rehearsal,
    reviews,
    sampling,
    steps,
    worksheets,
)
from pipelines.places import Place
from pipelines.sampling import CERTAINTY, Design, Frame, UnusableSample
from reports.writing import write_private

MANIFEST, WORKSHEET = "manifest.json", "worksheet.xlsx"


def sample(place: Place, design: Design, *, seed: int | None, out: Path, is_rehearsal: bool) -> int:
    """Rehearse the design, and unless that is all, draw and write frame, manifest and worksheet."""
    if not is_rehearsal and (out / MANIFEST).exists():
        raise UnusableSample(
            f"{out / MANIFEST}: a sample was drawn here already and stands; give --out another folder"
        )
    snapshot = steps.open_snapshot(place)
    try:
        frame = sampling.build_frame(snapshot, design)
        plan = sampling.allocate(frame, design)
        tried = rehearsal.rehearse(_strata(frame, plan))
        _say_plan(frame, plan, tried)
        if is_rehearsal:
            click.echo("nothing was drawn")
            return 0
        chosen = seed if seed is not None else secrets.randbelow(10**9)
        drawn = sampling.draw(frame.units, plan, chosen)
        lines = sampling.lines_of(snapshot, design, drawn)
        facts = steps.facts_of(snapshot)
    finally:
        snapshot.close()
    record = sampling.manifest(
        design,
        frame,
        plan,
        drawn,
        lines,
        tried,
        chosen,
        {
            "drawn_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "app_version": pipelines.__version__,
            "run_id": facts.run_id,
            "data_digest": facts.data_digest,
            "rule_book_version": facts.rule_book_version,
            "fee_schedules": list(facts.fee_schedules),
            "is_simulated": facts.is_simulated,
        },
    )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(out / record["frame"]["file"], frame.content)
    text = json.dumps(record, indent=1, sort_keys=True, ensure_ascii=False)
    write_private(out / WORKSHEET, worksheets.write(record))
    write_private(out / MANIFEST, f"{text}\n".encode())
    click.echo(f"seed      {chosen} ({sampling.GENERATOR})")
    click.echo(f"frame     {record['frame']['sha256']}")
    click.echo(f"seal      {record['seal']}")
    click.echo(f"worksheet {out / WORKSHEET}")
    return 0


def _strata(frame: Frame, plan: pl.DataFrame) -> list[rehearsal.Stratum]:
    return [
        rehearsal.Stratum(
            frame.units.filter(pl.col("stratum") == row["stratum"])["paid"]
            .cast(pl.Float64)
            .to_numpy(),
            row["sample"],
        )
        for row in plan.iter_rows(named=True)
    ]


def _say_plan(frame: Frame, plan: pl.DataFrame, tried: pl.DataFrame) -> None:
    units = frame.units.height
    click.echo(
        f"frame     {units:,} units, {int(frame.units['lines'].sum()):,} lines, "
        f"${frame.units['paid'].sum():,.2f} paid"
    )
    for row in frame.excluded.iter_rows(named=True):
        click.echo(f"left out  {row['units']:,} units: {row['reason']}")
    _say_table("Strata", plan)
    _say_table(
        "The design tried on this frame. coverage: share of draws whose one-sided 90 % lower limit is "
        "at or below the truth;\nlower_limit, precision: median limit and half-width of the 90 % "
        "interval, as shares of the truth",
        tried,
    )
    drawn = plan.filter(pl.col("stratum") != CERTAINTY)
    for sentence in rehearsal.in_words(
        tried, int(drawn["units"].sum()), int(drawn["sample"].sum())
    ):
        click.echo(sentence)


def redraw(path: Path) -> int:
    """Draw a manifest's sample again; status 1 where it is not the same."""
    record, differences = sampling.redraw(path)
    for difference in differences[:20]:
        click.echo(f"mohs: {difference}", err=True)
    if differences:
        return 1
    click.echo(
        f"the same {len(record['drawn']):,} units are drawn again from seed "
        f"{record['generator']['seed']} and frame {record['frame']['sha256'][:16]} "
        f"(sealed {record['drawn_at']})"
    )
    return 0


@dataclass(frozen=True)
class Estimating:
    """What to do with an estimate beside printing it."""

    form: str = "text"
    report: Path | None = None
    is_shareable: bool = False
    is_kept: bool = False


def estimate(place: Place, path: Path, manifest: Path | None, wanted: Estimating) -> int:
    """Say what a filled worksheet found, what it means for the frame, and how the last audit was."""
    if not path.is_file():
        raise UnusableSample(f"{path}: no such worksheet; give the file `mohs sample` wrote")
    if wanted.is_shareable and (wanted.report is None or place.practice is None):
        raise UnusableSample(
            "--shareable needs --report DIR, and a practice folder whose key makes the codes of "
            "surgeons and coders; `mohs init practice` makes one"
        )
    if wanted.is_kept and place.practice is None:
        raise UnusableSample(
            "--keep needs a practice folder, which holds audits.csv; `mohs init practice` makes one"
        )
    record = sampling.read_manifest(manifest or path.with_name(MANIFEST))
    rows = reviews.read(path, record)
    result = appraisal.appraise(rows, record)
    today = datetime.now(UTC).date()
    kept = past_audits.rows_of(result, record, today)
    comparison = past_audits.compare(kept, place.practice)
    if wanted.is_kept and place.practice is not None:
        click.echo(f"kept      {past_audits.keep(kept, place.practice)}", err=True)
    if wanted.report is not None:
        cover, *_ = letters.deliver(
            result,
            record,
            comparison,
            wanted.report,
            counsel=practice.counsel(place.practice, today),
            key=identity.read_key(place.practice) if wanted.is_shareable else None,
        )
        click.echo(f"report    {cover}", err=True)
    if wanted.form == "json":
        told = {
            "worksheet": path.name,
            "seal": record["seal"],
            "frame": record["frame"],
            **result.as_record(),
            "comparison": comparison.to_dicts(),
        }
        click.echo(json.dumps(told, default=printing.plain, indent=1, ensure_ascii=False))
        return 0
    if wanted.form == "csv":
        printing.show(result.dollars, wanted.form)
        return 0
    _say_result(result, record, comparison)
    return 0


def _say_result(
    result: appraisal.Appraisal, record: dict[str, Any], comparison: pl.DataFrame
) -> None:
    for sentence in result.advice:
        click.echo(sentence)
    click.echo(
        f"Potential errors, for review. Frame: {record['frame']['units']:,} units, "
        f"${float(record['frame']['paid']):,.2f} paid; seed {record['generator']['seed']}, "
        f"sealed {record['drawn_at']}."
    )
    _say_table(
        "Accuracy: in the sample with exact (Clopper-Pearson) and Wilson 95 % intervals, and for the "
        "frame with a 90 % interval\n(lines of a unit hang together: for codes read the latter)",
        result.accuracy,
    )
    _say_table("Labels in the sample", result.labels)
    _say_table(
        "Dollars: in the sample, and estimated for the frame with a two-sided 90 % interval and the "
        "one-sided 90 % lower limit",
        result.dollars,
    )
    _say_table("What changes the answer", result.sensitivity)
    _say_comparison(comparison)
    _say_table("By surgeon: units without error, Wilson 95 %", result.surgeons)
    if result.coders.is_empty():
        click.echo("\nNo coder is on file for these lines (coders.csv when the sample was drawn).")
    else:
        _say_table("By coder: units without error in their lines, Wilson 95 %", result.coders)
    if result.agreement is not None:
        kappa = result.agreement["kappa"]
        click.echo(
            f"Two reviewers agree on {result.agreement['agreement']:.0%} of "
            f"{result.agreement['rows']} rows; kappa "
            + ("undefined, one label only" if kappa is None else f"{kappa:.2f}")
        )


def _say_comparison(comparison: pl.DataFrame) -> None:
    whole = comparison.filter(pl.col("subject") == "audit")
    why_not = whole["why_not"][0]
    if why_not is not None:
        click.echo(f"\nNot compared with an earlier audit: {why_not}.")
        return
    _say_table(
        f"Beside the audit drawn on {whole['earlier_drawn_date'][0]}: rates for the frame, and the "
        "difference with a 90 % interval\n(Newcombe 1998, method 10); none where nothing varied",
        whole.select(
            "measure", "rate", "earlier_rate", "difference", "difference_low", "difference_high"
        ).with_columns(pl.col(pl.Float64).round(4)),
    )


def _say_table(title: str, frame: pl.DataFrame) -> None:
    click.echo(f"\n{title}")
    printing.show(frame)


def design(period: str | None, certainty_above: str | None, **chosen: Any) -> Design:
    """The design the options ask for. Raises UnusableSample for a period or amount that is none."""
    first, last = _days(period)
    try:
        above = Decimal(certainty_above) if certainty_above is not None else None
    except InvalidOperation:
        raise UnusableSample(
            f"--certainty-above {certainty_above}: write dollars as 2500"
        ) from None
    return Design(first_day=first, last_day=last, certainty_above=above, **chosen)


def _days(text: str | None) -> tuple[date, date]:
    """First and last day of 2025, 2025-03 or 2025-01:2025-06; all days without one."""
    if text is None:
        return date.min, date.max
    first, _, last = text.partition(":")
    try:
        return _month(first)[0], _month(last or first)[1]
    except ValueError:
        raise UnusableSample(f"--period {text}: write 2025, 2025-03 or 2025-01:2025-06") from None


def _month(text: str) -> tuple[date, date]:
    year, _, month = text.partition("-")
    first, last = (int(month), int(month)) if month else (1, 12)
    return date(int(year), first, 1), date(int(year), last, monthrange(int(year), last)[1])
