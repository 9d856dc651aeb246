"""Chart files to staged lesions and stages.

A row that cannot be read is set aside alone: unlike a claim, a chart without one of its stages is
still worth auditing, and the missing stage shows.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import identity, values
from pipelines.batches import QUARANTINE, Context, Staged
from pipelines.checks import FAILURE, Check, failures
from pipelines.quarantine import refused
from pipelines.readers import Batch
from schemas.charts import StagedChartLesion, StagedChartStage, words
from schemas.table import Table, polars_schema, table_name

MODELS: tuple[type[Table], ...] = (StagedChartLesion, StagedChartStage)
REMEDY = "mend the row in the chart file, then `mohs ingest --again`"
TRUE, FALSE = ["true", "t", "yes", "y", "1"], ["false", "f", "no", "n", "0"]
COUNTS = {
    "stage": r"^([1-9][0-9]?)?$",
    "blocks": r"^([0-9]{1,3})?$",
    "auc_score": r"^[1-9]?$",
}
"""Whole numbers, as text; blank where not recorded."""
MADE_OF = {"claim_number": "claim_id", "site_words": "site", "is_score_only": "indication"}
"""Columns that are made of another one of the chart file."""
SCORE_ONLY = r"^[^a-z]*((auc|appropriate|use|criteria|score|area|of|by|per|is|h|m|l)[^a-z]*)+$"
"""An indication that says no more than the appropriate use score or area."""
OWN = ("lesion_key", "file_id", "ordinal", "patient_id", "bucket", "absent_columns")
"""Columns that are of the row, not of the chart."""


def stage(batch: Batch, file_id: str, context: Context) -> Staged:
    """Lesions and stages of one batch of chart rows; rows in = accepted + set aside."""
    rows = batch.frames["landing.chart"].with_columns(claim_ordinal=pl.col("ordinal"))
    broken = batch.problems.filter(
        (pl.col("severity") == "quarantined") & pl.col("scope").is_in(["row", "line", "claim"])
    ).with_columns(claim_ordinal=pl.col("ordinal"))
    failed = pl.concat([broken.select(list(FAILURE)), failures(rows, CHECKS)])
    good = _owned(_without(rows, failed), context).with_columns(
        absent_columns=pl.lit(sorted(batch.absent_columns), dtype=pl.List(pl.String))
    )
    failed = pl.concat([failed, _repeated(good)])
    good = _without(good, failed)
    frames = type_rows(good, file_id)
    misfits = _misfits(frames, rows)
    if not misfits.is_empty():
        # a lesion stands on the first row that is left
        failed = pl.concat([failed, misfits])
        frames = type_rows(_without(good, misfits), file_id)
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


def type_rows(rows: pl.DataFrame, file_id: str) -> dict[str, pl.DataFrame]:
    """staged.chart_lesion and staged.chart_stage of readable chart rows.

    The rows are text with the columns of the chart file, of which patient_id is the pseudonym, and
    `ordinal`, `bucket`, `absent_columns`. A lesion is what its first row says of it.
    """
    who = pl.concat_str(
        pl.col("patient_id").fill_null(""), pl.col("claim_id").fill_null(""), separator="|"
    )
    lesion = [who, pl.col("date_of_service"), pl.col("lesion")]
    rows = rows.sort("ordinal").with_columns(
        lesion_key=pl.lit(f"{file_id}:") + pl.col("ordinal").min().over(lesion).cast(pl.String),
        file_id=pl.lit(file_id),
    )
    lesions = rows.unique("lesion_key", keep="first", maintain_order=True)
    stages = rows.filter(pl.col("stage").fill_null("") != "")
    return {
        table_name(model): frame.select(
            pl.col(name) if name in OWN else _typed(name, model).alias(name)
            for name in polars_schema(model)
        )
        for model, frame in zip(MODELS, (lesions, stages), strict=True)
    }


def _typed(name: str, model: type[Table]) -> pl.Expr:
    """The column read as its type says; `claim_number` is the chart's claim_id."""
    dtype = polars_schema(model)[name]
    text = pl.col(MADE_OF.get(name, name))
    text = text.str.strip_chars()
    if name == "is_score_only":
        return text.str.to_lowercase().str.contains(SCORE_ONLY)
    if dtype == pl.Boolean:
        said = text.str.to_lowercase()
        return pl.when(said.is_in(TRUE)).then(True).when(said.is_in(FALSE)).then(False)
    if dtype == pl.Date:
        return values.date(text)
    if dtype == pl.Int64:
        return text.cast(pl.Int64, strict=False)
    if isinstance(dtype, pl.Decimal):
        plain = text.str.contains(r"^[0-9]{1,5}(\.[0-9]{1,2})?$")
        return pl.when(plain).then(text).cast(pl.Decimal(7, 2), strict=False)
    if words(model, name):
        # `Second intent` is second_intent
        said = text.str.to_lowercase().str.replace_all(r"[ -]+", "_")
        return said.replace({word.lower(): word for word in words(model, name)})
    if name == "diagnosis_code":
        return values.code(text.str.replace_all(".", "", literal=True))
    if name == "site_words":
        plain = text.str.to_lowercase().str.replace_all(r"[^a-z]+", " ").str.strip_chars()
        return pl.when(plain == "").then(plain).otherwise(" " + plain + " ")
    return text


