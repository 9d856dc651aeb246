"""Evidence files: all that is known of one denied line, in one page that needs nothing else.

They name claims and stay at the workplace; no name, member number or birth date of a patient is in
them: of the source only segments that cannot hold one are shown.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from pipelines import records, rules, sources, steps, warehouse
from pipelines.places import Place
from pipelines.warehouse import Connection
from reports import writing

SHOWABLE = frozenset(
    {"LX", "SV1", "DTP", "REF", "AMT", "CAS", "SVD", "QTY", "HCP", "CN1", "PS1", "SVC", "DTM", "LQ"}
)
"""Segments of a service line of 837P and 835 that say nothing of who the patient is."""
X12 = ("837P", "835")
SAFE = re.compile(r"[A-Z0-9][A-Z0-9_\-]{0,80}")
DEVICES = re.compile(r"(CON|PRN|AUX|NUL|COM\d|LPT\d)")
"""Names Windows keeps for itself."""
ROWS = {
    "line": "SELECT * FROM core.service_line WHERE line_id = ?",
    "episode": "SELECT * FROM audit.denial_episode WHERE line_id = ?",
    "item": "SELECT * FROM audit.work_item WHERE line_id = ?",
    "price": "SELECT * FROM audit.expected_payment WHERE line_id = ?",
    "variance": "SELECT * FROM audit.payment_variance WHERE line_id = ?",
}
"""What there is at most one row of."""
LISTS = {
    "decisions": "SELECT * FROM reference.disposition WHERE line_id = ? ORDER BY decided_date, rule_id",
    "corrections": "SELECT * FROM audit.counterfactual WHERE line_id = ? "
    "ORDER BY step NULLS LAST, rule_id",
    "adjustments": "SELECT * FROM core.adjustment WHERE line_id = ? ORDER BY ordinal, position",
    "remittances": "SELECT claims.payer, claims.payer_claim_id, claims.claim_status_code, lines.* "
    "FROM core.remit_line AS lines JOIN core.remit_claim AS claims USING (remit_claim_id) "
    "WHERE lines.line_id = ? ORDER BY lines.payment_date, lines.file_id, lines.ordinal",
    "findings": "SELECT findings.*, rules.name, rules.summary, rules.citation, rules.remedy, "
    "rules.evidence FROM audit.finding AS findings LEFT JOIN audit.rule AS rules USING (rule_id) "
    "WHERE findings.line_id = ? AND findings.state <> 'gone' ORDER BY findings.rule_id",
    "beside": "SELECT others.* FROM core.service_line AS others JOIN core.service_line AS own "
    "USING (encounter_id) WHERE own.line_id = ? AND others.line_id <> own.line_id "
    "ORDER BY others.line_id",
}


def write(place: Place, lines: Sequence[str], folder: Path) -> list[Path]:
    """One private file per line in the folder; a file of the same line is replaced.

    Raises UnusableWarehouse, before anything is written, for a line that is not there.
    """
    connection = steps.open_snapshot(place)
    try:
        made = writing.environment(steps.facts_of(connection))
        made.filters["dollars"] = _dollars
        book = rules.read_book(*steps.own_rules(place), practice=place.practice)
        cited = {rule.id: rule for rule in book.rules}
        texts = {
            file_name(line_id): document(
                made, gather(connection, place, line_id, cited=cited)
            ).encode()
            for line_id in dict.fromkeys(lines)
        }
    finally:
        connection.close()
    writing.folder(folder)
    for name, text in texts.items():
        writing.write_private(folder / name, text)
    return [folder / name for name in texts]


def file_name(line_id: str) -> str:
    """A name any disk takes, unlike that of any other line."""
    if SAFE.fullmatch(line_id) and not DEVICES.fullmatch(line_id):
        return f"{line_id}.html"
    clean = re.sub(r"[^A-Za-z0-9_\-]+", "_", line_id)[:60].strip("_") or "line"
    return f"{clean}.{hashlib.sha256(line_id.encode()).hexdigest()[:8]}.html"


def document(made: jinja2.Environment, known: Mapping[str, Any]) -> str:
    """The file's text."""
    return made.get_template("evidence.html.j2").render(**known)


def gather(
    connection: Connection,
    place: Place,
    line_id: str,
    *,
    cited: Mapping[str, rules.Rule],
) -> dict[str, Any]:
    """What the snapshot, the rule book and the source files say of a line, for the template.

    Raises UnusableWarehouse for a line that is not there.
    """
    known: dict[str, Any] = {"line_id": line_id}
    for name, query in ROWS.items():
        found = warehouse.select(connection, query, [line_id])
        known[name] = found.row(0, named=True) if found.height else None
    if known["line"] is None and known["episode"] is None:
        raise warehouse.UnusableWarehouse(
            f"{line_id}: no such line; `mohs worklist` lists those that are open"
        )
    for name, query in LISTS.items():
        known[name] = warehouse.select(connection, query, [line_id]).to_dicts()
    payer = (known["line"] or known["episode"])["payer"]
    for finding in known["findings"]:
        rule = cited.get(finding["rule_id"])
        finding["citations"] = rule.header.citation if rule else ()
        is_known = rule is not None and rule.version == finding["rule_version"]
        finding["is_rule_changed"] = rule is not None and not is_known
        finding["record"] = records.describe_record(connection, finding["rule_id"], payer)
    known["source"] = _source(place, known["line"]) if known["line"] else None
    for remit in known["remittances"]:
        remit["origin"] = _source(place, remit)
    known["as_of_date"] = warehouse.value(connection, "SELECT as_of_date FROM audit.data_cut")
    return known


def _source(place: Place, row: Mapping[str, Any]) -> dict[str, Any]:
    found = sources.read(place, row)
    is_x12 = found.kind in X12
    return {
        "name": found.name,
        "place": found.place,
        "sha256": found.sha256,
        "trouble": found.trouble,
        "is_withheld": bool(found.segments) and not is_x12,
        "segments": [_shown(segment) for segment in found.segments] if is_x12 else [],
    }


def _shown(segment: str) -> str:
    tag = re.match(r"[A-Z][A-Z0-9]{1,2}", segment)
    name = tag[0] if tag else ""
    return segment if name in SHOWABLE else f"{name or '?'} (not shown)"


def _dollars(amount: Any) -> str:
    return "unknown" if amount is None else f"${amount:,.2f}"
