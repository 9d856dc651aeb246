"""Bills: claims of an 837P or an export, from landed text to staged rows."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import checks, identity, values
from pipelines.batches import QUARANTINE, Context, Staged, dollars, key, landed, nothing
from pipelines.checks import RESUBMIT, Check, failures
from pipelines.quarantine import schema_failures, set_aside, structural
from pipelines.readers import Batch


def stage(batch: Batch, file_id: str, context: Context, *, is_export: bool) -> Staged:
    claims = landed(batch, "landing.claim").with_columns(claim_ordinal=pl.col("ordinal"))
    lines = landed(batch, "landing.service_line").filter(pl.col("claim_ordinal").is_not_null())
    if claims.is_empty():
        return nothing()
    lines = lines.with_columns(
        first_day=values.date(
            pl.col("date_of_service").str.extract(r"^(\d{8}|\d{4}-\d\d-\d\d)", 1)
        ),
        last_day=values.date(pl.col("date_of_service").str.extract(r"^\d{8}-(\d{8})$", 1)),
        money=values.money(pl.col("charge")),
    )
    totals = lines.group_by("claim_ordinal").agg(
        lines=pl.len(), line_charge=pl.col("money").sum(), unread=pl.col("money").is_null().any()
    )
    claims = claims.join(
        totals, on="claim_ordinal", how="left", maintain_order="left"
    ).with_columns(money=values.money(pl.col("charge")), lines=pl.col("lines").fill_null(0))
    adds_up = Check(
        "Q6",
        pl.col("money").is_not_null()
        & ~pl.col("unread").fill_null(False)
        & (pl.col("money") != pl.col("line_charge").fill_null(Decimal(0))),
        "the claim's charge (CLM02) is not the sum of its lines (SV102)",
        RESUBMIT,
    )
    cob = landed(batch, "landing.adjustment").filter(pl.col("side") == "cob")
    failed = pl.concat(
        [
            structural(batch, claims),
            failures(claims, checks.CLAIM),
            failures(lines, checks.LINE),
            failures(cob, checks.ADJUSTMENT),
            failures(claims, [adds_up]),
        ]
    )
    diagnoses = landed(batch, "landing.diagnosis")
    typed = _type_claims(
        batch, file_id, context, claims, lines, diagnoses, cob, is_export=is_export
    )
    failed = pl.concat([failed, *schema_failures(typed, claims)])
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
        pl.concat([set_aside(file_id, failed, claims, row_charge), warned]),
        int(accepted["lines"].sum()),
        dollars(accepted["dollars"]),
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
    transactions = landed(batch, "landing.transaction").select(
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
    pointed, pointed_rows = _pointed_diagnoses(
        lines, diagnoses, owner, file_id, is_export=is_export
    )
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
        lines.select(
            "claim_ordinal", "ordinal", modifier=values.codes(pl.col("modifiers").fill_null(""))
        )
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
        "staged.other_payer": landed(batch, "landing.other_payer")
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
        "staged.line_adjudication": landed(batch, "landing.line_adjudication")
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
            line_owner=key(file_id, "line_ordinal"),
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
            lines.select(
                "claim_ordinal", "ordinal", pointer=pl.col("diagnosis_pointers").fill_null("")
            )
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


def _warnings(file_id: str, claims: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """Q11: values that look wrong and are kept; one row per check, at the first place it was seen."""
    npis = claims.select(npi=pl.col("billing_npi").fill_null(""))["npi"].unique().to_list()
    wrong = [npi for npi in npis if npi and not values.has_npi_check_digit(npi)]
    day = pl.col("first_day")
    seen = [
        (claims.filter(pl.col("billing_npi").is_in(wrong)), "billing NPIs fail the check digit"),
        (
            lines.filter(day.is_not_null() & (day.dt.year() < 1990)),
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
    return (
        pl.when(text.is_null())
        .then(None)
        .when(text.str.contains(r"^\d{10}$"))
        .then(text)
        .otherwise(pl.lit(""))
    )


def _place(text: pl.Expr) -> pl.Expr:
    trimmed = text.str.strip_chars()
    return pl.when(trimmed.str.contains(r"^\d{1,2}$")).then(trimmed.str.zfill(2)).otherwise(trimmed)


def _code_type() -> pl.Expr:
    return (
        pl.when(pl.col("qualifier").is_in(["BK", "BF"]))
        .then(pl.lit("icd-9-cm"))
        .otherwise(pl.lit("icd-10-cm"))
    )
