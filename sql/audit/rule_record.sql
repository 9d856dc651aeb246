-- The track record of every rule: how often payers denied what it flags, and what it does not.
-- Judged lines come from audit.rule_judged, fired ones from the findings that stand, superseded
-- ones too: the record is the rule's own. An answered submission that was changed since counts as
-- it was billed, beside what stands in its place once that is answered itself: else a correction
-- would hide what the rule foretold.
with periods as (
    select
        max(lines.date_of_service) as last_day,
        max(floors.least_denial_rate) as least_denial_rate,
        max(floors.fewest_fires) as fewest_fires,
        max(floors.held_out_months) as held_out_months
    from audit.policy_payer as lines
    inner join reference.record_floor as floors
        on lines.date_of_service between floors.effective_from and floors.effective_to
),

-- lines whose last answer was to a submission that was changed since
answered_before as (
    select formers.line_id
    from audit.submission_line as formers
    where formers.is_latest and array_length(formers.judged_by) > 0
),

fired_answers as (
    select
        findings.rule_id,
        findings.line_id,
        cast(0 as bigint) as former_submission,
        lines.payer,
        cast(date_trunc('month', lines.date_of_service) as date) as month,
        findings.dollars,
        answered.line_id is not null and formers.line_id is null as is_answered,
        formers.line_id is null and coalesce(answered.outcome = 'denied', false) as is_denied,
        case
            when formers.line_id is null and answered.outcome = 'denied'
                then coalesce(answered.driver_carc, 'none')
        end as carc
    from audit.finding as findings
    inner join core.service_line as lines on findings.line_id = lines.line_id
    left join audit.policy_payer as answered on findings.line_id = answered.line_id
    -- rules about the payment judge all of the payer's answers together
    left join answered_before as formers
        on findings.line_id = formers.line_id and findings.basis <> 'payment'
    where findings.state <> 'gone'
    union all
    select
        findings.rule_id,
        findings.line_id,
        formers.submission as former_submission,
        formers.payer,
        formers.month,
        findings.dollars,
        true as is_answered,
        formers.outcome = 'denied' as is_denied,
        case when formers.outcome = 'denied' then coalesce(formers.driver_carc, 'none') end as carc
    from audit.submission_finding as findings
    inner join audit.submission_line as formers
        on findings.line_id = formers.line_id and findings.submission = formers.submission
    where formers.outcome is not null
),

-- a rule may fire on a line more than once; its dollars count once, as it stands or was sent last
fired_lines as (
    select
        fired_answers.rule_id,
        fired_answers.payer,
        fired_answers.month,
        fired_answers.is_answered,
        fired_answers.is_denied,
        fired_answers.carc,
        case
            when
                row_number() over (
                    partition by fired_answers.rule_id, fired_answers.line_id
                    order by
                        case when fired_answers.former_submission = 0 then 0 else 1 end asc,
                        fired_answers.former_submission desc, fired_answers.line_id asc
                ) = 1
                then fired_answers.dollars
            else cast(0 as decimal(12, 2))
        end as dollars,
        bool_or(fired_answers.is_denied) over (
            partition by fired_answers.rule_id, fired_answers.line_id
        ) as is_ever_denied
    from fired_answers
),

former_judged as (
    select
        formers.line_id,
        formers.payer,
        formers.month,
        formers.outcome,
        formers.driver_carc,
        u.rule_id
    from audit.submission_line as formers
    cross join unnest(formers.judged_by) as u (rule_id)
),

