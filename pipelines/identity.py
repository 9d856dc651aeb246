"""Who a claim is about: pseudonyms of patients, and identities of bills.

A patient's pseudonym is a keyed digest (HMAC-SHA-256, RFC 2104) of member id and birth date; the key
lies in the practice folder, so that the same patient has the same pseudonym in every file and nobody
without the key can make it from a member id.
"""

from __future__ import annotations

import hmac
import os
import secrets
from pathlib import Path

import polars as pl

PSEUDONYM_LENGTH = 16
NO_KEY = b"mohs: no practice folder, pseudonyms are not secret"


class UnusableKey(ValueError):
    """The practice's key file does not hold a key."""


def read_key(practice: Path | None) -> bytes:
    """The practice's pseudonym key; made (0600) where the folder has none.

    Without a practice folder pseudonyms are made with a fixed key, which hides nothing from somebody
    who knows the member ids.
    """
    if practice is None:
        return NO_KEY
    path = practice / "key"
    if not path.exists():
        practice.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as stream:
            stream.write(secrets.token_hex(32) + "\n")
    try:
        return bytes.fromhex(path.read_text().strip())
    except ValueError:
        raise UnusableKey(
            f"{path}: not a key of hexadecimal digits; restore it from a copy (with another key every patient "
            "gets another pseudonym)"
        ) from None


def pseudonym(key: bytes, identity: str) -> str:
    """16 hexadecimal digits for one identity."""
    return hmac.digest(key, identity.encode(), "sha256").hex()[:PSEUDONYM_LENGTH]


def pseudonyms(key: bytes, identities: pl.Series) -> pl.Series:
    """A pseudonym for each identity, in order; every distinct identity is digested once."""
    distinct = identities.unique()
    made = pl.DataFrame(
        {
            "identity": distinct,
            "patient_id": [pseudonym(key, identity) for identity in distinct.to_list()],
        },
        schema={"identity": pl.String, "patient_id": pl.String},
    )
    return (
        pl.DataFrame({"identity": identities})
        .join(made, on="identity", how="left", maintain_order="left")
        .get_column("patient_id")
    )


def bucket(patient_id: pl.Expr) -> pl.Expr:
    """0..255 from the first two digits of the pseudonym; all rows of a patient share one."""
    return patient_id.str.slice(0, 2).str.to_integer(base=16).cast(pl.Int64)


def bill(claim_number: pl.Expr, payer_sequence: pl.Expr) -> pl.Expr:
    """CLM01 for the primary payer, CLM01/S, /T ... for the payers after it."""
    return (
        pl.when(payer_sequence == "P")
        .then(claim_number)
        .otherwise(claim_number + "/" + payer_sequence)
    )
