"""The simulator's payers: what they are said to do, recounted from the files they leave behind."""

from __future__ import annotations

import csv
import math
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines.simulate import parameters, payers, simulate

FOLDER = payers.FOLDER
DECIDED = frozenset({"paid", "underpaid", "overpaid", "downcoded", "denied"})
NAMES = {
    row["payer"]: row["value"]
    for row in payers.read_rows("payers")
    if row["parameter"] == "export_name"
}
DRIFT = date(2026, 3, 1)


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass
class Filed:
    """A line as its claim first billed it."""

    payer: str
    day: date
    place: str
    code: str
    modifiers: tuple[str, ...]
    units: int
    diagnoses: tuple[str, ...]
    beside: tuple[str, ...]


def filed_lines(out: Path) -> dict[str, Filed]:
    """line_id -> the line of its first 837 claim, read from the raw text."""
    by_identifier = {
        row["value"]: row["payer"]
        for row in payers.read_rows("payers")
        if row["parameter"] == "payer_identifier"
    }
    found: dict[str, Filed] = {}
    for path in sorted((out / "inbox" / "837").iterdir()):
        for block in path.read_text(encoding="ascii").split("~\nHL*")[1:]:
            segments = [line.split("*") for line in block.split("~\n")]
            number = next((s[1] for s in segments if s[0] == "CLM"), "")
            is_first = next((s[1] for s in segments if s[0] == "SBR"), "") == "P"
            if not is_first or f"{number}-1" in found:
                continue
            payer = next(s[9] for s in segments if s[:2] == ["NM1", "PR"])
            place = next(s[5] for s in segments if s[0] == "CLM").split(":")[0]
            codes = [c.split(":")[1] for s in segments if s[0] == "HI" for c in s[1:]]
            days = [s[3] for s in segments if s[:2] == ["DTP", "472"]]
            lines = [s for s in segments if s[0] == "SV1"]
            procedures = [s[1].split(":") for s in lines]
            for at, (line, day) in enumerate(zip(lines, days, strict=True)):
                found[f"{number}-{at + 1}"] = Filed(
                    by_identifier[payer],
                    date.fromisoformat(day),
                    place,
                    procedures[at][1],
                    tuple(procedures[at][2:]),
                    int(line[4]),
                    tuple(codes[int(pointer) - 1] for pointer in line[7].split(":")),
                    tuple(code[1] for n, code in enumerate(procedures) if n != at),
                )
    return found


@dataclass
class Practice:
    """A simulated practice: its truth by line, and its lines as they were first filed."""

    out: Path
    truth: dict[str, dict[str, str]]
    filed: dict[str, Filed]

    def decided(self) -> Iterable[tuple[str, float, bool]]:
        """Line, stated probability, and whether its first decision denied it."""
        for line, row in self.truth.items():
            if row["first_outcome"] in DECIDED and "/" not in line:
                yield line, float(row["denial_probability"]), row["first_outcome"] == "denied"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Practice:
    out = simulate(tmp_path_factory.mktemp("payers") / "out", 8000, 24, 11).out
    truth = {row["line_id"]: row for row in rows(out / "truth" / "line.csv")}
    return Practice(out, truth, filed_lines(out))


def deviation(found: Iterable[tuple[str, float, bool]]) -> float:
    """Denials beyond the sum of probabilities, in standard errors; lines of a claim go together."""
    claims: dict[str, float] = defaultdict(float)
    for line, chance, is_denied in found:
        claims[line.rpartition("-")[0]] += is_denied - chance
    return sum(claims.values()) / math.sqrt(sum(rest**2 for rest in claims.values()))


def test_denials_are_as_many_as_their_probabilities_add_up_to(practice: Practice) -> None:
    everything = list(practice.decided())
    assert len(everything) > 15_000
    assert sum(is_denied for _, _, is_denied in everything) > 1000
    assert abs(deviation(everything)) < 4


BUCKETS: dict[str, Callable[[str, float, Practice], str]] = {
    "probability": lambda line, chance, _: f"{chance:.1f}",
    "payer": lambda line, _, practice: practice.filed[line].payer,
    "code": lambda line, _, practice: practice.filed[line].code[:3],
    "place": lambda line, _, practice: practice.filed[line].place,
    "month": lambda line, _, practice: practice.filed[line].day.isoformat()[:7],
    "error": lambda line, _, practice: practice.truth[line]["error"],
}