counts as (
    select
        fired_lines.rule_id,
        fired_lines.payer,
        fired_lines.month,
        count(*) as fires,
        sum(fired_lines.dollars) as dollars,
        count(*) filter (where fired_lines.is_answered) as fired,
        count(*) filter (where fired_lines.is_denied) as fired_denied,
        count(*) filter (
            where coalesce(list_contains(rules.carc, fired_lines.carc), false)
        ) as fired_mapped,
        sum(fired_lines.dollars) filter (where fired_lines.is_ever_denied) as denied_dollars,
        cast(0 as bigint) as judged,
        cast(0 as bigint) as judged_denied,
        cast(0 as bigint) as judged_mapped
    from fired_lines
    inner join audit.rule as rules on fired_lines.rule_id = rules.rule_id
    group by fired_lines.rule_id, fired_lines.payer, fired_lines.month
    union all
    select
        judged.rule_id,
        judged.payer,
        judged.month,
        cast(0 as bigint) as fires,
        cast(0 as decimal(12, 2)) as dollars,
        cast(0 as bigint) as fired,
        cast(0 as bigint) as fired_denied,
        cast(0 as bigint) as fired_mapped,
        cast(0 as decimal(12, 2)) as denied_dollars,
        sum(judged.lines) as judged,
        sum(judged.lines) filter (where judged.carc <> '') as judged_denied,
        sum(judged.lines) filter (
            where coalesce(list_contains(rules.carc, judged.carc), false)
        ) as judged_mapped
    from audit.rule_judged as judged
    inner join audit.rule as rules on judged.rule_id = rules.rule_id
    group by judged.rule_id, judged.payer, judged.month
    union all
    select
        judged.rule_id,
        judged.payer,
        judged.month,
        cast(0 as bigint) as fires,
        cast(0 as decimal(12, 2)) as dollars,
        cast(0 as bigint) as fired,
        cast(0 as bigint) as fired_denied,
        cast(0 as bigint) as fired_mapped,
        cast(0 as decimal(12, 2)) as denied_dollars,
        count(*) as judged,
        count(*) filter (where judged.outcome = 'denied') as judged_denied,
        count(*) filter (
            where
            judged.outcome = 'denied'
            and coalesce(list_contains(rules.carc, judged.driver_carc), false)
        ) as judged_mapped
    from former_judged as judged
    inner join audit.rule as rules on judged.rule_id = rules.rule_id
    where judged.outcome is not null
    group by judged.rule_id, judged.payer, judged.month
),

dated_counts as (
    select
        counts.rule_id,
        counts.payer,
        cast(year(counts.month) as varchar) || case
            when month(counts.month) <= 3 then 'Q1'
            when month(counts.month) <= 6 then 'Q2'
            when month(counts.month) <= 9 then 'Q3'
            else 'Q4'
        end as quarter,
        case
            when
                (year(periods.last_day) - year(counts.month)) * 12
                + month(periods.last_day) - month(counts.month) < periods.held_out_months
                then 'held_out'
            else 'before'
        end as period,
        counts.fires,
        counts.dollars,
        counts.fired,
        counts.fired_denied,
        counts.fired_mapped,
        counts.denied_dollars,
        counts.judged,
        counts.judged_denied,
        counts.judged_mapped
    from counts
    cross join periods
),

by_payers as (
    select cast(false as boolean) as by_payer
    union all
    select cast(true as boolean) as by_payer
),

by_spans as (
    select cast('all' as varchar) as span
    union all
    select cast('quarter' as varchar) as span
    union all
    select cast('period' as varchar) as span
),

-- blank: all of them
seen_counts as (
    select
        dated_counts.rule_id,
        case when by_payers.by_payer then dated_counts.payer else '' end as payer,
        case when by_spans.span = 'quarter' then dated_counts.quarter else '' end as quarter,
        case when by_spans.span = 'period' then dated_counts.period else '' end as period,
        dated_counts.fires,
        dated_counts.dollars,
        dated_counts.fired,
        dated_counts.fired_denied,
        dated_counts.fired_mapped,
        dated_counts.denied_dollars,
        dated_counts.judged,
        dated_counts.judged_denied,
        dated_counts.judged_mapped
    from dated_counts
    cross join by_payers
    cross join by_spans
),

totals as (
    select
        seen_counts.rule_id,
        seen_counts.payer,
        seen_counts.quarter,
        seen_counts.period,
        cast(sum(seen_counts.fires) as bigint) as fires,
        cast(sum(seen_counts.dollars) as decimal(12, 2)) as dollars,
        cast(sum(seen_counts.fired) as bigint) as fired,
        cast(sum(seen_counts.fired_denied) as bigint) as fired_denied,
        cast(sum(seen_counts.fired_mapped) as bigint) as fired_mapped,
        cast(coalesce(sum(seen_counts.denied_dollars), 0) as decimal(12, 2)) as denied_dollars,
        cast(sum(seen_counts.judged) as bigint) as judged,
        cast(coalesce(sum(seen_counts.judged_denied), 0) as bigint) as judged_denied,
        cast(coalesce(sum(seen_counts.judged_mapped), 0) as bigint) as judged_mapped
    from seen_counts
    group by
        seen_counts.rule_id, seen_counts.payer, seen_counts.quarter, seen_counts.period
),

