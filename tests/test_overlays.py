"""Payers that depart from the rule book: what overlays.csv may say, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import (
    examples,
    judging,
    overlays,
    reference,
    rule_pages,
    rules,
    steps,
    warehouse,
)
from pipelines.cases import Case, read_cases
from pipelines.dated import ReferenceFileError
from pipelines.places import Place
from schemas.headers import Problem
from schemas.reference import SWITCHES, Overlay
from tests.conftest import Small

BOOK = rules.read_book()
HEAD = (
    "rule_id,payer,setting,value,effective_from,effective_to,document_reference,"
    "remittance_evidence\n"
)
PAYERS = (
    "payer_identifier,remit_payer_name,export_payer_name,payer,line_of_business\n"
    "1,,,north,commercial\n2,,,south,commercial\n"
)


def write(practice: Path, *rows: str) -> Path:
    """A practice folder with two payers and these overlays."""
    practice.mkdir(parents=True, exist_ok=True)
    (practice / "payers.csv").write_text(PAYERS)
    (practice / "overlays.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return practice


REFUSED = [
    (["MOHS020,north,off,,2024-01-01,,,"], 2, "nothing shows that north does so"),
    (["MOHS020,west,off,,,,policy 3,"], 2, "payers.csv has no payer west"),
    (["MOHS020,nort,off,,,,policy 3,"], 2, "perhaps north"),
    (["MOHS020,north,off,7,,,policy 3,"], 2, "off takes no value"),
    (["MOHS020,north,silent,,,,policy 3,"], 2, "silent is no parameter of MOHS020 (it has none)"),
    (
        ["MOHS065,north,lookback,90,,,policy 3,"],
        2,
        "no parameter of MOHS065 (it has lookback_days)",
    ),
    (["MOHS065,north,lookback_days,,,,policy 3,"], 2, "lookback_days has no value"),
    (
        ["MOHS065,north,lookback_days,ninety,,,policy 3,"],
        2,
        "column value: lookback_days 'ninety' is no number",
    ),
    (
        ["MOHS065,north,lookback_days,60 days,,,policy 3,"],
        2,
        "write a number as the rule book's 60",
    ),
    (["MOHS240,north,medicare_dollars,$5,,,policy 3,"], 2, "'$5' is no number"),
    (["MOHS065,north,lookback_days,-60,,,policy 3,"], 2, "lookback_days '-60' is negative"),
    (
        ["MOHS272,north,largest_share,80,,,policy 3,"],
        2,
        "largest_share '80' is more than the whole",
    ),
    (
        ["MOHS020,north,off,,2024-01-01,,policy 3,", "MOHS020,north,info,,2025-01-01,,,remits"],
        3,
        "MOHS020 is set twice for north on the same dates",
    ),
    (
        [
            "MOHS065,north,lookback_days,90,2024-01-01,2024-06-30,policy 3,",
            "MOHS065,north,lookback_days,75,2024-06-30,,policy 4,",
        ],
        3,
        "overlaps an earlier row's dates",
    ),
    (["MOHS020,north,off,,2024-13-01,,policy 3,"], 2, "expected a date"),
    (["MOHS020,north,off,,2024-02-01,2024-01-01,policy 3,"], 2, "before effective_from"),
    (["020,north,off,,,,policy 3,"], 2, "column rule_id"),
]


@pytest.mark.parametrize(("rows", "row", "words"), REFUSED, ids=[words for *_, words in REFUSED])
def test_a_row_that_will_not_do_is_refused_with_its_place(
    tmp_path: Path, rows: list[str], row: int, words: str
) -> None:
    practice = write(tmp_path, *rows)
    with pytest.raises(ReferenceFileError) as raised:
        reference.tables(practice)
    assert f"{practice / 'overlays.csv'}, row {row}" in str(raised.value)
    assert words in str(raised.value)


def test_either_kind_of_evidence_is_enough_and_dates_may_follow(tmp_path: Path) -> None:
    practice = write(
        tmp_path,
        "MOHS020,north,off,,2024-01-01,2024-06-30,policy 3,",
        "MOHS020,north,info,,2024-07-01,,,remittance of 2024-08-01",
        "MOHS020,south,off,,2024-01-01,,policy 9,",
        "MOHS065,north,lookback_days,90,2024-01-01,,policy 3,",
        "MOHS272,north,largest_share,1,2024-01-01,,policy 3,",
        "MOHS122,north,second_lesion_modifiers,59 76,2024-01-01,,policy 3,",
    )
    found = dict(reference.tables(practice, only={"overlay"}))
    assert found[Overlay].height == 6


def test_a_row_about_no_rule_is_told_and_the_book_stands(tmp_path: Path) -> None:
    practice = write(tmp_path, "MOHS020,north,off,,,,policy 3,", "MOHS999,north,off,,,,policy 3,")
    book = rules.read_book(practice=practice)
    assert {"MOHS020", "MOHS065"} <= {rule.id for rule in book.rules}
    [problem] = told(book, tmp_path)
    assert (problem.path, problem.line) == (practice / "overlays.csv", 3)
    assert "there is no rule MOHS999" in str(problem)


def test_the_old_columns_are_told_with_the_new(tmp_path: Path) -> None:
    practice = write(tmp_path)
    (practice / "overlays.csv").write_text("payer,rule_id,severity\nnorth,MOHS020,off\n")
    with pytest.raises(ReferenceFileError, match=r"'severity'.*setting"):
        reference.tables(practice)


FIRST, LAST = date(2024, 1, 1), date(2024, 3, 31)
DAYS = [FIRST + timedelta(days=day) for day in range((LAST - FIRST).days + 1)]


@st.composite
def spans(draw: st.DrawFn, *, whole: bool) -> list[tuple[date, date, str]]:
    """Dated values that do not overlap; with `whole`, that leave no day out."""
    cuts = sorted(draw(st.sets(st.sampled_from(DAYS[1:]), max_size=4)))
    edges = [FIRST, *cuts, LAST + timedelta(days=1)]
    found = []
    for first, following in pairwise(edges):
        if whole or draw(st.booleans()):
            value = draw(st.sampled_from(["30", "60.5", "59 XS", "76"]))
            found.append((first, following - timedelta(days=1), value))
    return found


@settings(max_examples=25, deadline=None)
@given(shipped=spans(whole=True), north=spans(whole=False), south=spans(whole=False))
def test_thresholds_of_a_day_are_the_payers_own_else_those_that_ship(
    shipped: list[tuple[date, date, str]],
    north: list[tuple[date, date, str]],
    south: list[tuple[date, date, str]],
) -> None:
    """Day by day, payer by payer, against looking the day up in the rows given."""
    parameters = pl.DataFrame(
        [("R", "days", value, first, last, "shipped") for first, last, value in shipped],
        schema=["rule_id", "parameter", "value", "effective_from", "effective_to", "source"],
        orient="row",
    )
    schema = {
        "rule_id": pl.String, "payer": pl.String, "setting": pl.String, "value": pl.String,
        "effective_from": pl.Date, "effective_to": pl.Date,
        "document_reference": pl.String, "remittance_evidence": pl.String,
    }  # fmt: skip
    own = {"north": north, "south": south, "west": []}
    rows: list[tuple[object, ...]] = [
        ("R", payer, "days", value, first, last, None, "seen")
        for payer, given_spans in own.items()
        for first, last, value in given_spans
    ]
    rows.append(("R", "west", "off", None, FIRST, LAST, "policy", None))
    found = overlays.thresholds(parameters, pl.DataFrame(rows, schema=schema, orient="row"))
    for payer, given_spans in own.items():
        differs = found.filter(pl.col("payer") == payer)
        mine = differs if differs.height else found.filter(pl.col("payer") == "")
        assert bool(differs.height) == bool(given_spans)
        for day in DAYS:
            expected = [value for first, last, value in given_spans if first <= day <= last]
            expected = expected or [value for first, last, value in shipped if first <= day <= last]
            in_force = mine.filter(pl.lit(day).is_between("effective_from", "effective_to"))
            assert sorted(in_force["value"]) == sorted(expected[0].split())
            for value, number in in_force.select("value", "number").rows():
                assert number == (Decimal(value) if value != "XS" else None)


def test_every_parameter_that_ships_is_some_rules(tmp_path: Path) -> None:
    [(_, shipped)] = reference.tables(only={"rule_parameter"})
    stated = {(rule.id, name) for rule in BOOK.rules for name in rule.header.parameters}
    assert set(shipped.select("rule_id", "parameter").rows()) == stated
    assert {"MOHS029", "MOHS065", "MOHS108", "MOHS122", "MOHS225"} <= {rule for rule, _ in stated}


def test_the_explanation_carries_values_with_their_source(tmp_path: Path) -> None:
    practice = write(tmp_path, "MOHS065,north,lookback_days,90,2024-01-01,2024-12-31,policy 3,")
    [rule] = rules.pick(rules.read_book(practice=practice), ["MOHS065"])
    text = rule_pages.explain(rule)
    assert "**60** from 2019-01-01 (Summary of CGS article A56836" in text
    assert "**90** for north from 2024-01-01 to 2024-12-31 (policy 3)" in text
    assert "for north" not in rule_pages.explain(rules.pick(BOOK, ["MOHS065"])[0])


def told(book: rules.Book, folder: Path) -> list[Problem]:
    """What is wrong with the files of a folder."""
    return [problem for problem in book.problems if problem.path.is_relative_to(folder)]


def judge(practice: Path, folder: Path, table: str, *ids: str) -> list[dict[str, tuple[str, str]]]:
    """Rule -> (severity, reason), line by line of one table, as the practice's payers have it."""
    [case] = cases_of(folder, table)
    book = rules.read_book(folder / "rules") if (folder / "rules").is_dir() else BOOK
    [lines] = examples.judge([case], rules.pick(book, ids), practice)
    return [found.findings for found in lines]


