"""Landing to staged: text to values, identities, and what must be set aside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandera.polars as pa
import polars as pl

from pipelines import checks, identity, values
from pipelines.checks import FAILURE, RESUBMIT, Check, failures
from pipelines.readers import Batch
from schemas import gate
from schemas.dictionary import tables
from schemas.table import Table, polars_schema

QUARANTINE = polars_schema(tables()["landing.quarantine"])
CENT = Decimal("0.01")
KNOWN_CLAIM = {
    "claim_number": pl.String,
    "payer_sequence": pl.String,
    "billing_npi": pl.String,
    "payer_name": pl.String,
    "payer_identifier": pl.String,
    "claim_id": pl.String,
    "patient_id": pl.String,
}
"""What a remittance is matched against: one row per bill on file."""


@dataclass(frozen=True)
class Context:
    """What staging a file needs to know besides the file."""

    key: bytes
    people: pl.DataFrame
    """Columns number, person: the practice's crosswalk of member and record numbers."""
    known_claims: Callable[[pl.Series], pl.DataFrame]
    """Claim numbers -> bills on file (KNOWN_CLAIM)."""


@dataclass(frozen=True)
class Staged:
    """A batch after its checks: typed rows, what was set aside, and both sides of the balance."""

    frames: dict[str, pl.DataFrame]
    quarantine: pl.DataFrame
    rows_accepted: int
    charge_accepted: Decimal


def stage(batch: Batch, file_id: str, context: Context) -> Staged:
    """Check and type one batch. Rows in = rows accepted + sum of `rows` in the quarantine."""
    counts_bills = "landing.service_line" in batch.frames or batch.kind == "837P"
    parts = [_stage_claims(batch, file_id, context, is_export=batch.kind == "export")]
    parts.append(
        _stage_remits(batch, file_id, context, counts=not (batch.kind == "export" and counts_bills))
    )
    loose = _loose(batch, file_id)
    frames: dict[str, pl.DataFrame] = {}
    for part in parts:
        for name, frame in part.frames.items():
            if not frame.is_empty():
                frames[name] = frame
    return Staged(
        frames,
        pl.concat([loose, *(part.quarantine for part in parts)]),
        sum(part.rows_accepted for part in parts),
        sum((part.charge_accepted for part in parts), Decimal(0)),
    )


def _landed(batch: Batch, name: str) -> pl.DataFrame:
    frame = batch.frames.get(name)
    return frame if frame is not None else pl.DataFrame(schema=polars_schema(tables()[name]))


def _stage_claims(batch: Batch, file_id: str, context: Context, *, is_export: bool) -> Staged:
    claims = _landed(batch, "landing.claim").with_columns(claim_ordinal=pl.col("ordinal"))
    lines = _landed(batch, "landing.service_line").filter(pl.col("claim_ordinal").is_not_null())
    if claims.is_empty():
        return _nothing()
    lines = lines.with_columns(
        first_day=values.date(pl.col("date_of_service").str.extract(r"^(\d{8}|\d{4}-\d\d-\d\d)", 1)),
        last_day=values.date(pl.col("date_of_service").str.extract(r"^\d{8}-(\d{8})$", 1)),
        money=values.money(pl.col("charge")),
    )
    totals = lines.group_by("claim_ordinal").agg(
        lines=pl.len(), line_charge=pl.col("money").sum(), unread=pl.col("money").is_null().any()
    )
    claims = claims.join(totals, on="claim_ordinal", how="left", maintain_order="left").with_columns(
        money=values.money(pl.col("charge")), lines=pl.col("lines").fill_null(0)
    )
    adds_up = Check(
        "Q6",
        pl.col("money").is_not_null()
        & ~pl.col("unread").fill_null(False)
        & (pl.col("money") != pl.col("line_charge").fill_null(Decimal(0))),
        "the claim's charge (CLM02) is not the sum of its lines (SV102)",
        RESUBMIT,
    )
    cob = _landed(batch, "landing.adjustment").filter(pl.col("side") == "cob")
    failed = pl.concat(
        [
            _structural(batch, claims),
            failures(claims, checks.CLAIM),
            failures(lines, checks.LINE),
            failures(cob, checks.ADJUSTMENT),
            failures(claims, [adds_up]),
        ]
    )
    diagnoses = _landed(batch, "landing.diagnosis")
    typed = _type_claims(batch, file_id, context, claims, lines, diagnoses, cob, is_export=is_export)
    failed = pl.concat([failed, *_schema_failures(typed, claims)])
    bad = failed.select("claim_ordinal").unique()
    row_charge = claims.select(
        "claim_ordinal", "lines", dollars=pl.col("line_charge" if is_export else "money")
    )
    warned = _warnings(file_id, claims, lines)
    good = {
        name: frame.join(bad, on="claim_ordinal", how="anti", maintain_order="left").drop(
            "claim_ordinal"
        )
        for name, frame in typed.items()
    }
    accepted = row_charge.join(bad, on="claim_ordinal", how="anti")
    return Staged(
        good,
        pl.concat([_set_aside(file_id, failed, claims, row_charge), warned]),
        int(accepted["lines"].sum()),
        _dollars(accepted["dollars"]),
    )


