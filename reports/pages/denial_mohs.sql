/* ---
page: Denials of Mohs surgery
pack: denials
order: 50
basis: adjudication
intro: >
  First denials of 17311 to 17315 and of what is billed with them: by code, by place on the day, by
  modifier, by companion, and against the unit edits. Rates tell how payers answered, not whether
  the line was right.
--- */

/* ---
title: By code
chart: rates
reading: "{all_denied} of {all_lines:Mohs line} first answered were denied ({all_rate})."
x: rate
y: procedure
interval: interval
n: lines
hidden: all_denied all_lines all_rate
columns: {procedure: code, rate: {label: First denied, format: percent},
  interval: {label: 95% interval, format: interval}, lines: {label: Lines answered, format: count},
  denied: count, expected: {label: Expected allowed of denied, format: exposure},
  all_denied: count, all_lines: count, all_rate: percent}
empty: No Mohs line has been answered in this period.
note: >
  Lines denied in whole or part at the primary payer's first answer / lines first answered, by the
  code as it was adjudicated. 17311 and 17313 are first stages, 17312 and 17314 further stages,
  17315 extra blocks. Sources: core.answer, core.remit_line.
--- */
with answers as (
    select
        coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as procedure,
        answers.is_denial,
        prices.expected_allowed
    from core.answer as answers
    inner join core.remit_line as lines on answers.remit_line_id = lines.remit_line_id
    left join audit.expected_payment as prices on answers.line_id = prices.line_id
    where
        answers.is_own and answers.place = 1 and answers.payer_sequence = 'P'
        and in_period(answers.payment_date)
        and coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) between '17311' and '17315'
)

select
    answers.procedure,
    count(*) filter (where answers.is_denial) / count(*) as rate,
    wilson(count(*) filter (where answers.is_denial), count(*)) as interval,
    count(*) as lines,
    count(*) filter (where answers.is_denial) as denied,
    coalesce(sum(answers.expected_allowed) filter (where answers.is_denial), 0) as expected,
    sum(count(*) filter (where answers.is_denial)) over () as all_denied,
    sum(count(*)) over () as all_lines,
    sum(count(*) filter (where answers.is_denial)) over () / sum(count(*)) over () as all_rate
from answers
group by answers.procedure
order by answers.procedure

/* ---
title: By place on the day
chart: rates
reading: "Of the first lesions of a day, {rate} of {lines:line} were denied first."
x: rate
y: place
interval: interval
n: lines
columns: {place: {label: Lesion of the day, format: text}, rate: {label: First denied, format: percent},
  interval: {label: 95% interval, format: interval}, lines: {label: Lines answered, format: count},
  denied: count}
empty: No first stage has been answered in this period.
note: >
  Lines of first stages (17311, 17313) in the order they stand on the claims of one patient, surgeon
  and day; a second tumour of the day needs a modifier that tells it from the first. By the claim
  that stands now; denied at the first answer. Sources: core.mohs_line, core.answer.
--- */
with placed as (
    select
        lines.line_id,
        row_number() over (partition by lines.encounter_id order by lines.line_id) as place
    from core.mohs_line as lines
    where lines.is_first_stage
),

answers as (
    select
        least(placed.place, 3) as position,
        answers.is_denial
    from core.answer as answers
    inner join placed on answers.line_id = placed.line_id
    where
        answers.is_own and answers.place = 1 and answers.payer_sequence = 'P'
        and in_period(answers.payment_date)
)

select
    case answers.position when 1 then 'First' when 2 then 'Second' else 'Third and later' end
        as place,
    count(*) filter (where answers.is_denial) / count(*) as rate,
    wilson(count(*) filter (where answers.is_denial), count(*)) as interval,
    count(*) as lines,
    count(*) filter (where answers.is_denial) as denied
from answers
group by answers.position
order by answers.position

/* ---
title: By modifier
chart: heat
reading: >
  Most often denied: {darkest_procedure} with {darkest_modifier}, {darkest_rate} of
  {darkest_lines:line}.
hidden: darkest_procedure darkest_modifier darkest_rate darkest_lines
x: procedure
y: modifier
value: rate
n: lines
columns: {procedure: code, modifier: text, rate: {label: First denied, format: percent},
  lines: {label: Lines answered, format: count}, denied: count, darkest_procedure: code,
  darkest_modifier: text, darkest_rate: percent, darkest_lines: count}
empty: No Mohs line has been answered in this period.
note: >
  By the modifiers the payer answered, so that a modifier added later does not count for the denial
  before it. A line with two of them counts once, under the first of this order: 59, XS, XE XP or
  XU, 76, 79, 78, 58; other modifiers (sides, MIPS ...) count as none of these. Which modifier is
  right is a question of the record, not of the rate. Sources: core.answer, core.remit_line.
--- */
with answers as (
    select
        coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) as procedure,
        case
            when list_contains(lines.modifiers, '59') then '59'
            when list_contains(lines.modifiers, 'XS') then 'XS'
            when list_has_any(lines.modifiers, ['XE', 'XP', 'XU']) then 'XE, XP, XU'
            when list_contains(lines.modifiers, '76') then '76'
            when list_contains(lines.modifiers, '79') then '79'
            when list_contains(lines.modifiers, '78') then '78'
            when list_contains(lines.modifiers, '58') then '58'
            else 'none of these'
        end as modifier,
        answers.is_denial
    from core.answer as answers
    inner join core.remit_line as lines on answers.remit_line_id = lines.remit_line_id
    where
        answers.is_own and answers.place = 1 and answers.payer_sequence = 'P'
        and in_period(answers.payment_date)
        and coalesce(nullif(lines.submitted_code, ''), lines.procedure_code) between '17311' and '17315'
),

