"""Every table refuses a poisoned row, and the fast gate answers exactly as Pandera does."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pandera.polars as pa
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import warehouse
from schemas import gate
from schemas.dictionary import tables
from schemas.table import Table, create_statement, polars_schema

MODELS = tables()
CHECKED = {
    name: model
    for name, model in MODELS.items()
    if any(
        not field.nullable or field.checks or field.unique
        for field in model.to_schema().columns.values()
    )
    or model.to_schema().unique
}


def accepts(model: type[Table], frame: pl.DataFrame) -> bool:
    """Pandera's own verdict."""
    try:
        model.validate(frame)
    except pa.errors.SchemaError:
        return False
    return True


# values that keep, and values that break, each check the models use

PATTERNS: dict[str, tuple[str, str]] = {
    r"^([0-9]{10})?$": ("1234567893", "123"),
    r"^([0-9]{2})?$": ("11", "1A"),
    r"^[HML]?$": ("H", "X"),
    r"^(positive|negative)?$": ("positive", "maybe"),
}


SPELLINGS = (
    "17311",
    "11",
    "1234567893",
    "15202-00",
    "45401",
    "2024A",
    "C44311",
    "25",
    "MOHS020",
    "lookback_days",
    "hand",
)
"""Texts of our tables, to find one for a pattern not named above."""


def examples(check: Any) -> tuple[list[Any], list[Any]]:
    """Values that keep a check and values that break it."""
    known = check.statistics or {}
    match check.name:
        case "str_matches":
            pattern = str(getattr(known["pattern"], "pattern", known["pattern"]))
            good, bad = PATTERNS.get(pattern, (None, "~ no such value ~"))
            return ([good] if good else []), [bad]
        case "str_length":
            return ["1"], [""] if known.get("min_value") else ["x" * 10_000]
        case "isin":
            return list(known["allowed_values"]), ["~ no such value ~"]
        case "greater_than_or_equal_to":
            return [known["min_value"]], [known["min_value"] - 1]
        case "less_than_or_equal_to":
            return [known["max_value"]], [known["max_value"] + 1]
        case "greater_than":
            return [known["min_value"] + 1], [known["min_value"]]
        case "in_range":
            return [known["min_value"]], [known["max_value"] + 1]
    raise AssertionError(f"no example for the check {check.name}: add one here")


def plain(dtype: Any) -> Any:
    """A value of a dtype that no check is about."""
    if isinstance(dtype, pl.List):
        return []
    if isinstance(dtype, pl.Decimal):
        return Decimal(1)
    return {
        pl.String: "x",
        pl.Boolean: True,
        pl.Int64: 1,
        pl.Int32: 1,
        pl.Float64: 1.0,
        pl.Date: date(2024, 8, 13),
        pl.Datetime: datetime(2024, 8, 13, 12),  # noqa: DTZ001 - columns have no time zone
    }[dtype.base_type()]


def sound(model: type[Table]) -> pl.DataFrame:
    """One row every check of the model lets through."""
    schema = polars_schema(model)
    row = {}
    for name, field in model.to_schema().columns.items():
        kept = [good for check in field.checks for good in examples(check)[0]]
        if any(check.name == "str_matches" for check in field.checks) and not kept:
            row[name] = None if field.nullable else _spelled(field)
        else:
            row[name] = kept[0] if kept else plain(schema[name])
    return pl.DataFrame([row], schema=schema)


def _spelled(field: Any) -> str:
    """A text for a pattern without an example of its own, tried from what our tables hold."""
    for text in SPELLINGS:
        series = pl.DataFrame({"x": [text]})
        if all(
            series.select(
                pl.col("x").str.contains(
                    str(
                        getattr(check.statistics["pattern"], "pattern", check.statistics["pattern"])
                    )
                )
            ).item()
            for check in field.checks
            if check.name == "str_matches"
        ):
            return text
    raise AssertionError("no example for this pattern: add one to PATTERNS")


def poisons(model: type[Table]) -> dict[str, pl.DataFrame]:
    """What is wrong -> a frame with a sound row and that one poisoned row."""
    good = sound(model)
    schema = model.to_schema()
    found = {}
    for name, field in schema.columns.items():
        dtype = polars_schema(model)[name]
        if not field.nullable:
            empty = good.with_columns(pl.lit(None, dtype=dtype).alias(name))
            found[f"null in {name}"] = empty
        for check in field.checks:
            for value in examples(check)[1]:
                bad = good.with_columns(pl.Series(name, [value], dtype=dtype, strict=False))
                found[f"{name} breaks {check.name}"] = bad
        if field.unique:
            found[f"{name} twice"] = pl.concat([good, good])
    if schema.unique:
        found[f"{tuple(schema.unique)} twice"] = pl.concat([good, good])
    return found


