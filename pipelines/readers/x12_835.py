"""835 (005010X221A1): segments of payment transaction sets to landing frames.

Loops are rebuilt with cumulative counters and forward fills: the header (1000A, 1000B), the claim
payment (2100, from CLP) and the service payment (2110, from SVC). CAS, REF, AMT and DTM mean what
the loop they stand in says.
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

HEADER_SEGMENTS = "ST BPR NTE TRN CUR REF DTM N1 N3 N4 PER RDM LX TS3 TS2 PLB SE"
"""Segments of X221 outside claim payments."""
CLAIM_SEGMENTS = "CLP CAS NM1 MIA MOA REF DTM PER AMT QTY SVC LQ"
"""Segments of X221 loops 2100 and 2110."""
ENDS = ("ST", "SE", "LX", "TS3", "TS2", "PLB")
"""After these no claim payment is open."""


def loops(segments: pl.DataFrame) -> pl.DataFrame:
    """Adds `claim` (ordinal of the CLP), `line` (of the SVC), `party` (of the N1), 0 where there is
    none, and `is_header`."""
    name = pl.col("id")
    is_detail = name.is_in([*ENDS[1:], "CLP", "SVC"])
    return segments.with_columns(
        claim=following(name == "CLP", name.is_in(ENDS)),
        line=following(name == "SVC", name.is_in([*ENDS, "CLP"])),
        is_header=following(pl.col("ordinal") == pl.col("transaction"), is_detail) > 0,
    ).with_columns(party=following(name == "N1", ~pl.col("is_header") | (name == "ST")))


def context(segments: pl.DataFrame) -> pl.DataFrame:
    """Of a transaction set that goes on, its header."""
    begins = pl.col("id").is_in([*ENDS[1:], "CLP", "SVC"]).arg_true().first()
    return segments.head(segments.select(begins.fill_null(len(segments))).item())


def frames(rows: pl.DataFrame, delimiters: Delimiters) -> dict[str, pl.DataFrame]:
    """`loops` -> landing table -> rows; absent text is empty or null. Carried segments land nothing
    again."""
    element, component = delimiters.element, delimiters.component
    named = rows.partition_by("id", as_dict=True)
    none = rows.clear()

    def of(segment: str, /, **positions: int) -> pl.DataFrame:
        return pick(named.get((segment,), none), element, **positions)

    reference = of("REF", qualifier=1, value=2)
    date = of("DTM", qualifier=1, value=2)
    amount = of("AMT", qualifier=1, amount=2)
    adjustment = triples(named.get(("CAS",), none), element)
    is_allowed = (pl.col("qualifier") == "B6") & (pl.col("line") > 0)
    return {
        "landing.remit": _remits(rows, of, reference, date),
        "landing.remit_claim": _claims(rows, of, reference, date),
        "landing.remit_line": _lines(
            rows, of, component, reference, date, amount.filter(is_allowed)
        ),
        "landing.adjustment": _levels(adjustment).with_columns(side=pl.lit("remit")),
        "landing.remit_amount": _levels(amount.filter(~is_allowed)),
        "landing.provider_adjustment": _provider_adjustments(
            named.get(("PLB",), none), element, component
        ),
    }


def unexpected(rows: pl.DataFrame) -> pl.DataFrame:
    """`loops` -> problems of segments that make a claim payment unsafe to use."""
    rows = rows.filter(~pl.col("is_carried"))
    name, claim = pl.col("id"), pl.col("claim")
    is_foreign = ~name.is_in(CLAIM_SEGMENTS.split()) | pl.col("is_wrong_case")
    outside = ~name.is_in([*HEADER_SEGMENTS.split(), "SVC"]) | pl.col("is_wrong_case")
    return flaws(
        rows.filter((claim > 0) & is_foreign).with_columns(
            scope=pl.lit("claim"), reason=pl.lit(UNEXPECTED)
        ),
        rows.filter((claim == 0) & (name == "SVC")).with_columns(
            scope=pl.lit("line"), reason=pl.lit("SVC stands outside any CLP")
        ),
        rows.filter((claim == 0) & outside).with_columns(
            scope=pl.lit("transaction"), reason=pl.lit(UNEXPECTED)
        ),
    )


_Of = Callable[..., pl.DataFrame]
_PLACE = ("ordinal", "byte_offset")
_PAYMENT = {
    "handling_code": 1,
    "total_paid": 2,
    "credit_debit": 3,
    "payment_method": 4,
    "payment_date": 16,
}


def _levels(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a claim or a line, with `claim_ordinal` and `line_ordinal` (null at claim level)."""
    return rows.filter(pl.col("claim") > 0).with_columns(
        claim_ordinal=pl.col("claim"),
        line_ordinal=pl.when(pl.col("line") > 0).then("line"),
    )