@pytest.mark.parametrize("by", BUCKETS)
def test_probabilities_hold_in_every_part(practice: Practice, by: str) -> None:
    parts: dict[str, list[tuple[str, float, bool]]] = defaultdict(list)
    for one in practice.decided():
        # a line that a correction added was never filed before it
        if one[0] in practice.filed:
            parts[BUCKETS[by](one[0], one[1], practice)].append(one)
    large = {name: part for name, part in parts.items() if sum(p for _, p, _ in part) > 8}
    assert len(large) > 2
    for name, part in large.items():
        assert abs(deviation(part)) < 4.2, name


def test_every_line_has_a_probability_before_it_is_decided(practice: Practice) -> None:
    pending = [
        float(row["denial_probability"])
        for line, row in practice.truth.items()
        if row["first_outcome"] in ("not_adjudicated", "remittance_missing")
        and "/" not in line
        and row["is_as_first_filed"] == "true"
    ]
    assert len(pending) > 100
    assert min(pending) > 0
    assert len(set(pending)) > 10


def test_the_best_possible_model_is_good_but_not_perfect(practice: Practice) -> None:
    ordered = sorted((chance, is_denied) for _, chance, is_denied in practice.decided())
    below = wins = 0
    for _, is_denied in ordered:
        wins += below if is_denied else 0
        below += not is_denied
    assert 0.75 < wins / (below * (len(ordered) - below)) < 0.95


def edit(name: str, payer: str, day: date) -> float:
    [row] = [
        row
        for row in payers.read_rows("edits", day)
        if (row["edit"], row["payer"]) == (name, payer)
    ]
    return float(row["probability"])


def clerical(payer: str) -> float:
    [row] = [
        row
        for row in payers.read_rows("payers", date(2026, 1, 1))
        if (row["payer"], row["parameter"]) == (payer, "clerical_denial")
    ]
    return float(row["value"])


@pytest.mark.parametrize(
    ("payer", "name", "asks"),
    [
        ("northern", "simple_repair", lambda f: f.code in ("12001", "12002", "12011", "12013")),
        ("northern", "facility_setting", lambda f: f.code == "17311" and f.place in ("22", "24")),
        ("northern", "second_tumour_59", lambda f: f.code == "17311" and "59" in f.modifiers),
        ("heron", "second_tumour_xs", lambda f: f.code == "17311" and "XS" in f.modifiers),
        ("advantage", "many_stages", lambda f: f.code == "17312" and f.units >= 3),
        ("advantage", "complex_repair", lambda f: f.code.startswith("131")),
        ("advantage", "in_situ_trunk", lambda f: f.code == "17313" and "D04" in f.diagnoses[0]),
    ],
)
def test_an_edit_denies_what_it_asks_for(
    practice: Practice, payer: str, name: str, asks: Callable[[Filed], bool]
) -> None:
    probability = 1 - (1 - edit(name, payer, date(2026, 1, 1))) * (1 - clerical(payer))
    seen = [
        practice.truth[line]["first_outcome"] == "denied"
        for line, filed in practice.filed.items()
        if filed.payer == payer
        and asks(filed)
        and practice.truth[line]["first_outcome"] in DECIDED
        and not practice.truth[line]["error"]
    ]
    # other causes come on top: records, another edit, a denied first stage
    spread = 4 * math.sqrt(len(seen) * probability * (1 - probability))
    assert seen
    assert len(seen) * probability - spread <= sum(seen)
    assert sum(seen) <= len(seen) * min(probability + 0.12, 1) + spread


def test_one_payer_in_five_requests_for_records_is_left_unanswered(practice: Practice) -> None:
    asked = [
        bool(row["records_sent_date"])
        for path in sorted((practice.out / "inbox" / "chart").iterdir())
        for row in rows(path)
        if row["records_requested_date"] and row["stage"] == "1" and row["lesion"] == "1"
    ]
    share = 0.19  # SMRC project 01-095
    assert len(asked) > 60
    spread = 4 * math.sqrt(share * (1 - share) / len(asked))
    assert abs(asked.count(False) / len(asked) - share) < spread


def test_every_dated_value_holds_on_its_dates_and_on_no_other_day() -> None:
    everyone = {payer.key: payer for payer in payers.load_payers()}
    dated = [row for row in payers.read_rows("payers") if row["effective_to"]]
    assert dated
    for row in payers.read_rows("payers"):
        first = date.fromisoformat(row["effective_from"])
        last = date.fromisoformat(row["effective_to"] or "2026-10-15")
        payer = everyone[row["payer"]]
        for day in (first, last):
            assert payer.on(day.toordinal()).values[row["parameter"]] == row["value"]
        if row["effective_to"]:
            after = payer.on((last + timedelta(days=1)).toordinal()).values
            assert after[row["parameter"]] != row["value"]


