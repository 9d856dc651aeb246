"""Everything under sql/core, sql/rules and sql/audit runs on DuckDB and Spark alike."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from pipelines.warehouse import SQL, select_text
from tests.portable import breaches, to_spark

FILES = [
    path for layer in ("core", "rules", "audit") for path in sorted((SQL / layer).rglob("*.sql"))
]


def named(path: Path) -> str:
    return path.relative_to(SQL).as_posix()


@pytest.mark.parametrize("path", FILES, ids=named)
def test_file_stays_in_the_portable_subset(path: Path) -> None:
    found = breaches(select_text(path))
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("path", FILES, ids=named)
def test_file_can_be_written_as_spark_sql(path: Path) -> None:
    ours = select_text(path)
    assert columns(to_spark(ours), "spark") == columns(ours, "duckdb")


def columns(query: str, dialect: str) -> list[str]:
    tree = sqlglot.parse_one(query, read=dialect)
    assert isinstance(tree, exp.Query)
    return tree.named_selects


LINES = "from core.service_line as lines"
"""What `@` stands for below."""
WITHIN = {
    "cte and window": """
        with ranked as (
            select lines.line_id, row_number() over (
                partition by lines.claim_id order by lines.charge desc, lines.line_id
            ) as choice @
        ) select ranked.line_id from ranked where ranked.choice = 1""",
    "price of a day": """
        select lines.line_id, fees.work_rvu @ left join reference.mpfs_rvu as fees
        on lines.procedure_code = fees.procedure_code
        and lines.date_of_service between fees.effective_from and fees.effective_to""",
    "modifier": """select coalesce(list_contains(lines.modifiers, '59'), false) as has_59 @""",
    "length": "select array_length(lines.modifiers) as modifiers @",
    "explode": """
        with billed as (
            select lines.line_id, u.modifier @
            cross join unnest(lines.modifiers) as u (modifier)
        ) select billed.line_id, billed.modifier from billed""",
    "prefix": """select lines.line_id @ where starts_with(lines.procedure_code, '173')
        or lines.procedure_code like '173%'""",
    "ratio": """select cast(lines.paid as double) / nullif(cast(lines.charge as double), 0)
        as paid_rate @""",
    "integer part": "select cast(floor(lines.units) as bigint) as units @",
    "money": """select cast(round(lines.charge * cast(1.175 as decimal(5, 3)), 2)
        as decimal(14, 2)) as charge @""",
    "percentile": "select percentile(cast(lines.charge as double), 0.9) as charge @",
    "days between": """select date_diff('day', lines.date_of_service, lines.remitted_date)
        as days @""",
    "months between": """select (year(lines.remitted_date) - year(lines.date_of_service)) * 12
        + month(lines.remitted_date) - month(lines.date_of_service) as months @""",
    "later days": """select lines.date_of_service + 90 as end_date,
        cast(lines.date_of_service + interval 1 month as date) as next_date @""",
    "month": "select cast(date_trunc('month', lines.date_of_service) as date) as month @",
    "aggregates": """select lines.claim_id, count(*) as lines,
        count(distinct lines.payer) as payers, bool_or(lines.is_denied) as is_denied,
        arg_max(lines.charge, lines.line_id) as charge,
        sum(lines.paid) filter (where lines.is_adjudicated) as paid @ group by lines.claim_id""",
    "unpivot": """select lines.line_id, lines.paid as amount @ where lines.paid is not null
        union all select lines.line_id, lines.allowed as amount @""",
    "exists": """select lines.line_id @ where not exists (
        select 1 from core.claim as claims where claims.claim_id = lines.claim_id)""",
    "semi join": """select lines.line_id @
        semi join core.claim as claims on lines.claim_id = claims.claim_id""",
    "hash bucket": """select
        16 * (instr('0123456789abcdef', substr(md5(lines.patient_id), 1, 1)) - 1)
        as bucket @""",
}
"""What the table of the portable subset says to write."""

BEYOND = {
    "qualify": "select lines.line_id @ qualify row_number() over (order by lines.line_id) = 1",
    "distinct on": "select distinct on (lines.claim_id) lines.claim_id, lines.line_id @",
    "asof join": """select lines.line_id @ asof join core.claim as claims
        on lines.claim_id = claims.claim_id and lines.date_of_service >= claims.submitted_date""",
    "list_has_any": "select lines.line_id @ where list_has_any(lines.modifiers, ['59'])",
    "lists overlap": "select lines.line_id @ where lines.modifiers && ['59']",
    "any of a list": "select lines.line_id @ where '59' = any(lines.modifiers)",
    "in a list": "select lines.line_id @ where '59' in lines.modifiers",
    "element": "select lines.modifiers[1] as modifier @",
    "bare list_contains": "select list_contains(lines.modifiers, '59') as has_59 @",
    "list_sort": "select list_sort(lines.modifiers) as modifiers @",
    "list as key": "select lines.modifiers, count(*) as lines @ group by lines.modifiers",
    "len": "select len(lines.modifiers) as modifiers @",
    "cardinality": "select cardinality(lines.modifiers) as modifiers @",
    "left join unnest": """with billed as (select lines.line_id, u.modifier @
        left join unnest(lines.modifiers) as u (modifier) on true)
        select billed.line_id from billed""",
    "select unnest": "select unnest(lines.modifiers) as modifier @",
    "lateral": "select u.x @ cross join lateral (select lines.charge as x) as u",
    "aggregate over unnest": """with billed as (select lines.line_id, count(*) as modifiers @
        cross join unnest(lines.modifiers) as u (modifier) group by lines.line_id)
        select billed.line_id from billed""",
    "prefix operator": "select lines.line_id @ where lines.procedure_code ^@ '173'",
    "slice": "select lines.procedure_code[1:3] as prefix @",
    "left": "select left(lines.procedure_code, -1) as prefix @",
    "substr from 0": "select substr(lines.procedure_code, 0, 2) as prefix @",
    "glob": "select lines.line_id @ where lines.procedure_code glob '173*'",
    "similar to": "select lines.line_id @ where lines.procedure_code similar to '173.*'",
    "bare ratio": "select lines.paid / lines.charge as paid_rate @",
    "whole division": "select lines.ordinal // 2 as half @",
    "avg": "select avg(lines.charge) as charge @",
    "decimal to integer": "select cast(lines.units as bigint) as units @",
    "double money": "select sum(cast(lines.charge as double)) as charge @",
    "unrounded product": "select lines.charge * lines.units as charge @",
    "decimal literal": "select lines.charge + 1.175 as charge @",
    "float": "select cast(lines.charge as real) as charge @",
    "quantile_cont": "select quantile_cont(lines.charge, 0.9) as charge @",
    "percentile_cont": """select percentile_cont(0.9) within group (order by lines.charge)
        as charge @""",
    "median": "select median(lines.charge) as charge @",
    "approximate": "select approx_quantile(lines.charge, 0.9) as charge @",
    "filtered percentile": """select percentile(cast(lines.charge as double), 0.9)
        filter (where lines.is_denied) as charge @""",
    "months by date_diff": """select date_diff('month', lines.date_of_service, lines.remitted_date)
        as months @""",
    "days of moments": """select date_diff('day', cast(lines.date_of_service as timestamp),
        lines.remitted_date) as days @""",
    "difference of days": "select lines.remitted_date - lines.date_of_service as days @",
    "interval of a column": """select cast(lines.date_of_service + interval (lines.ordinal) day
        as date) as end_date @""",
    "to_days": "select lines.date_of_service + to_days(90) as end_date @",
    "bare interval": "select lines.date_of_service + interval 1 month as end_date @",
    "bare date_trunc": "select date_trunc('month', lines.date_of_service) as month @",
    "strftime": "select strftime(lines.date_of_service, '%Y-%m') as month @",
    "dayofweek": "select dayofweek(lines.date_of_service) as weekday @",
    "week": "select week(lines.date_of_service) as week @",
    "epoch": "select epoch(lines.date_of_service) as moment @",
    "extract": "select extract(dow from lines.date_of_service) as weekday @",
    "group by all": "select lines.claim_id, count(*) as lines @ group by all",
    "group by place": "select lines.claim_id, count(*) as lines @ group by 1",
    "list": "select list(lines.line_id) as lines @",
    "string_agg": "select string_agg(lines.line_id, ',') as lines @",
    "first": "select first(lines.line_id) as line_id @",
    "mode": "select mode(lines.payer) as payer @",
    "unpivot": "unpivot core.service_line on charge, paid into name what value amount",
    "unpivot in from": """select u.line_id from core.service_line
        unpivot (amount for what in (charge, paid)) as u""",
    "pivot": "pivot core.service_line on payer using sum(paid)",
    "from first": "from core.service_line as lines",
    "exists over unnest": """select lines.line_id @ where exists (
        select 1 from unnest(lines.modifiers) as u (modifier) where u.modifier = '59')""",
    "in a query": """select lines.line_id @ where lines.claim_id in (
        select claims.claim_id from core.claim as claims)""",
    "unordered window": "select row_number() over (partition by lines.claim_id) as n @",
    "order that ties": "select row_number() over (order by lines.charge) as choice @",
    "limit": "select lines.line_id @ limit 10",
    "order": "select lines.line_id @ order by lines.line_id",
    "order by all": "select lines.line_id @ order by all",
    "star": "select * @",
    "star of a table": "select lines.* @",
    "exclude": "select * exclude (charge) @",
    "replace": "select * replace (0 as charge) @",
    "columns": "select columns('.*_id') @",
    "alias reused": "select lines.charge as billed, billed + 1 as more @",
    "alias in where": "select lines.charge as billed @ where billed > 1",
    "no name": "select lines.charge + lines.paid @",
    "hash": "select hash(lines.patient_id) as bucket @",
    "conv": "select conv(lines.patient_id, 16, 10) as bucket @",
    "parameter": "select lines.line_id @ where lines.payer = $payer",
    "question mark": "select lines.line_id @ where lines.payer = ?",
    "create": "create table core.x as select lines.line_id @",
    "insert": "insert into core.claim select lines.line_id @",
    "two statements": "select lines.line_id @; select lines.line_id @",
    "union by name": """select lines.line_id, lines.charge @
        union all by name select lines.charge, lines.line_id @""",
    "recursive": """with recursive steps as (select cast(1 as bigint) as n union all
        select steps.n + 1 as n from steps) select steps.n from steps""",
    "natural join": "select lines.line_id @ natural join core.claim as claims",
    "using": "select lines.line_id @ inner join core.claim as claims using (claim_id)",
    "unqualified table": "select lines.line_id from service_line as lines",
    "catalog": "select lines.line_id from warehouse.core.service_line as lines",
    "function as table": "select r.range as n from range(10) as r",
    "file as table": "select f.line_id from 'lines.parquet' as f",
    "sample": "select lines.line_id @ using sample 10%",
    "lambda": "select list_transform(lines.modifiers, lambda m: m) as modifiers @",
    "struct": "select {'a': lines.charge} as pair @",
    "try_cast": "select try_cast(lines.procedure_code as bigint) as code @",
    "regular expression": "select regexp_replace(lines.payer, 'a', 'b') as payer @",
}
"""What it says never to write, and relatives of it."""


def written(query: str) -> str:
    return query.replace(" @", f" {LINES}")


@pytest.mark.parametrize("name", WITHIN)
def test_what_the_subset_says_to_write_is_allowed(name: str) -> None:
    found = breaches(written(WITHIN[name]))
    assert not found, "\n".join(map(str, found))
    to_spark(written(WITHIN[name]))


@pytest.mark.parametrize("name", BEYOND)
def test_what_is_outside_the_subset_is_refused(name: str) -> None:
    assert breaches(written(BEYOND[name]))
