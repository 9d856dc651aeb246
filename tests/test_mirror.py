"""The practice mirror: its counts against a plain count, its statistics against other sources."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from scipy import stats

from pipelines import (
    examples,
    judging,
    landing,
    mirror,
    peers,
    reference,
    rules,
    shrinkage,
    steps,
    warehouse,
)
from pipelines.cases import PLAIN, Case, ExampleLine
from pipelines.places import Place
from pipelines.simulate import simulate

START = date(2024, 1, 1)
WINDOW = 14


def random_practice(seed: int, patients: int = 300) -> Case:
    """Two years of three surgeons: days of surgery, repairs days later, visits, assistants' lines."""
    dice = random.Random(seed)
    lines: list[ExampleLine] = []

    def bill(claim: str, patient: int, surgeon: str, day: date, code: str, **more: str) -> None:
        values = {**PLAIN, **more}
        values |= {
            "claim_id": claim,
            "patient_id": str(patient),
            "rendering_npi": surgeon,
            "date_of_service": day.isoformat(),
            "procedure_code": code,
            "line_number": str(len(lines)),
        }
        lines.append(ExampleLine(values, ""))

    for patient in range(patients):
        surgeon = dice.choice(["one", "one", "two", "three"])
        day = START + timedelta(days=dice.randrange(700))
        for visit in range(dice.choice([1, 1, 1, 2])):
            claim = f"C{patient}.{visit}"
            first, more = dice.choice([("17311", "17312"), ("17311", "17312"), ("17313", "17314")])
            units = dice.choice([1, 1, 1, 2])
            bill(claim, patient, surgeon, day, first, units=str(units))
            if dice.random() < 0.5:
                bill(claim, patient, surgeon, day, more, units=str(dice.randint(1, 4)))
            if dice.random() < 0.1:
                bill(claim, patient, surgeon, day, "17315", units="2")
            if dice.random() < 0.2:
                bill(claim, patient, surgeon, day, "99213", modifiers=dice.choice(["25", "none"]))
            if dice.random() < 0.2:
                for code in dice.choice(["88331", "11102", "88305", "11102 88331"]).split():
                    bill(claim, patient, surgeon, day, code)
            if dice.random() < 0.1:
                bill(claim, patient, surgeon, day, "17312", modifiers="AS", units="3")
            if dice.random() < 0.7:
                who = dice.choice([surgeon, surgeon, "two"])
                later = day + timedelta(days=dice.choice([0, 0, 5, 14, 15]))
                code = dice.choice(["12052", "13132", "14040", "12011"])
                extra = dice.choice(["none", "59", "22"])
                bill(f"{claim}r", patient, who, later, code, modifiers=extra)
            day += timedelta(days=dice.choice([7, 14, 15, 60]))
    return Case("practice", Path("random"), 1, (*PLAIN,), tuple(lines))


Key = tuple[str, str, str, str]


