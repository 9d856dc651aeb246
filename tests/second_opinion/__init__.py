"""A second reading of the rule book: plain Python over dictionaries, sharing nothing with the first.

Written from the catalogue's prose and the headers of `sql/rules`; it reads `sql/reference/*.csv` by
itself. `judge` takes claims as dictionaries (`files.py` says which keys) and says of
every line and rule whether the line is flagged, passed or not evaluable.
"""

from tests.second_opinion import bundling, diagnoses, modifiers, stages
from tests.second_opinion.judging import (
    FLAGGED,
    NOT_EVALUABLE,
    PASSED,
    Opinion,
    judge,
    rules,
    standing,
)

__all__ = ["FLAGGED", "NOT_EVALUABLE", "PASSED", "Opinion", "judge", "rules", "standing"]
FAMILIES = (bundling, diagnoses, modifiers, stages)
"""The modules whose rules `judge` knows; importing them enters the rules."""
