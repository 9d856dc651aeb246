"""Column mappings: which column of an export is which of ours, as YAML an analyst can write.

The language is described at the top of `mappings/generic.yaml`. Every scalar stays text, so that
`25`, `59` and `no` are what they look like.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from pipelines.readers import UnreadableFile
from schemas.charts import LandedChart
from schemas.landing import Place
from schemas.table import polars_schema

SHIPPED = Path(__file__).parent / "mappings"

EXPORT = [
    "claim_id",
    "line_number",
    "patient_id",
    "rendering_npi",
    "date_of_service",
    "procedure_code",
    "units",
    "charge",
    "modifiers",
    "diagnosis_codes",
    "place_of_service",
    "payer",
    "line_of_business",
    "billing_npi",
    "rendering_type",
    "patient_sex",
    "patient_birth_date",
    "locality",
    "zip",
    "frequency_code",
    "original_claim_id",
    "submitted_date",
    "received_date",
    "clia_number",
    "adjudicated_date",
    "allowed",
    "paid",
    "deductible",
    "coinsurance",
    "adjustments",
    "remarks",
]
"""The columns of the generic export, in the order of the contract."""

MORE = [
    "payer_identifier",
    "payer_claim_id",
    "filing_indicator",
    "assignment",
    "referring_npi",
    "patient_paid",
    "prior_authorization",
    "control_number",
    "trace_number",
    "exported_date",
]
"""Further fields an export may be mapped to; the contract has no header for them."""

CHART = [name for name in polars_schema(LandedChart) if name not in polars_schema(Place)]
"""The columns of the chart file, in the order of the contract."""

FIELDS = {"export": [*EXPORT, *MORE], "chart": CHART}

TOP_KEYS = [
    "name",
    "title",
    "kind",
    "produces",
    "identify",
    "may_lack",
    "required",
    "delimiters",
    "columns",
    "adjustments",
    "accept",
    "ignore",
]
COLUMN_KEYS = ["from", "any", "with", "constant", "values", "code", "pad", "money", "date"]

MONEY_GROUPED = r"^(-?)\$?(-?)([0-9]{1,3}(?:,[0-9]{3})+|[0-9]*)(\.[0-9]*)?$"
ADJUSTMENT = re.compile(r"^[A-Z]{2}-[A-Z]?[0-9]{1,3}$")


class MappingError(UnreadableFile):
    """A mapping file that cannot be used; the message names the file, the key and the remedy."""


@dataclass(frozen=True)
class Column:
    """Where one field comes from and how its text is made plain."""

    sources: tuple[str, ...] = ()
    """Headers (as `header_key` writes them) whose texts are joined."""
    alternatives: tuple[str, ...] = ()
    """Headers of which the first that the file has is taken."""
    joiner: str = " "
    constant: str | None = None
    values: Mapping[str, str] | None = None
    is_code: bool = False
    pad: int = 0
    is_money: bool = False
    dates: tuple[str, ...] = ()

    def positions(self, headers: Sequence[str]) -> list[int]:
        """Which columns of the file it reads; empty where the file has none of them."""
        wanted = self.sources or [name for name in self.alternatives if name in headers][:1]
        return [headers.index(name) for name in wanted if name in headers]

    def is_in(self, headers: Sequence[str]) -> bool:
        return self.constant is not None or bool(self.positions(headers))


@dataclass(frozen=True)
class ColumnMapping:
    """A checked mapping file."""

    name: str
    title: str
    kind: str
    """export or chart"""
    produces: tuple[str, ...]
    """claims, remits or both"""
    identify: tuple[str, ...]
    """Fields whose headers show that a file is of this kind; `may_lack` of them may be absent."""
    may_lack: int
    required: tuple[tuple[str, ...], ...]
    """Fields a usable file has; of a tuple of several, one is enough."""
    delimiters: tuple[str, ...]
    columns: Mapping[str, Column]
    adjustments: Mapping[str, Column]
    """Group and CARC -> column with its amount"""
    accept: Mapping[str, tuple[str, ...]]
    """Header -> values of rows that count; others are set aside"""
    ignore: frozenset[str] | None
    """Headers not to warn about; None for all"""
    digest: str
    """Of the file's bytes; part of the reader version"""

    def lacking(self, headers: Sequence[str]) -> list[str]:
        """Identifying fields the headers do not offer."""
        return [name for name in self.identify if not self.columns[name].is_in(headers)]

    def absent(self, headers: Sequence[str]) -> tuple[str, ...]:
        """Columns of the generic export (or chart file) that the file does not have."""
        standard = EXPORT if self.kind == "export" else CHART
        return tuple(
            name
            for name in standard
            if name not in self.columns or not self.columns[name].is_in(headers)
        )

    def used(self, headers: Sequence[str]) -> list[int]:
        """Positions of the file's columns that are read."""
        columns = [*self.columns.values(), *self.adjustments.values()]
        found = {position for column in columns for position in column.positions(headers)}
        found |= {headers.index(name) for name in self.accept if name in headers}
        return sorted(found)


