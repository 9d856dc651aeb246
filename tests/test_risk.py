"""Denial risk: what it may know, how it is scored, when it stays silent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.stats import binomtest
from sklearn.metrics import (
    brier_score_loss,
    log_loss,
    precision_recall_curve,
    roc_auc_score,
)

from pipelines import (
    judging,
    recalling,
    risk,
    risk_features,
    risk_guard,
    risk_rows,
    risk_scores,
    risk_trial,
    rules,
    scoring,
    warehouse,
)
from pipelines.places import Place
from pipelines.risk_counts import Setting, count_before
from pipelines.risk_features import GROUPS, NAMES, make
from pipelines.risk_guard import Leak
from pipelines.risk_scores import Watch
from pipelines.risk_trial import Trial
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from tests.desk import Desk, opened
from tests.x12_text import bills, remits

VALUES = {
    "fewest_lines": 600.0,
    "fewest_denials": 30.0,
    "fewest_boosting_lines": 1e9,
    "fewest_payer_lines": 100.0,
    "history_days": 365.0,
    "prior_lines": 50.0,
    "prior_rule_lines": 10.0,
    "most_training_lines": 100_000.0,
    "months_between_fits": 3.0,
    "most_months": 12.0,
    "calibration_share": 0.25,
    "isotonic_denials": 1000.0,
    "most_single_auc": 0.95,
    "capture_share": 0.05,
    "drift_months": 6.0,
    "drift_alpha": 0.001,
    "seed": 1.0,
}


@pytest.fixture(scope="module")
def connection() -> Connection:
    return opened()


@pytest.fixture(scope="module")
def register(connection: Connection) -> dict[tuple[str, str], str]:
    return risk_guard.read_register(connection)


# what a feature may know


def study_sql(name: str) -> str:
    return warehouse.select_text(warehouse.SQL / "study" / f"{name}.sql")


@pytest.mark.parametrize("name", ["risk_line", "risk_finding"])
def test_shipped_features_read_nothing_known_later(
    connection: Connection, register: risk_guard.Register, name: str
) -> None:
    risk_guard.check_query(connection, study_sql(name), register)


@pytest.mark.parametrize(
    ("smuggled", "told"),
    [
        ("lines.paid as paid_ratio", "core.service_line.paid (known at adjudication)"),
        ("lines.driver_carc as kind_of_claim", "core.service_line.driver_carc"),
        ("lines.charge - details.allowed as slack", "core.patient_line.allowed"),
        ("cast(lines.remitted_date is null as integer) as is_slow", "remitted_date"),
        (
            "(select count(*) from core.adjustment as reasons where reasons.line_id = lines.line_id)"
            " as details_count",
            "core.adjustment.line_id (known at adjudication)",
        ),
        ("lines.*", "* of core.service_line"),
    ],
)
def test_a_query_that_smuggles_the_decision_in_is_refused(
    connection: Connection, register: risk_guard.Register, smuggled: str, told: str
) -> None:
    query = study_sql("risk_line")
    smuggling = query.replace("    lines.claim_id,\n", f"    lines.claim_id,\n    {smuggled},\n", 1)
    assert smuggling != query
    with pytest.raises(Leak) as refused:
        risk_guard.check_query(connection, smuggling, register)
    assert told in str(refused.value)


def test_a_proxy_behind_a_cte_and_an_alias_is_refused(
    connection: Connection, register: risk_guard.Register
) -> None:
    query = """
    with shares as (select billed.line_id, billed.allowed / billed.charge as quality
                    from core.service_line as billed)
    select shares.line_id, shares.quality from shares"""
    with pytest.raises(Leak, match=r"core\.service_line\.allowed"):
        risk_guard.check_query(connection, query, register)
    clean = query.replace("billed.allowed", "billed.units")
    risk_guard.check_query(connection, clean, register)


def test_a_column_that_is_not_in_the_register_is_refused(
    connection: Connection, register: risk_guard.Register
) -> None:
    short = {key: known for key, known in register.items() if key[1] != "procedure_code"}
    with pytest.raises(Leak, match="not in the register"):
        risk_guard.check_query(connection, study_sql("risk_line"), short)


@pytest.mark.parametrize("name", ["paid", "carc", "is_denied", "remitted_date", "secret_score"])
def test_a_feature_by_the_name_of_what_is_known_later_is_refused(
    register: risk_guard.Register, name: str
) -> None:
    with pytest.raises(Leak, match=name):
        risk_guard.check_names([*NAMES, name], NAMES, register)


def test_a_proxy_under_an_innocent_name_tells_too_well() -> None:
    rng = np.random.default_rng(5)
    is_denied = rng.random(3000) < 0.06
    allowed = np.where(is_denied, 0.0, rng.gamma(4, 100, 3000))
    columns = {
        "units": allowed + rng.normal(0, 10, 3000),
        "place": np.where(is_denied, rng.integers(0, 2, 3000) * 2, 1).astype(float),
        "honest": is_denied * 0.5 + rng.normal(0, 1, 3000),
    }
    refused = risk_guard.too_good(columns, is_denied, 0.95)
    assert set(refused) == {"units", "place"}
    assert "proxy" in refused["units"]


def test_every_column_of_the_tables_features_come_from_has_its_time(
    register: risk_guard.Register,
) -> None:
    named = {table for table, column in register if column != "*"}
    assert "core.service_line" in named
    for table in named:
        columns = set(tables()[table].to_schema().columns)
        assert {column for one, column in register if one == table} == columns


def test_rules_that_need_a_remittance_are_not_known_early(
    connection: Connection, register: risk_guard.Register
) -> None:
    book = {
        "early": "select lines.line_id from core.mohs_line as lines where lines.units > 3",
        "late": "select lines.line_id from core.mohs_line as lines where lines.is_denied",
        "remit": "select remits.line_id from core.remit_line as remits",
        "found": "select findings.line_id from audit.finding as findings",
    }
    assert risk_guard.early_rules(connection, book, register) == ["early"]


# history


@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_history_counts_what_was_decided_before_the_day_and_no_more(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 25))
    ints = st.integers(0, 3)
    known = np.array(data.draw(st.lists(ints, min_size=size, max_size=size)))
    on = np.array(data.draw(st.lists(st.integers(0, 30), min_size=size, max_size=size)))
    denied = data.draw(arrays.arrays(np.bool_, size))
    asked = np.array([0, 1, 2, 3, 9])
    day, window = data.draw(st.integers(0, 35)), data.draw(st.integers(1, 40))
    lines, of_them = count_before(known, on, denied, asked, np.full(5, day), window)
    for at, key in enumerate(asked):
        mine = (known == key) & (on < day) & (on >= day - window)
        assert lines[at] == mine.sum()
        assert of_them[at] == denied[mine].sum()


PAYERS = ("Elm", "Oak", "Fir")
FACTS_OF = dict.fromkeys(risk_features.FACTS, 1)


def practice(
    size: int, *, seed: int = 3, effect: float = 1.0, small: int = 0
) -> tuple[pl.DataFrame, pl.DataFrame, np.ndarray[Any, Any]]:
    """Lines, findings and the chances they were denied with: by payer, kind, and a rule."""
    rng = np.random.default_rng(seed)
    start = date(2025, 1, 1)
    payer = rng.choice(len(PAYERS), size, p=[0.5, 0.3, 0.2])
    kind = rng.integers(0, 2, size)
    has_finding = rng.random(size) < 0.1
    odds = -3.2 + effect * (0.6 * payer + 1.2 * kind * (payer == 1) + 3.0 * has_finding)
    chance = 1 / (1 + np.exp(-odds))
    asked = np.sort(rng.integers(0, 300, size))
    known = asked + rng.integers(10, 40, size)
    names = [PAYERS[at] for at in payer]
    for at in range(small):
        names[-1 - at * 100] = "Yew"
    lines = pl.DataFrame(
        {
            "line_id": [f"L{at:05}" for at in range(size)],
            "standing_line_id": [f"L{at:05}" for at in range(size)],
            "claim_id": [f"C{at // 2:05}" for at in range(size)],
            "encounter_id": [f"E{at // 2:05}" for at in range(size)],
            "submission": 1,
            "submission_set": "standing",
            "asked_date": [start + timedelta(days=int(day)) for day in asked],
            "known_date": [
                start + timedelta(days=int(day)) if day < 310 else None for day in known
            ],
            "is_denied": [
                bool(hit) if day < 310 else None
                for hit, day in zip(rng.random(size) < chance, known, strict=True)
            ],
            "payer": names,
            "kind": ["first stage" if at else "visit" for at in kind],
            "procedure_code": ["17311" if at else "99213" for at in kind],
            "modifier_key": "",
            "diagnosis_family": "C44",
            "place_of_service": "11",
            "rendering_npi": "1",
            "rendering_type": "MD",
            "is_first_stage": [bool(at) for at in kind],
            "is_add_on": False,
            "expected_allowed": pl.Series([100] * size).cast(pl.Decimal(12, 2)),
            "dollars": 100.0,
            **FACTS_OF,
        }
    ).with_columns(
        units=pl.Series(rng.integers(1, 4, size)),
        is_waiting=pl.col("is_denied").is_null(),
        month=pl.col("asked_date").dt.truncate("1mo"),
    )
    findings = pl.DataFrame(
        {"row": np.flatnonzero(has_finding), "rule_id": "MOHS020", "severity_rank": 1}
    )
    return lines, findings, chance


def test_features_do_not_change_with_what_is_decided_later() -> None:
    lines, findings, _ = practice(400)
    setting = Setting(365, 50, 10)
    day = date(2025, 6, 1)
    told = make(lines, findings, setting)
    otherwise = lines.with_columns(
        is_denied=pl.when(pl.col("known_date") >= day)
        .then(~pl.col("is_denied"))
        .otherwise(pl.col("is_denied"))
    )
    assert otherwise["is_denied"].ne_missing(lines["is_denied"]).any()
    again = make(otherwise, findings, setting)
    before = (lines["asked_date"] <= day).to_numpy()
    np.testing.assert_array_equal(told.matrix[before], again.matrix[before])
    assert (told.matrix[~before] != again.matrix[~before]).any()


def test_every_feature_is_in_one_group() -> None:
    assert sorted(name for names in GROUPS.values() for name in names) == sorted(NAMES)


# scores, against scikit-learn and scipy


@given(
    data=st.lists(st.tuples(st.integers(0, 20), st.booleans()), min_size=4, max_size=60).filter(
        lambda rows: 0 < sum(hit for _, hit in rows) < len(rows)
    )
)
@settings(max_examples=25, deadline=None)
def test_scores_are_those_of_scikit_learn(data: list[tuple[int, bool]]) -> None:
    chances = np.array([score for score, _ in data]) / 21 + 0.01
    is_denied = np.array([hit for _, hit in data])
    assert risk_scores.area(chances, is_denied) == pytest.approx(roc_auc_score(is_denied, chances))
    assert risk_scores.brier(chances, is_denied) == pytest.approx(
        brier_score_loss(is_denied, chances)
    )
    assert risk_scores.log_loss(chances, is_denied) == pytest.approx(log_loss(is_denied, chances))
    precision, recall, _ = precision_recall_curve(is_denied, chances)
    best = max(
        (r for p, r in zip(precision[:-1], recall[:-1], strict=True) if p >= 0.95), default=0
    )
    assert risk_scores.recall_at_precision(chances, is_denied) == pytest.approx(best)


@pytest.mark.parametrize(("denied", "lines"), [(0, 9), (3, 40), (40, 40), (120, 1500)])
def test_intervals_are_wilsons(denied: int, lines: int) -> None:
    lower, upper = risk_scores.wilson(np.array([float(denied)]), np.array([float(lines)]))
    known = binomtest(denied, lines).proportion_ci(0.95, method="wilson")
    assert (lower[0], upper[0]) == pytest.approx((known.low, known.high), abs=1e-9)


def test_capture_takes_the_lines_of_most_dollars_at_risk() -> None:
    chances = np.array([0.9, 0.1, 0.5, 0.2])
    dollars = np.array([10.0, 1000.0, 300.0, 50.0])
    is_denied = np.array([True, False, True, True])
    # 9, 100, 150, 10 at risk: the third line first, then the second
    assert risk_scores.capture(chances, dollars, is_denied, 1) == pytest.approx(300 / 360)
    assert risk_scores.capture(chances, dollars, is_denied, 2) == pytest.approx(300 / 360)


def test_calibration_error_is_the_mean_gap_of_ten_bins() -> None:
    chances = np.repeat(np.arange(10) / 10, 20)
    is_denied = np.concatenate([np.arange(20) < 2 * at + 1 for at in range(10)])
    # every bin of 20 has one denial more than expected
    assert risk_scores.calibration_error(chances, is_denied) == pytest.approx(0.05)


# drift


def months_of_claims(seed: int, changed_from: int = 99) -> pl.DataFrame:
    """24 months of five payers' lines; claims are denied whole now and then. From `changed_from`
    on, the second payer denies a third of its closures."""
    rng = np.random.default_rng(seed)
    rows = []
    for month in range(24):
        first = date(2024 + month // 12, month % 12 + 1, 1)
        for payer in range(5):
            count = (400, 200, 150, 80, 40)[payer]
            clerical = rng.random(count) < 0.03
            closes = rng.random((count, 2)) < (
                0.35 if payer == 1 and month >= changed_from else 0.01
            )
            for at in range(count):
                for line, kind in enumerate(("first stage", "complex closure")):
                    hit = bool(clerical[at] or (line == 1 and closes[at, 0]))
                    rows.append((f"P{payer}", kind, first, f"{month}-{payer}-{at}", 0.02, hit))
    names = ["payer", "kind", "month", "claim_id", "probability", "is_denied"]
    return pl.DataFrame(rows, schema=names, orient="row")


WATCH = Watch(6, 0.001)


def test_a_change_in_month_18_is_told_within_two_months() -> None:
    found = risk_scores.drift(months_of_claims(1, changed_from=17), WATCH)
    told = found.filter("is_changed")
    assert set(told["payer"]) == {"P1"}
    first = told.sort("month").row(0, named=True)
    assert date(2025, 6, 1) <= first["month"] <= date(2025, 7, 1)
    assert "P1 denied more" in first["message"]
    # once told, the new ways are the usual ones
    assert told.group_by("kind").len()["len"].max() == 1


def test_riskier_bills_and_a_model_that_learned_are_no_change() -> None:
    lines = months_of_claims(1, changed_from=17)
    late = pl.col("month") >= date(2025, 6, 1)
    closes = (pl.col("payer") == "P1") & (pl.col("kind") == "complex closure")
    # what the payer denies more of was expected: our own bills changed
    foreseen = lines.with_columns(
        probability=pl.when(late & closes).then(0.37).otherwise(pl.col("probability"))
    )
    # the payer changed and the model learned it two months later: told once
    learned = lines.with_columns(
        probability=pl.when((pl.col("month") >= date(2025, 8, 1)) & closes)
        .then(0.37)
        .otherwise(pl.col("probability"))
    )
    cell = closes & pl.col("is_changed")
    assert risk_scores.drift(foreseen, WATCH).filter(cell).is_empty()
    assert risk_scores.drift(learned, WATCH).filter(cell)["month"].to_list() == [date(2025, 6, 1)]


@pytest.mark.parametrize("seed", range(2, 8))
def test_without_a_change_nothing_is_told(seed: int) -> None:
    assert not risk_scores.drift(months_of_claims(seed), WATCH)["is_changed"].any()


def test_adjusted_chances_are_holms() -> None:
    # Holm's example: 0.01 x 4, 0.02 x 3 = 0.06, 0.03 x 2 = 0.06, 0.04 x 1 not below what came before
    assert risk_scores._holm([0.04, 0.01, None, 0.03, 0.02]) == pytest.approx(
        [0.06, 0.04, None, 0.06, 0.06]
    )


# the trial


@pytest.fixture(scope="module")
def held(register: risk_guard.Register) -> tuple[Trial, pl.DataFrame, Any]:
    lines, findings, chance = practice(5000, small=40)
    return risk_trial.hold(lines, findings, VALUES, register), lines, chance


def test_a_learner_that_beats_both_baselines_is_chosen_and_near_the_ceiling(
    held: tuple[Trial, pl.DataFrame, Any],
) -> None:
    trial, lines, chance = held
    assert trial.chosen == "logistic_regression"
    assert "better than both baselines" in trial.why["logistic_regression"]
    assert "not tried" in trial.why["gradient_boosting"]
    is_denied = lines["is_denied"].to_numpy()
    decided = np.array([row for row in trial.rows if is_denied[row] is not None])
    truth = roc_auc_score(is_denied[decided].astype(bool), chance[decided])
    assert trial.totals["logistic_regression"]["auc"] > truth - 0.03
    assert trial.totals["logistic_regression"]["calibration_error"] < 0.02


def test_what_waits_gets_a_probability_an_interval_and_reasons(
    held: tuple[Trial, pl.DataFrame, Any],
) -> None:
    trial, lines, _ = held
    waiting = np.isin(trial.rows, np.flatnonzero(lines["is_waiting"].to_numpy()))
    assert waiting.sum() > 50
    assert (trial.lower <= trial.chances).all()
    assert (trial.chances <= trial.upper).all()
    riskiest = int(np.flatnonzero(waiting)[trial.chances[waiting].argmax()])
    assert trial.reasons[riskiest][0].startswith("MOHS020 fired on it (an error): ")
    assert " lines on which it fired" in trial.reasons[riskiest][0]


def test_what_is_stored_says_no_more_than_the_trial(
    held: tuple[Trial, pl.DataFrame, Any],
) -> None:
    trial, lines, _ = held
    connection = warehouse.connect()
    warehouse.create(connection)
    risk_rows.store(connection, trial, lines, practice(5000, small=40)[1])
    found = warehouse.select(connection, "SELECT * FROM audit.denial_risk")
    waiting = found.filter(pl.col("basis") == "waiting")
    assert waiting.height == lines["is_waiting"].sum()
    silent = waiting.filter(pl.col("probability").is_null())
    assert set(silent["payer"]) == {"Yew"}
    assert silent["why_none"].str.starts_with("Yew has decided").all()
    spoken = waiting.filter(pl.col("probability").is_not_null())
    # every line is expected to bring 100 dollars
    dollars = spoken["at_risk"].cast(pl.Float64).to_numpy()
    chances = spoken["probability"].cast(pl.Float64).to_numpy()
    np.testing.assert_allclose(dollars, 100 * chances, atol=0.0051)
    assert found.filter(pl.col("basis") == "out_of_time")["at_risk"].is_null().all()
    models = warehouse.select(connection, "SELECT * FROM audit.risk_model ORDER BY model")
    assert models.filter("is_chosen")["model"].to_list() == ["logistic_regression"]
    assert models.height == 4
    for name in risk.TABLES:
        tables()[name].validate(warehouse.select(connection, f"SELECT * FROM {name}"))


def test_a_payer_with_too_few_lines_is_not_spoken_of(
    held: tuple[Trial, pl.DataFrame, Any],
) -> None:
    trial, lines, _ = held
    assert "Yew" not in set(lines["payer"].gather(trial.rows).to_list())
    assert trial.silent["Yew"].endswith("it takes 100")


def test_the_same_lines_give_the_same_rows(
    held: tuple[Trial, pl.DataFrame, Any], register: risk_guard.Register
) -> None:
    trial, lines, _ = held
    again = risk_trial.hold(lines, practice(5000, small=40)[1], VALUES, register)
    assert again.digest == trial.digest
    assert again.chances.tobytes() == trial.chances.tobytes()
    assert again.reasons == trial.reasons
    assert again.evaluation.equals(trial.evaluation)


def test_where_nothing_tells_denials_the_simpler_is_used_and_said_so(
    register: risk_guard.Register,
) -> None:
    lines, findings, _ = practice(3000, effect=0.0)
    trial = risk_trial.hold(lines, findings, VALUES, register)
    assert trial.chosen in ("payer_code_rate", "rule_only")
    assert "so the simpler one is used" in trial.why["logistic_regression"]


def test_a_smuggled_proxy_is_left_out_and_told(register: risk_guard.Register) -> None:
    lines, findings, _ = practice(3000)
    proxy = lines.with_columns(units=pl.when("is_denied").then(0).otherwise(100))
    trial = risk_trial.hold(proxy, findings, VALUES, register)
    assert "units" in trial.refused
    assert "units" not in trial.features["logistic_regression"]
    assert trial.totals["logistic_regression"]["auc"] < 0.9


def test_a_fact_known_later_stops_the_study(
    register: risk_guard.Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines, findings, _ = practice(700)
    monkeypatch.setattr(risk_features, "FACTS", (*risk_features.FACTS, "paid"))
    monkeypatch.setattr(risk_features, "NAMES", (*risk_features.NAMES, "paid"))
    with pytest.raises(Leak, match="paid is known only after submission"):
        risk_trial.hold(lines.with_columns(paid=pl.lit(1)), findings, VALUES, register)


def test_too_little_history_is_no_model() -> None:
    chosen, _ = risk_trial.choose(
        {
            "logistic_regression": {"log_loss": 0.2, "brier": 0.06},
            "payer_code_rate": {"log_loss": 0.21, "brier": 0.05},
            "rule_only": {"log_loss": 0.22, "brier": 0.07},
        }
    )
    assert chosen == "payer_code_rate"


# from files


PAID: dict[str, Any] = {"paid": "800", "adjustments": [("CO", "45", "200")]}
DENIED: dict[str, Any] = {"paid": "0", "adjustments": [("CO", "11", "1000")]}


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A claim denied and corrected, one paid, one that waits; core and findings as they stand."""
    desk = Desk(opened(), tmp_path_factory.mktemp("risk"))
    desk.clear()
    mended = {"number": "A", "lines": [{"code": "17313"}]}
    right = {"number": "A", "lines": [{"code": "17311"}], "frequency": "7", "original": "ICN1"}
    desk.take_in(
        bills(mended, {"number": "B", "lines": [{}]}, {"number": "C", "lines": [{}]}),
        remits(
            {"number": "A", "icn": "ICN1", "lines": [{"code": "17313", **DENIED}]},
            {"number": "B", "icn": "ICN2", "lines": [PAID]},
        ),
        bills(right, created="20241010", control="2"),
    )
    connection = desk.connection
    book = rules.read_book()
    [rule] = rules.pick(book, ["MOHS001"])
    values: Mapping[str, float] = {**risk.parameters(connection), "fewest_lines": 1}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(risk, "parameters", lambda _: dict(values))
        recalling.recall(connection, rules.Book((rule,), ()))
    names = recalling.needed(connection, risk.FIRSTS.values())
    with warehouse.part(connection, "bucket BETWEEN 0 AND 255"):
        warehouse.build(connection, names)
        judging.run(connection, [rule], run_id="r")
        yield connection
    desk.clear()


