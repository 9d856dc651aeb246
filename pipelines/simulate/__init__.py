"""An invented Mohs practice: real-format claims, remittances and charts, and the truth of them.

`simulate` writes `inbox/` (837P, 835 and chart files), `practice/` (payers, providers, contracts)
and `truth/` (what was done wrong, what payers intend). Nobody in it exists: NPIs begin with 2,
names are minerals and plants, and every interchange names its sender MOHSSIM. Rates and their
sources are in `parameters/*.csv`. The same arguments give the same bytes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import IO

from pipelines.simulate import claims, practice, records, remits
from pipelines.simulate.clinic import Clinic, open_clinic, plan, remember, see
from pipelines.simulate.errors import INJECTIONS
from pipelines.simulate.injection import spoil
from pipelines.simulate.medicare import FeeSchedule, Pairs, load_pairs
from pipelines.simulate.office import Business
from pipelines.simulate.outcomes import Settled
from pipelines.simulate.parameters import Defect, Parameters, load_eras
from pipelines.simulate.patients import Panel
from pipelines.simulate.settlement import settle
from pipelines.simulate.spool import Batch, Spool
from pipelines.simulate.visits import ADDITIONAL, REPAIRS, Lesion, Visit

FIRST_DAY = date(2021, 1, 1)
"""A schedule loaded a year late must still be on file."""
SPOOL_LIMIT = 48_000_000
"""Characters of waiting claims kept in memory."""
STEP = 250
"""Visits between two reports of progress."""


@dataclass(frozen=True)
class Summary:
    """What a simulation wrote."""

    out: Path
    encounters: int
    claims: int
    remits: int
    files: int
    first_day: date
    last_day: date


@dataclass(slots=True)
class Balance:
    """What a payer still has to take back from a group: payments are never below zero."""

    amount: int = 0
    reference: str = ""


@dataclass(slots=True)
class Post:
    """Writes the spooled batches to files, month by month."""

    inbox: Path
    spool: Spool
    parameters: Parameters
    files: int = 0
    interchanges: int = 0
    balances: dict[tuple[int, str], Balance] | None = None

    def send(self, first: int, last: int) -> None:
        """Write every batch from one day to another: an 837 file, and an 835 file of every payer's."""
        self._claims(first, last)
        batches = self.spool.batches("835", first, last)
        if not batches:
            return
        month = date.fromordinal(first).strftime("%Y-%m")
        self.files += 1
        with _open(self.inbox / "835" / f"{month}.simulated.835") as stream:
            for payer in self.parameters.payers:
                mine = [batch for batch in batches if batch.payer == payer.index]
                if mine:
                    self._remits(stream, payer.index, mine)

    def _envelope(self, kind: str, version: str, day: int) -> claims.Envelope:
        self.interchanges += 1
        return claims.Envelope(kind, version, self.interchanges, day)

    def _claims(self, first: int, last: int) -> None:
        batches = self.spool.batches("837", first, last)
        if not batches:
            return
        month = date.fromordinal(first).strftime("%Y-%m")
        self.files += 1
        envelope = self._envelope("HC", "005010X222A1", batches[-1].day)
        with _open(self.inbox / "837" / f"{month}.simulated.837") as stream:
            stream.write(envelope.head())
            for batch in batches:
                _, texts = self.spool.take(batch)
                group = self.parameters.groups[batch.group_id]
                office = self.parameters.places["office"]
                stream.writelines(claims.transaction(envelope, batch.day, group, office, texts))
            stream.write(envelope.tail())

    def _remits(self, stream: IO[str], payer_index: int, batches: list[Batch]) -> None:
        """A payer's month of payments as an interchange of its own."""
        payer = self.parameters.payers[payer_index]
        envelope = self._envelope("HP", "005010X221A1", batches[-1].day)
        stream.write(envelope.head())
        for batch in batches:
            waiting, texts = self.spool.take(batch)
            adjustments = self._carry(batch, waiting.total, waiting.adjustments)
            group = self.parameters.groups[batch.group_id]
            stream.writelines(
                remits.payment(envelope, batch.day, payer, group, waiting.total, texts, adjustments)
            )
        stream.write(envelope.tail())

    def _carry(
        self, batch: Batch, total: int, adjustments: list[tuple[str, str, int]]
    ) -> list[tuple[str, str, int]]:
        """Adjustments with what an earlier payment left open, and what this one cannot bear."""
        if self.balances is None:
            self.balances = {}
        balance = self.balances.setdefault((batch.payer, batch.group_id), Balance())
        found = list(adjustments)
        if balance.amount:
            found.append(("FB", balance.reference, balance.amount))
            balance.amount = 0
        paid = total - sum(amount for _, _, amount in found)
        if paid < 0:
            balance.reference = f"FB{batch.day}{batch.group_id}"
            balance.amount = -paid
            found.append(("FB", balance.reference, paid))
        return found


