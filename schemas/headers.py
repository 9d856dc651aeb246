"""Headers: the YAML in `/* --- ... --- */` at the top of an SQL file, and what a rule's may say.

Every value is read as text (25, no and 2007-01-01 stay what was written) and typed here. What is
wrong is told with file, line and remedy, all of it at once, so that one round of editing is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import yaml

BLOCK = re.compile(
    r"/\*[ \t]*---[ \t]*\n(?P<yaml>.*?)^[ \t]*---[ \t]*\*/", re.DOTALL | re.MULTILINE
)
SEVERITIES = ("error", "warning", "info")
DEFAULTS = ("on", "off")
NEEDS = ("claims", "remits", "chart")
SCOPES = ("patient", "provider", "global")
CORRECTIONS = ("remove",)
GRADES = ("authority", "secondary", "recalled", "inference")
SERIES = ("ptp", "mue", "add_on", "mpfs", "icd10")
RULE_ID = re.compile(r"[A-Z]+[0-9]{3}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
CARC = re.compile(r"[A-Z]{0,2}[0-9]{1,3}")
POPULATION = re.compile(
    r"(?P<table>(core|audit)\.[a-z][a-z0-9_]*)(\s+where\s+(?P<condition>.+))?", re.DOTALL
)


@dataclass(frozen=True)
class Problem:
    """Something wrong in a file an analyst wrote: where, what, and what to do about it."""

    path: Path
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}. {self.remedy}"


@dataclass(frozen=True)
class Block:
    """One header and the SQL under it, each with its first line in the file."""

    yaml: str
    line: int
    sql: str
    sql_line: int


@dataclass(frozen=True)
class Citation:
    """Where a rule comes from, how well it is known, and when somebody last looked."""

    title: str
    grade: str
    checked: date
    url: str | None = None


@dataclass(frozen=True)
class Effective:
    """First and last date of service a rule speaks about; an open end is None."""

    first: date
    last: date | None = None


@dataclass(frozen=True)
class RuleHeader:
    """What the header of a rule says, checked."""

    id: str
    name: str
    summary: str
    severity: str
    category: str
    population: str
    needs: tuple[str, ...]
    requires: tuple[str, ...]
    scope: str
    effective: Effective
    carc: tuple[str, ...]
    citation: tuple[Citation, ...]
    why: str
    exceptions: tuple[str, ...]
    remedy: str
    supersedes: tuple[str, ...] = field(default=())
    releases: tuple[str, ...] = field(default=())
    severity_when: Mapping[str, str] = field(default_factory=dict)
    """Severity a row may have instead of `severity` -> when it has it, in words."""
    default: str = "on"
    """`off`: the rule runs for the payers only whose row in overlays.csv switches it on."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Name of a dated value the rule takes from `core.threshold` -> what it is, in words."""
    chart: tuple[str, ...] = field(default=())
    """Columns of the chart file without which a line is not evaluable; only with `needs: [chart]`."""
    correction: str = ""
    """`remove`: a line that is flagged comes off, unless the record shows what it does not say."""
    evidence: tuple[str, ...] = field(default=())
    """What in the record answers the question of a correction; `remedy` says what to do with it."""

    @property
    def basis(self) -> str:
        """What its findings rest on: `claim` as billed, `chart`, or `payment` once it is answered."""
        if "remits" in self.needs:
            return "payment"
        return "chart" if "chart" in self.needs else "claim"

    @property
    def subject(self) -> str:
        """What it finds: a `provider` where it looks at all of one's claims, else a `line`."""
        return "provider" if self.scope == "provider" else "line"

    @property
    def severities(self) -> tuple[str, ...]:
        """Those its findings may have, its own first."""
        return (self.severity, *self.severity_when)

    @property
    def population_table(self) -> str:
        """`core.mohs_line` of `core.mohs_line where is_first_stage`."""
        return self.population.split(maxsplit=1)[0]

    @property
    def population_condition(self) -> str:
        """What stands after `where`, or `true`."""
        parts = re.split(r"\bwhere\b", self.population, maxsplit=1)
        return parts[1].strip() if len(parts) == 2 else "true"


Item = TypeVar("Item")
OPTIONAL = (
    "supersedes",
    "releases",
    "severity_when",
    "default",
    "parameters",
    "chart",
    "correction",
    "evidence",
)


LOADER = yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader
"""Reads every value as text: a modifier stays 25, a `no` stays no."""


