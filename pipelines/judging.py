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

EMPTY_FINDING = {
    "line": (
        "SELECT NULL::VARCHAR AS line_id, NULL::VARCHAR AS reason, NULL::VARCHAR AS severity, "
        "NULL::VARCHAR AS related_line_id, NULL::VARCHAR AS suggested_code, "
        "NULL::DECIMAL(9,3) AS suggested_units WHERE FALSE"
    ),
    "provider": (
        "SELECT NULL::VARCHAR AS rendering_npi, NULL::VARCHAR AS reason, "
        "NULL::VARCHAR AS severity WHERE FALSE"
    ),
}
KEY = {"line": "line_id", "provider": "rendering_npi"}
"""By what a rule finds: the column that names it."""
ALL = {
    "line": "SELECT count(*)",
    "provider": "SELECT count(DISTINCT nullif(rendering_npi, ''))",
}
"""By what a rule finds: how many of them there are among the live primary lines with a charge."""


@dataclass(frozen=True)
class Outcome:
    """What a run took per rule, in seconds, and what went wrong in it."""

    seconds: Mapping[str, float]
    problems: tuple[Problem, ...]


def run(connection: Connection, rules: Sequence[Rule], *, run_id: str) -> Outcome:
    """Run rules over the catalog in use: append to its `audit.finding` and `audit.rule_coverage`.

    Rules that read `audit.finding` come last: they see what the others found of these patients, and
    what stood in the table before. Findings have state `new` and first_run_id `run_id`. Each rule
    adds four rows of coverage (flagged, passed, not_applicable, not_evaluable) that sum to the live
    primary lines with a charge, or to their rendering providers where it finds providers; a line
    then counts as a provider, wherever `lines` is said. A rule that fails is told in the outcome,
    every line is then not evaluable to it, and the others go on.
    """
    live = {
        subject: warehouse.value(
            connection,
            f"{counted} FROM core.service_line WHERE encounter_id IS NOT NULL AND charge > 0",
        )
        for subject, counted in ALL.items()
    }
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
    by_payer = overlaid(connection)
    for wave in waves(rules):
        for rule in wave:
            live_lines = live[rule.header.subject]
            started = time.perf_counter()
            try:
                key = alike(rule) if rule.id not in by_payer else rule.id
                if key not in counts:
                    counts[key] = _count(connection, rule)
                # where no line can be judged there is nothing to find; last, so that a rule that
                # fails leaves no finding behind
                flagged = _find(connection, rule, run_id) if counts[key].get(None) else 0
                coverage += _coverage(rule, live_lines, counts[key], flagged)
            except duckdb.Error as error:
                problems.append(told(rule, rule.sql_line, error))
                coverage += _coverage(rule, live_lines, {"the rule failed": live_lines}, 0)
            seconds[rule.id] = time.perf_counter() - started
            for other in rule.header.supersedes:
                connection.execute("INSERT INTO temp.supersession VALUES (?, ?)", [rule.id, other])
        connection.execute(f"INSERT INTO audit.finding BY NAME {_engine('finding')}")
        connection.execute("DELETE FROM temp.rule_finding")
    warehouse.insert(
        connection,
        "audit.rule_coverage",
        pl.DataFrame(coverage, schema=warehouse.frame_schema("audit.rule_coverage")),
    )
    return Outcome(seconds, tuple(problems))


def waves(rules: Sequence[Rule]) -> tuple[list[Rule], ...]:
    """The rules in the order in which they run: those that read findings after all others."""
    first = [rule for rule in rules if not rule.reads_findings]
    second = [rule for rule in rules if rule.reads_findings]
    return (first, second) if second else (first,)


def _find(connection: Connection, rule: Rule, run_id: str) -> int:
    """Append what the rule finds to temp.rule_finding; how many lines that are."""
    # most rules find nothing in most sets: then there is nothing to weigh
    if not warehouse.value(
        connection,
        f"CREATE OR REPLACE TEMP TABLE found AS {EMPTY_FINDING[rule.header.subject]} "
        f"UNION ALL BY NAME ({rule.sql}\n)",
    ):
        return 0
    key = KEY[rule.header.subject]
    lines, said = rule_lines(rule, f"{key} IN (SELECT {key} FROM temp.found)")
    query = _engine("rule_finding" if key == "line_id" else "provider_finding")
    return int(
        warehouse.value(
            connection,
            f"INSERT INTO temp.rule_finding BY NAME {lines} {query}",
            {
                **said,
                "rule_id": rule.id,
                "severity": rule.header.severity,
                "severities": list(rule.header.severities),
                "basis": rule.header.basis,
                "rule_version": rule.version,
                "run_id": run_id,
            },
        )
    )


Counts = dict[str | None, int]
"""The lines a rule is about, by what is missing to judge them; None: nothing."""


def overlaid(connection: Connection) -> set[str]:
    """The rules that some payer's row in overlays.csv changes."""
    rows = connection.execute("SELECT DISTINCT rule_id FROM reference.overlay").fetchall()
    return {rule_id for (rule_id,) in rows}


def alike(rule: Rule) -> object:
    """What rules without a payer's row have in common that are about the same lines."""
    header = rule.header
    if header.default != "on":
        return rule.id
    return (
        header.population,
        header.needs,
        header.requires,
        header.chart,
        header.releases,
        header.effective,
    )


def _count(connection: Connection, rule: Rule) -> Counts:
    lines, said = rule_lines(rule)
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
    """Every line in use that the rule is about, and what keeps it from being judged.

    Of a rule that finds providers, every provider.
    """
    query, said = rule_lines(rule)
    key = KEY[rule.header.subject]
    found = connection.execute(f"{query} SELECT {key}, missing FROM rule_lines", said)
    return [(name, missing) for name, missing in found.fetchall()]


def rule_lines(rule: Rule, condition: str = "TRUE") -> tuple[str, dict[str, object]]:
    """The CTE `rule_lines`, of the lines that meet a condition, and its parameters."""
    header = rule.header
    said: dict[str, object] = {
        "first_day": header.effective.first,
        "last_day": header.effective.last or date.fromisoformat(DATE_OPEN),
    }
    if header.subject == "line":
        said["rule_id"] = rule.id
    picked = _engine(f"rule_{header.subject}")
    return (
        f"WITH population AS ({population(rule)} AND {condition}), rule_lines AS ({picked})",
        said,
    )


def _engine(name: str) -> str:
    return warehouse.select_text(ENGINE / f"{name}.sql")
