"""Packs as they lie on disk: covers, folders, footers, the same bytes again, and the PDF."""

from __future__ import annotations

import datetime
import re
import shutil
import stat
import subprocess
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines import warehouse
from reports import answers, delivery, packs, page, printing, writing
from schemas.dictionary import tables
from tests.reported import FACTS, filled, read, words

LIMIT = 1_500_000
"""Bytes a page may have without the shared script."""


@pytest.fixture(scope="module")
def connection() -> warehouse.Connection:
    return filled()


@pytest.fixture(scope="module")
def delivered(
    connection: warehouse.Connection, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Path]]:
    out = tmp_path_factory.mktemp("packs") / "reports"
    select = warehouse.selector(connection)
    delivery.deliver(select, out, pages=["run"], month="2026-08", facts=FACTS)
    return out, delivery.deliver(select, out, month="2026-09", facts=FACTS)


def test_the_cover_comes_first_and_links_every_pack_page_and_month(
    delivered: tuple[Path, list[Path]],
) -> None:
    out, paths = delivered
    assert paths[0] == out / "index.html"
    source = paths[0].read_text(encoding="utf-8")
    links = re.findall(r'href="([^"#]+)"', source)
    for link in links:
        assert (out / link).exists(), link
    for one in page.chosen(None):
        assert f"2026-09/{one.pack.name}/{one.name}.html" in links
    assert "2026-08/run/index.html" in links
    assert "2026-09/run/run-2026-09.xlsx" in links


def test_a_pack_can_be_forwarded_alone(delivered: tuple[Path, list[Path]], tmp_path: Path) -> None:
    out, _ = delivered
    alone = tmp_path / "run"
    shutil.copytree(out / "2026-09" / "run", alone)
    for path in alone.glob("*.html"):
        source = path.read_text(encoding="utf-8")
        for link in re.findall(r'(?:href|src)="([^"#]+)"', source):
            assert link == "../../index.html" or (alone / link).exists(), (path.name, link)


def test_pages_lead_to_one_another_in_order(delivered: tuple[Path, list[Path]]) -> None:
    out, _ = delivered
    own = page.chosen(["run"])
    for before, after in pairwise(own):
        source = (out / "2026-09" / "run" / f"{before.name}.html").read_text(encoding="utf-8")
        assert f'<a rel="next" href="{after.name}.html">' in source
        source = (out / "2026-09" / "run" / f"{after.name}.html").read_text(encoding="utf-8")
        assert f'<a rel="prev" href="{before.name}.html">' in source


def test_every_page_says_what_it_rests_on_and_is_small(delivered: tuple[Path, list[Path]]) -> None:
    _, paths = delivered
    pages = [path for path in paths if path.suffix == ".html"]
    assert len(pages) == len(page.chosen(None)) + 1
    for path in pages:
        flat = words(read(path))
        for fact in ("run-1", "data-1", "rules-1", "RVU26C", "0.1.0"):
            assert fact in flat, (path.name, fact)
        assert "needs review" in flat
        assert path.stat().st_size < LIMIT


def test_same_rows_in_any_order_same_bytes(
    delivered: tuple[Path, list[Path]], tmp_path: Path
) -> None:
    out, _ = delivered
    turned = filled()
    for name in tables():
        if name not in warehouse.VIEWED:
            turned.execute(
                f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name} ORDER BY rowid DESC"
            )
    select = warehouse.selector(turned)
    delivery.deliver(select, tmp_path, pages=["run"], month="2026-08", facts=FACTS)
    delivery.deliver(select, tmp_path, month="2026-09", facts=FACTS)
    ours = {path.relative_to(out) for path in out.rglob("*") if path.is_file()}
    assert ours == {path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()}
    for name in sorted(ours):
        assert (out / name).read_bytes() == (tmp_path / name).read_bytes(), name
    with zipfile.ZipFile(out / "2026-09" / "run" / "run-2026-09.xlsx") as archive:
        core = archive.read("docProps/core.xml").decode()
    assert "2000-01-01" in core
    assert str(datetime.datetime.now(datetime.UTC).year) not in core


def test_files_are_private_and_the_script_is_one_file(delivered: tuple[Path, list[Path]]) -> None:
    out, _ = delivered
    for path in [out, *out.rglob("*")]:
        wanted = 0o700 if path.is_dir() else 0o600
        assert stat.S_IMODE(path.stat().st_mode) == wanted, path
    scripts = list(out.rglob(writing.PLOTLY))
    assert len(scripts) >= 3
    assert len({path.stat().st_ino for path in scripts}) == 1


def test_a_page_rendered_again_keeps_the_others_in_reach(
    connection: warehouse.Connection, delivered: tuple[Path, list[Path]]
) -> None:
    out, _ = delivered
    before = (out / "2026-09" / "run" / "run_card.html").read_bytes()
    select = warehouse.selector(connection)
    answered = answers.answer(select, pages=["run_card"], month="2026-09")
    files = {"run": ["run-2026-09.xlsx"]}
    writing.write(answered, out=out, facts=FACTS, files=files)
    assert (out / "2026-09" / "run" / "run_card.html").read_bytes() == before


def test_a_pack_or_page_is_asked_for_by_name(connection: warehouse.Connection) -> None:
    by_pack = answers.answer(warehouse.selector(connection), pages=["run"])
    assert {one.page.pack.name for one in by_pack} == {"run"}
    assert len(by_pack) > 1
    orders = [(one.pack.order, one.order) for one in page.chosen(None)]
    assert orders == sorted(orders)
    assert list(packs.declared())[:4] == ["denials", "reimbursement", "compliance", "run"]


def test_a_pdf_without_a_browser_is_refused_with_a_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(printing, "PLACES", ())
    monkeypatch.delenv(printing.VARIABLE, raising=False)
    with pytest.raises(printing.NoChromium, match="install one, name it in"):
        printing.find()
    monkeypatch.setenv(printing.VARIABLE, str(tmp_path / "no-such"))
    with pytest.raises(printing.NoChromium, match="cannot be run"):
        printing.find()


@pytest.mark.browser
def test_a_pack_prints_to_one_pdf_the_same_each_time(
    connection: warehouse.Connection, tmp_path: Path
) -> None:
    try:
        printing.find()
    except printing.NoChromium as error:
        pytest.skip(str(error))
    select = warehouse.selector(connection)
    found = []
    for name in ("a", "b"):
        paths = delivery.deliver(
            select, tmp_path / name, pages=["run_card"], facts=FACTS, wants_pdf=True
        )
        found.append(next(path for path in paths if path.suffix == ".pdf"))
    content = found[0].read_bytes()
    assert content.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 2
    assert content == found[1].read_bytes()
    assert stat.S_IMODE(found[0].stat().st_mode) == 0o600
    reader = shutil.which("pdftotext")
    if reader:
        said = subprocess.run(
            [reader, str(found[0]), "-"], capture_output=True, text=True, check=True
        )
        assert "Can it be relied on?" in said.stdout
        assert "How this is counted" in said.stdout
        assert "Our own thresholds" in said.stdout or "Limits are our own" in said.stdout