def blocks(text: str) -> list[Block]:
    """Every header of a file with the SQL that follows it, in order."""
    found = list(BLOCK.finditer(text))
    ends = [match.start() for match in found[1:]] + [len(text)] * bool(found)
    read = []
    for match, end in zip(found, ends, strict=True):
        sql = text[match.end() : end]
        start = match.end() + len(sql) - len(sql.lstrip())
        read.append(
            Block(
                yaml=match["yaml"],
                line=text.count("\n", 0, match.start("yaml")) + 1,
                sql=sql.strip().rstrip(";").rstrip(),
                sql_line=text.count("\n", 0, start) + 1,
            )
        )
    return read


def rule_header(block: Block, path: Path) -> tuple[RuleHeader | None, list[Problem]]:
    """A rule's header, or None and what is wrong with it."""
    reader = _Reader(path, block.line)
    try:
        node = yaml.compose(block.yaml, Loader=LOADER)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reader.tell(
            mark.line if mark else 0,
            f"the header is not YAML: {error.problem}",
            "Check the indentation, and quote texts that hold a colon.",
        )
        return None, reader.problems
    if not isinstance(node, yaml.MappingNode):
        reader.tell(
            0, "the header is not a list of `key: value`", "Start from another rule's header."
        )
        return None, reader.problems
    values = reader.mapping(node, [item.name for item in fields(RuleHeader)], OPTIONAL)
    if reader.problems:
        return None, reader.problems
    header = RuleHeader(
        id=reader.text(values["id"], RULE_ID, "letters and three digits, as MOHS020"),
        name=reader.text(
            values["name"], NAME, "small letters and hyphens, as closure-inside-a-flap"
        ),
        summary=reader.text(values["summary"]),
        severity=reader.one_of(values["severity"], SEVERITIES),
        category=reader.text(values["category"], NAME, "small letters and hyphens"),
        population=reader.text(
            values["population"], POPULATION, "core.<table>, or core.<table> where <condition>"
        ),
        needs=reader.each(values["needs"], lambda item: reader.one_of(item, NEEDS), least=1),
        requires=reader.each(
            values["requires"], lambda item: reader.text(item, IDENTIFIER, "a column name")
        ),
        scope=reader.one_of(values["scope"], SCOPES),
        effective=reader.effective(values["effective"]),
        carc=reader.each(
            values["carc"], lambda item: reader.text(item, CARC, "a reason code, as 97")
        ),
        citation=reader.each(values["citation"], reader.citation, least=1),
        why=reader.text(values["why"]),
        exceptions=reader.each(values["exceptions"], reader.text),
        remedy=reader.text(values["remedy"]),
        supersedes=reader.each(
            values.get("supersedes"), lambda item: reader.text(item, RULE_ID, "a rule id")
        ),
        releases=reader.each(values.get("releases"), lambda item: reader.one_of(item, SERIES)),
        severity_when=reader.texts(values.get("severity_when"), SEVERITIES),
        default=reader.one_of(values["default"], DEFAULTS) if "default" in values else "on",
        parameters=reader.texts(values.get("parameters")),
        chart=reader.each(
            values.get("chart"), lambda item: reader.text(item, IDENTIFIER, "a column name")
        ),
        correction=(
            reader.one_of(values["correction"], CORRECTIONS) if "correction" in values else ""
        ),
        evidence=reader.each(values.get("evidence"), reader.text),
    )
    if reader.problems:
        return None, reader.problems
    _check_whole(header, reader, values)
    return (None if reader.problems else header), reader.problems


def _check_whole(header: RuleHeader, reader: _Reader, values: Mapping[str, yaml.Node]) -> None:
    if reader.path.stem != header.id:
        reader.tell_at(
            values["id"],
            f"the id is {header.id} but the file is {reader.path.name}",
            f"Name the file {header.id}.sql, or change the id.",
        )
    if header.severity in header.severity_when:
        reader.tell_at(
            values["severity_when"],
            f"{header.severity} is the rule's severity anyway",
            "Name the other severities a row may have.",
        )
    if "error" in header.severities and {item.grade for item in header.citation} == {"recalled"}:
        reader.tell_at(
            values["severity" if header.severity == "error" else "severity_when"],
            "an error that rests on recalled texts alone",
            "Make it a warning, or cite a text that was read.",
        )
    if header.chart and "chart" not in header.needs:
        reader.tell_at(
            values["chart"],
            "columns of a chart the rule does not need",
            "Put chart under `needs`, or take `chart` out.",
        )
    if header.id in header.supersedes:
        reader.tell_at(values["supersedes"], "the rule supersedes itself", "Take its id out.")


