"""What do the core tables and the rules cost? Run by hand: `uv run python tests/benchmarks/rules.py`.

Staged tables of an invented practice are written to a warehouse of 1 and of 10 million service lines
(30 % Mohs). Then, each step in a process of its own and in CPU time of all threads:

scan     one aggregate over every staged column that core.encounter_line and what it is built from
         read, from Parquet files
rules    the core tables the rules read, and the rules, set by set as `mohs audit` takes them; what
         the tables and the rules take is told apart
tables   one aggregate over every column of those core tables, from Parquet files
audit    all of `mohs audit`: prices, variances, every rule, findings stored

There are no remittances, so that the scan and the rules read the same thing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pipelines import findings, reference, rules, steps, warehouse
from pipelines.places import Place
from pipelines.simulate.parameters import check_digit
from pipelines.warehouse import Connection
from schemas.dictionary import tables
from schemas.table import duckdb_type

TARGET_RATIO, TARGET_BOOK, TARGET_GIGABYTES, TARGET_GROWTH = 12, 15, 3, 1.15
PATIENTS_PER_LINE = 1 / 6.9
READ = {
    "staged.claim": (
        "claim_key claim_id claim_number payer_sequence frequency_code submission is_standing "
        "original_reference submitted_date received_date first_date_of_service patient_id bucket "
        "patient_sex payer_name payer_identifier filing_indicator line_of_business billing_npi "
        "billing_zip rendering_type facility_zip locality zip charge place_of_service assignment "
        "prior_authorization clia_number source file_id"
    ),
    "staged.line_diagnosis": "claim_key line_ordinal position code patient_id bucket",
    "staged.line_modifier": "claim_key line_ordinal position modifier patient_id bucket",
    "staged.service_line": (
        "claim_key file_id ordinal byte_offset byte_end patient_id bucket line_number "
        "date_of_service date_of_service_end procedure_code modifiers modifier_key charge units "
        "place_of_service diagnosis_codes diagnosis_key rendering_npi rendering_taxonomy clia_number"
    ),
}
"""The staged columns that core.encounter_line and what it is built from name."""
FIRST_RULES = [
    "MOHS001",
    "MOHS005",
    "MOHS020",
    "MOHS021",
    "MOHS022",
    "MOHS040",
    "MOHS061",
    "MOHS062",
    "MOHS064",
    "MOHS071",
    "MOHS100",
    "MOHS120",
    "MOHS210",
]
"""The rules the target is stated for; `--rules all` runs the book."""

GENERATED = """
CREATE OR REPLACE TEMP TABLE encounter AS
WITH patients AS (
    SELECT
        number,
        number % 256 AS bucket,
        printf('%02x', number % 256) || substr(md5(number::VARCHAR), 1, 14) AS patient_id,
        hash(number) % 1000 < 550 AS is_surgical,
        1 + (hash(number + 7) % 5)::BIGINT AS visits
    FROM range(CAST($first AS BIGINT), CAST($last AS BIGINT)) AS r (number)
),
visits AS (
    SELECT patients.*, visit, (hash(number * 8 + visit) >> 8)::BIGINT AS chance
    FROM patients, range(5) AS v (visit)
    WHERE visit < visits
)
SELECT
    number * 8 + visit AS claim,
    bucket,
    patient_id,
    is_surgical AND chance % 1000 < 730 AS is_mohs,
    DATE '2024-10-01' + (((chance >> 10) % 146 + visit * 146)::INTEGER) AS day,
    chance,
    $npis[1 + (chance >> 20) % 40] AS rendering_npi,
    ['44101', '44113', '15213', '48104'][1 + (chance >> 26) % 4] AS zip,
    ['C44311', 'C44319', 'C4441', 'C44519', 'C44622', 'C44711', 'D0439'][1 + (chance >> 30) % 7] AS site
FROM visits
ORDER BY bucket, patient_id, visit;

