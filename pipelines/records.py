"""Rules against payers: the counts behind `audit.rule_record`, and what it and corrections say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipelines import judging, warehouse
from pipelines.rules import Rule
from pipelines.warehouse import Connection
from schemas.dictionary import tables


def count_judged(connection: Connection, rules: Sequence[Rule]) -> None:
    """Fill `audit.rule_judged` from the warehouse's tables.

    Rules about payments are left out: they follow the answer. So are lines whose last answer was to
    a submission that was changed since, which audit.submission_line has as they were billed. Rules
    that are about the same lines are counted once, over all patients at a time, so that nothing has
    to be kept between runs.
    """
    connection.execute("DELETE FROM audit.rule_judged")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE denial AS "
        "SELECT line_id, coalesce(driver_carc, 'none') AS carc FROM core.service_line "
        "WHERE is_adjudicated AND is_denied AND encounter_id IS NOT NULL"
    )
    overlaid = judging.overlaid(connection)
    counted: dict[object, str] = {}
    for rule in rules:
        if rule.header.basis == "payment" or rule.header.scope != "patient":
            continue
        key = rule.id if rule.id in overlaid else judging.alike(rule)
        if key in counted:
            connection.execute(
                "INSERT INTO audit.rule_judged BY NAME SELECT ? AS rule_id, payer, month, carc, "
                "lines FROM audit.rule_judged WHERE rule_id = ?",
                [rule.id, counted[key]],
            )
            continue
        _count(connection, rule)
        counted[key] = rule.id
    connection.execute("DROP TABLE temp.denial")


ANSWERED_BEFORE = (
    "line_id IN (SELECT line_id FROM audit.submission_line "
    "WHERE is_latest AND array_length(judged_by) > 0)"
)


def _count(connection: Connection, rule: Rule) -> None:
    table = tables()[rule.header.population_table]
    is_answered = (
        "is_adjudicated"
        if "is_adjudicated" in table.to_schema().columns
        else "line_id IN (SELECT line_id FROM core.service_line WHERE is_adjudicated)"
    )
    lines, said = judging.rule_lines(rule, f"{is_answered} AND NOT {ANSWERED_BEFORE}")
    query = warehouse.select_text(judging.ENGINE / "rule_judged.sql")
    connection.execute(f"INSERT INTO audit.rule_judged BY NAME {lines} {query}", said)


def describe_rule(connection: Connection, rule_id: str) -> list[str]:
    """The track record of a rule in sentences, by payer too; empty before the first audit."""
    rows = _records(connection, rule_id)
    if ("", "") not in rows:
        return []
    first, *more = _sentences(rows[("", "")])
    told = [f"Track record: {first}", *more]
    for period, name in (("before", "Before the held-out months"), ("held_out", "Held out")):
        if rows.get(("", period), {}).get("fired"):
            told.append(f"{name}: {_denied(rows[('', period)])}.")
    told += [
        f"{payer}: {_denied(row)}{_demoted(row)}."
        for (payer, period), row in sorted(rows.items())
        if payer and not period and row["fired"] and row["denial_rate_fired"] is not None
    ]
    return told


def describe_line(connection: Connection, line_id: str) -> list[str]:
    """Of the findings that stand on a line: the rules' track records, what a correction changes."""
    found = connection.execute(
        "SELECT DISTINCT findings.rule_id, lines.payer FROM audit.finding AS findings "
        "JOIN core.service_line AS lines USING (line_id) "
        "WHERE line_id = ? AND state <> 'gone' ORDER BY 1",
        [line_id],
    ).fetchall()
    told = ["", "Track record of these rules"] if found else []
    for rule_id, payer in found:
        said = describe_record(connection, rule_id, payer)
        told += [f"  {rule_id}: {text}" for text in said[:1]]
        told += [f"    {text}" for text in said[1:]]
    corrections = warehouse.select(
        connection,
        "SELECT * FROM audit.counterfactual WHERE line_id = ? ORDER BY step NULLS LAST, rule_id",
        [line_id],
    )
    for row in corrections.iter_rows(named=True):
        told += ["", f"If {row['rule_id']} is right", f"  {row['question']}"]
        told.append(f"  evidence: {row['evidence']}")
        told += [f"  {text}" for text in _corrected(row)]
    return told


def describe_record(connection: Connection, rule_id: str, payer: str) -> list[str]:
    """A sentence on the rule's record against all payers, and one on this payer where it has any."""
    rows = _records(connection, rule_id)
    if ("", "") not in rows:
        return []
    told, own = _sentences(rows[("", "")])[:1], rows.get((payer, ""))
    if own and own["fired"] and own["denial_rate_fired"] is not None:
        told.append(f"{payer}: {_denied(own)}{_demoted(own)}.")
    return told


Row = dict[str, Any]


def _records(connection: Connection, rule_id: str) -> dict[tuple[str, str], Row]:
    """(payer, period) -> the record over all quarters."""
    found = warehouse.select(
        connection, "SELECT * FROM audit.rule_record WHERE rule_id = ? AND quarter = ''", [rule_id]
    )
    return {(row["payer"], row["period"]): row for row in found.iter_rows(named=True)}


def _sentences(row: Row) -> list[str]:
    if row["silent"] is None:
        return [
            f"{row['fires']:,} findings, ${row['dollars']:,.2f}. It follows the payer's answer, so "
            "there is no record against denials."
        ]
    told = [
        f"{row['fires']:,} findings, ${row['dollars']:,.2f}; {_denied(row)}; of "
        f"those it passed {row['silent_denied']:,} of {row['silent']:,}"
        f"{_interval(row, 'denial_rate_silent')}"
        + (f", lift {row['lift']:.1f}" if row["lift"] is not None else "")
        + f"{_demoted(row)}."
    ]
    if row["precision"] is not None:
        told.append(
            f"With a reason code it names: {row['fired_mapped']:,} of {row['fired']:,}"
            f"{_interval(row, 'precision')}; it flagged {row['fired_mapped']:,} of "
            f"{row['fired_mapped'] + row['silent_mapped']:,} lines denied so"
            f"{_interval(row, 'recall')}."
        )
    return told


def _denied(row: Row) -> str:
    if not row["fired"]:
        return "none of the lines it flagged is answered yet"
    return (
        f"payers denied {row['fired_denied']:,} of {row['fired']:,} lines it flagged"
        f"{_interval(row, 'denial_rate_fired')}"
    )


def _interval(row: Row, name: str) -> str:
    if row[name] is None:
        return ""
    rate, lower, upper = (100 * float(row[f"{name}{end}"]) for end in ("", "_lower", "_upper"))
    return f" ({rate:.1f} %, 95 % interval {lower:.1f} to {upper:.1f})"


def _demoted(row: Row) -> str:
    return f"; shown as informational: {row['shown_because']}" if row["shown_because"] else ""


def _corrected(row: Row) -> list[str]:
    """Dollars of a correction: the line, the day, and the sums behind them."""
    if row["status"] != "priced":
        return [f"no dollars: {row['reason']}"]
    allowed = "not adjudicated" if row["line_allowed"] is None else f"{row['line_allowed']:,.2f}"
    told = [
        f"the line: as billed {row['line_billed']:,.2f}, as allowed {allowed}, "
        f"as corrected {row['line_corrected']:,.2f}",
        f"the day: {row['day_billed']:,.2f} to {row['day_corrected']:,.2f}, "
        f"a difference of {row['difference']:+,.2f}",
    ]
    if row["other_lines"]:
        told.append(f"other lines: {row['other_lines']}")
    told += [f"  {part}" for part in (row["chain_corrected"] or "").split("; ")]
    return told
