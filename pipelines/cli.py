"""The `mohs` command. Each command imports what it needs when it runs, so that all start fast."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)
PATH = click.Path(path_type=Path)
DEMO = Path("demo")
DEMO_ENCOUNTERS, DEMO_MONTHS, DEMO_SEED = 1000, 24, 17311


def _placed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --warehouse and --practice; hand the command a Place."""

    @click.option(
        "--warehouse", type=FILE, help="The DuckDB file. [$MOHS_WAREHOUSE, ./warehouse.duckdb]"
    )
    @click.option(
        "--practice",
        type=FOLDER,
        help="The practice folder. [./practice, else the one beside the warehouse]",
    )
    @click.pass_context
    @wraps(command)
    def placed(context: click.Context, /, *args: Any, **given: Any) -> Any:
        warehouse: Path | None = given.pop("warehouse")
        practice: Path | None = given.pop("practice")
        from pipelines import practice as folders
        from pipelines.places import Place

        outer = context.obj or {}
        path = warehouse or outer.get("warehouse") or os.environ.get("MOHS_WAREHOUSE")
        folder = practice or outer.get("practice")
        if folder is not None and not folder.is_dir():
            raise click.ClickException(
                f"{folder}: no such practice folder; `mohs init {folder}` makes one"
            )
        file = Path(path or "warehouse.duckdb")
        place = Place(file, folders.find(folder, file.parent))
        return command(place, *args, **given)

    return placed


def _formed(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --csv and --json; hand the command `form`."""

    @click.option("--csv", "is_csv", is_flag=True, help="Print comma-separated values.")
    @click.option("--json", "is_json", is_flag=True, help="Print JSON.")
    @wraps(command)
    def formed(*args: Any, is_csv: bool, is_json: bool, **given: Any) -> Any:
        return command(*args, form="csv" if is_csv else "json" if is_json else "text", **given)

    return formed


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mohs-claims-audit", prog_name="mohs")
@click.option("--warehouse", type=FILE, help="As for each command.", hidden=True)
@click.option("--practice", type=FOLDER, help="As for each command.", hidden=True)
@click.pass_context
def mohs(context: click.Context, warehouse: Path | None, practice: Path | None) -> None:
    """Audit Mohs surgery claims (CPT 17311-17315) from a practice's own files, offline."""
    context.obj = {"warehouse": warehouse, "practice": practice}


@mohs.command()
@click.argument("inbox", type=PATH, required=False)
@click.option("--month", help="Report this month of service, YYYY-MM; all months otherwise.")
@click.option("--out", type=FOLDER, help="Where the report goes. [./reports beside the warehouse]")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    help="Exit with status 1 when there are findings at or above this severity.",
)
@_placed
def run(
    place: Any, inbox: Path | None, month: str | None, out: Path | None, fail_on: str | None
) -> int:
    """Do the whole job once: take files in, audit, report.

    Without INBOX it works on a simulated practice in ./demo.
    """
    from pipelines import job

    return job.run(place, inbox, month=month, out=out, fail_on=fail_on)


@mohs.command()
@click.argument("out", type=FOLDER)
@click.option("--encounters", default=1000, show_default=True, help="Days of surgery and visits.")
@click.option("--months", default=24, show_default=True, help="Months of service, ending 2026-09.")
@click.option("--seed", default=1, show_default=True, help="Same seed, same bytes.")
@click.option("--drift", is_flag=True, help="A payer changes an edit in 2026-03.")
def simulate(out: Path, encounters: int, months: int, seed: int, drift: bool) -> None:
    """Write 837P, 835 and chart files of an invented practice, and what is true of them."""
    from pipelines import job

    job.simulate(out, encounters, months, seed, drift=drift)


@mohs.command()
@click.argument("folder", type=FOLDER, metavar="DIR")
def init(folder: Path) -> None:
    """Make a practice folder with templates and an example of each."""
    from pipelines import practice

    for path in practice.init(folder):
        click.echo(path)


