-- Variances that share payer, code, modifiers, cause, ratio and start, as one candidate project.
-- The chain of an example line stands in audit.expected_payment.explanation.
with variances as (
    select
        results.line_id,
        results.pattern_id,
        results.status as direction,
        results.cause,
        results.procedure_code,
        results.pattern_start,
        results.expected_allowed,
        results.allowed,
        results.variance,
        results.is_counted,
        lines.payer,
        lines.line_of_business,
        lines.modifier_key,
        lines.date_of_service
    from audit.payment_variance as results
    inner join core.service_line as lines on results.line_id = lines.line_id
    where results.pattern_id is not null
),

primary_remits as (
    select
        remits.remit_claim_id,
        remits.payment_date
    from core.remit_claim as remits
    where remits.payer_sequence = 'P' and not remits.is_reversal
),

line_remits as (
    select
        remits.line_id,
        min(primary_remits.payment_date) as first_remittance_date,
        max(primary_remits.payment_date) as last_remittance_date
    from core.remit_line as remits
    inner join primary_remits on remits.remit_claim_id = primary_remits.remit_claim_id
    semi join variances on remits.line_id = variances.line_id
    group by remits.line_id
),

-- A payer's own clock goes before that of its line of business.
clock_choices as (
    select
        variances.line_id,
        clocks.clock,
        case
            when clocks.years is not null
                then
                    cast(line_remits.last_remittance_date + interval 12 month as date)
                    + cast(coalesce(clocks.receipt_days, 0) as int)
            else
                line_remits.last_remittance_date
                + cast(clocks.days + coalesce(clocks.receipt_days, 0) as int)
        end as deadline,
        row_number() over (
            partition by variances.line_id, clocks.clock
            order by clocks.payer desc, clocks.effective_from desc, variances.line_id asc
        ) as choice
    from variances
    inner join line_remits on variances.line_id = line_remits.line_id
    inner join reference.clock as clocks
        on
            (
                variances.payer = clocks.payer
                or (clocks.payer = '' and variances.line_of_business = clocks.line_of_business)
            )
            and line_remits.last_remittance_date
            between clocks.effective_from and clocks.effective_to
    where
        variances.direction = 'under'
        and clocks.clock in ('appeal', 'reopening')
        and coalesce(clocks.counts_from, 'remittance') = 'remittance'
),

line_deadlines as (
    select
        clock_choices.line_id,
        max(case when clock_choices.clock = 'appeal' then clock_choices.deadline end)
            as appeal_deadline,
        max(case when clock_choices.clock = 'reopening' then clock_choices.deadline end)
            as reopening_deadline,
        max(clock_choices.deadline) as last_deadline
    from clock_choices
    where clock_choices.choice = 1
    group by clock_choices.line_id
),

pattern_lines as (
    select
        variances.line_id,
        variances.pattern_id,
        variances.direction,
        variances.cause,
        variances.payer,
        variances.line_of_business,
        variances.procedure_code,
        variances.modifier_key,
        variances.pattern_start,
        variances.date_of_service,
        variances.expected_allowed,
        variances.allowed,
        variances.variance,
        variances.is_counted,
        line_remits.first_remittance_date,
        line_remits.last_remittance_date,
        line_deadlines.appeal_deadline,
        line_deadlines.reopening_deadline,
        line_deadlines.last_deadline,
        cuts.as_of_date,
        case
            when variances.direction = 'over' then ''
            when line_deadlines.last_deadline is null then 'unknown'
            when line_deadlines.last_deadline >= cuts.as_of_date then 'recoverable'
            else 'past'
        end as recovery,
        row_number() over (
            partition by variances.pattern_id
            order by abs(variances.variance) desc, variances.line_id asc
        ) as place
    from variances
    cross join audit.data_cut as cuts
    left join line_remits on variances.line_id = line_remits.line_id
    left join line_deadlines on variances.line_id = line_deadlines.line_id
),