def _type_claims(
    batch: Batch,
    file_id: str,
    context: Context,
    claims: pl.DataFrame,
    lines: pl.DataFrame,
    diagnoses: pl.DataFrame,
    cob: pl.DataFrame,
    *,
    is_export: bool,
) -> dict[str, pl.DataFrame]:
    transactions = _landed(batch, "landing.transaction").select(
        transaction_ordinal="ordinal", created_time="created_time"
    )
    sequence = (
        pl.when(pl.col("payer_sequence").fill_null("") == "")
        .then(pl.lit("P"))
        .otherwise(pl.col("payer_sequence"))
    )
    headed = claims.join(
        transactions.unique("transaction_ordinal"),
        on="transaction_ordinal",
        how="left",
        maintain_order="left",
    ).with_columns(
        claim_key=pl.lit(f"{file_id}:") + pl.col("ordinal").cast(pl.String),
        claim_number=pl.col("claim_number").str.strip_chars(),
        payer_sequence=sequence,
        patient_id=_patients(claims, context, is_export=is_export),
        frequency_code=pl.when(values.is_blank(pl.col("frequency_code")))
        .then(pl.lit("1"))
        .otherwise(pl.col("frequency_code")),
    )
    headed = headed.with_columns(bucket=identity.bucket(pl.col("patient_id")))
    submitted = values.date(pl.col("submitted_date"))
    claim = headed.select(
        "claim_ordinal",
        "claim_key",
        file_id=pl.lit(file_id),
        ordinal="ordinal",
        byte_offset="byte_offset",
        byte_end="byte_end",
        source=pl.lit("export" if is_export else "837"),
        claim_number="claim_number",
        claim_id=identity.bill(pl.col("claim_number"), pl.col("payer_sequence")),
        payer_sequence="payer_sequence",
        frequency_code="frequency_code",
        submission=pl.lit(1, dtype=pl.Int64),
        is_standing=pl.col("frequency_code") != "8",
        original_reference="original_reference",
        submitted_date=submitted,
        submitted_key=pl.concat_str(
            submitted.dt.to_string("%Y%m%d").fill_null("00000000"),
            pl.col("created_time").fill_null("").str.pad_end(8, "0"),
            pl.lit(file_id),
            pl.col("ordinal").cast(pl.String).str.zfill(12),
            separator="|",
        ),
        received_date=values.date(pl.col("received_date")),
        patient_id="patient_id",
        bucket="bucket",
        patient_sex=values.code(pl.col("patient_sex")),
        patient_birth_date=values.date(pl.col("patient_birth_date")),
        payer_name=pl.col("payer_name").str.strip_chars(),
        payer_identifier=pl.col("payer_identifier").str.strip_chars(),
        filing_indicator=values.code(pl.col("filing_indicator")),
        line_of_business="line_of_business",
        billing_npi=_npi("billing_npi"),
        billing_zip=values.zip5(pl.col("billing_zip")),
        rendering_npi="rendering_npi",
        rendering_taxonomy=pl.coalesce(
            pl.when(pl.col("rendering_taxonomy") != "").then(pl.col("rendering_taxonomy")),
            pl.col("billing_taxonomy"),
        ),
        rendering_type=values.code(pl.col("rendering_type")),
        referring_npi="referring_npi",
        supervising_npi="supervising_npi",
        facility_npi="facility_npi",
        facility_zip=values.zip5(pl.col("facility_zip")),
        locality="locality",
        zip=values.zip5(pl.col("zip")),
        charge="money",
        place_of_service=_place(pl.col("place_of_service")),
        assignment="assignment",
        patient_paid=values.money(pl.col("patient_paid")),
        prior_authorization=pl.when(pl.col("prior_authorization").is_null())
        .then(None)
        .when(pl.col("prior_authorization") == "")
        .then(pl.lit(""))
        .otherwise(pl.lit("given")),
        clia_number=values.code(pl.col("clia_number")),
    )
    owner = headed.select(
        "claim_ordinal",
        "claim_key",
        "patient_id",
        "bucket",
        claim_place=_place(pl.col("place_of_service")),
        claim_renderer=pl.coalesce(
            pl.when(pl.col("rendering_npi") != "").then(pl.col("rendering_npi")),
            pl.when(pl.col("billing_npi") != "").then(pl.col("billing_npi")),
            pl.col("rendering_npi"),
        ),
        claim_taxonomy=pl.coalesce(
            pl.when(pl.col("rendering_taxonomy") != "").then(pl.col("rendering_taxonomy")),
            pl.col("billing_taxonomy"),
        ),
        claim_clia=values.code(pl.col("clia_number")),
    )
    pointed, pointed_rows = _pointed_diagnoses(lines, diagnoses, owner, file_id, is_export=is_export)
    numbers = (
        pl.when(pl.col("line_number").fill_null("").is_duplicated().over("claim_ordinal"))
        .then(pl.int_range(pl.len()).over("claim_ordinal") + 1)
        .otherwise(None)
        .cast(pl.String)
    )
    line = (
        lines.join(owner, on="claim_ordinal", how="inner", maintain_order="left")
        .join(pointed, on="ordinal", how="left", maintain_order="left")
        .select(
            "claim_ordinal",
            "claim_key",
            file_id=pl.lit(file_id),
            ordinal="ordinal",
            byte_offset="byte_offset",
            byte_end="byte_end",
            patient_id="patient_id",
            bucket="bucket",
            line_number=pl.coalesce(
                numbers,
                pl.when(pl.col("line_number") != "").then(pl.col("line_number")),
                pl.lit("1"),
            ),
            control_number=pl.col("control_number").str.strip_chars(),
            date_of_service="first_day",
            date_of_service_end="last_day",
            procedure_code=values.code(pl.col("procedure_code")),
            modifiers=values.codes(pl.col("modifiers").fill_null("")),
            modifier_key=values.code_key(pl.col("modifiers")),
            charge="money",
            units=values.units(pl.col("units")),
            unit_type="unit_type",
            place_of_service=pl.coalesce(
                pl.when(~values.is_blank(pl.col("place_of_service"))).then(
                    _place(pl.col("place_of_service"))
                ),
                pl.col("claim_place"),
            ),
            diagnosis_codes="pointed",
            rendering_npi=pl.coalesce(
                pl.when(pl.col("rendering_npi") != "").then(pl.col("rendering_npi")),
                pl.col("claim_renderer"),
            ),
            rendering_taxonomy=pl.coalesce(
                pl.when(pl.col("rendering_taxonomy") != "").then(pl.col("rendering_taxonomy")),
                pl.col("claim_taxonomy"),
            ),
            clia_number=pl.coalesce(
                pl.when(pl.col("clia_number") != "").then(values.code(pl.col("clia_number"))),
                pl.col("claim_clia"),
            ),
        )
    )
    billed = (
        lines.select("claim_ordinal", "ordinal", modifier=values.codes(pl.col("modifiers").fill_null("")))
        .explode("modifier", empty_as_null=False, keep_nulls=False)
        .with_columns(position=pl.int_range(1, pl.len() + 1).over("ordinal"))
        .join(owner, on="claim_ordinal", how="inner")
        .select(
            "claim_ordinal",
            "claim_key",
            file_id=pl.lit(file_id),
            bucket="bucket",
            patient_id="patient_id",
            line_ordinal="ordinal",
            position="position",
            modifier="modifier",
        )
    )
    return {
        "staged.claim": claim,
        "staged.service_line": line,
        "staged.line_modifier": billed,
        "staged.line_diagnosis": pointed_rows,
        "staged.diagnosis": diagnoses.join(owner, on="claim_ordinal", how="inner").select(
            "claim_ordinal",
            "claim_key",
            file_id=pl.lit(file_id),
            patient_id="patient_id",
            bucket="bucket",
            position="position",
            code_type=_code_type(),
            code=values.code(pl.col("code").str.replace_all(".", "", literal=True)),
        ),
        "staged.other_payer": _landed(batch, "landing.other_payer")
        .join(owner, on="claim_ordinal", how="inner")
        .select(
            "claim_ordinal",
            "claim_key",
            file_id=pl.lit(file_id),
            patient_id="patient_id",
            bucket="bucket",
            ordinal="ordinal",
            payer_sequence="payer_sequence",
            filing_indicator="filing_indicator",
            payer_identifier="payer_identifier",
            paid=values.money(pl.col("paid")),
        ),
        "staged.line_adjudication": _landed(batch, "landing.line_adjudication")
        .join(owner, on="claim_ordinal", how="inner")
        .select(
            "claim_ordinal",
            "claim_key",
            file_id=pl.lit(file_id),
            patient_id="patient_id",
            bucket="bucket",
            ordinal="ordinal",
            line_ordinal="line_ordinal",
            payer_identifier="payer_identifier",
            procedure_code=values.code(pl.col("procedure_code")),
            paid=values.money(pl.col("paid")),
            units=values.units(pl.col("units")),
            adjudicated_date=values.date(pl.col("adjudicated_date")),
        ),
        "staged.adjustment": cob.join(owner, on="claim_ordinal", how="inner").select(
            "claim_ordinal",
            file_id=pl.lit(file_id),
            side="side",
            owner="claim_key",
            line_owner=_key(file_id, "line_ordinal"),
            patient_id="patient_id",
            bucket="bucket",
            ordinal="ordinal",
            position="position",
            group_code=values.code(pl.col("group_code")),
            carc=values.code(pl.col("carc")),
            amount=values.money(pl.col("amount")),
            quantity=values.units(pl.col("quantity")),
        ),
    }


