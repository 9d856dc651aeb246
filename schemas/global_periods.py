"""Open global periods: the days after an operation whose care the operation's fee already holds."""

from __future__ import annotations

import polars as pl

from schemas.table import Table, column


class OpenGlobal(Table):
    """One row per line on a day inside the global period of an earlier line of the same practice.

    The practice is the line's `practitioner_key`. Where several periods are open it is a known
    one before one that may be, a paid one before a denied one, then the latest. Codes of 000 and
    ZZZ open none, nor does a return to the operating room (78) or the line of an assistant.
    """

    line_id: str = column("the later line", required=True, unique=True)
    patient_id: str = column("pseudonym", required=True)
    opening_line_id: str = column("the line whose period is open", required=True)
    opening_procedure_code: str = column("its code", required=True)
    opened_date: pl.Date = column("its day", required=True)
    last_date: pl.Date = column("last day of the period; of 90 days where unknown", required=True)
    is_certain: pl.Boolean = column(
        "010 or 090 by the fee schedule; false for surgery whose global days are not at hand",
        required=True,
    )
    is_opening_denied: pl.Boolean = column("the payer denied the opening line", required=True)

    class Config(Table.Config):
        name = "core.open_global"
