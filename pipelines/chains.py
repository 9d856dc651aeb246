"""Chains of submissions: which one of a bill's submissions stands, and what the bill is called.

A bill is (billing NPI, payer sequence, CLM01). Its submissions are ordered by when they were submitted,
never by when their files arrived, so that any order of arrival gives the same result. A replacement or
void (frequency 7 or 8) under another claim number is tied to the bill whose remittance carries the
payer's number it refers to (REF*F8 = CLP07).
"""

from __future__ import annotations

import polars as pl

from pipelines import identity
from pipelines.warehouse import Connection, select

COLUMNS = [
    "claim_key",
    "claim_number",
    "payer_sequence",
    "billing_npi",
    "frequency_code",
    "original_reference",
    "submitted_key",
    "claim_id",
    "submission",
    "is_standing",
    "patient_id",
]


def resolve(connection: Connection, claim_numbers: pl.DataFrame) -> pl.DataFrame:
    """Recompute the chains of the claim numbers given and update staged.claim.

    `claim_numbers` has the column claim_number. Returns the patients whose claims changed
    (patient_id).
    """
    if claim_numbers.is_empty():
        return pl.DataFrame(schema={"patient_id": pl.String})
    connection.register("chain_numbers", claim_numbers.to_arrow())
    try:
        linked = select(connection, _LINKED)
        referred = linked.select(claim_number="root_number").unique()
        connection.register("linked_numbers", referred.to_arrow())
        found = select(connection, _SUBMISSIONS)
    finally:
        connection.unregister("chain_numbers")
        connection.unregister("linked_numbers")
    if found.is_empty():
        return pl.DataFrame(schema={"patient_id": pl.String})
    fresh = chain(found, linked)
    changed = fresh.filter(
        (pl.col("claim_id") != pl.col("old_claim_id"))
        | (pl.col("submission") != pl.col("old_submission"))
        | (pl.col("is_standing") != pl.col("old_is_standing"))
    )
    if not changed.is_empty():
        connection.register(
            "changed",
            changed.select("claim_key", "claim_id", "submission", "is_standing").to_arrow(),
        )
        connection.execute(
            "UPDATE staged.claim SET claim_id = changed.claim_id, submission = changed.submission, "
            "is_standing = changed.is_standing FROM changed WHERE claim.claim_key = changed.claim_key"
        )
        connection.unregister("changed")
    return changed.select("patient_id").unique()


_LINKED = """
select distinct claims.claim_key, remits.claim_number as root_number
from staged.claim as claims
inner join staged.remit_claim as remits on claims.original_reference = remits.payer_claim_id
where claims.original_reference <> '' and claims.frequency_code in ('7', '8')
    and claims.claim_number <> remits.claim_number
    and (
        claims.claim_number in (select claim_number from chain_numbers)
        or remits.claim_number in (select claim_number from chain_numbers)
    )
"""

_SUBMISSIONS = f"""
with numbers as (
    select claim_number from chain_numbers
    union
    select claim_number from linked_numbers
    union
    select claims.claim_number from staged.claim as claims
    inner join staged.remit_claim as remits on claims.original_reference = remits.payer_claim_id
    where claims.original_reference <> '' and claims.frequency_code in ('7', '8')
        and remits.claim_number in (select claim_number from linked_numbers)
)

select {", ".join(f"claims.{name}" for name in COLUMNS)}
from staged.claim as claims
where claims.claim_number in (select claim_number from numbers)
"""


def chain(submissions: pl.DataFrame, linked: pl.DataFrame) -> pl.DataFrame:
    """Number the submissions of each bill and say which one stands.

    `submissions` has COLUMNS, `linked` (claim_key, root_number). One row per submission; the former
    values are kept as old_*.
    """
    npi = pl.col("billing_npi").fill_null("")
    rooted = submissions.join(
        linked.sort("root_number").unique("claim_key", keep="first"), on="claim_key", how="left"
    ).with_columns(
        number=pl.coalesce("root_number", "claim_number"),
        npi=npi,
    )
    # a source without billing NPIs joins the one practice that uses the number
    only = (
        rooted.filter(pl.col("npi") != "")
        .group_by("number")
        .agg(only_npi=pl.col("npi").first(), practices=pl.col("npi").n_unique())
    )
    billed = rooted.join(only, on="number", how="left").with_columns(
        npi=pl.when((pl.col("npi") == "") & (pl.col("practices") == 1))
        .then(pl.col("only_npi"))
        .otherwise(pl.col("npi"))
    )
    bill = ["npi", "payer_sequence", "number"]
    name = (
        pl.when(pl.col("practices") > 1)
        .then(pl.col("number") + "@" + pl.col("npi"))
        .otherwise(pl.col("number"))
    )
    return billed.sort(*bill, "submitted_key", "claim_key").select(
        "claim_key",
        "patient_id",
        claim_id=identity.bill(name, pl.col("payer_sequence")),
        submission=pl.int_range(1, pl.len() + 1).over(bill),
        is_standing=(pl.int_range(1, pl.len() + 1).over(bill) == pl.len().over(bill))
        & (pl.col("frequency_code") != "8"),
        old_claim_id="claim_id",
        old_submission="submission",
        old_is_standing="is_standing",
    )