def _said(*names: str) -> pl.Expr:
    """The first of the columns that is not blank."""
    return pl.coalesce(pl.when(pl.col(name) != "").then(name) for name in names)


def _remits(
    rows: pl.DataFrame, of: _Of, reference: pl.DataFrame, date: pl.DataFrame
) -> pl.DataFrame:
    is_header = pl.col("is_header")
    payment = of("BPR", **_PAYMENT).filter(is_header)
    party = of("N1", code=1, name=2, qualifier=3, value=4).filter(is_header)
    payer = party.filter(pl.col("code") == "PR")
    payee = party.filter((pl.col("code") == "PE") & (pl.col("qualifier") == "XX"))
    numbers = reference.filter((pl.col("qualifier") == "2U") & (pl.col("party") > 0))
    ends = rows.filter(is_header).group_by("transaction").agg(pl.col("byte_end").last())
    # a transaction set without BPR still says who paid: its row stands where ST stands
    begun = rows.filter((pl.col("ordinal") == pl.col("transaction")) & ~pl.col("is_carried"))
    remits = begun.select("transaction", *(pl.col(name).alias(f"_{name}") for name in _PLACE))
    said = {name: name for name in (*_PLACE, *_PAYMENT)}
    remits = attach(remits, "transaction", payment, **said)
    remits = attach(remits, "transaction", ends, byte_end="byte_end")
    remits = attach(
        remits,
        "transaction",
        of("TRN", trace=2, originator=3).filter(is_header),
        trace_number="trace",
        _originator="originator",
    )
    remits = attach(remits, "transaction", payer, payer_name="name", _payer="value", party="party")
    remits = attach(remits, "party", numbers, _number="value")
    remits = attach(remits, "transaction", payee, payee_npi="value")
    remits = attach(
        remits,
        "transaction",
        date.filter(is_header & (pl.col("qualifier") == "405")),
        production_date="value",
    )
    return remits.with_columns(
        ordinal=pl.coalesce("ordinal", "_ordinal"),
        byte_offset=pl.coalesce("byte_offset", "_byte_offset"),
        transaction_ordinal="transaction",
        payer_identifier=_said("_payer", "_number", "_originator"),
    )