def test_parameters_have_one_value_a_day() -> None:
    keys = {
        "payers": ("payer", "parameter"),
        "denials": ("payer", "trigger"),
        "edits": ("payer", "edit"),
        "slips": ("payer", "slip"),
        "appeals": ("payer", "category"),
        "rates": ("name",),
        "errors": ("error",),
        "charting": ("defect",),
        "charges": ("procedure_code",),
        "surgeons": ("key",),
    }
    for name, key in keys.items():
        periods: dict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
        for row in payers.read_rows(name):
            last = row["effective_to"] or "9999-12-31"
            assert row["effective_from"] <= last, (name, row)
            periods[tuple(row[part] for part in key)].append((row["effective_from"], last))
        for who, found in periods.items():
            found.sort()
            for (_, end), (start, _) in pairwise(found):
                assert end < start, (name, who)


def test_only_known_payers_have_rows_of_their_own() -> None:
    for name in payers.BEHAVIOUR:
        assert {row["payer"] for row in payers.read_rows(name)} <= {*NAMES, "*"}, name


def test_a_value_of_the_practice_changes_on_its_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "parameters"
    shutil.copytree(FOLDER, folder)
    path = folder / "errors.csv"
    text = path.read_text(encoding="utf-8").splitlines()
    [old] = [line for line in text if line.startswith("modifier_team,")]
    before = old.replace("2020-01-01,", "2020-01-01,2026-06-30").replace("0.0008", "0")
    after = old.replace("2020-01-01", "2026-07-01").replace("0.0008", "0.5")
    changed = [line for line in text if line != old] + [before, after]
    path.write_text("\n".join(changed) + "\n", encoding="utf-8")
    monkeypatch.setattr(payers, "FOLDER", folder)
    monkeypatch.setattr(parameters, "FOLDER", folder)
    out = simulate(tmp_path / "out", 400, 6, 3).out
    days = [
        row["date_of_service"]
        for row in rows(out / "truth" / "encounter.csv")
        if row["error"] == "modifier_team"
    ]
    assert len(days) > 30
    assert min(days) >= "2026-07-01"


@pytest.fixture(scope="module")
def drifts(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, Path]:
    folder = tmp_path_factory.mktemp("drift")
    return {
        drift: simulate(folder / str(drift), 3000, 24, 2, drift=drift).out
        for drift in (False, True)
    }


def test_drift_leaves_the_time_before_it_alone(drifts: dict[bool, Path]) -> None:
    for path in sorted((drifts[False] / "inbox").rglob("*.83?")):
        other = drifts[True] / path.relative_to(drifts[False])
        if path.name < f"{DRIFT:%Y-%m}":
            assert path.read_bytes() == other.read_bytes(), path.name
    told = [
        {row["parameter"] for row in rows(drifts[drift] / "truth" / "payer.csv")}
        for drift in (False, True)
    ]
    assert told[1] - told[0] == {"edit repairs_bundled"}


def test_drift_changes_one_payers_denials_from_its_month_on(drifts: dict[bool, Path]) -> None:
    rates: dict[tuple[bool, bool, bool], float] = {}
    for drift, out in drifts.items():
        filed = filed_lines(out)
        found: dict[tuple[bool, bool], list[bool]] = defaultdict(list)
        for row in rows(out / "truth" / "line.csv"):
            line = filed.get(row["line_id"])
            if line is None or row["first_outcome"] not in DECIDED or row["error"]:
                continue
            repairs = ("1203", "1204", "1205", "131")
            if line.code.startswith(repairs) and any(c.startswith("1731") for c in line.beside):
                is_late = row["first_submitted_date"] >= DRIFT.isoformat()
                found[line.payer == "northern", is_late].append(row["first_outcome"] == "denied")
        for (is_northern, is_late), denied in found.items():
            assert len(denied) > 40
            rates[drift, is_northern, is_late] = sum(denied) / len(denied)
    assert rates[True, True, True] > rates[True, True, False] + 0.2
    assert rates[False, True, True] < rates[False, True, False] + 0.1
    assert abs(rates[True, False, True] - rates[False, False, True]) < 0.03
    assert rates[True, True, False] == rates[False, True, False]


def remittances(out: Path) -> dict[str, list[tuple[date, str, set[str]]]]:
    """Claim -> (payment day, status, CARCs of its lines), from the raw 835 text, in order."""
    found: dict[str, list[tuple[date, str, set[str]]]] = defaultdict(list)
    for path in sorted((out / "inbox" / "835").iterdir()):
        day, reasons = date.min, set[str]()
        for line in path.read_text(encoding="ascii").split("~\n"):
            segment = line.split("*")
            if segment[:2] == ["DTM", "405"]:
                day = date.fromisoformat(segment[2])
            elif segment[0] == "CLP":
                reasons = set()
                found[segment[1]].append((day, segment[2], reasons))
            elif segment[0] == "CAS":
                reasons.update(f"{segment[1]}-{carc}" for carc in segment[2::3])
    return {claim: sorted(events, key=lambda e: e[0]) for claim, events in found.items()}


