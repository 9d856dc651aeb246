"""Does a query stay inside the SQL that DuckDB and Spark answer alike?

An allow-list of what may stand in sqlglot's tree: node classes, functions by the name they are
written with, and the shape of their arguments where only one shape means the same on both engines.
What is not listed is refused. The list follows the table "The portable subset" of the design notes
on distributed engines, whose every "never" was seen to differ or fail on Spark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import OptimizeError, SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.schema import MappingSchema

from schemas.dictionary import tables
from schemas.table import duckdb_type

LAYERS = ("landing", "staged", "reference", "core", "audit")


@dataclass(frozen=True)
class Breach:
    """Something outside the subset: a piece of the query and what to write instead."""

    piece: str
    remedy: str

    def __str__(self) -> str:
        return f"`{' '.join(self.piece.split())[:90]}`: {self.remedy}"


def breaches(sql: str) -> list[Breach]:
    """Everything in a query that is outside the subset; empty when it is portable."""
    try:
        statements = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        return [Breach(sql, f"cannot be parsed: {str(error).splitlines()[0]}")]
    if len(statements) != 1 or not isinstance(statements[0], exp.Select | exp.Union):
        return [Breach(sql, "write one SELECT")]
    tree = statements[0]
    try:
        tree = annotate_types(tree, schema=_schema(), dialect="duckdb")
    except OptimizeError as error:
        return [Breach(sql, f"cannot be typed: {str(error).splitlines()[0]}")]
    return list(_outputs(tree)) + [breach for node in tree.walk() for breach in _check(node, sql)]


def to_spark(sql: str) -> str:
    """The query as Spark SQL. Raises sqlglot's UnsupportedError for what it cannot write."""
    return sqlglot.transpile(
        sql, read="duckdb", write="spark", unsupported_level=sqlglot.ErrorLevel.RAISE
    )[0]


def _schema() -> MappingSchema:
    schema: dict[str, Any] = {}
    for name, model in tables().items():
        layer, table = name.split(".")
        columns = model.to_schema().columns
        schema.setdefault(layer, {})[table] = {
            column: duckdb_type(kind.dtype) for column, kind in columns.items()
        }
    return MappingSchema(schema, dialect="duckdb")


PLAIN = frozenset({
    exp.Alias, exp.And, exp.Between, exp.Boolean, exp.CTE, exp.Case, exp.DPipe, exp.EQ, exp.From,
    exp.GT, exp.GTE, exp.Having, exp.Identifier, exp.Is, exp.LT, exp.LTE, exp.Mod, exp.NEQ, exp.Neg,
    exp.Not, exp.Null, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Or, exp.Paren, exp.TableAlias,
    exp.Where,
})  # fmt: skip
"""Nodes that mean the same whatever their arguments; those in SHAPES are looked into."""

FUNCTIONS: dict[type[exp.Expr], tuple[str, ...]] = {
    exp.Abs: ("abs",),
    exp.ArrayContains: ("list_contains",),
    exp.ArraySize: ("array_length",),
    exp.Coalesce: ("coalesce",),
    exp.Count: ("count",),
    exp.DateDiff: ("date_diff",),
    exp.Floor: ("floor",),
    exp.Greatest: ("greatest",),
    exp.Day: ("day",),
    exp.LastDay: ("last_day",),
    exp.Least: ("least",),
    exp.LogicalAnd: ("bool_and",),
    exp.LogicalOr: ("bool_or",),
    exp.Lower: ("lower",),
    exp.MD5: ("md5",),
    exp.Max: ("max",),
    exp.Min: ("min",),
    exp.Month: ("month",),
    exp.Nullif: ("nullif",),
    exp.Pad: ("lpad",),
    exp.Round: ("round",),
    exp.SplitPart: ("split_part",),
    exp.Sqrt: ("sqrt",),
    exp.StartsWith: ("starts_with",),
    exp.StrPosition: ("instr",),
    exp.Substring: ("substr",),
    exp.Sum: ("sum",),
    exp.Upper: ("upper",),
    exp.Year: ("year",),
}
"""Function nodes that keep the place of their name in the text -> the names allowed."""

