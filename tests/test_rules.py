"""The rule engine: reading, telling what is broken, running, counting."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines import examples, judging, reference, rule_pages, rules, warehouse
from pipelines.cases import PLAIN, Case, ExampleLine, read_cases

BOOK = rules.read_book(is_strict=True)
REFERENCE = Path(reference.__file__).resolve().parent.parent / "sql" / "reference"
SOUND = rules.FOLDER / "stages" / "MOHS020.sql"


def write_rule(folder: Path, text: str, name: str = "ACME020") -> Path:
    """A rule file in a folder of its own, with one example beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.sql"
    path.write_text(text.replace("id: MOHS020\n", f"id: {name}\n"))
    path.with_suffix(".md").write_text("## One\n\n| claim | finding |\n|--|--|\n| A | |\n")
    return path


def changed(old: str, new: str) -> str:
    text = SOUND.read_text()
    assert old in text
    return text.replace(old, new)


BROKEN = [
    ("severity: error", "severity: fatal", 5, "'fatal' is not known here. Write one of error"),
    ("severity: error", "sevrity: error", 5, "unknown key 'sevrity'"),
    ("severity: error\n", "", 2, "key 'severity' is missing"),
    ("{from: 2007-01-01}", "{from: 2007-13-01}", 11, "'2007-13-01' is not a date"),
    ("{from: 2007-01-01}", "{from: 2007-01-01, to: 2006-01-01}", 11, "ends before it begins"),
    ("needs: [claims]", "needs: [notes]", 8, "'notes' is not known here"),
    ("needs: [claims]", "needs: claims", 8, "a list is wanted"),
    ("grade: authority", "grade: rumour", 15, "'rumour' is not known here"),
    ("grade: authority", "grade: recalled", 5, "recalled texts alone"),
    ("    checked: 2026-11-23\n  - title: NCCI p", "  - title: NCCI p", 14, "'checked' is missing"),
    ("name: additional-stage", "name: Additional stage", 3, "small letters and hyphens"),
    ("scope: patient", "scope: [patient", 11, "not YAML"),
    ("requires: [rendering_npi]", "requires: [renderer]", 2, "has no column renderer"),
    ("population: core.mohs_line", "population: core.mohs_lines", 2, "there is no core.mohs_lines"),
    ("population: core.mohs_line", "population: mohs_line", 7, "core.<table>"),
    (
        "population: core.mohs_line where",
        "population: core.mohs_line where not_there and",
        2,
        "not_t",
    ),
    ("effective: {", "releases: [cpt]\neffective: {", 11, "'cpt' is not known here"),
    ("stage.line_id,", "stage.line_idd,", 31, "line_idd"),
    ("as reason\n", "as because\n", 30, "the query returns line_id, because"),
    ("from core.mohs_line as stage", "from staged.claim as stage", 30, "cannot read staged.claim"),
    ("from core.mohs_line as stage", "from core.mohs_line stage stage", 33, "syntax error"),
    (
        "where stage.is_additional",
        "; select 1 where stage.is_additional",
        30,
        "more than one query",
    ),
    ("/* ---", "/* --", 1, "one header and one query"),
    ("id: MOHS020", "id: MOHS021", 2, "the id is MOHS021 but the file is ACME020.sql"),
]


@pytest.fixture(scope="module")
def broken_book(tmp_path_factory: pytest.TempPathFactory) -> rules.Book:
    """One file for each way to break a rule, and a sound one among them."""
    folder = tmp_path_factory.mktemp("rules")
    for number, (old, new, _, _) in enumerate(BROKEN, start=100):
        text = changed(old, new)
        if new == "grade: recalled":
            text = text.replace(old, new)
        write_rule(folder, text, f"ACME{number}")
    write_rule(folder, SOUND.read_text(), "ACME099")
    return rules.read_book(folder)


