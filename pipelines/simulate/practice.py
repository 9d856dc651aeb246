"""What is written once: the practice folder, and what payers do by intention."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from pipelines.simulate.parameters import Parameters
from pipelines.simulate.payers import Payer, behaviour

OPEN = "2020-01-01"
EDIT = (
    "procedure_codes",
    "modifiers",
    "without_modifiers",
    "diagnoses",
    "places",
    "rendering",
    "beside",
    "fewest_units",
    "fewest_days",
)
"""What an edit asks for, as it stands in the condition of its row."""


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A small CSV file, UTF-8 with LF."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_practice(
    folder: Path, parameters: Parameters, log: Iterable[tuple[int, str, str]]
) -> None:
    """The practice folder of the invented group: payers, providers, contracts, what one payer wants
    otherwise, and from `log` (day, line, disposition) what the office did about denials."""
    write_csv(
        folder / "payers.csv",
        (
            "payer_identifier",
            "remit_payer_name",
            "export_payer_name",
            "payer",
            "line_of_business",
            "effective_from",
            "effective_to",
            "source",
        ),
        [
            (
                p.identifier,
                p.name,
                p.values["export_name"],
                p.values["export_name"],
                p.line_of_business,
                OPEN,
                "",
                "simulated",
            )
            for p in parameters.payers
        ],
    )
    write_csv(
        folder / "providers.csv",
        (
            "npi",
            "rendering_type",
            "specialty",
            "group_id",
            "participating",
            "apm_qualifying",
            "mips_factor",
            "effective_from",
            "effective_to",
            "source",
        ),
        [
            (
                s.npi,
                s.rendering_type,
                s.specialty,
                s.group_id,
                s.row["participating"],
                s.row["apm_qualifying"],
                s.row["mips_factor"],
                OPEN,
                "",
                "simulated",
            )
            for s in parameters.surgeons
        ],
    )
    write_csv(
        folder / "contracts.csv",
        (
            "payer",
            "procedure_code",
            "basis",
            "value",
            "medicare_year",
            "follows_mppr",
            "effective_from",
            "effective_to",
            "source",
        ),
        [row for payer in parameters.payers for row in _terms(payer, parameters)],
    )
    write_csv(
        folder / "overlays.csv",
        (
            "rule_id",
            "payer",
            "setting",
            "value",
            "effective_from",
            "effective_to",
            "document_reference",
            "remittance_evidence",
        ),
        [
            (
                rule,
                payer.values["export_name"],
                "second_lesion_modifiers",
                "59 76 XE XP XS XU",
                OPEN,
                "",
                "simulated",
                "",
            )
            for payer in parameters.payers
            for rule in ("MOHS108", "MOHS122")
            if payer.dialects[-1].rates["second_tumour_76"] > 0
        ],
    )
    write_csv(
        folder / "dispositions.csv",
        (
            "rule_id",
            "line_id",
            "disposition",
            "decided_date",
            "note",
            "effective_from",
            "effective_to",
            "source",
        ),
        [
            (
                "",
                line_id,
                disposition,
                date.fromordinal(day).isoformat(),
                "",
                "",
                "",
                "simulated appeal log",
            )
            for day, line_id, disposition in sorted(log)
        ],
    )


def _terms(payer: Payer, parameters: Parameters) -> Iterator[tuple[object, ...]]:
    """The contract rows of a payer: one a period of its terms, one a year where its schedule is an
    old one; none for Medicare."""
    if payer.line_of_business == "medicare":
        return
    name = payer.values["export_name"]
    periods: list[tuple[date, int, int]] = []
    for start, dialect in zip(payer.starts, payer.dialects, strict=True):
        terms = dialect.percent, dialect.years_behind
        if not periods or periods[-1][1:] != terms:
            periods.append((date.fromordinal(start), *terms))
    ends = [start - timedelta(days=1) for start, _, _ in periods[1:]]
    for (opened, percent, behind), end in zip(periods, [*ends, None], strict=True):
        value = f"{percent / 10000:.4f}"
        if not behind:
            last = end.isoformat() if end else ""
            yield name, "", "percent_of_medicare", value, "", "true", opened, last, "simulated"
            continue
        for year in range(2021, parameters.last_service_date.year + 1):
            first = max(opened, date(year, 1, 1))
            close = min(end or date.max, date(year, 12, 31))
            if first <= close:
                before = year - behind
                yield (
                    name,
                    "",
                    "percent_of_medicare",
                    value,
                    before,
                    "true",
                    first,
                    close,
                    "simulated",
                )


def write_payer_truth(
    folder: Path, tally: dict[str, list[int]], parameters: Parameters, *, drift: bool
) -> None:
    """What payers do by intention (payer.csv) and how often each error was made (error.csv)."""
    names = {payer.key: payer.values["export_name"] for payer in parameters.payers}
    write_csv(
        folder / "payer.csv",
        (
            "payer",
            "parameter",
            "value",
            "group_code",
            "carc",
            "rarc",
            "condition",
            "effective_from",
            "effective_to",
            "source",
        ),
        [
            (
                names.get(row["payer"], "*"),
                parameter,
                value,
                row.get("group_code", ""),
                row.get("carc", ""),
                row.get("rarc", ""),
                condition,
                row["effective_from"],
                row["effective_to"],
                row["source"],
            )
            for name, rows in behaviour(drift=drift).items()
            for row in rows
            for parameter, value, condition in _told(name, row)
        ],
    )
    write_csv(
        folder / "error.csv",
        ("error", "rule", "rate", "possible", "made"),
        [(e.name, e.rule, e.rate, *tally[e.name]) for e in parameters.errors],
    )


def _told(name: str, row: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    """Parameter, value and condition of one row of a parameter file about payers."""
    if name == "payers":
        yield row["parameter"], row["value"], ""
    elif name == "denials":
        yield f"denies {row['trigger']}", row["probability"], ""
    elif name == "clerical":
        yield f"clerical {row['carc']}", row["weight"], f"is_final={row['is_final']}"
    elif name == "edits":
        condition = "; ".join(f"{asked}={row[asked]}" for asked in EDIT if row[asked])
        yield f"edit {row['edit']}", row["probability"], condition
    elif name == "slips":
        asked = ("procedure_codes", "factor", "rule")
        condition = "; ".join(f"{field}={row[field]}" for field in asked if row[field])
        yield f"slip {row['slip']}", row["probability"], condition
    else:
        yield f"appeals {row['category']}", row["appealed"], ""
        yield f"appeals {row['category']} won", row["won"], ""
