"""The rule book in the hand: list it, check it, write the pages about it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import polars as pl

from pipelines import examples, printing, reference, rule_pages, rules, steps
from pipelines.places import Place
from schemas import dictionary
from schemas.reference import NcciAddOn, NcciMue, NcciPtp
from schemas.table import table_name

CODES_OF_SERIES = {
    "ptp": (NcciPtp, ("column1", "column2")),
    "mue": (NcciMue, ("procedure_code",)),
    "add_on": (NcciAddOn, ("add_on_code", "primary_code")),
}
"""A rule that leans on a series is about every code in it."""


class NothingMatches(rules.UnknownRule):
    """No rule is left; the message says what there is to choose from."""


@dataclass(frozen=True)
class Choice:
    """What rules to list; an empty part leaves it open."""

    families: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Everything is wanted."""
        return not (self.families or self.severities or self.codes or self.modifiers)


def choose(book: rules.Book, choice: Choice) -> tuple[rules.Rule, ...]:
    """The rules of a family and severity that are about a code and a modifier.

    A rule is about a code or modifier that its text or query names, that a line flagged in its
    examples bills, or that stands in the table of edits it leans on. Raises NothingMatches.
    """
    found = tuple(
        rule
        for rule in book.rules
        if (not choice.families or family(rule) in choice.families)
        and (not choice.severities or set(choice.severities) & set(rule.header.severities))
        and all(_is_about_code(rule, code.upper()) for code in choice.codes)
        and all(_is_about_modifier(rule, modifier.upper()) for modifier in choice.modifiers)
    )
    if not found:
        families = ", ".join(sorted({family(rule) for rule in book.rules}))
        raise NothingMatches(f"no rule matches; families are {families}")
    return found


def family(rule: rules.Rule) -> str:
    """The folder the rule stands in: site, stages, units ..."""
    return rule.path.parent.name


def _is_about_code(rule: rules.Rule, code: str) -> bool:
    return (
        _names(rule, code)
        or any(
            line.finding and line.values["procedure_code"] == code
            for case in rule.cases
            for line in case.lines
        )
        or any(code in _codes_of(series) for series in rule.header.releases)
    )


def _is_about_modifier(rule: rules.Rule, modifier: str) -> bool:
    return any(
        line.finding and modifier in line.values["modifiers"].upper().split()
        for case in rule.cases
        for line in case.lines
    ) or (
        _names(rule, modifier)
        and any("modifiers" in case.columns or "modifier" in case.columns for case in rule.cases)
    )


def _names(rule: rules.Rule, word: str) -> bool:
    header = rule.header
    text = " ".join(
        [rule.sql, header.summary, header.why, header.population, *header.exceptions, header.remedy]
    )
    return re.search(rf"(?<![\w.]){re.escape(word)}(?![\w.]?\w)", text.upper()) is not None


@cache
def _codes_of(series: str) -> frozenset[str]:
    if series not in CODES_OF_SERIES:
        return frozenset()
    model, columns = CODES_OF_SERIES[series]
    frames = dict(reference.tables(only={table_name(model).partition(".")[2]}))
    return frozenset(code for name in columns for code in frames[model][name].to_list())


def show(place: Place, folder: Path | None, choice: Choice, *, form: str) -> int:
    """List the rules as text, CSV, JSON or Markdown. Status 1 where a rule file is broken.

    Raises NothingMatches.
    """
    whole = rules.read_book(*steps.own_rules(place, folder), practice=place.practice)
    book = whole if choice.is_open else rules.Book(choose(whole, choice), whole.problems)
    if form == "json":
        click.echo(json.dumps(rule_pages.catalogue_json(book), indent=1, ensure_ascii=False))
    elif form == "markdown":
        click.echo(rule_pages.markdown(book), nl=False)
    else:
        rows = [
            (
                rule.id,
                rule.header.severity,
                rule.header.category,
                rule.header.name,
                rule.header.summary,
            )
            for rule in book.rules
        ]
        columns = ["rule", "severity", "category", "name", "summary"]
        printing.show(pl.DataFrame(rows, schema=columns, orient="row"), form)
    return _say_problems(book)


def _say_problems(book: rules.Book) -> int:
    for problem in book.problems:
        click.echo(f"mohs: {problem}", err=True)
    return 1 if book.problems else 0


def check(place: Place, only: Sequence[str], folder: Path | None, truth: Path | None) -> int:
    """Run worked examples (or, with `truth`, score the last audit); status 1 for an unmet check."""
    book = rules.read_book(
        *steps.own_rules(place, folder), practice=place.practice, is_strict=truth is None
    )
    status = _say_problems(book)
    chosen = rules.pick(book, only)
    if truth is not None:
        from pipelines import scoring

        printing.show(scoring.score(place, truth, [rule.header for rule in chosen]))
        if not only:
            beside = scoring.score_risk(place, truth)
            if not beside.is_empty():
                printing.show(beside, title="Denial risk, out of time, beside the ceiling")
        return status
    checks = examples.check(chosen)
    met = 0
    for one in checks:
        met += not one.problems
        for problem in one.problems:
            click.echo(str(problem))
    short = [text for rule in chosen for text in examples.shortcomings(rule, checks)]
    for text in short:
        click.echo(text)
    click.echo(f"{len(chosen)} rules, {len(checks)} examples: {met} met, {len(checks) - met} not")
    return 1 if status or short or met < len(checks) else 0


def pages() -> dict[str, str]:
    """The generated pages of docs/: file name -> text."""
    from pipelines import cli

    return {
        "rules.md": rule_pages.markdown(rules.read_book()),
        "tables.md": dictionary.markdown(),
        "cli.md": _commands(cli.mohs),
    }


def _commands(group: click.Group) -> str:
    parts = ["# Commands", "", "Written from the commands' own help by `mohs docs`; do not edit."]
    names = group.context_settings["help_option_names"]
    context = click.Context(group, info_name="mohs", help_option_names=names)
    for name in sorted(group.commands):
        command = group.commands[name]
        if command.hidden:
            continue
        inner = click.Context(
            command, info_name=name, parent=context, max_content_width=96, terminal_width=96
        )
        parts += ["", f"## mohs {name}", "", "```text", command.get_help(inner), "```"]
    return "\n".join(parts) + "\n"


def write_docs(folder: Path, *, is_check: bool) -> int:
    """Write the generated pages; with `is_check` only say which are stale (status 1)."""
    stale = []
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not is_check:
                path.write_text(text, encoding="utf-8")
    for name in stale:
        click.echo(f"{folder / name}: {'stale; run `mohs docs`' if is_check else 'written'}")
    return 1 if stale and is_check else 0
