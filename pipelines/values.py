"""Text to values, without ever guessing: what cannot be read is null and told apart from what is blank."""

from __future__ import annotations

import datetime

import polars as pl

MONEY = r"^-?[0-9]{1,10}(\.[0-9]{1,2})?$"
"""Plain digits and at most two decimals: `80.005`, `+80` and `8E1` are unreadable."""
UNITS = r"^-?[0-9]{1,6}(\.[0-9]{1,3})?$"
DATE = r"^[0-9]{8}$"
PROCEDURE = r"^[A-Z0-9]{5}$"
"""What a CPT or HCPCS code looks like."""
EARLIEST = datetime.date(1990, 1, 1)
"""No claim of ours is older."""
ISO_DATE = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"


def today() -> datetime.date:
    """The day by UTC; no service is later."""
    return datetime.datetime.now(datetime.UTC).date()


def is_blank(text: pl.Expr) -> pl.Expr:
    """Null or empty."""
    return text.fill_null("") == ""


def money(text: pl.Expr) -> pl.Expr:
    """Dollars and cents; null where blank or unreadable."""
    return (
        pl.when(text.str.contains(MONEY))
        .then(text)
        .otherwise(None)
        .cast(pl.Decimal(12, 2), strict=False)
    )


def units(text: pl.Expr) -> pl.Expr:
    """Units with up to three decimals; null where blank or unreadable."""
    return (
        pl.when(text.str.contains(UNITS))
        .then(text)
        .otherwise(None)
        .cast(pl.Decimal(9, 3), strict=False)
    )


def date(text: pl.Expr) -> pl.Expr:
    """A day from CCYYMMDD or YYYY-MM-DD; null where blank or not a day of the calendar."""
    compact = text.str.replace_all("-", "", literal=True)
    return (
        pl.when(text.str.contains(DATE) | text.str.contains(ISO_DATE))
        .then(compact)
        .otherwise(None)
        .str.to_date("%Y%m%d", strict=False)
    )


def is_unreadable(text: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Something is written, but it cannot be read."""
    return ~is_blank(text) & value.is_null()


def codes(text: pl.Expr) -> pl.Expr:
    """Space-separated codes as a list, upper case, order kept; null stays null, blank is empty."""
    return (
        pl.when(text.is_null())
        .then(None)
        .otherwise(text.str.to_uppercase().str.extract_all(r"[^ ]+"))
    )


def code(text: pl.Expr) -> pl.Expr:
    """A code without blanks around it, upper case."""
    return text.str.strip_chars().str.to_uppercase()


def code_key(text: pl.Expr) -> pl.Expr:
    """Space-separated codes in sorted order, for comparing."""
    return codes(text.fill_null("")).list.sort().list.join(" ")


def zip5(text: pl.Expr) -> pl.Expr:
    """The five digits of a ZIP code; blank where there are none, null where unknown."""
    digits = text.str.extract(r"^([0-9]{5})", 1)
    return pl.when(text.is_null()).then(None).otherwise(digits.fill_null(""))


def has_npi_check_digit(npi: str) -> bool:
    """The Luhn check of a ten-digit NPI with the prefix 80840 (45 CFR 162.406; ISO/IEC 7812)."""
    if len(npi) != 10 or not npi.isdigit():
        return False
    total = 24  # what the prefix 80840 contributes
    for position, digit in enumerate(reversed(npi)):
        number = int(digit) * (2 if position % 2 else 1)
        total += number // 10 + number % 10
    return total % 10 == 0
