"""Progress on standard error: bars on a terminal, nothing into a file or pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn


@contextmanager
def shown() -> Iterator[Progress]:
    """Bars while the block runs, where standard error is a terminal."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield progress


def reading(progress: Progress, files: Sequence[Path]) -> Callable[[Path, int], None]:
    """A bar over the bytes of the files; call it with a file and how far into it reading is."""
    bar = progress.add_task("taking files in", total=sum(file.stat().st_size for file in files))
    read: dict[Path, int] = {}

    def advance(path: Path, done: int) -> None:
        read[path] = done
        progress.update(bar, completed=sum(read.values()))

    return advance
