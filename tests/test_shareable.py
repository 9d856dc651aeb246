"""The copy that may leave the workplace: nothing personal in it, and nothing to work out."""

from __future__ import annotations

import io
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from pipelines import warehouse
from reports import answers, copies, delivery, suppression, theme, wording
from tests.reported import FACTS, filled

KEY = b"the practice's own"
NUMBERS = {"rendering_npi": "1999999984", "billing_npi": "1888888878", "npi": "1777777762"}


# What may be worked out from a table


def _ranges(
    counts: list[list[int]], hidden: set[tuple[int, int]], lines: list[tuple[list[Any], float]]
) -> dict[tuple[int, int], tuple[float, float]]:
    """What a reader knows of each withheld cell, who knows every total: a linear programme each."""
    order = sorted(hidden)
    matrix, sums = [], []
    for cells, total in lines:
        matrix.append([float(cells.count(cell)) for cell in order])
        sums.append(total - sum(counts[r][c] for r, c in cells if (r, c) not in hidden))
    found = {}
    for at, cell in enumerate(order):
        aim = np.zeros(len(order))
        aim[at] = 1
        ends = [
            linprog(sign * aim, A_eq=matrix, b_eq=sums, bounds=[(0, None)] * len(order)).fun
            for sign in (1, -1)
        ]
        found[cell] = (ends[0], -ends[1])
    return found


tables = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.integers(0, 14), st.integers(0, 90)), min_size=width, max_size=width),
        min_size=2,
        max_size=6,
    )
)


@settings(max_examples=40, deadline=None)
@given(tables)
def test_no_total_of_a_column_gives_a_small_count_away(counts: list[list[int]]) -> None:
    """With the totals of all columns known, no withheld count is certain, or certainly small."""
    hidden = suppression.withhold(counts)
    for row, values in enumerate(counts):
        for column, value in enumerate(values):
            assert (row, column) in hidden or value == 0 or value >= 11
    columns = [
        ([(row, column) for row in range(len(counts))], float(sum(row[column] for row in counts)))
        for column in range(len(counts[0]))
    ]
    for (row, column), (low, high) in _ranges(counts, hidden, columns).items():
        others = [counts[at][column] for at in range(len(counts)) if (at, column) not in hidden]
        if any(value > 0 for value in others):
            assert high >= 11, (row, column)
            assert high - low >= 1


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.lists(st.integers(0, 60), min_size=4, max_size=4), min_size=4, max_size=4),
)
def test_no_total_of_rows_and_columns_gives_a_count_away(square: list[list[int]]) -> None:
    """Payers by causes in long form: the totals of each payer and each cause are known."""
    cells = list(product(range(4), range(4)))
    counts = [[square[r][c]] for r, c in cells]
    hidden = suppression.withhold(counts, [[r for r, _ in cells], [c for _, c in cells]])
    lines = []
    for way in (0, 1):
        for each in range(4):
            rows = [at for at, cell in enumerate(cells) if cell[way] == each]
            lines.append(([(at, 0) for at in rows], float(sum(counts[at][0] for at in rows))))
    shown = {cell for cell in range(16) if (cell, 0) not in hidden and counts[cell][0] > 0}
    for (at, _), (low, high) in _ranges(counts, hidden, lines).items():
        r, c = cells[at]
        beside = {other for other in shown if cells[other][0] == r or cells[other][1] == c}
        if beside:
            assert high - low >= 1, (r, c)


def test_a_row_that_is_the_total_of_others_does_not_tell_the_one_withheld() -> None:
    """denied 7 = lines 60 - paid 53: paid is withheld with it; the total row tells no more."""
    counts = [[60, 53, 7], [200, 160, 40], [260, 213, 47]]
    hidden = suppression.withhold(counts)
    assert {(0, 2), (0, 1)} <= hidden
    assert len([cell for cell in hidden if cell[1] == 2]) >= 2
    assert (2, 0) not in hidden


def test_nothing_is_withheld_without_need() -> None:
    assert suppression.withhold([[0, 40], [90, 11]]) == set()
    assert suppression.withhold([]) == set()


