"""Sentences with figures in them: `{denied} of {lines:line}[, {charge} charged]`.

    {column}           the value of a column, written as its format says
    {column:line}      with a noun: 1 line, 12 lines; {column:day was|days were} where both are given
    [ ... {column} ]   left out where a figure in it is unknown or withheld

A brace or bracket around anything else stays as it is. A figure that is withheld, outside brackets,
is written so; nothing can be worked out from what a sentence leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

FIGURE = re.compile(r"\{(?P<name>[a-z_][a-z0-9_]*)(?::(?P<noun>[^{}\[\]]+))?\}")
OPTIONAL = re.compile(r"\[(?P<inside>[^\[\]]*\{[^\[\]]*)\]")
WITHHELD = "(withheld)"
SPOKEN_DIGITS = re.compile(
    r"\b1731[1-5]\b|\b9[059](?:\.\d)?\s?%|\b(?:19|20)\d\d(?:-\d\d){0,2}\b|\bMOHS\d{3}\b|\b13 months\b"
)
"""Digits a sentence may hold that tell nothing about anybody: codes of the family, levels, dates."""


def fill(template: str, written: Mapping[str, str | None], withheld: frozenset[str]) -> str:
    """The sentence; `written` gives each column's text, None where it is unknown."""

    def figure(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in written:
            return match[0]
        if name in withheld:
            return WITHHELD
        text = written[name]
        if text is None:
            return "unknown"
        return f"{text} {_noun(match['noun'], text)}" if match["noun"] else text

    def part(match: re.Match[str]) -> str:
        names = [found["name"] for found in FIGURE.finditer(match["inside"])]
        if not any(name in written for name in names):
            return match[0]
        is_known = all(
            written.get(name) is not None and name not in withheld
            for name in names
            if name in written
        )
        return match["inside"] if is_known else ""

    text = FIGURE.sub(figure, OPTIONAL.sub(part, template))
    return re.sub(r"\s+([,.;:])", r"\1", re.sub(r"[ \t]{2,}", " ", text)).strip()


def names(template: str) -> set[str]:
    """The columns a template asks for."""
    return {match["name"] for match in FIGURE.finditer(template)}


def is_plain(template: str) -> bool:
    """True where text made by a query holds figures nobody can withhold."""
    bare = SPOKEN_DIGITS.sub("", FIGURE.sub("", template))
    return bool(re.search(r"\d", bare))


def _noun(noun: str, text: Any) -> str:
    one, _, many = noun.partition("|")
    if text == "1":
        return one
    return many or f"{one}s"
