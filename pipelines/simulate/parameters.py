"""The numbers of the invented practice: every rate, price and code is a row of `parameters/*.csv`.

Each row says from when to when it holds and names its source, or says `invented`. Money is in whole
cents, rates are shares in 0..1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from pipelines.simulate.payers import BEHAVIOUR, FOLDER, Payer, load_payers, read_rows, starts_of

FACILITIES = ("22", "24")
"""Places of service with the facility fee, of those the practice uses."""
NO_NPI = " without NPI"
"""Ends the key of a group that bills without its number."""


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
    error_factor: float
    """By how much the rates of errors are multiplied."""
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


def load_eras(*, drift: bool = False) -> list[tuple[int, Parameters]]:
    """First day (proleptic ordinal) of each period in which the practice's own values hold, and
    those values; the payers, whose values have dates of their own, are the same in all."""
    rows = [
        row
        for path in sorted(FOLDER.glob("*.csv"))
        if path.stem not in BEHAVIOUR
        for row in read_rows(path.stem)
    ]
    payers = load_payers(drift=drift)
    return [(start.toordinal(), load(start, payers)) for start in sorted(starts_of(rows))]


def load(on: date, payers: tuple[Payer, ...]) -> Parameters:
    """The values of a day."""
    names = read_rows("names")
    family_names = tuple(row["name"] for row in names if row["part"] == "family")
    given_names = tuple(row["name"] for row in names if row["part"] == "given")
    values = {row["name"]: row["value"] for row in read_rows("rates", on)}
    return Parameters(
        rates={name: float(value) for name, value in values.items() if value.count("-") < 2},
        data_cut_date=date.fromisoformat(values["data_cut_date"]),
        last_service_date=date.fromisoformat(values["last_service_date"]),
        surgeons=_surgeons(on, family_names, given_names),
        groups=_groups(),
        places=_places(on),
        payers=payers,
        errors=tuple(
            Error(
                row["error"],
                row["rule"],
                float(row["rate"]),
                float(row["corrected"]),
                row["detail"],
            )
            for row in read_rows("errors", on)
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
            for row in read_rows("charting", on)
        ),
        sites=_sites(on),
        histologies=_histologies(on),
        closures=_closures(on),
        charges={row["procedure_code"]: cents(row["charge"]) for row in read_rows("charges", on)},
        downcodes={row["procedure_code"]: row["paid_as"] for row in read_rows("downcodes", on)},
        family_names=family_names,
        given_names=given_names,
    )


def _surgeons(
    on: date, family_names: tuple[str, ...], given_names: tuple[str, ...]
) -> tuple[Surgeon, ...]:
    numbers = _numbers("surgeons")
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
            error_factor=float(row["error_factor"]),
            row=row,
        )
        for row in read_rows("surgeons", on)
        for number in (numbers[row["key"]],)
    )


def _groups() -> dict[str, Group]:
    """The billing groups, and each again as it bills where its NPI was left off."""
    found = (
        Group("G1", invented_npi(900001), "MOHSSIM SKIN SURGERY", "000000001", "207N00000X"),
        Group("G2", invented_npi(900002), "MOHSSIM PLASTIC SURGERY", "000000002", "208200000X"),
    )
    nameless = (replace(group, group_id=f"{group.group_id}{NO_NPI}", npi="") for group in found)
    return {group.group_id: group for group in (*found, *nameless)}


def _numbers(name: str) -> dict[str, int]:
    """Key -> its place among all keys of a file, whenever they hold."""
    return {key: i for i, key in enumerate(dict.fromkeys(row["key"] for row in read_rows(name)))}


def _places(on: date) -> dict[str, Place]:
    numbers = _numbers("places")
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
            is_facility=row["place_of_service"] in FACILITIES,
        )
        for row in read_rows("places", on)
        for number in (numbers[row["key"]],)
    }


def _sites(on: date) -> dict[str, tuple[Site, ...]]:
    codes: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for row in read_rows("diagnoses", on):
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
        for row in read_rows("sites", on)
    ]
    return {family: tuple(s for s in sites if s.family == family) for family in ("H", "T")}


def _histologies(on: date) -> tuple[tuple[str, float], ...]:
    return tuple(
        {row["histology"]: float(row["weight"]) for row in read_rows("diagnoses", on)}.items()
    )


def _closures(on: date) -> dict[tuple[str, str], tuple[Closure, ...]]:
    found: dict[tuple[str, str], list[Closure]] = {}
    for row in read_rows("closures", on):
        closure = Closure(
            float(row["up_to"]),
            row["procedure_code"],
            row["add_on_code"],
            float(row["add_on_step"] or 0),
        )
        found.setdefault((row["kind"], row["area"]), []).append(closure)
    return {key: tuple(sorted(rows, key=lambda row: row.up_to)) for key, rows in found.items()}