def simulate(
    out: Path,
    encounters: int = 1000,
    months: int = 24,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
    evenly: float = 0.0,
    drift: bool = False,
) -> Summary:
    """Write an invented practice under `out`; visits end 2026-09-30, `months` months of them.

    With `evenly`, errors are not made at their stated rates: that share of visits has one, and
    each kind is made about as often as any other, so that a test sees enough of all; slips of
    payment likewise. With `drift`, a payer changes an edit in a month of its own
    (`parameters/edits.csv`).
    `progress(done, total)` is told of encounters. Raises ValueError for arguments that make no
    sense and FileExistsError where `out` already holds an inbox.
    """
    eras = load_eras(drift=drift)
    parameters = eras[-1][1]
    months_of = _months(parameters, months)
    if encounters < 1:
        raise ValueError("encounters must be at least 1")
    if (out / "inbox").exists():
        raise FileExistsError(f"{out / 'inbox'} is already there: choose another folder")
    fees = FeeSchedule()
    panel = Panel(parameters, _panel_size(parameters, encounters), seed)
    clinics = [open_clinic(values, fees, panel) for _, values in eras]
    starts = [start for start, _ in eras]
    cut = parameters.data_cut_date.toordinal()
    spool = Spool(out / ".spool", SPOOL_LIMIT)
    business = Business(clinics[-1], spool, cut, evenly)
    pairs = load_pairs()
    log: list[tuple[int, str, str]] = []
    post = Post(out / "inbox", spool, parameters)
    tally = {error.name: [0, 0] for error in parameters.errors}
    left_out = {defect.name: 0 for defect in parameters.defects}
    due: list[tuple[int, int, Lesion]] = []
    done = 0
    with ExitStack() as stack:
        stack.callback(spool.close)
        line_file = stack.enter_context(_open(out / "truth" / "line.csv"))
        encounter_file = stack.enter_context(_open(out / "truth" / "encounter.csv"))
        line_file.write(records.LINE_TRUTH)
        encounter_file.write(records.ENCOUNTER_TRUTH)
        shares = _shares(encounters, [len(days) for _, days in months_of])
        for (first, days), count in zip(months_of, shares, strict=True):
            rng = Random(f"mohs {seed} {first.isoformat()}")
            name = first.strftime("%Y-%m")
            with _open(out / "inbox" / "chart" / f"{name}.chart.simulated.csv") as chart_file:
                chart_file.write(records.CHART)
                for day in sorted(rng.choices(days, k=count)):
                    clinic = clinics[max(bisect_right(starts, day) - 1, 0)]
                    business.clinic = clinic
                    visit = _next_visit(clinic, rng, day, due)
                    spoil(INJECTIONS, clinic, rng, visit, cut - day, tally, evenly)
                    remember(clinic, visit)
                    _document(clinic.parameters, rng, visit, left_out, evenly)
                    # what becomes of one visit's claims leaves the next visit as it is
                    luck = Random(rng.getrandbits(64))
                    settled = _bill(business, luck, visit, chart_file)
                    _record(pairs, visit, settled, line_file, encounter_file, log)
                    done += 1
                    if progress is not None and (done % STEP == 0 or done == encounters):
                        progress(done, encounters)
            post.send(first.toordinal(), _next_month(first).toordinal() - 1)
        post.send(_next_month(months_of[-1][0]).toordinal(), cut)
    practice.write_practice(out / "practice", parameters, log)
    practice.write_payer_truth(out / "truth", tally, parameters, drift=drift)
    return Summary(
        out,
        done,
        business.claims,
        business.remits,
        post.files + months,
        months_of[0][0],
        parameters.last_service_date,
    )


