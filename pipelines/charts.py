"""Chart files to staged lesions and stages.

A row whose day, stage or lesion cannot be read is set aside alone: unlike a claim, a chart without one
of its stages is still worth auditing, and the missing stage shows.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import identity, values
from pipelines.batches import QUARANTINE, Context, Staged
from pipelines.checks import Check, failures
from pipelines.quarantine import refused
from pipelines.readers import Batch
from schemas.dictionary import tables
from schemas.table import polars_schema

LESION = polars_schema(tables()["staged.chart_lesion"])
STAGE = polars_schema(tables()["staged.chart_stage"])
REMEDY = "mend the row in the chart file, then `mohs ingest --again`"
TRUE, FALSE = ["true", "t", "yes", "y", "1"], ["false", "f", "no", "n", "0"]

CHECKS = [
    Check(
        "Q4",
        values.date(pl.col("date_of_service")).is_null(),
        "date_of_service is not a day",
        REMEDY,
    ),
    Check("Q4", values.is_blank(pl.col("lesion")), "lesion is blank", REMEDY),
    Check(
        "Q4",
        values.is_blank(pl.col("patient_id")) & values.is_blank(pl.col("claim_id")),
        "neither patient_id nor claim_id is given",
        REMEDY,
    ),
    Check(
        "Q4",
        ~pl.col("stage").fill_null("1").str.contains(r"^([1-9][0-9]?)?$"),
        "stage is not a whole number from 1",
        REMEDY,
    ),
    Check(
        "Q4",
        ~pl.col("blocks").fill_null("").str.contains(r"^([0-9]{1,3})?$"),
        "blocks is not a whole number",
        REMEDY,
    ),
    Check(
        "Q4",
        ~pl.col("margin").fill_null("").str.to_lowercase().is_in(["", "positive", "negative"]),
        "margin is neither positive nor negative",
        REMEDY,
    ),
]


def stage(batch: Batch, file_id: str, context: Context) -> Staged:
    """Lesions and stages of one batch of chart rows; rows in = accepted + set aside."""
    rows = batch.frames["landing.chart"].with_columns(claim_ordinal=pl.col("ordinal"))
    broken = batch.problems.filter(
        (pl.col("severity") == "quarantined") & pl.col("scope").is_in(["row", "line", "claim"])
    )
    failed = pl.concat(
        [
            broken.with_columns(claim_ordinal=pl.col("ordinal")).select("claim_ordinal", *_FAILED),
            failures(rows, CHECKS).select("claim_ordinal", *_FAILED),
        ]
    )
    bad = failed.select("claim_ordinal").unique()
    good = rows.join(bad, on="claim_ordinal", how="anti", maintain_order="left")
    stages = _stages(good, file_id, context)
    repeated = stages.filter(pl.struct("lesion_key", "stage").is_duplicated()).filter(
        ~pl.struct("lesion_key", "stage").is_first_distinct()
    )
    failed = pl.concat(
        [
            failed,
            repeated.join(rows.select("ordinal", "byte_offset", "byte_end"), on="ordinal").select(
                claim_ordinal="ordinal",
                ordinal="ordinal",
                byte_offset="byte_offset",
                byte_end="byte_end",
                reason_code=pl.lit("Q4"),
                reason=pl.lit("the lesion's stage stands on an earlier row already"),
                remedy=pl.lit(REMEDY),
            ),
        ]
    )
    stages = stages.join(repeated.select("ordinal"), on="ordinal", how="anti")
    lesions = _lesions(good, file_id, context)
    frames = {"staged.chart_lesion": lesions, "staged.chart_stage": stages}
    for name, frame in frames.items():
        for row, reason in refused(tables()[name], frame):
            place = good.filter(pl.col("ordinal") == frame["ordinal"][row])
            failed = pl.concat(
                [
                    failed,
                    place.select(
                        claim_ordinal="ordinal",
                        ordinal="ordinal",
                        byte_offset="byte_offset",
                        byte_end="byte_end",
                        reason_code=pl.lit(f"schema:{name}:{reason}"),
                        reason=pl.lit(f"a value does not fit {name}: {reason}"),
                        remedy=pl.lit(REMEDY),
                    ),
                ]
            )
    refused_rows = failed.select(ordinal="claim_ordinal").unique()
    frames = {
        name: frame.join(refused_rows, on="ordinal", how="anti") for name, frame in frames.items()
    }
    aside = failed.sort("claim_ordinal", "reason_code").unique("claim_ordinal", keep="first")
    quarantine = aside.select(
        file_id=pl.lit(file_id),
        scope=pl.lit("row"),
        severity=pl.lit("quarantined"),
        claim_id=pl.lit(None, dtype=pl.String),
        line_number=pl.lit(None, dtype=pl.String),
        claim_ordinal=pl.lit(None, dtype=pl.Int64),
        ordinal="ordinal",
        byte_offset="byte_offset",
        byte_end="byte_end",
        rows=pl.lit(1),
        charge=pl.lit(Decimal(0)),
        reason_code="reason_code",
        reason="reason",
        remedy="remedy",
    ).cast(QUARANTINE)  # type: ignore[arg-type]
    return Staged(frames, quarantine, rows.height - aside.height, Decimal(0))


_FAILED = ["ordinal", "byte_offset", "byte_end", "reason_code", "reason", "remedy"]


def _owned(rows: pl.DataFrame, file_id: str, context: Context) -> pl.DataFrame:
    number = pl.col("patient_id").fill_null("").str.strip_chars().str.to_uppercase()
    person = rows.select(number=number).join(
        context.people, on="number", how="left", maintain_order="left"
    )["person"]
    own = (
        pl.when(person.is_not_null())
        .then(pl.lit("person:") + person)
        .when(number != "")
        .then(pl.lit("record:") + number)
        .otherwise(pl.lit("claim:") + pl.col("claim_id").fill_null(""))
    )
    patient = identity.pseudonyms(context.key, rows.select(identity=own)["identity"])
    who = pl.concat_str(
        pl.col("patient_id").fill_null(""), pl.col("claim_id").fill_null(""), separator="|"
    )
    lesion = [who, pl.col("date_of_service"), pl.col("lesion")]
    return rows.with_columns(
        patient_id=patient,
        lesion_key=pl.lit(f"{file_id}:") + pl.col("ordinal").min().over(lesion).cast(pl.String),
    ).with_columns(bucket=identity.bucket(pl.col("patient_id")))


def _truth(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars().str.to_lowercase()
    return pl.when(text.is_in(TRUE)).then(True).when(text.is_in(FALSE)).then(False).otherwise(None)


def _number(name: str) -> pl.Expr:
    text = pl.col(name).str.strip_chars()
    return (
        pl.when(text.str.contains(r"^[0-9]{1,5}(\.[0-9]{1,2})?$"))
        .then(text)
        .otherwise(None)
        .cast(pl.Decimal(7, 2), strict=False)
    )


def _conform(rows: pl.DataFrame, file_id: str, schema: dict[str, pl.DataType]) -> pl.DataFrame:
    """Each column read as its type says; `claim_number` is the chart's claim_id."""
    columns = []
    for name, dtype in schema.items():
        source = "claim_id" if name == "claim_number" else name
        if name == "file_id":
            columns.append(pl.lit(file_id).alias(name))
        elif name in ("ordinal", "bucket", "lesion_key", "patient_id"):
            columns.append(pl.col(name))
        elif dtype == pl.Boolean:
            columns.append(_truth(source).alias(name))
        elif dtype == pl.Date:
            columns.append(values.date(pl.col(source)).alias(name))
        elif dtype == pl.Int64:
            columns.append(pl.col(source).cast(pl.Int64, strict=False).alias(name))
        elif isinstance(dtype, pl.Decimal):
            columns.append(_number(source).alias(name))
        elif name == "diagnosis_code":
            columns.append(
                values.code(pl.col(source).str.replace_all(".", "", literal=True)).alias(name)
            )
        elif name == "margin":
            columns.append(pl.col(source).str.to_lowercase().alias(name))
        else:
            columns.append(pl.col(source).str.strip_chars().alias(name))
    return rows.select(columns)


def _lesions(rows: pl.DataFrame, file_id: str, context: Context) -> pl.DataFrame:
    first = (
        _owned(rows, file_id, context)
        .sort("ordinal")
        .unique("lesion_key", keep="first", maintain_order=True)
    )
    return _conform(first, file_id, LESION)


def _stages(rows: pl.DataFrame, file_id: str, context: Context) -> pl.DataFrame:
    owned = _owned(rows, file_id, context).filter(pl.col("stage").fill_null("") != "")
    return _conform(owned, file_id, STAGE)
