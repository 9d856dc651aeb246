"""Saved questions and views: SQL files whose header says in words what they give.

A header is YAML: `title`, `meaning`, `grain`, and where there are any, `parameters` (name -> type,
default, meaning; `choices` of a text, the `least` of a number) and `columns` (name -> meaning of a
column the tables do not have). A question reads a parameter with getvariable('name'), which is null
at a DuckDB prompt where nobody set it, and does without it there as by default.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines import warehouse
from schemas.dictionary import grain, tables
from schemas.headers import IDENTIFIER, LOADER, blocks

QUESTIONS = warehouse.SQL / "questions"
VIEWS = warehouse.SQL / "views"
MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
PUBLISHED = ("core", "audit", "reference")


class UnusableQuestion(ValueError):
    """A question that cannot be asked; the message says what to write instead."""


def _month(text: str) -> str:
    if not MONTH.fullmatch(text):
        raise ValueError(text)
    return text


YES_NO = {"yes": True, "true": True, "no": False, "false": False}


def _yes_no(text: str) -> bool:
    if text.lower() not in YES_NO:
        raise ValueError(text)
    return YES_NO[text.lower()]


KINDS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "text": (str, "text"),
    "integer": (int, "a whole number"),
    "number": (Decimal, "a number, as 0.05"),
    "date": (date.fromisoformat, "a day, as 2025-03-31"),
    "month": (_month, "a month, as 2025-03"),
    "yes_no": (_yes_no, "yes or no"),
}
"""Type of a parameter -> how its text is read, and what is asked for."""


@dataclass(frozen=True)
class Parameter:
    """What a question may be told: name, type (of KINDS), default ('' for none), what it does.

    `choices` are all a text may be, `least` the least a number may be.
    """

    name: str
    kind: str
    default: str
    meaning: str
    choices: tuple[str, ...] = ()
    least: int | None = None

    def read(self, text: str) -> Any:
        """The value of a text; None for ''. Raises UnusableQuestion."""
        reader, wanted = KINDS[self.kind]
        if text == "":
            return None
        if self.choices:
            wanted = " or ".join(filter(None, (", ".join(self.choices[:-1]), self.choices[-1])))
        if self.least is not None:
            wanted += f" from {self.least}"
        try:
            value = reader(text)
        except (ValueError, InvalidOperation):
            value = None
        is_other = bool(self.choices) and value not in self.choices
        if value is None or is_other or (self.least is not None and value < self.least):
            raise UnusableQuestion(f"{self.name}={text}: write {wanted}")
        return value


@dataclass(frozen=True)
class Question:
    """A saved question or a view: file name, what it gives, what a row is, its SELECT."""

    name: str
    title: str
    meaning: str
    grain: str
    sql: str
    parameters: tuple[Parameter, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)

    def values(self, given: Mapping[str, str]) -> dict[str, Any]:
        """Parameter -> value, by default where none is given. Raises UnusableQuestion."""
        known = {one.name: one for one in self.parameters}
        for name in given:
            if name not in known:
                raise UnusableQuestion(
                    f"{self.name} has no parameter {name}; "
                    + (f"it has {', '.join(known)}" if known else "it has none")
                )
        return {name: one.read(given.get(name, one.default)) for name, one in known.items()}


def questions(folder: Path = QUESTIONS) -> list[Question]:
    """The saved questions, by name."""
    return [read(path) for path in sorted(folder.glob("*.sql"))]


def views(folder: Path = VIEWS) -> list[Question]:
    """The views of the snapshot, by name."""
    return [read(path) for path in sorted(folder.glob("*.sql"))]


def read(path: Path) -> Question:
    """The question of a file. Raises UnusableQuestion with the remedy."""
    found = blocks(path.read_text(encoding="utf-8"))
    if len(found) != 1:
        raise UnusableQuestion(
            f"{path}: begin with one /* --- header --- */ and put one SELECT under it"
        )
    # every scalar stays text
    header = yaml.load(found[0].yaml, Loader=LOADER)  # noqa: S506
    missing = [key for key in ("title", "meaning", "grain") if key not in header]
    if missing:
        raise UnusableQuestion(f"{path}: the header lacks {', '.join(missing)}")
    return Question(
        path.stem,
        header["title"],
        " ".join(header["meaning"].split()),
        header["grain"],
        found[0].sql,
        tuple(_parameter(path, *item) for item in (header.get("parameters") or {}).items()),
        {name: " ".join(text.split()) for name, text in (header.get("columns") or {}).items()},
    )


def _parameter(path: Path, name: str, said: Mapping[str, Any]) -> Parameter:
    if not IDENTIFIER.fullmatch(name) or said.get("type") not in KINDS or "meaning" not in said:
        raise UnusableQuestion(
            f"{path}: give parameter {name} a type ({', '.join(KINDS)}), a meaning and, where it has "
            "one, a default"
        )
    one = Parameter(
        name,
        said["type"],
        said.get("default", ""),
        " ".join(said["meaning"].split()),
        tuple(said.get("choices", ())),
        int(said["least"]) if "least" in said else None,
    )
    one.read(one.default)
    return one


def published() -> list[str]:
    """Names of the tables of the snapshot."""
    return [
        name
        for name in tables()
        if name.split(".")[0] in PUBLISHED and name not in warehouse.UNPUBLISHED
    ]


@cache
def meanings(names: frozenset[str]) -> Mapping[str, str]:
    """Column -> its meaning in those tables; of several the one most of them give."""
    found: dict[str, list[str]] = {}
    for name in sorted(names):
        for column, said in tables()[name].to_schema().columns.items():
            found.setdefault(column, []).append(str(said.description))
    return {column: max(texts, key=texts.count) for column, texts in found.items()}


def explain(
    connection: warehouse.Connection, question: Question, columns: Sequence[str]
) -> list[tuple[str, str]]:
    """(column, meaning) of what a question gives; '' where nothing is said."""
    said = dict(question.columns)
    for view in views():
        if re.search(rf"\b{view.name}\b", question.sql):
            names = [row[0] for row in connection.execute(f"DESCRIBE {view.name}").fetchall()]
            said = {**dict(explain(connection, view, names)), **said}
    read_from = warehouse.tables_read(connection, question.sql) & set(tables())
    said = {**meanings(frozenset(read_from)), **said}
    return [(column, said.get(column, "")) for column in columns]


def dictionary() -> pl.DataFrame:
    """One row per column of every view and table: kind, name, grain, column, type, meaning."""
    connection = warehouse.connect()
    rows: list[tuple[str, str, str, str, str, str]] = []
    try:
        warehouse.create(connection, PUBLISHED)
        warehouse.create_reading_views(connection)
        for view in views():
            described = connection.execute(f"DESCRIBE {view.name}").fetchall()
            types = {row[0]: row[1] for row in described}
            rows += [
                ("view", view.name, view.grain, column, types[column].lower(), meaning)
                for column, meaning in explain(connection, view, list(types))
            ]
        for name in published():
            model = tables()[name]
            said = model.to_schema().columns
            rows += [
                ("table", name, grain(model), row[0], row[1].lower(), str(said[row[0]].description))
                for row in connection.execute(f"DESCRIBE {name}").fetchall()
            ]
    finally:
        connection.close()
    names = ("kind", "name", "grain", "column", "type", "meaning")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