CREATE OR REPLACE TEMP TABLE line AS
WITH codes AS (
    SELECT *, unnest(CASE
        WHEN is_mohs AND site IN ('C44519', 'C44622', 'C44711') THEN list_filter([
            '17313', if(chance % 10 < 6, '17314', ''), if(chance % 100 < 5, '17315', ''),
            if((chance >> 4) % 10 < 6, ['12032', '13121', '12001'][1 + chance % 3], ''),
            if((chance >> 8) % 10 < 2, '99213', ''), if((chance >> 12) % 100 < 4, '88305', '')
        ], lambda code: code <> '')
        WHEN is_mohs THEN list_filter([
            '17311', if(chance % 10 < 7, '17312', ''), if(chance % 100 < 5, '17315', ''),
            if((chance >> 4) % 10 < 7, ['13132', '14040', '12052', '15260'][1 + chance % 4], ''),
            if((chance >> 8) % 10 < 2, '99213', ''), if((chance >> 12) % 100 < 4, '11102', '')
        ], lambda code: code <> '')
        ELSE list_filter([
            '99213', if(chance % 10 < 5, '11102', ''), if((chance >> 4) % 10 < 4, '17000', ''),
            if((chance >> 8) % 10 < 2, '88305', '')
        ], lambda code: code <> '')
    END) AS procedure_code
    FROM encounter
)
SELECT
    *,
    row_number() OVER (PARTITION BY claim ORDER BY procedure_code <> '17311', procedure_code) AS n,
    (hash(claim, procedure_code) >> 8)::BIGINT AS luck
FROM codes
ORDER BY bucket, patient_id, claim, n;
"""
CLAIM = """
SELECT
    'f' || strftime(day, '%Y%m') || ':' || claim AS claim_key,
    'f' || strftime(day, '%Y%m') AS file_id,
    claim AS ordinal, claim * 900 AS byte_offset, claim * 900 + 300 AS byte_end,
    '837' AS source, 'C' || claim AS claim_number, 'C' || claim AS claim_id,
    'C' || claim AS root_number, 'P' AS payer_sequence, '1' AS frequency_code, 1 AS submission,
    true AS is_standing, '' AS original_reference, day + 3 AS submitted_date, day AS first_date_of_service,
    strftime(day + 3, '%Y%m%d') || '|' || claim AS submitted_key, patient_id, bucket,
    if(chance % 2 = 0, 'F', 'M') AS patient_sex, DATE '1950-01-01' AS patient_birth_date,
    ['MEDICARE B', 'BLUE HERON', 'NORTHERN MUTUAL'][1 + (chance >> 33) % 3] AS payer_name,
    ['01111', '87726', '60054'][1 + (chance >> 33) % 3] AS payer_identifier,
    ['MB', 'CI', 'CI'][1 + (chance >> 33) % 3] AS filing_indicator,
    '1111111112' AS billing_npi, zip AS billing_zip, rendering_npi,
    '207ND0101X' AS rendering_taxonomy, '' AS facility_zip,
    1500.00 AS charge,
    '11' AS place_of_service, 'A' AS assignment, '' AS prior_authorization,
    '00D0000001' AS clia_number
FROM encounter
"""
LINE = """
SELECT
    'f' || strftime(day, '%Y%m') || ':' || claim AS claim_key,
    'f' || strftime(day, '%Y%m') AS file_id,
    claim * 10 + n AS ordinal, claim * 900 + n * 90 AS byte_offset,
    claim * 900 + n * 90 + 88 AS byte_end, patient_id, bucket,
    n::VARCHAR AS line_number, 'C' || claim || '-' || n AS control_number,
    day AS date_of_service, procedure_code,
    if(procedure_code = '99213' AND is_mohs AND luck % 10 < 9, ['25'],
       if(procedure_code IN ('11102', '88305') AND luck % 10 < 9, ['59'], [])) AS modifiers,
    array_to_string(modifiers, ' ') AS modifier_key,
    (200 + luck % 90000 / 100)::DECIMAL(12, 2) AS charge,
    if(procedure_code IN ('17312', '17314'), 1 + luck % 3, 1)::DECIMAL(9, 3) AS units,
    'UN' AS unit_type, '11' AS place_of_service,
    if(luck % 10 < 8, [site], [site, 'L570']) AS diagnosis_codes,
    array_to_string(diagnosis_codes, ' ') AS diagnosis_key,
    rendering_npi, '207ND0101X' AS rendering_taxonomy, '00D0000001' AS clia_number
