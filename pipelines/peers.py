"""`mohs peers`: what surgeons bill Medicare for Mohs surgery, from CMS's own public file.

CMS publishes once a year, for every practitioner, procedure code and setting, how many services
Medicare allowed and what they cost on average ("Medicare Physician & Other Practitioners - by
Provider and Service", 29 columns, about 3 GB). Rows of ten or fewer patients are left out by CMS.
The names in it are never read.

`cohort` says how surgeons are spread; peer_fees how what was allowed compares with the fee schedule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import click
import polars as pl

from pipelines import peer_fees, printing, reference
from schemas.mirror import PeerCohort
from schemas.table import polars_schema

COLUMNS: Mapping[str, tuple[str, pl.DataType]] = {
    "rndrng_npi": ("surgeon", pl.String()),
    "rndrng_prvdr_ent_cd": ("entity", pl.String()),
    "rndrng_prvdr_state_abrvtn": ("state", pl.String()),
    "hcpcs_cd": ("procedure_code", pl.String()),
    "place_of_srvc": ("place", pl.String()),
    "tot_benes": ("beneficiaries", pl.Float64()),
    "tot_srvcs": ("services", pl.Float64()),
    "tot_bene_day_srvcs": ("beneficiary_days", pl.Float64()),
    "avg_mdcr_alowd_amt": ("average_allowed", pl.Float64()),
}
"""CMS's column, in small letters -> ours; those not named here, names of persons among them, are
not read. A file with our names, as the Mohs rows of 2019 in the shared data, is read as well."""

INDIVIDUAL = "I"
PERCENTILES = (1, 5, 10, 25, 75, 90, 95, 99)
WHO = "practitioners (not organisations) with more than ten Medicare patients per code and setting"


class UnusablePeers(ValueError):
    """The file cannot be read as CMS's; the message says what to do."""


@dataclass(frozen=True)
class Measure:
    """A ratio of two counts of a surgeon, both of which CMS must have published."""

    name: str
    site_family: str
    numerator: pl.Expr
    denominator: pl.Expr
    is_ratio: bool = True


def show(
    practice: Path | None, path: Path, year: int | None, *, is_fees: bool, is_saved: bool, form: str
) -> None:
    """Print the cohort of a file, or its fees, as `text`, `csv` or `json`."""
    of_year = year_of(path, year)
    rows = read(path)
    if is_fees:
        printing.show(peer_fees.compare(rows, mohs_codes(), of_year, practice), form)
        return
    source = f"CMS Medicare by Provider and Service {of_year}, {path.name}; computed by mohs peers"
    found = cohort(rows, of_year, source)
    printing.show(wide(found), form)
    if is_saved:
        click.echo(f"saved to {save(found, of_year, practice)}", err=True)


def read(path: Path) -> pl.DataFrame:
    """The file's rows of Mohs codes, with the columns of COLUMNS; one per surgeon, code and setting.

    Works through the file as a stream and keeps a few thousand rows of it. Raises UnusablePeers
    for a file without those columns, or whose counts are no numbers.
    """
    codes = mohs_codes()
    try:
        rows = (
            pl.scan_parquet(path)
            if path.suffix.lower() == ".parquet"
            else pl.scan_csv(path, infer_schema=False, encoding="utf8-lossy")
        )
        names = {name: name.strip().lower() for name in rows.collect_schema().names()}
    except (pl.exceptions.PolarsError, OSError) as error:
        raise UnusablePeers(f"{path}: cannot be read as CSV or Parquet ({error})") from None
    found = {}
    for cms, (ours, _) in COLUMNS.items():
        there = [name for name, low in names.items() if low in (cms, ours)]
        if not there:
            raise UnusablePeers(
                f"{path}: no column {cms.title()}; give CMS's by-provider-and-service file, "
                "or one with its columns"
            )
        found[there[0]] = ours
    kept = rows.select(pl.col(name).cast(pl.String).alias(ours) for name, ours in found.items())
    try:
        return (
            kept.filter(pl.col("procedure_code").is_in(codes))
            .with_columns(pl.col(ours).cast(dtype) for ours, dtype in COLUMNS.values())
            .sort("surgeon", "procedure_code", "place")
            .collect(engine="streaming")
        )
    except pl.exceptions.PolarsError as error:
        reason = str(error).splitlines()[0]
        raise UnusablePeers(f"{path}: a count or amount is no number ({reason})") from None


