"""Denial risk: a calibrated probability for lines that await their payer, judged out of time.

Each month of submissions is predicted by models that knew only the remittances received before it
began; the model that did best over all of those months gives the probabilities, if it beats two
baselines, else the better baseline does. Where there is too little history nothing is said
(reference.risk_parameter). Fills audit.denial_risk, risk_model, risk_evaluation, risk_reliability and
risk_drift. The same warehouse gives the same rows.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from pipelines import risk_guard, risk_rows, warehouse
from pipelines.warehouse import Connection

STUDY = warehouse.SQL / "study"
TABLES = (
    "audit.denial_risk",
    "audit.risk_model",
    "audit.risk_evaluation",
    "audit.risk_reliability",
    "audit.risk_drift",
)


def wants_first(connection: Connection) -> bool:
    """There is history to learn from, so that bills are looked at as they were first filed too."""
    return _remitted(connection) >= parameters(connection)["fewest_lines"]


def _sql(name: str) -> str:
    return warehouse.select_text(STUDY / f"{name}.sql")


FIRSTS = {
    "refiled_line": _sql("risk_line"),
    "refiled_finding": _sql("risk_finding"),
    "refiled_outcome": _sql("risk_outcome"),
}
"""Temporary tables of bills as first filed, where a later submission stands in their place: the
outcome to learn from is that of the line as billed. `recalling.recall` fills them."""


def parameters(connection: Connection) -> dict[str, float]:
    """The values in force, from reference.risk_parameter."""
    rows = connection.execute(
        "SELECT parameter, value FROM reference.risk_parameter ORDER BY effective_from"
    ).fetchall()
    return {name: float(value) for name, value in rows}


def _remitted(connection: Connection) -> int:
    return int(warehouse.value(connection, "SELECT count(*) FROM staged.remit_line"))


def study(connection: Connection) -> None:
    """Fill the tables of denial risk. `recalling.recall` comes before, outside of any transaction."""
    for name in TABLES:
        connection.execute(f"DELETE FROM {name}")
    if not warehouse.value(
        connection,
        "SELECT count(*) FROM duckdb_tables() WHERE temporary AND table_name = 'refiled_outcome'",
    ):
        raise RuntimeError("recalling.recall must run before risk.study")
    lines, findings = gather(connection)
    if lines.is_empty():
        return
    values = parameters(connection)
    known = lines.filter(pl.col("is_denied").is_not_null())
    denied = int(known["is_denied"].sum())
    if known.height < values["fewest_lines"] or denied < values["fewest_denials"]:
        why = (
            f"too little history: {known.height:,} adjudicated lines, {denied:,} of them denied; it "
            f"takes {values['fewest_lines']:,.0f} and {values['fewest_denials']:,.0f}"
        )
        risk_rows.abstain(connection, lines, findings, why)
        return
    # these take a second to import, which most audits of a small folder need not pay
    from pipelines import risk_trial

    trial = risk_trial.hold(lines, findings, values, risk_guard.read_register(connection))
    if trial.chosen is None:
        risk_rows.abstain(connection, lines, findings, trial.why[""])
        return
    risk_rows.store(connection, trial, lines, findings)


def gather(connection: Connection) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Lines of submissions, and the findings on each (row, rule_id, severity_rank).

    Lines have the columns of risk_line.sql, submission_set (standing, first), standing_line_id (null
    where nothing stands in its place), known_date, is_denied (null until adjudicated), is_waiting, and
    are in order of submission. Raises Leak where the queries read what is known later.
    """
    register = risk_guard.read_register(connection)
    for name in ("risk_line", "risk_finding"):
        risk_guard.check_query(connection, _sql(name), register)
    since = _since(connection)
    standing = _with_outcomes(connection, since, *(f"({_sql(name)})" for name in SETS))
    first = _with_outcomes(connection, since, *(f"temp.{name}" for name in FIRSTS))
    live = warehouse.select(
        connection, "SELECT line_id, is_adjudicated FROM core.service_line WHERE source <> '835'"
    )
    successors = warehouse.select(connection, "SELECT * FROM temp.refiled_successor")
    standing_lines = (
        standing[0]
        .join(live, on="line_id")
        .with_columns(
            standing_line_id="line_id",
            submission_set=pl.lit("standing"),
            is_waiting=pl.col("is_denied").is_null()
            & (~pl.col("is_adjudicated") | (pl.col("submission") > 1)),
        )
        .drop("is_adjudicated")
    )
    first_lines = (
        first[0]
        .join(successors, on="line_id", how="left")
        .with_columns(submission_set=pl.lit("first"), is_waiting=pl.lit(False))
    )
    lines = (
        pl.concat([standing_lines, first_lines], how="diagonal")
        .with_columns(month=pl.col("asked_date").dt.truncate("1mo"))
        .sort("asked_date", "line_id", "submission", "submission_set")
    )
    found = pl.concat(
        [
            standing[1].with_columns(submission_set=pl.lit("standing")),
            first[1].with_columns(submission_set=pl.lit("first")),
        ]
    )
    place = lines.select("line_id", "submission_set").with_row_index("row")
    findings = (
        found.join(place, on=["line_id", "submission_set"])
        .select(pl.col("row").cast(pl.Int64), "rule_id", pl.col("severity_rank").cast(pl.Int64))
        .sort("row", "rule_id")
    )
    return lines, findings


SETS = ("risk_line", "risk_finding", "risk_outcome")


def _since(connection: Connection) -> date:
    """The day from which on the latest lines are looked at, as many as memory is meant to hold."""
    most = parameters(connection)["most_lines"]
    day = warehouse.value(connection, _sql("risk_since"), {"most": most})
    return day if isinstance(day, date) else date.min


def _with_outcomes(
    connection: Connection, since: date, lines: str, findings: str, outcomes: str
) -> tuple[pl.DataFrame, pl.DataFrame]:
    # what still waits is looked at however old it is
    made = warehouse.select(
        connection,
        f"SELECT made.* FROM {lines} AS made WHERE made.asked_date >= $since OR made.line_id IN "
        "(SELECT line_id FROM core.service_line WHERE NOT is_adjudicated)",
        {"since": since},
    )
    decided = warehouse.select(
        connection, f"SELECT line_id, known_date, is_denied FROM {outcomes} AS made"
    )
    return (
        made.join(decided, on="line_id", how="left"),
        warehouse.select(connection, f"SELECT * FROM {findings} AS made"),
    )


def describe_line(connection: Connection, line_id: str) -> list[str]:
    """What `mohs explain` says of a line's risk: probability, interval and reasons, or why none."""
    rows = warehouse.select(
        connection,
        "SELECT * FROM audit.denial_risk WHERE line_id = ? ORDER BY basis DESC",
        [line_id],
    ).to_dicts()
    told = ["", "Denial risk"]
    if not rows:
        return [*told, "  not asked: it is decided, and was so before any model was made"]
    for row in rows:
        if row["probability"] is None:
            told.append(f"  no probability: {row['why_none'] or 'too little history'}")
            told.append(f"  gravest finding on it: {row['severity'] or 'none'}")
            continue
        when = "" if row["basis"] == risk_rows.WAITING else f", as billed in {row['month']:%Y-%m}"
        told.append(
            f"  {float(row['probability']):.1%} likely to be denied at first{when} (of lines given "
            f"about as much, {float(row['lower']):.1%} to {float(row['upper']):.1%} were)"
        )
        if row["at_risk"] is not None:
            told.append(f"  dollars at risk: ${row['at_risk']:,.2f}")
        told += [f"  - {reason}" for reason in row["top_reasons"]]
    return told
