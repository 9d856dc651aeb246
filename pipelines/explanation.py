"""`mohs explain`: a rule as it stands in the book, or a billed line with everything known of it."""

from __future__ import annotations

import re
from typing import Any

import click
import duckdb
import polars as pl
from rich.markdown import Markdown

from pipelines import findings as audited
from pipelines import printing, records, risk, rule_pages, rules, sources, steps, warehouse
from pipelines.places import Place
from schemas.headers import RULE_ID

SECRET = re.compile(r"^(NM1|N3|N4|PER|DMG)")


def explain(place: Place, what: str) -> int:
    """Print the explanation. Raises UnknownRule or UnusableWarehouse for what is not there."""
    if RULE_ID.fullmatch(what.upper()):
        book = rules.read_book(*steps.own_rules(place), practice=place.practice)
        [rule] = rules.pick(book, [what])
        heading, text = rule_pages.explain(rule).split("\n", 1)
        click.echo(heading.lstrip("# "))
        printing.console(100).print(Markdown(text))
        _say_coverage(place, rule.id)
        return 0
    return _explain_line(place, what)


def _say_coverage(place: Place, rule_id: str) -> None:
    if not place.snapshot.exists():
        click.echo("Track record: nothing has been audited here yet.")
        return
    connection = steps.open_snapshot(place)
    try:
        rows = connection.execute(
            "SELECT outcome, lines FROM audit.rule_coverage WHERE rule_id = ? ORDER BY outcome",
            [rule_id],
        ).fetchall()
        standing = records.describe_rule(connection, rule_id)
    finally:
        connection.close()
    text = ", ".join(f"{outcome.replace('_', ' ')} {lines:,}" for outcome, lines in rows)
    click.echo(f"Lines in the last audit: {text or 'this rule has not run yet'}")
    for said in standing:
        click.echo(said)


def _explain_line(place: Place, line_id: str) -> int:
    connection = steps.open_snapshot(place)
    try:
        found = warehouse.select(
            connection, "SELECT * FROM core.service_line WHERE line_id = ?", [line_id]
        )
        if found.is_empty():
            raise warehouse.UnusableWarehouse(
                f"{line_id}: no such rule or line; `mohs rules` lists rules, "
                '`mohs sql "select line_id from core.service_line"` lines'
            )
        line = found.row(0, named=True)
        click.echo(f"Line {line_id}")
        _say_facts(line)
        _say_source(place, line)
        _say(
            connection,
            "Findings",
            "SELECT findings.rule_id, findings.severity, CASE WHEN records.shown_because IS NULL "
            "THEN findings.severity ELSE 'info' END AS shown_as, CASE WHEN dismissals.rule_id IS NULL "
            "THEN findings.state ELSE 'dismissed' END AS state, findings.reason, "
            "findings.related_line_id, findings.dollars FROM audit.finding AS findings "
            "JOIN core.service_line AS lines USING (line_id) "
            "LEFT JOIN audit.rule_record AS records ON records.rule_id = findings.rule_id "
            "AND records.payer = lines.payer AND records.quarter = '' AND records.period = '' "
            "LEFT JOIN audit.dismissal AS dismissals ON dismissals.rule_id = findings.rule_id "
            "AND dismissals.line_id = findings.line_id AND dismissals.state = 'standing' "
            "WHERE findings.line_id = ? AND findings.state <> 'gone' ORDER BY findings.rule_id",
            line_id,
            "none of the rules that could judge it flags it",
        )
        for said in audited.dismissed_of_line(connection, line_id):
            click.echo(said)
        for said in records.describe_line(connection, line_id):
            click.echo(said)
        _say_price(connection, line_id)
        for said in risk.describe_line(connection, line_id):
            click.echo(said)
        _say(
            connection,
            "Remittances",
            "SELECT claims.payment_date, claims.payer, lines.payer_sequence, lines.is_reversal, "
            "lines.procedure_code, lines.charge, lines.allowed, lines.paid, lines.match_method "
            "FROM core.remit_line AS lines JOIN core.remit_claim AS claims USING (remit_claim_id) "
            "WHERE lines.line_id = ? ORDER BY ALL",
            line_id,
            "no remittance for it is on file",
        )
        _say(
            connection,
            "Adjustments",
            "SELECT group_code, carc, amount, quantity FROM core.adjustment WHERE line_id = ? "
            "ORDER BY ordinal, position",
            line_id,
            "none",
        )
    finally:
        connection.close()
    return 0