def plain_counts(case: Case) -> dict[Key, tuple[float, float]]:
    """(surgeon, period, measure, family) -> n and total, line by line in plain Python."""
    closures = {"12052", "13132", "14040", "12011"}
    days: dict[tuple[str, str, date], list[dict[str, str]]] = defaultdict(list)
    closed: dict[str, set[date]] = defaultdict(set)
    for line in case.lines:
        value = dict(line.values)
        day = date.fromisoformat(value["date_of_service"])
        if value["procedure_code"] in closures:
            closed[value["patient_id"]].add(day)
        if "AS" not in value["modifiers"].split():
            days[value["rendering_npi"], value["patient_id"], day].append(value)
    cases = {
        key: lines
        for key, lines in days.items()
        if any(line["procedure_code"] in ("17311", "17313") for line in lines)
    }
    last = max(day for _, _, day in cases)
    spans = {
        "all": min(day for _, _, day in cases),
        "last_12_months": last.replace(year=last.year - 1) + timedelta(days=1),
    }
    found: dict[Key, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for period, begin in spans.items():
        back: dict[tuple[str, str], bool] = {}
        alike: dict[str, Counter[int]] = defaultdict(Counter)
        for (surgeon, patient, day), lines in cases.items():
            if day < begin:
                continue

            def add(
                measure: str, n: float, total: float, family: str = "all",
                surgeon: str = surgeon, period: str = period,
            ) -> None:  # fmt: skip
                if n:
                    found[surgeon, period, measure, family][0] += n
                    found[surgeon, period, measure, family][1] += total

            units: Counter[str] = Counter()
            for line in lines:
                units[line["procedure_code"]] += int(line["units"])
            head, trunk = units["17311"], units["17313"]
            stages = head + trunk + units["17312"] + units["17314"]
            add("stages_per_case", head, head + units["17312"], "H")
            add("stages_per_case", trunk, trunk + units["17314"], "T")
            add("lesions_per_day", head > 0, head, "H")
            add("lesions_per_day", trunk > 0, trunk, "T")
            add("trunk_share", head + trunk, trunk)
            add("extra_blocks_per_first_stage", head + trunk, units["17315"])
            if head + trunk == 1:
                add("four_or_more_stages", 1, stages >= 4)
                add("stages_sd", 1, stages)
                alike[surgeon][stages] += 1
            own = {line["procedure_code"] for line in lines} & closures
            if own:
                add("closure_simple", 1, "12011" in own)
                add("closure_intermediate", 1, "12052" in own)
                add("closure_complex", 1, "13132" in own)
                add("closure_flap", 1, "14040" in own)
                add("closure_graft", 1, 0)
                add("flap_or_graft", 1, "14040" in own)
            codes = {line["procedure_code"] for line in lines}
            marks = {mark for line in lines for mark in line["modifiers"].split()}
            add("modifier_25", 1, any(
                line["procedure_code"] == "99213" and line["modifiers"] == "25" for line in lines
            ))  # fmt: skip
            add("modifier_59", 1, "59" in marks)
            add("modifier_22", 1, "22" in marks)
            add("same_day_pathology", 1, bool(codes & {"88331", "88305"}))
            add("same_day_biopsy", 1, "11102" in codes)
            add("confirmatory_biopsy", 1, {"11102", "88331"} <= codes)
            if (last - day).days < WINDOW:
                continue
            again = any(
                who == surgeon
                and whose == patient
                and 0 < (other - day).days <= WINDOW
                and any(one["procedure_code"] in closures | {"17311", "17313"} for one in there)
                for (who, whose, other), there in days.items()
            )
            healed = not any(0 <= (other - day).days <= WINDOW for other in closed[patient])
            add("second_intention", 1, healed and not again)
            back[surgeon, patient] = back.get((surgeon, patient), False) or again
        for (surgeon, _), came in back.items():
            found[surgeon, period, "split_visits", "all"][0] += 1
            found[surgeon, period, "split_visits", "all"][1] += came
        for surgeon, counts in alike.items():
            most = max((n for stages, n in counts.items() if stages > 1), default=0)
            found[surgeon, period, "same_stage_count", "all"] = [sum(counts.values()), most]
    return {key: (n, total) for key, (n, total) in found.items()}


@pytest.fixture(scope="module")
def connection() -> Iterator[warehouse.Connection]:
    opened = warehouse.connect()
    warehouse.create(opened)
    reference.load(opened)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def practice(connection: warehouse.Connection) -> tuple[Case, pl.DataFrame]:
    """A practice, and its mirror with surgeons by their names."""
    case = random_practice(20240813)
    (line_ids,) = examples.stage(connection, [case])
    warehouse.build(connection, warehouse.queries("core"))
    mirror.study(connection)
    npis = dict(
        connection.execute("SELECT line_id, rendering_npi FROM core.service_line").fetchall()
    )
    names = {
        npis[line_id]: line.values["rendering_npi"]
        for line_id, line in zip(line_ids, case.lines, strict=True)
    }
    table = warehouse.select(connection, "SELECT * FROM audit.practice_mirror")
    return case, table.with_columns(pl.col("rendering_npi").replace(names))


def test_every_count_is_that_of_a_plain_count(practice: tuple[Case, pl.DataFrame]) -> None:
    case, table = practice
    found = {
        (row["rendering_npi"], row["period"], row["measure"], row["site_family"]): (
            row["n"],
            row["total"],
        )
        for row in table.iter_rows(named=True)
    }
    expected = plain_counts(case)
    assert found == expected
    measures = {measure for _, _, measure, _ in expected}
    assert measures == set(mirror.MEASURES)
    counted = {measure for (_, _, measure, _), (_, total) in expected.items() if total}
    assert measures - counted == {"closure_graft"}


def test_values_follow_from_the_counts(practice: tuple[Case, pl.DataFrame]) -> None:
    _, table = practice
    rows = table.filter(pl.col("measure") != "stages_sd")
    assert (rows["value"] - (rows["total"] / rows["n"]).round(6)).abs().max() == 0  # type: ignore[operator]
    assert rows.filter(~pl.col("value").is_between(pl.col("lower"), pl.col("upper"))).is_empty()
    between = pl.col("shrunk_value").is_between(
        pl.min_horizontal("value", "shrunk_to") - 1e-5,
        pl.max_horizontal("value", "shrunk_to") + 1e-5,
    )
    assert rows.filter(~between).is_empty()
    few = table.filter(pl.col("n") < mirror.LEAST)
    assert few.height > 5
    assert few["practice_rank"].null_count() == few.height
    assert few["cohort_percentile"].null_count() == few.height
    assert set(few["reading"]) == {"not compared"}
    stages = table.filter(pl.col("measure") == "stages_per_case", pl.col("site_family") == "H")
    assert set(stages["cohort_year"]) == set(stages["percentile_year"].drop_nulls()) == {2021}
    assert set(stages["cohort_median"]) == {1.564}


def test_the_spread_of_stages_is_that_of_numpy(practice: tuple[Case, pl.DataFrame]) -> None:
    case, table = practice
    lesions: dict[str, list[int]] = defaultdict(list)
    by_day: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for line in case.lines:
        value = line.values
        if value["modifiers"] != "AS":
            key = (value["rendering_npi"], value["patient_id"], value["date_of_service"])
            by_day[key][value["procedure_code"]] += int(value["units"])
    for (surgeon, _, _), units in by_day.items():
        if units["17311"] + units["17313"] == 1:
            lesions[surgeon].append(1 + units["17312"] + units["17314"])
    found = table.filter(pl.col("measure") == "stages_sd", pl.col("period") == "all")
    for surgeon, value in found.select("rendering_npi", "value").iter_rows():
        assert value == pytest.approx(np.std(lesions[surgeon], ddof=1), abs=1e-6)


def test_rules_find_providers_and_count_them(
    connection: warehouse.Connection, practice: tuple[Case, pl.DataFrame]
) -> None:
    book = [rule for rule in rules.read_book().rules if rule.header.subject == "provider"]
    assert len(book) == 11
    connection.execute("UPDATE audit.practice_mirror SET value = 4.1, lower = 3.9 "
                       "WHERE measure = 'stages_per_case' AND practice_rank IS NOT NULL")  # fmt: skip
    judging.run(connection, book, run_id="run-1")
    found = warehouse.select(connection, "SELECT * FROM audit.finding WHERE rule_id = 'MOHS270'")
    assert found.height == found["rendering_npi"].n_unique() > 1
    assert set(found["subject"]) == {"provider"}
    assert set(found["severity"]) == {"warning"}
    for name in ("line_id", "claim_id", "patient_id", "dollars"):
        assert found[name].null_count() == found.height
    covered = warehouse.select(
        connection, "SELECT rule_id, sum(lines) AS lines FROM audit.rule_coverage GROUP BY rule_id"
    )
    assert set(covered["lines"].cast(pl.Int64)) == {3}
    assert covered.height == len(book)
    assert not any(word in reason for reason in found["reason"] for word in ("fraud", "violat"))
    connection.execute("DELETE FROM audit.finding")
    connection.execute("DELETE FROM audit.rule_coverage")


FAILING = """/* ---
id: ACME900
name: fails-on-the-data
summary: A rule of the practice's own that fails.
severity: info
category: provider
population: audit.practice_mirror
needs: [claims]
requires: []
scope: provider
effective: {from: 2007-01-01}
carc: []
citation: [{title: nothing, grade: inference, checked: 2026-11-23}]
why: It casts an identifier to a number that it does not fit.
exceptions: []
remedy: Correct it.
--- */
select
    mirror.rendering_npi,
    cast(cast(mirror.rendering_npi as tinyint) as varchar) as reason
from audit.practice_mirror as mirror
"""


def test_a_rule_about_providers_that_fails_stops_nothing(tmp_path: Path) -> None:
    inbox = simulate(tmp_path / "sim", 40, 6, 1).out
    place = Place(tmp_path / "w.duckdb", inbox / "practice")
    (inbox / "practice" / "rules").mkdir(exist_ok=True)
    (inbox / "practice" / "rules" / "ACME900.sql").write_text(FAILING)
    (inbox / "practice" / "rules" / "ACME900.md").write_text(
        "## One\n\n| claim | finding |\n|--|--|\n| A | |\n"
    )
    steps.settle(place, steps.land(place, list(landing.files([inbox / "inbox" / "837"]))))
    audited = steps.audit(place)
    assert any("ACME900" in problem for problem in audited.problems), audited.problems
    opened = warehouse.connect(place.warehouse, read_only=True)
    try:
        covered = dict(
            opened.execute(
                "SELECT rule_id, sum(lines) FROM audit.rule_coverage "
                "WHERE rule_id IN ('ACME900', 'MOHS270') GROUP BY rule_id"
            ).fetchall()
        )
        providers = warehouse.value(
            opened,
            "SELECT count(DISTINCT rendering_npi) FROM core.service_line WHERE charge > 0",
        )
        assert covered == {"ACME900": providers, "MOHS270": providers}
        assert warehouse.value(opened, "SELECT count(*) FROM audit.practice_mirror") > 20
    finally:
        opened.close()


NEWCOMBE = [
    (81, 263, 0.2553, 0.3662),
    (15, 148, 0.0624, 0.1605),
    (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
]
"""Score intervals without continuity correction as Newcombe printed them (Stat Med 1998, table I)."""


@pytest.mark.parametrize(("total", "n", "lower", "upper"), NEWCOMBE)
def test_intervals_are_those_newcombe_printed(
    total: int, n: int, lower: float, upper: float
) -> None:
    low, high = shrinkage.wilson(np.array([float(total)]), np.array([float(n)]))
    assert (round(low[0], 4), round(high[0], 4)) == (lower, upper)


def test_priors_are_found_again_in_numbers_drawn_from_them() -> None:
    draw = np.random.default_rng(1)
    n = draw.integers(40, 400, 600).astype(float)
    total = draw.binomial(n.astype(int), draw.beta(20, 80, 600)).astype(float)
    a, b = shrinkage.beta_prior(n, total)
    assert a / (a + b) == pytest.approx(0.2, abs=0.01)
    assert a + b == pytest.approx(100, rel=0.25)
    variance = draw.uniform(0.005, 0.05, 600)
    truth = draw.normal(1.6, 0.27, 600)
    mean, between = shrinkage.normal_prior(draw.normal(truth, np.sqrt(variance)), variance)
    assert mean == pytest.approx(1.6, abs=0.03)
    assert between == pytest.approx(0.27**2, rel=0.2)
    assert shrinkage.normal_prior(np.full(5, 1.5), np.full(5, 0.1)) == (pytest.approx(1.5), 0.0)


def test_shrunk_values_are_nearer_the_truth() -> None:
    draw = np.random.default_rng(2)
    truth = draw.beta(20, 80, 300)
    n = draw.integers(10, 80, 300).astype(float)
    total = draw.binomial(n.astype(int), truth).astype(float)
    a, b = shrinkage.beta_prior(n, total)
    raw, shrunk = total / n, (total + a) / (n + a + b)
    assert ((shrunk - truth) ** 2).mean() < 0.6 * ((raw - truth) ** 2).mean()


def test_limits_of_a_share_are_those_of_chance_where_colleagues_are_many() -> None:
    n, total = np.array([200.0, 1e7]), np.array([0.0, 1e6])
    limits = mirror._share_limits(0, n, total)
    for name, tail in mirror.TAILS.items():
        exact = stats.binom.ppf(tail, 200, 0.1) / 200
        assert limits[name] == pytest.approx(exact, abs=2 / 200), name


def test_a_surgeon_no_colleague_resembles_is_an_outlier_and_chance_alone_is_not() -> None:
    def practice(shares: list[float]) -> list[str]:
        sums = pl.DataFrame(
            [
                {
                    "practice": "", "rendering_npi": str(number), "period": "all",
                    "period_from": START, "period_to": START, "measure": "modifier_59",
                    "site_family": "all", "note": "", "clusters": 200, "n": 200.0,
                    "total": 200 * share, "xx": 200.0, "xy": 200 * share, "yy": 200 * share,
                }
                for number, share in enumerate(shares)
            ]
        )  # fmt: skip
        cohorts = pl.DataFrame(
            schema={"measure": pl.String, "site_family": pl.String, "year": pl.Int64,
                    "statistic": pl.String, "value": pl.Float64, "n": pl.Int64}
        )  # fmt: skip
        return list(mirror.reflect(sums, cohorts)["reading"])

    assert practice([0.10, 0.12, 0.09, 0.11, 0.40])[-1] == "high outlier"
    assert set(practice([0.10, 0.12, 0.09, 0.11, 0.13])) == {"within"}
    # where colleagues differ widely themselves, the same value is none
    assert practice([0.02, 0.20, 0.45, 0.11, 0.40])[-1] == "within"
    assert practice([0.40]) == ["not compared"]


def test_one_unit_nobody_else_billed_is_not_outside() -> None:
    """17315 in 80 first stages each: one is within, and so is none; a unit in every tenth is not."""

    def practice(units: list[int]) -> list[str]:
        n = np.full(len(units), 80.0)
        total = np.array(units, float)
        residual = shrinkage.residuals(n, total, n, total, total)
        found = mirror._mean(n, total, residual, n, 0.0, None)
        names = ("value", "funnel_lower", "funnel_upper")
        return [
            mirror.reading({"n": 80} | {name: found[name][at] for name in names})
            for at in range(n.size)
        ]

    assert set(practice([0, 0, 0, 0, 1])) == {"within"}
    assert set(practice([0, 0, 0, 0, 0])) == {"within"}
    assert practice([0, 0, 0, 0, 8]) == [*["within"] * 4, "high outlier"]
    assert practice([30, 28, 33, 31, 2])[-1] == "low outlier"


@pytest.mark.parametrize("events", [0, 1, 7])
def test_limits_of_a_mean_are_passed_no_more_often_than_said(events: int) -> None:
    """Drawn at the rate of colleagues who have that many and a half in 400, by Monte Carlo."""
    others, n = 400.0, 80.0
    rate = np.random.default_rng(3).gamma(events + 0.5, 1 / others, 200_000)
    drawn = np.random.default_rng(4).poisson(rate * n) / n
    limits = mirror._count_limits(n, events, others)
    for name, tail in mirror.TAILS.items():
        passed = drawn > limits[name] if tail > 0.5 else drawn < limits[name]
        assert passed.mean() <= min(tail, 1 - tail) * 1.1, name
    assert (drawn > limits["funnel_upper"] - 1.5 / n).mean() > 0.001, "no wider than it need be"


def test_percentiles_are_those_of_the_surgeons_themselves(shared_data: Path) -> None:
    """From min, 5, 50, 95, 99 and max alone, as known of most years, against all ranks of 2019."""
    rows = peers.read(shared_data / "peers" / "medicare_by_surgeon_2019.csv")
    units = (
        rows.filter(pl.col("entity") == "I")
        .group_by("surgeon", "procedure_code")
        .agg(pl.col("services").sum())
        .pivot(on="procedure_code", index="surgeon", values="services")
        .drop_nulls(["17311", "17312"])
    )
    values = (1 + units["17312"] / units["17311"]).sort().to_numpy()
    shown = dict(zip(("min", "p5", "median", "p95", "p99", "max"),
                     np.quantile(values, [0, 0.05, 0.5, 0.95, 0.99, 1]), strict=True))  # fmt: skip
    cohort = mirror.Cohort(2019, values.size, {name: float(at) for name, at in shown.items()})
    ranks = 100 * (np.arange(values.size) + 0.5) / values.size
    off = np.abs([mirror.percentile(cohort, float(value)) for value in values] - ranks)
    assert off.max() < 2.5
    assert off.mean() < 1.0
    equal = mirror.Cohort(2019, 2640, {"min": 1.0, "p5": 1.0, "median": 1.04, "p95": 1.2})
    assert mirror.percentile(equal, 1.0) == pytest.approx(5)
    assert mirror.percentile(equal, 1.2) == pytest.approx(95)
    assert mirror.percentile(cohort, 99.0) > 99.9
    assert mirror.percentile(cohort, 0.5) < 0.1


def test_the_nearest_year_that_has_what_is_needed_is_taken() -> None:
    def year(number: int, *names: str) -> mirror.Cohort:
        return mirror.Cohort(number, 100, dict.fromkeys(names, 1.0))

    cohorts = [year(2013, "mean", "p95"), year(2019, "mean", "p95"), year(2021, "p95")]
    picked: list[Any] = [
        mirror.nearest(cohorts, 2026, "p95"),
        mirror.nearest(cohorts, 2026, "mean"),
        mirror.nearest(cohorts, 2016, "mean"),
        mirror.nearest(cohorts, 2026, "p5"),
    ]
    assert [one and one.year for one in picked] == [2021, 2019, 2019, None]
