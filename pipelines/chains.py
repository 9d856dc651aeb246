"""Chains of submissions: which one of a bill's submissions stands, and what the bill is called.

A bill is (billing NPI, payer sequence, CLM01). Its submissions are ordered by when they were submitted,
never by when their files arrived, so that any order of arrival gives the same result. Exports that
overlap tell of one submission again and again: the last of them holds (landing.file.as_of; of exports
of one day, the one taken in later), and the others are no submissions. A replacement or
void (frequency 7 or 8) under another claim number is tied to the bill whose remittance carries the
payer's number it refers to (REF*F8 = CLP07), and with it every submission of that number. Where no
remittance carries it, as in exports that name the replaced claim by the practice's own number, it is
tied to the claim of that number: of the same patient, payer's turn and practice, submitted no later.
"""

from __future__ import annotations

import polars as pl

from pipelines import identity
from pipelines.warehouse import Connection, select

SUBMISSION = {
    "claim_key": pl.String,
    "claim_number": pl.String,
    "payer_sequence": pl.String,
    "billing_npi": pl.String,
    "frequency_code": pl.String,
    "submitted_date": pl.Date,
    "created_time": pl.String,
    "file_id": pl.String,
    "ordinal": pl.Int64,
    "source": pl.String,
    "as_of": pl.Date,
    "received_at": pl.Datetime,
    "claim_id": pl.String,
    "root_number": pl.String,
    "submission": pl.Int64,
    "is_standing": pl.Boolean,
    "patient_id": pl.String,
}
LINK = {"billing_npi": pl.String, "claim_number": pl.String, "root_number": pl.String}
"""A claim number of a practice that another number's remittance explains, or that refers to it."""


def resolve(connection: Connection, claim_numbers: pl.DataFrame) -> pl.DataFrame:
    """Recompute the chains that the claim numbers belong to and update staged.claim.

    `claim_numbers` has the column claim_number. Returns the submissions that changed: claim_number,
    root_number and old_root_number, patient_id.
    """
    links, former = select(connection, _LINKS), select(connection, _FORMER)
    ties = pl.concat([links.select(claim_number="claim_number", root_number="root_number"), former])
    connection.register("chain_numbers", family(claim_numbers["claim_number"], ties).to_arrow())
    found = select(connection, _SUBMISSIONS)
    connection.unregister("chain_numbers")
    fresh = chain(found, links)
    changed = fresh.filter(
        pl.any_horizontal(
            pl.col(name).ne_missing(pl.col(f"old_{name}"))
            for name in ("claim_id", "root_number", "submission", "is_standing")
        )
    )
    if not changed.is_empty():
        connection.register("changed", changed.to_arrow())
        connection.execute(
            "UPDATE staged.claim SET claim_id = changed.claim_id, root_number = changed.root_number, "
            "submission = changed.submission, is_standing = changed.is_standing "
            "FROM changed WHERE claim.claim_key = changed.claim_key"
        )
        connection.unregister("changed")
    return changed.select("claim_number", "root_number", "old_root_number", "patient_id").unique()


_LINKS = """
with corrections as (
    select
        coalesce(claims.billing_npi, '') as billing_npi, claims.claim_number,
        claims.original_reference, claims.patient_id, claims.payer_sequence, claims.submitted_date
    from staged.claim as claims
    where claims.original_reference <> '' and claims.frequency_code in ('7', '8')
),

answered as (
    select
        corrections.billing_npi, corrections.claim_number, corrections.original_reference,
        remits.claim_number as root_number
    from corrections
    inner join staged.remit_claim as remits
        on corrections.original_reference = remits.payer_claim_id
),

named as (
    select answered.billing_npi, answered.claim_number, answered.root_number
    from answered
    union all
    select corrections.billing_npi, corrections.claim_number, originals.claim_number as root_number
    from corrections
    inner join staged.claim as originals
        on
            corrections.original_reference = originals.claim_number
            and corrections.patient_id = originals.patient_id
            and corrections.payer_sequence = originals.payer_sequence
    where
        corrections.original_reference not in (select answered.original_reference from answered)
        and (
            corrections.billing_npi = coalesce(originals.billing_npi, '')
            or corrections.billing_npi = '' or coalesce(originals.billing_npi, '') = ''
        )
        and (
            originals.submitted_date is null
            or originals.submitted_date <= corrections.submitted_date
        )
)

select named.billing_npi, named.claim_number, min(named.root_number) as root_number
from named
where named.claim_number <> named.root_number
group by named.billing_npi, named.claim_number
"""

# a tie that no longer holds parts two bills, and both are to be seen
_FORMER = """
select distinct claims.claim_number, claims.root_number
from staged.claim as claims
where claims.root_number <> claims.claim_number
"""

