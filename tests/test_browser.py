"""Every page in a real browser, opened from disk as an analyst opens it: two widths, and print."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from pipelines import letters, past_audits, warehouse
from reports import answers, copies, page, printing, writing
from tests.conftest import ROOT
from tests.reported import FACTS, estimated, filled

playwright = pytest.importorskip("playwright.sync_api", reason="the playwright package is missing")

pytestmark = pytest.mark.browser

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = {1280: "light", 400: "dark"}
PAPER = 695
"""Pixels of a printed line: 8.5 in less two margins of 16 mm; what is wider is cut on paper."""
GALLERY = ROOT / "tests" / "files" / "pages"
DRAWN = (
    "document.querySelectorAll('.plot').length"
    " === document.querySelectorAll('.plot[data-drawn]').length"
)
LOOK = """() => {
    const seen = box => box.width > 0 && box.height > 0;
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const said = part => part.textContent.trim().slice(0, 50);
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push('wider than the page');
    document.querySelectorAll('.plot').forEach(plot => {
        const svg = plot.querySelector('svg.main-svg');
        if (!svg) { found.push(plot.id + ' is not drawn'); return; }
        const frame = svg.getBoundingClientRect();
        if (frame.right > width + 1 || frame.left < 0) found.push(plot.id + ' leaves the page');
        const marks = plot.querySelectorAll(
            '.point path, .points path, .textpoint, .sankey-link, path.js-line');
        if (!marks.length) found.push(plot.id + ' draws nothing');
        if (frame.height < 100) found.push(plot.id + ' is too low');
    });
    document.querySelectorAll('.plot, .panel svg, .tile svg').forEach(chart => {
        const frame = (chart.querySelector('svg.main-svg') || chart).getBoundingClientRect();
        const texts = [...chart.querySelectorAll('text')].filter(
            text => !text.closest('.hoverlayer') && seen(text.getBoundingClientRect()));
        texts.forEach((text, at) => {
            const box = text.getBoundingClientRect();
            if (box.left < frame.left - 1 || box.right > frame.right + 1
                || box.top < frame.top - 1 || box.bottom > frame.bottom + 2)
                found.push('cut: ' + said(text));
            texts.slice(at + 1).forEach(other => {
                if (!text.contains(other) && !other.contains(text)
                    && meet(box, other.getBoundingClientRect()))
                    found.push('over each other: ' + said(text) + ' / ' + said(other));
            });
        });
    });
    document.querySelectorAll('.exhibit').forEach(exhibit => {
        const parts = [...exhibit.children].filter(part => seen(part.getBoundingClientRect()));
        parts.forEach((part, at) => parts.slice(at + 1).forEach(other => {
            if (meet(part.getBoundingClientRect(), other.getBoundingClientRect()))
                found.push('over each other in ' + exhibit.id);
        }));
    });
    document.querySelectorAll('section').forEach(section => {
        if (!section.innerText.trim()) found.push('empty section ' + section.id);
    });
    document.querySelectorAll('table').forEach(table => {
        const box = table.closest('.scroll');
        if (!box) { found.push('a table that cannot scroll'); return; }
        if (box.getBoundingClientRect().right > width + 1) found.push('a table is cut');
        if (table.rows.length < 1 || !table.querySelector('th[scope]'))
            found.push('a table without headings');
    });
    return found;
}"""
SPOKEN = """() => {
    const found = [];
    if (document.documentElement.lang !== 'en') found.push('no language');
    if (document.querySelectorAll('main').length !== 1) found.push('not one main');
    if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
    const ids = [...document.querySelectorAll('[id]')].map(part => part.id);
    if (new Set(ids).size !== ids.length) found.push('an id twice');
    document.querySelectorAll('[role=img]').forEach(part => {
        if (!part.getAttribute('aria-label')) found.push('a picture without words');
    });
    document.querySelectorAll('[tabindex]').forEach(part => {
        if (part.tabIndex > 0) found.push('a tab order of its own');
    });
    document.querySelectorAll('a[href^="#"]').forEach(link => {
        if (!document.getElementById(link.getAttribute('href').slice(1)))
            found.push('a link to nowhere: ' + link.textContent);
    });
    const stops = [...document.querySelectorAll('a[href], summary, input, .scroll[tabindex]')]
        .filter(part => part.getClientRects().length);
    let before = -1;
    stops.forEach(part => {
        const top = part.getBoundingClientRect().top + window.scrollY;
        if (top < before - 60) found.push('read out of order: ' + part.textContent.trim().slice(0, 40));
        before = Math.max(before, top);
    });
    document.querySelectorAll('.plot').forEach(plot => {
        const exhibit = plot.closest('.exhibit');
        if (!exhibit.querySelector('details.figures table')) found.push(plot.id + ' without a table');
        if (!exhibit.querySelector('details.note')) found.push(plot.id + ' without its definition');
    });
    return found;
}"""


@dataclass(frozen=True)
class Seen:
    """What went wrong on a page, by what was done with it."""

    troubles: list[str]
    looks: list[str]
    order: list[str]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    try:
        found = printing.find()
    except printing.NoChromium as error:
        pytest.skip(str(error))
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=str(found), args=list(ARGUMENTS))
        yield running
        running.close()


def sampled() -> warehouse.Connection:
    """What the page of a reviewed sample reads."""
    result, record = estimated()
    connection = warehouse.connect()
    kept = past_audits.rows_of(result, record, datetime.date(2026, 11, 2))
    letters.hold(connection, result, record, past_audits.compare(kept, None))
    return connection


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Name -> page, of every page that ships, the gallery, and a cover."""
    out = tmp_path_factory.mktemp("browser")
    select = warehouse.selector(filled())
    answered = answers.answer(select)
    answered += answers.answer(select, folder=GALLERY)
    answered += answers.answer(warehouse.selector(sampled()), folder=letters.SAMPLE)
    cover, *pages = writing.write(
        sorted(answered, key=lambda one: one.page.pack.order), out=out, facts=FACTS
    )
    return {path.stem: path for path in [cover, *pages]}


