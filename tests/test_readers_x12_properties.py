"""X12 reader: what must hold however a file is delimited, cut off, damaged or read in parts."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from pipelines.readers import UnreadableFile, x12
from tests.x12_reading import FILES, Reading, read, segments_of

PLACES = ("file_id", "byte_offset", "byte_end")
NAMES = ("claims.837", "remits.835")
DELIMITERS = "*|~!@#$%&<>;?=+_/\\`{}[]'\",:\x1c\x1d\x1e\x1f"
"""Characters that stand nowhere in the data of our files but, `:`, in a free text."""

ENVELOPE = ("ISA*", "GS*", "ST*", "SE*", "GE*", "IEA*")

few = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def read_bytes(data: bytes) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.x12"
        path.write_bytes(data)
        return read(path)


@st.composite
def renderings(draw: st.DrawFn) -> tuple[str, bytes, list[int], list[int]]:
    """One of our files with other delimiters: name, bytes, where each segment begins and ends."""
    name = draw(st.sampled_from(NAMES))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
    letters = DELIMITERS + ("§¦" if encoding == "cp1252" else "")
    element, component, terminator = draw(st.permutations(letters))[:3]
    end = draw(st.sampled_from(["", "\n", "\r\n", "  \n", "newline"]))
    if end == "newline":
        terminator, end = draw(st.sampled_from(["\n", "\r\n", "\r"])), ""
    is_trimmed = draw(st.booleans())
    has_last_terminator = draw(st.booleans())
    data = b"\xef\xbb\xbf" if encoding == "utf-8-sig" else b""
    encoding = encoding.removesuffix("-sig")
    data += draw(st.sampled_from([b"", b"\n\r\n", b"   "]))
    starts, stops = [], []
    segments = segments_of(name)
    for position, segment in enumerate(segments):
        if segment.startswith("ISA") and is_trimmed:
            segment = "*".join(part.strip() for part in segment.split("*"))
        told = str.maketrans({"*": element, ":": component})
        starts.append(len(data))
        data += segment.translate(told).encode(encoding)
        if position + 1 < len(segments) or has_last_terminator:
            data += terminator.encode(encoding)
        stops.append(len(data))
        if position + 1 < len(segments):
            data += end.encode()
    return name, data, starts, stops


@pytest.fixture(scope="module")
def whole() -> dict[str, Reading]:
    return {name: read(FILES / name) for name in NAMES}


def last_segments(name: str, frame_ends: list[int]) -> list[int]:
    """Index of the segment of our file that ends where a landed row ends."""
    ends, at = {}, 0
    for index, segment in enumerate(segments_of(name)):
        at += len(f"{segment}~".encode())
        ends[at] = index
        at += 1
    return [ends[end] for end in frame_ends]


@few
@given(rendering=renderings())
def test_delimiters_do_not_matter(
    rendering: tuple[str, bytes, list[int], list[int]], whole: dict[str, Reading]
) -> None:
    name, data, starts, stops = rendering
    expected, found = whole[name], read_bytes(data)
    assert found.problems.is_empty()
    assert found.frames.keys() == expected.frames.keys()
    for table, frame in expected.frames.items():
        other = found.frames[table]
        assert_frame_equal(frame.drop(PLACES), other.drop(PLACES))
        assert other["byte_offset"].to_list() == [starts[at - 1] for at in frame["ordinal"]]
        last = last_segments(name, frame["byte_end"].to_list())
        assert other["byte_end"].to_list() == [stops[index] for index in last]
    assert (found.rows_in, found.charge_in) == (expected.rows_in, expected.charge_in)


def lines_of(found: Reading) -> int:
    return len(found.rows("service_line")) + len(found.rows("remit_line"))


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_cut_off_after_any_segment(name: str) -> None:
    segments = segments_of(name)
    begin = next(at for at, text in enumerate(segments) if text.startswith("ST*"))
    end = next(at for at, text in enumerate(segments) if text.startswith("SE*"))
    for kept in range(1, len(segments) + 1):
        part = segments[:kept]
        found = read_bytes("".join(f"{segment}~" for segment in part).encode())
        raw = sum(text.startswith(("SV1*", "SVC*")) for text in part)
        assert found.rows_in == lines_of(found) == raw
        claims = sum(text.startswith(("CLM*", "CLP*")) for text in part)
        assert len(found.rows("claim")) + len(found.rows("remit_claim")) == claims
        is_open = begin < kept <= end
        assert found.quarantined() == ([("transaction", "Q3")] if is_open else [])
        assert found.is_incomplete is (kept < len(segments))


@few
@given(name=st.sampled_from(NAMES), kept=st.floats(0, 1))
def test_cut_off_at_any_byte(name: str, kept: float) -> None:
    data = (FILES / name).read_bytes()
    data = data[: int(kept * len(data))]
    isa = data.split(b"~")[0]
    try:
        found = read_bytes(data)
    except UnreadableFile:
        assert isa == data
        return
    raw = re.findall(rb"(?:^|~\n)(?:SV1|SVC)(?=[*~]|$)", data)
    assert found.rows_in == lines_of(found) == len(raw)


def damaged(draw: Callable[..., Any]) -> list[str]:
    """Both our files in one, with some segments lost, doubled, moved, misspelt or cut."""
    segments = segments_of(NAMES[0]) + segments_of(NAMES[1])
    for _ in range(draw(st.integers(0, 6))):
        at = draw(st.integers(1, len(segments) - 1))
        other = draw(st.integers(1, len(segments) - 1))
        how = draw(st.sampled_from(["lose", "double", "swap", "lower", "rename", "cut", "end"]))
        if how == "lose" and len(segments) > 3:
            del segments[at]
        elif how == "double":
            segments.insert(at, segments[other])
        elif how == "swap":
            segments[at], segments[other] = segments[other], segments[at]
        elif how == "lower":
            segments[at] = segments[at].lower()
        elif how == "rename":
            segments[at] = f"ZZ{segments[at]}"
        elif how == "cut":
            segments[at] = segments[at][: other % (len(segments[at]) + 1)]
        elif how == "end":
            segments = segments[: max(at, 3)]
    return segments


def is_enveloped(segments: list[str]) -> bool:
    """The segments of interchange, group and transaction set stand where they stood."""
    envelopes = [
        [segment.split("*")[0] for segment in some if segment.startswith(ENVELOPE)]
        for some in (segments, segments_of(NAMES[0]) + segments_of(NAMES[1]))
    ]
    starts = [segment.split("*")[0] for segment in segments[:3]]
    return envelopes[0] == envelopes[1] and starts == ["ISA", "GS", "ST"]


@pytest.mark.slow
@settings(few, max_examples=25, derandomize=True)
@given(data=st.data(), size=st.sampled_from([150, 400, 900]))
def test_reading_in_parts_changes_nothing(
    data: st.DataObject, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = damaged(data.draw)
    text = "".join(f"{segment}~\n" for segment in segments).encode()
    monkeypatch.setattr(x12, "CHUNK", 2**20)
    expected = read_bytes(text)
    monkeypatch.setattr(x12, "CHUNK", size)
    found = read_bytes(text)
    assert found.frames.keys() == expected.frames.keys()
    for table, frame in expected.frames.items():
        assert_frame_equal(frame, found.frames[table])
    told, wanted = (set(map(repr, reading.problems.iter_rows())) for reading in (found, expected))
    # of a damaged envelope a part may tell less (docs/limits.md), never something else
    assert told <= wanted
    if is_enveloped(segments):
        assert_frame_equal(found.problems, expected.problems)
    assert (found.rows_in, found.charge_in) == (expected.rows_in, expected.charge_in)
    assert found.is_incomplete == expected.is_incomplete
    assert found.rows_in == lines_of(found)


def test_parts_never_split_a_claim(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.readers import Source, edi

    monkeypatch.setattr(x12, "CHUNK", 200)
    seen: dict[str, set[int]] = {}
    parts = 0
    for batch in edi.read(Source(FILES / "claims.837")):
        parts += 1
        lines = batch.frames.get("landing.service_line")
        claims = batch.frames.get("landing.claim")
        own = set(claims["ordinal"]) if claims is not None else set()
        if lines is not None:
            assert set(lines["claim_ordinal"]) <= own
        for table, frame in batch.frames.items():
            assert not seen.setdefault(table, set()) & set(frame["ordinal"])
            seen[table] |= set(frame["ordinal"])
    assert parts > 2
