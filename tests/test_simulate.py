"""The simulator: its files are checked from their raw text, by code that knows nothing of it."""

from __future__ import annotations

import csv
import hashlib
import io
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from pipelines.simulate import Summary, simulate

ROOT = Path(__file__).resolve().parent.parent
PARAMETERS = ROOT / "pipelines" / "simulate" / "parameters"
REFERENCE = ROOT / "sql" / "reference"
NCCI_MODIFIERS = frozenset(("59", "XE", "XS", "XP", "XU", "24", "25", "57", "58", "78", "79"))
ENCOUNTERS = 3000


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return simulate(tmp_path_factory.mktemp("practice") / "out", ENCOUNTERS, 24, 7)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def segments(path: Path) -> list[list[str]]:
    text = path.read_text(encoding="ascii")
    assert text.endswith("~\n")
    return [line.split("*") for line in text[:-2].split("~\n")]


def inbox(summary: Summary, kind: str) -> list[Path]:
    found = sorted((summary.out / "inbox" / kind).iterdir())
    assert found
    return found


@dataclass
class Claim:
    """A claim of an 837 file as its raw segments, and those of its subscriber."""

    number: str
    subscriber: list[list[str]]
    body: list[list[str]]

    @property
    def is_second(self) -> bool:
        return next(s for s in self.subscriber if s[0] == "SBR")[1] == "S"

    @property
    def frequency(self) -> str:
        return self.body[0][5].split(":")[2]

    def every(self, *start: str) -> list[list[str]]:
        return [s for s in self.body if tuple(s[: len(start)]) == start]


def claims(summary: Summary) -> Iterator[Claim]:
    """Every claim of the 837 files, in the order they were sent."""
    for path in inbox(summary, "837"):
        found: Claim | None = None
        subscriber: list[list[str]] = []
        for segment in segments(path):
            if segment[0] in ("HL", "SE"):
                if found is not None:
                    yield found
                found, subscriber = None, []
            elif segment[0] == "CLM":
                found = Claim(segment[1], subscriber, [])
            (subscriber if found is None else found.body).append(segment)


def claims_with(summary: Summary, error: str) -> set[str]:
    """Numbers of the claims in which an error was made."""
    return {
        row["line_id"].rpartition("-")[0]
        for row in rows(summary.out / "truth" / "line.csv")
        if row["error"] == error
    }


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        simulate(tmp_path / name, 300, 4, seed)
    first, again, other = (digests(tmp_path / name) for name in "abc")
    assert first == again
    changed = [path for path in first if first[path] != other.get(path)]
    assert [path for path in changed if path.startswith("inbox/837")]
    assert [path for path in changed if path.startswith("inbox/835")]


def test_spooling_to_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    simulate(tmp_path / "memory", 200, 3, 5)
    monkeypatch.setattr("pipelines.simulate.SPOOL_LIMIT", 20_000)
    simulate(tmp_path / "disk", 200, 3, 5)
    assert digests(tmp_path / "memory") == digests(tmp_path / "disk")
    assert not (tmp_path / "disk" / ".spool").exists()


def test_arguments_that_make_no_sense_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="encounters"):
        simulate(tmp_path / "x", 0, 3, 1)
    with pytest.raises(ValueError, match="months"):
        simulate(tmp_path / "x", 10, 0, 1)
    with pytest.raises(ValueError, match="fewer"):
        simulate(tmp_path / "x", 10, 400, 1)
    simulate(tmp_path / "x", 10, 1, 1)
    with pytest.raises(FileExistsError, match="another folder"):
        simulate(tmp_path / "x", 10, 1, 1)


