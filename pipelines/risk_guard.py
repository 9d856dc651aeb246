"""The guard of denial risk: features may know only what was known at submission.

Three checks. The columns a feature query reads, from DuckDB's own parse of it, must be in
reference.column_time as known at submission; a feature may not bear the name of a column known later;
and one that alone tells denials from payments implausibly well is taken for a proxy of the decision.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from pipelines import warehouse
from pipelines.warehouse import Connection

if TYPE_CHECKING:
    from numpy.typing import NDArray

OWN = ("temp",)
"""Schemas of tables the study makes itself, from queries that were checked."""
FEWEST = 20
"""Denied and paid lines each, below which how well one feature tells them apart says nothing."""

Register = Mapping[tuple[str, str], str]
"""(table, column) -> submission, adjudication or later; the column may be *."""


class Leak(ValueError):
    """A feature would know what is known only after submission; the message says which and why."""


def read_register(connection: Connection) -> dict[tuple[str, str], str]:
    """The register of when columns become known."""
    rows = connection.execute(
        "SELECT table_name, column_name, known_at FROM reference.column_time"
    ).fetchall()
    return {(table, column): known for table, column, known in rows}


def check_query(connection: Connection, select: str, register: Register) -> None:
    """Raise Leak unless every column a feature query reads is known at submission."""
    found = sorted(set(_late(connection, select, register)))
    if found:
        raise Leak("features may not be made of: " + "; ".join(found))


def late_names(register: Register) -> set[str]:
    """Names of columns known later that no column known at submission bears."""
    early = {column for (_, column), known in register.items() if known == "submission"}
    late = {column for (_, column), known in register.items() if known != "submission"}
    return late - early - {"*"}


def check_names(names: Collection[str], allowed: Collection[str], register: Register) -> None:
    """Raise Leak for a feature named as a column known later, or made by no checked query."""
    late = sorted(set(names) & (late_names(register) | {"carc", "rarc"}))
    unknown = sorted(set(names) - set(allowed) - set(late))
    told = [f"{name} is known only after submission" for name in late]
    told += [f"{name} comes from no query that was checked" for name in unknown]
    if told:
        raise Leak("; ".join(told))


def too_good(
    columns: Mapping[str, NDArray[np.float64]], is_denied: NDArray[np.bool_], most: float
) -> dict[str, str]:
    """Features that alone tell denials better than `most` (area under the ROC curve), and why not.

    One whose sense is turned counts as well; a column that is no number has one score per value.
    """
    from pipelines.risk_scores import area

    denied = int(is_denied.sum())
    if min(denied, len(is_denied) - denied) < FEWEST:
        return {}
    refused = {}
    for name, values in columns.items():
        best = max(
            area(values, is_denied), 1 - area(values, is_denied), _by_value(values, is_denied)
        )
        if best > most:
            refused[name] = (
                f"alone it tells denied from paid lines at {best:.3f} (AUC), above {most:g}: "
                "taken for a proxy of the decision"
            )
    return refused


MOST_VALUES = 300


def _by_value(values: NDArray[np.float64], is_denied: NDArray[np.bool_]) -> float:
    """AUC of each value's own denial rate, learned on every other line and judged on the rest."""
    from pipelines.risk_scores import area

    distinct, codes = np.unique(values, return_inverse=True)
    if len(distinct) > MOST_VALUES:
        # tenths of percent, so that a proxy that is neither rising nor falling is seen too
        edges = np.quantile(values, np.linspace(0, 1, MOST_VALUES))
        codes = np.searchsorted(edges, values)
    known, judged = slice(0, None, 2), slice(1, None, 2)
    size = int(codes.max()) + 1
    lines = np.bincount(codes[known], minlength=size)
    denied = np.bincount(codes[known], weights=is_denied[known].astype(float), minlength=size)
    overall = is_denied[known].mean()
    rates = (denied + overall) / (lines + 1)
    return area(rates[codes[judged]], is_denied[judged])


def early_rules(connection: Connection, rules: Mapping[str, str], register: Register) -> list[str]:
    """Ids of those rules (id -> SELECT) that read nothing known after submission."""
    late = late_names(register)
    late_tables = {table for (table, column), known in register.items() if column == "*" and known}
    found = []
    for rule_id, select in rules.items():
        parsed = _parse(connection, select)
        reads_late = any(
            (node.get("type") == "BASE_TABLE" and _table(node) in late_tables)
            or (node.get("type") == "BASE_TABLE" and _table(node).startswith("audit."))
            or (node.get("type") == "COLUMN_REF" and node["column_names"][-1] in late)
            for node in _nodes(parsed)
        )
        if not reads_late:
            found.append(rule_id)
    return found


def _parse(connection: Connection, select: str) -> dict[str, Any]:
    parsed: dict[str, Any] = json.loads(
        warehouse.value(connection, "SELECT json_serialize_sql(?)", [select])
    )
    if parsed.get("error"):
        raise ValueError(parsed.get("error_message", "cannot be parsed"))
    return parsed


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            yield node
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def _table(node: Mapping[str, Any]) -> str:
    schema = node.get("schema_name") or ""
    return f"{schema}.{node['table_name']}" if schema else str(node["table_name"])


def _late(connection: Connection, select: str, register: Register) -> Iterator[str]:
    yield from _late_in(_parse(connection, select), {}, register)


def _late_in(tree: Any, outer: Mapping[str, str], register: Register) -> Iterator[str]:
    """What a SELECT, and those within it, read of real tables that is not known at submission."""
    if isinstance(tree, list):
        for part in tree:
            yield from _late_in(part, outer, register)
        return
    if not isinstance(tree, dict):
        return
    scope = dict(outer)
    if tree.get("type") == "SELECT_NODE":
        scope |= dict(_sources(tree.get("from_table")))
    if tree.get("class") == "STAR" or tree.get("type") == "STAR":
        wide = [table for table in scope.values() if "." in table]
        if tree.get("relation_name"):
            wide = [scope.get(tree["relation_name"], "")]
        yield from (f"* of {table} (name its columns)" for table in wide if "." in table)
    if tree.get("type") == "COLUMN_REF":
        yield from _late_column(tree["column_names"], scope, register)
    for part in tree.values():
        yield from _late_in(part, scope, register)


def _sources(tree: Any) -> Iterator[tuple[str, str]]:
    """(alias, table) of what a FROM clause names, without what its subqueries name."""
    if not isinstance(tree, dict) or tree.get("type") == "SUBQUERY":
        return
    if tree.get("type") == "BASE_TABLE":
        yield tree.get("alias") or tree["table_name"], _table(tree)
        return
    yield from _sources(tree.get("left"))
    yield from _sources(tree.get("right"))


def _late_column(names: list[str], scope: Mapping[str, str], register: Register) -> Iterator[str]:
    column = names[-1]
    if len(names) == 1:
        real = [table for table in scope.values() if _is_judged(table)]
        if real and column in late_names(register):
            yield f"{column} (without its table)"
        return
    table = scope.get(names[-2], "")
    if not _is_judged(table):
        return
    known = register.get((table, column), register.get((table, "*")))
    if known is None:
        yield f"{table}.{column} (not in the register, sql/reference/column_time.csv)"
    elif known != "submission":
        yield f"{table}.{column} (known at {known})"


def _is_judged(table: str) -> bool:
    """A table of the warehouse; a CTE's columns are judged where they are made."""
    return "." in table and table.split(".")[0] not in OWN
