"""What a correction would change: claims with findings priced anew, as billed and as corrected."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from pipelines import pricing, warehouse
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from schemas.pricing import PricingLine
from schemas.table import create_statement, polars_schema

STUDY = warehouse.SQL / "study"
DAYS_AT_ONCE = 25_000
"""Days priced together, each as often as it has corrections."""


def study(connection: Connection) -> None:
    """Fill `audit.counterfactual` from the findings that stand.

    The corrected lines are priced by the query of the audit on a connection of their own: nothing
    of the warehouse is changed but the one table.
    """
    connection.execute("DELETE FROM audit.counterfactual")
    for name in ("correction", "scenario"):
        query = warehouse.select_text(STUDY / f"{name}.sql")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE scenario_price AS "
        "SELECT line_id, reason, expected_allowed, explanation FROM audit.expected_payment LIMIT 0"
    )
    for prices in _priced(connection):
        warehouse.insert(connection, "temp.scenario_price", prices)
    query = warehouse.select_text(STUDY / "counterfactual.sql")
    connection.execute(
        f"INSERT INTO audit.counterfactual BY NAME {query} ORDER BY day_id, step, rule_id, line_id"
    )
    for name in ("correction", "scenario", "scenario_price"):
        connection.execute(f"DROP TABLE temp.{name}")


def _priced(connection: Connection) -> Iterator[pl.DataFrame]:
    """line_id, reason, expected_allowed, explanation of the lines of temp.scenario, in batches."""
    days = warehouse.select(connection, "SELECT DISTINCT day_id FROM temp.scenario ORDER BY day_id")
    if days.is_empty():
        return
    scratch = warehouse.connect()
    try:
        scratch.execute("CREATE SCHEMA reference; CREATE SCHEMA core")
        for table in pricing.TABLES:
            name = f"reference.{table}"
            scratch.execute(create_statement(tables()[name]))
            warehouse.insert(scratch, name, warehouse.select(connection, f"SELECT * FROM {name}"))
        scratch.execute(create_statement(PricingLine))
        for batch in days.iter_slices(DAYS_AT_ONCE):
            scratch.execute("DELETE FROM core.pricing_line")
            lines = warehouse.select(
                connection,
                "SELECT * FROM temp.scenario WHERE NOT is_removed AND day_id BETWEEN ? AND ?",
                [batch["day_id"][0], batch["day_id"][-1]],
            )
            warehouse.insert(
                scratch, "core.pricing_line", lines.select(*polars_schema(PricingLine))
            )
            yield pricing.price_lines(scratch).select(
                "line_id", "reason", "expected_allowed", "explanation"
            )
    finally:
        scratch.close()
