"""Findings of a run put together: set by set, then against what the last run found."""

from __future__ import annotations

import polars as pl

from pipelines import judging, records, rules, warehouse
from pipelines.warehouse import Connection
from schemas.headers import Problem


class Auditing:
    """Rules running over sets of patients; the warehouse's findings change only in `conclude`."""

    def __init__(
        self,
        connection: Connection,
        book: rules.Book,
        run_id: str,
        *,
        is_everyone: bool,
        is_same: bool,
    ) -> None:
        self._connection = connection
        self._book = book
        self._run_id = run_id
        self.is_everyone = is_everyone
        self.is_same = is_same
        self.seconds: dict[str, float] = {}
        self.problems: list[Problem] = []
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE fresh_finding AS SELECT * FROM audit.finding LIMIT 0"
        )
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE fresh_coverage AS SELECT * FROM audit.rule_coverage LIMIT 0"
        )
        if is_everyone:
            connection.execute("CREATE OR REPLACE TEMP TABLE touched (patient_id VARCHAR)")

    def run(self, *, known: str | None = None) -> None:
        """Run the rules about a patient over the set in use.

        `known` names the catalog whose findings of these patients, by rules not in this book, are
        taken as they stand by rules that read findings.
        """
        if known is not None and any(rule.reads_findings for rule in self._book.rules):
            self._connection.execute(
                f'INSERT INTO audit.finding SELECT * FROM "{known}".audit.finding '
                "WHERE state <> 'gone' AND rule_id NOT IN (SELECT unnest(?)) "
                "AND line_id IN (SELECT line_id FROM core.service_line)",
                [[rule.id for rule in self._book.rules]],
            )
        self._run("patient")
        self._connection.execute(
            "INSERT INTO temp.fresh_finding BY NAME SELECT * FROM audit.finding"
        )
        self._connection.execute(
            "INSERT INTO temp.fresh_coverage BY NAME SELECT * FROM audit.rule_coverage"
        )

    def take_back(self) -> None:
        """Count the set in use, as it was before this run, off the coverage."""
        self._run("patient")
        self._connection.execute(
            "INSERT INTO temp.fresh_coverage BY NAME "
            "SELECT rule_id, outcome, -lines AS lines, missing, "
            "list_transform(missing_lines, lambda lines: -lines) AS missing_lines "
            "FROM audit.rule_coverage"
        )

    def run_wide(self) -> None:
        """Run the rules of wider scope over the warehouse as it stands; before `conclude`.

        Outside any transaction, which a rule that fails would take with it.
        """
        if all(rule.header.scope == "patient" for rule in self._book.rules):
            return
        with warehouse.part(self._connection, "TRUE", is_built=True, is_whole=True):
            self._run("provider", "global")
            for name in ("finding", "rule_coverage"):
                self._connection.execute(
                    f"INSERT INTO temp.fresh_{name.removeprefix('rule_')} BY NAME "
                    f"SELECT * FROM audit.{name}"
                )

    def _run(self, *scopes: str) -> None:
        chosen = [rule for rule in self._book.rules if rule.header.scope in scopes]
        outcome = judging.run(self._connection, chosen, run_id=self._run_id)
        for rule_id, seconds in outcome.seconds.items():
            self.seconds[rule_id] = self.seconds.get(rule_id, 0.0) + seconds
        self.problems += [found for found in outcome.problems if found not in self.problems]

    def coverage(self) -> pl.DataFrame:
        """rule_id, outcome, lines of what ran so far."""
        return warehouse.select(
            self._connection,
            "SELECT rule_id, outcome, sum(lines)::BIGINT AS lines FROM temp.fresh_coverage "
            "GROUP BY ALL ORDER BY ALL",
        )

    def conclude(self) -> None:
        """Findings and coverage of the warehouse, from what the rules said."""
        connection = self._connection
        if not self.is_everyone:
            connection.execute(
                "INSERT INTO temp.fresh_coverage BY NAME SELECT * FROM audit.rule_coverage "
                "WHERE rule_id IN (SELECT unnest(?))",
                [[rule.id for rule in self._book.rules if rule.header.scope == "patient"]],
            )
        connection.execute("DELETE FROM audit.rule_coverage")
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE merged_finding AS "
            + warehouse.select_text(judging.ENGINE / "merge_finding.sql"),
            {"is_everyone": self.is_everyone, "is_same": self.is_same},
        )
        connection.execute("DELETE FROM audit.finding")
        connection.execute(
            "INSERT INTO audit.finding BY NAME SELECT * FROM temp.merged_finding "
            "ORDER BY rule_id, line_id, rendering_npi"
        )
        connection.execute(
            "INSERT INTO audit.rule_coverage BY NAME "
            + warehouse.select_text(judging.ENGINE / "merge_coverage.sql")
        )
        failed = {problem.path for problem in self.problems}
        sound = [rule for rule in self._book.rules if rule.path not in failed]
        records.count_judged(connection, sound)
        connection.execute("DELETE FROM audit.rule")
        warehouse.insert(connection, "audit.rule", catalogue(self._book))


def catalogue(book: rules.Book) -> pl.DataFrame:
    """The rules in force as rows of audit.rule."""
    rows = [
        {
            "rule_id": rule.id,
            "name": rule.header.name,
            "summary": rule.header.summary,
            "severity": rule.header.severity,
            "category": rule.header.category,
            "citation": "; ".join(
                f"{cited.title} ({cited.grade}, checked {cited.checked.isoformat()})"
                for cited in rule.header.citation[:1]
            ),
            "remedy": rule.header.remedy,
            "basis": rule.header.basis,
            "carc": list(rule.header.carc),
            "correction": rule.header.correction,
            "evidence": list(rule.header.evidence),
            "rule_version": rule.version,
        }
        for rule in book.rules
    ]
    return pl.DataFrame(rows, schema=warehouse.frame_schema("audit.rule"))


def by_severity(connection: Connection) -> dict[str, int]:
    """Findings that stand, by severity.

    Those another one stands in for, or a person has dismissed, are not counted.
    """
    rows = connection.execute(
        "SELECT findings.severity, count(*) FROM audit.finding AS findings "
        "ANTI JOIN audit.dismissal AS dismissals ON findings.rule_id = dismissals.rule_id "
        "AND findings.line_id = dismissals.line_id AND dismissals.state = 'standing' "
        "WHERE findings.state <> 'gone' AND NOT findings.is_superseded GROUP BY findings.severity"
    ).fetchall()
    counted = dict(rows)
    return {severity: int(counted.get(severity, 0)) for severity in ("error", "warning", "info")}


HOLDS = {
    "standing": "holds until {day}",
    "expired": "held until {day}, and holds no longer",
    "line_changed": "holds no longer: the line has changed since",
}
"""By what a dismissal is today."""


def dismissed_of_line(connection: Connection, line_id: str) -> list[str]:
    """What people have dismissed of a line, in lines of text; nothing where nobody has."""
    rows = warehouse.select(
        connection,
        "SELECT * FROM audit.dismissal WHERE line_id = ? AND state <> 'no_finding' ORDER BY rule_id",
        [line_id],
    )
    return [
        f"{row['rule_id']} dismissed on {row['dismissed_date']} by {row['author']}: {row['reason']} "
        f"({HOLDS[row['state']].format(day=row['until_date'])})"
        for row in rows.iter_rows(named=True)
    ]
