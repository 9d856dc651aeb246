"""Small counts withheld so that they cannot be worked out from what is left (pure functions).

A count of 1 to 10 is withheld (the size CMS uses in its public files; none is told as none). Then
further counts are, until no reader who knows every total can work a withheld one out:

- along every equation of the table (a column and its total; the rows of one payer and theirs; a
  column that is the sum or the difference of others) what is withheld is at least two counts that
  together leave each of them free to be 11 or more;
- taken together, the equations fix none of them: a count that linear algebra would give away has
  another withheld beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

SMALLEST = 11
"""The smallest count that is told."""
PARTS = 4
"""Columns that a total is looked for in, at most."""

Cell = tuple[int, int]
"""(row, column)."""
Counts = Sequence[Sequence[int | None]]
"""Rows of counts; None is unknown to us too."""


@dataclass(frozen=True)
class Equation:
    """The parts add up to a total: a cell of the table, or a figure that stands elsewhere."""

    parts: tuple[Cell, ...]
    total: Cell | None = None


def withhold(counts: Counts, groups: Sequence[Sequence[object]] = ()) -> set[Cell]:
    """The cells not to tell. `groups`: for each text column its values, row by row.

    Deterministic: where there is a choice the smallest count is withheld, then the first.
    """
    hidden = {
        (row, column)
        for row, values in enumerate(counts)
        for column, value in enumerate(values)
        if value is not None and 0 < value < SMALLEST
    }
    hidden |= _small_differences(counts)
    if not hidden:
        return hidden
    equations = [*_rows(counts), *_columns(counts, groups)]
    while True:
        more = _more(counts, equations, hidden)
        if not more:
            more = _given_away(counts, equations, hidden)
        if not more:
            return hidden
        hidden |= more


def is_all_ones(counts: Counts, hidden: set[Cell]) -> bool:
    """True where a column has nothing but ones: its total then tells each, however withheld."""
    columns = {column for _, column in hidden}
    return any(
        {values[column] or 0 for values in counts} <= {0, 1} and len(counts) >= SMALLEST
        for column in columns
    )


def _small_differences(counts: Counts) -> set[Cell]:
    """Counts beside a slightly larger one of the same row: the rest would be a small count."""
    return {
        (row, column)
        for row, values in enumerate(counts)
        for column, part in enumerate(values)
        for other, whole in enumerate(values)
        if column != other and part and whole and 0 < whole - part < SMALLEST
    }


def _rows(counts: Counts) -> Iterator[Equation]:
    """Columns that are, in every row, the sum of some others."""
    width = len(counts[0]) if counts else 0
    for total in range(width):
        others = [column for column in range(width) if column != total]
        for size in range(2, min(PARTS, len(others)) + 1):
            for parts in combinations(others, size):
                if all(_adds_up(values, total, parts) for values in counts):
                    for row in range(len(counts)):
                        yield Equation(tuple((row, part) for part in parts), (row, total))


def _adds_up(values: Sequence[int | None], total: int, parts: Sequence[int]) -> bool:
    whole = values[total]
    found = [values[part] for part in parts]
    return whole is not None and whole == sum(value or 0 for value in found)


def _columns(counts: Counts, groups: Sequence[Sequence[object]]) -> Iterator[Equation]:
    """Each column over all rows, and over the rows that share a text; the total is known."""
    width = len(counts[0]) if counts else 0
    sets = [list(range(len(counts)))]
    for texts in groups:
        members: dict[object, list[int]] = {}
        for row, text in enumerate(texts):
            members.setdefault(text, []).append(row)
        if len(members) < len(texts):
            sets += [rows for rows in members.values() if len(rows) > 1]
    for column in range(width):
        for rows in sets:
            yield Equation(tuple((row, column) for row in rows))
        for row in sorted({0, len(counts) - 1}):
            rest = [other for other in range(len(counts)) if other != row]
            value = counts[row][column]
            if len(rest) > 1 and value and value == sum(counts[at][column] or 0 for at in rest):
                yield Equation(tuple((at, column) for at in rest), (row, column))


def _more(counts: Counts, equations: Sequence[Equation], hidden: set[Cell]) -> set[Cell]:
    """One more cell for the first equation that tells too much; empty when none does."""
    for equation in equations:
        parts = [cell for cell in equation.parts if cell in hidden]
        is_total_hidden = equation.total is not None and equation.total in hidden
        if not parts and not is_total_hidden:
            continue
        if is_total_hidden and parts:
            continue
        shown = _shown(counts, equation.parts, hidden)
        if is_total_hidden:
            if shown:
                return {shown[0]}
            continue
        free = sum(_value(counts, cell) for cell in parts) - (len(parts) - 1)
        if len(parts) >= 2 and free >= SMALLEST:
            continue
        if shown:
            return {shown[0]}
        if equation.total is not None:
            return {equation.total}
    return set()


def _given_away(counts: Counts, equations: Sequence[Equation], hidden: set[Cell]) -> set[Cell]:
    """One more cell beside one that the equations together fix; empty when they fix none."""
    order = sorted(hidden)
    place = {cell: at for at, cell in enumerate(order)}
    relevant = [
        equation
        for equation in equations
        if any(cell in hidden for cell in (*equation.parts, equation.total))
    ]
    matrix = np.zeros((len(relevant), len(order)))
    for line, equation in enumerate(relevant):
        for cell in equation.parts:
            if cell in place:
                matrix[line, place[cell]] += 1
        if equation.total in place:
            matrix[line, place[equation.total]] -= 1
    is_fixed = _fixed(matrix)
    for at, cell in enumerate(order):
        if not is_fixed[at]:
            continue
        for equation in relevant:
            shown = _shown(counts, equation.parts, hidden)
            if cell in (*equation.parts, equation.total) and shown:
                return {shown[0]}
    return set()


def _fixed(matrix: np.ndarray) -> list[bool]:
    """Whether every solution of the equations has the same value in a place, by place."""
    width = matrix.shape[1]
    if not matrix.shape[0]:
        return [False] * width
    _, values, basis = np.linalg.svd(matrix, full_matrices=True)
    rank = int((values > 1e-9).sum())
    free = basis[rank:]
    return [bool(np.abs(free[:, at]).max(initial=0.0) < 1e-9) for at in range(width)]


def _shown(counts: Counts, cells: Sequence[Cell], hidden: set[Cell]) -> list[Cell]:
    """Cells still told that would help when withheld, smallest count first."""
    able = [cell for cell in cells if cell not in hidden and _value(counts, cell) > 0]
    return sorted(able, key=lambda cell: (_value(counts, cell), cell))


def _value(counts: Counts, cell: Cell) -> int:
    return counts[cell[0]][cell[1]] or 0
