"""Estimates against figures printed by others, and the self-check of a sample design.

Lohr: S. L. Lohr, Sampling: Design and Analysis, 3rd ed. 2021, the 1992 census of agriculture: a simple
sample of 300 of 3,078 counties (chapter 2), a stratified one (chapter 3) and the ratio to the
acreage of 1987 (chapter 4); R's survey package gives the same. NIST: e-Handbook of
Statistical Methods 7.2.4.1. Newcombe: Statistics in Medicine 1998, 17:857-872.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import estimating, rehearsal
from pipelines.estimating import Layer
from pipelines.rehearsal import Stratum

COUNTIES = Layer(3078, 300, 297897.0467, 344551.8948)
REGIONS = (
    # units, reviewed, mean, variance, and as printed the stratum's total and its standard error
    (1054, 103, 300504.16, 29618183543, 316731380, 16977399),
    (220, 21, 97629.81, 7647472708, 21478558, 3992889),
    (1382, 135, 211315.04, 53587487856, 292037391, 26154840),
    (422, 41, 662295.51, 396185950266, 279488706, 39416342),
)


def layers() -> list[Layer]:
    return [
        Layer(units, reviewed, mean, math.sqrt(variance))
        for units, reviewed, mean, variance, _, _ in REGIONS
    ]


def test_a_simple_sample_gives_lohrs_total_and_error() -> None:
    found = estimating.estimate_total([COUNTIES])
    assert round(found.point) == 916_927_110
    assert round(found.error) == 58_169_381
    assert found.degrees == 299
    # printed: the 95 % interval 802,453,859 to 1,031,400,361, half-width t(0.975, 299) = 1.96793 errors
    half = (1_031_400_361 - 802_453_859) / 2 / 1.967930
    assert found.error == pytest.approx(half, rel=1e-5)
    # t(0.95, 299) = 1.649966, t(0.90, 299) = 1.284393, from tables of the t distribution
    assert found.lower == pytest.approx(found.point - 1.649966 * found.error, rel=1e-6)
    assert found.lower_one_sided == pytest.approx(found.point - 1.284393 * found.error, rel=1e-6)


def test_a_stratified_sample_gives_lohrs_totals_and_errors() -> None:
    for one, (*_, total, error) in zip(layers(), REGIONS, strict=True):
        alone = estimating.estimate_total([one])
        assert alone.point == pytest.approx(total, abs=20)  # means are printed to the cent
        assert alone.error == pytest.approx(error, abs=1)
    whole = estimating.estimate_total(layers())
    assert whole.point == pytest.approx(909_736_035, abs=20)
    assert round(whole.error) == 50_417_248
    # RAT-STATS and R take the normal quantile for a sum of strata
    assert whole.degrees is None
    assert whole.upper - whole.point == pytest.approx(1.6448536 * whole.error, rel=1e-7)


def test_the_ratio_to_a_known_total_gives_lohrs_estimate_and_error() -> None:
    residuals = Layer(3078, 300, COUNTIES.mean, 31657.218)
    found = estimating.estimate_ratio([residuals], [929_413_560 / 3078], 964_470_625)
    assert round(found.point) == 951_513_191
    assert round(found.error) == 5_546_162


def test_intervals_of_a_count_are_those_printed() -> None:
    nist = estimating.proportion(4, 20, 0.90)
    assert nist.exact == pytest.approx((0.071354, 0.401029), abs=2e-6)
    for count, of, exact, wilson in (
        (81, 263, (0.2527, 0.3676), (0.2553, 0.3662)),
        (15, 148, (0.0578, 0.1617), (0.0624, 0.1605)),
        (0, 20, (0.0, 0.1684), (0.0, 0.1611)),
        (1, 29, (0.0009, 0.1776), (0.0061, 0.1718)),
    ):
        found = estimating.proportion(count, of)
        assert found.exact == pytest.approx(exact, abs=5e-5)
        assert found.wilson == pytest.approx(wilson, abs=5e-5)


def test_kappa_is_cohens() -> None:
    # 20 both yes, 5 and 10 one of them, 15 both no: 0.7 agree, 0.5 by chance
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    share, kappa = estimating.agreement(first, second)
    assert share == 0.7
    assert kappa == pytest.approx(0.4)
    assert estimating.agreement(["yes"], ["yes"]) == (1.0, None)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(-5000, 5000), min_size=3, max_size=40), st.integers(0, 500))
def test_a_whole_review_is_a_sum_without_error(values: list[float], rest: int) -> None:
    whole = estimating.estimate_total([estimating.layer(len(values), values)])
    assert whole.point == pytest.approx(math.fsum(values), abs=1e-6)
    assert whole.error == 0
    part = estimating.estimate_total([estimating.layer(len(values) + rest, values)])
    if rest:
        by_hand = (len(values) + rest) * np.std(values, ddof=1) / math.sqrt(len(values))
        by_hand *= math.sqrt(rest / (len(values) + rest))
        assert part.error == pytest.approx(by_hand, rel=1e-9, abs=1e-6)
    assert part.lower <= part.lower_one_sided <= part.point <= part.upper


def test_more_reviewed_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="3 reviewed of 2"):
        estimating.layer(2, [1.0, 2.0, 3.0])


def test_the_raw_values_give_the_same_ratio_as_their_moments() -> None:
    y, x = np.array([3.0, 0.0, 4.0, 9.0]), np.array([10.0, 8.0, 12.0, 20.0])
    made, means = estimating.ratio_layers([40], [y], [x])
    found = estimating.estimate_ratio(made, means, 520.0)
    assert found.point == pytest.approx(16 / 50 * 520)
    residuals = y - 16 / 50 * x
    by_hand = 520 / 12.5 * math.sqrt(residuals.var(ddof=1) / 4 * (1 - 4 / 40))
    assert found.error == pytest.approx(by_hand)


def test_resampling_agrees_with_the_normal_curve_where_that_holds() -> None:
    values = np.random.default_rng(3).normal(100, 20, 200)
    low = estimating.bootstrap_lower([20_000], [values], seed=1)
    normal = estimating.estimate_total([estimating.layer(20_000, values)]).lower_one_sided
    assert low == pytest.approx(normal, rel=0.005)
    assert estimating.bootstrap_lower([50], [np.zeros(10)], seed=1) is None


def test_skewness_is_fishers_over_the_root_of_n() -> None:
    values = np.array([0.0, 0.0, 0.0, 12.0])
    # moments about the mean 3: second 27, third 162; G1 = 162 / 27^1.5
    assert estimating.skewness([100], [values]) == pytest.approx(162 / 27**1.5 / 2)
    assert estimating.skewness([4], [values]) == 0


class TestRehearsal:
    """Against the figures worked out before the program was written (design, reports 4.6)."""

    AMOUNTS = np.random.default_rng(5).gamma(1 / 0.55**2, 1.0, 5000) * 700
    """5,000 units, coefficient of variation 0.55."""

    @pytest.mark.parametrize(
        ("size", "rate", "coverage", "limit", "nothing"),
        [
            (30, 0.05, (0.96, 0.98), (0.0, 0.0), (0.19, 0.23)),
            (100, 0.05, (0.945, 0.965), (0.33, 0.40), (0.0, 0.01)),
            (200, 0.05, (0.93, 0.95), (0.52, 0.59), (0.0, 0.001)),
            (30, 0.30, (0.925, 0.95), (0.52, 0.58), (0.0, 0.001)),
            (100, 0.30, (0.90, 0.935), (0.75, 0.79), (0.0, 0.0)),
            (100, 0.80, (0.89, 0.925), (0.88, 0.92), (0.0, 0.0)),
        ],
    )
    def test_it_finds_what_was_found_before(
        self,
        size: int,
        rate: float,
        coverage: tuple[float, float],
        limit: tuple[float, float],
        nothing: tuple[float, float],
    ) -> None:
        [row] = rehearsal.rehearse([Stratum(self.AMOUNTS, size)], rates=(rate,)).to_dicts()
        for name, (low, high) in (
            ("coverage", coverage),
            ("lower_limit", limit),
            ("finds_nothing", nothing),
        ):
            assert low <= row[name] <= high, name

    def test_a_whole_review_is_always_right(self) -> None:
        plan = rehearsal.rehearse([Stratum(self.AMOUNTS[:50], 50)], draws=20)
        assert plan["coverage"].to_list() == [1.0] * 4
        assert plan["lower_limit"].to_list() == pytest.approx([1.0] * 4)
        assert plan["finds_nothing"].to_list() == [0.0] * 4

    def test_the_smallest_sample_that_finds_something_is_that_of_the_hypergeometric(self) -> None:
        size = rehearsal.fewest_to_find(5000, 0.05)

        def chance(drawn: int) -> float:
            return math.comb(4750, drawn) / math.comb(5000, drawn)

        assert chance(size) <= 0.05 < chance(size - 1)

    def test_it_says_so_before_the_work(self) -> None:
        plan = rehearsal.rehearse([Stratum(self.AMOUNTS, 30)], draws=500)
        said = " ".join(rehearsal.in_words(plan, 5000, 30))
        assert "finds nothing in 2" in said
        assert "cannot support a projection" in said