def _next_visit(clinic: Clinic, rng: Random, day: int, due: list[tuple[int, int, Lesion]]) -> Visit:
    panel = clinic.panel
    for index, (on, number, lesion) in enumerate(due):
        if on <= day and day > panel.closed_until[number] and day - panel.last_day[number] > 7:
            del due[index]
            return see(clinic, rng, day, number, lesion)
        if on > day:
            break
    for _ in range(60):
        number = int(rng.random() * panel.size)
        if day - panel.last_day[number] > 7 and day > panel.closed_until[number]:
            break
    visit = see(clinic, rng, day, number, None)
    planned = plan(clinic, rng, visit)
    if planned is not None:
        entry = (planned[0], number, planned[1])
        due.insert(bisect_right([on for on, _, _ in due], planned[0]), entry)
    return visit


def _document(
    parameters: Parameters, rng: Random, visit: Visit, tally: dict[str, int], evenly: float
) -> None:
    """Leave something out of the chart of a rightly coded visit, at the stated rates.

    With `evenly`, in that share of tumours what was least often left out so far.
    """
    if not visit.has_chart or visit.error:
        return
    for lesion in visit.lesions:
        chance = rng.random()
        possible = [defect for defect in parameters.defects if _can_be_left_out(defect, visit)]
        if evenly:
            possible = sorted(possible, key=lambda defect: tally[defect.name])[:1]
        for defect in possible:
            if chance < (evenly or defect.rate):
                tally[defect.name] += 1
                lesion.defect, lesion.defect_rules = defect.field, defect.rules
                lesion.defect_lines = defect.lines
                lesion.defect_value = _defect_value(parameters, visit, defect)
                break
            chance -= defect.rate


def _can_be_left_out(defect: Defect, visit: Visit) -> bool:
    """Whether the visit bills what the defect is about; a second tumour could explain it."""
    if len(visit.lesions) > 1:
        return defect.value == "false"
    lines = visit.bills[0].lines
    if defect.lines == "more":
        return any(line.procedure_code in ADDITIONAL.values() for line in lines)
    if defect.lines == "closure":
        return any(line.procedure_code.startswith(REPAIRS) for line in lines)
    return True


def _defect_value(parameters: Parameters, visit: Visit, defect: Defect) -> str:
    """What the chart says instead; `other` and `pathology` stand for the NPI of such a one."""
    if defect.value == "other":
        return next(s.npi for s in parameters.surgeons if s is not visit.surgeon)
    if defect.value == "pathology":
        return next(s.npi for s in parameters.surgeons if s.specialty == defect.value)
    return defect.value


def _bill(business: Business, rng: Random, visit: Visit, chart_file: IO[str]) -> list[Settled]:
    """Send the visit's claims through all that happens to them, and write its chart."""
    found: list[Settled] = []
    for index, bill in enumerate(visit.bills):
        clean = visit.clean[index] if index < len(visit.clean) else None
        settled = settle(business, rng, visit, bill, clean)
        if settled is not None:
            found.append(settled)
    if visit.has_chart and found:
        chart_file.write(records.chart_rows(visit, found[0]))
    return found


def _record(
    pairs: Pairs,
    visit: Visit,
    settled: list[Settled],
    line_file: IO[str],
    encounter_file: IO[str],
    log: list[tuple[int, str, str]],
) -> None:
    """Write what is true of the visit and its claims."""
    documentation = ""
    if visit.has_chart and settled:
        documentation = records.note_documentation(visit, settled[0])
    records.note_paid_errors(pairs, visit, settled)
    for one in settled:
        line_file.write(records.line_truth(one, visit.error))
        log += [(day, f"{one.claim_number}-{number}", what) for number, what, day in one.log]
    encounter_file.write(records.encounter_truth(visit, settled, documentation))


def _months(parameters: Parameters, months: int) -> list[tuple[date, list[int]]]:
    """First day and working days of each month, oldest first."""
    if months < 1:
        raise ValueError("months must be at least 1")
    last = parameters.last_service_date
    found: list[tuple[date, list[int]]] = []
    first = last.replace(day=1)
    for _ in range(months):
        days = range(first.toordinal(), _next_month(first).toordinal())
        found.append((first, [day for day in days if day % 7 not in (6, 0)]))
        first = (first - timedelta(days=1)).replace(day=1)
    if found[-1][0] < FIRST_DAY:
        raise ValueError(f"months: visits cannot begin before {FIRST_DAY:%Y-%m}, ask for fewer")
    return found[::-1]


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _shares(total: int, weights: list[int]) -> list[int]:
    """Whole numbers in proportion to weights that add up to the total."""
    ends = [total * end // sum(weights) for end in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _panel_size(parameters: Parameters, encounters: int) -> int:
    return max(int(encounters * parameters.rates["patients_per_encounter"]), 50)


def _open(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="ascii", newline="")