@mohs.command()
@click.argument("kind", type=click.Choice(["chart"]))
@click.argument("file", type=FILE, default=Path("chart.xlsx"))
def template(kind: str, file: Path) -> None:
    """Write an empty chart file to fill in: FILE is .xlsx (which explains its columns) or .csv."""
    from pipelines import templates

    click.echo(templates.write_chart(file))


@mohs.command()
@click.argument("paths", type=PATH, nargs=-1, required=True, metavar="PATH...")
@click.option("--again", is_flag=True, help="Read files that are there already once more.")
@_placed
def ingest(place: Any, paths: tuple[Path, ...], again: bool) -> int:
    """Take files or folders in. A file that is there already is skipped."""
    from pipelines import job

    return job.ingest(place, list(paths), again=again)


@mohs.command()
@click.argument("rule")
@click.argument("line")
@click.option("--reason", required=True, help="Why it does not count; no names of patients.")
@click.option("--author", required=True, help="Who decided.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    required=True,
    help="Last day on which the dismissal holds.",
)
@_placed
def dismiss(place: Any, rule: str, line: str, reason: str, author: str, until: Any) -> None:
    """Set the finding of RULE on LINE aside, until a day or until the line changes.

    It is kept in dismissals.csv of the practice folder and holds from the next audit on.
    """
    from pipelines import job

    job.dismiss(place, rule, line, reason=reason, author=author, until=until.date())


@mohs.command()
@click.argument("file")
@_placed
def forget(place: Any, file: str) -> int:
    """Take one file out again: by path, file name or id."""
    from pipelines import job

    return job.forget(place, file)


@mohs.command()
@click.option(
    "--rules", "folder", type=FOLDER, help="A folder of rules to run beside the shipped ones."
)
@click.option("--only", multiple=True, metavar="RULE", help="Just this rule; may be repeated.")
@click.option("--all", "everyone", is_flag=True, help="Everyone, not only patients with new files.")
@click.option("--timings", is_flag=True, help="Print seconds by rule.")
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info"]),
    help="Exit with status 1 when there are findings at or above this severity.",
)
@_placed
def audit(
    place: Any,
    folder: Path | None,
    only: tuple[str, ...],
    everyone: bool,
    timings: bool,
    fail_on: str | None,
) -> int:
    """Rebuild core tables, findings, prices and variances of the patients touched."""
    from pipelines import job

    return job.audit(
        place, folder=folder, only=only, everyone=everyone, timings=timings, fail_on=fail_on
    )


@mohs.command()
@click.argument("pages", nargs=-1, metavar="[PAGE|PACK]...")
@click.option("--month", help="This month of service, YYYY-MM; all months otherwise.")
@click.option("--out", type=FOLDER, help="Where the report goes. [./reports beside the warehouse]")
@click.option("--pdf", "wants_pdf", is_flag=True, help="A PDF of each pack, by a Chromium.")
@click.option(
    "--shareable",
    "is_shareable",
    is_flag=True,
    help="The copy that may leave the workplace, in OUT/shareable.",
)
@click.option("--open", "is_opened", is_flag=True, help="Open the cover in a browser.")
@_placed
def report(
    place: Any,
    pages: tuple[str, ...],
    month: str | None,
    out: Path | None,
    wants_pdf: bool,
    is_shareable: bool,
    is_opened: bool,
) -> None:
    """Render packs of pages, each with its workbook and tables; all packs, or those named."""
    from pipelines import job

    job.report(
        place,
        pages=pages,
        month=month,
        out=out,
        is_opened=is_opened,
        is_shareable=is_shareable,
        wants_pdf=wants_pdf,
    )


