"""However the work is cut up, the tables are the same: by patients, by instalments, by arrival."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pytest

from pipelines import landing, steps, warehouse
from pipelines.places import Place
from pipelines.simulate import simulate
from schemas.dictionary import tables

ENCOUNTERS, MONTHS, SEED = 160, 4, 20260301
TABLES = [
    name
    for name in tables()
    if name.split(".")[0] in ("core", "audit") and name not in ("audit.run", "audit.intake")
]
OF_A_RUN = ("first_run_id", "state")
"""What a finding says of the runs that saw it, not of the claims."""
HISTORY = ("audit.change", "audit.coding_finding")
"""What is new and gone follows from the runs there were, not from the claims."""
UNFILLED = {
    # the simulator's payers adjust no provider balances
    "core.provider_adjustment",
    "core.patient_payment",
    # nobody has set a finding aside, every payer has terms, and there is too little to train on
    "audit.dismissal",
    "audit.inferred_variance",
    "audit.risk_drift",
    "audit.risk_evaluation",
    "audit.risk_reliability",
    # a few months have no year before; no audit of records is kept, and nobody is said to code
    "audit.mohs_year",
    "audit.audit_comparison",
    "audit.line_coder",
}
Contents = dict[str, Counter[str]]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The inbox of a simulated practice: claims, remittances and charts."""
    summary = simulate(tmp_path_factory.mktemp("practice") / "out", ENCOUNTERS, MONTHS, SEED)
    return list(landing.files([summary.out / "inbox"]))


def take_in(place: Place, files: Sequence[Path]) -> None:
    outcomes = steps.land(place, files)
    assert all(outcome.status == "accepted" for outcome in outcomes)
    steps.settle(place, outcomes)


def place_of(files: Sequence[Path], folder: Path) -> Place:
    """A warehouse of its own with the simulated practice's folder."""
    inbox = next(path for path in files[0].parents if path.name == "inbox")
    return Place(folder / "warehouse.duckdb", inbox.parent / "practice")


def contents(place: Place, names: Sequence[str], *, without: Sequence[str] = ()) -> Contents:
    """Table -> how often each row is there; findings that are gone are not."""
    connection = warehouse.connect(place.warehouse, read_only=True)
    try:
        found = {}
        for name in names:
            frame = warehouse.select(connection, f"FROM {name}")
            if name == "audit.finding":
                frame = frame.filter(pl.col("state") != "gone")
            kept = [column for column in frame.columns if column not in without]
            found[name] = Counter(map(repr, frame.select(kept).iter_rows()))
        return found
    finally:
        connection.close()


def assert_same(one: Contents, other: Contents) -> None:
    for name, rows in one.items():
        more, fewer = other[name] - rows, rows - other[name]
        assert not more, f"{name}: {more.total()} more rows, as {next(iter(more))}"
        assert not fewer, f"{name}: {fewer.total()} fewer rows, as {next(iter(fewer))}"


@pytest.fixture(scope="module")
def taken(files: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Everything taken in at once."""
    place = place_of(files, tmp_path_factory.mktemp("taken"))
    take_in(place, files)
    return place


def copy_of(taken: Place, folder: Path) -> Place:
    """The same files in a warehouse that may be audited."""
    shutil.copyfile(taken.warehouse, folder / "warehouse.duckdb")
    return Place(folder / "warehouse.duckdb", taken.practice)


@pytest.fixture(scope="module")
def whole(taken: Place, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Everything taken in at once and audited as one set."""
    place = copy_of(taken, tmp_path_factory.mktemp("whole"))
    assert steps.audit(place).sets == 1
    return place


@pytest.mark.slow
def test_there_is_something_to_compare(whole: Place) -> None:
    rows = contents(whole, TABLES)
    empty = {name for name, found in rows.items() if not found}
    assert empty <= UNFILLED, empty
    assert rows["core.encounter_line"].total() > ENCOUNTERS
    assert rows["audit.finding"].total() > 10


@pytest.mark.slow
def test_many_sets_of_patients_give_what_one_set_gives(
    whole: Place, taken: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = copy_of(taken, tmp_path)
    monkeypatch.setattr(warehouse, "LINES_PER_SET", 200)
    assert steps.audit(place).sets > 3
    assert_same(contents(whole, TABLES), contents(place, TABLES))


@pytest.mark.slow
def test_instalments_in_any_order_give_what_everything_at_once_gives(
    whole: Place, tmp_path: Path, files: list[Path]
) -> None:
    place = place_of(files, tmp_path)
    # a third of claims and remittances at a time, by chance
    arriving = random.Random(SEED).sample(files, len(files))
    for part in range(3):
        take_in(place, arriving[part::3])
        audited = steps.audit(place)
        assert audited.patients > 0
    names = [name for name in TABLES if name not in HISTORY]
    assert_same(contents(whole, names, without=OF_A_RUN), contents(place, names, without=OF_A_RUN))


@pytest.mark.slow
def test_an_audit_with_nothing_new_changes_nothing(whole: Place) -> None:
    before = contents(whole, [*TABLES, "audit.run", "audit.intake"])
    again = steps.audit(whole)
    assert again.patients == 0
    assert_same(before, contents(whole, [*TABLES, "audit.run", "audit.intake"]))


@pytest.mark.slow
def test_remittances_that_arrive_before_their_claims_change_no_table(
    whole: Place, tmp_path: Path, files: list[Path]
) -> None:
    place = place_of(files, tmp_path)
    take_in(place, files[::-1])
    steps.audit(place)
    assert_same(contents(whole, TABLES), contents(place, TABLES))