NAMES = ["index", "gallery", "coding_estimate", *(one.name for one in page.chosen(None))]


def _tab(browser: Any, width: int) -> Any:
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=WIDTHS[width]
    )
    opened = context.new_page()
    opened.set_default_timeout(20_000)
    return opened


@pytest.fixture(scope="module", params=WIDTHS)
def tab(browser: Any, request: pytest.FixtureRequest) -> Iterator[Any]:
    """One tab a width, for all pages."""
    opened = _tab(browser, request.param)
    yield opened
    opened.context.close()


@pytest.fixture(scope="module")
def wide(browser: Any) -> Iterator[Any]:
    """A tab for what does not depend on the width."""
    opened = _tab(browser, 1280)
    yield opened
    opened.context.close()


def _watch(tab: Any, folder: Path) -> list[str]:
    """What goes wrong from now on, and what is asked for outside the report."""
    troubles: list[str] = []

    def note_request(request: Any) -> None:
        parts = urlsplit(request.url)
        is_ours = parts.scheme == "file" and folder in Path(unquote(parts.path)).parents
        if not is_ours and parts.scheme not in ("data", "blob"):
            troubles.append(f"asks for {request.url}")

    def note_message(message: Any) -> None:
        if message.type in ("error", "warning"):
            troubles.append(f"console: {message.text}")

    def note_dialog(dialog: Any) -> None:
        troubles.append("a dialog opened")
        dialog.dismiss()

    tab.on("request", note_request)
    tab.on("requestfailed", lambda request: troubles.append(f"did not get {request.url}"))
    tab.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
    tab.on("console", note_message)
    tab.on("dialog", note_dialog)
    return troubles