def year_of(path: Path, given: int | None) -> int:
    """The year of service given, else the one in the file's name. Raises UnusablePeers for none.

    CMS names its files MUP_PHY_R21_P04_V10_D19_Prov_Svc.csv: D19 is 2019.
    """
    if given is not None:
        return given
    named = re.search(r"(?:^|_)D(\d{2})(?:_|$)", path.stem, re.IGNORECASE)
    if named:
        return 2000 + int(named[1])
    years = sorted(set(re.findall(r"(?<!\d)(20[1-4]\d)(?!\d)", path.stem)))
    if len(years) != 1:
        raise UnusablePeers(f"{path}: its name does not say of which year it is; add --year")
    return int(years[0])


def cohort(rows: pl.DataFrame, year: int, source: str) -> pl.DataFrame:
    """How surgeons are spread, as rows of reference.peer_cohort; `rows` as `read` gives them.

    Statistics of a measure count every surgeon once, whatever the volume: mean, sd (n - 1), median,
    min, max, percentiles (linear between ranks), high_cut (mean + 2 sd), above_high_cut (surgeons
    above it); `pooled` is all services together, of surgeons too of whom only one of the two counts
    was published. `services` and `average_allowed` are national, by code.
    """
    surgeons = _by_surgeon(rows)
    found: list[dict[str, object]] = []
    for measure in _measures():
        values = surgeons.select(x=measure.numerator, y=measure.denominator).drop_nulls()
        statistics = _statistics(values["x"] / values["y"])
        if measure.is_ratio:
            every = surgeons.fill_null(0).select(x=measure.numerator, y=measure.denominator)
            of = float(every["y"].sum())
            if of:
                statistics["pooled"] = (float(every["x"].sum()) / of, int((every["y"] > 0).sum()))
        found += [
            {
                "measure": measure.name,
                "site_family": measure.site_family,
                "procedure_code": "",
                "statistic": statistic,
                "value": value,
                "n": n,
                "unit": "surgeons",
            }
            for statistic, (value, n) in statistics.items()
        ]
    found += _national(rows)
    return _dated(found, year, source)


def mohs_codes() -> list[str]:
    """17311 to 17315, by the code lists that ship."""
    return sorted(code for listed in _codes().values() for code in listed)


def _codes() -> dict[str, list[str]]:
    """Kind of code -> the Mohs codes of that kind, by the code lists that ship."""
    ((_, classes),) = reference.tables(only={"code_class"})
    listed = {
        name: set(classes.filter(pl.col("class_name") == f"mohs_{name}")["procedure_code"])
        for name in ("head", "trunk", "first_stage", "additional_stage", "extra_block")
    }
    return {
        "first_h": sorted(listed["first_stage"] & listed["head"]),
        "first_t": sorted(listed["first_stage"] & listed["trunk"]),
        "more_h": sorted(listed["additional_stage"] & listed["head"]),
        "more_t": sorted(listed["additional_stage"] & listed["trunk"]),
        "extra": sorted(listed["extra_block"]),
    }


