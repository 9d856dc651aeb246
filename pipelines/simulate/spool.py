"""Claims and payments waiting for the day they are sent, on disk where there are many."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

END = "\x1e"


@dataclass(frozen=True, slots=True, order=True)
class Batch:
    """Claims that travel together: one day, one billing group, and in an 835 one payer."""

    kind: str
    """837 or 835."""
    payer: int
    """Index of the payer of an 835; -1 for an 837."""
    day: int
    group_id: str


@dataclass(slots=True)
class Waiting:
    """What is known of a batch without reading it."""

    texts: list[str] = field(default_factory=list)
    total: int = 0
    """Cents to be paid."""
    adjustments: list[tuple[str, str, int]] = field(default_factory=list)
    is_on_disk: bool = False


class Spool:
    """Batches by day; `take` hands one out in the order its claims came in and forgets it.

    Beyond `limit` characters everything waiting goes to files under `folder`.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        self._waiting: dict[Batch, Waiting] = {}
        self._held = 0

    def put(self, batch: Batch, text: str, paid: int = 0) -> None:
        found = self._waiting.get(batch)
        if found is None:
            found = self._waiting[batch] = Waiting()
        found.texts.append(text)
        found.total += paid
        self._held += len(text)
        if self._held > self._limit:
            self._flush()

    def adjust(self, batch: Batch, reason: str, reference: str, amount: int) -> None:
        """A provider-level adjustment of the payment; above zero it reduces it."""
        self._waiting.setdefault(batch, Waiting()).adjustments.append((reason, reference, amount))

    def batches(self, kind: str, first: int, last: int) -> list[Batch]:
        """Batches of a kind from one day to another, in order."""
        return sorted(b for b in self._waiting if b.kind == kind and first <= b.day <= last)

    def take(self, batch: Batch) -> tuple[Waiting, Iterator[str]]:
        found = self._waiting.pop(batch)
        return found, self._texts(batch, found)

    def close(self) -> None:
        """Remove what is left on disk."""
        if self._folder.exists():
            shutil.rmtree(self._folder)

    def _path(self, batch: Batch) -> Path:
        return self._folder / f"{batch.kind}.{batch.payer}.{batch.day}.{batch.group_id}"

    def _texts(self, batch: Batch, found: Waiting) -> Iterator[str]:
        if found.is_on_disk:
            path = self._path(batch)
            yield from path.read_text(encoding="ascii").split(END)[:-1]
            path.unlink()
        self._held -= sum(len(text) for text in found.texts)
        yield from found.texts

    def _flush(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        for batch, found in self._waiting.items():
            if found.texts:
                with self._path(batch).open("a", encoding="ascii", newline="") as stream:
                    stream.write(END.join(found.texts) + END)
                found.is_on_disk = True
                found.texts.clear()
        self._held = 0
