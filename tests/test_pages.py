"""Page files: read, refused with a remedy, and what is asked of every page that ships."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest

from pipelines import warehouse
from reports import answers, packs, page, theme, workbook, writing
from tests.reported import FACTS, filled, read, rows, words


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    return filled()


PAGE = "/* ---\npage: A page\n--- */\n\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("select 1 as n", 1, "page: its title"),
        (
            PAGE + "/* ---\nchart: pie\n--- */\nselect 1 as n",
            5,
            "there is no chart 'pie'; use one of",
        ),
        (PAGE + "/* ---\nchart: bars\n--- */\nselect 1 as n", 5, "also needs x, y"),
        (
            PAGE + "/* ---\nchart: bars\nx: n\ny: n\nz: n\n--- */\nselect 1 as n",
            5,
            "takes no 'z'; it takes x, y, colour",
        ),
        (PAGE + "/* ---\nchart: bars\nx: n\ny: m\n--- */\nselect 1 as n", 5, "'m' is not a column"),
        (PAGE + "/* ---\nn: m\n--- */\nselect 1 as n", 5, "m is not a column of the query"),
        (PAGE + "/* ---\ntitle: T\n--- */\n", 5, "no query follows"),
        (PAGE + "/* ---\ntitle: T\nnote: a: b\n--- */\nselect 1 as n", 7, "write `key: value`"),
        (PAGE + "/* ---\ntitle: [T]\n--- */\nselect 1 as n", 6, "title must be one text"),
        (PAGE + "/* ---\nrows: ten\n--- */\nselect 1 as n", 5, "rows must be a whole number"),
        (PAGE + "/* ---\ncolumns: {n: dollar}\n--- */\nselect 1 as n", 5, "takes a format (money,"),
        (
            PAGE + "/* ---\ntitle: T\n--- */\nselect n from core.nothing",
            5,
            "the query does not run",
        ),
        (PAGE + "select 1 as n", 1, "a query stands under the page's header"),
        ("/* ---\npage: A\ncolour: x\n--- */", 1, "the first header takes page, intro, pack"),
        ("/* ---\npage: A\nbasis: x\n--- */", 1, "basis must be one of service, adjudication"),
        ("/* ---\npage: A\npack: x\n--- */", 1, "there is no pack 'x'; use one of denials,"),
        (PAGE + "/* ---\nshareable: maybe\n--- */\nselect 1 as n", 5, "must be yes or no"),
        (PAGE + "/* ---\nreading: '{m}'\n--- */\nselect 1 as n", 5, "m is not a column"),
    ],
)
def test_a_page_that_does_not_work_says_where_and_what(
    connection: warehouse.Connection, tmp_path: Path, text: str, line: int, said: str
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mine.sql").write_text(text, encoding="utf-8")
    with pytest.raises(page.UnusablePage) as error:
        answers.answer(warehouse.selector(connection), folder=folder)
    assert f"pages/mine.sql, line {line}: " in str(error.value)
    assert said in str(error.value)


def test_a_page_is_one_file(connection: warehouse.Connection, tmp_path: Path) -> None:
    """A new page needs no Python; values YAML would twist (25, no, off) stay text."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mine.sql").write_text(
        "/* ---\npage: Mine\n--- */\n"
        "/* ---\ntitle: no\nchart: columns\nx: modifier\ny: lines\nunknown: off\n--- */\n"
        "select * from (values ('25', 3, null), ('59', 1, 2.50)) as v (modifier, lines, paid);\n",
        encoding="utf-8",
    )
    answered = answers.answer(warehouse.selector(connection), folder=folder)
    cover, path = writing.write(answered, out=tmp_path / "out", facts=FACTS)
    assert cover.name == "index.html"
    (first, _) = rows(read(path), "no")
    assert first == {"Modifier": "25", "Lines": "3", "Paid": "off"}


