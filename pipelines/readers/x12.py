"""X12: delimiters, segments and envelope of one file, in bounded memory.

A file is a column of segments. `chunks` yields it in parts cut where a claim begins, each with the
segments a later part still needs (transaction header, hierarchy) in front. This module knows
neither landing tables nor loops and imports nothing of ours but the envelope, so that it can be
replaced.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.readers.x12_envelope import Envelope, Flaw, Transaction

CHUNK = 2 * 2**20
"""Bytes read at a time; 60 MB of memory, and more gains no speed."""
LARGEST_FILE = 4 * 2**30
LARGEST_PIECE = 64 * 2**20
"""One segment or one claim may not be longer than this: memory would not be bounded."""
HEAD = 65536
"""The first interchange must begin within these bytes."""
ISA_ROOM = 512
"""Bytes after `ISA` that are enough to read its 16 elements; the standard says 106."""
SHOWING = 16384
"""Bytes of an interchange looked at for the component separator its composites use."""

BEGINNINGS = {"837P": ("ST", "SE", "HL", "CLM"), "835": ("ST", "SE", "CLP")}
"""A file may be cut in front of these without splitting a claim."""

_ISA = re.compile(rb"ISA([^A-Za-z0-9\s])")
_START = re.compile(
    rb"(?:GS(?P<gs>[^A-Za-z0-9\s])[A-Z]{2}(?P=gs)|ST(?P<st>[^A-Za-z0-9\s])\d{3}(?P=st))"
)
_VERSION = re.compile(rb"\d{5}")
_BLANK = b" \t\r\n\f\v"
_BOM = codecs.BOM_UTF8


class NotX12(ValueError):
    """No part of the file can be read as X12; the message says why and what to do."""


@dataclass(frozen=True)
class Delimiters:
    """What separates elements and components and what ends a segment; one character each."""

    element: str
    component: str
    terminator: str


@dataclass(frozen=True)
class Chunk:
    """Whole claims of a file.

    `segments`, one row each in file order: `ordinal` (from 1), `byte_offset`, `byte_end` (after the
    terminator) in the original bytes, `id` in upper case, `body` (text after it), `is_wrong_case`,
    `transaction` (ordinal of its ST), `kind` (837P or 835), `is_carried` (repeated from an earlier
    chunk for context). Segments of other transaction sets and of the envelope are left out.
    """

    segments: pl.DataFrame
    delimiters: Delimiters
    transactions: tuple[Transaction, ...]
    """Those that end here."""
    flaws: tuple[Flaw, ...]
    unsupported: int
    """Transaction sets of other guides that begin here."""
    senders: frozenset[str]
    encoding: str
    bytes_read: int
    is_incomplete: bool


def recognises(head: bytes) -> bool:
    """True where the first bytes of a file look like X12: an ISA, or GS or ST at the start."""
    text = head.removeprefix(_BOM).lstrip(_BLANK)
    if _ISA.match(text) or _START.match(text):
        return True
    return any(_delimiters_of(head, found.start()) for found in _ISA.finditer(head))


def encoding_of(path: Path) -> str:
    """`utf-8` where the whole file decodes strictly, else `cp1252`."""
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    try:
        with path.open("rb") as stream:
            while block := stream.read(2**20):
                if not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def chunks(
    path: Path,
    context: Callable[[pl.DataFrame, Delimiters], pl.DataFrame],
    size: int = CHUNK,
) -> Iterator[Chunk]:
    """The file in parts of about `size` bytes that never split a claim.

    `context(segments, delimiters)` picks, of the segments of a transaction that goes on, those the
    next part needs in front. Raises NotX12.
    """
    length = path.stat().st_size
    if length == 0:
        raise NotX12("the file is empty; ask its sender for it again")
    if length > LARGEST_FILE:
        raise NotX12("the file is larger than 4 GiB; ask its sender for smaller files")
    encoding = encoding_of(path)
    envelope = Envelope()
    pending = carried = _no_segments()
    last = 0
    for run in _runs(path, encoding, size, envelope):
        rows, last = _segments(run, encoding, last, envelope)
        rows = envelope.place(rows, run.delimiters.element)
        rows = pl.concat([pending, rows]) if len(pending) else rows
        is_whole = run.is_last_of_kind or (len(rows) > 0 and rows["id"][-1] == "SE")
        cut = len(rows) if is_whole else _last_beginning(rows)
        reached = run.end if cut == len(rows) else int(rows["byte_offset"][cut])
        if cut < len(rows) and rows["byte_end"][-1] - reached > LARGEST_PIECE:
            raise NotX12(
                f"the claim at byte {reached} goes on for more than {LARGEST_PIECE >> 20} MiB; "
                "the file is damaged there: ask its sender for it again"
            )
        ready, pending = rows[:cut], rows[cut:]
        if run.is_end:
            envelope.close()
        upcoming = int(pending["ordinal"][0]) if len(pending) else last + 1
        segments = pl.concat([carried, ready]) if len(carried) else ready
        if run.is_last_of_kind or not len(pending):
            carried = _no_segments()
        elif len(ready):
            is_open = segments["transaction"] == pending["transaction"][0]
            carried = context(segments.filter(is_open), run.delimiters).with_columns(
                is_carried=pl.lit(True)
            )
        transactions, found, unsupported = envelope.due(None if run.is_end else upcoming)
        if len(ready) or transactions or found or unsupported or run.is_end:
            yield Chunk(
                segments=segments,
                delimiters=run.delimiters,
                transactions=transactions,
                flaws=found,
                unsupported=unsupported,
                senders=frozenset(envelope.senders),
                encoding=encoding,
                bytes_read=reached,
                is_incomplete=envelope.is_incomplete,
            )


def _no_segments() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "ordinal": pl.Int64,
            "byte_offset": pl.Int64,
            "byte_end": pl.Int64,
            "id": pl.String,
            "body": pl.String,
            "is_wrong_case": pl.Boolean,
            "transaction": pl.Int64,
            "kind": pl.String,
            "is_carried": pl.Boolean,
        }
    )


def _last_beginning(rows: pl.DataFrame) -> int:
    begins = pl.any_horizontal(
        (pl.col("kind") == kind) & pl.col("id").is_in(names) for kind, names in BEGINNINGS.items()
    )
    places = rows.select(begins).to_series().arg_true()
    return int(places[-1]) if len(places) else 0


@dataclass(frozen=True)
class _Run:
    """Whole segments with the same delimiters."""

    data: bytes
    offset: int
    delimiters: Delimiters
    is_last_of_kind: bool
    is_end: bool

    @property
    def end(self) -> int:
        return self.offset + len(self.data)


def _delimiters_of(data: bytes, at: int) -> tuple[bytes, bytes, bytes] | None:
    """Element, component, terminator as the ISA at `at` has them; it need not be 106 bytes long."""
    element = data[at + 3 : at + 4]
    parts = data[at : at + ISA_ROOM].split(element, 16)
    if len(parts) < 17 or not _VERSION.fullmatch(b"".join(parts[12].split())):
        return None
    rest = parts[16]
    component, end = rest[:1], rest[1:3]
    if not component or component.isalnum() or component in _BLANK:
        return None
    if end[:2] in (b"GS", b"TA", b"IE"):
        return element, b"", component
    if end == b"\r\n":
        terminator = b"\n"
    elif not end or end[:1].isalnum() or end[:1] in b" \t" or end[:1] == element:
        return None
    else:
        terminator = end[:1]
    if terminator in (b"\r", b"\n"):
        line = rest[1:].lstrip(b"\r\n").partition(terminator)[0].rstrip(b"\r")
        if line.endswith(component) and element in line:
            return element, b"", component
    return element, component, terminator


def _inferred(data: bytes, at: int) -> tuple[bytes, bytes, bytes] | None:
    """Element and terminator of a file without a readable ISA, told from its first two segments."""
    place = at + (3 if data[at : at + 3] == b"ISA" else 2)
    element = data[place : place + 1]
    ends = rb"(?:([^A-Za-z0-9\s" + re.escape(element) + rb"])\s*|([\r\n]+))"
    ids = rb"(?:GS|ST|BHT|BPR|TRN|HL|NM1|N1|REF|CLM|CLP|LX|SE|GE|IEA)"
    found = re.compile(ends + ids + re.escape(element)).search(data, place + 1)
    if not found:
        return None
    return element, b"", found[1] or (b"\n" if b"\n" in found[2] else b"\r")


def _component(data: bytes, element: bytes) -> bytes:
    """The component separator as SV101, SVC01 or CLM05 show it, else `:`."""
    one = re.escape(element)
    shown = re.search(rb"(?:SV1|SVC)" + one + rb"[A-Z]{2}([^A-Za-z0-9\s])", data) or re.search(
        rb"CLM(?:" + one + rb"[^" + one + rb"]*){4}" + one + rb"\d\d([^A-Za-z0-9\s])", data
    )
    if shown and shown[1] != element:
        return shown[1]
    return b":" if element != b":" else b">"


def _used_component(found: tuple[bytes, bytes, bytes], data: bytes) -> bytes:
    """The component separator an interchange uses, where that is not the one its ISA declares.

    Another one is believed only where the declared one stands in none of the composites looked at
    (SV101, SVC01, CLM05, the first of HI) and the same other character follows the qualifier in
    every one of them; else the declared one is returned.
    """
    element, component, terminator = found
    one, until = re.escape(element), rb"[^" + re.escape(element + terminator) + rb"]*"
    qualified = (
        rb"(?:SV1|SVC)" + one + rb"(?:AD|ER|HC|HP|IV|WK)",
        rb"HI" + one + rb"(?:ABK|BK)",
        rb"CLM(?:" + one + until + rb"){4}" + one + rb"[0-9]{2}",
    )
    composites = re.compile(rb"\b(?:" + rb"|".join(qualified) + rb")(" + until + rb")")
    following = [rest for rest in composites.findall(data) if rest]
    shown = {rest[:1] for rest in following}
    if len(shown) != 1 or any(component in rest for rest in following):
        return component
    other = shown.pop()
    return component if other.isalnum() or other in _BLANK else other


def _interchange(data: bytes, at: int) -> bytes:
    """What is looked at of the interchange whose ISA is at `at`."""
    following = _ISA.search(data, at + 3, at + SHOWING)
    return data[at : following.start() if following else at + SHOWING]


def _decoded(found: tuple[bytes, bytes, bytes], data: bytes, encoding: str) -> Delimiters:
    element, component, terminator = found
    component = _used_component(found, data) if component else _component(data, element)
    try:
        return Delimiters(*(one.decode(encoding) for one in (element, component, terminator)))
    except UnicodeDecodeError as error:
        raise NotX12(
            "a delimiter in the ISA segment is not a single character; ask the sender to use * : ~"
        ) from error


def _beginning(head: bytes, encoding: str, envelope: Envelope) -> tuple[int, Delimiters]:
    """Where the first segment begins, and the delimiters there."""
    at = len(_BOM) if head.startswith(_BOM) else 0
    at += len(head[at:]) - len(head[at:].lstrip(_BLANK))
    found = _delimiters_of(head, at) if _ISA.match(head, at) else None
    if not found and not _START.match(head, at):
        for isa in _ISA.finditer(head, at):
            found = _delimiters_of(head, isa.start())
            if found:
                envelope.skip(head[at : isa.start()], at, isa.start(), found[0])
                at = isa.start()
                break
    if not found and (_ISA.match(head, at) or _START.match(head, at)):
        found = _inferred(head, at)
        envelope.report_no_envelope(at)
    if not found:
        raise NotX12(
            "no ISA segment, or one that does not show its delimiters, in the first 64 KiB; "
            "if this is an X12 file, ask its sender for it again"
        )
    delimiters = _decoded(found, head if not found[1] else _interchange(head, at), encoding)
    envelope.expect(at, delimiters.component, found[1].decode(encoding, "replace"))
    return at, delimiters


def _runs(path: Path, encoding: str, size: int, envelope: Envelope) -> Iterator[_Run]:
    with path.open("rb") as stream:
        offset, delimiters = _beginning(stream.read(HEAD), encoding, envelope)
        first = offset
        stream.seek(offset)
        buffer = b""
        while block := stream.read(size):
            buffer += block
            begin, hold = 0, len(buffer)
            is_end = offset + len(buffer) >= path.stat().st_size
            for found in _ISA.finditer(buffer):
                at = found.start()
                if offset + at == first or not _begins(
                    buffer, at, delimiters.terminator.encode(encoding)
                ):
                    continue
                if len(buffer) - at < SHOWING and not is_end:
                    hold = at
                    break
                shown = _delimiters_of(buffer, at)
                changed = delimiters
                if shown:
                    changed = _decoded(shown, _interchange(buffer, at), encoding)
                    declared = shown[1].decode(encoding, "replace")
                    envelope.expect(offset + at, changed.component, declared)
                if changed != delimiters:
                    if at > begin:
                        yield _Run(buffer[begin:at], offset + begin, delimiters, True, False)
                    begin, delimiters = at, changed
            if is_end:
                yield _Run(buffer[begin:], offset + begin, delimiters, True, True)
                return
            cut = buffer.rfind(delimiters.terminator.encode(encoding), begin, hold) + 1 or begin
            if cut > begin:
                yield _Run(buffer[begin:cut], offset + begin, delimiters, False, False)
            buffer, offset = buffer[cut:], offset + cut
            if len(buffer) > LARGEST_PIECE:
                raise NotX12(
                    f"no segment ends within {LARGEST_PIECE >> 20} MiB after byte {offset}; "
                    "the delimiters in the ISA segment are wrong: ask the sender for the file again"
                )
    raise NotX12("the file became shorter while it was read; read it again when it is whole")


def _begins(buffer: bytes, at: int, terminator: bytes) -> bool:
    """True where a segment may begin: after a terminator, a blank or a byte order mark."""
    before = buffer[max(0, at - 1) : at]
    return not before or before == terminator or before in _BLANK or before == _BOM[-1:]


def _segments(run: _Run, encoding: str, last: int, envelope: Envelope) -> tuple[pl.DataFrame, int]:
    """The segments of a run, numbered after `last`, and the number of the last one."""
    data = run.data
    if encoding != "utf-8":
        text = data.decode(encoding, "replace")
        if "\ufffd" in text:
            envelope.report_undecodable()
        data = text.encode()
    raw = _pieces(data, run.delimiters.terminator)
    length = pl.col("raw").str.len_bytes() if encoding == "utf-8" else pl.col("raw").str.len_chars()
    blank = "".join(char for char in " \t\r\n\f\v\ufeff" if char != run.delimiters.element)
    rows = (
        raw.to_frame("raw")
        .with_columns(_length=length.cast(pl.Int64))
        .with_columns(
            byte_end=pl.col("_length").cum_sum() + pl.int_range(1, pl.len() + 1) + run.offset,
            raw=pl.col("raw").str.strip_chars_start(blank),
        )
        .with_columns(byte_offset=pl.col("byte_end") - 1 - length.cast(pl.Int64))
        .with_columns(
            byte_end=pl.col("byte_end").clip(upper_bound=run.end),
            raw=pl.col("raw").str.strip_chars_end("\r\n"),
        )
        .filter(pl.col("raw") != "")
        .with_columns(
            ordinal=pl.int_range(last + 1, last + 1 + pl.len(), dtype=pl.Int64),
            raw=pl.col("raw").str.splitn(run.delimiters.element, 2),
        )
        .with_columns(
            _id=pl.col("raw").struct.field("field_0"),
            body=pl.col("raw").struct.field("field_1"),
        )
        .with_columns(id=pl.col("_id").str.to_uppercase())
        .select(
            "ordinal",
            "byte_offset",
            "byte_end",
            "id",
            "body",
            is_wrong_case=pl.col("id") != pl.col("_id"),
        )
    )
    if rows["body"].str.contains("[\r\n]").any():
        # a file wrapped into lines of fixed length
        rows = rows.with_columns(pl.col("id", "body").str.replace_all("[\r\n]+", ""))
    return rows, last + len(rows)


def _pieces(data: bytes, terminator: str) -> pl.Series:
    """UTF-8 text cut at every terminator, nothing stripped."""
    unused = next((chr(code) for code in range(1, 9) if bytes([code]) not in data), None)
    if unused and terminator.isascii() and terminator not in "\r\n":
        # the CSV parser cuts four times faster than split; the lengths show that none of its own
        # rules (blank lines, byte order mark) applied
        try:
            cut = pl.read_csv(
                data,
                has_header=False,
                new_columns=["raw"],
                separator=unused,
                eol_char=terminator,
                quote_char=None,
                infer_schema=False,
                empty_string_is_null=False,
            )["raw"]
        except pl.exceptions.PolarsError:
            cut = pl.Series("raw", [], dtype=pl.String)
        ends = 0 if data.endswith(terminator.encode()) else 1
        if int(cut.str.len_bytes().sum()) + len(cut) - ends == len(data):
            return cut
    return pl.Series("raw", data.decode().split(terminator), dtype=pl.String)