def cases_of(folder: Path, table: str) -> tuple[Case, ...]:
    path = folder / "case.md"
    path.write_text(f"## Case\n\n{table}\n")
    cases, problems = read_cases(path)
    assert problems == ()
    return cases


BIOPSIES = """
| claim | line | patient | procedure | modifiers | date       | payer | finding |
|-------|------|---------|-----------|-----------|------------|-------|---------|
| A     | 1    | 1       | 11102     |           | {earlier}  | north |         |
| B     | 1    | 1       | 17311     |           | 2024-08-13 | north |         |
| B     | 2    | 1       | 11102     | 59        | 2024-08-13 | north |         |
| C     | 1    | 2       | 11102     |           | {earlier}  | south |         |
| D     | 1    | 2       | 17311     |           | 2024-08-13 | south |         |
| D     | 2    | 2       | 11102     | 59        | 2024-08-13 | south |         |
"""


@pytest.mark.parametrize(
    ("earlier", "span", "north", "south"),
    [
        ("2024-05-15", "2024-01-01,", True, False),  # 90 days before: the payer's own window
        ("2024-05-14", "2024-01-01,", False, False),  # 91
        ("2024-06-14", "2024-01-01,", True, True),  # 60, what ships
        ("2024-05-15", "2024-08-14,", False, False),  # the payer's row starts the day after
        ("2024-05-15", "2024-01-01,2024-08-12", False, False),  # and ended the day before
        ("2024-05-15", "2024-01-01,2024-08-13", True, False),
    ],
)
def test_a_payer_may_look_further_back(
    tmp_path: Path, earlier: str, span: str, north: bool, south: bool
) -> None:
    practice = write(tmp_path / "own", f"MOHS065,north,lookback_days,90,{span},policy 3,")
    found = judge(practice, tmp_path, BIOPSIES.format(earlier=earlier), "MOHS065")
    assert ["MOHS065" in line for line in found] == [False, False, north, False, False, south]


