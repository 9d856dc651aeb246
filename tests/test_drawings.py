"""Charts, colours, how values and sentences are written, and the intervals beside them."""

from __future__ import annotations

import datetime
from decimal import Decimal
from itertools import combinations
from math import dist
from statistics import NormalDist
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import warehouse
from reports import answers, charts, page, theme
from tests.conftest import ROOT
from tests.reported import filled


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    return filled()


@pytest.mark.parametrize(
    ("k", "n", "low", "high"), [(18, 20, "0.70", "0.97"), (90, 100, "0.83", "0.94")]
)
def test_wilson_gives_published_intervals(
    connection: warehouse.Connection, k: int, n: int, low: str, high: str
) -> None:
    found = _wilson(connection, k, n)
    assert found is not None
    assert (f"{found['low']:.2f}", f"{found['high']:.2f}") == (low, high)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_ends_solve_the_score_equation(
    connection: warehouse.Connection, counts: tuple[int, int]
) -> None:
    """At each end p, (k/n - p)^2 is z^2 p (1 - p) / n: the definition, not the closed form."""
    k, n = counts
    found = _wilson(connection, k, n)
    assert found is not None
    z = NormalDist().inv_cdf(0.975)
    for end in (found["low"], found["high"]):
        assert (k / n - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, rel=1e-6, abs=1e-15)
    assert 0 <= found["low"] <= k / n + 1e-12
    assert k / n - 1e-12 <= found["high"] <= 1


def test_wilson_of_nothing_is_unknown(connection: warehouse.Connection) -> None:
    assert _wilson(connection, 0, 0) is None


def _wilson(connection: warehouse.Connection, k: int, n: int) -> dict[str, float] | None:
    connection.execute(answers.MACROS.read_text(encoding="utf-8"))
    ((found,),) = connection.execute(f"select wilson({k}, {n})").fetchall()
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (Decimal("1234567.50"), "money", "$1,234,567.50"),
        (Decimal("-0.50"), "money", "-$0.50"),
        (Decimal("12345.50"), "dollars", "$12,346"),
        (0.0755, "percent", "7.6%"),
        (1284, "count", "1,284"),
        (Decimal("1.500"), "number", "1.5"),
        (Decimal("100.000"), "number", "100"),
        (datetime.date(2026, 9, 30), "date", "2026-09-30"),
        (["Q6", "Q4"], "text", "Q6, Q4"),
        (None, "money", "unknown"),
        ({"low": 0.0755, "high": 0.1}, "interval", "7.6% to 10.0%"),
        (0, "count", "0"),
        (False, "text", "no"),
    ],
)
def test_values_are_written(value: Any, form: str, text: str) -> None:
    assert theme.written(value, form) == text


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mixed(colour: str, ground: str, percent: int) -> str:
    """What `color-mix(in srgb, colour percent, transparent)` shows on a ground."""
    parts = [
        round(
            int(colour[at : at + 2], 16) * percent / 100
            + int(ground[at : at + 2], 16) * (100 - percent) / 100
        )
        for at in (1, 3, 5)
    ]
    return "#" + "".join(f"{part:02x}" for part in parts)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_colours_can_be_read(colours: dict[str, str]) -> None:
    """WCAG 2.2: 1.4.3 text 4.5:1, 1.4.11 marks 3:1."""
    for text in ("ink", "muted", "link", "good", "warn", "bad"):
        for ground in ("paper", "panel"):
            assert _contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert _contrast(colours["notice"], colours["notice-paper"]) >= 4.5
    darkest = _mixed(colours["heat"], colours["paper"], theme.HEATED)
    assert _contrast(colours["ink"], darkest) >= 4.5
    for shade in (*theme.SERIES, colours["mark"], colours["alert"]):
        assert _contrast(shade, colours["paper"]) >= 3, shade


