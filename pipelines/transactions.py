"""Transactions found broken only after some of their claims were staged.

A transaction's trailer comes last: in a large file its first claims are long staged by then. Their rows
are taken back out of the staged tables and set aside, so that a broken transaction loses none and keeps
none, wherever a batch ended.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import warehouse
from pipelines.readers import PROBLEM
from pipelines.warehouse import Connection

BY_CLAIM = (
    "staged.service_line",
    "staged.line_modifier",
    "staged.line_diagnosis",
    "staged.diagnosis",
    "staged.other_payer",
    "staged.line_adjudication",
    "staged.claim",
)
BY_REMIT_CLAIM = ("staged.remit_line", "staged.remit_claim")
BY_PAYMENT = ("staged.provider_adjustment", "staged.remit")


class Broken:
    """Gathers the transactions of a file that must be set aside whole."""

    def __init__(self) -> None:
        self._found: list[pl.DataFrame] = []

    def add(self, problems: pl.DataFrame) -> None:
        """Note a batch's broken transactions."""
        whole = problems.filter(
            (pl.col("severity") == "quarantined")
            & (pl.col("scope") == "transaction")
            & pl.col("transaction_ordinal").is_not_null()
        )
        if not whole.is_empty():
            self._found.append(whole)

    def take_back(self, connection: Connection, file_id: str) -> tuple[int, Decimal]:
        """Set aside what is staged of them; returns the rows and dollars no longer accepted."""
        if not self._found:
            return 0, Decimal(0)
        broken = (
            pl.concat(self._found)
            .select(PROBLEM.keys())
            .unique("transaction_ordinal", keep="first", maintain_order=True)
        )
        connection.register("broken_transactions", broken.to_arrow())
        try:
            connection.execute(
                f"CREATE OR REPLACE TEMP TABLE taken_back AS {_STAGED}", {"file_id": file_id}
            )
            lost = connection.execute(
                "SELECT coalesce(sum(rows), 0), coalesce(sum(charge), 0) FROM temp.taken_back"
            ).fetchall()[0]
            for name in BY_CLAIM:
                connection.execute(
                    f"DELETE FROM {name} WHERE claim_key IN (SELECT key FROM temp.taken_back)"
                )
            for name in BY_REMIT_CLAIM:
                connection.execute(
                    f"DELETE FROM {name} WHERE remit_claim_id IN (SELECT key FROM temp.taken_back)"
                )
            connection.execute(
                "DELETE FROM staged.adjustment WHERE owner IN (SELECT key FROM temp.taken_back)"
            )
            for name in BY_PAYMENT:
                connection.execute(
                    f"DELETE FROM {name} WHERE file_id = $file_id AND remit_key IN ("
                    "SELECT file_id || ':' || ordinal FROM landing.remit WHERE file_id = $file_id "
                    "AND transaction_ordinal IN (SELECT transaction_ordinal FROM broken_transactions))",
                    {"file_id": file_id},
                )
            warehouse.insert(
                connection,
                "landing.quarantine",
                warehouse.select(connection, "SELECT * EXCLUDE (key) FROM temp.taken_back"),
            )
        finally:
            connection.unregister("broken_transactions")
        return int(lost[0]), Decimal(lost[1])


_STAGED = """
with placed as (
    select
        landed.ordinal, landed.claim_number, landed.byte_offset, landed.byte_end, landed.transaction_ordinal
    from landing.claim as landed
    where landed.file_id = $file_id
    union all
    select
        landed.ordinal, landed.claim_number, landed.byte_offset, landed.byte_end, landed.transaction_ordinal
    from landing.remit_claim as landed
    where landed.file_id = $file_id
),

staged_claims as (
    select
        claims.claim_key as key,
        claims.charge,
        (
            select count(*) from staged.service_line as lines where lines.claim_key = claims.claim_key
        ) as rows
    from staged.claim as claims
    where claims.file_id = $file_id
    union all
    select
        claims.remit_claim_id as key,
        claims.charge,
        (
            select count(*) from staged.remit_line as lines
            where lines.remit_claim_id = claims.remit_claim_id
        ) as rows
    from staged.remit_claim as claims
    where claims.file_id = $file_id
)

select
    staged_claims.key,
    $file_id as file_id,
    'claim' as scope,
    'quarantined' as severity,
    placed.claim_number as claim_id,
    cast(null as varchar) as line_number,
    placed.ordinal as claim_ordinal,
    placed.ordinal,
    placed.byte_offset,
    placed.byte_end,
    staged_claims.rows,
    staged_claims.charge,
    broken.reason_code,
    'its transaction is set aside: ' || broken.reason as reason,
    broken.remedy
from staged_claims
inner join placed on staged_claims.key = $file_id || ':' || placed.ordinal
inner join broken_transactions as broken
    on placed.transaction_ordinal = broken.transaction_ordinal
"""
