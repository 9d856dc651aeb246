"""Billing errors by name: every function under `@injects`, whatever module it stands in.

To add an error: write the function in the module of its family, and its row in
`parameters/errors.csv`, with what its payers make of it in `parameters/denials.csv`. Each function
spoils the bills of a rightly coded visit in place and notes on the lines which rules should find
it and which others may fire as a consequence.
"""

from __future__ import annotations

from pipelines.simulate import companions, filings, modifiers, stages
from pipelines.simulate.injection import INJECTIONS

__all__ = ["INJECTIONS", "companions", "filings", "modifiers", "stages"]
