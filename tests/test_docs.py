"""What the documents say is what the commands do."""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest

from pipelines import catalogue
from tests.conftest import ROOT, Demo, mohs_process

README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n(.*?)```", re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)\)")


def transcript(block: str) -> list[tuple[str, str]]:
    """(command, output) pairs of a console block."""
    parts = re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1]) for part in parts]


def run_here(command: str, folder: Path, demo: Demo) -> str:
    """What a command of the README prints in a folder that holds the demo."""
    if command.endswith("uv run mohs run"):
        return demo.output
    words = shlex.split(command)
    if words[0] == "cat":
        return (folder / words[1]).read_text()
    assert words[:3] == ["uv", "run", "mohs"], command
    done = mohs_process(*words[3:], cwd=folder)
    assert done.returncode == 0, done.stderr
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


@pytest.mark.slow
def test_the_readme_shows_what_its_commands_print(demo: Demo) -> None:
    text = README.read_text(encoding="utf-8")
    for block in CONSOLE.findall(text):
        fresh = ""
        for command, output in transcript(block):
            if command.startswith("cat "):
                (demo.folder / command.split()[1]).write_text(output)
            fresh += f"$ {command}\n{run_here(command, demo.folder, demo)}"
        if os.environ.get("MOHS_UPDATE_README"):
            README.write_text(
                README.read_text(encoding="utf-8").replace(block, fresh), encoding="utf-8"
            )
        else:
            assert block == fresh


@pytest.mark.parametrize("name", ["rules.md", "tables.md", "cli.md"])
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == catalogue.pages()[name], (
        "run `uv run mohs docs`"
    )


def test_every_link_leads_somewhere() -> None:
    for page in [README, *(ROOT / "docs").rglob("*.md")]:
        for target in LINK.findall(page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_every_column_of_every_table_has_a_meaning() -> None:
    from schemas.dictionary import grain, tables

    for name, model in tables().items():
        assert grain(model).endswith((".", ":")) or grain(model), name
        for column, described in model.to_schema().columns.items():
            assert described.description, f"{name}.{column}"
