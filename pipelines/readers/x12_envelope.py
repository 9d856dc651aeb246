"""X12 envelope: interchanges, groups and transaction sets of one file, and their flaws."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import polars as pl

STRAY = {"HC": ("BHT", "HL", "SBR", "CLM", "SV1"), "HP": ("BPR", "CLP", "SVC")}
"""Functional group [GS01] -> segments that, outside any ST, show that an ST is lost."""
ENVELOPE = ("ISA", "TA1", "GS", "ST", "SE", "GE", "IEA")


@dataclass(frozen=True)
class Flaw:
    """Something wrong with the structure; never the text itself."""

    scope: str
    severity: str
    reason_code: str
    reason: str
    remedy: str
    ordinal: int | None = None
    byte_offset: int | None = None
    byte_end: int | None = None
    transaction_ordinal: int | None = None
    claim_ordinal: int | None = None


@dataclass(frozen=True)
class Transaction:
    """A transaction set from ST to SE, or to where it was cut off."""

    ordinal: int
    byte_offset: int
    kind: str
    control_number: str
    version: str
    interchange_control_number: str = ""
    group_control_number: str = ""
    sender: str = ""
    receiver: str = ""
    created_date: str = ""
    created_time: str = ""
    byte_end: int = 0
    segments: int = 0


def guide(transaction_set: str, version: str) -> str:
    """837P, 835 or unsupported; a blank version is taken as the guide we read."""
    names = {"837": ("837P", "005010X222"), "835": ("835", "005010X221")}
    kind, prefix = names.get(transaction_set, ("unsupported", ""))
    versions = version.upper().split()
    return kind if all(name.startswith(prefix) for name in versions) else "unsupported"


@dataclass
class _Level:
    """An open interchange or group."""

    ordinal: int
    byte_offset: int
    control_number: str = ""
    members: int = 0
    functional: str = ""
    sender: str = ""
    receiver: str = ""
    version: str = ""


class Envelope:
    """Follows ISA, GS, ST and their ends through the file, however it is cut."""

    def __init__(self) -> None:
        self.interchange: _Level | None = None
        self.group: _Level | None = None
        self.transaction: Transaction | None = None
        self.is_implicit = False
        self.is_incomplete = False
        self.has_envelope = True
        self.is_decodable = True
        self.inferred: set[int] = set()
        self.ended: list[Transaction] = []
        self.flaws: list[Flaw] = []
        self.begun_unsupported: list[int] = []
        self.senders: set[str] = set()
        self.last_end = 0
        self.last_ordinal = 0

    def due(self, following: int | None) -> tuple[tuple[Transaction, ...], tuple[Flaw, ...], int]:
        """What came up in front of the segment `following`, or to the end where None: transactions
        that ended, flaws, and the number of unsupported transaction sets. Each is told once."""
        limit = following if following is not None else self.last_ordinal + 2
        ended = tuple(one for one in self.ended if one.ordinal + one.segments <= limit)
        flaws = tuple(flaw for flaw in self.flaws if (flaw.ordinal or 0) < limit)
        unsupported = sum(one < limit for one in self.begun_unsupported)
        self.ended = self.ended[len(ended) :]
        self.flaws = [flaw for flaw in self.flaws if (flaw.ordinal or 0) >= limit]
        self.begun_unsupported = self.begun_unsupported[unsupported:]
        return ended, flaws, unsupported

    def place(self, rows: pl.DataFrame, element: str) -> pl.DataFrame:
        """`rows` of the transaction sets we read, each with its transaction and kind."""
        is_envelope = pl.col("id").is_in(ENVELOPE)
        is_inside = (
            pl.when(is_envelope)
            .then(pl.col("id") == "ST")
            .forward_fill()
            .fill_null(self.transaction is not None and not self.is_implicit)
        )
        is_stray = ~is_inside & pl.col("id").is_in([*STRAY["HC"], *STRAY["HP"]])
        marked = rows.with_columns(_before=pl.col("byte_end").shift(1, fill_value=self.last_end))
        is_dated = pl.col("id").is_in(["BHT", "BPR"])
        events = marked.filter(is_envelope | is_stray | is_dated)
        changes = [(0, *self._here())]
        for row in events.iter_rows(named=True):
            parts = [row["id"], *(row["body"] or "").split(element)]
            self.last_end, self.last_ordinal = row["_before"], row["ordinal"] - 1
            self._meet(row["id"], parts + [""] * (17 - len(parts)), row)
            changes.append((row["ordinal"], *self._here()))
            if row["id"] == "SE":
                self._end_transaction(row["ordinal"], row["byte_end"], parts)
                changes.append((row["ordinal"] + 1, *self._here()))
        if len(rows):
            self.last_end = int(rows["byte_end"][-1])
            self.last_ordinal = int(rows["ordinal"][-1])
        where = pl.DataFrame(
            changes,
            schema={"ordinal": pl.Int64, "transaction": pl.Int64, "kind": pl.String},
            orient="row",
        ).unique("ordinal", keep="last")
        placed = rows.join_asof(where.sort("ordinal"), on="ordinal")
        return placed.filter(pl.col("kind").is_in(["837P", "835"])).with_columns(
            is_carried=pl.lit(False)
        )

    def _here(self) -> tuple[int | None, str | None]:
        return (
            (self.transaction.ordinal, self.transaction.kind) if self.transaction else (None, None)
        )

    def _meet(self, name: str, parts: list[str], row: dict[str, object]) -> None:
        place = _Level(int(str(row["ordinal"])), int(str(row["byte_offset"])))
        end = int(str(row["byte_end"]))
        if name == "ISA":
            self._end_interchange(place.ordinal)
            place.control_number = parts[13].strip()
            self.interchange = place
            if place.byte_offset in self.inferred:
                self._warn(
                    "Q1",
                    place,
                    end,
                    "ISA16 is not the component separator its claims use; theirs was used",
                    "tell the sender: other readers will not split these codes",
                )
        elif name == "GS":
            self._end_group(place.ordinal)
            place.control_number, place.functional = parts[6].strip(), parts[1].strip()
            place.sender, place.receiver = parts[2].strip(), parts[3].strip()
            place.version = parts[8].strip()
            self.group = place
            self.senders.add(place.sender)
            if self.interchange:
                self.interchange.members += 1
        elif name == "ST":
            self._cut_off(place.ordinal)
            if self.group:
                self.group.members += 1
            version = " ".join([self.group.version if self.group else "", parts[3].strip()])
            self._begin(place, guide(parts[1].strip(), version), parts[2].strip(), parts[3].strip())
        elif name == "GE":
            self._check_group(parts, place, end)
        elif name == "IEA":
            self._check_interchange(parts, place, end)
        elif name == "SE":
            if not self.transaction:
                self._warn(
                    "Q3", place, end, "an SE segment has no ST", "compare with the sender's file"
                )
        elif name != "TA1" and not self.transaction:
            self._begin_implicit(place, end, name)
        one = self.transaction
        if one and name == {"837P": "BHT", "835": "BPR"}.get(one.kind) and not one.created_date:
            date, time = (parts[4], parts[5]) if name == "BHT" else (parts[16], "")
            self.transaction = replace(one, created_date=date, created_time=time)

    def _begin(self, place: _Level, kind: str, control_number: str, version: str) -> None:
        group = self.group or _Level(0, 0)
        self.is_implicit = False
        self.transaction = Transaction(
            ordinal=place.ordinal,
            byte_offset=place.byte_offset,
            kind=kind,
            control_number=control_number,
            version=group.version or version,
            interchange_control_number=self.interchange.control_number if self.interchange else "",
            group_control_number=group.control_number,
            sender=group.sender,
            receiver=group.receiver,
        )
        if kind == "unsupported":
            self.begun_unsupported.append(place.ordinal)
            self.flaws.append(
                Flaw(
                    "transaction",
                    "warning",
                    "Q2",
                    f"the transaction set at segment {place.ordinal} is neither an 837 "
                    "professional (005010X222) nor an 835 (005010X221)",
                    "nothing of it was read; keep it out of the inbox, or ask for version 005010",
                    place.ordinal,
                    place.byte_offset,
                    transaction_ordinal=place.ordinal,
                )
            )

    def _begin_implicit(self, place: _Level, end: int, name: str) -> None:
        """Segments outside any ST are read as a transaction set of their own and quarantined."""
        group = self.group.functional if self.group else ""
        stray = next(functional for functional, names in STRAY.items() if name in names)
        named = {"HC": "837", "HP": "835"}.get(group or stray)
        if not named:
            return
        self._begin(place, guide(named, self.group.version if self.group else ""), "", "")
        self.is_implicit = True
        if guide(named, self.group.version if self.group else "") != "unsupported":
            self._quarantine(
                place,
                end,
                f"segments stand outside any transaction set from segment {place.ordinal} on",
            )

    def _quarantine(self, place: _Level | Transaction, end: int, reason: str) -> None:
        self.flaws.append(
            Flaw(
                "transaction",
                "quarantined",
                "Q3",
                reason,
                "ask the sender for the transaction set again: lines of it may be missing",
                place.ordinal,
                place.byte_offset,
                end,
                transaction_ordinal=place.ordinal,
            )
        )

    def _warn(self, code: str, place: _Level, end: int, reason: str, remedy: str) -> None:
        where = f"{reason} (segment {place.ordinal})"
        self.flaws.append(
            Flaw(
                "interchange", "warning", code, where, remedy, place.ordinal, place.byte_offset, end
            )
        )

    def _finish(self, ordinal: int, end: int) -> None:
        if self.transaction and self.transaction.kind != "unsupported":
            segments = ordinal - self.transaction.ordinal + 1
            self.ended.append(replace(self.transaction, byte_end=end, segments=segments))
        self.transaction = None

    def _end_transaction(self, ordinal: int, end: int, parts: list[str]) -> None:
        one = self.transaction
        if one and one.kind != "unsupported" and not self.is_implicit:
            count, control = (*parts[1:3], "", "")[:2]
            if not _is_number(count, ordinal - one.ordinal + 1):
                self._quarantine(
                    one, end, f"SE01 at segment {ordinal} is not the number of segments since ST"
                )
            elif control.strip() != one.control_number:
                self._quarantine(one, end, f"SE02 at segment {ordinal} is not the number in ST02")
        self._finish(ordinal, end)

    def _cut_off(self, before: int) -> None:
        if self.transaction:
            if self.transaction.kind != "unsupported" and not self.is_implicit:
                self._quarantine(
                    self.transaction,
                    self.last_end,
                    f"the transaction set ends before segment {before} without an SE",
                )
            self._finish(before - 1, self.last_end)

    def _end_group(self, before: int) -> None:
        self._cut_off(before)
        if self.group:
            self._warn(
                "Q2",
                self.group,
                self.last_end,
                "the group that begins here has no GE",
                "compare with the sender's file: transaction sets may be missing",
            )
        self.group = None

    def _end_interchange(self, before: int) -> None:
        self._end_group(before)
        if self.interchange:
            self._warn(
                "Q1",
                self.interchange,
                self.last_end,
                "the interchange that begins here has no IEA",
                "compare with the sender's file: groups may be missing",
            )
            self.is_incomplete = True
        self.interchange = None

    def _check_group(self, parts: list[str], place: _Level, end: int) -> None:
        self._cut_off(place.ordinal)
        group, self.group = self.group, None
        if not group:
            reason = "a GE segment has no GS"
        elif not _is_number(parts[1], group.members):
            reason = "GE01 is not the number of transaction sets in the group"
        elif not _is_same(parts[2], group.control_number):
            reason = "GE02 is not the number in GS06"
        else:
            return
        remedy = "compare with the sender's file: transaction sets may be missing"
        if group or self.has_envelope:
            self._warn("Q2", place, end, reason, remedy)

    def _check_interchange(self, parts: list[str], place: _Level, end: int) -> None:
        self._end_group(place.ordinal)
        interchange, self.interchange = self.interchange, None
        if not interchange:
            reason = "an IEA segment has no ISA"
        elif not _is_number(parts[1], interchange.members):
            reason = "IEA01 is not the number of groups in the interchange"
        elif not _is_same(parts[2], interchange.control_number):
            reason = "IEA02 is not the number in ISA13"
        else:
            return
        self.is_incomplete = True
        self._warn(
            "Q1", place, end, reason, "compare with the sender's file: groups may be missing"
        )

    def close(self) -> None:
        """The file ends here."""
        self._end_interchange(self.last_ordinal + 1)

    def report_no_envelope(self, at: int) -> None:
        self.has_envelope = False
        self._warn(
            "Q1",
            _Level(1, at),
            at,
            "no_envelope: the file does not begin with a readable ISA; delimiters were inferred",
            "ask the sender for the whole interchange if control numbers matter",
        )

    def expect(self, at: int, used: str, declared: str) -> None:
        """Where the ISA at `at` declares another component separator than its claims use, say so."""
        if declared and used != declared:
            self.inferred.add(at)

    def report_undecodable(self) -> None:
        if self.is_decodable:
            self.is_decodable = False
            self.flaws.append(
                Flaw(
                    "file",
                    "warning",
                    "Q0",
                    "some bytes are neither UTF-8 nor Windows-1252 and were replaced",
                    "ask the sender for the file in UTF-8",
                )
            )

    def skip(self, text: bytes, start: int, end: int, element: bytes) -> None:
        """Text in front of the first ISA; claims in it would be lost."""
        has_claims = re.search(rb"\b(?:CLM|SV1|CLP|SVC)" + re.escape(element), text)
        self.is_incomplete |= bool(has_claims)
        self.flaws.append(
            Flaw(
                "interchange",
                "warning",
                "Q1",
                "text in front of the first ISA was skipped"
                + (" and contains claim segments" if has_claims else ""),
                "compare with the sender's file",
                0,
                start,
                end,
            )
        )


def _is_number(text: str, number: int) -> bool:
    return text.strip().isdecimal() and int(text) == number


def _is_same(text: str, other: str) -> bool:
    text = text.strip()
    return text == other or (text.isdecimal() and other.isdecimal() and int(text) == int(other))
