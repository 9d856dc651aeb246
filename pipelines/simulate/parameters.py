"""The numbers of the invented practice: every rate, price and code is a row of `parameters/*.csv`.

Each row names its source, or says `invented`. Money is in whole cents, rates are shares in 0..1.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

NO_NPI = " without NPI"
"""Ends the key of a group that bills without its number."""
FOLDER = Path(__file__).parent / "parameters"


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one parameter file, as text. Raises FileNotFoundError where it is missing."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cents(amount: str) -> int:
    """Whole cents of a plain decimal amount such as `1396.37` or `40`."""
    whole, _, fraction = amount.partition(".")
    return int(whole) * 100 + int((fraction + "00")[:2])


def check_digit(digits: str) -> str:
    """Luhn check digit of the first nine digits of an NPI, which is read with 80840 before it."""
    total = 24  # what 80840 adds to the sum
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def invented_npi(number: int) -> str:
    """A valid NPI that is nobody's: it begins with 2, and those issued so far begin with 1."""
    digits = f"2{number:08d}"
    return digits + check_digit(digits)


@dataclass(frozen=True, slots=True)
class Surgeon:
    """One row of the roster: who renders, how often, and how many stages a tumour takes."""

    key: str
    npi: str
    family_name: str
    given_name: str
    rendering_type: str
    specialty: str
    group_id: str
    taxonomy: str
    share: float
    mean_stages: float
    mean_stages_trunk: float
    trunk_share: float
    row: dict[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """A billing provider."""

    group_id: str
    npi: str
    name: str
    tax_id: str
    taxonomy: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a service is given, and what Medicare makes of the place."""

    key: str
    code: str
    npi: str
    name: str
    street: str
    city: str
    state: str
    zip: str
    locality: str
    clia_number: str
    is_facility: bool


@dataclass(frozen=True, slots=True)
class Denial:
    """What a payer does when something triggers it."""

    probability: float
    group_code: str
    carc: str
    rarc: str


@dataclass(frozen=True, slots=True)
class Clerical:
    """A reason to send a whole claim back that has nothing to do with coding."""

    denial: Denial
    weight: float
    is_final: bool


@dataclass(frozen=True)
class Payer:
    """One payer and its stated behaviour."""

    index: int
    key: str
    values: dict[str, str]
    denials: dict[str, Denial]
    clerical: tuple[Clerical, ...]

    def rate(self, name: str) -> float:
        return float(self.values[name])

    @cached_property
    def name(self) -> str:
        return self.values["name"]

    @cached_property
    def identifier(self) -> str:
        return self.values["payer_identifier"]

    @cached_property
    def filing_indicator(self) -> str:
        return self.values["filing_indicator"]

    @cached_property
    def line_of_business(self) -> str:
        return self.values["line_of_business"]

    @cached_property
    def percent(self) -> int:
        """Basis points of Medicare's fee."""
        return round(self.rate("percent_of_medicare") * 10000)

    @cached_property
    def coinsurance(self) -> int:
        """Basis points of the allowed amount after the deductible."""
        return round(self.rate("coinsurance") * 10000)


@dataclass(frozen=True, slots=True)
class Error:
    """One kind of billing error: how often, which rule finds it, how often it is mended."""

    name: str
    rule: str
    rate: float
    corrected: float
    detail: str


@dataclass(frozen=True, slots=True)
class Defect:
    """One kind of documentation defect: a column of the chart that says something else.

    `stage` as its field leaves no stage at all. `lines` is which of the tumour's lines are flagged.
    """

    name: str
    rules: tuple[str, ...]
    rate: float
    field: str
    value: str
    lines: str


@dataclass(frozen=True, slots=True)
class Site:
    """A place on the body: code family, appropriate-use area and classes of closure codes."""

    site: str
    family: str
    is_paired: bool
    auc_area: str
    simple: str
    intermediate: str
    other: str
    weight: float
    diagnoses: dict[str, tuple[tuple[str, str], ...]]
    """Histology -> (laterality, ICD-10-CM code)."""


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure code up to a length (cm) or area (cm2) for a class of sites."""

    up_to: float
    procedure_code: str
    add_on_code: str
    add_on_step: float


@dataclass(frozen=True)
class Parameters:
    """Everything the simulation is told."""

    rates: dict[str, float]
    data_cut_date: date
    last_service_date: date
    surgeons: tuple[Surgeon, ...]
    groups: dict[str, Group]
    places: dict[str, Place]
    payers: tuple[Payer, ...]
    errors: tuple[Error, ...]
    defects: tuple[Defect, ...]
    sites: dict[str, tuple[Site, ...]]
    histologies: tuple[tuple[str, float], ...]
    closures: dict[tuple[str, str], tuple[Closure, ...]]
    charges: dict[str, int]
    downcodes: dict[str, str]
    family_names: tuple[str, ...]
    given_names: tuple[str, ...]


def load() -> Parameters:
    """Read every parameter file once."""
    names = read_rows("names")
    family_names = tuple(row["name"] for row in names if row["part"] == "family")
    given_names = tuple(row["name"] for row in names if row["part"] == "given")
    values = {row["name"]: row["value"] for row in read_rows("rates")}
    return Parameters(
        rates={name: float(value) for name, value in values.items() if value.count("-") < 2},
        data_cut_date=date.fromisoformat(values["data_cut_date"]),
        last_service_date=date.fromisoformat(values["last_service_date"]),
        surgeons=_surgeons(family_names, given_names),
        groups=_groups(),
        places=_places(),
        payers=_payers(),
        errors=tuple(
            Error(
                row["error"],
                row["rule"],
                float(row["rate"]),
                float(row["corrected"]),
                row["detail"],
            )
            for row in read_rows("errors")
        ),
        defects=tuple(
            Defect(
                row["defect"],
                tuple(row["rules"].split(" ")),
                float(row["rate"]),
                row["field"],
                row["value"],
                row["lines"],
            )
            for row in read_rows("charting")
        ),
        sites=_sites(),
        histologies=_histologies(),
        closures=_closures(),
        charges={row["procedure_code"]: cents(row["charge"]) for row in read_rows("charges")},
        downcodes={row["procedure_code"]: row["paid_as"] for row in read_rows("downcodes")},
        family_names=family_names,
        given_names=given_names,
    )


def _surgeons(family_names: tuple[str, ...], given_names: tuple[str, ...]) -> tuple[Surgeon, ...]:
    return tuple(
        Surgeon(
            key=row["key"],
            npi=invented_npi(100001 + number),
            family_name=family_names[-1 - number],
            given_name=given_names[-1 - number],
            rendering_type=row["rendering_type"],
            specialty=row["specialty"],
            group_id=row["group_id"],
            taxonomy=row["taxonomy"],
            share=float(row["share"]),
            mean_stages=float(row["mean_stages"]),
            mean_stages_trunk=float(row["mean_stages_trunk"]),
            trunk_share=float(row["trunk_share"]),
            row=row,
        )
        for number, row in enumerate(read_rows("surgeons"))
    )


def _groups() -> dict[str, Group]:
    """The billing groups, and each again as it bills where its NPI was left off."""
    found = (
        Group("G1", invented_npi(900001), "MOHSSIM SKIN SURGERY", "000000001", "207N00000X"),
        Group("G2", invented_npi(900002), "MOHSSIM PLASTIC SURGERY", "000000002", "208200000X"),
    )
    nameless = (replace(group, group_id=f"{group.group_id}{NO_NPI}", npi="") for group in found)
    return {group.group_id: group for group in (*found, *nameless)}


def _places() -> dict[str, Place]:
    return {
        row["key"]: Place(
            key=row["key"],
            code=row["place_of_service"],
            npi=invented_npi(910001 + number),
            name=row["name"],
            street=row["street"],
            city=row["city"],
            state=row["state"],
            zip=row["zip"],
            locality=row["carrier_locality"],
            clia_number=row["clia_number"],
            is_facility=row["place_of_service"] in ("22", "24"),
        )
        for number, row in enumerate(read_rows("places"))
    }


def _payers() -> tuple[Payer, ...]:
    values: dict[str, dict[str, str]] = {}
    for row in read_rows("payers"):
        values.setdefault(row["payer"], {})[row["parameter"]] = row["value"]
    denials = read_rows("denials")
    clerical = read_rows("clerical")
    return tuple(
        Payer(
            index=index,
            key=key,
            values=values[key],
            # a row of the payer's own stands before the row of every payer
            denials={
                row["trigger"]: Denial(
                    float(row["probability"]), row["group_code"], row["carc"], row["rarc"]
                )
                for owner in ("*", key)
                for row in denials
                if row["payer"] == owner
            },
            clerical=tuple(
                Clerical(
                    Denial(1.0, row["group_code"], row["carc"], row["rarc"]),
                    float(row["weight"]),
                    row["is_final"] == "yes",
                )
                for row in clerical
                if row["payer"] in ("*", key)
            ),
        )
        for index, key in enumerate(values)
    )


def _sites() -> dict[str, tuple[Site, ...]]:
    codes: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for row in read_rows("diagnoses"):
        found = codes.setdefault(row["site"], {}).setdefault(row["histology"], [])
        found.append((row["laterality"], row["diagnosis_code"]))
    sites = [
        Site(
            site=row["site"],
            family=row["family"],
            is_paired=row["is_paired"] == "yes",
            auc_area=row["auc_area"],
            simple=row["simple"],
            intermediate=row["intermediate"],
            other=row["other"],
            weight=float(row["weight"]),
            diagnoses={name: tuple(found) for name, found in codes[row["site"]].items()},
        )
        for row in read_rows("sites")
    ]
    return {family: tuple(s for s in sites if s.family == family) for family in ("H", "T")}


def _histologies() -> tuple[tuple[str, float], ...]:
    return tuple({row["histology"]: float(row["weight"]) for row in read_rows("diagnoses")}.items())


def _closures() -> dict[tuple[str, str], tuple[Closure, ...]]:
    found: dict[tuple[str, str], list[Closure]] = {}
    for row in read_rows("closures"):
        closure = Closure(
            float(row["up_to"]),
            row["procedure_code"],
            row["add_on_code"],
            float(row["add_on_step"] or 0),
        )
        found.setdefault((row["kind"], row["area"]), []).append(closure)
    return {key: tuple(sorted(rows, key=lambda row: row.up_to)) for key, rows in found.items()}