def _say_facts(line: dict[str, Any]) -> None:
    facts = [
        ("code", " ".join([line["procedure_code"], *line["modifiers"]])),
        ("units, charge", f"{line['units']:f} units, ${line['charge']:,.2f}"),
        ("day", str(line["date_of_service"])),
        ("diagnoses", " ".join(line["diagnosis_codes"] or []) or "none"),
        ("place, locality", f"{line['place_of_service']}, {line['locality'] or 'unknown'}"),
        ("renderer", f"{line['rendering_npi']} ({line['rendering_type'] or 'type unknown'})"),
        ("payer", f"{line['payer']} ({line['line_of_business']})"),
        ("allowed, paid", f"{_dollars(line['allowed'])}, {_dollars(line['paid'])}"),
    ]
    if line["is_denied"]:
        facts.append(("denied", f"{line['denial_category']} (CARC {line['driver_carc']})"))
    for name, text in facts:
        click.echo(f"  {name:<16}{text}")


def _dollars(amount: Any) -> str:
    return "unknown" if amount is None else f"${amount:,.2f}"


def _say_source(place: Place, line: dict[str, Any]) -> None:
    click.echo("\nSource")
    source = sources.read(place, line)
    if source.name:
        click.echo(f"  {source.name}: {source.place}")
    if source.trouble:
        click.echo(f"  {source.trouble}")
    for segment in source.segments:
        click.echo(f"  | {_without_names(segment)}")


def _without_names(segment: str) -> str:
    """Names and addresses within the line's own segments are not needed to explain it."""
    return SECRET.sub(r"\1", segment[:3]) + " (not shown)" if SECRET.match(segment) else segment


def _say_price(connection: duckdb.DuckDBPyConnection, line_id: str) -> None:
    click.echo("\nExpected payment")
    rows = warehouse.select(
        connection, "SELECT * FROM audit.expected_payment WHERE line_id = ?", [line_id]
    ).to_dicts()
    if not rows:
        click.echo("  this line is not priced: only primary bills are")
        return
    price = rows[0]
    if price["status"] != "priced":
        click.echo(f"  {price['status'].replace('_', ' ')}: {price['reason']}")
    if price["explanation"]:
        for step in price["explanation"].split("; "):
            click.echo(f"  {step}")
    if price["fee_schedule"]:
        click.echo(f"  schedule: {price['fee_schedule']}")
    if price["expected_basis"] == "contract" and price["medicare_allowed"]:
        click.echo(f"  Medicare's schedule would give {_dollars(price['medicare_allowed'])}")
    variance = warehouse.select(
        connection, "SELECT * FROM audit.payment_variance WHERE line_id = ?", [line_id]
    ).to_dicts()
    if variance:
        one = variance[0]
        text = one["status"].replace("_", " ")
        if one["variance"] is not None:
            text += (
                f": allowed {_dollars(one['allowed'])}, {one['variance']:+,.2f} against expected"
            )
        if one["explanation"]:
            text += f": {one['explanation']}"
        click.echo(f"  {text}")


def _say(
    connection: duckdb.DuckDBPyConnection, title: str, query: str, line_id: str, otherwise: str
) -> None:
    frame: pl.DataFrame = warehouse.select(connection, query, [line_id])
    if frame.is_empty():
        click.echo(f"\n{title}\n  {otherwise}")
    else:
        click.echo()
        printing.show(frame, title=title)
