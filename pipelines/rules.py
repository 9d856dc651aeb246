"""The rule book: its files read and checked.

A rule is `sql/rules/<family>/<ID>.sql` with a header, and `<ID>.md` beside it with worked examples;
a practice adds its own under `rules/`. Files are found by path, so that a rule needs no Python and
no list. `judging` runs the rules, `rule_pages` prints them.

A finding has the severity its payer's row in overlays.csv says; else the one the query returns for
it (`severity`, declared under `severity_when`) or the header's, one lower where the release of
another quarter judges it.

A value a payer may see otherwise is a parameter: named in the header, with dated rows in
`sql/reference/rule_parameter.csv` (a practice's own rule: `reference/rule_parameter.own.csv` of the
practice folder). The query joins `core.threshold` by rule_id, parameter, payer and day and reads
`number`, or `value` for codes, one row for each.

A rule of provider scope finds providers, not lines: its population is a table of providers, as
audit.practice_mirror, its query returns rendering_npi and reason, it has no dollars, and takes its
parameters from `reference.threshold`, of payer ''.

A rule that reads `audit.finding` runs after those that do not, set of patients by set of patients:
it sees what they found of the patient, not what rules of provider or global scope find. It is
itself of patient scope and supersedes no other.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from pipelines import overlays, reference, warehouse
from pipelines.cases import NOT_EVALUABLE, Case, read_cases
from schemas.dictionary import tables
from schemas.headers import Block, Problem, RuleHeader, blocks, rule_header
from schemas.reference import SWITCHES, Overlay, RuleParameter
from schemas.table import DATE_OPEN

FOLDER = warehouse.SQL / "rules"
LAYERS = ("core", "reference", "audit")
"""What a rule may read."""
FARTHEST_RELEASE = 8
"""Calendar quarters from a published release beyond which a line is not judged by it."""
DEMOTING = ("ptp",)
"""Series that change every quarter: judged by another quarter's release, a finding weighs less."""
FINDINGS = re.compile(r"\baudit\.finding\b")
"""What a rule reads that judges what other rules found."""
LATER = ("audit.rule", "audit.rule_coverage")
"""Tables of a rule's layers that are made after the rules."""
THRESHOLDS = {"line": "core.threshold", "provider": "reference.threshold"}
"""Where a rule finds the values of its parameters, by what it finds; a provider has many payers."""

Connection = warehouse.Connection

ALLOWED_COLUMNS = (
    "line_id",
    "reason",
    "severity",
    "related_line_id",
    "suggested_code",
    "suggested_units",
)
PROVIDER_COLUMNS = ("rendering_npi", "reason", "severity")
"""What the query of a rule may return that finds providers."""
POPULATION_COLUMNS = (
    "line_id",
    "claim_id",
    "encounter_id",
    "patient_id",
    "rendering_npi",
    "date_of_service",
    "charge",
    "payer",
)
PROVIDER_POPULATION = ("rendering_npi", "period_to")
"""Columns of the population of a rule that finds providers; its dates are those of `effective`."""
NEEDED = {
    "claims": ("source", "source = '835'"),
    "remits": ("is_adjudicated", "NOT is_adjudicated"),
    "chart": ("has_chart", "NOT has_chart"),
}
"""What a rule needs -> the column that tells, and the condition under which it is not there."""


CHARTED = frozenset(
    column
    for table in ("core.chart_lesion", "core.chart_stage")
    for column in tables()[table].to_schema().columns
)
"""What a rule may want of a chart."""


class UnknownRule(ValueError):
    """No rule has the id asked for; the message names near ones."""


@dataclass(frozen=True)
class Value:
    """A parameter's value on some dates; payer '' is every payer without a value of its own."""

    parameter: str
    payer: str
    value: str
    first: date
    last: date
    source: str
    evidence: str = ""


@dataclass(frozen=True)
class Rule:
    """A rule file that can run: header, SELECT, worked examples, values of its parameters."""

    header: RuleHeader
    sql: str
    sql_line: int
    path: Path
    version: str
    cases: tuple[Case, ...]
    values: tuple[Value, ...] = ()

    @property
    def id(self) -> str:
        """MOHS020."""
        return self.header.id

    @property
    def reads_findings(self) -> bool:
        """Its query asks what other rules found, so that it runs after them."""
        return FINDINGS.search(self.sql) is not None

    @property
    def counts(self) -> dict[str, int]:
        """Lines its examples flag and pass."""
        findings = [line.finding for case in self.cases for line in case.lines]
        passed = sum(not finding for finding in findings)
        return {
            "flagged": len(findings) - passed - findings.count(NOT_EVALUABLE),
            "passed": passed,
        }