def test_broken_files_do_not_stop_the_others(broken_book: rules.Book) -> None:
    ids = {rule.id for rule in broken_book.rules}
    assert ids == {rule.id for rule in BOOK.rules} | {"ACME099"}
    assert all(problem.remedy for problem in broken_book.problems)


@pytest.mark.parametrize("number", range(len(BROKEN)), ids=lambda number: BROKEN[number][3])
def test_what_is_broken_is_told_with_its_line(broken_book: rules.Book, number: int) -> None:
    name = f"ACME{100 + number}.sql"
    told = [problem for problem in broken_book.problems if problem.path.name == name]
    _, _, line, words = BROKEN[number]
    words = words.replace("ACME020.sql", name)
    assert any(words in str(problem) and problem.line == line for problem in told), told


def test_an_id_used_twice_is_told(tmp_path: Path) -> None:
    path = write_rule(tmp_path, SOUND.read_text(), "MOHS020")
    book = rules.read_book(tmp_path)
    [problem] = [one for one in book.problems if one.path.is_relative_to(tmp_path)]
    assert problem.path == path
    assert "MOHS020 is also" in problem.message
    [kept] = rules.pick(book, ["MOHS020"])
    assert kept.path == SOUND


def test_a_rule_that_is_not_there_is_told_with_near_ones() -> None:
    assert [rule.id for rule in rules.pick(BOOK, ["mohs020", "MOHS021"])] == ["MOHS020", "MOHS021"]
    assert rules.pick(BOOK, []) == BOOK.rules
    with pytest.raises(rules.UnknownRule, match=r"MOHS024.*MOHS[0-9]+"):
        rules.pick(BOOK, ["MOHS024"])


def cases_of(tmp_path: Path, table: str) -> tuple[Case, ...]:
    path = tmp_path / "cases.md"
    path.write_text(f"## Case\n\n{table}\n")
    cases, problems = read_cases(path)
    assert problems == ()
    return cases


@pytest.fixture
def connection() -> Iterator[warehouse.Connection]:
    opened = warehouse.connect()
    warehouse.create(opened)
    reference.load(opened)
    yield opened
    opened.close()


def build(connection: warehouse.Connection, cases: tuple[Case, ...]) -> list[tuple[str, ...]]:
    line_ids = examples.stage(connection, cases)
    warehouse.build(connection, warehouse.queries("core"))
    return line_ids


def findings(connection: warehouse.Connection, columns: str) -> list[tuple[object, ...]]:
    return connection.execute(
        f"SELECT {columns} FROM audit.finding ORDER BY rule_id, line_id"
    ).fetchall()


MIXED = """
| claim | line | patient | procedure | modifiers | charge | payer_sequence | rendering | finding |
|-------|------|---------|-----------|-----------|--------|----------------|-----------|---------|
| A     | 1    | 1       | 17311     |           | 100.00 | P              | surgeon   |         |
| A     | 2    | 1       | 88305     |           |  90.00 | P              | surgeon   |         |
| A     | 3    | 1       | 99213     |           |  80.00 | P              | surgeon   |         |
| A     | 4    | 1       | 13132     | 59        |   0.00 | P              | surgeon   |         |
| A     | 1    | 1       | 17311     |           | 100.00 | S              | surgeon   |         |
| B     | 1    | 2       | 17312     |           |  70.00 | P              | unknown   |         |
| B     | 2    | 2       | 17313     |           |  70.00 | P              | unknown   |         |
| C     | 1    | 3       | 99213     |           |  60.00 | P              | surgeon   |         |
"""


