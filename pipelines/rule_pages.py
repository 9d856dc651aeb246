"""A rule and the rule book as a person reads them: JSON, Markdown."""

from __future__ import annotations

from typing import Any

from pipelines.cases import FLAGGED
from pipelines.cases import markdown as case_markdown
from pipelines.rules import FARTHEST_RELEASE, Book, Rule
from schemas.headers import Citation
from schemas.table import DATE_OPEN

INTRODUCTION = f"""\
Written from `sql/rules/` by `mohs docs`; do not edit. An *error* will be denied or is an
overpayment, a *warning* is likely to be, an *info* is worth a look. Sources are graded: authority
(read in the authority's own file), secondary (a source that quotes it), recalled (from memory of
the text), inference (ours).

A line outside the dates of the published releases a rule leans on is judged by the nearest, says
so, and is not evaluable beyond {FARTHEST_RELEASE} quarters; judged by the PTP release of another
quarter a finding is one severity lower. A payer's row in overlays.csv may switch a rule off or on,
give it another severity, or another value of a parameter.

In the examples, columns not shown are those of a plain Mohs line: Medicare, one patient, one MD
dermatologist with a CLIA number, office, Ohio, C44.311, 2024-08-13. `none` is a place left blank,
`unknown` one the source does not have; `{FLAGGED}` or a reason marks a line that is flagged. A
second table is the chart of the day, one row per lesion and stage; what it does not show is in
order. Every rule has at least two lines it flags and two it passes, a case whose heading says
boundary, and for each thing it does not flag a case whose heading repeats it."""


def catalogue_json(book: Book) -> list[dict[str, Any]]:
    """The catalogue as `mohs rules --json` prints it."""
    return [_as_dictionary(rule) for rule in book.rules]


def _as_dictionary(rule: Rule) -> dict[str, Any]:
    header = rule.header
    effective = {"from": header.effective.first.isoformat()}
    if header.effective.last:
        effective["to"] = header.effective.last.isoformat()
    return {
        "id": header.id,
        "name": header.name,
        "summary": header.summary,
        "severity": header.severity,
        **({"severity_when": dict(header.severity_when)} if header.severity_when else {}),
        **({"default": header.default} if header.default != "on" else {}),
        **({"parameters": dict(header.parameters)} if header.parameters else {}),
        "category": header.category,
        "population": header.population,
        "needs": list(header.needs),
        "requires": list(header.requires),
        "releases": list(header.releases),
        "scope": header.scope,
        "effective": effective,
        "carc": list(header.carc),
        "citation": [
            {
                "title": item.title,
                **({"url": item.url} if item.url else {}),
                "grade": item.grade,
                "checked": item.checked.isoformat(),
            }
            for item in header.citation
        ],
        "why": header.why,
        "exceptions": list(header.exceptions),
        "remedy": header.remedy,
        **({"correction": header.correction} if header.correction else {}),
        **({"evidence": list(header.evidence)} if header.evidence else {}),
        "supersedes": list(header.supersedes),
        "examples": rule.counts,
    }


def explain(rule: Rule, level: int = 1) -> str:
    """A rule as Markdown: what, why, sources, examples, SQL."""
    header = rule.header
    marks = "#" * level
    span = f"from {header.effective.first}"
    if header.effective.last:
        span += f" to {header.effective.last}"
    lines = [
        f"{marks} {header.id} {header.name}",
        "",
        header.summary,
        "",
        f"**{header.severity}** · {header.category} · days of service {span} · {header.scope}",
        "",
        *(f"- **{name}** where {text}" for name, text in header.severity_when.items()),
        *([""] if header.severity_when else []),
        *(
            ["Off unless a payer's row in overlays.csv says `on` or a severity.", ""]
            if header.default == "off"
            else []
        ),
        f"Judges `{header.population}`; needs {', '.join(header.needs)}"
        + (f"; not evaluable without {', '.join(header.requires)}" if header.requires else "")
        + (f"; leans on releases of {', '.join(header.releases)}" if header.releases else "")
        + ".",
        "",
        f"{marks}# Why",
        "",
        header.why,
        "",
    ]
    if header.parameters:
        lines += [f"{marks}# Values", "", *_valued(rule), ""]
    if header.exceptions:
        lines += [f"{marks}# Not flagged", "", *(f"- {item}" for item in header.exceptions), ""]
    lines += [f"{marks}# What to do", "", header.remedy, ""]
    if header.evidence:
        lines += ["Evidence to look for:", "", *(f"- {item}" for item in header.evidence), ""]
    if header.carc:
        lines += [f"Payers deny such lines with CARC {', '.join(header.carc)}.", ""]
    if header.supersedes:
        lines += [f"Stands in for {', '.join(header.supersedes)} on the same line.", ""]
    lines += [f"{marks}# Sources", "", *(f"- {_cited(item)}" for item in header.citation), ""]
    lines += [f"{marks}# Examples", ""]
    for case in rule.cases:
        lines += [f"{marks}## {case.title}", "", *case_markdown(case), ""]
    lines += [f"{marks}# SQL", "", "```sql", rule.sql, "```", ""]
    return "\n".join(lines)


def _cited(item: Citation) -> str:
    title = f"[{item.title}]({item.url})" if item.url else item.title
    return f"{title} ({item.grade}, checked {item.checked})"


def _valued(rule: Rule) -> list[str]:
    """The parameters with their values in force, as a list."""
    lines = []
    for name, meaning in rule.header.parameters.items():
        lines.append(f"- `{name}`: {meaning}")
        for value in rule.values:
            if value.parameter != name:
                continue
            span = f"from {value.first}"
            if value.last.isoformat() != DATE_OPEN:
                span += f" to {value.last}"
            who = f"for {value.payer} " if value.payer else ""
            graded = f"{value.source}; {value.evidence}" if value.evidence else value.source
            lines.append(f"  - **{value.value}** {who}{span} ({graded})")
    return lines


def markdown(book: Book) -> str:
    """`docs/rules.md`: the book as a table, then every rule."""
    lines = [
        "# Rules",
        "",
        *INTRODUCTION.splitlines(),
        "",
        "| rule | name | severity | what it finds |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| [{rule.id}](#{rule.id.lower()}-{rule.header.name}) | {rule.header.name} "
        f"| {rule.header.severity} | {rule.header.summary} |"
        for rule in book.rules
    ]
    return "\n".join([*lines, "", *(explain(rule, level=2) for rule in book.rules)])
