"""Bills as they were sent before: what core and the rules say of submissions that no longer stand.

A corrected claim leaves neither the facts of the one before it nor the rules that fired on it in
core. They are made again from the staged submissions, in a catalog of their own: in turn n every
claim of a patient stands as it was sent the n-th time, or the last time before. Two read it. Answered
submissions that were changed since are judged as they were billed (audit.submission_line and
audit.submission_finding), so that a denial is laid to the claim that was denied; first submissions
are what denial risk learns from (temporary tables that wait for `risk.study`).

Rules that read what becomes known after submission are left out. Patients are worked through in
portions, so that memory stays bounded; bills that were sent once cost nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from pipelines import judging, risk, risk_guard, rules, warehouse
from pipelines.warehouse import Connection

MOST_SUBMISSIONS = 12
"""Later submissions of a bill are not judged as billed: each turn costs a pass over the rules."""
STUDIED = ("audit.submission_line", "audit.submission_finding")

JUDGING = (
    "SELECT * FROM core.encounter_line, core.mohs_line, core.covered_line, core.threshold",
    *(warehouse.select_text(path) for path in sorted(judging.ENGINE.glob("rule_line.sql"))),
    *(warehouse.select_text(path) for path in sorted(judging.ENGINE.glob("rule_finding.sql"))),
)
"""What running rules reads beside the rules' own queries."""


def recall(connection: Connection, book: rules.Book) -> None:
    """Look at submissions that no longer stand. Outside of any transaction, once core is built."""
    for name in STUDIED:
        connection.execute(f"DELETE FROM {name}")
    early = early_rules(connection, book)
    wants_first = risk.wants_first(connection)
    firsts = risk.FIRSTS if wants_first else {}
    for name, query in risk.FIRSTS.items():
        connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query} LIMIT 0")
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE refiled_successor (line_id VARCHAR, standing_line_id VARCHAR)"
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE former_bill AS {_sql('former_bill')}",
        {
            "lines": warehouse.LINES_PER_SET,
            "most_submissions": MOST_SUBMISSIONS,
            "wants_first": wants_first,
        },
    )
    # a bill's patient may have been corrected: its remittances are with who it stands for
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE former_patient AS "
        "SELECT DISTINCT claims.patient_id, bills.submission, bills.portion "
        "FROM staged.claim AS claims JOIN temp.former_bill AS bills USING (claim_id)"
    )
    if wants_first:
        connection.execute(f"INSERT INTO temp.refiled_successor BY NAME {_sql('risk_successor')}")
    connection.execute(f"CREATE OR REPLACE TEMP TABLE former_answer AS {_sql('former_answer')}")
    chosen = [
        rule
        for rule in book.rules
        if rule.id in early
        and rule.header.scope == "patient"
        and (wants_first or rule.header.basis != "payment")
    ]
    turns = connection.execute(
        "SELECT submission, portion FROM temp.former_bill GROUP BY ALL ORDER BY ALL"
    ).fetchall()
    for submission, portion in turns:
        _look(connection, chosen, submission, portion, firsts if submission == 1 else {})


def _look(
    connection: Connection,
    chosen: Sequence[rules.Rule],
    submission: int,
    portion: int,
    firsts: dict[str, str],
) -> None:
    """One turn of one portion of patients."""
    mine = (
        "patient_id IN (SELECT patient_id FROM temp.former_patient "
        f"WHERE submission = {submission} AND portion = {portion})"
    )
    bills = f"temp.former_bill WHERE submission = {submission} AND portion = {portion}"
    queries = [*firsts.values(), _sql("submission_line"), *JUDGING, *(rule.sql for rule in chosen)]
    with warehouse.part(connection, mine) as home:
        connection.execute(
            f"CREATE OR REPLACE VIEW staged.claim AS {_standing(submission)} "
            f'FROM "{home}".staged.claim WHERE {mine}'
        )
        warehouse.build(connection, needed(connection, queries))
        outcome = judging.run(connection, chosen, run_id="")
        for name, query in firsts.items():
            connection.execute(
                f"INSERT INTO temp.{name} BY NAME SELECT made.* FROM ({query}) AS made "
                "WHERE made.line_id IN (SELECT line_id FROM core.service_line "
                f"WHERE claim_id IN (SELECT claim_id FROM {bills}))"
            )
        failed = {problem.path for problem in outcome.problems}
        sound = [rule for rule in chosen if rule.path not in failed]
        _tell_judged(connection, sound, f"{bills} AND is_answered")
        for name in STUDIED:
            query = _sql(name.removeprefix("audit."))
            turn = {"submission": submission, "portion": portion}
            said = turn if "$submission" in query else None
            connection.execute(f"INSERT INTO {name} BY NAME {query}", said)
        warehouse.keep(connection, home, STUDIED)


def _standing(submission: int) -> str:
    """The claims of which each stands as it was sent that time, or the last time before."""
    last = "submission = 1"
    if submission > 1:
        last = (
            f"coalesce(submission = max(submission) FILTER (submission BETWEEN 1 AND {submission}) "
            "OVER (PARTITION BY claim_id), false)"
        )
    return f"SELECT * REPLACE ({last} AND frequency_code <> '8' AS is_standing)"


def _tell_judged(connection: Connection, chosen: Sequence[rules.Rule], bills: str) -> None:
    """temp.former_judged: lines of those bills on which a population of rules can be judged.

    temp.judging_rule has the rules of each population.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE former_judged (population INTEGER, line_id VARCHAR)"
    )
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE judging_rule (population INTEGER, rule_id VARCHAR)"
    )
    if not warehouse.value(connection, f"SELECT count(*) FROM {bills}"):
        return
    overlaid = judging.overlaid(connection)
    numbers: dict[object, int] = {}
    for rule in chosen:
        if rule.header.basis == "payment":
            continue
        key = rule.id if rule.id in overlaid else judging.alike(rule)
        if key not in numbers:
            numbers[key] = len(numbers)
            lines, said = judging.rule_lines(rule, f"claim_id IN (SELECT claim_id FROM {bills})")
            connection.execute(
                f"INSERT INTO temp.former_judged {lines} SELECT {numbers[key]}, line_id "
                "FROM rule_lines WHERE missing IS NULL",
                said,
            )
        connection.execute("INSERT INTO temp.judging_rule VALUES (?, ?)", [numbers[key], rule.id])


def early_rules(connection: Connection, book: rules.Book) -> set[str]:
    """The rules that read nothing known after submission; temp.early_rule has them too."""
    queries = {rule.id: rule.sql for rule in book.rules if "remits" not in rule.header.needs}
    early = risk_guard.early_rules(connection, queries, risk_guard.read_register(connection))
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE early_rule AS SELECT unnest($rules::VARCHAR[]) AS rule_id",
        {"rules": sorted(early)},
    )
    return set(early)


def needed(connection: Connection, queries: Iterable[str]) -> list[str]:
    """Tables of core and audit that have to be built for the queries, those of findings left out."""
    files = {**warehouse.queries("core"), **warehouse.queries("audit")}
    waiting = [name for query in queries for name in _read(connection, query)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in files and name not in found:
            found.add(name)
            waiting += _read(connection, warehouse.select_text(files[name]))
    return warehouse.build_order(found)


_known: dict[str, frozenset[str]] = {}


def _read(connection: Connection, query: str) -> frozenset[str]:
    if query not in _known:
        _known[query] = frozenset(warehouse.tables_read(connection, query))
    return _known[query]


@cache
def _sql(name: str) -> str:
    return warehouse.select_text(risk.STUDY / f"{name}.sql")