def test_coverage_counts_every_live_primary_line_once(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    build(connection, cases_of(tmp_path, MIXED))
    outcome = judging.run(connection, BOOK.rules, run_id="run-1")
    assert outcome.problems == ()
    assert set(outcome.seconds) == {rule.id for rule in BOOK.rules}
    coverage: dict[str, dict[str, tuple[int, list[str]]]] = {}
    for rule_id, kind, lines, missing in connection.execute(
        "SELECT rule_id, outcome, lines, missing FROM audit.rule_coverage"
    ).fetchall():
        coverage.setdefault(rule_id, {})[kind] = (lines, missing)
    live = 6  # the line without a charge and the secondary claim are not counted
    of_providers = {rule.id for rule in BOOK.rules if rule.header.subject == "provider"}
    for rule_id, kinds in coverage.items():
        if rule_id in of_providers:
            assert sum(providers for providers, _ in kinds.values()) == 1, rule_id
            continue
        assert set(kinds) == {"flagged", "passed", "not_applicable", "not_evaluable"}, rule_id
        assert sum(lines for lines, _ in kinds.values()) == live, rule_id
        flagged = sum(row == (rule_id,) for row in findings(connection, "rule_id"))
        assert kinds["flagged"][0] == flagged
    assert coverage["MOHS020"]["not_evaluable"] == (1, ["rendering_npi"])
    assert coverage["MOHS020"]["not_applicable"][0] == live - 1
    assert coverage["MOHS100"]["flagged"][0] == 1
    assert coverage["MOHS100"]["not_applicable"][0] == live - 1


def test_a_finding_carries_what_the_header_and_the_line_say(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    ((*line_ids,),) = build(connection, cases_of(tmp_path, MIXED))
    connection.execute(
        "INSERT INTO audit.expected_payment BY NAME SELECT ? AS line_id, 'x' AS patient_id, "
        "'priced' AS status, 31.25 AS expected_allowed, 'medicare' AS expected_basis",
        [line_ids[2]],
    )
    judging.run(connection, rules.pick(BOOK, ["MOHS061", "MOHS062", "MOHS100"]), run_id="run-1")
    columns = "rule_id, line_id, related_line_id, severity, dollars, is_superseded, state"
    assert findings(connection, columns) == [
        ("MOHS061", line_ids[1], line_ids[0], "error", Decimal("90.00"), True, "new"),
        ("MOHS061", line_ids[2], line_ids[0], "error", Decimal("31.25"), True, "new"),
        ("MOHS062", line_ids[1], line_ids[0], "error", Decimal("90.00"), False, "new"),
        ("MOHS100", line_ids[2], line_ids[0], "error", Decimal("31.25"), False, "new"),
    ]
    rule = rules.pick(BOOK, ["MOHS062"])[0]
    said = "subject, first_run_id, rule_version, claim_id"
    assert (
        "line",
        "run-1",
        rule.version,
        line_ids[1].rpartition("-")[0],
    ) in findings(connection, said)


def test_hits_outside_the_population_are_dropped(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "rules"
    text = SOUND.read_text()
    everything = text[: text.index("--- */") + 6] + (
        "\nselect line_id, procedure_code || ' is there' as reason from core.patient_line"
    )
    write_rule(folder, everything.replace("is_additional_stage and site_family = 'H'", "is_mohs"))
    rule = rules.pick(rules.read_book(folder), ["ACME020"])
    build(connection, cases_of(tmp_path, MIXED))
    judging.run(connection, rule, run_id="run-1")
    assert [row[0] for row in findings(connection, "reason")] == ["17311 is there"]


@pytest.mark.parametrize(
    ("old", "new", "flagged", "missing"),
    [
        ("from: 2007-01-01}", "from: 2024-08-13}", 1, []),
        ("from: 2007-01-01}", "from: 2024-08-14}", 0, []),
        ("from: 2007-01-01}", "from: 2007-01-01, to: 2024-08-13}", 1, []),
        ("from: 2007-01-01}", "from: 2007-01-01, to: 2024-08-12}", 0, []),
        ("needs: [claims]", "needs: [claims, remits]", 0, ["remits"]),
        ("needs: [claims]", "needs: [chart]", 0, ["chart"]),
        ("effective: {", "releases: [ptp]\neffective: {", 1, []),
        ("requires: [rendering_npi]", "requires: [submitted_date]", 0, ["submitted_date"]),
    ],
)
def test_dates_and_needs_decide_what_is_judged(
    connection: warehouse.Connection,
    tmp_path: Path,
    old: str,
    new: str,
    flagged: int,
    missing: list[str],
) -> None:
    write_rule(tmp_path / "rules", changed(old, new))
    rule = rules.pick(rules.read_book(tmp_path / "rules"), ["ACME020"])
    build(
        connection, cases_of(tmp_path, "| claim | procedure | finding |\n|-|-|-|\n| A | 17312 | |")
    )
    judging.run(connection, rule, run_id="run-1")
    outcomes = {
        kind: (lines, names)
        for kind, lines, names in connection.execute(
            "SELECT outcome, lines, missing FROM audit.rule_coverage"
        ).fetchall()
    }
    assert outcomes["flagged"][0] == flagged
    assert outcomes["not_evaluable"] == (len(missing), missing)
    assert sum(lines for lines, _ in outcomes.values()) == 1


def test_a_chart_of_the_day_makes_a_line_evaluable(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    write_rule(tmp_path / "rules", changed("needs: [claims]", "needs: [chart]"))
    rule = rules.pick(rules.read_book(tmp_path / "rules"), ["ACME020"])
    table = "| claim | procedure | date | finding |\n|-|-|-|-|\n| A | 17312 | 2024-08-13 | |"
    cases = cases_of(tmp_path, f"{table}\n| B | 17312 | 2024-08-14 | |")
    examples.stage(connection, cases)
    connection.execute(
        "INSERT INTO staged.chart_lesion BY NAME SELECT 'k' AS lesion_key, 'f' AS file_id, "
        "1 AS ordinal, patient_id, date_of_service, '1' AS lesion FROM staged.service_line "
        "WHERE date_of_service = DATE '2024-08-14'"
    )
    warehouse.build(connection, warehouse.queries("core"))
    judging.run(connection, rule, run_id="run-1")
    assert findings(connection, "claim_id") == [("E1.B",)]


def test_a_payer_may_soften_or_silence_a_rule(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    table = "| claim | patient | procedure | payer | finding |\n|-|-|-|-|-|\n"
    rows = [f"| {c} | {c} | 17312 | {payer} | |" for c, payer in zip("ABC", "MSO", strict=True)]
    examples.stage(connection, cases_of(tmp_path, table + "\n".join(rows)))
    for payer, severity in (("S", "info"), ("O", "off")):
        connection.execute(
            "INSERT INTO reference.overlay BY NAME SELECT ? AS payer, 'MOHS020' AS rule_id, "
            "? AS setting, DATE '2024-01-01' AS effective_from, "
            "DATE '9999-12-31' AS effective_to, 'test' AS source",
            [payer, severity],
        )
    warehouse.build(connection, warehouse.queries("core"))
    judging.run(connection, rules.pick(BOOK, ["MOHS020"]), run_id="run-1")
    assert findings(connection, "claim_id, severity") == [("E1.A", "error"), ("E1.B", "info")]


def test_a_rule_that_fails_on_the_data_does_not_stop_the_others(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    failing = changed("stage.line_id,", "cast(cast(stage.procedure_code || 'x' as int) as varchar)"
                                        " as line_id,")  # fmt: skip
    path = write_rule(tmp_path / "rules", failing)
    book = rules.read_book(tmp_path / "rules")
    build(
        connection, cases_of(tmp_path, "| claim | procedure | finding |\n|-|-|-|\n| A | 17312 | |")
    )
    outcome = judging.run(connection, book.rules, run_id="run-1")
    assert [problem.path for problem in outcome.problems] == [path]
    assert ("MOHS020",) in findings(connection, "rule_id")
    assert connection.execute(
        "SELECT outcome, lines, missing FROM audit.rule_coverage WHERE rule_id = 'ACME020' AND lines > 0"
    ).fetchall() == [("not_evaluable", 1, ["the rule failed"])]


def test_lines_of_another_quarter_are_judged_by_the_nearest_release(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    days = ["2022-07-01", "2022-06-30", "2024-06-30", "2024-07-01", "2024-09-30", "2026-09-30",
            "2026-10-01"]  # fmt: skip
    table = "| claim | patient | line | procedure | date | finding |\n|-|-|-|-|-|-|\n"
    rows = [
        f"| {number} | {number} | {line} | {code} | {day} | |"
        for number, day in enumerate(days)
        for line, code in enumerate(["17311", "97597"], start=1)
    ]
    build(connection, cases_of(tmp_path, table + "\n".join(rows)))
    judging.run(connection, rules.pick(BOOK, ["MOHS061"]), run_id="run-1")
    inside = "97597 is bundled into 17311 of the same day and neither line has a modifier that"
    inside += " frees it"
    outside = f"{inside} (judged by the PTP 2024Q3 release)"
    assert findings(connection, "claim_id, severity, reason") == [
        ("E1.0", "warning", outside),
        ("E1.2", "warning", outside),
        ("E1.3", "error", inside),
        ("E1.4", "error", inside),
        ("E1.5", "warning", outside),
    ]
    assert connection.execute(
        "SELECT lines, missing FROM audit.rule_coverage WHERE outcome = 'not_evaluable'"
    ).fetchall() == [(4, ["a nearer ptp release"])]


def releases_of(series: str) -> list[tuple[str, date, date]]:
    """(release, first day, last day) of the shipped releases of a series."""
    with (REFERENCE / "release.csv").open() as file:
        return [
            (
                row["release"],
                date.fromisoformat(row["effective_from"]),
                date.fromisoformat(row["effective_to"]),
            )
            for row in csv.DictReader(file)
            if row["series"] == series
        ]


def quarter(day: date) -> int:
    return day.year * 4 + (day.month - 1) // 3


@pytest.mark.parametrize("series", ["ptp", "mue", "add_on", "mpfs", "icd10"])
def test_a_release_carries_by_name_and_only_ptp_weighs_less(
    connection: warehouse.Connection, tmp_path: Path, series: str
) -> None:
    """Each quarter of twelve years: flagged at its severity by the nearest, or not evaluable."""
    write_rule(tmp_path / "rules", changed("effective: {", f"releases: [{series}]\neffective: {{"))
    rule = rules.pick(rules.read_book(tmp_path / "rules"), ["ACME020"])
    days = [date(year, month, 10) for year in range(2018, 2030) for month in (1, 4, 7, 10)]
    table = "| claim | procedure | date | finding |\n|-|-|-|-|\n"
    rows = [f"| C{number} | 17312 | {day} | |" for number, day in enumerate(days)]
    build(connection, cases_of(tmp_path, table + "\n".join(rows)))
    judging.run(connection, rule, run_id="run-1")
    expected, beyond = {}, 0
    for number, day in enumerate(days):
        _, release, quarters = min(
            (
                max((first - day).days, (day - last).days, 0),
                name,
                max(quarter(first) - quarter(day), quarter(day) - quarter(last), 0),
            )
            for name, first, last in releases_of(series)
        )
        if quarters > 8:
            beyond += 1
            continue
        lower = series == "ptp" and quarters > 0
        by = f"(judged by the {release} release)" if quarters else ""
        expected[f"E1.C{number}"] = ("warning" if lower else "error", by)
    found = {
        claim: (severity, "".join(str(reason).partition("(judged")[1:]))
        for claim, severity, reason in findings(connection, "claim_id, severity, reason")
    }
    assert found == expected
    assert len(found) > 10
    assert connection.execute(
        "SELECT outcome, lines, missing FROM audit.rule_coverage WHERE lines > 0 ORDER BY outcome"
    ).fetchall() == [
        ("flagged", len(found), []),
        ("not_evaluable", beyond, [f"a nearer {series} release"]),
    ]


def test_nearest_release_agrees_with_a_plain_search(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    """Every month of ten years, each series, against a search over the rows of release.csv."""
    days = [date(year, month, 15) for year in range(2019, 2029) for month in range(1, 13)]
    table = "| claim | line | procedure | date | finding |\n|-|-|-|-|-|\n"
    rows = [f"| A | {number} | 17311 | {day} | |" for number, day in enumerate(days)]
    build(connection, cases_of(tmp_path, table + "\n".join(rows)))
    with (REFERENCE / "release.csv").open() as file:
        releases = list(csv.DictReader(file))
    for series in ("ptp", "mue", "mpfs", "add_on", "icd10"):
        found = {
            day: (release, quarters)
            for day, release, quarters in connection.execute(
                f"SELECT date_of_service, {series}_release, {series}_quarters "
                "FROM core.patient_line"
            ).fetchall()
        }
        assert set(found) == set(days)
        for day in days:
            away = []
            for row in releases:
                if row["series"] == series:
                    first = date.fromisoformat(row["effective_from"])
                    last = date.fromisoformat(row["effective_to"])
                    near = min(max(day, first), last)
                    quarters = (day.year * 4 + (day.month - 1) // 3) - (
                        near.year * 4 + (near.month - 1) // 3
                    )
                    away.append((abs((day - near).days), row["release"], abs(quarters)))
            assert found[day] == min(away)[1:], (series, day)


def test_a_closed_set_of_patients_gives_what_the_whole_gives(
    connection: warehouse.Connection,
) -> None:
    dice = random.Random(7)
    build(connection, tuple(random_case(dice, number) for number in range(60)))
    by_patient = [rule for rule in BOOK.rules if rule.header.scope == "patient"]
    judging.run(connection, by_patient, run_id="run-1")
    whole = findings(connection, "rule_id, line_id, reason, severity, dollars, is_superseded")
    counts = """SELECT rule_id, outcome, sum(lines) FROM audit.rule_coverage
                GROUP BY rule_id, outcome ORDER BY rule_id, outcome"""
    whole_counts = connection.execute(counts).fetchall()
    found = []
    connection.execute("CREATE TEMP TABLE coverage AS SELECT * FROM audit.rule_coverage LIMIT 0")
    for condition in ("patient_id < 'E3'", "patient_id >= 'E3'"):
        with warehouse.part(connection, condition):
            warehouse.build(connection, warehouse.queries("core"))
            judging.run(connection, by_patient, run_id="run-1")
            found += findings(
                connection, "rule_id, line_id, reason, severity, dollars, is_superseded"
            )
            connection.execute("INSERT INTO temp.coverage SELECT * FROM audit.rule_coverage")
    assert sorted(found) == sorted(whole)
    assert len(whole) > 50
    counts = counts.replace("audit.rule_coverage", "temp.coverage")
    assert connection.execute(counts).fetchall() == whole_counts


def test_a_line_is_tested_alone_under_mai_1(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    connection.execute("UPDATE reference.ncci_mue SET mai = '1' WHERE procedure_code = '17311'")
    table = "| claim | line | units | finding |\n|-|-|-|-|\n| A | 1 | 4 | |\n| A | 2 | 3 | |\n"
    build(connection, cases_of(tmp_path, table + "| A | 3 | 5 | |"))
    judging.run(connection, rules.pick(BOOK, ["MOHS040"]), run_id="run-1")
    assert findings(connection, "line_id") == [("E1.A-3",)]


PROCEDURES = [*(["17311", "17312", "17313", "17314", "17315"] * 3), "11102", "13132", "14301",
              "99213", "88305", "15731"]  # fmt: skip
MODIFIERS = [*(["none"] * 5), "XS", "59 RT", "RT 59", "AS", "80", "25", "76"]


def random_case(dice: random.Random, number: int) -> Case:
    """Claims of one patient over two days and two surgeons: originals, copies, replacements."""
    lines: list[ExampleLine] = []
    claims: list[list[dict[str, str]]] = []
    for claim in "ABC"[: dice.randint(1, 3)]:
        rows = [
            {
                "claim_id": claim,
                "line_number": str(position),
                "procedure_code": dice.choice(PROCEDURES),
                "units": dice.choice(["1", "1", "1", "2", "3", "5", "7"]),
                "modifiers": dice.choice(MODIFIERS),
                "charge": dice.choice(["100.00", "100.00", "250.00", "0.00"]),
                "diagnosis_codes": dice.choice(["C44.311", "C44.311 C44.212", "C44.212", "none"]),
                "date_of_service": dice.choice(["2024-08-13", "2024-08-13", "2024-08-14"]),
                "rendering_npi": dice.choice(["surgeon", "surgeon", "surgeon", "colleague"]),
            }
            for position in range(1, dice.randint(2, 5))
        ]
        if claims and dice.random() < 0.5:
            rows = [row | {"claim_id": claim} for row in claims[-1]]
        submitted = dice.choice(["unknown", "2024-08-20", "2024-08-21", "2024-08-22"])
        sequence = dice.choice(["P", "P", "P", "S"])
        fate = dice.choice(["1", "1", "1", "17", "18"])
        claims.append(rows)
        for frequency in fate:
            for row in rows:
                again = row if frequency == "1" else row | {"units": "1"}
                values = {**PLAIN, **again}
                values |= {
                    "submitted_date": submitted,
                    "payer_sequence": sequence,
                    "frequency_code": frequency,
                }
                lines.append(ExampleLine(values, ""))
    columns = tuple(PLAIN)
    return Case(f"random {number}", Path("random"), number, columns, tuple(lines))


def live_lines(case: Case) -> list[dict[str, str]]:
    """The lines that stand: primary, of the last submission, not voided, with a charge."""
    last: dict[str, str] = {}
    for line in case.lines:
        last[line.values["claim_id"] + line.values["payer_sequence"]] = line.values[
            "frequency_code"
        ]
    return [
        dict(line.values)
        for line in case.lines
        if line.values["payer_sequence"] == "P"
        and line.values["frequency_code"] != "8"
        and line.values["frequency_code"] == last[line.values["claim_id"] + "P"]
        and Decimal(line.values["charge"]) > 0
    ]


def plain_findings(case: Case, limits: dict[str, tuple[int, str]], barred: set[str]) -> set[str]:
    """MOHS005, 020, 021, 022, 040, 120 and 210 once more, line by line in plain Python."""
    flagged = set()
    lines = live_lines(case)

    def day(line: dict[str, str]) -> tuple[str, str]:
        return line["rendering_npi"], line["date_of_service"]

    for line in lines:
        code, name = line["procedure_code"], f"{line['claim_id']}-{line['line_number']}"
        same = [other for other in lines if day(other) == day(line)]
        codes = Counter(other["procedure_code"] for other in same)
        for stage, first, other_first, rule in (
            ("17312", "17311", "17313", "MOHS020"),
            ("17314", "17313", "17311", "MOHS021"),
        ):
            if code == stage and not codes[first]:
                flagged.add(f"{rule} {name}")
                if codes[other_first]:
                    flagged.add(f"MOHS005 {name}")
        stages = sum(codes[stage] for stage in ("17311", "17312", "17313", "17314"))
        if code == "17315" and not stages:
            flagged.add(f"MOHS022 {name}")
        if any(other["procedure_code"].startswith("1731") for other in same):
            units = sum(int(o["units"]) for o in same if o["procedure_code"] == code)
            if code in limits and units > limits[code][0]:
                assert limits[code][1] != "1"
                flagged.add(f"MOHS040 {name}")
            for other in same:
                alike = all(
                    sorted(other[key].split()) == sorted(line[key].split())
                    for key in ("procedure_code", "modifiers", "units", "charge")
                )
                pointed = other["diagnosis_codes"] == line["diagnosis_codes"]
                sent = [
                    one["date_of_service"] if one["submitted_date"] == "unknown"
                    else one["submitted_date"]
                    for one in (other, line)
                ]  # fmt: skip
                earlier = (sent[0], other["claim_id"]) < (sent[1], line["claim_id"])
                if alike and pointed and earlier and other["claim_id"] != line["claim_id"]:
                    flagged.add(f"MOHS210 {name}")
        mohs_that_day = any(
            other["date_of_service"] == line["date_of_service"]
            and other["procedure_code"].startswith("1731")
            for other in lines
        )
        assisted = {"80", "81", "82", "AS"} & set(line["modifiers"].split())
        if mohs_that_day and assisted and code in barred:
            flagged.add(f"MOHS120 {name}")
    return flagged


def test_a_second_implementation_agrees_line_for_line() -> None:
    dice = random.Random(20240813)
    cases = [random_case(dice, number) for number in range(500)]
    with (REFERENCE / "ncci_mue.csv").open() as file:
        limits = {
            row["procedure_code"]: (int(row["units"]), row["mai"])
            for row in csv.DictReader(file)
            if row["release"] == "MUE 2024Q3"
        }
    with (REFERENCE / "mpfs_rvu.csv").open() as file:
        barred = {
            row["procedure_code"]
            for row in csv.DictReader(file)
            if row["release"] == "RVU24C" and row["modifier"] == "" and row["assistant"] == "1"
        }
    wanted = ["MOHS005", "MOHS020", "MOHS021", "MOHS022", "MOHS040", "MOHS120", "MOHS210"]
    total: Counter[str] = Counter()
    for case, lines in zip(cases, examples.judge(cases, rules.pick(BOOK, wanted)), strict=True):
        found = {
            f"{rule_id} {line.values['claim_id']}-{line.values['line_number']}"
            for line, said in zip(case.lines, lines, strict=True)
            if line.values["payer_sequence"] == "P"
            for rule_id in said.findings
        }
        assert found == plain_findings(case, limits, barred), case
        total.update(name.split()[0] for name in found)
    assert min(total[rule_id] for rule_id in wanted) >= 20, total


def test_the_catalogue_has_the_keys_of_the_contract() -> None:
    catalogue = json.loads(json.dumps(rule_pages.catalogue_json(BOOK)))
    assert [entry["id"] for entry in catalogue] == [rule.id for rule in BOOK.rules]
    keys = {"id", "name", "summary", "severity", "category", "population", "needs", "scope",
            "effective", "carc", "citation", "why", "exceptions", "remedy", "examples"}  # fmt: skip
    for entry in catalogue:
        assert keys <= set(entry)
        assert entry["examples"]["flagged"] >= 2
        assert entry["examples"]["passed"] >= 2
        for source in entry["citation"]:
            assert {"title", "grade", "checked"} <= set(source)
    first = next(entry for entry in catalogue if entry["id"] == "MOHS020")
    assert first["effective"] == {"from": "2007-01-01"}
    assert first["carc"] == ["107", "B15"]


def test_the_explanation_carries_header_examples_and_sql() -> None:
    for rule in BOOK.rules:
        text = rule_pages.explain(rule)
        assert rule.sql in text
        assert rule.header.remedy in text
        for case in rule.cases:
            assert f"### {case.title}" in text
            for line in case.lines:
                assert f"| {line.finding} |" in text
    book = rule_pages.markdown(BOOK)
    for rule in BOOK.rules:
        assert f"## {rule.id} {rule.header.name}" in book
        assert f"(#{rule.id.lower()}-{rule.header.name})" in book