SECOND_LESIONS = """
| claim | line | patient | procedure | modifiers | diagnosis | payer | finding |
|-------|------|---------|-----------|-----------|-----------|-------|---------|
| A     | 1    | 1       | 17311     | RT        | C44.212   | north |         |
| A     | 2    | 1       | 17311     | 76 LT     | C44.219   | north |         |
| A     | 3    | 1       | 17313     | 76        | C44.519   | north |         |
| B     | 1    | 2       | 17311     | RT        | C44.212   | north |         |
| B     | 2    | 2       | 17311     | XS LT     | C44.219   | north |         |
| C     | 1    | 3       | 17311     | RT        | C44.212   | south |         |
| C     | 2    | 3       | 17311     | 76 LT     | C44.219   | south |         |
| C     | 3    | 3       | 17313     | 76        | C44.519   | south |         |
| D     | 1    | 4       | 17311     | RT        | C44.212   | south |         |
| D     | 2    | 4       | 17311     | XS LT     | C44.219   | south |         |
"""


def test_a_payer_may_want_76_for_a_second_tumour(tmp_path: Path) -> None:
    practice = write(
        tmp_path / "own",
        "MOHS108,north,second_lesion_modifiers,76,2024-01-01,,,remittances of 2024-03-01",
        "MOHS122,north,second_lesion_modifiers,76,2024-01-01,,,remittances of 2024-03-01",
    )
    found = judge(practice, tmp_path, SECOND_LESIONS, "MOHS108", "MOHS122")
    flagged = [
        (claim, sorted(line)) for claim, line in zip("AAABBCCCDD", found, strict=True) if line
    ]
    # north takes 76 and no longer XS; south takes XS as the book does
    assert flagged == [("B", ["MOHS122"]), ("C", ["MOHS122"]), ("C", ["MOHS108"])]


