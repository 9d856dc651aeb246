"""837P (005010X222A1/A2): segments of claim transaction sets to landing frames.

Loops are rebuilt with cumulative counters and forward fills: 2000A/B/C from HL, 2300 from CLM, 2320
from an SBR inside a claim, 2400 from LX, 2430 from SVD, and the entity an address, PRV or DMG
belongs to from NM1. The same segment means different things in different loops, so nothing is keyed
on its id alone.
"""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from pipelines.readers.x12 import Delimiters
from pipelines.readers.x12_loops import (
    UNEXPECTED,
    attach,
    flaws,
    following,
    pick,
    pick_from,
    reaches,
    spaced,
    triples,
)

HEADER_SEGMENTS = "ST BHT NM1 PER HL PRV CUR N3 N4 REF SBR PAT DMG SE"
"""Segments of X222 outside claims."""
CLAIM_SEGMENTS = (
    "CLM DTP PWK CN1 AMT REF K3 NTE CR1 CR2 CRC HI HCP NM1 PRV N3 N4 PER SBR CAS OI MOA "
    "LX SV1 SV5 CR3 QTY MEA PS1 LIN CTP SVD LQ FRM"
)
"""Segments of X222 loop 2300 and the loops inside it."""
DIAGNOSES = ("ABK", "ABF", "BK", "BF")
"""HI qualifiers of diagnoses; the others are conditions and anesthesia procedures."""

_LAST = 2**62
_Of = Callable[..., pl.DataFrame]


def loops(segments: pl.DataFrame, element: str) -> pl.DataFrame:
    """Adds, as the ordinal of the segment that begins it and 0 where there is none: `hl` (any HL,
    or the ST), `billing`, `subscriber`, `patient` (HL by level), `claim`, `other` (2320), `line`
    (2400), `group` (the latest of all these and SVD) and `entity` (NM1 within the group)."""
    name, at = pl.col("id"), pl.col("ordinal")
    begins = at == pl.col("transaction")
    resets = begins | name.is_in(["HL", "SE"])
    hl = pl.when(name == "HL").then(pl.col("body")).str.split(element)
    level = hl.list.get(2, null_on_oob=True).str.strip_chars()
    is_mark = resets | name.is_in(["CLM", "LX", "SV1"])
    return (
        segments.with_columns(
            _level=level,
            claim=following(name == "CLM", resets),
            _after_lx=pl.when(is_mark).then(name == "LX").forward_fill().shift(1, fill_value=False),
        )
        .with_columns(
            hl=following(begins | (name == "HL"), pl.lit(False)),
            billing=following(begins | (pl.col("_level") == "20"), pl.lit(False)),
            subscriber=following(
                begins | (pl.col("_level") == "22"), pl.col("_level").is_in(["20"])
            ),
            patient=following(
                pl.col("_level") == "23", begins | pl.col("_level").is_in(["20", "22"])
            ),
            _is_other=(name == "SBR") & (pl.col("claim") > 0),
            is_without_lx=(name == "SV1") & (~pl.col("_after_lx") | begins),
        )
        .with_columns(
            line=following(
                (name == "LX") | pl.col("is_without_lx"),
                resets | (name == "CLM") | pl.col("_is_other"),
            ),
            _begins_group=resets
            | name.is_in(["CLM", "LX", "SVD"])
            | pl.col("_is_other")
            | pl.col("is_without_lx"),
        )
        .with_columns(
            other=following(
                pl.col("_is_other"),
                resets | name.is_in(["CLM", "LX"]) | pl.col("is_without_lx"),
            ),
            group=following(pl.col("_begins_group"), pl.lit(False)),
            entity=following(name == "NM1", pl.col("_begins_group")),
        )
        .drop("_level", "_after_lx", "_is_other", "_begins_group")
    )


