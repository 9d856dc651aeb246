"""Remittances: what payers did, of an 835 or an export, from landed text to staged rows."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import checks, identity, values
from pipelines.batches import QUARANTINE, Context, Staged, dollars, key, landed
from pipelines.checks import RESUBMIT, Check, failures
from pipelines.quarantine import schema_failures, set_aside, structural, warnings
from pipelines.readers import Batch
from schemas.dictionary import tables
from schemas.table import polars_schema


def stage(
    batch: Batch, file_id: str, context: Context, payments: pl.DataFrame, *, counts: bool
) -> Staged:
    """Adjudicated claims of a batch: typed, checked, balanced.

    `payments` are the rows of landing.remit they belong to, which a large file brings in an earlier
    batch. `counts` says whether their rows and dollars are the file's (an export that holds bills
    counts those instead).
    """
    claims = landed(batch, "landing.remit_claim").with_columns(claim_ordinal=pl.col("ordinal"))
    frames: dict[str, pl.DataFrame] = {}
    if not landed(batch, "landing.remit").is_empty():
        frames["staged.remit"] = _type_payments(batch, file_id)
    if not landed(batch, "landing.provider_adjustment").is_empty():
        frames["staged.provider_adjustment"] = _type_provider_adjustments(batch, file_id, payments)
    if claims.is_empty():
        return Staged(frames, pl.DataFrame(schema=QUARANTINE), 0, Decimal(0))
    is_835 = batch.kind != "export"
    lines = landed(batch, "landing.remit_line").filter(pl.col("claim_ordinal").is_not_null())
    taken = landed(batch, "landing.adjustment").filter(pl.col("side") == "remit")
    taken = taken.with_columns(money=values.money(pl.col("amount")))
    claims, lines = _with_sums(claims, lines, taken, is_835=is_835)
    failed = pl.concat(
        [
            structural(batch, claims),
            failures(claims, checks.REMIT_CLAIM if is_835 else checks.POSTED_CLAIM),
            failures(lines, checks.REMIT_LINE if is_835 else checks.POSTED_LINE),
            failures(taken, checks.ADJUSTMENT),
            failures(lines, [LINE_BALANCE] if is_835 else []),
            failures(claims, [CLAIM_BALANCE] if is_835 else []),
        ]
    )
    typed = _type_remits(file_id, context, claims, lines, taken, payments, is_835=is_835)
    failed = pl.concat([failed, *schema_failures(typed, claims, failed)])
    bad = failed.select("claim_ordinal").unique()
    weight = 1 if counts else 0
    row_charge = claims.select(
        "claim_ordinal",
        lines=pl.col("lines") * weight,
        dollars=pl.col("money" if is_835 else "line_charge") * weight,
    )
    good = {
        name: frame.join(bad, on="claim_ordinal", how="anti", maintain_order="left").drop(
            "claim_ordinal"
        )
        for name, frame in typed.items()
    }
    accepted = row_charge.join(bad, on="claim_ordinal", how="anti")
    aside = set_aside(file_id, failed, claims, row_charge)
    if is_835:
        kept = claims.join(bad, on="claim_ordinal", how="anti", maintain_order="left")
        aside = pl.concat([aside, _warnings(file_id, kept, lines)])
    return Staged(
        {**frames, **good}, aside, int(accepted["lines"].sum()), dollars(accepted["dollars"])
    )


REDUCED = pl.col("reduced").fill_null(Decimal(0))
LINE_BALANCE = Check(
    "Q7",
    pl.col("money") - pl.col("payment") != REDUCED,
    "a line's charge less its payment (SVC02 - SVC03) is not the sum of its adjustments (CAS)",
    RESUBMIT,
)
CLAIM_BALANCE = Check(
    "Q8",
    (pl.col("claim_status_code").fill_null("") != "25")
    & (pl.col("money") - pl.col("payment") != REDUCED),
    "the claim's charge less its payment (CLP03 - CLP04) is not the sum of its adjustments",
    RESUBMIT,
)


def _with_sums(
    claims: pl.DataFrame, lines: pl.DataFrame, taken: pl.DataFrame, *, is_835: bool
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Claims and lines with `money` (charge), `payment` and `reduced` (adjustments); claims with the
    sums of their lines too."""
    by_line = taken.group_by("line_ordinal").agg(reduced=pl.col("money").sum())
    by_claim = taken.group_by("claim_ordinal").agg(
        reduced=pl.col("money").sum(),
        claim_reduced=pl.col("money").filter(pl.col("line_ordinal").is_null()).sum(),
    )
    lines = lines.join(
        by_line, left_on="ordinal", right_on="line_ordinal", how="left", maintain_order="left"
    ).with_columns(money=values.money(pl.col("charge")), payment=values.money(pl.col("paid")))
    sums = lines.group_by("claim_ordinal").agg(
        lines=pl.len(),
        line_charge=pl.col("money").sum(),
        line_payment=pl.col("payment").sum(),
        is_known=pl.col("money").is_not_null().all(),
    )
    money = (
        values.money(pl.col("charge"))
        if is_835
        # a claim of posted payments is charged what its lines are, where all of them say
        else pl.when("is_known").then(pl.col("line_charge").cast(pl.Decimal(12, 2)))
    )
    claims = (
        claims.join(by_claim, on="claim_ordinal", how="left", maintain_order="left")
        .join(sums, on="claim_ordinal", how="left", maintain_order="left")
        .with_columns(
            money=money,
            payment=values.money(pl.col("paid")),
            lines=pl.col("lines").fill_null(0),
        )
    )
    return claims, lines