def header_key(header: str) -> str:
    """A header as it is compared: lower case, runs of other than letters and digits as one `_`."""
    return re.sub(r"[\W_]+", "_", header.strip().casefold()).strip("_")


def load_mappings(folder: Path | None) -> list[ColumnMapping]:
    """Every mapping of a folder, by file name; none where there is no folder.

    Raises MappingError.
    """
    if folder is None or not folder.is_dir():
        return []
    return [load_mapping(path) for path in sorted(folder.glob("*.y*ml"))]


def load_mapping(path: Path) -> ColumnMapping:
    """One mapping file, checked. Raises MappingError."""
    content = path.read_bytes()
    try:
        # a BaseLoader makes no objects and leaves scalars as text
        parsed = yaml.load(content, Loader=_TextLoader)  # noqa: S506
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise MappingError(f"{path.name}: not readable as YAML: {reason}") from error
    if not isinstance(parsed, dict):
        raise MappingError(f"{path.name}: must be a list of keys such as `name: ...`")
    return _checked(path.name, parsed, hashlib.sha256(content).hexdigest()[:12])


class _TextLoader(yaml.BaseLoader):
    """Scalars stay text; a key given twice is an error instead of the last one winning."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        keys = [key.value for key, _ in node.value]
        twice = [key for key, count in Counter(map(str, keys)).items() if count > 1]
        if twice:
            raise ValueError(f"`{twice[0]}` is given twice; remove one")
        return super().construct_mapping(node, deep)


def _checked(file: str, parsed: dict[str, Any], digest: str) -> ColumnMapping:
    _refuse_unknown(file, "", parsed, TOP_KEYS)
    for key in ("name", "kind", "identify", "columns"):
        if not parsed.get(key):
            raise MappingError(f"{file}: `{key}` is missing; add it")
    kind = parsed["kind"]
    if kind not in FIELDS:
        raise MappingError(f"{file}: `kind` must be export or chart")
    if not isinstance(parsed["columns"], dict):
        raise MappingError(f"{file}: `columns` must be lines of the form `field: header`")
    _refuse_unknown(file, "columns", parsed["columns"], FIELDS[kind])
    columns = {
        name: _column(file, f"columns.{name}", value) for name, value in parsed["columns"].items()
    }
    produces = tuple(_texts(file, "produces", parsed.get("produces", ["claims", "remits"])))
    if not produces or set(produces) - {"claims", "remits"}:
        raise MappingError(f"{file}: `produces` may list claims and remits only")
    identify = tuple(_texts(file, "identify", parsed["identify"]))
    required = tuple(
        tuple(name.strip() for name in entry.split(" or "))
        for entry in _texts(file, "required", parsed.get("required", list(identify)))
    )
    for key, names in (("identify", identify), ("required", sum(required, ()))):
        _refuse_unknown(file, key, names, list(columns))
    accept = parsed.get("accept", {})
    if not isinstance(accept, dict):
        raise MappingError(f"{file}: `accept` must be lines of the form `header: [value, value]`")
    ignore = parsed.get("ignore", [])
    return ColumnMapping(
        name=_text(file, "name", parsed["name"]),
        title=_text(file, "title", parsed.get("title", "")),
        kind=kind,
        produces=produces,
        identify=identify,
        may_lack=_number(file, "may_lack", parsed.get("may_lack", "0")),
        required=required,
        delimiters=_delimiters(file, parsed.get("delimiters", [])),
        columns=columns,
        adjustments=_adjustments(file, parsed.get("adjustments", {})),
        accept={
            header_key(header): tuple(_texts(file, f"accept.{header}", values))
            for header, values in accept.items()
        },
        ignore=None
        if ignore == "all"
        else frozenset(header_key(header) for header in _texts(file, "ignore", ignore)),
        digest=digest,
    )


def _column(file: str, key: str, value: Any) -> Column:
    if isinstance(value, str):
        value = {"from": value}
    if not isinstance(value, dict):
        raise MappingError(f"{file}: `{key}` must be a header or `{{from: header, ...}}`")
    _refuse_unknown(file, key, value, COLUMN_KEYS)
    origins = [name for name in ("from", "any", "constant") if name in value]
    if len(origins) != 1:
        raise MappingError(f"{file}: `{key}` needs exactly one of from, any, constant")
    dates = tuple(_texts(file, f"{key}.date", value.get("date", [])))
    for style in dates:
        _check_date_style(file, f"{key}.date", style)
    values = value.get("values")
    if values is not None and not isinstance(values, dict):
        raise MappingError(f"{file}: `{key}.values` must be lines of the form `theirs: ours`")
    headers = [
        header_key(header)
        for name in ("from", "any")
        for header in _texts(file, f"{key}.{name}", value.get(name, []))
    ]
    if "constant" not in value and (not headers or "" in headers):
        raise MappingError(f"{file}: `{key}` names no header; write the header of the column")
    return Column(
        sources=tuple(headers) if "from" in value else (),
        alternatives=tuple(headers) if "any" in value else (),
        joiner=_text(file, f"{key}.with", value.get("with", " ")),
        constant=_text(file, f"{key}.constant", value["constant"]) if "constant" in value else None,
        values=values,
        is_code=_flag(file, f"{key}.code", value.get("code", "false")),
        pad=_number(file, f"{key}.pad", value.get("pad", "0")),
        is_money=_flag(file, f"{key}.money", value.get("money", "false")),
        dates=dates,
    )


def _adjustments(file: str, value: Any) -> dict[str, Column]:
    if not isinstance(value, dict):
        raise MappingError(f"{file}: `adjustments` must be lines of the form `CO-45: header`")
    found: dict[str, Column] = {}
    for code, column in value.items():
        if not ADJUSTMENT.match(code):
            raise MappingError(f"{file}: `adjustments.{code}` is no group and reason; write CO-45")
        entry = {"from": column} if isinstance(column, str) else column
        with_money = {**entry, "money": "true"} if isinstance(entry, dict) else entry
        found[code] = _column(file, f"adjustments.{code}", with_money)
    return found


def _delimiters(file: str, value: Any) -> tuple[str, ...]:
    named = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
    names = _texts(file, "delimiters", value) or list(named)
    _refuse_unknown(file, "delimiters", names, list(named))
    return tuple(named[name] for name in names)


def _check_date_style(file: str, key: str, style: str) -> None:
    day = date(2025, 11, 23)
    try:
        is_whole = datetime.strptime(day.strftime(style), style).date() == day  # noqa: DTZ007
    except ValueError:
        is_whole = False
    if not is_whole:
        raise MappingError(f"{file}: `{key}` is no whole date; write it as in %m/%d/%Y")


def _refuse_unknown(file: str, key: str, given: Iterable[str], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, 1)
            remedy = f"did you mean `{near[0]}`?" if near else f"known are {', '.join(known)}"
            place = f" under `{key}`" if key else ""
            raise MappingError(f"{file}: unknown key `{name}`{place}; {remedy}")


def _text(file: str, key: str, value: Any) -> str:
    if not isinstance(value, str):
        raise MappingError(f"{file}: `{key}` must be text")
    return value


def _texts(file: str, key: str, value: Any) -> list[str]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise MappingError(f"{file}: `{key}` must be a text or a list of texts")
    return values


def _number(file: str, key: str, value: Any) -> int:
    if not isinstance(value, str) or not re.fullmatch("[0-9]{1,2}", value):
        raise MappingError(f"{file}: `{key}` must be a small whole number")
    return int(value)


def _flag(file: str, key: str, value: Any) -> bool:
    if value not in ("true", "false"):
        raise MappingError(f"{file}: `{key}` must be true or false")
    return bool(value == "true")


def expression(column: Column, headers: Sequence[str]) -> pl.Expr:
    """The field as an expression over a raw frame whose columns are named by position.

    Null where the file does not have the column, the empty string where the cell is blank.
    """
    if column.constant is not None:
        return pl.lit(column.constant, dtype=pl.String)
    parts = [_part(column, position) for position in column.positions(headers)]
    if not parts:
        return pl.lit(None, dtype=pl.String)
    value = parts[0]
    if len(parts) > 1:
        spaced = pl.concat_str(
            [pl.when(part != "").then(part) for part in parts],
            separator=column.joiner,
            ignore_nulls=column.joiner == " ",
        )
        value = spaced.fill_null("")
    if column.is_money:
        value = plain_money(value)
    return iso_date(value, column.dates) if column.dates else value


def _part(column: Column, position: int) -> pl.Expr:
    value = pl.col(str(position)).str.strip_chars()
    if column.values:
        value = value.replace(dict(column.values))
    if column.is_code:
        value = value.str.replace(r"^([0-9]+)\.0+$", "$1")
    if column.pad:
        is_short = value.str.contains("^[0-9]+$")
        value = pl.when(is_short).then(value.str.zfill(column.pad)).otherwise(value)
    return value


def plain_money(value: pl.Expr) -> pl.Expr:
    """`(12.00)`, `12.00-`, `$1,200` and `.50` as plain digits; anything else stays as it is."""
    return value.map_batches(_plain_money, return_dtype=pl.String)


def _plain_money(values: pl.Series) -> pl.Series:
    # most columns hold plain digits, which one look tells
    if values.str.contains("^(-?[0-9]+([.][0-9]+)?)?$").all():
        return values
    value = pl.col(values.name)
    signed = value.str.replace(r"^\((.*)\)$", "-$1").str.replace(r"^([^-].*)-$", "-$1")
    parts = [signed.str.extract(MONEY_GROUPED, group) for group in range(1, 5)]
    minus, second_minus, whole, fraction = parts
    digits = whole.str.replace_all(",", "")
    plain = pl.concat_str(
        minus,
        second_minus,
        pl.when(digits == "").then(pl.lit("0")).otherwise(digits),
        fraction.fill_null(""),
    )
    is_amount = signed.str.contains(MONEY_GROUPED) & signed.str.contains("[0-9]")
    has_two_signs = (minus != "") & (second_minus != "")
    made = pl.when(is_amount & ~has_two_signs).then(plain).otherwise(value)
    return values.to_frame().select(made.alias(values.name)).to_series()


def iso_date(value: pl.Expr, styles: Sequence[str]) -> pl.Expr:
    """A date in one of the styles as YYYY-MM-DD; anything else stays as it is."""
    parsed = [value.str.to_date(style, strict=False) for style in styles]
    # chrono reads `26` as the year 26 where four digits are asked for
    plausible = [pl.when(day.dt.year().is_between(1900, 2100)).then(day) for day in parsed]
    return pl.coalesce([*[day.dt.strftime("%Y-%m-%d") for day in plausible], value])
