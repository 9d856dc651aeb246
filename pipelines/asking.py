"""Questions to the snapshot: saved ones by name, or a SELECT; never a write, a file or the network."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click
import duckdb
import polars as pl
import yaml

from pipelines import printing, steps, warehouse
from pipelines.places import Place
from schemas.dictionary import grain, tables
from schemas.headers import blocks

QUESTIONS = warehouse.SQL / "questions"
SECONDS = 300


class UnusableQuestion(ValueError):
    """A question that cannot be asked; the message says what to write instead."""


@dataclass(frozen=True)
class Question:
    """A saved question: file name, what it asks, what a row is, its SELECT."""

    name: str
    title: str
    meaning: str
    grain: str
    sql: str


def questions(folder: Path = QUESTIONS) -> list[Question]:
    """The saved questions, by name."""
    return [_question(path) for path in sorted(folder.glob("*.sql"))]


def _question(path: Path) -> Question:
    found = blocks(path.read_text(encoding="utf-8"))
    if len(found) != 1:
        raise UnusableQuestion(
            f"{path}: begin with one /* --- header --- */ and put one SELECT under it"
        )
    # every scalar stays text
    header = yaml.load(found[0].yaml, Loader=yaml.BaseLoader)  # noqa: S506
    missing = [key for key in ("title", "meaning", "grain") if key not in header]
    if missing:
        raise UnusableQuestion(f"{path}: the header lacks {', '.join(missing)}")
    return Question(
        path.stem,
        header["title"],
        " ".join(header["meaning"].split()),
        header["grain"],
        found[0].sql,
    )


def ask(place: Place, question: str | None, form: str) -> int:
    """Print the answer, or with no question the list of what can be asked."""
    if question is None:
        _list()
        return 0
    known = {one.name: one for one in questions()}
    if question in known:
        sql = known[question].sql
    elif " " in question.strip():
        sql = question
    else:
        near = ", ".join(get_close_matches(question, known)) or "`mohs sql` lists them"
        raise UnusableQuestion(f"there is no saved question {question} ({near})")
    printing.show(answer(place, sql), form)
    return 0


def answer(place: Place, sql: str, *, seconds: float = SECONDS) -> pl.DataFrame:
    """The rows of one SELECT over the snapshot as a frame. Raises UnusableQuestion."""
    connection = steps.open_snapshot(place)
    stop = threading.Timer(seconds, connection.interrupt)
    try:
        connection.execute((warehouse.SQL / "macros.sql").read_text(encoding="utf-8"))
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        statements = connection.extract_statements(sql)
        readable = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
        if len(statements) != 1 or statements[0].type not in readable:
            raise UnusableQuestion("ask with one SELECT; the snapshot is read only")
        stop.start()
        return warehouse.select(connection, sql)
    except duckdb.InterruptException:
        raise UnusableQuestion(
            f"stopped after {seconds:.0f} seconds; ask for fewer rows or months"
        ) from None
    except duckdb.Error as error:
        raise UnusableQuestion(str(error).split("\n\nLINE")[0]) from None
    finally:
        stop.cancel()
        connection.close()


def _list() -> None:
    click.echo("Questions: mohs sql NAME [--csv|--json]\n")
    for one in questions():
        click.echo(f"  {one.name:<28}{one.title} ({one.grain})")
    click.echo('\nTables: mohs sql "select ... from core.service_line"\n')
    for name, model in tables().items():
        if (
            name.split(".")[0] in ("core", "audit", "reference")
            and name not in warehouse.UNPUBLISHED
        ):
            click.echo(f"  {name:<28}{grain(model)}")
            click.echo(f"  {'':<28}{', '.join(model.to_schema().columns)}")