OWN = """/* ---
id: ACME001
name: a-stage
summary: A second stage is there.
severity: {severity}
{more}category: add-on
population: core.mohs_line where is_additional_stage
needs: [claims]
requires: []
scope: patient
effective: {{from: 2007-01-01}}
carc: []
citation:
  - title: Ours
    grade: inference
    checked: 2026-11-23
why: To see.
exceptions: []
remedy: Look.
--- */
{sql}
"""
PLAIN_SQL = "select stage.line_id, 'there' as reason from core.mohs_line as stage"
WEIGHED_SQL = """select
    stage.line_id,
    'there' as reason,
    case stage.units when 2 then 'error' when 3 then 'info' when 9 then 'fatal' end as severity
from core.mohs_line as stage"""
WHEN = "severity_when: {error: two units, info: three units}\n"
STAGES = """
| claim | patient | procedure | units | date       | payer | finding |
|-------|---------|-----------|-------|------------|-------|---------|
"""
DAYS_AND_UNITS = [(day, units) for day in ("2024-08-13", "2024-10-01") for units in (1, 2, 3)]
"""Inside the PTP release that ships, and a day after it."""


def stages(*payers: str) -> str:
    """A second stage of a patient of their own for each payer, day and number of units."""
    rows = [(payer, *each) for payer in payers for each in DAYS_AND_UNITS]
    return STAGES + "".join(
        f"| C{at} | {at} | 17312 | {units} | {day} | {payer} | |\n"
        for at, (payer, day, units) in enumerate(rows)
    )


def write_own(folder: Path, sql: str, more: str = "", severity: str = "warning") -> Path:
    """A private rule over additional stages, with an example beside it."""
    below = folder / "rules"
    below.mkdir(exist_ok=True)
    path = below / "ACME001.sql"
    path.write_text(OWN.format(sql=sql, more=more, severity=severity))
    path.with_suffix(".md").write_text("## One\n\n| claim | finding |\n|--|--|\n| A | |\n")
    return path


@pytest.mark.parametrize(
    ("setting", "severities"),
    [
        # inside the PTP release the row's own; outside it, one lower
        (None, ["warning", "error", "info", "info", "warning", "info"]),
        ("on", ["warning", "error", "info", "info", "warning", "info"]),
        # the payer's word goes over the row's and over the release's
        ("error", ["error"] * 6),
        ("warning", ["warning"] * 6),
        ("info", ["info"] * 6),
        ("off", [None] * 6),
    ],
)
def test_payer_over_release_over_row_over_header(
    tmp_path: Path, setting: str | None, severities: list[str | None]
) -> None:
    write_own(tmp_path, WEIGHED_SQL, f"{WHEN}releases: [ptp]\n")
    said = [f"ACME001,north,{setting},,2024-01-01,,policy 3,"] if setting else []
    practice = write(tmp_path / "own", *said)
    found = judge(practice, tmp_path, stages("north", "south"), "ACME001")
    of_the_rule = ["warning", "error", "info", "info", "warning", "info"]
    assert [line.get("ACME001", (None, ""))[0] for line in found] == severities + of_the_rule


