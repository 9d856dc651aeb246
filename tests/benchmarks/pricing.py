"""What does pricing cost? Run by hand: `uv run python tests/benchmarks/pricing.py`.

Adjudicated lines of an invented practice, as `core.service_line` has them (30 % Mohs codes; Medicare,
a plan with a contract and one without), are written to Parquet in order of patients, and their
adjustments with them. Then, each in a process of its own and in CPU time of all threads:

scan     one aggregate over every column of the lines
price    core.pricing_line and audit.expected_payment built from them, set by set of patients as
         `mohs audit` takes them; keeping these in the warehouse is told apart
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from pipelines import reference, warehouse
from schemas.claims import ServiceLine
from schemas.dictionary import tables
from schemas.table import duckdb_type, polars_schema

TARGET_RATIO, TARGET_GIGABYTES = 12, 4
LINES_PER_ENCOUNTER = 2.56
CONTRACT = """
INSERT INTO reference.contract BY NAME
SELECT 'Blue' AS payer, '' AS procedure_code, 'percent_of_medicare' AS basis, 1.35 AS value,
    DATE '2020-01-01' AS effective_from, DATE '9999-12-31' AS effective_to, 'invented' AS source
"""

GENERATED = """
COPY (
    WITH encounters AS (
        SELECT
            number,
            format('{:06d}', number // 4) || substr(md5((number // 4)::VARCHAR), 1, 10) AS patient_id,
            (hash(number) >> 8)::BIGINT AS chance,
            (hash(number // 4) >> 8)::BIGINT AS who
        FROM range(CAST($encounters AS BIGINT)) AS r (number)
    ),
    codes AS (
        SELECT *, unnest(CASE
            WHEN chance % 100 < 55 THEN list_filter([
                ['17311', '17311', '17313'][1 + chance % 3],
                if(chance % 10 < 7, ['17312', '17312', '17314'][1 + chance % 3], ''),
                if(chance % 20 < 1, '17315', ''),
                if((chance >> 4) % 10 < 7, ['13132', '14040', '12052', '15260'][1 + chance % 4], ''),
                if((chance >> 8) % 10 < 2, '99213', ''), if((chance >> 12) % 100 < 4, '11102', '')
            ], lambda code: code <> '')
            ELSE list_filter([
                '99213', if(chance % 10 < 5, '11102', ''), if((chance >> 4) % 10 < 4, '17000', ''),
                if((chance >> 8) % 10 < 2, '88305', '')
            ], lambda code: code <> '')
        END) AS procedure_code
        FROM encounters
    ),
    numbered AS (
        SELECT *, (hash(number, procedure_code) >> 8)::BIGINT AS luck,
            row_number() OVER (PARTITION BY number ORDER BY procedure_code) AS line,
            ['Medicare', 'Medicare', 'Blue', 'Silver'][1 + who % 4] AS payer
        FROM codes
    )
    SELECT
        'C' || number || '-' || line AS line_id, 'C' || number AS claim_id,
        'f' || strftime(day, '%Y%m') || ':' || number AS claim_key, line::VARCHAR AS line_number,
        'C' || number || '-1' AS encounter_id, patient_id, 'P' AS payer_sequence,
        '20010' || lpad((chance % 40)::VARCHAR, 5, '0') AS rendering_npi,
        NULL::VARCHAR AS group_id, 'dermatology' AS specialty,
        if(luck % 40 < 1, 'PA', 'MD') AS rendering_type, day AS date_of_service,
        false AS has_date_range, ['11', '11', '11', '22', '24'][1 + who % 5] AS place_of_service,
        procedure_code,
        if(procedure_code IN ('99213'), ['25'], if(luck % 10 < 2, ['59'], [])) AS modifiers,
        array_to_string(modifiers, ' ') AS modifier_key,
        if(procedure_code IN ('17312', '17314'), 1 + luck % 3, 1)::DECIMAL(9, 3) AS units,
        ['C44311', 'L570'][1:1 + luck % 2] AS diagnosis_codes,
        array_to_string(diagnosis_codes, ' ') AS diagnosis_key, '00D0000001' AS clia_number,
        (150 + luck % 90000 / 100)::DECIMAL(12, 2) AS charge,
        (charge * 0.6)::DECIMAL(12, 2) AS allowed, 'amount' AS allowed_method,
        (charge * 0.47)::DECIMAL(12, 2) AS paid, (charge * 0.12)::DECIMAL(12, 2) AS patient_responsibility,
        true AS is_adjudicated, luck % 100 < 5 AS is_denied,
        if(is_denied, 'information', NULL) AS denial_category, if(is_denied, '16', NULL) AS driver_carc,
        if(is_denied, 'N706', NULL) AS driver_rarc, day + 20 AS remitted_date,
        day + 3 AS submitted_date, payer,
        ['medicare', 'medicare', 'commercial', 'medicare_advantage'][1 + who % 4] AS line_of_business,
        ['15202-00', '09102-04', '13202-01', '01182-18'][1 + (who >> 8) % 4] AS locality,
        '837' AS source, 'f' || strftime(day, '%Y%m') AS file_id, number * 10 + line AS ordinal,
        number * 900 + line * 90 AS byte_offset, number * 900 + line * 90 + 88 AS byte_end
    FROM (SELECT *, DATE '2024-01-01' + (chance % 1000)::INTEGER AS day FROM numbered)
    ORDER BY patient_id, number, line
) TO '$file' (FORMAT parquet, ROW_GROUP_SIZE 122880)
"""
REMITTED = """
INSERT INTO core.remit_claim BY NAME
SELECT DISTINCT 'r' || claim_id AS remit_claim_id, claim_id, patient_id, 'P' AS payer_sequence, $blank
FROM core.service_line;

INSERT INTO core.adjustment BY NAME
SELECT
    'r' || claim_id AS remit_claim_id, 'r' || line_id AS remit_line_id, claim_id, patient_id, line_id,
    ordinal, place AS position, ['CO', 'PR', 'PR'][place] AS group_code, ['45', '2', '1'][place] AS carc,
    if(place = 3, 50, charge * 0.2)::DECIMAL(12, 2) AS amount
FROM core.service_line, unnest([1, 2, 3]) AS p (place)
WHERE place < 3 OR ordinal % 50 = 0
"""
"""A write-off and a coinsurance for each line, a deductible for some."""


def generate(file: Path, lines: int) -> None:
    connection = warehouse.connect()
    encounters = int(lines / LINES_PER_ENCOUNTER)
    connection.execute(
        GENERATED.replace("$encounters", str(encounters)).replace("$file", str(file))
    )
    connection.close()


def scan(file: Path) -> None:
    """One aggregate over every column of the file."""
    connection = warehouse.connect()
    parts = [
        f"sum(len({name})), max({name}[1])" if "List" in str(kind) else f"max({name})"
        for name, kind in polars_schema(ServiceLine).items()
    ]
    connection.execute(f"SELECT {', '.join(parts)} FROM read_parquet('{file}')").fetchall()
    connection.close()


def price(file: Path) -> None:
    """Every line of the file priced and kept, in sets of patients."""
    connection = warehouse.connect(file.with_suffix(".duckdb"))
    warehouse.create(connection)
    reference.load(connection, None)
    connection.execute(CONTRACT)
    spent, kept = 0.0, 0.0
    for first, last in patient_ranges(connection, file):
        with warehouse.part(connection, "bucket = 0") as home:
            connection.execute(
                f"INSERT INTO core.service_line BY NAME SELECT * FROM read_parquet('{file}') "
                "WHERE patient_id >= ? AND patient_id < ?",
                [first, last],
            )
            for statement in REMITTED.replace("$blank", blank("core.remit_claim")).split(";\n"):
                connection.execute(statement)
            before = cpu_seconds()
            warehouse.build(connection, ["core.pricing_line", "audit.expected_payment"])
            priced = cpu_seconds()
            warehouse.keep(connection, home, ["audit.expected_payment"])
            spent += priced - before
            kept += cpu_seconds() - priced
    say({"cpu": spent, "kept": kept})
    say(
        dict(
            connection.execute(
                "SELECT expected_basis || ' ' || status, count(*) FROM audit.expected_payment GROUP BY 1"
            ).fetchall()
        )
    )
    connection.close()


REMIT_COLUMNS = ("remit_claim_id", "claim_id", "patient_id", "payer_sequence")


def blank(name: str) -> str:
    """Blanks for the other columns of core.remit_claim that may not be null."""
    return ", ".join(
        f"{warehouse.NEUTRAL.get(duckdb_type(column.dtype), '0')} AS {column_name}"
        for column_name, column in tables()[name].to_schema().columns.items()
        if not column.nullable and column_name not in REMIT_COLUMNS
    )


def patient_ranges(connection: warehouse.Connection, file: Path) -> list[tuple[str, str]]:
    """First patient and patient after the last of stretches of about LINES_PER_SET lines."""
    lines = int(warehouse.value(connection, f"SELECT count(*) FROM read_parquet('{file}')"))
    sets = -(-lines // warehouse.LINES_PER_SET)
    numbers = int(lines / LINES_PER_ENCOUNTER) // 4 + 1
    edges = [f"{numbers * number // sets:06d}" for number in range(sets)] + ["x"]
    return list(pairwise(edges))


def cpu_seconds() -> float:
    used = os.times()
    return used.user + used.system


def say(facts: dict[str, object]) -> None:
    print(json.dumps(facts))


STEPS = {"scan": scan, "price": price}


def run_step(step: str, file: Path) -> None:
    before, started = cpu_seconds(), time.perf_counter()
    STEPS[step](file)
    peak = Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]
    say({
        "total_cpu": cpu_seconds() - before,
        "wall": time.perf_counter() - started,
        "gigabytes": int(peak) / 1024**2,
    })  # fmt: skip


def measure(step: str, file: Path) -> dict[str, object]:
    """CPU seconds, wall seconds and peak gigabytes of a step in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--step", step, "--file", str(file)],
        check=True,
        capture_output=True,
        text=True,
    )
    return {
        key: value for line in done.stdout.splitlines() for key, value in json.loads(line).items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        run_step(asked.step, asked.file)
        return
    for lines in asked.lines:
        with tempfile.TemporaryDirectory() as scratch:
            file = Path(scratch) / "lines.parquet"
            generate(file, lines)
            print(f"{lines:,} lines, {file.stat().st_size / 1e6:,.0f} MB of Parquet")
            base = 0.0
            for step in STEPS:
                found = measure(step, file)
                spent = float(str(found.get("cpu", found["total_cpu"])))
                base = base or spent
                print(
                    f"  {step}: {spent:.1f} CPU s, {found['wall']:.1f} s, "
                    f"{found['gigabytes']:.2f} GB (target {TARGET_GIGABYTES}), "
                    f"{spent / base:.1f} scans (target {TARGET_RATIO})"
                )
                if step == "price":
                    print(f"  keeping the prices in the warehouse: {found['kept']:.1f} CPU s")
                    print("  " + ", ".join(f"{k}: {v:,}" for k, v in found.items() if " " in k))


if __name__ == "__main__":
    main()