@given(st.lists(st.integers(1, 10), min_size=1, max_size=8), st.integers(0, 300))
def test_what_is_withheld_together_is_never_itself_small(small: list[int], large: int) -> None:
    counts = [[value] for value in (*small, large, 50, 70)]
    hidden = suppression.withhold(counts)
    together = sum(counts[row][0] for row, _ in hidden)
    assert len(hidden) >= 2
    assert together - (len(hidden) - 1) >= 11


# What a copy shows of a table


def _shown(data: dict[str, list[Any]], n: str = "", **formats: str) -> copies.Shown:
    frame = pl.DataFrame(data)
    forms = {
        name: formats.get(name, theme.format_of(name, dtype))
        for name, dtype in frame.schema.items()
    }
    return copies.show(frame, forms, n, copies.shareable(NUMBERS.values(), KEY))


def test_a_rate_goes_with_its_count() -> None:
    shown = _shown(
        {
            "payer": ["a", "b", "c"],
            "lines": [100, 200, 300],
            "denied": [4, 30, 60],
            "denial_rate": [0.04, 0.15, 0.2],
        },
        n="lines",
    )
    assert shown.data["denied"].to_list()[0] is None
    assert shown.data["denial_rate"].to_list()[0] is None
    assert shown.data["denied"].null_count() >= 2
    assert shown.data["payer"].to_list() == ["a", "b", "c"]


@pytest.mark.parametrize(("rate", "is_told"), [(0.04, False), (0.97, False), (0.5, True)])
def test_a_rate_alone_does_not_tell_a_small_count(rate: float, is_told: bool) -> None:
    shown = _shown({"lines": [100, 400], "denial_rate": [rate, 0.3]}, n="lines")
    assert (shown.data["denial_rate"][0] is not None) == is_told


@pytest.mark.parametrize(("rate", "is_told"), [(0.0125, False), (0.0, True), (1.55, True)])
def test_a_number_with_decimals_is_a_rate_of_n(rate: float, is_told: bool) -> None:
    """1 of 80 printed as 0.0125; the limits beside it would give the rate back."""
    data = {"value": [rate], "lower": [rate / 2], "cases": [80]}
    shown = _shown(data, "cases", value="number", lower="number", cases="count")
    assert shown.withheld == (frozenset() if is_told else {(0, "value"), (0, "lower")})
    assert not _shown(data, value="number", lower="number", cases="count").withheld


@pytest.mark.parametrize(
    ("form", "is_told"), [("percent", False), ("number", False), ("money", True)]
)
def test_a_rate_among_figures_of_several_kinds_tells_no_small_count(
    form: str, is_told: bool
) -> None:
    data = {"value": [0.132075, 0.25], "format": [form, form], "claims": [53, 100]}
    shown = _shown(data, "claims", value="figure", format="text", claims="count")
    assert shown.withheld == (frozenset() if is_told else {(0, "value")})


def test_exposure_files_and_single_claims_are_left_out() -> None:
    shown = _shown(
        {"payer": ["a"], "lines": [50], "denied_charge": [1.0]}, denied_charge="exposure"
    )
    assert shown.data.columns == ["payer", "lines"]
    assert _shown({"path": ["x"], "rows": [50]}, rows="number").data.columns == ["rows"]
    for name in ("claim_id", "line_id", "patient_id"):
        assert "single claims" in _shown({name: ["x"], "lines": [50]}).left_out


def test_exposure_among_figures_of_several_kinds_is_left_out() -> None:
    data = pl.DataFrame({"k": [5_000.0, 0.25], "format": ["exposure", "percent"], "n": [400, 400]})
    forms = {"k": "figure", "format": "text", "n": "count"}
    shown = copies.show(data, forms, "n", copies.shareable([], KEY))
    assert shown.data["format"].to_list() == ["percent"]