def context(segments: pl.DataFrame, element: str) -> pl.DataFrame:
    """Of a transaction set that goes on: its header and the open billing provider, subscriber and
    patient loops, without claims."""
    begins = pl.col("ordinal") == pl.col("transaction")
    marks = loops(segments.filter(begins | pl.col("id").is_in(["HL", "CLM"])), element)
    last = marks.tail(1).select("billing", "subscriber", "patient", "transaction")
    at = pl.col("ordinal")
    spans = (
        marks.select("ordinal", "claim", end=at.shift(-1).fill_null(_LAST))
        .filter((pl.col("claim") == 0) & at.is_in(last.row(0) if len(last) else []))
        .select("ordinal", "end")
        .rows()
    )
    is_open = pl.any_horizontal(
        pl.lit(False), *((at >= begin) & (at < end) for begin, end in spans)
    )
    # a line outside any claim has been landed and must not come again
    return segments.filter(is_open & ~pl.col("id").is_in(["LX", "SV1"]))


def frames(rows: pl.DataFrame, delimiters: Delimiters) -> dict[str, pl.DataFrame]:
    """`loops` -> landing table -> rows; absent text is empty or null. Carried segments land nothing
    again."""
    element, component = delimiters.element, delimiters.component
    named = rows.partition_by("id", as_dict=True)
    none = rows.clear()

    def of(segment: str, /, **positions: int) -> pl.DataFrame:
        return pick(named.get((segment,), none), element, **positions)

    entity = of("NM1", code=1, name=3, qualifier=8, value=9)
    reference = of("REF", qualifier=1, value=2)
    taxonomy = of("PRV", code=1, value=3)
    amount = of("AMT", qualifier=1, amount=2)
    in_claim = pl.col("claim") > 0
    outside = entity.filter(~in_claim)
    adjustment = triples(named.get(("CAS",), none).filter(in_claim), element)
    return {
        "landing.claim": _claims(rows, of, component, entity, reference, taxonomy, amount)
        .pipe(_attach_billing, of, outside, taxonomy.filter(~in_claim))
        .pipe(_attach_patient, of, outside),
        "landing.service_line": _lines(rows, of, component, entity, reference, taxonomy),
        "landing.diagnosis": _diagnoses(named.get(("HI",), none), element, component),
        "landing.other_payer": _other_payers(rows, of, entity, amount),
        "landing.line_adjudication": _line_adjudications(of, component),
        "landing.adjustment": adjustment.with_columns(
            side=pl.lit("cob"),
            claim_ordinal="claim",
            line_ordinal=pl.when(pl.col("line") > 0).then("line"),
        ),
    }


def unexpected(rows: pl.DataFrame) -> pl.DataFrame:
    """`loops` -> problems of segments that make a claim unsafe to use."""
    new = rows.filter(~pl.col("is_carried"))
    name, claim, wrong_case = pl.col("id"), pl.col("claim"), pl.col("is_wrong_case")
    is_foreign = ~name.is_in(CLAIM_SEGMENTS.split()) | wrong_case
    is_unknown = is_foreign & ~name.is_in(HEADER_SEGMENTS.split()) | wrong_case
    # an unreadable segment in a 2000 loop may hold whose claims follow
    bad = rows.filter((claim == 0) & is_unknown).select("ordinal", "byte_offset", "byte_end", "hl")
    claims = new.filter(name == "CLM").drop("ordinal", "byte_offset", "byte_end", "hl")
    whose = pl.concat(
        claims.join(bad, left_on=level, right_on="hl").with_columns(
            scope=pl.lit("claim"), reason=pl.lit(f"in the hierarchy above the claim: {UNEXPECTED}")
        )
        for level in ("billing", "subscriber", "patient")
    ).drop("billing", "subscriber", "patient")
    return flaws(
        new.filter((claim > 0) & is_foreign).with_columns(
            scope=pl.lit("claim"), reason=pl.lit(UNEXPECTED)
        ),
        new.filter((claim > 0) & pl.col("is_without_lx")).with_columns(
            scope=pl.lit("claim"), reason=pl.lit("SV1 without an LX of its own")
        ),
        new.filter((claim > 0) & (pl.col("line") == 0) & (name == "SVD")).with_columns(
            scope=pl.lit("claim"), reason=pl.lit("SVD outside any line")
        ),
        new.filter((claim == 0) & (name == "SV1")).with_columns(
            scope=pl.lit("line"), reason=pl.lit("SV1 outside any claim"), ordinal="line"
        ),
        new.filter((claim == 0) & is_unknown).with_columns(
            scope=pl.lit("transaction"), reason=pl.lit(UNEXPECTED)
        ),
        whose,
    )


