"""Bills: claims of an 837P or an export, from landed text to staged rows."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from pipelines import checks, identity, values
from pipelines.batches import Context, Staged, dollars, key, landed, nothing
from pipelines.checks import RESUBMIT, Check, failures
from pipelines.quarantine import schema_failures, set_aside, structural, warnings
from pipelines.readers import Batch


def stage(batch: Batch, file_id: str, context: Context, *, is_export: bool) -> Staged:
    claims = landed(batch, "landing.claim").with_columns(claim_ordinal=pl.col("ordinal"))
    lines = landed(batch, "landing.service_line").filter(pl.col("claim_ordinal").is_not_null())
    if claims.is_empty():
        return nothing()
    lines = lines.with_columns(
        first_day=values.date(
            pl.coalesce(
                pl.col("date_of_service").str.extract(r"^(\d{8})(?:-\d+)?$", 1),
                pl.col("date_of_service").str.extract(r"^(\d{4}-\d\d-\d\d)$", 1),
            )
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
    failed = pl.concat([failed, *schema_failures(typed, claims, failed)])
    bad = failed.select("claim_ordinal").unique()
    row_charge = claims.select(
        "claim_ordinal", "lines", dollars=pl.col("line_charge" if is_export else "money")
    )
    warned = _warnings(file_id, claims, lines, landed(batch, "landing.diagnosis"))
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
    sequence = (
        pl.when(pl.col("payer_sequence").fill_null("").is_in(["", "U"]))
        .then(pl.lit("P"))
        .otherwise(pl.col("payer_sequence"))
    )
    headed = claims.with_columns(
        claim_key=pl.lit(f"{file_id}:") + pl.col("ordinal").cast(pl.String),
        claim_number=pl.col("claim_number").str.strip_chars(),
        payer_sequence=sequence,
        patient_id=_patients(claims, context, is_export=is_export),
        frequency_code=pl.when(values.is_blank(pl.col("frequency_code")))
        .then(pl.lit("1"))
        .otherwise(pl.col("frequency_code")),
    )
    first_days = lines.group_by("claim_ordinal").agg(
        first_date_of_service=pl.col("first_day").min()
    )
    headed = headed.with_columns(bucket=identity.bucket(pl.col("patient_id"))).join(
        first_days, on="claim_ordinal", how="left", maintain_order="left"
    )
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
        root_number="claim_number",
        payer_sequence="payer_sequence",
        frequency_code="frequency_code",
        submission=pl.lit(1, dtype=pl.Int64),
        is_standing=pl.col("frequency_code") != "8",
        original_reference="original_reference",
        submitted_date=values.date(pl.col("submitted_date")),
        received_date=values.date(pl.col("received_date")),
        first_date_of_service="first_date_of_service",
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
    # numbers that are blank or stand twice in a claim are replaced by the line's place, all of them
    number = pl.col("line_number").fill_null("").str.strip_chars()
    is_unusable = (number == "").any() | (number.n_unique() < pl.len())
    place = (pl.int_range(pl.len()).over("claim_ordinal") + 1).cast(pl.String)
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
            line_number=pl.when(is_unusable.over("claim_ordinal")).then(place).otherwise(number),
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
                _place(pl.col("place_of_service")),
            ),
            diagnosis_codes="pointed",
            diagnosis_key=pl.col("pointed").list.join(" "),
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
                pl.col("clia_number"),
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
            code_type=code_type(),
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


ICD = {
    "icd-10-cm": r"^[A-Z][0-9][A-Z0-9]{1,5}$",
    "icd-9-cm": r"^([0-9]{3,5}|V[0-9]{2,4}|E[0-9]{3,4})$",
}
"""What a diagnosis code looks like, without its dot."""


def _warnings(
    file_id: str, claims: pl.DataFrame, lines: pl.DataFrame, diagnoses: pl.DataFrame
) -> pl.DataFrame:
    """Q11: values that look wrong and are kept; one row per check, at the first place seen."""
    day = pl.col("first_day")
    code = values.code(pl.col("code").str.replace_all(".", "", literal=True))
    form = code_type().replace_strict(ICD, return_dtype=pl.String)
    counts = diagnoses.group_by("claim_ordinal").agg(codes=pl.col("position").max())
    pointer = pl.col("diagnosis_pointers").fill_null("").str.extract_all(r"\d+")
    highest = pointer.list.eval(pl.element().cast(pl.Int64, strict=False)).list.max()
    beyond = lines.join(counts, on="claim_ordinal", how="left", maintain_order="left").filter(
        highest > pl.col("codes").fill_null(0)
    )
    return warnings(
        file_id,
        [
            ("Q11", found, what)
            for found, what in (
                (_wrong_npis(claims, "billing_npi"), "billing NPIs fail the check digit"),
                (
                    _wrong_npis(claims, "rendering_npi"),
                    "rendering NPIs of claims fail the check digit",
                ),
                (
                    _wrong_npis(lines, "rendering_npi"),
                    "rendering NPIs of lines fail the check digit",
                ),
                (lines.filter(day < values.EARLIEST), "dates of service before 1990"),
                (lines.filter(day > values.today()), "dates of service in the future"),
                (
                    lines.filter(pl.col("last_day") < day),
                    "ranges of dates of service end before they begin",
                ),
                (
                    lines.filter(
                        ~values.code(pl.col("procedure_code")).str.contains(values.PROCEDURE)
                    ),
                    "procedure codes are not five letters or digits",
                ),
                (
                    diagnoses.filter(~code.str.contains(form)),
                    "diagnosis codes do not look like ICD codes",
                ),
                (beyond, "lines point beyond the diagnoses of their claim"),
            )
        ],
    )


def _wrong_npis(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    npis = frame[name].drop_nulls().unique().to_list()
    wrong = [npi for npi in npis if npi and not values.has_npi_check_digit(npi)]
    return frame.filter(pl.col(name).is_in(wrong))


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


def code_type() -> pl.Expr:
    """Code system of a diagnosis by its qualifier [HI0x-1]."""
    return (
        pl.when(pl.col("qualifier").is_in(["BK", "BF"]))
        .then(pl.lit("icd-9-cm"))
        .otherwise(pl.lit("icd-10-cm"))
    )