@dataclass(frozen=True)
class Book:
    """The rules that can run, by id, and what is wrong with the files that cannot."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...]

    @property
    def version(self) -> str:
        """Digest of the rule files."""
        return _digest("".join(f"{rule.id}{rule.version}" for rule in self.rules))


def read_book(*folders: Path, practice: Path | None = None, is_strict: bool = False) -> Book:
    """The rules that ship and those of the folders given; a broken file is told, the rest stand.

    Parameters have the values that ship, and those of the `practice` folder. Queries of the folders
    are tried on empty tables; with `is_strict`, as tests and `mohs check` ask, those that ship too.
    Raises ReferenceFileError for a file of values that cannot be used.
    """
    problems: list[Problem] = []
    values = _values(practice)
    found: dict[str, Rule] = {}
    paths = [path for folder in (FOLDER, *folders) for path in sorted(folder.rglob("*.sql"))]
    catalog = warehouse.connect()
    try:
        if is_strict or any(FOLDER not in path.parents for path in paths):
            warehouse.create(catalog, LAYERS)
        for path in paths:
            is_tried = is_strict or FOLDER not in path.parents
            rule, wrong = _read(path, catalog if is_tried else None, values)
            problems += wrong
            if rule and rule.id in found:
                problems.append(
                    Problem(
                        path,
                        1,
                        f"{rule.id} is also {found[rule.id].path}",
                        "Give the rule another id; ids are never reused.",
                    )
                )
            elif rule:
                found[rule.id] = rule
    finally:
        catalog.close()
    for rule in found.values():
        problems += [
            Problem(rule.path, 1, f"it supersedes {other}, which is no rule", "Correct the id.")
            for other in rule.header.supersedes
            if other not in found
        ]
    problems += _overlay_problems(practice, {path.stem for path in paths})
    return Book(tuple(found[name] for name in sorted(found)), tuple(problems))


def _values(practice: Path | None) -> dict[str, list[Value]]:
    """Rule -> values of its parameters, those that ship before those of payers."""
    frames = dict(reference.tables(practice, only={"rule_parameter", "overlay"}))
    by_rule: dict[str, list[Value]] = {}
    for row in frames[RuleParameter].iter_rows(named=True):
        by_rule.setdefault(row["rule_id"], []).append(
            Value(
                row["parameter"],
                "",
                row["value"],
                row["effective_from"],
                row["effective_to"],
                row["source"],
                row["evidence"],
            )
        )
    own = frames[Overlay].filter(~pl.col("setting").is_in(SWITCHES))
    for row in own.sort("rule_id", "setting", "payer", "effective_from").iter_rows(named=True):
        by_rule.setdefault(row["rule_id"], []).append(
            Value(
                row["setting"],
                row["payer"],
                row["value"] or "",
                row["effective_from"],
                row["effective_to"],
                row["document_reference"] or row["remittance_evidence"] or "",
            )
        )
    return by_rule


def _overlay_problems(practice: Path | None, known: set[str]) -> list[Problem]:
    """Rows of overlays.csv about rules there are none of."""
    return [
        Problem(
            Path(row["file"]),
            row["row"],
            f"there is no rule {row['rule_id']}",
            f"Perhaps {', '.join(get_close_matches(row['rule_id'], known)) or 'another'}; "
            "the row changes nothing.",
        )
        for row in overlays.read(practice).iter_rows(named=True)
        if row["rule_id"] not in known
    ]


def pick(book: Book, ids: Iterable[str]) -> tuple[Rule, ...]:
    """The rules with these ids, all of them when none is given. Raises UnknownRule."""
    known = {rule.id: rule for rule in book.rules}
    wanted = [name.upper() for name in ids]
    for name in wanted:
        if name not in known:
            near = ", ".join(get_close_matches(name, known)) or "mohs rules lists them"
            raise UnknownRule(f"there is no rule {name} ({near})")
    return tuple(rule for rule in book.rules if not wanted or rule.id in wanted)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _read(
    path: Path, catalog: Connection | None, values: Mapping[str, Sequence[Value]]
) -> tuple[Rule | None, list[Problem]]:
    rule, block, problems = _parse(path, path.stat().st_mtime_ns, _examples_changed(path))
    if rule is None or block is None:
        return None, list(problems)
    own = tuple(
        value for value in values.get(rule.id, ()) if value.parameter in rule.header.parameters
    )
    rule = replace(rule, values=own)
    if catalog is None:
        return rule, list(problems)
    wrong = (
        _population_problems(rule, block.line, catalog)
        or _query_problems(rule, catalog)
        or _reader_problems(rule, block.line)
        or _parameter_problems(rule, block, catalog)
    )
    return (None if wrong else rule), [*wrong, *problems]


def _examples_changed(path: Path) -> int:
    examples = path.with_suffix(".md")
    return examples.stat().st_mtime_ns if examples.exists() else 0


@cache
def _parse(
    path: Path, changed: int, examples_changed: int
) -> tuple[Rule | None, Block | None, tuple[Problem, ...]]:
    """A rule file as it stood when it was last changed."""
    text = path.read_text(encoding="utf-8")
    parts = blocks(text)
    if len(parts) != 1 or not parts[0].sql:
        remedy = "Begin the file with /* --- header --- */ and put one SELECT under it."
        return None, None, (Problem(path, 1, "a rule is one header and one query", remedy),)
    header, problems = rule_header(parts[0], path)
    if header is None:
        return None, None, tuple(problems)
    cases, wrong = read_cases(path.with_suffix(".md"))
    rule = Rule(header, parts[0].sql, parts[0].sql_line, path, _digest(text), cases)
    return rule, parts[0], (*problems, *wrong)


def _population_problems(rule: Rule, line: int, catalog: Connection) -> list[Problem]:
    table = rule.header.population_table
    models = tables()
    if table not in models:
        near = ", ".join(get_close_matches(table, models)) or "core.mohs_line"
        return [Problem(rule.path, line, f"population: there is no {table}", f"Perhaps {near}.")]
    columns = models[table].to_schema().columns
    wanted = [
        *(POPULATION_COLUMNS if rule.header.subject == "line" else PROVIDER_POPULATION),
        *rule.header.requires,
        *(NEEDED[need][0] for need in _needs(rule)),
        *(f"{series}_quarters" for series in rule.header.releases),
        *(["absent_chart_columns"] if rule.header.chart else []),
    ]
    for name in rule.header.chart:
        if name not in CHARTED:
            near = (
                ", ".join(get_close_matches(name, sorted(CHARTED))) or "docs/tables.md lists them"
            )
            return [Problem(rule.path, line, f"a chart has no column {name}", f"Perhaps {near}.")]
    for name in wanted:
        if name not in columns:
            near = ", ".join(get_close_matches(name, columns)) or "another table, or drop it"
            return [Problem(rule.path, line, f"{table} has no column {name}", f"Perhaps {near}.")]
    return _select_problems(rule, f"SELECT 1 FROM ({population(rule)})", line, catalog)


def _query_problems(rule: Rule, catalog: Connection) -> list[Problem]:
    problems = _select_problems(rule, rule.sql, rule.sql_line, catalog)
    if problems:
        return problems
    columns = [row[0] for row in catalog.execute(f"DESCRIBE {rule.sql}").fetchall()]
    allowed = ALLOWED_COLUMNS if rule.header.subject == "line" else PROVIDER_COLUMNS
    if set(columns) - set(allowed) or not set(allowed[:2]) <= set(columns):
        message = f"the query returns {', '.join(columns)}"
        remedy = f"Return {allowed[0]} and reason, and of the rest only {', '.join(allowed[2:])}."
        return [Problem(rule.path, rule.sql_line, message, remedy)]
    if ("severity" in columns) != bool(rule.header.severity_when):
        message = "severity_when in the header and a column `severity` of the query go together"
        remedy = "Return severity (null is the header's), and say when under severity_when."
        return [Problem(rule.path, rule.sql_line, message, remedy)]
    return []


def _reader_problems(rule: Rule, line: int) -> list[Problem]:
    """What a rule that reads findings may not ask for, because it runs after the others."""
    if not rule.reads_findings:
        return []
    if rule.header.scope != "patient":
        message = f"a rule of {rule.header.scope} scope cannot read audit.finding"
        return [Problem(rule.path, line, message, "Make its scope patient, or read core.")]
    if rule.header.supersedes:
        message = "a rule that reads audit.finding cannot supersede another"
        return [Problem(rule.path, line, message, "Take `supersedes` out.")]
    return []


def _parameter_problems(rule: Rule, block: Block, catalog: Connection) -> list[Problem]:
    """Parameters of header, query and rule_parameter.csv that do not go together."""
    header = rule.header
    names = list(header.parameters)
    lines = block.yaml.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("parameters:")]
    line = block.line + (starts[0] if starts else 0)
    thresholds = THRESHOLDS[header.subject]
    if bool(names) != (thresholds in warehouse.tables_read(catalog, rule.sql)):
        message = f"parameters in the header and {thresholds} in the query go together"
        remedy = "Name them under `parameters:`, and join the table by rule, parameter, payer, day."
        return [Problem(rule.path, line, message, remedy)]
    unread = [
        name for name in (*([header.id] if names else []), *names) if f"'{name}'" not in rule.sql
    ]
    if unread:
        message = f"the query never says '{unread[0]}'"
        remedy = f"Join {thresholds} on rule_id = '{header.id}' and parameter = '{names[0]}'."
        return [Problem(rule.path, rule.sql_line, message, remedy)]
    problems = []
    for name in names:
        gap = _first_gap(rule, name)
        if gap:
            message = f"parameter {name} has no value on {gap}"
            remedy = (
                f"Add a row {header.id},{name} to sql/reference/rule_parameter.csv, or to "
                "reference/rule_parameter.own.csv of the practice folder."
            )
            problems.append(Problem(rule.path, line, message, remedy))
    return problems


def _first_gap(rule: Rule, name: str) -> date | None:
    """The first day of the rule on which the parameter has no value for every payer."""
    last = rule.header.effective.last or date.fromisoformat(DATE_OPEN)
    day = rule.header.effective.first
    for value in sorted(rule.values, key=lambda value: value.first):
        if value.parameter == name and not value.payer and value.first <= day <= value.last:
            if value.last >= last:
                return None
            day = value.last + timedelta(days=1)
    return day


def _select_problems(rule: Rule, sql: str, line: int, catalog: Connection) -> list[Problem]:
    """One SELECT, of known tables of the layers a rule may read, whose columns exist."""
    parsed = json.loads(warehouse.value(catalog, "SELECT json_serialize_sql(?)", [sql]))
    if parsed["error"]:
        at = line + sql.count("\n", 0, int(parsed.get("position") or 0))
        return [Problem(rule.path, at, parsed["error_message"], "Write one plain SELECT.")]
    if len(parsed["statements"]) != 1:
        return [Problem(rule.path, line, "there is more than one query", "Keep one SELECT.")]
    foreign = sorted(
        name
        for name in warehouse.tables_read(catalog, sql)
        if name.split(".")[0] not in LAYERS or name not in tables() or name in LATER
    )
    if foreign:
        readable = [name for name in tables() if name.split(".")[0] in LAYERS]
        near = ", ".join(get_close_matches(foreign[0], readable)) or "a table of core"
        return [Problem(rule.path, line, f"a rule cannot read {foreign[0]}", f"Read {near}.")]
    try:
        catalog.execute(f"EXPLAIN {sql}").fetchall()
    except duckdb.Error as error:
        return [told(rule, line, error)]
    return []


def told(rule: Rule, line: int, error: duckdb.Error) -> Problem:
    """DuckDB's complaint, at the line of the file it is about."""
    text = str(error)
    place = re.search(r"LINE (\d+):", text)
    message = " ".join(text.split("\n\nLINE")[0].split())
    at = line + int(place[1]) - 1 if place else line
    return Problem(rule.path, at, message, "Correct the query; docs/tables.md lists the columns.")


