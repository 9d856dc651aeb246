"""Rows of an export -> landing tables of claims and of the remittances beside them.

Rows come as a frame of text columns named as the generic export's (null where the file has no such
column), with `ordinal`, `byte_offset`, `byte_end`, `fault` and `is_routed`, and one column `CO-45`
per adjustment that has a column of its own. All rows of a claim are in the frame.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.readers import MONEY, PROBLEM
from pipelines.readers.mapping import plain_money
from schemas import landing
from schemas.table import Table, polars_schema, table_name

FILE_ORDINAL = 0
"""Ordinal of an export's only transaction: the headers, above data row 1."""

READABLE = MONEY.pattern.replace(r"\d", "[0-9]")
LISTED = r"^([A-Z]{2})[- ]?([A-Z]?[0-9]{1,3}):(\S+)$"

PAYMENT = [
    "adjudicated_date",
    "allowed",
    "paid",
    "deductible",
    "coinsurance",
    "adjustments",
    "remarks",
    "trace_number",
]

CLAIM_FIELDS = {
    "frequency_code": "frequency_code",
    "assignment": "assignment",
    "filing_indicator": "filing_indicator",
    "payer_name": "payer",
    "payer_identifier": "payer_identifier",
    "line_of_business": "line_of_business",
    "billing_npi": "billing_npi",
    "member_id": "patient_id",
    "patient_birth_date": "patient_birth_date",
    "patient_sex": "patient_sex",
    "rendering_type": "rendering_type",
    "referring_npi": "referring_npi",
    "patient_paid": "patient_paid",
    "prior_authorization": "prior_authorization",
    "original_reference": "original_claim_id",
    "locality": "locality",
    "zip": "zip",
    "submitted_date": "submitted_date",
    "received_date": "received_date",
}
"""Column of landing.claim -> column of the export that every row of the claim repeats."""

CORRECTIONS = ["7", "8"]
"""Frequency codes of a replacement and a void."""

REMIT_KEY = ["payer", "payer_identifier", "adjudicated_date", "trace_number"]


def dollars(name: str) -> pl.Expr:
    """The amount of a text column, null where it is not one we accept (`MONEY`)."""
    value = pl.col(name)
    return pl.when(value.str.contains(READABLE)).then(value).cast(pl.Decimal(20, 2), strict=False)


def has_payment(adjustments: Sequence[str]) -> pl.Expr:
    """The row says something about payment."""
    named = [pl.col(name).fill_null("") != "" for name in PAYMENT]
    amounts = [_is_some(pl.col(name)) for name in adjustments]
    return pl.any_horizontal(*named, *amounts)


