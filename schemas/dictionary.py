"""Every table by name, and the dictionary of them that `docs/tables.md` carries."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache

import schemas
from schemas.table import Table, duckdb_type, table_name

LAYERS = ("landing", "staged", "reference", "core", "audit")


def _subclasses(table: type[Table]) -> Iterator[type[Table]]:
    for child in table.__subclasses__():
        yield child
        yield from _subclasses(child)


@cache
def tables() -> dict[str, type[Table]]:
    """`layer.table` -> its model, in the order of the layers and then by name."""
    for info in pkgutil.iter_modules(schemas.__path__):
        importlib.import_module(f"schemas.{info.name}")
    found = {}
    for model in _subclasses(Table):
        if "." in str(getattr(model.Config, "name", None)):
            found[table_name(model)] = model
    return dict(
        sorted(found.items(), key=lambda item: (LAYERS.index(item[0].split(".")[0]), item[0]))
    )


def grain(table: type[Table]) -> str:
    """The first line of the model's docstring."""
    return (table.__doc__ or "").strip().splitlines()[0]


def markdown() -> str:
    """`docs/tables.md`: every table with its grain, every column with type and meaning."""
    lines = [
        "# Tables",
        "",
        "Written from `schemas/` by `mohs docs`; do not edit.",
        "",
        "`landing` holds what a file said, as text; `staged` what passed its checks, typed; `reference` "
        "dated values; `core` claims as an analyst thinks of them; `audit` what the audit concludes. The "
        "snapshot that `mohs sql` reads has `reference`, `core` and `audit` only.",
    ]
    layer = ""
    for name, model in tables().items():
        if name.split(".")[0] != layer:
            layer = name.split(".")[0]
            lines += ["", f"## {layer}"]
        lines += [
            "",
            f"### {name}",
            "",
            grain(model),
            "",
            "| column | type | meaning |",
            "|---|---|---|",
        ]
        for column_name, column in model.to_schema().columns.items():
            meaning = str(column.description).replace("|", "\\|")
            lines.append(f"| `{column_name}` | {duckdb_type(column.dtype).lower()} | {meaning} |")
    return "\n".join(lines) + "\n"
