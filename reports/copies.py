"""The two copies of a report: the working copy as it is, and one that may leave the workplace.

What the shareable copy does to a column is decided by its format:

    claim, line, patient   an exhibit that lists them is left out: each row is somebody's
    surgeon                a surgeon or coder, as a code made with the practice's key: the same every
                           time, not to be undone
    exposure, file, link   the column is left out
    count                  withheld under 11, and others with it (reports/suppression.py)
    percent, interval, money, dollars, number
                           withheld in a row that has a count withheld, and where a rate of a known
                           count would give a small count away, a number with decimals among them
    figure                 as the format its row names
    text, code, date       as it is, surgeons' numbers replaced by their codes; text a query made
                           with dollars or a number of claims in it is withheld
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from reports import suppression

SINGLE = ("claim", "line", "patient")
DROPPED = ("exposure", "file", "link")
DERIVED = ("percent", "interval", "money", "dollars", "number", "figure")
LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits of a surgeon's code that are not mistaken for each other."""
LONGEST = 400
"""Rows of a table the shareable copy still shows; more cannot be protected with care."""
NUMBER = re.compile(r"(?<!\d)[12]\d{9}(?!\d)")
"""What reads as a National Provider Identifier."""

FIGURES = re.compile(
    r"\$\s?\d|\b\d[\d,]*\s+(?:adjudicated |billed |denied |remitted |open )?"
    r"(?:line|claim|patient|case|encounter|episode|denial|finding|surger|lesion)",
    re.IGNORECASE,
)
"""Figures in words that nobody could withhold."""
WITHHELD = "(withheld)"


@dataclass(frozen=True)
class Copy:
    """Which copy is made. `surgeons`: surgeon or coder -> code, for the shareable one."""

    is_shareable: bool = False
    surgeons: Mapping[str, str] = field(default_factory=dict)


WORKING = Copy()


@dataclass(frozen=True)
class Shown:
    """What a copy shows of a table. `withheld`: (row, column name) not told."""

    data: pl.DataFrame
    withheld: frozenset[tuple[int, str]] = frozenset()
    left_out: str = ""
    """Why the whole table is left out; empty where it is not."""


def shareable(identifiers: Iterable[str], key: bytes, *, coders: Iterable[str] = ()) -> Copy:
    """A shareable copy; the key makes surgeons' and coders' codes, and only who has it can again."""
    codes: dict[str, str] = {}
    for role, people in (("surgeon", identifiers), ("coder", coders)):
        for identifier in sorted({one for one in people if one} - set(codes)):
            digest = int.from_bytes(
                hmac.digest(key, f"{role} {identifier}".encode(), "sha256"), "big"
            )
            code = ""
            while len(code) < 3 or f"{role.title()} {code}" in codes.values():
                digest, letter = divmod(digest, len(LETTERS))
                code += LETTERS[letter]
            codes[identifier] = f"{role.title()} {code}"
    return Copy(is_shareable=True, surgeons=codes)


