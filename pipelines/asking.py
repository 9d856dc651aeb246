"""Questions to the snapshot: saved ones by name, or a SELECT; never a write, a file or the network."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import count
from pathlib import Path
from typing import Any

import click
import duckdb
import polars as pl

from pipelines import printing, warehouse
from pipelines.places import Place
from pipelines.questions import (
    Question,
    UnusableQuestion,
    dictionary,
    explain,
    questions,
    views,
)

SECONDS = 300
ROWS = 1000
"""Rows of an answer printed as text unless told otherwise."""


@dataclass(frozen=True)
class Wanted:
    """How an answer is wanted: form of what is printed, or a file; a page of so many rows."""

    form: str = "text"
    out: Path | None = None
    rows: int | None = None
    page: int = 1
    seconds: float = SECONDS


def ask(place: Place, words: Sequence[str], wanted: Wanted) -> int:
    """Print or write the answer, or with no question the list of what can be asked."""
    if not words:
        _list(wanted.form)
        return 0
    question, given = _meant(words)
    values = question.values(given)
    frame = answer(place, question.sql, values=values, seconds=wanted.seconds)
    if wanted.out is not None:
        # what reports are made of takes a second to import
        from pipelines import exporting

        about = {
            "title": question.title,
            "meaning": question.meaning,
            "row": question.grain,
            **{name: "" if value is None else str(value) for name, value in values.items()},
            "query": question.sql,
        }
        exporting.write(frame, wanted.out, about)
        click.echo(f"{wanted.out}: {frame.height:,} rows", err=True)
        return 0
    size = wanted.rows if wanted.rows is not None else ROWS if wanted.form == "text" else None
    if size is None:
        printing.show(frame, wanted.form)
        _say_if_empty(frame)
        return 0
    start = (wanted.page - 1) * size
    part = frame.slice(start, size)
    printing.show(part, wanted.form, is_paged=True)
    _say_if_empty(frame)
    if part.height < frame.height:
        more = start + part.height < frame.height
        click.echo(
            f"rows {start + 1:,} to {start + part.height:,} of {frame.height:,}"
            + (f"; --page {wanted.page + 1} goes on, --out FILE writes all" if more else ""),
            err=True,
        )
    return 0


def _say_if_empty(frame: pl.DataFrame) -> None:
    if frame.is_empty():
        click.echo("no rows", err=True)


def _meant(words: Sequence[str]) -> tuple[Question, dict[str, str]]:
    """The question of the words, and its parameters as given. Raises UnusableQuestion."""
    first, *rest = words
    known = {one.name: one for one in questions()}
    if first not in known and " " in first.strip():
        known[first] = Question(first, "A query", "", "", first)
    elif first not in known:
        near = ", ".join(get_close_matches(first, known)) or "`mohs sql` lists them"
        raise UnusableQuestion(f"there is no saved question {first} ({near})")
    given = {}
    for word in rest:
        name, sign, value = word.partition("=")
        if not sign:
            raise UnusableQuestion(f"{word}: give parameters as name=value")
        given[name] = value
    return known[first], given


def show(name: str) -> int:
    """Print a saved question: what it gives, its parameters and columns, and its SQL to copy."""
    question, _ = _meant([name])
    click.echo(f"-- {question.title} ({question.grain})\n-- {question.meaning}")
    connection = warehouse.connect()
    try:
        _prepare(connection, {one.name: one.read(one.default) for one in question.parameters})
        warehouse.create(connection, ("reference", "core", "audit"))
        warehouse.create_reading_views(connection)
        described = connection.execute(f"DESCRIBE {question.sql}").fetchall()
        columns = explain(connection, question, [row[0] for row in described])
    finally:
        connection.close()
    for one in question.parameters:
        click.echo(f"--   {_told(one)}: {one.meaning}")
    for column, meaning in columns:
        click.echo(f"--   {column:<24}{meaning}")
    if "wilson(" in question.sql:
        click.echo("-- at a DuckDB prompt first: .read sql/macros.sql")
    for one in question.parameters:
        if one.default:
            click.echo(f"set variable {one.name} = {_literal(one.read(one.default))};")
    click.echo(f"{question.sql};")
    return 0


def _told(one: Any) -> str:
    kind = "yes|no" if one.kind == "yes_no" else "|".join(one.choices) or one.kind
    return f"{one.name}={one.default or f'({kind})'}"


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def answer(
    place: Place, sql: str, *, values: Mapping[str, Any] | None = None, seconds: float = SECONDS
) -> pl.DataFrame:
    """The rows of one SELECT over the snapshot as a frame. Raises UnusableQuestion."""
    connection = warehouse.open_snapshot(place.snapshot)
    stop = threading.Timer(seconds, connection.interrupt)
    try:
        _prepare(connection, values or {})
        _lock(connection)
        statements = connection.extract_statements(sql)
        readable = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
        if len(statements) != 1 or statements[0].type not in readable:
            raise UnusableQuestion("ask with one SELECT; the snapshot is read only")
        stop.start()
        found = connection.sql(sql).to_arrow_table()
        return pl.DataFrame(found.rename_columns(_apart(found.column_names)))
    except duckdb.InterruptException:
        raise UnusableQuestion(
            f"stopped after {seconds:.0f} seconds; ask for fewer rows or months"
        ) from None
    except duckdb.Error as error:
        raise UnusableQuestion(str(error).split("\n\nLINE")[0]) from None
    finally:
        stop.cancel()
        connection.close()


def _apart(names: Sequence[str]) -> list[str]:
    """Column names as they are, those that came before with a number: line_id, line_id_2."""
    told: list[str] = []
    for name in names:
        numbered = (f"{name}_{number}" for number in count(2))
        free = (one for one in numbered if one not in told and one not in names)
        told.append(name if name not in told else next(free))
    return told


def _lock(connection: warehouse.Connection) -> None:
    """No files and no network from here on, for good; connections of one process share the lock."""
    if not warehouse.value(connection, "SELECT current_setting('lock_configuration')"):
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")


def _prepare(connection: warehouse.Connection, values: Mapping[str, Any]) -> None:
    """Words that questions share, and what they are told."""
    connection.execute((warehouse.SQL / "macros.sql").read_text(encoding="utf-8"))
    for name, value in values.items():
        connection.execute(f"SET VARIABLE {name} = ?", [value])


def _list(form: str) -> None:
    said = dictionary()
    if form != "text":
        asked = [
            ("question", one.name, one.grain, "", "", f"{one.title}. {one.meaning}")
            for one in questions()
        ]
        rows = pl.DataFrame(asked, schema=said.schema, orient="row")
        printing.show(pl.concat([rows, said]), form)
        return
    lines = ["Questions: mohs sql NAME [name=value]... [--csv|--json|--out FILE]", ""]
    for one in questions():
        told = f"  [{', '.join(map(_told, one.parameters))}]" if one.parameters else ""
        lines.append(f"  {one.name:<30}{one.title} ({one.grain}){told}")
    lines += ["", 'Views and tables: mohs sql "select ... from v_line"']
    titles = {one.name: f"{one.title}. {one.meaning}" for one in views()}
    for (name, grain), columns in said.group_by(["name", "grain"], maintain_order=True):
        lines += ["", f"  {name}: {grain}"]
        if name in titles:
            lines.append(f"  {titles[str(name)]}")
        lines += [
            f"      {row['column']:<26}{row['type']:<15}{row['meaning']}"
            for row in columns.iter_rows(named=True)
        ]
    text = "\n".join(lines)
    if printing.console().is_terminal:
        click.echo_via_pager(text)
    else:
        click.echo(text)
