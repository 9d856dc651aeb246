"""Payers that depart from the rule book: overlays.csv checked, and the thresholds that follow."""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from pipelines.dated import ReferenceFileError, check, empty, outside, parse, where
from schemas.reference import SWITCHES, Overlay, Threshold
from schemas.table import polars_schema

FILE = "overlays.csv"
KEY = ["rule_id", "parameter", "payer"]
NUMBER = r"^-?\d{1,8}(\.\d{1,4})?$"
"""A value a rule may compare with; any other is a word to it."""


def read(practice: Path | None) -> pl.DataFrame:
    """The rows of overlays.csv with `file` and `row`; none where there is no file.

    Raises ReferenceFileError for a row whose columns, dates or values its model refuses.
    """
    path = practice / FILE if practice else None
    if path is None or not path.is_file():
        return empty(Overlay)
    return check(Overlay, parse(Overlay, path, is_practice=True))


def require_sound(overlays: pl.DataFrame, payers: pl.DataFrame, parameters: pl.DataFrame) -> None:
    """Refuse rows that rest on nothing or name nobody.

    `payers` is payers.csv, `parameters` reference.rule_parameter. Raises ReferenceFileError with
    file, row and remedy for a row without document reference or remittance evidence, a payer that
    payers.csv does not have, a parameter the rule does not have, a value that is missing, idle or
    no number where the rule book's is one, and two rows that set one thing of a payer on one day.
    """
    known_payers = set(payers["payer"])
    known: dict[str, dict[str, str]] = {}
    for rule_id, parameter, value in parameters.select("rule_id", "parameter", "value").rows():
        known.setdefault(rule_id, {})[parameter] = value
    for row in overlays.iter_rows(named=True):
        place = f"{row['file']}, row {row['row']}"
        setting, rule_id = row["setting"], row["rule_id"]
        if not row["document_reference"] and not row["remittance_evidence"]:
            raise ReferenceFileError(
                f"{place}: nothing shows that {row['payer']} does so; give document_reference "
                "(contract or policy, and its section) or remittance_evidence (remittances seen)"
            )
        if row["payer"] not in known_payers:
            near = ", ".join(get_close_matches(row["payer"], known_payers))
            raise ReferenceFileError(
                f"{place}: payers.csv has no payer {row['payer']}"
                f"{f' (perhaps {near})' if near else ''}; add it there, or correct the name"
            )
        if setting in SWITCHES:
            if row["value"]:
                raise ReferenceFileError(
                    f"{place}: {setting} takes no value; leave the cell empty, or name a parameter"
                )
        elif setting not in known.get(rule_id, ()):
            has = ", ".join(sorted(known.get(rule_id, ()))) or "none"
            raise ReferenceFileError(
                f"{place}: {setting} is no parameter of {rule_id} (it has {has}); "
                f"write {', '.join(SWITCHES)} or a parameter"
            )
        elif not row["value"]:
            raise ReferenceFileError(f"{place}: {setting} has no value; write it in column value")
        else:
            _require_comparable(place, setting, row["value"], known[rule_id][setting])
    _require_no_overlap(overlays)


def _require_comparable(place: str, setting: str, value: str, usual: str) -> None:
    """A rule that compares with a number finds nothing where there is none."""
    if not re.match(NUMBER, usual):
        return
    wrong = ""
    if not re.match(NUMBER, value):
        wrong = "is no number with at most 4 decimals"
    elif value.startswith("-") and not usual.startswith("-"):
        wrong = "is negative"
    elif setting.endswith("_share") and Decimal(value) > 1:
        wrong = "is more than the whole (0.8 is 80 %)"
    if wrong:
        raise ReferenceFileError(
            f"{place}, column value: {setting} {value!r} {wrong}, so the rule would find nothing; "
            f"write a number as the rule book's {usual}"
        )


def _require_no_overlap(overlays: pl.DataFrame) -> None:
    """The model's own check is by setting; off and a severity are two values of one thing."""
    bad = (
        overlays.filter(pl.col("setting").is_in(SWITCHES))
        .sort("rule_id", "payer", "effective_from")
        .filter(pl.col("effective_from") <= pl.col("effective_to").shift().over("rule_id", "payer"))
    )
    if bad.height:
        row = bad.row(0, named=True)
        raise ReferenceFileError(
            f"{where(bad)}: {row['rule_id']} is set twice for {row['payer']} on the same dates; "
            "end the earlier row the day before this one starts"
        )


def thresholds(parameters: pl.DataFrame, overlays: pl.DataFrame) -> pl.DataFrame:
    """The rows of reference.threshold: shipped values for payer '', and a payer's own over them.

    A payer with a row of its own for a parameter has every date of that parameter: its rows where
    they hold, the shipped value elsewhere. A value of several codes becomes a row for each.
    """
    shipped = parameters.select(
        *KEY[:2], pl.lit("").alias("payer"), "value", "effective_from", "effective_to", "source"
    )
    own = overlays.filter(~pl.col("setting").is_in(SWITCHES)).select(
        "rule_id",
        pl.col("setting").alias("parameter"),
        "payer",
        "value",
        "effective_from",
        "effective_to",
        pl.coalesce("document_reference", "remittance_evidence").alias("source"),
    )
    filling = shipped.drop("payer").join(own.select(KEY).unique(), on=KEY[:2], how="inner")
    rest = outside(KEY, filling.select(shipped.columns), own)
    words = (
        pl.concat([shipped, own, rest])
        .with_columns(pl.col("value").str.extract_all(r"\S+"))
        .explode("value")
        .unique(maintain_order=True)
    )
    exact = pl.col("value").str.contains(NUMBER)
    schema = polars_schema(Threshold)
    return (
        words.with_columns(
            number=pl.when(exact).then(pl.col("value")).cast(schema["number"], strict=False)
        )
        .select(*(pl.col(name).cast(dtype) for name, dtype in schema.items()))
        .sort(*KEY, "effective_from", "value")
    )
