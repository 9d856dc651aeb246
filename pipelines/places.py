"""Where a job works: the warehouse, and the practice folder that goes with it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Place:
    """Where a job works."""

    warehouse: Path
    practice: Path | None = None

    @property
    def mappings(self) -> Path | None:
        folder = self.practice / "mappings" if self.practice else None
        return folder if folder and folder.is_dir() else None

    @property
    def snapshot(self) -> Path:
        """What everybody but the writer reads."""
        return self.warehouse.with_name(f"{self.warehouse.name}.snapshot.duckdb")

    @property
    def reports(self) -> Path:
        """Where reports go unless told otherwise."""
        return self.warehouse.parent / "reports"