@pytest.mark.parametrize("name", CHECKED)
def test_a_poisoned_row_is_refused_by_gate_and_model(name: str) -> None:
    model = CHECKED[name]
    assert gate.fits(model, sound(model)) == accepts(model, sound(model)), name
    assert accepts(model, sound(model)), name
    poisoned = poisons(model)
    assert poisoned
    for what, frame in poisoned.items():
        assert not accepts(model, frame), f"{name}: {what}"
        assert not gate.fits(model, frame), f"{name}: {what}"


def test_every_table_has_something_to_refuse() -> None:
    # a table of which nothing is asked would take anything
    assert set(MODELS) - set(CHECKED) == set()


@pytest.mark.parametrize("name", MODELS)
def test_other_columns_or_types_are_refused(name: str) -> None:
    model = MODELS[name]
    good = sound(model)
    first = next(iter(polars_schema(model)))
    other = pl.Int64 if good.schema[first] == pl.String else pl.String
    for frame in (
        good.drop(first),
        good.with_columns(stranger=pl.lit(1)),
        good.with_columns(pl.lit(None, dtype=other).alias(first)),
    ):
        assert not gate.fits(model, frame)
        assert not accepts(model, frame)


@pytest.mark.parametrize("name", MODELS)
def test_an_empty_table_fits(name: str) -> None:
    empty = pl.DataFrame(schema=polars_schema(MODELS[name]))
    assert gate.fits(MODELS[name], empty)
    assert accepts(MODELS[name], empty)


@pytest.mark.parametrize("name", MODELS)
def test_duckdb_takes_a_sound_row_and_no_null_where_none_may_be(name: str) -> None:
    model = MODELS[name]
    connection = warehouse.connect()
    connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.')[0]}")
    connection.execute(create_statement(model))
    warehouse.insert(connection, name, sound(model))
    back = warehouse.select(connection, f"SELECT * FROM {name}")
    assert dict(back.schema) == dict(sound(model).schema)
    assert back.rows() == sound(model).rows()
    for what, frame in poisons(model).items():
        if what.startswith("null in "):
            with pytest.raises(duckdb.ConstraintException):
                warehouse.insert(connection, name, frame)
    connection.close()


# gate and model on random frames

STAGED = sorted(name for name in MODELS if name.startswith(("staged.", "landing.")))


@st.composite
def frames(draw: st.DrawFn) -> tuple[type[Table], pl.DataFrame]:
    """A staged table with up to four rows of values good, bad and null."""
    model = MODELS[draw(st.sampled_from(STAGED))]
    schema = polars_schema(model)
    good = sound(model).row(0, named=True)
    rows = []
    for at in range(draw(st.integers(0, 4))):
        row = dict(good)
        for name, field in model.to_schema().columns.items():
            if field.unique:
                row[name] = f"{at}" if schema[name] == pl.String else at
        spoiled = draw(st.lists(st.sampled_from(list(schema)), max_size=2, unique=True))
        for name in spoiled:
            field = model.to_schema().columns[name]
            choices = [None, good[name], plain(schema[name])]
            for check in field.checks:
                choices += [*examples(check)[0], *examples(check)[1]]
            row[name] = draw(st.sampled_from(choices))
        rows.append(row)
    return model, pl.DataFrame(rows, schema=schema, strict=False)


@settings(max_examples=80, deadline=None)
@given(frames())
def test_the_gate_answers_as_the_model_does(pair: tuple[type[Table], pl.DataFrame]) -> None:
    model, frame = pair
    assert gate.fits(model, frame) == accepts(model, frame)


def test_a_check_the_gate_does_not_know_is_left_to_the_model() -> None:
    class Odd(Table):
        """One row per odd thing."""

        number: pl.Int64 = pa.Field(description="odd", nullable=True, isin=[1, 3], ne=5)

        class Config(Table.Config):
            name = None

    frame = pl.DataFrame({"number": [1]})
    assert accepts(Odd, frame)
    assert not gate.fits(Odd, frame), "not known, so never waved through"


def test_every_column_says_what_it_holds() -> None:
    for name, model in MODELS.items():
        assert (model.__doc__ or "").startswith("One row"), name
        for column, field in model.to_schema().columns.items():
            assert field.description, f"{name}.{column}"