SEEN_BY = {
    # Machado, Oliveira, Fernandes (2009), IEEE TVCG 15:1291-1298, severity 1.0, on linear RGB
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def _lab(colour: str, seen: Any) -> tuple[float, float, float]:
    """CIE 1976 L*a*b* (D65) of an sRGB colour as somebody sees it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    red, green, blue = (
        min(1.0, max(0.0, sum(k * v for k, v in zip(row, linear, strict=True)))) for row in seen
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("seen", SEEN_BY.values(), ids=SEEN_BY.keys())
def test_marks_are_told_apart_with_any_colour_vision(seen: Any) -> None:
    """Well over what is just noticed (2.3, Mahy 1994); marks also differ by place, shape or word."""
    for one, other in combinations(theme.SERIES, 2):
        assert dist(_lab(one, seen), _lab(other, seen)) >= 10, (one, other)


def test_only_colours_told_apart_stand_on_one_chart() -> None:
    assert set(theme.MEANING.values()) <= set(theme.SERIES)


def test_no_chart_draws_two_categories_as_one() -> None:
    """Labels are cut to fit; rows whose labels are then alike stay apart."""
    long = "A payer with a name so long that no axis of any chart will ever hold all of it, number "
    data = pl.DataFrame({"payer": [long + "1", long + "2"], "lines": [1, 2]})
    forms = {"payer": ("Payer", "text"), "lines": ("Lines", "count")}
    figure = charts.draw("bars", data, forms, {"x": "lines", "y": "payer"})
    assert list(figure.data[0].y) == [0, 1]  # type: ignore[union-attr]


def _drawn(chart: str, rows: list[dict[str, Any]], **keys: str) -> Any:
    data = pl.DataFrame(rows)
    forms = {name: (name, theme.format_of(name, dtype)) for name, dtype in data.schema.items()}
    return charts.draw(chart, data, forms, keys)


BRIDGE = [("August", 70.0, True), ("volume", 12.5, False), ("rate", -2.5, False)]


def test_a_bridge_adds_up_or_is_refused() -> None:
    rows = [
        {"part": p, "amount": a, "total": t} for p, a, t in [*BRIDGE, ("September", 80.0, True)]
    ]
    figure = _drawn("waterfall", rows, x="part", y="amount", total="total")
    ends = {}
    for bar in figure.data[:3]:
        ends |= {y: (base, base + x) for y, base, x in zip(bar.y, bar.base, bar.x, strict=True)}
    assert ends == {0: (0, 70), 1: (70, 82.5), 2: (82.5, 80), 3: (0, 80)}
    rows[-1]["amount"] = 81.0
    with pytest.raises(charts.UnusableChart, match=r"does not add up: row 4 is a total of 81\.00"):
        _drawn("waterfall", rows, x="part", y="amount", total="total")


def test_a_pareto_is_ranked_and_its_shares_run_to_the_whole() -> None:
    rows = [{"why": w, "lines": n} for w, n in (("b", 20), ("a", 70), ("b", 5), ("c", 5))]
    figure = _drawn("pareto", rows, x="lines", y="why")
    assert list(figure.layout.yaxis.ticktext) == ["a", "b", "c"]
    assert list(figure.data[-1].text) == [" 70%", " +25% = 95%", " +5% = 100%"]


def test_a_sankey_keeps_what_flows_and_can_be_switched() -> None:
    rows = [
        {"a": "submitted", "b": "paid", "lines": 90, "dollars": 900.0},
        {"a": "submitted", "b": "denied", "lines": 10, "dollars": 50.0},
        {"a": "denied", "b": "open", "lines": 10, "dollars": 50.0},
    ]
    figure = _drawn("sankey", rows, source="a", target="b", value="lines", also="dollars")
    lines, dollars = figure.data
    assert (list(lines.link.value), list(dollars.link.value)) == ([90, 10, 10], [900, 50, 50])
    names = list(lines.node.label)
    assert [names[at] for at in lines.link.target] == ["paid", "denied", "open"]
    assert figure.layout.meta == {"measures": ["lines", "dollars"]}


def test_limits_of_a_funnel_pass_through_the_limits_given() -> None:
    rows = [
        {
            "who": f"s{n}",
            "n": n,
            "rate": 0.3,
            "mean": 0.2,
            "low": 0.2 - 1 / n**0.5,
            "high": 0.2 + 1 / n**0.5,
        }
        for n in (16, 64, 400)
    ]
    figure = _drawn(
        "funnel", rows, x="n", y="rate", label="who", centre="mean", low="low", high="high"
    )
    for curve in figure.data[:2]:
        for size, limit in zip(curve.x, curve.y, strict=True):
            width = abs(limit - 0.2)
            assert limit in (0.0, 1.0) or width == pytest.approx(1 / size**0.5, rel=1e-6)
    points = figure.data[2]
    assert list(points.text) == ["", "", "s400"]  # 0.3 is beyond 0.2 + 1/20 only
    assert points.marker.symbol[2] != points.marker.symbol[0]


def test_a_heat_map_is_a_table_in_which_every_value_stands_once() -> None:
    rows = [
        {"payer": p, "cause": c, "rate": r, "n": n}
        for p, c, r, n in (("A", "x", 0.1, 40), ("B", "x", 0.2, 5), ("A", "y", 0.05, 90))
    ]
    text = str(_drawn("heat", rows, x="payer", y="cause", value="rate", n="n"))
    assert [text.count(f">{value}") for value in ("10.0%", "20.0%", "5.0%")] == [1, 1, 1]
    assert text.count("n &lt; 11</span>") == 1
    assert f"--share: {theme.HEATED}%" in text
    assert text.count("unknown") == 1


def test_panels_mark_what_lies_outside_and_what_is_not_finished() -> None:
    rows = [
        {"p": "A", "m": f"2026-0{m}", "rate": r, "low": 0.0, "high": 0.1, "open": m == 3}
        for m, r in ((1, 0.05), (2, 0.2), (3, 0.3))
    ]
    keys = {"panel": "p", "x": "m", "y": "rate", "low": "low", "high": "high"}
    text = str(_drawn("multiples", rows, **keys, unfinished="open"))
    assert (text.count('class="out"'), text.count('class="open"'), text.count('class="dot"')) == (
        1,
        1,
        1,
    )


def test_a_tile_shows_the_last_finished_month() -> None:
    rows = [
        {"what": "rate", "month": f"2026-0{m}", "value": v, "open": m == 3, "format": "percent"}
        for m, v in ((1, 0.05), (2, 0.075), (3, 0.5))
    ]
    data = pl.DataFrame(rows)
    forms = {name: (name, "figure" if name == "value" else "text") for name in data.columns}
    text = str(
        charts.draw(
            "tiles",
            data,
            forms,
            {"label": "what", "x": "month", "y": "value", "unfinished": "open"},
        )
    )
    assert '<p class="value">7.5%</p>' in text
    assert '5.0% in <span class="date">2026-01</span>' in text


def test_a_work_list_says_how_many_days_are_left() -> None:
    day = datetime.date(2026, 12, 1)
    rows = [
        {"due": day, "days": d, "link": ref} for d, ref in ((-1, "e/a.html"), (1, "javascript:x"))
    ]
    rows.append({"due": None, "days": None, "link": "../x.html"})
    data = pl.DataFrame(rows)
    forms = {"due": ("Due", "date"), "days": ("Days", "number"), "link": ("Evidence", "link")}
    text = str(charts.draw("worklist", data, forms, {"due": "due", "days": "days"}))
    assert ("expired" in text, "1 day left" in text, "none known" in text) == (True, True, True)
    assert text.count('<a href="') == 2
    assert 'href="javascript' not in text


@pytest.mark.parametrize(
    ("chart", "keys"),
    [
        ("bars", {"x": "v", "y": "a"}),
        ("columns", {"x": "a", "y": "v"}),
        ("pareto", {"x": "v", "y": "a"}),
        ("heat", {"x": "a", "y": "b", "value": "v"}),
        ("sankey", {"source": "a", "target": "b", "value": "v"}),
        ("waterfall", {"x": "a", "y": "v"}),
        ("tiles", {"label": "a", "x": "b", "y": "v"}),
        ("histogram", {"x": "w", "y": "v"}),
        ("multiples", {"panel": "a", "x": "b", "y": "v", "low": "v", "high": "v"}),
        ("funnel", {"x": "v", "y": "v", "label": "a", "centre": "v", "low": "v", "high": "v"}),
        ("rates", {"x": "v", "y": "a", "interval": "i", "n": "v"}),
        ("trend", {"x": "a", "y": "v", "interval": "i", "n": "v"}),
        ("calibration", {"x": "v", "y": "v", "interval": "i", "n": "v"}),
    ],
)
def test_a_chart_of_nothing_known_is_not_drawn(chart: str, keys: dict[str, str]) -> None:
    """The page then says so in a sentence; see answers.answer."""
    rows = [{"a": "x", "b": "y", "v": None, "w": 1.0, "i": None}]
    data = pl.DataFrame(
        rows,
        schema={"a": pl.String, "b": pl.String, "v": pl.Float64, "w": pl.Float64, "i": pl.Null},
    )
    forms = {name: (name, "number") for name in data.columns}
    assert charts.draw(chart, data, forms, keys) is None


def test_every_chart_is_in_the_gallery() -> None:
    """tests/files/pages/gallery.sql shows each new chart, and the browser looks at it."""
    (shown,) = page.chosen(None, ROOT / "tests" / "files" / "pages")
    plain = {"table", "answer", "bars", "columns", "rates", "trend"}
    assert {exhibit.chart for exhibit in shown.exhibits} | plain == set(charts.catalogue())