FROM line
"""
LINE_MODIFIER = """
SELECT claim_key, file_id, bucket, patient_id, ordinal AS line_ordinal,
    1 AS position, unnest(modifiers) AS modifier
FROM staged.service_line WHERE bucket BETWEEN $low AND $high AND len(modifiers) > 0
"""
LINE_DIAGNOSIS = """
SELECT claim_key, file_id, bucket, patient_id, ordinal AS line_ordinal,
    generate_subscripts(diagnosis_codes, 1) AS position, unnest(diagnosis_codes) AS code
FROM staged.service_line WHERE bucket BETWEEN $low AND $high
"""


def generate(place: Place, lines: int) -> int:
    """Write the staged tables, in order of patient buckets; returns the lines written."""
    connection = warehouse.open_warehouse(place.warehouse)
    patients = int(lines * PATIENTS_PER_LINE)
    # numbers of one bucket are 256 apart; a step is some buckets, over all numbers
    for low in range(0, warehouse.BUCKETS, 32):
        high = low + 31
        made = GENERATED.replace(
            "FROM range(CAST($first AS BIGINT), CAST($last AS BIGINT)) AS r (number)",
            f"FROM range({patients}) AS r (number) WHERE number % 256 BETWEEN {low} AND {high}",
        )
        made = made.replace("$npis", str([npi(number) for number in range(40)]))
        for statement in made.split(";\n"):
            if statement.strip():
                connection.execute(statement)
        fill(connection, "staged.claim", CLAIM)
        fill(connection, "staged.service_line", LINE)
        for name, query in (
            ("staged.line_modifier", LINE_MODIFIER),
            ("staged.line_diagnosis", LINE_DIAGNOSIS),
        ):
            fill(connection, name, query.replace("$low", str(low)).replace("$high", str(high)))
    written = int(warehouse.value(connection, "SELECT count(*) FROM staged.service_line"))
    connection.close()
    return written


def npi(number: int) -> str:
    """An invented NPI with its check digit."""
    digits = f"20010{number:04d}"
    return digits + check_digit(digits)


def fill(connection: Connection, name: str, query: str) -> None:
    """Append a query's rows; required columns it does not name are blank."""
    known = {row[0] for row in connection.execute(f"DESCRIBE {query}").fetchall()}
    blank = {"VARCHAR": "''", "BOOLEAN": "false", "BIGINT": "0", "DATE": "DATE '2024-01-01'"}
    added = [
        f"{blank[duckdb_type(column.dtype)]} AS {column_name}"
        for column_name, column in tables()[name].to_schema().columns.items()
        if not column.nullable and column_name not in known
    ]
    given = [column for column in known if column in tables()[name].to_schema().columns]
    connection.execute(
        f"INSERT INTO {name} BY NAME SELECT {', '.join([*given, *added])} FROM ({query})"
    )


def scan(place: Place) -> None:
    """One aggregate over the staged columns read, from Parquet."""
    connection = warehouse.connect(place.warehouse, read_only=True)
    for name, columns in READ.items():
        connection.execute(
            f"COPY (SELECT {', '.join(columns.split())} FROM {name}) TO '{parquet(place, name)}' "
            "(FORMAT parquet)"
        )
    connection.close()
    read_all(place, READ)


def tables_scan(place: Place) -> None:
    """One aggregate over every column of the core tables the last `rules` step had its rules read."""
    names = {
        path.name.split(".")[1]
        for path in place.warehouse.parent.glob(f"{place.warehouse.stem}.core-*")
    }
    read_all(place, [name.replace("-", ".") for name in sorted(names)])