def test_surgeons_have_codes_that_stay_and_cannot_be_undone() -> None:
    numbers = [f"1{number:09d}" for number in range(400)]
    one = copies.shareable(numbers, KEY).surgeons
    again = copies.shareable(reversed(numbers[:200]), KEY).surgeons
    other = copies.shareable(numbers, b"another").surgeons
    assert len(set(one.values())) == 400
    assert sum(one[number] == again[number] for number in numbers[:200]) >= 195
    assert sum(one[number] == other[number] for number in numbers) <= 4
    text = "line of 1999999984 and 1999999999"
    copy = copies.shareable(["1999999984"], KEY)
    assert copies.coded(text, copy) == f"line of {copy.surgeons['1999999984']} and (number)"
    assert copies.coded(text, copies.WORKING) == text


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("7 denied lines", False),
        ("about $300", False),
        ("1,284 claims", False),
        ("17311 and 17312", True),
        ("2 of 74 files", True),
        ("release 2026Q2", True),
    ],
)
def test_a_figure_in_a_text_is_withheld(text: str, is_told: bool) -> None:
    shown = _shown({"about": [text], "lines": [50]})
    assert (shown.data["about"][0] == text) == is_told


def test_a_withheld_figure_of_an_answer_reads_as_withheld(tmp_path: Path) -> None:
    """Not as unknown, which is what a figure reads that nobody knows."""
    (tmp_path / "mine.sql").write_text(
        "/* ---\npage: Mine\n--- */\n"
        "/* ---\nchart: answer\nfigure: lines\ntext: said\ncolumns: {lines: count}\nnote: n\n--- */\n"
        "select * from (values (3, 'are few.'), (4, 'as well.'), (null, 'are not known.'), (40, 'many.'))"
        " as v (lines, said)\n",
        encoding="utf-8",
    )
    for copy, few in ((copies.WORKING, "3"), (copies.shareable([], KEY), "withheld")):
        [one] = answers.answer(warehouse.selector(filled()), folder=tmp_path, copy=copy)
        drawn = str(one.answers[0].drawing)
        assert f"<dt>{few}</dt> <dd>are few.</dd>" in drawn
        assert "<dt>unknown</dt> <dd>are not known.</dd>" in drawn


# Sentences


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{lines:line} of {payer}", "1 line of Alpha"),
        ("{many:line was|lines were} denied[, {gone} lost].", "12 lines were denied."),
        ("{gone} lost", "(withheld) lost"),
        ("{blank} lost[ ({blank})]", "unknown lost"),
        ("[no figure] {here}", "[no figure] {here}"),
    ],
)
def test_sentences_are_filled(template: str, said: str) -> None:
    written = {"lines": "1", "many": "12", "payer": "Alpha", "gone": None, "blank": None}
    assert wording.fill(template, written, frozenset({"gone"})) == said


def test_text_of_a_query_with_figures_in_it_is_plain() -> None:
    assert wording.is_plain("7 lines were denied")
    assert not wording.is_plain("17311 in 2026-09, 95% interval, {lines}")


# Every page, in both copies, on a warehouse marked in every personal field


@pytest.fixture(scope="module")
def marked() -> warehouse.Connection:
    """Every identifier of the practice counted by hand leads with a mark."""
    connection = filled()
    names = connection.execute(
        "SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns "
        "WHERE table_schema IN ('core', 'audit', 'reference') AND data_type = 'VARCHAR'"
    ).fetchall()
    kinds = dict(
        connection.execute(
            "SELECT table_schema || '.' || table_name, table_type FROM information_schema.tables"
        ).fetchall()
    )
    for table, column in names:
        if kinds[table] != "BASE TABLE":
            continue
        if column in theme.PERSONAL:
            mark = f"MARK{theme.PERSONAL[column].upper()}"
            connection.execute(
                f"UPDATE {table} SET {column} = '{mark}' || {column} WHERE {column} <> ''"
            )
        elif column.endswith("npi"):
            number = NUMBERS.get(column, "1999999984")
            connection.execute(f"UPDATE {table} SET {column} = '{number}'")
    return connection


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    """(file, its text) of everything in a folder, workbooks and Parquet unpacked."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".html", ".csv"):
            yield path.name, path.read_text(encoding="utf-8")
        elif path.suffix == ".parquet":
            yield path.name, str(pl.read_parquet(path).to_dicts())
        elif path.suffix == ".xlsx":
            book = openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
            cells = [c.value for sheet in book.worksheets for r in sheet.iter_rows() for c in r]
            yield path.name, " ".join(map(str, cells))
        if path.is_file():
            yield path.name, path.name


LISTING = """/* ---
page: Single lines
pack: denials
--- */
/* ---
title: Lines
note: Every line.
--- */
select
    lines.line_id,
    lines.claim_id,
    lines.patient_id,
    lines.rendering_npi,
    lines.file_id