def _by_surgeon(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per practitioner: units, days and patients by kind of code, null where unpublished."""
    wanted = {"units": "services", "days": "beneficiary_days", "patients": "beneficiaries"}
    summed = []
    for kind, codes in _codes().items():
        is_kind = pl.col("procedure_code").is_in(codes)
        summed += [
            pl.when(is_kind.any())
            .then(pl.col(column).filter(is_kind).sum())
            .alias(f"{kind}_{name}")
            for name, column in wanted.items()
        ]
    individuals = rows.filter(pl.col("entity") == INDIVIDUAL)
    return individuals.group_by("surgeon").agg(summed).sort("surgeon")


def _measures() -> list[Measure]:
    found = []
    for family in ("H", "T"):
        first, more = (f"{kind}_{family.lower()}" for kind in ("first", "more"))
        units, more_units = pl.col(f"{first}_units"), pl.col(f"{more}_units")
        found += [
            Measure("stages_per_case", family, units + more_units, units),
            Measure("lesions_per_day", family, units, pl.col(f"{first}_days")),
            Measure("additional_stages_per_day", family, more_units, pl.col(f"{more}_days")),
            Measure("first_stages_per_patient", family, units, pl.col(f"{first}_patients")),
            Measure("first_stages", family, units, pl.lit(1.0), is_ratio=False),
        ]
    head, trunk, extra = (pl.col(f"{kind}_units") for kind in ("first_h", "first_t", "extra"))
    firsts = head.fill_null(0) + trunk.fill_null(0)
    return [
        *found,
        Measure("trunk_share", "all", trunk, head + trunk),
        Measure("extra_blocks_per_first_stage", "all", extra, firsts),
        Measure("extra_blocks_per_day", "all", extra, pl.col("extra_days")),
    ]


def _statistics(values: pl.Series) -> dict[str, tuple[float, int]]:
    if values.len() < 2:
        return {}
    found: dict[str, object] = {
        "mean": values.mean(),
        "sd": values.std(),
        "median": values.median(),
        "min": values.min(),
        "max": values.max(),
    }
    for percent in PERCENTILES:
        found[f"p{percent}"] = values.quantile(percent / 100, "linear")
    numbers = {name: float(str(value)) for name, value in found.items()}
    numbers["high_cut"] = numbers["mean"] + 2 * numbers["sd"]
    numbers["above_high_cut"] = float((values > numbers["high_cut"]).sum())
    return {name: (value, values.len()) for name, value in numbers.items()}


def _national(rows: pl.DataFrame) -> list[dict[str, object]]:
    """All services of individuals by code, and what was allowed for one on average."""
    services = pl.col("services")
    by_code = (
        rows.filter(pl.col("entity") == INDIVIDUAL)
        .group_by("procedure_code")
        .agg(
            services=services.sum(),
            average_allowed=(services * pl.col("average_allowed")).sum() / services.sum(),
            n=pl.col("surgeon").n_unique(),
        )
        .sort("procedure_code")
    )
    return [
        {
            "measure": measure,
            "site_family": "all",
            "procedure_code": row["procedure_code"],
            "statistic": "pooled",
            "value": row[measure],
            "n": row["n"],
            "unit": "surgeons",
        }
        for row in by_code.iter_rows(named=True)
        for measure in ("services", "average_allowed")
    ]


def _dated(found: Iterable[Mapping[str, object]], year: int, source: str) -> pl.DataFrame:
    schema = polars_schema(PeerCohort)
    frame = pl.DataFrame(list(found), schema_overrides={"value": pl.Float64})
    return frame.with_columns(
        pl.col("value").round(4).cast(schema["value"]),
        who=pl.lit(WHO),
        origin=pl.lit("computed"),
        evidence=pl.lit("authority"),
        effective_from=pl.lit(date(year, 1, 1)),
        effective_to=pl.lit(date(year, 12, 31)),
        source=pl.lit(source),
    ).select(pl.col(name).cast(dtype) for name, dtype in schema.items())


SHOWN = ("mean", "sd", "median", "min", "max", "p5", "p95", "p99")


def wide(frame: pl.DataFrame) -> pl.DataFrame:
    """A cohort to look at: one row per year, measure and family, or code; a column per statistic.

    `high_cut` is mean + 2 sd; `above_high_cut` says how many are above it; `pooled` is all services
    together. Figures have three decimals.
    """
    last = ("high_cut", "above_high_cut", "pooled")
    figures = frame.filter(pl.col("statistic") != "pooled")
    counted = figures.group_by("measure", "site_family", "procedure_code").agg(pl.col("n").max())
    spread = frame.with_columns(
        pl.col("value").cast(pl.Float64).round(3), year=pl.col("effective_from").dt.year()
    ).pivot(
        on="statistic",
        on_columns=[*SHOWN, *last],
        index=["year", "measure", "site_family", "procedure_code"],
        values="value",
    )
    key = ["measure", "site_family", "procedure_code"]
    return (
        spread.join(counted, on=key, how="left")
        .select("year", *key, "n", *SHOWN, *last)
        .with_columns(pl.col("above_high_cut").cast(pl.Int64))
        .sort(*key)
    )


def save(frame: pl.DataFrame, year: int, practice: Path | None) -> Path:
    """Write a cohort to the practice folder, whose rows win over those that ship for that year.

    Raises UnusablePeers where there is no practice folder.
    """
    if practice is None:
        raise UnusablePeers(
            "there is no practice folder to save to; `mohs init practice` makes one"
        )
    path = practice / "reference" / f"peer_cohort.{year}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.write_csv(path)
    return path
