"""Packs: the reports an analyst forwards, each a named list of pages (`reports/packs.yaml`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

DECLARED = Path(__file__).resolve().parent / "packs.yaml"
OWN = "own"
"""The pack of a page that names none."""
ALL_DATES = "all"
"""The folder of a report over all dates on file."""


@dataclass(frozen=True)
class Pack:
    """A report of several pages; `order` is its place on the cover.

    `is_audit`: its pages say so where counsel directs the audit (counsel.csv).
    """

    name: str
    title: str
    sentence: str
    order: int
    is_audit: bool = False


@cache
def declared() -> Mapping[str, Pack]:
    """Name -> pack, in the order of the cover."""
    read = yaml.safe_load(DECLARED.read_text(encoding="utf-8"))
    return {
        name: Pack(name, keys["title"], keys["sentence"], order, bool(keys.get("is_audit", False)))
        for order, (name, keys) in enumerate(read.items())
    }


def folder(out: Path, pack: str, month: str | None) -> Path:
    """Where a pack of a month goes: `out/2026-09/denials`."""
    return out / (month or ALL_DATES) / pack


def stem(pack: str, month: str | None, *, is_shareable: bool) -> str:
    """The name of a pack's workbook and PDF, without its ending: `denials-2026-09`."""
    return "-".join([pack, month or ALL_DATES, *(["shareable"] if is_shareable else [])])


def there(out: Path, months: Iterable[str]) -> list[tuple[str, list[Pack]]]:
    """(month, its packs) already rendered in a folder, latest month first, all dates at the end."""
    found = []
    for month in sorted(months, key=lambda name: (name != ALL_DATES, name), reverse=True):
        packs = [
            pack
            for pack in declared().values()
            if (out / month / pack.name / "index.html").exists()
        ]
        if packs:
            found.append((month, packs))
    return found