def _pointed_diagnoses(
    lines: pl.DataFrame,
    diagnoses: pl.DataFrame,
    owner: pl.DataFrame,
    file_id: str,
    *,
    is_export: bool,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Codes a line points to: (ordinal, pointed list) and the rows of staged.line_diagnosis.

    A pointer beyond the claim's diagnoses points to nothing and is warned about elsewhere.
    """
    if is_export:
        exploded = (
            lines.select(
                "claim_ordinal",
                "ordinal",
                code=values.codes(
                    pl.col("diagnosis_codes").fill_null("").str.replace_all(".", "", literal=True)
                ),
            )
            .explode("code", empty_as_null=False, keep_nulls=False)
            .with_columns(position=pl.int_range(1, pl.len() + 1).over("ordinal"))
        )
    else:
        exploded = (
            lines.select("claim_ordinal", "ordinal", pointer=pl.col("diagnosis_pointers").fill_null(""))
            .with_columns(pl.col("pointer").str.extract_all(r"\d+"))
            .explode("pointer", empty_as_null=False, keep_nulls=False)
            .with_columns(
                position=pl.int_range(1, pl.len() + 1).over("ordinal"),
                pointer=pl.col("pointer").cast(pl.Int64, strict=False),
            )
            .join(
                diagnoses.select(
                    "claim_ordinal",
                    pointer="position",
                    code=values.code(pl.col("code").str.replace_all(".", "", literal=True)),
                ).unique(["claim_ordinal", "pointer"]),
                on=["claim_ordinal", "pointer"],
                how="inner",
                maintain_order="left",
            )
            .sort("ordinal", "position")
            .with_columns(position=pl.int_range(1, pl.len() + 1).over("ordinal"))
        )
    lists = exploded.group_by("ordinal", maintain_order=True).agg(pointed=pl.col("code"))
    pointed = lines.select("ordinal", "diagnosis_codes").join(
        lists, on="ordinal", how="left", maintain_order="left"
    )
    empty = pl.lit([], dtype=pl.List(pl.String))
    pointed = pointed.select(
        "ordinal",
        pointed=pl.when(pl.col("pointed").is_not_null())
        .then(pl.col("pointed"))
        .when(pl.lit(is_export) & pl.col("diagnosis_codes").is_null())
        .then(None)
        .otherwise(empty),
    )
    rows = exploded.join(owner, on="claim_ordinal", how="inner").select(
        "claim_ordinal",
        "claim_key",
        file_id=pl.lit(file_id),
        bucket="bucket",
        patient_id="patient_id",
        line_ordinal="ordinal",
        position="position",
        code="code",
    )
    return pointed, rows


def _stage_remits(batch: Batch, file_id: str, context: Context, *, counts: bool) -> Staged:
    claims = _landed(batch, "landing.remit_claim").with_columns(claim_ordinal=pl.col("ordinal"))
    payments = _landed(batch, "landing.remit")
    frames: dict[str, pl.DataFrame] = {}
    if not payments.is_empty():
        frames["staged.remit"] = _type_payments(batch, file_id, payments)
        frames["staged.provider_adjustment"] = _type_provider_adjustments(batch, file_id)
    if claims.is_empty():
        return Staged(frames, pl.DataFrame(schema=QUARANTINE), 0, Decimal(0))
    lines = _landed(batch, "landing.remit_line").filter(pl.col("claim_ordinal").is_not_null())
    taken = _landed(batch, "landing.adjustment").filter(pl.col("side") == "remit")
    taken = taken.with_columns(money=values.money(pl.col("amount")))
    by_line = taken.group_by("line_ordinal").agg(reduced=pl.col("money").sum())
    by_claim = taken.group_by("claim_ordinal").agg(reduced=pl.col("money").sum())
    lines = lines.join(
        by_line, left_on="ordinal", right_on="line_ordinal", how="left", maintain_order="left"
    ).with_columns(money=values.money(pl.col("charge")), payment=values.money(pl.col("paid")))
    claims = (
        claims.join(by_claim, on="claim_ordinal", how="left", maintain_order="left")
        .join(
            lines.group_by("claim_ordinal").agg(lines=pl.len(), line_charge=pl.col("money").sum()),
            on="claim_ordinal",
            how="left",
            maintain_order="left",
        )
        .with_columns(
            money=values.money(pl.col("charge")),
            payment=values.money(pl.col("paid")),
            lines=pl.col("lines").fill_null(0),
        )
    )
    is_835 = batch.kind != "export"
    balance = Check(
        "Q7",
        pl.lit(is_835)
        & (pl.col("money") - pl.col("payment") != pl.col("reduced").fill_null(Decimal(0))),
        "a line's charge less its payment (SVC02 - SVC03) is not the sum of its adjustments (CAS)",
        RESUBMIT,
    )
    claim_balance = Check(
        "Q8",
        pl.lit(is_835)
        & (pl.col("claim_status_code").fill_null("") != "25")
        & (pl.col("money") - pl.col("payment") != pl.col("reduced").fill_null(Decimal(0))),
        "the claim's charge less its payment (CLP03 - CLP04) is not the sum of its adjustments",
        RESUBMIT,
    )
    failed = pl.concat(
        [
            _structural(batch, claims),
            failures(claims, checks.REMIT_CLAIM),
            failures(lines, checks.REMIT_LINE),
            failures(taken, checks.ADJUSTMENT),
            failures(lines, [balance]),
            failures(claims, [claim_balance]),
        ]
    )
    typed = _type_remits(file_id, context, claims, lines, taken, payments, is_835=is_835)
    failed = pl.concat([failed, *_schema_failures(typed, claims)])
    bad = failed.select("claim_ordinal").unique()
    weight = 1 if counts else 0
    row_charge = claims.select(
        "claim_ordinal",
        lines=pl.col("lines") * weight,
        dollars=pl.col("money") * weight if is_835 else pl.col("line_charge") * weight,
    )
    good = {
        name: frame.join(bad, on="claim_ordinal", how="anti", maintain_order="left").drop(
            "claim_ordinal"
        )
        for name, frame in typed.items()
    }
    accepted = row_charge.join(bad, on="claim_ordinal", how="anti")
    return Staged(
        {**frames, **good},
        _set_aside(file_id, failed, claims, row_charge),
        int(accepted["lines"].sum()),
        _dollars(accepted["dollars"]),
    )


def _type_payments(batch: Batch, file_id: str, payments: pl.DataFrame) -> pl.DataFrame:
    return payments.select(
        remit_key=_key(file_id, "ordinal"),
        file_id=pl.lit(file_id),
        source=pl.lit("export" if batch.kind == "export" else "835"),
        payer_name=pl.col("payer_name").str.strip_chars(),
        payer_identifier=pl.col("payer_identifier").str.strip_chars(),
        payee_npi="payee_npi",
        payment_date=values.date(pl.col("payment_date")),
        total_paid=values.money(pl.col("total_paid")),
        trace_number="trace_number",
        is_balanced=pl.lit(None, dtype=pl.Boolean),
    )


def _type_provider_adjustments(batch: Batch, file_id: str) -> pl.DataFrame:
    payments = _landed(batch, "landing.remit").select(
        "transaction_ordinal", remit_key=_key(file_id, "ordinal")
    )
    return (
        _landed(batch, "landing.provider_adjustment")
        .join(payments, on="transaction_ordinal", how="inner")
        .select(
            "remit_key",
            file_id=pl.lit(file_id),
            ordinal="ordinal",
            provider_identifier="provider_identifier",
            fiscal_date=values.date(pl.col("fiscal_date")),
            reason=values.code(pl.col("reason")),
            reference="reference",
            amount=values.money(pl.col("amount")),
        )
        .filter(pl.col("amount").is_not_null())
    )


def _type_remits(
    file_id: str,
    context: Context,
    claims: pl.DataFrame,
    lines: pl.DataFrame,
    taken: pl.DataFrame,
    payments: pl.DataFrame,
    *,
    is_835: bool,
) -> dict[str, pl.DataFrame]:
    headed = claims.join(
        payments.select(
            "transaction_ordinal",
            remit_key=_key(file_id, "ordinal"),
            payment_date=values.date(pl.col("payment_date")),
            payer_name=pl.col("payer_name").str.strip_chars(),
            payer_identifier=pl.col("payer_identifier").str.strip_chars(),
            payee_npi="payee_npi",
        ).unique("transaction_ordinal"),
        on="transaction_ordinal",
        how="left",
        maintain_order="left",
    ).with_columns(
        claim_number=pl.col("claim_number").str.strip_chars(),
        remit_claim_id=_key(file_id, "ordinal"),
        remit_key=pl.col("remit_key").fill_null(f"{file_id}:0"),
    )
    headed = assign_bills(headed, context)
    claim = headed.select(
        "claim_ordinal",
        "remit_claim_id",
        "remit_key",
        file_id=pl.lit(file_id),
        ordinal="ordinal",
        byte_offset="byte_offset",
        byte_end="byte_end",
        claim_number="claim_number",
        claim_id="claim_id",
        is_matched="is_matched",
        payer_sequence="payer_sequence",
        patient_id="patient_id",
        bucket=identity.bucket(pl.col("patient_id")),
        claim_status_code="claim_status_code",
        is_reversal=pl.col("claim_status_code").fill_null("") == "22",
        charge="money",
        paid="payment",
        patient_responsibility=values.money(pl.col("patient_responsibility")),
        filing_indicator=values.code(pl.col("filing_indicator")),
        payer_claim_id="payer_claim_id",
        original_reference="original_reference",
        rendering_npi="rendering_npi",
        received_date=values.date(pl.col("received_date")),
        payment_date="payment_date",
        remarks=values.codes(pl.col("remarks").fill_null("")),
        source=pl.lit("835" if is_835 else "export"),
    )
    owner = claim.select("claim_ordinal", "remit_claim_id", "patient_id", "bucket").join(
        claims.select("claim_ordinal", statement_day=values.date(pl.col("statement_from"))),
        on="claim_ordinal",
    )
    has_billed = ~values.is_blank(pl.col("submitted_code"))
    line = lines.join(owner, on="claim_ordinal", how="inner", maintain_order="left").select(
        "claim_ordinal",
        remit_line_id=_key(file_id, "ordinal"),
        remit_claim_id="remit_claim_id",
        file_id=pl.lit(file_id),
        ordinal="ordinal",
        byte_offset="byte_offset",
        byte_end="byte_end",
        patient_id="patient_id",
        bucket="bucket",
        sequence="sequence",
        procedure_code=values.code(pl.col("procedure_code")),
        modifiers=values.codes(pl.col("modifiers").fill_null("")),
        submitted_code=values.code(pl.col("submitted_code").fill_null("")),
        submitted_modifiers=values.codes(pl.col("submitted_modifiers").fill_null("")),
        modifier_key=pl.when(has_billed)
        .then(values.code_key(pl.col("submitted_modifiers")))
        .otherwise(values.code_key(pl.col("modifiers"))),
        charge="money",
        paid="payment",
        units_paid=values.units(pl.col("units_paid")).fill_null(Decimal(1)).cast(pl.Decimal(9, 3)),
        units_submitted=values.units(pl.col("units_submitted")),
        date_of_service=pl.coalesce(values.date(pl.col("date_of_service")), pl.col("statement_day")),
        control_number=pl.col("control_number").str.strip_chars(),
        allowed_amount=values.money(pl.col("allowed")),
        rendering_npi="rendering_npi",
        remarks=values.codes(pl.col("remarks").fill_null("")),
    )
    adjustment = taken.join(owner, on="claim_ordinal", how="inner", maintain_order="left").select(
        "claim_ordinal",
        file_id=pl.lit(file_id),
        side="side",
        owner="remit_claim_id",
        line_owner=_key(file_id, "line_ordinal"),
        patient_id="patient_id",
        bucket="bucket",
        ordinal="ordinal",
        position="position",
        group_code=values.code(pl.col("group_code")),
        carc=values.code(pl.col("carc")),
        amount="money",
        quantity=values.units(pl.col("quantity")),
    )
    return {
        "staged.remit_claim": claim,
        "staged.remit_line": line,
        "staged.adjustment": adjustment,
    }


SEQUENCE_OF_STATUS = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T", "25": "N"}
"""CLP02 -> whose turn it was; 25 only prices ahead and is no payment (x12 005010X221A1)."""


def assign_bills(remits: pl.DataFrame, context: Context) -> pl.DataFrame:
    """Add claim_id, is_matched, payer_sequence and patient_id to adjudicated claims.

    Of several bills with the claim number, the one of the status code's turn, else the payer's own,
    else the only one, else the primary's; billing NPIs decide where two practices share a number.
    """
    known = context.known_claims(remits["claim_number"].drop_nulls().unique())
    wanted = pl.col("claim_status_code").replace_strict(
        SEQUENCE_OF_STATUS, default=None, return_dtype=pl.String
    )
    numbered = remits.with_columns(wanted=wanted).with_row_index("#row")
    candidates = numbered.select(
        "#row", "claim_number", "wanted", "payer_name", "payer_identifier", "payee_npi"
    ).join(known, on="claim_number", how="inner", suffix="_billed")
    same_payer = (
        (pl.col("payer_identifier") == pl.col("payer_identifier_billed"))
        & (pl.col("payer_identifier") != "")
    ) | (
        (pl.col("payer_name").str.to_uppercase() == pl.col("payer_name_billed").str.to_uppercase())
        & (pl.col("payer_name") != "")
    )
    chosen = (
        candidates.with_columns(
            rank=pl.concat_list(
                (pl.col("payee_npi") != pl.col("billing_npi")).fill_null(True).cast(pl.Int8),
                (pl.col("wanted") != pl.col("payer_sequence")).fill_null(True).cast(pl.Int8),
                (~same_payer).fill_null(True).cast(pl.Int8),
                pl.col("payer_sequence")
                .replace_strict({"P": 0, "S": 1, "T": 2}, default=3)
                .cast(pl.Int8),
            ).list.eval(pl.element().cast(pl.String)).list.join("")
        )
        .sort("#row", "rank", "claim_id")
        .unique("#row", keep="first", maintain_order=True)
        .select("#row", "claim_id", found_sequence="payer_sequence", found_patient="patient_id")
    )
    joined = numbered.join(chosen, on="#row", how="left", maintain_order="left").with_columns(
        is_matched=pl.col("claim_id").is_not_null(),
        payer_sequence=pl.coalesce("wanted", "found_sequence", pl.lit("P")),
    )
    alone = pl.when(values.is_blank(pl.col("member_id"))).then(
        pl.lit("claim:") + pl.col("claim_number").fill_null("")
    ).otherwise(pl.lit("member:") + pl.col("member_id").fill_null(""))
    unmatched = joined.select(identity=alone)["identity"]
    return joined.with_columns(
        claim_id=pl.coalesce(
            "claim_id", identity.bill(pl.col("claim_number"), pl.col("payer_sequence"))
        ),
        patient_id=pl.coalesce("found_patient", identity.pseudonyms(context.key, unmatched)),
    ).drop("#row", "wanted", "found_sequence", "found_patient")


def _patients(claims: pl.DataFrame, context: Context, *, is_export: bool) -> pl.Series:
    number = pl.col("member_id").fill_null("").str.strip_chars().str.to_uppercase()
    known = claims.select(number=number).join(
        context.people, on="number", how="left", maintain_order="left"
    )["person"]
    own = (
        pl.lit("record:") + number
        if is_export
        else pl.lit("member:") + number + "|" + pl.col("patient_birth_date").fill_null("")
    )
    named = (
        pl.when(known.is_not_null())
        .then(pl.lit("person:") + known)
        .when(number == "")
        .then(pl.lit("claim:") + pl.col("claim_number").fill_null(""))
        .otherwise(own)
    )
    return identity.pseudonyms(context.key, claims.select(identity=named)["identity"])


def _schema_failures(typed: dict[str, pl.DataFrame], claims: pl.DataFrame) -> list[pl.DataFrame]:
    """What the Pandera models refuse, as failures of the claims the rows belong to."""
    place = claims.select("claim_ordinal", "ordinal", "byte_offset", "byte_end")
    found = []
    for name, frame in typed.items():
        model = tables()[name]
        # rows that already failed a check have nulls; their reasons are known
        ready = frame.drop_nulls(_required(model))
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


def _required(model: type[Table]) -> list[str]:
    return [name for name, column in model.to_schema().columns.items() if not column.nullable]


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
            for row in cases.unique(["index", "column", "check"]).sort("index").iter_rows(named=True)
        ]
    return []


def _structural(batch: Batch, claims: pl.DataFrame) -> pl.DataFrame:
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
            direct.join(place.select("claim_ordinal"), on="claim_ordinal", how="semi").select(*FAILURE),
            whole.select("transaction_ordinal", "reason_code", "reason", "remedy")
            .join(place, on="transaction_ordinal", how="inner")
            .with_columns(reason=pl.lit("its transaction is set aside: ") + pl.col("reason"))
            .select(*FAILURE),
        ]
    ).cast(FAILURE)  # type: ignore[arg-type]


def _set_aside(
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


def _loose(batch: Batch, file_id: str) -> pl.DataFrame:
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
            _landed(batch, name)
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
            ordinal="ordinal",
            byte_offset="byte_offset",
            byte_end="byte_end",
            rows=pl.when("counts").then(pl.col("rows").fill_null(0)).otherwise(0),
            charge=pl.when("counts").then(pl.col("dollars").fill_null(Decimal(0))).otherwise(Decimal(0)),
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


def _warnings(file_id: str, claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Q11: values that look wrong and are kept; one row per check, at the first place it was seen."""
    npis = claims.select(npi=pl.col("billing_npi").fill_null(""))["npi"].unique().to_list()
    wrong = [npi for npi in npis if npi and not values.has_npi_check_digit(npi)]
    day = pl.col("first_day")
    seen = [
        (claims.filter(pl.col("billing_npi").is_in(wrong)), "billing NPIs fail the check digit"),
        (
            lines.filter(day.is_not_null() & ((day.dt.year() < 1990))),
            "dates of service before 1990",
        ),
        (
            lines.filter(~pl.col("procedure_code").str.contains(r"^[A-Z0-9]{5}$")),
            "procedure codes are not five letters or digits",
        ),
    ]
    rows = [
        {
            "file_id": file_id,
            "scope": "file",
            "severity": "warning",
            "ordinal": int(found["ordinal"][0]),
            "byte_offset": int(found["byte_offset"][0]),
            "byte_end": int(found["byte_end"][0]),
            "rows": 0,
            "charge": Decimal(0),
            "reason_code": "Q11",
            "reason": f"{found.height} {what}; the first is at this place",
            "remedy": "check the value in the billing system; the rows were kept",
        }
        for found, what in seen
        if not found.is_empty()
    ]
    return pl.DataFrame(rows, schema=QUARANTINE)  # type: ignore[arg-type]


def _npi(name: str) -> pl.Expr:
    """An NPI of ten digits; anything else (a legacy number) is kept out and reads as blank."""
    text = pl.col(name).str.strip_chars()
    return pl.when(text.is_null()).then(None).when(text.str.contains(r"^\d{10}$")).then(text).otherwise(
        pl.lit("")
    )


def _place(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.strip_chars()
    return pl.when(trimmed.str.contains(r"^\d{1,2}$")).then(trimmed.str.zfill(2)).otherwise(trimmed)


def _key(file_id: str, ordinal: str) -> pl.Expr:
    return pl.lit(f"{file_id}:") + pl.col(ordinal).cast(pl.String)


def _code_type() -> pl.Expr:
    return (
        pl.when(pl.col("qualifier").is_in(["BK", "BF"]))
        .then(pl.lit("icd-9-cm"))
        .otherwise(pl.lit("icd-10-cm"))
    )


def _dollars(column: pl.Series) -> Decimal:
    total: Any = column.sum()
    return Decimal(total or 0).quantize(CENT)


def unsupported(batch: Batch, file_id: str) -> Staged:
    """A batch nobody can stage: its problems are recorded, nothing else."""
    return Staged({}, _loose(batch, file_id), 0, Decimal(0))


class Payments:
    """Sums of an 835's payments over its batches, for check Q10: BPR02 = sum CLP04 - sum PLB."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []

    def add(self, batch: Batch) -> None:
        """Count a batch's payments, claims and provider adjustments."""
        if batch.kind != "835":
            return
        sums = [
            ("landing.remit", "total_paid", 1, True),
            ("landing.remit_claim", "paid", -1, False),
            ("landing.provider_adjustment", "amount", 1, False),
        ]
        for name, column, sign, is_payment in sums:
            self._parts.append(
                _landed(batch, name).select(
                    "transaction_ordinal",
                    difference=values.money(pl.col(column)).cast(pl.Decimal(18, 2)) * sign,
                    payment=pl.when(pl.lit(is_payment)).then(pl.col("ordinal")).otherwise(None),
                    byte_offset=pl.when(pl.lit(is_payment)).then(pl.col("byte_offset")).otherwise(None),
                )
            )

    def settle(self, file_id: str) -> pl.DataFrame:
        """One row per payment: remit_key, ordinal, byte_offset, is_balanced (null without BPR02)."""
        if not self._parts:
            return pl.DataFrame()
        return (
            pl.concat(self._parts)
            .group_by("transaction_ordinal")
            .agg(
                ordinal=pl.col("payment").drop_nulls().first(),
                byte_offset=pl.col("byte_offset").drop_nulls().first(),
                difference=pl.col("difference").sum(),
                known=pl.col("difference").filter(pl.col("payment").is_not_null()).is_not_null().any(),
            )
            .filter(pl.col("ordinal").is_not_null())
            .sort("ordinal")
            .select(
                "ordinal",
                "byte_offset",
                remit_key=_key(file_id, "ordinal"),
                is_balanced=pl.when("known").then(pl.col("difference") == 0).otherwise(None),
            )
        )

    def warnings(self, file_id: str, settled: pl.DataFrame) -> pl.DataFrame:
        """A warning for each payment that does not balance; its claims are kept."""
        return settled.filter(~pl.col("is_balanced").fill_null(True)).select(
            file_id=pl.lit(file_id),
            scope=pl.lit("transaction"),
            severity=pl.lit("warning"),
            claim_id=pl.lit(None, dtype=pl.String),
            line_number=pl.lit(None, dtype=pl.String),
            ordinal="ordinal",
            byte_offset="byte_offset",
            byte_end="byte_offset",
            rows=pl.lit(0),
            charge=pl.lit(Decimal(0)),
            reason_code=pl.lit("Q10"),
            reason=pl.lit("the payment (BPR02) is not the sum of its claims less its adjustments (PLB)"),
            remedy=pl.lit("look for claims missing from the remittance; its claims were kept"),
        ).cast(QUARANTINE)  # type: ignore[arg-type]


def _nothing() -> Staged:
    return Staged({}, pl.DataFrame(schema=QUARANTINE), 0, Decimal(0))