patterns as (
    select
        pattern_lines.pattern_id,
        min(pattern_lines.payer) as payer,
        min(pattern_lines.line_of_business) as line_of_business,
        min(pattern_lines.procedure_code) as procedure_code,
        min(pattern_lines.modifier_key) as modifier_key,
        min(pattern_lines.pattern_start) as start_date,
        min(pattern_lines.cause) as cause,
        min(pattern_lines.direction) as direction,
        count(*) as lines,
        sum(pattern_lines.variance) as dollars,
        sum(pattern_lines.expected_allowed) as expected_allowed,
        sum(pattern_lines.allowed) as allowed,
        min(pattern_lines.date_of_service) as first_date_of_service,
        max(pattern_lines.date_of_service) as last_date_of_service,
        min(pattern_lines.first_remittance_date) as first_remittance_date,
        max(pattern_lines.last_remittance_date) as last_remittance_date,
        max(case when pattern_lines.place = 1 then pattern_lines.line_id end) as first_example,
        max(case when pattern_lines.place = 2 then pattern_lines.line_id end) as second_example,
        max(case when pattern_lines.place = 3 then pattern_lines.line_id end) as third_example,
        max(pattern_lines.as_of_date) as as_of_date,
        min(
            case
                when pattern_lines.appeal_deadline >= pattern_lines.as_of_date
                    then pattern_lines.appeal_deadline
            end
        ) as appeal_deadline,
        min(
            case
                when pattern_lines.reopening_deadline >= pattern_lines.as_of_date
                    then pattern_lines.reopening_deadline
            end
        ) as reopening_deadline,
        max(pattern_lines.last_deadline) as last_deadline,
        coalesce(sum(
            case when pattern_lines.recovery = 'recoverable' then -pattern_lines.variance end
        ), 0) as recoverable,
        coalesce(sum(
            case when pattern_lines.recovery = 'past' then -pattern_lines.variance end
        ), 0) as past_deadline,
        coalesce(sum(
            case when pattern_lines.recovery = 'unknown' then -pattern_lines.variance end
        ), 0) as unknown_deadline,
        bool_or(pattern_lines.is_counted) as is_counted
    from pattern_lines
    group by pattern_lines.pattern_id
),

ordered_decisions as (
    select
        decided.pattern_id,
        decided.status,
        decided.decided_date,
        decided.term_to_correct,
        decided.author,
        decided.note,
        row_number() over (
            partition by decided.pattern_id order by decided.decided_date desc
        ) as recency
    from reference.pattern_status as decided
),

pattern_ratios as (
    select
        patterns.pattern_id,
        cast(round(
            cast(patterns.allowed as double)
            / nullif(cast(patterns.expected_allowed as double), 0), 3
        ) as decimal(12, 3)) as ratio,
        cast(round(
            cast(100 as double) * (
                cast(patterns.allowed as double)
                / nullif(cast(patterns.expected_allowed as double), 0)
            ), 1
        ) as decimal(12, 1)) as percent
    from patterns
),