@mohs.command()
@click.option("--markdown", is_flag=True, help="Print the catalogue as Markdown.")
@click.option("--family", "families", multiple=True, help="site, stages, units, bundling ...")
@click.option(
    "--severity", "severities", multiple=True, type=click.Choice(["error", "warning", "info"])
)
@click.option("--code", "codes", multiple=True, help="Only rules about this procedure code.")
@click.option("--modifier", "modifiers", multiple=True, help="Only rules about this modifier.")
@click.option("--rules", "folder", type=FOLDER, help="A folder of rules beside the shipped ones.")
@_formed
@_placed
def rules(
    place: Any,
    form: str,
    markdown: bool,
    families: tuple[str, ...],
    severities: tuple[str, ...],
    codes: tuple[str, ...],
    modifiers: tuple[str, ...],
    folder: Path | None,
) -> int:
    """List the rules, all or some of them."""
    from pipelines import catalogue

    choice = catalogue.Choice(families, severities, codes, modifiers)
    return catalogue.show(place, folder, choice, form="markdown" if markdown else form)


@mohs.command()
@click.argument("what", metavar="RULE|LINE")
@_placed
def explain(place: Any, what: str) -> int:
    """Explain a rule, or a billed line with its source segment, findings, price and remittances."""
    from pipelines import explanation

    return explanation.explain(place, what)


@mohs.command()
@click.argument("only", nargs=-1, metavar="[RULE]...")
@click.option("--rules", "folder", type=FOLDER, help="A folder of rules beside the shipped ones.")
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    is_flag=False,
    flag_value=DEMO / "truth",
    help="Score findings against the simulator's truth folder. [demo/truth]",
)
@_placed
def check(place: Any, only: tuple[str, ...], folder: Path | None, truth: Path | None) -> int:
    """Run the rules' worked examples, or score them against the simulator's truth."""
    from pipelines import catalogue

    return catalogue.check(place, only, folder, truth)


@mohs.command()
@click.argument("file", type=FILE, required=False)
@click.option(
    "--as-of",
    "year",
    type=click.IntRange(2000, 2100),
    help="Reprice under this year's schedule and take the difference apart: price (new fees at the "
    "old ranking), mix (new ranks), volume (lines priced on one side only). Without FILE, the "
    "Medicare lines of the warehouse.",
)
@click.option("--locality", help="With --as-of: reprice in this carrier-locality, as 15202-00.")
@click.option("--period", help="With --as-of and no FILE: 2025 or 2025-03. [the latest year]")
@_formed
@_placed
def price(
    place: Any,
    file: Path | None,
    year: int | None,
    locality: str | None,
    period: str | None,
    form: str,
) -> None:
    """Price a table of lines by the Medicare fee schedule. Needs no warehouse."""
    from pipelines import pricing, printing, scenario, steps

    if year is None:
        if file is None or locality or period:
            raise click.UsageError("give a FILE of lines to price, or --as-of YEAR")
        printing.show(pricing.price_file(file, place.practice), form)
    elif file is not None:
        printing.show(scenario.reprice_file(file, year, locality, place.practice), form)
    else:
        snapshot = steps.open_snapshot(place)
        try:
            printing.show(
                scenario.reprice_snapshot(snapshot, year, locality, period, place.practice), form
            )
        finally:
            snapshot.close()


@mohs.command()
@click.argument("file", type=FILE)
@click.option("--year", type=click.IntRange(2012, 2100), help="Of service. [by the file's name]")
@click.option("--fees", "is_fees", is_flag=True, help="Average allowed against the fee schedule.")
@click.option("--save", "is_saved", is_flag=True, help="Keep the cohort in the practice folder.")
@_formed
@_placed
def peers(
    place: Any, file: Path, year: int | None, is_fees: bool, is_saved: bool, form: str
) -> None:
    """Show how surgeons bill Medicare, from CMS's by-provider-and-service FILE of any year."""
    from pipelines import peers as cohorts

    cohorts.show(place.practice, file, year, is_fees=is_fees, is_saved=is_saved, form=form)


@mohs.command()
@click.option("--out", type=FILE, help="Write a sheet to fill in instead: .xlsx or .csv.")
@click.option("--take", type=FILE, help="Take the decisions of a filled sheet: .xlsx or .csv.")
@_formed
@_placed
def patterns(place: Any, out: Path | None, take: Path | None, form: str) -> None:
    """List what payers pay otherwise than expected again and again; keep what you decide about it.

    Decisions are kept in patterns.csv of the practice folder and hold from the next audit on.
    """
    if out is not None and take is not None:
        raise click.UsageError("give --out or --take, not both")
    from pipelines import job

    job.patterns(place, out, take, form)


