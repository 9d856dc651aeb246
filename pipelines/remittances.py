"""Remittances: what payers did, of an 835 or an export, from landed text to staged rows."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import checks, identity, values
from pipelines.batches import QUARANTINE, Context, Staged, dollars, key, landed
from pipelines.checks import RESUBMIT, Check, failures
from pipelines.quarantine import schema_failures, set_aside, structural
from pipelines.readers import Batch


def stage(batch: Batch, file_id: str, context: Context, *, counts: bool) -> Staged:
    claims = landed(batch, "landing.remit_claim").with_columns(claim_ordinal=pl.col("ordinal"))
    payments = landed(batch, "landing.remit")
    frames: dict[str, pl.DataFrame] = {}
    if not payments.is_empty():
        frames["staged.remit"] = _type_payments(batch, file_id, payments)
        frames["staged.provider_adjustment"] = _type_provider_adjustments(batch, file_id)
    if claims.is_empty():
        return Staged(frames, pl.DataFrame(schema=QUARANTINE), 0, Decimal(0))
    lines = landed(batch, "landing.remit_line").filter(pl.col("claim_ordinal").is_not_null())
    taken = landed(batch, "landing.adjustment").filter(pl.col("side") == "remit")
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
            structural(batch, claims),
            failures(claims, checks.REMIT_CLAIM),
            failures(lines, checks.REMIT_LINE),
            failures(taken, checks.ADJUSTMENT),
            failures(lines, [balance]),
            failures(claims, [claim_balance]),
        ]
    )
    typed = _type_remits(file_id, context, claims, lines, taken, payments, is_835=is_835)
    failed = pl.concat([failed, *schema_failures(typed, claims)])
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
        set_aside(file_id, failed, claims, row_charge),
        int(accepted["lines"].sum()),
        dollars(accepted["dollars"]),
    )


def _type_payments(batch: Batch, file_id: str, payments: pl.DataFrame) -> pl.DataFrame:
    return payments.select(
        remit_key=key(file_id, "ordinal"),
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
    payments = landed(batch, "landing.remit").select(
        "transaction_ordinal", remit_key=key(file_id, "ordinal")
    )
    return (
        landed(batch, "landing.provider_adjustment")
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
            remit_key=key(file_id, "ordinal"),
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
        remit_claim_id=key(file_id, "ordinal"),
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
        remit_line_id=key(file_id, "ordinal"),
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
        date_of_service=pl.coalesce(
            values.date(pl.col("date_of_service")), pl.col("statement_day")
        ),
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
        line_owner=key(file_id, "line_ordinal"),
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
            )
            .list.eval(pl.element().cast(pl.String))
            .list.join("")
        )
        .sort("#row", "rank", "claim_id")
        .unique("#row", keep="first", maintain_order=True)
        .select("#row", "claim_id", found_sequence="payer_sequence", found_patient="patient_id")
    )
    joined = numbered.join(chosen, on="#row", how="left", maintain_order="left").with_columns(
        is_matched=pl.col("claim_id").is_not_null(),
        payer_sequence=pl.coalesce("wanted", "found_sequence", pl.lit("P")),
    )
    alone = (
        pl.when(values.is_blank(pl.col("member_id")))
        .then(pl.lit("claim:") + pl.col("claim_number").fill_null(""))
        .otherwise(pl.lit("member:") + pl.col("member_id").fill_null(""))
    )
    unmatched = joined.select(identity=alone)["identity"]
    return joined.with_columns(
        claim_id=pl.coalesce(
            "claim_id", identity.bill(pl.col("claim_number"), pl.col("payer_sequence"))
        ),
        patient_id=pl.coalesce("found_patient", identity.pseudonyms(context.key, unmatched)),
    ).drop("#row", "wanted", "found_sequence", "found_patient")


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
                landed(batch, name).select(
                    "transaction_ordinal",
                    difference=values.money(pl.col(column)).cast(pl.Decimal(18, 2)) * sign,
                    payment=pl.when(pl.lit(is_payment)).then(pl.col("ordinal")).otherwise(None),
                    byte_offset=pl.when(pl.lit(is_payment))
                    .then(pl.col("byte_offset"))
                    .otherwise(None),
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
                known=pl.col("difference")
                .filter(pl.col("payment").is_not_null())
                .is_not_null()
                .any(),
            )
            .filter(pl.col("ordinal").is_not_null())
            .sort("ordinal")
            .select(
                "ordinal",
                "byte_offset",
                remit_key=key(file_id, "ordinal"),
                is_balanced=pl.when("known").then(pl.col("difference") == 0).otherwise(None),
            )
        )

    def warnings(self, file_id: str, settled: pl.DataFrame) -> pl.DataFrame:
        """A warning for each payment that does not balance; its claims are kept."""
        return (
            settled.filter(~pl.col("is_balanced").fill_null(True))
            .select(
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
                reason=pl.lit(
                    "the payment (BPR02) is not the sum of its claims less its adjustments (PLB)"
                ),
                remedy=pl.lit("look for claims missing from the remittance; its claims were kept"),
            )
            .cast(QUARANTINE)
        )  # type: ignore[arg-type]
