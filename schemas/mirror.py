"""The practice mirror: how each surgeon bills, beside colleagues and the country."""

from __future__ import annotations

from typing import Annotated

import polars as pl

from schemas.dated import Graded
from schemas.table import Table, Units, WholeTable, column

Statistic = Annotated[pl.Decimal, 14, 4]
"""A figure of a cohort: a ratio, a count, dollars."""

FAMILIES = ["H", "T", "all"]


class PeerCohort(Graded):
    """One row per year, measure and statistic of a cohort of surgeons: the card of a benchmark.

    A year's rows hold from 1 January to 31 December. `mohs peers --save` adds a year from CMS's file.
    """

    measure: str = column("as in audit.practice_mirror, or of the cohort alone", required=True)
    site_family: str = column(
        "H 17311 and 17312, T 17313 and 17314, or all", required=True, isin=FAMILIES
    )
    procedure_code: str = column("where the figure is of one code; else blank", required=True)
    statistic: str = column(
        "mean, sd, median, min, max, p1 to p99, high_cut, low_cut, above_high_cut, pooled; "
        "published_... for those of a paper",
        required=True,
    )
    value: Statistic = column("the figure", required=True)
    n: pl.Int64 = column("units it rests on; null where it was not published", ge=1)
    unit: str = column("what n counts", required=True)
    who: str = column("whom the cohort holds", required=True)
    origin: str = column(
        "computed from CMS's file, here or in the shared tables; or published by others",
        required=True,
        isin=["computed", "published"],
    )

    class Config(Graded.Config):
        name = "reference.peer_cohort"
        unique = ("measure", "site_family", "procedure_code", "statistic", "effective_from")


class MohsEncounter(Table):
    """One row per encounter with a first stage: what the practice mirror counts.

    An assistant's lines (80, 81, 82, AS) are left out. What follows is looked for among the claims
    on file: a repair elsewhere is not seen.
    """

    encounter_id: str = column("the encounter", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    rendering_npi: str = column("rendering provider", required=True)
    date_of_service: pl.Date = column("day", required=True)
    first_stages_h: Units = column("units of 17311", required=True)
    additional_stages_h: Units = column("units of 17312", required=True)
    first_stages_t: Units = column("units of 17313", required=True)
    additional_stages_t: Units = column("units of 17314", required=True)
    extra_blocks: Units = column("units of 17315", required=True)
    lone_stages: pl.Int64 = column(
        "stages of the lesion, first and additional; null unless one lesion was begun that day"
    )
    has_simple: pl.Boolean = column("bills a simple repair", required=True)
    has_intermediate: pl.Boolean = column("bills an intermediate repair", required=True)
    has_complex: pl.Boolean = column("bills a complex repair", required=True)
    has_flap: pl.Boolean = column("bills a flap", required=True)
    has_graft: pl.Boolean = column("bills a graft", required=True)
    has_25: pl.Boolean = column("bills a visit with modifier 25", required=True)
    has_distinct_modifier: pl.Boolean = column("a line has 59 or an X modifier", required=True)
    has_22: pl.Boolean = column("a line has modifier 22", required=True)
    has_pathology: pl.Boolean = column("bills pathology that is part of Mohs", required=True)
    has_biopsy: pl.Boolean = column("bills a biopsy", required=True)
    has_frozen_section: pl.Boolean = column("bills 88331 or 88332", required=True)
    days_to_closure: pl.Int64 = column(
        "days to the patient's next closure by anybody, 0 on the day itself; null for none on file"
    )
    days_to_next: pl.Int64 = column(
        "days to the patient's next first stage or closure by the same provider on a later day"
    )

    class Config(Table.Config):
        name = "core.mohs_encounter"


class PracticeMirror(WholeTable):
    """One row per rendering provider, period, measure and site family.

    Every value is total / n. It is as billed, whoever pays; the cohort is Medicare's. An outlier is
    a reason to look, not a verdict.
    """

    rendering_npi: str = column("rendering provider", required=True)
    period: str = column(
        "last_12_months of the claims on file, or all of them",
        required=True,
        isin=["last_12_months", "all"],
    )
    period_from: pl.Date = column("its first day", required=True)
    period_to: pl.Date = column("its last day: that of the last first stage on file", required=True)
    measure: str = column("what is measured; docs/practice_mirror.md defines each", required=True)
    site_family: str = column("H, T or all", required=True, isin=FAMILIES)
    n: pl.Int64 = column("what the value is measured on", required=True)
    n_of: str = column("first stages, days, lesions or patients", required=True)
    total: pl.Float64 = column("what was counted on them", required=True)
    value: pl.Float64 = column("total / n; the standard deviation for stages_sd")
    lower: pl.Float64 = column("lower end of its 95 % interval")
    upper: pl.Float64 = column("upper end of its 95 % interval")
    note: str = column("what else the value says, as the commonest number of stages")
    shrunk_value: pl.Float64 = column("empirical Bayes: drawn to shrunk_to the more, the smaller n")
    shrunk_to: pl.Float64 = column("where it is drawn to")
    shrunk_by: str = column(
        "the spread it is weighed against: cohort and its year, or practice", required=True
    )
    others_n: pl.Int64 = column("n of the practice's other providers", required=True)
    others_value: pl.Float64 = column("their value, taken together; null for n below 30")
    funnel_lower_95: pl.Float64 = column("below it by chance once in 40, were this one as they are")
    funnel_upper_95: pl.Float64 = column("above it by chance once in 40")
    funnel_lower: pl.Float64 = column("below it by chance once in 1,000")
    funnel_upper: pl.Float64 = column("above it by chance once in 1,000")
    practice_rank: pl.Int64 = column("1 for the highest value of the practice; null for n below 30")
    ranked: pl.Int64 = column("how many have a rank", required=True)
    cohort_year: pl.Int64 = column("year of the cohort beside it: the nearest there is")
    cohort_n: pl.Int64 = column("surgeons in it")
    cohort_mean: pl.Float64 = column("their mean")
    cohort_sd: pl.Float64 = column("their standard deviation")
    cohort_p5: pl.Float64 = column("their 5th percentile")
    cohort_median: pl.Float64 = column("their median")
    cohort_p95: pl.Float64 = column("their 95th percentile")
    cohort_p99: pl.Float64 = column("their 99th percentile")
    cohort_percentile: pl.Float64 = column(
        "where the value stands among surgeons, computed between the percentiles that are known; "
        "null for n below 30"
    )
    percentile_year: pl.Int64 = column(
        "year of the cohort it was computed from: the nearest of which both tails are known"
    )
    reading: str = column(
        "against colleagues, beyond the limits of once in 1,000: high outlier, low outlier, within; "
        "or not compared, for n below 30 or few colleagues",
        required=True,
        isin=["high outlier", "low outlier", "within", "not compared"],
    )

    class Config(WholeTable.Config):
        name = "audit.practice_mirror"
        unique = ("rendering_npi", "period", "measure", "site_family")
