"""Key figures with their past, and the list of what to do next."""

from __future__ import annotations

import polars as pl
from markupsafe import Markup

from reports import theme
from reports.charts import marks
from reports.charts.marks import Column, Drawing, Forms

WIDE, TALL, EDGE = 200, 44, 5
SOON = 14
"""Days before a deadline from which it is said to be near."""


def tiles(
    data: pl.DataFrame,
    forms: Forms,
    *,
    label: Column,
    x: Column,
    y: Column,
    n: Column | None = None,
    unfinished: Column | None = None,
) -> Drawing:
    """A tile per `label`: the last finished `y` in large type, its past as a line, oldest first.

    Months that are `unfinished` are grey and hollow, and are never the figure. A column `format` of
    the query names each row's format, so that rates and dollars stand side by side.
    """
    if not marks.is_known(data[y]):
        return None
    drawn = []
    for name in marks.once(data[label]):
        rows = [row for row in range(data.height) if data[label][row] == name]
        drawn.append(_tile(data, rows, forms, x, y, n, unfinished, str(name)))
    return Markup('<div class="tiles">{}</div>').format(Markup("\n").join(drawn))


def _tile(
    data: pl.DataFrame,
    rows: list[int],
    forms: Forms,
    x: str,
    y: str,
    n: str | None,
    unfinished: str | None,
    name: str,
) -> Markup:
    form = forms[y][1]
    if "format" in data.columns and form == "figure":
        form = data["format"][rows[0]] or "number"
    is_open = [bool(unfinished and data[unfinished][row]) for row in rows]
    done = [at for at, row in enumerate(rows) if not is_open[at] and data[y][row] is not None]
    if not done:
        return Markup(
            '<figure class="tile"><figcaption>{}</figcaption><p class="value unknown">not yet known</p></figure>'
        ).format(name)
    last = done[-1]
    values = [marks.number(data[y][row]) for row in rows]
    known = [value for value in values if value is not None]
    bottom, top = min(known), max(known)

    def spot(at: int) -> tuple[float, float]:
        across = EDGE + (WIDE - 2 * EDGE) * (at / max(1, len(rows) - 1))
        return across, EDGE + (TALL - 2 * EDGE) * (
            1 - ((values[at] or 0.0) - bottom) / ((top - bottom) or 1.0)
        )

    line = " ".join(f"{a:.1f},{b:.1f}" for a, b in (spot(at) for at in done))
    tail = [at for at in range(last, len(rows)) if values[at] is not None]
    parts = [Markup('<polyline class="line" points="{}"/>').format(line)]
    if len(tail) > 1:
        after = " ".join(f"{a:.1f},{b:.1f}" for a, b in map(spot, tail))
        parts.append(Markup('<polyline class="after" points="{}"/>').format(after))
    for at, row in enumerate(rows):
        if values[at] is None or not (is_open[at] or at == last):
            continue
        across, up = spot(at)
        told = f"{theme.written(data[x][row], forms[x][1])}: {theme.written(data[y][row], form)}"
        parts.append(
            Markup(
                '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{}"><title>{}</title></circle>'
            ).format(
                "open" if is_open[at] else "dot", across, up, 2.5 if is_open[at] else 3.5, told
            )
        )
    when = theme.written(data[x][rows[last]], forms[x][1])
    size = (
        f", n {theme.written(data[n][rows[last]], 'count')}"
        if n and data[n][rows[last]] is not None
        else ""
    )
    before = Markup("")
    if len(done) > 1:
        row = rows[done[-2]]
        before = Markup('; {} in <span class="date">{}</span>').format(
            theme.written(data[y][row], form), theme.written(data[x][row], forms[x][1])
        )
    return Markup(
        '<figure class="tile"><figcaption>{name}</figcaption><p class="value">{value}</p>'
        '<svg viewBox="0 0 {wide} {tall}" role="img" aria-label="{name} over {count} months; figures in the table">'
        '{parts}</svg><p class="when"><span class="date">{when}</span>{size}{before}</p></figure>'
    ).format(
        name=name,
        value=theme.written(data[y][rows[last]], form),
        wide=WIDE,
        tall=TALL,
        count=len(rows),
        parts=Markup("").join(parts),
        when=when,
        size=size,
        before=before,
    )


def worklist(
    data: pl.DataFrame,
    forms: Forms,
    *,
    due: Column,
    days: Column,
    detail: Column | None = None,
) -> Drawing:
    """The rows as a list to work through: `due` a date, `days` left until then, `detail` folded away."""
    shown = [name for name in forms if name not in (detail, days, "format", "reading")]
    head = Markup("").join(
        Markup('<th scope="col"{}>{}</th>').format(
            Markup(' class="number"') if forms[name][1] in theme.NUMERIC else "", forms[name][0]
        )
        for name in shown
    )
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(_item(data, row, forms, name, due, days) for name in shown)
            + _more(data, row, detail, len(shown))
        )
        for row in range(data.height)
    )
    return Markup(
        '<div class="scroll" role="region" tabindex="0" aria-label="Work list">'
        '<table class="worklist"><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    ).format(head, body)


def _item(data: pl.DataFrame, row: int, forms: Forms, name: str, due: str, days: str) -> Markup:
    form, value = forms[name][1], data[name][row]
    text = theme.written(value, form, "none known" if name == due else "unknown")
    kind = "number" if form in theme.NUMERIC else "code" if form in theme.UNBROKEN else ""
    if name == due:
        return Markup('<td class="date">{} {}</td>').format(text, _left(data[days][row]))
    if form == "link" and theme.is_link(value):
        return Markup('<td><a href="{}">open</a></td>').format(value)
    return Markup('<td class="{}">{}</td>').format(kind, text)


def _left(days: int | None) -> Markup:
    if days is None:
        return Markup("")
    if days < 0:
        return Markup('<span class="chip bad">expired</span>')
    word = f"{days} day left" if days == 1 else f"{days} days left"
    return Markup('<span class="chip {}">{}</span>').format(
        "warn" if days <= SOON else "good", word
    )


def _more(data: pl.DataFrame, row: int, detail: str | None, width: int) -> Markup:
    if not detail or not data[detail][row]:
        return Markup("")
    return Markup('</tr>\n<tr class="detail"><td colspan="{}">{}</td>').format(
        width, data[detail][row]
    )