class _Reader:
    """Types the nodes of a header and collects what is wrong with them."""

    def __init__(self, path: Path, first_line: int) -> None:
        self.path = path
        self.first_line = first_line
        self.problems: list[Problem] = []

    def tell(self, line: int, message: str, remedy: str) -> None:
        self.problems.append(Problem(self.path, self.first_line + line, message, remedy))

    def tell_at(self, node: yaml.Node, message: str, remedy: str) -> None:
        self.tell(node.start_mark.line, message, remedy)

    def mapping(
        self, node: yaml.Node, keys: Sequence[str], optional: Sequence[str] = ()
    ) -> dict[str, yaml.Node]:
        """Key -> node; unknown, repeated and missing keys are told."""
        found: dict[str, yaml.Node] = {}
        if not isinstance(node, yaml.MappingNode):
            self.tell_at(node, "`key: value` pairs are wanted here", f"Give {', '.join(keys)}.")
            return found
        for key, item in node.value:
            if key.value not in keys:
                self.tell_at(key, f"unknown key {key.value!r}", f"Known are {', '.join(keys)}.")
            elif key.value in found:
                self.tell_at(key, f"key {key.value!r} stands twice", "Keep one.")
            else:
                found[key.value] = item
        for name in keys:
            if name not in found and name not in optional:
                self.tell_at(node, f"key {name!r} is missing", f"Add `{name}:` to the header.")
        return found

    def text(
        self, node: yaml.Node, pattern: re.Pattern[str] | None = None, wanted: str = ""
    ) -> str:
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            self.tell_at(node, "a text is wanted here", f"Write {wanted or 'a sentence'}.")
            return ""
        text = " ".join(node.value.split())
        if pattern and not pattern.fullmatch(text):
            self.tell_at(node, f"{text!r} will not do", f"Write {wanted}.")
        return text

    def one_of(self, node: yaml.Node, allowed: Sequence[str]) -> str:
        text = self.text(node, wanted=f"one of {', '.join(allowed)}")
        if text and text not in allowed:
            self.tell_at(node, f"{text!r} is not known here", f"Write one of {', '.join(allowed)}.")
        return text

    def each(
        self, node: yaml.Node | None, read: Callable[[yaml.Node], Item], least: int = 0
    ) -> tuple[Item, ...]:
        if node is None:
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self.tell_at(node, "a list is wanted here", "Write [a, b], or one `- item` per line.")
            return ()
        if len(node.value) < least:
            self.tell_at(node, "the list is empty", "Name at least one.")
        return tuple(read(item) for item in node.value)

    def texts(self, node: yaml.Node | None, allowed: Sequence[str] | None = None) -> dict[str, str]:
        """Name -> text; names are those allowed, or any that would do for a column."""
        if node is None:
            return {}
        if allowed is not None:
            return {
                name: self.text(item) for name, item in self.mapping(node, allowed, allowed).items()
            }
        names = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
        for key in names:
            if not IDENTIFIER.fullmatch(key):
                self.tell_at(node, f"{key!r} will not do as a name", "Write it as lookback_days.")
        found = self.mapping(node, names or ["lookback_days"], names or ["lookback_days"])
        return {name: self.text(item) for name, item in found.items()}

    def day(self, node: yaml.Node) -> date:
        text = self.text(node, wanted="a date as 2024-07-01")
        try:
            return date.fromisoformat(text)
        except ValueError:
            if text:
                self.tell_at(node, f"{text!r} is not a date", "Write it as 2024-07-01.")
            return date.min

    def effective(self, node: yaml.Node) -> Effective:
        values = self.mapping(node, ["from", "to"], ["to"])
        first = self.day(values["from"]) if "from" in values else date.min
        last = self.day(values["to"]) if "to" in values else None
        if last is not None and last < first:
            self.tell_at(values["to"], "the rule ends before it begins", "Swap the dates.")
        return Effective(first, last)

    def citation(self, node: yaml.Node) -> Citation:
        values: dict[str, Any] = self.mapping(node, ["title", "url", "grade", "checked"], ["url"])
        return Citation(
            title=self.text(values["title"]) if "title" in values else "",
            grade=self.one_of(values["grade"], GRADES) if "grade" in values else "",
            checked=self.day(values["checked"]) if "checked" in values else date.min,
            url=self.text(values["url"]) if "url" in values else None,
        )
