"""The table behind every exhibit as CSV and Parquet, for whoever counts on."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from reports import theme, workbook, writing
from reports.answers import WORDED, Answer, AnsweredPage


def write(answered: Sequence[AnsweredPage], *, out: Path) -> list[Path]:
    """A CSV and a Parquet file per exhibit that has a table: `why-3-denials-by-payer.csv`.

    Parquet keeps types; CSV is text a spreadsheet opens and never runs. A withheld or left-out value
    is empty in both. Same rows, same bytes.
    """
    paths = []
    for one in answered:
        title = one.page.title
        for answer in one.answers:
            title = answer.exhibit.title or title
            if answer.exhibit.chart in WORDED or not answer.columns:
                continue
            writing.folder(out)
            name = f"{answer.key}-{re.sub(r'[^a-z0-9]+', '-', title.lower()).strip('-')}"
            data = _flat(answer)
            for ending, content in ((".csv", _csv(data, answer)), (".parquet", _parquet(data))):
                writing.write_private(out / f"{name}{ending}", content)
                paths.append(out / f"{name}{ending}")
    return paths


def _flat(answer: Answer) -> pl.DataFrame:
    """The columns shown, an interval as two of them."""
    names = [*answer.columns, *(["format"] if "format" in answer.data.columns else [])]
    data = answer.data.select(names)
    for name in names:
        if isinstance(data.schema[name], pl.Struct):
            ends = [
                pl.col(name).struct.field(end).alias(f"{name}_{end}") for end in ("low", "high")
            ]
            data = data.with_columns(ends).drop(name)
    return data


def _csv(data: pl.DataFrame, answer: Answer) -> bytes:
    lists = [name for name, dtype in data.schema.items() if isinstance(dtype, pl.List)]
    texts = [name for name, dtype in data.schema.items() if dtype == pl.String or name in lists]
    safe = data.with_columns(
        [pl.Series(name, _texts(data[name]), dtype=pl.String) for name in texts]
    )
    return safe.write_csv().encode()


def _texts(values: pl.Series) -> list[str | None]:
    return [None if value is None else _inert(value) for value in values.to_list()]


def _inert(value: Any) -> str:
    return workbook.inert(value if isinstance(value, str) else theme.written(value, "text", ""))


def _parquet(data: pl.DataFrame) -> bytes:
    content = io.BytesIO()
    data.write_parquet(content, compression="zstd", statistics=False)
    return content.getvalue()
