"""How things look: one palette for screen, dark screen and print, and how a value is written."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import polars as pl

LIGHT: Mapping[str, str] = {
    "paper": "#fcfbf8",
    "panel": "#f3f1eb",
    "ink": "#1c2127",
    "muted": "#575e67",
    "rule": "#dcd8cf",
    "edge": "#dcd8cf",
    "link": "#0b5a8f",
    "notice": "#7a3d00",
    "notice-paper": "#fff1dc",
    "heat": "#0072b2",
    "mark": "#0072b2",
    "alert": "#d55e00",
    "good": "#00664f",
    "warn": "#8a4b00",
    "bad": "#a3320b",
}
DARK: Mapping[str, str] = {
    "paper": "#15181c",
    "panel": "#1d2126",
    "ink": "#e8e5df",
    "muted": "#a7adb5",
    "rule": "#363c44",
    "edge": "#363c44",
    "link": "#85bee6",
    "notice": "#ffd9a3",
    "notice-paper": "#3a2a12",
    "heat": "#2a8fd0",
    "mark": "#0072b2",
    "alert": "#d55e00",
    "good": "#5fc9ab",
    "warn": "#f0b35e",
    "bad": "#ff9d7a",
}
SERIES = ("#0072b2", "#d55e00", "#009270", "#7a5ad6", "#767c85")
"""Marks of charts: told apart with any colour vision, at least 3:1 against both papers.

Hues of Okabe and Ito, Color Universal Design (2008); green and grey darkened for
contrast, and a violet that a deuteranope does not take for the grey.
"""
HEATED = 45
"""Most of the heat colour, in percent, that a cell takes: its text stays readable on it."""
MEANING: Mapping[str, str] = {
    "error": SERIES[1],
    "warning": SERIES[0],
    "info": SERIES[4],
    "potential underpayment": SERIES[0],
    "potential overpayment": SERIES[1],
    "paid": SERIES[2],
    "overturned": SERIES[2],
    "denied": SERIES[1],
    "written off": SERIES[1],
    "open": SERIES[0],
}
"""Groups that keep their colour on every chart."""

TEXT_FONT = (
    'Charter, "Bitstream Charter", "Sitka Text", Cambria, "Liberation Serif", Georgia, serif'
)
FIGURE_FONT = (
    'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, '
    "sans-serif"
)

FEW = 11
"""Below this many a rate says so (the cell size CMS suppresses in its public files)."""

FORMATS: Mapping[str, tuple[str, str]] = {
    # how a column is written: tick format of an axis (d3), number format of a workbook
    "money": ("$,.0f", "$#,##0.00;-$#,##0.00"),
    "dollars": ("$,.0f", "$#,##0;-$#,##0"),
    "percent": (".0%", "0.0%"),
    "count": (",.0f", "#,##0"),
    "number": (",", "#,##0.###"),
    "date": ("", "yyyy-mm-dd"),
    "interval": (".0%", "0.0%"),
    "exposure": ("$,.0f", "$#,##0.00;-$#,##0.00"),
    "figure": (",", "#,##0.###"),
    "text": ("", "@"),
    "code": ("", "@"),
    "verdict": ("", "@"),
    "link": ("", "@"),
    "claim": ("", "@"),
    "line": ("", "@"),
    "patient": ("", "@"),
    "surgeon": ("", "@"),
    "file": ("", "@"),
}
NUMERIC = frozenset(
    {"money", "dollars", "exposure", "percent", "count", "number", "interval", "figure"}
)
UNBROKEN = frozenset({"code", "claim", "line", "patient", "surgeon", "date"})
"""Formats that are never broken over two lines."""
PERSONAL: Mapping[str, str] = {
    # columns that name somebody or something of somebody's, whatever a page says of them
    "claim_id": "claim",
    "payer_claim_id": "claim",
    "remit_claim_id": "claim",
    "claim_key": "claim",
    "line_id": "line",
    "related_line_id": "line",
    "remit_line_id": "line",
    "encounter_id": "line",
    "lesion_key": "line",
    "episode_id": "line",
    "patient_id": "patient",
    "path": "file",
    "file_id": "file",
}
VERDICTS: Mapping[str, str] = {"green": "good", "amber": "warn", "red": "bad"}
"""What a verdict is drawn as; its word is always written too."""
LINK = re.compile(r"(?:\.\./)*\w[\w.\-/]*")
INITIALS = {"n": "n", "npi": "NPI", "carc": "CARC", "rarc": "RARC"}


def variables(colours: Mapping[str, str]) -> str:
    """The palette as CSS custom properties."""
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


def format_of(name: str, dtype: pl.DataType) -> str:
    """The format of a column that the page does not give one: by its type, then by its name."""
    if isinstance(dtype, pl.Struct):
        return "interval"
    if name in PERSONAL:
        return PERSONAL[name]
    if name.endswith("_npi"):
        return "surgeon"
    if isinstance(dtype, pl.Decimal) or dtype.is_float():
        if f"_{name}".endswith(("_rate", "_share")):
            return "percent"
        return "money" if isinstance(dtype, pl.Decimal) and dtype.scale == 2 else "number"
    if dtype.is_integer():
        return "count"
    if dtype in (pl.Date, pl.Datetime):
        return "date"
    return "text"


def label(name: str) -> str:
    """The heading of a column: `denied_lines` is written Denied lines."""
    words = [INITIALS.get(word, word) for word in name.split("_")]
    text = " ".join(words)
    return text if words[0] in INITIALS.values() else text[:1].upper() + text[1:]


def written(value: Any, form: str, unknown: str = "unknown") -> str:
    """A value as a reader sees it; `unknown` stands for null. Money stays decimal."""
    if value is None or value == "":
        return unknown
    if form == "interval":
        if value["low"] is None:
            return unknown
        return f"{_percent(value['low'])} to {_percent(value['high'])}"
    if form == "percent":
        return _percent(value)
    if form in ("money", "exposure", "dollars"):
        cents = Decimal(1) if form == "dollars" else Decimal("0.01")
        amount = Decimal(str(value)).quantize(cents, rounding=ROUND_HALF_UP)
        sign = "-" if amount < 0 else ""
        return f"{sign}${abs(amount):,}"
    if form == "count":
        return f"{Decimal(str(value)).to_integral_value(ROUND_HALF_UP):,}"
    if form in ("number", "figure") and isinstance(value, Decimal):
        return f"{value.normalize():,f}"
    if form in ("number", "figure") and isinstance(value, float):
        return f"{value:,.2f}"
    if form in ("number", "figure"):
        return f"{value:,}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, list):
        return ", ".join(str(item) for item in value) or unknown
    return str(value)


def is_link(value: Any) -> bool:
    """True for a path beside or below the page, and nothing else a browser would follow."""
    return isinstance(value, str) and bool(LINK.fullmatch(value))


def _percent(value: Any) -> str:
    return f"{(Decimal(str(value)) * 100).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%"
