"""The rule book in the hand: list it, check it, write the pages about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from pipelines import examples, printing, rules, steps
from pipelines.places import Place
from schemas import dictionary


def show(place: Place, folder: Path | None, *, form: str) -> int:
    """List the rules as text, CSV, JSON or Markdown. Status 1 where a rule file is broken."""
    book = rules.read_book(*steps.own_rules(place, folder))
    if form == "json":
        click.echo(json.dumps(rules.catalogue_json(book), indent=1, ensure_ascii=False))
    elif form == "markdown":
        click.echo(rules.markdown(book), nl=False)
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
    book = rules.read_book(*steps.own_rules(place, folder))
    status = _say_problems(book)
    chosen = rules.pick(book, only)
    if truth is not None:
        from pipelines import scoring

        printing.show(scoring.score(place, truth, [rule.id for rule in chosen]))
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
        "rules.md": rules.markdown(rules.read_book()),
        "tables.md": dictionary.markdown(),
        "cli.md": _commands(cli.mohs),
    }


def _commands(group: click.Group) -> str:
    parts = ["# Commands", "", "Written from the commands' own help by `mohs docs`; do not edit."]
    context = click.Context(group, info_name="mohs")
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
