"""What is set aside: claims that failed a check, and rows outside any claim, with place and remedy."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pandera.polars as pa
import polars as pl

from pipelines import values
from pipelines.batches import QUARANTINE, landed
from pipelines.checks import FAILURE, RESUBMIT
from pipelines.readers import Batch
from schemas import gate
from schemas.dictionary import tables
from schemas.table import Table


def schema_failures(
    typed: dict[str, pl.DataFrame], claims: pl.DataFrame, failed: pl.DataFrame
) -> list[pl.DataFrame]:
    """What the Pandera models refuse, as failures of the claims the rows belong to.

    Claims that `failed` a check already are left out: their reasons are known.
    """
    known = failed.select("claim_ordinal").unique()
    place = claims.select("claim_ordinal", "ordinal", "byte_offset", "byte_end")
    found = []
    for name, frame in typed.items():
        model = tables()[name]
        ready = frame
        if not known.is_empty():
            ready = frame.join(known, on="claim_ordinal", how="anti", maintain_order="left")
        for row, reason in refused(model, ready.drop("claim_ordinal")):
            found.append(
                ready.slice(row, 1)
                .select("claim_ordinal")
                .join(place, on="claim_ordinal")
                .with_columns(
                    reason_code=pl.lit(f"schema:{name}:{reason}"),
                    reason=pl.lit(f"a value does not fit {name}: {reason}"),
                    remedy=pl.lit("see docs/tables.md for what the column holds; " + RESUBMIT),
                )
                .cast(FAILURE)  # type: ignore[arg-type]
            )
    return found


def refused(model: type[Table], frame: pl.DataFrame) -> list[tuple[int, str]]:
    """(row, column:check) for each row the model refuses; empty when all fit."""
    if gate.fits(model, frame):
        return []
    try:
        model.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as error:
        cases: pl.DataFrame = error.failure_cases
        rowless = cases.filter(pl.col("index").is_null())
        if not rowless.is_empty():
            what = rowless.select("column", "check").row(0)
            raise TypeError(f"{model.__name__}: {what[0]}: {what[1]}") from None
        return [
            (int(row["index"]), f"{row['column']}:{str(row['check']).split('(')[0]}")
            for row in cases.unique(["index", "column", "check"])
            .sort("index")
            .iter_rows(named=True)
        ]
    return []


def structural(batch: Batch, claims: pl.DataFrame) -> pl.DataFrame:
    """Claims the reader found broken, or whose transaction or file is."""
    problems = batch.problems.filter(pl.col("severity") == "quarantined")
    if problems.is_empty():
        return pl.DataFrame(schema=FAILURE)
    place = claims.select(
        "claim_ordinal", "transaction_ordinal", "ordinal", "byte_offset", "byte_end"
    )
    direct = problems.filter(pl.col("scope").is_in(["claim", "line", "row"])).drop_nulls(
        "claim_ordinal"
    )
    whole = problems.filter(pl.col("scope") == "transaction")
    return pl.concat(
        [
            direct.join(place.select("claim_ordinal"), on="claim_ordinal", how="semi").select(
                *FAILURE
            ),
            whole.select("transaction_ordinal", "reason_code", "reason", "remedy")
            .join(place, on="transaction_ordinal", how="inner")
            .with_columns(reason=pl.lit("its transaction is set aside: ") + pl.col("reason"))
            .select(*FAILURE),
        ]
    ).cast(FAILURE)  # type: ignore[arg-type]


def set_aside(
    file_id: str, failed: pl.DataFrame, claims: pl.DataFrame, row_charge: pl.DataFrame
) -> pl.DataFrame:
    """Quarantine rows: each reason once per claim; the first one carries its rows and dollars."""
    if failed.is_empty():
        return pl.DataFrame(schema=QUARANTINE)
    numbered = (
        failed.sort("claim_ordinal", "reason_code", "ordinal")
        .unique(["claim_ordinal", "reason_code", "reason"], keep="first", maintain_order=True)
        .with_columns(first=pl.int_range(pl.len()).over("claim_ordinal") == 0)
        .join(claims.select("claim_ordinal", "claim_number"), on="claim_ordinal", how="left")
        .join(row_charge, on="claim_ordinal", how="left")
    )
    return numbered.select(
        file_id=pl.lit(file_id),
        scope=pl.lit("claim"),
        severity=pl.lit("quarantined"),
        claim_id="claim_number",
        line_number=pl.lit(None, dtype=pl.String),
        claim_ordinal="claim_ordinal",
        ordinal="ordinal",
        byte_offset="byte_offset",
        byte_end="byte_end",
        rows=pl.when(pl.col("first")).then(pl.col("lines")).otherwise(0).cast(pl.Int64),
        charge=pl.when(pl.col("first"))
        .then(pl.col("dollars"))
        .otherwise(None)
        .fill_null(Decimal(0))
        .cast(pl.Decimal(12, 2)),
        reason_code="reason_code",
        reason="reason",
        remedy="remedy",
    ).cast(QUARANTINE)  # type: ignore[arg-type]


def loose(batch: Batch, file_id: str) -> pl.DataFrame:
    """Problems that are not of a claim: warnings, transactions, and rows outside any claim."""
    problems = batch.problems
    if problems.is_empty():
        return pl.DataFrame(schema=QUARANTINE)
    loose = problems.filter(
        (pl.col("severity") == "warning")
        | pl.col("scope").is_in(["file", "interchange", "transaction"])
        | pl.col("claim_ordinal").is_null()
    ).with_row_index("#problem")
    stray = pl.concat(
        [
            landed(batch, name)
            .filter(pl.col("claim_ordinal").is_null())
            .select("ordinal", rows=pl.lit(1, dtype=pl.Int64), dollars=_row_dollars(batch))
            for name in ("landing.service_line", "landing.remit_line")
        ]
    ).unique("ordinal", keep="first")
    is_row = (pl.col("severity") == "quarantined") & pl.col("scope").is_in(["line", "row"])
    return (
        loose.join(stray, on="ordinal", how="left", maintain_order="left")
        .with_columns(counts=is_row & pl.col("ordinal").is_first_distinct())
        .select(
            file_id=pl.lit(file_id),
            scope="scope",
            severity="severity",
            claim_id=pl.lit(None, dtype=pl.String),
            line_number=pl.lit(None, dtype=pl.String),
            claim_ordinal=pl.lit(None, dtype=pl.Int64),
            ordinal="ordinal",
            byte_offset="byte_offset",
            byte_end="byte_end",
            rows=pl.when("counts").then(pl.col("rows").fill_null(0)).otherwise(0),
            charge=pl.when("counts")
            .then(pl.col("dollars").fill_null(Decimal(0)))
            .otherwise(Decimal(0)),
            reason_code="reason_code",
            reason="reason",
            remedy="remedy",
        )
        .cast(QUARANTINE)  # type: ignore[arg-type]
    )


def _row_dollars(batch: Batch) -> pl.Expr:
    """Dollars of a row outside any claim: X12 counts dollars by claim, an export by row."""
    if batch.kind == "export":
        return values.money(pl.col("charge")).fill_null(Decimal(0))
    return pl.lit(Decimal(0), dtype=pl.Decimal(12, 2))


def warnings(file_id: str, found: Sequence[tuple[str, pl.DataFrame, str]]) -> pl.DataFrame:
    """One row per check that some rows of a batch break and are kept with, at the first place seen.

    `found` has the check, the rows (with their place) and what is wrong with them.
    """
    rows = [
        {
            "file_id": file_id,
            "scope": "file",
            "severity": "warning",
            "ordinal": int(broken["ordinal"][0]),
            "byte_offset": int(broken["byte_offset"][0]),
            "byte_end": int(broken["byte_end"][0]),
            "rows": 0,
            "charge": Decimal(0),
            "reason_code": code,
            "reason": f"{broken.height} {what}; the first is at this place",
            "remedy": "check the value in the billing system; the rows were kept",
        }
        for code, broken, what in found
        if not broken.is_empty()
    ]
    return pl.DataFrame(rows, schema=QUARANTINE)