records as (
    select
        totals.rule_id,
        totals.payer,
        totals.quarter,
        totals.period,
        totals.fires,
        totals.dollars,
        totals.fired,
        totals.fired_denied,
        totals.fired_mapped,
        totals.denied_dollars,
        rules.severity,
        rules.basis,
        array_length(rules.carc) > 0 as is_mapped,
        case when rules.basis <> 'payment' then totals.judged - totals.fired end as silent,
        case when rules.basis <> 'payment' then totals.judged_denied - totals.fired_denied end
            as silent_denied,
        case when rules.basis <> 'payment' then totals.judged_mapped - totals.fired_mapped end
            as silent_mapped
    from totals
    inner join audit.rule as rules on totals.rule_id = rules.rule_id
),

proportions as (
    select
        records.rule_id,
        records.payer,
        records.quarter,
        records.period,
        'denial_rate_fired' as measure,
        cast(records.fired_denied as double) as part,
        cast(records.fired as double) as whole
    from records
    where records.basis <> 'payment' and records.fired > 0
    union all
    select
        records.rule_id,
        records.payer,
        records.quarter,
        records.period,
        'denial_rate_silent' as measure,
        cast(records.silent_denied as double) as part,
        cast(records.silent as double) as whole
    from records
    where records.silent > 0
    union all
    select
        records.rule_id,
        records.payer,
        records.quarter,
        records.period,
        'precision' as measure,
        cast(records.fired_mapped as double) as part,
        cast(records.fired as double) as whole
    from records
    where records.basis <> 'payment' and records.is_mapped and records.fired > 0
    union all
    select
        records.rule_id,
        records.payer,
        records.quarter,
        records.period,
        'recall' as measure,
        cast(records.fired_mapped as double) as part,
        cast(records.fired_mapped + records.silent_mapped as double) as whole
    from records
    where records.is_mapped and records.fired_mapped + records.silent_mapped > 0
),

-- Wilson 1927, JASA 22:209; the numbers are z, z*z, z*z/2 and z*z/4 for z = 0.975 quantile
centred as (
    select
        proportions.rule_id,
        proportions.payer,
        proportions.quarter,
        proportions.period,
        proportions.measure,
        proportions.part,
        proportions.whole,
        proportions.part + cast(1.920729410347062 as double) as centre,
        cast(round(
            cast(1.959963984540054 as double) * sqrt(
                cast(proportions.part * (proportions.whole - proportions.part) as double)
                / nullif(cast(proportions.whole as double), 0)
                + cast(0.960364705173531 as double)
            ), 10
        ) as decimal(20, 10)) as reach
    from proportions
),

rates as (
    select
        centred.rule_id,
        centred.payer,
        centred.quarter,
        centred.period,
        centred.measure,
        cast(round(
            cast(centred.part as double) / nullif(cast(centred.whole as double), 0), 4
        ) as decimal(6, 4)) as rate,
        case
            when centred.part = 0 then cast(0 as decimal(6, 4))
            else
                cast(round(
                    cast(centred.centre - centred.reach as double) / nullif(
                        cast(centred.whole + cast(3.841458820694124 as double) as double), 0
                    ), 4
                ) as decimal(6, 4))
        end as lower,
        case
            when centred.part = centred.whole then cast(1 as decimal(6, 4))
            else
                cast(round(
                    cast(centred.centre + centred.reach as double) / nullif(
                        cast(centred.whole + cast(3.841458820694124 as double) as double), 0
                    ), 4
                ) as decimal(6, 4))
        end as upper
    from centred
),

