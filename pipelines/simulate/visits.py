"""What the simulation passes around: a visit, its tumours, and the bills drafted for it.

Days are proleptic ordinals, money is whole cents, lengths are centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipelines.simulate.parameters import Group, Place, Site, Surgeon
from pipelines.simulate.payers import Payer

FIRST = {"H": "17311", "T": "17313"}
ADDITIONAL = {"H": "17312", "T": "17314"}
EXTRA_BLOCK = "17315"
ADD_ON_STAGES = frozenset({"17312", "17314", "17315"})
FIRST_STAGES = frozenset({"17311", "17313"})
MOHS = FIRST_STAGES | ADD_ON_STAGES
REPAIRS = ("12", "13", "14", "15")
"""Closures by the start of their code."""
DISTINCT = frozenset({"59", "XE", "XS", "XP", "XU"})


@dataclass(slots=True)
class Patient:
    """An invented patient, always the same for the same seed and number."""

    number: int
    family_name: str
    given_name: str
    sex: str
    birth_date: str
    member_id: str
    payer: Payer
    secondary: Payer | None
    is_crossover: bool
    group_number: str


@dataclass(slots=True)
class Lesion:
    """One tumour treated that day."""

    site: Site
    family: str
    """Code family: H also for a trunk tumour that reached a deep structure."""
    laterality: str
    histology: str
    diagnosis_code: str
    stages: int
    blocks: list[int]
    size_mm: int
    is_recurrent: bool
    is_aggressive: bool
    deep_structure: str
    closure: str
    closure_cm: float
    defect_cm2: float
    special_stain: str
    biopsy_day: int
    """0 where no biopsy came before this visit."""
    defect: str = ""
    """Field of the chart that is wrong, and what it says instead."""
    defect_value: str = ""
    defect_rules: tuple[str, ...] = ()
    defect_lines: str = "first"
    """Which of the tumour's lines the rules flag: first (stage), more (stages), closure; any where
    they only may."""


@dataclass(slots=True)
class Line:
    """One billed line, before any payer saw it."""

    procedure_code: str
    modifiers: tuple[str, ...]
    units: int
    charge: int
    """Of the whole line."""
    diagnosis_codes: tuple[str, ...]
    lesion: int = -1
    rules: tuple[str, ...] = ()
    """Rules a faultless audit finds on this line."""
    also: tuple[str, ...] = ()
    """Rules that may fire here as a consequence of the same error."""
    number: int = 0
    """Line number within the claim [LX01]."""
    control: int = 0
    """What the practice knows the line by on every claim that bills it [REF*6R]."""


@dataclass(slots=True)
class Bill:
    """One claim: what one rendering provider bills one payer for the visit."""

    rendering: Surgeon
    group: Group
    lines: list[Line]
    role: str = "main"
    has_certificate: bool = True
    submit_after: int | None = None
    """Days from service to submission where an error fixes them."""
    frequency: str = "1"
    day: int = 0
    """Of service, where it is not the visit's."""
    place_code: str = ""
    """Place of service, where it is not the visit's."""
    birth_date: str = ""
    """The patient's, where it is not their own."""
    is_duplicate: bool = False

    def copy(self) -> Bill:
        return replace(self, lines=[replace(line) for line in self.lines])

    @property
    def charge(self) -> int:
        return sum(line.charge for line in self.lines)


@dataclass(slots=True)
class Visit:
    """One patient, one day, and everything billed for it."""

    day: int
    patient: Patient
    surgeon: Surgeon
    place: Place
    kind: str
    """mohs, biopsy or visit."""
    lesions: list[Lesion]
    bills: list[Bill]
    in_global: bool
    has_chart: bool
    clean: list[Bill] = field(default_factory=list)
    """The bills as they should have been, where an error was made."""
    error: str = ""
    corrected: float = 0.0
    records_requested: int = 0
    records_sent: int = 0
    is_immunosuppressed: bool = False
    is_irradiated: bool = False