from core.service_line as lines
/* ---
title: By surgeon
note: Lines by surgeon.
columns: {charge: exposure, about: text}
--- */
select
    lines.rendering_npi,
    'seen by ' || lines.rendering_npi as about,
    count(*) as lines,
    sum(lines.charge) as charge
from core.service_line as lines
group by lines.rendering_npi
"""


def test_no_page_of_the_shareable_copy_names_anybody(
    marked: warehouse.Connection, tmp_path: Path
) -> None:
    copy = copies.shareable(NUMBERS.values(), KEY)
    delivery.deliver(warehouse.selector(marked), tmp_path, facts=FACTS, copy=copy)
    for name, text in _texts(tmp_path):
        assert "MARK" not in text, name
        for number in NUMBERS.values():
            assert number not in text, name


def test_no_page_of_the_working_copy_names_a_patient(
    marked: warehouse.Connection, tmp_path: Path
) -> None:
    """It may name claims, lines, files and surgeons; a patient's pseudonym helps nobody there."""
    delivery.deliver(warehouse.selector(marked), tmp_path, facts=FACTS)
    everything = list(_texts(tmp_path))
    assert not [name for name, text in everything if "MARKPATIENT" in text]
    assert [name for name, text in everything if "MARKFILE" in text]


def test_a_listing_is_left_out_and_a_surgeon_has_a_code(
    marked: warehouse.Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "listing.sql").write_text(LISTING, encoding="utf-8")
    copy = copies.shareable(NUMBERS.values(), KEY)
    (working,) = answers.answer(warehouse.selector(marked), folder=folder)
    assert "MARKLINE" in str(working.answers[0].rows)
    (shared,) = answers.answer(warehouse.selector(marked), folder=folder, copy=copy)
    listing, surgeons = shared.answers
    assert listing.data.is_empty()
    assert "single claims or lines" in listing.empty
    code = copy.surgeons["1999999984"]
    assert surgeons.data.columns == ["rendering_npi", "about", "lines"]
    (row,) = surgeons.rows
    assert (row["rendering_npi"], row["about"], row["lines"]) == (code, f"seen by {code}", 19)


def test_small_counts_leave_the_page_the_workbook_and_the_tables(
    marked: warehouse.Connection, tmp_path: Path
) -> None:
    """Of 17 adjudicated lines 4 are denied: neither count nor rate, nor what is left of 17."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "few.sql").write_text(
        "/* ---\npage: Few\npack: denials\n--- */\n"
        "/* ---\nchart: sentence\ntext: 'Denied: {denied} of {lines:line}[ ({denial_rate})].'\n"
        "n: lines\n--- */\n"
        "select 4 as denied, 17 as lines, 4 / 17 as denial_rate\n"
        "/* ---\ntitle: T\nn: lines\nnote: n\nreading: '{payer} denies {denial_rate}'\n--- */\n"
        "select 'Alpha' as payer, 17 as lines, 4 as denied, 4 / 17 as denial_rate\n"
        "union all select 'Beta', 400, 100, 0.25 order by payer\n",
        encoding="utf-8",
    )
    copy = copies.shareable([], KEY)
    (one,) = answers.answer(warehouse.selector(marked), folder=folder, copy=copy)
    sentence, table = one.answers
    assert sentence.data["text"].to_list() == ["Denied: (withheld) of 17 lines."]
    assert table.reading == "Alpha denies (withheld)"
    assert [table.written(0, name) for name in table.columns] == ["Alpha", "17", *["withheld"] * 2]
    assert table.written(1, "denied") == "withheld"
    assert Fraction(4, 17) not in [row["denial_rate"] for row in table.rows]