# claims that are the only submission of their bill, and say so, need no second look
_SUBMISSIONS = """
with wanted as (
    select claims.claim_number
    from staged.claim as claims
    where claims.claim_number in (select numbers.claim_number from chain_numbers as numbers)
    group by claims.claim_number
    having
        count(*) > 1
        or bool_or(
            claims.frequency_code <> '1' or claims.submission <> 1 or not claims.is_standing
            or claims.root_number <> claims.claim_number
            or claims.claim_id <> claims.claim_number
        )
    union
    select numbers.claim_number from chain_numbers as numbers where numbers.is_linked
)

select
    claims.claim_key, claims.claim_number, claims.payer_sequence, claims.billing_npi,
    claims.frequency_code, claims.submitted_date, transactions.created_time, claims.file_id,
    claims.ordinal, claims.source, files.as_of, files.received_at, claims.claim_id,
    claims.root_number, claims.submission, claims.is_standing, claims.patient_id
from staged.claim as claims
left join landing.file as files on claims.file_id = files.file_id
left join landing.claim as landed
    on claims.file_id = landed.file_id and claims.ordinal = landed.ordinal
left join landing.transaction as transactions
    on landed.file_id = transactions.file_id and landed.transaction_ordinal = transactions.ordinal
where claims.claim_number in (select wanted.claim_number from wanted)
"""


def family(claim_numbers: pl.Series, links: pl.DataFrame) -> pl.DataFrame:
    """The claim numbers and all that links tie to them: claim_number, is_linked."""
    ties = pl.concat(
        [
            links.select(claim_number="claim_number", other="root_number"),
            links.select(claim_number="root_number", other="claim_number"),
        ]
    ).cast({"claim_number": pl.String, "other": pl.String})
    found = pl.DataFrame({"claim_number": claim_numbers.cast(pl.String)}).unique()
    while True:
        more = ties.join(found, on="claim_number", how="semi").select(claim_number="other")
        wider = pl.concat([found, more]).unique()
        if wider.height == found.height:
            return found.with_columns(
                is_linked=pl.col("claim_number").is_in(ties["claim_number"].implode())
            )
        found = wider


def roots(links: pl.DataFrame) -> pl.DataFrame:
    """Each linked number's last root: (billing_npi, claim_number, root_number).

    Numbers that refer to each other in a circle share the smallest of them.
    """
    step = {(npi, number): root for npi, number, root in links.select(*LINK).iter_rows()}
    found = []
    for npi, number in step:
        path = [number]
        while (following := step.get((npi, path[-1]))) is not None and following not in path:
            path.append(following)
        circle = path[path.index(following) :] if following is not None else path[-1:]
        found.append((npi, number, min(circle)))
    return pl.DataFrame(found, schema=LINK, orient="row")


def chain(submissions: pl.DataFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Number the submissions of each bill and say which one stands.

    `submissions` has SUBMISSION, `links` LINK. One row per submission; the former values are kept as
    old_*. Submissions of one moment are ordered original, replacement, void, but those of one 837 as
    they stand there (an export's rows may be sorted by anything). What a later export says again is
    no submission (0).
    """
    rooted = submissions.with_columns(npi=pl.col("billing_npi").fill_null("")).join(
        roots(links).rename({"billing_npi": "npi", "root_number": "number"}),
        on=["npi", "claim_number"],
        how="left",
    )
    rooted = rooted.with_columns(number=pl.coalesce("number", "claim_number"))
    # a source without billing NPIs joins the one practice that uses the number
    only = (
        rooted.filter(pl.col("npi") != "")
        .group_by("number")
        .agg(only_npi=pl.col("npi").first(), practices=pl.col("npi").n_unique())
    )
    billed = rooted.join(only, on="number", how="left").with_columns(
        npi=pl.when((pl.col("npi") == "") & (pl.col("practices") == 1))
        .then(pl.col("only_npi"))
        .otherwise(pl.col("npi")),
        moment=pl.concat_str(
            pl.col("submitted_date").dt.to_string("%Y%m%d").fill_null(""),
            pl.col("created_time").fill_null("").str.pad_end(8, "0"),
        ),
    )
    bill = ["npi", "payer_sequence", "number"]
    name = (
        pl.when(pl.col("practices") > 1)
        .then(pl.col("number") + "@" + pl.col("npi"))
        .otherwise(pl.col("number"))
    )
    rank = pl.col("frequency_code").replace_strict({"7": 1, "8": 2}, default=0)
    is_export = pl.col("source") == "export"
    last = pl.col("file_id").last()
    again = is_export & (
        (pl.col("file_id") != last.over(*bill, "source", "frequency_code", "submitted_date"))
        | pl.col("submitted_date").is_null()
        & (pl.col("file_id") != last.over(*bill, "source", "frequency_code"))
    )
    place = (~pl.col("again")).cast(pl.Int64).cum_sum().over(bill)
    is_sent = ~pl.col("again")
    return (
        # an 837 says itself when it was made: when it was taken in is nothing to it
        billed.with_columns(
            arrived=pl.when(is_export).then("received_at"), as_of=pl.when(is_export).then("as_of")
        )
        .sort("as_of", "arrived", "file_id", "ordinal")
        .with_columns(
            again=again,
            rank=pl.when(is_export)
            .then(rank)
            .otherwise(rank.min().over(*bill, "moment", "file_id")),
        )
        .sort(*bill, "moment", "rank", "as_of", "arrived", "file_id", "ordinal")
        .select(
            "claim_key",
            "claim_number",
            "patient_id",
            claim_id=identity.bill(name, pl.col("payer_sequence")),
            root_number="number",
            submission=pl.when(is_sent).then(place).otherwise(0),
            is_standing=is_sent
            & (place == is_sent.sum().over(bill))
            & (pl.col("frequency_code") != "8"),
            old_claim_id="claim_id",
            old_root_number="root_number",
            old_submission="submission",
            old_is_standing="is_standing",
        )
    )