def test_a_corrected_line_is_learned_from_as_it_was_first_billed(audited: Connection) -> None:
    lines, findings = risk.gather(audited)
    told = {
        (row["line_id"], row["submission_set"]): (
            row["procedure_code"],
            row["is_denied"],
            row["is_waiting"],
        )
        for row in lines.iter_rows(named=True)
    }
    assert told == {
        ("A-1", "first"): ("17313", True, False),
        # sent again, and not decided since
        ("A-1", "standing"): ("17311", None, True),
        ("B-1", "standing"): ("17311", False, False),
        ("C-1", "standing"): ("17311", None, True),
    }
    # trunk code on a face (C44.311): only as it was first billed
    flagged = lines[findings["row"].to_list()]
    assert flagged.select("line_id", "submission_set").rows() == [("A-1", "first")]


def test_with_little_history_lines_have_a_severity_and_no_probability(
    audited: Connection,
) -> None:
    risk.study(audited)
    rows = audited.execute(
        "SELECT line_id, basis, probability, why_none FROM audit.denial_risk ORDER BY line_id"
    ).fetchall()
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("A-1", "waiting", None),
        ("C-1", "waiting", None),
    ]
    assert all(row[3].startswith("too little history: 2 adjudicated lines") for row in rows)
    assert "no probability" in "\n".join(risk.describe_line(audited, "C-1"))