def parquet(place: Place, name: str, number: int | str = 0) -> Path:
    """Where a table's columns stand as Parquet, one file for each set of patients."""
    return place.warehouse.with_name(
        f"{place.warehouse.stem}.{name.replace('.', '-')}.{number}.parquet"
    )


def keep(connection: Connection, place: Place, name: str, number: int) -> None:
    """Write a core table of the set in use as Parquet."""
    connection.execute(
        f"COPY (SELECT * FROM {name}) TO '{parquet(place, name, number)}' (FORMAT parquet)"
    )


def read_all(place: Place, names: Iterable[str]) -> None:
    """Read every column of the Parquet files of the tables once, and say what that took."""
    connection = warehouse.connect()
    # else DuckDB answers a table of plain columns from the statistics of its files and reads none
    connection.execute("SET disabled_optimizers = 'statistics_propagation'")
    spent = 0.0
    for name in names:
        files = f"read_parquet('{parquet(place, name, '*')}')"
        columns = connection.execute(f"DESCRIBE SELECT * FROM {files}").fetchall()
        parts = [
            f"sum(len({column})), max({column}[1])" if kind.endswith("[]") else f"max({column})"
            for column, kind, *_ in columns
        ]
        before = cpu_seconds()
        connection.execute(f"SELECT {', '.join(parts)} FROM {files}").fetchall()
        spent += cpu_seconds() - before
    connection.close()
    say({"cpu": spent})


def tables_for(connection: Connection, book: rules.Book) -> list[str]:
    """The core tables the rules read and those these are built from; prices are left out."""
    queries = warehouse.queries("core")
    waiting = {rule.header.population_table for rule in book.rules}
    for rule in book.rules:
        waiting |= warehouse.tables_read(connection, rule.sql)
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in queries and name not in found:
            found.add(name)
            waiting |= warehouse.tables_read(connection, warehouse.select_text(queries[name]))
    return sorted(found)


def tables_read(connection: Connection, book: rules.Book) -> list[str]:
    """The core tables the rules themselves read; of views, what they are views of."""
    queries = warehouse.queries("core")
    found = {rule.header.population_table for rule in book.rules}
    for rule in book.rules:
        found |= warehouse.tables_read(connection, rule.sql)
    for view in reversed(warehouse.VIEWED):
        if view in found:
            found |= warehouse.tables_read(connection, warehouse.select_text(queries[view]))
    return sorted(name for name in found if name in queries and name not in warehouse.VIEWED)


def judge(place: Place, ids: Sequence[str]) -> None:
    """Core tables the rules read, and the rules, set by set."""
    whole = rules.read_book()
    book = rules.Book(rules.pick(whole, [] if list(ids) == ["all"] else ids), ())
    connection = warehouse.open_warehouse(place.warehouse)
    names, read = tables_for(connection, book), tables_read(connection, book)
    reference.load(connection, None)
    auditing = findings.Auditing(connection, book, "", is_everyone=True, is_same=True)
    building = judging = 0.0
    for number, condition in enumerate(warehouse.patient_sets(connection, None)):
        before = cpu_seconds()
        with warehouse.part(connection, condition):
            warehouse.build(connection, names)
            built = cpu_seconds()
            auditing.run()
            building, judging = building + built - before, judging + cpu_seconds() - built
            for name in read:
                keep(connection, place, name, number)
    said: dict[str, object] = {"cpu": building + judging, "rules": len(book.rules)}
    said["building"], said["judging"] = building, judging
    said["findings"] = warehouse.value(connection, "SELECT count(*) FROM temp.fresh_finding")
    said["tables"] = " ".join(names)
    connection.close()
    say(said)


def audit(place: Place) -> None:
    """All of `mohs audit`."""
    steps.audit(place, everyone=True)


def cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def say(facts: dict[str, object]) -> None:
    print(json.dumps(facts))


STEPS = ("scan", "rules", "tables", "audit")


