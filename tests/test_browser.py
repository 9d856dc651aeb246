"""The page in a real browser, opened from disk as an analyst opens it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from pipelines import warehouse
from reports import page
from tests.test_reports import FACTS, filled

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
WIDTHS = (1280, 400)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(f"none of {', '.join(names)} is installed")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=found, args=list(ARGUMENTS))
        yield running
        running.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("browser")
    (path,) = page.render(warehouse.selector(filled()), out=out, pages=["audit"], facts=FACTS)
    return path


def _open(browser: Any, path: Path, width: int, scheme: str = "light") -> tuple[Any, list[str]]:
    """The page with every plot drawn, and what went wrong or left the folder."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    tab = context.new_page()
    tab.set_default_timeout(20_000)
    troubles: list[str] = []

    def note_request(request: Any) -> None:
        parts = urlsplit(request.url)
        is_ours = parts.scheme == "file" and Path(unquote(parts.path)).parent == path.parent
        if not is_ours and parts.scheme not in ("data", "blob"):
            troubles.append(f"asks for {request.url}")

    tab.on("request", note_request)
    tab.on("requestfailed", lambda request: troubles.append(f"did not get {request.url}"))
    tab.on("pageerror", lambda error: troubles.append(f"page error: {error}"))
    tab.on(
        "console",
        lambda message: (
            troubles.append(f"console: {message.text}")
            if message.type in ("error", "warning")
            else None
        ),
    )
    tab.on("dialog", lambda dialog: (troubles.append("a dialog opened"), dialog.dismiss()))
    tab.goto(path.as_uri())
    tab.wait_for_function(
        "document.querySelectorAll('.plot').length"
        " === document.querySelectorAll('.plot[data-drawn]').length"
    )
    return tab, troubles


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_opens_offline_without_a_complaint(
    browser: Any, report: Path, width: int, scheme: str
) -> None:
    tab, troubles = _open(browser, report, width, scheme)
    assert troubles == []
    paper = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    ink = tab.evaluate("getComputedStyle(document.body).color")
    brightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) for colour in (paper, ink)]
    assert (brightness[0] > brightness[1]) == (scheme == "light")
    label = tab.evaluate("getComputedStyle(document.querySelector('.plot .ytick text')).fill")
    assert label == ink
    tab.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_every_plot_is_drawn_within_the_page(browser: Any, report: Path, width: int) -> None:
    tab, _ = _open(browser, report, width)
    plots = tab.evaluate(
        """[...document.querySelectorAll('.plot')].map(plot => {
            const svg = plot.querySelector('svg.main-svg').getBoundingClientRect();
            return {
                id: plot.id, left: svg.left, right: svg.right, height: svg.height,
                marks: plot.querySelectorAll('.point path, .points path, .textpoint').length,
                cut: [...plot.querySelectorAll('text')].filter(text => {
                    const box = text.getBoundingClientRect();
                    return box.width > 0 && text.closest('.hoverlayer') === null
                        && (box.left < svg.left - 1 || box.right > svg.right + 1);
                }).map(text => text.textContent),
            };
        })"""
    )
    assert len(plots) == 8
    for plot in plots:
        assert plot["marks"] > 0, plot
        assert plot["height"] > 100, plot
        assert plot["left"] >= 0, plot
        assert plot["right"] <= width, plot
        assert plot["cut"] == [], plot
    tab.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wider_than_the_page_and_no_table_is_cut(
    browser: Any, report: Path, width: int
) -> None:
    tab, _ = _open(browser, report, width)
    tab.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    tables = tab.evaluate(
        """[...document.querySelectorAll('table')].map(table => {
            const box = table.parentElement;
            return {
                scrolls: getComputedStyle(box).overflowX === 'auto',
                hidden: box.scrollWidth - box.clientWidth,
                right: box.getBoundingClientRect().right,
                rows: table.rows.length,
                height: table.getBoundingClientRect().height,
            };
        })"""
    )
    assert len(tables) > 10
    for table in tables:
        assert table["scrolls"], table
        assert table["right"] <= width, table
        assert table["height"] >= 20 * table["rows"], table
        if width == 1280:
            assert table["hidden"] == 0, table
    tab.context.close()


def test_hostile_text_is_shown_as_text(browser: Any, report: Path) -> None:
    tab, troubles = _open(browser, report, 1280)
    assert "<script>alert('payer')</script> & Sons" in tab.inner_text("main")
    label = tab.evaluate(
        "[...document.querySelectorAll('.plot .ytick text')].map(text => text.textContent).join()"
    )
    assert "<script>alert('payer')" in label
    assert troubles == []
    tab.context.close()


def test_it_prints_whole(browser: Any, report: Path, tmp_path: Path) -> None:
    tab, troubles = _open(browser, report, 1280, "dark")
    # 8.5 in less two margins of 16 mm is 695 px; what is wider would be cut on paper
    tab.emulate_media(media="print", color_scheme="dark")
    tab.set_viewport_size({"width": 695, "height": 900})
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    tab.wait_for_timeout(300)
    assert tab.evaluate("document.querySelectorAll('details:not([open])').length") == 0
    assert tab.evaluate("document.documentElement.scrollWidth") <= 695
    wide = tab.evaluate(
        "[...document.querySelectorAll('table, .plot svg')]"
        ".map(part => part.getBoundingClientRect().right).filter(right => right > 696)"
    )
    assert wide == []
    assert tab.evaluate("getComputedStyle(document.body).color") == "rgb(28, 33, 39)"
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.evaluate("document.querySelectorAll('details[open]').length") == 0

    content = tab.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 3
    assert troubles == []
    tab.context.close()


def test_without_plotly_the_figures_are_still_there(
    browser: Any, report: Path, tmp_path: Path
) -> None:
    alone = tmp_path / "audit.html"
    alone.write_bytes(report.read_bytes())
    context = browser.new_context()
    tab = context.new_page()
    tab.goto(alone.as_uri())
    assert "needs the file plotly.min.js" in tab.inner_text(".plot >> nth=0")
    tab.click("details.figures >> nth=0 >> summary")
    assert tab.is_visible("details.figures >> nth=0 >> table")
    context.close()