@pytest.fixture
def connection() -> Iterator[warehouse.Connection]:
    opened = warehouse.connect()
    warehouse.create(opened)
    yield opened
    opened.close()


def coverage(connection: warehouse.Connection) -> dict[str, int]:
    return dict(
        connection.execute("SELECT outcome, lines FROM audit.rule_coverage ORDER BY ALL").fetchall()
    )


@pytest.mark.parametrize(
    ("default", "setting", "payers"),
    [
        ("on", None, "north south"),
        ("on", "off", "south"),
        ("off", None, ""),
        ("off", "on", "north"),
        ("off", "info", "north"),
    ],
)
def test_what_is_switched_off_is_not_applicable(
    connection: warehouse.Connection,
    tmp_path: Path,
    default: str,
    setting: str | None,
    payers: str,
) -> None:
    write_own(tmp_path, PLAIN_SQL, f"default: {default}\n")
    said = [f"ACME001,north,{setting},,2024-01-01,,policy 3,"] if setting else []
    reference.load(connection, write(tmp_path / "own", *said))
    table = stages("north", "south")
    examples.stage(connection, cases_of(tmp_path, table))
    warehouse.build(connection, warehouse.queries("core"))
    judging.run(
        connection, rules.pick(rules.read_book(tmp_path / "rules"), ["ACME001"]), run_id="1"
    )
    judged = 6 * len(payers.split())
    assert coverage(connection) == {
        "flagged": judged, "passed": 0, "not_applicable": 12 - judged, "not_evaluable": 0,
    }  # fmt: skip


def test_a_rule_off_by_default_shows_its_examples_as_on(tmp_path: Path) -> None:
    path = write_own(tmp_path, WEIGHED_SQL, f"default: off\n{WHEN}")
    path.with_suffix(".md").write_text(
        "## Two, three and one\n\n| claim | procedure | units | finding |\n|--|--|--|--|\n"
        "| A | 17312 | 2 | error |\n| B | 17312 | 3 | info |\n| C | 17312 | 1 | warning |\n"
        "## Wrongly weighed\n\n| claim | procedure | units | finding |\n|--|--|--|--|\n"
        "| A | 17312 | 2 | info |\n| B | 17311 | 1 | error |\n"
    )
    own = rules.pick(rules.read_book(tmp_path / "rules"), ["ACME001"])
    right, wrong = examples.check(own)
    assert right.problems == ()
    said = [problem.message.partition(": ")[2] for problem in wrong.problems]
    assert said == ["expected 'info', found 'error'", "expected 'error', found 'no finding'"]
    assert not any("severity_when" in text for text in examples.shortcomings(own[0], [right]))


def test_a_severity_never_shown_is_told(tmp_path: Path) -> None:
    write_own(tmp_path, WEIGHED_SQL, WHEN)
    [own] = rules.pick(rules.read_book(tmp_path / "rules"), ["ACME001"])
    lacking = examples.shortcomings(own, [])
    assert "ACME001: no line is flagged error, as severity_when says" in lacking
    assert "ACME001: no line is flagged info, as severity_when says" in lacking