def test_progress_ends_at_the_number_of_encounters(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    simulate(tmp_path / "x", 600, 2, 1, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (600, 600)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


@pytest.mark.parametrize(
    ("kind", "functional", "version"),
    [("837", "HC", "005010X222A1"), ("835", "HP", "005010X221A1")],
)
def test_envelopes_count_and_name_what_they_hold(
    practice: Summary, kind: str, functional: str, version: str
) -> None:
    numbers: set[str] = set()
    for path in inbox(practice, kind):
        text = path.read_text(encoding="ascii")
        assert text[105] == "~"
        assert text[103] == "*"
        every = segments(path)
        heads = [n for n, segment in enumerate(every) if segment[0] == "ISA"]
        assert every[0][0] == "ISA"
        for first, after in zip(heads, [*heads[1:], len(every)], strict=True):
            _check_interchange(every[first:after], functional, version, numbers)


def _check_interchange(
    found: list[list[str]], functional: str, version: str, numbers: set[str]
) -> None:
    isa, gs = found[0], found[1]
    assert len(isa) == 17
    assert isa[6].strip() == gs[2] == "MOHSSIM"
    assert (gs[1], gs[8]) == (functional, version)
    assert isa[13] not in numbers
    numbers.add(isa[13])
    assert found[-1] == ["IEA", "1", isa[13]]
    starts = [i for i, segment in enumerate(found) if segment[0] == "ST"]
    ends = [i for i, segment in enumerate(found) if segment[0] == "SE"]
    assert found[-2] == ["GE", str(len(starts)), gs[6]]
    assert len(starts) == len(ends) == len({found[i][2] for i in starts})
    for start, end in zip(starts, ends, strict=True):
        assert found[end] == ["SE", str(end - start + 1), found[start][2]]
    levels = [segment for segment in found if segment[0] == "HL"]
    expected = 1
    for segment in levels:
        expected = 1 if segment[3] == "20" else expected + 1
        assert segment[1] == str(expected)


def test_claims_add_up_and_point_to_their_diagnoses(practice: Summary) -> None:
    unreferenced = claims_with(practice, "replacement_of_nothing")
    assert unreferenced
    count = 0
    for claim in claims(practice):
        body = claim.body
        clm = body[0]
        lines = [segment for segment in body if segment[0] == "SV1"]
        assert lines
        assert Decimal(clm[2]) == sum(Decimal(line[2]) for line in lines)
        assert all(Decimal(line[2]) > 0 and int(line[4]) > 0 for line in lines)
        [diagnoses] = [segment for segment in body if segment[0] == "HI"]
        assert [code.split(":")[0] for code in diagnoses[1:]] == ["ABK"] + ["ABF"] * (
            len(diagnoses) - 2
        )
        assert len(diagnoses) <= 13
        for line in lines:
            pointers = [int(pointer) for pointer in line[7].split(":")]
            assert pointers
            assert max(pointers) < len(diagnoses)
        assert [s[1] for s in body if s[0] == "LX"] == [str(n + 1) for n in range(len(lines))]
        assert len([s for s in body if s[:2] == ["DTP", "472"]]) == len(lines)
        if claim.frequency in "78" and claim.number not in unreferenced:
            assert claim.every("REF", "F8")
        count += 1
    assert count >= ENCOUNTERS


def test_secondary_claims_carry_a_balanced_first_adjudication(practice: Summary) -> None:
    count = 0
    for claim in claims(practice):
        body = claim.body
        if not claim.is_second:
            continue
        count += 1
        [paid] = [Decimal(s[2]) for s in body if s[:2] == ["AMT", "D"]]
        adjusted = sum(amount for s in body if s[0] == "CAS" for amount in amounts(s))
        assert paid + adjusted == Decimal(body[0][2])
        charge = explained = Decimal(0)
        for segment in body:
            if segment[0] in ("LX", "SV1"):
                assert charge == explained
                charge = Decimal(segment[2]) if segment[0] == "SV1" else Decimal(0)
                explained = Decimal(0)
            elif segment[0] == "SVD":
                explained += Decimal(segment[2])
            elif segment[0] == "CAS":
                explained += sum(amounts(segment))
        assert charge == explained
    assert count > 10


def amounts(cas: list[str]) -> list[Decimal]:
    return [Decimal(amount) for amount in cas[3::3]]


def check_remitted(claim: list[str], lines: list[list[str]], cas: list[list[list[str]]]) -> None:
    """A CLP, its SVC segments and the CAS segments of each balance."""
    assert Decimal(claim[3]) == sum(Decimal(line[2]) for line in lines)
    assert Decimal(claim[4]) == sum(Decimal(line[3]) for line in lines)
    for line, found in zip(lines, cas, strict=True):
        explained = sum(amount for segment in found for amount in amounts(segment))
        assert Decimal(line[2]) - Decimal(line[3]) == explained, line
    if claim[2] != "22":
        patient = [segment for found in cas for segment in found if segment[1] == "PR"]
        assert Decimal(claim[5] or 0) == sum(a for segment in patient for a in amounts(segment))
        assert all(Decimal(line[3]) >= 0 for line in lines)


def test_remittances_balance_to_the_cent(practice: Summary) -> None:
    statuses: set[str] = set()
    reasons: set[str] = set()
    for path in inbox(practice, "835"):
        paid = expected = Decimal(0)
        claim: list[str] = []
        lines: list[list[str]] = []
        cas: list[list[list[str]]] = []
        for segment in segments(path):
            tag = segment[0]
            if tag in ("CLP", "PLB", "SE") and claim:
                check_remitted(claim, lines, cas)
                claim, lines, cas = [], [], []
            if tag == "BPR":
                paid, expected = Decimal(segment[2]), Decimal(0)
                assert paid >= 0
            elif tag == "CLP":
                claim = segment
                statuses.add(segment[2])
                expected += Decimal(segment[4])
            elif tag == "SVC":
                lines.append(segment)
                cas.append([])
            elif tag == "CAS":
                cas[-1].append(segment)
            elif tag == "PLB":
                reasons.add(segment[3].split(":")[0])
                expected -= Decimal(segment[4])
            elif tag == "SE":
                assert paid == expected
    assert statuses >= {"1", "2", "4", "19", "22"}
    assert reasons >= {"WO"}


def test_every_remitted_claim_was_billed(practice: Summary) -> None:
    billed = {claim.number for claim in claims(practice)}
    remitted = {
        segment[1]
        for path in inbox(practice, "835")
        for segment in segments(path)
        if segment[0] == "CLP"
    }
    assert remitted <= billed
    assert len(billed - remitted) > 0


def test_a_second_opinion_accepts_the_files(practice: Summary) -> None:
    params = pytest.importorskip("pyx12.params")
    document = pytest.importorskip("pyx12.x12n_document")
    for kind, most in (("837", 3), ("835", 9)):
        for path in inbox(practice, kind)[6 : 6 + most]:
            answer = io.StringIO()
            accepted = document.x12n_document(params.params(), str(path), answer, None)
            assert accepted, (path.name, answer.getvalue()[-600:])


def luhn(npi: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed("80840" + npi)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value // 10 + value % 10
    return total % 10 == 0


def test_everybody_is_invented(practice: Summary) -> None:
    names = rows(PARAMETERS / "names.csv")
    family = {row["name"] for row in names if row["part"] == "family"}
    given = {row["name"] for row in names if row["part"] == "given"}
    npis = set()
    for kind in ("837", "835"):
        for path in inbox(practice, kind):
            for segment in segments(path):
                if segment[0] == "NM1" and segment[2] == "1":
                    assert segment[3] in family
                    assert segment[4] in given
                    if segment[8] == "MI":
                        assert segment[9].startswith("SIM")
                if len(segment) > 9 and segment[8] == "XX":
                    npis.add(segment[9])
    npis.update(row["npi"] for row in rows(practice.out / "practice" / "providers.csv"))
    assert len(npis) > 10
    for npi in npis:
        # NPIs given to people so far begin with 1
        assert npi[0] == "2"
        assert luhn(npi)


def test_truth_has_one_row_for_every_billed_line(practice: Summary) -> None:
    truth = rows(practice.out / "truth" / "line.csv")
    ids = [row["line_id"] for row in truth]
    assert len(ids) == len(set(ids))
    billed = set()
    for claim in claims(practice):
        body = claim.body
        number = f"{claim.number}/S" if claim.is_second else claim.number
        billed |= {f"{number}-{segment[1]}" for segment in body if segment[0] == "LX"}
    assert billed == set(ids)
    for row in truth:
        assert 0 <= float(row["denial_probability"]) <= 1
        assert (row["intended_outcome"] == "denied") == bool(row["intended_carc"])


def test_every_error_is_made_as_often_as_its_parameter_says(practice: Summary) -> None:
    found = {row["error"]: row for row in rows(practice.out / "truth" / "error.csv")}
    parameters = rows(PARAMETERS / "errors.csv")
    assert set(found) == {row["error"] for row in parameters}
    made_by_visit: dict[str, set[str]] = defaultdict(set)
    for row in rows(practice.out / "truth" / "line.csv"):
        made_by_visit[row["error"]].add(row["line_id"])
    for row in parameters:
        possible, made = (int(found[row["error"]][name]) for name in ("possible", "made"))
        rate = float(row["rate"])
        assert bool(made) == bool(made_by_visit[row["error"]]), row["error"]
        spread = math.sqrt(possible * rate * (1 - rate))
        assert abs(made - possible * rate) <= 4 * spread + 1, row["error"]
    total = sum(int(row["made"]) for row in found.values())
    assert 0.03 < total / ENCOUNTERS < 0.11


def test_asked_to_all_errors_are_made_about_as_often_as_each_other(tmp_path: Path) -> None:
    simulate(tmp_path / "x", 1500, 24, 7, evenly=0.6)
    found = {row["error"]: int(row["made"]) for row in rows(tmp_path / "x" / "truth" / "error.csv")}
    assert set(found) == {row["error"] for row in rows(PARAMETERS / "errors.csv")}
    assert sum(found.values()) > 600
    # only an eyelid, a late claim and the like cannot be had often
    scarce = [error for error, made in found.items() if made < 8]
    assert len(scarce) <= 3, scarce
    assert min(found.values()) >= 2, found


def test_stages_per_case_land_near_each_surgeons_mean(practice: Summary) -> None:
    npis = {
        row["key"]: npi["npi"]
        for row, npi in zip(
            rows(PARAMETERS / "surgeons.csv"),
            rows(practice.out / "practice" / "providers.csv"),
            strict=True,
        )
    }
    units: dict[tuple[str, str], int] = defaultdict(int)
    for claim in claims(practice):
        body = claim.body
        if claim.frequency != "1":
            continue
        [npi] = [segment[9] for segment in body if segment[:2] == ["NM1", "82"]]
        for line in (segment for segment in body if segment[0] == "SV1"):
            units[npi, line[1].split(":")[1]] += int(line[4])
    firsts = trunk = 0
    for row in rows(PARAMETERS / "surgeons.csv"):
        if float(row["share"]) == 0:
            continue
        npi = npis[row["key"]]
        first, more = units[npi, "17311"], units[npi, "17312"]
        mean = float(row["mean_stages"])
        # a geometric number of extra stages has variance (m - 1) m; 4 standard errors
        spread = math.sqrt((mean - 1) * mean / first)
        assert abs(1 + more / first - mean) < 4 * spread + 0.03, row["key"]
        firsts += first
        trunk += units[npi, "17313"]
    # 15.9% of first stages nationally in 2021
    assert 0.13 < trunk / (firsts + trunk) < 0.19


def standing(practice: Summary) -> dict[str, list[tuple[str, frozenset[str], int, str]]]:
    """Lines of each standing primary claim: code, modifiers, units, diagnosis."""
    found: dict[str, list[tuple[str, frozenset[str], int, str]]] = {}
    for claim in claims(practice):
        body = claim.body
        if claim.is_second:
            continue
        [diagnoses] = [segment for segment in body if segment[0] == "HI"]
        found[claim.number] = [
            (
                segment[1].split(":")[1],
                frozenset(segment[1].split(":")[2:]),
                int(segment[4]),
                diagnoses[int(segment[7].split(":")[0])].split(":")[1],
            )
            for segment in body
            if segment[0] == "SV1"
        ]
    return found


def clean_encounters(
    practice: Summary,
) -> Iterator[tuple[str, list[tuple[str, frozenset[str], int, str]]]]:
    lines = standing(practice)
    for row in rows(practice.out / "truth" / "encounter.csv"):
        if not row["error"]:
            numbers = row["claim_ids"].split()
            yield row["encounter_id"], [line for number in numbers for line in lines[number]]


def test_clean_encounters_break_no_pair_edit(practice: Summary) -> None:
    pairs = {
        (row["column1"], row["column2"]): row["modifier_indicator"]
        for row in rows(REFERENCE / "ncci_ptp.csv")
    }
    checked = 0
    for encounter, lines in clean_encounters(practice):
        for first in lines:
            for second in lines:
                indicator = pairs.get((first[0], second[0]))
                if indicator is None:
                    continue
                checked += 1
                assert indicator == "1", (encounter, first, second)
                assert (first[1] | second[1]) & NCCI_MODIFIERS, (encounter, first, second)
    assert checked > 100


def test_clean_encounters_stay_within_units_edits(practice: Summary) -> None:
    limits = {row["procedure_code"]: int(row["units"]) for row in rows(REFERENCE / "ncci_mue.csv")}
    for encounter, lines in clean_encounters(practice):
        units: dict[str, int] = defaultdict(int)
        for code, _, count, _ in lines:
            units[code] += count
        for code, count in units.items():
            assert count <= limits.get(code, count), (encounter, code)


def test_clean_encounters_have_a_primary_for_every_add_on(practice: Summary) -> None:
    primaries: dict[str, set[str]] = defaultdict(set)
    for row in rows(REFERENCE / "ncci_add_on.csv"):
        primaries[row["add_on_code"]].add(row["primary_code"])
    for encounter, lines in clean_encounters(practice):
        codes = {line[0] for line in lines}
        for code in codes & set(primaries):
            assert codes & primaries[code], (encounter, code)


def test_operations_in_an_open_global_say_so_and_others_do_not(practice: Summary) -> None:
    # rules.md MOHS110-113: 79 only, and always, within 10 or 90 days after another operation by the
    # same specialty
    days = {
        row["procedure_code"]: int(row["global_days"])
        for row in rows(REFERENCE / "mpfs_rvu.csv")
        if row["global_days"] in ("010", "090")
    }
    specialty = {
        row["npi"]: row["specialty"] for row in rows(practice.out / "practice" / "providers.csv")
    }
    injected = {
        number
        for row in rows(practice.out / "truth" / "encounter.csv")
        if row["error"]
        for number in row["claim_ids"].split()
    }
    operated: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
    stages = []
    for claim in claims(practice):
        if claim.is_second or claim.frequency != "1":
            continue
        member = next(s for s in claim.subscriber if s[:2] == ["NM1", "IL"])[9]
        who = (member, specialty[claim.every("NM1", "82")[0][9]])
        day = date.fromisoformat(claim.every("DTP", "472")[0][3])
        for line in claim.every("SV1"):
            code, *modifiers = line[1].split(":")[1:]
            if code in days:
                operated[who].append((day, day + timedelta(days=days[code])))
            if code in ("17311", "17313") and claim.number not in injected:
                stages.append((who, day, "79" in modifiers))
    inside = 0
    for who, day, is_unrelated in stages:
        is_open = any(first < day <= last for first, last in operated[who])
        assert is_open == is_unrelated, (who, day)
        inside += is_open
    assert inside > 10


def test_clean_diagnoses_are_real_and_fit_the_code_family(practice: Summary) -> None:
    families = {
        row["diagnosis_code"].replace(".", ""): row["site_family"]
        for row in rows(REFERENCE / "icd10_site_map.csv")
    }
    deep = 0
    for encounter, lines in clean_encounters(practice):
        for code, _, _, diagnosis in lines:
            if code in ("17311", "17312"):
                assert families[diagnosis] in ("HNHFG", "LIMB", "TAL"), encounter
                deep += families[diagnosis] == "TAL"
            elif code in ("17313", "17314"):
                assert families[diagnosis] in ("TAL", "LIMB"), encounter
    # a trunk tumour that reached muscle is rare
    assert deep < ENCOUNTERS * 0.01


def test_medicare_pays_its_published_amounts(practice: Summary) -> None:
    # 17312 is not ranked, so its allowed amount is the fee: 378.17 for Ohio in 2026 (fees.md 7)
    truth = {row["line_id"]: row for row in rows(practice.out / "truth" / "line.csv")}
    latest = {claim.number: claim for claim in claims(practice) if not claim.is_second}
    found = set()
    for claim in latest.values():
        payer = next(s for s in claim.subscriber if s[:2] == ["NM1", "PR"])[9]
        is_2026 = claim.every("DTP", "472")[0][3].startswith("2026")
        if payer != "SIM01" or claim.every("NM1", "77") or not is_2026:
            continue
        for number, line in enumerate(claim.every("SV1"), 1):
            row = truth[f"{claim.number}-{number}"]
            if line[1] == "HC:17312" and line[4] == "1" and row["intended_outcome"] == "paid":
                found.add(row["intended_allowed"])
    assert found == {"378.17"}


def test_charts_describe_the_stages_that_were_billed(practice: Summary) -> None:
    stages: dict[str, int] = defaultdict(int)
    for path in inbox(practice, "chart"):
        for row in rows(path):
            stages[row["claim_id"]] += 1
    lines = standing(practice)
    compared = 0
    for row in rows(practice.out / "truth" / "encounter.csv"):
        number = row["claim_ids"].split()[0]
        if row["error"] or number not in stages or row["kind"] != "mohs":
            continue
        if "MOHS184" in row["documentation_rules"]:  # a chart without stages
            continue
        mohs = [line for line in lines[number] if line[0] in ("17311", "17312", "17313", "17314")]
        if mohs:
            compared += 1
            assert stages[number] == sum(line[2] for line in mohs), number
    assert compared > ENCOUNTERS / 2


def test_every_parameter_names_its_source() -> None:
    for path in sorted(PARAMETERS.glob("*.csv")):
        for row in rows(path):
            if "source" in row:
                assert row["source"], (path.name, row)
        assert "source" in rows(path)[0] or path.name == "names.csv"