def payments(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per remittance of paid rows: its key, first row and the sum of what was paid."""
    return (
        rows.sort("ordinal")
        .group_by(REMIT_KEY, maintain_order=True)
        .agg(
            pl.col("ordinal", "byte_offset", "byte_end").first(),
            dollars("paid").sum().cast(pl.String).alias("total_paid"),
        )
    )


def with_claims(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with `claim_ordinal`, the first row of their bill; null where the claim number is blank.

    One claim number is one bill, but for what the contract counts as separate bills: another
    billing NPI, or another frequency code (a replacement or void exported under the number it
    replaces). A row that leaves those blank belongs to the first, but for a blank frequency that
    means an original (`_frequency`). Rows set aside by the mapping stand apart.
    """
    number = ["claim_id", "is_routed"]
    npi = _stated("billing_npi")
    rows = rows.sort("ordinal").with_columns(
        npi.fill_null(npi.drop_nulls().first().over(number)).alias("_billing_npi")
    )
    bill = [*number, "_billing_npi"]
    read = _frequency(bill) if rows["frequency_code"].is_in(CORRECTIONS).any() else _first(bill)
    rows = rows.with_columns(read.alias("_frequency_code"))
    # a faulty row's own columns say nothing
    code = pl.col("_frequency_code")
    rows = rows.with_columns(code.fill_null(code.drop_nulls().first().over(number)))
    first = pl.col("ordinal").min().over(*bill, "_frequency_code")
    return rows.with_columns(
        pl.when(pl.col("claim_id").fill_null("") != "").then(first).alias("claim_ordinal")
    ).drop("_billing_npi", "_frequency_code")


def _stated(name: str) -> pl.Expr:
    """The column where a row without fault says something."""
    return pl.when((pl.col(name) != "") & pl.col("fault").is_null()).then(pl.col(name))


def _first(bill: list[str]) -> pl.Expr:
    """The row's frequency code, or the first that its bill has."""
    own = _stated("frequency_code")
    return own.fill_null(own.drop_nulls().first().over(bill))


def _frequency(bill: list[str]) -> pl.Expr:
    """The row's frequency code; where blank, that of its submitted date, of an original or the first.

    Some exports say 7 or 8 on a correction only: where a row without a code has the line of one that
    corrects, or a submitted date that no code is given for, the rows without a code are the original.
    Others give a bill's code on its first row only: there lines do not repeat and dates agree.
    """
    own, day, line = (_stated(name) for name in ("frequency_code", "submitted_date", "line_number"))
    corrects = own.is_in(CORRECTIONS).fill_null(False)
    is_open = own.is_null() & pl.col("fault").is_null()
    repeats = line.is_not_null() & (
        corrects.any().over(*bill, "line_number", "procedure_code")
        | corrects.any().over(*bill, "line_number") & (corrects.sum().over(bill) > 1)
    )
    of_day = pl.when(day.is_not_null()).then(own.drop_nulls().first().over(*bill, "submitted_date"))
    coded_days = pl.when(own.is_not_null()).then(day).count().over(bill)
    is_other_day = day.is_not_null() & of_day.is_null() & (coded_days > 0)
    has_original = (is_open & (repeats | is_other_day)).any().over(bill)
    return (
        pl.when(own.is_not_null() | ~is_open)
        .then(own)
        .when(~corrects.any().over(bill))
        .then(_first(bill))
        .when(of_day.is_not_null() & ~repeats)
        .then(of_day)
        .when(has_original)
        .then(pl.lit("1"))
        .otherwise(_first(bill))
    )


def with_remit_claims(rows: pl.DataFrame) -> pl.DataFrame:
    """Paid rows with `claim_ordinal` the first row of their claim in their remittance."""
    owner = pl.col("ordinal").min().over(*REMIT_KEY, "claim_ordinal")
    return rows.sort("ordinal").with_columns(
        pl.when(pl.col("claim_ordinal").is_not_null()).then(owner).alias("claim_ordinal")
    )


def claim_frames(rows: pl.DataFrame, file_id: str) -> dict[str, pl.DataFrame]:
    """landing.claim and landing.service_line of rows that have `claim_ordinal`."""
    valid = pl.col("fault").is_null()
    repeated = [
        pl.col(name)
        .filter((pl.col(name) != "") & valid)
        .first()
        .fill_null(pl.col(name).first())
        .alias(target)
        for target, name in CLAIM_FIELDS.items()
    ]
    claims = (
        rows.filter(pl.col("claim_ordinal").is_not_null())
        .group_by("claim_ordinal", maintain_order=True)
        .agg(
            pl.col("byte_offset", "byte_end").first(),
            pl.col("claim_id").first().alias("claim_number"),
            pl.col("rendering_npi")
            .filter(valid)
            .first()
            .fill_null(pl.col("rendering_npi").first()),
            dollars("charge").sum().cast(pl.String).alias("charge"),
            *repeated,
        )
        .with_columns(
            pl.col("claim_ordinal").alias("ordinal"),
            pl.lit(FILE_ORDINAL, dtype=pl.Int64).alias("transaction_ordinal"),
        )
    )
    lines = rows.with_columns(
        pl.lit("ISO").alias("date_format"),
        pl.coalesce("control_number", "line_number").alias("control_number"),
    )
    return dict(
        conform(model, frame, file_id)
        for model, frame in ((landing.LandedClaim, claims), (landing.LandedLine, lines))
    )


def remit_frames(
    rows: pl.DataFrame, adjustments: Sequence[str], file_id: str
) -> dict[str, pl.DataFrame]:
    """landing.remit, remit_claim, remit_line and adjustment of the rows of `with_remit_claims`.

    A remittance is a transaction of its own: its ordinal, the first of its rows, is the
    `transaction_ordinal` of its claims and lines.
    """
    remits = payments(rows).with_columns(
        pl.col("ordinal").alias("transaction_ordinal"),
        pl.col("adjudicated_date").alias("payment_date"),
        pl.col("payer").alias("payer_name"),
    )
    keys = remits.select(*REMIT_KEY, "transaction_ordinal")
    rows = rows.join(keys, on=REMIT_KEY, how="left", nulls_equal=True, maintain_order="left")
    rows = rows.with_columns(
        pl.int_range(1, pl.len() + 1).over("claim_ordinal").alias("sequence"),
        pl.col("units").alias("units_paid"),
        pl.col("units").alias("units_submitted"),
        pl.coalesce("control_number", "line_number").alias("control_number"),
    )
    taken_off = _adjustment_rows(rows, adjustments)
    shares = (
        taken_off.filter(pl.col("group_code") == "PR")
        .group_by("claim_ordinal")
        .agg(dollars("amount").sum().cast(pl.String).alias("patient_responsibility"))
    )
    says_shares = any(
        rows[name].is_not_null().any()
        for name in ("deductible", "coinsurance", "adjustments", *adjustments)
        if rows.height
    )
    claims = (
        rows.filter(pl.col("claim_ordinal").is_not_null())
        .group_by("claim_ordinal", maintain_order=True)
        .agg(
            pl.col("byte_offset", "byte_end", "transaction_ordinal").first(),
            pl.col("claim_id").first().alias("claim_number"),
            _sum_text("charge"),
            _sum_text("paid"),
            pl.col("payer_claim_id", "filing_indicator", "rendering_npi", "received_date").first(),
            pl.col("patient_id").first().alias("member_id"),
        )
        .join(shares, on="claim_ordinal", how="left", maintain_order="left")
        .with_columns(
            pl.col("claim_ordinal").alias("ordinal"),
            pl.lit("").alias("claim_status_code"),
            pl.col("patient_responsibility").fill_null(
                pl.lit("0.00" if says_shares else None, pl.String)
            ),
        )
    )
    frames = (
        (landing.LandedRemit, remits),
        (landing.LandedRemitClaim, claims),
        (landing.LandedRemitLine, rows),
        (landing.LandedAdjustment, taken_off),
    )
    return dict(conform(model, frame, file_id) for model, frame in frames)


def faulty_rows(rows: pl.DataFrame) -> list[dict[str, object]]:
    """Rows with a wrong number of fields or a stray quotation mark, as entries of `PROBLEM`."""
    return [
        _problem(
            row,
            "row",
            "Q5",
            f"row {row['ordinal']} {row['fault']}",
            "correct the row in the export, or export it again with every field quoted",
        )
        for row in rows.filter(pl.col("fault").is_not_null()).iter_rows(named=True)
    ]


def unowned_rows(rows: pl.DataFrame) -> list[dict[str, object]]:
    """Rows without a claim number, and bills the mapping sets aside."""
    nameless = (pl.col("claim_id").fill_null("") == "") & pl.col("fault").is_null()
    routed = rows.filter(pl.col("is_routed") & pl.col("claim_ordinal").is_not_null())
    return [
        _problem(
            row,
            "row",
            "Q4",
            f"row {row['ordinal']} has no claim number",
            "fill in the claim number of the row",
        )
        for row in rows.filter(nameless).iter_rows(named=True)
    ] + [
        _problem(
            row,
            "claim",
            "Q2",
            "the rows of this bill are marked as not in force",
            "nothing, unless the `accept` lines of the mapping are wrong for this file",
        )
        for row in _first_of_claim(routed).iter_rows(named=True)
    ]


def unreadable_adjustments(rows: pl.DataFrame) -> list[dict[str, object]]:
    """Rows whose adjustments are not written as `CO-45:120.00 PR-2:30.10`."""
    tokens = _tokens(rows).filter(pl.col("group_code").is_null())
    return [
        _problem(
            row,
            "row",
            "Q4",
            f"row {row['ordinal']} has adjustments that cannot be read",
            "write adjustments as CO-45:120.00 PR-2:30.10",
        )
        for row in tokens.unique("ordinal", keep="first", maintain_order=True).iter_rows(named=True)
    ]


def conform(model: type[Table], frame: pl.DataFrame, file_id: str) -> tuple[str, pl.DataFrame]:
    """The table's name and the frame with exactly its model's columns, null where there is none."""
    schema = polars_schema(model)
    present = frame.with_columns(pl.lit(file_id).alias("file_id"))
    columns = [
        (pl.col(name) if name in present.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    ]
    return table_name(model), present.select(columns)


def _problem(
    row: dict[str, object],
    scope: str,
    code: str,
    reason: str,
    remedy: str,
    severity: str = "quarantined",
) -> dict[str, object]:
    return {
        **dict.fromkeys(PROBLEM),
        "scope": scope,
        "severity": severity,
        "claim_ordinal": row["claim_ordinal"],
        "ordinal": row["ordinal"],
        "byte_offset": row["byte_offset"],
        "byte_end": row["byte_end"],
        "reason_code": code,
        "reason": reason,
        "remedy": remedy,
    }


def mixed_patients(rows: pl.DataFrame, paid: pl.DataFrame) -> list[dict[str, object]]:
    """Bills whose rows name two patients, with the remittances made of their rows.

    Nothing tells whose the claim is: it would put one person's care into another's record.
    """
    named = rows.filter(pl.col("fault").is_null() & (pl.col("patient_id").fill_null("") != ""))
    patient = pl.col("patient_id").str.strip_chars().str.to_uppercase()
    other = named.filter(
        pl.col("claim_ordinal").is_not_null() & (patient != patient.first().over("claim_ordinal"))
    )
    first = _first_of_claim(other)
    mixed = rows.join(first.select("claim_ordinal"), on="claim_ordinal", how="semi")
    remits = _first_of_claim(
        paid.join(mixed.select("ordinal"), on="ordinal", how="semi").join(
            first.select("claim_ordinal"), on="claim_ordinal", how="anti"
        )
    )
    return [
        _problem(
            row,
            "claim",
            "Q5",
            "the rows of this claim number name more than one patient",
            "give each patient's claim a number of its own in the export",
        )
        for row in pl.concat([first, remits.select(first.columns)]).iter_rows(named=True)
    ]


def disagreements(rows: pl.DataFrame) -> list[dict[str, object]]:
    """A warning for each claim and repeated column with the first row that says something else."""
    valid = rows.filter(pl.col("fault").is_null() & pl.col("claim_ordinal").is_not_null())
    found: list[dict[str, object]] = []
    for name in CLAIM_FIELDS.values():
        if name == "patient_id":  # mixed_patients
            continue
        stated = valid.filter(pl.col(name) != "")
        differs = pl.col(name) != pl.col(name).first().over("claim_ordinal")
        others = _first_of_claim(stated.filter(differs))
        found += [
            _problem(
                row,
                "row",
                "Q11",
                f"row {row['ordinal']}: {name} is not that of the claim's first row",
                "repeat the claim's columns alike on each of its rows; the first was kept",
                "warning",
            )
            for row in others.iter_rows(named=True)
        ]
    return found


def _first_of_claim(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.unique("claim_ordinal", keep="first", maintain_order=True)


def _adjustment_rows(rows: pl.DataFrame, adjustments: Sequence[str]) -> pl.DataFrame:
    """One row per adjustment: those listed, those with a column of their own, PR-1 and PR-2."""
    own = {code: code for code in adjustments} | {"PR-1": "deductible", "PR-2": "coinsurance"}
    place = ["ordinal", "byte_offset", "byte_end", "claim_ordinal"]
    listed = (
        _tokens(rows)
        .filter(pl.col("group_code").is_not_null())
        .select(*place, "rank", "group_code", "carc", "amount")
    )
    columns = [
        rows.filter(_is_some(pl.col(name))).select(
            *place,
            pl.lit(1000 + rank, dtype=pl.Int64).alias("rank"),
            pl.lit(code.split("-")[0]).alias("group_code"),
            pl.lit(code.split("-")[1]).alias("carc"),
            pl.col(name).alias("amount"),
        )
        for rank, (code, name) in enumerate(own.items())
    ]
    unlisted = pl.concat(columns).join(listed, on=["ordinal", "group_code", "carc"], how="anti")
    return (
        pl.concat([listed, unlisted])
        .filter(pl.col("claim_ordinal").is_not_null())
        .sort("ordinal", "rank")
        .with_columns(
            pl.lit("remit").alias("side"),
            pl.col("ordinal").alias("line_ordinal"),
            pl.int_range(1, pl.len() + 1).over("ordinal").alias("position"),
        )
    )


def _tokens(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per listed adjustment: group, reason and amount, null where unreadable."""
    text = pl.col("adjustments").str.to_uppercase().str.extract_all(r"\S+")
    tokens = (
        rows.filter(pl.col("adjustments").fill_null("") != "")
        .with_columns(text.alias("token"))
        .with_columns(pl.int_ranges(0, pl.col("token").list.len()).alias("rank"))
        .explode("token", "rank")
    )
    return tokens.with_columns(
        pl.col("token").str.extract(LISTED, 1).alias("group_code"),
        pl.col("token").str.extract(LISTED, 2).alias("carc"),
        plain_money(pl.col("token").str.extract(LISTED, 3)).alias("amount"),
    )


def _is_some(value: pl.Expr) -> pl.Expr:
    """An amount that is there and not zero."""
    return ~value.fill_null("").str.contains(r"^-?0*(\.0*)?$")


def _sum_text(name: str) -> pl.Expr:
    """The sum of a text column of amounts as text; null where the file has no such column."""
    total = dollars(name).sum().cast(pl.String)
    return pl.when(pl.col(name).is_not_null().any()).then(total).alias(name)