def _claims(
    rows: pl.DataFrame, of: _Of, reference: pl.DataFrame, date: pl.DataFrame
) -> pl.DataFrame:
    claims = of(
        "CLP",
        claim_number=1,
        claim_status_code=2,
        charge=3,
        paid=4,
        patient_responsibility=5,
        filing_indicator=6,
        payer_claim_id=7,
        place_of_service=8,
        frequency_code=9,
    ).drop("byte_end")
    claims = attach(claims, "claim", reaches(rows, "claim"), byte_end="byte_end")
    entity = of("NM1", code=1, qualifier=8, value=9).filter(pl.col("claim") > 0)
    code = pl.col("code")
    claims = attach(claims, "claim", entity.filter(code == "IL"), _insured="value")
    claims = attach(claims, "claim", entity.filter(code == "QC"), _patient="value")
    renders = (code == "82") & (pl.col("qualifier") == "XX")
    claims = attach(claims, "claim", entity.filter(renders), rendering_npi="value")
    number = reference.filter((pl.col("claim") > 0) & (pl.col("qualifier") == "F8"))
    claims = attach(claims, "claim", number, original_reference="value")
    said = date.filter(pl.col("claim") > 0)
    for name, qualifier in (
        ("statement_from", "232"),
        ("statement_to", "233"),
        ("received_date", "050"),
    ):
        claims = attach(
            claims, "claim", said.filter(pl.col("qualifier") == qualifier), **{name: "value"}
        )
    outpatient = of("MOA", a=3, b=4, c=5, d=6, e=7)
    inpatient = of("MIA", a=5, b=20, c=21, d=22, e=23)
    remarks = pl.concat([outpatient, inpatient]).sort("ordinal")
    remarks = remarks.with_columns(remarks=spaced(pl.concat_list("a", "b", "c", "d", "e")))
    joined = remarks.group_by("claim").agg(pl.col("remarks").str.join(" "))
    claims = attach(claims, "claim", joined, remarks="remarks")
    return claims.with_columns(
        transaction_ordinal="transaction", member_id=_said("_insured", "_patient")
    )


def _lines(
    rows: pl.DataFrame,
    of: _Of,
    component: str,
    reference: pl.DataFrame,
    date: pl.DataFrame,
    allowed: pl.DataFrame,
) -> pl.DataFrame:
    lines = of(
        "SVC",
        _product=1,
        charge=2,
        paid=3,
        revenue_code=4,
        units_paid=5,
        _submitted=6,
        units_submitted=7,
    ).drop("byte_end")
    lines = attach(lines, "line", reaches(rows, "line"), byte_end="byte_end")
    lines = pick_from(lines, "_product", component, product_qualifier=1, procedure_code=2)
    lines = pick_from(lines, "_submitted", component, submitted_code=2)
    lines = attach(lines, "line", allowed, allowed="amount")
    qualifier, in_line = pl.col("qualifier"), pl.col("line") > 0
    for name, code in (("control_number", "6R"), ("rendering_npi", "HPI")):
        lines = attach(
            lines, "line", reference.filter(in_line & (qualifier == code)), **{name: "value"}
        )
    for name, code in (("_day", "472"), ("_from", "150"), ("date_of_service_end", "151")):
        lines = attach(lines, "line", date.filter(in_line & (qualifier == code)), **{name: "value"})
    remark = of("LQ", code=1, value=2).filter(in_line & pl.col("code").is_in(["HE", "RX"]))
    joined = remark.group_by("line", maintain_order=True).agg(pl.col("value").str.join(" "))
    lines = attach(lines, "line", joined, remarks="value")
    return lines.with_columns(
        transaction_ordinal="transaction",
        claim_ordinal=pl.when(pl.col("claim") > 0).then("claim"),
        sequence=pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("transaction", "claim"),
        modifiers=spaced(pl.col("_product").str.split(component).list.slice(2, 4)),
        submitted_modifiers=spaced(pl.col("_submitted").str.split(component).list.slice(2, 4)),
        date_of_service=_said("_day", "_from"),
    )


def _provider_adjustments(rows: pl.DataFrame, element: str, component: str) -> pl.DataFrame:
    parts = pl.col("body").str.split(element).list
    length = int(str(rows.select(parts.len().max()).item() or 0))
    pairs = [
        pick(rows, element, provider_identifier=1, fiscal_date=2, _reason=at, amount=at + 1)
        for at in range(3, max(length, 3) + 1, 2)
    ]
    found = pl.concat(pairs).filter((pl.col("_reason") != "") | (pl.col("amount") != ""))
    return pick_from(found, "_reason", component, reason=1, reference=2).with_columns(
        transaction_ordinal="transaction"
    )