@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_offline_and_nothing_is_cut_or_covered(
    tab: Any, report: dict[str, Path], name: str
) -> None:
    troubles = _watch(tab, report["index"].parent)
    tab.goto(report[name].as_uri())
    tab.wait_for_function(DRAWN)
    assert troubles == []
    assert tab.evaluate(LOOK) == []
    assert tab.evaluate(SPOKEN) == []
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    width = tab.viewport_size["width"]
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for event in ("request", "requestfailed", "pageerror", "console", "dialog"):
        tab._impl_obj.remove_all_listeners(event)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_prints_whole(wide: Any, report: dict[str, Path], name: str) -> None:
    wide.goto(report[name].as_uri())
    wide.wait_for_function(DRAWN)
    wide.emulate_media(media="print", color_scheme="dark")
    wide.set_viewport_size({"width": PAPER, "height": 900})
    try:
        wide.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        wide.wait_for_timeout(150)
        assert wide.evaluate("document.querySelectorAll('details:not([open])').length") == 0
        assert (
            wide.evaluate(
                "[...document.querySelectorAll('table, .plot svg, .panel, .tile')]"
                ".filter(part => part.getBoundingClientRect().right > innerWidth + 1)"
                ".map(part => part.textContent.trim().slice(0, 60))"
            )
            == []
        )
        assert wide.evaluate("document.documentElement.scrollWidth") <= PAPER
        assert wide.evaluate("getComputedStyle(document.body).color") == "rgb(28, 33, 39)"
        wide.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert wide.evaluate("document.querySelectorAll('details[open]').length") == 0
    finally:
        wide.emulate_media(media="screen", color_scheme="light")
        wide.set_viewport_size({"width": 1280, "height": 900})


def test_ink_and_paper_follow_the_reader(tab: Any, report: dict[str, Path]) -> None:
    tab.goto(report["audit"].as_uri())
    tab.wait_for_function(DRAWN)
    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = tab.evaluate("getComputedStyle(document.body).color")
    brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (paper, ink)]
    assert (brightness[0] > brightness[1]) == (tab.viewport_size["width"] == 1280)
    for part in (".plot .ytick text", ".plot .xtick text"):
        assert tab.evaluate(f"getComputedStyle(document.querySelector('{part}')).fill") == ink


def test_hostile_text_is_shown_as_text(wide: Any, report: dict[str, Path]) -> None:
    wide.goto(report["audit"].as_uri())
    wide.wait_for_function(DRAWN)
    assert "<script>alert('payer')</script> & Sons" in wide.inner_text("main")
    labels = "[...document.querySelectorAll('.plot .ytick text')].map(t => t.textContent).join()"
    assert "<script>alert('payer')" in wide.evaluate(labels)


def test_a_switch_shows_the_other_measure_by_keyboard(wide: Any, report: dict[str, Path]) -> None:
    wide.goto(report["gallery"].as_uri())
    wide.wait_for_function(DRAWN)
    visible = "document.querySelector('.measures + .plot').data.map(trace => trace.visible)"
    assert wide.evaluate(visible) == [True, False]
    wide.focus(".measures input >> nth=0")
    wide.keyboard.press("ArrowRight")
    wide.wait_for_timeout(100)
    assert wide.evaluate(visible) == [False, True]


def test_a_page_paints_within_a_second(wide: Any, report: dict[str, Path]) -> None:
    """First paint of the longest page, from disk; the best of three, for a busy machine."""
    longest = max(report.values(), key=lambda path: path.stat().st_size)
    paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
    times = []
    for _ in range(3):
        wide.goto(longest.as_uri())
        wide.wait_for_function(DRAWN)
        times.append(wide.evaluate(paint))
    assert min(times) < 1000, times


def test_without_plotly_the_figures_are_still_there(
    wide: Any, report: dict[str, Path], tmp_path: Path
) -> None:
    alone = tmp_path / "audit.html"
    alone.write_bytes(report["audit"].read_bytes())
    wide.goto(alone.as_uri())
    assert "needs the file plotly.min.js" in wide.inner_text(".plot >> nth=0")
    wide.focus("details.figures >> nth=0 >> summary")
    wide.keyboard.press("Enter")
    assert wide.is_visible("details.figures >> nth=0 >> table")


def test_the_shareable_copy_looks_as_whole(wide: Any, tmp_path: Path) -> None:
    select = warehouse.selector(filled())
    copy = copies.shareable(["1000000004"], b"key")
    answered = answers.answer(select, pages=["run"], copy=copy)
    answered += answers.answer(select, folder=GALLERY, copy=copy)
    answered += answers.answer(warehouse.selector(sampled()), folder=letters.SAMPLE, copy=copy)
    answered.sort(key=lambda one: one.page.pack.order)
    facts = replace(FACTS, is_shareable=True, counsel="A. Counsel, LLP")
    for path in writing.write(answered, out=tmp_path, facts=facts):
        wide.goto(path.as_uri())
        wide.wait_for_function(DRAWN)
        assert wide.evaluate(LOOK) == [], path.name