def _claims(
    rows: pl.DataFrame,
    of: _Of,
    component: str,
    entity: pl.DataFrame,
    reference: pl.DataFrame,
    taxonomy: pl.DataFrame,
    amount: pl.DataFrame,
) -> pl.DataFrame:
    in_claim = (pl.col("claim") > 0) & (pl.col("line") == 0) & (pl.col("other") == 0)
    claims = of("CLM", claim_number=1, charge=2, _place=5, assignment=7).drop("byte_end")
    claims = attach(claims, "claim", reaches(rows, "claim"), byte_end="byte_end")
    claims = pick_from(claims, "_place", component, place_of_service=1, frequency_code=3)
    provider = entity.filter(in_claim)
    is_npi, code = pl.col("qualifier") == "XX", pl.col("code")
    rendering, facility = provider.filter(code == "82"), provider.filter(code == "77")
    for name, found in (
        ("referring_npi", provider.filter(is_npi & (code == "DN"))),
        ("rendering_npi", rendering.filter(is_npi)),
        ("facility_npi", facility.filter(is_npi)),
        ("supervising_npi", provider.filter(is_npi & (code == "DQ"))),
    ):
        claims = attach(claims, "claim", found, **{name: "value"})
    specialty = taxonomy.filter(in_claim).join(rendering, on="entity", how="semi")
    address = of("N4", zip=3).filter(in_claim).join(facility, on="entity", how="semi")
    claims = attach(claims, "claim", specialty, rendering_taxonomy="value")
    claims = attach(claims, "claim", address, facility_zip="zip")
    paid = amount.filter(in_claim & (pl.col("qualifier") == "F5"))
    claims = attach(claims, "claim", paid, patient_paid="amount")
    numbers = reference.filter(in_claim)
    for name, qualifier in (
        ("prior_authorization", "G1"),
        ("original_reference", "F8"),
        ("clia_number", "X4"),
        ("clearinghouse_number", "D9"),
    ):
        found = numbers.filter(pl.col("qualifier") == qualifier)
        claims = attach(claims, "claim", found, **{name: "value"})
    begun = of("BHT", date=4).filter(pl.col("hl") == pl.col("transaction"))
    claims = attach(claims, "transaction", begun, submitted_date="date")
    return claims.with_columns(transaction_ordinal="transaction")


def _attach_billing(
    claims: pl.DataFrame, of: _Of, outside: pl.DataFrame, taxonomy: pl.DataFrame
) -> pl.DataFrame:
    """2000A and 2010AA of each claim."""
    provider = outside.filter(pl.col("code") == "85").with_columns(billing="hl")
    address = of("N4", zip=3).join(provider, on="entity", how="semi").with_columns(billing="hl")
    specialty = taxonomy.filter(pl.col("code") == "BI").with_columns(billing="hl")
    is_npi = pl.col("qualifier") == "XX"
    claims = attach(claims, "billing", provider.filter(is_npi), billing_npi="value")
    claims = attach(claims, "billing", address, billing_zip="zip")
    return attach(claims, "billing", specialty, billing_taxonomy="value")


def _attach_patient(claims: pl.DataFrame, of: _Of, outside: pl.DataFrame) -> pl.DataFrame:
    """2000B, 2010BA, 2010BB and 2010CA of each claim."""
    by_level = outside.with_columns(subscriber="hl")
    insured = by_level.filter(pl.col("code") == "IL")
    payer = by_level.filter(pl.col("code") == "PR")
    coverage = of("SBR", sequence=1, filing=9).filter(pl.col("claim") == 0)
    claims = attach(
        claims,
        "subscriber",
        coverage.with_columns(subscriber="hl"),
        payer_sequence="sequence",
        filing_indicator="filing",
    )
    claims = attach(claims, "subscriber", insured, member_id="value")
    claims = attach(claims, "subscriber", payer, payer_name="name", payer_identifier="value")
    person = of("DMG", birth=2, sex=3).filter(pl.col("claim") == 0).with_columns(_person="hl")
    has_dependent = pl.col("patient") > 0
    return attach(
        claims.with_columns(_person=pl.when(has_dependent).then("patient").otherwise("subscriber")),
        "_person",
        person,
        patient_birth_date="birth",
        patient_sex="sex",
    )