@mohs.command()
@click.argument("lines", nargs=-1, metavar="[LINE]...")
@click.option("--out", type=FILE, help="Write a sheet to fill in instead: .xlsx or .csv.")
@click.option("--take", type=FILE, help="Take the decisions of a filled sheet: .xlsx or .csv.")
@click.option(
    "--evidence", type=FOLDER, help="Write an evidence file of each LINE, else of the first --top."
)
@click.option("--top", type=click.IntRange(1), default=25, show_default=True, help="Rows shown.")
@_formed
@_placed
def worklist(
    place: Any,
    lines: tuple[str, ...],
    out: Path | None,
    take: Path | None,
    evidence: Path | None,
    top: int,
    form: str,
) -> None:
    """List open denials by deadline, then by what they may bring; keep what you decide about them.

    Decisions are kept in dispositions.csv of the practice folder and hold from the next audit on.
    """
    if sum(one is not None for one in (out, take, evidence)) > 1:
        raise click.UsageError("give one of --out, --take and --evidence")
    if lines and evidence is None:
        raise click.UsageError("LINE goes with --evidence DIR; `mohs explain LINE` prints one")
    from pipelines import job

    if evidence is not None:
        job.gather_evidence(place, lines, evidence, top)
    else:
        job.worklist(place, out, take, top, form)


@mohs.command()
@click.option(
    "--unit",
    type=click.Choice(["encounter", "claim", "line"]),
    default="encounter",
    show_default=True,
    help="What is drawn and reviewed as one.",
)
@click.option("--period", help="Dates of service: 2025, 2025-03 or 2025-01:2025-06. [all]")
@click.option("--payer", "payers", multiple=True, help="Only this payer; may be repeated.")
@click.option(
    "--surgeon", "surgeons", multiple=True, metavar="NPI", help="Only this one; likewise."
)
@click.option("--any-code", is_flag=True, help="Units without Mohs surgery as well.")
@click.option("--with-unpaid", is_flag=True, help="Units for which nothing was paid as well.")
@click.option("--size", type=click.IntRange(2), default=100, show_default=True, help="Units drawn.")
@click.option("--spares", type=click.IntRange(0), default=10, show_default=True)
@click.option(
    "--stratify",
    "strata",
    multiple=True,
    type=click.Choice(["surgeon", "risk", "dollars"]),
    help="By surgeon, by the gravest finding, by bands of equal dollars; may be repeated.",
)
@click.option("--bands", type=click.IntRange(2, 10), default=3, show_default=True)
@click.option("--certainty-above", metavar="DOLLARS", help="Take every unit paid more than this.")
@click.option("--certainty-errors", is_flag=True, help="Take every unit with an error finding.")
@click.option("--seed", type=click.IntRange(0), help="[a random one, written down]")
@click.option("--out", type=FOLDER, default=Path("sample"), show_default=True)
@click.option("--rehearse", is_flag=True, help="Only try the design on this frame; draw nothing.")
@click.option("--redraw", type=FILE, metavar="MANIFEST", help="Draw that sample again and compare.")
@_placed
def sample(
    place: Any,
    period: str | None,
    certainty_above: str | None,
    seed: int | None,
    out: Path,
    rehearse: bool,
    redraw: Path | None,
    **chosen: Any,
) -> int:
    """Draw a sample of encounters for a coding audit, sealed before its review."""
    from pipelines import compliance

    if redraw is not None:
        return compliance.redraw(redraw)
    design = compliance.design(period, certainty_above, **chosen)
    return compliance.sample(place, design, seed=seed, out=out, is_rehearsal=rehearse)