def _warnings(file_id: str, claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Q9 and Q11: claims that are not the sum of their lines, values that look wrong; all kept."""
    claim_level = pl.col("claim_reduced").fill_null(Decimal(0))
    kept = lines.join(claims.select("claim_ordinal"), on="claim_ordinal", how="semi")
    day = values.date(pl.col("date_of_service"))
    return warnings(
        file_id,
        [
            (
                "Q9",
                claims.filter(
                    (pl.col("lines") > 0)
                    & (
                        (pl.col("line_charge") != pl.col("money"))
                        | (pl.col("line_payment") - claim_level != pl.col("payment"))
                    )
                ),
                "adjudicated claims are not the sum of their lines (CLP03, CLP04)",
            ),
            (
                "Q11",
                kept.filter(~values.code(pl.col("procedure_code")).str.contains(values.PROCEDURE)),
                "adjudicated codes are not five letters or digits",
            ),
            ("Q11", kept.filter(day < values.EARLIEST), "dates of service before 1990"),
            ("Q11", kept.filter(day > values.today()), "dates of service in the future"),
        ],
    )


def _type_payments(batch: Batch, file_id: str) -> pl.DataFrame:
    return landed(batch, "landing.remit").select(
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


def _type_provider_adjustments(batch: Batch, file_id: str, payments: pl.DataFrame) -> pl.DataFrame:
    owners = payments.select("transaction_ordinal", remit_key=key(file_id, "ordinal"))
    return (
        landed(batch, "landing.provider_adjustment")
        .join(owners, on="transaction_ordinal", how="inner")
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
        own_patient_id=_own_patients(claims, context, is_835=is_835),
        turn=pl.col("claim_status_code").replace_strict(
            TURN_OF_STATUS, default=None, return_dtype=pl.String
        ),
        remit_key=pl.col("remit_key").fill_null(f"{file_id}:0"),
    )
    known = context.known_claims(headed["claim_number"].drop_nulls().unique())
    headed = assign_bills(headed, known)
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
        own_patient_id="own_patient_id",
        bucket=identity.bucket(pl.col("patient_id")),
        claim_status_code="claim_status_code",
        is_reversal=pl.col("claim_status_code").fill_null("") == "22"
        if is_835
        # an export has no status: taking back shows in the sign
        else (pl.coalesce("money", "payment") < 0).fill_null(False),
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
        superseded_by=pl.lit(None, dtype=pl.String),
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
        superseded_by=pl.lit(None, dtype=pl.String),
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


TURN_OF_STATUS = {"1": "P", "19": "P", "2": "S", "20": "S", "3": "T", "21": "T", "25": "N"}
"""CLP02 -> whose turn it was; 25 only prices ahead and is no payment (x12 005010X221A1)."""


def assign_bills(remits: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Add claim_id, is_matched, payer_sequence and patient_id to adjudicated claims.

    `remits` has claim_number, turn (null where the status does not say), payer_name,
    payer_identifier, payee_npi and own_patient_id, whom the remittance itself names; `known` is
    KNOWN_CLAIM.

    Of several bills with the claim number: the practice's that was paid, then the payer's own, then
    that of the turn, then the primary's. A bill to a later payer is not the one a primary payer
    adjudicated, even where it is the only one on file.
    """
    numbered = remits.with_row_index("#row")
    candidates = numbered.select(
        "#row", "claim_number", "turn", "payer_name", "payer_identifier", "payee_npi"
    ).join(known, on="claim_number", how="inner", suffix="_billed")
    is_own = (
        (pl.col("payer_identifier") == pl.col("payer_identifier_billed"))
        & (pl.col("payer_identifier") != "")
    ) | (
        (pl.col("payer_name").str.to_uppercase() == pl.col("payer_name_billed").str.to_uppercase())
        & (pl.col("payer_name") != "")
    )
    is_turn = pl.col("turn") == pl.col("payer_sequence")
    chosen = (
        candidates.with_columns(
            is_own=is_own.fill_null(False),
            is_turn=is_turn.fill_null(False),
            is_other=(pl.col("payee_npi") != pl.col("billing_npi")).fill_null(True),
            later=pl.col("payer_sequence").replace_strict({"P": 0, "S": 1, "T": 2}, default=3),
        )
        .filter(
            (pl.col("later") == 0) | pl.col("turn").is_null() | pl.col("is_own") | pl.col("is_turn")
        )
        .sort(
            "#row",
            "is_other",
            "is_own",
            "is_turn",
            "later",
            "claim_id",
            descending=[False, False, True, True, False, False],
        )
        .unique("#row", keep="first", maintain_order=True)
        .select(
            "#row",
            "claim_id",
            "is_own",
            found_sequence="payer_sequence",
            found_patient="patient_id",
        )
    )
    joined = numbered.join(chosen, on="#row", how="left", maintain_order="left").with_columns(
        is_matched=pl.col("claim_id").is_not_null(),
        payer_sequence=pl.when(pl.col("is_own") & (pl.col("turn").fill_null("") != "N"))
        .then("found_sequence")
        .otherwise(pl.coalesce("turn", "found_sequence", pl.lit("P"))),
    )
    return joined.with_columns(
        claim_id=pl.coalesce(
            "claim_id", identity.bill(pl.col("claim_number"), pl.col("payer_sequence"))
        ),
        patient_id=pl.coalesce("found_patient", "own_patient_id"),
    ).drop("#row", "turn", "is_own", "found_sequence", "found_patient")


def _own_patients(claims: pl.DataFrame, context: Context, *, is_835: bool) -> pl.Series:
    """Whom the remittance itself names: by the crosswalk, else by the member number alone, which an
    835 gives without the birth date; else nobody but the claim's."""
    number = pl.col("member_id").fill_null("").str.strip_chars().str.to_uppercase()
    known = claims.select(number=number).join(
        context.people, on="number", how="left", maintain_order="left"
    )["person"]
    named = (
        pl.when(known.is_not_null())
        .then(pl.lit("person:") + known)
        .when(number == "")
        .then(pl.lit("claim:") + pl.col("claim_number").fill_null(""))
        .otherwise(pl.lit("member:" if is_835 else "record:") + number)
    )
    return identity.pseudonyms(context.key, claims.select(identity=named)["identity"])


class Payments:
    """A file's payments over its batches, and their sums for Q10: BPR02 = sum CLP04 - sum PLB."""

    def __init__(self) -> None:
        self._parts: list[pl.DataFrame] = []
        self._seen = pl.DataFrame(schema=polars_schema(tables()["landing.remit"]))

    def of(self, batch: Batch) -> pl.DataFrame:
        """The rows of landing.remit that a batch belongs to.

        A payment is landed where it begins, and its claims may go on for batches.
        """
        own = landed(batch, "landing.remit")
        if batch.kind != "835":
            return own
        # of earlier batches only the last transaction can still be open
        ordinal = pl.col("transaction_ordinal")
        self._seen = pl.concat([self._seen.filter(ordinal == ordinal.max()), own])
        return self._seen

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
                claim_ordinal=pl.lit(None, dtype=pl.Int64),
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
            .cast(QUARANTINE)  # type: ignore[arg-type]
        )