AGGREGATES = (exp.Count, exp.Sum, exp.Min, exp.Max, exp.LogicalOr, exp.LogicalAnd, exp.ArgMax)
ORDERED_WINDOWS = (exp.RowNumber, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue)
"""Window functions whose result depends on how equals are ordered."""
WINDOWS = (*AGGREGATES, *ORDERED_WINDOWS, exp.Rank, exp.DenseRank)
COUNTED = (exp.RowNumber, exp.Rank, exp.DenseRank, exp.Count)
INTEGERS = (exp.DType.BIGINT, exp.DType.INT)
TEXTS = (exp.DType.VARCHAR, exp.DType.TEXT)
SCALARS = (*INTEGERS, *TEXTS, exp.DType.BOOLEAN, exp.DType.DATE, exp.DType.DOUBLE)


def _is(node: exp.Expr | None, *kinds: exp.DType) -> bool:
    return node is not None and node.is_type(*kinds)


def _is_cast_to(node: exp.Expr | None, kind: exp.DType) -> bool:
    return type(node) is exp.Cast and _is(node.args["to"], kind)


def _is_integer_literal(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit()


def _keys() -> set[str]:
    """Columns that, alone or as the last of a key, tell rows of a table apart."""
    found = {"unit_number"}
    for model in tables().values():
        schema = model.to_schema()
        found |= {name for name, column in schema.columns.items() if column.unique}
        found |= {name for name in schema.unique or () if name != "effective_from"}
    return found


KEYS = _keys() | {
    "group_code", "ordinal", "position", "release", "locality", "occurrence", "candidate",
}  # fmt: skip


def _check(node: exp.Expr, sql: str) -> Iterator[Breach]:
    kind = type(node)
    shape = SHAPES.get(kind)
    if kind in FUNCTIONS:
        names = FUNCTIONS[kind]
        start, end = node.meta.get("start"), node.meta.get("end")
        written = sql[start : end + 1].lower() if start is not None and end is not None else ""
        if (written and written not in names) or (not written and kind is exp.StartsWith):
            yield _breach(node, f"write {' or '.join(names)}()")
    elif kind not in PLAIN and shape is None:
        yield _breach(node, f"{kind.__name__} is not in the portable subset")
    remedy = shape(node) if shape else None
    if remedy:
        yield _breach(node, remedy)


def _breach(node: exp.Expr, remedy: str) -> Breach:
    return Breach(node.sql("duckdb"), remedy)


def _outputs(tree: exp.Expr) -> Iterator[Breach]:
    """Every output column is named, and named once."""
    for select in tree.find_all(exp.Select):
        if isinstance(select.parent, exp.Exists):
            continue
        names = [column.alias_or_name for column in select.expressions]
        for column in select.expressions:
            if not isinstance(column, exp.Alias | exp.Column):
                yield _breach(column, "name every output column")
            elif names.count(column.alias_or_name) > 1:
                yield _breach(column, "two output columns have this name")


def _select(node: exp.Expr) -> str | None:
    known = {
        "expressions",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "with_",
        "distinct",
        "kind",
    }
    for name, value in node.args.items():
        if value and name not in known:
            return f"a SELECT has no {name.strip('_')} here (QUALIFY, LIMIT, ORDER BY, hints, ...)"
    distinct = node.args.get("distinct")
    if distinct and distinct.args.get("on"):
        return "row_number() in a CTE, then where ... = 1"
    if not node.args.get("from_"):
        literal = all(
            isinstance(column, exp.Alias) and type(column.this) is exp.Cast
            for column in node.expressions
        )
        return None if literal else "a SELECT without FROM holds casts of literals only"
    return None


def _with(node: exp.Expr) -> str | None:
    if node.args.get("recursive"):
        return "no recursive CTE"
    if any(cte.args.get("materialized") is not None for cte in node.expressions):
        return "leave MATERIALIZED to the engine"
    return None


def _table(node: exp.Table) -> str | None:
    if node.args.get("catalog"):
        return "never name a catalog"
    if not isinstance(node.this, exp.Identifier):
        return "read tables, not functions or files"
    used = {name for name, value in node.args.items() if value} - {"this", "db", "alias", "joins"}
    if used:
        return f"a plain table, without {', '.join(sorted(used))}"
    if not node.args.get("db"):
        named = {cte.alias for cte in node.root().find_all(exp.CTE)}
        if node.name not in named:
            return "qualify tables with their layer"
    elif node.db not in LAYERS:
        return f"read the layers {', '.join(LAYERS)}"
    return None


def _subquery(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.From | exp.Join) else "write a CTE and join it"


def _column(node: exp.Expr) -> str | None:
    if isinstance(node.this, exp.Star):
        return "name every column"
    if isinstance(node.parent, exp.TableAlias):
        return None
    return None if node.args.get("table") else "qualify the column with its table's alias"


def _star(node: exp.Expr) -> str | None:
    is_counted = isinstance(node.parent, exp.Count) and not any(node.args.values())
    return None if is_counted else "name every column"


def _join(node: exp.Join) -> str | None:
    side, kind = node.side.upper(), node.kind.upper()
    allowed = {
        ("", ""), ("", "INNER"), ("", "CROSS"), ("", "SEMI"), ("", "ANTI"),
        ("LEFT", ""), ("FULL", ""), ("LEFT", "OUTER"), ("FULL", "OUTER"),
    }  # fmt: skip
    if (side, kind) not in allowed or node.method:
        return "join, left join, full join, cross join, semi join or anti join"
    if node.args.get("using"):
        return "join ... on"
    is_unnest = isinstance(node.this, exp.Unnest)
    if is_unnest and kind != "CROSS":
        return "cross join unnest(list) as u (x)"
    if kind != "CROSS" and not node.args.get("on"):
        return "a join needs a condition; write cross join where it has none"
    return None


def _unnest(node: exp.Expr) -> str | None:
    remedy = "cross join unnest(list) as u (x), alone in a CTE with plain columns out"
    join = node.parent
    select = join.parent if isinstance(join, exp.Join) else None
    if not isinstance(select, exp.Select) or not isinstance(select.parent, exp.CTE):
        return remedy
    plain = all(isinstance(column.unalias(), exp.Column) for column in select.expressions)
    alone = len(select.args["joins"]) == 1 and not any(
        select.args.get(name) for name in ("where", "group", "having", "distinct")
    )
    alias = node.args.get("alias")
    named = bool(alias and alias.columns) and not node.args.get("offset")
    return None if plain and alone and named and len(node.expressions) == 1 else remedy


def _distinct(node: exp.Expr) -> str | None:
    if node.args.get("on"):
        return "row_number() in a CTE, then where ... = 1"
    if isinstance(node.parent, exp.Select):
        return None
    one = isinstance(node.parent, exp.Count) and len(node.expressions) == 1
    return None if one else "distinct belongs to select or to count(distinct x)"


def _group(node: exp.Expr) -> str | None:
    if any(value for name, value in node.args.items() if name != "expressions"):
        return "group by named columns"
    if not all(isinstance(key, exp.Column) for key in node.expressions):
        return "group by named columns"
    if any(_is(key, exp.DType.ARRAY, exp.DType.LIST) for key in node.expressions):
        return "a list is no key; group by its text, as modifier_key"
    return None


def _order(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Window) else "sort on the client"


def _ordered(node: exp.Expr) -> str | None:
    return None if not node.args.get("with_fill") else "order by columns"


def _window(node: exp.Expr) -> str | None:
    function = node.this
    if isinstance(function, exp.IgnoreNulls | exp.RespectNulls | exp.Filter):
        return "a plain function over a window"
    if not isinstance(function, WINDOWS):
        return (
            "count, sum, min, max, bool_or, row_number, rank, dense_rank, lag, lead over a window"
        )
    order = node.args.get("order")
    if isinstance(function, (*ORDERED_WINDOWS, exp.Rank, exp.DenseRank)) and not order:
        return "give the window an order"
    if isinstance(function, ORDERED_WINDOWS) and order:
        last = order.expressions[-1].this
        if not isinstance(last, exp.Column) or last.name not in KEYS:
            return "end the window's order in a unique key (line_id)"
    if any(
        _is(key, exp.DType.ARRAY, exp.DType.LIST) for key in node.args.get("partition_by") or ()
    ):
        return "a list is no key; use its text, as modifier_key"
    return None


def _window_spec(node: exp.Expr) -> str | None:
    return None if str(node.args.get("kind")).upper() == "ROWS" else "a frame counts rows"


def _in_window(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Window) else "over a window only"


def _filter(node: exp.Expr) -> str | None:
    return None if isinstance(node.this, AGGREGATES) else "filter belongs to an aggregate"


def _if(node: exp.Expr) -> str | None:
    return None if isinstance(node.parent, exp.Case) else "case when ... then ... end"


def _exists(node: exp.Expr) -> str | None:
    query = node.this
    if not isinstance(query, exp.Select) or query.find(exp.Unnest):
        return "exists (select 1 from a table)"
    one = [column for column in query.expressions if _is_integer_literal(column)]
    return None if len(one) == len(query.expressions) == 1 else "exists (select 1 ...)"


def _in(node: exp.Expr) -> str | None:
    plain = node.expressions and all(
        isinstance(value, exp.Literal | exp.Column | exp.Null) for value in node.expressions
    )
    if _is(node.this, exp.DType.ARRAY, exp.DType.LIST) or not plain or node.args.get("field"):
        return "in (literals); semi join, anti join or exists for a query, list_contains for a list"
    return None


def _literal(node: exp.Expr) -> str | None:
    if node.is_string or node.this.isdigit():
        return None
    if isinstance(node.parent, exp.Anonymous):
        return None
    is_cast = type(node.parent) is exp.Cast and _is(
        node.parent.args["to"], exp.DType.DECIMAL, exp.DType.DOUBLE
    )
    return None if is_cast else "cast(1.175 as decimal(5, 3))"


def _like(node: exp.Expr) -> str | None:
    is_text = isinstance(node.expression, exp.Literal) and node.expression.is_string
    return None if is_text else "like a literal, or starts_with"


def _list_contains(node: exp.Expr) -> str | None:
    parent = node.parent
    if isinstance(parent, exp.Coalesce) and parent.this is node:
        others = parent.expressions
        if len(others) == 1 and isinstance(others[0], exp.Boolean) and not others[0].this:
            return None
    return "coalesce(list_contains(list, value), false)"


def _substring(node: exp.Expr) -> str | None:
    start, length = node.args.get("start"), node.args.get("length")
    plain = _is_integer_literal(start) and start is not None and start.this != "0"
    remedy = "substr(text, from 1, length)"
    return None if plain and (length is None or _is_integer_literal(length)) else remedy


def _division(node: exp.Expr) -> str | None:
    right = node.expression
    if _is(node.this, *INTEGERS) and _is_integer_literal(right) and right.this != "0":
        return None
    divisor = right.this if isinstance(right, exp.Nullif) else None
    is_guarded = isinstance(right, exp.Nullif) and right.expression.sql() == "0"
    if is_guarded and all(_is_cast_to(x, exp.DType.DOUBLE) for x in (node.this, divisor)):
        return None
    return "cast(a as double) / nullif(cast(b as double), 0)"


def _product(node: exp.Expr) -> str | None:
    if all(_is(side, *INTEGERS) for side in (node.this, node.expression)):
        return None
    above = node.parent
    while above is not None and not isinstance(above, exp.Select | exp.Round):
        above = above.parent
    return None if isinstance(above, exp.Round) else "cast(round(a * b, 2) as decimal(14, 2))"


def _sum_or_difference(node: exp.Expr) -> str | None:
    left, right = node.this, node.expression
    moments = (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ)
    if _is(left, *moments) or _is(right, *moments):
        return "days only, no moments"
    has_days = _is(left, exp.DType.DATE) or _is(right, exp.DType.DATE)
    if isinstance(node, exp.Sub):
        is_day = has_days or isinstance(right, exp.Interval)
        return "date_diff('day', a, b) between days, d + n to move one" if is_day else None
    if isinstance(right, exp.Interval):
        is_cast = _is_cast_to(node.parent, exp.DType.DATE)
        return None if is_cast else "cast(d + interval 1 month as date)"
    return None


def _interval(node: exp.Expr) -> str | None:
    unit = node.args.get("unit")
    plain = isinstance(node.this, exp.Literal) and unit and unit.name in ("DAY", "MONTH", "YEAR")
    added = isinstance(node.parent, exp.Add)
    return None if plain and added else "cast(d + interval 1 month as date), or d + n for days"


def _round(node: exp.Expr) -> str | None:
    is_cast = _is_cast_to(node.parent, exp.DType.DECIMAL)
    places = _is_integer_literal(node.args.get("decimals"))
    return None if is_cast and places else "cast(round(x, 2) as decimal(14, 2))"


def _date_diff(node: exp.Expr) -> str | None:
    unit = node.args.get("unit")
    days = all(_is(side, exp.DType.DATE) for side in (node.this, node.expression))
    return None if unit and unit.name == "DAY" and days else "date_diff('day', a, b) of two days"


def _date_part(node: exp.Expr) -> str | None:
    return None if _is(node.this, exp.DType.DATE) else "of a day"


def _date_trunc(node: exp.Expr) -> str | None:
    unit = node.args.get("unit")
    is_month = unit is not None and unit.name.upper() in ("MONTH", "YEAR")
    is_cast = _is_cast_to(node.parent, exp.DType.DATE)
    return None if is_month and is_cast else "cast(date_trunc('month', d) as date)"


def _cast(node: exp.Expr) -> str | None:
    to, value = node.args["to"], node.this
    if node.args.get("format") or node.args.get("safe"):
        return "cast(x as type)"
    if _is(to, *INTEGERS):
        known = isinstance(value, exp.Floor | exp.Null) or _is(value, *INTEGERS)
        counted = isinstance(value, exp.Window) and isinstance(value.this, COUNTED)
        if not (known or counted or _is_integer_literal(value) or isinstance(value, exp.Count)):
            return "cast(floor(x) as bigint)"
    if _is(to, *TEXTS) and _is(value, exp.DType.DOUBLE):
        return "a double has no one text"
    return None


def _data_type(node: exp.Expr) -> str | None:
    if _is(node, exp.DType.DECIMAL):
        return None if len(node.expressions) == 2 else "decimal(12, 2): say both"
    if _is(node, exp.DType.ARRAY, exp.DType.LIST):
        inner = node.expressions
        plain = len(inner) == 1 and _is(inner[0], *TEXTS)
        return None if plain else "lists hold text"
    if _is(node, *TEXTS) and node.expressions:
        return "varchar has no length"
    return None if _is(node, *SCALARS) else "varchar, bigint, boolean, date, double, decimal(p, s)"


def _sum(node: exp.Expr) -> str | None:
    return "a sum of doubles depends on their order" if _is(node.this, exp.DType.DOUBLE) else None


def _least(node: exp.Expr) -> str | None:
    has_list = any(_is(x, exp.DType.ARRAY, exp.DType.LIST) for x in node.iter_expressions())
    return "of values, not lists" if has_list else None


def _anonymous(node: exp.Expr) -> str | None:
    if node.name.lower() != "percentile":
        return f"{node.name}() is not in the portable subset"
    if isinstance(node.parent, exp.Filter | exp.Window):
        return "percentile takes no filter"
    of = node.expressions
    plain = len(of) == 2 and _is_cast_to(of[0], exp.DType.DOUBLE) and isinstance(of[1], exp.Literal)
    return None if plain else "percentile(cast(x as double), 0.9)"


def _union(node: exp.Expr) -> str | None:
    plain = not any(
        node.args.get(name) for name in ("by_name", "side", "kind", "on", "order", "limit")
    )
    return None if plain else "union all, columns in order"


def _var(node: exp.Expr) -> str | None:
    units = (exp.DateDiff, exp.DateTrunc, exp.TimestampTrunc, exp.Interval)
    return None if isinstance(node.parent, units) else "name a column"


def _passes(node: exp.Expr) -> None:
    return None


Shape = Callable[[Any], str | None]
SHAPES: dict[type[exp.Expr], Shape] = {
    exp.Add: _sum_or_difference,
    exp.Anonymous: _anonymous,
    exp.ArgMax: _passes,
    exp.ArrayContains: _list_contains,
    exp.Cast: _cast,
    exp.Column: _column,
    exp.DataType: _data_type,
    exp.DataTypeParam: _passes,
    exp.DateDiff: _date_diff,
    exp.DateTrunc: _date_trunc,
    exp.DenseRank: _in_window,
    exp.Distinct: _distinct,
    exp.Div: _division,
    exp.Exists: _exists,
    exp.Filter: _filter,
    exp.FirstValue: _in_window,
    exp.Greatest: _least,
    exp.Group: _group,
    exp.If: _if,
    exp.In: _in,
    exp.Interval: _interval,
    exp.Join: _join,
    exp.Lag: _in_window,
    exp.Day: _date_part,
    exp.LastDay: _date_part,
    exp.LastValue: _in_window,
    exp.Lead: _in_window,
    exp.Least: _least,
    exp.Like: _like,
    exp.Literal: _literal,
    exp.Month: _date_part,
    exp.Mul: _product,
    exp.Order: _order,
    exp.Ordered: _ordered,
    exp.Rank: _in_window,
    exp.Round: _round,
    exp.RowNumber: _in_window,
    exp.Select: _select,
    exp.Star: _star,
    exp.Sub: _sum_or_difference,
    exp.Subquery: _subquery,
    exp.Substring: _substring,
    exp.Sum: _sum,
    exp.Table: _table,
    exp.TimestampTrunc: _date_trunc,
    exp.Union: _union,
    exp.Unnest: _unnest,
    exp.Var: _var,
    exp.Window: _window,
    exp.WindowSpec: _window_spec,
    exp.With: _with,
    exp.Year: _date_part,
}
"""Nodes of which only some shapes are portable -> what to write instead, or None."""