def test_money_is_taken_back_months_after_it_was_paid(practice: Practice) -> None:
    claims = {
        line.rpartition("-")[0]
        for line, row in practice.truth.items()
        if row["denial_trigger"] == "takeback"
    }
    assert len(claims) > 5
    events = remittances(practice.out)
    for claim in claims:
        *_, paid, reversal, last = events[claim]
        assert paid[1] in ("1", "19")
        assert reversal[1] == "22"
        assert last[0] == reversal[0]
        assert last[0] - paid[0] >= timedelta(days=110)
        assert last[1] == "4"
        assert "CO-22" in last[2]


def test_appeals_are_won_as_often_as_their_category_says(practice: Practice) -> None:
    log: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows(practice.out / "practice" / "dispositions.csv"):
        assert row["rule_id"] == ""
        assert row["line_id"] in practice.truth
        log[row["line_id"]][row["disposition"]] = row["decided_date"]
    terms = {(row["payer"], row["category"]): row for row in payers.read_rows("appeals")}
    expected = spread = 0.0
    won = decided = 0
    claims = set()
    for line, dispositions in log.items():
        first = practice.truth[line]
        assert "written_off" not in dispositions or "appealed" not in dispositions
        if "appealed" not in dispositions:
            assert first["intended_outcome"] == "denied"
            continue
        is_won = first["intended_outcome"] != "denied"
        if "appeal_lost" in dispositions:
            assert dispositions["appealed"] < dispositions["appeal_lost"]
            assert not is_won
        elif not is_won:
            continue
        claim = line.rpartition("-")[0]
        if claim in claims:
            continue
        claims.add(claim)
        trigger = first["first_trigger"]
        if trigger not in ("clerical", "records"):
            trigger = "rule" if trigger.startswith("MOHS") else "edit"
        if trigger == "clerical":
            # sent again, it may have been denied for another reason
            continue
        row = terms.get((practice.filed[line].payer, trigger)) or terms["*", trigger]
        chance = float(row["won"])
        expected += chance
        spread += chance * (1 - chance)
        won += is_won
        decided += 1
    assert decided > 80
    assert abs(won - expected) < 4 * math.sqrt(spread)


def test_contracts_state_the_terms_of_each_period(practice: Practice) -> None:
    contracts = rows(practice.out / "practice" / "contracts.csv")
    terms = [row for row in payers.read_rows("payers") if row["parameter"] == "percent_of_medicare"]
    for term in terms:
        found = [row for row in contracts if row["payer"] == NAMES[term["payer"]]]
        if term["payer"] == "medicare":
            assert not found
            continue
        mine = [
            row
            for row in found
            if row["effective_from"] <= (term["effective_to"] or "9999")
            and (row["effective_to"] or "9999") >= term["effective_from"]
        ]
        assert mine
        assert {float(row["value"]) for row in mine} == {float(term["value"])}


def test_a_second_tumour_is_told_as_the_payer_is_believed_to_want_it(practice: Practice) -> None:
    used: dict[str, list[str]] = defaultdict(list)
    for line, filed in practice.filed.items():
        told = {"59", "XS", "76"}.intersection(filed.modifiers)
        if filed.code in ("17311", "17313") and told and not practice.truth[line]["error"]:
            used[filed.payer] += told
    assert "76" in used["medicaid"]
    assert used["heron"].count("59") > used["heron"].count("XS")
    assert used["medicare"].count("XS") > used["medicare"].count("59")
    assert all("76" not in told for payer, told in used.items() if payer != "medicaid")


def test_the_truth_of_payers_states_every_row(practice: Practice) -> None:
    told = rows(practice.out / "truth" / "payer.csv")
    assert {row["payer"] for row in told} == {*NAMES.values(), "*"}
    for name, prefix in (("denials", "denies"), ("edits", "edit"), ("slips", "slip")):
        column = {"denials": "trigger", "edits": "edit", "slips": "slip"}[name]
        for row in payers.read_rows(name):
            if row.get("only_with"):
                continue
            assert [
                one
                for one in told
                if one["parameter"] == f"{prefix} {row[column]}"
                and one["payer"] == NAMES.get(row["payer"], "*")
                and one["value"] == row["probability"]
                and (one["effective_from"], one["effective_to"])
                == (row["effective_from"], row["effective_to"])
            ], (name, row)