def test_unknown_pages_and_months_are_refused(connection: warehouse.Connection) -> None:
    select = warehouse.selector(connection)
    with pytest.raises(page.UnusablePage, match=r"no page 'denial'; there are .*audit"):
        answers.answer(select, pages=["denial"])
    with pytest.raises(page.UnusablePage, match=r"2026-13.*YYYY-MM"):
        answers.answer(select, month="2026-13")


MACRO = re.compile(r"macro (\w+)\([^)]*\) as table\n(.*?);", re.DOTALL)
EVERY = [
    pytest.param(one, exhibit, id=f"{one.name}-{exhibit.place.rsplit(' ', 1)[-1]}")
    for one in page.chosen(None)
    for exhibit in one.exhibits
]


@pytest.mark.parametrize(("one", "exhibit"), EVERY)
def test_an_exhibit_keeps_to_the_layers_and_says_how_it_is_counted(
    connection: warehouse.Connection, one: page.Page, exhibit: page.Exhibit
) -> None:
    """Pages read core, audit and reference; a chart has a line to read and its definition."""
    read_tables = warehouse.tables_read(connection, exhibit.query)
    assert {name.split(".")[0] for name in read_tables} <= {"core", "audit", "reference"}
    if exhibit.chart == "sentence":
        return
    assert exhibit.note or "reason" in exhibit.columns
    place = one.exhibits.index(exhibit)
    section = (
        place
        if exhibit.title
        else max((at for at in range(place) if one.exhibits[at].title), default=0)
    )
    said = any(other.chart in answers.WORDED for other in one.exhibits[section:place])
    own = exhibit.reading or " as reading" in exhibit.query
    assert exhibit.chart in ("table", "answer") or own or said, "a chart needs a `reading`"


def test_shared_rows_keep_to_the_layers_and_to_pages_that_share_them(
    connection: warehouse.Connection,
) -> None:
    queries = [exhibit.query for one in page.chosen(None) for exhibit in one.exhibits]
    macros = [
        found
        for path in sorted((page.PAGES / answers.SHARED).glob("*.sql"))
        for found in MACRO.findall(path.read_text(encoding="utf-8"))
    ]
    assert macros
    for name, body in macros:
        read_tables = warehouse.tables_read(connection, body)
        assert {table.split(".")[0] for table in read_tables} <= {"core", "audit", "reference"}
        assert sum(f"{name}(" in query for query in queries) > 1, f"{name} is not shared"


@pytest.mark.parametrize("one", page.chosen(None), ids=lambda one: one.name)
def test_a_page_never_calls_an_identifier_plain_text(
    connection: warehouse.Connection, one: page.Page
) -> None:
    (answered,) = answers.answer(warehouse.selector(connection), pages=[one.name])
    for answer in answered.answers:
        for name, (_, form) in answer.forms.items():
            if name in theme.PERSONAL or name.endswith("_npi"):
                assert form in ("claim", "line", "patient", "surgeon", "file"), (name, form)


def test_names_of_pages_and_packs_are_unlike() -> None:
    assert not {one.name for one in page.chosen(None)} & set(packs.declared())
    assert {one.pack.name for one in page.chosen(None)} <= set(packs.declared()) - {packs.OWN}


def test_a_page_shows_some_rows_and_the_workbook_all(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "mine.sql").write_text(
        "/* ---\npage: Mine\n--- */\n"
        "/* ---\ntitle: Long\nchart: bars\nx: n\ny: name\nrows: 3\n--- */\n"
        "select 'row ' || n as name, n from range(50) as r (n) order by n\n",
        encoding="utf-8",
    )
    answered = answers.answer(warehouse.selector(connection), folder=folder)
    cover, path = writing.write(answered, out=tmp_path / "out", facts=FACTS)
    assert cover.name == "index.html"
    reader = read(path)
    assert len(rows(reader, "Long")) == 3
    assert "The first 3 of 50 rows; the workbook has all of them." in words(reader)
    assert len(answered[0].answers[0].drawing.data[0].x) == 3  # type: ignore[union-attr]
    book = openpyxl.load_workbook(workbook.write(answered, out=tmp_path / "a.xlsx", facts=FACTS))
    assert book["Long"].max_row == 51
