"""What is new, known and gone: what stands now, held against what earlier runs saw."""

from __future__ import annotations

from pathlib import Path

from pipelines import warehouse
from pipelines.warehouse import Connection

STUDY = warehouse.SQL / "study"


def study(connection: Connection, run_number: int, *, is_same: bool) -> None:
    """Bring landing.item up to date and make audit.change, in the transaction of the caller.

    `run_number` is that of the run under way; with `is_same` nothing it rests on changed since the
    last run, whose number it then is, and what was new stays new.
    """
    # without a file there is no date, and nothing to see
    as_of = warehouse.value(connection, "SELECT as_of_date FROM audit.data_cut")
    said = {"run": run_number, "as_of": as_of}
    if not is_same:
        connection.execute(f"CREATE OR REPLACE TEMP TABLE present_item AS {_query('present_item')}")
        connection.execute(f"CREATE OR REPLACE TEMP TABLE fresh_item AS {_query('item')}", said)
        connection.execute("DELETE FROM landing.item")
        connection.execute("INSERT INTO landing.item BY NAME SELECT * FROM temp.fresh_item")
    connection.execute("DELETE FROM audit.change")
    connection.execute(
        f"INSERT INTO audit.change BY NAME {_query('change')} ORDER BY kind, item_id", said
    )


def _query(name: str) -> str:
    return warehouse.select_text(Path(STUDY / f"{name}.sql"))