def show(
    data: pl.DataFrame,
    formats: Mapping[str, str],
    n: str,
    copy: Copy,
    *,
    templates: Collection[str] = (),
) -> Shown:
    """The table as a copy shows it: withheld cells are null.

    `n`: the column rates are of; `templates`: columns of sentences, which are filled and checked
    later.
    """
    if not copy.is_shareable:
        return Shown(data)
    if any(formats.get(name) in SINGLE for name in data.columns):
        return Shown(data.clear(), left_out="It lists single claims or lines.")
    if data.height > LONGEST:
        return Shown(
            data.clear(), left_out="It is too long to be told without telling of single claims."
        )
    if "figure" in formats.values() and "format" in data.columns:
        # rows of several kinds: those of a kind that is left out go
        data = data.filter(~pl.col("format").is_in(DROPPED).fill_null(False))
    kept = [name for name in data.columns if formats.get(name) not in DROPPED]
    if not kept or not data.columns:
        return Shown(data.clear(), left_out="It shows exposure only.")
    data = data.select(kept).with_columns(
        [
            pl.Series(
                name,
                [
                    _bare(coded(value, copy, formats.get(name)), name in templates)
                    for value in data[name]
                ],
            )
            for name in kept
            if data[name].dtype == pl.String
        ]
    )
    counted = [name for name in kept if formats.get(name) == "count"]
    counts = [[_whole(row[name]) for name in counted] for row in data.iter_rows(named=True)]
    told = [_told(row, formats) for row in data.iter_rows(named=True)]
    if any(told):
        counted.append("")
        counts = [[*row, figure] for row, figure in zip(counts, told, strict=True)]
    texts = [data[name].to_list() for name in kept if _is_text(data[name], formats.get(name))]
    hidden = suppression.withhold(counts, texts)
    if suppression.is_all_ones(counts, hidden):
        return Shown(data.clear(), left_out="Each of its rows is one claim or line.")
    withheld = {(row, counted[column] or _figures(data, formats)) for row, column in hidden}
    rows = {row for row, _ in hidden}
    for at, row in enumerate(data.iter_rows(named=True)):
        rates = {name: kind for name in kept if (kind := _rate(row, name, formats))}
        telling = {
            kind
            for name, kind in rates.items()
            # a ratio may be one of the exhibit's n, and hardly of another count
            if (kind == "share" or n in counted) and _tells(row, name, n, counted, kind)
        }
        for name in kept:
            is_derived = formats.get(name) in DERIVED and row[name] is not None
            if is_derived and (at in rows or rates.get(name) in telling):
                withheld.add((at, name))
    return Shown(_blanked(data, withheld), frozenset(withheld))


def coded(value: Any, copy: Copy, form: str | None = None) -> Any:
    """Text with every surgeon's number replaced by a code."""
    if not copy.is_shareable or not isinstance(value, str):
        return value
    if form == "surgeon":
        return copy.surgeons.get(value, "Surgeon unknown" if value else value)
    return NUMBER.sub(lambda found: copy.surgeons.get(found[0], "(number)"), value)


def _bare(value: Any, is_template: bool) -> Any:
    is_told = is_template or not isinstance(value, str) or not FIGURES.search(value)
    return value if is_told else WITHHELD


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


def _told(row: Mapping[str, Any], formats: Mapping[str, str]) -> int | None:
    """The count in a row's `figure` column, where the row says that it is one."""
    for name, form in formats.items():
        if form == "figure" and name in row and row.get("format") == "count":
            return _whole(row[name])
    return None


def _rate(row: Mapping[str, Any], name: str, formats: Mapping[str, str]) -> str:
    """`share` for a percentage or its interval, `ratio` for a number with decimals; else blank."""
    form = formats.get(name)
    if form == "figure":
        form = row.get("format")
    if form in ("percent", "interval"):
        return "share"
    return "ratio" if form == "number" and isinstance(row[name], float | Decimal) else ""


def _figures(data: pl.DataFrame, formats: Mapping[str, str]) -> str:
    return next(name for name in data.columns if formats.get(name) == "figure")


def _is_text(values: pl.Series, form: str | None) -> bool:
    return form in ("text", "code", "surgeon") and values.dtype in (pl.String, pl.Boolean)


def _tells(row: Mapping[str, Any], name: str, n: str, counted: Sequence[str], kind: str) -> bool:
    """True where a rate times the count it is of would be a small count; a share, leave a small rest."""
    rate = row[name] if isinstance(row[name], float | int | Decimal) else None
    for whole in [n] if n in counted else [one for one in counted if one]:
        total = row.get(whole)
        if rate is None or total is None:
            continue
        part, end = float(rate) * float(total), suppression.SMALLEST - 0.5
        if 0.5 < part < end or (kind == "share" and 0.5 < float(total) - part < end):
            return True
    return False


def _blanked(data: pl.DataFrame, withheld: set[tuple[int, str]]) -> pl.DataFrame:
    columns = []
    for name in data.columns:
        rows = {row for row, column in withheld if column == name}
        values = [None if at in rows else value for at, value in enumerate(data[name])]
        columns.append(pl.Series(name, values, dtype=data[name].dtype))
    return pl.DataFrame(columns)
