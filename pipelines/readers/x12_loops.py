"""What the 837P and 835 readers share: elements as columns, and loops as cumulative counters."""

from __future__ import annotations

import polars as pl

UNEXPECTED = "a segment that the guide does not have in this place, or that is not in upper case"


def pick(rows: pl.DataFrame, separator: str, **positions: int) -> pl.DataFrame:
    """`rows` with the named elements of `body` (from 1) as text, the empty string where absent."""
    return _split(rows, "body", separator, positions).drop("body")


def pick_from(rows: pl.DataFrame, column: str, separator: str, **positions: int) -> pl.DataFrame:
    """`rows` with the named components of `column` (from 1) as text, empty where absent."""
    return _split(rows, column, separator, positions)


def _split(
    rows: pl.DataFrame, column: str, separator: str, positions: dict[str, int]
) -> pl.DataFrame:
    parts = pl.col("_parts").list
    return (
        rows.with_columns(_parts=pl.col(column).str.split(separator))
        .with_columns(
            parts.get(position - 1, null_on_oob=True).fill_null("").alias(name)
            for name, position in positions.items()
        )
        .drop("_parts")
    )


def spaced(parts: pl.Expr) -> pl.Expr:
    """A list of texts as one text, its non-blank members in order, separated by spaces."""
    return (
        parts.list.join(" ", ignore_nulls=True)
        .str.replace_all("  +", " ")
        .str.strip_chars(" ")
        .fill_null("")
    )


def triples(rows: pl.DataFrame, separator: str) -> pl.DataFrame:
    """One row per CAS triple of `rows`: `group_code, position, carc, amount, quantity`."""
    split = rows.with_columns(_parts=pl.col("body").str.split(separator)).drop("body")
    length = split["_parts"].list.len().max() or 0
    parts = pl.col("_parts").list
    found = [
        split.filter(parts.len() > 3 * index + 1).with_columns(
            parts.get(0, null_on_oob=True).alias("group_code"),
            pl.lit(index + 1, dtype=pl.Int64).alias("position"),
            *(
                parts.get(3 * index + 1 + offset, null_on_oob=True).fill_null("").alias(name)
                for offset, name in enumerate(("carc", "amount", "quantity"))
            ),
        )
        for index in range(max(1, (int(str(length)) + 1) // 3))
    ]
    is_said = (pl.col("carc") != "") | (pl.col("amount") != "") | (pl.col("quantity") != "")
    return pl.concat(found).filter(is_said).drop("_parts").sort("ordinal", "position")


def attach(rows: pl.DataFrame, key: str, found: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """`rows` with columns of the first row of `found` with the same key: new name = its name."""
    first = found.unique(key, keep="first", maintain_order=True)
    named = first.select(key, *(pl.col(column).alias(name) for name, column in columns.items()))
    return rows.join(named, on=key, how="left", maintain_order="left")


def following(starts: pl.Expr, ends: pl.Expr, value: pl.Expr | None = None) -> pl.Expr:
    """Ordinal of the latest row where `starts`, 0 from the latest row where `ends`."""
    at = pl.col("ordinal") if value is None else value
    return pl.when(starts).then(at).when(ends).then(0).forward_fill().fill_null(0)


def reaches(rows: pl.DataFrame, column: str) -> pl.DataFrame:
    """Per value of `column` (not 0), which stands in consecutive rows: where its bytes end."""
    is_last = pl.col(column) != pl.col(column).shift(-1).fill_null(-1)
    return rows.filter((pl.col(column) > 0) & is_last).select(column, "byte_end")


def flaws(*found: pl.DataFrame) -> pl.DataFrame:
    """Rows with `scope`, `reason` and `claim` as problems Q5, the first per claim (or segment) and
    reason; those of scope transaction are only warnings."""
    columns = ("scope", "reason", "transaction", "claim", "ordinal", "byte_offset", "byte_end")
    rows = pl.concat([one.select(*columns) for one in found])
    is_warning = pl.col("scope") == "transaction"
    at = pl.concat_str(pl.lit(" (segment "), "ordinal", pl.lit(")"))
    return (
        rows.sort("ordinal")
        .with_columns(_one=pl.when(pl.col("scope") == "claim").then("claim").otherwise("ordinal"))
        .unique(["scope", "reason", "_one"], keep="first", maintain_order=True)
        .select(
            "scope",
            "ordinal",
            "byte_offset",
            "byte_end",
            severity=pl.when(is_warning).then(pl.lit("warning")).otherwise(pl.lit("quarantined")),
            transaction_ordinal="transaction",
            claim_ordinal=pl.when(pl.col("claim") > 0).then("claim"),
            reason_code=pl.lit("Q5"),
            reason=pl.col("reason") + at,
            remedy=pl.lit("compare with the sender's file: a line of the claim may be lost"),
        )
    )