def measure(step: str, place: Place, ids: Sequence[str]) -> dict[str, object]:
    """CPU seconds, wall seconds and peak gigabytes of a step in a process of its own."""
    done = subprocess.run(
        [
            sys.executable,
            __file__,
            *("--step", step, "--warehouse", str(place.warehouse), "--rules", *ids),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return {
        key: value
        for line in done.stdout.splitlines()
        if line.startswith("{")
        for key, value in json.loads(line).items()
    }


def run_step(step: str, place: Place, ids: Sequence[str]) -> None:
    before, started = cpu_seconds(), time.perf_counter()
    if step == "scan":
        scan(place)
    elif step == "tables":
        tables_scan(place)
    elif step == "rules":
        judge(place, ids)
    else:
        audit(place)
    peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    say({
        "total_cpu": cpu_seconds() - before,
        "wall": time.perf_counter() - started,
        "gigabytes": int(peak) / 1024**2,
    })  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--steps", nargs="*", default=list(STEPS), choices=STEPS)
    parser.add_argument("--rules", nargs="*", default=FIRST_RULES, help="ids, or all")
    parser.add_argument("--folder", type=Path, help="keep the warehouses here")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--warehouse", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        run_step(asked.step, Place(asked.warehouse), asked.rules)
        return
    with tempfile.TemporaryDirectory() as scratch:
        per_line: dict[str, list[float]] = {}
        for lines in asked.lines:
            place = Place((asked.folder or Path(scratch)) / f"{lines}.duckdb")
            if not place.warehouse.exists():
                generate(place, lines)
            report(place, asked, per_line)
            if not asked.folder:
                place.warehouse.unlink()
        for step, costs in per_line.items():
            if len(costs) > 1:
                print(
                    f"{step}: CPU per line grows {costs[-1] / costs[0]:.2f} times from the first size "
                    f"to the last, target {TARGET_GROWTH}"
                )


def report(place: Place, asked: argparse.Namespace, per_line: dict[str, list[float]]) -> None:
    connection = warehouse.connect(place.warehouse, read_only=True)
    lines, mohs, claims = connection.execute(
        "SELECT count(*), avg((procedure_code LIKE '1731%')::INT), count(DISTINCT claim_key) "
        "FROM staged.service_line"
    ).fetchall()[0]
    connection.close()
    print(f"{lines:,} lines, {mohs:.0%} Mohs, {lines / claims:.1f} lines a claim")
    found: dict[str, dict[str, object]] = {}
    for name in asked.steps:
        found[name] = measure(name, place, asked.rules)
        spent = spent_by(found, name)
        per_line.setdefault(name, []).append(spent / lines)
        print(
            f"  {name}: {spent:.1f} CPU s, {found[name]['wall']:.1f} s, "
            f"{found[name]['gigabytes']:.2f} GB (target {TARGET_GIGABYTES})"
        )
    if "rules" not in found:
        return
    told = found["rules"]
    building, judging = float(str(told["building"])), float(str(told["judging"]))
    print(
        f"  {told['rules']} rules: tables {building:.1f}, rules {judging:.1f} CPU s; "
        f"{int(str(told['findings'])):,} findings; built {told['tables']}"
    )
    if "scan" in found:
        print(
            f"  tables and rules: {(building + judging) / spent_by(found, 'scan'):.1f} scans of the "
            f"staged columns (target {TARGET_RATIO} for the first rules)"
        )
    if "tables" in found:
        scan_of_tables = spent_by(found, "tables")
        print(
            f"  rules: {judging / scan_of_tables:.1f} scans of the tables they read "
            f"(target {TARGET_BOOK} for the book); with building these {(building + judging) / scan_of_tables:.1f}"
        )


def spent_by(found: Mapping[str, dict[str, object]], step: str) -> float:
    """CPU seconds of a step: what it says of itself, else all of its process."""
    return float(str(found[step].get("cpu", found[step]["total_cpu"])))


if __name__ == "__main__":
    main()
