"""A report delivered: pages asked once, then covers, pages, workbooks, tables and PDFs of each pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from reports import answers, packs, printing, tables, workbook, writing
from reports.copies import WORKING, Copy
from reports.page import PAGES


def deliver(
    select: answers.Select,
    out: Path,
    *,
    pages: Sequence[str] | None = None,
    month: str | None = None,
    facts: writing.Facts,
    copy: Copy = WORKING,
    wants_pdf: bool = False,
    folder: Path = PAGES,
) -> list[Path]:
    """Everything in its folder (see reports.writing); the cover first, then pages, workbooks, PDFs.

    `pages`: names of pages or packs of `folder`, None for all. Raises page.UnusablePage, and
    printing.NoChromium where a PDF is wanted and nothing can print it.
    """
    chromium = printing.find() if wants_pdf else None
    answered = answers.answer(select, pages=pages, month=month, copy=copy, folder=folder)
    files: dict[str, list[str]] = {}
    made: list[Path] = []
    for pack, own in writing.by_pack(answered):
        inside = writing.folder(packs.folder(out, pack.name, month))
        stem = packs.stem(pack.name, month, is_shareable=copy.is_shareable)
        made.append(workbook.write(own, out=inside / f"{stem}.xlsx", facts=facts, title=pack.title))
        tables.write(own, out=inside / "tables")
        if chromium:
            text = writing.document(writing.environment(facts), own, pack=pack)
            made.append(printing.print_pdf(chromium, text, inside / f"{stem}.pdf"))
        files[pack.name] = [path.name for path in made if path.parent == inside]
    return [*writing.write(answered, out=out, facts=facts, files=files), *made]