@mohs.command()
@click.argument("worksheet", type=FILE)
@click.option("--manifest", type=FILE, help="[manifest.json beside the worksheet]")
@click.option("--report", type=PATH, metavar="DIR", help="Also write page, workbook and tables.")
@click.option(
    "--shareable",
    "is_shareable",
    is_flag=True,
    help="With --report: the copy that may leave the workplace, in DIR/shareable.",
)
@click.option(
    "--keep",
    "is_kept",
    is_flag=True,
    help="Keep the result in audits.csv of the practice folder, to compare the next audit with.",
)
@_formed
@_placed
def estimate(
    place: Any,
    worksheet: Path,
    manifest: Path | None,
    report: Path | None,
    is_shareable: bool,
    is_kept: bool,
    form: str,
) -> int:
    """Say what a reviewed sample found: accuracy, dollars, limits, and whether it can be projected.

    It is compared with the last audit kept that drew the same unit in the same scope.
    """
    from pipelines import compliance

    wanted = compliance.Estimating(form, report, is_shareable, is_kept)
    return compliance.estimate(place, worksheet, manifest, wanted)


@mohs.command()
@click.argument("words", nargs=-1, metavar='[QUESTION [NAME=VALUE]...|"select ..."]')
@click.option("--out", type=FILE, help="Write the rows to this .csv, .xlsx or .parquet file.")
@click.option("--rows", type=click.IntRange(1), help="Rows on a page. [1000 as text, else all]")
@click.option("--page", type=click.IntRange(1), default=1, show_default=True)
@click.option("--seconds", type=click.FloatRange(0.1), default=300, show_default=True)
@click.option("--show", "is_shown", is_flag=True, help="Explain the question; print its SQL.")
@_formed
@_placed
def sql(
    place: Any,
    words: tuple[str, ...],
    out: Path | None,
    rows: int | None,
    page: int,
    seconds: float,
    is_shown: bool,
    form: str,
) -> int:
    """Ask the snapshot. With nothing, list questions, views, tables and columns."""
    from pipelines import asking

    if is_shown and words:
        return asking.show(words[0])
    return asking.ask(place, words, asking.Wanted(form, out, rows, page, seconds))


@mohs.command()
@click.argument("action", type=click.Choice(["list", "load"]), default="list")
@click.argument("files", type=FILE, nargs=-1, metavar="[FILE]...")
@_formed
@_placed
def reference(place: Any, action: str, files: tuple[Path, ...], form: str) -> int:
    """List the reference values loaded and their dates; load CMS's own files."""
    from pipelines import loading

    return loading.show(place, form) if action == "list" else loading.load(place, files, form)


@mohs.command()
@click.option("--inbox", type=FOLDER, help="Folder the nightly audit takes files from. [./inbox]")
@click.option("--out", type=FOLDER, help="Where reports go. [./reports beside the warehouse]")
@_placed
def serve(place: Any, inbox: Path | None, out: Path | None) -> None:
    """Keep the schedule: an audit every night, a report every month. Starts Prefect if none runs."""
    from pipelines import job

    job.serve(place, inbox, out)


@mohs.command(hidden=True)
@click.option("--check", "is_check", is_flag=True, help="Fail where a page is stale.")
@click.argument("folder", type=FOLDER, default=Path("docs"))
def docs(folder: Path, is_check: bool) -> int:
    """Write docs/rules.md, docs/tables.md and docs/cli.md."""
    from pipelines import catalogue

    return catalogue.write_docs(folder, is_check=is_check)


def main() -> None:
    """Run the command; a known trouble becomes one message and exit status 2."""
    status = 0
    try:
        result = mohs.main(standalone_mode=False)
        status = result if isinstance(result, int) else 0
    except click.ClickException as error:
        error.show()
        status = 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; what was finished is kept", err=True)
        status = 130
    except BrokenPipeError:
        status = 0
    except Exception as error:
        from pipelines.troubles import message

        text = message(error)
        if text is None:
            raise
        click.echo(f"mohs: {text}", err=True)
        status = 2
    sys.stdout.flush()
    sys.stderr.flush()
    # DuckDB 2.0's binding prints a list of its own leaks to standard error when the interpreter ends
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    sys.exit(status)