told_patterns as (
    select
        patterns.pattern_id,
        case patterns.cause
            when 'add_on_halved'
                then 'an add-on is reduced as a further procedure, though exempt from the reduction'
            when 'billed_code' then 'the code billed is paid, though another one was adjudicated'
            when 'charge' then 'the charge is allowed instead of the fee'
            when 'fewer_units' then 'fewer units are paid than were billed'
            when 'non_participating' then 'paid as to a provider who does not participate'
            when 'participating' then 'paid as to a provider who participates'
            when 'other_factor' then 'the conversion factor of another period is used'
            when 'qp_factor'
                then 'the conversion factor of the other kind of APM participant is used'
            when 'other_locality' then 'the fee of another locality is used'
            when 'other_setting' then 'the fee of the other setting (office, facility) is used'
            when 'prior_terms'
                then
                    'the contract is paid as before a change of its terms: a missed escalator, or '
                    || 'new terms not loaded'
            when 'prior_year' then 'the schedule of the year before is still used'
            when 'reduction_off'
                then 'a further procedure of the day is paid in full: the reduction is not taken'
            when 'reduction_on'
                then 'the first procedure of the day is reduced as if it were a further one'
            when 'sequestered' then 'sequestration is taken off the allowed amount'
            when 'uncapped' then 'the fee is paid, though the charge is lower'
            when 'wrong_rank' then 'the procedures of a day are ranked in another order than by fee'
            else
                case
                    when pattern_ratios.ratio is null then 'nothing is expected'
                    when cast(pattern_ratios.ratio as varchar) = '0.250'
                        then 'unexplained; a quarter, as of a second lesion cut to 25 percent'
                    when cast(pattern_ratios.ratio as varchar) = '0.500'
                        then 'unexplained; half, as of a second lesion'
                    when cast(pattern_ratios.ratio as varchar) = '0.800'
                        then 'unexplained; 80 percent, as if coinsurance were taken off'
                    when cast(pattern_ratios.ratio as varchar) = '0.850'
                        then
                            'unexplained; 85 percent, as of a nurse practitioner or physician '
                            || 'assistant'
                    else 'unexplained: no other input tried gives the amount'
                end
        end as told
    from patterns
    inner join pattern_ratios on patterns.pattern_id = pattern_ratios.pattern_id
)

select
    patterns.pattern_id,
    patterns.payer,
    patterns.line_of_business,
    patterns.procedure_code,
    patterns.modifier_key,
    patterns.cause,
    patterns.direction,
    pattern_ratios.ratio,
    patterns.start_date,
    patterns.payer || ' allows ' || patterns.procedure_code
    || case when patterns.modifier_key = '' then '' else ' with ' || patterns.modifier_key end
    || case
        when pattern_ratios.ratio is null then ''
        else
            ' at '
            || cast(pattern_ratios.percent as varchar)
            || ' % of what is expected'
    end
    || ' since ' || substr(cast(patterns.start_date as varchar), 1, 7) || ': '
    || told_patterns.told as statement,
    cast(patterns.lines as bigint) as lines,
    cast(patterns.dollars as decimal(12, 2)) as dollars,
    cast(patterns.expected_allowed as decimal(12, 2)) as expected_allowed,
    cast(patterns.allowed as decimal(12, 2)) as allowed,
    patterns.first_date_of_service,
    patterns.last_date_of_service,
    patterns.first_remittance_date,
    patterns.last_remittance_date,
    patterns.first_example,
    patterns.second_example,
    patterns.third_example,
    patterns.as_of_date,
    patterns.appeal_deadline,
    patterns.reopening_deadline,
    patterns.last_deadline,
    case
        when patterns.direction = 'over' then cast(null as varchar)
        when patterns.past_deadline = 0 and patterns.unknown_deadline = 0 then 'recoverable'
        when patterns.recoverable > 0 and patterns.past_deadline > 0 then 'partly past'
        when patterns.past_deadline > 0 then 'past its deadline'
        else 'unknown'
    end as recovery,
    cast(patterns.recoverable as decimal(12, 2)) as recoverable,
    cast(patterns.past_deadline as decimal(12, 2)) as past_deadline,
    cast(patterns.unknown_deadline as decimal(12, 2)) as unknown_deadline,
    coalesce(ordered_decisions.status, 'detected') as status,
    patterns.is_counted,
    ordered_decisions.decided_date,
    ordered_decisions.term_to_correct,
    ordered_decisions.author,
    ordered_decisions.note
from patterns
inner join pattern_ratios on patterns.pattern_id = pattern_ratios.pattern_id
inner join told_patterns on patterns.pattern_id = told_patterns.pattern_id
left join ordered_decisions
    on patterns.pattern_id = ordered_decisions.pattern_id and ordered_decisions.recency = 1