def _lines(
    rows: pl.DataFrame,
    of: _Of,
    component: str,
    entity: pl.DataFrame,
    reference: pl.DataFrame,
    taxonomy: pl.DataFrame,
) -> pl.DataFrame:
    in_line = pl.col("line") > 0
    lines = of(
        "SV1",
        _product=1,
        charge=2,
        unit_type=3,
        units=4,
        place_of_service=5,
        _pointers=7,
    ).with_columns(ordinal="line")
    begins = rows.filter(pl.col("ordinal") == pl.col("line")).select("line", "byte_offset")
    lines = lines.drop("byte_offset", "byte_end")
    lines = attach(lines, "line", begins, byte_offset="byte_offset")
    lines = attach(lines, "line", reaches(rows, "line"), byte_end="byte_end")
    lines = attach(lines, "line", of("LX", number=1), line_number="number")
    lines = pick_from(lines, "_product", component, product_qualifier=1, procedure_code=2)
    dates = of("DTP", qualifier=1, format=2, value=3)
    served = dates.filter(in_line & (pl.col("qualifier") == "472"))
    lines = attach(lines, "line", served, date_of_service="value", date_format="format")
    numbers = reference.filter(in_line)
    for name, qualifier in (
        ("control_number", "6R"),
        ("prior_authorization", "G1"),
        ("clia_number", "X4"),
    ):
        found = numbers.filter(pl.col("qualifier") == qualifier)
        lines = attach(lines, "line", found, **{name: "value"})
    rendering = entity.filter(in_line & (pl.col("code") == "82"))
    specialty = taxonomy.join(rendering, on="entity", how="semi")
    is_npi = pl.col("qualifier") == "XX"
    lines = attach(lines, "line", rendering.filter(is_npi), rendering_npi="value")
    lines = attach(lines, "line", specialty, rendering_taxonomy="value")
    return lines.with_columns(
        claim_ordinal=pl.when(pl.col("claim") > 0).then("claim"),
        modifiers=spaced(pl.col("_product").str.split(component).list.slice(2, 4)),
        diagnosis_pointers=spaced(pl.col("_pointers").str.split(component)),
    )


def _diagnoses(rows: pl.DataFrame, element: str, component: str) -> pl.DataFrame:
    codes = (
        rows.filter(pl.col("claim") > 0)
        .with_columns(body=pl.col("body").fill_null("").str.split(element))
        .explode("body", empty_as_null=True, keep_nulls=True)
    )
    named = pick_from(codes, "body", component, qualifier=1, code=2)
    return named.filter(pl.col("qualifier").is_in(DIAGNOSES)).with_columns(
        claim_ordinal="claim",
        position=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("claim"),
    )


def _other_payers(
    rows: pl.DataFrame, of: _Of, entity: pl.DataFrame, amount: pl.DataFrame
) -> pl.DataFrame:
    is_other = pl.col("other") > 0
    payers = of("SBR", payer_sequence=1, filing_indicator=9).filter(is_other).drop("byte_end")
    payers = attach(payers, "other", reaches(rows, "other"), byte_end="byte_end")
    named = entity.filter(is_other & (pl.col("code") == "PR"))
    paid = amount.filter(is_other & (pl.col("qualifier") == "D"))
    payers = attach(payers, "other", named, payer_name="name", payer_identifier="value")
    payers = attach(payers, "other", paid, paid="amount")
    return payers.with_columns(claim_ordinal="claim")


def _line_adjudications(of: _Of, component: str) -> pl.DataFrame:
    in_line = (pl.col("claim") > 0) & (pl.col("line") > 0)
    decided = of("SVD", payer_identifier=1, paid=2, _product=3, units=5).filter(in_line)
    decided = pick_from(decided, "_product", component, procedure_code=2)
    dates = of("DTP", qualifier=1, value=3).filter(in_line & (pl.col("qualifier") == "573"))
    return attach(decided, "group", dates, adjudicated_date="value").with_columns(
        claim_ordinal="claim", line_ordinal="line"
    )