cells as (
    select
        answers.procedure,
        answers.modifier,
        count(*) as lines,
        count(*) filter (where answers.is_denial) as denied
    from answers
    group by answers.procedure, answers.modifier
),

darkest as (
    select
        cells.procedure as darkest_procedure,
        cells.modifier as darkest_modifier,
        cells.denied / cells.lines as darkest_rate,
        cells.lines as darkest_lines
    from cells
    order by cells.lines >= 11 desc, cells.denied / cells.lines desc, cells.procedure, cells.modifier
    limit 1
)

select
    cells.procedure,
    cells.modifier,
    cells.denied / cells.lines as rate,
    cells.lines,
    cells.denied,
    darkest.*
from cells
cross join darkest
order by cells.modifier = 'none of these' desc, cells.procedure, cells.modifier

/* ---
title: What is billed with it
chart: rates
reading: "Most often denied: {worst}, {worst_rate} of its lines."
x: rate
y: companion
interval: interval
n: lines
hidden: worst worst_rate
columns: {companion: text, rate: {label: First denied, format: percent},
  interval: {label: 95% interval, format: interval}, lines: {label: Lines answered, format: count},
  denied: count, worst: text, worst_rate: percent}
empty: Nothing billed with Mohs surgery has been answered in this period.
note: >
  Lines on a day with Mohs surgery by the same surgeon on the same patient, by what they are (code
  classes of sql/reference/code_class.csv). A line counts once, in this order. By the claim that
  stands now; denied at the first answer. Sources: core.encounter_line, core.answer.
--- */
with companions as (
    select
        lines.line_id,
        case
            when lines.closure is not null then 'repair: ' || replace(lines.closure, '_', ' ')
            when lines.is_evaluation_management and lines.has_25 then 'visit with 25'
            when lines.is_evaluation_management then 'visit without 25'
            when lines.is_biopsy or lines.is_biopsy_add_on then 'biopsy'
            when lines.is_pathology or lines.is_frozen_section or lines.is_immunostain
                then 'pathology'
            when lines.is_excision or lines.is_destruction then 'excision or destruction'
            else 'anything else'
        end as companion
    from core.encounter_line as lines
    where lines.has_mohs and not lines.is_mohs
),

kinds as (
    select
        companions.companion,
        count(*) as lines,
        count(*) filter (where answers.is_denial) as denied
    from core.answer as answers
    inner join companions on answers.line_id = companions.line_id
    where
        answers.is_own and answers.place = 1 and answers.payer_sequence = 'P'
        and in_period(answers.payment_date)
    group by companions.companion
)

select
    kinds.companion,
    kinds.denied / kinds.lines as rate,
    wilson(kinds.denied, kinds.lines) as interval,
    kinds.lines,
    kinds.denied,
    first_value(kinds.companion) over worst_first as worst,
    first_value(kinds.denied / kinds.lines) over worst_first as worst_rate
from kinds
window worst_first as (
    order by kinds.lines >= 11 desc, kinds.denied / kinds.lines desc, kinds.companion
    rows between unbounded preceding and unbounded following
)
order by kinds.companion like 'repair%' desc, kinds.companion

/* ---
title: Above the unit edits
columns: {procedure: code, mai: {label: MAI, format: code}, judged: {label: Judged by, format: text},
  hits: {label: Days or lines above, format: count}, over: {label: Units above, format: number},
  answered: count, denied: count, rate: {label: Denied, format: percent},
  interval: {label: 95% interval, format: interval}, way: {label: What gives way, format: text}}
n: answered
rows: 15
empty: No units stand above CMS's edit in this period.
reading: "Most: {procedure}, {hits:time} above its edit."
note: >
  Units against CMS's medically unlikely edit (MUE) by its adjudication indicator (MAI): 1 judges
  each line, 2 and 3 the sum of the day. Potential, needs review: an edit says what is unlikely,
  not what is wrong. By the claim that stands now; with a month, those first answered in it. Days
  without an edit on file are not judged. Denied: a line of the code denied when last adjudicated.
  Sources: core.encounter_line, reference.ncci_mue.
--- */
with answered as (
    select answers.line_id
    from core.answer as answers
    where
        answers.is_own and answers.place = 1 and answers.payer_sequence = 'P'
        and in_period(answers.payment_date)
),

judged as (
    select
        lines.procedure_code as procedure,
        lines.mue_mai as mai,
        case when lines.mue_mai = '1' then lines.line_id else lines.encounter_id end as unit,
        max(case when lines.mue_mai = '1' then lines.units else lines.code_units end) as units,
        max(lines.mue_units) as mue_units,
        bool_or(lines.is_adjudicated) as is_answered,
        bool_or(coalesce(lines.is_denied, false)) as is_denied
    from core.encounter_line as lines
    semi join answered on lines.line_id = answered.line_id
    where lines.has_mohs and lines.mue_units is not null
    group by procedure, mai, unit
)

select
    judged.procedure,
    judged.mai,
    if(judged.mai = '1', 'each line', 'the day') as judged,
    count(*) as hits,
    sum(judged.units - judged.mue_units) as over,
    count(*) filter (where judged.is_answered) as answered,
    count(*) filter (where judged.is_denied) as denied,
    count(*) filter (where judged.is_denied) / nullif(count(*) filter (where judged.is_answered), 0)
        as rate,
    wilson(
        count(*) filter (where judged.is_denied), count(*) filter (where judged.is_answered)
    ) as interval,
    case judged.mai
        when '1' then 'a modifier that says why on a line of its own'
        when '2' then 'nothing: fixed by policy or anatomy'
        else 'an appeal with the record'
    end as way
from judged
where judged.units > judged.mue_units
group by judged.procedure, judged.mai
order by hits desc, judged.procedure