measured as (
    select
        rates.rule_id,
        rates.payer,
        rates.quarter,
        rates.period,
        max(rates.rate) filter (where rates.measure = 'denial_rate_fired') as fired_rate,
        max(rates.lower) filter (where rates.measure = 'denial_rate_fired') as fired_lower,
        max(rates.upper) filter (where rates.measure = 'denial_rate_fired') as fired_upper,
        max(rates.rate) filter (where rates.measure = 'denial_rate_silent') as silent_rate,
        max(rates.lower) filter (where rates.measure = 'denial_rate_silent') as silent_lower,
        max(rates.upper) filter (where rates.measure = 'denial_rate_silent') as silent_upper,
        max(rates.rate) filter (where rates.measure = 'precision') as precise_rate,
        max(rates.lower) filter (where rates.measure = 'precision') as precise_lower,
        max(rates.upper) filter (where rates.measure = 'precision') as precise_upper,
        max(rates.rate) filter (where rates.measure = 'recall') as recalled_rate,
        max(rates.lower) filter (where rates.measure = 'recall') as recalled_lower,
        max(rates.upper) filter (where rates.measure = 'recall') as recalled_upper
    from rates
    group by rates.rule_id, rates.payer, rates.quarter, rates.period
),

-- what was denied before the held-out months decides, by payer where there are enough of its lines
verdicts as (
    select
        records.rule_id,
        records.payer,
        records.fired,
        records.fired_denied,
        measured.fired_upper,
        measured.fired_upper < periods.least_denial_rate as is_below,
        records.fired >= periods.fewest_fires as is_enough
    from records
    inner join measured
        on
            records.rule_id = measured.rule_id
            and records.payer = measured.payer
            and records.quarter = measured.quarter
            and records.period = measured.period
    cross join periods
    where
        records.period = 'before' and records.quarter = ''
        and records.basis = 'claim' and records.severity <> 'info'
        and records.fired > 0
),

shown as (
    select
        records.rule_id,
        records.payer,
        records.quarter,
        records.period,
        coalesce(own_verdicts.is_below, all_verdicts.is_below, false) as is_below,
        'payers denied '
        || cast(coalesce(own_verdicts.fired_denied, all_verdicts.fired_denied) as varchar)
        || ' of ' || cast(coalesce(own_verdicts.fired, all_verdicts.fired) as varchar)
        || ' lines it flagged before the last '
        || cast(periods.held_out_months as varchar)
        || ' months' || case when own_verdicts.rule_id is null then '' else ', of this payer' end
        || ': at most ' || cast(cast(round(
            coalesce(own_verdicts.fired_upper, all_verdicts.fired_upper) * 100, 1
        ) as decimal(5, 1)) as varchar)
        || ' %, where a rule is asked for ' || cast(cast(round(
            periods.least_denial_rate * 100, 1
        ) as decimal(5, 1)) as varchar) || ' %' as reason
    from records
    cross join periods
    left join verdicts as own_verdicts
        on
            records.rule_id = own_verdicts.rule_id
            and records.payer = own_verdicts.payer
            and own_verdicts.payer <> ''
            and own_verdicts.is_enough
    left join verdicts as all_verdicts
        on
            records.rule_id = all_verdicts.rule_id
            and all_verdicts.payer = ''
            and all_verdicts.is_enough
)

select
    records.rule_id,
    records.payer,
    records.quarter,
    records.period,
    records.fires,
    records.dollars,
    records.fired,
    records.fired_denied,
    records.fired_mapped,
    records.denied_dollars,
    records.silent,
    records.silent_denied,
    records.silent_mapped,
    measured.fired_rate as denial_rate_fired,
    measured.fired_lower as denial_rate_fired_lower,
    measured.fired_upper as denial_rate_fired_upper,
    measured.silent_rate as denial_rate_silent,
    measured.silent_lower as denial_rate_silent_lower,
    measured.silent_upper as denial_rate_silent_upper,
    case
        when records.silent_denied > 0
            then cast(round(
                cast(records.fired_denied * records.silent as double)
                / nullif(cast(records.fired * records.silent_denied as double), 0), 4
            ) as decimal(12, 4))
    end as lift,
    measured.precise_rate as precision,
    measured.precise_lower as precision_lower,
    measured.precise_upper as precision_upper,
    measured.recalled_rate as recall,
    measured.recalled_lower as recall_lower,
    measured.recalled_upper as recall_upper,
    case when shown.is_below then 'info' else records.severity end as shown_as,
    case when shown.is_below then shown.reason end as shown_because
from records
left join measured
    on
        records.rule_id = measured.rule_id
        and records.payer = measured.payer
        and records.quarter = measured.quarter
        and records.period = measured.period
inner join shown
    on
        records.rule_id = shown.rule_id
        and records.payer = shown.payer
        and records.quarter = shown.quarter
        and records.period = shown.period
