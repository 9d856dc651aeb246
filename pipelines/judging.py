"""Rules at work: what they find in the catalog in use, and what they could not judge."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import duckdb
import polars as pl

from pipelines import warehouse
from pipelines.rules import Rule, population, told
from schemas.headers import Problem
from schemas.table import DATE_OPEN

ENGINE = warehouse.SQL / "engine"

Connection = warehouse.Connection

EMPTY_FINDING = (
    "SELECT NULL::VARCHAR AS line_id, NULL::VARCHAR AS reason, NULL::VARCHAR AS severity, "
    "NULL::VARCHAR AS related_line_id, NULL::VARCHAR AS suggested_code, "
    "NULL::DECIMAL(9,3) AS suggested_units WHERE FALSE"
)


@dataclass(frozen=True)
class Outcome:
    """What a run took per rule, in seconds, and what went wrong in it."""

    seconds: Mapping[str, float]
    problems: tuple[Problem, ...]


def run(connection: Connection, rules: Sequence[Rule], *, run_id: str) -> Outcome:
    """Run rules over the catalog in use: append to its `audit.finding` and `audit.rule_coverage`.

    Findings have state `new` and first_run_id `run_id`. Each rule adds four rows of coverage
    (flagged, passed, not_applicable, not_evaluable) that sum to the live primary lines with a
    charge. A rule that fails is told in the outcome, every line is then not evaluable to it, and
    the others go on.
    """
    live_lines = warehouse.value(
        connection,
        "SELECT count(*) FROM core.service_line WHERE encounter_id IS NOT NULL AND charge > 0",
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE rule_finding AS "
        "SELECT * EXCLUDE (is_superseded) FROM audit.finding LIMIT 0"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE supersession (rule_id VARCHAR, superseded_id VARCHAR)"
    )
    seconds: dict[str, float] = {}
    problems: list[Problem] = []
    coverage: list[dict[str, object]] = []
    counts: dict[object, Counts] = {}
    overlaid = {
        row[0] for row in connection.execute("SELECT rule_id FROM reference.overlay").fetchall()
    }
    for rule in rules:
        started = time.perf_counter()
        try:
            alike = _alike(rule) if rule.id not in overlaid else rule.id
            if alike not in counts:
                counts[alike] = _count(connection, rule)
            # last, so that a rule that fails leaves no finding behind
            flagged = _find(connection, rule, run_id)
            coverage += _coverage(rule, live_lines, counts[alike], flagged)
        except duckdb.Error as error:
            problems.append(told(rule, rule.sql_line, error))
            coverage += _coverage(rule, live_lines, {"the rule failed": live_lines}, 0)
        seconds[rule.id] = time.perf_counter() - started
        for other in rule.header.supersedes:
            connection.execute("INSERT INTO temp.supersession VALUES (?, ?)", [rule.id, other])
    warehouse.insert(
        connection,
        "audit.rule_coverage",
        pl.DataFrame(coverage, schema=warehouse.frame_schema("audit.rule_coverage")),
    )
    connection.execute(f"INSERT INTO audit.finding BY NAME {_engine('finding')}")
    return Outcome(seconds, tuple(problems))


def _find(connection: Connection, rule: Rule, run_id: str) -> int:
    """Append what the rule finds to temp.rule_finding; how many lines that are."""
    # most rules find nothing in most sets: then there is nothing to weigh
    if not warehouse.value(
        connection,
        f"CREATE OR REPLACE TEMP TABLE found AS {EMPTY_FINDING} UNION ALL BY NAME ({rule.sql}\n)",
    ):
        return 0
    lines, said = _lines(rule, "line_id IN (SELECT line_id FROM temp.found)")
    return int(
        warehouse.value(
            connection,
            f"INSERT INTO temp.rule_finding BY NAME {lines} {_engine('rule_finding')}",
            {
                **said,
                "severity": rule.header.severity,
                "severities": list(rule.header.severities),
                "rule_version": rule.version,
                "run_id": run_id,
            },
        )
    )


Counts = dict[str | None, int]
"""The lines a rule is about, by what is missing to judge them; None: nothing."""


def _alike(rule: Rule) -> object:
    """What rules without a payer's row have in common that are about the same lines."""
    header = rule.header
    if header.default != "on":
        return rule.id
    return header.population, header.needs, header.requires, header.releases, header.effective


def _count(connection: Connection, rule: Rule) -> Counts:
    lines, said = _lines(rule)
    query = f"{lines} SELECT missing, count(*) FROM rule_lines GROUP BY missing"
    return dict(connection.execute(query, said).fetchall())


def _coverage(
    rule: Rule, live_lines: int, counts: Mapping[str | None, int], flagged: int
) -> list[dict[str, object]]:
    """Every live primary line with a charge has one outcome of a rule."""
    missing = {name: lines for name, lines in sorted(counts.items(), key=str) if name is not None}
    judged = counts.get(None, 0)
    outcomes = {
        "flagged": flagged,
        "passed": judged - flagged,
        "not_evaluable": sum(missing.values()),
        "not_applicable": live_lines - judged - sum(missing.values()),
    }
    return [
        {
            "rule_id": rule.id,
            "outcome": outcome,
            "lines": lines,
            "missing": list(missing) if outcome == "not_evaluable" else [],
            "missing_lines": list(missing.values()) if outcome == "not_evaluable" else [],
        }
        for outcome, lines in outcomes.items()
    ]


def switched_on(rule: Rule) -> Rule:
    """The rule as it runs for a payer that has it on."""
    return replace(rule, header=replace(rule.header, default="on"))


def lines(connection: Connection, rule: Rule) -> list[tuple[str, str | None]]:
    """Every line in use that the rule is about, and what keeps it from being judged."""
    query, said = _lines(rule)
    found = connection.execute(f"{query} SELECT line_id, missing FROM rule_lines", said)
    return [(line_id, missing) for line_id, missing in found.fetchall()]


def _lines(rule: Rule, condition: str = "TRUE") -> tuple[str, dict[str, object]]:
    """The CTE `rule_lines`, of the lines that meet a condition, and its parameters."""
    header = rule.header
    return (
        f"WITH population AS ({population(rule)} AND {condition}), rule_lines AS ({_engine('rule_line')})",
        {
            "rule_id": rule.id,
            "first_day": header.effective.first,
            "last_day": header.effective.last or date.fromisoformat(DATE_OPEN),
        },
    )


def _engine(name: str) -> str:
    return warehouse.select_text(ENGINE / f"{name}.sql")