def test_a_severity_nobody_declared_fails_the_rule(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    write_own(tmp_path, WEIGHED_SQL, WHEN)
    reference.load(connection)
    table = stages("north").replace("| 3 | 2024-08", "| 9 | 2024-08")
    examples.stage(connection, cases_of(tmp_path, table))
    warehouse.build(connection, warehouse.queries("core"))
    own = rules.pick(rules.read_book(tmp_path / "rules"), ["ACME001", "MOHS020"])
    outcome = judging.run(connection, own, run_id="1")
    [problem] = outcome.problems
    assert problem.path.name == "ACME001.sql"
    assert "the severity fatal, which severity_when does not name" in problem.message
    assert connection.execute(
        "SELECT lines, missing FROM audit.rule_coverage WHERE rule_id = 'ACME001' AND lines > 0"
    ).fetchall() == [(6, ["the rule failed"])]
    assert connection.execute("SELECT DISTINCT rule_id FROM audit.finding").fetchall() == [
        ("MOHS020",)
    ]


def test_of_several_hits_the_gravest_is_kept(tmp_path: Path) -> None:
    sql = (
        "select stage.line_id, 'a' as reason, 'info' as severity from core.mohs_line as stage "
        "union all select stage.line_id, 'b' as reason, 'error' as severity "
        "from core.mohs_line as stage union all select stage.line_id, 'c' as reason, "
        "cast(null as varchar) as severity from core.mohs_line as stage"
    )
    write_own(tmp_path, sql, WHEN)
    found = judge(write(tmp_path / "own"), tmp_path, stages("north"), "ACME001")
    assert {line["ACME001"] for line in found} == {("error", "b")}


NAMED = "parameters: {least: units from which a line is flagged}\n"
JOINED = """select stage.line_id, 'there' as reason
from core.mohs_line as stage
inner join core.threshold as cuts
    on cuts.rule_id = 'ACME001' and cuts.parameter = 'least' and stage.payer = cuts.payer
    and stage.date_of_service between cuts.effective_from and cuts.effective_to
    and stage.units >= cuts.number"""
OWN_VALUES = "rule_id,parameter,value,effective_from,effective_to,evidence,source\n"


@pytest.mark.parametrize(
    ("more", "sql", "values", "words"),
    [
        (NAMED, JOINED, "", "parameter least has no value on 2007-01-01"),
        (NAMED, JOINED, "ACME001,least,2,2010-01-01,,inference,ours\n", "no value on 2007-01-01"),
        (
            NAMED,
            JOINED,
            "ACME001,least,2,2007-01-01,2009-12-31,inference,ours\n",
            "no value on 2010-01-01",
        ),
        (NAMED, PLAIN_SQL, "", "go together"),
        ("", JOINED, "", "go together"),
        (NAMED, JOINED.replace("ACME001", "MOHS020"), "", "never says 'ACME001'"),
        (NAMED, JOINED.replace("least", "most"), "", "never says 'least'"),
        ("parameters: {Least: x}\n", JOINED, "", "'Least' will not do as a name"),
        ("parameters: [least]\n", JOINED, "", "pairs are wanted"),
        ("parameters: {least: }\n", JOINED, "", "a text is wanted"),
        ("severity_when: {error: two units}\n", PLAIN_SQL, "", "go together"),
        ("", WEIGHED_SQL, "", "go together"),
        ("severity_when: {warning: x}\n", WEIGHED_SQL, "", "warning is the rule's severity anyway"),
        ("severity_when: {fatal: x}\n", WEIGHED_SQL, "", "unknown key 'fatal'"),
        ("default: maybe\n", PLAIN_SQL, "", "'maybe' is not known here"),
    ],
)
def test_what_does_not_go_together_is_told(
    tmp_path: Path, more: str, sql: str, values: str, words: str
) -> None:
    path = write_own(tmp_path, sql, more)
    practice = write(tmp_path / "own")
    (practice / "reference").mkdir()
    if values:
        (practice / "reference" / "rule_parameter.own.csv").write_text(OWN_VALUES + values)
    book = rules.read_book(tmp_path / "rules", practice=practice)
    assert "ACME001" not in {rule.id for rule in book.rules}
    [problem] = told(book, tmp_path)
    assert problem.path == path
    assert problem.line > 1
    assert words in str(problem)
    assert problem.remedy


def test_an_error_on_recalled_texts_alone_is_refused_row_by_row_too(tmp_path: Path) -> None:
    path = write_own(tmp_path, WEIGHED_SQL, WHEN)
    path.write_text(path.read_text().replace("grade: inference", "grade: recalled"))
    [problem] = told(rules.read_book(tmp_path / "rules"), tmp_path)
    assert "recalled texts alone" in problem.message
    assert path.read_text().splitlines()[problem.line - 1].startswith("severity_when")


def test_a_private_rule_has_parameters_of_its_own(tmp_path: Path) -> None:
    path = write_own(tmp_path, JOINED, NAMED)
    path.with_suffix(".md").write_text(
        "## Boundary\n\n| claim | patient | procedure | units | finding |\n|--|--|--|--|--|\n"
        "| A | 1 | 17312 | 1 | |\n| B | 2 | 17312 | 2 | yes |\n"
    )
    practice = write(tmp_path / "own", "ACME001,north,least,3,,,policy 3,")
    (practice / "reference").mkdir()
    (practice / "reference" / "rule_parameter.own.csv").write_text(
        f"{OWN_VALUES}ACME001,least,2,2007-01-01,,inference,ours\n"
    )
    book = rules.read_book(tmp_path / "rules", practice=practice)
    assert told(book, tmp_path) == []
    [check] = examples.check(rules.pick(book, ["ACME001"]))
    assert [str(problem) for problem in check.problems] == []
    [case] = cases_of(tmp_path, stages("north"))
    [lines] = examples.judge([case], rules.pick(book, ["ACME001"]), practice)
    assert [bool(found.findings) for found in lines] == [False, False, True, False, False, True]


@pytest.mark.slow
def test_a_change_of_overlays_judges_everyone_again(small: Small, tmp_path: Path) -> None:
    place = small.copy(tmp_path)
    assert place.practice is not None
    everyone = patients_judged(place)
    assert everyone > 0
    payers = pl.read_csv(place.practice / "payers.csv", comment_prefix="#")["payer"].to_list()
    before = findings_by_payer(place)
    rule_id, payer = max(
        ((rule, name) for rule, name in before if name in payers),
        key=lambda key: (before[key], key),
    )
    file = place.practice / "overlays.csv"

    file.write_text(f"{HEAD}{rule_id},{payer},off,,2020-01-01,,policy 3,\n")
    assert steps.audit(place).patients == everyone
    expected = {key: number for key, number in before.items() if key != (rule_id, payer)}
    assert findings_by_payer(place) == expected
    assert steps.audit(place).patients == 0

    file.write_text(f"{HEAD}{rule_id},{payer},info,,2020-01-01,,policy 3,\n")
    assert steps.audit(place).patients == everyone
    assert findings_by_payer(place) == before
    assert severities(place, rule_id, payer) == {"info"}

    file.write_text(f"{HEAD}{rule_id},{payer},info,,2020-01-01,,,\n")
    with pytest.raises(ReferenceFileError, match=r"overlays\.csv, row 2: nothing shows"):
        steps.audit(place)
    assert findings_by_payer(place) == before


def findings_by_payer(place: Place) -> dict[tuple[str, str], int]:
    """(rule, payer of the line) -> lines flagged."""
    query = (
        "SELECT findings.rule_id, lines.payer, count(*) FROM audit.finding AS findings "
        "JOIN core.service_line AS lines USING (line_id) WHERE findings.state <> 'gone' "
        "GROUP BY ALL"
    )
    connection = warehouse.connect(place.warehouse, read_only=True)
    try:
        return {(rule, payer): lines for rule, payer, lines in connection.execute(query).fetchall()}
    finally:
        connection.close()


def patients_judged(place: Place) -> int:
    """Of the last audit."""
    connection = warehouse.connect(place.warehouse, read_only=True)
    try:
        query = "SELECT patients FROM audit.run ORDER BY run_number DESC LIMIT 1"
        return int(warehouse.value(connection, query))
    finally:
        connection.close()


def severities(place: Place, rule_id: str, payer: str) -> set[str]:
    query = (
        "SELECT DISTINCT findings.severity FROM audit.finding AS findings "
        "JOIN core.service_line AS lines USING (line_id) "
        "WHERE findings.state <> 'gone' AND findings.rule_id = ? AND lines.payer = ?"
    )
    connection = warehouse.connect(place.warehouse, read_only=True)
    try:
        return {row[0] for row in connection.execute(query, [rule_id, payer]).fetchall()}
    finally:
        connection.close()


def test_settings_and_parameters_cannot_be_mistaken_for_each_other() -> None:
    assert not {name for rule in BOOK.rules for name in rule.header.parameters} & set(SWITCHES)