def _check(is_bad: pl.Expr, reason: str) -> Check:
    return Check("Q4", is_bad, reason, REMEDY)


def _checks() -> list[Check]:
    """What a cell may say, by the type and the words of the table it goes to."""
    text = {name: pl.col(name).str.strip_chars() for model in MODELS for name in _charted(model)}
    found = [
        _check(values.date(pl.col("date_of_service")).is_null(), "date_of_service is not a day"),
        _check(values.is_blank(pl.col("lesion")), "lesion is blank"),
        _check(
            values.is_blank(pl.col("patient_id")) & values.is_blank(pl.col("claim_id")),
            "neither patient_id nor claim_id is given",
        ),
    ]
    for name, pattern in COUNTS.items():
        number = "from 1 to 9" if name == "auc_score" else "from 1" if name == "stage" else ""
        reason = f"{name} is not a whole number {number}".rstrip()
        found.append(_check(~pl.col(name).str.contains(pattern), reason))
    for model in MODELS:
        for name in _charted(model):
            dtype, value = polars_schema(model)[name], _typed(name, model)
            known = words(model, name)
            if dtype == pl.Boolean:
                found.append(
                    _check(values.is_unreadable(text[name], value), f"{name} is neither yes nor no")
                )
            elif dtype == pl.Date and name != "date_of_service":
                found.append(
                    _check(values.is_unreadable(text[name], value), f"{name} is not a day")
                )
            elif isinstance(dtype, pl.Decimal):
                found.append(
                    _check(
                        values.is_unreadable(text[name], value),
                        f"{name} is not a number with at most two decimals",
                    )
                )
            elif known:
                is_other = ~value.is_in([*known, ""])
                found.append(_check(is_other, f"{name} is none of {', '.join(known)}"))
    return found


def _charted(model: type[Table]) -> list[str]:
    """Columns of the table that are columns of the chart file."""
    return [name for name in polars_schema(model) if name not in (*OWN, *MADE_OF)]


CHECKS = _checks()


def _without(rows: pl.DataFrame, failed: pl.DataFrame) -> pl.DataFrame:
    return rows.join(failed, on="claim_ordinal", how="anti", maintain_order="left")


def _repeated(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows whose patient or claim, day, lesion and stage stand on an earlier row."""
    key = ["patient_id", "claim_id", "date_of_service", "lesion", "stage"]
    staged = rows.filter(pl.col("stage").fill_null("") != "")
    again = staged.filter(pl.struct(key).is_duplicated() & ~pl.struct(key).is_first_distinct())
    reason = "the lesion's stage stands on an earlier row already"
    return failures(again, [_check(pl.lit(True), reason)])


def _misfits(frames: dict[str, pl.DataFrame], rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with a value that the models refuse."""
    found = [pl.DataFrame(schema=FAILURE)]
    for model in MODELS:
        name = table_name(model)
        frame = frames[name]
        for row, reason in refused(model, frame):
            found.append(
                rows.filter(pl.col("ordinal") == frame["ordinal"][row])
                .select(
                    "claim_ordinal",
                    "ordinal",
                    "byte_offset",
                    "byte_end",
                    reason_code=pl.lit(f"schema:{name}:{reason}"),
                    reason=pl.lit(f"a value does not fit {name}: {reason}"),
                    remedy=pl.lit(REMEDY),
                )
                .cast(FAILURE)  # type: ignore[arg-type]
            )
    return pl.concat(found)


def _owned(rows: pl.DataFrame, context: Context) -> pl.DataFrame:
    """The rows with the pseudonym of their patient, else of the claim they name."""
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
    return rows.with_columns(patient_id=patient).with_columns(
        bucket=identity.bucket(pl.col("patient_id"))
    )
