"""Two implementations of the rule book agree line for line on 20,000 spoiled encounters."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines import judging, landing, rules, steps, warehouse
from pipelines.places import Place
from pipelines.simulate import simulate
from tests import perturbation, second_opinion
from tests.second_opinion import FLAGGED, NOT_EVALUABLE, PASSED, files, tables

pytestmark = pytest.mark.slow

SIMULATED, MONTHS, SEED = 10_700, 30, 20261123
FEWEST_ENCOUNTERS = 20_000
FEWEST_RULES = 35
FEWEST_FLAGGED, FEWEST_PASSED = 30, 1_000
"""Lines a rule must flag and pass, or its agreement proves little."""
FAMILIES = {
    "site",
    "stages",
    "units",
    "bundling",
    "modifiers",
    "provider",
    "necessity",
    "duplicates",
    "claim-data",
}
SHOWN = 5
LOWER = {"error": "warning", "warning": "info", "info": "info"}
BOOK = {rule.id: rule for rule in rules.read_book().rules}
COMPARED = sorted(second_opinion.rules)


@dataclass(frozen=True, repr=False)
class Both:
    """The claims, and what either implementation says: rule -> line -> outcome."""

    claims: list[files.Claim]
    second: dict[str, dict[str, str]]
    engine: dict[str, dict[str, str]]
    severities: dict[tuple[str, str], str]
    accepted: int

    def describe(self, line_id: str) -> str:
        """The lines of a claim, as much of them as decides rules."""
        claim_id, _, number = line_id.rpartition("-")
        return "\n".join(
            f"  {'>' if line['number'] == number else ' '} {claim_id}-{line['number']} "
            f"{line['date']} {line['procedure']} {' '.join(line['modifiers'])} "
            f"x{line['units']} {line['diagnoses']} at {line['place']} by {line['rendering_npi']}"
            for claim in second_opinion.standing(self.claims)
            if claim["claim_id"] == claim_id
            for line in claim["lines"]
        )


@pytest.fixture(scope="session")
def both(tmp_path_factory: pytest.TempPathFactory) -> Both:
    """The simulator's claims, spoiled, judged here and by the steps of `mohs ingest` and `mohs audit`."""
    folder = tmp_path_factory.mktemp("second opinion")
    practice, exports = folder / "sim" / "practice", folder / "exports"
    simulate(folder / "sim", SIMULATED, MONTHS, SEED)
    # the second opinion knows the shipped thresholds only
    (practice / "overlays.csv").unlink()
    with (practice / "providers.csv").open("a") as stream:
        stream.write(perturbation.COLLEAGUES)
    roster = sorted({row["npi"] for row in tables.rows(practice / "providers.csv")})
    payers = {row["payer"]: row["line_of_business"] for row in tables.rows(practice / "payers.csv")}
    claims = perturbation.perturbed(files.simulated(folder / "sim" / "inbox"), roster, payers, SEED)
    exports.mkdir()
    files.write_exports(claims, exports)
    file = folder / "warehouse.duckdb"
    place = Place(file, practice)
    outcomes = steps.land(place, list(landing.files([exports])))
    steps.settle(place, outcomes)
    steps.audit(place)
    engine, severities, accepted = read_engine(file)
    second = second_opinion.judge(claims, practice / "providers.csv").outcomes
    return Both(claims, second, engine, severities, accepted)


def read_engine(
    file: Path,
) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], str], int]:
    """The engine's outcome of every rule and line, severities of findings, lines on file."""
    connection = warehouse.connect(file, read_only=True)
    try:
        severities = {
            (rule_id, line_id): severity
            for rule_id, line_id, severity in connection.execute(
                "SELECT rule_id, line_id, severity FROM audit.finding"
            ).fetchall()
        }
        outcomes = {
            rule_id: {
                line_id: NOT_EVALUABLE
                if missing is not None
                else FLAGGED
                if (rule_id, line_id) in severities
                else PASSED
                for line_id, missing in judging.lines(connection, BOOK[rule_id])
            }
            for rule_id in COMPARED
            if rule_id in BOOK
        }
        return (
            outcomes,
            severities,
            int(warehouse.value(connection, "SELECT count(*) FROM staged.service_line")),
        )
    finally:
        connection.close()


def test_everything_spoiled_was_taken_in(both: Both) -> None:
    lines = [(claim, line) for claim in both.claims for line in claim["lines"]]
    assert both.accepted == len(lines)
    encounters = {
        (claim["patient_id"], line["rendering_npi"], line["date"]) for claim, line in lines
    }
    assert len(encounters) >= FEWEST_ENCOUNTERS
    assert {claim["frequency"] for claim in both.claims} == {"1", "7", "8"}


def test_the_rules_compared_are_of_every_kind() -> None:
    assert BOOK.keys() >= set(COMPARED)
    headers = [BOOK[rule_id].header for rule_id in COMPARED]
    assert len(headers) >= FEWEST_RULES
    assert {header.severity for header in headers} == {"error", "warning", "info"}
    assert {BOOK[rule_id].path.parent.name for rule_id in COMPARED} >= FAMILIES


@pytest.mark.parametrize("rule_id", COMPARED)
def test_both_implementations_agree(both: Both, rule_id: str) -> None:
    second, engine = both.second[rule_id], both.engine.get(rule_id, {})
    differing = sorted(
        line_id
        for line_id in second.keys() | engine.keys()
        if second.get(line_id) != engine.get(line_id)
    )
    told = "\n".join(
        f"second opinion: {second.get(line_id, 'not in question')}, "
        f"engine: {engine.get(line_id, 'not in question')}\n{both.describe(line_id)}"
        for line_id in differing[:SHOWN]
    )
    assert not differing, f"{rule_id}: {len(differing)} lines differ\n{told}"


@pytest.mark.parametrize("rule_id", COMPARED)
def test_the_comparison_could_have_failed(both: Both, rule_id: str) -> None:
    found = Counter(both.second[rule_id].values())
    assert found[FLAGGED] >= FEWEST_FLAGGED, found
    assert found[PASSED] >= FEWEST_PASSED, found


def test_findings_of_another_quarters_pairs_weigh_less(both: Both) -> None:
    days = {
        f"{claim['claim_id']}-{line['number']}": line["date"]
        for claim in second_opinion.standing(both.claims)
        for line in claim["lines"]
    }
    compared = Counter[bool]()
    for rule_id in COMPARED:
        header = BOOK[rule_id].header
        if header.severity_when:
            continue
        for line_id, outcome in both.second[rule_id].items():
            if outcome != FLAGGED:
                continue
            quarters = tables.judging_day("ptp", days[line_id])[1]
            is_lower = "ptp" in header.releases and quarters > 0
            wanted = LOWER[header.severity] if is_lower else header.severity
            assert both.severities[rule_id, line_id] == wanted, (rule_id, line_id)
            compared[is_lower] += 1
    assert min(compared[True], compared[False]) >= FEWEST_PASSED