def population(rule: Rule) -> str:
    """The rule's population with the columns that say whether and by what a line is judged.

    `missing` names the first thing without which the line is not evaluable.
    """
    header = rule.header
    absent = _absent(rule)
    distant = [(f"{series}_quarters > 0", series) for series in header.releases]
    missing = "".join(f" WHEN {condition} THEN '{name}'" for condition, name in absent)
    judged = "".join(f" WHEN {condition} THEN {series}_release" for condition, series in distant)
    demoted = " OR ".join(condition for condition, series in distant if series in DEMOTING)
    return (
        f"SELECT *, CASE WHEN FALSE THEN ''{missing} END AS missing, "
        f"CASE WHEN FALSE THEN ''{judged} END AS judged_by, "
        f"coalesce({demoted or 'FALSE'}, FALSE) AS is_demoted, "
        f"'{header.default}' AS usual_setting "
        f"FROM {header.population_table} WHERE ({header.population_condition})"
    )


def _needs(rule: Rule) -> tuple[str, ...]:
    """What a line must have; of providers, the population's own columns tell."""
    return rule.header.needs if rule.header.subject == "line" else ()


def _absent(rule: Rule) -> list[tuple[str, str]]:
    """What a line may lack for the rule to judge it: the condition, and what to call it."""
    header = rule.header
    absent = [(NEEDED[need][1], need) for need in _needs(rule)]
    absent += [(f"{name} IS NULL", name) for name in header.requires]
    absent += [
        (f"coalesce(list_contains(absent_chart_columns, '{name}'), FALSE)", f"{name} in the chart")
        for name in header.chart
    ]
    for series in header.releases:
        absent.append((f"{series}_quarters IS NULL", f"a {series} release"))
        absent.append((f"{series}_quarters > {FARTHEST_RELEASE}", f"a nearer {series} release"))
    return absent