# beside what the simulator knows


def test_the_ceiling_is_scored_on_the_lines_the_model_spoke_of(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    known = rng.uniform(0.01, 0.6, 400)
    is_denied = rng.random(400) < known
    given_to = np.round(np.clip(known + rng.normal(0, 0.1, 400), 0.01, 0.99), 6)
    place = Place(tmp_path / "w.duckdb")
    connection = warehouse.open_warehouse(place.warehouse)
    frame = pl.DataFrame(
        {
            "line_id": [f"L{at}" for at in range(400)],
            "basis": ["out_of_time" if at < 300 else "waiting" for at in range(400)],
            "submission": 1,
            "month": date(2026, 1, 1),
            "payer": "Elm",
            "probability": pl.Series(given_to).cast(pl.Decimal(9, 6)),
            "top_reasons": [[] for _ in range(400)],
        },
        schema_overrides={"top_reasons": pl.List(pl.String)},
    )
    risk_rows._insert(connection, "audit.denial_risk", frame)
    warehouse.publish(connection, place.snapshot)
    connection.close()
    truth = pl.DataFrame(
        {
            "line_id": frame["line_id"],
            "first_outcome": ["denied" if hit else "paid" for hit in is_denied],
            "first_decided_date": "2026-02-01",
            "denial_probability": known,
        }
    )
    truth.write_csv(tmp_path / "line.csv")
    row = scoring.score_risk(place, tmp_path).row(0, named=True)
    asked = slice(0, 300)
    assert (row["payer"], row["lines"], row["denied"]) == ("all", 300, is_denied[asked].sum())
    assert row["auc"] == pytest.approx(roc_auc_score(is_denied[asked], given_to[asked]), abs=1e-4)
    assert row["ceiling_auc"] == pytest.approx(
        roc_auc_score(is_denied[asked], known[asked]), abs=1e-4
    )
    assert row["ceiling_brier"] == pytest.approx(
        brier_score_loss(is_denied[asked], known[asked]), abs=1e-5
    )
